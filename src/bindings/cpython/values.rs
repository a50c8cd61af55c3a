//! Values of attributes and dicts, read and set where they are.
#![expect(unsafe_code, reason = "the interpreter's own structures are read")]

use std::ptr::NonNull;
use std::slice;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict, PyFloat, PyString};
use pyo3::{Borrowed, ffi};

use super::CPython;

/// The values of an object, for as long as no other code runs.
// Words only: an enum that is moved through memory, its kind apart from the rest, is waited for when it is read.
#[derive(Clone, Copy)]
pub(in crate::bindings) struct Values {
    /// In the order of the names that the class's objects share; of a dict of the object's own, names and values by turns.
    pub(super) first: NonNull<*mut ffi::PyObject>,
    /// How many pairs of a name and its value, if they are in a dict of its own; else [`ARRAY`].
    pub(super) pairs: usize,
    /// The dict that has them, too, or alone; null if there is none.
    pub(super) dict: *mut ffi::PyObject,
}

/// Where objects of a class have the value of a name.
#[derive(Debug)]
pub(in crate::bindings) struct Spot {
    pub(super) name: Py<PyString>,
    /// Its number among the shared names.
    pub(super) shared: Option<usize>,
    /// Where it was found last in a dict of an object's own.
    pub(super) entry: AtomicUsize,
}

/// The numbers of a spot, looked up once for many objects.
#[derive(Clone, Copy)]
pub(in crate::bindings) struct Usual {
    shared: Option<usize>,
    entry: usize,
}

/// A dict: `PyDictObject` of 3.11 to 3.13.
#[repr(C)]
pub(super) struct Dict {
    head: [usize; 2],
    used: isize,
    version: u64,
    pub(super) names: *const Names,
    pub(super) values: *mut u8,
}

/// The head of the names of a dict, or of those that the objects of a class share: `PyDictKeysObject` of 3.11 to 3.13.
#[repr(C)]
pub(super) struct Names {
    references: isize,
    log2_size: u8,
    log2_index_bytes: u8,
    pub(super) kind: u8,
    version: u32,
    usable: isize,
    count: isize,
}

/// `kind` of names that are all texts, each beside its value; and of those without values.
pub(super) const TEXTS: u8 = 1;
pub(super) const SPLIT: u8 = 2;
/// The values are an array.
pub(super) const ARRAY: usize = usize::MAX;

/// The pairs of a name and a value behind the head of names and the table of their hashes, and how many there are.
///
/// # Safety
/// The names are valid, and all texts.
#[inline]
pub(super) unsafe fn pairs(names: *const Names) -> (*const [*mut ffi::PyObject; 2], usize) {
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

    /// Where the next object is likely to have it.
    #[inline(always)]
    pub(in crate::bindings) fn usual(&self) -> Usual {
        Usual { shared: self.shared, entry: self.entry.load(Ordering::Relaxed) }
    }

    /// Whether no object of the class had a value of this name when it was looked at.
    pub(in crate::bindings) fn has_no_number(&self) -> bool {
        self.shared.is_none()
    }
}

impl Values {
    /// The values of a dict, of one whose names are all texts.
    #[inline]
    pub(in crate::bindings) fn of_dict(_: CPython, dict: &Bound<'_, PyDict>) -> Option<Self> {
        // SAFETY: a dict is what `Dict` says, of interpreters that are known; its names are always valid.
        unsafe {
            let Dict { names, values, .. } = *dict.as_ptr().cast::<Dict>();
            let is_here = values.is_null() && (*names).kind == TEXTS;
            if is_here { Self::of_names(names, dict.as_ptr()) } else { None }
        }
    }

    /// Whether they are so many values of a dict of its own, without a gap.
    pub(super) fn has(&self, values: usize) -> bool {
        // SAFETY: the dict is alive as long as the values are in use.
        self.pairs == values && unsafe { (*self.dict.cast::<Dict>()).used } == values as isize
    }

