//! One column of an input table, as Python holds it: NumPy arrays, and what NumPy makes an array of.
//!
//! Reading has two steps. [`read`] runs Python code and keeps what it was given alive; [`Held::values`]
//! then borrows the memory for the gate, without running Python. What is no column is described in words:
//! the gate says where it stood and what was expected.

use std::borrow::Cow;
use std::mem::discriminant;

use arrow_array::ArrayRef;
use numpy::{Element, PyArray1, PyArrayMethods, PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::{PyException, PyMemoryError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyList, PyString, PyTuple};

use super::arrays::{self, Kind};
use super::{arrow_input, memory};
use crate::ecs::ingest::Values;

/// A column that is kept alive.
pub(crate) enum Held<'py> {
    F64(PyReadonlyArray1<'py, f64>),
    F32(PyReadonlyArray1<'py, f32>),
    I64(PyReadonlyArray1<'py, i64>),
    I32(PyReadonlyArray1<'py, i32>),
    U64(PyReadonlyArray1<'py, u64>),
    Flag(PyReadonlyArray1<'py, bool>),
    Text(Vec<Bound<'py, PyString>>),
    /// A column of an Arrow table, in chunks of one type.
    Arrow(arrow_schema::DataType, Vec<ArrayRef>),
    /// Something that is no column, in words.
    Refused(String),
}

/// Keeps the column `given` alive. Fails only if Python itself does (Ctrl-C, out of memory).
pub(crate) fn read<'py>(given: &Bound<'py, PyAny>) -> PyResult<Held<'py>> {
    if let Some(held) = as_it_is(given) {
        return Ok(held);
    }
    if let Some(items) = items_of_text(given)? {
        return text(items, "a list");
    }
    // `numpy.asarray` would silently drop the mask.
    if given.hasattr(intern!(given.py(), "mask"))? && given.hasattr(intern!(given.py(), "filled"))? {
        return Ok(Held::Refused("a masked array".to_owned()));
    }
    match as_array(given, None)? {
        Ok(array) => numpy_column(given, &array),
        Err(why) => Ok(Held::Refused(format!("{} that NumPy makes no column of ({why})", kind_of(given)))),
    }
}

/// The column, if it is an array that the gate reads as it is.
pub(crate) fn as_it_is<'py>(given: &Bound<'py, PyAny>) -> Option<Held<'py>> {
    Plain::of(given).and_then(|array| array.held())
}

/// An array that the gate reads as it is, contiguous and aligned: the usual case, and asking NumPy about it would cost
/// microseconds.
pub(crate) enum Plain<'py> {
    F64(Bound<'py, PyArray1<f64>>),
    F32(Bound<'py, PyArray1<f32>>),
    I64(Bound<'py, PyArray1<i64>>),
    I32(Bound<'py, PyArray1<i32>>),
    Flag(Bound<'py, PyArray1<bool>>),
}

impl<'py> Plain<'py> {
    /// The array, if it is one.
    pub(crate) fn of(given: &Bound<'py, PyAny>) -> Option<Self> {
        match arrays::kind(given)? {
            Kind::F64 => plain(given).map(Self::F64),
            Kind::I64 => plain(given).map(Self::I64),
            Kind::F32 => plain(given).map(Self::F32),
            Kind::I32 => plain(given).map(Self::I32),
            Kind::Flag => plain(given).map(Self::Flag),
        }
    }

    /// Whether it is still contiguous, aligned and of its type.
    pub(crate) fn is_as_it_was(&self) -> bool {
        let array = match self {
            Self::F64(array) => array.as_any(),
            Self::F32(array) => array.as_any(),
            Self::I64(array) => array.as_any(),
            Self::I32(array) => array.as_any(),
            Self::Flag(array) => array.as_any(),
        };
        Self::of(array).is_some_and(|now| discriminant(&now) == discriminant(self))
    }

    /// The same, marked as being read; nothing if it is being written to.
    pub(crate) fn held(&self) -> Option<Held<'py>> {
        match self {
            Self::F64(array) => array.try_readonly().ok().map(Held::F64),
            Self::F32(array) => array.try_readonly().ok().map(Held::F32),
            Self::I64(array) => array.try_readonly().ok().map(Held::I64),
            Self::I32(array) => array.try_readonly().ok().map(Held::I32),
            Self::Flag(array) => array.try_readonly().ok().map(Held::Flag),
        }
    }
}

/// The array, if it is contiguous, aligned and of this type.
fn plain<'py, T: Element>(given: &Bound<'py, PyAny>) -> Option<Bound<'py, PyArray1<T>>> {
    let array = given.cast::<PyArray1<T>>().ok()?;
    (array.is_c_contiguous() && array.data().is_aligned()).then(|| array.clone())
}

/// The items of a list or tuple that begins with a text: read as they are, NumPy would copy each.
fn items_of_text<'py>(given: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyList>>> {
    let items = match given.cast_exact::<PyList>() {
        Ok(list) => list.clone(),
        Err(_) => match given.cast_exact::<PyTuple>() {
            Ok(tuple) => tuple.to_list(),
            Err(_) => return Ok(None),
        },
    };
    let begins_with_text = !items.is_empty() && items.get_item(0)?.is_instance_of::<PyString>();
    Ok(begins_with_text.then_some(items))
}

/// `numpy.asarray(given, dtype)`; the inner error is NumPy's refusal in words.
fn as_array<'py>(
    given: &Bound<'py, PyAny>,
    dtype: Option<&str>,
) -> PyResult<std::result::Result<Bound<'py, PyAny>, String>> {
    let numpy = given.py().import(intern!(given.py(), "numpy"))?;
    match numpy.call_method1(intern!(given.py(), "asarray"), (given, dtype)) {
        Ok(array) => Ok(Ok(array)),
        Err(error) => refusal(given.py(), error).map(Err),
    }
}

/// What an ordinary exception says; Ctrl-C and the like, and lack of memory, stay exceptions.
pub(crate) fn refusal(py: Python<'_>, error: PyErr) -> PyResult<String> {
    if !error.is_instance_of::<PyException>(py) || error.is_instance_of::<PyMemoryError>(py) {
        return Err(error);
    }
    Ok(error.value(py).to_string())
}

/// A NumPy array as a column; `given` is what it was made of.
fn numpy_column<'py>(given: &Bound<'py, PyAny>, array: &Bound<'py, PyAny>) -> PyResult<Held<'py>> {
    let py = given.py();
    match array.getattr(intern!(py, "ndim"))?.extract::<usize>()? {
        0 => return Ok(Held::Refused(format!("a single value ({})", kind_of(given)))),
        1 => {}
        dimensions => return Ok(Held::Refused(format!("an array of {dimensions} dimensions"))),
    }
    let dtype = array.getattr(intern!(py, "dtype"))?;
    let kind: char = dtype.getattr(intern!(py, "kind"))?.extract()?;
    let width: usize = dtype.getattr(intern!(py, "itemsize"))?.extract()?;
    match (kind, width) {
        ('f', 8) => borrow(array, "f8", Held::F64),
        ('f', 4) => borrow(array, "f4", Held::F32),
        ('i', 8) | ('u', 4) => borrow(array, "i8", Held::I64),
        ('i', _) | ('u', 1 | 2) => borrow(array, "i4", Held::I32),
        ('u', 8) => borrow(array, "u8", Held::U64),
        ('b', _) => borrow(array, "?", Held::Flag),
        // NumPy makes texts of a list in which just one item is a text: look at the items themselves.
        ('U', _) if !given.is(array) => match as_array(given, Some("O"))? {
            Ok(array) => items(&array),
            Err(why) => Ok(Held::Refused(why)),
        },
        ('U' | 'T' | 'O', _) => items(array),
        _ => Ok(Held::Refused(dtype.to_string())),
    }
}

/// Keeps the array, or a contiguous, aligned copy of this type in the machine's byte order if it is none.
fn borrow<'py, T: Element>(
    array: &Bound<'py, PyAny>,
    dtype: &str,
    hold: fn(PyReadonlyArray1<'py, T>) -> Held<'py>,
) -> PyResult<Held<'py>> {
    let py = array.py();
    let numpy = py.import(intern!(py, "numpy"))?;
    let fit = numpy.call_method1(intern!(py, "require"), (array, dtype, ("C", "A")))?;
    match fit.cast::<PyArray1<T>>()?.try_readonly() {
        Ok(held) => Ok(hold(held)),
        Err(_) => Ok(Held::Refused("an array that is being written to".to_owned())),
    }
}

