//! The hand-over from Python objects: one pass in, whole battles with the interpreter released, one pass out.
//!
//! What is read becomes columns and goes through the kernel's own gate; a battle is the kernel's own `resolve`. Nothing
//! is written to an object before all battles are over, and what is written is taken back if anything fails.

mod armies;
mod arms;
mod battle;
mod block;
mod columns;
mod compile;
mod correct;
mod fault;
mod finish;
pub(super) mod herd;
pub(super) mod layout;
mod look;
mod numbers;
mod path;
mod plan;
mod read;
mod schema;
pub(super) mod sight;
mod treaties;
mod turn;
mod undo;
pub(super) mod value;
mod write;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use rustc_hash::FxHashMap;

use super::kernel::PyKernel;
use super::keys::Seed;
use super::report::PyBattleReport;
use super::watch;
use super::whole::Whole;
use crate::ecs::roll::battle_seed;
use crate::error::{Error, Faults};
use crate::kernel::Kernel;
use crate::report::Report;

use armies::Spare;
use battle::{Battle, Terms, doctrines};
use fault::ObjectFaults;
use read::Seen;
use schema::Schema;
use undo::{Undo, with_lost};

/// The compiled half of `BattleBridge`: a schema, and a kernel whose mirror holds one battle at a time.
#[pyclass(name = "_Bridge", module = "multi_universe_core", frozen)]
pub(crate) struct PyBridge {
    schema: Schema,
    kernel: Py<PyKernel>,
    fought: AtomicU64,
    /// The memory of the last battle's columns: to ask for new memory costs as much as to read half of the objects.
    spare: Mutex<Option<Spare>>,
}

#[pymethods]
impl PyBridge {
    #[new]
    fn new(schema: &Bound<'_, PyAny>, kernel: Py<PyKernel>) -> PyResult<Self> {
        Ok(Self { schema: Schema::of(schema)?, kernel, fought: AtomicU64::new(0), spare: Mutex::default() })
    }

    /// Fight a battle, a mapping from faction names to lists of units, and write back what became of them.
    #[pyo3(signature = (armies, *, diplomacy, doctrines, defenders, max_rounds, seed, trace_id))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn fight<'py>(
        &self,
        py: Python<'py>,
        armies: Bound<'py, PyAny>,
        diplomacy: Option<&Bound<'py, PyAny>>,
        doctrines: Option<&Bound<'py, PyDict>>,
        defenders: Option<&Bound<'py, PyAny>>,
        max_rounds: Option<Whole>,
        seed: Option<Seed>,
        trace_id: Option<&str>,
    ) -> PyResult<PyBattleReport> {
        let mut faults = Faults::default();
        let terms = Terms::of(diplomacy, doctrines, defenders, max_rounds, seed, trace_id, &mut faults)?;
        faults.into_result(Error::Resolve)?;
        let battle = self.read_one(py, armies, &terms)?;
        let report = self.resolve(py, &battle, &terms)?;
        self.write(py, &battle, &report)?;
        self.fought.fetch_add(1, Ordering::Relaxed);
        self.report(py, battle, report)
    }

    /// Read one battle into the mirror of an empty kernel.
    #[pyo3(signature = (kernel, armies, *, diplomacy, doctrines))]
    fn mirror<'py>(
        &self,
        py: Python<'py>,
        kernel: &Bound<'py, PyKernel>,
        armies: Bound<'py, PyAny>,
        diplomacy: Option<&Bound<'py, PyAny>>,
        doctrines: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<()> {
        let terms =
            Terms { diplomacy, doctrines, defenders: Vec::new(), max_rounds: None, seed: None, trace_id: "" };
        let battle = self.read_one(py, armies, &terms)?;
        let pushed = kernel.get().with(py, |kernel| kernel.push(&battle.push()))?;
        pushed.map(drop).or_else(|error| Err(self.explain(py, &battle, error)?))
    }
}

