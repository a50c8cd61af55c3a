//! Each system alone, without a schedule and without its neighbours.

use multi_universe_core::Rules;
use multi_universe_core::battle::{BattleWorld, FleetSetup, Lineup, SideSetup};
use multi_universe_core::ecs::components::*;
use multi_universe_core::ecs::resources::{Battles, Ending, RuleBook, Shot, Volley};
use multi_universe_core::ecs::workers::Workers;
use multi_universe_core::systems::{
    census, damage, deploy, finalize, melee, morale, movement, shooting, targeting, treaty, victory,
};

/// A plain ship.
pub fn unit(id: i64, side: u16, x: f64, y: f64) -> UnitBundle {
    UnitBundle {
        id: UnitId(id),
        side: Side(side),
        fleet: FleetSlot(u32::from(side)),
        status: Status::DEPLOYED,
        traits: Traits(0),
        stance: Stance::CHARGE,
        hull: Hull(500.0),
        max_hull: MaxHull(500.0),
        shield: Shield(0.0),
        max_shield: MaxShield(0.0),
        shield_regen: ShieldRegen(0.0),
        hull_regen: HullRegen(0.0),
        x: X(x),
        y: Y(y),
        formation_x: FormationX(f64::NAN),
        formation_y: FormationY(f64::NAN),
        target: Target(NOBODY),
        target_distance: TargetDistance(f64::INFINITY),
        speed: Speed(6.0),
        reach: Reach(24.0),
        aim: Aim(55.0),
        exposure: Exposure(0.75),
        armor_save: ArmorSave(6.0),
        field: Field(0.0),
        suppression: Suppression(0.0),
        fatigue: Fatigue(0.0),
        leadership: Leadership(7.0),
        melee_attack: MeleeAttack(50.0),
        melee_damage: MeleeDamage(10.0),
        melee_pierce: MeleePierce(0.0),
        charge: Charge(0.0),
        contact: Contact(0),
        struck: Struck(0.0),
        first_mount: FirstMount(0),
        mounts: Mounts(0),
        cost: Cost(100.0),
        kills: Kills(0),
        taken: Taken(0.0),
        killed_by: KilledBy(NOBODY),
        death_round: DeathRound(0),
    }
}

/// A plain weapon.
pub fn mount(shooter: u32, slot: u16) -> MountBundle {
    MountBundle {
        shooter: Shooter(shooter),
        slot: Slot(slot),
        range: Range(24.0),
        attacks: Attacks(2.0),
        power: Power(40.0),
        pierce: Pierce(0.0),
        cooldown: Cooldown(0),
        ready: Ready(0),
        shield_mult: ShieldMult(1.0),
        hull_mult: HullMult(1.0),
        integrity: Integrity(50.0),
        shots: Shots(0),
        hits: Hits(0),
        crits: Crits(0),
        dealt: Dealt(0.0),
        overkill: Overkill(0.0),
    }
}

/// A world at the start of round 1 of a battle between sides 0 and 1, on a map of 30 tiles.
pub fn world(units: &[UnitBundle], mounts: &[MountBundle]) -> BattleWorld {
    let mut lineup = Lineup { map: 30.0, max_rounds: 100, wars: vec![(0, 1)], ..Lineup::default() };
    for (side, name) in ["A", "B"].into_iter().enumerate() {
        lineup.sides.push(SideSetup { name: name.into(), defender: false, plunder_ratio: 0.0 });
        lineup.fleets.push(FleetSetup { id: side as i64, side: side as u16, row: 0 });
    }
    for (row, &unit) in units.iter().enumerate() {
        let carried = |mount: &&MountBundle| mount.shooter.0 as usize == row;
        let first = mounts.iter().position(|mount| mount.shooter.0 as usize >= row).unwrap_or(mounts.len());
        let count = mounts.iter().filter(carried).count();
        lineup.units.push(UnitBundle {
            first_mount: FirstMount(first as u32),
            mounts: Mounts(count as u32),
            ..unit
        });
    }
    mounts.iter().for_each(|&mount| lineup.mounts.push(mount));
    let mut battles = BattleWorld::new(Rules::default(), Workers::default());
    battles.load(&lineup, 1);
    let hostile = treaty::hostility(2, &lineup.wars);
    let mut resource = battles.world_mut().resource_mut::<Battles>();
    (resource.0[0].round, resource.0[0].hostile) = (1, hostile);
    battles
}

