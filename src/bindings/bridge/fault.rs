//! What is wrong with an object: which one it is, where in it, what was there and what was expected.

use std::fmt;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::value::is_ordinary;
use crate::bindings::errors;
use crate::error::LISTED_FAULTS;

/// Which object it is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The key of its army.
    pub(super) faction: String,
    /// Its position in the army's list.
    pub(super) unit: usize,
    /// Its name, if it has one.
    pub(super) name: Option<String>,
    /// The weapon's position, if the fault is a weapon's.
    pub(super) weapon: Option<usize>,
}

/// One refused value.
#[derive(Debug)]
pub(super) struct ObjectFault {
    pub(super) place: Option<Place>,
    pub(super) path: String,
    pub(super) value: String,
    pub(super) wanted: String,
}

/// The faults of one hand-over: the first ten and their count, and the first exception that stands behind one.
#[derive(Debug, Default)]
pub(super) struct ObjectFaults {
    listed: Vec<ObjectFault>,
    count: usize,
    cause: Option<PyErr>,
}

impl fmt::Display for ObjectFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { faction, unit, name, weapon }) = &self.place {
            write!(f, "unit {unit} of '{faction}'")?;
            if let Some(name) = name {
                write!(f, " ('{name}')")?;
            }
            if let Some(weapon) = weapon {
                write!(f, ", weapon {weapon}")?;
            }
            write!(f, ", ")?;
        }
        write!(f, "{}: got {}, expected {}", self.path, self.value, self.wanted)
    }
}

impl ObjectFaults {
    /// Adds a fault.
    pub(super) fn add(&mut self, place: Option<Place>, path: &str, value: String, wanted: impl Into<String>) {
        if self.listed.len() < LISTED_FAULTS {
            self.listed.push(ObjectFault { place, path: path.to_owned(), value, wanted: wanted.into() });
        }
        self.count += 1;
    }

    /// Adds the exception that an object raised; one that is about the process is given back.
    pub(super) fn raised(
        &mut self,
        py: Python<'_>,
        place: Option<Place>,
        path: &str,
        error: PyErr,
        wanted: &str,
    ) -> PyResult<()> {
        if !is_ordinary(py, &error) {
            return Err(error);
        }
        self.add(place, path, error.to_string(), wanted);
        self.cause.get_or_insert(error);
        Ok(())
    }

    /// Adds all of another's, behind these.
    pub(super) fn append(&mut self, other: Self) {
        self.listed.extend(other.listed);
        self.listed.truncate(LISTED_FAULTS);
        self.count += other.count;
        self.cause = self.cause.take().or(other.cause);
    }

    /// Says that there are at least so many, listed or not.
    pub(super) fn count_at_least(&mut self, count: usize) {
        self.count = self.count.max(count);
    }

    /// `Ok` if there are no faults, else a BridgeError.
    pub(super) fn into_result(self, py: Python<'_>) -> PyResult<()> {
        if self.count == 0 { Ok(()) } else { Err(self.error(py)?) }
    }

    fn error(self, py: Python<'_>) -> PyResult<PyErr> {
        let mut message = "hand-over refused, no object has changed: ".to_owned();
        match self.listed.as_slice() {
            [only] if self.count == 1 => message += &only.to_string(),
            faults => {
                message += &format!("{} faults", self.count);
                faults.iter().for_each(|fault| message += &format!("\n  {fault}"));
                if self.count > faults.len() {
                    message += &format!("\n  … and {} more", self.count - faults.len());
                }
            }
        }
        let error = errors::bridge_error(py, message)?;
        let listed = PyList::empty(py);
        for fault in &self.listed {
            let row = PyDict::new(py);
            let place = fault.place.as_ref();
            row.set_item("faction", place.map(|place| &place.faction))?;
            row.set_item("unit", place.map(|place| place.unit))?;
            row.set_item("name", place.and_then(|place| place.name.as_ref()))?;
            row.set_item("weapon", place.and_then(|place| place.weapon))?;
            row.set_item("path", &fault.path)?;
            row.set_item("value", &fault.value)?;
            row.set_item("expected", &fault.wanted)?;
            listed.append(row)?;
        }
        error.value(py).setattr("faults", listed)?;
        error.value(py).setattr("count", self.count)?;
        error.set_cause(py, self.cause);
        Ok(error)
    }
}