    /// Puts values in the place of the first ones, and gives these.
    ///
    /// # Safety
    /// They are as many of a dict of its own ([`has`](Self::has)), which nobody else knows yet, and which the collector of garbage
    /// looks into if the new ones refer to anything.
    pub(super) unsafe fn swap_first(self, values: &mut [Bound<'_, PyAny>]) {
        let pairs = self.first.cast::<[*mut ffi::PyObject; 2]>().as_ptr();
        for (entry, value) in values.iter_mut().enumerate() {
            // SAFETY: there is such a pair, and its value is no null. References change places.
            unsafe {
                let new = std::ptr::read(value).into_ptr();
                let old = std::mem::replace(&mut (*pairs.add(entry))[1], new);
                std::ptr::write(value, Bound::from_owned_ptr(value.py(), old));
            }
        }
    }

    /// Those that stand beside the names of a dict.
    ///
    /// # Safety
    /// The names are those of the dict, and all texts.
    pub(super) unsafe fn of_names(names: *const Names, dict: *mut ffi::PyObject) -> Option<Self> {
        // SAFETY: as the caller says.
        let (first, pairs) = unsafe { pairs(names) };
        Some(Self { first: NonNull::new(first.cast_mut().cast())?, pairs, dict })
    }

    /// Where a dict of the object's own has the value.
    ///
    /// # Safety
    /// There is such a dict.
    #[inline(always)]
    unsafe fn place_in_own(&self, entry: usize, spot: &Spot) -> Option<NonNull<*mut ffi::PyObject>> {
        let pairs = self.first.cast::<[*mut ffi::PyObject; 2]>();
        // SAFETY: no pair past the last is looked at.
        unsafe {
            if entry >= self.pairs {
                return None;
            }
            let pair = pairs.add(entry);
            ((*pair.as_ptr())[0] == spot.name.as_ptr()).then(|| pair.cast().add(1))
        }
    }

    /// The value in a spot, for as long as no other code runs.
    #[inline(always)]
    pub(in crate::bindings) fn borrow<'a, 'py>(
        &self,
        spot: &Spot,
        object: Borrowed<'a, 'py, PyAny>,
    ) -> Option<Borrowed<'a, 'py, PyAny>> {
        self.borrow_at(spot.usual(), spot, object)
    }

    /// The same, by what is usual of the spot.
    #[inline(always)]
    pub(in crate::bindings) fn borrow_at<'a, 'py>(
        &self,
        usual: Usual,
        spot: &Spot,
        object: Borrowed<'a, 'py, PyAny>,
    ) -> Option<Borrowed<'a, 'py, PyAny>> {
        // SAFETY: an array has room for each number of `Format::index`, and holds null or a living object, as a pair of names
        // and values does, or a name that is no more and null. The caller is done with the borrowed object, or holds a
        // reference of its own, before any other code runs; this thread is attached, and abi3 modules are loaded by
        // interpreters with a global lock only.
        unsafe {
            let value = match self.pairs {
                ARRAY => *self.first.as_ptr().add(usual.shared?),
                _ => match self.place_in_own(usual.entry, spot) {
                    Some(place) => *place.as_ptr(),
                    None => self.search(spot, object.py()),
                },
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
        // A dict beside the array has to know what is set.
        if !self.dict.is_null() {
            return None;
        }
        // SAFETY: it is a place of this object's.
        unsafe { replace(self.first.add(spot.shared?), value) }
    }

    /// Gives the value in a spot this number, and gives what was there, as [`swap`](Self::swap) does, and runs no code of
    /// Python's. `told`: whether its dict was told of another change since such code ran last; it is told once.
    #[inline(always)]
    pub(in crate::bindings) fn put_number<'py>(
        &self,
        spot: &Spot,
        number: f64,
        py: Python<'py>,
        (cpython, told): (CPython, &mut bool),
    ) -> Option<Was<'py>> {
        let is_own = self.pairs != ARRAY;
        if is_own && self.is_watched(cpython) {
            return None;
        }
        if is_own && !*told {
            let old = self.swap(spot, PyFloat::new(py, number).into_any())?;
            *told = true;
            return Some(Was::Object(old));
        }
        // SAFETY: it is a place of this object's, of which nothing is borrowed.
        unsafe {
            let place = if is_own {
                self.place_in_own(spot.usual().entry, spot)?
            } else if self.dict.is_null() {
                self.first.add(spot.shared?)
            } else {
                return None;
            };
            cpython.put_number(place, number, py)
        }
    }

    /// Whether somebody is to be called when the dict changes, as may be from 3.12 on.
    fn is_watched(&self, cpython: CPython) -> bool {
        // SAFETY: there is a dict, and it is what `Dict` says. Its watchers are the lowest bits of its version.
        cpython != CPython::V3_11 && unsafe { (*self.dict.cast::<Dict>()).version & WATCHERS != 0 }
    }
}

/// What was in a place that was given a number.
pub(in crate::bindings) enum Was<'py> {
    /// A `float` that nobody else had: it has the new number now, and had this.
    Number(f64),
    /// This object.
    Object(Bound<'py, PyAny>),
}

/// The bits of a dict's version that say who watches it.
const WATCHERS: u64 = 0xff;

/// Puts a value in a place that has one, which is given.
///
/// # Safety
/// The place is null or has a reference of its own.
#[inline(always)]
pub(in crate::bindings) unsafe fn replace<'py>(
    place: NonNull<*mut ffi::PyObject>,
    value: Bound<'py, PyAny>,
) -> Option<Bound<'py, PyAny>> {
    // SAFETY: the reference that was there goes to the caller, the value's takes its place; no other code runs meanwhile.
    unsafe {
        let (py, old) = (value.py(), *place.as_ptr());
        if old.is_null() {
            return None;
        }
        *place.as_ptr() = value.into_ptr();
        Some(Bound::from_owned_ptr(py, old))
    }
}

