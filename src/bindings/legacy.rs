//! The report as the tuple that a Python battle manager of the old kind returns.
//!
//! `(winner or "Draw", survivors, rounds, battle_stats)`: survivors are ids here, for the kernel knows no
//! objects. What the old statistics hold beyond this kernel's account (intelligence, technology) is there
//! and empty, since such managers read the keys without asking.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySet, PyTuple};

use crate::ecs::tables::{Cell, Table};
use crate::report::Report;

/// The tuple.
pub(crate) fn tuple<'py>(py: Python<'py>, report: &Report) -> PyResult<Bound<'py, PyTuple>> {
    let winner = report.winner.as_deref();
    let survivors = ids(&report.units, |faction, alive| alive && Some(faction) == winner);
    let stats = PyDict::new(py);
    for row in 0..report.factions.len() {
        if let Some(Cell::Text(name)) = cell(&report.factions, "name", row) {
            stats.set_item(name, faction_stats(py, report, name, row)?)?;
        }
    }
    (winner.unwrap_or("Draw"), survivors, report.rounds, stats).into_pyobject(py)
}

/// The statistics of the faction in `row` of the report.
fn faction_stats<'py>(
    py: Python<'py>,
    report: &Report,
    name: &str,
    row: usize,
) -> PyResult<Bound<'py, PyDict>> {
    let routing = routing(&report.timeline, name);
    let stats = PyDict::new(py);
    stats.set_item("total_damage_dealt", number(&report.factions, "damage_dealt", row))?;
    stats.set_item("units_lost", count(&report.factions, "units_lost", row))?;
    stats.set_item("kills", count(&report.factions, "kills", row))?;
    stats.set_item("routed_sum", routing.iter().sum::<i64>())?;
    stats.set_item("rounds_routed", routing.iter().filter(|&&units| units > 0).count())?;
    stats.set_item("intel_points_earned", 0)?;
    stats.set_item("enemy_tech_encountered", PySet::empty(py)?)?;
    stats.set_item("enemy_units_analyzed", PyList::empty(py))?;
    stats.set_item("wreckage", ids(&report.units, |faction, alive| !alive && faction != name))?;
    Ok(stats)
}

/// How many units of the faction were routing, round by round.
fn routing(timeline: &Table, name: &str) -> Vec<i64> {
    (0..timeline.len())
        .filter(|&row| cell(timeline, "faction", row) == Some(Cell::Text(name)))
        .map(|row| count(timeline, "routing", row))
        .collect()
}

/// The ids of the units whose faction and life `wanted` asks for.
fn ids(units: &Table, wanted: impl Fn(&str, bool) -> bool) -> Vec<i64> {
    let row_is_wanted = |row| match (cell(units, "faction", row), cell(units, "alive", row)) {
        (Some(Cell::Text(faction)), Some(Cell::Flag(alive))) => wanted(faction, alive),
        _ => false,
    };
    (0..units.len()).filter(|&row| row_is_wanted(row)).map(|row| count(units, "id", row)).collect()
}

fn cell<'a>(table: &'a Table, column: &str, row: usize) -> Option<Cell<'a>> {
    table.column(column).map(|column| column.cell(row))
}

fn number(table: &Table, column: &str, row: usize) -> f64 {
    match cell(table, column, row) {
        Some(Cell::Float(value)) => value,
        Some(Cell::Int(value)) => value as f64,
        _ => 0.0,
    }
}

fn count(table: &Table, column: &str, row: usize) -> i64 {
    match cell(table, column, row) {
        Some(Cell::Int(value)) => value,
        Some(Cell::Float(value)) => value as i64,
        _ => 0,
    }
}
