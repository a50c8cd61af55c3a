//! Memory that Rust and Python share: its `unsafe` apart from what is known of CPython's own.
//!
//! Out: a column as a NumPy array without a copy. In: the Arrow C data interface, by which other libraries
//! hand over theirs. Each block states what it relies on; everything else is safe code.
#![expect(unsafe_code, reason = "NumPy views and the Arrow C interface are raw pointers by nature")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrowArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{ArrayRef, make_array};
use arrow_schema::ArrowError;
use numpy::ndarray::ArrayView1;
use numpy::{Element, PyArray1, PyArrayMethods, PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyString, PyTuple};

use super::column::{Plain, flags_or_not};
use crate::ecs::ingest::Values;
use crate::ecs::tables::Column;

/// What keeps a column alive while NumPy arrays look at it.
#[pyclass(name = "_Column", module = "multi_universe_core", frozen)]
struct Owner(Arc<Column>);

/// The numbers of a column as a NumPy array on the same memory; `None` for texts.
///
/// The array can be written to; the caller makes it read-only before anybody sees it.
pub(crate) fn view<'py>(py: Python<'py>, column: &Arc<Column>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let owner = Bound::new(py, Owner(Arc::clone(column)))?;
    Ok(match &*owner.get().0 {
        Column::Float(values) => Some(borrow(values, &owner)),
        Column::Int(values) => Some(borrow(values, &owner)),
        Column::Flag(values) => Some(borrow(values, &owner)),
        Column::Text { .. } => None,
    })
}

/// An array on `values`, which belong to `owner`.
fn borrow<'py, T: Element>(values: &[T], owner: &Bound<'py, Owner>) -> Bound<'py, PyAny> {
    let shape = ArrayView1::from(values);
    // SAFETY: `values` is a slice of the column in `owner`, which becomes the array's base and so lives as
    // long as the array. `Owner` is frozen and a shared column is never changed, so the memory is neither
    // moved nor freed meanwhile.
    unsafe { PyArray1::borrow_from_array(&shape, owner.clone().into_any()) }.into_any()
}

/// An array of truth values with a byte that is neither 0 nor 1: NumPy lets any stand in it.
pub(crate) struct NoFlags;

/// The truth values of an array, if it is contiguous.
pub(crate) fn flags<'a>(array: &'a PyReadonlyArray1<'_, bool>) -> Option<Result<&'a [bool], NoFlags>> {
    if !array.is_c_contiguous() {
        return None;
    }
    // SAFETY: a contiguous array of one-byte items is `len` initialised bytes from `data` on. The array is borrowed for
    // reading as long as the slice lives, and its owner keeps the memory.
    let bytes = unsafe { std::slice::from_raw_parts(array.data().cast::<u8>(), array.len()) };
    Some(flags_in(bytes))
}

/// Bytes as truth values, if each of them is one.
pub(crate) fn flags_in(bytes: &[u8]) -> Result<&[bool], NoFlags> {
    // Eight at a time, the last eight once more: one after another would take as long as a tenth of a shot.
    let all = match bytes.last_chunk() {
        Some(&last) => {
            let words = bytes.as_chunks().0.iter().copied().map(u64::from_ne_bytes);
            words.fold(u64::from_ne_bytes(last), |all, word| all | word)
        }
        None => bytes.iter().fold(0, |all, &byte| all | u64::from(byte)),
    };
    if all & !u64::from_ne_bytes([1; 8]) != 0 {
        return Err(NoFlags);
    }
    // SAFETY: the same bytes, and each of them is 0 or 1.
    Ok(unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast::<bool>(), bytes.len()) })
}

/// Calls that write to arrays of their callers' at the moment, with the interpreter released.
static WRITERS: AtomicUsize = AtomicUsize::new(0);

/// Does `work`, which writes to an array of the caller's, with the interpreter released.
pub(crate) fn write_detached(py: Python<'_>, work: impl FnOnce() + Send) {
    struct Writer;
    impl Drop for Writer {
        fn drop(&mut self) {
            WRITERS.fetch_sub(1, Ordering::Release);
        }
    }
    WRITERS.fetch_add(1, Ordering::Relaxed);
    let writer = Writer;
    py.detach(work);
    drop(writer);
}

/// Whether a call writes to an array of its caller's at the moment, with the interpreter released.
pub(crate) fn is_written_to() -> bool {
    WRITERS.load(Ordering::Acquire) != 0
}

