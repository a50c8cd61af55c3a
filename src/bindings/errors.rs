//! One door for errors: an exhaustive match from the kernel's error enum onto a short tree of exceptions.
//!
//! Most exceptions have two parents, `KernelError` and the built-in that says who is to blame
//! (`ValueError`: the caller; `RuntimeError`: the kernel), so they are made by calling `type`, which takes
//! several bases.

use pyo3::exceptions::{
    PyBaseException, PyException, PyKeyError, PyKeyboardInterrupt, PyRuntimeError, PyValueError,
};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyTuple, PyType};

use crate::error::{Error, Fault, Faults, ScenarioFault};

/// The package's exceptions.
struct Family {
    kernel: Py<PyType>,
    push: Py<PyType>,
    remove: Py<PyType>,
    resolve: Py<PyType>,
    odds: Py<PyType>,
    rules: Py<PyType>,
    input: Py<PyType>,
    bridge: Py<PyType>,
    scenario: Py<PyType>,
    snapshot: Py<PyType>,
    replay: Py<PyType>,
    unknown_key: Py<PyType>,
    poisoned: Py<PyType>,
    conservation: Py<PyType>,
}

static FAMILY: PyOnceLock<Family> = PyOnceLock::new();

/// Adds the exceptions to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    for class in Family::get(py)?.all() {
        module.add(class.bind(py).name()?, class)?;
    }
    Ok(())
}

impl Family {
    fn get(py: Python<'_>) -> PyResult<&Self> {
        FAMILY.get_or_try_init(py, || Self::new(py))
    }

    fn new(py: Python<'_>) -> PyResult<Self> {
        let kernel = class(py, "KernelError", [&py.get_type::<PyException>()], "Any failure of the kernel.")?;
        let child = |name, other: Bound<'_, PyType>, doc| class(py, name, [kernel.bind(py), &other], doc);
        let refused = |name, doc| child(name, py.get_type::<PyValueError>(), doc);
        let broken = |name, doc| child(name, py.get_type::<PyRuntimeError>(), doc);
        let missing = "Nothing in the mirror has the key that was asked for.";
        let unknown_key = child("UnknownKeyError", py.get_type::<PyKeyError>(), missing)?;
        // KeyError shows the repr of its argument, quotes and escapes included: no message for people.
        unknown_key.bind(py).setattr("__str__", py.get_type::<PyBaseException>().getattr("__str__")?)?;
        Ok(Self {
            push: refused("PushError", "A push was refused; the mirror is as it was.")?,
            remove: refused("RemoveError", "A removal was refused; the mirror is as it was.")?,
            resolve: refused("ResolveError", "A battle could not be started; the mirror is as it was.")?,
            odds: refused("OddsError", "Odds could not be worked out; the mirror is as it was.")?,
            rules: refused("RulesError", "A rule's name or value was refused.")?,
            bridge: refused("BridgeError", "A hand-over of objects was refused; no object has changed.")?,
            input: refused("InputError", "The input of a function without a mirror was refused.")?,
            scenario: refused("ScenarioError", "A scenario file has a fault.")?,
            snapshot: refused("SnapshotError", "Bytes are no usable snapshot; nothing was restored.")?,
            replay: refused(
                "ReplayError",
                "A file is no usable replay, or there is no record to make one of.",
            )?,
            poisoned: broken(
                "KernelPoisoned",
                "The kernel panicked, now or earlier, and refuses further work.",
            )?,
            conservation: broken(
                "ConservationError",
                "A conservation law was broken: a defect of the kernel.",
            )?,
            unknown_key,
            kernel,
        })
    }

    fn all(&self) -> [&Py<PyType>; 14] {
        let Self { kernel, push, remove, resolve, odds, rules, input, bridge, .. } = self;
        let Self { scenario, snapshot, replay, unknown_key, poisoned, conservation, .. } = self;
        [
            kernel,
            push,
            remove,
            resolve,
            odds,
            rules,
            input,
            bridge,
            scenario,
            snapshot,
            replay,
            unknown_key,
            poisoned,
            conservation,
        ]
    }
}

