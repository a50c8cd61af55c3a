//! What a push and a removal did, in rows per table.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::ecs::columns::TableId;
use crate::ecs::ingest::{PushSummary, RemoveSummary};

/// What a push did: rows added and changed, per table.
///
/// >>> summary = kernel.push(units={"id": [11, 12], "fleet": [2, 2]})
/// >>> summary.added["units"], summary.changed["units"]
/// (1, 1)
#[pyclass(name = "PushSummary", module = "multi_universe_core", frozen, eq)]
#[derive(PartialEq)]
pub(crate) struct PyPushSummary(pub(crate) PushSummary);

#[pymethods]
impl PyPushSummary {
    /// Rows whose key was new, by table.
    #[getter]
    fn added<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        by_table(py, &self.0.added)
    }

    /// Rows whose key was known, by table.
    #[getter]
    fn changed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        by_table(py, &self.0.changed)
    }

    fn __repr__(&self) -> String {
        format!("PushSummary(added: {}; changed: {})", in_words(&self.0.added), in_words(&self.0.changed))
    }
}

/// What a removal did: rows gone, per table.
///
/// >>> kernel.remove(units=[11]).removed["weapons"]
/// 1
#[pyclass(name = "RemoveSummary", module = "multi_universe_core", frozen, eq)]
#[derive(PartialEq)]
pub(crate) struct PyRemoveSummary(pub(crate) RemoveSummary);

#[pymethods]
impl PyRemoveSummary {
    /// Rows gone, by table; those that went with their owner are included.
    #[getter]
    fn removed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        by_table(py, &self.0.removed)
    }

    fn __repr__(&self) -> String {
        format!("RemoveSummary(removed: {})", in_words(&self.0.removed))
    }
}

fn by_table<'py>(py: Python<'py>, rows: &[usize; 5]) -> PyResult<Bound<'py, PyDict>> {
    let counts = PyDict::new(py);
    for (id, rows) in TableId::ALL.into_iter().zip(rows) {
        counts.set_item(id.spec().name, rows)?;
    }
    Ok(counts)
}

/// "2 fleets, 40 units", or "nothing".
pub(crate) fn in_words(rows: &[usize; 5]) -> String {
    let words: Vec<String> = TableId::ALL
        .into_iter()
        .zip(rows)
        .filter(|&(_, &rows)| rows > 0)
        .map(|(id, &rows)| format!("{rows} {}", if rows == 1 { id.spec().row_name } else { id.spec().name }))
        .collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}
