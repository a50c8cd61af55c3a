//! Writing what was checked: nothing here can fail.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Checked, Plan};
use crate::ecs::columns::{Absent, TableId, UnitColumn};
use crate::ecs::index::Claims;
use crate::ecs::mirror::MirrorMut;
use crate::ecs::pages;
use crate::ecs::store::{Data, Row, Store, canonical};
use crate::ecs::tables::Column;

/// Stores the values of one checked table.
pub(super) fn write(mirror: &mut MirrorMut<'_>, plan: Plan<'_>) {
    let store = mirror.table(plan.table);
    let followers = Followers::of(&plan, store);
    let Plan { table, claims, columns } = plan;
    let mut moves = Moves::of(table, &claims, &columns, store);
    let rows = Rows::of(&claims.rows, store.places());
    store.add_rows(claims.new);
    for (column, checked) in columns {
        // A known row's key is what it was: only new rows' keys are news.
        if column >= table.spec().key_columns || claims.new > 0 {
            rows.write(store, column, checked);
        }
    }
    store.even_out();
    followers.fill(store, &claims.rows);
    if !moves.units.is_empty() {
        mirror.enrol(&moves.units, &mut moves.left);
    }
}

/// The units that are in another fleet after the push, and the fleets they leave.
#[derive(Default)]
struct Moves<'a> {
    units: Cow<'a, [Row]>,
    left: Vec<Row>,
}

impl<'a> Moves<'a> {
    /// New units, and known ones whose fleet is another: a unit stands on one roster, once.
    fn of(table: TableId, claims: &'a Claims, columns: &[(usize, Checked<'_>)], units: &Store) -> Self {
        let fleet = UnitColumn::Fleet as usize;
        let given = columns.iter().find_map(|(column, checked)| match checked {
            Checked::Link(fleets) if table == TableId::Units && *column == fleet => Some(fleets),
            _ => None,
        });
        let Some(given) = given else { return Self::default() };
        if claims.new == claims.rows.len() {
            return Self { units: Cow::Borrowed(&claims.rows), left: Vec::new() };
        }
        let fleets = units.links(fleet);
        let (mut moved, mut left) = (Vec::new(), Vec::new());
        for (&unit, &now) in claims.rows.iter().zip(given) {
            let before = units.holds(unit).then(|| fleets[unit as usize]);
            if before != Some(now) {
                moved.push(unit);
                left.extend(before);
            }
        }
        Self { units: Cow::Owned(moved), left }
    }
}

/// What is the same as its maximum in new rows: in which columns, and in which input rows.
struct Followers {
    columns: Vec<(usize, usize)>,
    inputs: Vec<usize>,
}

impl Followers {
    /// A new unit's health is its maximum where it is not given. A known unit's health stays when only its maximum changes:
    /// it must be stored before that.
    fn of(plan: &Plan<'_>, store: &mut Store) -> Self {
        let gives = |column: usize| plan.columns.iter().any(|(known, _)| *known == column);
        let any_known = plan.claims.new < plan.claims.rows.len();
        let mut columns = Vec::new();
        for (index, column) in plan.table.spec().columns.iter().enumerate() {
            let Absent::SameAs(most) = column.absent else { continue };
            if any_known && gives(most) && !gives(index) {
                store.data_mut(index);
            }
            if !gives(index) && store.data(index).is_some() {
                columns.push((index, most));
            }
        }
        let rows = plan.claims.rows.iter().enumerate();
        let new = rows.filter(|(_, row)| !store.holds(**row)).map(|(input, _)| input);
        let inputs = if columns.is_empty() || plan.claims.new == 0 { Vec::new() } else { new.collect() };
        Self { columns, inputs }
    }

    fn fill(&self, store: &mut Store, rows: &[Row]) {
        for &(column, most) in &self.columns {
            for &input in &self.inputs {
                store.set_number(column, rows[input], store.number(most, rows[input]));
            }
        }
    }
}

/// Where the input rows go.
struct Rows<'a> {
    rows: &'a [Row],
    /// The first of them, if they follow each other without a gap: then values are copied, not scattered.
    first: Option<usize>,
    /// Places before the push and after it.
    places: (usize, usize),
}

impl<'a> Rows<'a> {
    fn of(rows: &'a [Row], before: usize) -> Self {
        let first = rows.first().map_or(0, |&row| row as usize);
        let follow = rows.iter().enumerate().all(|(i, &row)| row as usize == first + i);
        let after = rows.iter().fold(before, |places, &row| places.max(row as usize + 1));
        Self { rows, first: follow.then_some(first), places: (before, after) }
    }

    /// Writes each input row's value to its row; the column reaches at least to the last of them.
    fn write(&self, store: &mut Store, column: usize, checked: Checked<'_>) {
        let (before, after) = self.places;
        let all = self.first == Some(0) && self.rows.len() == after;
        let data = store.data_for(column, if all { 0 } else { before });
        match (data, checked) {
            (Data::Plain(column), Checked::Number(from)) => {
                // One bit pattern per value, so that equal content has one fingerprint.
                if let Column::Float(to) = Arc::make_mut(column) {
                    self.put(to, &from, |&value| canonical(value))
                }
            }
            (Data::Plain(column), Checked::Whole(from)) => {
                if let Column::Int(to) = Arc::make_mut(column) {
                    self.put(to, &from, |&value| value)
                }
            }
            (Data::Plain(column), Checked::Flag(from)) => {
                if let Column::Flag(to) = Arc::make_mut(column) {
                    self.put(to, &from, |&value| value)
                }
            }
            (Data::Choice(to), Checked::Choice(from)) => self.move_or_put(to, from),
            (Data::Text(to), Checked::Text(from)) => self.move_or_put(to, from),
            (Data::Link(to), Checked::Link(from)) => self.move_or_put(to, from),
            _ => unreachable!("checked values are of the column's kind"),
        }
    }

    fn move_or_put<T: Clone + Default>(&self, to: &mut Vec<T>, from: Vec<T>) {
        if to.is_empty() && self.first == Some(0) { *to = from } else { self.put(to, &from, T::clone) }
    }

    fn put<T: Clone + Default>(&self, to: &mut Vec<T>, from: &[T], value: impl Fn(&T) -> T) {
        match self.first {
            Some(first) if first == to.len() => {
                pages::reserve(to, from.len());
                to.extend(from.iter().map(value));
            }
            first => {
                to.resize(to.len().max(self.places.1), T::default());
                match first {
                    Some(first) => to[first..].iter_mut().zip(from).for_each(|(to, from)| *to = value(from)),
                    None => {
                        self.rows.iter().zip(from).for_each(|(&row, from)| to[row as usize] = value(from))
                    }
                }
            }
        }
    }
}
