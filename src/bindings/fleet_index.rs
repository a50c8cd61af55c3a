//! The class `FleetIndex`: the fleets of a game, by id.
#![expect(unsafe_code, reason = "ids are read where a list has them, and fleets put into one")]

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyAttributeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyList, PyString};
use pyo3::{Borrowed, intern};

use super::column::{self, Held, kind_of, refusal, shown};
use super::cpython::CPython;
use super::cpython::objects::{Blank, equals, hash_of};
use crate::ecs::ingest::Values;
use crate::error::{Error, Fault};
use crate::hotpaths::fleets::{self, Id, Name};

const AN_ID: &str = "a whole number below 2**63, or a text";

/// Fleets by id, in place of a search through a list.
///
/// A fleet is any object with an `id`: a whole number or a text. The index holds its fleets as a dict does, and Python's
/// collector of garbage sees through it: fleets that know their index do not keep each other alive.
///
/// A single look-up costs some 35 ns more than `dict.get`: where there is a dict by id, it is as good. Many at once
/// (`get_many`) cost a fifth of a loop with whole numbers, a third with texts, and less of an array.
///
/// >>> import multi_universe_core as muc
/// >>> from types import SimpleNamespace
/// >>> index = muc.FleetIndex()
/// >>> index.build_index([SimpleNamespace(id=1, name="Home Guard"), SimpleNamespace(id=2, name="Raiders")])
/// >>> index.get_fleet_by_id(2).name, index.get_fleet_by_id(3)
/// ('Raiders', None)
#[pyclass(name = "FleetIndex", module = "multi_universe_core", frozen)]
pub(crate) struct PyFleetIndex {
    // Nothing of Python's runs while this is held, so nobody waits for himself: ids are read before, fleets dropped after.
    fleets: Mutex<FleetIndex>,
}

type FleetIndex = fleets::FleetIndex<Py<PyString>, Py<PyAny>>;

/// An id that Python gave.
enum Key<'py> {
    Whole(i64),
    /// A text that is Unicode, and no object of a subclass, and its hash.
    Text(Bound<'py, PyString>, isize),
    /// None, or a number past all ids: no fleet has it.
    Nobody,
}

impl<'py> Key<'py> {
    /// Reads an id; the inner error is what it is instead.
    #[inline]
    fn read(given: &Bound<'py, PyAny>) -> PyResult<Result<Self, String>> {
        if given.is_exact_instance_of::<PyInt>() {
            return Ok(Ok(given.extract().map_or(Self::Nobody, Self::Whole)));
        }
        if let Ok(text) = given.cast::<PyString>() {
            let Ok(unicode) = text.to_str() else { return Ok(Err(shown(given))) };
            let text = match text.is_exact_instance_of::<PyString>() {
                true => text.clone(),
                // A subclass may mean something else by its hash.
                false => PyString::new(given.py(), unicode),
            };
            let hash = hash_of(text.as_borrowed())?;
            return Ok(Ok(Self::Text(text, hash)));
        }
        if given.is_none() {
            return Ok(Ok(Self::Nobody));
        }
        // NumPy's whole numbers, and whatever else Python takes for an index.
        match given.extract::<i64>() {
            Ok(whole) => Ok(Ok(Self::Whole(whole))),
            Err(error) => {
                refusal(given.py(), error)?;
                Ok(Err(shown(given)))
            }
        }
    }

    fn id(&self) -> Option<Id<Text<'_, 'py>>> {
        match self {
            Self::Whole(whole) => Some(Id::Whole(*whole)),
            Self::Text(text, hash) => Some(Id::Text(Text { text: text.as_borrowed(), hash: *hash })),
            Self::Nobody => None,
        }
    }
}

/// A text that is asked for.
#[derive(Clone, Copy)]
struct Text<'a, 'py> {
    text: Borrowed<'a, 'py, PyString>,
    hash: isize,
}

impl Name<Py<PyString>> for Text<'_, '_> {
    #[inline]
    fn hash(self) -> u64 {
        self.hash as u64
    }

    #[inline]
    fn is(self, kept: &Py<PyString>) -> bool {
        equals(self.text, kept.bind_borrowed(self.text.py()))
    }

    fn keep(self) -> Py<PyString> {
        self.text.to_owned().unbind()
    }
}

#[pymethods]
impl PyFleetIndex {
    #[new]
    fn new() -> Self {
        Self { fleets: Mutex::default() }
    }

