//! The hand-over from Python objects: one pass in, whole battles with the interpreter released, one pass out.
//!
//! What is read becomes columns and goes through the kernel's own gate; a battle is the kernel's own `resolve`. Nothing
//! is written to an object before all battles are over, and what is written is taken back if anything fails.

mod armies;
mod arms;
mod columns;
mod compile;
mod fault;
mod look;
mod path;
mod read;
mod schema;
mod treaties;
mod value;
mod write;

use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rustc_hash::FxHashSet;

use super::engagement::round_limit;
use super::kernel::PyKernel;
use super::keys::{self, Seed, keys_or_fault};
use super::legacy::Handover;
use super::report::PyBattleReport;
use super::watch;
use super::whole::Whole;
use crate::ecs::columns::{DOCTRINES, TableId, choice};
use crate::ecs::ingest::{Push, TableInput, Values};
use crate::ecs::roll::battle_seed;
use crate::error::{Error, Faults};
use crate::kernel::{Engagement, Kernel, Muster};
use crate::report::Report;

use armies::Armies;
use fault::ObjectFaults;
use schema::Schema;
use write::Undo;

/// Where all fleets of a battle are.
const PLACE: i64 = 0;

/// The compiled half of `BattleBridge`: a schema, and a kernel whose mirror holds one battle at a time.
#[pyclass(name = "_Bridge", module = "multi_universe_core", frozen)]
pub(crate) struct PyBridge {
    schema: Schema,
    kernel: Py<PyKernel>,
    fought: AtomicU64,
}

/// A battle, read and not fought yet.
struct Battle<'py> {
    armies: Armies<'py>,
    treaties: Vec<(String, String, &'static str)>,
    doctrines: Vec<&'static str>,
    notes: Vec<String>,
}

/// What a caller may say about all battles of a call.
struct Terms<'a, 'py> {
    diplomacy: Option<&'a Bound<'py, PyAny>>,
    doctrines: Option<&'a Bound<'py, PyDict>>,
    defenders: Vec<String>,
    max_rounds: Option<u32>,
    seed: Option<u64>,
    trace_id: &'a str,
}

#[pymethods]
impl PyBridge {
    #[new]
    fn new(schema: &Bound<'_, PyAny>, kernel: Py<PyKernel>) -> PyResult<Self> {
        Ok(Self { schema: Schema::of(schema)?, kernel, fought: AtomicU64::new(0) })
    }

    /// Fight the battles, each a mapping from faction names to lists of units, and write back what became of them.
    #[pyo3(signature = (battles, *, diplomacy, doctrines, defenders, max_rounds, seed, trace_id))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn fight<'py>(
        &self,
        py: Python<'py>,
        battles: Vec<Bound<'py, PyAny>>,
        diplomacy: Option<&Bound<'py, PyAny>>,
        doctrines: Option<&Bound<'py, PyDict>>,
        defenders: Option<&Bound<'py, PyAny>>,
        max_rounds: Option<Whole>,
        seed: Option<Seed>,
        trace_id: Option<&str>,
    ) -> PyResult<Vec<PyBattleReport>> {
        let mut faults = Faults::default();
        let terms = Terms {
            diplomacy,
            doctrines,
            defenders: keys_or_fault(keys::names("defenders", defenders)?, &mut faults),
            max_rounds: round_limit(max_rounds.as_ref(), &mut faults),
            seed: seed.map(|seed| seed.0),
            trace_id: trace_id.unwrap_or_default(),
        };
        faults.into_result(Error::Resolve)?;
        let battles = self.read(py, &battles, &terms)?;
        let reports = self.resolve(py, &battles, &terms)?;
        self.write(py, &battles, &reports)?;
        self.fought.fetch_add(battles.len() as u64, Ordering::Relaxed);
        let both = battles.into_iter().zip(reports);
        both.map(|(battle, report)| self.report(py, battle, report)).collect()
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
        let battles = self.read(py, &[armies], &terms)?;
        let pushed = kernel.get().with(py, |kernel| kernel.push(&battles[0].push()))?;
        pushed.map(drop).or_else(|error| Err(self.explain(py, &battles[0], error)?))
    }
}

