//! Many battles of objects at once: read one after another, fought side by side, written one after another.

use std::sync::atomic::Ordering;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::PyBridge;
use super::battle::{Battle, Terms};
use super::undo::with_lost;
use super::value::is_ordinary;
use crate::bindings::keys::Seed;
use crate::bindings::odds_run::threads_or_usual;
use crate::bindings::report::PyBattleReport;
use crate::bindings::watch;
use crate::bindings::whole::Whole;
use crate::ecs::roll::battle_seed;
use crate::error::{Error, Faults};
use crate::kernel::Encounter;
use crate::report::Report;

/// A battle that was fought, or why it was not.
type Fought<'py> = PyResult<(Battle<'py>, Report)>;

#[pymethods]
impl PyBridge {
    /// Fight many battles at once: in the place of each its report, or the exception that says why there is none.
    #[pyo3(signature = (battles, *, diplomacy, doctrines, defenders, max_rounds, seed, trace_id, threads))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn fight_all<'py>(
        &self,
        py: Python<'py>,
        battles: Vec<Bound<'py, PyAny>>,
        diplomacy: Option<&Bound<'py, PyAny>>,
        doctrines: Option<&Bound<'py, PyDict>>,
        defenders: Option<&Bound<'py, PyAny>>,
        max_rounds: Option<Whole>,
        seed: Option<Seed>,
        trace_id: Option<&str>,
        threads: Option<Whole>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let mut faults = Faults::default();
        let terms = Terms::of(diplomacy, doctrines, defenders, max_rounds, seed, trace_id, &mut faults)?;
        let threads = threads_or_usual(py, threads.as_ref(), &mut faults)?;
        faults.into_result(Error::Resolve)?;
        let (of_the_call, read) = self.read(&battles, &terms)?;
        of_the_call.into_result(py)?;
        let read = read.into_iter().map(|(battle, faults)| faults.into_result(py).map(|()| battle)).collect();
        let fought = self.resolve_all(py, read, &terms, threads)?;
        let written = self.write_all(py, fought)?;
        self.fought.fetch_add(battles.len() as u64, Ordering::Relaxed);
        let finished = |place: Fought<'py>| match place {
            Ok((battle, report)) => {
                let report: PyBattleReport = self.report(py, battle, report)?;
                Ok(Bound::new(py, report)?.into_any())
            }
            Err(error) => Ok(error.into_value(py).into_bound(py).into_any()),
        };
        written.into_iter().map(finished).collect()
    }
}

impl PyBridge {
    /// Fights the battles that could be read, detached from the interpreter.
    fn resolve_all<'py>(
        &self,
        py: Python<'py>,
        read: Vec<PyResult<Battle<'py>>>,
        terms: &Terms<'_, 'py>,
        threads: usize,
    ) -> PyResult<Vec<Fought<'py>>> {
        let (given, fought) = (terms.seed, self.fought.load(Ordering::Relaxed));
        let seed = |kernels: u64, index: usize| match given {
            Some(seed) if read.len() == 1 => seed,
            Some(seed) => battle_seed(seed, index as u64),
            None => battle_seed(kernels, fought + index as u64),
        };
        let pushes: Vec<_> = read.iter().map(|battle| battle.as_ref().ok().map(Battle::push)).collect();
        let reports = self.kernel.get().with(py, |kernel| {
            let mut encounters = Vec::with_capacity(read.len());
            for (index, (battle, push)) in read.iter().zip(pushes).enumerate() {
                if let (Ok(battle), Some(push)) = (battle, push) {
                    let engagement = battle.engagement(terms, seed(kernel.seed(), index));
                    encounters.push(Encounter { push, engagement });
                }
            }
            watch::fight(py, |interrupt| kernel.resolve_apart(&encounters, threads, interrupt))
        })??;
        let mut reports = reports.into_iter();
        let mut places = Vec::with_capacity(read.len());
        for battle in read {
            places.push(match battle {
                Err(error) => Err(error),
                Ok(battle) => match reports.next() {
                    Some(Ok(report)) => Ok((battle, report)),
                    Some(Err(error)) => Err(self.explain(py, &battle, error)?),
                    None => continue,
                },
            });
        }
        Ok(places)
    }

    /// Writes the results: of each battle all or nothing. What is about the process takes all of them back.
    fn write_all<'py>(&self, py: Python<'py>, fought: Vec<Fought<'py>>) -> PyResult<Vec<Fought<'py>>> {
        let mut places: Vec<Fought<'py>> = Vec::with_capacity(fought.len());
        let mut written = Vec::with_capacity(fought.len());
        for place in fought {
            let (battle, report) = match place {
                Ok(fought) => fought,
                Err(error) => {
                    places.push(Err(error));
                    continue;
                }
            };
            match self.write(py, &battle, &report) {
                Ok(undo) => {
                    written.push((places.len(), undo));
                    places.push(Ok((battle, report)));
                }
                Err(error) if is_ordinary(py, &error) => places.push(Err(error)),
                Err(error) => {
                    let mut lost = 0;
                    for (place, undo) in written.into_iter().rev() {
                        if let Ok((battle, _)) = &places[place] {
                            lost += undo.take_back(py, &battle.armies);
                        }
                    }
                    return Err(with_lost(py, error, lost)?);
                }
            }
        }
        Ok(places)
    }
}
