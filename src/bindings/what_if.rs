//! `Kernel.compare` and `Kernel.sensitivity`: variants of a battle with the same rolls.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::kernel::PyKernel;
use super::odds::PyOdds;
use super::table::PyTable;
use crate::odds::{self, Odds};

/// Variants of a battle against the battle as it is, which have the same runs of the same seed.
#[pyfunction]
pub(crate) fn compare(
    base: PyRef<'_, PyOdds>,
    variants: Vec<(String, PyRef<'_, PyOdds>)>,
) -> PyResult<PyTable> {
    let variants: Vec<(String, Odds)> =
        variants.into_iter().map(|(name, odds)| (name, odds.0.clone())).collect();
    Ok(PyTable::from(odds::compare(&base.0, &variants)?))
}

#[pymethods]
impl PyKernel {
    /// What if: the odds of variants of a battle against those of the battle as it is, run by run with the same rolls.
    ///
    /// changes: a mapping from names to changes. A change is a mapping of what would be pushed (`{"units": {...}}`, with the
    ///     tables of `push`), of what would be removed (`"remove": {"units": [...]}`) and of what would be different about the
    ///     battle (`"battle": {"fleets": [...]}`, `"defenders"`, `"max_rounds"`).
    /// options: the battle, and how often, as in `odds`.
    ///
    /// Units that both variants have roll the same, so that most of the chance cancels in the differences. The mirror stays as
    /// it was. The result has a `table` and the `odds` of each variant. Raises OddsError, ResolveError, PushError, RemoveError.
    ///
    /// >>> changes = {"armour": {"units": {"id": [11], "armor": [60.0]}}}
    /// >>> table = kernel.compare(changes, fleets=[1, 2], runs=200).table
    /// >>> table.row(1)["name"], table.row(1)["difference"] > 0
    /// ('Synod', True)
    #[pyo3(signature = (changes, **options))]
    fn compare<'py>(
        slf: &Bound<'py, Self>,
        changes: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let options = options.cloned().unwrap_or_else(|| PyDict::new(slf.py()));
        slf.py().import("multi_universe_core.what_if")?.getattr("run")?.call1((slf, changes, options))
    }

    /// Which units and columns move a faction's chance to win most, for what they cost.
    ///
    /// faction: whose chance.
    /// types: a mapping from names to ids of units; None: the faction's fleets.
    /// columns: number columns of units, each of which is raised by `step` (a share: 0.1 is a tenth), alone.
    /// options: the battle, and how often, as in `odds`.
    ///
    /// A row per type and column, the largest effect per cost first: type, column, units, cost, difference (of the
    /// probability), low, high, per_cost: the difference over step times the cost of the type.
    #[pyo3(signature = (faction, *, types=None, columns=None, step=0.1, **options))]
    fn sensitivity<'py>(
        slf: &Bound<'py, Self>,
        faction: &str,
        types: Option<&Bound<'py, PyAny>>,
        columns: Option<&Bound<'py, PyAny>>,
        step: f64,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let module = slf.py().import("multi_universe_core.what_if")?;
        let options = options.cloned().unwrap_or_else(|| PyDict::new(slf.py()));
        let columns = match columns {
            Some(columns) => columns.clone(),
            None => module.getattr("USUAL_COLUMNS")?,
        };
        module.getattr("sensitivity")?.call1((slf, faction, types, columns, step, options))
    }

    /// The seed of the next battle that is given none.
    fn _next_seed(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |kernel| kernel.next_seed())
    }
}
