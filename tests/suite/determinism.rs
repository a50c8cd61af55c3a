//! The promises: equal input, rules and seed give equal digests, whatever else differs.

use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{TableInput, Values};
use multi_universe_core::kernel::{Engagement, Muster};

use crate::support::{fight, line_battle, push};

/// A shuffle of 0 … n−1 that leaves nobody in place.
fn shuffled(n: usize) -> impl Fn(usize) -> usize {
    move |row| (row * 7 + 3) % n
}

#[test]
fn the_same_seed_gives_the_same_battle() {
    let first = fight(&mut line_battle(40, |row| row), 5);
    let second = fight(&mut line_battle(40, |row| row), 5);
    assert_eq!(first.digest, second.digest);
    assert_eq!(first.units, second.units);
    assert_eq!(first.timeline, second.timeline);
}

#[test]
fn another_seed_gives_another_battle() {
    let mut kernel = line_battle(40, |row| row);
    assert_ne!(fight(&mut kernel, 5).digest, fight(&mut kernel, 6).digest);
}

#[test]
fn a_world_that_fought_before_fights_as_a_new_one() {
    let mut kernel = line_battle(40, |row| row);
    let first = fight(&mut kernel, 5);
    fight(&mut kernel, 6);
    assert_eq!(fight(&mut kernel, 5).digest, first.digest);
    let mut large = line_battle(60, |row| row);
    fight(&mut large, 1);
    assert_eq!(fight(&mut line_battle(60, |row| row), 2).digest, fight(&mut large, 2).digest);
}

#[test]
fn the_order_of_rows_does_not_matter() {
    // 97 is prime to 7, so the shuffle is one; two dozen shooters share a target in the first rounds.
    let plain = fight(&mut line_battle(40, |row| row), 5);
    let mixed = fight(&mut line_battle(40, shuffled(80)), 5);
    assert_eq!(plain.digest, mixed.digest);
    assert_eq!(plain.units, mixed.units);
}

#[test]
fn the_number_of_threads_does_not_matter() {
    // More than two blocks of rows, so that the threads have something to share.
    let digests = [1, 2, 3].map(|threads| {
        let mut kernel = line_battle(1_500, |row| row);
        kernel.set_threads(threads);
        let engagement = Engagement {
            seed: Some(3),
            commit: false,
            max_rounds: Some(12),
            ..Engagement::of(Muster::Fleets(vec![1, 2]))
        };
        kernel.resolve(&engagement, &|| false).expect("a battle").digest
    });
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests[0], digests[2]);
}

#[test]
fn a_stranger_elsewhere_changes_nobodys_rolls() {
    let plain = fight(&mut line_battle(40, |row| row), 5);
    let mut kernel = line_battle(40, |row| row);
    push(&mut kernel, TableId::Factions, TableInput::of([("name", Values::texts(&["Bystander"]))]));
    push(
        &mut kernel,
        TableId::Fleets,
        TableInput::of([("id", Values::wholes([3])), ("faction", Values::texts(&["Bystander"]))]),
    );
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([("id", Values::wholes([1000])), ("fleet", Values::wholes([3]))]),
    );
    let engagement =
        Engagement { seed: Some(5), commit: false, ..Engagement::of(Muster::Fleets(vec![1, 2, 3])) };
    let report = kernel.resolve(&engagement, &|| false).expect("a battle");
    assert_eq!(report.digest, plain.digest);
    assert_eq!(report.units.len(), 80);
}

/// The attacks that hit, by unit id, in a battle of three rounds with unarmed onlookers of these ids far away.
fn hits_with_onlookers(ids: &[i64]) -> Vec<(i64, i64)> {
    let mut kernel = line_battle(40, |row| row + 100);
    let far = || Values::numbers(ids.iter().map(|_| 0.0));
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([
            ("id", Values::wholes(ids.iter().copied())),
            ("fleet", Values::wholes(ids.iter().map(|_| 1))),
            ("x", far()),
            ("y", far()),
            ("speed", far()),
        ]),
    );
    let engagement = Engagement {
        seed: Some(5),
        commit: false,
        max_rounds: Some(9),
        ..Engagement::of(Muster::Fleets(vec![1, 2]))
    };
    let units = kernel.resolve(&engagement, &|| false).expect("a battle").units;
    let all = units.ints("id").iter().copied().zip(units.ints("hits").iter().copied());
    all.filter(|(id, _)| *id >= 100).collect()
}

#[test]
fn a_unit_more_changes_nobody_elses_rolls() {
    let alone = hits_with_onlookers(&[]);
    assert!(alone.iter().map(|unit| unit.1).sum::<i64>() > 20, "too few hits to tell");
    assert_eq!(alone, hits_with_onlookers(&[0, 1, 2]));
}

#[test]
fn the_mirrors_digest_does_not_know_its_history() {
    let plain = line_battle(40, |row| row);
    let mixed = line_battle(40, shuffled(80));
    assert_eq!(plain.digest(), mixed.digest());
    assert_ne!(plain.digest(), line_battle(41, |row| row).digest());
}
