//! The class `BattleFinalizer`: what a battle cost each faction.
#![expect(unsafe_code, reason = "units are read where a list has them")]

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::Borrowed;
use pyo3::exceptions::PyAttributeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyTuple};

use super::alive::{Classes, Units};
use super::arrays::{Names, with_columns};
use super::column::{kind_of, refusal, shown};
use super::cpython::form::{Form, revalued};
use super::cpython::values::entries;
use super::input;
use crate::ecs::ingest::Slice;
use crate::ecs::simd::{self, Level};
use crate::error::{Error, Fault};
use crate::hotpaths::account::{A_COST, ARGUMENT, Account, Cost, Total, USUAL_COST};

/// A faction and its units.
type Faction<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

const A_UNIT: &str = "an object with is_alive(), or a mapping with alive";

/// What a battle cost each faction: the cost of its units in all, of the lost, of those that remain.
///
/// >>> import multi_universe_core as muc
/// >>> units = [{"cost": 250, "alive": False}, {"alive": True}]
/// >>> muc.BattleFinalizer().finalize_battle({"Synod": units})
/// {'Synod': {'initial': 350, 'lost': 250, 'remaining': 100}}
#[pyclass(name = "BattleFinalizer", module = "multi_universe_core", frozen)]
pub(crate) struct PyBattleFinalizer {
    // Taken out while it is in use, so that nobody waits for himself.
    classes: Mutex<Classes>,
}

#[pymethods]
impl PyBattleFinalizer {
    #[new]
    fn new() -> Self {
        Self { classes: Mutex::default() }
    }

    /// The account of each faction: {faction: {"initial", "lost", "remaining"}}, in the order of the factions.
    ///
    /// faction_units: a mapping from factions to their units, either an iterable of objects with `cost` (100 if absent)
    ///     and `is_alive()`, or of mappings with "cost" (100 if absent) and "alive"; or a table (a dict of columns, a
    ///     NumPy structured array, an Arrow table of any library) with the columns alive (bool) and cost (numbers; 100 if
    ///     absent), which is many times faster.
    ///
    /// Whole costs have whole sums. An `is_alive` that is one look at one attribute, such as `return self.health > 0`, is not
    /// called where the attribute is a plain value, unless somebody watches calls: the result is the same. Raises
    /// InputError, which names faction and unit; what `is_alive` raises is let through.
    fn finalize_battle<'py>(&self, faction_units: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
        let py = faction_units.py();
        let Ok(given) = faction_units.cast_exact::<PyDict>() else {
            let Ok(factions) = faction_units.cast::<PyMapping>() else {
                let wanted = "a mapping from factions to their units";
                let fault = Fault::column(ARGUMENT, "", kind_of(faction_units), wanted);
                return Err(Error::Input(fault.into()).into());
            };
            let factions: Vec<Faction<'py>> = factions.items()?.extract()?;
            let mut counted = Vec::with_capacity(factions.len());
            self.count(&factions, &mut counted)?;
            let accounts = PyDict::new(py);
            for ((faction, _), account) in factions.into_iter().zip(&counted) {
                accounts.set_item(faction, entry(py, account)?)?;
            }
            return Ok(accounts);
        };
        // The factions as they are now: who is called may change the dict.
        let factions = given.copy()?;
        let mut counted = Vec::with_capacity(factions.len());
        count_tables(&factions, &mut counted)?;
        if counted.len() < factions.len() {
            self.count(&factions.iter().collect::<Vec<_>>(), &mut counted)?;
        }
        let mut entries = Vec::with_capacity(counted.len());
        for account in &counted {
            entries.push(entry(py, account)?.into_any());
        }
        revalued(factions, entries)
    }

    fn __repr__(&self) -> &'static str {
        "<BattleFinalizer>"
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // Who holds them now is at work on them, and they are no garbage.
        self.classes.try_lock().map_or(Ok(()), |classes| classes.traverse(&visit))
    }

    fn __clear__(&self) {
        let before = std::mem::take(&mut *self.classes());
        drop(before);
    }
}

impl PyBattleFinalizer {
    /// Adds the accounts of the factions that have none yet.
    fn count<'py>(&self, factions: &[Faction<'py>], counted: &mut Vec<Account>) -> PyResult<()> {
        let are_objects = |units: &Bound<'_, PyAny>| {
            units.is_exact_instance_of::<PyList>() || units.is_exact_instance_of::<PyTuple>()
        };
        let factions = &factions[counted.len()..];
        let mut known = match factions.iter().find(|(_, units)| are_objects(units)) {
            Some((_, units)) => Units::of(units.py(), std::mem::take(&mut *self.classes()))?,
            None => None,
        };
        let count = |(faction, units): &Faction<'py>| {
            counted.push(Account::default());
            counted.last_mut().map_or(Ok(()), |account| count(faction, units, &mut known, account))
        };
        let done = factions.iter().try_for_each(count);
        let before = known.map(|known| std::mem::replace(&mut *self.classes(), known.into_classes()));
        drop(before);
        done
    }

    fn classes(&self) -> MutexGuard<'_, Classes> {
        self.classes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds the accounts of factions that come as tables of the usual kind, up to the first that does not.
