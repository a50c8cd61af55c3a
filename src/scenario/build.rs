//! From rows to the input tables of the gate: defaults of the schema, ids, slots and places in ranks.
//!
//! Equal units are one *run* of rows, so a column is written run by run; nothing is kept per unit. The
//! way back, from a row of a table to what was written for it, is in [`super::blame`].

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::iter::repeat_n;

use super::format::MEETING_PLACE;
use super::model::{Fleet, Given, Group, Model, Position, Row, Scalar};
use crate::ecs::columns::{Absent, FleetColumn, Kind, TableId, TableSpec, UNITS, UnitColumn, WeaponColumn};
use crate::ecs::ingest::{Push, TableInput, Values};
use crate::rules::Rules;

/// What was written for a row, the nearest first: its own columns, its template's, the scenario's.
#[derive(Clone, Copy)]
pub(super) struct Layers<'a>(pub [Option<&'a Row>; 3]);

impl<'a> Layers<'a> {
    /// A row that has nothing beneath it.
    pub fn plain(row: &'a Row) -> Self {
        Self([Some(row), None, None])
    }

    /// The nearest value that was written for a column.
    pub fn get(self, column: usize) -> Option<&'a Given> {
        self.0.into_iter().flatten().find_map(|row| row.get(column))
    }

    /// What the row has in a column: what was written, else the schema's default.
    fn value(self, spec: &TableSpec, column: usize) -> Cow<'a, Scalar> {
        if let Some(given) = self.get(column) {
            return Cow::Borrowed(&given.value);
        }
        match spec.columns[column].absent {
            Absent::SameAs(other) => self.value(spec, other),
            _ => Cow::Owned(Scalar::default_of(&spec.columns[column]).unwrap_or(Scalar::Text(String::new()))),
        }
    }
}

/// Equal rows of a table, one after the other.
type Run<'a> = (Layers<'a>, usize);

/// The input tables of a scenario; tables without rows are left out.
pub(super) fn push<'a>(model: &'a Model, rules: &Rules) -> Push<'a> {
    let mut push = Push::default();
    for (id, runs, placed) in [
        (TableId::Factions, plain_runs(&model.factions), Vec::new()),
        (TableId::Treaties, plain_runs(&model.treaties), Vec::new()),
        (TableId::Fleets, plain_runs(model.fleets.iter().map(|fleet| &fleet.row)), fleet_columns(model)),
        (TableId::Units, unit_runs(model), unit_columns(model, rules)),
        (TableId::Weapons, weapon_runs(model), weapon_columns(model)),
    ] {
        if runs.iter().any(|(_, rows)| *rows > 0) {
            push = push.with(id, table(id.spec(), &runs, placed));
        }
    }
    push
}

fn plain_runs<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<Run<'a>> {
    rows.into_iter().map(|row| (Layers::plain(row), 1)).collect()
}

fn unit_runs(model: &Model) -> Vec<Run<'_>> {
    model.groups().map(|group| (unit_layers(model, group), rows(group))).collect()
}

fn weapon_runs(model: &Model) -> Vec<Run<'_>> {
    plain_runs(model.groups().flat_map(|group| repeat_n(model.weapons(group), rows(group)).flatten()))
}

/// What was written for the units of a group.
pub(super) fn unit_layers<'a>(model: &'a Model, group: &'a Group) -> Layers<'a> {
    let template = group.template.map(|index| &model.templates[index].row);
    Layers([Some(&group.row), template, Some(&model.unit_base)])
}

/// A group's number of units; the reader has refused more than [`super::model::MOST_UNITS`].
pub(super) fn rows(group: &Group) -> usize {
    group.count as usize
}

/// One input table: `placed` columns as they are, the others where any row has them written.
fn table<'a>(spec: &TableSpec, runs: &[Run<'a>], placed: Vec<(usize, Values<'a>)>) -> TableInput<'a> {
    let layers = runs.iter().flat_map(|(layers, _)| layers.0.into_iter().flatten());
    let written: BTreeSet<usize> = layers.flat_map(|row| &row.given).map(|given| given.column).collect();
    let written = written.into_iter().filter(|column| placed.iter().all(|(known, _)| known != column));
    let written: Vec<_> = written.map(|index| (index, column(spec, index, runs))).collect();
    let named = |(index, values): (usize, _)| (Cow::Borrowed(spec.columns[index].name), values);
    TableInput { columns: placed.into_iter().chain(written).map(named).collect() }
}

/// One column, run by run.
fn column<'a>(spec: &TableSpec, index: usize, runs: &[Run<'a>]) -> Values<'a> {
    let values = runs.iter().map(|(layers, rows)| (layers.value(spec, index), *rows));
    match spec.columns[index].kind {
        Kind::Number { .. } | Kind::NumberOrNone { .. } => {
            Values::F64(values.flat_map(|(value, rows)| repeat_n(number(&value), rows)).collect())
        }
        Kind::Flag => Values::Flag(
            values.flat_map(|(value, rows)| repeat_n(*value == Scalar::Flag(true), rows)).collect(),
        ),
        Kind::Choice(_) | Kind::Text { .. } | Kind::Link(TableId::Factions) => {
            Values::Text(values.flat_map(|(value, rows)| repeat_n(text(value), rows)).collect())
        }
        Kind::Whole { .. } | Kind::Link(_) => {
            Values::I64(values.flat_map(|(value, rows)| repeat_n(whole(&value), rows)).collect())
        }
    }
}