/// What `work` makes of the values of arrays, in their order. Nobody marks the arrays as being read, as the `numpy` crate
/// does: sixteen marks take longer than a hundred shots. Marks are asked for only while a call of ours writes somewhere.
/// `may_differ`: whether code of Python's may have run since they were found to be plain.
pub(crate) fn with_values<R>(
    arrays: &[Plain<'_>],
    may_differ: bool,
    work: impl FnOnce(Vec<Values<'_>>) -> R + Send,
) -> R {
    /// # Safety
    /// Nobody writes to the array or frees it as long as the slice lives.
    unsafe fn slice<'a, T: Element>(array: &'a Bound<'_, PyArray1<T>>) -> &'a [T] {
        // SAFETY: a `Plain` array is contiguous and aligned: `len` items from `data` on. The rest is the caller's.
        unsafe { std::slice::from_raw_parts(array.data(), array.len()) }
    }
    let is_free = |array: &Plain<'_>| !is_written_to() || array.held().is_some();
    // SAFETY: `arrays` keeps them alive. This thread stays attached and does nothing but `work` meanwhile, which is `Send`:
    // so it holds no object of Python, and neither it nor Python code can write to them. Whoever writes to them with the
    // interpreter released has begun before, since that takes the interpreter, and has marked them.
    let values = arrays.iter().map(|array| unsafe {
        match array {
            array if may_differ && !array.is_as_it_was() => {
                Values::Refused("an array that changed while others were read".to_owned())
            }
            array if !is_free(array) => Values::Refused("an array that another call writes to".to_owned()),
            Plain::F64(array) => Values::F64(slice(array).into()),
            Plain::F32(array) => Values::F32(slice(array).into()),
            Plain::I64(array) => Values::I64(slice(array).into()),
            Plain::I32(array) => Values::I32(slice(array).into()),
            Plain::Flag(array) => {
                let bytes = std::slice::from_raw_parts(array.data().cast::<u8>(), array.len());
                flags_or_not(flags_in(bytes))
            }
        }
    });
    work(values.collect())
}

/// An attribute as the object holds it, and not as its class's `__getattr__` makes it up; nothing if it holds none.
pub(crate) fn own_attribute<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    // SAFETY: both are living objects of an attached interpreter; the function returns a new reference, or null with
    // an exception set.
    let found = unsafe {
        let found = pyo3::ffi::PyObject_GenericGetAttr(object.as_ptr(), name.as_ptr());
        Bound::from_owned_ptr_or_err(object.py(), found)
    };
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_instance_of::<PyAttributeError>(object.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether an object has an attribute. Unlike `hasattr` of pyo3 this makes no exception of a missing one, which costs
/// as much as reading fifty; what a property raises counts as missing.
pub(crate) fn has_attribute(object: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> bool {
    // SAFETY: both are living objects of an attached interpreter; the function has no other condition, and clears
    // whatever error it meets.
    unsafe { pyo3::ffi::PyObject_HasAttr(object.as_ptr(), name.as_ptr()) == 1 }
}

/// What a function returns for one argument. The stable ABI of CPython 3.11 has one way to call that makes no tuple of it.
pub(crate) fn call_with<'py>(
    function: &Bound<'py, PyAny>,
    argument: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let end: *mut pyo3::ffi::PyObject = std::ptr::null_mut();
    // SAFETY: the arguments are living objects of an attached interpreter, and a null pointer ends them; the function
    // returns a new reference, or null with an exception set.
    unsafe {
        let result = pyo3::ffi::PyObject_CallFunctionObjArgs(function.as_ptr(), argument.as_ptr(), end);
        Bound::from_owned_ptr_or_err(function.py(), result)
    }
}

/// Whether this thread is attached to Python's main interpreter, and to no sub-interpreter.
pub(crate) fn in_main_interpreter(_py: Python<'_>) -> bool {
    // SAFETY: both functions ask for nothing but an attached thread, which `_py` stands for. The main one has the id 0.
    unsafe { pyo3::ffi::PyInterpreterState_GetID(pyo3::ffi::PyInterpreterState_Get()) == 0 }
}

/// The batches behind a capsule of the Arrow C stream interface.
pub(crate) fn arrow_stream(
    capsule: &Bound<'_, PyCapsule>,
) -> PyResult<Result<ArrowArrayStreamReader, ArrowError>> {
    let stream = capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: a capsule of this name points to an `ArrowArrayStream` (Arrow PyCapsule interface), which the
    // capsule keeps alive during this call. `from_raw` moves the stream out and leaves a released one
    // behind, so it is freed once. A capsule that was used before holds a released one: an error.
    Ok(unsafe { ArrowArrayStreamReader::from_raw(stream.as_ptr()) })
}

/// The array behind a pair of capsules (schema, array) of the Arrow C data interface.
pub(crate) fn arrow_array(pair: &Bound<'_, PyTuple>) -> PyResult<Result<ArrayRef, ArrowError>> {
    let (schema, array) = pair.extract::<(Bound<'_, PyCapsule>, Bound<'_, PyCapsule>)>()?;
    let schema = schema.pointer_checked(Some(c"arrow_schema"))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(c"arrow_array"))?.cast::<FFI_ArrowArray>();
    // SAFETY: capsules of these names point to an `ArrowSchema` and an `ArrowArray` (Arrow PyCapsule
    // interface), which the capsules keep alive during this call. `from_raw` moves both out and leaves
    // released ones behind, so they are freed once.
    let (schema, array) =
        unsafe { (FFI_ArrowSchema::from_raw(schema.as_ptr()), FFI_ArrowArray::from_raw(array.as_ptr())) };
    if array.is_released() {
        return Ok(Err(ArrowError::CDataInterface("the array is already released".to_owned())));
    }
    // SAFETY: the array is not released, and its producer vouches that the schema describes its buffers
    // (the interface's contract; lengths and offsets are not checked by anybody else either).
    Ok(unsafe { from_ffi(array, &schema) }.map(make_array))
}
