//! What corrects a unit that was read: its tags, the factor on its speed, and the place that means none.

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::read::{Reader, UNIT};
use super::value;
use crate::bindings::column::shown;
use crate::ecs::columns::UnitColumn;

impl<'py> Reader<'_, 'py> {
    /// Tags, the factor on the speed, and the place that means none.
    pub(super) fn correct(&mut self, id: usize, unit: &Bound<'py, PyAny>) -> PyResult<()> {
        if let Some(tags) = self.find(self.schema.tags, (UNIT, id, None), unit)? {
            self.tags(id, &tags)?;
        }
        if let Some(factor) = self.find(self.schema.speed_mult, (UNIT, id, None), unit)? {
            match value::number(&factor, false)? {
                Ok(factor) => {
                    let speed = self.armies.units.last_number(UnitColumn::Speed as usize);
                    speed.into_iter().for_each(|speed| *speed *= factor);
                }
                Err((value, wanted)) => {
                    self.fault(self.schema.speed_mult, id, value, wanted);
                }
            }
        }
        self.nowhere(self.armies.unit_ids.len() - 1);
        Ok(())
    }

    /// Takes the position that means none from the units of this row on.
    pub(super) fn nowhere(&mut self, first: usize) {
        if !self.schema.origin_is_nowhere {
            return;
        }
        let axes = [UnitColumn::X as usize, UnitColumn::Y as usize];
        for row in first..self.armies.unit_ids.len() {
            if axes.iter().all(|&axis| self.armies.units.numbers(axis).get(row) == Some(&0.0)) {
                axes.iter().for_each(|&axis| self.armies.units.numbers_mut(axis)[row] = f64::NAN);
            }
        }
    }

    fn tags(&mut self, id: usize, tags: &Bound<'py, PyAny>) -> PyResult<()> {
        let items = if tags.is_instance_of::<PyString>() { None } else { tags.try_iter().ok() };
        let Some(items) = items else {
            self.fault(self.schema.tags, id, shown(tags), "a list of texts");
            return Ok(());
        };
        for tag in items {
            let tag = tag?;
            let Ok(text) = tag.cast::<PyString>() else { continue };
            for &column in self.schema.tag_flags.get(text.to_str()?).into_iter().flatten() {
                self.armies.units.last_flag(column).into_iter().for_each(|flag| *flag = true);
            }
        }
        Ok(())
    }
}
