//! Where the interpreter keeps the attributes of objects without slots.
//!
//! Objects of a class share the names of their attributes, and each has an array of values in the names' order. Who asks
//! for an object's `__dict__` gets a dict made of the two; an object with some thirty attributes or more has a dict of its
//! own, names and all. This is what the interpreter's own specialised loads read. Interpreters that are not known are read by
//! functions. What is found here is compared with a look-up by name before it is used.
#![expect(unsafe_code, reason = "the interpreter's own structures are read")]

use std::ffi::c_ulong;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict, PyString, PyType};
use pyo3::{Borrowed, ffi};

use super::{CPython, HEAD, prefetch, size};

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

/// The values of an object, for as long as no other code runs.
// Words only: an enum that is moved through memory, its kind apart from the rest, is waited for when it is read.
#[derive(Clone, Copy)]
pub(in crate::bindings) struct Values {
    /// In the order of the names that the class's objects share; of a dict of the object's own, names and values by turns.
    first: NonNull<*mut ffi::PyObject>,
    /// How many pairs of a name and its value, if they are in a dict of its own; else [`ARRAY`].
    pairs: usize,
    /// The dict that has them, too, or alone; null if there is none.
    dict: *mut ffi::PyObject,
}

/// Where objects of a class have the value of a name.
#[derive(Debug)]
pub(in crate::bindings) struct Spot {
    name: Py<PyString>,
    /// Its number among the shared names.
    shared: Option<usize>,
    /// Where it was found last in a dict of an object's own.
    entry: AtomicUsize,
}

/// A dict: `PyDictObject` of 3.11 to 3.13.
#[repr(C)]
pub(super) struct Dict {
    head: [usize; 2],
    used: isize,
    version: u64,
    names: *const Names,
    values: *mut u8,
}

/// The head of the names of a dict, or of those that the objects of a class share: `PyDictKeysObject` of 3.11 to 3.13.
#[repr(C)]
struct Names {
    references: isize,
    log2_size: u8,
    log2_index_bytes: u8,
    kind: u8,
    version: u32,
    usable: isize,
    count: isize,
}

