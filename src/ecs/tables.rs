//! Tables that come out: named columns of equal length, owned once and shared by every reader.
//!
//! The report, the mirror's export, the command line and Python hold the same columns; nobody makes an
//! object of a row unless a person asks for one.

use std::borrow::Cow;
use std::sync::Arc;

use super::ingest::Values;

/// One column of an output table.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Numbers.
    Float(Vec<f64>),
    /// Whole numbers.
    Int(Vec<i64>),
    /// True or false.
    Flag(Vec<bool>),
    /// Texts, each an index into the distinct ones.
    Text {
        /// Each row's text, as an index into `values`.
        codes: Vec<u32>,
        /// The distinct texts.
        values: Vec<Arc<str>>,
    },
}

impl TryFrom<Values<'_>> for Column {
    type Error = String;

    /// The values that came in as values that go out; what is no column is an error that says what it is.
    fn try_from(values: Values<'_>) -> Result<Self, String> {
        Ok(match values {
            Values::F64(values) => Self::Float(values.into_owned()),
            Values::F32(values) => Self::Float(values.iter().map(|&value| f64::from(value)).collect()),
            Values::I64(values) => Self::Int(values.into_owned()),
            Values::I32(values) => Self::Int(values.iter().map(|&value| i64::from(value)).collect()),
            Values::Flag(values) => Self::Flag(values.into_owned()),
            Values::Text(texts) => Self::words((0..texts.len() as u32).collect(), &texts),
            Values::Refused(what) => return Err(what),
        })
    }
}

/// One value of a table, for people: printing, JSON, tests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// A number.
    Float(f64),
    /// A whole number.
    Int(i64),
    /// True or false.
    Flag(bool),
    /// A text.
    Text(&'a str),
}

impl Column {
    /// A text column whose rows index `words`.
    pub fn words<T: AsRef<str>>(codes: Vec<u32>, words: &[T]) -> Self {
        Self::Text { codes, values: words.iter().map(|word| Arc::from(word.as_ref())).collect() }
    }

    /// The values of several columns of one kind, one after another; of another kind than the first's are none.
    fn stack<'a>(parts: impl Iterator<Item = &'a Self>) -> Self {
        let mut stacked: Option<Self> = None;
        for part in parts {
            match (&mut stacked, part) {
                (None, part) => stacked = Some(part.clone()),
                (Some(Self::Float(all)), Self::Float(values)) => all.extend_from_slice(values),
                (Some(Self::Int(all)), Self::Int(values)) => all.extend_from_slice(values),
                (Some(Self::Flag(all)), Self::Flag(values)) => all.extend_from_slice(values),
                (Some(Self::Text { codes: all, values: known }), Self::Text { codes, values }) => {
                    let mut place = |text: &Arc<str>| {
                        known.iter().position(|known| known == text).unwrap_or_else(|| {
                            known.push(text.clone());
                            known.len() - 1
                        }) as u32
                    };
                    let places: Vec<u32> = values.iter().map(&mut place).collect();
                    all.extend(codes.iter().map(|&code| places[code as usize]));
                }
                _ => {}
            }
        }
        stacked.unwrap_or(Self::Float(Vec::new()))
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Float(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::Flag(values) => values.len(),
            Self::Text { codes, .. } => codes.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value in `row`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Self::Float(values) => Cell::Float(values[row]),
            Self::Int(values) => Cell::Int(values[row]),
            Self::Flag(values) => Cell::Flag(values[row]),
            Self::Text { codes, values } => Cell::Text(&values[codes[row] as usize]),
        }
    }
}

/// Named columns of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    names: Cow<'static, [Cow<'static, str>]>,
    columns: Vec<Arc<Column>>,
    rows: usize,
}

