//! Columns that grow by a row for each object, to be pushed as they are.

use std::borrow::Cow;

use pyo3::Borrowed;
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::herd::Herd;
use super::schema::{Field, Value, rule_book};
use super::value::{Plain, plain, plain_number};
use crate::bindings::cpython::CPython;
use crate::ecs::columns::TableSpec;
use crate::ecs::ingest::{TableInput, Values};

/// The columns of a table, in the order in which a row is read.
pub(super) struct Columns {
    spec: &'static TableSpec,
    data: Vec<(usize, Data)>,
    /// Where each of the kernel's columns is in `data`.
    places: Vec<Option<usize>>,
}

enum Data {
    Number(Vec<f64>),
    Whole(Vec<i64>),
    Flag(Vec<bool>),
    Word(Vec<&'static str>),
    Text(Vec<String>),
}

impl Data {
    fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Whole(values) => values.len(),
            Self::Flag(values) => values.len(),
            Self::Word(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// Adds a value, if it is a plain one of this kind.
    #[inline(always)]
    fn take(&mut self, value: Borrowed<'_, '_, PyAny>, cpython: Option<CPython>) -> bool {
        match self {
            Self::Number(values) => match plain_number(value, cpython) {
                Some(number) => values.push(number),
                None => return false,
            },
            Self::Flag(values) => match plain(value, cpython) {
                Some(Plain::Flag(flag)) => values.push(flag),
                _ => return false,
            },
            Self::Whole(values) => match plain(value, cpython) {
                Some(Plain::Whole(whole)) => values.push(whole),
                _ => return false,
            },
            Self::Word(_) | Self::Text(_) => return false,
        }
        true
    }
}

impl Columns {
    /// Empty columns: those of the fields first, in their order, then these more.
    pub(super) fn of<'a>(
        spec: &'static TableSpec,
        fields: impl Iterator<Item = &'a Field>,
        more: &[usize],
    ) -> Self {
        let mut columns = Self { spec, data: Vec::new(), places: vec![None; spec.columns.len()] };
        for column in fields.map(|field| field.column).chain(more.iter().copied()) {
            if columns.places[column].is_none() {
                columns.places[column] = Some(columns.data.len());
                let empty = match rule_book(spec.columns[column].kind, spec.columns[column].absent) {
                    Value::Number(_) => Data::Number(Vec::new()),
                    Value::Whole(_) => Data::Whole(Vec::new()),
                    Value::Flag(_) => Data::Flag(Vec::new()),
                    Value::Word(_) => Data::Word(Vec::new()),
                    Value::Text(_) => Data::Text(Vec::new()),
                };
                columns.data.push((column, empty));
            }
        }
        columns
    }

    /// Adds a row's values to the columns of fields, from the one with number `first` on, as long as they are plain ones of
    /// their columns' kinds. Gives the number of the first column that got none.
    #[inline(always)]
    pub(super) fn add_row<'a, 'py: 'a>(
        &mut self,
        first: usize,
        row: impl Iterator<Item = Option<Borrowed<'a, 'py, PyAny>>>,
        cpython: Option<CPython>,
    ) -> usize {
        let mut next = first;
        for ((_, data), value) in self.data[first..].iter_mut().zip(row) {
            let Some(value) = value else { break };
            if !data.take(value, cpython) {
                break;
            }
            next += 1;
        }
        next
    }

