//! Objects of one class that are looked at together, an attribute at a time.
//!
//! Where an attribute is, is then decided once for all of them, and objects that are far in memory are waited for together.
#![expect(unsafe_code, reason = "attributes are read where they are")]

use arrayvec::ArrayVec;
use pyo3::Borrowed;
use pyo3::prelude::*;

use super::layout::{Layout, Spot, held_in_slot};
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
            self.values.push(values);
        }
        self.objects.push(object);
        true
    }

    /// Adds objects up to the first that cannot be added.
    #[inline(always)]
    pub(super) fn extend(&mut self, objects: impl Iterator<Item = Borrowed<'a, 'py, PyAny>>) {
        for object in objects {
            if !self.add(object) {
                return;
            }
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

    /// What each of them has in a place.
    #[inline(always)]
    pub(super) fn look(&self, place: usize) -> ArrayVec<Held<'a, 'py>, N> {
        let mut all = ArrayVec::new();
        self.each(place, |held| {
            all.push(held);
            true
        });
        all
    }

    /// What `read` makes of what each has in a place, `default` of what is absent or None, put into `into` up to the first of
    /// which it makes nothing. Gives how many.
    #[inline(always)]
    pub(super) fn tell<T: Clone>(
        &self,
        place: usize,
        into: &mut [T],
        default: &T,
        read: impl Fn(Borrowed<'a, 'py, PyAny>) -> Option<T>,
    ) -> usize {
        let mut into = into.iter_mut();
        self.each(place, |held| {
            let value = match held {
                Some(value) => match read(value) {
                    // It is asked whether it is None only if it is nothing else: few are.
                    None if !value.is_none() => return false,
                    read => read,
                },
                None => None,
            };
            if let Some(into) = into.next() {
                *into = value.unwrap_or_else(|| default.clone());
            }
            true
        })
    }

    /// Shows `take` what one after the other has in a place, until it wants no more. Gives how many it took.
    #[inline(always)]
    fn each(&self, place: usize, mut take: impl FnMut(Held<'a, 'py>) -> bool) -> usize {
        let place = &self.layout.places()[place];
        let of_class = |py| place.of_class.as_ref().map(|value| value.bind_borrowed(py));
        // A loop for each kind of place, in which nothing is asked twice.
        match &place.spot {
            Spot::Slot(offset) => count(&self.objects, |object| {
                // SAFETY: the object is of the layout's class (`add`), and no code runs (`of`).
                take(unsafe { held_in_slot(*offset, *object) })
            }),
            Spot::Value(spot) => {
                let usual = spot.usual();
                count(self.objects.iter().zip(&self.values), |(object, values)| {
                    take(values.borrow_at(usual, spot, *object).or_else(|| of_class(object.py())))
                })
            }
            Spot::Class => count(&self.objects, |object| take(of_class(object.py()))),
        }
    }
}

/// How many items are taken before one is not.
#[inline(always)]
fn count<T>(items: impl IntoIterator<Item = T>, mut take: impl FnMut(T) -> bool) -> usize {
    let mut taken = 0;
    for item in items {
        if !take(item) {
            break;
        }
        taken += 1;
    }
    taken
}
