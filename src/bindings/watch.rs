//! Long work with the interpreter released, and with an ear for Ctrl-C.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use crate::error::Result;
use crate::kernel::Interrupt;
use crate::odds::{Monitor, Wish};

/// How long pending signals may wait: Ctrl-C shall work within 100 ms, and attaching is not free.
pub(crate) const PATIENCE: Duration = Duration::from_millis(25);

/// Asks Python now and then for pending signals, and keeps the exception that a handler raised.
struct Watch {
    asked: Cell<Instant>,
    raised: RefCell<Option<PyErr>>,
}

impl Watch {
    /// A watch that begins now.
    fn new() -> Self {
        Self { asked: Cell::new(Instant::now()), raised: RefCell::new(None) }
    }

    fn interrupted(&self) -> bool {
        if self.raised.borrow().is_some() {
            return true;
        }
        if self.asked.get().elapsed() < PATIENCE {
            return false;
        }
        self.ask(|_| Ok(()))
    }

    /// Attaches to the interpreter for signals and for `more`; whether either raised.
    fn ask(&self, more: impl FnOnce(Python<'_>) -> PyResult<()>) -> bool {
        let raised = Python::attach(|py| py.check_signals().and_then(|()| more(py)).err());
        // Read the clock again: a handler, or the wait for the interpreter, may have taken long.
        self.asked.set(Instant::now());
        *self.raised.borrow_mut() = raised;
        self.raised.borrow().is_some()
    }
}

/// Runs `work` detached from the interpreter. What a signal handler raised meanwhile (for Ctrl-C a
/// KeyboardInterrupt) goes before the work's own result.
pub(crate) fn fight<R: Send>(
    py: Python<'_>,
    work: impl FnOnce(Interrupt<'_>) -> Result<R> + Send,
) -> PyResult<R> {
    let (result, raised) = py.detach(|| {
        let watch = Watch::new();
        let result = work(&|| watch.interrupted());
        (result, watch.raised.into_inner())
    });
    match raised {
        Some(raised) => Err(raised),
        None => Ok(result?),
    }
}

/// Runs odds detached from the interpreter, until `deadline` if there is one, telling `progress` how far they are.
///
/// With the result comes what a signal handler or `progress` raised meanwhile: the odds are then what was done before.
pub(crate) fn odds<R: Send>(
    py: Python<'_>,
    deadline: Option<Duration>,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(Monitor<'_>) -> R + Send,
) -> (R, Option<PyErr>) {
    py.detach(|| {
        let watch = Watch::new();
        let start = Instant::now();
        let tell = |py: Python<'_>, done: usize, total: usize| match progress {
            Some(progress) => progress.call1(py, (done, total)).map(drop),
            None => Ok(()),
        };
        let monitor = |done: usize, total: usize| {
            if watch.raised.borrow().is_some() {
                return Wish::Stop;
            }
            if watch.asked.get().elapsed() >= PATIENCE && watch.ask(|py| tell(py, done, total)) {
                return Wish::Stop;
            }
            let late = deadline.is_some_and(|deadline| start.elapsed() >= deadline);
            if late { Wish::Enough } else { Wish::GoOn }
        };
        let result = work(&monitor);
        (result, watch.raised.into_inner())
    })
}
