//! What a class has, and how its objects look attributes up.
#![expect(unsafe_code, reason = "slots of classes are raw pointers")]

use std::ffi::{CStr, c_int, c_void};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyMapping, PyString, PyType};
use pyo3::{ffi, intern};

/// A class and those that it is made of, in the order in which names are looked up, each with its namespace.
pub(in crate::bindings) struct Bases<'py> {
    pub(in crate::bindings) class: Bound<'py, PyType>,
    namespaces: Vec<(Bound<'py, PyAny>, Bound<'py, PyMapping>)>,
}

impl<'py> Bases<'py> {
    pub(in crate::bindings) fn of(class: &Bound<'py, PyType>) -> PyResult<Self> {
        let mut namespaces = Vec::new();
        for base in class.mro().iter() {
            let namespace = base.getattr(intern!(base.py(), "__dict__"))?.cast_into::<PyMapping>()?;
            namespaces.push((base, namespace));
        }
        Ok(Self { class: class.clone(), namespaces })
    }

    /// What the class has under a name, and where from.
    pub(in crate::bindings) fn find(
        &self,
        name: &Bound<'py, PyString>,
    ) -> PyResult<Option<(&Bound<'py, PyAny>, Bound<'py, PyAny>)>> {
        for (base, namespace) in &self.namespaces {
            if namespace.contains(name)? {
                return Ok(Some((base, namespace.get_item(name)?)));
            }
        }
        Ok(None)
    }
}

/// The offset of the slot whose descriptor this is, if it is one of this class's slots.
pub(in crate::bindings) fn slot_of(
    class: &Bound<'_, PyAny>,
    found: &Bound<'_, PyAny>,
) -> PyResult<Option<usize>> {
    let py = class.py();
    static DESCRIPTOR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let descriptor = DESCRIPTOR.import(py, "types", "MemberDescriptorType")?;
    let Ok(class) = class.cast::<PyType>() else { return Ok(None) };
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
                let is_slot = (*member).type_code == ffi::Py_T_OBJECT_EX && (*member).flags == 0;
                let offset = usize::try_from((*member).offset).ok();
                return Ok(offset.filter(|offset| is_slot && offset % align_of::<usize>() == 0));
            }
            member = member.add(1);
        }
    }
    Ok(None)
}

/// Whether a class has no `__getattribute__` or `__getattr__` of its own.
pub(in crate::bindings) fn looks_up_as_object_does(class: &Bound<'_, PyType>) -> bool {
    is_as_of_object(class, ffi::Py_tp_getattro)
}

/// Whether a class has no `__setattr__` or `__delattr__` of its own.
pub(in crate::bindings) fn sets_as_object_does(class: &Bound<'_, PyType>) -> bool {
    is_as_of_object(class, ffi::Py_tp_setattro)
}

fn is_as_of_object(class: &Bound<'_, PyType>, slot: c_int) -> bool {
    let own = type_slot(class, slot);
    !own.is_null() && own == type_slot(&class.py().get_type::<PyAny>(), slot)
}

/// A slot of a class, as the stable ABI gives it.
fn type_slot(class: &Bound<'_, PyType>, slot: c_int) -> *mut c_void {
    // SAFETY: the class is alive and the interpreter attached; of any class, and any slot that the ABI numbers, the
    // function gives a pointer or null.
    unsafe { ffi::PyType_GetSlot(class.as_type_ptr(), slot) }
}