    /// Adds what some objects have to the column of a field, the field's default for what is absent or None, as long as they
    /// are plain values of the column's kind. Gives how many were added. No code of Python's runs.
    #[inline(always)]
    pub(super) fn add_column<'a, 'py: 'a, const N: usize>(
        &mut self,
        (number, field): (usize, &Field),
        herd: &Herd<'a, 'py, N>,
        cpython: CPython,
    ) -> usize {
        let values = (herd, field.place);
        match (&mut self.data[number].1, &field.default) {
            (Data::Number(column), Value::Number(default)) => {
                extend(column, values, default, |value| plain_number(value, Some(cpython)))
            }
            (Data::Flag(column), Value::Flag(default)) => {
                extend(column, values, default, |value| match plain(value, Some(cpython)) {
                    Some(Plain::Flag(flag)) => Some(flag),
                    _ => None,
                })
            }
            (Data::Whole(column), Value::Whole(default)) => {
                extend(column, values, default, |value| match plain(value, Some(cpython)) {
                    Some(Plain::Whole(whole)) => Some(whole),
                    _ => None,
                })
            }
            (Data::Word(column), Value::Word(default)) => {
                extend(column, values, default, |value| field.word(ascii(value, cpython)?))
            }
            (Data::Text(column), Value::Text(default)) => {
                extend(column, values, default, |value| ascii(value, cpython).map(str::to_owned))
            }
            _ => 0,
        }
    }

    /// How many bytes they take.
    pub(super) fn bytes(&self) -> usize {
        let bytes = |data: &Data| match data {
            Data::Number(values) => values.capacity() * size_of::<f64>(),
            Data::Whole(values) => values.capacity() * size_of::<i64>(),
            Data::Flag(values) => values.capacity(),
            Data::Word(values) => values.capacity() * size_of::<&str>(),
            Data::Text(values) => values.capacity() * size_of::<String>(),
        };
        self.data.iter().map(|(_, data)| bytes(data)).sum()
    }

    /// Keeps the first rows of all columns.
    pub(super) fn truncate(&mut self, rows: usize) {
        for (_, data) in &mut self.data {
            match data {
                Data::Number(values) => values.truncate(rows),
                Data::Whole(values) => values.truncate(rows),
                Data::Flag(values) => values.truncate(rows),
                Data::Word(values) => values.truncate(rows),
                Data::Text(values) => values.truncate(rows),
            }
        }
    }

    /// Makes room for so many more rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        for (_, data) in &mut self.data {
            match data {
                Data::Number(values) => values.reserve(rows),
                Data::Whole(values) => values.reserve(rows),
                Data::Flag(values) => values.reserve(rows),
                Data::Word(values) => values.reserve(rows),
                Data::Text(values) => values.reserve(rows),
            }
        }
    }

    /// Adds a value to the column of the field with this number.
    #[inline]
    pub(super) fn add(&mut self, field: usize, value: Value) {
        match (self.data.get_mut(field).map(|(_, data)| data), value) {
            (Some(Data::Number(values)), Value::Number(value)) => values.push(value),
            (Some(Data::Whole(values)), Value::Whole(value)) => values.push(value),
            (Some(Data::Flag(values)), Value::Flag(value)) => values.push(value),
            (Some(Data::Word(values)), Value::Word(value)) => values.push(value),
            (Some(Data::Text(values)), Value::Text(value)) => values.push(value),
            _ => {}
        }
    }

    /// Adds a number to one of the kernel's columns, if it is there.
    pub(super) fn push(&mut self, column: usize, number: f64) {
        if let Some(place) = self.places[column]
            && let Data::Number(values) = &mut self.data[place].1
        {
            values.push(number);
        }
    }

    /// Gives the rule book's value to the columns from the one with this number on that have fewer than `rows` rows.
    pub(super) fn fill(&mut self, first: usize, rows: usize) {
        for (column, data) in self.data[first..].iter_mut().filter(|(_, data)| data.len() < rows) {
            let spec = &self.spec.columns[*column];
            match (data, rule_book(spec.kind, spec.absent)) {
                (Data::Number(values), Value::Number(value)) => values.resize(rows, value),
                (Data::Whole(values), Value::Whole(value)) => values.resize(rows, value),
                (Data::Flag(values), Value::Flag(value)) => values.resize(rows, value),
                (Data::Word(values), Value::Word(value)) => values.resize(rows, value),
                (Data::Text(values), Value::Text(value)) => values.resize(rows, value),
                _ => {}
            }
        }
    }

    /// The last number of a column, to be corrected.
    pub(super) fn last_number(&mut self, column: usize) -> Option<&mut f64> {
        self.numbers_mut(column).last_mut()
    }

    /// The numbers of a column, to be corrected; none if it does not exist.
    pub(super) fn numbers_mut(&mut self, column: usize) -> &mut [f64] {
        match self.places[column].map(|place| &mut self.data[place].1) {
            Some(Data::Number(values)) => values,
            _ => &mut [],
        }
    }

    /// The last flag of a column, to be corrected.
    pub(super) fn last_flag(&mut self, column: usize) -> Option<&mut bool> {
        match &mut self.data[self.places[column]?].1 {
            Data::Flag(values) => values.last_mut(),
            _ => None,
        }
    }

    /// The numbers of a column; none if it does not exist.
    pub(super) fn numbers(&self, column: usize) -> &[f64] {
        match self.places[column].map(|place| &self.data[place].1) {
            Some(Data::Number(values)) => values,
            _ => &[],
        }
    }

    /// The columns as the gate reads them, behind the keys.
    pub(super) fn input<'a>(
        &'a self,
        keys: impl IntoIterator<Item = (&'a str, Values<'a>)>,
    ) -> TableInput<'a> {
        let mut input = TableInput::of(keys);
        for (column, data) in &self.data {
            let values = match data {
                Data::Number(values) => Values::F64(Cow::Borrowed(values)),
                Data::Whole(values) => Values::I64(Cow::Borrowed(values)),
                Data::Flag(values) => Values::Flag(Cow::Borrowed(values)),
                Data::Word(values) => Values::texts(values),
                Data::Text(values) => Values::Text(values.iter().map(|text| text.as_str().into()).collect()),
            };
            input.columns.push((Cow::Borrowed(self.spec.columns[*column].name), values));
        }
        input
    }
}

/// A text of ASCII. Any other may be no Unicode, and an error that says so is an object of Python's.
fn ascii<'a>(value: Borrowed<'a, '_, PyAny>, cpython: CPython) -> Option<&'a str> {
    std::str::from_utf8(cpython.ascii(value.cast_exact::<PyString>().ok()?)?).ok()
}

/// Adds what `read` makes of what some objects have in a place, up to the first of which it makes nothing. Gives how many
/// were added.
#[inline(always)]
fn extend<'a, 'py: 'a, T: Clone, const N: usize>(
    column: &mut Vec<T>,
    (herd, place): (&Herd<'a, 'py, N>, usize),
    default: &T,
    read: impl Fn(Borrowed<'a, 'py, PyAny>) -> Option<T>,
) -> usize {
    // Each has its place already: one that is added to a vector asks whether there is room.
    let start = column.len();
    column.resize(start + herd.len(), default.clone());
    let added = herd.tell(place, &mut column[start..], default, read);
    column.truncate(start + added);
    added
}
