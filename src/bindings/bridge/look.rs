//! Looking into objects: all paths of a schema as one tree, so that what two paths share is looked up once.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use rustc_hash::FxHashMap;

use super::compile::{Function, Functions, Row};
use super::path::{Path, Step, or_missing};
use super::slots::Slots;
use super::value::{Plain, is_ordinary, plain};
use crate::bindings::column::shown;

/// All places of a schema, and all steps of their paths.
#[derive(Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    kept: usize,
    places: Vec<Where>,
    functions: Functions,
}

struct Node {
    /// The node it starts from; absent: the object itself.
    parent: Option<usize>,
    step: Step,
    /// Where what is found is kept, if several paths pass here.
    kept: Option<usize>,
}

/// What is known about the object that is being read.
#[derive(Default)]
pub(super) struct Found<'py> {
    /// What was found so far, where several paths pass.
    kept: Vec<Option<Option<Bound<'py, PyAny>>>>,
    /// Whether the object is a dict; asked once, not for each path.
    is_dict: bool,
    /// All values at once, if its class has a function for that.
    row: Row<'py>,
    /// The class of the last object, and how its objects are read.
    class: usize,
    plan: Plan,
    /// The slots of the classes that were met in this hand-over; absent: not all is in slots.
    slots: FxHashMap<usize, Option<Arc<Slots>>>,
}

/// How the objects of a class are read.
#[derive(Default)]
enum Plan {
    /// Step by step.
    #[default]
    Steps,
    /// All at once, by a function.
    Function(Arc<Function>),
    /// Where their slots are.
    Slots(Arc<Slots>),
}

/// Where a value is: sources that are tried in order.
pub(super) struct Where {
    pub(super) sources: Vec<Source>,
    /// The first source, for messages.
    pub(super) path: String,
}

pub(super) enum Source {
    /// What a node leads to.
    Node(usize),
    /// Whether the last step of a path finds anything, from a node or from the object itself.
    Asks(Option<usize>, Step),
    /// What a function of the object returns.
    Function(Py<PyAny>),
}

impl Tree {
    /// Adds a place: an `At` of Python. Gives its number.
    pub(super) fn add(&mut self, column: &str, at: &Bound<'_, PyAny>) -> PyResult<usize> {
        let place = self.place(column, at)?;
        self.places.push(place);
        Ok(self.places.len() - 1)
    }

    /// Adds a place with a single path.
    pub(super) fn add_path(&mut self, py: Python<'_>, column: &str, path: &str) -> PyResult<usize> {
        let sources = vec![self.path(py, column, path)?];
        self.places.push(Where { sources, path: path.to_owned() });
        Ok(self.places.len() - 1)
    }

    /// An `At` of Python whose sources are tried one by one, and the number of a place that is its first source.
    pub(super) fn add_list(&mut self, column: &str, at: &Bound<'_, PyAny>) -> PyResult<(Where, usize)> {
        let (all, mut first) = (self.place(column, at)?, self.place(column, at)?);
        first.sources.truncate(1);
        self.places.push(first);
        Ok((all, self.places.len() - 1))
    }

    fn place(&mut self, column: &str, at: &Bound<'_, PyAny>) -> PyResult<Where> {
        let py = at.py();
        let given = at.getattr(intern!(py, "sources"))?.cast_into::<PyTuple>()?;
        let mut sources = Vec::with_capacity(given.len());
        for source in given.iter() {
            sources.push(match source.cast::<PyString>() {
                Ok(text) => self.path(py, column, text.to_str()?)?,
                Err(_) if source.is_callable() => Source::Function(source.unbind()),
                Err(_) => {
                    let message = format!("{column}: got {}, expected a path or a function", shown(&source));
                    return Err(PyTypeError::new_err(message));
                }
            });
        }
        let path = match given.iter().next() {
            Some(first) if first.is_instance_of::<PyString>() => first.to_string(),
            _ => column.to_owned(),
        };
        Ok(Where { sources, path })
    }

    fn path(&mut self, py: Python<'_>, column: &str, text: &str) -> PyResult<Source> {
        let wrong = |why: String| PyValueError::new_err(format!("{column}: '{text}' is no path: {why}"));
        let Path { mut steps, asks } = Path::parse(py, text).map_err(wrong)?;
        let last = if asks { steps.pop() } else { None };
        let mut node = None;
        for step in steps {
            node = Some(self.node(node, step));
        }
        Ok(match (last, node) {
            (Some(step), node) => Source::Asks(node, step),
            (None, Some(node)) => Source::Node(node),
            (None, None) => return Err(wrong("it is empty".to_owned())),
        })
    }

    /// The node of this step; the one that is there already, if there is one.
    fn node(&mut self, parent: Option<usize>, step: Step) -> usize {
        let known = self.nodes.iter().position(|node| node.parent == parent && node.step.text == step.text);
        if let Some(known) = known {
            let kept = self.kept;
            self.kept += usize::from(self.nodes[known].kept.is_none());
            self.nodes[known].kept.get_or_insert(kept);
            return known;
        }
        self.nodes.push(Node { parent, step, kept: None });
        self.nodes.len() - 1
    }

