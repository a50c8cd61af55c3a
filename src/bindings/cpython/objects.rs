//! Numbers and texts, lists read and filled.
#![expect(unsafe_code, reason = "the interpreter's own structures are read")]

use std::ffi::c_ulong;
use std::slice;

use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt, PyList, PyString, PyType};
use pyo3::{Borrowed, ffi};

use super::CPython;

/// The bits of a digit of a whole number.
pub(super) const DIGIT: u32 = 30;

/// So many items are looked for before the references to them are counted.
const BLOCK: usize = 32;
/// The state of a text of ASCII whose bytes follow its head: bits 5 and 6.
const ASCII: u32 = 3 << 5;

/// A list: `PyListObject` of 3.11 to 3.13.
#[repr(C)]
struct List {
    head: [usize; 2],
    len: isize,
    items: *mut *mut ffi::PyObject,
    room: isize,
}

/// What is in a place of a list: nothing only if nobody but its maker knows it.
pub(in crate::bindings) type Item<'a, 'py> = Option<Borrowed<'a, 'py, PyAny>>;

/// Flag of a class whose version is valid (3.11 and 3.12; later, one that is not is 0).
const VERSIONED: c_ulong = 1 << 19;
/// Where a class has its version, in four-byte words: the field `tp_version_tag`.
const VERSION: usize = 96;

impl CPython {
    /// A number that no class has twice: it is another as soon as anything changes in a class or in those that it is made
    /// of. Absent if the interpreter has given it none.
    pub(in crate::bindings) fn version_of(self, class: &Bound<'_, PyType>) -> Option<u32> {
        // SAFETY: the class is alive, and a `PyTypeObject`, which has its version at this place.
        let (flags, version) = unsafe {
            let class = class.as_type_ptr();
            (ffi::PyType_GetFlags(class), *class.cast::<u32>().add(VERSION))
        };
        let is_valid = version != 0 && (self == Self::V3_13 || flags & VERSIONED != 0);
        is_valid.then_some(version)
    }

    /// The value of a `float`.
    #[inline(always)]
    pub(in crate::bindings) fn real(self, object: Borrowed<'_, '_, PyAny>) -> Option<f64> {
        // SAFETY: a `float` is a `PyFloatObject`: behind the head is its value.
        object.is_exact_instance_of::<PyFloat>().then(|| unsafe { *object.as_ptr().cast::<f64>().add(2) })
    }

    /// Gives a `float` another value, if there is one reference to it, and gives the value it had. To give such a float up
    /// and to make a new one comes to the same: the interpreter makes it of the memory that was given up last.
    ///
    /// # Safety
    /// The reference is that of a place which is to have the new value, and nobody uses what he borrowed of it.
    #[inline(always)]
    pub(super) unsafe fn renew(self, float: Borrowed<'_, '_, PyAny>, value: f64) -> Option<f64> {
        let words = float.as_ptr().cast::<isize>();
        // SAFETY: the count of references stands first; in a whole word of which, from 3.12 on, half is in use. Where it is one,
        // nobody else can know the object: what knows it has a reference, or has borrowed from who has.
        unsafe {
            let is_ours = *words == 1 && float.is_exact_instance_of::<PyFloat>();
            is_ours.then(|| std::mem::replace(&mut *words.add(2).cast::<f64>(), value))
        }
    }

    /// The value of an `int` of up to 60 bits.
    #[inline(always)]
    pub(in crate::bindings) fn whole(self, object: Borrowed<'_, '_, PyAny>) -> Option<i64> {
        if !object.is_exact_instance_of::<PyInt>() {
            return None;
        }
        // One digit and no sign, nearly always.
        let one = match self {
            Self::V3_11 => 1,
            Self::V3_12 | Self::V3_13 => 1 << 3,
        };
        // SAFETY: an `int` is a `PyLongObject`: behind the head a word with the sign and the number of its digits, then these,
        // the lowest first. No more of them are read than there are.
        unsafe {
            let words = object.as_ptr().cast::<isize>();
            if *words.add(2) == one {
                return Some(i64::from(*words.add(3).cast::<u32>()));
            }
            self.whole_of(words)
        }
    }

