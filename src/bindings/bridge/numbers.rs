//! The numbers of units that a battle changed.

use pyo3::prelude::*;
use pyo3::types::PyFloat;

use super::block::BLOCK;
use super::layout::At;
use super::path::Step;
use super::read::UNIT;
use super::schema::Target;
use super::write::{Row, Writer};
use crate::ecs::columns::UnitColumn;
use crate::ecs::tables::{Cell, Table};

/// The columns of the report that are written, and the column that was read of each. The position comes last.
pub(super) const NUMBERS: [(&str, UnitColumn); 5] = [
    ("hp", UnitColumn::Hp),
    ("shield", UnitColumn::Shield),
    ("suppression", UnitColumn::Suppression),
    ("x", UnitColumn::X),
    ("y", UnitColumn::Y),
];
const POSITION: usize = 3;

/// A number of all units: where it is written, what it was, what it is.
pub(super) struct Number<'t, 'a> {
    target: Option<&'a Target>,
    before: &'t [f64],
    after: &'t [f64],
}

/// What is written to a unit, and what was there of what was written.
#[derive(Default)]
struct Change<'a, 'py> {
    numbers: [Option<f64>; NUMBERS.len()],
    old: [Option<(&'a Step, Bound<'py, PyAny>)>; NUMBERS.len()],
}

impl<'b, 'a, 'py> Writer<'b, 'a, 'py> {
    /// The numbers of the report's units.
    pub(super) fn numbers<'t>(&self, table: &'t Table) -> [Number<'t, 'a>; NUMBERS.len()]
    where
        'b: 't,
    {
        NUMBERS.map(|(name, column)| Number {
            target: self.schema.targets.get(name),
            before: self.armies.units.numbers(column as usize),
            after: table.floats(name),
        })
    }

    /// Writes the numbers of some units that the battle changed; what it left alone keeps its type.
    pub(super) fn put_numbers(
        &mut self,
        table: &Table,
        numbers: &[Number<'_, 'a>; NUMBERS.len()],
        rows: &[Row],
    ) -> PyResult<()> {
        let (py, armies, status) = (self.py, self.armies, table.column("status"));
        let mut changes: [Change<'a, 'py>; BLOCK] = Default::default();
        for (change, row) in changes.iter_mut().zip(rows) {
            change.numbers = self.changed(status.map(|status| status.cell(row.row)), numbers, row);
        }
        self.put_in_places(numbers, rows, &mut changes);
        // All that is written is known to be before anything else can fail.
        for (change, row) in changes.iter_mut().zip(rows) {
            let old = std::mem::take(&mut change.old);
            if old.iter().any(Option::is_some) {
                self.undo.push_numbers(armies.objects[row.id].clone(), old);
            }
        }
        for (change, &Row { place, id, .. }) in changes.into_iter().zip(rows) {
            let (object, old) = (&armies.objects[id], armies.before(place));
            for (number, value) in numbers.iter().zip(change.numbers) {
                let Some(value) = value else { continue };
                self.put(number.target, (id, None), old, object, PyFloat::new(py, value).as_any())?;
            }
        }
        Ok(())
    }

    /// The numbers that are to be written to a unit of this status.
    #[inline]
    fn changed(
        &self,
        status: Option<Cell<'_>>,
        numbers: &[Number<'_, 'a>; NUMBERS.len()],
        &Row { row, place, .. }: &Row,
    ) -> [Option<f64>; NUMBERS.len()] {
        let mut changed = [None; NUMBERS.len()];
        for (index, (changed, number)) in changed.iter_mut().zip(numbers).enumerate() {
            let mut after = number.after[row];
            if index >= POSITION {
                match status {
                    // Who never entered the map was never placed.
                    Some(Cell::Text("reserve")) => continue,
                    // Who left it is nowhere, and deploys anew; the schema says what nowhere is.
                    Some(Cell::Text("retreated")) if !self.schema.origin_is_nowhere => continue,
                    Some(Cell::Text("retreated")) => after = 0.0,
                    _ => {}
                }
            }
            *changed = (number.target.is_some() && number.before.get(place) != Some(&after)).then_some(after);
        }
        changed
    }

    /// Writes the numbers that can be set where they are, a number of all units after another, so that objects that are far in
    /// memory are waited for together. What is left is to be written by name, after them.
    fn put_in_places(
        &mut self,
        numbers: &[Number<'_, 'a>; NUMBERS.len()],
        rows: &[Row],
        changes: &mut [Change<'a, 'py>; BLOCK],
    ) {
        let (py, objects) = (self.py, &self.armies.objects);
        let Some(layout) = rows.first().and_then(|row| self.layout(UNIT, &objects[row.id])) else { return };
        let mut places: [Option<At<'_, 'py>>; BLOCK] = [None; BLOCK];
        for (place, row) in places.iter_mut().zip(rows) {
            *place = layout.at(objects[row.id].as_borrowed());
        }
        for (index, number) in numbers.iter().enumerate() {
            let Some((place, step)) = number.target.and_then(Target::in_place) else { continue };
            for (change, at) in changes.iter_mut().zip(&places) {
                let (Some(at), Some(value)) = (at, change.numbers[index]) else { continue };
                if let Some(old) = layout.swap_at(place, at, PyFloat::new(py, value).into_any()) {
                    change.old[index] = Some((step, old));
                    change.numbers[index] = None;
                }
            }
        }
    }
}
