//! The way back from a refused value of an input table to the place in the file where it was written.

use super::build::{Layers, rows, unit_layers};
use super::model::{Fleet, Group, Model, Scalar};
use super::read::faction_names;
use super::section::names_hint;
use super::source::{Place, Source};
use crate::ecs::columns::{Kind, TableId, TableSpec, UnitColumn};
use crate::error::{Error, Fault};

/// The gate's first fault at its place in the file; any other error as it is.
pub(super) fn explain(source: &Source, model: &Model, error: Error) -> Error {
    let Error::Push(faults) = &error else { return error };
    let Some(fault) = faults.listed.first() else { return error };
    let spec = TableId::ALL.into_iter().map(TableId::spec).find(|spec| spec.name == fault.table);
    let Some(spec) = spec else { return error };
    let column = spec.column(&fault.column);
    let (place, value) = locate(model, spec, column, fault.row);
    let of = if fault.column.is_empty() { String::new() } else { format!(" {}", fault.column) };
    let message = format!("{}{of}: got {}, expected {}", spec.row_name, fault.value, fault.wanted);
    source.fault(place, message, hint(model, spec, column, value, fault))
}

/// A known word near the refused one, unless the gate has named it already.
fn hint(
    model: &Model,
    spec: &TableSpec,
    column: Option<usize>,
    value: Option<&Scalar>,
    fault: &Fault,
) -> Option<String> {
    let Some(Scalar::Text(text)) = value else { return None };
    match spec.columns[column?].kind {
        _ if fault.wanted.contains("did you mean") => None,
        Kind::Choice(words) => names_hint(text, words).filter(|hint| !hint.starts_with("known")),
        Kind::Link(TableId::Factions) => names_hint(text, &faction_names(model).collect::<Vec<_>>()),
        _ => None,
    }
}

/// Where the value of a row's column was written, and what was written there.
///
/// A value that nobody wrote (an id, a default) is blamed on its row; a fault without a row on the first
/// row that has the column.
fn locate<'a>(
    model: &'a Model,
    spec: &TableSpec,
    column: Option<usize>,
    row: Option<usize>,
) -> (Place, Option<&'a Scalar>) {
    let Some(row) = row else {
        let first = (0..).map_while(|row| find(model, spec.id, row));
        let first = first.filter_map(|found| found.layers.get(column?)).next();
        return first.map_or((0, None), |given| (given.place, Some(&given.value)));
    };
    let Some(found) = find(model, spec.id, row) else { return (0, None) };
    if let Some(given) = column.and_then(|column| found.layers.get(column)) {
        return (given.place, Some(&given.value));
    }
    let axis = spec.id == TableId::Units
        && column.is_some_and(|column| column == UnitColumn::X as usize || column == UnitColumn::Y as usize);
    let position = found.fleet.and_then(|fleet| fleet.position).filter(|_| axis);
    (position.map_or(found.place, |position| position.place), None)
}

/// What stands behind a row of an input table.
struct Found<'a> {
    layers: Layers<'a>,
    place: Place,
    fleet: Option<&'a Fleet>,
}

/// What stands behind `row` of a table, if there is such a row.
fn find(model: &Model, table: TableId, mut row: usize) -> Option<Found<'_>> {
    let plain = |row| Some(Found { layers: Layers::plain(row), place: row.place, fleet: None });
    match table {
        TableId::Factions => model.factions.get(row).and_then(plain),
        TableId::Treaties => model.treaties.get(row).and_then(plain),
        TableId::Fleets => model.fleets.get(row).and_then(|fleet| plain(&fleet.row)),
        TableId::Units => {
            let (fleet, group) = group_of(model, &mut row, rows)?;
            Some(Found { layers: unit_layers(model, group), place: group.row.place, fleet: Some(fleet) })
        }
        TableId::Weapons => {
            let (_, group) = group_of(model, &mut row, |group| rows(group) * model.weapons(group).len())?;
            let weapons = model.weapons(group);
            plain(&weapons[row % weapons.len()])
        }
    }
}

/// The group of a row when each has `size` rows; `row` becomes the row within the group.
fn group_of<'a>(
    model: &'a Model,
    row: &mut usize,
    size: impl Fn(&Group) -> usize,
) -> Option<(&'a Fleet, &'a Group)> {
    for fleet in &model.fleets {
        for group in &fleet.groups {
            match row.checked_sub(size(group)) {
                Some(rest) => *row = rest,
                None => return Some((fleet, group)),
            }
        }
    }
    None
}
