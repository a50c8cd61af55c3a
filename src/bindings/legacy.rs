//! The report as the tuple that a Python battle manager of the old kind returns.
//!
//! `(winner or "Draw", survivors, rounds, battle_stats)`: survivors is how many units of the winner live. Such managers
//! read the keys of the statistics without asking, so all of them are there. What a kernel without objects cannot know
//! (names, technology) is empty, and wreckage is ids; after a hand-over of objects it is the objects.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySet, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::ecs::tables::{Cell, Table};
use crate::report::{Outcome, Report};

/// Intelligence for each kind of enemy unit that was met, in points.
const INTEL_PER_KIND: usize = 10;

/// The objects that fought a battle.
pub(crate) struct Handover {
    /// The armies' names, in order.
    pub(crate) factions: Vec<String>,
    /// All objects, army after army; a unit's id is its place here.
    pub(crate) objects: Vec<Py<PyAny>>,
    /// The army of each object.
    pub(crate) owners: Vec<u32>,
    /// Whether each object lived before the battle.
    pub(crate) living: Vec<bool>,
    /// The objects' names, if they have any.
    pub(crate) names: Vec<Option<Py<PyAny>>>,
    /// The objects' own keys of their fleets, by the fleet's id.
    pub(crate) fleets: Vec<Option<Py<PyAny>>>,
    /// What a reader should know.
    pub(crate) notes: Vec<String>,
}

impl Handover {
    /// For the collector of cycles: an object may well refer to a report.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        let optional = self.names.iter().chain(&self.fleets).flatten();
        self.objects.iter().chain(optional).try_for_each(|object| visit.call(object))
    }

    /// The army that alone has living units, and how many.
    fn only_living(&self) -> Option<(&str, usize)> {
        let mut living = self.owners.iter().zip(&self.living).filter(|&(_, &living)| living);
        let (&first, _) = living.next()?;
        let others = living.try_fold(1, |count, (&owner, _)| (owner == first).then_some(count + 1));
        others.map(|count| (self.factions[first as usize].as_str(), count))
    }

    /// The distinct names of the living units of other armies, in order.
    fn enemy_kinds<'py>(&self, py: Python<'py>, faction: &str) -> PyResult<Bound<'py, PyList>> {
        let kinds = PyDict::new(py);
        for ((name, &owner), &living) in self.names.iter().zip(&self.owners).zip(&self.living) {
            if let (Some(name), true) = (name, living && self.factions[owner as usize] != faction) {
                kinds.set_item(name, true)?;
            }
        }
        Ok(kinds.keys())
    }
}

/// The tuple.
pub(crate) fn tuple<'py>(
    py: Python<'py>,
    report: &Report,
    handover: Option<&Handover>,
) -> PyResult<Bound<'py, PyTuple>> {
    let alone = match report.outcome {
        Outcome::NoConflict => handover.and_then(Handover::only_living),
        _ => None,
    };
    let (winner, survivors) = alone.unwrap_or((report.winner.as_deref().unwrap_or("Draw"), report.survivors));
    let fought: Vec<&str> =
        (0..report.factions.len()).map(|row| text(&report.factions, "name", row)).collect();
    let stats = PyDict::new(py);
    for (row, &name) in fought.iter().enumerate() {
        stats.set_item(name, faction_stats(py, report, handover, name, Some(row))?)?;
    }
    let bystanders = handover.iter().flat_map(|handover| &handover.factions);
    for name in bystanders.filter(|name| !fought.contains(&name.as_str())) {
        stats.set_item(name, faction_stats(py, report, None, name, None)?)?;
    }
    (winner, survivors, report.rounds, stats).into_pyobject(py)
}

/// The statistics of the faction in `row` of the report; of one that did not fight without a row.
fn faction_stats<'py>(
    py: Python<'py>,
    report: &Report,
    handover: Option<&Handover>,
    name: &str,
    row: Option<usize>,
) -> PyResult<Bound<'py, PyDict>> {
    let count = |column| row.map_or(0, |row| whole(&report.factions, column, row));
    let dealt = row.map_or(0.0, |row| report.factions.floats("damage_dealt")[row]);
    let routing = routing(&report.timeline, name);
    let kinds = handover.map_or_else(|| Ok(PyList::empty(py)), |handover| handover.enemy_kinds(py, name))?;
    let stats = PyDict::new(py);
    stats.set_item("total_damage_dealt", dealt)?;
    stats.set_item("units_lost", count("units_lost"))?;
    stats.set_item("kills", count("kills"))?;
    stats.set_item("routed_sum", routing.iter().sum::<i64>())?;
    stats.set_item("rounds_routed", routing.iter().filter(|&&units| units > 0).count())?;
    stats.set_item("intel_points_earned", INTEL_PER_KIND * kinds.len())?;
    stats.set_item("enemy_tech_encountered", PySet::empty(py)?)?;
    stats.set_item("enemy_units_analyzed", kinds)?;
    let wrecks = if row.is_some() { wrecks(&report.units, name) } else { Vec::new() };
    match handover {
        None => stats.set_item("wreckage", wrecks)?,
        Some(Handover { objects, .. }) => {
            let wrecks = wrecks.into_iter().map(|id| objects[id as usize].clone_ref(py)).collect::<Vec<_>>();
            stats.set_item("wreckage", wrecks)?;
        }
    }
    Ok(stats)
}

/// How many units of the faction were routing, round by round.
fn routing(timeline: &Table, name: &str) -> Vec<i64> {
    (0..timeline.len())
        .filter(|&row| text(timeline, "faction", row) == name)
        .map(|row| whole(timeline, "routing", row))
        .collect()
}

/// The ids of the destroyed units of all other factions.
fn wrecks(units: &Table, name: &str) -> Vec<i64> {
    let is_wreck = |row: &usize| {
        cell(units, "alive", *row) == Some(Cell::Flag(false)) && text(units, "faction", *row) != name
    };
    (0..units.len()).filter(is_wreck).map(|row| whole(units, "id", row)).collect()
}

fn cell<'a>(table: &'a Table, column: &str, row: usize) -> Option<Cell<'a>> {
    table.column(column).map(|column| column.cell(row))
}

fn text<'a>(table: &'a Table, column: &str, row: usize) -> &'a str {
    if let Some(Cell::Text(text)) = cell(table, column, row) { text } else { "" }
}

fn whole(table: &Table, column: &str, row: usize) -> i64 {
    if let Some(Cell::Int(value)) = cell(table, column, row) { value } else { 0 }
}