macro_rules! run {
    ($battles:expr, $system:path) => {
        bevy_ecs::system::RunSystemOnce::run_system_once($battles.world_mut(), $system)
            .expect("the system's parameters are in the world")
    };
}
pub(crate) use run;

#[test]
fn r_treaty_1_declares_wars_in_the_first_round() {
    let mut battles = world(&[unit(1, 0, 1.0, 1.0)], &[]);
    battles.world_mut().resource_mut::<Battles>().0[0].hostile = treaty::hostility(2, &[]);
    run!(battles, treaty::declare);
    assert!(battles.battle().hostile.hostile(0, 1));
}

#[test]
fn r_deploy_2_places_those_without_a_position_and_clamps_the_others() {
    let none = f64::NAN;
    let mut battles = world(
        &[unit(1, 0, none, none), unit(2, 0, none, none), unit(3, 1, none, none), unit(4, 1, 99.0, -5.0)],
        &[],
    );
    run!(battles, deploy::deploy);
    let (units, _) = battles.columns();
    let places: Vec<(f64, f64)> = units.x.iter().zip(units.y).map(|(x, y)| (x.0, y.0)).collect();
    assert_eq!(places, [(3.0, 14.0), (3.0, 16.0), (27.0, 15.0), (30.0, 0.0)]);
}

#[test]
fn r_deploy_2_sets_a_formation_around_the_factions_centre() {
    let none = f64::NAN;
    let mut units = [unit(1, 0, none, none), unit(2, 1, none, none)];
    for unit in &mut units {
        (unit.formation_x, unit.formation_y) = (FormationX(2.0), FormationY(1.0));
    }
    let mut battles = world(&units, &[]);
    run!(battles, deploy::deploy);
    let (units, _) = battles.columns();
    let places: Vec<(f64, f64)> = units.x.iter().zip(units.y).map(|(x, y)| (x.0, y.0)).collect();
    // Each ahead of its centre, which lies at (3, 15) and (27, 15), and to its own left.
    assert_eq!(places, [(5.0, 16.0), (25.0, 14.0)]);
}

#[test]
fn r_deploy_3_keeps_reserves_until_a_place_is_free() {
    let mut units: Vec<UnitBundle> = (0..4).map(|id| unit(id, 0, f64::NAN, f64::NAN)).collect();
    // The order is (fleet id, unit id): row 3 comes first.
    units.iter_mut().take(3).for_each(|unit| unit.fleet = FleetSlot(1));
    let mut battles = world(&units, &[]);
    battles.world_mut().resource_mut::<RuleBook>().0.deploy_cap = 2;
    run!(battles, deploy::deploy);
    let statuses = |battles: &mut BattleWorld| battles.columns().0.status.to_vec();
    let (deployed, reserve, dead) = (Status::DEPLOYED, Status::RESERVE, Status::DESTROYED);
    assert_eq!(statuses(&mut battles), [deployed, reserve, reserve, deployed]);
    battles.world_mut().resource_mut::<Battles>().0[0].round = 2;
    run!(battles, deploy::deploy);
    assert_eq!(statuses(&mut battles), [deployed, reserve, reserve, deployed], "no place is free");
    let mut query = battles.world_mut().query::<(&UnitId, &mut Status)>();
    query
        .iter_mut(battles.world_mut())
        .filter(|(id, _)| id.0 == 3)
        .for_each(|(_, mut status)| *status = dead);
    run!(battles, deploy::deploy);
    assert_eq!(statuses(&mut battles), [deployed, deployed, reserve, dead]);
}

#[test]
fn r_target_1_takes_the_nearest_then_the_lower_id_and_passes_static_ones_over() {
    let mut far_static = unit(4, 1, 3.0, 0.0);
    far_static.traits = Traits(Traits::STATIC);
    let mut battles =
        world(&[unit(1, 0, 0.0, 0.0), unit(2, 1, 14.0, 0.0), unit(3, 1, 0.0, 14.0), far_static], &[]);
    run!(battles, targeting::choose);
    let (units, _) = battles.columns();
    assert_eq!(units.target.iter().map(|target| target.0).collect::<Vec<_>>(), [1, 0, 0, 0]);
}

