//! What comes in: tables of columns, as the caller has them in memory.

use std::borrow::Cow;

use super::columns::TableId;

/// The values of one input column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values<'a> {
    /// 64-bit numbers.
    F64(Cow<'a, [f64]>),
    /// 32-bit numbers.
    F32(Cow<'a, [f32]>),
    /// 64-bit whole numbers.
    I64(Cow<'a, [i64]>),
    /// 32-bit whole numbers.
    I32(Cow<'a, [i32]>),
    /// True or false.
    Flag(Cow<'a, [bool]>),
    /// Texts.
    Text(Vec<Cow<'a, str>>),
    /// Something that is no column, in words: "an array of 2 dimensions". Always refused.
    Refused(String),
}

impl<'a> Values<'a> {
    /// A column of numbers.
    pub fn numbers(values: impl IntoIterator<Item = f64>) -> Self {
        Self::F64(values.into_iter().collect())
    }

    /// A column of whole numbers.
    pub fn wholes(values: impl IntoIterator<Item = i64>) -> Self {
        Self::I64(values.into_iter().collect())
    }

    /// A column of texts.
    pub fn texts(values: &[&'a str]) -> Self {
        Self::Text(values.iter().map(|&text| text.into()).collect())
    }

    /// The number of rows, unless this is no column.
    pub fn rows(&self) -> Option<usize> {
        match self {
            Self::F64(values) => Some(values.len()),
            Self::F32(values) => Some(values.len()),
            Self::I64(values) => Some(values.len()),
            Self::I32(values) => Some(values.len()),
            Self::Flag(values) => Some(values.len()),
            Self::Text(values) => Some(values.len()),
            Self::Refused(_) => None,
        }
    }

    /// What kind of values these are, in the words of a message.
    pub fn describe(&self) -> &str {
        match self {
            Self::F64(_) => "float64",
            Self::F32(_) => "float32",
            Self::I64(_) => "int64",
            Self::I32(_) => "int32",
            Self::Flag(_) => "bool",
            Self::Text(_) => "text",
            Self::Refused(what) => what,
        }
    }
}

/// The values of one input column where they lie, of a type that most columns are of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slice<'a> {
    /// 64-bit numbers.
    Numbers(&'a [f64]),
    /// Whole 64-bit numbers.
    Wholes(&'a [i64]),
    /// True or false.
    Flags(&'a [bool]),
}

impl Slice<'_> {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Wholes(values) => values.len(),
            Self::Flags(values) => values.len(),
        }
    }
}

/// One input table: columns by name, in the caller's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableInput<'a> {
    /// Names and values.
    pub columns: Vec<(Cow<'a, str>, Values<'a>)>,
}

impl<'a> TableInput<'a> {
    /// A table of these columns.
    pub fn of(columns: impl IntoIterator<Item = (&'a str, Values<'a>)>) -> Self {
        columns.into_iter().fold(Self::default(), |table, (name, values)| table.with(name, values))
    }

    /// This table with one more column.
    #[must_use]
    pub fn with(mut self, name: &'a str, values: Values<'a>) -> Self {
        self.columns.push((Cow::Borrowed(name), values));
        self
    }
}

/// Deltas for the mirror: one optional table per kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Push<'a> {
    tables: [Option<TableInput<'a>>; 5],
}

impl<'a> Push<'a> {
    /// This push with `input` for `table`.
    #[must_use]
    pub fn with(mut self, table: TableId, input: TableInput<'a>) -> Self {
        self.tables[table as usize] = Some(input);
        self
    }

    /// The input for `table`, if there is one.
    pub fn table(&self, table: TableId) -> Option<&TableInput<'a>> {
        self.tables[table as usize].as_ref()
    }
}

/// What a push did, per table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PushSummary {
    /// Rows whose key was new, by [`TableId`].
    pub added: [usize; 5],
    /// Rows whose key was known, by [`TableId`].
    pub changed: [usize; 5],
}

/// Keys to remove from the mirror.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Removal {
    /// Factions by name; refused while they own fleets.
    pub factions: Vec<String>,
    /// Fleets by id; their units go with them.
    pub fleets: Vec<i64>,
    /// Units by id; their weapons go with them.
    pub units: Vec<i64>,
    /// Weapons by unit and slot.
    pub weapons: Vec<(i64, i64)>,
}

/// What a removal did: rows gone, by [`TableId`], those that went with their owner included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemoveSummary {
    /// Rows gone, by [`TableId`].
    pub removed: [usize; 5],
}
