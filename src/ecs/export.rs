//! The mirror's tables as output: in order of key, links as their owner's key, and the mirror's fingerprint.

use std::sync::Arc;

use super::columns::{Kind, TableId};
use super::digest::Digest;
use super::mirror::Mirror;
use super::store::{Row, Store};
use super::tables::{Column, Table};

/// A table of the mirror, in order of its key.
pub fn table(mirror: Mirror<'_>, id: TableId) -> Table {
    rows(mirror, id, &ordered(mirror, id))
}

/// Some rows of a table of the mirror.
pub fn rows(mirror: Mirror<'_>, id: TableId, rows: &[Row]) -> Table {
    let store = mirror.table(id);
    let columns = store.spec().columns.iter().enumerate();
    Table::new(columns.map(|(index, spec)| (spec.name, column(mirror, store, index, rows))).collect())
}

/// Some rows of a table of the mirror, without the columns that nobody gave.
pub fn stored(mirror: Mirror<'_>, id: TableId, rows: &[Row]) -> Table {
    let store = mirror.table(id);
    let columns = store.spec().columns.iter().enumerate().filter(|(index, _)| store.data(*index).is_some());
    Table::new(columns.map(|(index, spec)| (spec.name, column(mirror, store, index, rows))).collect())
}

/// The fingerprint of the mirror's content: the same for equal tables, however they came about.
pub fn digest(mirror: Mirror<'_>) -> Digest {
    let mut digest = Digest::new("mirror");
    for id in TableId::ALL {
        let table = table(mirror, id);
        digest.fold(&[table.len() as u64]);
        for column in table.columns() {
            fold(&mut digest, column);
        }
    }
    digest
}

fn fold(digest: &mut Digest, column: &Column) {
    match column {
        Column::Float(values) => digest.fold(values),
        Column::Int(values) => digest.fold(values),
        Column::Flag(values) => digest.fold(&values.iter().map(|&flag| u8::from(flag)).collect::<Vec<u8>>()),
        Column::Text { codes, values } => {
            let mut bytes = Vec::new();
            for &code in codes {
                let text = values[code as usize].as_bytes();
                bytes.extend((text.len() as u32).to_le_bytes());
                bytes.extend(text);
            }
            digest.fold(&bytes);
        }
    }
}

/// A table's rows in order of key: names by bytes, ids by number, pairs by their owners' keys.
pub fn ordered(mirror: Mirror<'_>, id: TableId) -> Vec<Row> {
    let store = mirror.table(id);
    let mut rows: Vec<Row> = store.rows().collect();
    let name = |row: Row| mirror.factions.text(0, row);
    match id {
        TableId::Factions => rows.sort_by_cached_key(|&row| name(row)),
        TableId::Treaties => rows.sort_by_cached_key(|&row| {
            let (a, b) = (name(store.link(0, row)), name(store.link(1, row)));
            if a <= b { (a, b) } else { (b, a) }
        }),
        TableId::Fleets | TableId::Units => rows.sort_unstable_by_key(|&row| store.whole(0, row)),
        TableId::Weapons => {
            rows.sort_unstable_by_key(|&row| (mirror.units.whole(0, store.link(0, row)), store.whole(1, row)))
        }
    }
    rows
}

fn column(mirror: Mirror<'_>, store: &Store, index: usize, rows: &[Row]) -> Column {
    match store.spec().columns[index].kind {
        Kind::Number { .. } | Kind::NumberOrNone { .. } => {
            Column::Float(rows.iter().map(|&row| store.number(index, row)).collect())
        }
        Kind::Whole { .. } => Column::Int(rows.iter().map(|&row| store.whole(index, row)).collect()),
        Kind::Flag => Column::Flag(rows.iter().map(|&row| store.flag(index, row)).collect()),
        Kind::Choice(words) => {
            Column::words(rows.iter().map(|&row| u32::from(store.choice(index, row))).collect(), words)
        }
        Kind::Text { .. } => texts(rows.iter().map(|&row| store.text(index, row))),
        Kind::Link(TableId::Factions) => {
            texts(rows.iter().map(|&row| faction_name(mirror, store, index, row)))
        }
        Kind::Link(owner) => {
            let keys = mirror.table(owner);
            Column::Int(rows.iter().map(|&row| keys.whole(0, store.link(index, row))).collect())
        }
    }
}

/// The name behind a link to a faction; a treaty names its factions in order.
fn faction_name(mirror: Mirror<'_>, store: &Store, index: usize, row: Row) -> Arc<str> {
    let name = |column: usize| mirror.factions.text(0, store.link(column, row));
    if store.spec().id != TableId::Treaties {
        return name(index);
    }
    let (first, second) = (name(0).min(name(1)), name(0).max(name(1)));
    if index == 0 { first } else { second }
}

/// A text column; equal texts are kept once.
fn texts(values: impl Iterator<Item = Arc<str>>) -> Column {
    let mut known: rustc_hash::FxHashMap<Arc<str>, u32> = rustc_hash::FxHashMap::default();
    let mut distinct: Vec<Arc<str>> = Vec::new();
    let codes = values
        .map(|text| {
            *known.entry(text.clone()).or_insert_with(|| {
                distinct.push(text);
                distinct.len() as u32 - 1
            })
        })
        .collect();
    Column::Text { codes, values: distinct }
}
