//! Units that follow one another in a list, of one class, read a column at a time.
//!
//! How a column's values are read is then decided once for all of them, and objects that are far in memory are waited for
//! together. This is for the usual only: a block ends before the first unit of which more has to be said than that its
//! values are plain ones, and that one is read by itself. No code of Python's runs until a block is read.
#![expect(unsafe_code, reason = "objects are read where a list has them")]

use std::collections::hash_map::Entry;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::armies::{Armies, PAIRS};
use super::layout::{At, Layout};
use super::plan::Plan;
use super::read::{Reader, Seen, UNIT, WEAPON, both_sides};
use super::schema::{READ_BEFORE, Schema};
use super::value::{plain, plain_number};
use crate::bindings::cpython::CPython;
use crate::ecs::columns::WeaponColumn;

/// So many units at most: they and their weapons stay in a core's first cache.
pub(super) const BLOCK: usize = 16;

/// Units of one class, and how they and their weapons are read.
struct Block<'a, 'py> {
    schema: &'a Schema,
    cpython: CPython,
    /// The layouts of the units' class and of their weapons'.
    layouts: [&'a Layout; 2],
    /// All units, and the living ones with their numbers among all.
    units: Vec<At<'a, 'py>>,
    living: Vec<At<'a, 'py>>,
    numbers: Vec<usize>,
    /// Health and shield of the living, each with its limit.
    pairs: [Vec<Option<(f64, f64)>>; 2],
    /// The weapons of the living, and of each the place of its unit among them and its own slot.
    weapons: Vec<At<'a, 'py>>,
    mounts: Vec<(usize, usize)>,
}

impl Schema {
    /// Whether units and weapons can be read a column at a time: what a block has no place for is not asked for.
    fn suits_blocks(&self) -> bool {
        self.tags.is_none()
            && self.speed_mult.is_none()
            && !self.generic_weapon
            && self.arms.as_ref().is_none_or(|(at, _)| at.sources.len() == 1)
    }
}

impl<'a, 'py: 'a> Block<'a, 'py> {
    /// Ends the block before the unit with this number.
    fn end(&mut self, unit: usize) {
        self.units.truncate(unit);
        let living = self.numbers.partition_point(|&number| number < unit);
        self.living.truncate(living);
        self.numbers.truncate(living);
        self.pairs.iter_mut().for_each(|pairs| pairs.truncate(living));
        let mounts = self.mounts.partition_point(|&(row, _)| row < living);
        self.weapons.truncate(mounts);
        self.mounts.truncate(mounts);
    }

    /// Ends it before this one of the living, if there are so many.
    fn end_living(&mut self, row: usize) {
        if let Some(&unit) = self.numbers.get(row) {
            self.end(unit);
        }
    }

    /// Finds out who is alive, with what health and shield.
    fn find_living(&mut self) {
        let (schema, layout, cpython) = (self.schema, self.layouts[UNIT], self.cpython);
        let mut known = self.units.len();
        let mut sides = [[[None; BLOCK]; 2]; 2];
        for (side, field) in sides.as_flattened_mut().iter_mut().zip(schema.limits.as_flattened()) {
            let Some(field) = field else { continue };
            let default = if field.has_default { field.default.number() } else { None };
            let values = layout.column(field.place, &self.units[..known]).map_while(|value| match value {
                Some(value) if !value.is_none() => plain_number(value, Some(cpython)).map(Some),
                _ => Some(default),
            });
            known = side.iter_mut().zip(values).map(|(side, value)| *side = value).count();
        }
        let mut alive = [true; BLOCK];
        if let Some(place) = schema.alive {
            let values = layout.column(place, &self.units[..known]).map_while(|value| match value {
                Some(value) if !value.is_none() => {
                    plain(value, Some(cpython)).map(|alive| alive.number() != 0.0)
                }
                _ => Some(true),
            });
            known = alive.iter_mut().zip(values).map(|(alive, value)| *alive = value).count();
        }
        self.units.truncate(known);
        for (number, &unit) in self.units.iter().enumerate() {
            let pair = |pair: usize| both_sides(schema, pair, sides[pair].map(|side| side[number]));
            let pairs = [pair(0), pair(1)];
            let is_wreck = pairs[0].is_some_and(|(hp, _)| hp <= 0.0);
            if alive[number] && !is_wreck {
                self.living.push(unit);
                self.numbers.push(number);
                self.pairs.iter_mut().zip(pairs).for_each(|(pairs, pair)| pairs.push(pair));
            }
        }
    }

    /// Finds the weapons of the living.
    fn find_weapons(&mut self) {
        let Some((_, place)) = self.schema.arms else { return };
        let [of_units, of_weapons] = self.layouts;
        for row in 0..self.living.len() {
            let list = of_units.column(place, &self.living[row..=row]).next().flatten();
            let Some(list) = list.filter(|list| !list.is_none()) else { continue };
            let Ok(list) = list.cast_exact::<PyList>() else { return self.end_living(row) };
            // SAFETY: no code of Python's runs as long as there is a block.
            for (slot, weapon) in unsafe { self.cpython.items(list, 0) }.enumerate() {
                let Some(weapon) = of_weapons.at(weapon) else { return self.end_living(row) };
                self.weapons.push(weapon);
                self.mounts.push((row, slot));
            }
        }
    }

