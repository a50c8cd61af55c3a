//! Attributes read, and set, where they are.
//!
//! Objects of a class with `__slots__` have their attributes at fixed offsets, which the class's table of members names.
//! Those of other classes are where the interpreter keeps them (`cpython::format`). Reading one there costs a tenth of a look-up
//! by name, and no code of Python's runs. This is done where it is what a look-up would do: the class looks attributes up
//! as `object` does, and what it finds under the name is the slot's own descriptor, a plain constant, or nothing. A class
//! is asked in each hand-over whether it is as it was. One that the objects' own code changes in the middle of a hand-over
//! is read to its end as it was; that is safe, since the places of a class's attributes are what they are for its life. A name
//! that the class's objects begin to share in the middle ends its layout.
#![expect(unsafe_code, reason = "an attribute is read where it is")]

use std::ptr::NonNull;

use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString, PyType};
use pyo3::{Borrowed, PyTraverseError, PyVisit, ffi, intern};

use super::columns::Columns;
use super::herd::Held;
use super::look::{Source, Tree, Where};
use super::path::Kind;
use super::value::{is_plain, plain_number};
use crate::bindings::cpython::CPython;
use crate::bindings::cpython::classes::{Bases, looks_up_as_object_does, sets_as_object_does, slot_of};
use crate::bindings::cpython::format::Format;
use crate::bindings::cpython::values::{self, Values, Was};

/// Where the objects of one class have the places of a schema.
pub(in crate::bindings) struct Layout {
    class: Py<PyType>,
    places: Vec<Place>,
    /// The places of the columns, in their order.
    row: Vec<usize>,
    /// The interpreter, if its floats can be read where they are.
    cpython: Option<CPython>,
    /// How the interpreter keeps the attributes of these objects, if any of them is no slot.
    format: Option<Format>,
    /// How many names its objects shared.
    shared: usize,
    /// Whether a place has no number among these names: it may get one at any time.
    is_open: bool,
    /// Whether the class also sets attributes as `object` does.
    sets: bool,
}

pub(super) struct Place {
    pub(super) spot: Spot,
    /// What the class has under the name: the slot's descriptor, or the value of objects that have none of their own.
    pub(super) of_class: Option<Py<PyAny>>,
}

impl Place {
    /// Where objects of the class have this attribute, and whether the interpreter keeps it by `format`; nothing if looking
    /// it up is more than reading it.
    fn of<'py>(
        bases: &Bases<'py>,
        name: &Bound<'py, PyString>,
        format: Option<Format>,
    ) -> PyResult<Option<(Self, bool)>> {
        let py = name.py();
        let found = bases.find(name)?;
        if let Some((base, found)) = &found {
            if let Some(offset) = slot_of(base, found)? {
                let size: usize = bases.class.getattr(intern!(py, "__basicsize__"))?.extract()?;
                let fits = offset > 0 && offset + size_of::<usize>() <= size;
                let place = Place { spot: Spot::Slot(offset), of_class: Some(found.clone().unbind()) };
                return Ok(fits.then_some((place, false)));
            }
            if !is_constant(found) {
                return Ok(None);
            }
        }
        let is_open = bases.class.getattr(intern!(py, "__dictoffset__"))?.extract::<isize>()? != 0;
        let spot = match (is_open, format) {
            (false, _) => Spot::Class,
            (true, Some(format)) => Spot::Value(format.spot(&bases.class, name)),
            (true, None) => return Ok(None),
        };
        let of_class = found.map(|(_, found)| found.unbind());
        Ok(Some((Place { spot, of_class }, is_open)))
    }

    /// What an object has here, for as long as no other code runs.
    #[inline(always)]
    pub(super) fn borrow<'a, 'py: 'a>(&'a self, at: &At<'a, 'py>) -> Held<'a, 'py> {
        let of_object = match &self.spot {
            // SAFETY: the offset is one of the layout that the object was compared with (`Layout::at`).
            Spot::Slot(offset) => return unsafe { held_in_slot(*offset, at.object) },
            Spot::Value(spot) => at.values.as_ref()?.borrow(spot, at.object),
            Spot::Class => None,
        };
        of_object.or_else(|| self.of_class.as_ref().map(|value| value.bind_borrowed(at.object.py())))
    }
}

/// Where an object has an attribute.
#[derive(Debug)]
pub(super) enum Spot {
    /// At this offset.
    Slot(usize),
    /// Among its values; what the class has, if it has none.
    Value(values::Spot),
    /// Nowhere: it has what the class has, if that has anything.
    Class,
}

/// An object whose attributes are where its layout says, for as long as no other code runs.
#[derive(Clone, Copy)]
pub(super) struct At<'a, 'py> {
    object: Borrowed<'a, 'py, PyAny>,
    pub(super) values: Option<Values>,
}

