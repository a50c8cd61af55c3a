//! What a battle costs: each phase alone in mid-battle, whole battles by size, plain and recorded, the gate, the tables
//! and snapshots.
//!
//! Every group asserts that something happened, and every iteration has a seed of its own: a seed that
//! repeats teaches the branch predictor the rolls.

use std::hint::black_box;

use bevy_ecs::prelude::*;
use bevy_ecs::system::RunSystemOnce;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use multi_universe_core::Rules;
use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{Push, TableInput, Values};
use multi_universe_core::ecs::resources::{Battles, Volley};
use multi_universe_core::kernel::{Engagement, Kernel, Muster, Record};
use multi_universe_core::odds::{Plan, Wish};
use multi_universe_core::systems::{
    census, damage, finalize, morale, movement, shooting, targeting, victory,
};

/// Weapons of each ship.
const WEAPONS: i64 = 3;

/// Ten columns of `units` ships, alternately of fleets 1 and 2, with `toughness` times the usual health.
fn ships(units: i64, toughness: f64) -> TableInput<'static> {
    let of = |a: f64, b: f64| Values::numbers((0..units).map(move |id| if id % 3 == 0 { a } else { b }));
    TableInput::of([
        ("id", Values::wholes(0..units)),
        ("fleet", Values::wholes((0..units).map(|id| 1 + id % 2))),
        ("max_hp", of(900.0 * toughness, 400.0 * toughness)),
        ("max_shield", of(200.0, 50.0)),
        ("armor", of(30.0, 10.0)),
        ("bs", of(55.0, 45.0)),
        ("md", of(20.0, 40.0)),
        ("speed", of(4.0, 7.0)),
        ("cost", of(300.0, 100.0)),
        ("shield_regen", of(5.0, 0.0)),
    ])
}

fn weapons(units: i64, each: i64) -> TableInput<'static> {
    let mounts = || (0..units * each).map(move |mount| (mount / each, mount % each));
    TableInput::of([
        ("unit", Values::wholes(mounts().map(|mount| mount.0))),
        ("slot", Values::wholes(mounts().map(|mount| mount.1))),
        ("range", Values::numbers(mounts().map(|mount| 20.0 + 15.0 * mount.1 as f64))),
        ("attacks", Values::numbers(mounts().map(|mount| 0.5 + mount.1 as f64))),
    ])
}

fn two_fleets() -> Kernel {
    let mut kernel = Kernel::new(Rules::default(), 42);
    let push = Push::default()
        .with(TableId::Factions, TableInput::of([("name", Values::texts(&["Hegemony", "Synod"]))]))
        .with(
            TableId::Treaties,
            TableInput::of([
                ("a", Values::texts(&["Hegemony"])),
                ("b", Values::texts(&["Synod"])),
                ("kind", Values::texts(&["war"])),
            ]),
        )
        .with(
            TableId::Fleets,
            TableInput::of([
                ("id", Values::wholes([1, 2])),
                ("faction", Values::texts(&["Hegemony", "Synod"])),
            ]),
        );
    kernel.push(&push).expect("two fleets");
    kernel
}

fn fleet_battle(units: i64, toughness: f64, guns: i64) -> Kernel {
    let mut kernel = two_fleets();
    let push = Push::default()
        .with(TableId::Units, ships(units, toughness))
        .with(TableId::Weapons, weapons(units, guns));
    kernel.push(&push).expect("ships with weapons");
    kernel
}

fn engagement(seed: u64, max_rounds: u32) -> Engagement {
    Engagement {
        seed: Some(seed),
        commit: false,
        max_rounds: Some(max_rounds),
        ..Engagement::of(Muster::Fleets(vec![1, 2]))
    }
}

