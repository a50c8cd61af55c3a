//! What happens: one file per rule family, each with its rule in words, formula, source and worked example.
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
pub mod targeting;
pub mod treaty;
pub mod victory;

use bevy_ecs::prelude::*;

use crate::ecs::phase::empty_round;
use crate::ecs::profile::Profile;

/// The schedule of a round: every system in its phase, every run timed.
pub fn round(profile: &Profile) -> Schedule {
    let mut schedule = empty_round();
    treaty::register(&mut schedule, profile);
    deploy::register(&mut schedule, profile);
    targeting::register(&mut schedule, profile);
    movement::register(&mut schedule, profile);
    shooting::register(&mut schedule, profile);
    damage::register(&mut schedule, profile);
    melee::register(&mut schedule, profile);
    morale::register(&mut schedule, profile);
    census::register(&mut schedule, profile);
    victory::register(&mut schedule, profile);
    finalize::register(&mut schedule, profile);
    schedule
}