/// The number of a number column; the reader lets nothing else through.
fn number(value: &Scalar) -> f64 {
    if let Scalar::Number(number) = value { *number } else { f64::NAN }
}

/// The number of a whole-number column; the reader lets nothing else through.
fn whole(value: &Scalar) -> i64 {
    if let Scalar::Whole(number) = value { *number } else { 0 }
}

/// The text of a text column; the reader lets nothing else through.
fn text(value: Cow<'_, Scalar>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(Scalar::Text(text)) => Cow::Borrowed(text),
        Cow::Owned(Scalar::Text(text)) => Cow::Owned(text),
        _ => Cow::Borrowed(""),
    }
}

/// The ids of all fleets: as stated, else the position in the file from 1.
pub(super) fn fleet_ids(model: &Model) -> Vec<i64> {
    let stated = |fleet: &Fleet| fleet.row.whole(FleetColumn::Id as usize);
    model.fleets.iter().zip(1..).map(|(fleet, position)| stated(fleet).unwrap_or(position)).collect()
}

/// The place of a fleet.
pub(super) fn location(fleet: &Fleet) -> i64 {
    fleet.row.whole(FleetColumn::Location as usize).unwrap_or(MEETING_PLACE)
}

fn fleet_columns(model: &Model) -> Vec<(usize, Values<'_>)> {
    let locations: Vec<i64> = model.fleets.iter().map(location).collect();
    vec![
        (FleetColumn::Id as usize, Values::I64(fleet_ids(model).into())),
        (FleetColumn::Location as usize, Values::I64(locations.into())),
    ]
}

/// The ids of all units: as stated, else the smallest from 1 that no unit states, in the order of the file.
fn unit_ids(model: &Model) -> Vec<i64> {
    let stated = |group: &Group| group.row.whole(UnitColumn::Id as usize);
    let taken: BTreeSet<i64> = model.groups().filter_map(stated).collect();
    let mut free = (1..).filter(|id| !taken.contains(id));
    let mut ids = Vec::new();
    for group in model.groups() {
        match stated(group) {
            Some(id) => ids.push(id),
            None => ids.extend(free.by_ref().take(rows(group))),
        }
    }
    ids
}

fn unit_columns<'a>(model: &Model, rules: &Rules) -> Vec<(usize, Values<'a>)> {
    let owners = model.fleets.iter().zip(fleet_ids(model));
    let owners = owners.flat_map(|(fleet, id)| repeat_n(id, fleet.groups.iter().map(rows).sum()));
    let mut columns = vec![
        (UnitColumn::Id as usize, Values::I64(unit_ids(model).into())),
        (UnitColumn::Fleet as usize, Values::I64(owners.collect())),
    ];
    if model.fleets.iter().any(|fleet| fleet.position.is_some()) {
        for (axis, column) in [UnitColumn::X as usize, UnitColumn::Y as usize].into_iter().enumerate() {
            let mut places = Vec::new();
            for fleet in &model.fleets {
                place_fleet(model, fleet, axis, column, rules, &mut places);
            }
            columns.push((column, Values::F64(places.into())));
        }
    }
    columns
}

/// Whether a unit says where it stands.
fn has_place(layers: Layers<'_>) -> bool {
    [UnitColumn::X, UnitColumn::Y].into_iter().any(|column| layers.get(column as usize).is_some())
}

/// One coordinate of the units of a fleet: their own, else in ranks around the fleet's point.
fn place_fleet(
    model: &Model,
    fleet: &Fleet,
    axis: usize,
    column: usize,
    rules: &Rules,
    places: &mut Vec<f64>,
) {
    let runs = || fleet.groups.iter().map(|group| (unit_layers(model, group), rows(group)));
    let ranked = runs().filter(|(layers, _)| !has_place(*layers)).map(|(_, rows)| rows).sum();
    let mut ranks = (0..ranked).map(|index| rank_place(fleet.position, axis, index, ranked, rules));
    for (layers, rows) in runs() {
        if has_place(layers) {
            places.extend(repeat_n(number(&layers.value(&UNITS, column)), rows));
        } else {
            places.extend(ranks.by_ref().take(rows));
        }
    }
}

/// One coordinate of unit `index` of `units` around a point: ranks side by side, each centred (R-DEPLOY-2).
fn rank_place(position: Option<Position>, axis: usize, index: usize, units: usize, rules: &Rules) -> f64 {
    let files = rules.rank_files as usize;
    let rank = index / files;
    let (at, among) = match axis {
        0 => (index % files, files.min(units - rank * files)),
        _ => (rank, units.div_ceil(files)),
    };
    let offset = (at as f64 - (among - 1) as f64 / 2.0) * rules.rank_spacing;
    position.map_or(f64::NAN, |position| position.at[axis] + offset)
}

fn weapon_columns<'a>(model: &Model) -> Vec<(usize, Values<'a>)> {
    let mut ids = unit_ids(model).into_iter();
    let (mut owners, mut slots) = (Vec::new(), Vec::new());
    for group in model.groups() {
        let weapons = model.weapons(group);
        for id in ids.by_ref().take(rows(group)) {
            for (weapon, position) in weapons.iter().zip(0..) {
                owners.push(id);
                slots.push(weapon.whole(WeaponColumn::Slot as usize).unwrap_or(position));
            }
        }
    }
    vec![
        (WeaponColumn::Unit as usize, Values::I64(owners.into())),
        (WeaponColumn::Slot as usize, Values::I64(slots.into())),
    ]
}
