//! What of a recorded battle a page has room for: units and rounds of the map, events, stories.

use serde_json::{Value, json};

use crate::ecs::components::NOBODY;
use crate::ecs::events::{EventKind, Events};
use crate::replay::{Frame, Replay};

/// Units on the map, at most.
const MOST_UNITS: usize = 1_500;
/// Units times rounds on the map, at most: some 16 bytes each.
const MOST_CELLS: usize = 120_000;
/// Events in the list, at most: some 40 bytes each.
const MOST_EVENTS: usize = 30_000;
/// Bytes of all stories, at most.
const MOST_STORIES: usize = 2_000_000;

/// The rows of the units that are shown: all, or every n-th.
pub(super) fn shown_units(units: usize) -> Vec<usize> {
    (0..units).step_by(units.div_ceil(MOST_UNITS).max(1)).collect()
}

/// The map's data, and what was left out, in a sentence.
pub(super) fn film(replay: &Replay, rows: &[usize]) -> (Value, Option<String>) {
    let (units, rounds) = (replay.units.len(), replay.rounds());
    let step = (rows.len() * rounds as usize).div_ceil(MOST_CELLS).max(1) as u32;
    let frames = replay.film(rows, |round| (round - 1) % step == 0 || round == rounds);
    let max_hp = replay.units.floats("max_hp");
    let health = |frame: &Frame| -> Vec<i64> {
        let share =
            |(&hp, &row): (&f64, &usize)| (100.0 * hp / max_hp[row].max(1e-9)).clamp(0.0, 100.0).ceil();
        frame.hp.iter().zip(rows).map(|pair| share(pair) as i64).collect()
    };
    let places = |values: &[f64]| -> Vec<i64> {
        values.iter().map(|&value| (10_000.0 * value / replay.map.max(1e-9)).round() as i64).collect()
    };
    let mut sides: Vec<&str> = texts(replay, "faction");
    sides.sort_unstable();
    sides.dedup();
    let faction = |name: &str| sides.binary_search(&name).unwrap_or_default();
    let of = |values: &[i64]| -> Vec<i64> { rows.iter().map(|&row| values[row]).collect() };
    let factions: Vec<usize> = {
        let names = texts(replay, "faction");
        rows.iter().map(|&row| faction(names[row])).collect()
    };
    let data = json!({
        "size": replay.map,
        "id": of(replay.units.ints("id")),
        "faction": factions,
        "rounds": frames.iter().map(|frame| frame.round).collect::<Vec<_>>(),
        "x": frames.iter().map(|frame| places(&frame.x)).collect::<Vec<_>>(),
        "y": frames.iter().map(|frame| places(&frame.y)).collect::<Vec<_>>(),
        "health": frames.iter().map(health).collect::<Vec<_>>(),
        "status": frames.iter().map(|frame| &frame.status).collect::<Vec<_>>(),
    });
    let left_out = (rows.len() < units || step > 1).then(|| {
        let every = if step > 1 { format!(" and every {step}. round of {rounds}") } else { String::new() };
        format!("This battle is large: the map shows {} of its {units} units{every}.", rows.len())
    });
    (data, left_out)
}

fn texts<'a>(replay: &'a Replay, name: &str) -> Vec<&'a str> {
    match replay.units.column(name).map(AsRef::as_ref) {
        Some(crate::ecs::tables::Column::Text { codes, values }) => {
            codes.iter().map(|&code| values[code as usize].as_ref()).collect()
        }
        _ => Vec::new(),
    }
}

/// The events that there is room for, and what was left out, in a sentence. First goes fire that did nothing and each single
/// shot, then fire of units that are not shown, then what came last.
pub(super) fn listed_events(events: &Events, shown: &[usize]) -> (Value, Option<String>) {
    let mut on_map = vec![false; events.ids.len()];
    shown.iter().for_each(|&row| on_map[row] = true);
    let told = |kind: EventKind| !matches!(kind, EventKind::Volley | EventKind::Shot | EventKind::Melee);
    let quiet = events.list.iter().filter(|event| told(event.kind)).count().min(MOST_EVENTS);
    let (mut room, mut room_for_fire) = (MOST_EVENTS, MOST_EVENTS - quiet);
    let mut chosen: Vec<u32> = Vec::new();
    for (id, event) in (0..).zip(&events.list) {
        let fire = !told(event.kind);
        let seen = event.kind != EventKind::Shot
            && event.amount > 0.0
            && on_map[event.unit.min(on_map.len() as u32 - 1) as usize];
        if room == 0 || (fire && (!seen || room_for_fire == 0)) {
            continue;
        }
        room -= 1;
        room_for_fire -= usize::from(fire);
        chosen.push(id);
    }
    let rows = || chosen.iter().map(|&id| &events.list[id as usize]);
    let id_of = |row: u32| if row == NOBODY { -1 } else { events.ids[row as usize] };
    let side = |unit: u32| match unit {
        NOBODY => events.winner.map_or(-1, i64::from),
        unit => i64::from(events.sides[unit as usize]),
    };
    let tenths = |amount: f64| (10.0 * amount).round() / 10.0;
    let cause = |cause: u32| if cause == u32::MAX { -1 } else { i64::from(cause) };
    let weapon = |slot: u16| if slot == u16::MAX { -1 } else { i64::from(slot) };
    let data = json!({
        "kinds": EventKind::NAMES,
        "id": &chosen,
        "round": rows().map(|event| event.round).collect::<Vec<_>>(),
        "kind": rows().map(|event| event.kind as u8).collect::<Vec<_>>(),
        "faction": rows().map(|event| side(event.unit)).collect::<Vec<_>>(),
        "unit": rows().map(|event| id_of(event.unit)).collect::<Vec<_>>(),
        "target": rows().map(|event| id_of(event.target)).collect::<Vec<_>>(),
        "weapon": rows().map(|event| weapon(event.weapon)).collect::<Vec<_>>(),
        "amount": rows().map(|event| tenths(event.amount)).collect::<Vec<_>>(),
        "cause": rows().map(|event| cause(event.cause)).collect::<Vec<_>>(),
    });
    let all = events.list.len();
    let left_out = (chosen.len() < all).then(|| {
        format!("The list has {} of {all} events: single shots and fire without damage are left out, and of a large battle more.", chosen.len())
    });
    (data, left_out)
}

/// The stories that there is room for, in order of unit; null for the rest.
pub(super) fn fit(stories: Vec<Vec<String>>) -> Value {
    let mut room = MOST_STORIES;
    let fitting = stories.into_iter().map(|story| {
        let bytes: usize = story.iter().map(|sentence| sentence.len() + 3).sum();
        if bytes > room {
            return Value::Null;
        }
        room -= bytes;
        json!(story)
    });
    fitting.collect()
}
