//! What an `is_alive` that is one look at one attribute asks of it (`_predicates.py` knows such methods).

use pyo3::Borrowed;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::bridge::herd::Held;
use super::bridge::value::{plain, plain_number};
use super::cpython::CPython;

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

    /// How it comes out for each, up to the first of which that is not told by a plain value. Gives for how many.
    #[inline(always)]
    pub(super) fn results(
        &self,
        looked_at: &[Held<'_, '_>],
        results: &mut [bool],
        cpython: CPython,
    ) -> usize {
        let (relation, beside) = match self {
            Self::Compares(relation, beside) => (relation, *beside),
            Self::Is(constant, wanted) => {
                return fill(results, looked_at, |value| Some(value.is(constant) == *wanted));
            }
        };
        let number = |value| plain_number(value, Some(cpython));
        // A loop for each, without a branch in it: who lives is as good as random.
        match relation {
            Relation::Less => fill(results, looked_at, |value| Some(number(value)? < beside)),
            Relation::LessOrEqual => fill(results, looked_at, |value| Some(number(value)? <= beside)),
            Relation::Equal => fill(results, looked_at, |value| Some(number(value)? == beside)),
            Relation::Unequal => fill(results, looked_at, |value| Some(number(value)? != beside)),
            Relation::More => fill(results, looked_at, |value| Some(number(value)? > beside)),
            Relation::MoreOrEqual => fill(results, looked_at, |value| Some(number(value)? >= beside)),
        }
    }
}

/// What `read` makes of values, up to the first that is absent, or of which it makes nothing. Gives of how many.
#[inline(always)]
fn fill<'a, 'py>(
    results: &mut [bool],
    held: &[Held<'a, 'py>],
    read: impl Fn(Borrowed<'a, 'py, PyAny>) -> Option<bool>,
) -> usize {
    let read = held.iter().map_while(|value| read((*value)?));
    results.iter_mut().zip(read).map(|(result, read)| *result = read).count()
}
