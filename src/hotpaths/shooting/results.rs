//! The results of batches, and the memory that they are written to.
//!
//! New memory is handed over page by page, which takes longer than the shots whose results are written to it: two thirds of a
//! batch of 100,000. So the results of the last batches are kept, and a later one writes over them once nobody else holds
//! them. Two are kept, since who fires a batch often holds what came of the one before until the call returns.

use std::borrow::Cow;
use std::sync::Mutex;

use super::block::Outs;
use crate::ecs::pages::Blank;
use crate::ecs::tables::{Column, Table};

/// Results of fewer rows are not kept: the allocator keeps as little itself.
const FEWEST: usize = 2 << 10;
/// Nor are those of more rows, of which each is 32 bytes: 32 MiB.
const MOST: usize = 1 << 20;

/// What came of the shots, by row.
#[derive(Debug, PartialEq)]
pub(super) struct Results {
    pub(super) hits: Vec<i64>,
    pub(super) crits: Vec<i64>,
    pub(super) damage: Vec<f64>,
    pub(super) p_hit: Vec<f64>,
}

impl Results {
    /// As a table.
    fn table(self) -> Table {
        Table::fixed(
            const {
                &[
                    Cow::Borrowed("hits"),
                    Cow::Borrowed("crits"),
                    Cow::Borrowed("damage"),
                    Cow::Borrowed("p_hit"),
                ]
            },
            vec![
                Column::Int(self.hits),
                Column::Int(self.crits),
                Column::Float(self.damage),
                Column::Float(self.p_hit),
            ],
        )
    }
}

/// Memory for results.
pub(super) struct Blanks {
    hits: Blank<i64>,
    crits: Blank<i64>,
    damage: Blank<f64>,
    p_hit: Blank<f64>,
}

impl Blanks {
    /// For so many rows.
    pub(super) fn of(rows: usize) -> Self {
        Self {
            hits: Blank::of(rows),
            crits: Blank::of(rows),
            damage: Blank::of(rows),
            p_hit: Blank::of(rows),
        }
    }

    /// Of a table of results.
    fn instead_of(columns: Vec<Column>, rows: usize) -> Option<Self> {
        match <[Column; 4]>::try_from(columns).ok()? {
            [Column::Int(hits), Column::Int(crits), Column::Float(damage), Column::Float(p_hit)] => {
                Some(Self {
                    hits: Blank::instead_of(hits, rows),
                    crits: Blank::instead_of(crits, rows),
                    damage: Blank::instead_of(damage, rows),
                    p_hit: Blank::instead_of(p_hit, rows),
                })
            }
            _ => None,
        }
    }

    /// Where the results go.
    pub(super) fn outs(&mut self) -> Outs<'_> {
        let Self { hits, crits, damage, p_hit } = self;
        Outs { hits: hits.slots(), crits: crits.slots(), damage: damage.slots(), p_hit: p_hit.slots() }
    }

    /// The results.
    ///
    /// # Safety
    /// All of [`Blanks::outs`] has been written.
    pub(super) unsafe fn written(self) -> Results {
        // SAFETY: as the caller says.
        unsafe {
            Results {
                hits: self.hits.written(),
                crits: self.crits.written(),
                damage: self.damage.written(),
                p_hit: self.p_hit.written(),
            }
        }
    }
}

/// Results that are kept for their memory, the last ones first.
#[derive(Debug)]
pub(super) struct Kept(Mutex<[Option<Table>; 2]>);

impl Kept {
    pub(super) const fn nothing() -> Self {
        Self(Mutex::new([None, None]))
    }

    /// Memory for results of so many rows: if there are any of about as many that nobody else holds, theirs.
    pub(super) fn blanks(&self, rows: usize) -> Blanks {
        self.unheld(rows).unwrap_or_else(|| Blanks::of(rows))
    }

