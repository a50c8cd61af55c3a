//! The class `Odds`: what becomes of a battle that is fought many times.

use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::table::PyTable;
use crate::ecs::digest::Digest;
use crate::ecs::profile;
use crate::error::{Error, Fault};
use crate::odds::{End, Odds, Samples};

/// What becomes of a battle that is fought many times.
///
/// Equal are odds with equal outcomes. They can be pickled, and those of one battle can be merged.
///
/// >>> odds = kernel.odds(fleets=[1, 2], runs=400, seed=1)
/// >>> odds.table["name"], odds.samples.columns[:4]
/// (array(['Hegemony', 'Synod'], dtype=object), ['run', 'winner', 'outcome', 'rounds'])
/// >>> parts = [kernel.odds(fleets=[1, 2], runs=200, seed=1, first=first) for first in (0, 200)]
/// >>> muc.Odds.merge(parts) == odds
/// True
#[pyclass(name = "Odds", module = "multi_universe_core", frozen, eq)]
#[derive(PartialEq)]
pub(crate) struct PyOdds(pub(crate) Odds);

#[pymethods]
impl PyOdds {
    /// A row per faction: name, units, wins, probability, low and high (Wilson's interval), mean and quantiles of units lost
    /// and of survivors, mean of cost lost.
    #[getter]
    fn table(&self) -> PyTable {
        PyTable::from(self.0.table())
    }

    /// A row per run: run, winner ("": nobody), outcome, rounds, and for each faction `lost_NAME`, `survivors_NAME` and
    /// `cost_lost_NAME`.
    #[getter]
    fn samples(&self) -> PyTable {
        PyTable::from(self.0.samples_table())
    }

    /// A row per system of the kernel, over all runs and threads; empty in odds that were pickled, as by an executor.
    #[getter]
    fn profile(&self) -> PyTable {
        PyTable::from(self.0.profile.clone())
    }

    /// Runs that nobody won.
    #[getter]
    fn draws(&self) -> usize {
        self.0.draws()
    }

