//! One pass in: every object is read once, into columns.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyMapping, PyString};
use rustc_hash::FxHashMap;

use super::armies::{Armies, PAIRS, Spare};
use super::block::BLOCK;
use super::fault::ObjectFaults;
use super::look::Tree;
use super::plan::Found;
use super::schema::{Field, READ_BEFORE, Schema, Value};
use super::value::{self, is_plain};
use crate::bindings::column::{kind_of, shown};

/// The tree and the findings of units, and of weapons.
pub(super) const UNIT: usize = 0;
pub(super) const WEAPON: usize = 1;

/// What is counted and said once.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) unarmed: usize,
    pub(super) unmoved: usize,
    unread: Vec<String>,
}

/// Texts that could not be read are shown up to this many.
const SHOWN_TEXTS: usize = 5;

/// Which objects were met in this call: those of one battle, of all battles.
pub(super) struct Seen<'a> {
    /// The number of the battle that is read.
    pub(super) battle: usize,
    /// The battle in which each object was met first, by its address. The battles keep them alive.
    pub(super) first: &'a mut FxHashMap<usize, usize>,
    /// Faults that concern two battles.
    pub(super) shared: &'a mut ObjectFaults,
}

/// Reads the armies of a battle.
pub(super) fn read<'py>(
    schema: &Schema,
    given: &Bound<'py, PyAny>,
    mut seen: Seen<'_>,
    spare: Option<Spare>,
    faults: &mut ObjectFaults,
) -> PyResult<Armies<'py>> {
    let mut reader = Reader {
        schema,
        armies: Armies::empty(schema, spare),
        counts: Counts::default(),
        faults,
        found: [Found::default(), Found::default()],
    };
    let wanted = "a mapping from faction names to lists of units";
    let Ok(mapping) = given.cast::<PyMapping>() else {
        reader.faults.add(None, "armies", kind_of(given), wanted);
        return Ok(reader.armies);
    };
    let given = mapping.items()?.extract::<Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>)>>()?;
    let objects =
        given.iter().filter_map(|(_, units)| units.cast_exact::<PyList>().ok()).map(|list| list.len()).sum();
    reader.armies.reserve(objects);
    seen.first.reserve(objects);
    for (name, units) in given {
        let Ok(name) = name.cast::<PyString>() else {
            reader.faults.add(None, "armies", format!("the key {}", shown(&name)), "the name of a faction");
            continue;
        };
        let name = name.to_str()?.to_owned();
        if units.is_instance_of::<PyString>() || units.is_instance_of::<PyDict>() || units.try_iter().is_err()
        {
            reader.faults.add(None, &format!("armies['{name}']"), kind_of(&units), "a list of units");
            continue;
        }
        reader.army(name, &units, objects, &mut seen)?;
    }
    if mapping.is_empty()? {
        reader.faults.add(None, "armies", "no army".to_owned(), wanted);
    }
    reader.finish();
    reader.armies.layouts = reader.found.map(|found| found.layouts);
    Ok(reader.armies)
}

pub(super) struct Reader<'a, 'py> {
    pub(super) schema: &'a Schema,
    pub(super) armies: Armies<'py>,
    pub(super) counts: Counts,
    pub(super) faults: &'a mut ObjectFaults,
    pub(super) found: [Found<'py>; 2],
}

impl<'py> Reader<'_, 'py> {
    fn army(
        &mut self,
        name: String,
        units: &Bound<'py, PyAny>,
        objects: usize,
        seen: &mut Seen<'_>,
    ) -> PyResult<()> {
        let owner = self.armies.factions.len() as u32;
        self.armies.factions.push(name);
        self.armies.starts.push(self.armies.objects.len());
        let fleets = PyDict::new(units.py());
        let Ok(list) = units.cast_exact::<PyList>() else {
            for unit in units.try_iter()? {
                self.one(owner, &unit?, objects, &fleets, seen)?;
            }
            return Ok(());
        };
        // Reading an object may change the list.
        let (mut next, mut most) = (0, BLOCK);
        while next < list.len() {
            let block = self.block(owner, (list, next, most), &fleets, seen)?;
            let taken = block.unwrap_or_default();
            if taken < most
                && let Ok(unit) = list.get_item(next + taken)
            {
                self.one(owner, &unit, objects, &fleets, seen)?;
                next += 1;
            }
            next += taken;
            // Where blocks end early, little is tried in vain.
            most = block.map_or(most, |taken| (2 * taken).clamp(1, BLOCK));
        }
        Ok(())
    }

