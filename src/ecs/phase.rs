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
//! The phases are cut into [`Part`]s. The exchange of fire runs once for each of the rule book's `volleys`; the opening, the
//! melee and the closing run in rounds in which a battle has use for them. Systems run one after another on the single-threaded executor;
//! parallelism lives inside a system, never between two. The list of systems is in `systems/mod.rs`.

use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{
    IntoScheduleConfigs, LogLevel, ScheduleBuildError, ScheduleBuildSettings, ScheduleLabel,
    SingleThreadedExecutor,
};
use bevy_ecs::system::ScheduleSystem;

use super::resources::{Battle, Battles, Volley};

/// The parts of a round, in the order in which they run.
#[derive(ScheduleLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Who is hostile, where all stand: in rounds in which somebody arrives.
    Opening,
    /// Whom they choose, how they move.
    Approach,
    /// The fire, and where it lands: once for each volley.
    Exchange,
    /// The strikes by hand: on the ground.
    Melee,
    /// What the round has done to nerve and numbers, and whether it is over.
    Aftermath,
    /// The accounts of the battles that ended in this round.
    Closing,
}

impl Part {
    /// All parts, in order.
    pub const ALL: [Self; 6] =
        [Self::Opening, Self::Approach, Self::Exchange, Self::Melee, Self::Aftermath, Self::Closing];

    /// Its phases, in order.
    pub const fn phases(self) -> &'static [Phase] {
        match self {
            Self::Opening => &[Phase::Treaty, Phase::Deploy],
            Self::Approach => &[Phase::Targeting, Phase::Movement],
            Self::Exchange => &[Phase::Muster, Phase::Redirect, Phase::Shooting, Phase::Damage],
            Self::Melee => &[Phase::Melee, Phase::MeleeDamage],
            Self::Aftermath => &[Phase::Morale, Phase::Recovery, Phase::Census, Phase::Victory],
            Self::Closing => &[Phase::Finalize],
        }
    }

    /// Whether a battle has use for it now; if not, its systems would find nothing to do.
    fn is_due(self, battles: &Battles) -> bool {
        let mut battles = battles.0.iter();
        match self {
            Self::Opening => battles.any(Battle::awaits_arrivals),
            Self::Melee => battles.any(|battle| battle.on_ground),
            Self::Closing => battles.any(Battle::awaits_account),
            Self::Approach | Self::Exchange | Self::Aftermath => true,
        }
    }
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

impl Phase {
    /// Its name in records and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Treaty => "treaty",
            Self::Deploy => "deploy",
            Self::Targeting => "targeting",
            Self::Movement => "movement",
            Self::Muster => "muster",
            Self::Redirect => "redirect",
            Self::Shooting => "shooting",
            Self::Damage => "damage",
            Self::Melee => "melee",
            Self::MeleeDamage => "melee damage",
            Self::Morale => "morale",
            Self::Recovery => "recovery",
            Self::Census => "census",
            Self::Victory => "victory",
            Self::Finalize => "finalize",
        }
    }
}

/// What looks at what a phase left behind.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Behind(Phase);

/// One round of every battle in the world: a schedule for each part.
pub struct Round {
    parts: [Schedule; Part::ALL.len()],
    /// Whether parts for which no battle has use run, too.
    whole: bool,
}

impl Round {
    /// The phases in order, and no systems yet.
    pub fn empty() -> Self {
        Self { parts: Part::ALL.map(schedule), whole: false }
    }

    /// Adds systems to a phase.
    pub fn add<M>(&mut self, phase: Phase, systems: impl IntoScheduleConfigs<ScheduleSystem, M>) {
        for (part, schedule) in Part::ALL.into_iter().zip(&mut self.parts) {
            if part.phases().contains(&phase) {
                schedule.add_systems(systems.in_set(phase));
                return;
            }
        }
    }

    /// Adds a system that looks at what a phase left behind.
    pub fn behind<M>(&mut self, phase: Phase, system: impl IntoScheduleConfigs<ScheduleSystem, M>) {
        for (part, schedule) in Part::ALL.into_iter().zip(&mut self.parts) {
            let phases = part.phases();
            if let Some(index) = phases.iter().position(|&known| known == phase) {
                let behind = system.in_set(Behind(phase)).after(phase);
                match phases.get(index + 1) {
                    Some(&next) => schedule.add_systems(behind.before(next)),
                    None => schedule.add_systems(behind),
                };
                return;
            }
        }
    }

    /// Puts a system behind every phase, and behind what looks at it. From then on every part runs in every round.
    pub fn tap<M, T: IntoScheduleConfigs<ScheduleSystem, M>>(&mut self, system: impl Fn() -> T) {
        self.whole = true;
        for (part, schedule) in Part::ALL.into_iter().zip(&mut self.parts) {
            let phases = part.phases();
            for (index, &phase) in phases.iter().enumerate() {
                let behind = system().after(phase).after(Behind(phase));
                match phases.get(index + 1) {
                    Some(&next) => schedule.add_systems(behind.before(next)),
                    None => schedule.add_systems(behind),
                };
            }
        }
    }

    /// The names of the phases of a round with so many volleys, in the order in which they run.
    pub fn phases(volleys: u32) -> Vec<String> {
        let mut names = Vec::new();
        for part in Part::ALL {
            let turns = if part == Part::Exchange { volleys } else { 1 };
            for turn in 1..=turns {
                let volley = if turns > 1 { format!(" of volley {turn}") } else { String::new() };
                names.extend(part.phases().iter().map(|phase| format!("{}{volley}", phase.name())));
            }
        }
        names
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
        for (part, schedule) in Part::ALL.into_iter().zip(&mut self.parts) {
            if !(self.whole || part.is_due(world.resource::<Battles>())) {
                continue;
            }
            let turns = if part == Part::Exchange { volleys } else { 1 };
            for turn in 0..turns {
                world.resource_mut::<Volley>().turn = turn;
                schedule.run(world);
            }
        }
    }

    /// The schedules, in the order in which they run.
    pub fn parts(&mut self) -> [&mut Schedule; Part::ALL.len()] {
        self.parts.each_mut()
    }
}

fn schedule(part: Part) -> Schedule {
    let mut schedule = Schedule::new(part);
    schedule.set_executor(SingleThreadedExecutor::new()).set_build_settings(ScheduleBuildSettings {
        ambiguity_detection: LogLevel::Error,
        hierarchy_detection: LogLevel::Error,
        ..Default::default()
    });
    for pair in part.phases().windows(2) {
        schedule.configure_sets((pair[0], pair[1]).chain());
    }
    schedule
}
