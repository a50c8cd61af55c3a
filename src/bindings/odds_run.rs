//! `Kernel.odds`: how many runs, when that is enough, who is told of them, and who fights them.

use std::path::PathBuf;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

use super::engagement::{muster, round_limit};
use super::kernel::PyKernel;
use super::keys::{self, Seed, keys_or_fault};
use super::odds::PyOdds;
use super::watch;
use super::whole::Whole;
use crate::ecs::workers::{MOST_THREADS, usual_threads};
use crate::error::{Error, Fault, Faults, Result};
use crate::kernel::{Engagement, Muster};
use crate::odds::{MOST_RUNS, Monitor, Odds, Plan};
use crate::{export, files};

/// How many runs, and when that is enough, as Python says it.
struct Request {
    runs: Whole,
    confidence: f64,
    until: Option<f64>,
    deadline: Option<f64>,
    max_memory: Option<Whole>,
    seed: Option<Seed>,
    first: Whole,
    threads: Option<Whole>,
    progress: Option<Py<PyAny>>,
    trace: Option<PathBuf>,
}

impl Request {
    /// The plan behind the request, with a seed if it has none.
    fn plan(&self, py: Python<'_>, next_seed: u64) -> PyResult<Plan> {
        let mut faults = Faults::default();
        let runs = self.runs.within_or_fault("runs", (1, MOST_RUNS), &mut faults);
        let first = self.first.within_or_fault("first", (0, u32::MAX - 1), &mut faults);
        let max_memory = match &self.max_memory {
            None => crate::odds::USUAL_MEMORY,
            Some(bytes) => bytes.within_or_fault("max_memory", (0, i64::MAX as u64), &mut faults),
        };
        let threads = threads_or_usual(py, self.threads.as_ref(), &mut faults)?;
        faults.into_result(Error::Odds)?;
        let seed = self.seed.as_ref().map_or(next_seed, |seed| seed.0);
        let (confidence, until, trace) = (self.confidence, self.until, self.trace.is_some());
        let plan = Plan { seed, first, runs, confidence, until, threads, max_memory, trace };
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

/// The threads that are asked for; if none are, in a pool's worker one, else as many as usual.
pub(crate) fn threads_or_usual(
    py: Python<'_>,
    asked: Option<&Whole>,
    faults: &mut Faults,
) -> PyResult<usize> {
    match asked {
        Some(asked) => Ok(asked.within_or_fault("threads", (1, MOST_THREADS), faults)),
        None if in_pool(py)? => Ok(1),
        None => Ok(usual_threads()?),
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
    next_seed: u64,
    work: impl FnOnce(&Plan, Monitor<'_>) -> Result<Odds> + Send,
) -> PyResult<PyOdds> {
    let plan = request.plan(py, next_seed)?;
    let deadline = request.deadline()?;
    let trace = request.trace.clone();
    if let Some(path) = &trace {
        // A file that cannot be written is told of before anything is fought.
        files::write(path, b"")?;
    }
    let (progress, bar) = progress(py, request.progress, plan.runs)?;
    let (odds, raised) = watch::odds(py, deadline, progress.as_ref(), |monitor| work(&plan, monitor));
    let odds = odds.map(PyOdds);
    if let (None, Ok(odds), Some(progress)) = (&raised, &odds, &progress) {
        progress.call1(py, (odds.0.runs(), plan.runs))?;
    }
    if let Some(bar) = bar {
        bar.call_method0(py, "close")?;
    }
    if let Some(raised) = raised {
        let partial = odds.ok().filter(|odds| odds.0.runs() > 0);
        raised.value(py).setattr("partial", partial)?;
        return Err(raised);
    }
    let mut odds = odds?;
    if let Some(path) = &trace {
        files::write(path, export::trace::odds(&odds.0).as_bytes())?;
        odds.0.course = None;
    }
    Ok(odds)
}

/// What is told, if anything is, and the bar behind it if it is ours.
type Told = (Option<Py<PyAny>>, Option<Py<PyAny>>);

/// What is told of the progress, and the bar behind it if we made it.
fn progress(py: Python<'_>, given: Option<Py<PyAny>>, runs: u32) -> PyResult<Told> {
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
    /// trace: a file for when each system ran, and each run, thread by thread, in Chrome's format, which Perfetto opens; not
    ///     with an executor.
    /// trace_id: a mark of your own, which the odds carry.
    ///
    /// Runs leave no events behind: `resolve(seed=..., replica=k, record=...)` fights run k alone and writes it down.
    ///
    /// The interpreter is released meanwhile. Ctrl-C raises KeyboardInterrupt within 100 ms; the exception's `partial` holds
    /// the odds of what was done, or None. Raises OddsError, ResolveError.
    ///
    /// >>> odds = kernel.odds(fleets=[1, 2], runs=500)
    /// >>> odds.runs, int(odds.table["wins"].sum()) + odds.draws
    /// (500, 500)
    #[pyo3(
        signature = (
            *, fleets=None, location=None, defenders=None, max_rounds=None, runs=Whole::Number(1000), confidence=0.95, until=None,
            deadline=None, max_memory=None, seed=None, first=Whole::Number(0), threads=None, progress=None, executor=None, trace=None, trace_id=None
        ),
        text_signature = "($self, *, fleets=None, location=None, defenders=(), max_rounds=None, runs=1000, confidence=0.95, until=None, deadline=None, max_memory=None, seed=None, first=0, threads=None, progress=None, executor=None, trace=None, trace_id=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn odds(
        slf: &Bound<'_, Self>,
        fleets: Option<&Bound<'_, PyAny>>,
        location: Option<Whole>,
        defenders: Option<&Bound<'_, PyAny>>,
        max_rounds: Option<Whole>,
        runs: Whole,
        confidence: f64,
        until: Option<f64>,
        deadline: Option<f64>,
        max_memory: Option<Whole>,
        seed: Option<Seed>,
        first: Whole,
        threads: Option<Whole>,
        progress: Option<Py<PyAny>>,
        executor: Option<&Bound<'_, PyAny>>,
        trace: Option<PathBuf>,
        trace_id: Option<&str>,
    ) -> PyResult<Py<PyOdds>> {
        let (py, kernel) = (slf.py(), slf.get());
        let request =
            Request { runs, confidence, until, deadline, max_memory, seed, first, threads, progress, trace };
        let mut faults = Faults::default();
        let engagement = Engagement {
            defenders: keys_or_fault(keys::names("defenders", defenders)?, &mut faults),
            max_rounds: round_limit(max_rounds.as_ref(), &mut faults),
            commit: false,
            trace_id: trace_id.unwrap_or_default().into(),
            ..Engagement::of(muster(fleets, location.as_ref(), &mut faults)?)
        };
        faults.into_result(Error::Resolve)?;
        let next_seed = kernel.with(py, |kernel| kernel.next_seed())?;
        if let Some(executor) = executor {
            if let Some(path) = &request.trace {
                let wanted = "no trace with an executor: its workers are other processes";
                return Err(Error::Odds(Fault::column("trace", "", path.display(), wanted).into()).into());
            }
            let plan = request.plan(py, next_seed)?;
            request.deadline()?;
            let options = PyDict::new(py);
            match engagement.muster {
                Muster::Fleets(fleets) => options.set_item("fleets", fleets)?,
                Muster::Location(location) => options.set_item("location", location)?,
            }
            options.set_item("defenders", engagement.defenders)?;
            options.set_item("max_rounds", engagement.max_rounds)?;
            options.set_item("confidence", plan.confidence)?;
            options.set_item("max_memory", plan.max_memory)?;
            options.set_item("seed", plan.seed)?;
            options.set_item("trace_id", trace_id)?;
            let numbers = (plan.first, plan.runs, plan.until, deadline);
            let spread = py.import("multi_universe_core._spread")?.getattr("spread")?;
            let odds = spread.call1((slf, executor, options, numbers, request.progress))?;
            return Ok(odds.cast_into::<PyOdds>()?.unbind());
        }
        let odds = kernel.with(py, |kernel| {
            let work = |plan: &Plan, monitor: Monitor<'_>| kernel.odds(&engagement, plan, monitor);
            work_out(py, request, next_seed, work)
        })??;
        Py::new(py, odds)
    }
}