#[test]
fn r_target_1_ignores_the_dead() {
    let mut dead = unit(2, 1, 1.0, 0.0);
    (dead.status, dead.hull) = (Status::DESTROYED, Hull(0.0));
    let mut battles = world(&[unit(1, 0, 0.0, 0.0), dead, unit(3, 1, 9.0, 0.0)], &[]);
    run!(battles, targeting::choose);
    let (units, _) = battles.columns();
    assert_eq!(units.target.iter().map(|target| target.0).collect::<Vec<_>>(), [2, NOBODY, 0]);
}

#[test]
fn r_move_1_moves_all_at_once_on_the_positions_at_the_start() {
    let mut a = unit(1, 0, 0.0, 10.0);
    let mut b = unit(2, 1, 20.0, 10.0);
    (a.target, b.target) = (Target(1), Target(0));
    let mut battles = world(&[a, b], &[]);
    run!(battles, movement::advance);
    let (units, _) = battles.columns();
    assert_eq!((units.x[0].0, units.x[1].0), (6.0, 14.0));
    assert_eq!(units.target_distance[0].0, 8.0);
}

#[test]
fn r_shoot_1_fires_only_intact_ready_weapons_in_range() {
    let mut shooter = unit(1, 0, 0.0, 0.0);
    (shooter.target, shooter.target_distance) = (Target(1), TargetDistance(20.0));
    let (good, mut short, mut broken, mut cooling) = (mount(0, 0), mount(0, 1), mount(0, 2), mount(0, 3));
    (short.range, broken.integrity, cooling.ready) = (Range(19.0), Integrity(0.0), Ready(2));
    let mut battles = world(&[shooter, unit(2, 1, 20.0, 0.0)], &[good, short, broken, cooling]);
    run!(battles, shooting::fire);
    let shots = battles.world_mut().resource::<Volley>().shots.clone();
    assert_eq!(
        shots.iter().map(|shot| (shot.mount, shot.target, shot.attacks)).collect::<Vec<_>>(),
        [(0, 1, 2)]
    );
    let (units, mounts) = battles.columns();
    assert_eq!(units.hull[1].0, 500.0, "fire is only queued");
    assert_eq!((mounts.shots[0].0, mounts.ready[0].0), (2, 2));
}

#[test]
fn r_shoot_5_waits_its_cooldown() {
    let mut shooter = unit(1, 0, 0.0, 0.0);
    (shooter.target, shooter.target_distance) = (Target(1), TargetDistance(5.0));
    let mut slow = mount(0, 0);
    slow.cooldown = Cooldown(2);
    let mut battles = world(&[shooter, unit(2, 1, 5.0, 0.0)], &[slow]);
    let fired: Vec<usize> = (1..=7)
        .map(|round| {
            battles.world_mut().resource_mut::<Battles>().0[0].round = round;
            run!(battles, shooting::fire);
            battles.world_mut().resource::<Volley>().shots.len()
        })
        .collect();
    assert_eq!(fired, [1, 0, 0, 1, 0, 0, 1]);
}

#[test]
fn r_damage_1_and_2_land_in_order_and_credit_the_last_point() {
    let mut target = unit(3, 1, 5.0, 0.0);
    (target.hull, target.shield) = (Hull(100.0), Shield(50.0));
    let mut battles =
        world(&[unit(1, 0, 0.0, 0.0), unit(2, 0, 0.0, 0.0), target], &[mount(0, 0), mount(1, 0)]);
    let shot = |mount, damage| Shot { mount, shooter: mount, target: 2, damage, ..Shot::default() };
    let volley = Volley { shots: vec![shot(0, 90.0), shot(1, 90.0)], ends: vec![2], ..Volley::default() };
    battles.world_mut().insert_resource(volley);
    run!(battles, damage::land);
    let (units, mounts) = battles.columns();
    // R-MORALE-1: 40 of 500 points, then 60 of 500, of the hull.
    assert_eq!(units.suppression[2].0, 20.0);
    assert_eq!((units.hull[2].0, units.shield[2].0, units.status[2]), (0.0, 0.0, Status::DESTROYED));
    assert_eq!((units.kills[0].0, units.kills[1].0, units.killed_by[2].0), (0, 1, 1));
    assert_eq!((mounts.dealt[0].0, mounts.dealt[1].0, mounts.overkill[1].0), (90.0, 60.0, 30.0));
    assert_eq!(units.taken[2].0, 150.0);
}

