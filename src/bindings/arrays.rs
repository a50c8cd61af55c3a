//! NumPy's arrays, read in their own structure: a call for each question takes as long as a shot or two.
//!
//! The structure is part of NumPy's binary interface, and the `numpy` crate has it. Only arrays of exactly NumPy's class are
//! read: a subclass may mean something else by its values, a mask or a unit.
#![expect(unsafe_code, reason = "an array's structure is read, and the memory behind it")]

use std::sync::atomic::{AtomicU8, Ordering};

use numpy::npyffi::{NPY_ARRAY_ALIGNED, NPY_ARRAY_C_CONTIGUOUS, PyArray_Descr, PyArrayObject};
use numpy::{PyArrayDescr, PyUntypedArray, dtype};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyType};
use pyo3::{Borrowed, ffi};

use super::cpython::CPython;
use super::cpython::objects::equals;
use super::cpython::values::entries;
use super::memory::{self, flags_in};
use crate::ecs::ingest::Slice;

/// Of what type the items of an array are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    F64,
    F32,
    I64,
    I32,
    Flag,
}

/// NumPy's class of arrays, and its types of the kinds, in the machine's order of bytes: of each nearly all arrays have the same
/// object.
struct Types {
    array: Py<PyType>,
    kinds: [(Py<PyArrayDescr>, Kind); 5],
}

impl Types {
    fn of(py: Python<'_>) -> &'static Self {
        static TYPES: PyOnceLock<Types> = PyOnceLock::new();
        TYPES.get_or_init(py, || Self {
            array: py.get_type::<PyUntypedArray>().unbind(),
            kinds: [
                (dtype::<f64>(py).unbind(), Kind::F64),
                (dtype::<bool>(py).unbind(), Kind::Flag),
                (dtype::<i64>(py).unbind(), Kind::I64),
                (dtype::<f32>(py).unbind(), Kind::F32),
                (dtype::<i32>(py).unbind(), Kind::I32),
            ],
        })
    }

    /// The kind of a type that is another object, as arrays that were unpickled have it.
    #[cold]
    fn alike(&self, dtype: *const PyArray_Descr) -> Option<&(Py<PyArrayDescr>, Kind)> {
        // SAFETY: both are types of NumPy's, alive, with these fields at the same places in all its versions.
        let number = |dtype: *const PyArray_Descr| unsafe {
            ((*dtype).fields.type_num, (*dtype).fields.byteorder as u8)
        };
        let (_, order) = number(dtype);
        let is_it =
            |(known, _): &&(Py<PyArrayDescr>, Kind)| number(known.as_ptr().cast()).0 == number(dtype).0;
        if matches!(order, b'=' | b'|') { self.kinds.iter().find(is_it) } else { None }
    }

    /// Where an array's values are: the first of so many, if they stand one after another.
    #[inline]
    fn values(&self, object: Borrowed<'_, '_, PyAny>) -> Option<(Kind, *const u8, usize)> {
        const FIT: i32 = NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED;
        if object.get_type_ptr() != self.array.as_ptr().cast() {
            return None;
        }
        // SAFETY: an object of this class is a `PyArrayObject`; one of one dimension has its length at `dimensions`.
        let (dtype, data, length) = unsafe {
            let array = &(*object.as_ptr().cast::<PyArrayObject>()).fields;
            if array.nd != 1 || array.flags & FIT != FIT {
                return None;
            }
            (array.descr, array.data.cast_const().cast::<u8>(), *array.dimensions)
        };
        let is_it = |(known, _): &&(Py<PyArrayDescr>, Kind)| known.as_ptr().cast::<PyArray_Descr>() == dtype;
        let &(_, kind) = self.kinds.iter().find(is_it).or_else(|| self.alike(dtype))?;
        // An array without items is called aligned wherever it is.
        let is_aligned = match kind {
            Kind::F64 | Kind::I64 => data.cast::<u64>().is_aligned(),
            Kind::F32 | Kind::I32 => data.cast::<u32>().is_aligned(),
            Kind::Flag => true,
        };
        is_aligned.then_some((kind, data, usize::try_from(length).ok()?))
    }
}

/// Of what kind an array is that lies in memory as it is read, contiguous and aligned; nothing if it is another.
pub(crate) fn kind(object: &Bound<'_, PyAny>) -> Option<Kind> {
    Types::of(object.py()).values(object.as_borrowed()).map(|(kind, ..)| kind)
}

/// The names that columns have, to find those of a dict by.
pub(crate) struct Names<const N: usize> {
    names: [Py<PyString>; N],
    types: &'static Types,
    /// Which name the entries of the last dict had: most calls have the same columns in the same order.
    last: [AtomicU8; N],
}

impl<const N: usize> Names<N> {
    pub(crate) fn new(py: Python<'_>, names: [&str; N]) -> Self {
        const { assert!(N <= u8::MAX as usize, "a name's place is a byte") };
        Self {
            types: Types::of(py),
            names: names.map(|name| PyString::intern(py, name).unbind()),
            last: std::array::from_fn(|place| AtomicU8::new(place as u8)),
        }
    }

