//! A table of the mirror: columns by row, with the index of its keys.
//!
//! A row keeps its place for life; a removed row's place is used again. A column that nobody ever gave is
//! not stored at all: every row has the schema's default. So a mirror of a million units with ten given
//! columns costs ten columns, and a delta costs what it changes.

use std::sync::Arc;

use super::columns::{Absent, Kind, TableSpec};
use super::index::{Claims, Index, Key, Keys};
use super::pages;
use super::tables::Column;

/// A row's place in its table. Never leaves the kernel; users know rows by their keys.
pub type Row = u32;

/// The values of one column, by row.
#[derive(Clone, Debug)]
pub enum Data {
    /// Numbers, whole numbers, or flags. The tables that go out hold the same column: it is copied before it changes if any
    /// of them is left.
    Plain(Arc<Column>),
    /// Words of a choice, by index.
    Choice(Vec<u8>),
    /// Texts.
    Text(Vec<Arc<str>>),
    /// Rows of another table.
    Link(Vec<Row>),
}

/// Does the same to the values of a column of any kind; what a new row holds is at hand as a number.
macro_rules! each_kind {
    ($data:expr, $number:expr, |$values:ident, $new:ident| $work:expr) => {{
        let number: f64 = $number;
        macro_rules! work {
            ($mutable:expr, $value:expr) => {{
                let ($values, $new) = ($mutable, $value);
                $work
            }};
        }
        match $data {
            Data::Plain(column) => match Arc::make_mut(column) {
                Column::Float(values) => work!(values, number),
                Column::Int(values) => work!(values, number as i64),
                Column::Flag(values) => work!(values, number != 0.0),
                Column::Text { .. } => unreachable!("texts are no plain column"),
            },
            Data::Choice(values) => work!(values, number as u8),
            Data::Text(values) => work!(values, Arc::<str>::from("")),
            Data::Link(values) => work!(values, 0),
        }
    }};
}

