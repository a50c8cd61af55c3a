//! What the hot paths cost alone, on one thread, at each level of instructions that `MUC_SIMD` can force.
//!
//! Every iteration has a seed of its own: a seed that repeats teaches the branch predictor the rolls.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use multi_universe_core::Rules;
use multi_universe_core::ecs::gate::ShotInput;
use multi_universe_core::ecs::ingest::{TableInput, Values};
use multi_universe_core::ecs::workers::Workers;
use multi_universe_core::hotpaths::shooting;

/// Shots of mixed weapons: every column varies.
fn shots(rows: usize) -> ShotInput<'static> {
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

fn shooting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("shooting_batch");
    for rows in [100, 10_000, 1_000_000] {
        let input = shots(rows);
        group.throughput(Throughput::Elements(rows as u64)).sample_size(20);
        let (rules, workers, mut seed) = (Rules::default(), Workers::default(), 0);
        group.bench_function(BenchmarkId::from_parameter(rows), |bencher| {
            bencher.iter(|| {
                seed += 1;
                let table = shooting::resolve(&input, seed, None, &rules, &workers).expect("a legal batch");
                black_box(table)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, shooting);
criterion_main!(benches);
