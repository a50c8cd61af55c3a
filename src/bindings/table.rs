//! Result tables in Python: columns as NumPy arrays on the kernel's own memory, and the way to other
//! libraries by the Arrow C stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::RecordBatchIterator;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use numpy::PyArray1;
use pyo3::exceptions::{PyImportError, PyIndexError, PyKeyError, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyCapsule, PyDict, PyList, PyString, PyTuple};

use super::column::{self, kind_of};
use super::whole::Whole;
use super::{memory, table_html};
use crate::ecs::pages;
use crate::ecs::tables::{Cell, Column, Table};
use crate::error::nearest_name;
use crate::export;

/// How many rows a table shows of itself.
const SHOWN_ROWS: usize = 20;

/// Named columns of equal length, which cannot be changed.
///
/// `t["hp"]` is a column, `t.row(0)` a row, `len(t)` the number of rows, `"hp" in t` asks for a column, and
/// iteration gives the rows as dicts. Other libraries read it as an Arrow table: `polars.DataFrame(t)`,
/// `pyarrow.table(t)`, `duckdb.sql("from t")`. Equal are tables that show the same; NaN equals NaN.
///
/// >>> import multi_universe_core as muc
/// >>> t = muc.Table.of({"unit": [10, 11], "hp": [400.0, 212.5]})
/// >>> t["hp"], len(t), t.row(-1)
/// (array([400. , 212.5]), 2, {'unit': 11, 'hp': 212.5})
/// >>> t
/// unit     hp
/// ───────────
///   10  400.0
///   11  212.5
/// 2 rows × 2 columns
#[pyclass(name = "Table", module = "multi_universe_core", frozen)]
pub(crate) struct PyTable {
    pub(super) table: Table,
    /// Each column's array, made when it is first asked for, as is the place for them.
    arrays: PyOnceLock<Box<[PyOnceLock<Py<PyAny>>]>>,
}

impl From<Table> for PyTable {
    fn from(table: Table) -> Self {
        Self { table, arrays: PyOnceLock::new() }
    }
}

#[pymethods]
impl PyTable {
    /// A table of columns of equal length, by name: NumPy arrays, or sequences that NumPy converts. Raises ValueError.
    #[staticmethod]
    fn of(columns: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut read: Vec<(String, Column)> = Vec::with_capacity(columns.len());
        for (name, value) in columns {
            let name: String = name.extract()?;
            let column = Column::try_from(column::read(&value)?.values());
            let column = column.map_err(|what| {
                PyValueError::new_err(format!("column '{name}': got {what}, expected a column"))
            })?;
            if let Some((first, rows)) = read.first().map(|(name, column)| (name, column.len()))
                && rows != column.len()
            {
                let wanted = format!("{rows} rows, as column '{first}' has");
                return Err(PyValueError::new_err(format!(
                    "column '{name}': got {} rows, expected {wanted}",
                    column.len()
                )));
            }
            read.push((name, column));
        }
        Ok(Self::from(Table::new(read)))
    }

    /// The columns' names, in order.
    #[getter]
    fn columns(&self) -> Vec<&str> {
        self.table.names().iter().map(AsRef::as_ref).collect()
    }

    fn __len__(&self) -> usize {
        self.table.len()
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        name.extract::<String>().is_ok_and(|name| self.table.column(&name).is_some())
    }

    fn __getitem__<'py>(&self, name: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let Ok(text) = name.cast::<PyString>() else {
            let what = kind_of(name);
            return Err(PyTypeError::new_err(format!(
                "a column is asked for by its name, not by {what}; t.row(i) gives a row"
            )));
        };
        let Ok(text) = text.to_str() else { return Err(self.unknown_column(&text.to_string_lossy())) };
        match self.table.names().iter().position(|known| known == text) {
            Some(index) => self.array(name.py(), index),
            None => Err(self.unknown_column(text)),
        }
    }

    /// The row with this number, as a dict; negative numbers count from the end.
    fn row<'py>(&self, py: Python<'py>, index: Whole) -> PyResult<Bound<'py, PyDict>> {
        let rows = self.table.len();
        let from_end = || rows.checked_add_signed(index.within(isize::MIN, -1)?);
        let row = index.within(0, usize::MAX).or_else(from_end);
        match row.filter(|&row| row < rows) {
            Some(row) => row_dict(py, &self.table, row),
            None => Err(PyIndexError::new_err(format!("row {index} of a table of {rows} rows"))),
        }
    }

    fn __iter__(slf: Bound<'_, Self>) -> PyTableRows {
        PyTableRows { table: slf.unbind(), next: AtomicUsize::new(0) }
    }

    /// All columns as a dict of read-only NumPy arrays.
    fn to_numpy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let arrays = PyDict::new(py);
        for (index, name) in self.table.names().iter().enumerate() {
            arrays.set_item(name, self.array(py, index)?)?;
        }
        Ok(arrays)
    }

    /// The table as a pandas.DataFrame.
    fn to_pandas<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let columns = self.to_numpy(py)?;
        library(py, "pandas", "pandas")?.call_method1(intern!(py, "DataFrame"), (columns,))
    }

    /// The table as a polars.DataFrame; numbers are not copied.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        library(py, "polars", "polars")?.call_method1(intern!(py, "DataFrame"), (slf,))
    }

    /// The table as a pyarrow.Table; numbers are not copied.
    fn to_arrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        library(py, "pyarrow", "arrow")?.call_method1(intern!(py, "table"), (slf,))
    }

    /// The Arrow PyCapsule interface. The table has one schema; a requested one is not followed.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batch = export::arrow::record_batch(&self.table);
        let schema = batch.schema();
        let stream = FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new([Ok(batch)], schema)));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let py = other.py();
        match other.cast::<Self>() {
            Ok(other) => {
                Ok(same(&self.table, &other.get().table).into_pyobject(py)?.to_owned().into_any().unbind())
            }
            Err(_) => Ok(py.NotImplemented()),
        }
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        export::text::render(&self.table, terminal_width(py), SHOWN_ROWS)
    }

    /// A figure of matplotlib of a battle's timeline: attrition, damage and morale by round. Raises ValueError for
    /// other tables, ImportError if matplotlib is not installed.
    fn plot<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("multi_universe_core._plots")?.call_method1("timeline", (slf,))
    }

    fn _repr_html_(&self) -> String {
        table_html::render(&self.table, SHOWN_ROWS)
    }

    fn _ipython_key_completions_(&self) -> Vec<&str> {
        self.columns()
    }
}

