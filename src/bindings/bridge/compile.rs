//! Functions that read all values of an object at once, for classes of which many objects come.
//!
//! The interpreter's own loads are specialised: an attribute that is where it was last time costs it a few
//! nanoseconds, a third of what a look-up from outside costs. So after [`ENOUGH`] objects of a class a function is
//! written in Python that does for that class what the paths say, and gives a tuple. Whatever is otherwise with an
//! object than with the one that served as the model makes the function raise, and the object is looked into step by
//! step as ever; the class then gets another function in time.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple, PyType};
use pyo3::{Borrowed, intern};
use rustc_hash::FxHashMap;

use super::look::{Source, Tree, Where};
use super::path::{Kind, Step, or_missing};
use super::value::is_ordinary;
use crate::bindings::cpython::CPython;
use crate::bindings::memory;

/// Values in a tuple: the interpreter builds longer ones by way of a list.
const TUPLE: usize = 30;
/// Objects of a class that are looked into before a function is worth its making, which takes about a millisecond.
const ENOUGH: usize = 512;

/// The functions of a schema, by the address of the class.
#[derive(Default)]
pub(super) struct Functions(Mutex<FxHashMap<usize, Class>>);

struct Class {
    /// Kept, so that no other class comes to live at its address.
    _kept: Py<PyType>,
    seen: usize,
    state: State,
}

enum State {
    Waiting,
    Ready(Arc<Function>),
    /// Its objects are beyond such a function.
    Hopeless,
}

/// A function from an object of one class to a tuple of all values.
pub(super) struct Function {
    function: Py<PyAny>,
    places: Vec<Value>,
    /// The interpreter, if its numbers can be read where they are.
    pub(super) cpython: Option<CPython>,
}

/// Where the function gives the value of a place.
struct Value {
    tuple: usize,
    item: usize,
    /// Whether a value that is None is missing; if not, there are sources that the function does not try.
    is_last: bool,
}

/// All values of an object, in tuples.
#[derive(Default)]
pub(super) struct Row<'py>(Vec<Bound<'py, PyTuple>>);

impl Row<'_> {
    /// Forgets the values.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Function {
    /// All values of an object; an error if it is otherwise than the model.
    pub(super) fn call<'py>(&self, object: &Bound<'py, PyAny>, row: &mut Row<'py>) -> PyResult<()> {
        let tuples = memory::call_with(self.function.bind(object.py()), object)?.cast_into::<PyTuple>()?;
        row.0.clear();
        for tuple in tuples.iter_borrowed() {
            row.0.push(tuple.to_owned().cast_into::<PyTuple>()?);
        }
        Ok(())
    }

    /// The value of a place; nothing if the row has none.
    #[inline]
    pub(super) fn get<'a, 'py>(&self, row: &'a Row<'py>, place: usize) -> Option<Borrowed<'a, 'py, PyAny>> {
        let Value { tuple, item, .. } = self.places[place];
        row.0.get(tuple)?.get_borrowed_item(item).ok()
    }

    /// Whether None in this place means that there is no value.
    pub(super) fn is_last(&self, place: usize) -> bool {
        self.places[place].is_last
    }
}

impl Functions {
    /// The function for an object's class, made now if this was the last object that it was waiting for.
    pub(super) fn of(
        &self,
        tree: &Tree,
        places: &[Where],
        object: &Bound<'_, PyAny>,
    ) -> PyResult<Option<Arc<Function>>> {
        let address = object.get_type_ptr() as usize;
        {
            let mut classes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let class = classes.entry(address).or_insert_with(|| Class {
                _kept: object.get_type().unbind(),
                seen: 0,
                state: State::Waiting,
            });
            match &class.state {
                State::Ready(function) => return Ok(Some(Arc::clone(function))),
                State::Hopeless => return Ok(None),
                State::Waiting => class.seen += 1,
            }
            if class.seen < ENOUGH {
                return Ok(None);
            }
        }
        // Without the lock: this runs code of the object.
        let made = match Code::of(tree, places, object) {
            Ok(made) => made.map(Arc::new),
            // This object is no model; it will be said what is wrong with it when it is looked into.
            Err(error) if is_ordinary(object.py(), &error) => None,
            Err(error) => return Err(error),
        };
        self.set(address, made.clone().map_or(State::Hopeless, State::Ready));
        Ok(made)
    }