    /// Rounds fought: mean, min, p05, p25, p50, p75, p95, max.
    #[getter]
    fn rounds<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let rounds = PyDict::new(py);
        for (name, value) in self.0.rounds() {
            rounds.set_item(name, value)?;
        }
        Ok(rounds)
    }

    /// How many runs there are.
    #[getter]
    fn runs(&self) -> usize {
        self.0.runs()
    }

    /// The number of the first run.
    #[getter]
    fn first(&self) -> u32 {
        self.0.samples.first
    }

    /// The seed: run k of equal seeds is the same battle.
    #[getter]
    fn seed(&self) -> u64 {
        self.0.seed
    }

    /// The share of intervals that hold the truth.
    #[getter]
    fn confidence(&self) -> f64 {
        self.0.confidence
    }

    /// Why the runs ended: "runs" (all were fought), "until" (the intervals were narrow enough), "deadline" or
    /// "interrupted".
    #[getter]
    fn ended(&self) -> &'static str {
        self.0.end.name()
    }

    /// The caller's own mark; None: none was given.
    #[getter]
    fn trace_id(&self) -> Option<&str> {
        Some(self.0.trace_id.as_ref()).filter(|mark| !mark.is_empty())
    }

    /// Whether there are fewer runs than were asked for, because of a deadline or an interruption.
    #[getter]
    fn partial(&self) -> bool {
        matches!(self.0.end, End::Enough | End::Stopped)
    }

    /// The fingerprint of the outcomes: equal for any number of threads, shards and processes.
    #[getter]
    fn digest(&self) -> String {
        self.0.digest().to_string()
    }

    /// The odds of all runs of several parts of one battle: parts that follow each other without gap or overlap, in any
    /// order. Raises OddsError.
    #[staticmethod]
    fn merge(parts: Vec<PyRef<'_, Self>>) -> PyResult<Self> {
        let parts: Vec<Odds> = parts.iter().map(|part| part.0.clone()).collect();
        Ok(Self(Odds::merge(&parts)?))
    }

    /// A figure of matplotlib: chances with their intervals, distributions of losses, convergence over the runs. Raises
    /// ImportError if matplotlib is not installed.
    fn plot<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("multi_universe_core._plots")?.call_method1("odds", (slf,))
    }

    /// The widest interval of a probability.
    fn _width(&self) -> f64 {
        self.0.width()
    }

    /// The same odds, ended otherwise.
    fn _ended(&self, ended: &str) -> Self {
        let end = END_WORDS.into_iter().find(|end| end.name() == ended).unwrap_or(self.0.end);
        Self(Odds { end, ..self.0.clone() })
    }

    fn __repr__(&self) -> String {
        let table = self.0.table();
        let chances: Vec<String> = (0..table.len())
            .map(|row| {
                let (name, p) = (&self.0.factions()[row], table.floats("probability")[row]);
                let (low, high) = (table.floats("low")[row], table.floats("high")[row]);
                format!("{name} {:.1} % ({:.1} to {:.1})", 100.0 * p, 100.0 * low, 100.0 * high)
            })
            .collect();
        let runs = self.0.runs();
        format!(
            "<Odds of {runs} runs: {}; seed {}, digest {}>",
            chances.join(", "),
            self.0.seed,
            self.digest()
        )
    }

    /// For pickle: the columns of the samples.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let Odds { seed, battle, confidence, end, samples, profile, trace_id, .. } = &self.0;
        let names: Vec<&str> = samples.sides.iter().map(AsRef::as_ref).collect();
        let head =
            (*seed, battle.to_string(), *confidence, end.name(), samples.first, names, trace_id.as_ref());
        let columns = (
            PyArray1::from_slice(py, &samples.initial),
            PyArray1::from_slice(py, &samples.winner),
            PyArray1::from_slice(py, &samples.ending),
            PyArray1::from_slice(py, &samples.rounds),
            PyArray1::from_slice(py, &samples.lost),
            PyArray1::from_slice(py, &samples.cost_lost),
        );
        let make = py.get_type::<Self>().getattr("_of_columns")?;
        Ok((make, (head, columns, profile::lines(profile)).into_pyobject(py)?))
    }

    /// The odds that `__reduce__` took apart.
    #[staticmethod]
    fn _of_columns(head: Head, columns: Columns<'_>, profile: Vec<(String, u64, u64)>) -> PyResult<Self> {
        let (seed, battle, confidence, end, first, names, trace_id) = head;
        let damaged =
            || Error::Odds(Fault::column("pickle", "", "damaged odds", "odds as they were pickled").into());
        let end = END_WORDS.into_iter().find(|known| known.name() == end).ok_or_else(damaged)?;
        let battle: Digest = battle.parse().map_err(|()| damaged())?;
        let (initial, winner, ending, rounds, lost, cost_lost) = columns;
        let samples = Samples {
            sides: names.iter().map(|name| name.as_str().into()).collect(),
            initial: initial.to_vec()?,
            first,
            winner: winner.to_vec()?,
            ending: ending.to_vec()?,
            rounds: rounds.to_vec()?,
            lost: lost.to_vec()?,
            cost_lost: cost_lost.to_vec()?,
        };
        if !samples.is_sound() {
            return Err(damaged().into());
        }
        let profile = profile::of_lines(&profile);
        Ok(Self(Odds {
            seed,
            battle,
            confidence,
            end,
            samples,
            profile,
            course: None,
            trace_id: trace_id.into(),
        }))
    }
}

/// All ways in which odds can end.
const END_WORDS: [End; 4] = [End::Runs, End::Until, End::Enough, End::Stopped];

/// What pickled odds are besides columns: seed, battle, confidence, end, first run, factions, trace id.
type Head = (u64, String, f64, String, u32, Vec<String>, String);
/// The columns of pickled odds.
type Columns<'py> = (
    PyReadonlyArray1<'py, u64>,
    PyReadonlyArray1<'py, u16>,
    PyReadonlyArray1<'py, u8>,
    PyReadonlyArray1<'py, u32>,
    PyReadonlyArray1<'py, u32>,
    PyReadonlyArray1<'py, f64>,
);

/// The number of runs after `done` at which odds look whether their intervals are narrow enough.
#[pyfunction]
pub(crate) fn checkpoint(done: u32) -> u32 {
    crate::odds::checkpoint(done)
}