impl PyTable {
    fn array<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        let make = || column_array(py, &self.table.columns()[index]).map(Bound::unbind);
        let places = || self.table.columns().iter().map(|_| PyOnceLock::new()).collect();
        let array = self.arrays.get_or_init(py, places)[index].get_or_try_init(py, make)?;
        Ok(array.bind(py).clone())
    }

    fn unknown_column(&self, name: &str) -> PyErr {
        let names = self.table.names();
        let hint = nearest_name(name, names.iter().map(AsRef::as_ref));
        let hint = hint.map_or(String::new(), |near| format!("; did you mean '{near}'?"));
        PyKeyError::new_err(format!("no column '{name}'{hint}; the columns: {}", names.join(", ")))
    }
}

/// The rows of a table, one after another.
#[pyclass(name = "_TableRows", module = "multi_universe_core", frozen)]
struct PyTableRows {
    table: Py<PyTable>,
    next: AtomicUsize,
}

#[pymethods]
impl PyTableRows {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let table = &self.table.get().table;
        let row = self.next.fetch_add(1, Ordering::Relaxed);
        (row < table.len()).then(|| row_dict(py, table, row)).transpose()
    }
}

/// A column as a read-only array: numbers on the column's own memory, texts as shared str.
fn column_array<'py>(py: Python<'py>, column: &Arc<Column>) -> PyResult<Bound<'py, PyAny>> {
    let array = match (memory::view(py, column)?, column.as_ref()) {
        (Some(array), _) => array,
        (None, Column::Text { codes, values }) => {
            let texts: Vec<Py<PyAny>> =
                values.iter().map(|text| PyString::new(py, text).into_any().unbind()).collect();
            let rows = codes.iter().map(|&code| texts[code as usize].clone_ref(py));
            PyArray1::from_vec(py, pages::collected(rows)).into_any()
        }
        (None, _) => PyList::empty(py).into_any(),
    };
    array.getattr(intern!(py, "flags"))?.setattr(intern!(py, "writeable"), false)?;
    Ok(array)
}

/// One row of a table as a dict.
pub(crate) fn row_dict<'py>(py: Python<'py>, table: &Table, row: usize) -> PyResult<Bound<'py, PyDict>> {
    let values = PyDict::new(py);
    for (name, cell) in table.row(row) {
        match cell {
            Cell::Float(value) => values.set_item(name, value)?,
            Cell::Int(value) => values.set_item(name, value)?,
            Cell::Flag(value) => values.set_item(name, value)?,
            Cell::Text(value) => values.set_item(name, value)?,
        }
    }
    Ok(values)
}

/// Whether two tables show the same: NaN equals NaN, and texts are compared, not their numbers.
fn same(a: &Table, b: &Table) -> bool {
    let columns = || a.columns().iter().zip(b.columns());
    a.len() == b.len() && a.names() == b.names() && columns().all(|(a, b)| same_column(a, b))
}

fn same_column(a: &Column, b: &Column) -> bool {
    match (a, b) {
        (Column::Float(a), Column::Float(b)) => {
            a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
        }
        (Column::Text { .. }, Column::Text { .. }) => (0..a.len()).all(|row| a.cell(row) == b.cell(row)),
        _ => a == b,
    }
}

/// A library that need not be there; its absence names the extra that brings it.
fn library<'py>(py: Python<'py>, name: &str, extra: &str) -> PyResult<Bound<'py, PyModule>> {
    py.import(name).map_err(|cause| {
        if !cause.is_instance_of::<PyImportError>(py) {
            return cause;
        }
        let error = PyImportError::new_err(format!(
            "{name} is needed for this and is not installed: pip install multi-universe-core[{extra}]"
        ));
        error.set_cause(py, Some(cause));
        error
    })
}

/// The columns of the terminal, as Python sees it.
fn terminal_width(py: Python<'_>) -> Option<usize> {
    let size = py.import("shutil").and_then(|shutil| shutil.call_method0("get_terminal_size")).ok()?;
    size.cast::<PyTuple>().ok()?.get_item(0).ok()?.extract().ok()
}
