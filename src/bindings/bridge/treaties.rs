//! Who is at war with whom: from an object with `get_treaty`, from a mapping, or, without either, everybody.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyMapping, PyString};

use super::fault::ObjectFaults;
use crate::bindings::column::{kind_of, shown};
use crate::ecs::columns::{TREATY_KINDS, choice};

/// A treaty: its two factions and its kind.
type Treaty = (String, String, &'static str);

/// Reads the treaty of each pair of factions.
pub(super) fn read(
    given: Option<&Bound<'_, PyAny>>,
    factions: &[String],
    faults: &mut ObjectFaults,
    notes: &mut Vec<String>,
) -> PyResult<Vec<Treaty>> {
    let Some(given) = given else {
        return Ok(pairs(factions).map(|(a, b)| (a.to_owned(), b.to_owned(), "war")).collect());
    };
    let mut treaties = Vec::new();
    let py = given.py();
    let method = given.getattr_opt(intern!(py, "get_treaty"))?;
    let mapping = given.cast::<PyMapping>().ok();
    for (a, b) in pairs(factions) {
        let found = match (&method, mapping) {
            (Some(method), _) => method.call1((a, b)).map(Some),
            (None, Some(mapping)) => look_up(mapping, a, b),
            (None, None) => Ok(None),
        };
        let path = format!("treaty of '{a}' and '{b}'");
        let found = match found {
            Ok(found) => found.filter(|found| !found.is_none()),
            Err(error) => {
                faults.raised(py, None, &path, error, "the kind of treaty")?;
                continue;
            }
        };
        let Some(found) = found else { continue };
        match found.cast::<PyString>().map(|text| text.to_str()) {
            Ok(text) => treaties.push((a.to_owned(), b.to_owned(), kind(text?, &path, notes))),
            Err(_) => faults.add(None, &path, shown(&found), "the kind of treaty, a text"),
        }
    }
    Ok(treaties)
}

/// Whether there is a way to ask for treaties.
pub(super) fn check(given: Option<&Bound<'_, PyAny>>, faults: &mut ObjectFaults) -> PyResult<()> {
    let Some(given) = given else { return Ok(()) };
    let method = given.getattr_opt(intern!(given.py(), "get_treaty"))?;
    if method.is_none() && given.cast::<PyMapping>().is_err() {
        let wanted = "an object with get_treaty(a, b), or a mapping from pairs of factions to treaties";
        faults.add(None, "diplomacy", kind_of(given), wanted);
    }
    Ok(())
}

/// All pairs, each once.
fn pairs(factions: &[String]) -> impl Iterator<Item = (&str, &str)> {
    let later = |index: usize| factions[index + 1..].iter();
    factions
        .iter()
        .enumerate()
        .flat_map(move |(index, a)| later(index).map(move |b| (a.as_str(), b.as_str())))
}

/// A treaty under `(a, b)`, `(b, a)`, `[a][b]` or `[b][a]`.
fn look_up<'py>(mapping: &Bound<'py, PyMapping>, a: &str, b: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    for (a, b) in [(a, b), (b, a)] {
        if mapping.contains((a, b))? {
            return mapping.get_item((a, b)).map(Some);
        }
        if mapping.contains(a)? {
            let row = mapping.get_item(a)?;
            if row.contains(b)? {
                return row.get_item(b).map(Some);
            }
        }
    }
    Ok(None)
}

/// The kernel's word for a kind of treaty. Only war makes hostile, so a kind that the rule book does not have is none.
fn kind(text: &str, path: &str, notes: &mut Vec<String>) -> &'static str {
    if let Some(index) = choice(text, TREATY_KINDS) {
        return TREATY_KINDS[usize::from(index)];
    }
    // The other end of the same treaty.
    if text.eq_ignore_ascii_case("overlord") {
        return "vassal";
    }
    notes.push(format!("{path}: '{text}' is no kind of the rule book and counts as neutral"));
    "neutral"
}