/// Whole battles, from `resolve` to report; per unit, weapon and round.
fn battle(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("battle");
    for (units, rounds) in [(20, 10_000), (200, 10_000), (2_000, 30), (10_000, 20)] {
        let mut kernel = fleet_battle(units, 1.0, WEAPONS);
        let report = kernel.resolve(&engagement(0, rounds), &|| false).expect("a battle");
        assert!(report.factions.ints("kills").iter().sum::<i64>() > 0, "nobody was killed");
        let shots = units as u64 * WEAPONS as u64 * u64::from(report.rounds);
        group.throughput(Throughput::Elements(shots)).sample_size(if units > 1_000 { 10 } else { 50 });
        let mut seed = 0;
        group.bench_function(BenchmarkId::from_parameter(units), |bencher| {
            bencher.iter(|| {
                seed += 1;
                black_box(kernel.resolve(&engagement(seed, rounds), &|| false).expect("a battle"))
            });
        });
    }
    group.finish();
}

/// Replicas of a battle of 100 ships with two weapons each, some twenty rounds, on one thread and on two.
fn replicas(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replicas");
    let runs = 1000;
    group.throughput(Throughput::Elements(u64::from(runs))).sample_size(10);
    for threads in [1, 2] {
        let mut kernel = fleet_battle(100, 0.08, 2);
        let mut plan = Plan { runs, threads, ..Plan::new(0) };
        let fight = |kernel: &mut Kernel, plan: &Plan| {
            kernel.odds(&engagement(0, 10_000), plan, &|_, _| Wish::GoOn).expect("odds")
        };
        let odds = fight(&mut kernel, &plan);
        let rounds = odds.rounds()[0].1;
        assert!((14.0..26.0).contains(&rounds), "{rounds} rounds");
        assert!(odds.samples.lost.iter().all(|&lost| lost > 0), "somebody lost nobody");
        group.bench_function(BenchmarkId::from_parameter(threads), |bencher| {
            bencher.iter(|| {
                plan.seed += 1;
                black_box(fight(&mut kernel, &plan))
            });
        });
    }
    group.finish();
}

/// One phase, from the tenth round on, in a battle of 10,000 ships that are too tough to die meanwhile.
fn phase<M: 'static, S: IntoSystem<(), (), M> + Copy + 'static>(
    criterion: &mut Criterion,
    name: &str,
    system: S,
) {
    let units = 10_000;
    let kernel = fleet_battle(units, 1e9, WEAPONS);
    let mut battles = kernel.battle_world(&engagement(1, 1_000_000)).expect("a battle");
    for _ in 0..10 {
        assert!(battles.step(), "the battle is over too soon");
    }
    assert!(battles.battle().sides.iter().all(|side| side.dealt > 0.0), "nobody was hit");
    // A volley to land: the one of the last round has given way to its strikes.
    battles.world_mut().resource_mut::<Battles>().0[0].round += 1;
    battles.world_mut().run_system_once(shooting::fire).expect("the system runs");
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(units as u64)).sample_size(20);
    let id = battles.world_mut().register_system(system);
    group.bench_function(BenchmarkId::from_parameter(units), |bencher| {
        bencher.iter(|| {
            battles.world_mut().resource_mut::<Battles>().0[0].round += 1;
            battles.world_mut().run_system(id).expect("the system runs");
        });
    });
    let shots = battles.world_mut().resource::<Volley>().shots.len();
    assert!(shots > units as usize, "only {shots} shots in the last volley");
    group.finish();
}

fn phases(criterion: &mut Criterion) {
    phase(criterion, "targeting", targeting::choose);
    phase(criterion, "movement", movement::advance);
    phase(criterion, "shooting", shooting::fire);
    phase(criterion, "damage", damage::land);
    phase(criterion, "morale", morale::waver);
    phase(criterion, "recovery", damage::recover);
    phase(criterion, "census", census::count);
    phase(criterion, "victory", victory::decide);
    settle(criterion);
}

/// The account of a battle of 10,000 ships that has just ended.
fn settle(criterion: &mut Criterion) {
    let units = 10_000;
    let kernel = fleet_battle(units, 1.0, WEAPONS);
    let mut group = criterion.benchmark_group("finalize");
    group.throughput(Throughput::Elements(units as u64)).sample_size(20);
    let mut battles = kernel.battle_world(&engagement(1, 5)).expect("a battle");
    while battles.step() {}
    assert!(battles.battle().account.is_some(), "no account");
    group.bench_function(BenchmarkId::from_parameter(units), |bencher| {
        bencher.iter(|| {
            battles.forget_account();
            battles.world_mut().run_system_once(finalize::settle).expect("the system runs");
        });
    });
    group.finish();
}