    /// Adds the columns of the living and of their weapons. Gives which weapons are destroyed.
    fn add_columns(&mut self, armies: &mut Armies<'py>) -> Vec<bool> {
        let [of_units, of_weapons] = self.layouts;
        for field in self.schema.units.iter().enumerate() {
            let values = of_units.column(field.1.place, &self.living);
            let added = armies.units.add_column(field, values, self.cpython);
            self.end_living(added);
        }
        for field in self.schema.weapons.iter().enumerate() {
            let values = of_weapons.column(field.1.place, &self.weapons);
            let added = armies.weapons.add_column(field, values, self.cpython);
            self.end_weapons(added);
        }
        let Some(place) = self.schema.weapon_destroyed else { return Vec::new() };
        let values = of_weapons.column(place, &self.weapons).map_while(|value| match value {
            Some(value) if !value.is_none() => {
                plain(value, Some(self.cpython)).map(|flag| flag.number() != 0.0)
            }
            _ => Some(false),
        });
        let destroyed: Vec<bool> = values.collect();
        self.end_weapons(destroyed.len());
        destroyed
    }

    /// Ends the block before the unit of this weapon, if there are so many.
    fn end_weapons(&mut self, weapon: usize) {
        if let Some(&(row, _)) = self.mounts.get(weapon) {
            self.end_living(row);
        }
    }

    /// Ends it before a unit that was met before, and knows the others from now on.
    fn meet(&mut self, seen: &mut Seen<'_>) {
        for number in 0..self.units.len() {
            match seen.first.entry(self.units[number].object.as_ptr() as usize) {
                Entry::Vacant(new) => new.insert(seen.battle),
                Entry::Occupied(_) => return self.end(number),
            };
        }
    }

    /// Adds everything but the columns' values, and takes those back that are of units behind the end. Gives the keys of the
    /// fleets of the living.
    fn enter(
        &self,
        armies: &mut Armies<'py>,
        owner: u32,
        destroyed: &[bool],
    ) -> Vec<Option<Bound<'py, PyAny>>> {
        let (schema, [of_units, _]) = (self.schema, self.layouts);
        let (id, row, mount) = (armies.objects.len(), armies.unit_ids.len(), armies.weapon_units.len());
        armies.units.truncate(row + self.living.len());
        armies.weapons.truncate(mount + self.weapons.len());
        let owned = |place: Option<usize>, of: &[At<'a, 'py>]| -> Vec<Option<Bound<'py, PyAny>>> {
            let Some(place) = place else { return vec![None; of.len()] };
            let given = of_units.column(place, of).map(|value| value.filter(|value| !value.is_none()));
            given.map(|value| value.map(|value| value.to_owned())).collect()
        };
        armies.objects.extend(self.units.iter().map(|unit| unit.object.to_owned()));
        armies.owners.resize(armies.objects.len(), owner);
        armies.names.extend(owned(schema.name, &self.units));
        armies.unit_ids.extend(self.numbers.iter().map(|number| (id + number) as i64));
        armies.before.resize_with(armies.unit_ids.len(), || [const { None }; READ_BEFORE]);
        for ((_, value, limit), pairs) in PAIRS.into_iter().zip(&self.pairs) {
            for &(number, most) in pairs.iter().flatten() {
                armies.units.push(value as usize, number);
                armies.units.push(limit as usize, most);
            }
        }
        armies.weapon_units.extend(self.mounts.iter().map(|&(row, _)| (id + self.numbers[row]) as i64));
        armies.weapon_slots.extend(self.mounts.iter().map(|&(_, slot)| slot as i64));
        armies.weapon_objects.extend(self.weapons.iter().map(|weapon| Some(weapon.object.to_owned())));
        armies.units.fill(schema.units.len(), armies.unit_ids.len());
        armies.weapons.fill(schema.weapons.len(), armies.weapon_units.len());
        let health = armies.weapons.numbers_mut(WeaponColumn::Hp as usize).iter_mut().skip(mount);
        health.zip(destroyed).filter(|(_, destroyed)| **destroyed).for_each(|(hp, _)| *hp = 0.0);
        owned(schema.fleet, &self.living)
    }
}

impl<'py> Reader<'_, 'py> {
    /// Reads units of a list, from the one with number `first` on, as many as are read together, `most` at most. Gives how
    /// many.
    pub(super) fn block(
        &mut self,
        owner: u32,
        (units, first, most): (&Bound<'py, PyList>, usize, usize),
        fleets: &Bound<'py, PyDict>,
        seen: &mut Seen<'_>,
    ) -> PyResult<usize> {
        let [Plan::Layout(of_units), Plan::Layout(of_weapons)] =
            [&self.found[UNIT].plan, &self.found[WEAPON].plan]
        else {
            return Ok(0);
        };
        let (of_units, of_weapons) = (Arc::clone(of_units), Arc::clone(of_weapons));
        let Some(cpython) = of_units.cpython().filter(|_| self.schema.suits_blocks()) else { return Ok(0) };
        let before = self.armies.unit_ids.len();
        // SAFETY: no code of Python's runs as long as there is a block: nothing but plain values, lists and texts is looked at.
        let items = unsafe { cpython.items(units.as_borrowed(), first) };
        let mut block = Block {
            schema: self.schema,
            cpython,
            layouts: [&of_units, &of_weapons],
            units: items.take(most.min(BLOCK)).map_while(|unit| of_units.at(unit)).collect(),
            living: Vec::with_capacity(BLOCK),
            numbers: Vec::with_capacity(BLOCK),
            pairs: [Vec::with_capacity(BLOCK), Vec::with_capacity(BLOCK)],
            weapons: Vec::with_capacity(4 * BLOCK),
            mounts: Vec::with_capacity(4 * BLOCK),
        };
        block.find_living();
        block.find_weapons();
        let destroyed = block.add_columns(&mut self.armies);
        block.meet(seen);
        let keys = block.enter(&mut self.armies, owner, &destroyed);
        let taken = block.units.len();
        self.nowhere(before);
        for (row, key) in (before..).zip(keys) {
            let fleet = self.fleet(self.armies.unit_ids[row] as usize, owner, key, fleets)?;
            self.armies.unit_fleets.push(fleet);
        }
        Ok(taken)
    }
}
