//! Where the interpreter keeps the attributes of objects without slots.
//!
//! Objects of a class share the names of their attributes, and each has an array of values in the names' order. Who asks
//! for an object's `__dict__` gets a dict made of the two; an object with some thirty attributes or more has a dict of its
//! own, names and all. This is what the interpreter's own specialised loads read. Interpreters that are not known are read by
//! functions. What is found here is compared with a look-up by name before it is used.
#![expect(unsafe_code, reason = "the interpreter's own structures are read")]

use std::ffi::c_ulong;
use std::ptr::NonNull;
use std::sync::atomic::AtomicUsize;

use pyo3::prelude::*;
use pyo3::types::{PyAny, PyString, PyType};
use pyo3::{Borrowed, ffi};

use super::values::{ARRAY, Dict, Names, SPLIT, Spot, TEXTS, Values, pairs};
use super::{CPython, HEAD, size};

/// How objects of a class hold their values.
#[derive(Clone, Copy, Debug)]
pub(in crate::bindings) struct Format {
    home: Home,
    /// Where in a class the names are that its objects share.
    names: usize,
}

/// Where an object's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    /// 3.11: four words before the object is the pointer to them.
    Pointer,
    /// 3.12: three words before it, with the lowest bit set, or the pointer to a dict.
    Tagged,
    /// 3.13: behind the object's head, after four bytes of which the last says whether they are valid.
    Inline,
}

/// Flags of a class, as all three versions have them: it was made at run time, its objects' dicts are the interpreter's
/// business, its objects hold their values themselves (3.13).
const HEAP: c_ulong = 1 << 9;
const MANAGED: c_ulong = 1 << 4;
const INLINE: c_ulong = 1 << 2;
/// What stands before the values of an array (3.13).
const IN_ARRAY: usize = 8;

impl Format {
    /// How objects of this class hold their values; nothing if they do not, or in a way that is not known.
    pub(in crate::bindings) fn of(class: &Bound<'_, PyType>) -> PyResult<Option<Self>> {
        let Some(format) = CPython::of(class.py())?.map(Self::from) else { return Ok(None) };
        // SAFETY: the class is alive, and the function asks for nothing else.
        let flags = unsafe { ffi::PyType_GetFlags(class.as_type_ptr()) };
        let is_here = match format.home {
            Home::Pointer | Home::Tagged => true,
            Home::Inline => flags & INLINE != 0 && size(class.as_any())? == HEAD,
        };
        Ok((is_here && flags & (HEAP | MANAGED) == HEAP | MANAGED).then_some(format))
    }

    /// The number of the value with this name, if objects of the class ever had one. Numbers are for the life of the class:
    /// names are only added, and no more of them than every array has room for.
    fn index(self, class: &Bound<'_, PyType>, name: &Bound<'_, PyString>) -> Option<usize> {
        // SAFETY: the names of a class are null or valid, and live as long as the class.
        unsafe {
            let (pairs, count) =
                pairs(self.names_of(class.as_type_ptr()).filter(|&names| (*names).kind == SPLIT)?);
            let known = |index: usize| (*pairs.add(index))[0];
            let same = (0..count).find(|&index| known(index) == name.as_ptr());
            same.or_else(|| (0..count).find(|&index| !known(index).is_null() && is_text(name, known(index))))
        }
    }

    /// How many names the objects of a class share. Where as many are shared as before, the same are.
    pub(in crate::bindings) fn shared(self, class: &Bound<'_, PyType>) -> usize {
        // SAFETY: as in `index`.
        unsafe { self.names_of(class.as_type_ptr()).map_or(0, |names| pairs(names).1) }
    }

    /// The names that the objects of a class share.
    ///
    /// # Safety
    /// The class is alive, and one of `of`.
    unsafe fn names_of(self, class: *const ffi::PyTypeObject) -> Option<*const Names> {
        // SAFETY: a class with the flags that `of` asks for is a `PyHeapTypeObject`, in which the pointer to the names is at
        // this offset in the versions that are known.
        let names = unsafe { *class.cast::<u8>().add(self.names).cast::<*const Names>() };
        (!names.is_null()).then_some(names)
    }

    /// Where objects of a class have the value of this name.
    pub(in crate::bindings) fn spot(self, class: &Bound<'_, PyType>, name: &Bound<'_, PyString>) -> Spot {
        let shared = self.index(class, name);
        Spot { name: name.clone().unbind(), shared, entry: AtomicUsize::new(shared.unwrap_or_default()) }
    }

