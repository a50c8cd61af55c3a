//! The mirror's tables as output: in order of key, links as their owner's key, and the mirror's fingerprint.

use std::sync::Arc;

use super::columns::{Kind, TableId};
use super::digest::Digest;
use super::mirror::Mirror;
use super::pages;
use super::store::{Data, Row, Store, plain};
use super::tables::{Column, Table};

/// A table of the mirror, in order of its key.
pub fn table(mirror: Mirror<'_>, id: TableId) -> Table {
    rows(mirror, id, &ordered(mirror, id))
}

/// Some rows of a table of the mirror.
///
/// Columns are not copied where they can be shared: with the mirror, if these are all places in order, and with each other,
/// if nobody gave them.
pub fn rows(mirror: Mirror<'_>, id: TableId, rows: &[Row]) -> Table {
    let mut writer = Writer::new(mirror, mirror.table(id), rows);
    let columns = id.spec().columns.iter().enumerate();
    Table::shared(columns.map(|(index, spec)| (spec.name.into(), writer.column(index))).unzip())
}

/// Some rows of a table of the mirror, without the columns that nobody gave.
pub fn stored(mirror: Mirror<'_>, id: TableId, rows: &[Row]) -> Table {
    let store = mirror.table(id);
    let mut writer = Writer::new(mirror, store, rows);
    let columns = id.spec().columns.iter().enumerate().filter(|(index, _)| store.data(*index).is_some());
    Table::shared(columns.map(|(index, spec)| (spec.name.into(), writer.column(index))).unzip())
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
    let name = |row: Row| mirror.factions.text(0, row);
    let mut rows: Vec<Row> = match store.len() == store.places() {
        true => (0..store.places() as Row).collect(),
        false => store.rows().collect(),
    };
    match id {
        TableId::Factions => rows.sort_by_cached_key(|&row| name(row)),
        TableId::Treaties => rows.sort_by_cached_key(|&row| {
            let (a, b) = (name(store.link(0, row)), name(store.link(1, row)));
            if a <= b { (a, b) } else { (b, a) }
        }),
        TableId::Fleets | TableId::Units => {
            let ids = store.wholes(0).unwrap_or(&[]);
            rows.sort_unstable_by_key(|&row| ids[row as usize]);
        }
        TableId::Weapons => {
            rows.sort_unstable_by_key(|&row| (mirror.units.whole(0, store.link(0, row)), store.whole(1, row)))
        }
    }
    rows
}

/// Makes the columns of a table of some rows.
struct Writer<'m> {
    mirror: Mirror<'m>,
    store: &'m Store,
    rows: &'m [Row],
    /// Whether the rows are all places in order, so that a column is the store's own.
    all: bool,
    /// Columns that are made already and others may be the same as: by what a row holds, and for stored ones by index.
    made: Vec<(Kind, Origin, Arc<Column>)>,
}

/// What a column is made of.
#[derive(Clone, Copy, PartialEq)]
enum Origin {
    /// The store's column with this index.
    Stored(usize),
    /// A number that all rows hold, as its bits.
    Same(u64),
}

impl<'m> Writer<'m> {
    fn new(mirror: Mirror<'m>, store: &'m Store, rows: &'m [Row]) -> Self {
        let places = rows.len() == store.places();
        let all = places && rows.iter().enumerate().all(|(place, &row)| place == row as usize);
        Self { mirror, store, rows, all, made: Vec::new() }
    }

    fn column(&mut self, index: usize) -> Arc<Column> {
        let source = self.store.source(index);
        let origin = match self.store.data(source) {
            Some(Data::Plain(column)) if self.all => return column.clone(),
            Some(_) => Origin::Stored(source),
            None => Origin::Same(self.store.absent_number(index).to_bits()),
        };
        let kind = self.store.spec().columns[index].kind;
        let alike =
            |(other, from, _): &&(Kind, Origin, Arc<Column>)| *from == origin && same_form(*other, kind);
        if let Some((.., column)) = self.made.iter().find(alike) {
            return column.clone();
        }
        let column = Arc::new(column(self.mirror, self.store, source, self.rows));
        self.made.push((kind, origin, column.clone()));
        column
    }
}

/// Whether columns of two kinds that hold the same number look the same.
fn same_form(a: Kind, b: Kind) -> bool {
    match (a, b) {
        (
            Kind::Number { .. } | Kind::NumberOrNone { .. },
            Kind::Number { .. } | Kind::NumberOrNone { .. },
        ) => true,
        (Kind::Whole { .. }, Kind::Whole { .. }) | (Kind::Flag, Kind::Flag) => true,
        (a, b) => a == b,
    }
}

/// A column of some rows, copied from the store; of one that is not stored a row's default, as often.
fn column(mirror: Mirror<'_>, store: &Store, index: usize, rows: &[Row]) -> Column {
    fn gather<'a, T: Copy>(values: &'a [T], rows: &'a [Row]) -> impl ExactSizeIterator<Item = T> + 'a {
        rows.iter().map(|&row| values[row as usize])
    }
    match (store.spec().columns[index].kind, store.data(index)) {
        (_, Some(Data::Plain(column))) => match &**column {
            Column::Float(values) => Column::Float(pages::collected(gather(values, rows))),
            Column::Int(values) => Column::Int(pages::collected(gather(values, rows))),
            Column::Flag(values) => Column::Flag(gather(values, rows).collect()),
            Column::Text { .. } => unreachable!("texts are no plain column"),
        },
        (Kind::Choice(words), Some(Data::Choice(codes))) => {
            Column::words(pages::collected(gather(codes, rows).map(u32::from)), words)
        }
        (Kind::Choice(words), _) => Column::words(vec![store.absent_number(index) as u32; rows.len()], words),
        (Kind::Text { .. }, _) => texts(rows.iter().map(|&row| store.text(index, row))),
        (Kind::Link(TableId::Factions), _) => {
            texts(rows.iter().map(|&row| faction_name(mirror, store, index, row)))
        }
        (Kind::Link(owner), _) => {
            let keys = mirror.table(owner).wholes(0).unwrap_or(&[]);
            let owners = gather(store.links(index), rows);
            Column::Int(pages::collected(owners.map(|owner| keys[owner as usize])))
        }
        (kind, _) => plain(kind, store.absent_number(index), rows.len()),
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
