//! Paths: where in an object a value is, as text.
//!
//! A path is a chain of steps: an attribute (`health_comp.current_hp`), an item (`weapon_stats[Range]`,
//! `formations[0]`), a call without arguments (`is_alive()`). On a dict an attribute means the item of that name.
//! A question mark at the end (`abilities[Cover]?`) asks whether the last step finds anything at all.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::{PyAttributeError, PyLookupError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString};

use crate::bindings::memory;

/// One step from an object to a part of it.
pub(super) struct Step {
    /// How it is written, with its dot, brackets or parentheses.
    pub(super) text: String,
    kind: Kind,
    /// The class on which this attribute was missing last. Asking first is cheap; a failure costs an exception.
    missing_on: AtomicUsize,
}

pub(super) enum Kind {
    Attribute(Py<PyString>),
    Item(Py<PyAny>),
    Call,
}

/// A chain of steps.
pub(super) struct Path {
    pub(super) steps: Vec<Step>,
    /// Whether it asks for the existence of what the last step leads to.
    pub(super) asks: bool,
}

impl Path {
    /// Reads a path; the error says what is wrong with it.
    pub(super) fn parse(py: Python<'_>, text: &str) -> Result<Self, String> {
        let (mut rest, asks) = match text.trim().strip_suffix('?') {
            Some(rest) => (rest, true),
            None => (text.trim(), false),
        };
        let mut steps = Vec::new();
        if rest.starts_with(|first: char| first != '[') {
            rest = attribute(py, rest, "", &mut steps)?;
        }
        while let Some(first) = rest.chars().next() {
            rest = match first {
                '.' => attribute(py, &rest[1..], ".", &mut steps)?,
                '[' => item(py, &rest[1..], &mut steps)?,
                '(' => {
                    let after = rest.strip_prefix("()").ok_or("a call takes no arguments: `name()`")?;
                    steps.push(Step::new("()".to_owned(), Kind::Call));
                    after
                }
                other => return Err(format!("`{other}` begins no step")),
            };
        }
        if steps.is_empty() { Err("it is empty".to_owned()) } else { Ok(Self { steps, asks }) }
    }
}

fn attribute<'a>(py: Python<'_>, text: &'a str, dot: &str, steps: &mut Vec<Step>) -> Result<&'a str, String> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_numeric()) {
        return Err(format!("`{text}` begins with no attribute's name"));
    }
    let kind = Kind::Attribute(PyString::intern(py, name).unbind());
    steps.push(Step::new(format!("{dot}{name}"), kind));
    Ok(rest)
}

fn item<'a>(py: Python<'_>, text: &'a str, steps: &mut Vec<Step>) -> Result<&'a str, String> {
    let (key, rest) = text.split_once(']').ok_or("an item's `[` is never closed")?;
    let shown = format!("[{key}]");
    let key = key.trim();
    let quoted = ['\'', '"'].iter().find_map(|&quote| key.strip_prefix(quote)?.strip_suffix(quote));
    let key = match (quoted, key.parse::<i64>()) {
        (Some(key), _) => PyString::intern(py, key).into_any().unbind(),
        (None, Ok(index)) => PyInt::new(py, index).into_any().unbind(),
        (None, Err(_)) if key.is_empty() => return Err("an item without a key: `[]`".to_owned()),
        (None, Err(_)) => PyString::intern(py, key).into_any().unbind(),
    };
    steps.push(Step::new(shown, Kind::Item(key)));
    Ok(rest)
}

impl Step {
    fn new(text: String, kind: Kind) -> Self {
        Self { text, kind, missing_on: AtomicUsize::new(0) }
    }

