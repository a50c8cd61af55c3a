//! The class `TreatyMatrix`: who is what to whom, and who of those present fights.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyMapping, PySet, PyString};

use super::column::{kind_of, shown};
use crate::error::{Error, Fault};
use crate::hotpaths::treaties::Treaties;

/// Treaties of factions, and who fights whom.
///
/// A treaty holds in both directions, and the last word stands. Its kind is any text, and is given back as it was set;
/// only "war", however it is written ("War", "WAR"), makes two factions hostile. Pairs that nobody set are "Neutral".
/// At most 16,384 factions.
///
/// >>> import multi_universe_core as muc
/// >>> matrix = muc.TreatyMatrix()
/// >>> matrix.set_treaty("Hegemony", "Synod", "War")
/// >>> matrix.get_treaty("Synod", "Hegemony"), matrix.get_treaty("Synod", "Traders")
/// ('War', 'Neutral')
/// >>> sorted(matrix.get_active_combatants({"Hegemony", "Synod", "Traders"}))
/// ['Hegemony', 'Synod']
#[pyclass(name = "TreatyMatrix", module = "multi_universe_core", frozen)]
pub(crate) struct PyTreatyMatrix {
    // Nothing of Python's runs while this is held: names are read before.
    treaties: Mutex<Treaties>,
}

#[pymethods]
impl PyTreatyMatrix {
    #[new]
    fn new() -> Self {
        Self { treaties: Mutex::default() }
    }

    /// A matrix of these treaties: {(a, b): kind} or {a: {b: kind}}. Raises InputError.
    #[staticmethod]
    fn from_dict(treaties: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut matrix = Treaties::default();
        let wanted = "a mapping {(a, b): kind} or {a: {b: kind}}";
        let Ok(outer) = treaties.cast::<PyMapping>() else {
            return Err(refused("treaties", kind_of(treaties), wanted));
        };
        for item in outer.items()?.iter() {
            let (key, value) = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
            if let Ok(inner) = value.cast::<PyMapping>() {
                let a = text("a", &key)?;
                for item in inner.items()?.iter() {
                    let (b, kind) = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
                    matrix.set(&a, &text("b", &b)?, &text("kind", &kind)?)?;
                }
            } else {
                let pair = key.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>();
                let (a, b) = pair.map_err(|_| refused("treaties", shown(&key), wanted))?;
                matrix.set(&text("a", &a)?, &text("b", &b)?, &text("kind", &value)?)?;
            }
        }
        Ok(Self { treaties: Mutex::new(matrix) })
    }

    /// Set the treaty of two factions. Raises InputError, and changes nothing, for a faction with itself, for names that
    /// are not texts of 1 to 255 bytes, and for an empty kind.
    fn set_treaty(
        &self,
        a: &Bound<'_, PyAny>,
        b: &Bound<'_, PyAny>,
        kind: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let (a, b, kind) = (text("a", a)?, text("b", b)?, text("kind", kind)?);
        Ok(self.held().set(&a, &b, &kind)?)
    }

    /// The kind of treaty that two factions have, as it was set; "Neutral" if nobody set any.
    fn get_treaty(&self, a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<String> {
        let (a, b) = (name("a", a)?, name("b", b)?);
        Ok(self.held().get(a.to_str()?, b.to_str()?).to_owned())
    }

    /// Whether two factions are at war.
    fn at_war(&self, a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<bool> {
        let (a, b) = (name("a", a)?, name("b", b)?);
        Ok(self.held().at_war(a.to_str()?, b.to_str()?))
    }

    /// The factions that a faction is at war with, as a set.
    fn enemies_of<'py>(&self, faction: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PySet>> {
        let given = name("faction", faction)?;
        let enemies: Vec<String> = self.held().enemies_of(given.to_str()?).map(str::to_owned).collect();
        PySet::new(faction.py(), enemies)
    }

    /// Those of the factions that are at war with at least one other of them, as a set.
    ///
    /// factions: an iterable of names; a faction that has no treaty fights nobody.
    fn get_active_combatants<'py>(&self, factions: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PySet>> {
        let wanted = "an iterable of names";
        // A text is an iterable of texts: "Synod" would be five names.
        let items = if factions.is_instance_of::<PyString>() { None } else { factions.try_iter().ok() };
        let items = items.ok_or_else(|| refused("factions", shown(factions), wanted))?;
        let items = items.collect::<PyResult<Vec<_>>>()?;
        let texts = items.iter().enumerate().map(|(row, item)| {
            let text = item.cast::<PyString>().ok().and_then(|text| text.to_str().ok());
            text.ok_or_else(|| {
                Error::Input(Fault::value("factions", "", row, shown(item), "a name").into()).into()
            })
        });
        let texts = texts.collect::<PyResult<Vec<&str>>>()?;
        let fights = self.held().combatants(&texts);
        let fighting = PySet::empty(factions.py())?;
        for (item, _) in items.iter().zip(fights).filter(|(_, fights)| *fights) {
            fighting.add(item)?;
        }
        Ok(fighting)
    }

    fn __len__(&self) -> usize {
        self.held().len()
    }

    fn __repr__(&self) -> String {
        format!("<TreatyMatrix of {} treaties>", self.held().len())
    }
}

impl PyTreatyMatrix {
    fn held(&self) -> MutexGuard<'_, Treaties> {
        self.treaties.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name<'a, 'py>(argument: &'static str, given: &'a Bound<'py, PyAny>) -> PyResult<&'a Bound<'py, PyString>> {
    let text = given.cast::<PyString>().ok().filter(|text| text.to_str().is_ok());
    text.ok_or_else(|| refused(argument, shown(given), "a text"))
}

fn text(argument: &'static str, given: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(name(argument, given)?.to_str()?.to_owned())
}

fn refused(place: &'static str, value: String, wanted: &str) -> PyErr {
    Error::Input(Fault::column(place, "", value, wanted).into()).into()
}
