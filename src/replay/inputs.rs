//! What went into two battles: seed, rules, round limit, defenders, and the rows of the mirror.

use std::cmp::Ordering;

use super::Replay;
use crate::ecs::columns::{TableId, TableSpec};
use crate::ecs::export;
use crate::ecs::mirror::Mirror;
use crate::ecs::tables::{Cell, Table};
use crate::error::Result;
use crate::rules::RuleInfo;

/// The differences of what went in, a sentence each; `names` are what the two replays are called.
pub(super) fn differences(replays: [&Replay; 2], names: &[String; 2]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut differ = |what: &str, values: [String; 2]| {
        if values[0] != values[1] {
            found.push(format!("{what}: {}", both(&values, names)));
        }
    };
    differ("roll scheme", replays.map(|replay| replay.roll_scheme.to_string()));
    differ("seed", replays.map(|replay| replay.seed().to_string()));
    differ("replica", replays.map(|replay| replay.engagement.replica.to_string()));
    let limit =
        |replay: &Replay| replay.engagement.max_rounds.map_or_else(String::new, |limit| limit.to_string());
    differ("max_rounds", replays.map(limit));
    differ("defenders", replays.map(|replay| format!("{:?}", replay.engagement.defenders)));
    differ("map", replays.map(|replay| format!("{} tiles", replay.map)));
    let [ours, theirs] = replays.map(|replay| replay.input.rules);
    for ((name, a), (_, b)) in ours.values().zip(theirs.values()) {
        if let Some(rule) = RuleInfo::named(name) {
            differ(&format!("rules, {name}"), [a, b].map(|value| rule.setting(value).to_string()));
        }
    }
    differ("phases of a round", replays.map(|replay| replay.phases.join(", ")));
    let worlds = [replays[0].input.mirror()?, replays[1].input.mirror()?];
    for id in TableId::ALL {
        let tables = [&worlds[0], &worlds[1]].map(|world| export::table(Mirror::of(world), id));
        found.extend(rows(id.spec(), [&tables[0], &tables[1]], names));
    }
    Ok(found)
}

/// Two values, and whose they are.
pub(super) fn both(values: &[String; 2], names: &[String; 2]) -> String {
    format!("{} in {}, {} in {}", values[0], names[0], values[1], names[1])
}

/// The first difference of two tables that are in order of key, and how many there are.
fn rows(spec: &TableSpec, tables: [&Table; 2], names: &[String; 2]) -> Option<String> {
    let mut first = None;
    let mut count = 0;
    let mut differ = |what: &dyn Fn() -> String| {
        first.get_or_insert_with(what);
        count += 1;
    };
    let [mut a, mut b] = [0, 0];
    while a < tables[0].len() || b < tables[1].len() {
        let order = match (a < tables[0].len(), b < tables[1].len()) {
            (true, true) => compare_keys(spec, tables, [a, b]),
            (true, false) => Ordering::Less,
            _ => Ordering::Greater,
        };
        match order {
            Ordering::Less => differ(&|| format!("{} is only in {}", row_name(spec, tables[0], a), names[0])),
            Ordering::Greater => {
                differ(&|| format!("{} is only in {}", row_name(spec, tables[1], b), names[1]))
            }
            Ordering::Equal => {
                for (name, [ours, theirs]) in values(tables, [a, b]) {
                    if !same(ours, theirs) {
                        differ(&|| {
                            let values = [ours, theirs].map(shown);
                            format!("{}, {name}: {}", row_name(spec, tables[0], a), both(&values, names))
                        });
                    }
                }
            }
        }
        a += usize::from(order != Ordering::Greater);
        b += usize::from(order != Ordering::Less);
    }
    let more = if count > 1 { format!(" (1 of {count} differences)") } else { String::new() };
    first.map(|first| format!("{}, {first}{more}", spec.name))
}

/// The values of a row of each table, by column.
fn values<'a>(tables: [&'a Table; 2], rows: [usize; 2]) -> impl Iterator<Item = (&'a str, [Cell<'a>; 2])> {
    let columns = tables[0].columns().iter().zip(tables[1].columns());
    tables[0]
        .names()
        .iter()
        .map(AsRef::as_ref)
        .zip(columns.map(move |(a, b)| [a.cell(rows[0]), b.cell(rows[1])]))
}

fn compare_keys(spec: &TableSpec, tables: [&Table; 2], rows: [usize; 2]) -> Ordering {
    let keys = values(tables, rows).take(spec.key_columns);
    keys.map(|(_, cells)| match cells {
        [Cell::Int(a), Cell::Int(b)] => a.cmp(&b),
        [Cell::Text(a), Cell::Text(b)] => a.cmp(b),
        _ => Ordering::Equal,
    })
    .fold(Ordering::Equal, Ordering::then)
}

/// Equal to who looks: NaN is NaN.
fn same(a: Cell<'_>, b: Cell<'_>) -> bool {
    match (a, b) {
        (Cell::Float(a), Cell::Float(b)) => a == b || (a.is_nan() && b.is_nan()),
        _ => a == b,
    }
}

fn shown(cell: Cell<'_>) -> String {
    match cell {
        Cell::Float(value) => value.to_string(),
        Cell::Int(value) => value.to_string(),
        Cell::Flag(value) => value.to_string(),
        Cell::Text(value) => format!("'{value}'"),
    }
}

/// "unit 11", "weapon 11, 0", "treaty 'Hegemony', 'Synod'".
fn row_name(spec: &TableSpec, table: &Table, row: usize) -> String {
    let key: Vec<String> = table.row(row).take(spec.key_columns).map(|(_, cell)| shown(cell)).collect();
    format!("{} {}", spec.row_name, key.join(", "))
}