    /// Reads an object by itself.
    fn one(
        &mut self,
        owner: u32,
        unit: &Bound<'py, PyAny>,
        objects: usize,
        fleets: &Bound<'py, PyDict>,
        seen: &mut Seen<'_>,
    ) -> PyResult<()> {
        let id = self.armies.objects.len();
        let met = seen.first.insert(unit.as_ptr() as usize, seen.battle);
        self.schema.trees[UNIT].begin(unit, &mut self.found[UNIT])?;
        self.armies.owners.push(owner);
        self.armies.objects.push(unit.clone());
        self.armies.names.push(None);
        self.armies.names[id] = self.find(self.schema.name, (UNIT, id, None), unit)?;
        if let Some(met) = met {
            let place = Some(self.armies.place(id, None));
            if met == seen.battle {
                self.faults.add(place, "unit", "the same object again".to_owned(), "each object once");
            } else {
                let value = format!("the same object again, in battle {} as in battle {met}", seen.battle);
                seen.shared.add(place, "unit", value, "each object once");
            }
            return Ok(());
        }
        if !Tree::is_in_place(&self.found[UNIT]) && is_plain(unit) {
            // It has none of the attributes that may be missing, and would pass for a wreck.
            let place = Some(self.armies.place(id, None));
            self.faults.add(place, "unit", shown(unit), "an object with attributes");
            return Ok(());
        }
        self.unit(id, owner, unit, fleets)?;
        // The first says how well armed the others may be.
        if id == 0 {
            self.armies.reserve_mounts(objects.saturating_sub(1));
        }
        Ok(())
    }

    fn unit(
        &mut self,
        id: usize,
        owner: u32,
        unit: &Bound<'py, PyAny>,
        fleets: &Bound<'py, PyDict>,
    ) -> PyResult<()> {
        let pairs = [self.pair(0, id, unit)?, self.pair(1, id, unit)?];
        let alive = match self.find(self.schema.alive, (UNIT, id, None), unit)? {
            None => true,
            Some(alive) => value::flag(&alive)?.unwrap_or_else(|(value, wanted)| {
                self.fault(self.schema.alive, id, value, wanted);
                false
            }),
        };
        // Without any health in the schema a unit has the rule book's.
        if !alive || pairs[0].is_some_and(|(hp, _)| hp <= 0.0) {
            return Ok(());
        }
        let key = self.find(self.schema.fleet, (UNIT, id, None), unit)?;
        let fleet = self.fleet(id, owner, key, fleets)?;
        self.row(UNIT, (id, None), unit)?;
        for ((_, value, limit), pair) in PAIRS.into_iter().zip(pairs) {
            if let Some((number, most)) = pair {
                self.armies.units.push(value as usize, number);
                self.armies.units.push(limit as usize, most);
            }
        }
        self.armies.unit_ids.push(id as i64);
        if !Tree::is_in_place(&self.found[UNIT]) {
            let mut before = [const { None }; READ_BEFORE];
            for (before, place) in before.iter_mut().zip(self.schema.before) {
                *before = self.find(place, (UNIT, id, None), unit)?;
            }
            self.armies.set_before(before);
        }
        self.armies.unit_fleets.push(fleet);
        self.armies.units.fill(self.schema.units.len(), self.armies.unit_ids.len());
        self.correct(id, unit)?;
        let armed = self.arms(id, unit)?;
        if !armed && self.schema.generic_weapon {
            self.generic(id);
        }
        Ok(())
    }

    /// What a place has; an exception of the object is a fault.
    pub(super) fn find(
        &mut self,
        place: Option<usize>,
        (tree, id, weapon): (usize, usize, Option<usize>),
        object: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(place) = place else { return Ok(None) };
        match self.schema.trees[tree].find(place, object, &mut self.found[tree]) {
            Ok(found) => Ok(found),
            Err(error) => {
                let path = self.schema.trees[tree].path_of(place);
                self.faults.raised(
                    object.py(),
                    Some(self.armies.place(id, weapon)),
                    path,
                    error,
                    "a value",
                )?;
                Ok(None)
            }
        }
    }

    /// A fault of a unit's place.
    pub(super) fn fault(
        &mut self,
        place: Option<usize>,
        id: usize,
        value: String,
        wanted: impl Into<String>,
    ) {
        let path = place.map_or("", |place| self.schema.trees[UNIT].path_of(place));
        self.faults.add(Some(self.armies.place(id, None)), path, value, wanted);
    }

    /// Adds a row of an object's values to its columns.
    #[inline]
    pub(super) fn row(
        &mut self,
        tree: usize,
        place: (usize, Option<usize>),
        object: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        let schema = self.schema;
        let fields = if tree == UNIT { &schema.units } else { &schema.weapons };
        let mut next = 0;
        loop {
            // The usual case, and most of the time of a hand-over.
            let columns = if tree == UNIT { &mut self.armies.units } else { &mut self.armies.weapons };
            next = schema.trees[tree].row(object, &self.found[tree], next, columns);
            let Some(field) = fields.get(next) else { return Ok(()) };
            let found = schema.trees[tree].find(field.place, object, &mut self.found[tree]);
            let value = self.understood(field, tree, place, object, found)?;
            let columns = if tree == UNIT { &mut self.armies.units } else { &mut self.armies.weapons };
            columns.add(next, value.unwrap_or_else(|| field.default.clone()));
            next += 1;
        }
    }

