//! Events and ledger: they change nothing, they add up, and every cause stands before its effect.

use std::collections::BTreeMap;

use multi_universe_core::Error;
use multi_universe_core::ecs::components::NOBODY;
use multi_universe_core::ecs::events::{Event, EventKind, Events, NO_EVENT};
use multi_universe_core::ecs::tables::{Cell, Table};
use multi_universe_core::kernel::{Engagement, Kernel, Muster, Record};
use multi_universe_core::report::Report;
use multi_universe_core::scenario::Scenario;

use crate::support::{fight, line_battle};

fn recorded(kernel: &mut Kernel, record: Record) -> Report {
    let fleets = Muster::Fleets(vec![1, 2]);
    let engagement = Engagement { seed: Some(5), commit: false, record, ..Engagement::of(fleets) };
    kernel.resolve(&engagement, &|| false).expect("a battle")
}

fn scenario(path: &str, record: Record) -> Report {
    let scenario = Scenario::load(path).expect("a scenario");
    let engagement = Engagement { record, ..scenario.engagement(None) };
    scenario.kernel().expect("a kernel").resolve(&engagement, &|| false).expect("a battle")
}

fn told(report: &Report) -> &Events {
    report.told().expect("events")
}

#[test]
fn whatever_is_written_down_the_battle_is_the_same() {
    let mut kernel = line_battle(40, |row| row);
    let plain = fight(&mut kernel, 5);
    assert!(plain.ledger.is_none() && plain.events.is_none());
    for record in [Record::Ledger, Record::Events, Record::Full, Record::Events] {
        let noted = recorded(&mut kernel, record);
        assert_eq!(noted.digest, plain.digest, "{record:?}");
        assert_eq!((&noted.units, &noted.weapons), (&plain.units, &plain.weapons), "{record:?}");
        assert!(noted.ledger.is_some());
        assert_eq!(noted.events.is_some(), record != Record::Ledger);
    }
}

#[test]
fn the_number_of_threads_changes_no_event() {
    let of = |threads| {
        let mut kernel = line_battle(1_200, |row| row);
        kernel.set_threads(threads);
        told(&recorded(&mut kernel, Record::Events)).list.clone()
    };
    let single = of(1);
    assert!(single.len() > 10_000, "{} events", single.len());
    assert_eq!([of(2), of(7)], [single.clone(), single]);
}

#[test]
fn events_add_up_to_what_the_report_says() {
    let report = recorded(&mut line_battle(40, |row| row), Record::Events);
    let events = told(&report);
    let mut dealt: BTreeMap<i64, f64> = BTreeMap::new();
    let mut killed = BTreeMap::new();
    for event in &events.list {
        match event.kind {
            EventKind::Volley | EventKind::Melee => {
                *dealt.entry(events.ids[event.unit as usize]).or_default() += event.amount;
            }
            EventKind::Kill => {
                let (by, whom) = (events.ids[event.unit as usize], events.ids[event.target as usize]);
                assert_eq!(killed.insert(whom, (by, i64::from(event.round))), None, "died twice: {whom}");
            }
            _ => {}
        }
    }
    let units = &report.units;
    let fates =
        units.ints("killed_by").iter().zip(units.ints("death_round")).map(|(&by, &round)| (by, round));
    let dead: BTreeMap<i64, (i64, i64)> =
        units.ints("id").iter().copied().zip(fates).filter(|(_, (by, _))| *by >= 0).collect();
    assert!(dead.len() > 10);
    assert_eq!(killed, dead);
    for (unit, &points) in units.ints("id").iter().zip(units.floats("damage_dealt")) {
        let told = dealt.get(unit).copied().unwrap_or_default();
        assert!((told - points).abs() <= 1e-9 * points, "unit {unit}: {told} told, {points} dealt");
    }
    assert_eq!(events.list.last().map(|event| event.kind), Some(EventKind::Victory));
}

#[test]
fn a_full_record_tells_each_shot_under_its_volley() {
    let report = recorded(&mut line_battle(20, |row| row), Record::Full);
    let events = told(&report);
    let of = |cause: u32| -> Vec<&Event> {
        events.list.iter().filter(|event| event.kind == EventKind::Shot && event.cause == cause).collect()
    };
    for (id, volley) in (0..).zip(&events.list).filter(|(_, event)| event.kind == EventKind::Volley) {
        let shots = of(id);
        assert!((1..=3).contains(&shots.len()), "three weapons each");
        assert!(shots.iter().all(|shot| (shot.unit, shot.target) == (volley.unit, volley.target)));
        assert_eq!(shots.iter().fold(0.0, |sum, shot| sum + shot.amount), volley.amount);
    }
    let mut kills = events.list.iter().filter(|event| event.kind == EventKind::Kill);
    assert!(kills.all(|kill| events.list[kill.cause as usize].kind == EventKind::Shot));
}

/// What may cause an event of this kind.
fn causes(kind: EventKind) -> &'static [EventKind] {
    use EventKind::{Kill, Melee, Retreat, Rout, Shot, Suppressed, Volley};
    match kind {
        Shot => &[Volley],
        Kill | EventKind::WeaponDestroyed | Suppressed => &[Volley, Shot, Melee],
        Rout => &[Suppressed],
        EventKind::Rally | Retreat => &[Rout],
        EventKind::Reinforce => &[Kill, Retreat],
        EventKind::Victory => &[Kill, Rout, Retreat],
        _ => &[],
    }
}

