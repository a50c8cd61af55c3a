//! Objects of one class that are looked at together, an attribute at a time.
//!
//! Where an attribute is, is then decided once for all of them, and objects that are far in memory are waited for together.
#![expect(unsafe_code, reason = "attributes are read where they are")]

use arrayvec::ArrayVec;
use pyo3::Borrowed;
use pyo3::prelude::*;

use super::layout::{Layout, Spot, held_in_slot};
use crate::bindings::cpython;
use crate::bindings::cpython::values::Values;

/// What an object has in a place; nothing if it has nothing there.
pub(in crate::bindings) type Held<'a, 'py> = Option<Borrowed<'a, 'py, PyAny>>;

/// Up to `N` objects of a class whose attributes are where its layout says.
pub(super) struct Herd<'a, 'py, const N: usize> {
    layout: &'a Layout,
    objects: ArrayVec<Borrowed<'a, 'py, PyAny>, N>,
    /// The values of each; of none if all places are slots.
    values: ArrayVec<Values, N>,
}

impl<'a, 'py: 'a, const N: usize> Herd<'a, 'py, N> {
    /// Nobody yet; nothing if the layout's class is not as it was.
    ///
    /// # Safety
    /// No code of Python's runs as long as the herd is in use.
    #[inline(always)]
    pub(super) unsafe fn of(layout: &'a Layout, py: Python<'py>) -> Option<Self> {
        let herd = Self { layout, objects: ArrayVec::new(), values: ArrayVec::new() };
        layout.is_complete(py).then_some(herd)
    }

    /// Adds an object of the class; whether it could be added.
    #[inline(always)]
    pub(super) fn add(&mut self, object: Borrowed<'a, 'py, PyAny>) -> bool {
        if self.objects.is_full() || !self.layout.is_of_class(object) {
            return false;
        }
        if let Some(format) = self.layout.format() {
            let Some(values) = format.values(&object) else { return false };
            values.expect();
            self.values.push(values);
        }
        self.objects.push(object);
        true
    }

    /// Adds objects, `most` at most, up to the first that cannot be added. Those behind are expected to be next.
    #[inline(always)]
    pub(super) fn extend(
        &mut self,
        objects: impl Iterator<Item = Borrowed<'a, 'py, PyAny>> + Clone,
        most: usize,
    ) {
        let mut later = objects.clone().skip(most);
        for object in objects.take(most) {
            if !self.add(object) {
                return;
            }
            later.next().into_iter().for_each(cpython::expect);
        }
    }

    /// Adds one of another herd of this class.
    pub(super) fn add_of(&mut self, other: &Self, number: usize) {
        self.objects.push(other.objects[number]);
        self.values.extend(other.values.get(number).copied());
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }

    /// Keeps the first of them.
    pub(super) fn truncate(&mut self, len: usize) {
        self.objects.truncate(len);
        self.values.truncate(len);
    }

    /// The objects themselves.
    pub(super) fn objects(&self) -> &[Borrowed<'a, 'py, PyAny>] {
        &self.objects
    }

    /// What each of them has in a place, put into `held`.
    #[inline(always)]
    pub(super) fn look<'h>(&self, place: usize, held: &'h mut [Held<'a, 'py>; N]) -> &'h [Held<'a, 'py>] {
        let place = &self.layout.places()[place];
        let held = &mut held[..self.objects.len()];
        match &place.spot {
            Spot::Slot(offset) => {
                for (held, object) in held.iter_mut().zip(&self.objects) {
                    // SAFETY: the object is of the layout's class (`add`), and no code runs (`of`).
                    *held = unsafe { held_in_slot(*offset, *object) };
                }
                return held;
            }
            Spot::Value(spot) => {
                for ((held, object), values) in held.iter_mut().zip(&self.objects).zip(&self.values) {
                    *held = values.borrow(spot, *object);
                }
            }
            Spot::Class => held.fill(None),
        }
        if let Some(of_class) = &place.of_class {
            for (held, object) in held.iter_mut().zip(&self.objects) {
                *held = held.or_else(|| Some(of_class.bind_borrowed(object.py())));
            }
        }
        held
    }
}

/// What `read` makes of values, `default` of what is absent or None, put into `into` up to the first of which it makes
/// nothing. Gives how many.
#[inline(always)]
pub(super) fn told<'a, 'py: 'a, T: Clone>(
    held: &[Held<'a, 'py>],
    into: &mut [T],
    default: &T,
    read: impl Fn(Borrowed<'a, 'py, PyAny>) -> Option<T>,
) -> usize {
    let mut told = 0;
    for (into, value) in into.iter_mut().zip(held) {
        let value = match value {
            Some(value) => match read(*value) {
                // It is asked whether it is None only if it is nothing else: few are.
                None if !value.is_none() => break,
                read => read,
            },
            None => None,
        };
        *into = value.unwrap_or_else(|| default.clone());
        told += 1;
    }
    told
}
