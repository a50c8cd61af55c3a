//! Recording a battle, and fighting a recorded one again.

use std::sync::Arc;

use super::{Engagement, Interrupt, Kernel, Muster, Record};
use crate::battle::{BattleWorld, Lineup};
use crate::ecs::columns::{TableId, TreatyColumn};
use crate::ecs::export;
use crate::ecs::mirror::Mirror;
use crate::ecs::phase::Round;
use crate::ecs::store::Row;
use crate::ecs::tables::Table;
use crate::error::{Error, Fault, Result};
use crate::replay::{Comparison, Occasion, Recorder, Replay};
use crate::report::Report;
use crate::snapshot::Snapshot;

impl Kernel {
    /// Fights the battle of a replay again, with what it recorded, and records it again.
    ///
    /// # Errors
    /// As [`Kernel::resolve`]; [`Error::Replay`] if what it recorded is no battle.
    pub fn refight(replay: &Replay, interrupt: Interrupt<'_>) -> Result<Replay> {
        let report = replay.fight(interrupt)?;
        let nobody = Fault::column("input", "", "nobody at war with anybody", "two factions at war");
        let again = report.replay.ok_or(Error::Replay { file: String::new(), faults: nobody.into() })?;
        Ok(Arc::unwrap_or_clone(again))
    }
}

impl Replay {
    /// Fights the battle again, with what was recorded: its report, fully recorded again.
    ///
    /// # Errors
    /// As [`Kernel::resolve`]; [`Error::Replay`] if what it recorded is no battle.
    pub fn fight(&self, interrupt: Interrupt<'_>) -> Result<Report> {
        let engagement = Engagement { record: Record::Full, commit: false, ..self.engagement.clone() };
        Kernel::of(&self.input)?.resolve(&engagement, interrupt)
    }

    /// Fights the battle again and compares: every digest, fingerprint and column of every round, and the end.
    ///
    /// # Errors
    /// As [`Kernel::refight`].
    pub fn verify(&self, interrupt: Interrupt<'_>) -> Result<Comparison> {
        let again = Kernel::refight(self, interrupt)?;
        self.compare(&again, ["the record".to_owned(), "a new run".to_owned()])
    }
}

/// Fights the battle that is loaded in a traced world to its end, and records it.
pub(super) fn fight(
    battles: &mut BattleWorld,
    mirror: Mirror<'_>,
    (engagement, lineup, seed): (&Engagement, &Lineup, u64),
    interrupt: Interrupt<'_>,
) -> Result<Report> {
    let rules = *battles.rules();
    let mut recorder = Recorder::new(lineup);
    battles.fight_watched(interrupt, |battles| recorder.round(battles))?;
    let mut report = Report::of(lineup, battles, seed, engagement)?;
    let occasion = Occasion {
        input: Snapshot { seed, fought: 0, threads: 1, rules, tables: part(mirror, lineup) },
        engagement: as_fought(engagement, lineup, seed),
        lineup,
        outcome: report.outcome,
        winner: report.winner.clone(),
    };
    report.replay = Some(Arc::new(recorder.finish(Round::phases(rules.volleys), occasion)));
    Ok(report)
}

/// The engagement that gives the same battle on the part of the mirror that takes part in it.
fn as_fought(engagement: &Engagement, lineup: &Lineup, seed: u64) -> Engagement {
    let defenders = lineup.sides.iter().filter(|side| side.defender).map(|side| side.name.to_string());
    Engagement {
        muster: match engagement.muster {
            Muster::Fleets(_) => Muster::Fleets(lineup.fleets.iter().map(|fleet| fleet.id).collect()),
            Muster::Location(place) => Muster::Location(place),
        },
        defenders: defenders.collect(),
        max_rounds: Some(lineup.max_rounds),
        seed: Some(seed),
        replica: engagement.replica,
        commit: false,
        record: Record::Full,
        trace: false,
        trace_id: engagement.trace_id.clone(),
    }
}

/// The rows of the mirror that take part in a battle, as tables.
fn part(mirror: Mirror<'_>, lineup: &Lineup) -> [Table; 5] {
    let factions: Vec<Row> =
        lineup.sides.iter().filter_map(|side| mirror.factions.find_name(&side.name)).collect();
    let mut fights = vec![false; mirror.factions.places()];
    factions.iter().for_each(|&faction| fights[faction as usize] = true);
    let side = |treaty: Row, end: TreatyColumn| fights[mirror.treaties.link(end as usize, treaty) as usize];
    let between = |treaty: &Row| side(*treaty, TreatyColumn::A) && side(*treaty, TreatyColumn::B);
    TableId::ALL.map(|id| {
        let rows = match id {
            TableId::Factions => factions.clone(),
            TableId::Treaties => export::ordered(mirror, id).into_iter().filter(between).collect(),
            TableId::Fleets => lineup.fleets.iter().map(|fleet| fleet.row).collect(),
            TableId::Units => lineup.unit_rows.clone(),
            TableId::Weapons => lineup.mount_rows.clone(),
        };
        export::stored(mirror, id, &rows)
    })
}
