//! Units that follow one another in a list, of one class, read a column at a time.
//!
//! How a column's values are read is then decided once for all of them, and objects that are far in memory are waited for
//! together. This is for the usual only: a block ends before the first unit of which more has to be said than that its
//! values are plain ones, and that one is read by itself. No code of Python's runs until a block is read.
#![expect(unsafe_code, reason = "objects are read where a list has them")]

use std::collections::hash_map::Entry;
use std::sync::Arc;

use arrayvec::ArrayVec;
use pyo3::Borrowed;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList, PyString};

use super::armies::{Armies, PAIRS};
use super::herd::{Held, Herd};
use super::plan::Plan;
use super::read::{Reader, Seen, UNIT, WEAPON, both_sides};
use super::schema::Schema;
use super::value::{plain, plain_number};
use crate::bindings::cpython::{CPython, expect};
use crate::ecs::columns::WeaponColumn;

/// So many units and weapons at most: with all they have they stay in a core's first cache.
pub(super) const BLOCK: usize = 16;
const MOUNTS: usize = 8 * BLOCK;

/// Units of one class, and how they and their weapons are read.
struct Block<'a, 'py> {
    schema: &'a Schema,
    cpython: CPython,
    /// All units, and the living ones with their numbers among all.
    units: Herd<'a, 'py, BLOCK>,
    living: Herd<'a, 'py, BLOCK>,
    numbers: ArrayVec<usize, BLOCK>,
    /// Health and shield of the living, each with its limit, as far as the schema has them.
    pairs: [ArrayVec<(f64, f64), BLOCK>; 2],
    /// The weapons of the living, and of each the place of its unit among them and its own slot.
    weapons: Herd<'a, 'py, MOUNTS>,
    mounts: ArrayVec<(usize, usize), MOUNTS>,
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
        let (schema, cpython) = (self.schema, self.cpython);
        let mut sides = [[[None; BLOCK]; 2]; 2];
        for (side, field) in sides.as_flattened_mut().iter_mut().zip(schema.limits.as_flattened()) {
            let Some(field) = field else { continue };
            let default = if field.has_default { field.default.number() } else { None };
            let number = |value| plain_number(value, Some(cpython)).map(Some);
            let known = self.units.tell(field.place, side, &default, number);
            self.units.truncate(known);
        }
        let mut alive = [true; BLOCK];
        if let Some(place) = schema.alive {
            let known = self.units.tell(place, &mut alive, &true, |value| is_true(value, cpython));
            self.units.truncate(known);
        }
        for number in 0..self.units.len() {
            let pair = |pair: usize| both_sides(schema, pair, sides[pair].map(|side| side[number]));
            let pairs = [pair(0), pair(1)];
            // A column that has no value here would take the next one's.
            if pairs
                .iter()
                .zip(&schema.limits)
                .any(|(pair, of)| pair.is_none() && of.iter().any(Option::is_some))
            {
                return self.end(number);
            }
            let is_wreck = pairs[0].is_some_and(|(hp, _)| hp <= 0.0);
            if alive[number] && !is_wreck {
                self.living.add_of(&self.units, number);
                self.numbers.push(number);
                self.pairs.iter_mut().zip(pairs).for_each(|(pairs, pair)| pairs.extend(pair));
            }
        }
    }

    /// Finds the weapons of the living.
    fn find_weapons(&mut self) {
        let Some((_, place)) = self.schema.arms else { return };
        for (row, list) in self.living.look(place).into_iter().enumerate() {
            let Some(list) = list.filter(|list| !list.is_none()) else { continue };
            let Ok(list) = list.cast_exact::<PyList>() else { return self.end_living(row) };
            // SAFETY: no code of Python's runs as long as there is a block.
            for (slot, &weapon) in unsafe { self.cpython.items(list, 0) }.iter().enumerate() {
                if !weapon.is_some_and(|weapon| self.weapons.add(weapon)) {
                    return self.end_living(row);
                }
                self.mounts.push((row, slot));
            }
        }
    }

    /// Ends the block before one of the living whose fleet has a key that is no plain one: to look for it may run code.
    fn look_at_keys(&mut self) {
        let Some(place) = self.schema.fleet else { return };
        let is_plain = |key: &Held<'a, 'py>| {
            key.is_none_or(|key| {
                key.is_none() || key.is_exact_instance_of::<PyString>() || key.is_exact_instance_of::<PyInt>()
            })
        };
        let plain = self.living.look(place).iter().take_while(|key| is_plain(key)).count();
        self.end_living(plain);
    }

    /// Adds the columns of the living and of their weapons. Gives which weapons are destroyed.
    fn add_columns(&mut self, armies: &mut Armies<'py>) -> [bool; MOUNTS] {
        let cpython = self.cpython;
        for field in self.schema.units.iter().enumerate() {
            let added = armies.units.add_column(field, &self.living, cpython);
            self.end_living(added);
        }
        for field in self.schema.weapons.iter().enumerate() {
            let added = armies.weapons.add_column(field, &self.weapons, cpython);
            self.end_weapons(added);
        }
        let mut destroyed = [false; MOUNTS];
        if let Some(place) = self.schema.weapon_destroyed {
            let known = self.weapons.tell(place, &mut destroyed, &false, |value| is_true(value, cpython));
            self.end_weapons(known);
        }
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
            match seen.first.entry(self.units.objects()[number].as_ptr() as usize) {
                Entry::Vacant(new) => new.insert(seen.battle),
                Entry::Occupied(_) => return self.end(number),
            };
        }
    }

    /// Adds everything but the columns' values, and takes those back that are of units behind the end. Gives the keys of the
    /// fleets of the living, if there are such keys.
    fn enter(
        &self,
        armies: &mut Armies<'py>,
        owner: u32,
        destroyed: &[bool],
    ) -> Option<ArrayVec<Option<Bound<'py, PyAny>>, BLOCK>> {
        let (schema, cpython) = (self.schema, self.cpython);
        let (id, row, mount) = (armies.objects.len(), armies.unit_ids.len(), armies.weapon_units.len());
        armies.units.truncate(row + self.living.len());
        armies.weapons.truncate(mount + self.weapons.len());
        let owned =
            |value: &Held<'a, 'py>| value.filter(|value| !value.is_none()).map(|value| cpython.owned(value));
        armies.objects.extend(self.units.objects().iter().map(|&unit| cpython.owned(unit)));
        armies.owners.resize(armies.objects.len(), owner);
        match schema.name {
            Some(place) => armies.names.extend(self.units.look(place).iter().map(owned)),
            None => armies.names.resize_with(armies.objects.len(), || None),
        }
        armies.unit_ids.extend(self.numbers.iter().map(|number| (id + number) as i64));
        for ((_, value, limit), pairs) in PAIRS.into_iter().zip(&self.pairs) {
            for &(number, most) in pairs {
                armies.units.push(value as usize, number);
                armies.units.push(limit as usize, most);
            }
        }
        armies.weapon_units.extend(self.mounts.iter().map(|&(row, _)| (id + self.numbers[row]) as i64));
        armies.weapon_slots.extend(self.mounts.iter().map(|&(_, slot)| slot as i64));
        armies
            .weapon_objects
            .extend(self.weapons.objects().iter().map(|&weapon| Some(cpython.owned(weapon))));
        armies.units.fill(schema.units.len(), armies.unit_ids.len());
        armies.weapons.fill(schema.weapons.len(), armies.weapon_units.len());
        let health = armies.weapons.numbers_mut(WeaponColumn::Hp as usize).iter_mut().skip(mount);
        health.zip(destroyed).filter(|(_, destroyed)| **destroyed).for_each(|(hp, _)| *hp = 0.0);
        Some(self.living.look(schema.fleet?).iter().map(owned).collect())
    }
}

