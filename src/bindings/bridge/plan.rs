//! How the objects of a class are read: where their attributes are, by a function, or step by step.

use std::collections::hash_map::Entry;
use std::sync::{Arc, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use rustc_hash::FxHashMap;

use super::columns::Columns;
use super::compile::{Function, Row};
use super::layout::Layout;
use super::look::Tree;
use super::value::{is_ordinary, plain_number};

/// What is known about the object that is being read.
#[derive(Default)]
pub(super) struct Found<'py> {
    /// What was found so far, where several paths pass.
    pub(super) kept: Vec<Option<Option<Bound<'py, PyAny>>>>,
    /// Whether the object is a dict; asked once, not for each path.
    pub(super) is_dict: bool,
    /// All values at once, if its class has a function for that.
    pub(super) row: Row<'py>,
    /// The class of the last object, and how its objects are read.
    class: usize,
    pub(super) plan: Plan,
    /// The layouts of the classes that were met in this hand-over; absent: not all is a plain attribute.
    pub(super) layouts: Layouts,
}

/// The layouts of classes, by the class's address.
pub(super) type Layouts = FxHashMap<usize, Option<Arc<Layout>>>;

/// How the objects of a class are read.
#[derive(Default)]
pub(super) enum Plan {
    /// Step by step.
    #[default]
    Steps,
    /// All at once, by a function.
    Function(Arc<Function>),
    /// Where their attributes are.
    Layout(Arc<Layout>),
}

impl Tree {
    /// Begins with an object: what was found in another is forgotten.
    #[inline]
    pub(super) fn begin<'py>(&self, object: &Bound<'py, PyAny>, found: &mut Found<'py>) -> PyResult<()> {
        let class = object.get_type_ptr() as usize;
        let is_known = match &found.plan {
            Plan::Layout(layout) => layout.fits(object),
            Plan::Function(_) => found.class == class,
            Plan::Steps => false,
        };
        if !is_known {
            found.plan = self.plan(class, object, &mut found.layouts)?;
            found.class = class;
        }
        match &found.plan {
            Plan::Layout(_) => return Ok(()),
            Plan::Function(function) => match function.call(object, &mut found.row) {
                Ok(()) => return Ok(()),
                Err(error) if is_ordinary(object.py(), &error) => {
                    self.functions.forget(object);
                    found.plan = Plan::Steps;
                }
                Err(error) => return Err(error),
            },
            Plan::Steps => {}
        }
        self.begin_steps(object, found);
        Ok(())
    }

    /// Begins step by step.
    pub(super) fn begin_steps<'py>(&self, object: &Bound<'py, PyAny>, found: &mut Found<'py>) {
        found.row.clear();
        found.kept.clear();
        found.kept.resize(self.kept, None);
        found.is_dict = object.is_instance_of::<PyDict>();
    }

    /// Gets ready to look for single sources of an object, however it was begun.
    pub(super) fn begin_apart<'py>(&self, object: &Bound<'py, PyAny>, found: &mut Found<'py>) {
        if !matches!(found.plan, Plan::Steps) {
            self.begin_steps(object, found);
        }
    }

    fn plan(&self, class: usize, object: &Bound<'_, PyAny>, layouts: &mut Layouts) -> PyResult<Plan> {
        let layout = match layouts.entry(class) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.layout(object)?),
        };
        if let Some(layout) = layout
            && layout.fits(object)
        {
            return Ok(Plan::Layout(Arc::clone(layout)));
        }
        Ok(self.functions.of(self, &self.places, object)?.map_or(Plan::Steps, Plan::Function))
    }

    /// The layout of an object's class as it is now; nothing if it has none.
    fn layout(&self, object: &Bound<'_, PyAny>) -> PyResult<Option<Arc<Layout>>> {
        let class = object.get_type_ptr() as usize;
        let known = self.layouts.lock().unwrap_or_else(PoisonError::into_inner).get(&class).cloned();
        if let Some(known) = known
            && known.still_holds(self, &self.places, object.py())?
        {
            return Ok(Some(known));
        }
        let layout = Layout::of(self, &self.places, &self.row, object)?.map(Arc::new);
        let mut layouts = self.layouts.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match &layout {
            Some(layout) => layouts.insert(class, Arc::clone(layout)),
            None => layouts.remove(&class),
        };
        drop(layouts);
        drop(before);
        Ok(layout)
    }

    /// Whether an object's values are read where they are, which can be done again at any time.
    pub(super) fn is_in_place(found: &Found<'_>) -> bool {
        matches!(found.plan, Plan::Layout(_))
    }

    /// The number that a place's value is, if it was read at once with all others and is a plain one.
    #[inline]
    pub(super) fn number(place: usize, object: &Bound<'_, PyAny>, found: &Found<'_>) -> Option<f64> {
        match &found.plan {
            Plan::Layout(layout) => layout.number(place, object),
            Plan::Function(function) => plain_number(function.get(&found.row, place)?, function.cpython),
            Plan::Steps => None,
        }
    }

    /// Adds the plain values of an object to its columns, from the one with number `first` on, if they were read at once.
    /// Gives the number of the first column whose value is to be looked at.
    #[inline]
    pub(super) fn row(
        &self,
        object: &Bound<'_, PyAny>,
        found: &Found<'_>,
        first: usize,
        columns: &mut Columns,
    ) -> usize {
        match &found.plan {
            Plan::Layout(layout) => layout.row(object, first, columns),
            Plan::Function(function) => {
                let row = self.row[first..].iter().map(|&place| function.get(&found.row, place));
                columns.add_row(first, row, function.cpython)
            }
            Plan::Steps => first,
        }
    }

    /// What a place with one source has, or that it has nothing, if it was read at once with all others; looks for nothing.
    pub(super) fn at_hand<'py>(
        &self,
        place: usize,
        object: &Bound<'py, PyAny>,
        found: &Found<'py>,
    ) -> Option<Option<Bound<'py, PyAny>>> {
        let value = match &found.plan {
            Plan::Layout(layout) => layout.value(place, object)?,
            Plan::Function(function) => Some(function.get(&found.row, place)?.to_owned()),
            Plan::Steps => return None,
        };
        Some(value.filter(|value| !value.is_none()))
    }
}
