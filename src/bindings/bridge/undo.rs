//! What was written to objects, to be taken back if something fails.

use pyo3::intern;
use pyo3::prelude::*;

use super::numbers::NUMBERS;
use super::path::Step;

/// What was written so far.
#[derive(Default)]
pub(super) struct Undo<'a, 'py> {
    written: Vec<Written<'a, 'py>>,
}

enum Written<'a, 'py> {
    /// A value, and what was there; nothing if nothing was.
    Value(Bound<'py, PyAny>, &'a Step, Option<Bound<'py, PyAny>>),
    /// Numbers of a unit, and what was there of those that were written.
    Numbers(Bound<'py, PyAny>, [Option<(&'a Step, Bound<'py, PyAny>)>; NUMBERS.len()]),
}

impl<'a, 'py> Undo<'a, 'py> {
    /// A step was taken from `holder`, where this was.
    pub(super) fn push(&mut self, holder: Bound<'py, PyAny>, step: &'a Step, old: Option<Bound<'py, PyAny>>) {
        self.written.push(Written::Value(holder, step, old));
    }

    /// Numbers of a unit were written where these were.
    pub(super) fn push_numbers(
        &mut self,
        unit: Bound<'py, PyAny>,
        old: [Option<(&'a Step, Bound<'py, PyAny>)>; NUMBERS.len()],
    ) {
        self.written.push(Written::Numbers(unit, old));
    }

    /// Takes everything back, the last first. The error says how much could not be restored.
    pub(super) fn take_back(self, py: Python<'_>, error: PyErr) -> PyResult<PyErr> {
        let mut lost = 0;
        for written in self.written.into_iter().rev() {
            match written {
                Written::Value(holder, step, Some(old)) => {
                    lost += usize::from(step.put(&holder, &old).is_err())
                }
                Written::Value(holder, step, None) => lost += usize::from(step.remove(&holder).is_err()),
                Written::Numbers(unit, old) => {
                    let restored = old.into_iter().rev().flatten().map(|(step, old)| step.put(&unit, &old));
                    lost += restored.filter(Result::is_err).count();
                }
            }
        }
        if lost > 0 {
            let note = format!("{lost} values could not be restored: their objects refused the old ones");
            error.value(py).call_method1(intern!(py, "add_note"), (note,))?;
        }
        Ok(error)
    }

    /// Adds what was written after this.
    pub(super) fn append(&mut self, mut later: Self) {
        self.written.append(&mut later.written);
    }
}
