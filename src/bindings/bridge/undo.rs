//! What was written to objects, to be taken back if something fails.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyFloat;

use super::armies::Armies;
use super::numbers::{NUMBERS, steps};
use super::path::Step;
use super::schema::Schema;

/// What was written of a battle so far.
pub(super) struct Undo<'a, 'py> {
    schema: &'a Schema,
    written: Vec<Written<'a, 'py>>,
    /// Units to which numbers were written.
    units: Vec<Changed>,
    /// Objects that were there where numbers were written: of the units of a block, a number after another.
    replaced: Vec<Bound<'py, PyAny>>,
}

enum Written<'a, 'py> {
    /// A value, and what was there; nothing if nothing was.
    Value(Bound<'py, PyAny>, &'a Step, Option<Bound<'py, PyAny>>),
    /// Numbers of so many units, which are a block.
    Numbers(usize),
}

/// A unit to which numbers were written.
pub(super) struct Changed {
    /// Its id.
    pub(super) unit: usize,
    /// What was there, of those that were floats of the unit's own.
    pub(super) old: [f64; NUMBERS.len()],
    /// Which they are, a bit for each.
    pub(super) renewed: u8,
    /// Those for which there was another object.
    pub(super) replaced: u8,
}

impl<'a, 'py> Undo<'a, 'py> {
    /// Nothing was written yet, and so many units may be.
    pub(super) fn of(schema: &'a Schema, units: usize) -> Self {
        Self {
            schema,
            written: Vec::new(),
            units: Vec::with_capacity(units),
            replaced: Vec::with_capacity(units),
        }
    }

    /// A step was taken from `holder`, where this was.
    pub(super) fn push(&mut self, holder: Bound<'py, PyAny>, step: &'a Step, old: Option<Bound<'py, PyAny>>) {
        self.written.push(Written::Value(holder, step, old));
    }

    /// A number was written where this object was. The unit is said with [`push_block`](Self::push_block), before anything
    /// else happens.
    pub(super) fn push_replaced(&mut self, old: Bound<'py, PyAny>) {
        self.replaced.push(old);
    }

    /// Numbers of these units were written.
    pub(super) fn push_block(&mut self, units: impl Iterator<Item = Changed>) {
        let before = self.units.len();
        self.units.extend(units);
        if self.units.len() > before {
            self.written.push(Written::Numbers(self.units.len() - before));
        }
    }

    /// Takes everything back, the last first. Gives how many values could not be restored.
    pub(super) fn take_back(mut self, py: Python<'py>, armies: &Armies<'py>) -> usize {
        let mut lost = 0;
        while let Some(written) = self.written.pop() {
            match written {
                Written::Value(holder, step, Some(old)) => {
                    lost += usize::from(step.put(&holder, &old).is_err())
                }
                Written::Value(holder, step, None) => lost += usize::from(step.remove(&holder).is_err()),
                Written::Numbers(units) => lost += self.take_block_back(units, py, armies),
            }
        }
        lost
    }

    /// Takes the numbers of the last units back. Gives how many could not be restored.
    fn take_block_back(&mut self, units: usize, py: Python<'py>, armies: &Armies<'py>) -> usize {
        let units = self.units.split_off(self.units.len() - units);
        let mut lost = 0;
        for (number, step) in steps(self.schema).into_iter().enumerate().rev() {
            for changed in units.iter().rev() {
                let old = if changed.replaced >> number & 1 == 1 {
                    self.replaced.pop()
                } else if changed.renewed >> number & 1 == 1 {
                    Some(PyFloat::new(py, changed.old[number]).into_any())
                } else {
                    None
                };
                if let (Some(old), Some(step)) = (old, step) {
                    lost += usize::from(step.put(&armies.objects[changed.unit], &old).is_err());
                }
            }
        }
        lost
    }
}

/// The error after which everything was taken back but so many values, of which it says so.
pub(super) fn with_lost(py: Python<'_>, error: PyErr, lost: usize) -> PyResult<PyErr> {
    if lost > 0 {
        let note = format!("{lost} values could not be restored: their objects refused the old ones");
        error.value(py).call_method1(intern!(py, "add_note"), (note,))?;
    }
    Ok(error)
}
