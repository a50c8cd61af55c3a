//! Reading one input table against the schema: names, lengths, kinds, ranges, links.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Checked;
use crate::ecs::columns::{ColumnSpec, Kind, TableId, TableSpec, choice};
use crate::ecs::ingest::{TableInput, Values};
use crate::ecs::mirror::Mirror;
use crate::ecs::pages;
use crate::ecs::store::Row;
use crate::error::{Fault, Faults, nearest_name};

/// The table's number of rows: that of its first column. Columns of another length are faults.
pub(super) fn row_count(table: &'static str, input: &TableInput<'_>, faults: &mut Faults) -> usize {
    let mut lengths = input.columns.iter().filter_map(|(name, values)| Some((name, values.rows()?)));
    let Some((first, rows)) = lengths.next() else { return 0 };
    for (name, length) in lengths.filter(|(_, length)| *length != rows) {
        faults.add(|| {
            Fault::column(
                table,
                name,
                format!("{length} rows"),
                format!("{rows} rows as in column '{first}'"),
            )
        });
    }
    rows
}

/// The schema's index of the column named `name`, unless it is unknown or was given before.
pub(super) fn column_index(
    table: &'static str,
    columns: &[ColumnSpec],
    name: &str,
    is_known: impl Fn(usize) -> bool,
    faults: &mut Faults,
) -> Option<usize> {
    let Some(index) = columns.iter().position(|column| column.name == name) else {
        faults.add(|| {
            let near = nearest_name(name, columns.iter().map(|column| column.name));
            let wanted = match near {
                Some(near) => format!("a column of {table}; did you mean '{near}'?"),
                None => format!("a column of {table}"),
            };
            Fault::column(table, name, "an unknown column", wanted)
        });
        return None;
    };
    if is_known(index) {
        faults.add(|| Fault::column(table, name, "the column again", "each column once"));
        return None;
    }
    Some(index)
}

/// The checked values of a column; nothing if they cannot be used at all.
pub(super) fn column<'a>(
    mirror: Mirror<'_>,
    spec: &TableSpec,
    column: &ColumnSpec,
    values: &'a Values<'_>,
    rows: usize,
    faults: &mut Faults,
) -> Option<Checked<'a>> {
    if values.rows() != Some(rows) {
        if let Values::Refused(what) = values {
            faults.add(|| Fault::column(spec.name, column.name, what, dtype(column.kind)));
        }
        return None;
    }
    let reader = Reader { mirror, table: spec.name, column };
    // No rows have no kind: NumPy, for one, makes numbers of every empty list.
    let checked = if rows == 0 { Some(Checked::none(column.kind)) } else { reader.read(values, faults) };
    if checked.is_none() {
        faults.add(|| {
            Fault::column(spec.name, column.name, format!("{} values", values.describe()), dtype(column.kind))
        });
    }
    checked
}

/// What values a column takes, in words.
pub(super) fn dtype(kind: Kind) -> String {
    match kind {
        Kind::Number { .. } | Kind::NumberOrNone { .. } => "a one-dimensional column of numbers".to_owned(),
        Kind::Whole { .. } => "a one-dimensional column of whole numbers (int64 or int32)".to_owned(),
        Kind::Flag => "a one-dimensional column of booleans".to_owned(),
        Kind::Choice(words) => format!("a one-dimensional column of texts out of {}", listed(words)),
        Kind::Text { .. } => "a one-dimensional column of texts".to_owned(),
        Kind::Link(TableId::Factions) => "a one-dimensional column of factions' names".to_owned(),
        Kind::Link(owner) => {
            format!("a one-dimensional column of ids of {} (int64 or int32)", owner.spec().name)
        }
    }
}

/// The words of a choice, for a message.
fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}

/// Reads the values of one column.
struct Reader<'m> {
    mirror: Mirror<'m>,
    table: &'static str,
    column: &'m ColumnSpec,
}

