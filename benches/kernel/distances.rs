//! Distances: all pairs (per pair), nearest, within a radius, eight nearest (per point); building included.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use multi_universe_core::ecs::distance::{Points, condensed, cross, nearest, within};
use multi_universe_core::ecs::simd::level;
use multi_universe_core::ecs::workers::Workers;

/// Points spread evenly over a square in which each has one unit of area.
pub fn mixed(count: usize) -> Points<f64> {
    let side = (count as f64).sqrt();
    // A low-discrepancy sequence (Roberts' R2): even, and the same on every machine.
    let at = |step: f64| (0..count).map(move |index| (index as f64 * step).fract() * side).collect();
    Points { x: at(0.754_877_666_246_692_8), y: at(0.569_840_290_998_053_3), z: None }
}

/// Every other point.
pub fn half(points: &Points<f64>, first: usize) -> Points<f64> {
    let every = |values: &[f64]| values.iter().skip(first).step_by(2).copied().collect();
    Points { x: every(&points.x), y: every(&points.y), z: None }
}

/// All groups.
pub fn distance(criterion: &mut Criterion) {
    let (level, workers) = (level().expect("a level that runs here"), Workers::new(1));
    let mut group = criterion.benchmark_group("pairwise");
    for count in [100, 1_000, 3_000] {
        let points = mixed(count);
        let mut out = vec![0.0; count * count];
        cross(level, &points, &points, &mut out, &workers);
        assert!(out[1] > 0.0 && out[0] == 0.0, "no distances");
        group.throughput(Throughput::Elements((count * count) as u64)).sample_size(20);
        group.bench_function(BenchmarkId::new("matrix", count), |bencher| {
            bencher.iter(|| cross(level, &points, &points, black_box(&mut out), &workers));
        });
        group.bench_function(BenchmarkId::new("each pair once", count), |bencher| {
            let half = count * (count - 1) / 2;
            bencher.iter(|| condensed(level, &points, black_box(&mut out[..half]), &workers));
        });
    }
    group.finish();
    for (name, count) in [("nearest", 1), ("k nearest", 8)] {
        let mut group = criterion.benchmark_group(name);
        for size in [1_000, 10_000, 100_000] {
            let points = mixed(size);
            let (ours, theirs) = (half(&points, 0), half(&points, 1));
            let found = nearest(level, &theirs, Some(&ours), count, &workers);
            assert!(found.distances.iter().all(|distance| distance.is_finite()), "somebody found nobody");
            group.throughput(Throughput::Elements(size as u64 / 2)).sample_size(10);
            group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
                bencher.iter(|| black_box(nearest(level, &theirs, Some(&ours), count, &workers)));
            });
        }
        group.finish();
    }
    let mut group = criterion.benchmark_group("within");
    for size in [1_000, 10_000, 100_000] {
        let points = mixed(size);
        let found = within(level, &points, None, 1.8, &workers).points.len();
        assert!((5 * size..15 * size).contains(&found), "{found} pairs");
        group.throughput(Throughput::Elements(size as u64)).sample_size(10);
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| black_box(within(level, &points, None, 1.8, &workers)));
        });
    }
    group.finish();
}