    /// The first source of a place, for messages.
    pub(super) fn path_of(&self, place: usize) -> &str {
        &self.places[place].path
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The node with this number: the node it starts from, and its step.
    pub(super) fn node_at(&self, index: usize) -> (Option<usize>, &Step) {
        (self.nodes[index].parent, &self.nodes[index].step)
    }

    /// Begins with an object: what was found in another is forgotten.
    #[inline]
    pub(super) fn begin<'py>(&self, object: &Bound<'py, PyAny>, found: &mut Found<'py>) -> PyResult<()> {
        let class = object.get_type_ptr() as usize;
        if found.class != class || matches!(found.plan, Plan::Steps) {
            found.plan = self.plan(class, object, &mut found.slots)?;
            found.class = class;
        }
        match &found.plan {
            Plan::Slots(_) => return Ok(()),
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
    fn begin_steps<'py>(&self, object: &Bound<'py, PyAny>, found: &mut Found<'py>) {
        found.row.clear();
        found.kept.clear();
        found.kept.resize(self.kept, None);
        found.is_dict = object.is_instance_of::<PyDict>();
    }

    fn plan(
        &self,
        class: usize,
        object: &Bound<'_, PyAny>,
        slots: &mut FxHashMap<usize, Option<Arc<Slots>>>,
    ) -> PyResult<Plan> {
        let slots = match slots.entry(class) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Slots::of(self, &self.places, object)?.map(Arc::new)),
        };
        if let Some(slots) = slots {
            return Ok(Plan::Slots(Arc::clone(slots)));
        }
        Ok(self.functions.of(self, &self.places, object)?.map_or(Plan::Steps, Plan::Function))
    }

    /// The value of a place, if it was read at once with all others and is a plain one.
    #[inline]
    pub(super) fn plain(place: usize, object: &Bound<'_, PyAny>, found: &Found<'_>) -> Option<Plain> {
        match &found.plan {
            Plan::Slots(slots) => slots.plain(place, object),
            Plan::Function(function) => function.get(&found.row, place).and_then(|value| plain(&value)),
            Plan::Steps => None,
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
            Plan::Slots(slots) => slots.value(place, object),
            Plan::Function(function) => Some(function.get(&found.row, place)?.to_owned()),
            Plan::Steps => return None,
        };
        Some(value.filter(|value| !value.is_none()))
    }

    /// What the first source of a place has that has anything.
    #[inline]
    pub(super) fn find<'py>(
        &self,
        place: usize,
        object: &Bound<'py, PyAny>,
        found: &mut Found<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &found.plan {
            Plan::Slots(slots) => return Ok(slots.value(place, object).filter(|value| !value.is_none())),
            Plan::Function(function) => {
                if let Some(value) = function.get(&found.row, place) {
                    if !value.is_none() {
                        return Ok(Some(value.to_owned()));
                    }
                    if function.is_last(place) {
                        return Ok(None);
                    }
                    self.begin_steps(object, found);
                }
            }
            Plan::Steps => {}
        }
        self.places[place].find(self, object, found)
    }

    /// What a node leads to in `object`.
    #[inline]
    fn look<'py>(
        &self,
        node: usize,
        object: &Bound<'py, PyAny>,
        found: &mut Found<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &self.nodes[node] {
            Node { parent: None, step, kept: None } => step.take_from(object, found.is_dict),
            node => self.look_far(node, object, found),
        }
    }

    fn look_far<'py>(
        &self,
        node: &Node,
        object: &Bound<'py, PyAny>,
        found: &mut Found<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let Some(Some(known)) = node.kept.map(|kept| &found.kept[kept]) {
            return Ok(known.clone());
        }
        let value = match node.parent {
            None => node.step.take_from(object, found.is_dict)?,
            Some(parent) => match self.look(parent, object, found)? {
                Some(from) => node.step.take(&from)?,
                None => None,
            },
        };
        if let Some(kept) = node.kept {
            found.kept[kept] = Some(value.clone());
        }
        Ok(value)
    }
}

impl Where {
    /// What the source with this number has; nothing if it has none.
    pub(super) fn at<'py>(
        &self,
        source: usize,
        tree: &Tree,
        object: &Bound<'py, PyAny>,
        found: &mut Found<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = object.py();
        match &self.sources[source] {
            Source::Node(node) => tree.look(*node, object, found),
            Source::Asks(None, step) => flag(py, step.exists(object)?),
            Source::Asks(Some(node), step) => match tree.look(*node, object, found)? {
                Some(from) => flag(py, step.exists(&from)?),
                None => flag(py, false),
            },
            Source::Function(function) => {
                let value = or_missing(function.bind(py).call1((object,)), py)?;
                Ok(value.filter(|value| !value.is_none()))
            }
        }
    }

    fn find<'py>(
        &self,
        tree: &Tree,
        object: &Bound<'py, PyAny>,
        found: &mut Found<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let [Source::Node(node)] = self.sources.as_slice() {
            return tree.look(*node, object, found);
        }
        for source in 0..self.sources.len() {
            if let Some(value) = self.at(source, tree, object, found)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }
}

fn flag(py: Python<'_>, value: bool) -> PyResult<Option<Bound<'_, PyAny>>> {
    Ok(Some(value.into_pyobject(py)?.to_owned().into_any()))
}