    /// The value of an `int` of up to 60 bits.
    ///
    /// # Safety
    /// There is one at this place.
    #[cold]
    unsafe fn whole_of(self, words: *const isize) -> Option<i64> {
        // SAFETY: as in `whole`.
        unsafe {
            let size = *words.add(2);
            let (count, is_negative) = match self {
                Self::V3_11 => (size.unsigned_abs(), size < 0),
                Self::V3_12 | Self::V3_13 => (size as usize >> 3, size & 3 == 2),
            };
            let digits = words.add(3).cast::<u32>();
            let whole = match count {
                0 => 0,
                1 => i64::from(*digits),
                2 => i64::from(*digits) | i64::from(*digits.add(1)) << DIGIT,
                _ => return None,
            };
            Some(if is_negative { -whole } else { whole })
        }
    }

    /// The bytes of a text, if they are where those of usual texts of ASCII are.
    #[inline]
    pub(in crate::bindings) fn ascii<'a>(self, text: Borrowed<'a, '_, PyString>) -> Option<&'a [u8]> {
        let head = match self {
            Self::V3_11 => 48,
            Self::V3_12 | Self::V3_13 => 40,
        };
        // SAFETY: a text begins with a `PyASCIIObject`: behind the object's head are its length, its hash and its state, which
        // says whether so many bytes follow. They stay what they are as long as the text lives.
        unsafe {
            let start = text.as_ptr().cast::<u8>();
            let (len, state) = (*start.cast::<isize>().add(2), *start.cast::<u32>().add(8));
            let is_here = state & ASCII == ASCII;
            is_here.then(|| slice::from_raw_parts(start.add(head), usize::try_from(len).unwrap_or_default()))
        }
    }

    /// The hash of a text, which it keeps once it has been asked for; nothing if it has not been.
    #[inline]
    pub(in crate::bindings) fn hash(self, text: Borrowed<'_, '_, PyString>) -> Option<isize> {
        // SAFETY: as in `ascii`; a hash is never -1.
        let hash = unsafe { *text.as_ptr().cast::<isize>().add(3) };
        (hash != -1).then_some(hash)
    }

    /// The items of a list from this one on.
    ///
    /// # Safety
    /// No code of Python's runs while they are in use.
    #[inline]
    pub(in crate::bindings) unsafe fn items<'a, 'py>(
        self,
        list: Borrowed<'a, 'py, PyList>,
        first: usize,
    ) -> &'a [Item<'a, 'py>] {
        // SAFETY: a list is what `List` says; its memory is null as long as it is empty. Whoever changes it has to run first. In
        // each place is an object that the list holds a reference to, or null, which is what `Item` is.
        let items = unsafe {
            let List { len, items, .. } = *list.as_ptr().cast::<List>();
            let len = if items.is_null() { 0 } else { usize::try_from(len).unwrap_or_default() };
            if len == 0 { &[] } else { slice::from_raw_parts(items.cast::<Item<'a, 'py>>(), len) }
        };
        items.get(first..).unwrap_or_default()
    }

    /// A reference of one's own to an object.
    #[inline(always)]
    pub(in crate::bindings) fn owned<'py>(self, object: Borrowed<'_, 'py, PyAny>) -> Bound<'py, PyAny> {
        // SAFETY: this takes the reference over that `share` has counted.
        unsafe { Bound::from_owned_ptr(object.py(), self.share(object)) }
    }

    /// Takes a reference more to an object, and gives it away.
    #[inline(always)]
    fn share(self, object: Borrowed<'_, '_, PyAny>) -> *mut ffi::PyObject {
        let pointer = object.as_ptr();
        // SAFETY: the object is alive and this thread holds the interpreter's lock, which guards the count that stands first. From
        // 3.12 on it is half a word, and one that is full is that of an object that lives for ever.
        unsafe {
            match self {
                Self::V3_11 => *pointer.cast::<isize>() += 1,
                Self::V3_12 | Self::V3_13 => {
                    let count = pointer.cast::<u32>();
                    *count = (*count).saturating_add(1);
                }
            }
        }
        pointer
    }
}

