//! Dicts of names that are known, made by copying: that is faster than entering the names.
#![expect(unsafe_code, reason = "values are put into a new dict where they belong")]

use pyo3::ffi;
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
        mut numbers: [Bound<'py, PyAny>; N],
    ) -> PyResult<Bound<'py, PyDict>> {
        let filled = self.blank.bind(py).copy()?;
        match places(&filled, N)? {
            // SAFETY: the dict is new and has its names in this order. Numbers refer to nothing.
            Some(places) => unsafe { places.swap_first(&mut numbers) },
            None => {
                self.names.iter().zip(numbers).try_for_each(|(name, number)| filled.set_item(name, number))?
            }
        }
        Ok(filled)
    }
}

/// A dict of the names that a dict has, which nobody else knows, with other values, as many as there are names, in their order.
pub(in crate::bindings) fn revalued<'py>(
    dict: Bound<'py, PyDict>,
    mut values: Vec<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    // SAFETY: the function asks a living object. The collector of garbage looks into a dict once that has had a value which may
    // refer to something.
    let is_tracked = unsafe { ffi::PyObject_GC_IsTracked(dict.as_ptr()) != 0 };
    match places(&dict, values.len())?.filter(|_| is_tracked) {
        Some(places) => {
            // SAFETY: as the filter says. The old values, whose end may run code, end later.
            unsafe { places.swap_first(&mut values) };
            Ok(dict)
        }
        // Entered in a new one: a name whose hash is another each time is not found again.
        None => {
            let revalued = PyDict::new(dict.py());
            dict.keys().iter().zip(values).try_for_each(|(name, value)| revalued.set_item(name, value))?;
            Ok(revalued)
        }
    }
}

/// The places of so many values in a dict that has no more, if they are known.
fn places(dict: &Bound<'_, PyDict>, count: usize) -> PyResult<Option<Values>> {
    let known = CPython::of(dict.py())?;
    Ok(known.and_then(|cpython| Values::of_dict(cpython, dict)).filter(|values| values.has(count)))
}