    /// Drops the function of an object's class: this object is otherwise.
    pub(super) fn forget(&self, object: &Bound<'_, PyAny>) {
        self.set(object.get_type_ptr() as usize, State::Waiting);
    }

    fn set(&self, address: usize, state: State) {
        let mut classes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(class) = classes.get_mut(&address) {
            (class.seen, class.state) = (0, state);
        }
    }
}

/// A function in the making: what its model has at each node, and the lines so far.
struct Code<'a, 'py> {
    tree: &'a Tree,
    object: &'a Bound<'py, PyAny>,
    nodes: Vec<Option<Option<Bound<'py, PyAny>>>>,
    /// How often each node is named; one that is named once has no line of its own.
    uses: Vec<usize>,
    /// The expression of each node.
    shown: Vec<String>,
    names: Bound<'py, PyDict>,
    text: String,
}

impl<'a, 'py> Code<'a, 'py> {
    /// The function for objects like this one; nothing if there is none.
    fn of(tree: &'a Tree, places: &[Where], object: &'a Bound<'py, PyAny>) -> PyResult<Option<Function>> {
        let py = object.py();
        let mut code = Self {
            tree,
            object,
            nodes: vec![None; tree.len()],
            uses: uses(tree, places),
            shown: (0..tree.len()).map(|node| format!("n{node}")).collect(),
            names: PyDict::new(py),
            text: "def read(u):\n".to_owned(),
        };
        let (mut values, mut of_places) = (Vec::new(), Vec::with_capacity(places.len()));
        for place in places {
            let Some((value, is_last)) = code.place(place)? else { return Ok(None) };
            let known = values.iter().position(|known| *known == value);
            let index = known.unwrap_or(values.len());
            if known.is_none() {
                values.push(value);
            }
            of_places.push(Value { tuple: index / TUPLE, item: index % TUPLE, is_last });
        }
        let tuples: String = values.chunks(TUPLE).map(|part| format!("({},), ", part.join(", "))).collect();
        let _ = writeln!(code.text, " return ({tuples})");
        let exec = py.import(intern!(py, "builtins"))?.getattr(intern!(py, "exec"))?;
        // An attribute's name may be a keyword of Python's.
        if exec.call1((&code.text, &code.names)).is_err() {
            return Ok(None);
        }
        let function = code.names.get_item("read")?;
        let cpython = CPython::of(py)?;
        Ok(function.map(|function| Function { function: function.unbind(), places: of_places, cpython }))
    }

    /// The expression for a place, and whether all of its sources are in it.
    fn place(&mut self, place: &Where) -> PyResult<Option<(String, bool)>> {
        let mut tried = Vec::new();
        for (number, source) in place.sources.iter().enumerate() {
            let (name, has) = match source {
                Source::Node(node) => {
                    if !self.node(*node)? {
                        return Ok(None);
                    }
                    (self.shown[*node].clone(), self.value(Some(*node)).is_some())
                }
                Source::Asks(node, step) => match self.asks(*node, step)? {
                    Some(asks) => (asks, true),
                    None => return Ok(None),
                },
                Source::Function(function) => {
                    let py = self.object.py();
                    let result = function.bind(py).call1((self.object,));
                    let Some(found) = or_missing(result, py)? else { return Ok(None) };
                    (format!("{}(u)", self.constant(function.bind(py))?), !found.is_none())
                }
            };
            tried.push(name);
            if has || number + 1 == place.sources.len() {
                let (last, earlier) = tried.split_last().map_or((&tried[0], &tried[..0]), |split| split);
                let earlier = earlier.iter().map(|name| format!("{name} if {name} is not None else "));
                let value = earlier.collect::<String>() + last;
                return Ok(Some((value, number + 1 == place.sources.len())));
            }
        }
        Ok(Some(("None".to_owned(), true)))
    }

