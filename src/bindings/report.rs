//! The class `BattleReport`: a battle's outcome and its tables.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::legacy;
use super::replay::PyReplay;
use super::table::PyTable;
use crate::report::{Decisiveness, Report};

/// What a battle left behind.
#[pyclass(name = "BattleReport", module = "multi_universe_core", frozen)]
pub(crate) struct PyBattleReport {
    report: Report,
    /// A row per unit.
    #[pyo3(get)]
    units: Py<PyTable>,
    /// A row per fleet.
    #[pyo3(get)]
    fleets: Py<PyTable>,
    /// A row per faction.
    #[pyo3(get)]
    factions: Py<PyTable>,
    /// A row per weapon.
    #[pyo3(get)]
    weapons: Py<PyTable>,
    /// A row per round and faction.
    #[pyo3(get)]
    timeline: Py<PyTable>,
    /// A row per system of the kernel.
    #[pyo3(get)]
    profile: Py<PyTable>,
}

impl PyBattleReport {
    pub(crate) fn new(py: Python<'_>, report: Report) -> PyResult<Self> {
        // The tables share their columns with the report: no number is copied.
        let table = |table: &crate::ecs::tables::Table| Py::new(py, PyTable::from(table.clone()));
        Ok(Self {
            units: table(&report.units)?,
            fleets: table(&report.fleets)?,
            factions: table(&report.factions)?,
            weapons: table(&report.weapons)?,
            timeline: table(&report.timeline)?,
            profile: table(&report.profile)?,
            report,
        })
    }
}

#[pymethods]
impl PyBattleReport {
    /// How it ended: "victory", "stalemate", "round_limit" or "no_conflict".
    #[getter]
    fn outcome(&self) -> &'static str {
        self.report.outcome.name()
    }

    /// The winning faction's name; None if there is none.
    #[getter]
    fn winner(&self) -> Option<&str> {
        self.report.winner.as_deref()
    }

    /// All factions left that are not hostile to each other, by name.
    #[getter]
    fn winners(&self) -> Vec<&str> {
        self.report.winners.iter().map(AsRef::as_ref).collect()
    }

    /// How clearly it was won: "overwhelming", "decisive", "marginal" or "pyrrhic"; None without a winner.
    #[getter]
    fn decisiveness(&self) -> Option<&'static str> {
        self.report.decisiveness.map(Decisiveness::name)
    }

    /// Rounds fought.
    #[getter]
    fn rounds(&self) -> u32 {
        self.report.rounds
    }

    /// How many of the winner's units are alive.
    #[getter]
    fn survivors(&self) -> usize {
        self.report.survivors
    }

    /// The seed: with the same mirror and rules it gives the same battle.
    #[getter]
    fn seed(&self) -> u64 {
        self.report.seed
    }

    /// The fingerprint of all rounds: 32 hexadecimal digits.
    #[getter]
    fn digest(&self) -> String {
        self.report.digest.to_string()
    }

    /// The battle round by round, if it was fought with record="full"; else None.
    #[getter]
    fn replay(&self) -> Option<PyReplay> {
        self.report.replay.clone().map(PyReplay::from)
    }

    /// Writes the recorded battle to a file (`.mucr`), as a whole or not at all.
    ///
    /// Raises ReplayError if the battle was not recorded, OSError if the file cannot be written.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        Ok(py.detach(|| self.report.save(path))?)
    }

    /// The tuple that a Python battle manager of the old kind returns.
    fn as_legacy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        legacy::tuple(py, &self.report)
    }

    fn __repr__(&self) -> String {
        let Report { outcome, winner, rounds, survivors, seed, digest, .. } = &self.report;
        let survivors = format!("{survivors} survivor{}", if *survivors == 1 { "" } else { "s" });
        let end = match (winner, self.decisiveness()) {
            (Some(winner), Some(how)) => format!("{outcome}, won by {winner} ({how}, {survivors})"),
            (Some(winner), None) => format!("{outcome}, won by {winner} ({survivors})"),
            (None, _) => format!("{outcome}, won by nobody"),
        };
        format!("<BattleReport: {end} after {rounds} rounds;\n seed {seed}, digest {digest}>")
    }
}