#[test]
fn every_cause_is_of_its_kind_and_stands_before_its_effect() {
    let mut seen = BTreeMap::new();
    let folders = ["morale", "deploy", "melee", "damage", "victory", "shooting"];
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(root.join(folder)).into_iter().flatten());
    for file in files.map(|file| file.expect("a readable folder").path()) {
        let report = scenario(&file.display().to_string(), Record::Events);
        let Some(events) = &report.events else { continue };
        for (id, event) in (0..).zip(&events.list) {
            *seen.entry(event.kind).or_insert(0) += 1;
            if event.cause == NO_EVENT {
                let suppressed_it =
                    |other: &Event| other.unit == event.unit && other.kind == EventKind::Suppressed;
                let before = &events.list[..id as usize];
                let unforeseen = event.kind == EventKind::Rout && !before.iter().any(suppressed_it);
                let nobody_fell = matches!(event.kind, EventKind::Reinforce | EventKind::Victory);
                let free = causes(event.kind).is_empty() || unforeseen || nobody_fell;
                assert!(free, "{}: {event:?} without a cause", file.display());
                continue;
            }
            assert!(event.cause < id, "{}: {event:?} before its cause", file.display());
            let cause = &events.list[event.cause as usize];
            assert!(causes(event.kind).contains(&cause.kind), "{}: {cause:?}, {event:?}", file.display());
            let same = matches!(event.kind, EventKind::Rout | EventKind::Rally | EventKind::Retreat);
            assert!(!same || cause.unit == event.unit, "{}: {cause:?}, {event:?}", file.display());
            assert!(cause.round <= event.round);
        }
    }
    let missing: Vec<&str> = EventKind::NAMES
        .iter()
        .copied()
        .filter(|name| *name != "shot" && !seen.keys().any(|kind: &EventKind| kind.name() == *name))
        .collect();
    assert!(missing.is_empty(), "no scenario shows {missing:?}");
}

#[test]
fn the_ledger_has_the_totals_of_the_report() {
    let report = scenario("scenarios/melee/contact.toml", Record::Ledger);
    let ledger = &report.ledger.as_ref().expect("a ledger").table();
    let total = |name: &str| ledger.ints(name).iter().sum::<i64>();
    let factions = &report.factions;
    for name in ["shots", "hits", "crits", "kills"] {
        assert_eq!(total(name), factions.ints(name).iter().sum::<i64>(), "{name}");
    }
    let sum = |table: &Table, name: &str| table.floats(name).iter().sum::<f64>();
    assert!((sum(ledger, "damage") - sum(factions, "damage_dealt")).abs() < 1e-9);
    let keys: Vec<_> = (0..ledger.len())
        .map(|row| ["round", "attacker_fleet", "target_fleet"].map(|name| ledger.ints(name)[row]))
        .collect();
    assert!(keys.is_sorted() && !keys.is_empty(), "{keys:?}");
}

#[test]
fn each_round_of_the_ledger_is_that_round_of_the_timeline() {
    let report = recorded(&mut line_battle(40, |row| row), Record::Ledger);
    let (ledger, timeline) = (&report.ledger.as_ref().expect("a ledger").table(), &report.timeline);
    let text =
        |table: &Table, column: &str, row: usize| match table.column(column).map(|column| column.cell(row)) {
            Some(Cell::Text(text)) => text.to_owned(),
            other => panic!("{column}: {other:?}"),
        };
    let mut rounds = 0;
    for row in 0..timeline.len() {
        let (round, faction) = (timeline.ints("round")[row], text(timeline, "faction", row));
        let ours = (0..ledger.len()).filter(|&entry| {
            ledger.ints("round")[entry] == round && text(ledger, "attacker_faction", entry) == faction
        });
        let ours: Vec<usize> = ours.collect();
        let kills: i64 = ours.iter().map(|&entry| ledger.ints("kills")[entry]).sum();
        let dealt: f64 = ours.iter().map(|&entry| ledger.floats("damage")[entry]).sum();
        assert_eq!(kills, timeline.ints("kills")[row], "round {round}, {faction}");
        assert!((dealt - timeline.floats("damage_dealt")[row]).abs() < 1e-9, "round {round}, {faction}");
        rounds += usize::from(kills > 0);
    }
    assert!(rounds > 5, "units fell in {rounds} rounds");
}

#[test]
fn a_units_story_ends_with_who_killed_it() {
    let report = recorded(&mut line_battle(20, |row| row), Record::Events);
    let dead = report.units.ints("killed_by").iter().position(|&by| by >= 0).expect("somebody died");
    let (id, by) = (report.units.ints("id")[dead], report.units.ints("killed_by")[dead]);
    let round = report.units.ints("death_round")[dead];
    let story = report.explain(id).expect("a story");
    assert!(story.sentences[0].ends_with(&format!("was destroyed in round {round} by unit {by}.")));
    let last = story.sentences.last().expect("sentences");
    assert!(
        last.contains(&format!("Round {round}: unit {by} (")) && last.contains("took its last point"),
        "{last}"
    );
    let (events, kinds) = (&story.events, story.events.column("kind").expect("kinds"));
    let kill = (0..events.len()).find(|&row| kinds.cell(row) == Cell::Text("kill")).expect("its end");
    let cause = events.ints("cause")[kill];
    assert!(events.ints("id").contains(&cause), "the cause of its end is in the table");
}

#[test]
fn a_story_that_nobody_wrote_down_is_refused() {
    let plain = fight(&mut line_battle(5, |row| row), 1);
    let error = plain.explain(1).expect_err("no events");
    assert!(error.to_string().contains("record=\"events\""), "{error}");
    let noted = recorded(&mut line_battle(5, |row| row), Record::Events);
    assert!(matches!(noted.explain(-7), Err(Error::Unknown { .. })));
    assert_eq!(told(&noted).list.iter().filter(|event| event.unit == NOBODY).count(), 1);
}
