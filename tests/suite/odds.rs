//! Odds: replicas are their numbers' own, whoever fights them, and the run stops where it says.

use std::cell::Cell;

use multi_universe_core::Error;
use multi_universe_core::kernel::{Engagement, Kernel, Muster};
use multi_universe_core::odds::{End, Odds, Plan, Wish, compare};

use crate::support::{fight, line_battle};

fn fleets() -> Engagement {
    Engagement::of(Muster::Fleets(vec![1, 2]))
}

fn plan(runs: u32) -> Plan {
    Plan { runs, ..Plan::new(5) }
}

fn odds(kernel: &mut Kernel, plan: &Plan) -> Odds {
    kernel.odds(&fleets(), plan, &|_, _| Wish::GoOn).expect("odds")
}

#[test]
fn neither_threads_nor_neighbours_nor_shards_change_a_replica() {
    let mut kernel = line_battle(12, |row| row);
    let one = odds(&mut kernel, &plan(300));
    assert_eq!(one.runs(), 300);
    assert!(one.samples.wins().iter().all(|&wins| wins > 20), "{:?}", one.samples.wins());
    for threads in [2, 3, 5] {
        assert_eq!(odds(&mut kernel, &Plan { threads, ..plan(300) }), one, "{threads} threads");
    }
    // So little memory that each battle is alone in its world.
    let alone = Plan { max_memory: 2 * 300 * 31 + 24 * 640 + 72 * 256, ..plan(300) };
    assert_eq!(odds(&mut kernel, &alone), one);
    let shards = [(0, 100), (100, 7), (107, 193)]
        .map(|(first, runs)| odds(&mut kernel, &Plan { first, ..plan(runs) }));
    let merged = Odds::merge(&[shards[2].clone(), shards[0].clone(), shards[1].clone()]).expect("a whole");
    assert_eq!((&merged, merged.digest()), (&one, one.digest()));
    assert_ne!(odds(&mut kernel, &Plan { seed: 6, ..plan(300) }).digest(), one.digest());
}

#[test]
fn the_first_replica_is_the_battle_itself() {
    let mut kernel = line_battle(12, |row| row);
    for seed in 0..20 {
        let report = fight(&mut kernel, seed);
        let odds = odds(&mut kernel, &Plan { seed, ..plan(1) });
        assert_eq!(odds.samples.rounds, [report.rounds]);
        let lost: Vec<i64> = odds.samples.lost.iter().map(|&lost| i64::from(lost)).collect();
        assert_eq!(lost, report.factions.ints("units_lost"));
        let winner = odds.samples_table();
        let words: Vec<_> = winner.row(0).filter(|(name, _)| *name == "winner").collect();
        assert_eq!(
            format!("{:?}", words[0].1),
            format!("Text({:?})", report.winner.as_deref().unwrap_or(""))
        );
    }
}

#[test]
fn a_replica_fought_alone_ends_as_it_did_among_the_others() {
    let mut kernel = line_battle(12, |row| row);
    let odds = odds(&mut kernel, &plan(40));
    let mut digests = std::collections::BTreeSet::new();
    for replica in 0..40 {
        let engagement = Engagement { seed: Some(5), replica, commit: false, ..fleets() };
        let report = kernel.resolve(&engagement, &|| false).expect("a battle");
        assert_eq!(report.replica, replica);
        assert_eq!(odds.samples.rounds[replica as usize], report.rounds, "replica {replica}");
        let lost = &odds.samples.lost[2 * replica as usize..][..2];
        let lost: Vec<i64> = lost.iter().map(|&lost| i64::from(lost)).collect();
        assert_eq!(lost, report.factions.ints("units_lost"), "replica {replica}");
        digests.insert(report.digest);
    }
    assert_eq!(digests.len(), 40, "each is another battle");
}

#[test]
fn the_mirror_stays_as_it_was() {
    let mut kernel = line_battle(12, |row| row);
    let before = kernel.digest();
    odds(&mut kernel, &plan(50));
    assert_eq!(kernel.digest(), before);
}

#[test]
fn a_run_stops_at_the_same_checkpoint_with_any_number_of_threads() {
    let mut kernel = line_battle(12, |row| row);
    let until = Plan { until: Some(0.12), ..plan(5000) };
    let one = odds(&mut kernel, &until);
    assert_eq!(one.end, End::Until);
    assert!(one.width() < 0.12 && one.runs() < 1000 && one.runs().is_multiple_of(64), "{}", one.runs());
    assert_eq!(odds(&mut kernel, &Plan { threads: 3, ..until }), one);
    let narrow = odds(&mut kernel, &Plan { until: Some(1e-9), ..plan(200) });
    assert_eq!((narrow.end, narrow.runs()), (End::Runs, 200));
}

