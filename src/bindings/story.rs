//! The class `Story`: why a unit fared as it did.

use pyo3::prelude::*;

use super::table::PyTable;
use super::table_html;
use crate::export::html::escaped;
use crate::report::Story;

/// Rows that a story shows of its events.
const SHOWN_ROWS: usize = 40;

/// Why a unit fared as it did: the events that bear on it, with their causes, and the same in sentences.
///
/// >>> story = kernel.resolve(fleets=[1, 2], record="events", commit=False).explain(10)
/// >>> story.unit, len(story.sentences) > 1, "kind" in story.events
/// (10, True, True)
#[pyclass(name = "Story", module = "multi_universe_core", frozen)]
pub(crate) struct PyStory(pub(crate) Story);

#[pymethods]
impl PyStory {
    /// The unit's id.
    #[getter]
    fn unit(&self) -> i64 {
        self.0.unit
    }

    /// The events that bear on the unit, and what caused them, in order: columns as `BattleReport.events`.
    #[getter]
    fn events(&self) -> PyTable {
        self.0.events.clone().into()
    }

    /// The story in sentences: first its end, then round by round.
    #[getter]
    fn sentences(&self) -> Vec<String> {
        self.0.sentences.clone()
    }

    fn __str__(&self) -> String {
        self.0.sentences.join("\n")
    }

    fn __repr__(&self) -> String {
        let end = self.0.sentences.first().map_or("", String::as_str);
        format!("<Story of unit {}, {} events: {end}>", self.0.unit, self.0.events.len())
    }

    fn _repr_html_(&self) -> String {
        let items: String =
            self.0.sentences.iter().map(|sentence| format!("<li>{}</li>", escaped(sentence))).collect();
        format!("<ol>{items}</ol>{}", table_html::render(&self.0.events, SHOWN_ROWS))
    }
}
