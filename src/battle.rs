//! One battle: a world that is built once, reset for each battle and run round by round.

use std::sync::Arc;

use bevy_ecs::prelude::*;

use crate::ecs::account::Account;
use crate::ecs::components::{
    MountStates, MountTemplate, MountView, Traits, UnitStates, UnitTemplate, UnitView,
};
use crate::ecs::digest::Digest;
use crate::ecs::phase::Round;
use crate::ecs::profile::Profile;
use crate::ecs::resources::{
    Battle, Battles, Ending, Hostility, RuleBook, Scratch, SideState, Timeline, Volley,
};
use crate::ecs::roll::RollKey;
use crate::ecs::simd::{self, Level};
use crate::ecs::store::Row;
use crate::ecs::trace::Trace;
use crate::ecs::witness::{Depth, Witness};
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
    /// Each side's reserves, the next one last, if the units stand in their places already (R-DEPLOY-3).
    pub deployed: Option<Vec<Vec<u32>>>,
    /// The units' morale, in points: reported, and used by no rule.
    pub morale: Vec<f64>,
    /// The units' rows in the mirror.
    pub unit_rows: Vec<Row>,
    /// The weapons' rows in the mirror.
    pub mount_rows: Vec<Row>,
}

impl Lineup {
    /// Forgets the columns of units and mounts, which the world in which it was loaded holds: a large battle is held once.
    pub(crate) fn forget_columns(&mut self) {
        (self.units, self.mounts) = (UnitTemplate::default(), MountTemplate::default());
    }
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
        Self::with(rules, workers, Profile::default(), systems::round)
    }

    /// As [`Self::new`], without a clock: for the bench that asks what the profile costs.
    pub fn without_clock(rules: Rules, workers: Workers) -> Self {
        Self::with(rules, workers, Profile::stopped(), systems::round)
    }

    /// As [`Self::new`], with a [`Witness`] who writes down so much; battles come out the same.
    pub fn noted(rules: Rules, workers: Workers, depth: Depth) -> Self {
        let mut battles =
            Self::with(rules, workers, Profile::default(), |profile| systems::noted_round(profile, depth));
        battles.world.insert_resource(Witness::new(depth));
        battles
    }

    /// As [`Self::noted`], with a [`Trace`] of the battle too, which is slower; battles come out the same.
    pub fn traced(rules: Rules, workers: Workers) -> Self {
        let mut battles = Self::with(rules, workers, Profile::default(), systems::traced_round);
        battles.world.insert_resource(Witness::new(Depth::Shots));
        let trace = Trace::new(&mut battles.world);
        battles.world.insert_resource(trace);
        battles
    }

    fn with(rules: Rules, workers: Workers, profile: Profile, round: impl Fn(&Profile) -> Round) -> Self {
        let mut world = World::new();
        world.insert_resource(RuleBook(rules));
        world.insert_resource(workers);
        // Doors refuse a level that is misspelt; a battle does not care which it has.
        world.insert_resource(simd::level().unwrap_or(Level::Baseline));
        world.init_resource::<Battles>();
        world.init_resource::<Volley>();
        world.init_resource::<Scratch>();
        let mut round = round(&profile);
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
        self.load_replica(lineup, seed, 0);
    }

    /// Resets the world to the start of a replica of a battle; replica 0 is the battle itself.
    pub fn load_replica(&mut self, lineup: &Lineup, seed: u64, replica: u32) {
        self.seat(lineup, 1);
        let rules = *self.rules();
        let battle = &mut self.world.resource_mut::<Battles>().0[0];
        battle.chronicled = true;
        battle.timeline.reserve((lineup.sides.len() * RESERVED_ROUNDS).min(RESERVED_ROWS));
        battle.digest = fingerprint(lineup, seed, &rules);
        if replica > 0 {
            battle.digest.fold(&[replica]);
        }
        if let Some(mut witness) = self.world.get_resource_mut::<Witness>() {
            let UnitTemplate { side, fleet, traits, status, .. } = &lineup.units;
            witness.open((side, fleet, traits), status);
        }
        self.begin(lineup, 0, RollKey::new(seed, replica));
    }

    /// Makes room for `slots` battles of a lineup side by side, none of them begun and none of them to be chronicled.
    pub fn seat(&mut self, lineup: &Lineup, slots: usize) {
        let Self { world, units, mounts, unit_rows, mount_rows, .. } = self;
        units.make_room(world, &lineup.units, slots, unit_rows);
        mounts.make_room(world, &lineup.mounts, slots, mount_rows);
        let volleys = world.resource::<RuleBook>().0.volleys as usize;
        let battles = &mut world.resource_mut::<Battles>().0;
        let mut before = std::mem::take(battles).into_iter();
        battles.extend((0..slots).map(|slot| {
            let mut battle = idle(lineup, slot, volleys);
            // The memory of an account that nobody reads any more: new pages cost more than what is written there.
            battle.spare = before.next().map(Battle::into_spare).unwrap_or_default();
            battle
        }));
        let mut volley = world.resource_mut::<Volley>();
        let most = slots * lineup.mounts.len().max(lineup.units.len());
        volley.shots.reserve(most);
        volley.wounding.reserve(most);
        volley.ends.reserve(slots);
        let massive = lineup.units.traits.iter().zip(&lineup.units.mounts);
        let massive = massive.filter(|(traits, _)| traits.has(Traits::MASSIVE));
        volley.splits.reserve(slots * massive.map(|(_, mounts)| mounts.0 as usize).sum::<usize>());
        world.resource_mut::<Scratch>().running.reserve(lineup.units.len());
        self.profile.clear();
    }

    /// Begins a battle of the lineup that was seated, with these rolls, in a slot.
    pub fn begin(&mut self, lineup: &Lineup, slot: usize, key: RollKey) {
        self.units.reset(&mut self.world, &lineup.units, slot);
        self.mounts.reset(&mut self.world, &lineup.mounts, slot);
        let battle = &mut self.world.resource_mut::<Battles>().0[slot];
        (battle.key, battle.round, battle.ending) = (key, 0, None);
        (battle.quiet, battle.killless) = (0, 0);
        battle.present.clear();
        battle.present.extend(0..lineup.units.len() as u32);
        if let Some(account) = battle.account.take().filter(|account| !account.units.is_empty()) {
            battle.spare = account;
        }
        for (reserve, first) in battle.reserves.iter_mut().zip(lineup.deployed.iter().flatten()) {
            reserve.clone_from(first);
        }
    }

    /// The lineup with its units in their places: its battles are the same, and deploy nobody (R-DEPLOY-2).
    pub fn deploy(&mut self, lineup: &Lineup) -> Lineup {
        self.seat(lineup, 1);
        self.begin(lineup, 0, RollKey::new(0, 0));
        self.world.resource_mut::<Battles>().0[0].round = 1;
        let deployed = self.world.run_system_cached(systems::deploy::deploy);
        deployed.expect("the system's parameters are in the world");
        let reserves = self.battle().reserves.clone();
        let mut lineup = Lineup { deployed: Some(reserves), ..lineup.clone() };
        let rows = lineup.units.len();
        let (units, _) = self.columns();
        lineup.units.x.copy_from_slice(&units.x[..rows]);
        lineup.units.y.copy_from_slice(&units.y[..rows]);
        lineup.units.status.copy_from_slice(&units.status[..rows]);
        lineup
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
        // What went on between the rounds belongs to no system.
        self.profile.start();
        self.round.run(&mut self.world, volleys);
        self.world.resource_mut::<Battles>().running().next().is_some()
    }

    /// Fights the battle that is loaded to its end.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if the caller wants it to stop.
    pub fn fight(&mut self, interrupt: Interrupt<'_>) -> Result<()> {
        self.fight_watched(interrupt, |_| Ok(()))
    }

    /// Fights the battle that is loaded to its end, and shows it to `watch` after each round.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if the caller wants it to stop; the first error of `watch`.
    pub fn fight_watched(
        &mut self,
        interrupt: Interrupt<'_>,
        mut watch: impl FnMut(&mut Self) -> Result<()>,
    ) -> Result<()> {
        loop {
            let goes_on = self.step();
            watch(self)?;
            if !goes_on {
                return Ok(());
            }
            if interrupt() {
                return Err(Error::Interrupted { round: Some(self.battle().round) });
            }
        }
    }

    /// The battle that is loaded.
    pub fn battle(&self) -> &Battle {
        &self.battles()[0]
    }

    /// The battles of all slots.
    pub fn battles(&self) -> &[Battle] {
        &self.world.resource::<Battles>().0
    }

    /// The rules in force.
    pub fn rules(&self) -> &Rules {
        &self.world.resource::<RuleBook>().0
    }

    /// How long each system took since the battle was loaded.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// What the witness of a noted world wrote down; absent in other worlds.
    pub fn witness(&mut self) -> Option<Mut<'_, Witness>> {
        self.world.get_resource_mut()
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

