//! Long work with the interpreter released, and with an ear for Ctrl-C.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use crate::error::Result;
use crate::kernel::Interrupt;

/// How long pending signals may wait: Ctrl-C shall work within 100 ms, and attaching is not free.
pub(crate) const PATIENCE: Duration = Duration::from_millis(25);

/// Asks Python now and then for pending signals, and keeps the exception that a handler raised.
struct Watch {
    asked: Cell<Instant>,
    raised: RefCell<Option<PyErr>>,
}

impl Watch {
    fn interrupted(&self) -> bool {
        if self.raised.borrow().is_some() {
            return true;
        }
        if self.asked.get().elapsed() < PATIENCE {
            return false;
        }
        let raised = Python::attach(|py| py.check_signals().err());
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
        let watch = Watch { asked: Cell::new(Instant::now()), raised: RefCell::new(None) };
        let result = work(&|| watch.interrupted());
        (result, watch.raised.into_inner())
    });
    match raised {
        Some(raised) => Err(raised),
        None => Ok(result?),
    }
}
