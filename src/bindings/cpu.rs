//! The function `cpu_features`.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::ecs::simd::{self, Level};

/// What this processor can do and what of it is used, found out at run time.
///
/// Returns a dict: architecture ("x86_64", "aarch64", ...), available (the levels that run here, the lowest first:
/// "baseline", "neon", "avx2", "avx512") and in_use (the highest, or the one that the environment's MUC_SIMD forces).
/// Every level gives the same bits. Raises InputError if MUC_SIMD names no level that runs here.
///
/// >>> import multi_universe_core as muc
/// >>> muc.cpu_features()["available"][0]
/// 'baseline'
#[pyfunction]
pub(crate) fn cpu_features(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let features = PyDict::new(py);
    features.set_item("architecture", std::env::consts::ARCH)?;
    features.set_item("available", Level::available().map(Level::name).collect::<Vec<_>>())?;
    features.set_item("in_use", simd::level()?.name())?;
    Ok(features)
}