impl Layout {
    /// The layout of an object's class for these places, if all of them are plain attributes. `row`: those of the columns.
    pub(super) fn of(
        tree: &Tree,
        places: &[Where],
        row: &[usize],
        object: &Bound<'_, PyAny>,
    ) -> PyResult<Option<Self>> {
        // All that a number lacks is where `object` has it, too: nowhere.
        if is_plain(object) {
            return Ok(None);
        }
        let name = |place| attribute_of(tree, place).map(|name| name.bind(object.py()));
        let names: Option<Vec<_>> = places.iter().map(name).collect();
        names.map_or(Ok(None), |names| Self::of_names(&names, row, object))
    }

    /// The same for attributes of these names.
    pub(in crate::bindings) fn of_names<'py>(
        names: &[&Bound<'py, PyString>],
        row: &[usize],
        object: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Self>> {
        let class = object.get_type();
        if names.is_empty() || object.is_instance_of::<PyDict>() || !looks_up_as_object_does(&class) {
            return Ok(None);
        }
        let format = Format::of(&class)?;
        let bases = Bases::of(&class)?;
        let mut layout = Self {
            places: Vec::with_capacity(names.len()),
            row: row.to_vec(),
            cpython: CPython::of(class.py())?,
            format: None,
            is_open: false,
            shared: format.map_or(0, |format| format.shared(&class)),
            sets: sets_as_object_does(&class),
            class: class.clone().unbind(),
        };
        for name in names {
            let Some((place, is_kept)) = Place::of(&bases, name, format)? else { return Ok(None) };
            layout.is_open |= matches!(&place.spot, Spot::Value(spot) if spot.has_no_number());
            layout.places.push(place);
            layout.format = if is_kept { format } else { layout.format };
        }
        Ok(layout.agrees(names, object)?.then_some(layout))
    }

    /// Whether what is read of an object is what looking it up gives.
    fn agrees<'py>(&self, names: &[&Bound<'py, PyString>], object: &Bound<'py, PyAny>) -> PyResult<bool> {
        for (number, &name) in names.iter().enumerate() {
            let looked_up = match object.getattr(name) {
                Ok(value) => Some(value),
                Err(error) if error.is_instance_of::<PyAttributeError>(object.py()) => None,
                Err(error) => return Err(error),
            };
            let same = match (self.value(number, object), &looked_up) {
                (Some(Some(read)), Some(looked_up)) => read.is(looked_up),
                (Some(None), None) => true,
                _ => false,
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the class is as it was.
    pub(super) fn still_holds(&self, tree: &Tree, places: &[Where], py: Python<'_>) -> PyResult<bool> {
        let class = self.class.bind(py);
        // What had no number among the shared names may have one meanwhile.
        let shared = self.format.map_or(self.shared, |format| format.shared(class));
        if !looks_up_as_object_does(class) || self.sets != sets_as_object_does(class) || self.shared != shared
        {
            return Ok(false);
        }
        let bases = Bases::of(class)?;
        for (place, known) in places.iter().zip(&self.places) {
            let Some(name) = attribute_of(tree, place) else { return Ok(false) };
            let (name, found) = (name.bind(py), known.of_class.as_ref());
            let is_same = match (bases.find(name)?, found) {
                (Some((_, now)), Some(found)) => now.is(found),
                (None, None) => true,
                _ => false,
            };
            if !is_same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Shows the collector of garbage what is held.
    pub(in crate::bindings) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.class)?;
        self.places.iter().try_for_each(|place| visit.call(&place.of_class))
    }

    /// The interpreter, if it is known.
    pub(super) fn cpython(&self) -> Option<CPython> {
        self.cpython
    }

    /// How the interpreter keeps what is in no slot, if anything is.
    #[inline(always)]
    pub(super) fn format(&self) -> Option<Format> {
        self.format
    }

    /// The places, in order of their numbers.
    #[inline(always)]
    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Whether objects of the class share no more names than they did, where that matters.
    #[inline(always)]
    pub(super) fn is_complete(&self, py: Python<'_>) -> bool {
        let shared = |format: Format| format.shared(self.class.bind(py));
        !self.is_open || self.format.is_none_or(|format| shared(format) == self.shared)
    }

    /// Whether an object is of this very class.
    #[inline(always)]
    pub(super) fn is_of_class(&self, object: Borrowed<'_, '_, PyAny>) -> bool {
        object.get_type_ptr() == self.class.as_ptr().cast()
    }

    /// Whether this object's attributes are where the layout says.
    #[inline]
    pub(super) fn fits(&self, object: &Bound<'_, PyAny>) -> bool {
        self.at(object.as_borrowed()).is_some()
    }

    /// An object of this class, if its attributes are where the layout says.
    // What it gives would otherwise go through memory, in pieces that are waited for.
    #[inline(always)]
    pub(super) fn at<'a, 'py>(&self, object: Borrowed<'a, 'py, PyAny>) -> Option<At<'a, 'py>> {
        if !self.is_of_class(object) || !self.is_complete(object.py()) {
            return None;
        }
        let values = match self.format {
            Some(format) => Some(format.values(&object)?),
            None => None,
        };
        Some(At { object, values })
    }

    /// What an object has in a place, None included; absent if it is not to be said here.
    #[inline]
    pub(in crate::bindings) fn value<'py>(
        &self,
        place: usize,
        object: &Bound<'py, PyAny>,
    ) -> Option<Option<Bound<'py, PyAny>>> {
        Some(self.borrow(place, &self.at(object.as_borrowed())?).map(|value| value.to_owned()))
    }