    /// Where objects have the values of these spots, if all are there and have a number.
    pub(in crate::bindings) fn straight<const P: usize>(
        self,
        spots: [Option<&Spot>; P],
    ) -> Option<Straight<P>> {
        let mut numbers = [0; P];
        for (number, spot) in numbers.iter_mut().zip(spots) {
            *number = spot?.shared?;
        }
        Some(Straight { format: self, numbers })
    }

    /// The array of an object's values; nothing if they are elsewhere.
    #[inline(always)]
    fn array(self, object: Borrowed<'_, '_, PyAny>) -> Option<NonNull<*mut ffi::PyObject>> {
        let words = object.as_ptr().cast::<*mut u8>();
        // SAFETY: the object's class is one of `of` (all callers have compared it), so these words belong to the object's own
        // block of memory and are what `Home` says.
        let array = unsafe {
            match self.home {
                Home::Pointer => *words.sub(4),
                Home::Tagged => {
                    let dict = *words.sub(3);
                    if dict.addr() & 1 == 1 { dict.wrapping_add(1) } else { std::ptr::null_mut() }
                }
                Home::Inline => {
                    let head = object.as_ptr().cast::<u8>().add(HEAD);
                    if *head.add(3) != 0 { head.add(IN_ARRAY) } else { std::ptr::null_mut() }
                }
            }
        };
        NonNull::new(array.cast())
    }

    /// The values of an object; nothing if they are in a dict of another kind.
    #[inline(always)]
    pub(in crate::bindings) fn values(self, object: &Bound<'_, PyAny>) -> Option<Values> {
        // SAFETY: as in `array`.
        let dict = unsafe { *object.as_ptr().cast::<*mut u8>().sub(3) };
        if let Some(first) = self.array(object.as_borrowed()) {
            // With an array of its own there is no dict, before 3.13.
            let dict = if self.home == Home::Inline { dict.cast() } else { std::ptr::null_mut() };
            return Some(Values { first, pairs: ARRAY, dict });
        }
        let dict = dict.cast::<Dict>();
        // SAFETY: without an array the third word before the object is null or a dict, whose names are always valid: those of
        // the class, and then there is an array of values, or the dict's own.
        unsafe {
            if dict.is_null() {
                return None;
            }
            let Dict { names, values, .. } = *dict;
            if let Some(values) = NonNull::new(values) {
                let is_of_class = self.names_of(object.get_type_ptr()) == Some(names);
                let skipped = if self.home == Home::Inline { IN_ARRAY } else { 0 };
                let first = values.add(skipped).cast();
                return is_of_class.then_some(Values { first, pairs: ARRAY, dict: dict.cast() });
            }
            if (*names).kind == TEXTS { Values::of_names(names, dict.cast()) } else { None }
        }
    }
}

/// Where objects of a class have some values, of those that keep them in an array.
#[derive(Clone, Copy)]
pub(in crate::bindings) struct Straight<const P: usize> {
    format: Format,
    numbers: [usize; P],
}

impl<const P: usize> Straight<P> {
    /// These values of an object of the class; nothing if they are in no array.
    #[inline(always)]
    pub(in crate::bindings) fn of<'a, 'py>(
        &self,
        object: Borrowed<'a, 'py, PyAny>,
    ) -> Option<[Option<Borrowed<'a, 'py, PyAny>>; P]> {
        let first = self.format.array(object)?;
        // SAFETY: as in `Values::borrow`.
        Some(self.numbers.map(|number| unsafe {
            let value = *first.as_ptr().add(number);
            (!value.is_null()).then(|| Borrowed::from_ptr(object.py(), value))
        }))
    }
}

/// Whether this object is a text that equals the name.
///
/// # Safety
/// `object` is a living object.
unsafe fn is_text(name: &Bound<'_, PyString>, object: *mut ffi::PyObject) -> bool {
    // SAFETY: as the caller says; it is borrowed for the comparison only, which runs no code of Python's.
    let known = unsafe { Borrowed::from_ptr(name.py(), object) };
    known.is_exact_instance_of::<PyString>()
        && known.cast::<PyString>().is_ok_and(|known| known.to_str().ok() == name.to_str().ok())
}

impl From<CPython> for Format {
    fn from(cpython: CPython) -> Self {
        match cpython {
            CPython::V3_11 => Self { home: Home::Pointer, names: 872 },
            CPython::V3_12 => Self { home: Home::Tagged, names: 880 },
            CPython::V3_13 => Self { home: Home::Inline, names: 880 },
        }
    }
}
