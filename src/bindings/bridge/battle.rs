//! A battle of objects, read: what the kernel is given for it.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::armies::Armies;
use super::fault::ObjectFaults;
use crate::bindings::column::shown;
use crate::bindings::engagement::round_limit;
use crate::bindings::keys::{self, Seed, keys_or_fault};
use crate::bindings::whole::Whole;
use crate::ecs::columns::{DOCTRINES, TableId, choice};
use crate::ecs::ingest::{Push, TableInput, Values};
use crate::error::Faults;
use crate::kernel::{Engagement, Muster};

/// Where all fleets of a battle are.
const PLACE: i64 = 0;

/// A battle, read and not fought yet.
pub(super) struct Battle<'py> {
    pub(super) armies: Armies<'py>,
    pub(super) treaties: Vec<(String, String, &'static str)>,
    pub(super) doctrines: Vec<&'static str>,
    pub(super) notes: Vec<String>,
}

/// What a caller may say about all battles of a call.
pub(super) struct Terms<'a, 'py> {
    pub(super) diplomacy: Option<&'a Bound<'py, PyAny>>,
    pub(super) doctrines: Option<&'a Bound<'py, PyDict>>,
    pub(super) defenders: Vec<String>,
    pub(super) max_rounds: Option<u32>,
    pub(super) seed: Option<u64>,
    pub(super) trace_id: &'a str,
}

impl<'a, 'py> Terms<'a, 'py> {
    /// What a call says; what is wrong with it goes to `faults`.
    pub(super) fn of(
        diplomacy: Option<&'a Bound<'py, PyAny>>,
        doctrines: Option<&'a Bound<'py, PyDict>>,
        defenders: Option<&Bound<'py, PyAny>>,
        max_rounds: Option<Whole>,
        seed: Option<Seed>,
        trace_id: Option<&'a str>,
        faults: &mut Faults,
    ) -> PyResult<Self> {
        Ok(Self {
            diplomacy,
            doctrines,
            defenders: keys_or_fault(keys::names("defenders", defenders)?, faults),
            max_rounds: round_limit(max_rounds.as_ref(), faults),
            seed: seed.map(|seed| seed.0),
            trace_id: trace_id.unwrap_or_default(),
        })
    }
}

/// The doctrine of each army; the rule book's for those that are not named.
pub(super) fn doctrines(
    given: Option<&Bound<'_, PyDict>>,
    factions: &[String],
    faults: &mut ObjectFaults,
) -> PyResult<Vec<&'static str>> {
    let mut doctrines = Vec::with_capacity(factions.len());
    for name in factions {
        let word = given.map(|given| given.get_item(name)).transpose()?.flatten();
        let index = match word.as_ref().map(|word| word.extract::<String>()) {
            None => Some(0),
            Some(Ok(word)) => choice(&word, DOCTRINES),
            Some(Err(_)) => None,
        };
        doctrines.push(DOCTRINES[usize::from(index.unwrap_or(0))]);
        if let (None, Some(word)) = (index, word) {
            let wanted = format!("one of '{}'", DOCTRINES.join("', '"));
            faults.add(None, &format!("doctrines['{name}']"), shown(&word), wanted);
        }
    }
    Ok(doctrines)
}

impl Battle<'_> {
    /// The battle as the gate reads it.
    pub(super) fn push(&self) -> Push<'_> {
        let armies = &self.armies;
        let names: Vec<&str> = armies.factions.iter().map(String::as_str).collect();
        let column = |of: for<'a> fn(&'a (String, String, &'static str)) -> &'a str| {
            Values::texts(&self.treaties.iter().map(of).collect::<Vec<_>>())
        };
        let treaties = TableInput::of([
            ("a", column(|treaty| &treaty.0)),
            ("b", column(|treaty| &treaty.1)),
            ("kind", column(|treaty| treaty.2)),
        ]);
        // A battle in which nobody lives still has a place, at which nobody is.
        let mut owners: Vec<&str> = armies.fleets.iter().map(|&(_, owner)| names[owner as usize]).collect();
        if owners.is_empty() {
            owners.push(names[0]);
        }
        let fleets = TableInput::of([
            ("id", Values::wholes(0..owners.len() as i64)),
            ("faction", Values::texts(&owners)),
            ("location", Values::wholes(owners.iter().map(|_| PLACE))),
        ]);
        let units = armies.units.input([
            ("id", Values::I64((&armies.unit_ids).into())),
            ("fleet", Values::I64((&armies.unit_fleets).into())),
        ]);
        let weapons = armies.weapons.input([
            ("unit", Values::I64((&armies.weapon_units).into())),
            ("slot", Values::I64((&armies.weapon_slots).into())),
        ]);
        let factions =
            TableInput::of([("name", Values::texts(&names)), ("doctrine", Values::texts(&self.doctrines))]);
        Push::default()
            .with(TableId::Factions, factions)
            .with(TableId::Treaties, treaties)
            .with(TableId::Fleets, fleets)
            .with(TableId::Units, units)
            .with(TableId::Weapons, weapons)
    }

    /// What is fought, by this seed.
    pub(super) fn engagement(&self, terms: &Terms<'_, '_>, seed: u64) -> Engagement {
        let here = |name: &&String| self.armies.factions.contains(name);
        Engagement {
            defenders: terms.defenders.iter().filter(here).cloned().collect(),
            max_rounds: terms.max_rounds,
            seed: Some(seed),
            trace_id: terms.trace_id.into(),
            commit: false,
            ..Engagement::of(Muster::Location(PLACE))
        }
    }
}
