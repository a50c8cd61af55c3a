//! Turns: the battles of all contested places at once, each as if it were alone.

use std::cell::Cell;

use multi_universe_core::Error;
use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{TableInput, Values};
use multi_universe_core::ecs::roll::place_seed;
use multi_universe_core::kernel::{Encounter, Engagement, Kernel, Muster, Record, Turn, TurnPlan};
use multi_universe_core::report::Report;

use crate::support::{at_war, push, two_factions};

/// `places` places with a fleet of each faction of 3 + place % 5 ships, the first one's at peace with nobody, and a fleet of
/// the first faction alone elsewhere.
fn campaign(places: i64) -> Kernel {
    let mut kernel = two_factions();
    let fleets: Vec<(i64, i64)> = (0..places).flat_map(|place| [(place, 0), (place, 1)]).collect();
    let id = |(place, side): (i64, i64)| 100 + 2 * place + side;
    let name = |side: i64| if side == 0 { "Hegemony" } else { "Synod" };
    let mut names: Vec<&str> = fleets.iter().map(|fleet| name(fleet.1)).collect();
    names.push("Hegemony");
    push(
        &mut kernel,
        TableId::Fleets,
        TableInput::of([
            ("id", Values::wholes(fleets.iter().map(|&fleet| id(fleet)).chain([99]))),
            ("faction", Values::texts(&names)),
            ("location", Values::wholes(fleets.iter().map(|fleet| 1000 + fleet.0).chain([5]))),
        ]),
    );
    let ships: Vec<i64> =
        fleets.iter().flat_map(|&fleet| (0..3 + fleet.0 % 5).map(move |_| id(fleet))).collect();
    let count = ships.len() as i64;
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([
            ("id", Values::wholes(0..=count)),
            ("fleet", Values::wholes(ships.iter().copied().chain([99]))),
        ]),
    );
    push(
        &mut kernel,
        TableId::Weapons,
        TableInput::of([
            ("unit", Values::wholes(0..count)),
            ("slot", Values::wholes((0..count).map(|_| 0))),
            ("range", Values::numbers((0..count).map(|_| 60.0))),
        ]),
    );
    kernel
}

fn turn(kernel: &mut Kernel, threads: usize) -> Turn {
    kernel.resolve_turn(&TurnPlan { threads, ..TurnPlan::default() }, &|| false).expect("a turn")
}

#[test]
fn contested_places_are_found_and_no_thread_changes_a_report() {
    let (mut one, mut three) = (campaign(40), campaign(40));
    let (first, second) = (turn(&mut one, 1), turn(&mut three, 3));
    assert_eq!(first.places.len(), 40, "the lone fleet is not contested");
    assert!(first.places.is_sorted_by_key(|place| place.0));
    assert_eq!(first.digest(), second.digest());
    assert_eq!(one.digest(), three.digest());
    let units = first.table(|report| &report.units);
    assert_eq!(units.names()[0], "location");
    assert_eq!(units.len(), 2 * (0..40).map(|place| 3 + place % 5).sum::<usize>());
    assert_eq!(units, second.table(|report| &report.units));
    // The next turn is another one.
    assert_ne!(turn(&mut one, 1).seed, first.seed);
}

#[test]
fn a_place_has_the_battle_that_it_would_have_alone() {
    let mut kernel = campaign(5);
    let plan = TurnPlan { seed: Some(77), commit: false, ..TurnPlan::default() };
    let before = kernel.digest();
    let all = kernel.resolve_turn(&plan, &|| false).expect("a turn");
    assert_eq!(kernel.digest(), before);
    for (place, report) in &all.places {
        let engagement = Engagement {
            seed: Some(place_seed(77, *place)),
            commit: false,
            ..Engagement::of(Muster::Location(*place))
        };
        let alone = kernel.resolve(&engagement, &|| false).expect("a battle");
        assert_eq!(report.as_ref().expect("a battle").digest, alone.digest);
        let only = TurnPlan { locations: Some(vec![*place]), ..plan.clone() };
        let only = kernel.resolve_turn(&only, &|| false).expect("a turn");
        assert_eq!(only.places[0].1.as_ref().expect("a battle").digest, alone.digest);
    }
}

#[test]
fn the_battles_of_a_turn_are_written_down_as_those_of_resolve_and_traced_on_their_threads() {
    let mut kernel = campaign(7);
    let plan = TurnPlan { seed: Some(77), commit: false, threads: 2, ..TurnPlan::default() };
    let plain = kernel.resolve_turn(&plan, &|| false).expect("a turn");
    for record in [Record::Ledger, Record::Events, Record::Full] {
        let written = TurnPlan { record, trace: true, ..plan.clone() };
        let turn = kernel.resolve_turn(&written, &|| false).expect("a turn");
        assert_eq!(turn.digest(), plain.digest(), "{record:?}");
        for (place, report) in &turn.places {
            let report = report.as_ref().expect("a battle");
            let seed = Some(place_seed(77, *place));
            let engagement =
                Engagement { seed, record, commit: false, ..Engagement::of(Muster::Location(*place)) };
            let alone = kernel.resolve(&engagement, &|| false).expect("a battle");
            assert_eq!(report.ledger, alone.ledger, "{record:?} at {place}");
            let list = |report: &Report| report.events.as_ref().map(|events| events.list.clone());
            assert_eq!(list(report), list(&alone), "{record:?} at {place}");
            assert_eq!(report.replay.is_some(), record == Record::Full);
            let calls: i64 = report.profile.ints("calls").iter().sum();
            assert_eq!(report.spans.len() as i64, calls);
            let thread = report.spans[0].thread;
            assert!((1..=2).contains(&thread) && report.spans.iter().all(|span| span.thread == thread));
        }
    }
}