    /// The number that the plain value in a place is, if it is one.
    #[inline]
    pub(super) fn number(&self, place: usize, object: &Bound<'_, PyAny>) -> Option<f64> {
        plain_number(self.borrow(place, &self.at(object.as_borrowed())?)?, self.cpython)
    }

    /// Adds the plain values of a row to its columns, from the one with number `first` on. Gives the number of the first
    /// column whose value is none, or is not of the column's kind.
    #[inline]
    pub(super) fn row(&self, object: &Bound<'_, PyAny>, first: usize, columns: &mut Columns) -> usize {
        let Some(at) = self.at(object.as_borrowed()) else { return first };
        columns.add_row(first, self.row[first..].iter().map(|&place| self.borrow(place, &at)), self.cpython)
    }

    /// What is in a place, for as long as no other code runs.
    #[inline(always)]
    fn borrow<'a, 'py: 'a>(&'a self, place: usize, at: &At<'a, 'py>) -> Held<'a, 'py> {
        self.places[place].borrow(at)
    }

    /// Sets the attribute of a place as the interpreter would, and gives what was there. Absent: it is to be set by name.
    pub(super) fn swap<'py>(
        &self,
        place: usize,
        object: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> Option<Bound<'py, PyAny>> {
        let at = self.at(object.as_borrowed()).filter(|_| self.sets)?;
        match &self.places[place].spot {
            Spot::Value(spot) => at.values.as_ref()?.swap(spot, value.clone()),
            // SAFETY: see `slot`.
            Spot::Slot(offset) => unsafe {
                values::replace(NonNull::new(slot(*offset, at.object))?, value.clone())
            },
            Spot::Class => None,
        }
    }

    /// The same for a number of an object that was looked at; no code of Python's has run since, and none runs here. `told`:
    /// whether the object's dict was told of another one meanwhile.
    #[inline(always)]
    pub(super) fn put_number<'py>(
        &self,
        place: usize,
        at: &At<'_, 'py>,
        number: f64,
        told: &mut bool,
    ) -> Option<Was<'py>> {
        let (cpython, py) = (self.cpython.filter(|_| self.sets)?, at.object.py());
        match &self.places[place].spot {
            Spot::Value(spot) => at.values.as_ref()?.put_number(spot, number, py, (cpython, told)),
            // SAFETY: see `slot`; nothing of it is borrowed.
            Spot::Slot(offset) => unsafe {
                cpython.put_number(NonNull::new(slot(*offset, at.object))?, number, py)
            },
            Spot::Class => None,
        }
    }
}

/// The slot at this offset of an object.
///
/// # Safety
/// The offset is one of the layout of the object's class.
#[inline(always)]
unsafe fn slot(offset: usize, object: Borrowed<'_, '_, PyAny>) -> *mut *mut ffi::PyObject {
    // SAFETY: the object is of the layout's very class, whose table of members says that a pointer to an object is at this
    // offset, within the size of its objects (checked in `Place::of`): that is what the member's type `Py_T_OBJECT_EX` means,
    // and the interpreter's own descriptor reads and writes it there in the same way. Classes whose objects may take each
    // other's class have the same slots at the same places.
    unsafe { object.as_ptr().cast::<u8>().add(offset).cast() }
}

/// What is in the slot at this offset of an object.
///
/// # Safety
/// As for `slot`. Whoever asks is done with what is borrowed, or holds a reference of his own, before any other code runs.
#[inline(always)]
pub(super) unsafe fn held_in_slot<'a, 'py>(offset: usize, object: Borrowed<'a, 'py, PyAny>) -> Held<'a, 'py> {
    // SAFETY: see `slot`; what is there is null (an attribute that is not set) or a living object that the slot holds a
    // reference to. This thread is attached, and abi3 modules are loaded by interpreters with a global lock only. A whole
    // number past 64 bits raises an error while it is read by an interpreter that is not known, which may run code of Python's:
    // `row` reads no further then, and the others borrow anew.
    unsafe {
        let value = *slot(offset, object);
        (!value.is_null()).then(|| Borrowed::from_ptr(object.py(), value))
    }
}

/// The attribute that is all of a place.
pub(super) fn attribute_of<'a>(tree: &'a Tree, place: &Where) -> Option<&'a Py<PyString>> {
    let [Source::Node(node)] = place.sources.as_slice() else { return None };
    match tree.node_at(*node) {
        (None, step) => match step.kind() {
            Kind::Attribute(name) => Some(name),
            Kind::Item(_) | Kind::Call => None,
        },
        (Some(_), _) => None,
    }
}

/// Whether something in a class is a value that all its objects have, and nothing that is asked for one.
fn is_constant(found: &Bound<'_, PyAny>) -> bool {
    found.is_none()
        || found.is_exact_instance_of::<PyFloat>()
        || found.is_exact_instance_of::<PyBool>()
        || found.is_exact_instance_of::<PyInt>()
        || found.is_exact_instance_of::<PyString>()
}
