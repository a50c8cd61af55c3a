//! Values of objects as values of columns.

use pyo3::Borrowed;
use pyo3::exceptions::{PyException, PyMemoryError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString};

use crate::bindings::column::shown;
use crate::bindings::cpython::CPython;
use crate::ecs::columns::{Kind, choice};

/// A value that is of the wrong kind: what it is, and what was expected.
pub(super) type Wrong = (String, String);

/// A value or what is wrong with it; the outer error is for what nobody may swallow (Ctrl-C, out of memory).
pub(super) type Read<T> = PyResult<Result<T, Wrong>>;

/// A number: whatever `float()` takes but texts; with `texts`, also what a text begins with, or the mean of its dice.
#[inline]
pub(super) fn number(value: &Bound<'_, PyAny>, texts: bool) -> Read<f64> {
    if let Ok(text) = value.cast::<PyString>() {
        let number = if texts { spoken(text.to_str()?) } else { None };
        let wanted = if texts { "a number, or a text that begins with one" } else { "a number" };
        return Ok(number.ok_or_else(|| (shown(value), wanted.to_owned())));
    }
    wrong_if_refused(value, value.extract::<f64>(), "a number")
}

/// A value that needs no conversion, and whose reading runs no code of Python's.
#[derive(Clone, Copy, Debug)]
pub(in crate::bindings) enum Plain {
    /// A `float`.
    Real(f64),
    /// An `int` that a float holds exactly.
    Whole(i64),
    /// A `bool`.
    Flag(bool),
}

impl Plain {
    /// The number that it is for a column of numbers.
    #[inline]
    pub(in crate::bindings) fn number(self) -> f64 {
        match self {
            Self::Real(number) => number,
            Self::Whole(number) => number as f64,
            Self::Flag(flag) => f64::from(u8::from(flag)),
        }
    }
}

/// The plain value that this is, if it is one. `cpython`: the interpreter, if it is known.
#[inline(always)]
pub(in crate::bindings) fn plain(value: Borrowed<'_, '_, PyAny>, cpython: Option<CPython>) -> Option<Plain> {
    // A cast that fails would count a reference more to the class, and one less.
    if value.is_exact_instance_of::<PyFloat>() {
        let real = cpython.and_then(|cpython| cpython.real(value));
        return real.or_else(|| value.extract().ok()).map(Plain::Real);
    }
    if value.is_exact_instance_of::<PyBool>() {
        return value.cast_exact::<PyBool>().ok().map(|flag| Plain::Flag(flag.is_true()));
    }
    let whole: i64 = match cpython {
        Some(cpython) => cpython.whole(value)?,
        None => value.cast_exact::<PyInt>().ok()?.extract().ok()?,
    };
    (whole.unsigned_abs() < 1 << 53).then_some(Plain::Whole(whole))
}

/// The number that a plain value is for a column of numbers. `cpython`: the interpreter, if it is known.
#[inline(always)]
pub(in crate::bindings) fn plain_number(
    value: Borrowed<'_, '_, PyAny>,
    cpython: Option<CPython>,
) -> Option<f64> {
    // Asked first, so that the usual value is not built in memory by its kind and its bytes.
    match cpython.and_then(|cpython| cpython.real(value)) {
        Some(real) => Some(real),
        None => plain(value, cpython).map(Plain::number),
    }
}

/// Whether a value is a number, a text or None, and so no unit.
pub(super) fn is_plain(unit: &Bound<'_, PyAny>) -> bool {
    unit.is_none()
        || unit.is_instance_of::<PyInt>()
        || unit.is_instance_of::<PyFloat>()
        || unit.is_instance_of::<PyString>()
}

/// A whole number.
pub(super) fn whole(value: &Bound<'_, PyAny>, texts: bool) -> Read<i64> {
    // A float holds every whole number that a column takes.
    Ok(number(value, texts)?.and_then(|number| {
        let whole = number as i64;
        if whole as f64 == number { Ok(whole) } else { Err((shown(value), "a whole number".to_owned())) }
    }))
}

/// A truth value: whatever `bool()` takes but texts, since "no" would be true.
pub(super) fn flag(value: &Bound<'_, PyAny>) -> Read<bool> {
    if value.is_instance_of::<PyString>() {
        return Ok(Err((shown(value), "true or false".to_owned())));
    }
    wrong_if_refused(value, value.is_truthy(), "true or false")
}

/// A text.
pub(super) fn text(value: &Bound<'_, PyAny>) -> Read<String> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(Ok(text.to_str()?.to_owned())),
        Err(_) => Ok(Err((shown(value), "a text".to_owned()))),
    }
}

/// A word of a column that takes some only. `words` says what the object's own values mean; one that it does not have
/// means nothing.
pub(super) fn word(
    value: &Bound<'_, PyAny>,
    kind: Kind,
    words: Option<&Bound<'_, PyDict>>,
) -> Read<Option<&'static str>> {
    let Kind::Choice(legal) = kind else { return Ok(Ok(None)) };
    if let Some(words) = words {
        return match words.get_item(value) {
            Ok(Some(index)) => Ok(Ok(Some(legal[index.extract::<usize>()?]))),
            Ok(None) => Ok(Ok(None)),
            Err(error) => wrong_if_refused(value, Err(error), "a text"),
        };
    }
    let known = value.cast::<PyString>().ok().and_then(|text| choice(text.to_str().ok()?, legal));
    Ok(match known {
        Some(index) => Ok(Some(legal[usize::from(index)])),
        None => Err((shown(value), format!("one of '{}'", legal.join("', '")))),
    })
}

/// An exception of the value's own is what is wrong with it.
fn wrong_if_refused<T>(value: &Bound<'_, PyAny>, read: PyResult<T>, wanted: &str) -> Read<T> {
    match read {
        Ok(read) => Ok(Ok(read)),
        Err(error) if is_ordinary(value.py(), &error) => Ok(Err((shown(value), wanted.to_owned()))),
        Err(error) => Err(error),
    }
}

/// Whether an exception says something about an object, and nothing about the process.
pub(super) fn is_ordinary(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyException>(py) && !error.is_instance_of::<PyMemoryError>(py)
}

/// The number that a text begins with (`24"` is 24), or the mean of its dice (`2D6+1` is 8).
fn spoken(text: &str) -> Option<f64> {
    let (count, rest) = leading(text.trim());
    let Some(faces) = rest.strip_prefix(['d', 'D']) else { return count };
    let (faces, rest) = leading(faces);
    let mean = count.unwrap_or(1.0) * (faces.filter(|&faces| faces >= 1.0)? + 1.0) / 2.0;
    let rest = rest.trim_start();
    let more = match rest.strip_prefix('+') {
        Some(more) => leading(more.trim_start()).0?,
        None if rest.starts_with('-') => leading(rest).0?,
        None => 0.0,
    };
    Some(mean + more)
}

/// The number that a text begins with, and what follows it.
fn leading(text: &str) -> (Option<f64>, &str) {
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    let start = usize::from(text.starts_with(['-', '+']));
    let end = text[start..].find(|c| !digits(c)).map_or(text.len(), |end| start + end);
    (text[..end].parse().ok(), &text[end..])
}