/// A new exception class of the package.
fn class<'py, const N: usize>(
    py: Python<'py>,
    name: &str,
    bases: [&Bound<'py, PyType>; N],
    doc: &str,
) -> PyResult<Py<PyType>> {
    let body = PyDict::new(py);
    body.set_item("__module__", "multi_universe_core")?;
    body.set_item("__doc__", doc)?;
    let bases = PyTuple::new(py, bases)?;
    Ok(py.get_type::<PyType>().call1((name, bases, body))?.cast_into::<PyType>()?.unbind())
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        Python::attach(|py| exception(py, error).unwrap_or_else(|failure| failure))
    }
}

/// The exception that `error` becomes; `Err` only if Python cannot make it (out of memory).
fn exception(py: Python<'_>, error: Error) -> PyResult<PyErr> {
    let family = Family::get(py)?;
    let message = error.to_string();
    match error {
        Error::Push(faults) => refusal(py, &family.push, message, faults),
        Error::Remove(faults) => refusal(py, &family.remove, message, faults),
        Error::Resolve(faults) => refusal(py, &family.resolve, message, faults),
        Error::Odds(faults) => refusal(py, &family.odds, message, faults),
        Error::Rules(faults) => refusal(py, &family.rules, message, faults),
        Error::Input(faults) => refusal(py, &family.input, message, faults),
        Error::Snapshot(faults) => refusal(py, &family.snapshot, message, faults),
        Error::Replay { faults, .. } => refusal(py, &family.replay, message, faults),
        Error::Scenario(fault) => scenario(py, &family.scenario, message, *fault),
        Error::Unknown { .. } => Ok(plain(py, &family.unknown_key, message)),
        Error::Panicked { .. } | Error::Poisoned => Ok(plain(py, &family.poisoned, message)),
        Error::Conservation { .. } => Ok(plain(py, &family.conservation, message)),
        // Python has a subclass of OSError for most kinds.
        Error::File { kind, .. } => Ok(std::io::Error::new(kind, message).into()),
        // Whoever asked for the interruption has raised an exception of their own; this is the fallback.
        Error::Interrupted { .. } => Ok(PyKeyboardInterrupt::new_err(message)),
    }
}

fn plain(py: Python<'_>, class: &Py<PyType>, message: String) -> PyErr {
    PyErr::from_type(class.bind(py).clone(), (message,))
}

/// A refused hand-over of objects.
pub(crate) fn bridge_error(py: Python<'_>, message: String) -> PyResult<PyErr> {
    Ok(plain(py, &Family::get(py)?.bridge, message))
}

/// Any failure that has no class of its own.
pub(crate) fn kernel_error(py: Python<'_>, message: &'static str) -> PyErr {
    Family::get(py).map_or_else(|failure| failure, |family| plain(py, &family.kernel, message.to_owned()))
}

fn refusal(py: Python<'_>, class: &Py<PyType>, message: String, faults: Faults) -> PyResult<PyErr> {
    let error = plain(py, class, message);
    let listed = PyList::empty(py);
    for Fault { table, column, row, value, wanted } in faults.listed {
        let fault = PyDict::new(py);
        fault.set_item("table", table)?;
        fault.set_item("column", column)?;
        fault.set_item("row", row)?;
        fault.set_item("value", value)?;
        fault.set_item("expected", wanted)?;
        listed.append(fault)?;
    }
    error.value(py).setattr("faults", listed)?;
    error.value(py).setattr("count", faults.count)?;
    Ok(error)
}

fn scenario(py: Python<'_>, class: &Py<PyType>, message: String, fault: ScenarioFault) -> PyResult<PyErr> {
    let error = plain(py, class, message);
    error.value(py).setattr("file", fault.file)?;
    error.value(py).setattr("line", fault.line)?;
    error.value(py).setattr("column", fault.column)?;
    error.value(py).setattr("hint", fault.hint)?;
    Ok(error)
}