/// A battle of a lineup that has not begun, in a slot of the world.
fn idle(lineup: &Lineup, slot: usize, volleys: usize) -> Battle {
    let (units, mounts) = (lineup.units.len(), lineup.mounts.len());
    let any = |bit| lineup.units.traits.iter().any(|traits| traits.has(bit));
    let side = |side: &SideSetup| SideState { defender: side.defender, ..SideState::default() };
    let mut sides: Vec<SideState> = lineup.sides.iter().map(side).collect();
    for (side, hull) in lineup.units.side.iter().zip(&lineup.units.max_hull) {
        sides[usize::from(side.0)].max_hull += hull.0;
    }
    Battle {
        units: slot * units..(slot + 1) * units,
        mounts: slot * mounts..(slot + 1) * mounts,
        present: Vec::with_capacity(units),
        key: RollKey::new(0, 0),
        round: 0,
        max_rounds: lineup.max_rounds,
        map: lineup.map,
        sides,
        wars: lineup.wars.clone(),
        hostile: Hostility::default(),
        firing: slot * units..(slot + 1) * units,
        cuts: Vec::with_capacity(volleys + 1),
        quiet: 0,
        killless: 0,
        ending: Some(Ending::Stalemate(None)),
        has_massive: any(Traits::MASSIVE),
        interdicts: any(Traits::INTERDICTOR),
        on_ground: any(Traits::GROUND),
        regains: lineup.units.shield_regen.iter().any(|regen| regen.0 > 0.0)
            || lineup.units.hull_regen.iter().any(|regen| regen.0 > 0.0),
        chronicled: false,
        deployed: lineup.deployed.is_some(),
        digest: Digest::new("battle"),
        timeline: Timeline::default(),
        fleets: lineup.fleets.len(),
        reserves: vec![Vec::new(); lineup.sides.len()],
        account: Some(Account::default()),
        spare: Account::default(),
    }
}

/// The fingerprint of a battle before its first round: seed, rules, input.
///
/// Folded in, in this order: the seed; of each rule that differs from the book its name and its value as a number (of a
/// word its place among the legal ones); of each faction, in order of name, its name and whether it defends; the ids of
/// the fleets; the pairs of factions at war, by index, in order; the map's side; the round limit; every column of the
/// units, then of the mounts, as declared in `ecs/components.rs` and as they are before deployment. There is one NaN
/// and no negative zero: the gate sees to that.
pub fn fingerprint(lineup: &Lineup, seed: u64, rules: &Rules) -> Digest {
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
