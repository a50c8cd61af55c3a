//! The class `Comparison`: where two recorded battles part.

use pyo3::prelude::*;

use crate::replay::{Comparison, Divergence, Place};

/// Where two recorded battles part. True if they do not; as a text, all that differs first.
///
/// >>> one, other = (
/// ...     kernel.resolve(fleets=[1, 2], seed=seed, record="full", commit=False).replay for seed in (7, 8)
/// ... )
/// >>> difference = one.diff(other)
/// >>> difference.equal, difference.inputs, difference.round
/// (False, ['seed: 7 in A, 8 in B'], 1)
#[pyclass(name = "Comparison", module = "multi_universe_core", frozen)]
pub(crate) struct PyComparison(pub(crate) Comparison);

#[pymethods]
impl PyComparison {
    /// Whether nothing differs.
    #[getter]
    fn equal(&self) -> bool {
        self.0.is_equal()
    }

    fn __bool__(&self) -> bool {
        self.0.is_equal()
    }

    /// The differences of what went in (seed, rules, tables), a sentence each.
    #[getter]
    fn inputs(&self) -> Vec<String> {
        self.0.inputs.clone()
    }

    /// The first round that differs, from 1; None if none does.
    #[getter]
    fn round(&self) -> Option<u32> {
        self.divergence().map(|found| found.round)
    }

    /// The first phase of that round after which a column differs; None if only the digest or the end does.
    #[getter]
    fn phase(&self) -> Option<&str> {
        self.divergence()?.phase.as_deref()
    }

    /// The table of the value that differs at the round's end: "units" or "weapons".
    #[getter]
    fn table(&self) -> Option<&'static str> {
        self.place().map(|place| place.table)
    }

    /// Its row: "unit 11", "unit 11, slot 0".
    #[getter]
    fn row(&self) -> Option<&str> {
        self.place().map(|place| place.row.as_str())
    }

    /// Its column.
    #[getter]
    fn column(&self) -> Option<&str> {
        self.place().map(|place| place.column.as_str())
    }

    /// Both values, as text.
    #[getter]
    fn values(&self) -> Option<(&str, &str)> {
        self.place().map(|place| (place.values[0].as_str(), place.values[1].as_str()))
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("<Comparison: {}>", self.0)
    }
}

impl PyComparison {
    fn divergence(&self) -> Option<&Divergence> {
        self.0.divergence.as_ref()
    }

    fn place(&self) -> Option<&Place> {
        self.divergence()?.place.as_ref()
    }
}
