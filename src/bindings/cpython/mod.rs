//! CPython's own structures, read where they are, without a call for each value.
//!
//! They are no part of the stable ABI: the versions that are known are recognised by their number and by the sizes of
//! their structures. All others, and builds that are laid out otherwise, are served by calls.

pub(super) mod classes;
pub(super) mod form;
pub(super) mod format;
pub(super) mod objects;
pub(super) mod values;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyFloat, PyInt, PyList, PyString, PyType};
use pyo3::{Borrowed, intern};

use values::Dict;

use crate::ecs::pages;

/// A CPython whose structures are known: 64 bits, one lock for all threads, no build for debugging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CPython {
    V3_11,
    V3_12,
    V3_13,
}

/// Asks for the memory of an object that is looked at soon, and of what stands before it.
#[inline(always)]
pub(super) fn expect(object: Borrowed<'_, '_, PyAny>) {
    let start = object.as_ptr().cast::<usize>();
    pages::prefetch(start.wrapping_sub(4));
    pages::prefetch(start);
}

/// The size of an object's head: its references and its class.
const HEAD: usize = 2 * size_of::<usize>();

impl CPython {
    /// This interpreter, if it is known.
    #[inline]
    pub(super) fn of(py: Python<'_>) -> PyResult<Option<Self>> {
        static KNOWN: PyOnceLock<Option<CPython>> = PyOnceLock::new();
        KNOWN.get_or_try_init(py, || recognised(py)).copied()
    }
}

#[cold]
fn recognised(py: Python<'_>) -> PyResult<Option<CPython>> {
    let sys = py.import(intern!(py, "sys"))?;
    let name = sys.getattr(intern!(py, "implementation"))?.getattr(intern!(py, "name"))?;
    let digits = sys.getattr(intern!(py, "int_info"))?.getattr(intern!(py, "bits_per_digit"))?;
    // A build for debugging counts references otherwise.
    let is_usual = size_of::<usize>() == 8
        && cfg!(target_endian = "little")
        && name.extract::<&str>()? == "cpython"
        && digits.extract::<u32>()? == objects::DIGIT
        && !sys.hasattr(intern!(py, "gettotalrefcount"))?;
    let (object, dict) = (py.get_type::<PyAny>(), py.get_type::<PyDict>());
    let sizes = [size(object.as_any())?, size(dict.as_any())?];
    if !is_usual || sizes != [HEAD, size_of::<Dict>()] {
        return Ok(None);
    }
    let of = |class: Bound<'_, PyType>| size(class.as_any());
    let sizes = [of(py.get_type::<PyInt>())?, of(py.get_type::<PyFloat>())?, of(py.get_type::<PyList>())?];
    if sizes != [HEAD + 8, HEAD + 8, HEAD + 24] {
        return Ok(None);
    }
    let version = py.version_info();
    let sizes = (of(py.get_type::<PyType>())?, of(py.get_type::<PyString>())?);
    Ok(match (version.major, version.minor, sizes) {
        (3, 11, (904, 80)) => Some(CPython::V3_11),
        (3, 12, (920, 64)) => Some(CPython::V3_12),
        (3, 13, (928, 64)) => Some(CPython::V3_13),
        _ => None,
    })
}

/// The size of a class's objects.
fn size(class: &Bound<'_, PyAny>) -> PyResult<usize> {
    class.getattr(intern!(class.py(), "__basicsize__"))?.extract()
}
