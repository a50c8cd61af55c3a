//! The function `resolve_shooting_batch`: columns of shots in, columns of what came of them out.

use std::borrow::Cow;
use std::sync::LazyLock;

use numpy::{Element, PyArray1, PyArrayMethods, PyReadwriteArray1, PyUntypedArrayMethods};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyMapping, PyString};

use super::arrays::{self, Names};
use super::column::{self, Held, Plain, kind_of, shown};
use super::input::{self, Name};
use super::keys::Seed;
use super::memory;
use super::rules::PyRules;
use super::table::PyTable;
use super::whole::Whole;
use crate::ecs::columns::SHOTS;
use crate::ecs::gate::{self, ShotInput, Shots};
use crate::ecs::ingest::{TableInput, Values};
use crate::ecs::tables::{Column, Table};
use crate::ecs::workers::Workers;
use crate::error::{Error, Fault, Faults};
use crate::hotpaths::shooting;
use crate::rules::Rules;

/// Fire a batch of shots, by the rules of a battle's volley: a row is a weapon that fires at a target.
///
/// columns: a table (a dict of columns, a NumPy structured array, an Arrow table of any library). In a dict a
///     single number or truth value holds for all rows. Columns (default):
///     bs (50), md (50), distance (0), attacks (1), strength (4), ap (0), damage_dice (1), armor (0),
///     invuln (7: none), cover (False), fortress (False), ground (False), suppressed (False),
///     accuracy_mult (1), damage_mult (1), ap_bonus (0).
///     md, armor, invuln, cover and fortress are the target's, all others the shooter's. Skills are in
///     percent, distances in tiles.
/// seed: 0 ... 2**64-1. Row i's rolls depend on (seed, i) alone.
/// rules: the rules in force; None: the rule book as it stands.
/// volley_size: weapons that fire in this volley (R-SHOOT-2's n); None: the number of rows.
/// out: a dict of arrays that the results are written to as well: any of hits and crits (int64), damage and
///     p_hit (float64), each of shape (rows,). On an error they are as they were.
///
/// Returns a table with a row per shot: hits, crits, damage (points, before shield and hull), p_hit (chance of
/// each attack). Large batches use all processors; no result depends on their number. The memory of the last two results,
/// of at most 32 MiB each, stays with the process for the next ones, once nobody holds a table or array of theirs.
///
/// Raises InputError, which names column, row, value and what was expected.
///
/// >>> import multi_universe_core as muc
/// >>> shots = muc.resolve_shooting_batch({"bs": [50, 70], "attacks": 2, "armor": 20}, seed=1)
/// >>> shots.columns, len(shots)
/// (['hits', 'crits', 'damage', 'p_hit'], 2)
#[pyfunction]
#[pyo3(signature = (columns, *, seed, rules=None, volley_size=None, out=None))]
pub(crate) fn resolve_shooting_batch(
    columns: &Bound<'_, PyAny>,
    seed: Seed,
    rules: Option<&Bound<'_, PyRules>>,
    volley_size: Option<Whole>,
    out: Option<&Bound<'_, PyAny>>,
) -> PyResult<PyTable> {
    let volley = volley_size.map(|given| {
        let wanted = "a whole number, at least 0";
        given.within(0, usize::MAX).ok_or_else(|| Fault::column("volley_size", "", given, wanted))
    });
    let volley = volley.transpose().map_err(|fault| Error::Input(fault.into()))?;
    static BOOK: LazyLock<Rules> = LazyLock::new(Rules::default);
    let rules = rules.map_or(&*BOOK, |rules| &rules.get().0);
    let fire = |shots: &Shots<'_>| {
        let is_large = shooting::is_large(shots.rows());
        let workers = if is_large { Workers::shared() } else { Workers::default() };
        shooting::fire(shots, seed.0, volley, rules, &workers)
    };
    let table = match where_it_lies(columns, fire) {
        Some(table) => table?,
        None => HeldShots::read(columns)?.with(|input| fire(&gate::shots(&input)?))?,
    };
    if let Some(out) = out {
        write(&table, out)?;
    }
    Ok(table.into())
}

/// What `fire` makes of a batch that is a dict of columns, each of which is an array that can be read where it lies: the usual
/// case, which takes a third of the time. Nothing if it is another, or not as it should be.
fn where_it_lies<R>(given: &Bound<'_, PyAny>, fire: impl FnOnce(&Shots<'_>) -> R + Send) -> Option<R> {
    static NAMES: PyOnceLock<Names<{ SHOTS.len() }>> = PyOnceLock::new();
    let names =
        NAMES.get_or_init(given.py(), || Names::new(given.py(), SHOTS.each_ref().map(|column| column.name)));
    let columns = given.cast_exact::<PyDict>().ok()?;
    arrays::with_columns(columns, names, |columns| Some(fire(&Shots::known(columns)?)))?
}

/// The columns and single values of a batch, kept alive.
#[derive(Default)]
struct HeldShots<'py> {
    /// The columns in order; nothing in the place of the next of `plain`.
    columns: Vec<(Name<'py>, Option<Held<'py>>)>,
    plain: Vec<Plain<'py>>,
    /// Whether there are other values, whose code may have changed arrays while they were read.
    has_others: bool,
    scalars: Vec<(Name<'py>, Values<'static>)>,
}

