//! Looking into objects: all paths of a schema as one tree, so that what two paths share is looked up once.

use std::sync::{Arc, Mutex};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use rustc_hash::FxHashMap;

use super::compile::Functions;
use super::layout::{Layout, attribute_of};
use super::path::{Kind, Path, Step, or_missing};
use super::plan::{Found, Plan};
use crate::bindings::column::shown;

/// All places of a schema, and all steps of their paths.
#[derive(Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    pub(super) kept: usize,
    pub(super) places: Vec<Where>,
    /// The places of the columns, in their order.
    pub(super) row: Vec<usize>,
    pub(super) functions: Functions,
    /// The layouts of classes that were met, by the class's address; each keeps its class alive.
    pub(super) layouts: Mutex<FxHashMap<usize, Arc<Layout>>>,
}

struct Node {
    /// The node it starts from; absent: the object itself.
    parent: Option<usize>,
    step: Step,
    /// Where what is found is kept, if several paths pass here.
    kept: Option<usize>,
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

    /// Says which places the columns have, in their order.
    pub(super) fn set_row(&mut self, places: impl Iterator<Item = usize>) {
        self.row = places.collect();
    }

    /// The place of the attribute that a path is, if it is one and some place is the same.
    pub(super) fn place_of(&self, steps: &[Step]) -> Option<usize> {
        let [step] = steps else { return None };
        let Kind::Attribute(name) = step.kind() else { return None };
        self.places.iter().position(|place| attribute_of(self, place).is_some_and(|known| known.is(name)))
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
            Plan::Layout(layout) => match layout.value(place, object) {
                Some(value) => return Ok(value.filter(|value| !value.is_none())),
                // Its own code has changed the object since it was begun with.
                None => {
                    found.plan = Plan::Steps;
                    self.begin_steps(object, found);
                }
            },
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
