//! Why a unit fared as it did: the events that bear on it, with their causes, and the same in sentences.

use std::collections::BTreeSet;

use super::{Outcome, Report};
use crate::ecs::components::NOBODY;
use crate::ecs::events::{Event, EventKind, Events, NO_EVENT, NO_SLOT};
use crate::ecs::tables::{Cell, Table};
use crate::error::{Error, Fault, Result};

/// A unit's story.
#[derive(Clone, Debug)]
pub struct Story {
    /// The unit's id.
    pub unit: i64,
    /// The events that bear on it, and what caused them, in order; columns as [`Events::table`].
    pub events: Table,
    /// The story in sentences, the end first.
    pub sentences: Vec<String>,
}

impl Report {
    /// Why a unit fared as it did: what was done to it, what it did, and the causes of both.
    ///
    /// # Errors
    /// [`Error::Replay`] if no events were written down; [`Error::Unknown`] if no such unit fought.
    pub fn explain(&self, unit: i64) -> Result<Story> {
        let events = self.told()?;
        let row = events
            .row_of(unit)
            .ok_or(Error::Unknown { table: "unit of this battle", key: unit.to_string() })?;
        let chosen = chosen(events, &[row]).swap_remove(0);
        Ok(Story {
            unit,
            events: events.part(with_causes(events, &chosen).iter().copied()),
            sentences: self.sentences(events, row, &chosen),
        })
    }

    /// The events.
    ///
    /// # Errors
    /// [`Error::Replay`] says how to have them, if they were not written down.
    pub fn told(&self) -> Result<&Events> {
        self.events.as_deref().ok_or_else(|| {
            let none = self.outcome == Outcome::NoConflict;
            let value = if none { "no battle" } else { "a battle without events" };
            let wanted = "a battle fought with record=\"events\" or record=\"full\"";
            Error::Replay { file: String::new(), faults: Fault::column("record", "", value, wanted).into() }
        })
    }

    /// The stories of several units at once, by row: one walk through the events for all of them.
    pub(crate) fn stories(&self, events: &Events, rows: &[u32]) -> Vec<Vec<String>> {
        let chosen = chosen(events, rows);
        rows.iter().zip(&chosen).map(|(&row, chosen)| self.sentences(events, row, chosen)).collect()
    }

    fn sentences(&self, events: &Events, row: u32, chosen: &[u32]) -> Vec<String> {
        let mut sentences = vec![self.end_of(row as usize)];
        for round in chosen.chunk_by(|&a, &b| events.list[a as usize].round == events.list[b as usize].round)
        {
            let of_round = || round.iter().map(|&id| &events.list[id as usize]);
            let number = of_round().next().map_or(0, |event| event.round);
            let fire = of_round().filter(|event| is_fire(event.kind) && event.target == row);
            let told =
                of_round().filter(|event| !is_fire(event.kind)).filter_map(|event| tell(events, row, event));
            let said = under_fire(events, fire).into_iter().chain(told);
            sentences.extend(said.map(|said| format!("Round {number}: {said}.")));
        }
        sentences
    }

    /// What became of a unit, in a sentence.
    fn end_of(&self, row: usize) -> String {
        let cell = |name: &str| self.units.column(name).map(|column| column.cell(row));
        let int = |name| self.units.ints(name).get(row).copied().unwrap_or(-1);
        let text = |name| match cell(name) {
            Some(Cell::Text(text)) => text,
            _ => "",
        };
        let who = format!("Unit {} of {} (fleet {})", int("id"), text("faction"), int("fleet"));
        let hull = self.units.floats("hp").get(row).copied().unwrap_or_default();
        match text("status") {
            "destroyed" => {
                format!("{who} was destroyed in round {} by unit {}.", int("death_round"), int("killed_by"))
            }
            "retreated" => format!("{who} left the map with {hull:.1} points of health."),
            "reserve" => format!("{who} never left the reserve."),
            _ if cell("routing") == Some(Cell::Flag(true)) => {
                format!("{who} was running when the battle ended, with {hull:.1} points of health.")
            }
            _ => format!("{who} stood to the end, with {hull:.1} points of health."),
        }
    }
}

fn is_fire(kind: EventKind) -> bool {
    matches!(kind, EventKind::Volley | EventKind::Shot | EventKind::Melee)
}