#[test]
fn who_has_enough_or_stops_gets_the_unbroken_run_from_the_first() {
    let mut kernel = line_battle(12, |row| row);
    let whole = odds(&mut kernel, &plan(2000));
    for (wish, end) in [(Wish::Enough, End::Enough), (Wish::Stop, End::Stopped)] {
        for threads in [1, 2] {
            let seen = Cell::new(0);
            let enough = |done: usize, total: usize| {
                assert_eq!(total, 2000);
                assert!(done >= seen.get(), "progress never goes back");
                seen.set(done);
                if done >= 100 { wish } else { Wish::GoOn }
            };
            let part = kernel.odds(&fleets(), &Plan { threads, ..plan(2000) }, &enough).expect("a part");
            assert_eq!(part.end, end);
            // Who has enough waits for what has begun; who stops has nothing behind the first that was not done.
            let least = if wish == Wish::Enough { 100 } else { 1 };
            assert!((least..1900).contains(&part.runs()), "{}", part.runs());
            assert_eq!(part.samples.rounds, whole.samples.rounds[..part.runs()]);
        }
    }
}

#[test]
fn what_the_odds_say_adds_up() {
    let mut kernel = line_battle(12, |row| row);
    let odds = odds(&mut kernel, &plan(400));
    let table = odds.table();
    let wins: i64 = table.ints("wins").iter().sum();
    assert_eq!(wins as usize + odds.draws(), 400);
    for row in 0..2 {
        let (low, p, high) =
            (table.floats("low")[row], table.floats("probability")[row], table.floats("high")[row]);
        assert!(low < p && p < high && high - low < 0.11, "{low} {p} {high}");
        let mean = table.floats("lost_mean")[row] + table.floats("survivors_mean")[row];
        assert!((mean - 12.0).abs() < 1e-9, "{mean}");
        assert_eq!(table.ints("lost_p05")[row] + table.ints("survivors_p95")[row], 12);
    }
    let samples = odds.samples_table();
    assert_eq!(samples.len(), 400);
    let rounds: f64 = samples.ints("rounds").iter().sum::<i64>() as f64 / 400.0;
    assert_eq!(odds.rounds()[0], ("mean", rounds));
}

#[test]
fn impossible_plans_are_refused_by_name() {
    let mut kernel = line_battle(4, |row| row);
    let refused = |kernel: &mut Kernel, plan: Plan| match kernel.odds(&fleets(), &plan, &|_, _| Wish::GoOn) {
        Err(Error::Odds(faults)) => faults.listed[0].table,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&mut kernel, plan(0)), "runs");
    assert_eq!(refused(&mut kernel, Plan { first: u32::MAX, ..plan(2) }), "first");
    for confidence in [0.0, 1.0, -1.0, f64::NAN] {
        assert_eq!(refused(&mut kernel, Plan { confidence, ..plan(9) }), "confidence");
    }
    for until in [0.0, 1.0, f64::NAN] {
        assert_eq!(refused(&mut kernel, Plan { until: Some(until), ..plan(9) }), "until");
    }
    assert_eq!(refused(&mut kernel, Plan { max_memory: 1000, ..plan(9) }), "max_memory");
}

#[test]
fn parts_that_do_not_fit_are_not_merged() {
    let mut kernel = line_battle(4, |row| row);
    let first = odds(&mut kernel, &plan(10));
    let gap = odds(&mut kernel, &Plan { first: 11, ..plan(10) });
    let other = odds(&mut kernel, &Plan { seed: 6, first: 10, ..plan(10) });
    for parts in
        [&[][..], &[first.clone(), gap][..], &[first.clone(), first.clone()][..], &[first, other][..]]
    {
        assert!(matches!(Odds::merge(parts), Err(Error::Odds(_))));
    }
}

#[test]
fn common_rolls_need_fewer_runs_than_independent_ones() {
    let mut kernel = line_battle(12, |row| row);
    let base = odds(&mut kernel, &plan(400));
    crate::support::push(
        &mut kernel,
        multi_universe_core::ecs::columns::TableId::Units,
        multi_universe_core::ecs::ingest::TableInput::of([
            ("id", multi_universe_core::ecs::ingest::Values::wholes([0])),
            ("armor", multi_universe_core::ecs::ingest::Values::numbers([40.0])),
        ]),
    );
    let better = odds(&mut kernel, &plan(400));
    let table =
        compare(&base, &[("armour".to_owned(), better), ("same".to_owned(), base.clone())]).expect("a table");
    assert_eq!(table.len(), 4);
    for row in 0..2 {
        let of = |column: &str| table.floats(column)[row];
        assert!((of("probability") - of("base") - of("difference")).abs() < 1e-12);
        assert!(of("low") <= of("difference") && of("difference") <= of("high"));
        assert!(of("saving") > 1.0, "{}", of("saving"));
    }
    assert!(table.floats("difference")[2..].iter().all(|&difference| difference == 0.0));
    let other = odds(&mut kernel, &Plan { seed: 6, ..plan(400) });
    assert!(matches!(compare(&base, &[("other".to_owned(), other)]), Err(Error::Odds(_))));
}
