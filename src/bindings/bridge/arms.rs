//! The weapons of a unit: its own, or a generic one for a unit that brings none.

use pyo3::prelude::*;
use pyo3::types::PyList;

use super::read::{Reader, UNIT, WEAPON};
use super::schema::{Value, rule_book};
use crate::bindings::column::kind_of;
use crate::ecs::columns::{TableId, UnitColumn, WeaponColumn};

/// The speed of a unit that gets a generic weapon and has no movement of its own, in tiles per round.
pub(super) const GENERIC_SPEED: f64 = 6.0;
/// A generic weapon's strength, as a share of the unit's damage.
const GENERIC_STRENGTH: f64 = 0.1;

impl<'py> Reader<'_, 'py> {
    /// The weapons of a unit; whether it has any. The first source that has weapons has all of them.
    pub(super) fn arms(&mut self, id: usize, unit: &Bound<'py, PyAny>) -> PyResult<bool> {
        let py = unit.py();
        let Some((at, first)) = &self.schema.arms else { return Ok(false) };
        let read = self.schema.trees[UNIT].at_hand(*first, unit, &self.found[UNIT]);
        let mut is_apart = false;
        for source in 0..at.sources.len() {
            if !is_apart && (source > 0 || read.is_none()) {
                self.schema.trees[UNIT].begin_apart(unit, &mut self.found[UNIT]);
                is_apart = true;
            }
            let looked_up = match &read {
                Some(read) if source == 0 => Ok(read.clone()),
                _ => at.at(source, &self.schema.trees[UNIT], unit, &mut self.found[UNIT]),
            };
            let list = match looked_up {
                Ok(Some(list)) => list,
                Ok(None) => continue,
                Err(error) => {
                    let place = Some(self.armies.place(id, None));
                    self.faults.raised(py, place, &at.path, error, "a list of weapons")?;
                    return Ok(true);
                }
            };
            let mut slot = 0;
            if let Ok(list) = list.cast_exact::<PyList>() {
                for weapon in list.iter() {
                    self.weapon(id, slot, weapon)?;
                    slot += 1;
                }
            } else if let Ok(weapons) = list.try_iter() {
                for weapon in weapons {
                    self.weapon(id, slot, weapon?)?;
                    slot += 1;
                }
            } else {
                let place = Some(self.armies.place(id, None));
                self.faults.add(place, &at.path, kind_of(&list), "a list of weapons");
                return Ok(true);
            }
            if slot > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn weapon(&mut self, id: usize, slot: usize, weapon: Bound<'py, PyAny>) -> PyResult<()> {
        self.schema.trees[WEAPON].begin(&weapon, &mut self.found[WEAPON])?;
        self.row(WEAPON, (id, Some(slot)), &weapon)?;
        let destroyed = self.find(self.schema.weapon_destroyed, (WEAPON, id, Some(slot)), &weapon)?;
        self.mount(id, slot, Some(weapon), self.schema.weapons.len());
        if let Some(destroyed) = destroyed
            && destroyed.is_truthy()?
        {
            let hp = self.armies.weapons.last_number(WeaponColumn::Hp as usize);
            hp.into_iter().for_each(|hp| *hp = 0.0);
        }
        Ok(())
    }

    /// Adds a mount; columns from the one with number `first` on are not read yet.
    fn mount(&mut self, id: usize, slot: usize, weapon: Option<Bound<'py, PyAny>>, first: usize) {
        self.armies.weapon_units.push(id as i64);
        self.armies.weapon_slots.push(slot as i64);
        self.armies.weapon_objects.push(weapon);
        self.armies.weapons.fill(first, self.armies.weapon_units.len());
    }

    /// A unit that brings no weapon fires a generic one; without movement it also gets some.
    pub(super) fn generic(&mut self, id: usize) {
        let damage = match self.armies.units.numbers(UnitColumn::Damage as usize).last() {
            Some(&damage) => damage,
            None => usual_damage(),
        };
        self.armies.weapons.push(WeaponColumn::Strength as usize, damage * GENERIC_STRENGTH);
        self.mount(id, 0, None, 0);
        self.counts.unarmed += 1;
        if let Some(speed) = self.armies.units.last_number(UnitColumn::Speed as usize)
            && *speed == 0.0
        {
            *speed = GENERIC_SPEED;
            self.counts.unmoved += 1;
        }
    }
}

/// The damage of a unit that gives none.
fn usual_damage() -> f64 {
    let column = &TableId::Units.spec().columns[UnitColumn::Damage as usize];
    if let Value::Number(damage) = rule_book(column.kind, column.absent) { damage } else { 0.0 }
}
