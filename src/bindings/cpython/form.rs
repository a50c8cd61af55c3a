//! Dicts of the same names, made by copying: that is faster than entering the names.
#![expect(unsafe_code, reason = "values are put into a new dict where they belong")]

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::CPython;
use super::values::Values;

/// Names of numbers.
pub(in crate::bindings) struct Form<const N: usize> {
    names: [Py<PyString>; N],
    blank: Py<PyDict>,
}

impl<const N: usize> Form<N> {
    /// A form with these names, which differ.
    pub(in crate::bindings) fn of(py: Python<'_>, names: [&str; N]) -> PyResult<Self> {
        let names = names.map(|name| PyString::intern(py, name).unbind());
        let blank = PyDict::new(py);
        names.iter().try_for_each(|name| blank.set_item(name, py.None()))?;
        Ok(Self { names, blank: blank.unbind() })
    }

    /// A dict of these numbers, by name.
    pub(in crate::bindings) fn fill<'py>(
        &self,
        py: Python<'py>,
        numbers: [Bound<'py, PyAny>; N],
    ) -> PyResult<Bound<'py, PyDict>> {
        let filled = self.blank.bind(py).copy()?;
        let values = CPython::of(py)?.and_then(|_| Values::of_dict(&filled)).filter(|values| values.has(N));
        match values {
            // SAFETY: the dict is new and has its names in this order. Numbers refer to nothing.
            Some(values) => unsafe { values.put_first(numbers) },
            None => {
                self.names.iter().zip(numbers).try_for_each(|(name, number)| filled.set_item(name, number))?
            }
        }
        Ok(filled)
    }
}
