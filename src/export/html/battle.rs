//! The page of a battle.

use serde_json::{Value, json};

use super::film::{film, fit, listed_events, shown_units};
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

/// Who won, when it turned, which round was the bloodiest, and who did most: in sentences.
fn summary(report: &Report) -> Vec<String> {
    let mut said = Vec::new();
    let names = names(&report.factions);
    let (hp, kills) = (report.timeline.floats("hp"), report.timeline.ints("kills"));
    let sides = names.len();
    if sides == 0 || hp.is_empty() {
        return said;
    }
    if let Some(winner) =
        report.winner.as_deref().and_then(|name| names.iter().position(|known| *known == name))
    {
        said.push(turn(hp, sides, winner, names[winner]));
    }
    let fallen = |round: &[i64]| round.iter().sum::<i64>();
    let (bloodiest, round) = kills
        .chunks(sides)
        .enumerate()
        .max_by_key(|(round, kills)| (fallen(kills), usize::MAX - round))
        .unwrap_or_default();
    if fallen(round) > 0 {
        said.push(format!("The bloodiest round was {}: {} units fell.", bloodiest + 1, fallen(round)));
    }
    for (index, name) in names.iter().enumerate() {
        let of = |column: &str| report.factions.ints(column)[index];
        let points = |column: &str| report.factions.floats(column)[index];
        said.push(format!(
            "{name}: {} of {} units lost, {} left the field; {} of {} shots hit, {:.0} points dealt and {:.0} taken.",
            of("units_lost"), of("units_initial"), of("retreated"), of("hits"), of("shots"),
            points("damage_dealt"), points("damage_taken"),
        ));
    }
    said.extend(best_unit(report));
    said
}

/// From which round on the winner had the largest share of its health left, in a sentence.
fn turn(hp: &[f64], sides: usize, winner: usize, name: &str) -> String {
    let first = &hp[..sides];
    let share = |round: &[f64], side: usize| round[side] / first[side].max(1e-9);
    let ahead =
        |round: &[f64]| (0..sides).all(|side| side == winner || share(round, side) < share(round, winner));
    let behind = hp.chunks(sides).rposition(|round| !ahead(round));
    match behind {
        None | Some(0) => format!("{name} was ahead all along, by the share of health left."),
        Some(round) if round + 1 == hp.len() / sides => {
            format!("{name} was never ahead by the share of health left.")
        }
        Some(round) => format!(
            "The battle turned in round {}: from then on {name} had the larger share of its health left.",
            round + 2
        ),
    }
}

fn best_unit(report: &Report) -> Option<String> {
    let (ids, kills, dealt) =
        (report.units.ints("id"), report.units.ints("kills"), report.units.floats("damage_dealt"));
    let best = (0..ids.len())
        .max_by(|&a, &b| kills[a].cmp(&kills[b]).then(dealt[a].total_cmp(&dealt[b])).then(b.cmp(&a)))?;
    let faction = match report.units.column("faction")?.cell(best) {
        Cell::Text(name) => name,
        _ => return None,
    };
    let (id, kills, dealt) = (ids[best], kills[best], dealt[best]);
    (kills > 0).then(|| format!("Unit {id} ({faction}) did most: {kills} kills, {dealt:.0} points."))
}
