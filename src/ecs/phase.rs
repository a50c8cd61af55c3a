//! The pipeline of one round, in the one place where it can be read.
//!
//! | # | phase                 | reads                                          | writes                              |
//! |---|-----------------------|------------------------------------------------|-------------------------------------|
//! | 1 | [`Phase::Treaty`]     | the battle's wars (first round only)           | `Hostility`                         |
//! | 2 | [`Phase::Deploy`]     | sides, positions given (first round only)      | `X`, `Y`                            |
//! | 3 | [`Phase::Targeting`]  | positions, `Side`, `Status`, `Hostility`       | `Target`                            |
//! | 4 | [`Phase::Movement`]   | `Target`, positions, `Stance`, `Speed`         | `X`, `Y`, `TargetDistance`          |
//! | 5 | [`Phase::Shooting`]   | mounts, `Target`, `TargetDistance`, rolls      | `Volley`, `Ready`, shots, hits      |
//! | 6 | [`Phase::Damage`]     | `Volley`                                       | `Hull`, `Shield`, kills, damage     |
//! | 7 | [`Phase::Melee`]      | ground units in contact, rolls                 | `Volley`, `Contact`                 |
//! | 8 | [`Phase::MeleeDamage`]| `Volley`                                       | as [`Phase::Damage`]                |
//! | 9 | [`Phase::Morale`]     | `Suppression`, `Fatigue`, `Hull`, rolls        | `Status`, `Suppression`, `Fatigue`  |
//! | 10 | [`Phase::Recovery`]  | regeneration                                   | `Hull`, `Shield`                    |
//! | 11 | [`Phase::Census`]    | all that changes                               | `SideState`, `Timeline`, `Digest`   |
//! | 12 | [`Phase::Victory`]   | `SideState`, `Hostility`                       | `Ending`, `Status` of the losers    |
//! | 13 | [`Phase::Finalize`]  | all ledgers (after the last round only)        | `Account`                           |
//!
//! Systems run one after another on the single-threaded executor; parallelism lives inside a system, never
//! between two. The list of systems is in `systems/mod.rs`.

use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings, ScheduleLabel, SingleThreadedExecutor};

/// One round of every battle in the world.
#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
pub struct FightRound;

/// The phases of a round. The order of the variants is the order of execution.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Treaties become hostility.
    Treaty,
    /// Units take their places.
    Deploy,
    /// Every unit chooses the nearest enemy.
    Targeting,
    /// All move at once.
    Movement,
    /// All fire at once; nobody is hurt yet.
    Shooting,
    /// The shots land, in order.
    Damage,
    /// Ground units in contact strike, all at once.
    Melee,
    /// The strikes land, in order.
    MeleeDamage,
    /// Who loses his nerve runs; who finds it again fights on.
    Morale,
    /// Shields and hulls regain points.
    Recovery,
    /// Who is left is counted and written down.
    Census,
    /// Whether it is over.
    Victory,
    /// The account of a battle that is over.
    Finalize,
}

/// A schedule with the phases in order and no systems yet.
pub fn empty_round() -> Schedule {
    let mut schedule = Schedule::new(FightRound);
    schedule
        .set_executor(SingleThreadedExecutor::new())
        .set_build_settings(ScheduleBuildSettings {
            ambiguity_detection: LogLevel::Error,
            hierarchy_detection: LogLevel::Error,
            ..Default::default()
        })
        .configure_sets(
            (
                Phase::Treaty,
                Phase::Deploy,
                Phase::Targeting,
                Phase::Movement,
                Phase::Shooting,
                Phase::Damage,
                Phase::Melee,
                Phase::MeleeDamage,
                Phase::Morale,
                Phase::Recovery,
                Phase::Census,
                Phase::Victory,
                Phase::Finalize,
            )
                .chain(),
        );
    schedule
}
