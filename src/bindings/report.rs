//! The class `BattleReport`: a battle's outcome and its tables.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;
use pyo3::{PyTraverseError, PyVisit};

use super::legacy::{self, Handover};
use super::replay::PyReplay;
use super::story::PyStory;
use super::table::PyTable;
use super::whole::Whole;
use crate::ecs::tables::Table;
use crate::report::{Decisiveness, Report};

/// What a battle left behind.
///
/// >>> report = kernel.resolve(fleets=[1, 2], seed=7)
/// >>> report.winner, report.survivors, report.units["alive"]
/// ('Hegemony', 1, array([ True, False]))
/// >>> report.as_legacy()[:3]
/// ('Hegemony', 1, 17)
#[pyclass(name = "BattleReport", module = "multi_universe_core", frozen)]
pub(crate) struct PyBattleReport {
    report: Report,
    /// The objects that fought, if it was objects.
    handover: Option<Handover>,
    /// The tables, each made when it is first asked for: a turn has thousands of reports, and few are looked at.
    tables: [PyOnceLock<Py<PyTable>>; Part::COUNT],
    /// The table of the ledger and that of events, which the report holds in another form.
    ledger: PyOnceLock<Py<PyTable>>,
    events: PyOnceLock<Py<PyTable>>,
}

/// Which of a report's tables.
#[derive(Clone, Copy)]
enum Part {
    Units,
    Fleets,
    Factions,
    Weapons,
    Timeline,
    Profile,
}

impl Part {
    const COUNT: usize = Self::Profile as usize + 1;
}

impl PyBattleReport {
    pub(crate) fn new(report: Report) -> Self {
        let tables = [const { PyOnceLock::new() }; Part::COUNT];
        Self { report, handover: None, tables, ledger: PyOnceLock::new(), events: PyOnceLock::new() }
    }

    /// One of its tables, which shares its columns with the report.
    fn table(&self, py: Python<'_>, part: Part, table: &Table) -> PyResult<Py<PyTable>> {
        let made =
            self.tables[part as usize].get_or_try_init(py, || Py::new(py, PyTable::from(table.clone())));
        Ok(made?.clone_ref(py))
    }

    /// What it holds.
    pub(crate) fn report(&self) -> &Report {
        &self.report
    }

    /// The report of a battle of objects.
    pub(crate) fn of_objects(report: Report, handover: Handover) -> Self {
        Self { handover: Some(handover), ..Self::new(report) }
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

    /// Which run of `odds` with this seed it was; 0: the battle itself.
    #[getter]
    fn replica(&self) -> u32 {
        self.report.replica
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

    /// The caller's own mark; None: none was given.
    #[getter]
    fn trace_id(&self) -> Option<&str> {
        Some(self.report.trace_id.as_ref()).filter(|mark| !mark.is_empty())
    }

    /// A row per unit.
    #[getter]
    fn units(&self, py: Python<'_>) -> PyResult<Py<PyTable>> {
        self.table(py, Part::Units, &self.report.units)
    }

    /// A row per fleet.
    #[getter]
    fn fleets(&self, py: Python<'_>) -> PyResult<Py<PyTable>> {
        self.table(py, Part::Fleets, &self.report.fleets)
    }

    /// A row per faction.
    #[getter]
    fn factions(&self, py: Python<'_>) -> PyResult<Py<PyTable>> {
        self.table(py, Part::Factions, &self.report.factions)
    }

    /// A row per weapon.
    #[getter]
    fn weapons(&self, py: Python<'_>) -> PyResult<Py<PyTable>> {
        self.table(py, Part::Weapons, &self.report.weapons)
    }

    /// A row per round and faction.
    #[getter]
    fn timeline(&self, py: Python<'_>) -> PyResult<Py<PyTable>> {
        self.table(py, Part::Timeline, &self.report.timeline)
    }

    /// A row per system of the kernel.
    #[getter]
    fn profile(&self, py: Python<'_>) -> PyResult<Py<PyTable>> {
        self.table(py, Part::Profile, &self.report.profile)
    }

    /// Who did how much to whom, by fleet, domain and round; None if nobody wrote it down.
    #[getter]
    fn ledger(&self, py: Python<'_>) -> PyResult<Option<Py<PyTable>>> {
        let Some(ledger) = &self.report.ledger else { return Ok(None) };
        let table = || Py::new(py, PyTable::from(py.detach(|| ledger.table())));
        Ok(Some(self.ledger.get_or_try_init(py, table)?.clone_ref(py)))
    }

    /// What happened, each with its cause, if it was fought with record="events" or "full"; else None.
    #[getter]
    fn events(&self, py: Python<'_>) -> PyResult<Option<Py<PyTable>>> {
        let Some(events) = &self.report.events else { return Ok(None) };
        let table = || Py::new(py, PyTable::from(py.detach(|| events.table())));
        Ok(Some(self.events.get_or_try_init(py, table)?.clone_ref(py)))
    }

    /// Why a unit fared as it did: what was done to it, what it did, and the causes of both.
    ///
    /// Raises ReplayError if the battle was fought without record="events" or "full", UnknownKeyError if no such unit
    /// fought.
    fn explain(&self, py: Python<'_>, unit: Whole) -> PyResult<PyStory> {
        let unit = unit.id_of("unit")?;
        Ok(PyStory(py.detach(|| self.report.explain(unit))?))
    }

    /// Writes the recorded battle to a file (`.mucr`), as a whole or not at all.
    ///
    /// Raises ReplayError if the battle was not recorded, OSError if the file cannot be written.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        Ok(py.detach(|| self.report.save(path))?)
    }

    /// What a reader should know about a hand-over of objects: generic weapons, texts that say no number, …
    #[getter]
    fn notes(&self) -> Vec<&str> {
        self.handover.iter().flat_map(|handover| &handover.notes).map(String::as_str).collect()
    }

    /// The objects that were handed over, army after army: the unit with id i is objects[i]. Empty without objects.
    #[getter]
    fn objects(&self, py: Python<'_>) -> Vec<Py<PyAny>> {
        self.handover
            .iter()
            .flat_map(|handover| &handover.objects)
            .map(|object| object.clone_ref(py))
            .collect()
    }

    /// The objects' own keys of their fleets: the fleet with id i is fleet_keys[i]. None: an army's own fleet.
    #[getter]
    fn fleet_keys(&self, py: Python<'_>) -> Vec<Option<Py<PyAny>>> {
        let keys = self.handover.iter().flat_map(|handover| &handover.fleets);
        keys.map(|key| key.as_ref().map(|key| key.clone_ref(py))).collect()
    }

    /// The tuple that a Python battle manager of the old kind returns.
    fn as_legacy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        legacy::tuple(py, &self.report, self.handover.as_ref())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.handover.iter().try_for_each(|handover| handover.traverse(&visit))
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
