//! Writing what was checked: nothing here can fail.

use super::{Checked, Plan};
use crate::ecs::columns::{Absent, TableId, UnitColumn};
use crate::ecs::mirror::MirrorMut;
use crate::ecs::store::{Data, Row, Store, canonical};

/// Stores the values of one checked table.
pub(super) fn write(mirror: &mut MirrorMut<'_>, plan: Plan<'_>) {
    let mut moves = Moves::of(&plan, mirror.table(plan.table));
    let store = mirror.table(plan.table);
    let any_known = plan.new.len() < plan.rows.len();
    store.add_rows(plan.new.len());
    keep_what_follows_a_maximum(store, &plan, any_known);
    for (column, checked) in &plan.columns {
        scatter(store.data_mut(*column), checked, &plan.rows);
    }
    fill_what_follows_a_maximum(store, &plan);
    if !moves.units.is_empty() {
        mirror.enrol(&moves.units, &mut moves.left);
    }
}

fn gives(plan: &Plan<'_>, column: usize) -> bool {
    plan.columns.iter().any(|(known, _)| *known == column)
}

/// The units that are in another fleet after the push, and the fleets they leave.
#[derive(Default)]
struct Moves {
    units: Vec<Row>,
    left: Vec<Row>,
}

impl Moves {
    /// New units, and known ones whose fleet is another: a unit stands on one roster, once.
    fn of(plan: &Plan<'_>, units: &Store) -> Self {
        let fleet = UnitColumn::Fleet as usize;
        let given = plan.columns.iter().find_map(|(column, checked)| match checked {
            Checked::Link(fleets) if plan.table == TableId::Units && *column == fleet => Some(fleets),
            _ => None,
        });
        let mut moves = Self::default();
        for (&unit, &now) in plan.rows.iter().zip(given.into_iter().flatten()) {
            let before = units.holds(unit).then(|| units.link(fleet, unit));
            if before != Some(now) {
                moves.units.push(unit);
                moves.left.extend(before);
            }
        }
        moves
    }
}

/// A known unit's health stays when only its maximum changes: it must be stored before that.
fn keep_what_follows_a_maximum(store: &mut Store, plan: &Plan<'_>, any_known: bool) {
    for (index, column) in plan.table.spec().columns.iter().enumerate() {
        let Absent::SameAs(most) = column.absent else { continue };
        if any_known && gives(plan, most) && !gives(plan, index) {
            store.data_mut(index);
        }
    }
}

/// A new unit's health is its maximum where it is not given.
fn fill_what_follows_a_maximum(store: &mut Store, plan: &Plan<'_>) {
    for (index, column) in plan.table.spec().columns.iter().enumerate() {
        let Absent::SameAs(most) = column.absent else { continue };
        if gives(plan, index) || store.data(index).is_none() {
            continue;
        }
        for &row in &plan.new {
            let value = store.number(most, plan.rows[row]);
            store.set_number(index, plan.rows[row], value);
        }
    }
}

/// Writes each input row's value to its row.
fn scatter(data: &mut Data, checked: &Checked<'_>, rows: &[Row]) {
    fn put<T: Clone>(to: &mut [T], from: &[T], rows: &[Row]) {
        // A first push fills places in order: then it is one copy.
        let first = rows.first().map_or(0, |&row| row as usize);
        if rows.iter().enumerate().all(|(i, &row)| row as usize == first + i) {
            to[first..first + from.len()].clone_from_slice(from);
        } else {
            rows.iter().zip(from).for_each(|(&row, value)| to[row as usize] = value.clone());
        }
    }
    match (data, checked) {
        (Data::Number(to), Checked::Number(from)) => {
            put(to, from, rows);
            // One bit pattern per value, so that equal content has one fingerprint.
            rows.iter().for_each(|&row| to[row as usize] = canonical(to[row as usize]));
        }
        (Data::Whole(to), Checked::Whole(from)) => put(to, from, rows),
        (Data::Flag(to), Checked::Flag(from)) => put(to, from, rows),
        (Data::Choice(to), Checked::Choice(from)) => put(to, from, rows),
        (Data::Text(to), Checked::Text(from)) => put(to, from, rows),
        (Data::Link(to), Checked::Link(from)) => put(to, from, rows),
        _ => unreachable!("checked values are of the column's kind"),
    }
}
