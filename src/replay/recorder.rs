//! Recording: after each round of a traced battle, what it looks like.

use std::sync::Arc;

use bevy_ecs::prelude::*;

use super::chunks::ChunkWriter;
use super::{Replay, Traced, frame_layout, print_layout};
use crate::battle::{BattleWorld, Lineup};
use crate::ecs::account::Outcome;
use crate::ecs::columns::DOMAINS;
use crate::ecs::components::Traits;
use crate::ecs::digest::Digest;
use crate::ecs::roll::ROLL_SCHEME;
use crate::ecs::tables::{Column, Table};
use crate::ecs::trace::{FIELDS, Owner, Trace};
use crate::engagement::Engagement;
use crate::error::{Error, Fault, Result};
use crate::snapshot::Snapshot;

/// The most that a battle's record may hold, in bytes before compression: 2 GiB. A round takes 82 bytes for a unit, 52 for a
/// weapon, and some 3,000.
pub const MOST_BYTES: usize = 1 << 31;

/// A record that is being made.
pub struct Recorder {
    columns: Vec<Traced>,
    digests: Vec<Digest>,
    prints: ChunkWriter,
    frames: ChunkWriter,
    frame: Vec<u8>,
    bytes: usize,
    room: usize,
}

/// What was fought, and how it ended: all of a replay but its rounds.
pub struct Occasion<'a> {
    /// The part of the mirror that took part, and the rules.
    pub input: Snapshot,
    /// The battle; seed and round limit are given.
    pub engagement: Engagement,
    /// The battle before its first round.
    pub lineup: &'a Lineup,
    /// How it ended.
    pub outcome: Outcome,
    /// The winning faction, if there is one.
    pub winner: Option<Arc<str>>,
}

impl Recorder {
    /// A record of a battle of this lineup, without a round yet.
    pub fn new(lineup: &Lineup) -> Self {
        let columns: Vec<Traced> = FIELDS
            .iter()
            .map(|field| Traced {
                owner: field.owner,
                kind: field.kind,
                kept: field.kept,
                name: field.name.to_owned(),
            })
            .collect();
        let frames = frame_layout(&columns, |owner| match owner {
            Owner::Unit => lineup.units.len(),
            Owner::Weapon => lineup.mounts.len(),
            Owner::Volley => 0,
        });
        Self {
            prints: ChunkWriter::new(print_layout(&columns)),
            frames: ChunkWriter::new(frames),
            digests: Vec::new(),
            frame: Vec::new(),
            bytes: 0,
            room: MOST_BYTES,
            columns,
        }
    }

    /// This record, which may hold so many bytes before compression instead of [`MOST_BYTES`].
    #[must_use]
    pub fn at_most(self, bytes: usize) -> Self {
        Self { room: bytes.min(MOST_BYTES), ..self }
    }

    /// Notes the round that a traced world has just fought.
    ///
    /// # Errors
    /// [`Error::Resolve`] if the record would be larger than it may be: a record with holes could not be verified.
    pub fn round(&mut self, battles: &mut BattleWorld) -> Result<()> {
        let Self { prints, frames, frame, .. } = self;
        let noted = battles.world_mut().resource_scope(|world, mut trace: Mut<'_, Trace>| {
            for phase in trace.prints().chunks_exact(FIELDS.len()) {
                prints.push(bytemuck::cast_slice(phase));
            }
            let noted = size_of_val(trace.prints());
            trace.clear();
            trace.keep(world, frame);
            frames.push(frame);
            noted
        });
        let battle = battles.battle();
        self.digests.push(battle.digest);
        self.bytes += noted + self.frame.len() + size_of::<Digest>();
        if self.bytes > self.room {
            let value = format!("{} bytes by round {}", self.bytes, battle.round);
            let wanted = format!("at most {}: a lower max_rounds, or no record", self.room);
            return Err(Error::Resolve(Fault::column("record", "", value, wanted).into()));
        }
        Ok(())
    }

    /// The replay of the battle that has ended. `phases`: the names of those of a round, in order.
    pub fn finish(self, phases: Vec<String>, occasion: Occasion<'_>) -> Replay {
        let Occasion { input, engagement, lineup, outcome, winner } = occasion;
        Replay {
            writer: env!("CARGO_PKG_VERSION").to_owned(),
            roll_scheme: ROLL_SCHEME,
            input,
            engagement,
            outcome,
            winner,
            map: lineup.map,
            units: units(lineup),
            weapons: weapons(lineup),
            digests: self.digests,
            phases,
            columns: self.columns,
            prints: self.prints.finish(),
            frames: self.frames.finish(),
        }
    }
}

/// What of the units does not change.
fn units(lineup: &Lineup) -> Table {
    let units = &lineup.units;
    let factions: Vec<Arc<str>> = lineup.sides.iter().map(|side| side.name.clone()).collect();
    let fleet = |slot: u32| lineup.fleets[slot as usize].id;
    let domain = |traits: Traits| u32::from(traits.has(Traits::GROUND));
    Table::new(vec![
        ("id", Column::Int(units.id.iter().map(|id| id.0).collect())),
        ("fleet", Column::Int(units.fleet.iter().map(|slot| fleet(slot.0)).collect())),
        ("faction", Column::words(units.side.iter().map(|side| u32::from(side.0)).collect(), &factions)),
        ("domain", Column::words(units.traits.iter().map(|&traits| domain(traits)).collect(), DOMAINS)),
        ("max_hp", Column::Float(units.max_hull.iter().map(|hull| hull.0).collect())),
        ("max_shield", Column::Float(units.max_shield.iter().map(|shield| shield.0).collect())),
        ("cost", Column::Float(units.cost.iter().map(|cost| cost.0).collect())),
    ])
}

fn weapons(lineup: &Lineup) -> Table {
    let mounts = &lineup.mounts;
    let unit = |row: u32| lineup.units.id[row as usize].0;
    Table::new(vec![
        ("unit", Column::Int(mounts.shooter.iter().map(|shooter| unit(shooter.0)).collect())),
        ("slot", Column::Int(mounts.slot.iter().map(|slot| i64::from(slot.0)).collect())),
    ])
}
