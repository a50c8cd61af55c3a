//! A table of the mirror: columns by row, with the index of its keys.
//!
//! A row keeps its place for life; a removed row's place is used again. A column that nobody ever gave is
//! not stored at all: every row has the schema's default. So a mirror of a million units with ten given
//! columns costs ten columns, and a delta costs what it changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::columns::{Absent, Kind, TableSpec};

/// A row's place in its table. Never leaves the kernel; users know rows by their keys.
pub type Row = u32;

/// A row's key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A faction's name.
    Name(Arc<str>),
    /// A fleet's or unit's id.
    Id(i64),
    /// A weapon's unit and slot, or a treaty's factions, the lower row first.
    Pair(Row, i64),
}

/// Which row has which key. Hash maps are never walked, so their order cannot leak.
#[derive(Clone, Debug)]
enum Index {
    Name(FxHashMap<Arc<str>, Row>),
    Id(FxHashMap<i64, Row>),
    Pair(BTreeMap<(Row, i64), Row>),
}

/// The values of one column, by row.
#[derive(Clone, Debug)]
pub enum Data {
    /// Numbers.
    Number(Vec<f64>),
    /// Whole numbers.
    Whole(Vec<i64>),
    /// True or false.
    Flag(Vec<bool>),
    /// Words of a choice, by index.
    Choice(Vec<u8>),
    /// Texts.
    Text(Vec<Arc<str>>),
    /// Rows of another table.
    Link(Vec<Row>),
}

impl Data {
    /// `rows` times what a row holds that was never given this column.
    fn absent(kind: Kind, absent: Absent, rows: usize) -> Self {
        let number = if let Absent::Is(number) = absent { number } else { 0.0 };
        match kind {
            Kind::Number { .. } | Kind::NumberOrNone { .. } => Self::Number(vec![number; rows]),
            Kind::Whole { .. } => Self::Whole(vec![number as i64; rows]),
            Kind::Flag => Self::Flag(vec![number != 0.0; rows]),
            Kind::Choice(_) => Self::Choice(vec![number as u8; rows]),
            Kind::Text { .. } => Self::Text(vec![Arc::from(""); rows]),
            Kind::Link(_) => Self::Link(vec![0; rows]),
        }
    }

    /// Lengthens the column to `rows`.
    fn grow(&mut self, kind: Kind, absent: Absent, rows: usize) {
        macro_rules! grow {
            ($($variant:ident),+) => {
                match (self, Self::absent(kind, absent, 1)) {
                    $( (Self::$variant(values), Self::$variant(one)) => values.resize(rows, one[0].clone()), )+
                    _ => unreachable!("a column's data is of its kind"),
                }
            };
        }
        grow!(Number, Whole, Flag, Choice, Text, Link);
    }
}

/// A table of the mirror.
#[derive(Clone, Debug)]
pub struct Store {
    spec: &'static TableSpec,
    live: Vec<bool>,
    free: Vec<Row>,
    columns: Vec<Option<Data>>,
    index: Index,
}

impl Store {
    /// An empty table.
    pub fn new(spec: &'static TableSpec) -> Self {
        let index = match (spec.key_columns, spec.columns[0].kind) {
            (2, _) => Index::Pair(BTreeMap::new()),
            (_, Kind::Text { .. }) => Index::Name(FxHashMap::default()),
            _ => Index::Id(FxHashMap::default()),
        };
        Self { spec, live: Vec::new(), free: Vec::new(), columns: vec![None; spec.columns.len()], index }
    }

    /// What is known about the table's columns.
    pub fn spec(&self) -> &'static TableSpec {
        self.spec
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.live.len() - self.free.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of places, used or not: every row's place is below it.
    pub fn places(&self) -> usize {
        self.live.len()
    }

    /// Whether a row is at this place.
    pub fn holds(&self, row: Row) -> bool {
        self.live.get(row as usize).is_some_and(|&live| live)
    }

