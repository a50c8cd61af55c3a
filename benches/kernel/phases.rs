//! Each phase alone in mid-battle; per unit.

use bevy_ecs::prelude::*;
use bevy_ecs::system::RunSystemOnce;
use criterion::{BenchmarkId, Criterion, Throughput};
use multi_universe_core::battle::BattleWorld;
use multi_universe_core::ecs::resources::{Battles, Volley};
use multi_universe_core::systems::{
    census, damage, finalize as account, morale, movement, shooting, targeting, treaty, victory,
};

use crate::armies::Armies;

/// A battle in mid-round, of ships that are too tough to die, with a volley to land: the one of the last round
/// has given way to its strikes.
pub fn in_contact(units: i64) -> BattleWorld {
    let mut battles = Armies::immortal(units).in_contact();
    battles.world_mut().resource_mut::<Battles>().0[0].round += 1;
    battles.world_mut().run_system_once(shooting::fire).expect("the system runs");
    let shots = battles.world_mut().resource::<Volley>().shots.len();
    assert!(10 * shots > units as usize, "only {shots} shots in a volley");
    battles
}

fn phase<M: 'static, S: IntoSystem<(), (), M> + Copy + 'static>(
    criterion: &mut Criterion,
    name: &str,
    system: S,
) {
    let mut group = criterion.benchmark_group(name);
    for units in [1_000, 10_000, 100_000] {
        let mut battles = in_contact(units);
        group.throughput(Throughput::Elements(units as u64)).sample_size(10);
        let id = battles.world_mut().register_system(system);
        group.bench_function(BenchmarkId::from_parameter(units), |bencher| {
            bencher.iter(|| {
                battles.world_mut().resource_mut::<Battles>().0[0].round += 1;
                battles.world_mut().run_system(id).expect("the system runs");
            });
        });
        assert!(!battles.world_mut().resource::<Volley>().shots.is_empty(), "the volley is gone");
    }
    group.finish();
}

/// All phases that run in every round of a fleet battle.
pub fn phases(criterion: &mut Criterion) {
    phase(criterion, "targeting", targeting::choose);
    phase(criterion, "movement", movement::advance);
    phase(criterion, "shooting", shooting::fire);
    phase(criterion, "damage", damage::land);
    phase(criterion, "morale", morale::waver);
    phase(criterion, "recovery", damage::recover);
    phase(criterion, "census", census::count);
    phase(criterion, "victory", victory::decide);
    declare(criterion);
}

/// R-TREATY-1 of the first round: what is at war becomes rows of bits; per faction.
fn declare(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("treaty");
    for sides in [2_u16, 40, 1_000] {
        let wars: Vec<(u16, u16)> =
            (0..sides).flat_map(|a| (0..a).step_by(10).map(move |b| (b, a))).collect();
        group.throughput(Throughput::Elements(u64::from(sides))).sample_size(20);
        group.bench_function(BenchmarkId::from_parameter(sides), |bencher| {
            bencher.iter(|| {
                let hostile = treaty::hostility(usize::from(sides), &wars);
                let fighting = treaty::combatants(usize::from(sides), &hostile);
                assert!(fighting.iter().all(|&fights| fights), "somebody stands by");
            });
        });
    }
    group.finish();
}

/// The account of a battle that has just ended.
pub fn finalize(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("finalize");
    for units in [500, 10_000, 100_000] {
        let armies = Armies::of(units);
        let mut kernel = armies.kernel();
        kernel.set_threads(1);
        let mut battles = kernel.battle_world(&armies.engagement(1, 10)).expect("a battle");
        while battles.step() {}
        assert!(battles.battle().account.is_some(), "no account");
        group.throughput(Throughput::Elements(units as u64)).sample_size(20);
        group.bench_function(BenchmarkId::from_parameter(units), |bencher| {
            bencher.iter(|| {
                battles.forget_account();
                battles.world_mut().run_system_once(account::settle).expect("the system runs");
            });
        });
        assert!(battles.battle().account.is_some(), "no account");
    }
    group.finish();
}
