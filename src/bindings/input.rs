//! Input tables: whatever Python calls a table, kept alive and then lent to the gate column by column.
//!
//! A mapping of columns, a NumPy structured array, or anything with an Arrow C interface. What is no table
//! is a fault like any other and comes out in the same message as the faults of the values.

use std::borrow::Cow;

use arrow_array::{Array, ArrayRef, RecordBatchReader, StructArray};
use arrow_schema::DataType;
use pyo3::exceptions::PyImportError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyMapping, PyString, PyTuple};

use super::column::{self, Held, kind_of, refusal, shown};
use super::memory;
use crate::ecs::columns::TableId;
use crate::ecs::ingest::{Push, TableInput};
use crate::error::{Error, Fault, Faults};

const A_TABLE: &str = "a table: a dict of columns, a NumPy structured array, or an object with \
                       __arrow_c_stream__ (polars, pandas, pyarrow, DuckDB)";

/// The tables of a push, kept alive.
pub(crate) struct HeldPush<'py> {
    tables: Vec<(TableId, HeldTable<'py>)>,
}

pub(crate) type HeldTable<'py> = Vec<(Name<'py>, Held<'py>)>;

/// The name of a column: the text itself where Python has one.
pub(crate) enum Name<'py> {
    /// A text that is Unicode.
    Text(Bound<'py, PyString>),
    /// What another library calls it.
    Own(String),
}

impl<'py> Name<'py> {
    /// The name that a mapping has for a column, if it is a text that is Unicode.
    pub(crate) fn of(key: &Bound<'py, PyAny>) -> Option<Self> {
        let text = key.cast::<PyString>().ok()?;
        text.to_str().is_ok().then(|| Self::Text(text.clone()))
    }

    /// The name as the gate reads it.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text.to_str().unwrap_or_default(),
            Self::Own(text) => text,
        }
    }
}

/// Why something is no table: what it is, and what was expected.
pub(crate) type NoTable = (String, String);

impl<'py> HeldPush<'py> {
    /// Keeps the tables that are given; None stands for "not given".
    pub(crate) fn read<const N: usize>(given: [(TableId, Option<&Bound<'py, PyAny>>); N]) -> PyResult<Self> {
        let mut tables = Vec::new();
        let mut faults = Faults::default();
        for (id, table) in given {
            let Some(table) = table else { continue };
            match read(table)? {
                Ok(table) => tables.push((id, table)),
                Err((value, wanted)) => faults.add(|| Fault::column(id.spec().name, "", value, wanted)),
            }
        }
        faults.into_result(Error::Push)?;
        Ok(Self { tables })
    }

    /// The tables as the gate reads them.
    pub(crate) fn push(&self) -> Push<'_> {
        self.tables.iter().fold(Push::default(), |push, (id, table)| push.with(*id, input(table)))
    }
}

/// A table as the gate reads it.
pub(crate) fn input<'a>(table: &'a HeldTable<'_>) -> TableInput<'a> {
    let columns = table.iter().map(|(name, held)| (Cow::Borrowed(name.as_str()), held.values()));
    TableInput { columns: columns.collect() }
}

/// Keeps one table. The outer error is Python's own (Ctrl-C, out of memory, a module that is missing).
pub(crate) fn read<'py>(given: &Bound<'py, PyAny>) -> PyResult<std::result::Result<HeldTable<'py>, NoTable>> {
    let py = given.py();
    if let Ok(mapping) = given.cast::<PyMapping>() {
        return mapping_columns(mapping);
    }
    if given.hasattr(intern!(py, "dtype"))? && given.hasattr(intern!(py, "ndim"))? {
        return structured_columns(given);
    }
    if given.hasattr(intern!(py, "__arrow_c_stream__"))? {
        return arrow(given, "__arrow_c_stream__", |answer| {
            let stream = memory::arrow_stream(answer.cast::<PyCapsule>()?)?;
            Ok(stream.and_then(|stream| {
                let fields = stream.schema();
                let batches = stream.collect::<std::result::Result<Vec<_>, _>>()?;
                Ok((0..fields.fields().len())
                    .map(|index| {
                        let field = fields.field(index);
                        let chunks = batches.iter().map(|batch| batch.column(index).clone()).collect();
                        arrow_column(field.name(), field.data_type(), chunks)
                    })
                    .collect())
            }))
        });
    }
    if given.hasattr(intern!(py, "__arrow_c_array__"))? {
        return arrow(given, "__arrow_c_array__", |answer| {
            Ok(memory::arrow_array(answer.cast::<PyTuple>()?)?.and_then(struct_columns))
        });
    }
    Ok(Err((kind_of(given), A_TABLE.to_owned())))
}