    /// The places of all rows, in order of place.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        (0..self.live.len() as Row).filter(|&row| self.live[row as usize])
    }

    /// The places that the next `count` new rows will get.
    pub fn next_places(&self, count: usize) -> impl Iterator<Item = Row> + '_ {
        let end = self.live.len() as Row;
        self.free.iter().rev().copied().chain(end..).take(count)
    }

    /// The row with this key.
    pub fn find(&self, key: &Key) -> Option<Row> {
        match (&self.index, key) {
            (Index::Name(rows), Key::Name(name)) => rows.get(name).copied(),
            (Index::Id(rows), Key::Id(id)) => rows.get(id).copied(),
            (Index::Pair(rows), Key::Pair(owner, part)) => rows.get(&(*owner, *part)).copied(),
            _ => None,
        }
    }

    /// The row with this name, without making a key of it.
    pub fn find_name(&self, name: &str) -> Option<Row> {
        match &self.index {
            Index::Name(rows) => rows.get(name).copied(),
            _ => None,
        }
    }

    /// The rows whose key begins with `owner`, in order of the key's second part.
    pub fn parts_of(&self, owner: Row) -> impl Iterator<Item = Row> + '_ {
        let range = match &self.index {
            Index::Pair(rows) => Some(rows.range((owner, i64::MIN)..=(owner, i64::MAX))),
            _ => None,
        };
        range.into_iter().flatten().map(|(_, &row)| row)
    }

    /// Notes that `key` belongs to `row`, or returns the row it belongs to already.
    pub fn claim(&mut self, key: &Key, row: Row) -> Result<(), Row> {
        let known = match (&mut self.index, key) {
            (Index::Name(rows), Key::Name(name)) => *rows.entry(name.clone()).or_insert(row),
            (Index::Id(rows), Key::Id(id)) => *rows.entry(*id).or_insert(row),
            (Index::Pair(rows), Key::Pair(owner, part)) => *rows.entry((*owner, *part)).or_insert(row),
            _ => unreachable!("a table's keys are of one kind"),
        };
        if known == row { Ok(()) } else { Err(known) }
    }

    /// Forgets whose `key` it is.
    pub fn release(&mut self, key: &Key) {
        match (&mut self.index, key) {
            (Index::Name(rows), Key::Name(name)) => drop(rows.remove(name)),
            (Index::Id(rows), Key::Id(id)) => drop(rows.remove(id)),
            (Index::Pair(rows), Key::Pair(owner, part)) => drop(rows.remove(&(*owner, *part))),
            _ => {}
        }
    }

    /// Takes the next `count` places (see [`Store::next_places`]); their values are the schema's defaults.
    pub fn add_rows(&mut self, count: usize) {
        let reused = count.min(self.free.len());
        let places = self.free.split_off(self.free.len() - reused);
        let total = self.live.len() + count - reused;
        self.live.resize(total, true);
        for &place in &places {
            self.live[place as usize] = true;
        }
        for (column, spec) in self.columns.iter_mut().zip(self.spec.columns) {
            let Some(data) = column else { continue };
            data.grow(spec.kind, spec.absent, total);
            for &place in &places {
                reset(data, spec.kind, spec.absent, place as usize);
            }
        }
    }

    /// Frees a row's place.
    pub fn free_row(&mut self, row: Row) {
        self.live[row as usize] = false;
        self.free.push(row);
    }

    /// The column's values; absent while nobody has given it.
    pub fn data(&self, column: usize) -> Option<&Data> {
        self.columns[column].as_ref()
    }

    /// The column's values, stored from now on.
    pub fn data_mut(&mut self, column: usize) -> &mut Data {
        let spec = &self.spec.columns[column];
        if self.columns[column].is_none() {
            let same = match spec.absent {
                Absent::SameAs(other) => self.columns[other].clone(),
                _ => None,
            };
            let rows = self.live.len();
            let absent = self.root_absent(column);
            self.columns[column] = Some(same.unwrap_or_else(|| Data::absent(spec.kind, absent, rows)));
        }
        self.columns[column].get_or_insert_with(|| Data::Flag(Vec::new()))
    }

    /// The default behind a chain of "same as".
    fn root_absent(&self, column: usize) -> Absent {
        match self.spec.columns[column].absent {
            Absent::SameAs(other) => self.root_absent(other),
            absent => absent,
        }
    }

    /// The default number of a column that is not stored.
    fn absent_number(&self, column: usize) -> f64 {
        if let Absent::Is(number) = self.root_absent(column) { number } else { 0.0 }
    }

    /// A number of a row.
    pub fn number(&self, column: usize, row: Row) -> f64 {
        match (&self.columns[column], self.spec.columns[column].absent) {
            (Some(Data::Number(values)), _) => values[row as usize],
            (None, Absent::SameAs(other)) => self.number(other, row),
            _ => self.absent_number(column),
        }
    }

    /// A whole number of a row.
    pub fn whole(&self, column: usize, row: Row) -> i64 {
        match &self.columns[column] {
            Some(Data::Whole(values)) => values[row as usize],
            _ => self.absent_number(column) as i64,
        }
    }

    /// A flag of a row.
    pub fn flag(&self, column: usize, row: Row) -> bool {
        match &self.columns[column] {
            Some(Data::Flag(values)) => values[row as usize],
            _ => self.absent_number(column) != 0.0,
        }
    }

    /// A choice of a row, as the word's index.
    pub fn choice(&self, column: usize, row: Row) -> u8 {
        match &self.columns[column] {
            Some(Data::Choice(values)) => values[row as usize],
            _ => self.absent_number(column) as u8,
        }
    }

    /// A text of a row.
    pub fn text(&self, column: usize, row: Row) -> Arc<str> {
        match &self.columns[column] {
            Some(Data::Text(values)) => values[row as usize].clone(),
            _ => Arc::from(""),
        }
    }

    /// The row of another table that a row belongs to.
    pub fn link(&self, column: usize, row: Row) -> Row {
        match &self.columns[column] {
            Some(Data::Link(values)) => values[row as usize],
            _ => 0,
        }
    }

    /// The key of a row.
    pub fn key(&self, row: Row) -> Key {
        match (&self.index, self.spec.columns[1].kind) {
            (Index::Name(_), _) => Key::Name(self.text(0, row)),
            (Index::Id(_), _) => Key::Id(self.whole(0, row)),
            (Index::Pair(_), Kind::Link(_)) => {
                let (a, b) = (self.link(0, row), self.link(1, row));
                Key::Pair(a.min(b), i64::from(a.max(b)))
            }
            (Index::Pair(_), _) => Key::Pair(self.link(0, row), self.whole(1, row)),
        }
    }

    /// Sets a number of a row.
    pub fn set_number(&mut self, column: usize, row: Row, value: f64) {
        if let Data::Number(values) = self.data_mut(column) {
            values[row as usize] = canonical(value);
        }
    }
}

/// The value with the only zero and the only NaN there are: equal content has equal bytes.
pub fn canonical(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value + 0.0 }
}

/// Gives one place the value of a row that was never given this column.
fn reset(data: &mut Data, kind: Kind, absent: Absent, place: usize) {
    macro_rules! reset {
        ($($variant:ident),+) => {
            match (data, Data::absent(kind, absent, 1)) {
                $( (Data::$variant(values), Data::$variant(mut one)) => std::mem::swap(&mut values[place], &mut one[0]), )+
                _ => unreachable!("a column's data is of its kind"),
            }
        };
    }
    reset!(Number, Whole, Flag, Choice, Text, Link);
}