/// `kind` of names that are all texts, each beside its value; and of those without values.
const TEXTS: u8 = 1;
const SPLIT: u8 = 2;
/// Flags of a class, as all three versions have them: it was made at run time, its objects' dicts are the interpreter's
/// business, its objects hold their values themselves (3.13).
const HEAP: c_ulong = 1 << 9;
const MANAGED: c_ulong = 1 << 4;
const INLINE: c_ulong = 1 << 2;
/// The values are an array.
const ARRAY: usize = usize::MAX;
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

    /// The values of an object; nothing if they are in a dict of another kind.
    #[inline(always)]
    pub(in crate::bindings) fn values(self, object: &Bound<'_, PyAny>) -> Option<Values> {
        let words = object.as_ptr().cast::<*mut u8>();
        // SAFETY: the object's class is one of `of` (the only caller, `Layout::at`, has compared it), so these words belong
        // to the object's own block of memory and are what `Home` says.
        let (array, dict) = unsafe {
            let dict = *words.sub(3);
            match self.home {
                // With an array it has no dict.
                Home::Pointer if !(*words.sub(4)).is_null() => (*words.sub(4), std::ptr::null_mut()),
                Home::Tagged if dict.addr() & 1 == 1 => (dict.wrapping_add(1), std::ptr::null_mut()),
                Home::Pointer | Home::Tagged => (std::ptr::null_mut(), dict),
                Home::Inline => {
                    let head = object.as_ptr().cast::<u8>().add(HEAD);
                    let is_valid = *head.add(3) != 0;
                    (if is_valid { head.add(IN_ARRAY) } else { std::ptr::null_mut() }, dict)
                }
            }
        };
        if let Some(first) = NonNull::new(array) {
            return Some(Values { first: first.cast(), pairs: ARRAY, dict: dict.cast() });
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

/// The pairs of a name and a value behind the head of names and the table of their hashes, and how many there are.
///
/// # Safety
/// The names are valid, and all texts.
#[inline]
unsafe fn pairs(names: *const Names) -> (*const [*mut ffi::PyObject; 2], usize) {
    // SAFETY: this is how `PyDictKeysObject` is laid out in the versions that are known.
    unsafe {
        let pairs = names.cast::<u8>().add(size_of::<Names>() + (1 << (*names).log2_index_bytes));
        (pairs.cast(), usize::try_from((*names).count).unwrap_or_default())
    }
}

impl Spot {
    /// Where dicts have a value of this name.
    pub(in crate::bindings) fn of_dict(_: CPython, name: &Bound<'_, PyString>) -> Self {
        Self { name: name.clone().unbind(), shared: None, entry: AtomicUsize::new(0) }
    }

    /// Whether no object of the class had a value of this name when it was looked at.
    pub(in crate::bindings) fn has_no_number(&self) -> bool {
        self.shared.is_none()
    }
}

impl Values {
    /// The values of a dict, of one whose names are all texts.
    #[inline]
    pub(in crate::bindings) fn of_dict(dict: &Bound<'_, PyDict>) -> Option<Self> {
        // SAFETY: a dict is what `Dict` says, of interpreters that are known (`Spot::of_dict`); its names are always valid.
        unsafe {
            let Dict { names, values, .. } = *dict.as_ptr().cast::<Dict>();
            let is_here = values.is_null() && (*names).kind == TEXTS;
            if is_here { Self::of_names(names, dict.as_ptr()) } else { None }
        }
    }

    /// Whether they are so many values of a dict of its own.
    pub(super) fn has(&self, values: usize) -> bool {
        self.pairs == values
    }

    /// Puts values in the place of the first ones.
    ///
    /// # Safety
    /// They are so many of a dict of its own ([`has`](Self::has)), which nobody else knows yet, and the new ones refer to nothing
    /// that the collector of garbage looks for.
    pub(super) unsafe fn put_first<const N: usize>(self, values: [Bound<'_, PyAny>; N]) {
        let pairs = self.first.cast::<[*mut ffi::PyObject; 2]>().as_ptr();
        for (entry, value) in values.into_iter().enumerate() {
            // SAFETY: there is such a pair. The value's reference takes the place of the one that was there, which is given up.
            unsafe {
                let (py, place) = (value.py(), &mut (*pairs.add(entry))[1]);
                let old = std::mem::replace(place, value.into_ptr());
                drop(Bound::from_owned_ptr_or_opt(py, old));
            }
        }
    }

    /// Asks for their memory, since they are looked at soon.
    #[inline(always)]
    pub(in crate::bindings) fn expect(&self) {
        prefetch(self.first.as_ptr());
    }

    /// Those that stand beside the names of a dict.
    ///
    /// # Safety
    /// The names are those of the dict, and all texts.
    unsafe fn of_names(names: *const Names, dict: *mut ffi::PyObject) -> Option<Self> {
        // SAFETY: as the caller says.
        let (first, pairs) = unsafe { pairs(names) };
        Some(Self { first: NonNull::new(first.cast_mut().cast())?, pairs, dict })
    }

    /// The value in a dict of the object's own.
    ///
    /// # Safety
    /// There is such a dict.
    #[inline]
    unsafe fn of_own(&self, spot: &Spot, py: Python<'_>) -> *mut ffi::PyObject {
        let (pairs, entry) =
            (self.first.cast::<[*mut ffi::PyObject; 2]>(), spot.entry.load(Ordering::Relaxed));
        // SAFETY: no pair past the last is looked at.
        unsafe {
            if entry < self.pairs && (*pairs.as_ptr().add(entry))[0] == spot.name.as_ptr() {
                (*pairs.as_ptr().add(entry))[1]
            } else {
                self.search(spot, py)
            }
        }
    }

    /// The value in a spot, for as long as no other code runs.
    #[inline(always)]
    pub(in crate::bindings) fn borrow<'a, 'py>(
        &self,
        spot: &Spot,
        object: Borrowed<'a, 'py, PyAny>,
    ) -> Option<Borrowed<'a, 'py, PyAny>> {
        // SAFETY: an array has room for each number of `Format::index`, and holds null or a living object, as a pair of names
        // and values does, or a name that is no more and null. The caller is done with the borrowed object, or holds a
        // reference of its own, before any other code runs; this thread is attached, and abi3 modules are loaded by
        // interpreters with a global lock only.
        unsafe {
            let value = match self.pairs {
                ARRAY => *self.first.as_ptr().add(spot.shared?),
                _ => self.of_own(spot, object.py()),
            };
            (!value.is_null()).then(|| Borrowed::from_ptr(object.py(), value))
        }
    }

    /// The value of a name in a dict of the object's own; null if it has none.
    #[cold]
    fn search(&self, spot: &Spot, py: Python<'_>) -> *mut ffi::PyObject {
        let (pairs, dict) = (self.first.cast::<[*mut ffi::PyObject; 2]>().as_ptr(), self.dict);
        // SAFETY: as in `borrow`. All names of this dict are texts, so asking for another that is no pointer of theirs runs no
        // code of Python's, and raises nothing.
        unsafe {
            let value = ffi::PyDict_GetItemWithError(dict, spot.name.bind(py).as_ptr());
            if !value.is_null() {
                let entry = (0..self.pairs).find(|&entry| (*pairs.add(entry))[0] == spot.name.as_ptr());
                entry.into_iter().for_each(|entry| spot.entry.store(entry, Ordering::Relaxed));
            }
            value
        }
    }

    /// Sets the value in a spot as the interpreter would, and gives what was there. Absent: it is to be set by name.
    #[inline]
    pub(in crate::bindings) fn swap<'py>(
        &self,
        spot: &Spot,
        value: Bound<'py, PyAny>,
    ) -> Option<Bound<'py, PyAny>> {
        if self.pairs != ARRAY {
            let old = self.borrow(spot, value.as_borrowed())?.to_owned();
            return set(self.dict, spot, old, &value);
        }
        // A dict has to know what is set.
        if !self.dict.is_null() {
            return None;
        }
        // SAFETY: as in `borrow`. The reference that was there goes to the caller, the value's takes its place; no other
        // code runs meanwhile.
        unsafe {
            let pointer = self.first.as_ptr().add(spot.shared?);
            let old = *pointer;
            if old.is_null() {
                return None;
            }
            let py = value.py();
            *pointer = value.into_ptr();
            Some(Bound::from_owned_ptr(py, old))
        }
    }
}

/// Sets the value of a name in a dict; what was there, if that went well.
fn set<'py>(
    dict: *mut ffi::PyObject,
    spot: &Spot,
    old: Bound<'py, PyAny>,
    value: &Bound<'py, PyAny>,
) -> Option<Bound<'py, PyAny>> {
    // SAFETY: the dict is alive as long as its object has it, and `old` keeps what was there, so that no code of Python's
    // runs.
    let dict = unsafe { Bound::from_borrowed_ptr(value.py(), dict) };
    dict.cast::<PyDict>().ok()?.set_item(&spot.name, value).ok()?;
    Some(old)
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
