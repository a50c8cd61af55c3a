//! What happens: one file per rule family, each with its rule in words, formula, source and worked example.
//!
//! Formulas are in `f64`, and evaluated as they are written: brackets first, products from the left, then sums from the
//! left. Sums over units run in order of id, a unit's over its weapons in order of slot. So whoever follows the
//! formulas has the same bits: the reference in `tests/reference` does.
//!
//! Siblings do not know each other; what passes between them is in the columns and resources of the world.

pub mod census;
pub mod damage;
pub mod deploy;
pub mod finalize;
pub mod melee;
pub mod morale;
pub mod movement;
pub mod shooting;
pub mod strength;
pub mod targeting;
pub mod treaty;
pub mod victory;
pub mod volleys;

use crate::ecs::phase::Round;
use crate::ecs::profile::Profile;
use crate::ecs::trace;
use crate::ecs::witness::{self, Depth};

/// A round: every system in its phase, every run timed.
pub fn round(profile: &Profile) -> Round {
    systems(profile, damage::register)
}

fn systems(profile: &Profile, damage: fn(&mut Round, &Profile)) -> Round {
    let mut round = Round::empty();
    treaty::register(&mut round, profile);
    deploy::register(&mut round, profile);
    targeting::register(&mut round, profile);
    movement::register(&mut round, profile);
    volleys::register(&mut round, profile);
    shooting::register(&mut round, profile);
    damage(&mut round, profile);
    melee::register(&mut round, profile);
    morale::register(&mut round, profile);
    census::register(&mut round, profile);
    victory::register(&mut round, profile);
    finalize::register(&mut round, profile);
    round
}

/// A round of which is written down what happens, so much of it.
pub fn noted_round(profile: &Profile, depth: Depth) -> Round {
    let mut round = systems(profile, damage::register_noted);
    witness::register(&mut round, profile, depth);
    round
}

/// A noted round that is traced: behind every phase, the fingerprints of the columns are noted too.
pub fn traced_round(profile: &Profile) -> Round {
    let mut round = noted_round(profile, Depth::Shots);
    round.tap(|| profile.timed(trace::tap));
    round
}
