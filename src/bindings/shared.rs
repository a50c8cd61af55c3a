//! One kernel, many Python threads: whoever works on it takes it out of its slot and puts it back.
//!
//! Why not simply a lock that is held during a battle: a thread that waits for a lock cannot hear Ctrl-C,
//! and a signal handler that asks the kernel it interrupted would wait for itself. Here the lock guards
//! the slot only and is never held for longer than a move; waiting is detached and asks for signals.

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
    /// With this thread.
    Taken(ThreadId),
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

    /// Runs `work` on the kernel as soon as nobody else does. A panic in `work` poisons the kernel.
    pub(crate) fn with<R>(&self, py: Python<'_>, work: impl FnOnce(&mut Kernel) -> R) -> PyResult<R> {
        let kernel = self.wait(py)?;
        Ok(self.run(kernel, work))
    }

    /// As [`with`](Self::with), but `None` instead of waiting.
    pub(crate) fn glance<R>(&self, work: impl FnOnce(&mut Kernel) -> R) -> Result<Option<R>> {
        let kernel = take(&mut self.slot())?;
        Ok(kernel.map(|kernel| self.run(kernel, work)))
    }

    fn run<R>(&self, mut kernel: Box<Kernel>, work: impl FnOnce(&mut Kernel) -> R) -> R {
        let mut back = PutBack { shared: self, slot: Slot::Poisoned };
        let answer = work(&mut kernel);
        back.slot = Slot::Free(kernel);
        answer
    }

    fn wait(&self, py: Python<'_>) -> PyResult<Box<Kernel>> {
        if let Some(kernel) = take(&mut self.slot())? {
            return Ok(kernel);
        }
        let me = thread::current().id();
        if matches!(*self.slot(), Slot::Taken(owner) if owner == me) {
            return Err(kernel_error(
                py,
                "this kernel is at work in this very thread (a signal handler asked it?)",
            ));
        }
        loop {
            let kernel = py.detach(|| {
                let slot = self.slot();
                let waited =
                    self.freed.wait_timeout_while(slot, PATIENCE, |slot| matches!(slot, Slot::Taken(_)));
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
        Slot::Taken(_) => Ok(None),
        Slot::Poisoned => Err(Error::Poisoned),
        Slot::Free(_) => match std::mem::replace(slot, Slot::Taken(thread::current().id())) {
            Slot::Free(kernel) => Ok(Some(kernel)),
            Slot::Taken(_) | Slot::Poisoned => Ok(None),
        },
    }
}

/// Fills the slot at the end of the work, also if the work panics.
struct PutBack<'a> {
    shared: &'a Shared,
    slot: Slot,
}

impl Drop for PutBack<'_> {
    fn drop(&mut self) {
        *self.shared.slot() = std::mem::replace(&mut self.slot, Slot::Poisoned);
        // All of them: a kernel that is poisoned now will not be freed for the next one.
        self.shared.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::rules::Rules;

    fn shared() -> Shared {
        Shared::new(Kernel::new(Rules::default(), 42))
    }

    #[test]
    fn a_panic_poisons_the_kernel_for_good() {
        let shared = shared();
        let panicked = catch_unwind(AssertUnwindSafe(|| shared.glance(|_| panic!("on purpose"))));
        assert!(panicked.is_err());
        assert_eq!(shared.glance(|kernel| kernel.seed()), Err(Error::Poisoned));
        assert_eq!(shared.glance(|kernel| kernel.seed()), Err(Error::Poisoned));
    }

    #[test]
    fn a_kernel_at_work_is_not_there_for_others() {
        let shared = shared();
        let seen = shared.glance(|_| shared.glance(|kernel| kernel.seed()));
        assert_eq!(seen, Ok(Some(Ok(None))));
        assert_eq!(shared.glance(|kernel| kernel.seed()), Ok(Some(42)));
    }
}