/// Pushing 100,000 units of ten columns into an empty mirror, and a delta of one in a hundred.
fn ingest(criterion: &mut Criterion) {
    let units = 100_000;
    let push = Push::default().with(TableId::Units, ships(units, 1.0));
    let mut group = criterion.benchmark_group("ingest");
    group.throughput(Throughput::Elements(10 * units as u64)).sample_size(20);
    group.bench_function("push/100000x10", |bencher| {
        bencher.iter_batched_ref(
            two_fleets,
            |kernel| {
                assert_eq!(kernel.push(&push).expect("ships").added[TableId::Units as usize], units as usize)
            },
            BatchSize::LargeInput,
        );
    });
    let mut kernel = two_fleets();
    kernel.push(&push).expect("ships");
    let some = || (0..units).step_by(100);
    let delta = Push::default().with(
        TableId::Units,
        TableInput::of([
            ("id", Values::wholes(some())),
            ("armor", Values::numbers(some().map(|id| id as f64))),
        ]),
    );
    group.throughput(Throughput::Elements(units as u64 / 100));
    group.bench_function("delta/1000x1", |bencher| {
        bencher.iter(|| {
            assert_eq!(kernel.push(&delta).expect("a delta").changed[TableId::Units as usize], 1_000)
        });
    });
    group.finish();
}

/// The unit table of a mirror of 100,000 units, all columns.
fn tables(criterion: &mut Criterion) {
    let units = 100_000;
    let kernel = fleet_battle(units, 1.0, WEAPONS);
    let mut group = criterion.benchmark_group("tables");
    group.throughput(Throughput::Elements(units as u64)).sample_size(10);
    group.bench_function("units/100000", |bencher| {
        bencher.iter(|| assert_eq!(black_box(kernel.table(TableId::Units)).len(), units as usize));
    });
    group.bench_function("digest/100000", |bencher| bencher.iter(|| black_box(kernel.digest())));
    group.finish();
}

/// Recorded battles, from `resolve` to report and replay, to compare with those of the group `battle`.
fn record(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("record");
    for (units, rounds) in [(200, 10_000), (10_000, 20)] {
        let mut kernel = fleet_battle(units, 1.0, WEAPONS);
        let recorded = |seed| Engagement { record: Record::Full, ..engagement(seed, rounds) };
        let replay = kernel.resolve(&recorded(0), &|| false).expect("a battle").replay.expect("a record");
        let shots = units as u64 * WEAPONS as u64 * u64::from(replay.rounds());
        group.throughput(Throughput::Elements(shots)).sample_size(if units > 1_000 { 10 } else { 50 });
        let mut seed = 0;
        group.bench_function(BenchmarkId::from_parameter(units), |bencher| {
            bencher.iter(|| {
                seed += 1;
                black_box(kernel.resolve(&recorded(seed), &|| false).expect("a battle").replay)
            });
        });
    }
    group.finish();
}

/// A mirror of 100,000 units of ten columns as bytes, and back.
fn snapshots(criterion: &mut Criterion) {
    let units = 100_000;
    let mut kernel = two_fleets();
    kernel.push(&Push::default().with(TableId::Units, ships(units, 1.0))).expect("ships");
    let bytes = kernel.snapshot();
    assert_eq!(Kernel::restore(&bytes).expect("a kernel").count(TableId::Units), units as usize);
    let mut group = criterion.benchmark_group("snapshot");
    group.throughput(Throughput::Elements(10 * units as u64)).sample_size(20);
    group.bench_function("take/100000x10", |bencher| bencher.iter(|| black_box(kernel.snapshot())));
    group.bench_function("restore/100000x10", |bencher| {
        bencher.iter(|| black_box(Kernel::restore(&bytes).expect("a kernel")));
    });
    group.bench_function("clone/100000x10", |bencher| bencher.iter(|| black_box(kernel.clone())));
    group.finish();
}

criterion_group!(benches, replicas, battle, record, phases, ingest, tables, snapshots);
criterion_main!(benches);
