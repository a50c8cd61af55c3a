//! `Kernel.resolve_turn`: the battles of all contested places at once.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::engagement::{self, round_limit};
use super::kernel::PyKernel;
use super::keys::{self, Seed, keys_or_fault};
use super::odds_run::threads_or_usual;
use super::report::PyBattleReport;
use super::table::PyTable;
use super::watch;
use super::whole::Whole;
use crate::ecs::tables::Table;
use crate::error::{Error, Faults};
use crate::kernel::{Turn, TurnPlan};
use crate::{export, files};

#[pymethods]
impl PyKernel {
    /// Fight the battles of all contested places at once: places with fleets, not in transit, of factions at war.
    ///
    /// locations: the places; None: all contested ones.
    /// defenders, max_rounds, commit: as in `resolve`, for every battle.
    /// seed: the turn's; None: that of the next battle. A place's battle has a seed of its own from this and the place, so
    ///     that no battle depends on where else there are any.
    /// threads: None: the environment's MUC_THREADS, else all processors. No report depends on them.
    /// record: as in `resolve`, for every battle: each report then has its ledger, events or replay.
    /// trace: a file for when each system ran, battle by battle and thread by thread, in Chrome's format, which Perfetto opens.
    /// trace_id: a mark of your own, which all reports carry.
    ///
    /// The result is a dict from place to BattleReport that also has combined tables, `units`, `fleets`, `factions`,
    /// `weapons`, `timeline` with the place in a column `location`, and `errors`, a dict from place to exception: a battle that
    /// cannot be fought does not keep the others from theirs. What the battles changed is written to the mirror in the order
    /// of places, when all were fought. Ctrl-C leaves the mirror as it was. Raises ResolveError.
    ///
    /// >>> turn = kernel.resolve_turn()
    /// >>> {place: report.outcome for place, report in turn.items()}, turn.errors
    /// ({7: 'victory'}, {})
    #[pyo3(
        signature = (*, locations=None, defenders=None, max_rounds=None, seed=None, commit=true, record=None, threads=None, trace=None, trace_id=None),
        text_signature = "($self, *, locations=None, defenders=(), max_rounds=None, seed=None, commit=True, record=None, threads=None, trace=None, trace_id=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn resolve_turn<'py>(
        &self,
        py: Python<'py>,
        locations: Option<&Bound<'py, PyAny>>,
        defenders: Option<&Bound<'py, PyAny>>,
        max_rounds: Option<Whole>,
        seed: Option<Seed>,
        commit: bool,
        record: Option<&Bound<'_, PyAny>>,
        threads: Option<Whole>,
        trace: Option<PathBuf>,
        trace_id: Option<&str>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut faults = Faults::default();
        let locations = match locations {
            Some(given) => Some(keys_or_fault(keys::ids("locations", Some(given))?, &mut faults)),
            None => None,
        };
        let plan = TurnPlan {
            locations,
            defenders: keys_or_fault(keys::names("defenders", defenders)?, &mut faults),
            max_rounds: round_limit(max_rounds.as_ref(), &mut faults),
            seed: seed.map(|seed| seed.0),
            commit,
            record: engagement::record(record, &mut faults),
            trace: trace.is_some(),
            threads: threads_or_usual(py, threads.as_ref(), &mut faults)?,
            trace_id: trace_id.unwrap_or_default().into(),
        };
        faults.into_result(Error::Resolve)?;
        if let Some(path) = &trace {
            // A file that cannot be written is told of before anything changes.
            files::write(path, b"")?;
        }
        let turn =
            self.with(py, |kernel| watch::fight(py, |interrupt| kernel.resolve_turn(&plan, interrupt)))??;
        if let Some(path) = &trace {
            files::write(path, export::trace::turn(&turn).as_bytes())?;
        }
        report(py, turn, trace_id)
    }
}

#[pymethods]
impl PyTable {
    /// The tables of several places, one below the other, with the place in a first column `location`.
    #[staticmethod]
    fn _of_places(places: Vec<i64>, tables: Vec<PyRef<'_, Self>>) -> Self {
        let tables: Vec<(i64, &Table)> =
            places.into_iter().zip(&tables).map(|(place, table)| (place, &table.table)).collect();
        Self::from(Table::stack("location", &tables))
    }
}

/// A turn as Python has it.
fn report<'py>(py: Python<'py>, turn: Turn, trace_id: Option<&str>) -> PyResult<Bound<'py, PyAny>> {
    let profile = PyTable::from(turn.profile());
    let digest = turn.digest().to_string();
    let (reports, errors) = (PyDict::new(py), PyDict::new(py));
    for (place, battle) in turn.places {
        match battle {
            Ok(battle) => reports.set_item(place, PyBattleReport::new(battle))?,
            Err(error) => errors.set_item(place, PyErr::from(error).into_value(py))?,
        }
    }
    let class = py.import("multi_universe_core.turn")?.getattr("TurnReport")?;
    class.call1((reports, errors, profile, turn.seed, digest, trace_id))
}
