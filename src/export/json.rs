//! Tables and reports as JSON: a list with an object per row, the keys in the order of the columns.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::ecs::tables::{Cell, Table};
use crate::report::Report;

/// The rows of a table, written one by one: no second copy of the table is made. NaN is null.
///
/// ```
/// # use multi_universe_core::{ecs::tables::{Column, Table}, export::json::Rows};
/// let table = Table::new(vec![("id", Column::Int(vec![7])), ("x", Column::Float(vec![f64::NAN]))]);
/// assert_eq!(serde_json::to_string(&Rows(&table))?, r#"[{"id":7,"x":null}]"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a>(pub &'a Table);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(Some(self.0.len()))?;
        for row in 0..self.0.len() {
            rows.serialize_element(&Row(self.0, row))?;
        }
        rows.end()
    }
}

/// One row of a table.
struct Row<'a>(&'a Table, usize);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut cells = serializer.serialize_map(Some(self.0.names().len()))?;
        for (name, cell) in self.0.row(self.1) {
            match cell {
                Cell::Float(number) => cells.serialize_entry(name, &number)?,
                Cell::Int(number) => cells.serialize_entry(name, &number)?,
                Cell::Flag(flag) => cells.serialize_entry(name, &flag)?,
                Cell::Text(text) => cells.serialize_entry(name, text)?,
            }
        }
        cells.end()
    }
}

/// A report as one object: what is to be said of the battle, then its tables.
#[derive(Clone, Copy, Debug)]
pub struct Whole<'a>(pub &'a Report);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("outcome", report.outcome.name())?;
        object.serialize_entry("winner", &report.winner.as_deref())?;
        object
            .serialize_entry("winners", &report.winners.iter().map(AsRef::as_ref).collect::<Vec<&str>>())?;
        object.serialize_entry("decisiveness", &report.decisiveness.map(|how| how.name()))?;
        object.serialize_entry("rounds", &report.rounds)?;
        object.serialize_entry("survivors", &report.survivors)?;
        object.serialize_entry("seed", &report.seed)?;
        object.serialize_entry("digest", &report.digest.to_string())?;
        for (name, table) in [
            ("units", &report.units),
            ("fleets", &report.fleets),
            ("factions", &report.factions),
            ("weapons", &report.weapons),
        ] {
            object.serialize_entry(name, &Rows(table))?;
        }
        object.end()
    }
}
