//! What is left to the objects' own methods, once a battle is written.

use pyo3::prelude::*;

use super::armies::Armies;
use super::fault::Place;
use super::path::Step;
use super::schema::{Experience, Schema};
use super::value::is_ordinary;
use super::write::flags;
use crate::report::Report;

/// The objects' own methods, after everything is written: experience, then their caches. What such a method raises
/// cannot be taken back, so it becomes a note.
pub(super) fn finish(
    py: Python<'_>,
    schema: &Schema,
    armies: &Armies<'_>,
    report: &Report,
) -> PyResult<Vec<String>> {
    let mut notes = Vec::new();
    let (ids, alive, gained) =
        (report.units.ints("id"), flags(&report.units, "alive"), report.units.floats("xp_gained"));
    for (row, &id) in ids.iter().enumerate() {
        let object = &armies.objects[id as usize];
        let mut call = |step: &Step, argument: Option<f64>| -> PyResult<()> {
            let called = step.take(object).and_then(|method| match (method, argument) {
                (None, _) => Ok(()),
                (Some(method), None) => method.call0().map(drop),
                (Some(method), Some(argument)) => method.call1((argument,)).map(drop),
            });
            let Err(error) = called else { return Ok(()) };
            if !is_ordinary(py, &error) {
                return Err(error);
            }
            let Place { faction, unit, .. } = armies.place(id as usize, None);
            let name = &step.text;
            notes.push(format!(
                "{name}() of unit {unit} of '{faction}' raised {error}; its battle is written all the same"
            ));
            Ok(())
        };
        if let (Experience::GainXp(step), true) = (&schema.experience, alive[row]) {
            call(step, Some(gained[row]))?;
        }
        if let Some(step) = &schema.refresh {
            call(step, None)?;
        }
    }
    Ok(notes)
}