#[test]
fn r_damage_3_breaks_a_weapon_of_the_target_and_shortens_its_reach() {
    let mut target = unit(2, 1, 5.0, 0.0);
    (target.first_mount, target.mounts) = (FirstMount(1), Mounts(2));
    let (mut near, mut far) = (mount(1, 0), mount(1, 1));
    (near.range, far.range, near.integrity) = (Range(10.0), Range(24.0), Integrity(0.0));
    let mut battles = world(&[unit(1, 0, 0.0, 0.0), target], &[mount(0, 0), near, far]);
    battles.world_mut().resource_mut::<RuleBook>().0.hardpoint_chance = 1.0;
    let shot = Shot { mount: 0, shooter: 0, target: 1, damage: 60.0, ..Shot::default() };
    battles.world_mut().insert_resource(Volley { shots: vec![shot], ends: vec![1], ..Volley::default() });
    run!(battles, damage::land);
    let (units, mounts) = battles.columns();
    assert_eq!(mounts.integrity.iter().map(|weapon| weapon.0).collect::<Vec<_>>(), [50.0, 0.0, 0.0]);
    assert_eq!((units.reach[1].0, units.hull[1].0), (0.0, 440.0));
}

#[test]
fn r_melee_1_strikes_in_contact_on_the_ground_and_lands_as_a_shot() {
    let ground = |id, side, x| {
        let mut unit = unit(id, side, x, 0.0);
        (unit.traits, unit.melee_attack, unit.exposure) =
            (Traits(Traits::GROUND), MeleeAttack(1e6), Exposure(1.0));
        unit
    };
    let (mut a, mut b, mut ship) = (ground(1, 0, 0.0), ground(2, 1, 1.0), unit(3, 0, 1.0, 0.0));
    (a.target, a.target_distance) = (Target(1), TargetDistance(1.0));
    (b.target, b.target_distance) = (Target(0), TargetDistance(1.6));
    (ship.target, ship.target_distance) = (Target(1), TargetDistance(0.0));
    let mut battles = world(&[a, b, ship], &[]);
    battles.world_mut().resource_mut::<RuleBook>().0.hit_ceiling = 1.0;
    run!(battles, melee::strike);
    let shots = battles.world_mut().resource::<Volley>().shots.clone();
    assert_eq!(
        shots.iter().map(|shot| (shot.shooter, shot.target, shot.damage)).collect::<Vec<_>>(),
        [(0, 1, 25.0)]
    );
    run!(battles, damage::land);
    let (units, _) = battles.columns();
    assert_eq!((units.hull[1].0, units.struck[0].0), (475.0, 25.0));
    assert_eq!(units.contact.iter().map(|contact| contact.0).collect::<Vec<_>>(), [1, 0, 0]);
}

#[test]
fn r_morale_2_breaks_the_suppressed_and_rallies_the_calm() {
    let (mut coward, mut hero, mut calm, mut tower) =
        (unit(1, 0, 0.0, 0.0), unit(2, 0, 0.0, 0.0), unit(3, 0, 0.0, 0.0), unit(4, 0, 0.0, 0.0));
    (coward.suppression, coward.leadership) = (Suppression(30.0), Leadership(1.0));
    (hero.suppression, hero.leadership) = (Suppression(30.0), Leadership(12.0));
    (calm.suppression, calm.leadership, calm.status) = (Suppression(24.0), Leadership(1.0), Status::ROUTING);
    (tower.suppression, tower.leadership, tower.traits) =
        (Suppression(99.0), Leadership(1.0), Traits(Traits::STATIC));
    let mut battles = world(&[coward, hero, calm, tower], &[]);
    run!(battles, morale::waver);
    let (units, _) = battles.columns();
    assert_eq!(units.status, [Status::ROUTING, Status::DEPLOYED, Status::DEPLOYED, Status::DEPLOYED]);
    assert_eq!((units.suppression[0].0, units.suppression[2].0, units.fatigue[0].0), (20.0, 14.0, 0.005));
}