    /// What was found as the column has it; nothing if it means nothing. What is wrong with it is a fault.
    fn understood(
        &mut self,
        field: &Field,
        tree: usize,
        (id, weapon): (usize, Option<usize>),
        object: &Bound<'py, PyAny>,
        found: PyResult<Option<Bound<'py, PyAny>>>,
    ) -> PyResult<Option<Value>> {
        let path = self.schema.trees[tree].path_of(field.place);
        let found = match found {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            Err(error) => {
                let place = Some(self.armies.place(id, weapon));
                self.faults.raised(object.py(), place, path, error, "a value")?;
                return Ok(None);
            }
        };
        match field.read(&found)? {
            Ok(value) => Ok(value),
            Err((value, _)) if field.texts && found.is_instance_of::<PyString>() => {
                let place = self.armies.place(id, weapon);
                self.counts
                    .unread
                    .push(format!("{} of unit {} of '{}': {value}", path, place.unit, place.faction));
                Ok(None)
            }
            Err((value, wanted)) => {
                self.faults.add(Some(self.armies.place(id, weapon)), path, value, wanted);
                Ok(None)
            }
        }
    }

    /// Health or shield with its limit: of the two, what is absent is the other.
    fn pair(&mut self, pair: usize, id: usize, unit: &Bound<'py, PyAny>) -> PyResult<Option<(f64, f64)>> {
        let schema = self.schema;
        let mut sides = [None, None];
        for (side, field) in sides.iter_mut().zip(&schema.limits[pair]) {
            let Some(field) = field else { continue };
            if let Some(number) = Tree::number(field.place, unit, &self.found[UNIT]) {
                *side = Some(number);
                continue;
            }
            let found = schema.trees[UNIT].find(field.place, unit, &mut self.found[UNIT]);
            let value = match self.understood(field, UNIT, (id, None), unit, found)? {
                None if field.has_default => Some(field.default.clone()),
                value => value,
            };
            *side =
                value.and_then(|value| if let Value::Number(number) = value { Some(number) } else { None });
        }
        Ok(both_sides(schema, pair, sides))
    }

    /// The id of a unit's fleet: its key's, or its army's own.
    pub(super) fn fleet(
        &mut self,
        id: usize,
        owner: u32,
        key: Option<Bound<'py, PyAny>>,
        fleets: &Bound<'py, PyDict>,
    ) -> PyResult<i64> {
        let py = fleets.py();
        if let (None, Some(&(None, last))) = (&key, self.armies.fleets.last())
            && last == owner
        {
            return Ok(self.armies.fleets.len() as i64 - 1);
        }
        let index = key.clone().unwrap_or_else(|| py.None().into_bound(py));
        let known = match fleets.get_item(&index) {
            Ok(known) => known,
            Err(error) => {
                let path = self.schema.fleet.map_or("fleet", |place| self.schema.trees[UNIT].path_of(place));
                let place = Some(self.armies.place(id, None));
                self.faults.raised(py, place, path, error, "a key: a number or a text")?;
                return Ok(0);
            }
        };
        if let Some(known) = known {
            return known.extract();
        }
        let fleet = self.armies.fleets.len() as i64;
        fleets.set_item(index, fleet)?;
        self.armies.fleets.push((key, owner));
        Ok(fleet)
    }

    fn finish(&mut self) {
        let Counts { unarmed, unmoved, unread } = &self.counts;
        if *unarmed > 0 {
            self.armies.notes.push(format!(
                "{unarmed} units brought no weapon and fired a generic one: strength a tenth of their damage, range 24, \
                 1 attack; {unmoved} of them had no movement and got speed {}",
                super::arms::GENERIC_SPEED
            ));
        }
        if !unread.is_empty() {
            let shown = unread[..unread.len().min(SHOWN_TEXTS)].join("; ");
            let more = if unread.len() > SHOWN_TEXTS { "; …" } else { "" };
            self.armies
                .notes
                .push(format!("{} texts say no number, so the default holds: {shown}{more}", unread.len()));
        }
    }
}

/// Health or shield with its limit, of what an object has of the two.
pub(super) fn both_sides(schema: &Schema, pair: usize, sides: [Option<f64>; 2]) -> Option<(f64, f64)> {
    match sides {
        [Some(value), Some(limit)] => Some((value, limit)),
        [Some(only), None] | [None, Some(only)] => Some((only, only)),
        // The schema knows it, this object does not: the rule book's.
        [None, None] => schema.limits[pair][1].as_ref().map(|field| match field.default {
            Value::Number(number) => (number, number),
            _ => (0.0, 0.0),
        }),
    }
}