/// A new list, whose items are still to come.
pub(in crate::bindings) struct Blank<'py> {
    list: Bound<'py, PyList>,
    len: usize,
}

impl<'py> Blank<'py> {
    /// A list for so many items. Making it may run code of Python's, as all that asks for memory may.
    pub(in crate::bindings) fn new(py: Python<'py>, len: usize) -> PyResult<Self> {
        // SAFETY: the function gives a list of its own, or raises an error. No place of a length is past what a list may have:
        // `len` is that of something in memory.
        let list = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyList_New(len as ffi::Py_ssize_t))? };
        Ok(Self { list: list.cast_into()?, len })
    }

    /// The list with these items; nothing if they are not as many as it is for.
    ///
    /// # Safety
    /// No code of Python's runs when the next item is asked for.
    #[inline]
    pub(in crate::bindings) unsafe fn fill<'a>(
        self,
        items: impl Iterator<Item = Borrowed<'a, 'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyList>>>
    where
        'py: 'a,
    {
        let (py, list) = (self.list.py(), self.list.as_ptr());
        let mut items = items.take(self.len);
        let mut count = 0;
        match CPython::of(py)? {
            // In blocks: where the references are counted is then known before it is needed, and far objects are waited for at
            // the same time.
            Some(cpython) => loop {
                let mut block = [std::ptr::null_mut(); BLOCK];
                let mut found = 0;
                for (place, item) in block.iter_mut().zip(items.by_ref()) {
                    *place = item.as_ptr();
                    found += 1;
                }
                for &item in &block[..found] {
                    // SAFETY: the list is new and known to nobody else, and has `len` places, which are null, so that nothing is
                    // overwritten; `items` are no more. The item is alive (`'a`), and the place takes the reference.
                    unsafe {
                        let places = (*list.cast::<List>()).items;
                        *places.add(count) = cpython.share(Borrowed::from_ptr(py, item));
                    }
                    count += 1;
                }
                if found < BLOCK {
                    break;
                }
            },
            None => items.try_for_each(|item| {
                // SAFETY: the function takes the reference and sets a place of this list, or raises an error.
                let failed = unsafe {
                    ffi::PyList_SetItem(list, count as ffi::Py_ssize_t, item.to_owned().into_ptr())
                };
                count += 1;
                if failed == 0 { Ok(()) } else { Err(PyErr::fetch(item.py())) }
            })?,
        }
        Ok((count == self.len).then_some(self.list))
    }
}

/// The hash of a text. A subclass may mean something else by it.
#[inline]
pub(in crate::bindings) fn hash_of(text: Borrowed<'_, '_, PyString>) -> PyResult<isize> {
    match CPython::of(text.py())?.and_then(|cpython| cpython.hash(text)) {
        Some(hash) => Ok(hash),
        None => text.hash(),
    }
}

/// Whether two texts are equal. Runs no code of Python's.
#[inline]
pub(in crate::bindings) fn equals(
    one: Borrowed<'_, '_, PyString>,
    other: Borrowed<'_, '_, PyString>,
) -> bool {
    if one.is(&*other) {
        return true;
    }
    if let Ok(Some(cpython)) = CPython::of(one.py())
        && let (Some(one), Some(other)) = (cpython.ascii(one), cpython.ascii(other))
    {
        return one == other;
    }
    // SAFETY: both are texts, which the function compares without fail.
    unsafe { ffi::PyUnicode_Compare(one.as_ptr(), other.as_ptr()) == 0 }
}
