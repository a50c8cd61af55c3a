//! Pages: a battle, its odds or a turn as one HTML file. Given a path it is written there, else returned.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::odds::PyOdds;
use super::report::PyBattleReport;
use super::table_html;
use crate::ecs::tables::Table;
use crate::error::Result;
use crate::export::html::{self, escaped};
use crate::files;
use crate::report::Report;

/// Rows of a table in a notebook.
const SHOWN_ROWS: usize = 20;

/// Makes a page with the interpreter released; nothing is returned if it is written to a file.
fn made(
    py: Python<'_>,
    path: Option<PathBuf>,
    page: impl FnOnce() -> String + Send,
) -> PyResult<Option<String>> {
    let write = || -> Result<Option<String>> {
        let page = page();
        match path {
            Some(path) => files::write(&path, page.as_bytes()).map(|()| None),
            None => Ok(Some(page)),
        }
    };
    Ok(py.detach(write)?)
}

#[pymethods]
impl PyBattleReport {
    /// The battle as one HTML page that needs nothing else: map, curves, losses, events and stories, profile.
    ///
    /// path: where it is written; None: it is returned. For the map fight with record="full", for the events with
    /// "events". Large battles are sampled, and the page says so. Raises OSError if the file cannot be written.
    #[pyo3(signature = (path=None))]
    fn to_html(&self, py: Python<'_>, path: Option<PathBuf>) -> PyResult<Option<String>> {
        let report = self.report();
        let replica =
            if report.replica > 0 { format!(", replica={}", report.replica) } else { String::new() };
        let again = format!("kernel.resolve(…, seed={}{replica})", report.seed);
        made(py, path, || html::battle(report, &again))
    }

    /// What notebooks show: who won, and the factions.
    fn _repr_html_(&self) -> String {
        let report = self.report();
        let how = format!("Seed {}, digest {}", report.seed, report.digest);
        fragment(&report.headline(), &report.factions, &how)
    }

    /// A figure of matplotlib: attrition, damage and morale by round, and losses by faction. Raises ImportError if
    /// matplotlib is not installed.
    fn plot<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("multi_universe_core._plots")?.call_method1("report", (slf,))
    }
}

#[pymethods]
impl PyOdds {
    /// The odds as one HTML page that needs nothing else: chances, distributions, convergence.
    ///
    /// path: where it is written; None: it is returned. Raises OSError if the file cannot be written.
    #[pyo3(signature = (path=None))]
    fn to_html(&self, py: Python<'_>, path: Option<PathBuf>) -> PyResult<Option<String>> {
        let odds = &self.0;
        let again =
            format!("kernel.odds(…, runs={}, first={}, seed={})", odds.runs(), odds.samples.first, odds.seed);
        made(py, path, || html::odds(odds, None, &again))
    }

    /// What notebooks show: the chances.
    fn _repr_html_(&self) -> String {
        let how = format!("Seed {}, digest {}", self.0.seed, self.0.digest());
        fragment(&html::odds_headline(&self.0), &self.0.table(), &how)
    }
}

/// A sentence, a table and a line below it; names are text.
fn fragment(headline: &str, table: &Table, below: &str) -> String {
    let table = table_html::render(table, SHOWN_ROWS);
    format!("<p><b>{}</b></p>{table}<p>{}</p>", escaped(headline), escaped(below))
}

/// The page of a turn: its reports by place, and why the others could not be fought, in words.
#[pyfunction]
pub(crate) fn turn_page(
    py: Python<'_>,
    reports: &Bound<'_, PyDict>,
    errors: &Bound<'_, PyDict>,
    seed: u64,
    digest: &str,
    path: Option<PathBuf>,
) -> PyResult<Option<String>> {
    let mut fought: Vec<(i64, Bound<'_, PyBattleReport>)> = Vec::new();
    for (place, report) in reports {
        fought.push((place.extract()?, report.cast_into()?));
    }
    let mut places: Vec<(i64, Result<&Report, String>)> =
        fought.iter().map(|(place, report)| (*place, Ok(report.get().report()))).collect();
    for (place, error) in errors {
        places.push((place.extract()?, Err(error.str()?.to_string())));
    }
    places.sort_by_key(|(place, _)| *place);
    let again = format!("kernel.resolve_turn(…, seed={seed})");
    made(py, path, || html::turn(&places, seed, digest, &again))
}
