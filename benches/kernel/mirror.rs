//! The mirror: pushes and deltas, its tables and digest, snapshots.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput};
use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{Push, TableInput, Values};
use multi_universe_core::kernel::Kernel;

use crate::armies::Armies;

const ARMIES: fn() -> Armies = || Armies::of(100_000);

/// Pushing 100,000 units of ten columns into an empty mirror, and a delta of one in a hundred; per value.
pub fn ingest(criterion: &mut Criterion) {
    let armies = ARMIES();
    let push = Push::default().with(TableId::Units, armies.units());
    let mut group = criterion.benchmark_group("ingest");
    group.throughput(Throughput::Elements(10 * armies.units as u64)).sample_size(10);
    group.bench_function("push/100000x10", |bencher| {
        bencher.iter_batched_ref(
            || armies.empty(),
            |kernel| {
                let added = kernel.push(&push).expect("ships").added[TableId::Units as usize];
                assert_eq!(added, armies.units as usize);
            },
            BatchSize::LargeInput,
        );
    });
    let mut kernel = armies.empty();
    kernel.push(&push).expect("ships");
    let some = || (0..armies.units).step_by(100);
    let delta = Push::default().with(
        TableId::Units,
        TableInput::of([
            ("id", Values::wholes(some())),
            ("armor", Values::numbers(some().map(|id| id as f64))),
        ]),
    );
    group.throughput(Throughput::Elements(armies.units as u64 / 100));
    group.bench_function("delta/1000x1", |bencher| {
        bencher.iter(|| {
            assert_eq!(kernel.push(&delta).expect("a delta").changed[TableId::Units as usize], 1_000)
        });
    });
    group.finish();
}

/// The unit table and the digest of a mirror of 100,000 units, all columns; per unit.
pub fn tables(criterion: &mut Criterion) {
    let armies = ARMIES();
    let kernel = armies.kernel();
    let mut group = criterion.benchmark_group("tables");
    group.throughput(Throughput::Elements(armies.units as u64)).sample_size(10);
    group.bench_function("units/100000", |bencher| {
        bencher.iter(|| assert_eq!(black_box(kernel.table(TableId::Units)).len(), armies.units as usize));
    });
    group.bench_function("digest/100000", |bencher| bencher.iter(|| black_box(kernel.digest())));
    group.finish();
}

/// A mirror of 100,000 units of ten columns as bytes, and back; per value.
pub fn snapshots(criterion: &mut Criterion) {
    let armies = ARMIES();
    let mut kernel = armies.empty();
    kernel.push(&Push::default().with(TableId::Units, armies.units())).expect("ships");
    let bytes = kernel.snapshot();
    let restored = Kernel::restore(&bytes).expect("a kernel");
    assert_eq!(restored.digest(), kernel.digest());
    let mut group = criterion.benchmark_group("snapshot");
    group.throughput(Throughput::Elements(10 * armies.units as u64)).sample_size(10);
    group.bench_function("take/100000x10", |bencher| bencher.iter(|| black_box(kernel.snapshot())));
    group.bench_function("restore/100000x10", |bencher| {
        bencher.iter(|| black_box(Kernel::restore(&bytes).expect("a kernel")));
    });
    group.bench_function("clone/100000x10", |bencher| bencher.iter(|| black_box(kernel.clone())));
    group.finish();
}
