//! Attributes in slots, read where they are.
//!
//! Objects of a class with `__slots__` have their attributes at fixed offsets, which the class's table of members names.
//! Reading one there costs a tenth of a look-up by name, and no code of Python's runs. This is done where it is what
//! a look-up would do: the class looks attributes up as `object` does, and what it finds under the name is the slot's own
//! descriptor. A class is asked anew in each hand-over. One that the objects' own code changes in the middle of a
//! hand-over is read to its end as it was; that is safe, since a class's slots are where they are for its life.
#![expect(unsafe_code, reason = "a slot is read at its offset")]

use std::ffi::{CStr, c_int, c_void};

use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyMapping, PyString, PyType};
use pyo3::{Borrowed, ffi, intern};

use super::look::{Source, Tree, Where};
use super::path::Kind;
use super::value::{Plain, plain};

/// The places of a schema in the slots of one class.
pub(super) struct Slots {
    class: Py<PyType>,
    /// The offset of each place's slot; absent: objects of this class have no such attribute.
    offsets: Vec<Option<usize>>,
}

impl Slots {
    /// The slots of an object's class, if all places are in slots, or nowhere.
    pub(super) fn of(tree: &Tree, places: &[Where], object: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let class = object.get_type();
        if places.is_empty() || object.is_instance_of::<PyDict>() || !looks_up_as_object_does(&class) {
            return Ok(None);
        }
        let is_open = class.getattr(intern!(class.py(), "__dictoffset__"))?.extract::<isize>()? != 0;
        let size: usize = class.getattr(intern!(class.py(), "__basicsize__"))?.extract()?;
        let mut offsets = Vec::with_capacity(places.len());
        for place in places {
            let Some(name) = attribute_of(tree, place) else { return Ok(None) };
            let name = name.bind(class.py());
            match find(&class, name)? {
                Found::Slot(offset) if offset > 0 && offset + size_of::<usize>() <= size => {
                    offsets.push(Some(offset));
                }
                Found::Nothing if !is_open => offsets.push(None),
                _ => return Ok(None),
            }
        }
        let slots = Self { class: class.unbind(), offsets };
        Ok(slots.agree(tree, places, object)?.then_some(slots))
    }

    /// Whether what is read of an object is what looking it up gives.
    fn agree(&self, tree: &Tree, places: &[Where], object: &Bound<'_, PyAny>) -> PyResult<bool> {
        for (number, place) in places.iter().enumerate() {
            let Some(name) = attribute_of(tree, place) else { return Ok(false) };
            let looked_up = match object.getattr(name.bind(object.py())) {
                Ok(value) => Some(value),
                Err(error) if error.is_instance_of::<PyAttributeError>(object.py()) => None,
                Err(error) => return Err(error),
            };
            let same = match (self.value(number, object), &looked_up) {
                (Some(read), Some(looked_up)) => read.is(looked_up),
                (None, None) => true,
                _ => false,
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What an object has in a place, None included.
    #[inline]
    pub(super) fn value<'py>(&self, place: usize, object: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
        self.borrow(place, object).map(|value| value.to_owned())
    }

    /// The plain value in a place, if it is one.
    #[inline]
    pub(super) fn plain(&self, place: usize, object: &Bound<'_, PyAny>) -> Option<Plain> {
        self.borrow(place, object).and_then(|value| plain(&value))
    }

    /// What is in a slot, for as long as no other code runs.
    #[inline]
    fn borrow<'a, 'py>(
        &self,
        place: usize,
        object: &'a Bound<'py, PyAny>,
    ) -> Option<Borrowed<'a, 'py, PyAny>> {
        let offset = self.offsets[place]?;
        if object.get_type_ptr() != self.class.as_ptr().cast() {
            return None;
        }
        // SAFETY: the object is of this very class (checked above), whose table of members says that a pointer to an object
        // is at this offset, within the size of its objects (checked in `of`): that is what the member's type
        // `Py_T_OBJECT_EX` means, and the interpreter's own descriptor reads it there in the same way. Classes whose objects
        // may take each other's class have the same slots at the same places. The pointer is null (an attribute that is not set)
        // or a living object that the slot holds a reference to. Both callers, in this file, are done with the borrowed
        // object, or hold a reference of their own, before any other code runs; this thread is attached, and abi3
        // modules are loaded by interpreters with a global lock only.
        unsafe {
            let value = *object.as_ptr().cast::<u8>().add(offset).cast::<*mut ffi::PyObject>();
            (!value.is_null()).then(|| Borrowed::from_ptr(object.py(), value))
        }
    }
}

/// The attribute that is all of a place.
fn attribute_of<'a>(tree: &'a Tree, place: &Where) -> Option<&'a Py<PyString>> {
    let [Source::Node(node)] = place.sources.as_slice() else { return None };
    match tree.node_at(*node) {
        (None, step) => match step.kind() {
            Kind::Attribute(name) => Some(name),
            Kind::Item(_) | Kind::Call => None,
        },
        (Some(_), _) => None,
    }
}