    /// The place of a name, which an entry of a dict has.
    #[inline]
    fn place(&self, entry: usize, name: Borrowed<'_, '_, PyAny>) -> Option<usize> {
        let last = self.last.get(entry)?;
        let place = usize::from(last.load(Ordering::Relaxed));
        if self.names[place].as_ptr() == name.as_ptr() {
            return Some(place);
        }
        // A subclass may mean something else by being equal.
        let name = name.cast_exact::<PyString>().ok()?;
        let is_it = |known: &Py<PyString>| equals(known.bind_borrowed(name.py()), name);
        let place = if is_it(&self.names[place]) { place } else { self.names.iter().position(is_it)? };
        last.store(place as u8, Ordering::Relaxed);
        Some(place)
    }
}

/// What `work` makes of the columns of a dict, each in the place of its name. Nothing if there is a column of another name, or
/// one that is no array of numbers or flags that lies in memory as it is read, or while another call of ours writes to arrays.
pub(crate) fn with_columns<const N: usize, R>(
    dict: &Bound<'_, PyDict>,
    names: &Names<N>,
    work: impl FnOnce(&[Option<Slice<'_>>; N]) -> R + Send,
) -> Option<R> {
    let (py, types) = (dict.py(), names.types);
    // What is found out once a process may run code, and let others run: before anything else.
    let _ = CPython::of(py);
    if memory::is_written_to() {
        return None;
    }
    let mut columns = [const { None }; N];
    let mut entry = 0;
    let mut enter = |name, value| {
        let place = names.place(entry, name)?;
        let (kind, data, length) = types.values(value)?;
        // SAFETY: the dict is alive, and nobody changes it: this thread stays attached until `work` is done and runs no code of
        // Python's meanwhile; `work`, which is `Send`, holds no object of Python. So the arrays in it keep their memory, to which
        // nobody writes: whoever writes with the interpreter released has begun before, and there was nobody.
        unsafe {
            columns[place] = Some(match kind {
                Kind::F64 => Slice::Numbers(std::slice::from_raw_parts(data.cast(), length)),
                Kind::Flag => Slice::Flags(flags_in(std::slice::from_raw_parts(data, length)).ok()?),
                Kind::I64 => Slice::Wholes(std::slice::from_raw_parts(data.cast(), length)),
                Kind::F32 | Kind::I32 => return None,
            });
        }
        entry += 1;
        Some(())
    };
    // SAFETY: no code of Python's runs, as above.
    match unsafe { entries(dict) } {
        Some(mut entries) => entries.try_for_each(|(name, value)| enter(name, value))?,
        None => {
            let (mut position, mut name, mut value) = (0, std::ptr::null_mut(), std::ptr::null_mut());
            // SAFETY: as above, so the function lends living objects.
            unsafe {
                while ffi::PyDict_Next(dict.as_ptr(), &raw mut position, &raw mut name, &raw mut value) != 0 {
                    enter(Borrowed::from_ptr(py, name), Borrowed::from_ptr(py, value))?;
                }
            }
        }
    }
    Some(work(&columns))
}
