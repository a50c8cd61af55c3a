//! Whole battles, single rounds, recorded battles, and replicas.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use multi_universe_core::engagement::{Engagement, Record};
use multi_universe_core::kernel::Kernel;
use multi_universe_core::odds::{Plan, Wish};
use multi_universe_core::report::Report;

use crate::armies::Armies;

/// Whole battles, from `resolve` to report; per unit, weapon and round.
pub fn battle(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("battle");
    let sizes = [(20, 10_000), (200, 10_000), (2_000, 30), (10_000, 20), (20_000, 15), (100_000, 10)];
    for (units, rounds) in sizes {
        for (factions, ground) in [(2, false), (2, true), (6, false), (6, true)] {
            let armies = Armies { factions, ground, ..Armies::of(units) };
            let mut kernel = armies.kernel();
            kernel.set_threads(1);
            let (report, rounds) = met(&mut kernel, armies, rounds);
            let shots = (units * armies.guns) as u64 * u64::from(report.rounds);
            group.throughput(Throughput::Elements(shots)).sample_size(if units > 1_000 { 10 } else { 50 });
            let (kind, mut seed) = (if ground { "ground" } else { "space" }, 0);
            group.bench_function(
                BenchmarkId::new(format!("{kind}, {factions} factions"), units),
                |bencher| {
                    bencher.iter(|| {
                        seed += 1;
                        kernel.resolve(&armies.engagement(seed, rounds), &|| false).expect("a battle")
                    });
                },
            );
        }
    }
    group.finish();
}

/// A battle in which somebody is hit, and its round limit: twice as many rounds, and again, while the armies have not met.
fn met(kernel: &mut Kernel, armies: Armies, mut rounds: u32) -> (Report, u32) {
    loop {
        let report = kernel.resolve(&armies.engagement(0, rounds), &|| false).expect("a battle");
        if report.factions.ints("hits").iter().sum::<i64>() > 0 {
            return (report, rounds);
        }
        assert_eq!(report.rounds, rounds, "nobody was hit");
        rounds *= 2;
    }
}

/// A round in mid-battle, of units that are too tough to die; per unit.
pub fn round(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("round");
    for units in [20, 200, 2_000, 20_000, 100_000] {
        let mut battles = Armies::immortal(units).in_contact();
        group.throughput(Throughput::Elements(units as u64)).sample_size(10);
        group.bench_function(BenchmarkId::from_parameter(units), |bencher| {
            bencher.iter(|| {
                // After a million rounds, which is the most that there may be.
                if !battles.step() {
                    battles = Armies::immortal(units).in_contact();
                }
            });
        });
        assert!(battles.battle().sides.iter().all(|side| side.dealt > 0.0), "nobody was hit");
    }
    group.finish();
}

/// Recorded battles, from `resolve` to report and replay, to compare with those of the group `battle`.
pub fn record(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("record");
    for (units, rounds) in [(200, 10_000), (10_000, 20)] {
        let armies = Armies::of(units);
        let mut kernel = armies.kernel();
        kernel.set_threads(1);
        let recorded = |seed| Engagement { record: Record::Full, ..armies.engagement(seed, rounds) };
        let replay = kernel.resolve(&recorded(0), &|| false).expect("a battle").replay.expect("a record");
        let shots = (units * armies.guns) as u64 * u64::from(replay.rounds());
        group.throughput(Throughput::Elements(shots)).sample_size(if units > 1_000 { 10 } else { 50 });
        let mut seed = 0;
        group.bench_function(BenchmarkId::from_parameter(units), |bencher| {
            bencher.iter(|| {
                seed += 1;
                kernel.resolve(&recorded(seed), &|| false).expect("a battle").replay
            });
        });
    }
    group.finish();
}

/// Replicas of a battle of 100 ships with two weapons each, some twenty rounds, on one thread and on two.
pub fn replicas(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replicas");
    let (runs, armies) = (1000, Armies { guns: 2, toughness: 0.08, ..Armies::of(100) });
    group.throughput(Throughput::Elements(u64::from(runs))).sample_size(10);
    for threads in [1, 2] {
        let mut kernel = armies.kernel();
        let mut plan = Plan { runs, threads, ..Plan::new(0) };
        let fight = |kernel: &mut Kernel, plan: &Plan| {
            kernel.odds(&armies.engagement(0, 10_000), plan, &|_, _| Wish::GoOn).expect("odds")
        };
        let odds = fight(&mut kernel, &plan);
        let rounds = odds.rounds()[0].1;
        assert!((14.0..26.0).contains(&rounds), "{rounds} rounds");
        assert!(odds.samples.lost.iter().all(|&lost| lost > 0), "somebody lost nobody");
        group.bench_function(BenchmarkId::new("threads", threads), |bencher| {
            bencher.iter(|| {
                plan.seed += 1;
                black_box(fight(&mut kernel, &plan))
            });
        });
    }
    group.finish();
}
