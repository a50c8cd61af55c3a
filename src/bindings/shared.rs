//! One kernel, many Python threads: whoever works on it takes it out of its slot and puts it back.
//!
//! Why not simply a lock that is held during a battle: a thread that waits for a lock cannot hear Ctrl-C,
//! and a signal handler that asks the kernel it interrupted would wait for itself. Here the lock guards
//! the slot only and is never held for longer than a move; waiting is detached and asks for signals.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use pyo3::prelude::*;

use super::errors::kernel_error;
use super::watch::PATIENCE;
use crate::error::{Error, Result};
use crate::kernel::Kernel;

/// Where the kernel is.
enum Slot {
    /// Here.
    Free(Box<Kernel>),
    /// With this thread of this process.
    Taken(ThreadId, u32),
    /// Gone: a panic went through it.
    Poisoned,
}

/// A kernel that threads work on one after another.
pub(crate) struct Shared {
    slot: Mutex<Slot>,
    freed: Condvar,
}

impl Shared {
    /// Shares `kernel`.
    pub(crate) fn new(kernel: Kernel) -> Self {
        Self { slot: Mutex::new(Slot::Free(Box::new(kernel))), freed: Condvar::new() }
    }

    /// Runs `work` on the kernel as soon as nobody else does. A panic in `work` poisons the kernel and is told as
    /// [`Error::Panicked`].
    pub(crate) fn with<R>(&self, py: Python<'_>, work: impl FnOnce(&mut Kernel) -> R) -> PyResult<R> {
        let kernel = self.wait(py)?;
        Ok(self.run(kernel, work)?)
    }

    /// As [`with`](Self::with), but `None` instead of waiting.
    pub(crate) fn glance<R>(&self, work: impl FnOnce(&mut Kernel) -> R) -> Result<Option<R>> {
        let kernel = take(&mut self.slot())?;
        kernel.map(|kernel| self.run(kernel, work)).transpose()
    }

    fn run<R>(&self, mut kernel: Box<Kernel>, work: impl FnOnce(&mut Kernel) -> R) -> Result<R> {
        // The kernel may be half changed after a panic; nobody sees it again.
        let answer = catch_unwind(AssertUnwindSafe(|| work(&mut kernel)));
        *self.slot() = if answer.is_ok() { Slot::Free(kernel) } else { Slot::Poisoned };
        // All of them: a kernel that is poisoned now will not be freed for the next one.
        self.freed.notify_all();
        answer.map_err(|panic| Error::Panicked { reason: in_words(&*panic) })
    }

    fn wait(&self, py: Python<'_>) -> PyResult<Box<Kernel>> {
        if let Some(kernel) = take(&mut self.slot())? {
            return Ok(kernel);
        }
        let (me, here) = (thread::current().id(), process::id());
        if matches!(*self.slot(), Slot::Taken(_, process) if process != here) {
            return Err(kernel_error(
                py,
                "this kernel was at work in another thread when this process was forked; make a new one",
            ));
        }
        if matches!(*self.slot(), Slot::Taken(owner, _) if owner == me) {
            return Err(kernel_error(
                py,
                "this kernel is at work in this very thread (a signal handler asked it?)",
            ));
        }
        loop {
            let kernel = py.detach(|| {
                let slot = self.slot();
                let waited =
                    self.freed.wait_timeout_while(slot, PATIENCE, |slot| matches!(slot, Slot::Taken(..)));
                take(&mut waited.unwrap_or_else(PoisonError::into_inner).0)
            })?;
            match kernel {
                Some(kernel) => return Ok(kernel),
                None => py.check_signals()?,
            }
        }
    }

    /// The slot. Nothing under this lock can panic, so its own poison means nothing.
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The kernel, if it is in its slot.
fn take(slot: &mut Slot) -> Result<Option<Box<Kernel>>> {
    match slot {
        Slot::Taken(..) => Ok(None),
        Slot::Poisoned => Err(Error::Poisoned),
        Slot::Free(_) => match std::mem::replace(slot, Slot::Taken(thread::current().id(), process::id())) {
            Slot::Free(kernel) => Ok(Some(kernel)),
            Slot::Taken(..) | Slot::Poisoned => Ok(None),
        },
    }
}

/// What a panic said.
fn in_words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without words".to_owned())
}