impl Data {
    /// `rows` times what a row holds that was never given this column, as a number.
    fn absent(kind: Kind, number: f64, rows: usize) -> Self {
        match kind {
            Kind::Choice(_) => Self::Choice(vec![number as u8; rows]),
            Kind::Text { .. } => Self::Text(vec![Arc::from(""); rows]),
            Kind::Link(_) => Self::Link(vec![0; rows]),
            _ => Self::Plain(Arc::new(plain(kind, number, rows))),
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Plain(column) => column.len(),
            Self::Choice(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Link(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// `rows` times a number, as a column of numbers, whole numbers or flags.
pub(super) fn plain(kind: Kind, number: f64, rows: usize) -> Column {
    match kind {
        Kind::Whole { .. } => Column::Int(vec![number as i64; rows]),
        Kind::Flag => Column::Flag(vec![number != 0.0; rows]),
        // Zeros are the pages that the system has at hand: nobody writes them.
        _ if number.to_bits() == 0 => Column::Float(vec![0.0; rows]),
        _ => Column::Float(pages::filled(number, rows)),
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
        let (columns, index) = (vec![None; spec.columns.len()], Index::of(spec));
        Self { spec, live: Vec::new(), free: Vec::new(), columns, index }
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

    /// The row with this key.
    pub fn find(&self, key: &Key) -> Option<Row> {
        self.index.find(key)
    }

    /// The row with this name, without making a key of it.
    pub fn find_name(&self, name: &str) -> Option<Row> {
        match &self.index {
            Index::Name(rows) => rows.get(name).copied(),
            _ => None,
        }
    }

    /// The row with this id, without making a key of it.
    pub fn find_id(&self, id: i64) -> Option<Row> {
        match &self.index {
            Index::Id(rows) => rows.find(id),
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

    /// The row of each key. New keys belong from now on to the places that [`Store::add_rows`] takes next, which hold nothing
    /// until then; or they are given back by [`Store::release`].
    pub fn claim(&mut self, keys: &Keys<'_>) -> Claims {
        let end = self.live.len() as Row;
        self.index.claim(keys, self.free.iter().rev().copied().chain(end..))
    }

    /// Forgets whose `key` it is.
    pub fn release(&mut self, key: &Key) {
        self.index.release(key);
    }

    /// Takes the next `count` places. Places used before hold the schema's defaults again; columns do not reach to the new
    /// ones before [`Store::even_out`].
    pub fn add_rows(&mut self, count: usize) {
        let reused = count.min(self.free.len());
        let places = self.free.split_off(self.free.len() - reused);
        pages::reserve(&mut self.live, count - reused);
        self.live.resize(self.live.len() + count - reused, true);
        for &place in &places {
            self.live[place as usize] = true;
        }
        for (column, data) in self.columns.iter_mut().enumerate() {
            let (Some(data), false) = (data, places.is_empty()) else { continue };
            let number = absent_number(self.spec, column);
            each_kind!(data, number, |values, new| for &place in &places {
                values[place as usize] = new.clone();
            });
        }
    }

    /// Lengthens every stored column to all places, by the schema's defaults.
    pub fn even_out(&mut self) {
        let places = self.live.len();
        for (column, data) in self.columns.iter_mut().enumerate() {
            let Some(data) = data.as_mut().filter(|data| data.len() < places) else { continue };
            each_kind!(data, absent_number(self.spec, column), |values, new| values.resize(places, new));
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
        self.data_for(column, self.live.len())
    }

    /// The column's values, stored from now on: at least those of the first `places` places.
    pub fn data_for(&mut self, column: usize, places: usize) -> &mut Data {
        if self.columns[column].is_none() && places > 0 {
            self.columns[column] = self.columns[self.source(column)].clone();
        }
        let (kind, number) = (self.spec.columns[column].kind, absent_number(self.spec, column));
        self.columns[column].get_or_insert_with(|| Data::absent(kind, number, places))
    }

    /// The column that holds what is in this one: another, if this one is not stored and the same as that.
    pub fn source(&self, column: usize) -> usize {
        match (&self.columns[column], self.spec.columns[column].absent) {
            (None, Absent::SameAs(other)) => self.source(other),
            _ => column,
        }
    }

    /// What a column that is not stored holds, as a number.
    pub fn absent_number(&self, column: usize) -> f64 {
        absent_number(self.spec, column)
    }

    /// A number of a row.
    pub fn number(&self, column: usize, row: Row) -> f64 {
        let values = match &self.columns[self.source(column)] {
            Some(Data::Plain(values)) => &**values,
            _ => return self.absent_number(column),
        };
        if let Column::Float(values) = values { values[row as usize] } else { self.absent_number(column) }
    }

    /// A whole number of a row.
    pub fn whole(&self, column: usize, row: Row) -> i64 {
        match self.wholes(column) {
            Some(values) => values[row as usize],
            None => self.absent_number(column) as i64,
        }
    }

    /// The whole numbers of a column, by row, if they are stored.
    pub fn wholes(&self, column: usize) -> Option<&[i64]> {
        match self.columns[column].as_ref()? {
            Data::Plain(values) => {
                if let Column::Int(values) = &**values {
                    Some(values)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// A flag of a row.
    pub fn flag(&self, column: usize, row: Row) -> bool {
        match &self.columns[column] {
            Some(Data::Plain(values)) => matches!(&**values, Column::Flag(values) if values[row as usize]),
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

    /// The rows of another table that the rows belong to, if they are stored.
    pub fn links(&self, column: usize) -> &[Row] {
        if let Some(Data::Link(values)) = &self.columns[column] { values } else { &[] }
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
        if let Data::Plain(values) = self.data_mut(column)
            && let Column::Float(values) = Arc::make_mut(values)
        {
            values[row as usize] = canonical(value);
        }
    }
}

/// What a new row has in a column that is not given, as a number.
pub(super) fn absent_number(spec: &TableSpec, column: usize) -> f64 {
    match spec.columns[column].absent {
        Absent::Is(number) => number,
        Absent::SameAs(other) => absent_number(spec, other),
        _ => 0.0,
    }
}

/// The value with the only zero and the only NaN there are: equal content has equal bytes.
pub fn canonical(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value + 0.0 }
}