impl<'py> HeldShots<'py> {
    fn read(given: &Bound<'py, PyAny>) -> PyResult<Self> {
        let mut held = Self::default();
        let Ok(mapping) = given.cast::<PyMapping>() else {
            let columns =
                input::read(given)?.map_err(|(value, wanted)| refused("shots", "", value, wanted))?;
            held.columns = columns.into_iter().map(|(name, column)| (name, Some(column))).collect();
            return Ok(held);
        };
        for (key, value) in input::entries(mapping)? {
            let Some(name) = Name::of(&key) else {
                let value = format!("a column named {}", shown(&key));
                return Err(refused("shots", "", value, "names that are texts"));
            };
            if let Some(array) = Plain::of(&value) {
                held.columns.push((name, None));
                held.plain.push(array);
                continue;
            }
            held.has_others = true;
            match single(&value)? {
                Some(value) => held.scalars.push((name, value)),
                None => held.columns.push((name, Some(column::read(&value)?))),
            }
        }
        Ok(held)
    }

    /// What `work` makes of the batch.
    fn with<R>(&self, work: impl FnOnce(ShotInput<'_>) -> R + Send) -> R {
        let named = self.columns.iter().map(|(name, column)| {
            let name: Cow<'_, str> = name.as_str().into();
            (name, column.as_ref().map(Held::values))
        });
        let columns: Vec<_> = named.collect();
        let scalars = self.scalars.iter().map(|(name, value)| (name.as_str().into(), value.clone()));
        let scalars = TableInput { columns: scalars.collect() };
        memory::with_values(&self.plain, self.has_others, move |plain| {
            let mut plain = plain.into_iter();
            let columns = columns
                .into_iter()
                .filter_map(|(name, values)| Some((name, values.or_else(|| plain.next())?)));
            work(ShotInput { columns: TableInput { columns: columns.collect() }, scalars })
        })
    }
}

/// A value that holds for all rows: a number, a truth value, an array without dimensions. Nothing if it is a column.
fn single(value: &Bound<'_, PyAny>) -> PyResult<Option<Values<'static>>> {
    let py = value.py();
    if let Some(value) = number(value)? {
        return Ok(Some(value));
    }
    match value.getattr_opt(intern!(py, "ndim"))? {
        Some(dimensions) if dimensions.eq(0)? => {
            let item = value.call_method0(intern!(py, "item"))?;
            Ok(Some(number(&item)?.unwrap_or_else(|| Values::Refused(shown(&item)))))
        }
        Some(_) => Ok(None),
        None => Ok(value.is_none().then(|| Values::Refused("None".to_owned()))),
    }
}

/// A number or a truth value; nothing if it is neither.
fn number(value: &Bound<'_, PyAny>) -> PyResult<Option<Values<'static>>> {
    if let Ok(flag) = value.cast::<PyBool>() {
        return Ok(Some(Values::Flag(vec![flag.is_true()].into())));
    }
    if value.is_instance_of::<PyFloat>() {
        return Ok(Some(Values::numbers([value.extract()?])));
    }
    if value.is_instance_of::<PyInt>() {
        let whole = value.extract().map(|whole| Values::wholes([whole]));
        return Ok(Some(whole.unwrap_or_else(|_| Values::Refused(shown(value)))));
    }
    Ok(None)
}

/// Writes the results into the arrays of `out`, after all of them were found fit.
fn write(table: &Table, out: &Bound<'_, PyAny>) -> PyResult<()> {
    let Ok(mapping) = out.cast::<PyMapping>() else {
        return Err(refused("out", "", kind_of(out), "a dict of arrays"));
    };
    let mut targets = Vec::new();
    let mut faults = Faults::default();
    for item in mapping.items()?.iter() {
        let (name, array) = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        let column = name.cast::<PyString>().ok().and_then(|name| table.column(name.to_str().ok()?));
        match column {
            Some(column) => match Target::of(column, &array, table.len()) {
                Ok(target) => targets.push((target, column)),
                Err(wanted) => {
                    faults.add(|| Fault::column("out", &name.to_string(), kind_of(&array), wanted))
                }
            },
            None => faults.add(|| {
                let wanted = format!("one of {}", table.names().join(", "));
                Fault::column("out", &name.to_string(), "an unknown column", wanted)
            }),
        }
    }
    faults.into_result(Error::Input)?;
    for (target, column) in &mut targets {
        target.fill(column);
    }
    Ok(())
}

fn refused(table: &'static str, column: &str, value: String, wanted: impl std::fmt::Display) -> PyErr {
    Error::Input(Fault::column(table, column, value, wanted).into()).into()
}

/// An array that takes a column.
enum Target<'py> {
    Int(PyReadwriteArray1<'py, i64>),
    Float(PyReadwriteArray1<'py, f64>),
}

impl<'py> Target<'py> {
    /// The array, if it can take the column; else what was expected.
    fn of(column: &Column, array: &Bound<'py, PyAny>, rows: usize) -> Result<Self, String> {
        match column {
            Column::Int(_) => writable(array, rows).map(Self::Int),
            _ => writable(array, rows).map(Self::Float),
        }
        .ok_or_else(|| {
            let dtype = if matches!(column, Column::Int(_)) { "int64" } else { "float64" };
            format!("a writable {dtype} array of shape ({rows},), of its own memory")
        })
    }

    fn fill(&mut self, column: &Column) {
        match (self, column) {
            (Self::Int(array), Column::Int(values)) => copy(array, values),
            (Self::Float(array), Column::Float(values)) => copy(array, values),
            _ => {}
        }
    }
}

fn writable<'py, T: Element>(array: &Bound<'py, PyAny>, rows: usize) -> Option<PyReadwriteArray1<'py, T>> {
    let array = array.cast::<PyArray1<T>>().ok()?.try_readwrite().ok()?;
    (array.len() == rows).then_some(array)
}

fn copy<T: Element + Copy>(array: &mut PyReadwriteArray1<'_, T>, values: &[T]) {
    array.as_array_mut().iter_mut().zip(values).for_each(|(place, &value)| *place = value);
}