    /// Index these fleets, in place of all that were in it. Of several with one id the first is found, as by a search.
    ///
    /// fleets: an iterable of objects with an `id`. Raises InputError, and holds what it held, if one has none.
    fn build_index(&self, fleets: &Bound<'_, PyAny>) -> PyResult<()> {
        let Ok(items) = fleets.try_iter() else {
            return Err(refused("fleets", None, kind_of(fleets), "an iterable of fleets"));
        };
        let mut keys = Vec::new();
        for (row, fleet) in items.enumerate() {
            let fleet = fleet?;
            keys.push((key_of(&fleet, Some(row))?, fleet.unbind()));
        }
        let mut built = FleetIndex::default();
        let whole = |(key, _): &_| if let Key::Whole(id) = key { Some(*id) } else { None };
        built.make_room(&keys.iter().filter_map(whole).collect::<Vec<i64>>());
        for (key, fleet) in keys {
            if let Some(id) = key.id() {
                built.insert_first(id, fleet);
            }
        }
        let before = std::mem::replace(&mut *self.held(), built);
        drop(before);
        Ok(())
    }

    /// The fleet with this id, or None. Raises InputError for what can be no id, such as 1.5.
    fn get_fleet_by_id(&self, fleet_id: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
        let key = asked(fleet_id)?;
        Ok(self.find(fleet_id.py(), &key))
    }

    /// The fleets with these ids, a list with None where there is none.
    ///
    /// ids: an array of whole numbers, or any iterable of ids. Raises InputError for what can be no id.
    fn get_many<'py>(&self, ids: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let py = ids.py();
        if let (Ok(list), Some(cpython)) = (ids.cast_exact::<PyList>(), CPython::of(py)?)
            && let Some(found) = self.find_list(list, cpython)?
        {
            return Ok(found);
        }
        if ids.hasattr(intern!(py, "__array__"))? {
            let held = column::read(ids)?;
            let whole = whole_numbers(&held)?;
            return self.find_each(py, whole.iter().map(|&id| Some(Id::Whole(id))));
        }
        let keys = keys(ids)?;
        self.find_each(py, keys.iter().map(Key::id))
    }

    /// Add a fleet. Raises InputError if another fleet has its id.
    fn add(&self, fleet: &Bound<'_, PyAny>) -> PyResult<()> {
        let key = key_of(fleet, None)?;
        let Some(id) = key.id() else { return Ok(()) };
        let mut fleets = self.held();
        match fleets.get(id) {
            Some(other) if !other.is(fleet) => {
                drop(fleets);
                let value = format!("the id {}, which another fleet has", fleet.getattr("id")?);
                Err(refused("fleet", None, value, "an id that is free"))
            }
            Some(_) => Ok(()),
            None => {
                fleets.insert_first(id, fleet.clone().unbind());
                Ok(())
            }
        }
    }

    /// Take the fleet with this id out, and return it. Raises UnknownKeyError if there is none.
    fn remove(&self, fleet_id: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let key = asked(fleet_id)?;
        let removed = key.id().and_then(|id| self.held().remove(id));
        removed.ok_or_else(|| Error::Unknown { table: "fleet", key: fleet_id.to_string() }.into())
    }

    fn __len__(&self) -> usize {
        self.held().len()
    }

    fn __contains__(&self, fleet_id: &Bound<'_, PyAny>) -> PyResult<bool> {
        let key = asked(fleet_id)?;
        Ok(key.id().is_some_and(|id| self.held().get(id).is_some()))
    }

    fn __repr__(&self) -> String {
        format!("<FleetIndex of {} fleets>", self.held().len())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // Who holds it now is at work on it, and it is no garbage.
        match self.fleets.try_lock() {
            Ok(fleets) => fleets.fleets().try_for_each(|fleet| visit.call(fleet)),
            Err(_) => Ok(()),
        }
    }

    fn __clear__(&self) {
        let before = std::mem::take(&mut *self.held());
        drop(before);
    }
}

impl PyFleetIndex {
    fn held(&self) -> MutexGuard<'_, FleetIndex> {
        self.fleets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn find(&self, py: Python<'_>, key: &Key<'_>) -> Option<Py<PyAny>> {
        let id = key.id()?;
        self.held().get(id).map(|fleet| fleet.clone_ref(py))
    }