    fn unheld(&self, rows: usize) -> Option<Blanks> {
        if !(FEWEST..=MOST).contains(&rows) {
            return None;
        }
        // Nobody waits: of a lock that came along in a fork there may be no end.
        let mut kept = self.0.try_lock().ok()?;
        kept.iter_mut().find_map(|place| {
            let fits = |results: &mut Table| (rows / 2..=rows * 2).contains(&results.len());
            match place.take_if(fits)?.into_columns() {
                Ok(columns) => Blanks::instead_of(columns, rows),
                Err(held) => {
                    *place = Some(held);
                    None
                }
            }
        })
    }

    /// A table of results, which are kept instead of the oldest.
    pub(super) fn table(&self, results: Results) -> Table {
        let table = results.table();
        if (FEWEST..=MOST).contains(&table.len())
            && let Ok(mut kept) = self.0.try_lock()
        {
            let [last, older] = &mut *kept;
            *older = last.take().or(older.take());
            *last = Some(table.clone());
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Results that are all `value`, in memory that `kept` has for them.
    fn results(kept: &Kept, rows: usize, value: i64) -> Table {
        let mut blanks = kept.blanks(rows);
        let outs = blanks.outs();
        outs.hits.iter_mut().chain(outs.crits).for_each(|slot| _ = slot.write(value));
        outs.damage.iter_mut().chain(outs.p_hit).for_each(|slot| _ = slot.write(value as f64));
        // SAFETY: all slots have been written.
        let table = kept.table(unsafe { blanks.written() });
        assert!(holds(&table, rows, value));
        table
    }

    fn holds(table: &Table, rows: usize, value: i64) -> bool {
        let wholes = [table.ints("hits"), table.ints("crits")];
        let numbers = [table.floats("damage"), table.floats("p_hit")];
        wholes.iter().all(|column| column.len() == rows && column.iter().all(|&held| held == value))
            && numbers
                .iter()
                .all(|column| column.len() == rows && column.iter().all(|&held| held == value as f64))
    }

    fn place(table: &Table) -> *const i64 {
        table.ints("hits").as_ptr()
    }

    #[test]
    fn results_that_nobody_holds_are_written_over_and_others_never() {
        let kept = Kept::nothing();
        let mut held: Vec<Table> = (0..4).map(|value| results(&kept, FEWEST, value)).collect();
        let last = held.pop().map(|table| place(&table));
        let table = results(&kept, FEWEST, 4);
        assert_eq!(Some(place(&table)), last, "memory that nobody holds");
        let column = table.column("p_hit").cloned();
        drop(table);
        for value in 5..9 {
            let table = results(&kept, FEWEST, value);
            assert!(held.iter().all(|other| place(other) != place(&table)));
        }
        assert!((0..).zip(&held).all(|(value, table)| holds(table, FEWEST, value)));
        assert_eq!(column.as_deref(), Some(&Column::Float(vec![4.0; FEWEST])), "a column that is held");
    }

    #[test]
    fn results_may_be_held_until_the_next_ones_are_there() {
        let kept = Kept::nothing();
        let (mut before, mut places) = (None, Vec::new());
        for value in 0..9 {
            let table = results(&kept, 2 * FEWEST - value as usize % 2, value);
            places.push(place(&table));
            before.replace(table);
        }
        assert!(places.iter().all(|at| places[..2].contains(at)), "a third place");
    }

    #[test]
    fn few_rows_very_many_and_another_number_of_rows_get_memory_of_their_own() {
        let kept = Kept::nothing();
        for rows in [0, 1, FEWEST - 1, MOST + 1] {
            drop(results(&kept, rows, 1));
            assert!(kept.0.lock().expect("no panic").iter().all(Option::is_none), "{rows} rows");
        }
        drop(results(&kept, 4 * FEWEST, 1));
        assert!(kept.unheld(2 * FEWEST - 1).is_none() && kept.unheld(8 * FEWEST + 2).is_none());
        assert!(kept.unheld(2 * FEWEST).is_some());
    }
}
