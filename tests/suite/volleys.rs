//! Choosing whom to fire at, and when: split fire, kept targets and several volleys, each system alone.

use bevy_ecs::prelude::*;
use multi_universe_core::battle::BattleWorld;
use multi_universe_core::ecs::components::*;
use multi_universe_core::ecs::resources::{Battles, RuleBook, Split, Volley};
use multi_universe_core::rules::Retarget;
use multi_universe_core::systems::{damage, shooting, targeting, volleys};

use crate::systems::{mount, run, unit, world};

fn targets(battles: &mut BattleWorld) -> Vec<u32> {
    battles.columns().0.target.iter().map(|target| target.0).collect()
}

/// Three guns of side 0 in a row, three targets of side 1 at 10, 12 and 14 tiles from the first gun, chosen as yet by nobody.
fn range() -> BattleWorld {
    let guns =
        [1, 2, 3].map(|id| UnitBundle { target_distance: TargetDistance(10.0), ..unit(id, 0, 0.0, 5.0) });
    let marks = [4, 5, 6].map(|id| {
        let mut mark = unit(id, 1, 2.0 + 2.0 * id as f64, 5.0);
        (mark.hull, mark.max_hull) = (Hull(1.0), MaxHull(1.0));
        mark
    });
    let mut battles = world(&[guns, marks].concat(), &[0, 1, 2].map(|row| mount(row, 0)));
    let rules = &mut battles.world_mut().resource_mut::<RuleBook>().0;
    (rules.hit_floor, rules.hit_ceiling, rules.volleys) = (1.0, 1.0, 3);
    battles
}

/// A volley: who fires, whom at, and where it lands.
fn volley(battles: &mut BattleWorld, turn: u32) {
    battles.world_mut().resource_mut::<Volley>().turn = turn;
    run!(battles, volleys::muster);
    run!(battles, targeting::redirect);
    run!(battles, shooting::fire);
    run!(battles, damage::land);
}

#[test]
fn r_shoot_1_each_volley_sees_what_the_earlier_ones_did() {
    let mut battles = range();
    run!(battles, targeting::choose);
    assert_eq!(targets(&mut battles)[..3], [3, 3, 3]);
    battles.world_mut().resource_mut::<Battles>().0[0].round = 1;
    let alive = |battles: &mut BattleWorld| {
        battles.columns().0.status.iter().filter(|status| status.on_map()).count()
    };
    for turn in 0..3 {
        volley(&mut battles, turn);
        assert_eq!(alive(&mut battles), 5 - turn as usize, "volley {turn} kills one");
    }
    assert_eq!(targets(&mut battles)[..3], [3, 4, 5]);
    assert_eq!(battles.columns().0.target_distance[2], TargetDistance(14.0));
}

#[test]
fn r_shoot_1_nobody_fires_who_fell_to_an_earlier_volley() {
    let mut battles = range();
    run!(battles, targeting::choose);
    volley(&mut battles, 0);
    let mut units = battles.world_mut().query::<(&UnitId, &mut Status)>();
    let fall = |(id, mut status): (&UnitId, Mut<'_, Status>)| {
        if id.0 == 2 {
            *status = Status::DESTROYED;
        }
    };
    units.iter_mut(battles.world_mut()).for_each(fall);
    volley(&mut battles, 1);
    assert!(battles.world_mut().resource::<Volley>().shots.is_empty());
    volley(&mut battles, 2);
    assert_eq!(battles.world_mut().resource::<Volley>().shots.len(), 1, "the third gun has its turn");
}

#[test]
fn r_target_1_keeps_a_target_until_it_is_gone() {
    let mut battles = world(&[unit(1, 0, 0.0, 0.0), unit(2, 1, 9.0, 0.0), unit(3, 1, 3.0, 0.0)], &[]);
    battles.world_mut().resource_mut::<RuleBook>().0.retarget = Retarget::WhenLost;
    let mut units = battles.world_mut().query::<(&mut Target, &mut Status)>();
    let (mut target, _) = units.iter_mut(battles.world_mut()).next().expect("the first unit");
    target.0 = 1;
    run!(battles, targeting::choose);
    assert_eq!(targets(&mut battles), [1, 0, 0], "the second is nearer, and the first is still there");
    let (_, mut status) = units.iter_mut(battles.world_mut()).nth(1).expect("the second unit");
    *status = Status::RETREATED;
    run!(battles, targeting::choose);
    assert_eq!(targets(&mut battles), [2, NOBODY, 0]);
}

#[test]
fn r_target_2_gives_a_massive_units_short_weapons_a_target_of_their_own() {
    let mut station = unit(3, 1, 8.0, 0.0);
    station.traits = Traits(Traits::STATIC);
    let mut titan = unit(1, 0, 0.0, 0.0);
    titan.traits = Traits(Traits::MASSIVE);
    (titan.target, titan.target_distance) = (Target(1), TargetDistance(30.0));
    let ranges = [24.0, 40.0, 5.0].map(Range).into_iter().zip(0..);
    let guns: Vec<_> = ranges.map(|(range, slot)| MountBundle { range, ..mount(0, slot) }).collect();
    let mut battles = world(&[titan, unit(2, 1, 30.0, 0.0), station], &guns);
    run!(battles, targeting::redirect);
    // The second reaches the unit's target, the third reaches nobody.
    let splits = &battles.world_mut().resource::<Volley>().splits;
    assert_eq!(*splits, [Split { mount: 0, target: 2, distance: 8.0 }]);
    run!(battles, shooting::fire);
    let shots = &battles.world_mut().resource::<Volley>().shots;
    assert_eq!(shots.iter().map(|shot| (shot.mount, shot.target)).collect::<Vec<_>>(), [(0, 2), (1, 1)]);
}

#[test]
fn r_target_2_is_for_massive_units_only() {
    let mut ship = unit(1, 0, 0.0, 0.0);
    (ship.target, ship.target_distance) = (Target(1), TargetDistance(30.0));
    let mut battles = world(&[ship, unit(2, 1, 30.0, 0.0), unit(3, 1, 8.0, 0.0)], &[mount(0, 0)]);
    run!(battles, targeting::redirect);
    assert!(battles.world_mut().resource::<Volley>().splits.is_empty());
}
