//! The pipeline of one round, in the one place where it can be read.
//!
//! | # | phase                 | reads                                          | writes                              |
//! |---|-----------------------|------------------------------------------------|-------------------------------------|
//! | 1 | [`Phase::Treaty`]     | the battle's wars (first round only)           | `Hostility`                         |
//! | 2 | [`Phase::Deploy`]     | sides, positions given (first round only)      | `X`, `Y`, `Status` of reserves      |
//! | 3 | [`Phase::Targeting`]  | positions, `Side`, `Status`, `Hostility`       | `Target`                            |
//! | 4 | [`Phase::Movement`]   | `Target`, positions, `Stance`, `Speed`         | `X`, `Y`, `TargetDistance`          |
//! | 5 | [`Phase::Muster`]     | `Status`, mounts (first volley only)           | who fires in this volley            |
//! | 6 | [`Phase::Redirect`]   | `Target`, positions, `Status`                  | `Target`, `TargetDistance`, splits  |
//! | 7 | [`Phase::Shooting`]   | mounts, `Target`, `TargetDistance`, rolls      | `Volley`, `Ready`, shots, hits      |
//! | 8 | [`Phase::Damage`]     | `Volley`                                       | `Hull`, `Shield`, kills, damage     |
//! | 9 | [`Phase::Melee`]      | ground units in contact, rolls                 | `Volley`, `Contact`                 |
//! | 10 | [`Phase::MeleeDamage`]| `Volley`                                      | as [`Phase::Damage`]                |
//! | 11 | [`Phase::Morale`]    | `Suppression`, `Fatigue`, `Hull`, rolls        | `Status`, `Suppression`, `Fatigue`  |
//! | 12 | [`Phase::Recovery`]  | regeneration                                   | `Hull`, `Shield`                    |
//! | 13 | [`Phase::Census`]    | all that changes                               | `SideState`, `Timeline`, `Digest`   |
//! | 14 | [`Phase::Victory`]   | `SideState`, `Hostility`                       | `Ending`, `Status` of the losers    |
//! | 15 | [`Phase::Finalize`]  | all ledgers (after the last round only)        | `Account`                           |
//!
//! Phases 1 to 4 are the round's approach and run once, 5 to 8 its exchange of fire, which runs once for each of the
//! rule book's `volleys`, and 9 to 15 its aftermath. Systems run one after another on the single-threaded executor;
//! parallelism lives inside a system, never between two. The list of systems is in `systems/mod.rs`.

use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{
    IntoScheduleConfigs, LogLevel, ScheduleBuildError, ScheduleBuildSettings, ScheduleLabel,
    SingleThreadedExecutor,
};
use bevy_ecs::system::ScheduleSystem;

use super::resources::Volley;

/// The parts of a round, in the order in which they run.
#[derive(ScheduleLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Who is hostile, where all stand, whom they choose, how they move: once.
    Approach,
    /// The fire, and where it lands: once for each volley.
    Exchange,
    /// All else, to the round's end: once.
    Aftermath,
}

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
    /// Who fires in this volley.
    Muster,
    /// Whoever's target fell to an earlier volley chooses anew; massive units split their fire.
    Redirect,
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

/// One round of every battle in the world: three schedules, the middle one run once for each volley.
pub struct Round {
    approach: Schedule,
    exchange: Schedule,
    aftermath: Schedule,
}

impl Round {
    /// The phases in order, and no systems yet.
    pub fn empty() -> Self {
        let mut round = Self {
            approach: schedule(Part::Approach),
            exchange: schedule(Part::Exchange),
            aftermath: schedule(Part::Aftermath),
        };
        round
            .approach
            .configure_sets((Phase::Treaty, Phase::Deploy, Phase::Targeting, Phase::Movement).chain());
        round
            .exchange
            .configure_sets((Phase::Muster, Phase::Redirect, Phase::Shooting, Phase::Damage).chain());
        round.aftermath.configure_sets(
            (
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
        round
    }

    /// Adds systems to a phase.
    pub fn add<M>(&mut self, phase: Phase, systems: impl IntoScheduleConfigs<ScheduleSystem, M>) {
        let part = match phase {
            Phase::Treaty | Phase::Deploy | Phase::Targeting | Phase::Movement => &mut self.approach,
            Phase::Muster | Phase::Redirect | Phase::Shooting | Phase::Damage => &mut self.exchange,
            _ => &mut self.aftermath,
        };
        part.add_systems(systems.in_set(phase));
    }

    /// Prepares the systems.
    ///
    /// # Errors
    /// If the order of two systems that exclude each other is open.
    pub fn initialize(&mut self, world: &mut World) -> Result<(), ScheduleBuildError> {
        self.parts().into_iter().try_for_each(|part| part.initialize(world).map(drop))
    }

    /// Runs the round with so many volleys.
    pub fn run(&mut self, world: &mut World, volleys: u32) {
        self.approach.run(world);
        for turn in 0..volleys {
            world.resource_mut::<Volley>().turn = turn;
            self.exchange.run(world);
        }
        self.aftermath.run(world);
    }

    /// The schedules, in the order in which they run.
    pub fn parts(&mut self) -> [&mut Schedule; 3] {
        [&mut self.approach, &mut self.exchange, &mut self.aftermath]
    }
}

fn schedule(part: Part) -> Schedule {
    let mut schedule = Schedule::new(part);
    schedule.set_executor(SingleThreadedExecutor::new()).set_build_settings(ScheduleBuildSettings {
        ambiguity_detection: LogLevel::Error,
        hierarchy_detection: LogLevel::Error,
        ..Default::default()
    });
    schedule
}
