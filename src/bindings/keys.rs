//! Keys that Python hands over outside of tables: ids, names, pairs of ids.
//!
//! Any iterable will do, arrays and series included; the values are read as columns are.

use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};

use super::column::{self, Held, kind_of, shown};
use crate::ecs::ingest::Values;
use crate::error::{Fault, Faults};

/// A seed. Python's numbers have no end and a sign, so what does not fit is a ValueError that says so.
pub(crate) struct Seed(pub(crate) u64);

impl<'py> FromPyObject<'_, 'py> for Seed {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        given.extract::<u64>().map(Self).map_err(|error| {
            if !error.is_instance_of::<PyOverflowError>(given.py()) {
                return error;
            }
            PyValueError::new_err(format!("seed: got {}, expected a whole number from 0 to 2**64-1", &*given))
        })
    }
}

type Keys<T> = PyResult<Result<Vec<T>, Fault>>;

/// The keys, or none and their fault in the list.
pub(crate) fn keys_or_fault<T>(keys: std::result::Result<Vec<T>, Fault>, faults: &mut Faults) -> Vec<T> {
    keys.unwrap_or_else(|fault| {
        faults.add(|| fault);
        Vec::new()
    })
}

/// Whole numbers; none if nothing is given.
pub(crate) fn ids(argument: &'static str, given: Option<&Bound<'_, PyAny>>) -> Keys<i64> {
    let Some(given) = given else { return Ok(Ok(Vec::new())) };
    let held = column::read(&items(given)?)?;
    Ok(whole_numbers(argument, held.values()))
}

/// Texts; none if nothing is given.
pub(crate) fn names(argument: &'static str, given: Option<&Bound<'_, PyAny>>) -> Keys<String> {
    let Some(given) = given else { return Ok(Ok(Vec::new())) };
    // A text is an iterable of texts: "Synod" would become five names.
    if given.is_instance_of::<PyString>() {
        return Ok(Err(Fault::column(
            argument,
            "",
            format!("one name, {}", shown(given)),
            "a list of names",
        )));
    }
    // What most calls say, and not worth an array.
    if given.cast_exact::<PyTuple>().is_ok_and(|given| given.is_empty()) {
        return Ok(Ok(Vec::new()));
    }
    let held = column::read(&items(given)?)?;
    Ok(match held.values() {
        Values::Text(texts) => Ok(texts.into_iter().map(String::from).collect()),
        values if values.rows() == Some(0) => Ok(Vec::new()),
        values => Err(Fault::column(argument, "", values.describe(), "a list of names")),
    })
}

/// Pairs of whole numbers: a list of tuples, or an array of two columns.
pub(crate) fn pairs(argument: &'static str, given: Option<&Bound<'_, PyAny>>) -> Keys<(i64, i64)> {
    let Some(given) = given else { return Ok(Ok(Vec::new())) };
    let py = given.py();
    let wanted = "pairs of whole numbers, (unit, slot)";
    let refused = |value: String| Ok(Err(Fault::column(argument, "", value, wanted)));
    let numpy = py.import(intern!(py, "numpy"))?;
    let array = match numpy.call_method1(intern!(py, "asarray"), (items(given)?,)) {
        Ok(array) => array,
        Err(error) => return refused(column::refusal(py, error)?),
    };
    let shape: Vec<usize> = array.getattr(intern!(py, "shape"))?.extract()?;
    match shape.as_slice() {
        [0, ..] => return Ok(Ok(Vec::new())),
        [_, 2] => {}
        _ => return refused(format!("{} of shape {shape:?}", kind_of(given))),
    }
    let sides = array.getattr(intern!(py, "T"))?;
    let [left, right] = [0, 1].map(|side| sides.get_item(side).and_then(|side| column::read(&side)));
    let (left, right): (Held<'_>, Held<'_>) = (left?, right?);
    Ok(whole_numbers(argument, left.values())
        .and_then(|left| Ok(left.into_iter().zip(whole_numbers(argument, right.values())?).collect()))
        .map_err(|fault| Fault { wanted: wanted.to_owned(), ..fault }))
}

fn whole_numbers(argument: &'static str, values: Values<'_>) -> Result<Vec<i64>, Fault> {
    match values {
        Values::I64(ids) => Ok(ids.into_owned()),
        Values::I32(ids) => Ok(ids.iter().copied().map(i64::from).collect()),
        values if values.rows() == Some(0) => Ok(Vec::new()),
        values => Err(Fault::column(argument, "", values.describe(), "a list of whole numbers")),
    }
}

/// Sets, ranges, generators and views as lists; arrays, series and what cannot be iterated over as they are.
fn items<'py>(given: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if given.hasattr(intern!(given.py(), "__array__"))? {
        return Ok(given.clone());
    }
    match given.try_iter() {
        Ok(items) => Ok(PyList::new(given.py(), items.collect::<PyResult<Vec<_>>>()?)?.into_any()),
        Err(_) => Ok(given.clone()),
    }
}
