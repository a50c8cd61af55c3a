//! Odds: a battle fought many times, and what its outcomes say.
//!
//! Replica `k` of a battle is addressed by (seed, k) alone: its rolls have the key of that pair (see
//! [`crate::ecs::roll`]), so neither threads nor the order in which replicas are fought nor how they are cut into shards
//! can change one. What is reported is worked out from the samples in the order of their numbers, with sums of whole
//! numbers wherever there are any.
//!
//! The run stops early only at fixed checkpoints ([`checkpoint`]), so that the same request stops at the same replica
//! everywhere; a deadline or an interruption keeps the unbroken run of replicas from the first.

mod arena;
mod compare;
mod interval;
mod samples;
mod summary;

use std::sync::Arc;

pub use arena::fight;
pub use compare::{Difference, compare, difference};
pub use interval::{normal_quantile, wilson};
pub use samples::Samples;

use crate::ecs::digest::Digest;
use crate::ecs::profile::{self, Span};
use crate::ecs::tables::Table;
use crate::error::{Error, Fault, Result};

/// The most replicas of one request.
pub const MOST_RUNS: u32 = 1_000_000_000;
/// The most that a request's samples and worlds may take if it does not say, in bytes.
pub const USUAL_MEMORY: u64 = 4 << 30;

/// How many replicas, and when that is enough.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Whose rolls.
    pub seed: u64,
    /// The number of the first replica.
    pub first: u32,
    /// How many replicas at most.
    pub runs: u32,
    /// The share of intervals that shall hold the truth.
    pub confidence: f64,
    /// Enough as soon as the interval of every faction's chance to win is narrower than this.
    pub until: Option<f64>,
    /// Threads that fight replicas.
    pub threads: usize,
    /// The most memory for samples and worlds, in bytes.
    pub max_memory: u64,
    /// Whether it is kept when each system ran, and when each replica was fought.
    pub trace: bool,
}

impl Plan {
    /// A thousand replicas on one thread, with intervals of 95 %.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            first: 0,
            runs: 1000,
            confidence: 0.95,
            until: None,
            threads: 1,
            max_memory: USUAL_MEMORY,
            trace: false,
        }
    }

    /// Whether the plan can be carried out.
    ///
    /// # Errors
    /// [`Error::Odds`] names the argument, what it is and what was expected.
    pub fn check(&self) -> Result<()> {
        let refuse = |argument: &'static str, value: String, wanted: String| {
            Err(Error::Odds(Fault::column(argument, "", value, wanted).into()))
        };
        if !(1..=MOST_RUNS).contains(&self.runs) {
            return refuse("runs", self.runs.to_string(), format!("a whole number from 1 to {MOST_RUNS}"));
        }
        if self.first.checked_add(self.runs).is_none() {
            let wanted = format!("replicas numbered up to {}", u32::MAX);
            return refuse("first", self.first.to_string(), wanted);
        }
        if !(self.confidence > 0.0 && self.confidence < 1.0) {
            let wanted = "a share between 0 and 1, for example 0.95".to_owned();
            return refuse("confidence", self.confidence.to_string(), wanted);
        }
        match self.until {
            Some(until) if !(until > 0.0 && until < 1.0) => {
                let wanted = "a width between 0 and 1, for example 0.01".to_owned();
                refuse("until", until.to_string(), wanted)
            }
            _ => Ok(()),
        }
    }
}

/// What the caller wants a run to do; asked now and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Go on.
    GoOn,
    /// Begin no further replica (a deadline has passed); those that are being fought are fought to their ends.
    Enough,
    /// Break off (the user interrupted).
    Stop,
}

/// Asked now and then, with the replicas fought so far and all that may be: what the run shall do.
pub type Monitor<'a> = &'a dyn Fn(usize, usize) -> Wish;

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All replicas were fought.
    Runs,
    /// The intervals were narrow enough.
    Until,
    /// The caller had enough.
    Enough,
    /// The caller stopped it.
    Stopped,
}

impl End {
    /// The word that users read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Until => "until",
            Self::Enough => "deadline",
            Self::Stopped => "interrupted",
        }
    }
}

/// When a replica was fought. A thread fights several side by side, in slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// Its number.
    pub replica: u32,
    /// The thread it was fought on, from 1.
    pub thread: u32,
    /// The slot of that thread, from 1.
    pub slot: u32,
    /// The rounds it took.
    pub rounds: u32,
    /// When it began, in nanoseconds, as [`Span::start_ns`].
    pub start_ns: u64,
    /// How long it took.
    pub ns: u64,
}