/// What a class has under a name.
enum Found {
    Slot(usize),
    Other,
    Nothing,
}

/// Looks a name up as the interpreter does: in the class and those that it is made of, in order.
fn find(class: &Bound<'_, PyType>, name: &Bound<'_, PyString>) -> PyResult<Found> {
    for base in class.mro().iter() {
        let Ok(base) = base.cast_into::<PyType>() else { return Ok(Found::Other) };
        let namespace = base.getattr(intern!(base.py(), "__dict__"))?.cast_into::<PyMapping>()?;
        if namespace.contains(name)? {
            return Ok(slot_of(&base, &namespace.get_item(name)?)?.map_or(Found::Other, Found::Slot));
        }
    }
    Ok(Found::Nothing)
}

/// The offset of the slot whose descriptor this is, if it is one of this class's slots.
fn slot_of(class: &Bound<'_, PyType>, found: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
    let py = class.py();
    static DESCRIPTOR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let descriptor = DESCRIPTOR.import(py, "types", "MemberDescriptorType")?;
    if !found.get_type().is(descriptor) || !found.getattr(intern!(py, "__objclass__"))?.is(class) {
        return Ok(None);
    }
    // A class may have put it under another name than its own.
    let name: String = found.getattr(intern!(py, "__name__"))?.extract()?;
    let mut member = type_slot(class, ffi::Py_tp_members).cast::<ffi::PyMemberDef>();
    if member.is_null() {
        return Ok(None);
    }
    // SAFETY: the slot `Py_tp_members` of a class is a table of members that lives as long as the class and ends with one
    // that has no name; names are C strings. Struct and table are part of the stable ABI.
    unsafe {
        while !(*member).name.is_null() {
            if CStr::from_ptr((*member).name).to_bytes() == name.as_bytes() {
                let is_slot = (*member).type_code == ffi::Py_T_OBJECT_EX;
                let offset = usize::try_from((*member).offset).ok();
                return Ok(offset.filter(|offset| is_slot && offset % align_of::<usize>() == 0));
            }
            member = member.add(1);
        }
    }
    Ok(None)
}

/// Whether a class has no `__getattribute__` or `__getattr__` of its own.
fn looks_up_as_object_does(class: &Bound<'_, PyType>) -> bool {
    let own = type_slot(class, ffi::Py_tp_getattro);
    !own.is_null() && own == type_slot(&class.py().get_type::<PyAny>(), ffi::Py_tp_getattro)
}

/// A slot of a class, as the stable ABI gives it.
fn type_slot(class: &Bound<'_, PyType>, slot: c_int) -> *mut c_void {
    // SAFETY: the class is alive and the interpreter attached; of any class, and any slot that the ABI numbers, the
    // function gives a pointer or null.
    unsafe { ffi::PyType_GetSlot(class.as_type_ptr(), slot) }
}