impl PyBridge {
    /// Reads one battle; what is wrong with it or with the call is one error.
    fn read_one<'py>(
        &self,
        py: Python<'py>,
        armies: Bound<'py, PyAny>,
        terms: &Terms<'_, 'py>,
    ) -> PyResult<Battle<'py>> {
        let (of_the_call, battles) = self.read(&[armies], terms)?;
        let mut faults = ObjectFaults::default();
        let mut read = None;
        for (battle, of_the_battle) in battles {
            faults.append(of_the_battle);
            read = Some(battle);
        }
        faults.append(of_the_call);
        match (faults.into_result(py), read) {
            (Ok(()), Some(battle)) => Ok(battle),
            (refused, battle) => {
                let spare = battle.and_then(|battle| battle.armies.part(Vec::new()).1);
                *self.spare() = spare;
                refused?;
                Err(Error::Resolve(Faults::default()).into())
            }
        }
    }

    /// Reads battles: what is wrong with the call, and each battle with what is wrong with it.
    fn read<'py>(
        &self,
        given: &[Bound<'py, PyAny>],
        terms: &Terms<'_, 'py>,
    ) -> PyResult<(ObjectFaults, Vec<(Battle<'py>, ObjectFaults)>)> {
        let mut of_the_call = ObjectFaults::default();
        let mut first_seen = FxHashMap::default();
        let mut battles: Vec<(Battle<'py>, ObjectFaults)> = Vec::with_capacity(given.len());
        for (number, given) in given.iter().enumerate() {
            let mut faults = ObjectFaults::default();
            let seen = Seen { battle: number, first: &mut first_seen, shared: &mut of_the_call };
            // Not in the call: reading may run code that reads another battle.
            let spare = self.spare().take();
            let mut armies = read::read(&self.schema, given, seen, spare, &mut faults)?;
            let mut notes = std::mem::take(&mut armies.notes);
            let treaties = treaties::read(terms.diplomacy, &armies.factions, &mut faults, &mut notes)?;
            let doctrines = doctrines(terms.doctrines, &armies.factions, &mut faults)?;
            battles.push((Battle { armies, treaties, doctrines, notes }, faults));
        }
        treaties::check(terms.diplomacy, &mut of_the_call)?;
        let present = |name: &String| battles.iter().any(|(battle, _)| battle.armies.factions.contains(name));
        for name in terms.defenders.iter().filter(|name| !present(name)) {
            of_the_call.add(None, "defenders", format!("'{name}'"), "the name of an army");
        }
        Ok((of_the_call, battles))
    }

    /// Fights a battle, detached from the interpreter.
    fn resolve(&self, py: Python<'_>, battle: &Battle<'_>, terms: &Terms<'_, '_>) -> PyResult<Report> {
        let fought = self.fought.load(Ordering::Relaxed);
        let push = battle.push();
        let fight = |kernel: &mut Kernel| {
            let seed = terms.seed.unwrap_or_else(|| battle_seed(kernel.seed(), fought));
            let engagement = battle.engagement(terms, seed);
            watch::fight(py, |interrupt| {
                let resolved = kernel.push(&push).and_then(|_| kernel.resolve(&engagement, interrupt));
                kernel.clear();
                match resolved {
                    Err(error @ Error::Push(_)) => Ok(Err(error)),
                    resolved => resolved.map(Ok),
                }
            })
        };
        match self.kernel.get().with(py, fight)?? {
            Ok(report) => Ok(report),
            Err(error) => Err(self.explain(py, battle, error)?),
        }
    }

    /// Writes the result of a battle, or nothing. Gives what was written.
    fn write<'py>(&self, py: Python<'py>, battle: &Battle<'py>, report: &Report) -> PyResult<Undo<'_, 'py>> {
        let mut undo = Undo::of(&self.schema, report.units.len());
        match write::write(py, &self.schema, &battle.armies, report, &mut undo) {
            Ok(()) => Ok(undo),
            Err(error) => {
                let lost = undo.take_back(py, &battle.armies);
                Err(with_lost(py, error, lost)?)
            }
        }
    }

    /// The objects' own methods, then the report that knows them.
    fn report<'py>(&self, py: Python<'py>, battle: Battle<'py>, report: Report) -> PyResult<PyBattleReport> {
        let Battle { armies, mut notes, .. } = battle;
        notes.extend(finish::finish(py, &self.schema, &armies, &report)?);
        let (handover, spare) = armies.part(notes);
        *self.spare() = spare;
        Ok(PyBattleReport::of_objects(report, handover))
    }

    fn spare(&self) -> MutexGuard<'_, Option<Spare>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A refusal of the gate, in terms of objects and paths.
    fn explain(&self, py: Python<'_>, battle: &Battle<'_>, error: Error) -> PyResult<PyErr> {
        let Error::Push(refused) = error else { return Ok(error.into()) };
        let armies = &battle.armies;
        let mut faults = ObjectFaults::default();
        for fault in refused.listed {
            let (place, path) = match (fault.table, fault.row) {
                ("units", Some(row)) => {
                    let id = armies.unit_ids[row] as usize;
                    (Some(armies.place(id, None)), self.schema.unit_path(&fault.column))
                }
                ("weapons", Some(row)) => {
                    let (id, slot) = (armies.weapon_units[row] as usize, armies.weapon_slots[row] as usize);
                    (Some(armies.place(id, Some(slot))), self.schema.weapon_path(&fault.column))
                }
                (table, _) => (None, table),
            };
            faults.add(place, path, fault.value, fault.wanted);
        }
        faults.count_at_least(refused.count);
        Ok(faults.into_result(py).err().unwrap_or_else(|| Error::Push(Faults::default()).into()))
    }
}
