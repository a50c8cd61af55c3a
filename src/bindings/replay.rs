//! The class `Replay`: a recorded battle.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use super::comparison::PyComparison;
use super::rules::PyRules;
use super::table::PyTable;
use super::watch;
use crate::ecs::tables::Table;
use crate::replay::Replay;

/// A recorded battle: what went in, and every column that changed, round by round.
///
/// `resolve(..., record="full").replay` is one, `Replay.load(path)` another.
///
/// >>> replay = kernel.resolve(fleets=[1, 2], seed=7, record="full").replay
/// >>> len(replay.frames) == 2 * replay.rounds, bool(replay.verify())
/// (True, True)
#[pyclass(name = "Replay", module = "multi_universe_core", frozen)]
pub(crate) struct PyReplay {
    replay: Arc<Replay>,
    /// The tables of rounds, made when they are first asked for.
    frames: PyOnceLock<Py<PyTable>>,
    weapon_frames: PyOnceLock<Py<PyTable>>,
}

impl From<Arc<Replay>> for PyReplay {
    fn from(replay: Arc<Replay>) -> Self {
        Self { replay, frames: PyOnceLock::new(), weapon_frames: PyOnceLock::new() }
    }
}

#[pymethods]
impl PyReplay {
    /// Reads a file (`.mucr`).
    ///
    /// Raises ReplayError if it is damaged, foreign or of a newer version, OSError if it cannot be read.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        Ok(Arc::new(py.detach(|| Replay::load(path))?).into())
    }

    /// Writes a file (`.mucr`), as a whole or not at all.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        Ok(py.detach(|| self.replay.save(path))?)
    }

    /// Fights the battle again, with what was recorded, and compares every round.
    fn verify(&self, py: Python<'_>) -> PyResult<PyComparison> {
        watch::fight(py, |interrupt| self.replay.verify(interrupt)).map(PyComparison)
    }

    /// Where this battle and another one part.
    ///
    /// names: what the two are called in the comparison's text.
    #[pyo3(signature = (other, *, names=None), text_signature = "($self, other, *, names=('A', 'B'))")]
    fn diff(
        &self,
        py: Python<'_>,
        other: &Bound<'_, Self>,
        names: Option<[String; 2]>,
    ) -> PyResult<PyComparison> {
        let other = &other.get().replay;
        let names = names.unwrap_or_else(Replay::plain_names);
        Ok(PyComparison(py.detach(|| self.replay.compare(other, names))?))
    }

    /// The version of the kernel that recorded it.
    #[getter]
    fn kernel_version(&self) -> &str {
        &self.replay.writer
    }

    /// How it ended: "victory", "stalemate" or "round_limit".
    #[getter]
    fn outcome(&self) -> &'static str {
        self.replay.outcome.name()
    }

    /// The winning faction's name; None if there is none.
    #[getter]
    fn winner(&self) -> Option<&str> {
        self.replay.winner.as_deref()
    }

    /// Rounds fought.
    #[getter]
    fn rounds(&self) -> u32 {
        self.replay.rounds()
    }

    /// The battle's seed.
    #[getter]
    fn seed(&self) -> u64 {
        self.replay.seed()
    }

    /// The rules that were in force.
    #[getter]
    fn rules(&self) -> PyRules {
        PyRules(self.replay.input.rules)
    }

    /// Side of the map, in tiles.
    #[getter]
    fn map_size(&self) -> f64 {
        self.replay.map
    }

    /// The fingerprint of all rounds: that of the report.
    #[getter]
    fn digest(&self) -> String {
        self.replay.digest().to_string()
    }

    /// A row per round: round, digest.
    #[getter]
    fn digests(&self) -> PyTable {
        self.replay.digests().into()
    }

    /// A row per unit: what of it does not change.
    #[getter]
    fn units(&self) -> PyTable {
        self.replay.units.clone().into()
    }

    /// A row per weapon: unit, slot.
    #[getter]
    fn weapons(&self) -> PyTable {
        self.replay.weapons.clone().into()
    }

    /// A row per round and unit, as they were at the round's end.
    #[getter]
    fn frames(&self, py: Python<'_>) -> PyResult<Py<PyTable>> {
        once(py, &self.frames, || self.replay.frames())
    }

    /// A row per round and weapon, as they were at the round's end.
    #[getter]
    fn weapon_frames(&self, py: Python<'_>) -> PyResult<Py<PyTable>> {
        once(py, &self.weapon_frames, || self.replay.weapon_frames())
    }

    fn __repr__(&self) -> String {
        let Replay { outcome, winner, units, .. } = &*self.replay;
        let winner = winner.as_deref().unwrap_or("nobody");
        let (units, rounds, seed) = (units.len(), self.replay.rounds(), self.replay.seed());
        format!("<Replay: {units} units, {rounds} rounds, {outcome}, won by {winner}; seed {seed}>")
    }
}

/// The table in its place, made with the interpreter released if it is not there yet.
fn once(
    py: Python<'_>,
    place: &PyOnceLock<Py<PyTable>>,
    make: impl FnOnce() -> Table + Send,
) -> PyResult<Py<PyTable>> {
    let table = || Py::new(py, PyTable::from(py.detach(make)));
    place.get_or_try_init(py, table).map(|table| table.clone_ref(py))
}