#[test]
fn the_aftermath_is_that_of_one_battle_after_another() {
    let (mut at_once, mut in_turn) = (campaign(6), campaign(6));
    let all = turn(&mut at_once, 2);
    for (place, _) in &all.places {
        let engagement = Engagement {
            seed: Some(place_seed(all.seed, *place)),
            ..Engagement::of(Muster::Location(*place))
        };
        in_turn.resolve(&engagement, &|| false).expect("a battle");
    }
    assert_eq!(at_once.digest(), in_turn.digest());
}

#[test]
fn a_request_that_cannot_be_is_refused_and_an_interruption_changes_nothing() {
    let mut kernel = campaign(4);
    let before = kernel.digest();
    let refused = |kernel: &mut Kernel, plan: TurnPlan| {
        let refusal = kernel.resolve_turn(&plan, &|| false).expect_err("a refusal");
        assert!(matches!(refusal, Error::Resolve(_)), "{refusal}");
        refusal.to_string()
    };
    let places = |places: &[i64]| TurnPlan { locations: Some(places.to_vec()), ..TurnPlan::default() };
    assert!(refused(&mut kernel, places(&[1000, 4711])).contains("4711"));
    assert!(refused(&mut kernel, places(&[1000, 1000])).contains("each once"));
    let nobody = TurnPlan { defenders: vec!["Nobody".to_owned()], ..TurnPlan::default() };
    assert!(refused(&mut kernel, nobody).contains("Nobody"));
    assert!(
        refused(&mut kernel, TurnPlan { max_rounds: Some(0), ..TurnPlan::default() }).contains("max_rounds")
    );
    let asked = Cell::new(0);
    let soon = || {
        asked.set(asked.get() + 1);
        asked.get() > 5
    };
    let stopped = kernel.resolve_turn(&TurnPlan::default(), &soon);
    assert!(matches!(stopped, Err(Error::Interrupted { .. })));
    assert_eq!(kernel.digest(), before);
    // A place without a war is no conflict, and is told so.
    let quiet = kernel.resolve_turn(&places(&[5]), &|| false).expect("a turn");
    assert_eq!(quiet.places[0].1.as_ref().expect("a report").outcome.name(), "no_conflict");
}

/// A battle of `ships` against as many, with all that it needs; negative health cannot be pushed.
fn encounter<'a>(ships: i64, hp: f64, seed: u64) -> Encounter<'a> {
    let count = 2 * ships;
    let rows = |value: f64| Values::numbers((0..count).map(|_| value));
    let push = at_war()
        .with(
            TableId::Units,
            TableInput::of([
                ("id", Values::wholes(0..count)),
                ("fleet", Values::wholes((0..count).map(|id| 1 + i64::from(id >= ships)))),
                ("max_hp", rows(hp)),
            ]),
        )
        .with(
            TableId::Weapons,
            TableInput::of([
                ("unit", Values::wholes(0..count)),
                ("slot", Values::wholes((0..count).map(|_| 0))),
                ("range", rows(60.0)),
            ]),
        );
    let engagement = Engagement { seed: Some(seed), commit: false, ..Engagement::of(Muster::Location(7)) };
    Encounter { push, engagement }
}

#[test]
fn battles_that_share_no_mirror_are_those_that_are_fought_alone() {
    let kernel = two_factions();
    let before = kernel.digest();
    let battles: Vec<_> = (0..7).map(|n| encounter(3 + n % 4, 300.0, 100 + n as u64)).collect();
    for threads in [1, 2, 5, 50] {
        let reports = kernel.resolve_apart(&battles, threads, &|| false).expect("battles");
        assert_eq!(reports.len(), 7);
        for (n, report) in (0..7).zip(reports) {
            let mut alone = Kernel::new(*kernel.rules(), 1);
            let battle = encounter(3 + n % 4, 300.0, 100 + n as u64);
            alone.push(&battle.push).expect("a legal push");
            let alone = alone.resolve(&battle.engagement, &|| false).expect("a battle");
            assert_eq!(report.expect("a battle").digest, alone.digest, "battle {n}, {threads} threads");
        }
    }
    assert_eq!(kernel.digest(), before);
    assert!(kernel.resolve_apart(&[], 3, &|| false).expect("no battles").is_empty());
}

#[test]
fn a_battle_that_cannot_be_pushed_is_an_error_in_its_place() {
    let kernel = two_factions();
    let battles = [encounter(3, 300.0, 1), encounter(5, -1.0, 2), encounter(4, 300.0, 3)];
    let reports = kernel.resolve_apart(&battles, 2, &|| false).expect("battles");
    assert!(matches!(reports[1], Err(Error::Push(_))));
    assert_eq!([&reports[0], &reports[2]].map(|report| report.as_ref().expect("a battle").seed), [1, 3]);
    let stopped = kernel.resolve_apart(&battles, 2, &|| true);
    assert!(matches!(stopped, Err(Error::Interrupted { .. })));
}
