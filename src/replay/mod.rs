//! A recorded battle: what went in, what came out, and every column that changed, round by round.
//!
//! A replay holds the part of the mirror that took part, as a snapshot, with the rules and the seed; so it can be fought
//! again (`Kernel::refight`). For each round it holds the digest of the battle so far, for each phase of a round the
//! fingerprint of each column ([`crate::ecs::trace`]), and the columns at the round's end, exactly. Two replays are compared
//! with [`Replay::compare`], which names the first round, phase, table, row and column in which they differ.

mod check;
mod chunks;
mod compare;
mod file;
mod film;
mod inputs;
mod recorder;
mod tables;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

pub use compare::{Comparison, Divergence, Place};
pub use file::FORM;
pub use film::Frame;
pub use recorder::{MOST_BYTES, Occasion, Recorder};

use crate::ecs::account::Outcome;
use crate::ecs::digest::Digest;
use crate::ecs::tables::Table;
use crate::ecs::trace::{Kind, Owner};
use crate::engagement::Engagement;
use crate::error::Result;
use crate::files;
use crate::snapshot::Snapshot;
use chunks::{Chunks, Layout};

/// A recorded battle.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The version of the kernel that recorded it.
    pub writer: String,
    /// The version of the mapping from names to rolls ([`crate::ecs::roll::ROLL_SCHEME`]).
    pub roll_scheme: u32,
    /// The part of the mirror that took part, and the rules.
    pub input: Snapshot,
    /// The battle that was fought on it; seed and round limit are given.
    pub engagement: Engagement,
    /// How it ended.
    pub outcome: Outcome,
    /// The winning faction, if there is one.
    pub winner: Option<Arc<str>>,
    /// Side of the map, in tiles.
    pub map: f64,
    /// The units in order of id: id, fleet, faction, domain, max_hp, max_shield, cost.
    pub units: Table,
    /// Their weapons in order of (unit, slot): unit, slot.
    pub weapons: Table,
    digests: Vec<Digest>,
    phases: Vec<String>,
    columns: Vec<Traced>,
    prints: Chunks,
    frames: Chunks,
}

/// A column of the trace, as the file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Traced {
    owner: Owner,
    kind: Kind,
    kept: bool,
    name: String,
}

impl Replay {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File) if it cannot be read, [`Error::Replay`](crate::Error::Replay) if it is no sound
    /// replay of a version that this kernel reads.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::decode(&files::read(path)?, &path.display().to_string())
    }

    /// Writes a file, as a whole or not at all.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File); a file that was there is then as it was.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        files::write(path.as_ref(), &self.encode())
    }

    /// Rounds fought.
    pub fn rounds(&self) -> u32 {
        self.digests.len() as u32
    }

    /// The battle's seed.
    pub fn seed(&self) -> u64 {
        self.engagement.seed.unwrap_or_default()
    }

    /// The fingerprint of all rounds: the report's.
    pub fn digest(&self) -> Digest {
        self.digests.last().copied().unwrap_or(Digest::new("battle"))
    }

    /// The columns that are kept, and where each is in a frame.
    fn kept(&self) -> impl Iterator<Item = (&Traced, Range<usize>)> {
        let kept = self.columns.iter().filter(|column| column.kept);
        kept.zip(self.frames.layout().spans()).map(|(column, (_, span))| (column, span))
    }
}

/// What is kept of a moment: the columns that are kept, each with as many rows as it has.
fn frame_layout(columns: &[Traced], rows: impl Fn(Owner) -> usize) -> Layout {
    let kept = columns.iter().filter(|column| column.kept);
    Layout::new(kept.map(|column| (column.kind.width(), rows(column.owner))).collect())
}

/// What is noted after a phase: a fingerprint for each column.
fn print_layout(columns: &[Traced]) -> Layout {
    Layout::new(vec![(8, columns.len())])
}

#[cfg(test)]
mod tests;