/// The texts of an array of texts or of objects.
fn items<'py>(array: &Bound<'py, PyAny>) -> PyResult<Held<'py>> {
    let items = array.call_method0(intern!(array.py(), "tolist"))?.cast_into::<PyList>()?;
    text(items, "objects")
}

/// Items that shall all be texts; `what` names their container.
fn text<'py>(items: Bound<'py, PyList>, what: &str) -> PyResult<Held<'py>> {
    let mut texts = Vec::with_capacity(items.len());
    for (row, item) in items.iter().enumerate() {
        match item.cast_into::<PyString>() {
            Ok(text) if text.to_str().is_ok() => texts.push(text),
            Ok(_) => return Ok(Held::Refused(format!("{what} with a text in row {row} that is no Unicode"))),
            Err(_) => {
                let (row, item) = odd_one_out(&items)?;
                return Ok(Held::Refused(format!("{what} with {} in row {row}", shown(&item))));
            }
        }
    }
    Ok(Held::Text(texts))
}

/// The item that explains best why this is no column: a None, the first that is unlike the first, or the first whole
/// number that has more than 64 bits.
fn odd_one_out<'py>(items: &Bound<'py, PyList>) -> PyResult<(usize, Bound<'py, PyAny>)> {
    let first = items.get_item(0)?;
    let none = || items.iter().position(|item| item.is_none());
    let unlike = || items.iter().position(|item| !item.get_type().is(first.get_type()));
    let is_beyond =
        |item: &Bound<'_, PyAny>| item.is_instance_of::<PyInt>() && item.extract::<i64>().is_err();
    let beyond = || items.iter().position(|item| is_beyond(&item));
    let row = none().or_else(unlike).or_else(beyond).unwrap_or(0);
    Ok((row, items.get_item(row)?))
}

