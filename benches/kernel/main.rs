//! What the kernel costs: whole battles by size, each phase alone in mid-battle, the mirror, distances, the hot paths.
//!
//! Every group asserts that something happened, and every iteration has a seed of its own: a seed that
//! repeats teaches the branch predictor the rolls. One thread, unless a name says otherwise.

mod armies;
mod battles;
mod distances;
mod hotpaths;
mod mirror;
mod phases;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

/// Short measurements: medians of some sixty things are wanted, not the fine structure of one.
fn briefly() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1_000))
        .without_plots()
}

criterion_group! {
    name = benches;
    config = briefly();
    targets = battles::battle, battles::round, battles::record, battles::replicas, phases::phases, phases::finalize,
        mirror::ingest, mirror::tables, mirror::snapshots, distances::distance, hotpaths::shooting, hotpaths::treaty
}
criterion_main!(benches);
