//! The page of a turn.

use std::sync::Arc;

use serde_json::{Value, json};

use super::battle::names;
use super::{TURN_JS, changed_rules, columns, page, short};
use crate::ecs::profile::sum;
use crate::ecs::tables::Table;
use crate::report::Report;
use crate::rules::Rules;

/// Battles whose curves are shown, at most.
const MOST_BATTLES: usize = 24;

/// A turn as one HTML page: each place's battle, or why there was none; `again` is the command or call that fights it again.
pub fn turn(places: &[(i64, Result<&Report, String>)], seed: u64, digest: &str, again: &str) -> String {
    let fought: Vec<(i64, &Report)> =
        places.iter().filter_map(|(place, report)| Some((*place, *report.as_ref().ok()?))).collect();
    let mut factions: Vec<&str> = fought.iter().flat_map(|(_, report)| names(&report.factions)).collect();
    factions.sort_unstable();
    factions.dedup();
    let of = |table: fn(&Report) -> &Table| {
        let tables: Vec<(i64, &Table)> =
            fought.iter().map(|&(place, report)| (place, table(report))).collect();
        columns(&Table::stack("location", &tables))
    };
    let count = if places.len() == 1 { "place".to_owned() } else { format!("{} places", places.len()) };
    let headline = if places.is_empty() {
        "No place is contested.".to_owned()
    } else {
        format!("A turn of battles at {count}")
    };
    let errors: Vec<String> = places
        .iter()
        .filter_map(|(place, report)| Some(format!("Place {place}: {}", report.as_ref().err()?)))
        .collect();
    let mut largest: Vec<(i64, &Report)> =
        fought.iter().copied().filter(|(_, report)| report.rounds > 0).collect();
    largest.sort_by_key(|(place, report)| (std::cmp::Reverse(report.units.len()), *place));
    largest.truncate(MOST_BATTLES);
    largest.sort_by_key(|(place, _)| *place);
    let profiles: Vec<&Table> = fought.iter().map(|(_, report)| &report.profile).collect();
    let rules = fought.first().map_or_else(Rules::default, |(_, report)| report.rules);
    let mark = fought.first().map_or_else(|| Arc::from(""), |(_, report)| report.trace_id.clone());
    let data = json!({
        "headline": headline,
        "seed": seed.to_string(),
        "digest": digest,
        "trace_id": &*mark,
        "version": env!("CARGO_PKG_VERSION"),
        "again": again,
        "rules": changed_rules(&rules),
        "factions": factions,
        "errors": errors,
        "places": [
            ["location", fought.iter().map(|(place, _)| place.to_string()).collect::<Vec<_>>()],
            ["what_came_of_it", fought.iter().map(|(_, report)| report.headline()).collect::<Vec<_>>()],
            ["rounds", fought.iter().map(|(_, report)| report.rounds).collect::<Vec<_>>()],
            ["units", fought.iter().map(|(_, report)| report.units.len()).collect::<Vec<_>>()],
        ],
        "battles": largest.iter().map(|&(place, report)| curves(place, report, &factions)).collect::<Vec<_>>(),
        "tables": { "factions": of(|report| &report.factions), "fleets": of(|report| &report.fleets),
            "profile": columns(&sum(&profiles)) },
    });
    page(&headline, TURN_JS, &data)
}

/// The health left at a place, round by round.
fn curves(place: i64, report: &Report, factions: &[&str]) -> Value {
    let names = names(&report.factions);
    let hp = |side: usize| -> Value {
        report
            .timeline
            .floats("hp")
            .iter()
            .skip(side)
            .step_by(names.len())
            .map(|&value| short(value))
            .collect()
    };
    let line = |(side, name): (usize, &&str)| json!({ "faction": factions.iter().position(|known| known == name), "hp": hp(side) });
    json!({
        "location": place,
        "round": (1..=report.rounds).collect::<Vec<_>>(),
        "lines": names.iter().enumerate().map(line).collect::<Vec<_>>(),
    })
}
