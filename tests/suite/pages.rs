//! Pages and what they show of a record: the data is what the report says, and no name is markup.

use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::components::Status;
use multi_universe_core::ecs::ingest::{TableInput, Values};
use multi_universe_core::export::html;
use multi_universe_core::export::trace;
use multi_universe_core::kernel::{Engagement, Kernel, Muster, Record, TurnPlan};
use multi_universe_core::odds::{Plan, Wish};
use multi_universe_core::report::Report;
use serde_json::{Value, json};

use crate::support::{line_battle, push, two_factions};

fn fought(kernel: &mut Kernel, record: Record, max_rounds: Option<u32>) -> Report {
    let fleets = Muster::Fleets(vec![1, 2]);
    let engagement =
        Engagement { seed: Some(5), commit: false, record, max_rounds, ..Engagement::of(fleets) };
    kernel.resolve(&engagement, &|| false).expect("a battle")
}

/// What the scripts of a page draw.
fn data(page: &str) -> Value {
    let (_, rest) =
        page.split_once("<script type=\"application/json\" id=\"data\">").expect("an element with data");
    let (data, _) = rest.split_once("</script>").expect("its end");
    serde_json::from_str(data).expect("JSON")
}

/// A column of a page's table, which is a list of names with their values.
fn column(table: &Value, name: &str) -> Value {
    let mut columns = table.as_array().into_iter().flatten();
    columns.find(|column| column[0] == name).map_or(Value::Null, |column| column[1].clone())
}

fn size(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

#[test]
fn a_battles_page_has_its_map_its_events_and_a_story_of_each_unit() {
    let report = fought(&mut line_battle(12, |row| row), Record::Full, None);
    let data = data(&html::battle(&report, "muc run it"));
    assert_eq!((&data["headline"], &data["again"]), (&report.headline().into(), &"muc run it".into()));
    let film = &data["film"];
    assert_eq!(film["id"], json!(report.units.ints("id")));
    assert_eq!(film["rounds"], json!((1..=report.rounds).collect::<Vec<_>>()));
    let health = film["health"].as_array().and_then(|rounds| rounds.last()).expect("the last round");
    let left: Vec<bool> = health.as_array().into_iter().flatten().map(|health| *health != json!(0)).collect();
    assert_eq!(left, report.units.floats("hp").iter().map(|&hp| hp > 0.0).collect::<Vec<_>>());
    let lost = json!(report.factions.ints("units_lost"));
    assert_eq!(column(&data["tables"]["factions"], "units_lost"), lost);
    assert_eq!(size(&column(&data["tables"]["ledger"], "attacker_fleet")), 2);
    assert!(size(&data["events"]["kind"]) > 50);
    assert_eq!(size(&data["stories"]), 24);
    let alive = &data["timeline"]["factions"][0]["alive"];
    assert_eq!(size(alive), report.rounds as usize);
}

#[test]
fn a_page_of_a_battle_without_a_record_says_so() {
    let report = fought(&mut line_battle(3, |row| row), Record::Nothing, None);
    let data = data(&html::battle(&report, ""));
    assert!(data["film"].is_null() && data["events"].is_null() && data["stories"].is_null());
    assert!(data["no_map"].as_str().is_some_and(|why| why.contains("without a record")));
}

#[test]
fn a_page_of_a_large_battle_shows_a_part_and_says_so() {
    let report = fought(&mut line_battle(1_000, |row| row), Record::Full, Some(90));
    let data = data(&html::battle(&report, ""));
    assert_eq!(size(&data["film"]["id"]), 1_000);
    let notes = data["notes"].to_string();
    assert!(notes.contains("shows 1000 of its 2000 units") && notes.contains("The list has "), "{notes}");
}

#[test]
fn names_are_no_markup() {
    let name = "</script><img src=x onerror=alert(1)>";
    let mut kernel = two_factions();
    push(&mut kernel, TableId::Factions, TableInput::of([("name", Values::texts(&[name]))]));
    push(
        &mut kernel,
        TableId::Treaties,
        TableInput::of([
            ("a", Values::texts(&[name])),
            ("b", Values::texts(&["Synod"])),
            ("kind", Values::texts(&["war"])),
        ]),
    );
    push(
        &mut kernel,
        TableId::Fleets,
        TableInput::of([("id", Values::wholes([1])), ("faction", Values::texts(&[name]))]),
    );
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([("id", Values::wholes([10, 11])), ("fleet", Values::wholes([1, 2]))]),
    );
    let plan = Plan { runs: 3, ..Plan::new(5) };
    let turn =
        kernel.resolve_turn(&TurnPlan { commit: false, ..TurnPlan::default() }, &|| false).expect("a turn");
    let odds =
        kernel.odds(&Engagement::of(Muster::Fleets(vec![1, 2])), &plan, &|_, _| Wish::GoOn).expect("odds");
    let report = fought(&mut kernel, Record::Full, Some(5));
    let places: Vec<_> = turn
        .places
        .iter()
        .map(|(place, report)| (*place, report.as_ref().map_err(ToString::to_string)))
        .collect();
    let pages =
        [html::battle(&report, name), html::odds(&odds, None, name), html::turn(&places, 1, "", name)];
    for page in pages {
        assert!(
            !page.contains("<img") && page.matches("</script>").count() == page.matches("<script").count()
        );
        assert_eq!(data(&page)["again"], name);
    }
}

