//! The hot paths alone: a batch of shots (per row), and who of many factions fights (per faction).

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use multi_universe_core::Rules;
use multi_universe_core::ecs::gate::ShotInput;
use multi_universe_core::ecs::ingest::{TableInput, Values};
use multi_universe_core::ecs::workers::Workers;
use multi_universe_core::hotpaths::shooting::resolve;
use multi_universe_core::hotpaths::treaties::Treaties;

/// Shots of mixed weapons: every column varies.
pub fn shots(rows: usize) -> ShotInput<'static> {
    let column = |name, count: usize, step: f64| {
        (name, Values::numbers((0..rows).map(move |row| (row % count) as f64 * step)))
    };
    let attacks = Values::numbers((0..rows).map(|row| [1.0, 2.0, 2.5, 4.0, 6.0][row % 5]));
    let columns = [
        column("bs", 60, 1.0),
        column("md", 50, 1.0),
        column("distance", 80, 1.0),
        column("strength", 9, 1.0),
        column("ap", 40, 1.0),
        column("armor", 60, 1.0),
    ];
    ShotInput { columns: TableInput::of(columns).with("attacks", attacks), ..ShotInput::default() }
}

/// A batch of shots.
pub fn shooting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("shooting batch");
    for rows in [100, 10_000, 1_000_000] {
        let input = shots(rows);
        group.throughput(Throughput::Elements(rows as u64)).sample_size(10);
        let (rules, workers, mut seed) = (Rules::default(), Workers::new(1), 0);
        let hits: f64 =
            resolve(&input, 1, None, &rules, &workers).expect("a legal batch").floats("damage").iter().sum();
        assert!(hits > 0.0, "nobody was hit");
        group.bench_function(BenchmarkId::from_parameter(rows), |bencher| {
            bencher.iter(|| {
                seed += 1;
                black_box(resolve(&input, seed, None, &rules, &workers).expect("a legal batch"))
            });
        });
    }
    group.finish();
}

/// Half of the factions there are, a tenth of all pairs at war.
pub fn treaty(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("who fights");
    for count in [40, 1_000] {
        let names: Vec<String> = (0..count).map(|number| format!("Faction {number}")).collect();
        let mut treaties = Treaties::default();
        for (a, one) in names.iter().enumerate() {
            for other in names[..a].iter().skip(a % 10).step_by(10) {
                treaties.set(one, other, "war").expect("a treaty");
            }
        }
        let present: Vec<&str> = names.iter().step_by(2).map(String::as_str).collect();
        assert!(treaties.combatants(&present).iter().any(|&fights| fights), "nobody fights");
        group.throughput(Throughput::Elements(present.len() as u64)).sample_size(20);
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| black_box(treaties.combatants(&present)));
        });
    }
    group.finish();
}