#[test]
fn r_move_3_runs_from_its_target_and_past_the_edge_unless_r_morale_3_holds_it() {
    let (mut runner, mut hunter) = (unit(1, 0, 4.0, 10.0), unit(2, 1, 10.0, 10.0));
    (runner.status, runner.target, hunter.speed) = (Status::ROUTING, Target(1), Speed(0.0));
    let mut battles = world(&[runner, hunter], &[]);
    run!(battles, movement::advance);
    let (units, _) = battles.columns();
    assert_eq!((units.x[0].0, units.status[0]), (0.0, Status::RETREATED));
    hunter.traits = Traits(Traits::INTERDICTOR);
    let mut battles = world(&[runner, hunter], &[]);
    run!(battles, movement::advance);
    let (units, _) = battles.columns();
    assert_eq!((units.x[0].0, units.status[0]), (0.0, Status::ROUTING));
}

#[test]
fn r_damage_4_recovers_the_living_to_the_maximum() {
    let mut hurt = unit(1, 0, 0.0, 0.0);
    (hurt.hull, hurt.hull_regen, hurt.max_shield, hurt.shield_regen) =
        (Hull(495.0), HullRegen(10.0), MaxShield(20.0), ShieldRegen(5.0));
    let mut dead = hurt;
    (dead.hull, dead.status) = (Hull(0.0), Status::DESTROYED);
    let mut battles = world(&[hurt, dead], &[]);
    run!(battles, damage::recover);
    let (units, _) = battles.columns();
    assert_eq!((units.hull[0].0, units.shield[0].0, units.hull[1].0), (500.0, 5.0, 0.0));
}

#[test]
fn the_census_counts_the_living() {
    let mut dead = unit(2, 0, 0.0, 0.0);
    (dead.hull, dead.status) = (Hull(0.0), Status::DESTROYED);
    let mut battles = world(&[unit(1, 0, 0.0, 0.0), dead, unit(3, 1, 1.0, 1.0)], &[]);
    let before = battles.battle().digest;
    run!(battles, census::count);
    let side = battles.battle().sides[0];
    assert_eq!((side.alive, side.hull, side.max_hull, side.cost), (1, 500.0, 1000.0, 100.0));
    assert_ne!(battles.battle().digest, before);
}

#[test]
fn r_victory_1_ends_a_battle_when_no_enemies_are_left() {
    let mut dead = unit(2, 1, 0.0, 0.0);
    (dead.hull, dead.status) = (Hull(0.0), Status::DESTROYED);
    let mut battles = world(&[unit(1, 0, 0.0, 0.0), dead], &[]);
    run!(battles, census::count);
    run!(battles, victory::decide);
    assert_eq!(battles.battle().ending, Some(Ending::Victory(0)));
}

#[test]
fn r_victory_2_ends_a_quiet_battle_and_the_higher_share_holds_the_ground() {
    let mut hurt = unit(1, 0, 0.0, 0.0);
    hurt.hull = Hull(250.0);
    let mut battles = world(&[hurt, unit(2, 1, 0.0, 0.0)], &[]);
    battles.world_mut().resource_mut::<Battles>().0[0].quiet = 499;
    run!(battles, census::count);
    run!(battles, victory::decide);
    assert_eq!(battles.battle().ending, Some(Ending::Stalemate(Some(1))));
    let (units, _) = battles.columns();
    assert_eq!(units.status[..2], [Status::ROUTING, Status::DEPLOYED], "the loser's units run");
}

#[test]
fn r_final_1_accounts_for_every_unit() {
    let mut dead = unit(2, 1, 0.0, 0.0);
    (dead.hull, dead.status, dead.death_round, dead.taken) =
        (Hull(0.0), Status::DESTROYED, DeathRound(1), Taken(500.0));
    let mut killer = unit(1, 0, 0.0, 0.0);
    killer.kills = Kills(1);
    let mut gun = mount(0, 0);
    (gun.dealt, gun.shots, gun.hits) = (Dealt(500.0), Shots(9), Hits(8));
    let mut battles = world(&[killer, dead], &[gun]);
    battles.world_mut().resource_mut::<Battles>().0[0].ending = Some(Ending::Victory(0));
    run!(battles, finalize::settle);
    let account = battles.battle().account.clone().expect("an account");
    assert_eq!((account.sides[1].initial, account.sides[1].lost, account.sides[1].ships_lost), (1, 1, 1));
    assert_eq!((account.sides[0].dealt, account.sides[1].taken), (500.0, 500.0));
    // 0.05 · 500 + 50 + 10 · 1 + 50 + 5 · 1 + 100
    assert_eq!(account.units[0].xp, 240.0);
}
