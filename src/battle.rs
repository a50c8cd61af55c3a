//! One battle: a world that is built once, reset for each battle and run round by round.

use std::sync::Arc;

use bevy_ecs::prelude::*;

use crate::ecs::components::{
    MountStates, MountTemplate, MountView, Traits, UnitStates, UnitTemplate, UnitView,
};
use crate::ecs::digest::Digest;
use crate::ecs::phase::Round;
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battle, Battles, Hostility, RuleBook, Scratch, SideState, Timeline, Volley};
use crate::ecs::roll::RollKey;
use crate::ecs::store::Row;
use crate::ecs::workers::Workers;
use crate::error::{Error, Result};
use crate::rules::Rules;
use crate::systems;

/// Rounds whose timeline is reserved before the first one, so that they do not allocate.
const RESERVED_ROUNDS: usize = 1024;
/// Timeline rows that are reserved at most.
const RESERVED_ROWS: usize = 1 << 16;

/// Asked once a round: whether the caller wants the battle to stop.
pub type Interrupt<'a> = &'a dyn Fn() -> bool;

/// Everything about a battle before its first round.
#[derive(Clone, Debug, Default)]
pub struct Lineup {
    /// The units, in order of id.
    pub units: UnitTemplate,
    /// Their weapons, in order of (unit, slot).
    pub mounts: MountTemplate,
    /// The factions, in order of name.
    pub sides: Vec<SideSetup>,
    /// The fleets, in order of id.
    pub fleets: Vec<FleetSetup>,
    /// Pairs of sides at war.
    pub wars: Vec<(u16, u16)>,
    /// Side of the map, in tiles.
    pub map: f64,
    /// The round that ends the battle.
    pub max_rounds: u32,
    /// The units' morale, in points: reported, and used by no rule yet.
    pub morale: Vec<f64>,
    /// The units' rows in the mirror.
    pub unit_rows: Vec<Row>,
    /// The weapons' rows in the mirror.
    pub mount_rows: Vec<Row>,
}

/// A faction before the battle.
#[derive(Clone, Debug, PartialEq)]
pub struct SideSetup {
    /// Its name.
    pub name: Arc<str>,
    /// Whether it holds the ground in a stalemate.
    pub defender: bool,
    /// Its share of all cost lost (R-FINAL-3).
    pub plunder_ratio: f64,
}

/// A fleet before the battle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FleetSetup {
    /// Its id.
    pub id: i64,
    /// Its faction.
    pub side: u16,
    /// Its row in the mirror.
    pub row: Row,
}

/// A world in which battles are fought, one after another.
pub struct BattleWorld {
    world: World,
    round: Round,
    profile: Profile,
    units: UnitStates,
    mounts: MountStates,
    unit_rows: usize,
    mount_rows: usize,
}

impl BattleWorld {
    /// An empty world with these rules, whose systems may use these threads.
    pub fn new(rules: Rules, workers: Workers) -> Self {
        let mut world = World::new();
        world.insert_resource(RuleBook(rules));
        world.insert_resource(workers);
        world.init_resource::<Battles>();
        world.init_resource::<Volley>();
        world.init_resource::<Scratch>();
        let profile = Profile::default();
        let mut round = systems::round(&profile);
        // Now, so that the first battle's profile holds systems only.
        round.initialize(&mut world).expect("the pipeline has one order: a test holds it");
        let (units, mounts) = (UnitStates::new(&mut world), MountStates::new(&mut world));
        Self { world, round, profile, units, mounts, unit_rows: 0, mount_rows: 0 }
    }

    /// The threads its systems may use.
    pub fn workers(&self) -> &Workers {
        self.world.resource::<Workers>()
    }

    /// Replaces the threads its systems may use.
    pub fn set_workers(&mut self, workers: Workers) {
        self.world.insert_resource(workers);
    }

