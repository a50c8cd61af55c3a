//! The one gate: whatever comes into the mirror is checked here, all of it, before any of it is written.
//!
//! [`push`] reads every table against the schema, finds the rows that the keys mean, and only if there is no
//! fault at all stores them. New keys are claimed while checking, so
//! that later tables can refer to them, and given back if anything is wrong.

mod read;
mod remove;
mod shots;
mod write;

use std::borrow::Cow;
use std::sync::Arc;

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemState;

use super::columns::{Absent, ColumnSpec, Kind, TableId, TableSpec};
use super::index::{Claims, Key, Keys};
use super::ingest::{Push, PushSummary, Removal, RemoveSummary, TableInput};
use super::mirror::{Mirror, MirrorMut};
use super::store::{Row, absent_number};
use crate::error::{Error, Fault, Faults, Result};

pub use shots::{ShotInput, Shots, shots};

/// The checked values of one input column.
enum Checked<'a> {
    Number(Cow<'a, [f64]>),
    Whole(Cow<'a, [i64]>),
    Flag(Cow<'a, [bool]>),
    Choice(Vec<u8>),
    Text(Vec<Arc<str>>),
    Link(Vec<Row>),
}

impl Checked<'_> {
    /// No values at all.
    fn none(kind: Kind) -> Self {
        match kind {
            Kind::Number { .. } | Kind::NumberOrNone { .. } => Self::Number(Cow::Borrowed(&[])),
            Kind::Whole { .. } => Self::Whole(Cow::Borrowed(&[])),
            Kind::Flag => Self::Flag(Cow::Borrowed(&[])),
            Kind::Choice(_) => Self::Choice(Vec::new()),
            Kind::Text { .. } => Self::Text(Vec::new()),
            Kind::Link(_) => Self::Link(Vec::new()),
        }
    }
}

/// One input table, checked: which row each input row means, and the values.
struct Plan<'a> {
    table: TableId,
    /// The mirror's row of each input row. Until the push is written no row is at the place of a new key.
    claims: Claims,
    /// Columns by their index in the schema.
    columns: Vec<(usize, Checked<'a>)>,
}

/// Upserts rows by key.
///
/// # Errors
/// [`Error::Push`] lists the faults of all tables; the mirror is as it was.
pub fn push(world: &mut World, push: &Push<'_>) -> Result<PushSummary> {
    let mut state = SystemState::<MirrorMut<'_>>::new(world);
    let mut mirror = state.get_mut(world).map_err(|_| Error::Poisoned)?;
    let mut faults = Faults::default();
    let mut plans = Vec::new();
    for id in TableId::ALL {
        let Some(input) = push.table(id) else { continue };
        // Without its keys nobody can say what a later table may refer to.
        let Some(plan) = plan(&mut mirror, id, input, &mut faults) else { break };
        plans.push(plan);
    }
    if faults.count > 0 {
        plans.iter().rev().for_each(|plan| plan.give_back(&mut mirror));
        return Err(Error::Push(faults));
    }
    let mut summary = PushSummary::default();
    for plan in plans {
        summary.added[plan.table as usize] = plan.claims.new;
        summary.changed[plan.table as usize] = plan.claims.rows.len() - plan.claims.new;
        write::write(&mut mirror, plan);
    }
    Ok(summary)
}

/// Removes rows by key.
///
/// # Errors
/// [`Error::Remove`] lists the unknown keys and the factions that still own fleets; nothing is removed.
pub fn remove(world: &mut World, removal: &Removal) -> Result<RemoveSummary> {
    let mut state = SystemState::<MirrorMut<'_>>::new(world);
    let mut mirror = state.get_mut(world).map_err(|_| Error::Poisoned)?;
    remove::remove(&mut mirror, removal)
}

/// Checks one input table and claims its new keys; nothing if its keys cannot be used.
fn plan<'a>(
    mirror: &mut MirrorMut<'_>,
    table: TableId,
    input: &'a TableInput<'_>,
    faults: &mut Faults,
) -> Option<Plan<'a>> {
    let spec = table.spec();
    let rows = read::row_count(spec.name, input, faults);
    let mut columns = Vec::with_capacity(input.columns.len());
    let mut keys = 0;
    for (name, values) in &input.columns {
        let is_known = |index| columns.iter().any(|(known, _)| *known == index);
        let index = read::column_index(spec.name, spec.columns, name, is_known, faults);
        let Some(index) = index else { continue };
        let column = &spec.columns[index];
        let before = faults.count;
        let Some(checked) = read::column(mirror.read(), spec, column, values, rows, faults) else { continue };
        columns.push((index, checked));
        keys += usize::from(index < spec.key_columns && faults.count == before);
    }
    let mut plan = Plan { table, claims: Claims::default(), columns };
    if input.columns.is_empty() {
        return Some(plan);
    }
    let given = |column: &ColumnSpec| input.columns.iter().any(|(name, _)| name == column.name);
    for column in spec.columns[..spec.key_columns].iter().filter(|column| !given(column)) {
        faults.add(|| Fault::column(spec.name, column.name, "no such column", "the key of every row"));
    }
    if keys < spec.key_columns {
        return None;
    }
    plan.find_rows(mirror, faults);
    plan.check_new_rows(mirror.read(), faults);
    plan.check_limits(mirror.read(), faults);
    Some(plan)
}

