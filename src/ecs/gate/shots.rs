//! The gate of a batch of shots: columns as those of a table, and values that hold for all rows.
//!
//! A batch is read once and kept by nobody, so its values are not swept before they are used: whoever takes them
//! block by block looks at the bounds on the way, and asks for the faults if a value was outside.

use super::read;
use crate::ecs::columns::{Absent, ColumnSpec, Kind, SHOTS};
use crate::ecs::ingest::{Slice, TableInput, Values};
use crate::error::{Error, Fault, Faults, Result};

/// What faults call the input.
const TABLE: &str = "shots";

/// A batch of shots as the caller has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShotInput<'a> {
    /// Columns with a value for each row.
    pub columns: TableInput<'a>,
    /// Columns with one value for all rows: each of them has one row.
    pub scalars: TableInput<'a>,
}

/// A batch of shots whose columns are known, of the right kinds and of equal length.
#[derive(Clone, Debug, PartialEq)]
pub struct Shots<'a> {
    rows: usize,
    fields: [Field<'a>; SHOTS.len()],
}

#[derive(Clone, Debug, PartialEq)]
enum Field<'a> {
    /// A value for each row, where it is needed.
    Each(Slice<'a>),
    /// A number of another type for each row.
    Others(&'a Values<'a>),
    /// This for all rows; for flags 0 or 1.
    Same(f64),
}

