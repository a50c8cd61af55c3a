//! The page of a battle.

use serde_json::{Value, json};

use super::film::{film, fit, listed_events, shown_units};
use super::summary::summary;
use super::{BATTLE_JS, changed_rules, columns, page, short, values};
use crate::ecs::tables::{Cell, Column, Table};
use crate::report::Report;

/// What a page without a map says in its place.
const NO_MAP: &str = "There is no map, since the battle was fought without a record. For one, fight it with \
                      record=\"full\" (muc run … --html does).";

/// A battle as one HTML page; `again` is the command or call that fights it again.
///
/// The map and the stories need a battle fought with record="full", the list of events one with "events"; what is not
/// there is said on the page. Large battles are sampled, and the page says so.
pub fn battle(report: &Report, again: &str) -> String {
    let mut notes = Vec::new();
    let mut film_data = Value::Null;
    let rows = shown_units(report.units.len());
    if let Some(replay) = &report.replay {
        let (data, left_out) = film(replay, &rows);
        film_data = data;
        notes.extend(left_out);
    }
    let (mut event_data, mut stories) = (Value::Null, Value::Null);
    if let Some(events) = &report.events {
        let (data, left_out) = listed_events(events, &rows);
        event_data = data;
        notes.extend(left_out);
        let rows: Vec<u32> = rows.iter().map(|&row| row as u32).collect();
        stories = fit(report.stories(events, &rows));
    }
    let data = json!({
        "headline": report.headline(),
        "rounds": report.rounds,
        "seed": report.seed.to_string(),
        "digest": report.digest.to_string(),
        "trace_id": &*report.trace_id,
        "version": env!("CARGO_PKG_VERSION"),
        "again": again,
        "rules": changed_rules(&report.rules),
        "factions": names(&report.factions),
        "summary": summary(report),
        "notes": notes,
        "no_map": NO_MAP,
        "timeline": timeline(report),
        "film": film_data,
        "events": event_data,
        "stories": stories,
        "tables": {
            "factions": some(&report.factions, &["name", "units_initial", "units_lost", "units_remaining", "retreated",
                "cost_lost", "damage_dealt", "damage_taken", "kills", "shots", "hits", "crits"]),
            "fleets": columns(&report.fleets),
            "types": types(report),
            "ledger": report.ledger.as_ref().map(|ledger| fleets_against_fleets(&ledger.table())),
            "profile": columns(&report.profile),
        },
    });
    page(&report.headline(), BATTLE_JS, &data)
}

/// The factions' names, in order.
pub(super) fn names(factions: &Table) -> Vec<&str> {
    match factions.column("name").map(AsRef::as_ref) {
        Some(Column::Text { codes, values }) => codes.iter().map(|&code| &*values[code as usize]).collect(),
        _ => Vec::new(),
    }
}

/// Some columns of a table.
fn some(table: &Table, wanted: &[&str]) -> Value {
    let column = |&name: &&str| Some(json!([name, values(table.column(name)?)]));
    wanted.iter().filter_map(column).collect()
}

/// The rounds, and for each faction its curves.
fn timeline(report: &Report) -> Value {
    let table = &report.timeline;
    let sides = names(&report.factions).len();
    let ints = |name: &str, side: usize| -> Vec<i64> {
        table.ints(name).iter().copied().skip(side).step_by(sides).collect()
    };
    let floats = |name: &str, side: usize| -> Value {
        table.floats(name).iter().skip(side).step_by(sides).map(|&value| short(value)).collect()
    };
    let curves = |side| {
        json!({
            "alive": ints("alive", side), "kills": ints("kills", side), "routing": ints("routing", side),
            "hp": floats("hp", side), "shield": floats("shield", side), "damage_dealt": floats("damage_dealt", side),
        })
    };
    let rounds = if sides == 0 { Vec::new() } else { ints("round", 0) };
    json!({ "round": rounds, "factions": (0..sides).map(curves).collect::<Vec<_>>() })
}

/// Losses by faction and domain.
fn types(report: &Report) -> Value {
    let table = &report.factions;
    let (names, ships, ground) = (names(table), table.ints("ships_lost"), table.ints("ground_lost"));
    json!([
        ["faction", names],
        ["ships_lost", ships],
        ["ground_units_lost", ground],
        ["cost_lost", table.floats("cost_lost")]
    ])
}

/// The ledger without its rounds and domains.
fn fleets_against_fleets(ledger: &Table) -> Value {
    let mut totals = std::collections::BTreeMap::<(i64, i64), (usize, [i64; 4], [f64; 2])>::new();
    for row in 0..ledger.len() {
        let key = (ledger.ints("attacker_fleet")[row], ledger.ints("target_fleet")[row]);
        let (_, counts, points) = totals.entry(key).or_insert((row, [0; 4], [0.0; 2]));
        for (count, name) in counts.iter_mut().zip(["shots", "hits", "crits", "kills"]) {
            *count += ledger.ints(name)[row];
        }
        for (sum, name) in points.iter_mut().zip(["damage", "overkill"]) {
            *sum += ledger.floats(name)[row];
        }
    }
    let faction = |row: usize, end: &str| match ledger.column(end).map(|column| column.cell(row)) {
        Some(Cell::Text(name)) => name.to_owned(),
        _ => String::new(),
    };
    let count = |index: usize| totals.values().map(|(_, counts, _)| counts[index]).collect::<Vec<_>>();
    let points = |index: usize| totals.values().map(|(.., points)| short(points[index])).collect::<Value>();
    let names = |end: &str| totals.values().map(|(row, ..)| faction(*row, end)).collect::<Vec<_>>();
    json!([
        ["attacker_fleet", totals.keys().map(|key| key.0.to_string()).collect::<Vec<_>>()],
        ["of", names("attacker_faction")],
        ["target_fleet", totals.keys().map(|key| key.1.to_string()).collect::<Vec<_>>()],
        ["of", names("target_faction")],
        ["shots", count(0)],
        ["hits", count(1)],
        ["crits", count(2)],
        ["kills", count(3)],
        ["damage", points(0)],
        ["overkill", points(1)],
    ])
}