impl PyBridge {
    fn read<'py>(
        &self,
        py: Python<'py>,
        given: &[Bound<'py, PyAny>],
        terms: &Terms<'_, 'py>,
    ) -> PyResult<Vec<Battle<'py>>> {
        let mut faults = ObjectFaults::default();
        let mut seen = FxHashSet::default();
        let mut battles = Vec::with_capacity(given.len());
        for given in given {
            let mut armies = read::read(&self.schema, given, &mut seen, &mut faults)?;
            let mut notes = std::mem::take(&mut armies.notes);
            let treaties = treaties::read(terms.diplomacy, &armies.factions, &mut faults, &mut notes)?;
            let doctrines = doctrines(terms.doctrines, &armies.factions, &mut faults)?;
            battles.push(Battle { armies, treaties, doctrines, notes });
        }
        let present = |name: &String| battles.iter().any(|battle| battle.armies.factions.contains(name));
        for name in terms.defenders.iter().filter(|name| !present(name)) {
            faults.add(None, "defenders", format!("'{name}'"), "the name of an army");
        }
        faults.into_result(py).map(|()| battles)
    }

    /// Fights the battles one after another, detached from the interpreter.
    fn resolve(
        &self,
        py: Python<'_>,
        battles: &[Battle<'_>],
        terms: &Terms<'_, '_>,
    ) -> PyResult<Vec<Report>> {
        let fought = self.fought.load(Ordering::Relaxed);
        let pushes: Vec<Push<'_>> = battles.iter().map(Battle::push).collect();
        let engagements: Vec<Engagement> = battles.iter().map(|battle| battle.engagement(terms)).collect();
        let single = battles.len() == 1;
        let fight = |kernel: &mut Kernel| {
            watch::fight(py, |interrupt| {
                let mut reports = Vec::with_capacity(pushes.len());
                for (index, (push, engagement)) in pushes.iter().zip(engagements).enumerate() {
                    let seed = match terms_seed(engagement.seed, single, index) {
                        Some(seed) => seed,
                        None => battle_seed(kernel.seed(), fought + index as u64),
                    };
                    kernel.clear();
                    let refused = |error| (index, error);
                    let resolved = kernel.push(push).and_then(|_| {
                        kernel.resolve(&Engagement { seed: Some(seed), ..engagement }, interrupt)
                    });
                    match resolved.map_err(refused) {
                        Ok(report) => reports.push(report),
                        Err((_, Error::Interrupted { round })) => return Err(Error::Interrupted { round }),
                        Err(refusal) => return Ok(Err(refusal)),
                    }
                }
                kernel.clear();
                Ok(Ok(reports))
            })
        };
        match self.kernel.get().with(py, fight)?? {
            Ok(reports) => Ok(reports),
            Err((index, error)) => Err(self.explain(py, &battles[index], error)?),
        }
    }

    /// Writes all results, or none.
    fn write(&self, py: Python<'_>, battles: &[Battle<'_>], reports: &[Report]) -> PyResult<()> {
        let mut undo = Undo::default();
        for (battle, report) in battles.iter().zip(reports) {
            if let Err(error) = write::write(py, &self.schema, &battle.armies, report, &mut undo) {
                let lost = undo.take_back();
                if lost > 0 {
                    let note =
                        format!("{lost} values could not be restored: their objects refused the old ones");
                    error.value(py).call_method1(intern!(py, "add_note"), (note,))?;
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// The objects' own methods, then the report that knows them.
    fn report<'py>(&self, py: Python<'py>, battle: Battle<'py>, report: Report) -> PyResult<PyBattleReport> {
        let Battle { armies, mut notes, .. } = battle;
        notes.extend(write::finish(py, &self.schema, &armies, &report)?);
        let mut living = vec![false; armies.objects.len()];
        armies.unit_ids.iter().for_each(|&id| living[id as usize] = true);
        let handover = Handover {
            factions: armies.factions,
            owners: armies.owners,
            living,
            objects: armies.objects.into_iter().map(Bound::unbind).collect(),
            names: armies.names.into_iter().map(|name| name.map(Bound::unbind)).collect(),
            fleets: armies.fleets.into_iter().map(|(key, _)| key.map(Bound::unbind)).collect(),
            notes,
        };
        Ok(PyBattleReport::of_objects(report, handover))
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

/// The seed of a battle, if the caller gave one: of several battles each has its own.
fn terms_seed(given: Option<u64>, single: bool, index: usize) -> Option<u64> {
    given.map(|seed| if single { seed } else { battle_seed(seed, index as u64) })
}

/// The doctrine of each army; the rule book's for those that are not named.
fn doctrines(
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
            faults.add(None, &format!("doctrines['{name}']"), super::column::shown(&word), wanted);
        }
    }
    Ok(doctrines)
}

impl Battle<'_> {
    /// The battle as the gate reads it.
    fn push(&self) -> Push<'_> {
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

    fn engagement(&self, terms: &Terms<'_, '_>) -> Engagement {
        let here = |name: &&String| self.armies.factions.contains(name);
        Engagement {
            defenders: terms.defenders.iter().filter(here).cloned().collect(),
            max_rounds: terms.max_rounds,
            seed: terms.seed,
            trace_id: terms.trace_id.into(),
            commit: false,
            ..Engagement::of(Muster::Location(PLACE))
        }
    }
}