fn count_tables(factions: &Bound<'_, PyDict>, counted: &mut Vec<Account>) -> PyResult<()> {
    let (names, level) = (names(factions.py()), simd::level()?);
    // SAFETY: reading arrays where they lie runs no code of Python's.
    let Some(factions) = (unsafe { entries(factions) }) else { return Ok(()) };
    let exactly = |(_, units): &(_, Borrowed<'_, '_, PyAny>)| units.is_exact_instance_of::<PyDict>();
    for (_, units) in factions.take_while(exactly) {
        let mut account = Account::default();
        if !units.cast::<PyDict>().is_ok_and(|table| count_columns(&table, names, level, &mut account)) {
            break;
        }
        counted.push(account);
    }
    Ok(())
}

/// An account as Python has it.
fn entry<'py>(py: Python<'py>, account: &Account) -> PyResult<Bound<'py, PyDict>> {
    static FORM: PyOnceLock<Form<3>> = PyOnceLock::new();
    let form = FORM.get_or_try_init(py, || Form::of(py, ["initial", "lost", "remaining"]))?;
    let Account { initial, lost, remaining } = account;
    form.fill(py, [total(py, initial)?, total(py, lost)?, total(py, remaining)?])
}

fn total<'py>(py: Python<'py>, total: &Total) -> PyResult<Bound<'py, PyAny>> {
    Ok(match *total {
        Total::Whole(sum) => match i64::try_from(sum) {
            Ok(sum) => sum.into_pyobject(py)?.into_any(),
            Err(_) => sum.into_pyobject(py)?.into_any(),
        },
        Total::Real(sum) => sum.into_pyobject(py)?.into_any(),
    })
}

/// Adds a faction's units to its account, which is empty.
fn count<'py>(
    faction: &Bound<'py, PyAny>,
    units: &Bound<'py, PyAny>,
    known: &mut Option<Units<'py>>,
    account: &mut Account,
) -> PyResult<()> {
    if let Ok(list) = units.cast_exact::<PyList>() {
        return count_list(faction, list, known, account);
    }
    known.iter_mut().for_each(Units::has_run);
    if let Ok(tuple) = units.cast_exact::<PyTuple>() {
        return count_list(faction, &tuple.to_list(), known, account);
    }
    if let Ok(table) = units.cast_exact::<PyDict>()
        && count_columns(table, names(table.py()), simd::level()?, account)
    {
        return Ok(());
    }
    if is_table(units)? {
        let table = input::read(units)?.map_err(|(value, wanted)| {
            PyErr::from(Error::Input(Fault::column(ARGUMENT, &faction.to_string(), value, wanted).into()))
        })?;
        *account = Account::of_table(faction, &input::input(&table))?;
        return Ok(());
    }
    let Ok(items) = units.try_iter() else {
        let fault = Fault::column(ARGUMENT, &faction.to_string(), kind_of(units), "units");
        return Err(Error::Input(fault.into()).into());
    };
    for (row, unit) in items.enumerate() {
        let (cost, alive) = look(faction, row, &unit?)?;
        account.count(cost, alive);
    }
    Ok(())
}

/// Adds units that are read where they are as long as that tells all, and asked where it does not. What is asked may change
/// the list.
fn count_list<'py>(
    faction: &Bound<'py, PyAny>,
    units: &Bound<'py, PyList>,
    known: &mut Option<Units<'py>>,
    account: &mut Account,
) -> PyResult<()> {
    let mut row = 0;
    loop {
        if let Some(known) = known
            && known.are_known()?
        {
            // SAFETY: counting them runs no code of Python's.
            let counted = known.count(unsafe { known.cpython().items(units.as_borrowed(), row) }, account);
            row += counted;
            known.were_read(counted);
        }
        if row >= units.len() {
            return Ok(());
        }
        let unit = units.get_item(row)?;
        if let Some(known) = known
            && known.learn(&unit)?
        {
            continue;
        }
        let (cost, alive) = look(faction, row, &unit)?;
        account.count(cost, alive);
        row += 1;
        known.iter_mut().for_each(Units::has_run);
    }
}

/// The names of a unit's columns.
fn names(py: Python<'_>) -> &'static Names<2> {
    static NAMES: PyOnceLock<Names<2>> = PyOnceLock::new();
    NAMES.get_or_init(py, || Names::new(py, ["alive", "cost"]))
}

/// Adds the units of a table that is alive, and cost if anything, in arrays that are read as they are, with nothing wrong: the
/// usual case. Adds none if it is another.
fn count_columns(table: &Bound<'_, PyDict>, names: &Names<2>, level: Level, account: &mut Account) -> bool {
    let is_counted = with_columns(table, names, |&[alive, cost]| match alive {
        Some(Slice::Flags(alive)) => account.count_slices(level, alive, cost),
        _ => false,
    });
    is_counted == Some(true)
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
                Ok(unit) => (item(unit, "cost")?, item(unit, "alive")?),
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

fn item<'py>(unit: &Bound<'py, PyMapping>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
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