impl Reader<'_> {
    /// The checked values; nothing if they are of the wrong kind.
    fn read<'a>(&self, values: &'a Values<'_>, faults: &mut Faults) -> Option<Checked<'a>> {
        Some(match self.column.kind {
            Kind::Number { min, max } => Checked::Number(self.numbers(values, (min, max), false, faults)?),
            Kind::NumberOrNone { min, max } => {
                Checked::Number(self.numbers(values, (min, max), true, faults)?)
            }
            Kind::Whole { min, max } => Checked::Whole(self.wholes(values, min, max, faults)?),
            Kind::Flag => match values {
                Values::Flag(flags) => Checked::Flag(Cow::Borrowed(flags)),
                _ => return None,
            },
            Kind::Choice(words) => Checked::Choice(self.choices(texts(values)?, words, faults)),
            Kind::Text { min, max } => Checked::Text(self.texts(texts(values)?, min, max, faults)),
            Kind::Link(TableId::Factions) => Checked::Link(self.links(
                texts(values)?,
                |name| self.mirror.factions.find_name(name),
                TableId::Factions,
                faults,
            )),
            Kind::Link(owner) => {
                let ids = self.wholes(values, i64::MIN, i64::MAX, faults)?;
                let store = self.mirror.table(owner);
                Checked::Link(self.links(&ids, |&id| store.find_id(id), owner, faults))
            }
        })
    }

    fn fault(&self, row: usize, value: impl Display, wanted: impl Display) -> Fault {
        Fault::value(self.table, self.column.name, row, value, wanted)
    }

    fn numbers<'a>(
        &self,
        values: &'a Values<'_>,
        bounds: (f64, f64),
        none: bool,
        faults: &mut Faults,
    ) -> Option<Cow<'a, [f64]>> {
        numbers(values, bounds, none, faults, |row, value, wanted| self.fault(row, value, wanted))
    }

    fn wholes<'a>(
        &self,
        values: &'a Values<'_>,
        min: i64,
        max: i64,
        faults: &mut Faults,
    ) -> Option<Cow<'a, [i64]>> {
        let wholes: Cow<'a, [i64]> = match values {
            Values::I64(values) => Cow::Borrowed(values),
            Values::I32(values) => values.iter().map(|&value| i64::from(value)).collect(),
            _ => return None,
        };
        let legal = |value: i64| value >= min && value <= max;
        // As for numbers: only a faulty column is walked again.
        if !wholes.iter().fold(true, |all, &value| all & legal(value)) {
            for (row, &value) in wholes.iter().enumerate().filter(|(_, value)| !legal(**value)) {
                faults.add(|| self.fault(row, value, format!("a whole number from {min} to {max}")));
            }
        }
        Some(wholes)
    }

    fn choices(&self, texts: &[Cow<'_, str>], words: &[&str], faults: &mut Faults) -> Vec<u8> {
        let mut found = |(row, text): (usize, &Cow<'_, str>)| {
            choice(text, words).unwrap_or_else(|| {
                faults.add(|| self.fault(row, format!("'{text}'"), format!("one of {}", listed(words))));
                0
            })
        };
        texts.iter().enumerate().map(&mut found).collect()
    }

    fn texts(&self, texts: &[Cow<'_, str>], min: usize, max: usize, faults: &mut Faults) -> Vec<Arc<str>> {
        // Names repeat; equal ones share their bytes.
        let mut shared: FxHashMap<&str, Arc<str>> = FxHashMap::default();
        for (row, text) in texts.iter().enumerate() {
            if !(min..=max).contains(&text.len()) {
                let value = format!("a text of {} bytes", text.len());
                faults.add(|| self.fault(row, value, format!("a text of {min} to {max} bytes")));
            }
        }
        texts
            .iter()
            .map(|text| shared.entry(text).or_insert_with(|| Arc::from(text.as_ref())).clone())
            .collect()
    }

    fn links<T: Display>(
        &self,
        keys: &[T],
        find: impl Fn(&T) -> Option<Row>,
        owner: TableId,
        faults: &mut Faults,
    ) -> Vec<Row> {
        let mut found = |(row, key): (usize, &T)| {
            find(key).unwrap_or_else(|| {
                let what = owner.spec().row_name;
                let wanted = format!("a {what} that is in the mirror or in the same push");
                // Names stand in quotes, ids do not.
                let shown = if owner == TableId::Factions { format!("'{key}'") } else { key.to_string() };
                faults.add(|| self.fault(row, shown, wanted));
                0
            })
        };
        pages::collected(keys.iter().enumerate().map(&mut found))
    }
}

/// The values, if they are texts.
fn texts<'a, 'b>(values: &'a Values<'b>) -> Option<&'a [Cow<'b, str>]> {
    if let Values::Text(texts) = values { Some(texts) } else { None }
}

/// The values as numbers within the bounds (or NaN, if that stands for none); nothing if they are none.
pub(super) fn numbers<'a>(
    values: &'a Values<'_>,
    (min, max): (f64, f64),
    none: bool,
    faults: &mut Faults,
    fault: impl Fn(usize, f64, String) -> Fault,
) -> Option<Cow<'a, [f64]>> {
    let numbers: Cow<'a, [f64]> = match values {
        Values::F64(values) => Cow::Borrowed(values),
        Values::F32(values) => values.iter().map(|&value| f64::from(value)).collect(),
        Values::I64(values) => values.iter().map(|&value| value as f64).collect(),
        Values::I32(values) => values.iter().map(|&value| f64::from(value)).collect(),
        _ => return None,
    };
    let legal = |value: f64| (value >= min && value <= max) || (none && value.is_nan());
    // One branchless sweep settles the usual case; only a faulty column is walked again.
    if !numbers.iter().fold(true, |all, &value| all & legal(value)) {
        let or_none = if none { ", or NaN for none" } else { "" };
        for (row, &value) in numbers.iter().enumerate().filter(|(_, value)| !legal(**value)) {
            faults.add(|| fault(row, value, format!("a finite number from {min} to {max}{or_none}")));
        }
    }
    Some(numbers)
}