#[test]
fn a_page_of_odds_has_a_bar_for_each_number_of_losses_and_the_course_of_the_chances() {
    let mut kernel = line_battle(4, |row| row);
    let fleets = Engagement::of(Muster::Fleets(vec![1, 2]));
    let odds = kernel.odds(&fleets, &Plan { runs: 50, ..Plan::new(5) }, &|_, _| Wish::GoOn).expect("odds");
    let data = data(&html::odds(&odds, Some(kernel.rules()), "again"));
    assert_eq!((&data["runs"], size(&data["losses"])), (&json!(50), 2));
    for bars in data["losses"].as_array().into_iter().flatten() {
        let shares: f64 = bars.as_array().into_iter().flatten().filter_map(Value::as_f64).sum();
        assert!(size(bars) == 5 && (shares - 100.0).abs() < 1e-6, "{bars}");
    }
    let wins = odds.samples.wins();
    let last = data["course"]["chances"][0].as_array().and_then(|curve| curve.last()?.as_f64());
    assert_eq!((last, &data["headline"]), (Some(2.0 * wins[0] as f64), &html::odds_headline(&odds).into()));
    assert_eq!(data["course"]["run"].as_array().and_then(|runs| runs.last()), Some(&json!(50)));
}

#[test]
fn a_turns_page_has_each_place_or_why_there_was_no_battle() {
    let report = fought(&mut line_battle(3, |row| row), Record::Nothing, None);
    let places = [(7, Ok(&report)), (8, Err("no room".to_owned()))];
    let data = data(&html::turn(&places, 9, "abc", "again"));
    assert_eq!((&data["headline"], &data["seed"]), (&"A turn of battles at 2 places".into(), &"9".into()));
    assert_eq!(data["errors"], json!(["Place 8: no room"]));
    assert_eq!(column(&data["places"], "what_came_of_it"), json!([report.headline()]));
    assert_eq!(size(&data["battles"][0]["lines"][0]["hp"]), report.rounds as usize);
    assert_eq!(self::data(&html::turn(&[], 9, "", ""))["headline"], "No place is contested.");
}

#[test]
fn a_film_has_the_rounds_and_units_that_are_asked_for() {
    let report = fought(&mut line_battle(6, |row| row), Record::Full, None);
    let replay = report.replay.as_ref().expect("a record");
    let whole = replay.film(&(0..12).collect::<Vec<_>>(), |_| true);
    assert_eq!(whole.len(), report.rounds as usize);
    let last = whole.last().expect("a round");
    assert_eq!((&last.x[..], &last.hp[..]), (report.units.floats("x"), report.units.floats("hp")));
    let some = replay.film(&[11, 2], |round| round == 2);
    assert_eq!((some.len(), some[0].round), (1, 2));
    let of = |column: &[f64]| [column[11], column[2]];
    assert_eq!((&some[0].x[..], &some[0].y[..]), (&of(&whole[1].x)[..], &of(&whole[1].y)[..]));
    assert!(whole[0].status.iter().all(|&status| status == Status::DEPLOYED.0));
}

#[test]
fn a_trace_has_a_bar_for_each_round_and_for_each_run_of_a_system() {
    let engagement = Engagement { trace: true, ..Engagement::of(Muster::Fleets(vec![1, 2])) };
    let report = line_battle(3, |row| row).resolve(&engagement, &|| false).expect("a battle");
    let trace: Value = serde_json::from_str(&trace::battle(&report)).expect("JSON");
    let bars = trace["traceEvents"].as_array().expect("a list");
    let of = |kind: &str| bars.iter().filter(|bar| bar["cat"] == kind).count();
    assert_eq!((of("round"), of("system")), (report.rounds as usize, report.spans.len()));
}
