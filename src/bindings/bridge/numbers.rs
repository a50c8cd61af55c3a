//! The numbers of units that a battle changed.

use pyo3::prelude::*;
use pyo3::types::PyFloat;

use super::block::BLOCK;
use super::layout::At;
use super::path::Step;
use super::read::UNIT;
use super::schema::{Schema, Target};
use super::undo::Changed;
use super::write::{Row, Writer};
use crate::bindings::cpython::values::Was;
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

/// Where each of the numbers is written, if it can be set in place.
pub(super) fn steps(schema: &Schema) -> [Option<&Step>; NUMBERS.len()] {
    NUMBERS.map(|(name, _)| schema.targets.get(name)?.in_place().map(|(_, step)| step))
}

/// A number of all units: where it is written, what it was, what it is.
pub(super) struct Number<'t, 'a> {
    target: Option<&'a Target>,
    before: &'t [f64],
    after: &'t [f64],
}

impl Number<'_, '_> {
    /// The number to be written to a unit, if the battle changed it: what it left alone keeps its type.
    #[inline(always)]
    fn changed(&self, &Row { row, place, .. }: &Row, stand: Stand, is_position: bool) -> Option<f64> {
        let after = match stand {
            Stand::Unplaced if is_position => return None,
            Stand::Nowhere if is_position => 0.0,
            _ => self.after[row],
        };
        (self.before.get(place) != Some(&after)).then_some(after)
    }
}

/// What a battle says of where a unit is.
#[derive(Clone, Copy)]
enum Stand {
    OnMap,
    /// It left, and deploys anew: the schema says what nowhere is.
    Nowhere,
    /// It never entered, or left for a place that the schema does not have.
    Unplaced,
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

    /// Writes the numbers of some units that the battle changed.
    pub(super) fn put_numbers(
        &mut self,
        table: &Table,
        numbers: &[Number<'_, 'a>; NUMBERS.len()],
        rows: &[Row],
    ) -> PyResult<()> {
        let (py, armies) = (self.py, self.armies);
        let mut stands = [Stand::OnMap; BLOCK];
        if let Some(status) = table.column("status") {
            for (stand, row) in stands.iter_mut().zip(rows) {
                *stand = match status.cell(row.row) {
                    Cell::Text("reserve") => Stand::Unplaced,
                    Cell::Text("retreated") if self.schema.origin_is_nowhere => Stand::Nowhere,
                    Cell::Text("retreated") => Stand::Unplaced,
                    _ => Stand::OnMap,
                };
            }
        }
        let left = self.put_in_places(numbers, rows, &stands);
        if left == [0; BLOCK] {
            return Ok(());
        }
        for ((row, stand), left) in rows.iter().zip(stands).zip(left) {
            let (object, old) = (&armies.objects[row.id], armies.before(row.place));
            for (index, number) in numbers.iter().enumerate() {
                if left >> index & 1 == 1
                    && let Some(value) = number.changed(row, stand, index >= POSITION)
                {
                    self.put(number.target, (row.id, None), old, object, PyFloat::new(py, value).as_any())?;
                }
            }
        }
        Ok(())
    }

    /// Writes the numbers that can be set where they are, a number of all units after another, so that objects that are far in
    /// memory are waited for together. Gives which are left of each unit, to be written by name after them: a bit for each.
    fn put_in_places(
        &mut self,
        numbers: &[Number<'_, 'a>; NUMBERS.len()],
        rows: &[Row],
        stands: &[Stand; BLOCK],
    ) -> [u8; BLOCK] {
        let objects = &self.armies.objects;
        let layout = rows.first().and_then(|row| self.layout(UNIT, &objects[row.id]));
        let mut places: [Option<At<'_, 'py>>; BLOCK] = [None; BLOCK];
        if let Some(layout) = layout {
            for (place, row) in places.iter_mut().zip(rows) {
                *place = layout.at(objects[row.id].as_borrowed());
            }
        }
        let (mut old, mut told) = ([[0.0; NUMBERS.len()]; BLOCK], [false; BLOCK]);
        let (mut renewed, mut replaced, mut left) = ([0u8; BLOCK], [0u8; BLOCK], [0u8; BLOCK]);
        for (index, number) in numbers.iter().enumerate() {
            let Some(target) = number.target else { continue };
            let place = layout.zip(target.in_place());
            for (unit, row) in rows.iter().enumerate() {
                let Some(value) = number.changed(row, stands[unit], index >= POSITION) else { continue };
                let was = place.zip(places[unit].as_ref()).and_then(|((layout, (place, _)), at)| {
                    layout.put_number(place, at, value, &mut told[unit])
                });
                match was {
                    Some(Was::Number(number)) => {
                        old[unit][index] = number;
                        renewed[unit] |= 1 << index;
                    }
                    Some(Was::Object(object)) => {
                        self.undo.push_replaced(object);
                        replaced[unit] |= 1 << index;
                    }
                    None => left[unit] |= 1 << index,
                }
            }
        }
        // All that was written is known to be before anything can fail.
        self.undo.push_block((0..rows.len()).filter(|&unit| renewed[unit] | replaced[unit] != 0).map(
            |unit| Changed {
                unit: rows[unit].id,
                old: old[unit],
                renewed: renewed[unit],
                replaced: replaced[unit],
            },
        ));
        left
    }
}
