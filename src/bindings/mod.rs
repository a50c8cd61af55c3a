//! The door to Python: one file per class, and no rule, no default and no loop over units in any of them.
//!
//! Everything is copied or borrowed in while attached to the interpreter, battles are fought detached, and
//! what comes back is owned columns. Failures pass through one exhaustive match in `errors`; all `unsafe`
//! stands in `memory`, in `arrays`, in `cpython` and in `bridge/layout`.

mod alive;
mod arrays;
mod arrow_input;
mod battle_finalizer;
mod bridge;
mod column;
mod comparison;
mod cpu;
mod cpython;
mod distances;
mod engagement;
mod errors;
mod fleet_index;
mod input;
mod kernel;
mod keys;
mod legacy;
mod memory;
mod mirror_distances;
mod muster;
mod odds;
mod odds_run;
mod page;
mod points;
mod predicate;
mod replay;
mod report;
mod rules;
mod scenario;
mod shared;
mod shooting;
mod snapshot;
mod story;
mod strength;
mod summary;
mod table;
mod table_html;
mod treaty_matrix;
mod turn;
mod watch;
mod what_if;
mod whole;

use std::ffi::OsString;

use pyo3::prelude::*;

/// The compiled half of the package `multi_universe_core`.
#[pymodule(gil_used = false)]
mod _core {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::battle_finalizer::PyBattleFinalizer;
    #[pymodule_export]
    use super::bridge::PyBridge;
    #[pymodule_export]
    use super::comparison::PyComparison;
    #[pymodule_export]
    use super::cpu::cpu_features;
    #[pymodule_export]
    use super::distances::{PyDistanceCalculator, calculate_distances};
    #[pymodule_export]
    use super::fleet_index::PyFleetIndex;
    #[pymodule_export]
    use super::kernel::PyKernel;
    #[pymodule_export]
    use super::main;
    #[pymodule_export]
    use super::mirror_distances::PyDistances;
    #[pymodule_export]
    use super::odds::{PyOdds, checkpoint};
    #[pymodule_export]
    use super::page::turn_page;
    #[pymodule_export]
    use super::replay::PyReplay;
    #[pymodule_export]
    use super::report::PyBattleReport;
    #[pymodule_export]
    use super::rules::PyRules;
    #[pymodule_export]
    use super::scenario::PyScenario;
    #[pymodule_export]
    use super::shooting::resolve_shooting_batch;
    #[pymodule_export]
    use super::story::PyStory;
    #[pymodule_export]
    use super::strength::{PyStrengthCache, calculate_strength};
    #[pymodule_export]
    use super::summary::{PyPushSummary, PyRemoveSummary};
    #[pymodule_export]
    use super::table::PyTable;
    #[pymodule_export]
    use super::treaty_matrix::PyTreatyMatrix;

    #[pymodule_export]
    use super::what_if::compare;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        if !super::memory::in_main_interpreter(module.py()) {
            // The classes and exceptions are the process's: an interpreter of its own would share those of another.
            return Err(pyo3::exceptions::PyImportError::new_err(
                "multi_universe_core works in Python's main interpreter only, not in a sub-interpreter: use threads, \
                 which it lets run during battles, or processes",
            ));
        }
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        super::errors::register(module)
    }
}

/// Runs the command line with these arguments (without the program's name); the result is the exit code.
#[pyfunction]
fn main(py: Python<'_>, argv: Vec<OsString>) -> PyResult<u8> {
    let args = std::iter::once(OsString::from("muc")).chain(argv);
    watch::fight(py, |interrupt| Ok(crate::cli::main(args, interrupt)))
}
