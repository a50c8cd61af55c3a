//! Writing what was checked: nothing here can fail.

use super::{Checked, Plan};
use crate::ecs::columns::{Absent, TableId, UnitColumn};
use crate::ecs::mirror::MirrorMut;
use crate::ecs::store::{Data, Row, Store};

/// Stores the values of one checked table.
pub(super) fn write(mirror: &mut MirrorMut<'_>, plan: Plan<'_>) {
    let known = known_rows(&plan);
    let mut left = match plan.table {
        TableId::Units => fleets_left(mirror.table(TableId::Units), &plan, &known),
        _ => Vec::new(),
    };
    let moved: Vec<Row> = if plan.table == TableId::Units && gives(&plan, UnitColumn::Fleet as usize) {
        plan.rows.clone()
    } else {
        Vec::new()
    };
    let store = mirror.table(plan.table);
    store.add_rows(plan.new.len());
    keep_what_follows_a_maximum(store, &plan, !known.is_empty());
    for (column, checked) in &plan.columns {
        scatter(store.data_mut(*column), checked, &plan.rows);
    }
    fill_what_follows_a_maximum(store, &plan);
    if !moved.is_empty() {
        mirror.enrol(&moved, &mut left);
    }
}

/// Input rows whose key was known.
fn known_rows(plan: &Plan<'_>) -> Vec<usize> {
    let mut new = plan.new.iter().copied().peekable();
    (0..plan.rows.len()).filter(|row| new.next_if_eq(row).is_none()).collect()
}

fn gives(plan: &Plan<'_>, column: usize) -> bool {
    plan.columns.iter().any(|(known, _)| *known == column)
}

/// The fleets that known units are in now, if the push gives fleets: their rosters change.
fn fleets_left(units: &Store, plan: &Plan<'_>, known: &[usize]) -> Vec<Row> {
    if !gives(plan, UnitColumn::Fleet as usize) {
        return Vec::new();
    }
    known.iter().map(|&row| units.link(UnitColumn::Fleet as usize, plan.rows[row])).collect()
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

/// The value with the only zero and the only NaN there are.
fn canonical(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value + 0.0 }
}