/// Reads a batch. Columns that are not given hold the rule book's defaults; without any column that has a value
/// for each row it is one shot.
///
/// # Errors
/// [`Error::Input`] lists unknown and repeated columns, unequal lengths, wrong kinds, and illegal values that hold
/// for all rows.
pub fn shots<'a>(input: &'a ShotInput<'a>) -> Result<Shots<'a>> {
    let mut faults = Faults::default();
    let each = &input.columns;
    let rows = if each.columns.is_empty() { 1 } else { read::row_count(TABLE, each, &mut faults) };
    let mut fields: [Option<Field<'a>>; SHOTS.len()] = [const { None }; SHOTS.len()];
    let columns = each.columns.iter().map(|column| (column, true));
    let mut next = 0;
    for ((name, values), has_rows) in
        columns.chain(input.scalars.columns.iter().map(|column| (column, false)))
    {
        let is_known = |index: usize| fields[index].is_some();
        // Most tables have their columns in our order.
        let index = match SHOTS.get(next) {
            Some(column) if column.name == name && !is_known(next) => Some(next),
            _ => read::column_index(TABLE, &SHOTS, name, is_known, &mut faults),
        };
        let Some(index) = index else { continue };
        next = index + 1;
        let column = &SHOTS[index];
        if !fits(column, values) {
            faults.add(|| wrong_kind(column, values));
        } else if has_rows {
            fields[index] = Some(Field::of(values));
        } else {
            let mut own = Faults::default();
            check(column, values, &mut own);
            own.listed.iter_mut().for_each(|fault| fault.row = None);
            faults.merge(own);
            let mut value = [0.0];
            copy(values, 0, &mut value);
            fields[index] = Some(Field::Same(value[0]));
        }
    }
    faults.into_result(Error::Input)?;
    Ok(Shots::of(rows, fields))
}

impl<'a> Field<'a> {
    fn of(values: &'a Values<'a>) -> Self {
        match values {
            Values::F64(values) => Self::Each(Slice::Numbers(values)),
            Values::Flag(values) => Self::Each(Slice::Flags(values)),
            _ => Self::Others(values),
        }
    }
}

impl<'a> Shots<'a> {
    /// A batch whose columns are known by their places in [`SHOTS`], and need not be looked up by name. Nothing if they are
    /// not of their kinds or not of one length, or if there is none: [`shots`] tells what is wrong.
    pub fn known(columns: &[Option<Slice<'a>>; SHOTS.len()]) -> Option<Self> {
        let rows = columns.iter().flatten().next()?.rows();
        let fits = |(column, spec): (&Option<Slice<'a>>, &ColumnSpec)| match column {
            Some(Slice::Numbers(values)) => !matches!(spec.kind, Kind::Flag) && values.len() == rows,
            Some(Slice::Flags(values)) => matches!(spec.kind, Kind::Flag) && values.len() == rows,
            // They are checked and converted with those of other types.
            Some(Slice::Wholes(_)) => false,
            None => true,
        };
        columns
            .iter()
            .zip(&SHOTS)
            .all(fits)
            .then(|| Self::of(rows, columns.map(|column| column.map(Field::Each))))
    }

    /// A batch of these columns, and the rule book's defaults in place of the others.
    fn of(rows: usize, fields: [Option<Field<'a>>; SHOTS.len()]) -> Self {
        let mut known = fields.into_iter().zip(&SHOTS);
        let fields = std::array::from_fn(|_| match known.next() {
            Some((Some(field), _)) => field,
            Some((None, ColumnSpec { absent: Absent::Is(number), .. })) => Field::Same(*number),
            _ => Field::Same(0.0),
        });
        Self { rows, fields }
    }

    /// How many shots there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The value of a column, if it holds for all rows.
    pub fn same(&self, column: usize) -> Option<f64> {
        if let Field::Same(value) = self.fields[column] { Some(value) } else { None }
    }

    /// The values of a column of numbers, if they lie in memory as they are needed.
    #[inline]
    pub fn numbers(&self, column: usize) -> Option<&'a [f64]> {
        if let Field::Each(Slice::Numbers(values)) = self.fields[column] { Some(values) } else { None }
    }

    /// The values of a column of flags, if each row has its own.
    #[inline]
    pub fn flags(&self, column: usize) -> Option<&'a [bool]> {
        if let Field::Each(Slice::Flags(values)) = self.fields[column] { Some(values) } else { None }
    }

    /// Writes the values of a column of numbers from row `first` on into the lanes. Lanes past the last row, and those of a
    /// column whose value holds for all rows, stay as they are.
    pub fn copy_numbers(&self, column: usize, first: usize, lanes: &mut [f64]) {
        match self.fields[column] {
            Field::Each(Slice::Numbers(values)) => each(values, first, lanes, |value| value),
            Field::Others(values) => copy(values, first, lanes),
            Field::Each(_) | Field::Same(_) => {}
        }
    }

    /// Writes the values of a column of flags into the lanes, as [`Shots::copy_numbers`] does those of numbers.
    pub fn copy_flags(&self, column: usize, first: usize, lanes: &mut [bool]) {
        if let Field::Each(Slice::Flags(values)) = self.fields[column] {
            each(values, first, lanes, |flag| flag);
        }
    }

    /// The smallest and the largest legal value of a column.
    #[inline(always)]
    pub fn bounds(column: usize) -> (f64, f64) {
        match SHOTS[column].kind {
            Kind::Number { min, max } => (min, max),
            _ => (0.0, 1.0),
        }
    }

    /// Whether all values are legal.
    ///
    /// # Errors
    /// [`Error::Input`] lists those that are not.
    pub fn check(&self) -> Result<()> {
        let mut faults = Faults::default();
        for (field, column) in self.fields.iter().zip(&SHOTS) {
            match field {
                Field::Each(Slice::Numbers(values)) => {
                    check(column, &Values::F64((*values).into()), &mut faults);
                }
                Field::Others(values) => check(column, values, &mut faults),
                Field::Each(_) | Field::Same(_) => {}
            }
        }
        faults.into_result(Error::Input)
    }
}

/// Whether values are of the kind that a column takes.
fn fits(column: &ColumnSpec, values: &Values<'_>) -> bool {
    match values {
        // No rows have no kind: NumPy, for one, makes numbers of every empty list.
        values if values.rows() == Some(0) => true,
        Values::Flag(_) => column.kind == Kind::Flag,
        Values::Text(_) | Values::Refused(_) => false,
        _ => column.kind != Kind::Flag,
    }
}

fn wrong_kind(column: &ColumnSpec, values: &Values<'_>) -> Fault {
    let what = if values.rows().is_some() { " values" } else { "" };
    let value = format!("{}{what}", values.describe());
    Fault::column(TABLE, column.name, value, format!("{}, or one for all rows", read::dtype(column.kind)))
}

fn check(column: &ColumnSpec, values: &Values<'_>, faults: &mut Faults) {
    if let Kind::Number { min, max } = column.kind {
        let fault = |row, value, wanted| Fault::value(TABLE, column.name, row, value, wanted);
        read::numbers(values, (min, max), false, faults, fault);
    }
}

/// Writes the values from row `first` on into the lanes, as many as there are of both; flags as 0 and 1.
fn copy(values: &Values<'_>, first: usize, lanes: &mut [f64]) {
    match values {
        Values::F64(values) => each(values, first, lanes, |value| value),
        Values::F32(values) => each(values, first, lanes, f64::from),
        Values::I64(values) => each(values, first, lanes, |value| value as f64),
        Values::I32(values) => each(values, first, lanes, f64::from),
        Values::Flag(values) => each(values, first, lanes, |value| f64::from(u8::from(value))),
        Values::Text(_) | Values::Refused(_) => {}
    }
}

fn each<T: Copy, L>(values: &[T], first: usize, lanes: &mut [L], lane_of: impl Fn(T) -> L) {
    lanes.iter_mut().zip(&values[first..]).for_each(|(lane, &value)| *lane = lane_of(value));
}
