//! The class `BattleFinalizer`: what a battle cost each faction.

use pyo3::exceptions::PyAttributeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping};

use super::column::{kind_of, refusal, shown};
use super::input;
use crate::error::{Error, Fault};
use crate::hotpaths::account::{A_COST, ARGUMENT, Account, Cost, Total, USUAL_COST};

const A_UNIT: &str = "an object with is_alive(), or a mapping with alive";

/// What a battle cost each faction: the cost of its units in all, of the lost, of those that remain.
///
/// >>> import multi_universe_core as muc
/// >>> units = [{"cost": 250, "alive": False}, {"alive": True}]
/// >>> muc.BattleFinalizer().finalize_battle({"Synod": units})
/// {'Synod': {'initial': 350, 'lost': 250, 'remaining': 100}}
#[pyclass(name = "BattleFinalizer", module = "multi_universe_core", frozen)]
pub(crate) struct PyBattleFinalizer;

#[pymethods]
impl PyBattleFinalizer {
    #[new]
    fn new() -> Self {
        Self
    }

    /// The account of each faction: {faction: {"initial", "lost", "remaining"}}, in the order of the factions.
    ///
    /// faction_units: a mapping from factions to their units, either an iterable of objects with `cost` (100 if absent)
    ///     and `is_alive()`, or of mappings with "cost" (100 if absent) and "alive"; or a table (a dict of columns, a
    ///     NumPy structured array, an Arrow table of any library) with the columns alive (bool) and cost (numbers; 100 if
    ///     absent), which is many times faster.
    ///
    /// Whole costs have whole sums. Raises InputError, which names faction and unit; what `is_alive` raises is let through.
    fn finalize_battle<'py>(&self, faction_units: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
        let py = faction_units.py();
        let Ok(factions) = faction_units.cast::<PyMapping>() else {
            let wanted = "a mapping from factions to their units";
            return Err(
                Error::Input(Fault::column(ARGUMENT, "", kind_of(faction_units), wanted).into()).into()
            );
        };
        let accounts = PyDict::new(py);
        for item in factions.items()?.iter() {
            let (faction, units) = item.extract::<(Bound<'py, PyAny>, Bound<'py, PyAny>)>()?;
            let account = account(&faction, &units)?;
            let entry = PyDict::new(py);
            entry.set_item(intern!(py, "initial"), total(py, account.initial)?)?;
            entry.set_item(intern!(py, "lost"), total(py, account.lost)?)?;
            entry.set_item(intern!(py, "remaining"), total(py, account.remaining)?)?;
            accounts.set_item(faction, entry)?;
        }
        Ok(accounts)
    }

    fn __repr__(&self) -> &'static str {
        "<BattleFinalizer>"
    }
}

fn total(py: Python<'_>, total: Total) -> PyResult<Bound<'_, PyAny>> {
    Ok(match total {
        Total::Whole(sum) => sum.into_pyobject(py)?.into_any(),
        Total::Real(sum) => sum.into_pyobject(py)?.into_any(),
    })
}

fn account(faction: &Bound<'_, PyAny>, units: &Bound<'_, PyAny>) -> PyResult<Account> {
    if is_table(units)? {
        let table = input::read(units)?.map_err(|(value, wanted)| {
            PyErr::from(Error::Input(Fault::column(ARGUMENT, &faction.to_string(), value, wanted).into()))
        })?;
        return Ok(Account::of_columns(&faction.to_string(), &input::input(&table))?);
    }
    let mut account = Account::default();
    let mut count = |row: usize, unit: Bound<'_, PyAny>| -> PyResult<()> {
        let (cost, alive) = look(faction, row, &unit)?;
        account.count(cost, alive);
        Ok(())
    };
    if let Ok(list) = units.cast_exact::<PyList>() {
        list.iter().enumerate().try_for_each(|(row, unit)| count(row, unit))?;
    } else {
        let Ok(items) = units.try_iter() else {
            let fault = Fault::column(ARGUMENT, &faction.to_string(), kind_of(units), "units");
            return Err(Error::Input(fault.into()).into());
        };
        for (row, unit) in items.enumerate() {
            count(row, unit?)?;
        }
    }
    Ok(account)
}

/// Whether units come as a table: a mapping of columns, a structured array, or anything of Arrow's.
fn is_table(units: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = units.py();
    if units.is_exact_instance_of::<PyList>() {
        return Ok(false);
    }
    let structured = |dtype: Bound<'_, PyAny>| {
        Ok::<_, PyErr>(!dtype.getattr_opt(intern!(py, "names"))?.is_none_or(|names| names.is_none()))
    };
    Ok(units.cast::<PyMapping>().is_ok()
        || units.hasattr(intern!(py, "__arrow_c_stream__"))?
        || units.hasattr(intern!(py, "__arrow_c_array__"))?
        || units.getattr_opt(intern!(py, "dtype"))?.map_or(Ok(false), structured)?)
}

/// A unit's cost, and whether it is alive.
fn look(faction: &Bound<'_, PyAny>, row: usize, unit: &Bound<'_, PyAny>) -> PyResult<(Cost, bool)> {
    let py = unit.py();
    let refused = |value: String, wanted: &str| {
        Err(Error::Input(Fault::value(ARGUMENT, &faction.to_string(), row, value, wanted).into()).into())
    };
    let (cost, alive) = if let Ok(unit) = unit.cast_exact::<PyDict>() {
        (unit.get_item(intern!(py, "cost"))?, unit.get_item(intern!(py, "alive"))?)
    } else {
        match unit.call_method0(intern!(py, "is_alive")) {
            Ok(alive) => (unit.getattr_opt(intern!(py, "cost"))?, Some(alive)),
            Err(error) if !error.is_instance_of::<PyAttributeError>(py) => return Err(error),
            Err(error) if unit.hasattr(intern!(py, "is_alive"))? => return Err(error),
            Err(_) => match unit.cast::<PyMapping>() {
                Ok(unit) => (entry(unit, "cost")?, entry(unit, "alive")?),
                Err(_) => return refused(kind_of(unit), A_UNIT),
            },
        }
    };
    let Some(alive) = alive else { return refused(format!("{} without alive", kind_of(unit)), A_UNIT) };
    let cost = match cost {
        None => Cost::Whole(USUAL_COST),
        Some(given) => match number(&given)? {
            Some(cost) if cost.is_legal() => cost,
            _ => return refused(shown(&given), A_COST),
        },
    };
    Ok((cost, alive.is_truthy()?))
}

fn entry<'py>(unit: &Bound<'py, PyMapping>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    if unit.contains(name)? { unit.get_item(name).map(Some) } else { Ok(None) }
}

/// A cost as Python has it; nothing if it is no number.
fn number(given: &Bound<'_, PyAny>) -> PyResult<Option<Cost>> {
    if given.is_exact_instance_of::<PyInt>() || given.is_instance_of::<PyBool>() {
        if let Ok(whole) = given.extract() {
            return Ok(Some(Cost::Whole(whole)));
        }
    } else if !given.is_instance_of::<PyFloat>()
        && let Ok(whole) = given.extract()
    {
        return Ok(Some(Cost::Whole(whole)));
    }
    match given.extract() {
        Ok(real) => Ok(Some(Cost::Real(real))),
        Err(error) => refusal(given.py(), error).map(|_| None),
    }
}
