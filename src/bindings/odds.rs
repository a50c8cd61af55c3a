//! The class `Odds`, and the ways to it: `Kernel.odds`, `Scenario.odds`, merged shards.

use std::time::Duration;

use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyTuple};

use super::kernel::{PyKernel, keys_or_fault, muster, round_limit};
use super::keys::{self, Seed};
use super::table::PyTable;
use super::watch;
use crate::ecs::digest::Digest;
use crate::ecs::workers::usual_threads;
use crate::error::{Error, Fault, Faults, Result};
use crate::kernel::{Engagement, MOST_THREADS};
use crate::odds::{End, MOST_RUNS, Monitor, Odds, Plan, Samples};

/// What becomes of a battle that is fought many times.
///
/// Equal are odds with equal outcomes. They can be pickled, and those of one battle can be merged.
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
        let Odds { seed, battle, confidence, end, samples } = &self.0;
        let names: Vec<&str> = samples.sides.iter().map(AsRef::as_ref).collect();
        let head = (*seed, battle.to_string(), *confidence, end.name(), samples.first, names);
        let columns = (
            PyArray1::from_slice(py, &samples.initial),
            PyArray1::from_slice(py, &samples.winner),
            PyArray1::from_slice(py, &samples.ending),
            PyArray1::from_slice(py, &samples.rounds),
            PyArray1::from_slice(py, &samples.lost),
            PyArray1::from_slice(py, &samples.cost_lost),
        );
        let make = py.get_type::<Self>().getattr("_of_columns")?;
        Ok((make, (head, columns).into_pyobject(py)?))
    }

    /// The odds that `__reduce__` took apart.
    #[staticmethod]
    fn _of_columns(head: Head, columns: Columns<'_>) -> PyResult<Self> {
        let (seed, battle, confidence, end, first, names) = head;
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
        Ok(Self(Odds { seed, battle, confidence, end, samples }))
    }
}

/// All ways in which odds can end.
const END_WORDS: [End; 4] = [End::Runs, End::Until, End::Enough, End::Stopped];

/// What pickled odds are besides columns: seed, battle, confidence, end, first run, factions.
type Head = (u64, String, f64, String, u32, Vec<String>);
/// The columns of pickled odds.
type Columns<'py> = (
    PyReadonlyArray1<'py, u64>,
    PyReadonlyArray1<'py, u16>,
    PyReadonlyArray1<'py, u8>,
    PyReadonlyArray1<'py, u32>,
    PyReadonlyArray1<'py, u32>,
    PyReadonlyArray1<'py, f64>,
);

/// How many runs, and when that is enough, as Python says it.
struct Request {
    runs: i64,
    confidence: f64,
    until: Option<f64>,
    deadline: Option<f64>,
    max_memory: Option<i64>,
    seed: Option<Seed>,
    first: i64,
    threads: Option<i64>,
    progress: Option<Py<PyAny>>,
}

impl Request {
    /// The plan behind the request, with a seed if it has none.
    fn plan(&self, py: Python<'_>, seed: impl FnOnce() -> u64) -> PyResult<Plan> {
        let mut faults = Faults::default();
        let mut whole = |name: &'static str, given: i64, least: u32, most: u32| {
            let number = u32::try_from(given).ok().filter(|number| (least..=most).contains(number));
            if number.is_none() {
                faults
                    .add(|| Fault::column(name, "", given, format!("a whole number from {least} to {most}")));
            }
            number.unwrap_or(least)
        };
        let runs = whole("runs", self.runs, 1, MOST_RUNS);
        let first = whole("first", self.first, 0, u32::MAX - 1);
        let threads = self.threads.map(|threads| whole("threads", threads, 1, MOST_THREADS as u32) as usize);
        let max_memory = match self.max_memory.map(u64::try_from) {
            None => crate::odds::USUAL_MEMORY,
            Some(Ok(bytes)) => bytes,
            Some(Err(_)) => {
                faults.add(|| {
                    Fault::column("max_memory", "", self.max_memory.unwrap_or_default(), "bytes, from 0")
                });
                0
            }
        };
        faults.into_result(Error::Odds)?;
        let threads = match threads {
            Some(threads) => threads,
            None if in_pool(py)? => 1,
            None => usual_threads()?,
        };
        let seed = self.seed.as_ref().map_or_else(seed, |seed| seed.0);
        let plan =
            Plan { seed, first, runs, confidence: self.confidence, until: self.until, threads, max_memory };
        plan.check()?;
        Ok(plan)
    }

    fn deadline(&self) -> Result<Option<Duration>> {
        let Some(seconds) = self.deadline else { return Ok(None) };
        match Duration::try_from_secs_f64(seconds) {
            Ok(deadline) if !deadline.is_zero() => Ok(Some(deadline)),
            _ => Err(Error::Odds(Fault::column("deadline", "", seconds, "seconds, more than 0").into())),
        }
    }
}

/// Whether this process is a worker of some pool, which has been given one processor.
fn in_pool(py: Python<'_>) -> PyResult<bool> {
    let loaded = py.import("sys")?.getattr("modules")?;
    match loaded.call_method1("get", ("multiprocessing",))? {
        module if module.is_none() => Ok(false),
        module => Ok(!module.call_method0("parent_process")?.is_none()),
    }
}