    /// Resets the world to the start of a battle.
    pub fn load(&mut self, lineup: &Lineup, seed: u64) {
        let Self { world, units, mounts, unit_rows, mount_rows, .. } = self;
        units.reset(world, &lineup.units, 1, unit_rows);
        mounts.reset(world, &lineup.mounts, 1, mount_rows);
        let rules = world.resource::<RuleBook>().0;
        let battle = start(lineup, seed, &rules);
        world.resource_mut::<Battles>().0 = vec![battle];
        let mut volley = world.resource_mut::<Volley>();
        volley.shots.reserve(lineup.mounts.len().max(lineup.units.len()));
        volley.ends.reserve(1);
        let massive = lineup.units.traits.iter().zip(&lineup.units.mounts);
        let massive = massive.filter(|(traits, _)| traits.has(Traits::MASSIVE));
        volley.splits.reserve(massive.map(|(_, mounts)| mounts.0 as usize).sum());
        world.resource_mut::<Scratch>().running.reserve(lineup.units.len());
        self.profile.clear();
    }

    /// Fights one round of the battle that is loaded; whether it goes on.
    pub fn step(&mut self) -> bool {
        for battle in self.world.resource_mut::<Battles>().running() {
            battle.round += 1;
            for side in &mut battle.sides {
                (side.dealt, side.kills) = (0.0, 0);
            }
        }
        let volleys = self.rules().volleys;
        self.round.run(&mut self.world, volleys);
        self.world.resource_mut::<Battles>().running().next().is_some()
    }

    /// Fights the battle that is loaded to its end.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if the caller wants it to stop.
    pub fn fight(&mut self, interrupt: Interrupt<'_>) -> Result<()> {
        self.profile.start();
        while self.step() {
            if interrupt() {
                return Err(Error::Interrupted { round: self.battle().round });
            }
        }
        Ok(())
    }

    /// The battle that is loaded.
    pub fn battle(&self) -> &Battle {
        &self.world.resource::<Battles>().0[0]
    }

    /// The rules in force.
    pub fn rules(&self) -> &Rules {
        &self.world.resource::<RuleBook>().0
    }

    /// How long each system took since the battle was loaded.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The columns of the battle's units and mounts. Rows past its own belong to nobody.
    pub fn columns(&mut self) -> (UnitView<'_>, MountView<'_>) {
        (self.units.view(&self.world), self.mounts.view(&self.world))
    }

    /// Lets the account of a battle that has ended be made again.
    pub fn forget_account(&mut self) {
        self.world.resource_mut::<Battles>().0[0].account = None;
    }

    /// The world itself, to run a single system in it.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

/// The battle of a lineup before its first round.
fn start(lineup: &Lineup, seed: u64, rules: &Rules) -> Battle {
    let mut timeline = Timeline::default();
    timeline.reserve((lineup.sides.len() * RESERVED_ROUNDS).min(RESERVED_ROWS));
    Battle {
        units: 0..lineup.units.len(),
        mounts: 0..lineup.mounts.len(),
        key: RollKey::new(seed, 0),
        round: 0,
        max_rounds: lineup.max_rounds,
        map: lineup.map,
        sides: lineup
            .sides
            .iter()
            .map(|side| SideState { defender: side.defender, ..SideState::default() })
            .collect(),
        wars: lineup.wars.clone(),
        hostile: Hostility::default(),
        firing: 0..lineup.units.len(),
        cuts: Vec::with_capacity(rules.volleys as usize + 1),
        quiet: 0,
        killless: 0,
        ending: None,
        digest: fingerprint(lineup, seed, rules),
        timeline,
        fleets: lineup.fleets.len(),
        reserves: vec![Vec::new(); lineup.sides.len()],
        account: None,
    }
}

/// The fingerprint of a battle before its first round: seed, rules, input.
fn fingerprint(lineup: &Lineup, seed: u64, rules: &Rules) -> Digest {
    let mut digest = Digest::new("battle");
    digest.fold(&[seed]);
    // Only what differs from the book: a rule that the book gains leaves the battles that do not use it as they are.
    for (name, value) in rules.changed() {
        digest.fold(name.as_bytes());
        digest.fold(&[value]);
    }
    for side in &lineup.sides {
        digest.fold(side.name.as_bytes());
        digest.fold(&[u8::from(side.defender)]);
    }
    digest.fold(&lineup.fleets.iter().map(|fleet| fleet.id).collect::<Vec<i64>>());
    digest.fold(&lineup.wars.iter().flat_map(|&(a, b)| [a, b]).collect::<Vec<u16>>());
    digest.fold(&[lineup.map]);
    digest.fold(&[lineup.max_rounds]);
    lineup.units.fold(&mut digest);
    lineup.mounts.fold(&mut digest);
    digest
}