impl<'py> Reader<'_, 'py> {
    /// Reads units of a list, from the one with number `first` on, as many as are read together, `most` at most. Gives how
    /// many; nothing if none can be, whatever the list holds.
    pub(super) fn block(
        &mut self,
        owner: u32,
        (units, first, most): (&Bound<'py, PyList>, usize, usize),
        fleets: &Bound<'py, PyDict>,
        seen: &mut Seen<'_>,
    ) -> PyResult<Option<usize>> {
        let [Plan::Layout(of_units), Plan::Layout(of_weapons)] =
            [&self.found[UNIT].plan, &self.found[WEAPON].plan]
        else {
            return Ok(None);
        };
        let (of_units, of_weapons) = (Arc::clone(of_units), Arc::clone(of_weapons));
        let Some(cpython) = of_units.cpython().filter(|_| self.schema.suits_blocks()) else {
            return Ok(None);
        };
        let (py, before) = (units.py(), self.armies.unit_ids.len());
        // SAFETY: no code of Python's runs as long as there is a block: nothing but plain values, lists and texts is looked at.
        let (herd, living, weapons, items) = unsafe {
            let items = cpython.items(units.as_borrowed(), first).iter().map_while(|&unit| unit);
            (Herd::of(&of_units, py), Herd::of(&of_units, py), Herd::of(&of_weapons, py), items)
        };
        let (Some(units), Some(living), Some(weapons)) = (herd, living, weapons) else { return Ok(None) };
        let mut block = Block {
            schema: self.schema,
            cpython,
            units,
            living,
            numbers: ArrayVec::new(),
            pairs: Default::default(),
            weapons,
            mounts: ArrayVec::new(),
        };
        items.clone().skip(most).take(BLOCK).for_each(expect);
        block.units.extend(items.clone().take(most));
        block.find_living();
        block.look_at_keys();
        block.find_weapons();
        let destroyed = block.add_columns(&mut self.armies);
        block.meet(seen);
        let keys = block.enter(&mut self.armies, owner, &destroyed);
        let taken = block.units.len();
        self.nowhere(before);
        let mut keys = keys.unwrap_or_default().into_iter();
        for row in before..self.armies.unit_ids.len() {
            let (id, key) = (self.armies.unit_ids[row] as usize, keys.next().flatten());
            let fleet = self.fleet(id, owner, key, fleets)?;
            self.armies.unit_fleets.push(fleet);
        }
        Ok(Some(taken))
    }
}

/// What `bool` says of a plain value.
fn is_true(value: Borrowed<'_, '_, PyAny>, cpython: CPython) -> Option<bool> {
    plain(value, Some(cpython)).map(|value| value.number() != 0.0)
}