/// The columns of a mapping from names to columns.
fn mapping_columns<'py>(
    mapping: &Bound<'py, PyMapping>,
) -> PyResult<std::result::Result<HeldTable<'py>, NoTable>> {
    let mut columns = Vec::with_capacity(mapping.len()?);
    for (key, values) in entries(mapping)? {
        match Name::of(&key) {
            Some(name) => columns.push((name, column::read(&values)?)),
            None => {
                return Ok(Err((
                    format!("a column named {}", shown(&key)),
                    "names that are texts".to_owned(),
                )));
            }
        }
    }
    Ok(Ok(columns))
}

/// The entries of a mapping, as they are before Python code that reads one of them can change it.
pub(crate) fn entries<'py>(
    mapping: &Bound<'py, PyMapping>,
) -> PyResult<Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>)>> {
    match mapping.cast_exact::<PyDict>() {
        Ok(dict) => Ok(dict.iter().collect()),
        Err(_) => mapping.items()?.extract(),
    }
}

/// The fields of a NumPy structured array.
fn structured_columns<'py>(
    array: &Bound<'py, PyAny>,
) -> PyResult<std::result::Result<HeldTable<'py>, NoTable>> {
    let py = array.py();
    let dtype = array.getattr(intern!(py, "dtype"))?;
    let names = match dtype.getattr_opt(intern!(py, "names"))? {
        Some(names) if !names.is_none() => names.extract::<Vec<String>>()?,
        _ => return Ok(Err((format!("{} of {dtype} without fields", kind_of(array)), A_TABLE.to_owned()))),
    };
    let dimensions: usize = array.getattr(intern!(py, "ndim"))?.extract()?;
    if dimensions != 1 {
        return Ok(Err((format!("a structured array of {dimensions} dimensions"), "1 dimension".to_owned())));
    }
    let columns = names.into_iter().map(|name| {
        let held = column::read(&array.get_item(&name)?)?;
        Ok((Name::Own(name), held))
    });
    columns.collect::<PyResult<_>>().map(Ok)
}

/// What an Arrow interface hands over; a refusal of the other library becomes a fault in its words.
fn arrow<'py>(
    given: &Bound<'py, PyAny>,
    method: &str,
    read: impl FnOnce(Bound<'py, PyAny>) -> PyResult<Result<HeldTable<'py>, arrow_schema::ArrowError>>,
) -> PyResult<std::result::Result<HeldTable<'py>, NoTable>> {
    let why = match given.call_method0(method).and_then(read) {
        Ok(Ok(columns)) => return Ok(Ok(columns)),
        Ok(Err(error)) => error.to_string(),
        // pandas needs pyarrow for this: its own words say so best.
        Err(error) if error.is_instance_of::<PyImportError>(given.py()) => return Err(error),
        Err(error) => refusal(given.py(), error)?,
    };
    Ok(Err((format!("{} that cannot be read as an Arrow table ({why})", kind_of(given)), A_TABLE.to_owned())))
}

/// The columns of an Arrow array of structs, which is what a record batch is.
fn struct_columns<'py>(array: ArrayRef) -> Result<HeldTable<'py>, arrow_schema::ArrowError> {
    let Some(rows) = array.as_any().downcast_ref::<StructArray>() else {
        let what = format!("an array of {} is no table", array.data_type());
        return Err(arrow_schema::ArrowError::SchemaError(what));
    };
    let columns = rows.fields().iter().zip(rows.columns());
    Ok(columns
        .map(|(field, column)| arrow_column(field.name(), field.data_type(), vec![column.clone()]))
        .collect())
}

fn arrow_column<'py>(name: &str, data_type: &DataType, chunks: Vec<ArrayRef>) -> (Name<'py>, Held<'py>) {
    (Name::Own(name.to_owned()), Held::Arrow(data_type.clone(), chunks))
}
