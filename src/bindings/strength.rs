//! The function `calculate_strength` and the class `StrengthCache`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use numpy::IntoPyArray;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use super::column::{self, kind_of, refusal, shown};
use super::keys;
use super::whole::Whole;
use crate::ecs::ingest::Values;
use crate::error::{Error, Fault};
use crate::hotpaths::strength::{self, StrengthCache};

/// The strength of a base with modifiers, each a share (0.1: a tenth more): base * (1 + their sum).
///
/// base: a finite number. modifiers: an iterable of finite numbers, added up in order. Raises InputError.
///
/// >>> import multi_universe_core as muc
/// >>> muc.calculate_strength(100, [0.1, 0.2, 0.3])
/// 160.0
#[pyfunction]
pub(crate) fn calculate_strength(base: &Bound<'_, PyAny>, modifiers: &Bound<'_, PyAny>) -> PyResult<f64> {
    let base = number("base", None, base)?;
    Ok(strength::calculate(base, &numbers(modifiers)?)?)
}

/// The strengths of units by id, never stale: it holds what they are worked out from.
///
/// >>> import multi_universe_core as muc
/// >>> cache = muc.StrengthCache()
/// >>> cache.set(7, base=80, modifiers=[0.25])
/// 100.0
/// >>> cache.set(7, modifiers=[-0.5]), cache.get(7), cache.get(8)
/// (40.0, 40.0, None)
#[pyclass(name = "StrengthCache", module = "multi_universe_core", frozen)]
pub(crate) struct PyStrengthCache {
    // Nothing of Python's runs while this is held: numbers are read before.
    cache: Mutex<StrengthCache>,
}

#[pymethods]
impl PyStrengthCache {
    #[new]
    fn new() -> Self {
        Self { cache: Mutex::default() }
    }

    /// Set base and modifiers of a unit, and return its strength.
    ///
    /// unit: its id. base, modifiers: as for calculate_strength; what is not given stays as it was. A new unit needs a
    ///     base, and has no modifiers if none are given. Raises InputError, and changes nothing.
    #[pyo3(signature = (unit, base=None, modifiers=None))]
    fn set(
        &self,
        unit: Whole,
        base: Option<&Bound<'_, PyAny>>,
        modifiers: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<f64> {
        let expected = || format!("a whole number from {} to {}", i64::MIN, i64::MAX);
        let refused = || Error::Input(Fault::column("unit", "", &unit, expected()).into());
        let unit = unit.within(i64::MIN, i64::MAX).ok_or_else(refused)?;
        let base = base.map(|base| number("base", None, base)).transpose()?;
        let modifiers = modifiers.map(numbers).transpose()?;
        Ok(self.held().set(unit, base, modifiers.as_deref())?)
    }

    /// The same for many units at once: everything or, if anything is wrong, nothing.
    ///
    /// units: ids, shape (n,). base: numbers, shape (n,). modifiers: the sum of each unit's modifiers, shape (n,).
    #[pyo3(signature = (units, base=None, modifiers=None))]
    fn set_many(
        &self,
        units: &Bound<'_, PyAny>,
        base: Option<&Bound<'_, PyAny>>,
        modifiers: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let units = ids(units)?;
        let base = base.map(|base| numbers_of("base", base)).transpose()?;
        let modifiers = modifiers.map(|modifiers| numbers_of("modifiers", modifiers)).transpose()?;
        Ok(self.held().set_many(&units, base.as_deref(), modifiers.as_deref())?)
    }

    /// The strength of a unit, or None.
    fn get(&self, unit: Whole) -> Option<f64> {
        self.held().get(unit.within(i64::MIN, i64::MAX)?)
    }

    /// The strengths of many units, float64 of shape (n,). Raises UnknownKeyError, which names the first unknown one.
    fn get_many<'py>(&self, units: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let known = ids(units)?;
        let strengths = self.held().get_many(&known)?;
        Ok(strengths.into_pyarray(units.py()).into_any())
    }

    /// Forget a unit. Raises UnknownKeyError if it is not known.
    fn remove(&self, unit: Whole) -> PyResult<()> {
        Ok(self.held().remove(unit.id_of("unit")?)?)
    }

    /// Forget all units.
    fn clear(&self) {
        self.held().clear();
    }

    fn __len__(&self) -> usize {
        self.held().len()
    }

    fn __contains__(&self, unit: Whole) -> bool {
        self.get(unit).is_some()
    }

    fn __repr__(&self) -> String {
        format!("<StrengthCache of {} units>", self.held().len())
    }
}

impl PyStrengthCache {
    fn held(&self) -> MutexGuard<'_, StrengthCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ids(given: &Bound<'_, PyAny>) -> PyResult<Vec<i64>> {
    keys::ids("units", Some(given))?.map_err(|fault| Error::Input(fault.into()).into())
}

/// A number; whether it is finite is not looked at.
fn number(name: &'static str, row: Option<usize>, given: &Bound<'_, PyAny>) -> PyResult<f64> {
    given.extract().or_else(|error| {
        refusal(given.py(), error)?;
        let fault = Fault { row, ..Fault::column(name, "", shown(given), "a finite number") };
        Err(Error::Input(fault.into()).into())
    })
}

/// The modifiers of one unit.
fn numbers(given: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let read = |(row, item): (usize, Bound<'_, PyAny>)| number("modifiers", Some(row), &item);
    if let Ok(list) = given.cast_exact::<PyList>() {
        return list.iter().enumerate().map(read).collect();
    }
    let items = if given.is_instance_of::<PyString>() { None } else { given.try_iter().ok() };
    let Some(items) = items else {
        let fault = Fault::column("modifiers", "", kind_of(given), "an iterable of finite numbers");
        return Err(Error::Input(fault.into()).into());
    };
    items.enumerate().map(|(row, item)| read((row, item?))).collect()
}

/// A column of numbers.
fn numbers_of(name: &'static str, given: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let held = column::read(given)?;
    match held.values() {
        Values::F64(values) => Ok(values.into_owned()),
        Values::F32(values) => Ok(values.iter().copied().map(f64::from).collect()),
        Values::I64(values) => Ok(values.iter().map(|&value| value as f64).collect()),
        Values::I32(values) => Ok(values.iter().copied().map(f64::from).collect()),
        values => {
            let fault = Fault::column(name, "", values.describe(), "a column of numbers");
            Err(Error::Input(fault.into()).into())
        }
    }
}