impl Table {
    /// A table of these columns.
    ///
    /// # Panics
    /// If the columns are not of equal length: a defect of the caller, never of the input.
    pub fn new<N: Into<Cow<'static, str>>>(columns: Vec<(N, Column)>) -> Self {
        Self::shared(columns.into_iter().map(|(name, column)| (name.into(), Arc::new(column))).unzip())
    }

    /// A table of columns that others hold too.
    ///
    /// # Panics
    /// As [`Table::new`].
    pub fn shared((names, columns): (Vec<Cow<'static, str>>, Vec<Arc<Column>>)) -> Self {
        Self::named(names.into(), columns)
    }

    /// A table of columns whose names never change: it costs no memory for these.
    ///
    /// # Panics
    /// As [`Table::new`], and if the names are not as many as the columns.
    pub fn fixed(names: &'static [Cow<'static, str>], columns: Vec<Column>) -> Self {
        Self::named(names.into(), columns.into_iter().map(Arc::new).collect())
    }

    fn named(names: Cow<'static, [Cow<'static, str>]>, columns: Vec<Arc<Column>>) -> Self {
        let rows = columns.first().map_or(0, |column| column.len());
        assert!(columns.iter().all(|column| column.len() == rows), "columns of unequal length");
        assert!(names.len() == columns.len(), "a name for each column");
        Self { names, columns, rows }
    }

    /// The rows of several tables with the same columns, one table after another, with a first column `key` that says which
    /// one a row is of.
    ///
    /// ```
    /// # use multi_universe_core::ecs::tables::{Column, Table};
    /// let table = |hp: f64| Table::new(vec![("hp", Column::Float(vec![hp]))]);
    /// let stacked = Table::stack("place", &[(7, &table(1.5)), (9, &table(2.5))]);
    /// assert_eq!((stacked.ints("place"), stacked.floats("hp")), (&[7, 9][..], &[1.5, 2.5][..]));
    /// ```
    pub fn stack(key: &'static str, tables: &[(i64, &Self)]) -> Self {
        let keys = tables.iter().flat_map(|(key, table)| std::iter::repeat_n(*key, table.rows)).collect();
        let mut columns = vec![(Cow::Borrowed(key), Column::Int(keys))];
        let (_, first) = tables
            .first()
            .copied()
            .unwrap_or((0, const { &Self { names: Cow::Borrowed(&[]), columns: Vec::new(), rows: 0 } }));
        for name in first.names.iter() {
            let parts = tables.iter().filter_map(|(_, table)| table.column(name));
            columns.push((name.clone(), Column::stack(parts.map(AsRef::as_ref))));
        }
        Self::new(columns)
    }

    /// The columns, if nobody else holds any of them; else the table.
    ///
    /// ```
    /// # use multi_universe_core::ecs::tables::{Column, Table};
    /// let table = Table::new(vec![("hp", Column::Float(vec![1.5]))]);
    /// let shared = table.clone();
    /// let table = table.into_columns().expect_err("shared with another table");
    /// drop(shared);
    /// assert_eq!(table.into_columns().expect("its own"), [Column::Float(vec![1.5])]);
    /// ```
    ///
    /// # Errors
    /// The table as it was, if a column is held elsewhere.
    pub fn into_columns(mut self) -> Result<Vec<Column>, Self> {
        if self.columns.iter_mut().all(|column| Arc::get_mut(column).is_some()) {
            Ok(self.columns.into_iter().filter_map(Arc::into_inner).collect())
        } else {
            Err(self)
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The columns' names, in order.
    pub fn names(&self) -> &[Cow<'static, str>] {
        &self.names
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Arc<Column>] {
        &self.columns
    }

    /// The column named `name`.
    pub fn column(&self, name: &str) -> Option<&Arc<Column>> {
        self.names.iter().position(|known| known == name).map(|index| &self.columns[index])
    }

    /// The values of a number column; empty if there is no such column.
    pub fn floats(&self, name: &str) -> &[f64] {
        match self.column(name).map(AsRef::as_ref) {
            Some(Column::Float(values)) => values,
            _ => &[],
        }
    }

    /// The values of a whole-number column; empty if there is no such column.
    pub fn ints(&self, name: &str) -> &[i64] {
        match self.column(name).map(AsRef::as_ref) {
            Some(Column::Int(values)) => values,
            _ => &[],
        }
    }

    /// The values of one row, with the columns' names.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (&str, Cell<'_>)> {
        self.names.iter().zip(&self.columns).map(move |(name, column)| (name.as_ref(), column.cell(row)))
    }
}
