//! One pass out: what a battle did is written to its objects, all of it or nothing.

use arrayvec::ArrayVec;
use pyo3::exceptions::{PyAttributeError, PyLookupError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;

use super::armies::Armies;
use super::block::BLOCK;
use super::fault::{ObjectFaults, Place};
use super::layout::Layout;
use super::path::Step;
use super::read::UNIT;
use super::schema::{Experience, Need, Schema, Target};
use super::undo::Undo;
use super::value::is_ordinary;
use crate::bindings::memory;
use crate::ecs::columns::WeaponColumn;
use crate::ecs::tables::{Column, Table};
use crate::report::Report;

/// A row of the report's units: the place of its unit among the columns that were read, and its id.
pub(super) struct Row {
    pub(super) row: usize,
    pub(super) place: usize,
    pub(super) id: usize,
}

/// Why no place took a value: the last place, and what it raised if it did.
type Refusal = (String, Option<PyErr>);

/// Writes the result of a battle to its objects. On an error the caller takes back what `undo` holds.
pub(super) fn write<'a, 'py>(
    py: Python<'py>,
    schema: &'a Schema,
    armies: &Armies<'py>,
    report: &Report,
    undo: &mut Undo<'a, 'py>,
) -> PyResult<()> {
    let mut writer = Writer { py, schema, armies, undo, class: (0, false), layout: (0, None) };
    writer.units(report)?;
    writer.layout = (0, None);
    writer.weapons(report)
}

pub(super) struct Writer<'b, 'a, 'py> {
    pub(super) py: Python<'py>,
    pub(super) schema: &'a Schema,
    pub(super) armies: &'b Armies<'py>,
    pub(super) undo: &'b mut Undo<'a, 'py>,
    /// The class that was written to last, and whether it makes attributes up.
    class: (usize, bool),
    /// The class of the unit or weapon that was written to last, and where its attributes are.
    layout: (usize, Option<&'b Layout>),
}

impl<'b, 'a, 'py> Writer<'b, 'a, 'py> {
    fn units(&mut self, report: &Report) -> PyResult<()> {
        let table = &report.units;
        let [routes, destroyed] = ["routing", "destroyed"].map(|name| self.schema.targets.get(name));
        let (alive, routing) = (flags(table, "alive"), flags(table, "routing"));
        let numbers = self.numbers(table);
        let mut rows = self.rows(table.ints("id"));
        loop {
            let block: ArrayVec<Row, BLOCK> = rows.by_ref().take(BLOCK).collect();
            if block.is_empty() {
                return Ok(());
            }
            self.put_numbers(table, &numbers, &block)?;
            for Row { row, place, id } in block {
                let (object, old) = (&self.armies.objects[id], self.armies.before(place));
                if routing[row] || self.was_routing(object, old)? {
                    self.put(routes, (id, None), old, object, &flag(self.py, routing[row])?)?;
                }
                if !alive[row] {
                    self.put(destroyed, (id, None), old, object, &flag(self.py, true)?)?;
                } else if matches!(self.schema.experience, Experience::Attribute) {
                    self.learn(id, object, table.floats("xp_gained")[row])?;
                }
            }
        }
    }

    fn weapons(&mut self, report: &Report) -> PyResult<()> {
        let table = &report.weapons;
        let (units, slots, after) = (table.ints("unit"), table.ints("slot"), table.floats("hp"));
        let before = self.armies.weapons.numbers(WeaponColumn::Hp as usize);
        let [health, destroyed] = ["weapon_hp", "weapon_destroyed"].map(|name| self.schema.targets.get(name));
        let mut mount = 0;
        for row in 0..table.len() {
            // Both are in order of unit and slot, and the report has some of ours.
            while (self.armies.weapon_units[mount], self.armies.weapon_slots[mount])
                != (units[row], slots[row])
            {
                mount += 1;
            }
            let Some(weapon) = &self.armies.weapon_objects[mount] else { continue };
            let (id, slot) = (units[row] as usize, slots[row] as usize);
            let was = before.get(mount).copied();
            if was == Some(after[row]) {
                continue;
            }
            self.put(health, (id, Some(slot)), &[], weapon, &number(self.py, after[row])?)?;
            if after[row] <= 0.0 {
                self.put(destroyed, (id, Some(slot)), &[], weapon, &flag(self.py, true)?)?;
            }
        }
        Ok(())
    }

    /// The rows of the report.
    fn rows<'r>(&self, ids: &'r [i64]) -> impl Iterator<Item = Row> + use<'r, 'b, 'py, 'a> {
        let (units, mut place) = (&self.armies.unit_ids, 0);
        ids.iter().enumerate().map(move |(row, &id)| {
            while units[place] != id {
                place += 1;
            }
            Row { row, place, id: id as usize }
        })
    }

    /// Whether the object is marked as routing.
    fn was_routing(
        &mut self,
        object: &Bound<'py, PyAny>,
        old: &[Option<Bound<'py, PyAny>>],
    ) -> PyResult<bool> {
        let Some(target) = self.schema.targets.get("routing") else { return Ok(false) };
        let layout = target.place.zip(self.layout(UNIT, object));
        let here = layout.and_then(|(place, layout)| layout.value(place, object));
        // Where it is known that there is none, nobody is asked.
        if matches!(here, Some(None)) && target.places.len() == 1 {
            return Ok(false);
        }
        let here = here.flatten();
        if let Some(routing) = here.as_ref().or(target.before.and_then(|result| old.get(result)?.as_ref())) {
            return routing.is_truthy();
        }
        // It was read where it is, and is elsewhere now, or it has none.
        first_held(target, object)?.map_or(Ok(false), |routing| routing.is_truthy())
    }

    fn learn(&mut self, id: usize, object: &Bound<'py, PyAny>, gained: f64) -> PyResult<()> {
        let Some(target) = self.schema.targets.get("experience") else { return Ok(()) };
        let Some(old) = first_held(target, object)? else { return Ok(()) };
        self.put(Some(target), (id, None), &[], object, &old.add(gained)?)
    }

    /// Writes a value to the first place of a result that takes it. `old`: what is known of what the results hold.
    pub(super) fn put(
        &mut self,
        target: Option<&'a Target>,
        (id, weapon): (usize, Option<usize>),
        old: &[Option<Bound<'py, PyAny>>],
        object: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        let Some(target) = target else { return Ok(()) };
        if self.put_in_place(target, usize::from(weapon.is_some()), object, value) {
            return Ok(());
        }
        let old = target.before.and_then(|result| old.get(result)?.as_ref());
        match self.put_into(target, old, object, value)? {
            Some((path, error))
                if target.need == Need::Must || error.as_ref().is_some_and(|e| says_more(self.py, e)) =>
            {
                Err(self.refused(id, weapon, &path, error))
            }
            _ => Ok(()),
        }
    }

    /// Whether the result could be set where it is: most are an attribute that is there.
    #[inline]
    fn put_in_place(
        &mut self,
        target: &'a Target,
        tree: usize,
        object: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> bool {
        let Some((place, step)) = target.in_place() else { return false };
        let old = self.layout(tree, object).and_then(|layout| layout.swap(place, object, value));
        let Some(old) = old else { return false };
        self.undo.push(object.clone(), step, Some(old));
        true
    }

    /// Where the attributes of an object are, if that was found when it was read.
    #[inline]
    pub(super) fn layout(&mut self, tree: usize, object: &Bound<'py, PyAny>) -> Option<&'b Layout> {
        let class = object.get_type_ptr() as usize;
        if self.layout.0 != class {
            let known = self.armies.layouts[tree].get(&class);
            self.layout = (class, known.and_then(Option::as_deref));
        }
        self.layout.1
    }

    /// Nothing if a place took the value, else the refusal of the last place that was tried.
    fn put_into(
        &mut self,
        target: &'a Target,
        mut old: Option<&Bound<'py, PyAny>>,
        object: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Refusal>> {
        let mut refusal = None;
        for (path, text) in &target.places {
            // What is known is known of the first place.
            let tried = self.put_at(&path.steps, target.need, old.take(), object, value);
            match tried {
                Ok(true) => return Ok(None),
                Ok(false) => refusal = Some((text.clone(), None)),
                Err(error) if !is_ordinary(self.py, &error) => return Err(error),
                Err(error) if says_more(self.py, &error) => return Ok(Some((text.clone(), Some(error)))),
                Err(error) => refusal = Some((text.clone(), Some(error))),
            }
        }
        Ok(refusal)
    }

    /// Whether a place took the value.
    fn put_at(
        &mut self,
        steps: &'a [Step],
        need: Need,
        old: Option<&Bound<'py, PyAny>>,
        object: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<bool> {
        let Some((last, holder)) = holder(steps, object)? else { return Ok(false) };
        let old = match old {
            Some(old) => Some(old.clone()),
            None => last.fetch(&holder)?,
        };
        if old.is_none() && need == Need::IfThere {
            return Ok(false);
        }
        // What is made up is no value that could be put back.
        let old = match old {
            Some(_) if self.makes_up(&holder) => last.own(&holder)?,
            old => old,
        };
        let old = match old {
            Some(old) if last.is_of_class(&holder, &old)? => None,
            old => old,
        };
        last.put(&holder, value)?;
        self.undo.push(holder, last, old);
        Ok(true)
    }

    /// Whether an object's class answers for attributes that the object does not have.
    fn makes_up(&mut self, object: &Bound<'py, PyAny>) -> bool {
        let class = object.get_type_ptr() as usize;
        if self.class.0 != class {
            let hook = intern!(self.py, "__getattr__");
            self.class = (class, memory::has_attribute(object.get_type().as_any(), hook));
        }
        self.class.1
    }

    fn refused(&self, id: usize, weapon: Option<usize>, path: &str, why: Option<PyErr>) -> PyErr {
        let place: Place = self.armies.place(id, weapon);
        let mut faults = ObjectFaults::default();
        let wanted = "an attribute that can be set";
        let result = match why {
            Some(error) => faults.raised(self.py, Some(place), path, error, wanted),
            None => {
                faults.add(Some(place), path, "no such attribute".to_owned(), wanted);
                Ok(())
            }
        };
        match result.and_then(|()| faults.into_result(self.py)) {
            Ok(()) => PyAttributeError::new_err(path.to_owned()),
            Err(error) => error,
        }
    }
}

/// Whether an exception says more than that there is no such place.
fn says_more(py: Python<'_>, error: &PyErr) -> bool {
    let place = error.is_instance_of::<PyAttributeError>(py) || error.is_instance_of::<PyTypeError>(py);
    !place && !error.is_instance_of::<PyLookupError>(py)
}

/// The last step of a path, and what it starts from; nothing if the way there is missing.
fn holder<'a, 'py>(
    steps: &'a [Step],
    object: &Bound<'py, PyAny>,
) -> PyResult<Option<(&'a Step, Bound<'py, PyAny>)>> {
    let Some((last, way)) = steps.split_last() else { return Ok(None) };
    let mut holder = object.clone();
    for step in way {
        match step.take(&holder)? {
            Some(next) => holder = next,
            None => return Ok(None),
        }
    }
    Ok(Some((last, holder)))
}

fn number(py: Python<'_>, value: f64) -> PyResult<Bound<'_, PyAny>> {
    Ok(value.into_pyobject(py)?.into_any())
}

fn flag(py: Python<'_>, value: bool) -> PyResult<Bound<'_, PyAny>> {
    Ok(value.into_pyobject(py)?.to_owned().into_any())
}

/// The values of a flag column.
pub(super) fn flags<'a>(table: &'a Table, name: &str) -> &'a [bool] {
    match table.column(name).map(AsRef::as_ref) {
        Some(Column::Flag(values)) => values,
        _ => &[],
    }
}

/// What an object has in the first place of a result that has anything, looked up by name.
fn first_held<'py>(target: &Target, object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    for (path, _) in &target.places {
        if let Some((last, holder)) = holder(&path.steps, object)?
            && let Some(held) = last.take(&holder)?
        {
            return Ok(Some(held));
        }
    }
    Ok(None)
}