impl Plan<'_> {
    /// Finds the row that each key means; claims places for new keys.
    fn find_rows(&mut self, mirror: &mut MirrorMut<'_>, faults: &mut Faults) {
        let Some(keys) = keys(&self.columns) else { return };
        let (spec, store) = (self.table.spec(), mirror.table(self.table));
        if let Keys::Factions(a, b) = keys {
            for (row, _) in a.iter().zip(b).enumerate().filter(|(_, (a, b))| a == b) {
                let wanted = "another faction than a: nobody has a treaty with itself";
                faults.add(|| Fault::value(spec.name, "b", row, "the same faction as a", wanted));
            }
        }
        let claims = store.claim(&keys);
        // Ids that ascend, as most do, are each there once.
        let repeatable = if keys.ascend() { &[][..] } else { &claims.rows[..] };
        let mut seen = vec![false; if repeatable.is_empty() { 0 } else { store.places() + claims.new }];
        for (input_row, &row) in repeatable.iter().enumerate() {
            if std::mem::replace(&mut seen[row as usize], true) {
                let (column, again) =
                    (spec.columns[spec.key_columns - 1].name, describe(spec, &keys.key(input_row)));
                faults.add(|| Fault::value(spec.name, column, input_row, again, "each key once in a push"));
            }
        }
        self.claims = claims;
    }

    /// New rows must give every required column.
    fn check_new_rows(&self, mirror: Mirror<'_>, faults: &mut Faults) {
        if self.claims.new == 0 {
            return;
        }
        let (spec, store) = (self.table.spec(), mirror.table(self.table));
        let first = self.claims.rows.iter().position(|&row| !store.holds(row)).unwrap_or(0);
        for (index, column) in spec.columns.iter().enumerate() {
            let given = self.columns.iter().any(|(known, _)| *known == index);
            if !given && column.absent == Absent::Required {
                let wanted = format!("this column, which a new {} needs", spec.row_name);
                faults.add(|| Fault::value(spec.name, column.name, first, "nothing", wanted));
            }
        }
    }

    /// Health and shield must not exceed their maxima, as the rows will be after the push.
    fn check_limits(&self, mirror: Mirror<'_>, faults: &mut Faults) {
        let spec = self.table.spec();
        for (index, column) in spec.columns.iter().enumerate() {
            let Absent::SameAs(most) = column.absent else { continue };
            let numbers = |wanted: usize| {
                self.columns.iter().find_map(|(known, checked)| match checked {
                    Checked::Number(values) if *known == wanted => Some(values.as_ref()),
                    _ => None,
                })
            };
            let (given, limit) = (numbers(index), numbers(most));
            // Without a value of its own a new row holds its maximum.
            let all_new = self.claims.new == self.claims.rows.len();
            if given.is_none() && (limit.is_none() || all_new) {
                continue;
            }
            let store = mirror.table(self.table);
            for (input_row, &row) in self.claims.rows.iter().enumerate() {
                // A new key's place holds nothing yet, also where the push repeats that key.
                let is_new = !store.holds(row);
                let stored = |column: usize| {
                    if is_new { absent_number(spec, column) } else { store.number(column, row) }
                };
                let limit = limit.map_or_else(|| stored(most), |values| values[input_row]);
                let value = match given {
                    Some(values) => values[input_row],
                    None if is_new => limit,
                    None => stored(index),
                };
                if value > limit {
                    let name = spec.columns[most].name;
                    faults.add(|| {
                        Fault::value(
                            spec.name,
                            column.name,
                            input_row,
                            value,
                            format!("at most {name}, {limit}"),
                        )
                    });
                }
            }
        }
    }

    /// Gives the claimed keys back.
    fn give_back(&self, mirror: &mut MirrorMut<'_>) {
        let Some(keys) = keys(&self.columns) else { return };
        let store = mirror.table(self.table);
        for (input_row, &row) in self.claims.rows.iter().enumerate() {
            if !store.holds(row) {
                store.release(&keys.key(input_row));
            }
        }
    }
}

/// The key of each input row, if all of its columns are there.
fn keys<'a>(columns: &'a [(usize, Checked<'_>)]) -> Option<Keys<'a>> {
    let column = |index: usize| columns.iter().find(|(known, _)| *known == index).map(|(_, checked)| checked);
    match (column(0)?, column(1)) {
        (Checked::Text(names), _) => Some(Keys::Names(names)),
        (Checked::Whole(ids), _) => Some(Keys::Ids(ids)),
        (Checked::Link(units), Some(Checked::Whole(slots))) => Some(Keys::Mounts(units, slots)),
        (Checked::Link(a), Some(Checked::Link(b))) => Some(Keys::Factions(a, b)),
        _ => None,
    }
}

/// A key in words.
fn describe(spec: &TableSpec, key: &Key) -> String {
    match (key, spec.columns[1].kind) {
        (Key::Name(name), _) => format!("'{name}' again"),
        (Key::Id(id), _) => format!("{id} again"),
        (Key::Pair(_, slot), Kind::Whole { .. }) => format!("slot {slot} of the same unit again"),
        (Key::Pair(..), _) => "the same pair of factions again".to_owned(),
    }
}
