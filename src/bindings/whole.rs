//! Whole numbers that Python hands over: they have no end, so what no number of ours can be is kept in words.

use std::fmt;

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;

use super::column::shown;
use crate::error::{Error, Fault, Faults, Result};

/// A whole number of any size.
pub(crate) enum Whole {
    /// One that has 64 bits or fewer.
    Number(i64),
    /// A larger one, as a message shows it.
    Beyond(String),
}

impl<'py> FromPyObject<'_, 'py> for Whole {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match given.extract() {
            Ok(number) => Ok(Self::Number(number)),
            Err(error) if error.is_instance_of::<PyOverflowError>(given.py()) => {
                Ok(Self::Beyond(shown(&given)))
            }
            Err(error) => Err(error),
        }
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Beyond(shown) => f.write_str(shown),
        }
    }
}

impl Whole {
    /// The number as one of `T`, if it is one and not outside of `least ..= most`.
    pub(crate) fn within<T: TryFrom<i64> + PartialOrd>(&self, least: T, most: T) -> Option<T> {
        let Self::Number(number) = self else { return None };
        T::try_from(*number).ok().filter(|number| (least..=most).contains(number))
    }

    /// An id that a row of this kind ("unit") could have.
    pub(crate) fn id_of(&self, row_name: &'static str) -> Result<i64> {
        let unknown = || Error::Unknown { table: row_name, key: self.to_string() };
        self.within(i64::MIN, i64::MAX).ok_or_else(unknown)
    }

    /// As [`within`](Self::within); else the smallest, and a fault of the argument in the list.
    pub(crate) fn within_or_fault<T>(
        &self,
        argument: &'static str,
        (least, most): (T, T),
        faults: &mut Faults,
    ) -> T
    where
        T: TryFrom<i64> + PartialOrd + fmt::Display + Copy,
    {
        self.within(least, most).unwrap_or_else(|| {
            faults
                .add(|| Fault::column(argument, "", self, format!("a whole number from {least} to {most}")));
            least
        })
    }
}