/// For each of these units, by row, the events that bear on it.
fn chosen(events: &Events, rows: &[u32]) -> Vec<Vec<u32>> {
    let mut place = vec![usize::MAX; events.ids.len()];
    rows.iter().enumerate().for_each(|(index, &row)| place[row as usize] = index);
    let mut chosen = vec![Vec::new(); rows.len()];
    for (id, event) in (0..).zip(&events.list) {
        if is_fire(event.kind) && event.amount <= 0.0 {
            continue;
        }
        for row in [event.unit, event.target] {
            let known = place.get(row as usize).copied().filter(|&index| index != usize::MAX);
            if let Some(index) = known.filter(|_| bears_on(event, row)) {
                chosen[index].push(id);
            }
        }
    }
    chosen
}

/// Whether an event belongs in a unit's story by itself.
fn bears_on(event: &Event, row: u32) -> bool {
    match event.kind {
        EventKind::Shot => false,
        EventKind::Volley | EventKind::Melee | EventKind::WeaponDestroyed => event.target == row,
        EventKind::Kill => event.target == row || event.unit == row,
        _ => event.unit == row,
    }
}

/// These events, the causes of each, and theirs, in order.
fn with_causes(events: &Events, chosen: &[u32]) -> BTreeSet<u32> {
    let mut all: BTreeSet<u32> = chosen.iter().copied().collect();
    for &id in chosen {
        let mut cause = events.list[id as usize].cause;
        while cause != NO_EVENT && all.insert(cause) {
            cause = events.list[cause as usize].cause;
        }
    }
    all
}

/// "unit 5 (Hegemony)"
fn named(events: &Events, row: u32) -> String {
    let side = usize::from(events.sides[row as usize]);
    format!("unit {} ({})", events.ids[row as usize], events.names[side])
}

/// The fire on a unit in a round, in words; nothing if there was none.
fn under_fire<'a>(events: &Events, fire: impl Iterator<Item = &'a Event> + Clone) -> Option<String> {
    let worst = fire.clone().max_by(|a, b| a.amount.total_cmp(&b.amount).then(b.unit.cmp(&a.unit)))?;
    let (count, points) = fire.fold((0, 0.0), |(count, points), event| (count + 1, points + event.amount));
    let by = named(events, worst.unit);
    Some(match count {
        1 => format!("{by} took {points:.1} points from it"),
        _ => format!("{count} attackers took {points:.1} points from it, {by} the most: {:.1}", worst.amount),
    })
}

/// An event in words, from the point of view of a unit.
fn tell(events: &Events, row: u32, event: &Event) -> Option<String> {
    let cause = events.list.get(event.cause as usize);
    let since = |what: &str| cause.map_or(String::new(), |cause| format!(", {what} round {}", cause.round));
    Some(match event.kind {
        EventKind::Kill if event.unit == row => format!("it destroyed {}", named(events, event.target)),
        EventKind::Kill => {
            let by = named(events, event.unit);
            let with = if event.weapon == NO_SLOT {
                " by hand".into()
            } else {
                format!(" with weapon {}", event.weapon)
            };
            let more = match event.amount {
                none if none < 0.05 => String::new(),
                more => format!("; {more:.1} points more than it had left"),
            };
            format!("{by} took its last point{with}{more}")
        }
        EventKind::WeaponDestroyed => {
            format!("{} broke its weapon {}", named(events, event.unit), event.weapon)
        }
        EventKind::Suppressed => {
            let by = cause.filter(|cause| cause.unit != NOBODY).map(|cause| named(events, cause.unit));
            let by = by.map_or(String::new(), |by| format!(" from {by}"));
            format!("a blow of {:.1} points{by} left it suppressed", event.amount)
        }
        EventKind::Rout => format!("it lost its nerve and ran{}", since("suppressed since")),
        EventKind::Rally => format!("it found its nerve again{}", since("after it had run since")),
        EventKind::Retreat => format!("it left the map{}", since("having run since")),
        EventKind::Reinforce => {
            let gone =
                cause.map(|cause| if cause.kind == EventKind::Kill { cause.target } else { cause.unit });
            let place =
                gone.map_or(String::new(), |gone| format!(" in the place of {}", named(events, gone)));
            format!("it entered from the reserve{place}")
        }
        _ => return None,
    })
}
