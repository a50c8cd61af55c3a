//! Events: what happened in a battle, one after another, each with what caused it.
//!
//! An event is a row of 32 bytes in one growing column; units are rows of the battle until somebody asks for the table.
//! They stand in the order in which they happened: rounds, phases, and within a volley the shots in order of (shooter, slot).

use std::sync::Arc;

use super::components::NOBODY;
use super::tables::{Column, Table};

/// No event: the cause of what nothing else caused.
pub const NO_EVENT: u32 = u32::MAX;
/// No weapon.
pub const NO_SLOT: u16 = u16::MAX;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum EventKind {
    /// A unit fired at a target in a volley; `amount`: points dealt by all of its shots at it.
    Volley,
    /// One of its weapons fired; `amount`: points dealt. Cause: the volley.
    Shot,
    /// A unit struck its target by hand; `amount`: points dealt.
    Melee,
    /// A unit took its target's last point; `amount`: points past zero. Cause: the volley, shot or strike.
    Kill,
    /// A shot broke a weapon, `weapon`, of the target. Cause: the volley, shot or strike.
    WeaponDestroyed,
    /// A unit is suppressed from now on; `amount`: points of the blow that did it. Cause: the volley, shot or strike.
    Suppressed,
    /// A unit failed its roll and runs. Cause: what suppressed it.
    Rout,
    /// A unit runs no longer. Cause: its rout.
    Rally,
    /// A running unit left the map. Cause: its rout.
    Retreat,
    /// A unit entered from the reserve. Cause: the last kill or retreat of its faction.
    Reinforce,
    /// No two hostile factions are left; `faction`: the winner. Cause: the last kill, rout or retreat.
    Victory,
    /// Nothing happened for too long, or nobody is left; `faction`: who holds the ground.
    Stalemate,
    /// The round limit came; `faction`: who is ahead.
    RoundLimit,
}

impl EventKind {
    /// The words of reports, by kind.
    pub const NAMES: [&'static str; 13] = [
        "volley",
        "shot",
        "melee",
        "kill",
        "weapon_destroyed",
        "suppressed",
        "rout",
        "rally",
        "retreat",
        "reinforce",
        "victory",
        "stalemate",
        "round_limit",
    ];

    /// The word that reports use.
    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// One thing that happened; its id is its place among the events of the battle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Points, as its kind says; else 0.
    pub amount: f64,
    /// The round, from 1.
    pub round: u32,
    /// The row of the unit that did it, or to which it happened; [`NOBODY`]: none.
    pub unit: u32,
    /// The row of the unit it was done to; [`NOBODY`]: none.
    pub target: u32,
    /// The id of the event that caused it; [`NO_EVENT`]: none.
    pub cause: u32,
    /// The slot of the weapon; [`NO_SLOT`]: none.
    pub weapon: u16,
    /// What happened.
    pub kind: EventKind,
}

impl Event {
    /// An event of one unit, without target, weapon, amount or cause.
    pub fn of(kind: EventKind, round: u32, unit: u32) -> Self {
        Self { amount: 0.0, round, unit, target: NOBODY, cause: NO_EVENT, weapon: NO_SLOT, kind }
    }
}

/// The events of a battle, and who its rows are.
#[derive(Clone, Debug, Default)]
pub struct Events {
    /// The events, in the order in which they happened.
    pub list: Vec<Event>,
    /// The units' ids, by row.
    pub ids: Vec<i64>,
    /// The units' factions, by row.
    pub sides: Vec<u16>,
    /// The factions' names.
    pub names: Vec<Arc<str>>,
    /// The winning faction.
    pub winner: Option<u16>,
    /// The caller's own mark; empty: none.
    pub trace_id: Arc<str>,
}

impl Events {
    /// The row of the unit with this id.
    pub fn row_of(&self, id: i64) -> Option<u32> {
        self.ids.binary_search(&id).ok().map(|row| row as u32)
    }

    /// The name of the faction of an event: of its unit, of an end's the winner's; empty: nobody's.
    pub fn faction(&self, event: &Event) -> &str {
        let side = if event.unit == NOBODY { self.winner } else { Some(self.sides[event.unit as usize]) };
        side.map_or("", |side| &self.names[usize::from(side)])
    }

    /// All of them as a table: id, round, kind, faction, unit, target, weapon, amount, cause, trace_id (−1: none).
    pub fn table(&self) -> Table {
        self.part(0..self.list.len() as u32)
    }

    /// Those with these ids, as [`Self::table`] has them.
    pub fn part(&self, chosen: impl Iterator<Item = u32> + Clone) -> Table {
        let rows = || chosen.clone().map(|id| &self.list[id as usize]);
        let id_of = |row: u32| if row == NOBODY { -1 } else { self.ids[row as usize] };
        let mut names = self.names.clone();
        names.push("".into());
        let nobody = self.names.len() as u32;
        let side = |event: &Event| match (event.unit, self.winner) {
            (NOBODY, winner) => winner.map_or(nobody, u32::from),
            (unit, _) => u32::from(self.sides[unit as usize]),
        };
        let marks = vec![0; chosen.clone().count()];
        Table::new(vec![
            ("id", Column::Int(chosen.clone().map(i64::from).collect())),
            ("round", Column::Int(rows().map(|event| i64::from(event.round)).collect())),
            ("kind", Column::words(rows().map(|event| event.kind as u32).collect(), &EventKind::NAMES)),
            ("faction", Column::words(rows().map(side).collect(), &names)),
            ("unit", Column::Int(rows().map(|event| id_of(event.unit)).collect())),
            ("target", Column::Int(rows().map(|event| id_of(event.target)).collect())),
            ("weapon", Column::Int(rows().map(|event| slot(event.weapon)).collect())),
            ("amount", Column::Float(rows().map(|event| event.amount).collect())),
            ("cause", Column::Int(rows().map(|event| cause(event.cause)).collect())),
            ("trace_id", Column::words(marks, &[&self.trace_id])),
        ])
    }
}

fn slot(weapon: u16) -> i64 {
    if weapon == NO_SLOT { -1 } else { i64::from(weapon) }
}

fn cause(event: u32) -> i64 {
    if event == NO_EVENT { -1 } else { i64::from(event) }
}