/// A value and its type, for a message: `3 (int)`.
pub(crate) fn shown(value: &Bound<'_, PyAny>) -> String {
    let text = value.repr().map_or_else(|_| "a value".to_owned(), |text| text.to_string());
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    if value.is_none() { short } else { format!("{short} ({})", type_name(value)) }
}

/// What kind of thing a value is, with its article: "an int".
pub(crate) fn kind_of(value: &Bound<'_, PyAny>) -> String {
    let name = type_name(value);
    match name.chars().next() {
        _ if value.is_none() => "None".to_owned(),
        Some('a' | 'e' | 'i' | 'o' | 'A' | 'E' | 'I' | 'O') => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string())
}

impl Held<'_> {
    /// The values, borrowed where the memory is as the gate reads it.
    pub(crate) fn values(&self) -> Values<'_> {
        match self {
            Self::F64(array) => slice(array).map_or_else(scattered, Values::F64),
            Self::F32(array) => slice(array).map_or_else(scattered, Values::F32),
            Self::I64(array) => slice(array).map_or_else(scattered, Values::I64),
            Self::I32(array) => slice(array).map_or_else(scattered, Values::I32),
            Self::U64(array) => slice(array).map_or_else(scattered, |values| whole(values.iter().copied())),
            Self::Flag(array) => memory::flags(array).map_or_else(scattered, flags_or_not),
            Self::Text(texts) => Values::Text(texts.iter().map(borrowed_text).collect()),
            Self::Arrow(data_type, chunks) => arrow_input::values(data_type, chunks),
            Self::Refused(what) => Values::Refused(what.clone()),
        }
    }
}

fn slice<'a, T: Element + Clone>(array: &'a PyReadonlyArray1<'_, T>) -> Option<Cow<'a, [T]>> {
    array.as_slice().ok().map(Cow::Borrowed)
}

/// For arrays that are not contiguous: `borrow` lets none through.
fn scattered<'a>() -> Values<'a> {
    Values::Refused("an array that is not contiguous".to_owned())
}

/// Truth values, unless a byte of the array is none.
pub(crate) fn flags_or_not<'a>(read: std::result::Result<&'a [bool], memory::NoFlags>) -> Values<'a> {
    read.map_or_else(
        |_| Values::Refused("bool with bytes other than 0 and 1".to_owned()),
        |flags| Values::Flag(Cow::Borrowed(flags)),
    )
}

/// 64-bit numbers without a sign as numbers with one, if all of them fit.
pub(crate) fn whole<'a>(values: impl Iterator<Item = u64> + Clone) -> Values<'a> {
    match values.clone().map(i64::try_from).collect::<std::result::Result<Vec<_>, _>>() {
        Ok(values) => Values::I64(Cow::Owned(values)),
        Err(_) => {
            let (row, value) =
                values.enumerate().find(|&(_, value)| i64::try_from(value).is_err()).unwrap_or_default();
            Values::Refused(format!("uint64 with {value} in row {row}, over {}", i64::MAX))
        }
    }
}

/// `text` checked that the text is Unicode, so nothing is lost here.
fn borrowed_text<'a>(text: &'a Bound<'_, PyString>) -> Cow<'a, str> {
    text.to_str().map_or(Cow::Borrowed(""), Cow::Borrowed)
}
