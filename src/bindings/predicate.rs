//! What an `is_alive` that is one look at one attribute asks of it (`_predicates.py` knows such methods).

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::bridge::value::plain;

/// What is asked of the attribute.
pub(super) enum Test {
    Is(Py<PyAny>, bool),
    /// Whether it stands so beside the number.
    Compares(Relation, f64),
}

/// How numbers stand to each other.
#[derive(Clone, Copy)]
pub(super) enum Relation {
    Less,
    LessOrEqual,
    Equal,
    Unequal,
    More,
    MoreOrEqual,
}

impl Test {
    /// The test of this name, if it can be made with this constant.
    pub(super) fn of(name: &str, constant: &Bound<'_, PyAny>) -> Option<Self> {
        let relation = match name {
            // What `bool` says of a plain value is whether it differs from zero.
            "true" => return Some(Self::Compares(Relation::Unequal, 0.0)),
            "false" => return Some(Self::Compares(Relation::Equal, 0.0)),
            "is" => return Some(Self::Is(constant.clone().unbind(), true)),
            "is not" => return Some(Self::Is(constant.clone().unbind(), false)),
            "<" => Relation::Less,
            "<=" => Relation::LessOrEqual,
            "==" => Relation::Equal,
            "!=" => Relation::Unequal,
            ">" => Relation::More,
            ">=" => Relation::MoreOrEqual,
            _ => return None,
        };
        // Plain numbers are floats to the last bit, so they compare as floats.
        plain(constant.as_borrowed(), None).map(|constant| Self::Compares(relation, constant.number()))
    }

    /// Shows the collector of garbage what is held.
    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Self::Is(constant, _) = self { visit.call(constant) } else { Ok(()) }
    }
}