/// Works out odds with the interpreter released. What is raised meanwhile carries what was done before as `partial`.
fn work_out(
    py: Python<'_>,
    request: Request,
    seed: impl FnOnce() -> u64,
    work: impl FnOnce(&Plan, Monitor<'_>) -> Result<Odds> + Send,
) -> PyResult<PyOdds> {
    let plan = request.plan(py, seed)?;
    let deadline = request.deadline()?;
    let (progress, bar) = progress(py, request.progress, plan.runs)?;
    let (odds, raised) = watch::odds(py, deadline, progress.as_ref(), |monitor| work(&plan, monitor));
    let odds = odds.map(PyOdds);
    if let Some(raised) = raised {
        let partial = odds.ok().filter(|odds| odds.0.runs() > 0);
        raised.value(py).setattr("partial", partial)?;
        return Err(raised);
    }
    let odds = odds?;
    if let Some(progress) = progress {
        progress.call1(py, (odds.0.runs(), plan.runs))?;
    }
    if let Some(bar) = bar {
        bar.call_method0(py, "close")?;
    }
    Ok(odds)
}

/// What is told of the progress, and the bar behind it if we made it.
fn progress(
    py: Python<'_>,
    given: Option<Py<PyAny>>,
    runs: u32,
) -> PyResult<(Option<Py<PyAny>>, Option<Py<PyAny>>)> {
    let Some(given) = given else { return Ok((None, None)) };
    match given.bind(py).cast::<PyBool>() {
        Ok(flag) if flag.is_true() => {
            let bar = py.import("multi_universe_core._spread")?.call_method1("bar", (runs,))?.unbind();
            Ok((Some(bar.clone_ref(py)), Some(bar)))
        }
        Ok(_) => Ok((None, None)),
        Err(_) => Ok((Some(given), None)),
    }
}

#[pymethods]
impl PyKernel {
    /// Fight a battle many times, and say how likely each faction is to win and what it will lose. The mirror stays as
    /// it was.
    ///
    /// fleets, location, defenders, max_rounds: the battle, as in `resolve`.
    /// runs: how many times at most. Run k of a seed is the same battle always and everywhere.
    /// confidence: the share of intervals that hold the truth.
    /// until: stop as soon as every probability's interval is narrower than this; looked at after fixed numbers of runs, so
    ///     that equal requests stop at the same run on every machine.
    /// deadline: seconds after which no further run is begun. The odds are then `partial`.
    /// max_memory: bytes for samples and worlds; fewer battles side by side, then fewer threads, then OddsError.
    /// seed: 0 ... 2**64-1; None: that of the next battle.
    /// first: the number of the first run: shards of one request are merged by `Odds.merge`.
    /// threads: None: the environment's MUC_THREADS, else all processors, in a pool's worker one.
    /// progress: True for a bar (tqdm), or a callable `f(done, total)`, called about 40 times a second.
    /// executor: any `concurrent.futures.Executor`; the runs are cut into shards by number and the result is the same,
    ///     bit for bit.
    ///
    /// The interpreter is released meanwhile. Ctrl-C raises KeyboardInterrupt within 100 ms; the exception's `partial` holds
    /// the odds of what was done, or None. Raises OddsError, ResolveError.
    #[pyo3(
        signature = (
            *, fleets=None, location=None, defenders=None, max_rounds=None, runs=1000, confidence=0.95, until=None,
            deadline=None, max_memory=None, seed=None, first=0, threads=None, progress=None, executor=None
        ),
        text_signature = "($self, *, fleets=None, location=None, defenders=(), max_rounds=None, runs=1000, confidence=0.95, until=None, deadline=None, max_memory=None, seed=None, first=0, threads=None, progress=None, executor=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn odds(
        slf: &Bound<'_, Self>,
        fleets: Option<&Bound<'_, PyAny>>,
        location: Option<i64>,
        defenders: Option<&Bound<'_, PyAny>>,
        max_rounds: Option<i64>,
        runs: i64,
        confidence: f64,
        until: Option<f64>,
        deadline: Option<f64>,
        max_memory: Option<i64>,
        seed: Option<Seed>,
        first: i64,
        threads: Option<i64>,
        progress: Option<Py<PyAny>>,
        executor: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyOdds>> {
        let (py, kernel) = (slf.py(), slf.get());
        let request =
            Request { runs, confidence, until, deadline, max_memory, seed, first, threads, progress };
        let next_seed = kernel.with(py, |kernel| kernel.next_seed())?;
        if let Some(executor) = executor {
            let plan = request.plan(py, || next_seed)?;
            request.deadline()?;
            let options = PyDict::new(py);
            for (name, given) in [("fleets", fleets), ("defenders", defenders)] {
                if let Some(given) = given {
                    options.set_item(name, given.try_iter()?.collect::<PyResult<Vec<_>>>()?)?;
                }
            }
            options.set_item("location", location)?;
            options.set_item("max_rounds", max_rounds)?;
            options.set_item("confidence", plan.confidence)?;
            options.set_item("max_memory", max_memory)?;
            options.set_item("seed", plan.seed)?;
            let numbers = (plan.first, plan.runs, plan.until, deadline);
            let spread = py.import("multi_universe_core._spread")?.getattr("spread")?;
            let odds = spread.call1((slf, executor, options, numbers, request.progress))?;
            return Ok(odds.cast_into::<PyOdds>()?.unbind());
        }
        let mut faults = Faults::default();
        let engagement = Engagement {
            defenders: keys_or_fault(keys::names("defenders", defenders)?, &mut faults),
            max_rounds: max_rounds.and_then(|rounds| round_limit(rounds, &mut faults)),
            commit: false,
            ..Engagement::of(muster(fleets, location, &mut faults)?)
        };
        faults.into_result(Error::Resolve)?;
        let odds = kernel.with(py, |kernel| {
            let work = |plan: &Plan, monitor: Monitor<'_>| kernel.odds(&engagement, plan, monitor);
            work_out(py, request, || next_seed, work)
        })??;
        Py::new(py, odds)
    }
}

/// The number of runs after `done` at which odds look whether their intervals are narrow enough.
#[pyfunction]
pub(crate) fn checkpoint(done: u32) -> u32 {
    crate::odds::checkpoint(done)
}
