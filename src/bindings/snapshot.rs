//! The class `Kernel` as bytes: snapshots, pickles and copies.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

use super::kernel::PyKernel;
use crate::kernel::Kernel;

#[pymethods]
impl PyKernel {
    /// The kernel as bytes: its content, rules, seed, threads and count of battles.
    ///
    /// The format has a version and a checksum, and is the same on every platform.
    ///
    /// >>> again = muc.Kernel.restore(kernel.snapshot())
    /// >>> again.digest() == kernel.digest()
    /// True
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.with(py, |kernel| py.detach(|| kernel.snapshot()))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// A new kernel from the bytes of `snapshot()`: it has the same digest and fights the same battles.
    ///
    /// Raises SnapshotError if the bytes are damaged, foreign or of a newer version.
    #[staticmethod]
    fn restore(py: Python<'_>, snapshot: PyBackedBytes) -> PyResult<Self> {
        Ok(py.detach(|| Kernel::restore(&snapshot))?.into())
    }

    fn __copy__(&self, py: Python<'_>) -> PyResult<Self> {
        self.with(py, |kernel| py.detach(|| Self::from(kernel.clone())))
    }

    fn __deepcopy__(&self, py: Python<'_>, memo: &Bound<'_, PyAny>) -> PyResult<Self> {
        let _ = memo;
        self.__copy__(py)
    }

    /// For pickle: how to make this kernel again, and of what.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let restore = slf.get_type().getattr(intern!(slf.py(), "restore"))?;
        Ok((restore, (slf.get().snapshot(slf.py())?,)))
    }
}