    /// What the step leads to; nothing if there is no such thing, or if it is None.
    pub(super) fn take<'py>(&self, object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.take_from(object, object.is_instance_of::<PyDict>())
    }

    /// The same of an object that is known to be a dict or none.
    #[inline]
    pub(super) fn take_from<'py>(
        &self,
        object: &Bound<'py, PyAny>,
        is_dict: bool,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(self.fetch_from(object, is_dict)?.filter(|found| !found.is_none()))
    }

    /// What the step leads to, None included; nothing if there is no such thing.
    pub(super) fn fetch<'py>(&self, object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.fetch_from(object, object.is_instance_of::<PyDict>())
    }

    #[inline]
    fn fetch_from<'py>(
        &self,
        object: &Bound<'py, PyAny>,
        is_dict: bool,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = object.py();
        match &self.kind {
            Kind::Attribute(name) if is_dict => object.cast::<PyDict>()?.get_item(name),
            Kind::Attribute(name) => self.attribute(object, name.bind(py)),
            Kind::Item(key) if is_dict => object.cast::<PyDict>()?.get_item(key),
            Kind::Item(key) => or_missing(object.get_item(key), py),
            Kind::Call if object.is_callable() => object.call0().map(Some),
            Kind::Call => Ok(Some(object.clone())),
        }
    }

    /// Whether the step leads to anything, None included.
    pub(super) fn exists(&self, object: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = object.py();
        match (&self.kind, object.cast::<PyDict>()) {
            (Kind::Attribute(name), Ok(dict)) => dict.contains(name),
            (Kind::Attribute(name), Err(_)) => Ok(self.attribute(object, name.bind(py))?.is_some()),
            (Kind::Item(key), _) => object.contains(key),
            (Kind::Call, _) => Ok(object.is_callable()),
        }
    }

    /// What the step leads to, and not what a class with `__getattr__` makes up there.
    pub(super) fn own<'py>(&self, object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &self.kind {
            Kind::Attribute(name) if !object.is_instance_of::<PyDict>() => {
                memory::own_attribute(object, name.bind(object.py()))
            }
            _ => self.fetch(object),
        }
    }

    /// Whether a value that the step led to is that of the object's class, so that to put another would make an attribute of
    /// the object's own.
    pub(super) fn is_of_class(&self, object: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Kind::Attribute(name) = &self.kind else { return Ok(false) };
        let py = object.py();
        let of_class = object.get_type().getattr_opt(name.bind(py))?;
        if object.is_instance_of::<PyDict>() || !of_class.is_some_and(|of_class| of_class.is(value)) {
            return Ok(false);
        }
        let own = object.getattr_opt(intern!(py, "__dict__"))?;
        own.map_or(Ok(true), |own| Ok(!own.contains(name)?))
    }

    /// Stores a value; `Call` steps store nothing: `Schema` lets none through.
    pub(super) fn put(&self, object: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        match (&self.kind, object.cast::<PyDict>()) {
            (Kind::Attribute(name), Ok(dict)) => dict.set_item(name, value),
            (Kind::Attribute(name), Err(_)) => object.setattr(name, value),
            (Kind::Item(key), _) => object.set_item(key, value),
            (Kind::Call, _) => Ok(()),
        }
    }

    /// Takes away what [`put`](Self::put) put where nothing was.
    pub(super) fn remove(&self, object: &Bound<'_, PyAny>) -> PyResult<()> {
        match (&self.kind, object.cast::<PyDict>()) {
            (Kind::Attribute(name), Ok(dict)) => dict.del_item(name),
            (Kind::Attribute(name), Err(_)) => object.delattr(name),
            (Kind::Item(key), _) => object.del_item(key),
            (Kind::Call, _) => Ok(()),
        }
    }

    pub(super) fn kind(&self) -> &Kind {
        &self.kind
    }

    fn attribute<'py>(
        &self,
        object: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let class = object.get_type_ptr() as usize;
        if self.missing_on.load(Ordering::Relaxed) == class && !memory::has_attribute(object, name) {
            return Ok(None);
        }
        match object.getattr(name) {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_instance_of::<PyAttributeError>(object.py()) => {
                self.missing_on.store(class, Ordering::Relaxed);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Nothing, if what was looked for is not there.
pub(super) fn or_missing<'py>(
    found: PyResult<Bound<'py, PyAny>>,
    py: Python<'py>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_instance_of::<PyLookupError>(py) => Ok(None),
        Err(error) if error.is_instance_of::<PyAttributeError>(py) => Ok(None),
        Err(error) => Err(error),
    }
}
