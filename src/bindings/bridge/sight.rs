//! What one object after another has in a few places.
#![expect(unsafe_code, reason = "attributes are read where they are")]

use pyo3::Borrowed;
use pyo3::prelude::*;

use super::herd::Held;
use super::layout::{Layout, Place, Spot, held_in_slot};
use crate::bindings::cpython::format::Straight;
use crate::bindings::cpython::objects::Item;
use crate::bindings::cpython::{expect, values};

/// So many objects ahead memory is asked for.
const AHEAD: usize = 16;

/// The first `P` places of a layout, of objects that have no value of their own in another spot.
pub(in crate::bindings) struct Sight<'a, const P: usize> {
    layout: &'a Layout,
    own: Option<&'a values::Spot>,
    way: Way<P>,
}

/// How nearly all objects are looked at.
#[derive(Clone, Copy)]
enum Way<const P: usize> {
    /// Slots at these offsets.
    Slots([usize; P]),
    /// Values in arrays.
    Arrays(Straight<P>),
    /// Place by place.
    Apart,
}

impl<'a, const P: usize> Sight<'a, P> {
    /// Looks at the first places of a layout.
    pub(in crate::bindings) fn of(
        layout: &'a Layout,
        own: Option<&'a values::Spot>,
        py: Python<'_>,
    ) -> Option<Self> {
        let places: &[_; P] = layout.places().first_chunk()?;
        let spots = places
            .each_ref()
            .map(|place| if let Spot::Value(spot) = &place.spot { Some(spot) } else { None });
        let offset = |place: &Place| if let Spot::Slot(offset) = place.spot { Some(offset) } else { None };
        let slots = places.each_ref().map(offset);
        let straight = layout.format().and_then(|format| format.straight(spots));
        let way = match straight {
            Some(straight) if own.is_none_or(values::Spot::has_no_number) => Way::Arrays(straight),
            None if own.is_none() && slots.iter().all(Option::is_some) => {
                Way::Slots(slots.map(Option::unwrap_or_default))
            }
            _ => Way::Apart,
        };
        layout.is_complete(py).then_some(Self { layout, own, way })
    }

    /// What an object has in the places; nothing if it is of another class, has its attributes elsewhere, or a value of its
    /// own.
    ///
    /// # Safety
    /// No code of Python's runs since the sight was made, and none as long as what is held is in use.
    #[inline(always)]
    pub(in crate::bindings) unsafe fn look<'o, 'py: 'o>(
        &self,
        object: Borrowed<'o, 'py, PyAny>,
    ) -> Option<[Held<'o, 'py>; P]>
    where
        'a: 'o,
    {
        if !self.layout.is_of_class(object) {
            return None;
        }
        match &self.way {
            // SAFETY: the offsets are of the object's class.
            Way::Slots(offsets) => Some(offsets.map(|offset| unsafe { held_in_slot(offset, object) })),
            Way::Arrays(straight) => match straight.of(object) {
                // Where the class has a value for those without, place by place.
                Some(held) if held.iter().all(Option::is_some) => Some(held),
                _ => self.look_apart(object),
            },
            Way::Apart => self.look_apart(object),
        }
    }

    /// Looks at objects one after another, `most` at most, up to the first that has its attributes elsewhere than nearly all of
    /// its class, or that `take` does not take. Gives how many it took. Those behind are expected to be next.
    ///
    /// # Safety
    /// As for [`look`](Self::look).
    #[inline(always)]
    pub(in crate::bindings) unsafe fn scan<'o, 'py: 'o>(
        &self,
        objects: &[Item<'o, 'py>],
        most: usize,
        take: impl FnMut([Held<'o, 'py>; P]) -> bool,
    ) -> usize
    where
        'a: 'o,
    {
        match self.way {
            // SAFETY: the offsets are of the objects' class.
            Way::Slots(offsets) => self.scan_by(objects, most, take, |object| unsafe {
                Some(offsets.map(|offset| held_in_slot(offset, object)))
            }),
            Way::Arrays(straight) => self.scan_by(objects, most, take, |object| straight.of(object)),
            Way::Apart => 0,
        }
    }

    #[inline(always)]
    fn scan_by<'o, 'py: 'o>(
        &self,
        objects: &[Item<'o, 'py>],
        most: usize,
        mut take: impl FnMut([Held<'o, 'py>; P]) -> bool,
        held: impl Fn(Borrowed<'o, 'py, PyAny>) -> Option<[Held<'o, 'py>; P]>,
    ) -> usize
    where
        'a: 'o,
    {
        let (mut taken, mut later) = (0, objects.get(AHEAD..).unwrap_or_default().iter());
        for object in objects.iter().take(most) {
            let Some(object) = object.filter(|&object| self.layout.is_of_class(object)) else { break };
            later.next().into_iter().flatten().for_each(|&later| expect(later));
            let Some(held) = held(object) else { break };
            if !take(held) {
                break;
            }
            taken += 1;
        }
        taken
    }

    #[cold]
    fn look_apart<'o, 'py: 'o>(&self, object: Borrowed<'o, 'py, PyAny>) -> Option<[Held<'o, 'py>; P]>
    where
        'a: 'o,
    {
        let at = self.layout.at(object)?;
        if let Some(own) = self.own
            && at.values.as_ref()?.borrow(own, object).is_some()
        {
            return None;
        }
        let places: &[_; P] = self.layout.places().first_chunk()?;
        Some(places.each_ref().map(|place| place.borrow(&at)))
    }
}