    /// The fleet of each id.
    fn find_each<'a, 'py>(
        &self,
        py: Python<'py>,
        ids: impl ExactSizeIterator<Item = Option<Id<Text<'a, 'py>>>>,
    ) -> PyResult<Bound<'py, PyList>>
    where
        'py: 'a,
    {
        let (list, none) = (Blank::new(py, ids.len())?, py.None());
        let fleets = self.held();
        let find = |id: Option<Id<_>>| id.and_then(|id| fleets.get(id)).unwrap_or(&none).bind_borrowed(py);
        // SAFETY: neither hashing nor comparing the ids runs code of Python's.
        let found = unsafe { list.fill(ids.map(find))? };
        found.ok_or_else(|| {
            refused("ids", None, "ids that change while they are read", "ids that stay as they are")
        })
    }

    /// The fleets of a list of whole numbers and texts, which is the usual one; nothing if it has other ids.
    fn find_list<'py>(
        &self,
        ids: &Bound<'py, PyList>,
        cpython: CPython,
    ) -> PyResult<Option<Bound<'py, PyList>>> {
        let py = ids.py();
        let (list, none) = (Blank::new(py, ids.len())?, py.None());
        let fleets = self.held();
        let find = |id| find_usual(&fleets, id, cpython, &none).map(|fleet| fleet.bind_borrowed(py));
        // SAFETY: reading, hashing and comparing such ids runs no code of Python's.
        unsafe { list.fill(cpython.items(ids.as_borrowed(), 0).iter().map_while(|&id| find(id?))) }
    }
}

/// The fleet of an id that is a whole number or a text, `none` if there is none; nothing if it is to be looked at closer.
#[inline(always)]
fn find_usual<'a>(
    fleets: &'a FleetIndex,
    id: Borrowed<'_, '_, PyAny>,
    cpython: CPython,
    none: &'a Py<PyAny>,
) -> Option<&'a Py<PyAny>> {
    if let Some(whole) = cpython.whole(id) {
        return Some(fleets.get(Id::Whole::<Text<'_, '_>>(whole)).unwrap_or(none));
    }
    let text = id.cast_exact::<PyString>().ok()?;
    let hash = cpython.hash(text).or_else(|| text.hash().ok())?;
    let found = fleets.get(Id::Text(Text { text, hash }));
    // A text that is no Unicode is refused, in words.
    found.or_else(|| cpython.ascii(text).map(|_| none))
}

/// The id that is asked for.
#[inline]
fn asked<'py>(given: &Bound<'py, PyAny>) -> PyResult<Key<'py>> {
    Key::read(given)?.map_err(|value| refused("fleet_id", None, value, AN_ID))
}

/// The id of a fleet; `row` is its place among those given.
fn key_of<'py>(fleet: &Bound<'py, PyAny>, row: Option<usize>) -> PyResult<Key<'py>> {
    let py = fleet.py();
    let place = if row.is_some() { "fleets" } else { "fleet" };
    let id = match fleet.getattr(intern!(py, "id")) {
        Ok(id) => id,
        Err(error) if error.is_instance_of::<PyAttributeError>(py) => {
            return Err(refused(
                place,
                row,
                format!("{}, which has no id", kind_of(fleet)),
                "an object with an id",
            ));
        }
        Err(error) => return Err(error),
    };
    match Key::read(&id)? {
        Ok(Key::Nobody) => Err(refused(place, row, format!("the id {}", shown(&id)), AN_ID)),
        Ok(key) => Ok(key),
        Err(value) => Err(refused(place, row, format!("the id {value}"), AN_ID)),
    }
}

fn keys<'py>(ids: &Bound<'py, PyAny>) -> PyResult<Vec<Key<'py>>> {
    let read = |(row, given): (usize, Bound<'py, PyAny>)| {
        Key::read(&given)?.map_err(|value| refused("ids", Some(row), value, AN_ID))
    };
    if let Ok(list) = ids.cast_exact::<PyList>() {
        return list.iter().enumerate().map(read).collect();
    }
    let Ok(items) = ids.try_iter() else {
        return Err(refused("ids", None, kind_of(ids), "an iterable of ids"));
    };
    items.enumerate().map(|(row, given)| read((row, given?))).collect()
}

/// The whole numbers of a column.
fn whole_numbers<'a>(held: &'a Held<'_>) -> PyResult<Cow<'a, [i64]>> {
    match held.values() {
        Values::I64(ids) => Ok(ids),
        Values::I32(ids) => Ok(ids.iter().copied().map(i64::from).collect()),
        values if values.rows() == Some(0) => Ok(Cow::default()),
        values => Err(refused("ids", None, values.describe(), "an array of whole numbers")),
    }
}

fn refused(place: &'static str, row: Option<usize>, value: impl ToString, wanted: &str) -> PyErr {
    let fault = Fault { row, ..Fault::column(place, "", value.to_string(), wanted) };
    Error::Input(fault.into()).into()
}