    /// Writes the line of a node, after those of its parents; whether that is possible.
    fn node(&mut self, index: usize) -> PyResult<bool> {
        if self.nodes[index].is_some() {
            return Ok(true);
        }
        let tree = self.tree;
        let (parent, step) = tree.node_at(index);
        if let Some(parent) = parent
            && !self.node(parent)?
        {
            return Ok(false);
        }
        let from = parent.map_or("u".to_owned(), |parent| format!("n{parent}"));
        let Some(holder) = self.value(parent) else {
            // The model has nothing here; who has is otherwise.
            let _ = writeln!(self.text, " if {from} is not None: raise LookupError\n n{index} = None");
            self.nodes[index] = Some(None);
            return Ok(true);
        };
        let found = step.fetch(&holder)?;
        let is_dict = holder.is_instance_of::<PyDict>();
        let line = match (step.kind(), found.is_some()) {
            (Kind::Call, _) if holder.is_callable() => format!("{from}()"),
            (Kind::Call, _) => from.clone(),
            (Kind::Attribute(name), true) if !is_dict => format!("{from}.{name}"),
            (Kind::Attribute(name), true) => format!("{from}[{}]", self.constant(name.bind(holder.py()))?),
            (Kind::Item(key), true) => format!("{from}[{}]", self.constant(key.bind(holder.py()))?),
            (Kind::Attribute(name), false) if !is_dict => {
                self.same_class(parent, &from, &holder)?;
                format!("getattr({from}, {}, None)", self.constant(name.bind(holder.py()))?)
            }
            (Kind::Attribute(name), false) => {
                self.same_class(parent, &from, &holder)?;
                format!("{from}.get({})", self.constant(name.bind(holder.py()))?)
            }
            (Kind::Item(key), false) if is_dict => {
                self.same_class(parent, &from, &holder)?;
                format!("{from}.get({})", self.constant(key.bind(holder.py()))?)
            }
            (Kind::Item(key), false) => match key.extract::<usize>(holder.py()) {
                Ok(place) if holder.is_exact_instance_of::<PyList>() => {
                    self.same_class(parent, &from, &holder)?;
                    format!("{from}[{place}] if len({from}) > {place} else None")
                }
                _ => return Ok(false),
            },
        };
        if self.uses[index] == 1 {
            self.shown[index] = line;
        } else {
            let _ = writeln!(self.text, " n{index} = {line}");
        }
        self.nodes[index] = Some(found.filter(|found| !found.is_none()));
        Ok(true)
    }

    /// The expression for whether the last step of a path finds anything.
    fn asks(&mut self, node: Option<usize>, step: &Step) -> PyResult<Option<String>> {
        if let Some(node) = node
            && !self.node(node)?
        {
            return Ok(None);
        }
        let from = node.map_or("u".to_owned(), |node| format!("n{node}"));
        let Some(holder) = self.value(node) else {
            let _ = writeln!(self.text, " if {from} is not None: raise LookupError");
            return Ok(Some("False".to_owned()));
        };
        let py = holder.py();
        let is_dict = holder.is_instance_of::<PyDict>();
        Ok(match step.kind() {
            Kind::Item(key) => Some(format!("{} in {from}", self.constant(key.bind(py))?)),
            Kind::Attribute(name) => {
                self.same_class(node, &from, &holder)?;
                let name = self.constant(name.bind(py))?;
                Some(if is_dict { format!("{name} in {from}") } else { format!("hasattr({from}, {name})") })
            }
            Kind::Call => None,
        })
    }

    /// What the model has at a node, or the model itself.
    fn value(&self, node: Option<usize>) -> Option<Bound<'py, PyAny>> {
        match node {
            None => Some(self.object.clone()),
            Some(node) => self.nodes[node].clone().flatten(),
        }
    }

    /// A line that lets only holders of the model's class pass; the object itself is of its class.
    fn same_class(&mut self, parent: Option<usize>, from: &str, holder: &Bound<'py, PyAny>) -> PyResult<()> {
        if parent.is_some() {
            let class = self.constant(holder.get_type().as_any())?;
            let _ = writeln!(self.text, " if type({from}) is not {class}: raise LookupError");
        }
        Ok(())
    }

    /// The name of a value among the function's globals.
    fn constant(&mut self, value: &Bound<'py, PyAny>) -> PyResult<String> {
        let name = format!("c{}", self.names.len());
        self.names.set_item(&name, value)?;
        Ok(name)
    }
}

/// How often a function for these places names each node: once for a place that has no other source, and twice, since it is
/// also asked whether it is there, for all else.
fn uses(tree: &Tree, places: &[Where]) -> Vec<usize> {
    let mut uses = vec![0; tree.len()];
    for parent in (0..tree.len()).filter_map(|node| tree.node_at(node).0) {
        uses[parent] += 2;
    }
    for place in places {
        for source in &place.sources {
            match source {
                Source::Node(node) => uses[*node] += if place.sources.len() == 1 { 1 } else { 2 },
                Source::Asks(Some(node), _) => uses[*node] += 2,
                Source::Asks(None, _) | Source::Function(_) => {}
            }
        }
    }
    uses
}