/// When things ran, of each thread the first [`MOST_SPANS`](crate::ecs::profile::MOST_SPANS) of either kind.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// The systems, thread by thread, one run after another; each run is one for all slots of its thread.
    pub spans: Vec<Span>,
    /// The replicas, thread by thread, in the order in which they ended.
    pub lives: Vec<Life>,
}

/// The outcomes of a battle that was fought many times.
#[derive(Clone, Debug)]
pub struct Odds {
    /// Whose rolls.
    pub seed: u64,
    /// The fingerprint of the battle before its first round: odds of one battle have one.
    pub battle: Digest,
    /// The share of intervals that hold the truth.
    pub confidence: f64,
    /// Why the run ended.
    pub end: End,
    /// The outcomes, by replica.
    pub samples: Samples,
    /// What each system cost, over all replicas and threads ([`crate::ecs::profile::Profile::table`]).
    pub profile: Table,
    /// When things ran, if that was kept.
    pub course: Option<Box<Course>>,
    /// The caller's own mark; empty: none.
    pub trace_id: Arc<str>,
}

impl PartialEq for Odds {
    /// Whether the outcomes are equal; how long they took, and for whom, is not looked at.
    fn eq(&self, other: &Self) -> bool {
        let key = |odds: &Self| (odds.seed, odds.battle, odds.confidence, odds.end);
        key(self) == key(other) && self.samples == other.samples
    }
}

impl Odds {
    /// How many replicas were fought.
    pub fn runs(&self) -> usize {
        self.samples.len()
    }

    /// The fingerprint of the outcomes: equal for any threads, shards and sizes of batches.
    pub fn digest(&self) -> Digest {
        let mut digest = self.battle;
        digest.fold(&[self.seed]);
        self.samples.fold(&mut digest);
        digest
    }

    /// The odds of all replicas of several runs of one battle.
    ///
    /// # Errors
    /// [`Error::Odds`] if there are none, if they are of other battles, seeds or confidences, or if their replicas
    /// overlap or leave a gap.
    pub fn merge(parts: &[Self]) -> Result<Self> {
        let refuse =
            |value: String, wanted: &str| Error::Odds(Fault::column("parts", "", value, wanted).into());
        let mut parts: Vec<&Self> = parts.iter().collect();
        parts.sort_by_key(|part| part.samples.first);
        let Some(first) = parts.first() else { return Err(refuse("nothing".to_owned(), "at least one")) };
        // Parts of several processes have no clock in common.
        let mut merged = Self { course: None, ..(*first).clone() };
        for part in &parts[1..] {
            let whose = |odds: &Self| (odds.seed, odds.battle, odds.confidence.to_bits());
            if whose(part) != whose(first) {
                let value = format!("seed {} of battle {}", part.seed, part.battle);
                return Err(refuse(value, "one battle, seed and confidence"));
            }
            let next = merged.samples.first as usize + merged.samples.len();
            if part.samples.first as usize != next {
                let value = format!("replicas from {}", part.samples.first);
                return Err(refuse(value, &format!("the next one, {next}: no gap and no overlap")));
            }
            merged.samples.append(&part.samples);
        }
        merged.profile = profile::sum(&parts.iter().map(|part| &part.profile).collect::<Vec<_>>());
        merged.end = parts.last().map_or(End::Runs, |part| part.end);
        Ok(merged)
    }

    /// The names of the factions, in order.
    pub fn factions(&self) -> &[Arc<str>] {
        &self.samples.sides
    }

    /// The widest interval of a chance to win.
    pub fn width(&self) -> f64 {
        let widths = self.samples.wins().into_iter().map(|wins| {
            let (low, high) = wilson(wins, self.runs() as u64, self.confidence);
            high - low
        });
        widths.fold(0.0, f64::max)
    }
}

/// The number of replicas after `done` at which a run looks whether its intervals are narrow enough: an eighth more, at
/// least 128 more, in steps of 64.
///
/// ```
/// # use multi_universe_core::odds::checkpoint;
/// assert_eq!([0, 128, 1280, 10_000].map(checkpoint), [128, 256, 1472, 11_264]);
/// ```
pub fn checkpoint(done: u32) -> u32 {
    done.saturating_add((done / 8).max(128)).next_multiple_of(64)
}