impl CPython {
    /// Gives a place a number, and gives what was there; nothing if nothing was.
    ///
    /// # Safety
    /// The place is null or has a reference of its own, of which nothing is borrowed.
    #[inline(always)]
    pub(in crate::bindings) unsafe fn put_number(
        self,
        place: NonNull<*mut ffi::PyObject>,
        number: f64,
        py: Python<'_>,
    ) -> Option<Was<'_>> {
        // SAFETY: as the caller says.
        unsafe {
            let held = Borrowed::from_ptr_or_opt(py, *place.as_ptr())?;
            match self.renew(held, number) {
                Some(old) => Some(Was::Number(old)),
                None => replace(place, PyFloat::new(py, number).into_any()).map(Was::Object),
            }
        }
    }
}

/// The names of a dict, all of them texts, and their values, in order; nothing if it has others, or in an interpreter that is
/// not known.
///
/// # Safety
/// No code of Python's runs as long as they are in use.
#[inline]
pub(in crate::bindings) unsafe fn entries<'a, 'py>(
    dict: &'a Bound<'py, PyDict>,
) -> Option<impl Iterator<Item = (Borrowed<'a, 'py, PyAny>, Borrowed<'a, 'py, PyAny>)>> {
    let py = dict.py();
    let Values { first, pairs, .. } = Values::of_dict(CPython::of(py).ok()??, dict)?;
    // SAFETY: so many pairs of pointers stand there. A value is null where a name is no more, else both are living objects.
    unsafe {
        // Those of an empty dict begin at an odd address.
        let first = first.cast::<[*mut ffi::PyObject; 2]>().as_ptr();
        let pairs = if pairs == 0 { &[] } else { slice::from_raw_parts(first, pairs) };
        Some(
            pairs
                .iter()
                .filter(|[_, value]| !value.is_null())
                .map(move |&[name, value]| (Borrowed::from_ptr(py, name), Borrowed::from_ptr(py, value))),
        )
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
