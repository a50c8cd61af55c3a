//! Which row has which key.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::columns::{Kind, TableSpec};
use super::pages;
use super::store::Row;

/// A row's key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A faction's name.
    Name(Arc<str>),
    /// A fleet's or unit's id.
    Id(i64),
    /// A weapon's unit and slot, or a treaty's factions, the lower row first.
    Pair(Row, i64),
}

/// The keys of an input table, a key for each of its rows.
#[derive(Clone, Copy, Debug)]
pub enum Keys<'a> {
    /// Factions' names.
    Names(&'a [Arc<str>]),
    /// Fleets' or units' ids.
    Ids(&'a [i64]),
    /// Weapons' units and slots.
    Mounts(&'a [Row], &'a [i64]),
    /// Treaties' factions, in either order.
    Factions(&'a [Row], &'a [Row]),
}

impl Keys<'_> {
    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Names(names) => names.len(),
            Self::Ids(ids) => ids.len(),
            Self::Mounts(units, _) | Self::Factions(units, _) => units.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key of a row.
    pub fn key(&self, row: usize) -> Key {
        match self {
            Self::Names(names) => Key::Name(names[row].clone()),
            Self::Ids(ids) => Key::Id(ids[row]),
            Self::Mounts(units, slots) => Key::Pair(units[row], slots[row]),
            Self::Factions(a, b) => Key::Pair(a[row].min(b[row]), i64::from(a[row].max(b[row]))),
        }
    }

    /// Whether these are ids that ascend, so that none of them is there twice.
    pub fn ascend(&self) -> bool {
        matches!(self, Self::Ids(ids) if ids.is_sorted_by(|a, b| a < b))
    }
}

/// Which row has which key. Hash maps are never walked, so their order cannot leak.
#[derive(Clone, Debug)]
pub enum Index {
    /// By a faction's name.
    Name(FxHashMap<Arc<str>, Row>),
    /// By id.
    Id(Ids),
    /// By owner and part, in order.
    Pair(BTreeMap<(Row, i64), Row>),
}

impl Index {
    /// The empty index of a table.
    pub fn of(spec: &TableSpec) -> Self {
        match (spec.key_columns, spec.columns[0].kind) {
            (2, _) => Self::Pair(BTreeMap::new()),
            (_, Kind::Text { .. }) => Self::Name(FxHashMap::default()),
            _ => Self::Id(Ids::default()),
        }
    }

    /// The row with this key.
    pub fn find(&self, key: &Key) -> Option<Row> {
        match (self, key) {
            (Self::Name(rows), Key::Name(name)) => rows.get(name).copied(),
            (Self::Id(rows), Key::Id(id)) => rows.find(*id),
            (Self::Pair(rows), Key::Pair(owner, part)) => rows.get(&(*owner, *part)).copied(),
            _ => None,
        }
    }

    /// The row of each key; those that have none get the next of `places`, in order.
    pub fn claim(&mut self, keys: &Keys<'_>, places: impl Iterator<Item = Row>) -> Claims {
        match (self, keys) {
            (Self::Name(rows), Keys::Names(names)) => claim_each(names.len(), places, |input, place| {
                *rows.entry(names[input].clone()).or_insert(place)
            }),
            (Self::Id(rows), Keys::Ids(ids)) => {
                rows.make_room(ids);
                claim_each(ids.len(), places, |input, place| rows.claim(ids[input], place))
            }
            (Self::Pair(rows), keys) => claim_each(keys.len(), places, |input, place| {
                let Key::Pair(owner, part) = keys.key(input) else { unreachable!("keys are of one kind") };
                *rows.entry((owner, part)).or_insert(place)
            }),
            _ => unreachable!("a table's keys are of one kind"),
        }
    }

    /// Forgets whose `key` it is.
    pub fn release(&mut self, key: &Key) {
        match (self, key) {
            (Self::Name(rows), Key::Name(name)) => drop(rows.remove(name)),
            (Self::Id(rows), Key::Id(id)) => rows.release(*id),
            (Self::Pair(rows), Key::Pair(owner, part)) => drop(rows.remove(&(*owner, *part))),
            _ => {}
        }
    }
}

/// The row that each input row means.
#[derive(Debug, Default)]
pub struct Claims {
    /// The rows, in order of input.
    pub rows: Vec<Row>,
    /// How many of their keys were new.
    pub new: usize,
}

/// Claims the rows of so many keys: `claim` says whose a key is, having given it the place it was offered if it was nobody's.
fn claim_each(
    count: usize,
    mut places: impl Iterator<Item = Row>,
    mut claim: impl FnMut(usize, Row) -> Row,
) -> Claims {
    let mut claims = Claims { rows: pages::with_room(count), new: 0 };
    let mut place = places.next().unwrap_or(NOBODY);
    for input in 0..count {
        let row = claim(input, place);
        if row == place {
            claims.new += 1;
            place = places.next().unwrap_or(NOBODY);
        }
        claims.rows.push(row);
    }
    claims
}

/// No row.
const NOBODY: Row = Row::MAX;
/// Ids lie close together if there is one among so many numbers, on average: such a table is no larger than a hash map.
const SPREAD: u128 = 8;
/// A table of so many numbers is small whoever is in it.
const SMALL: u128 = 1024;

/// Rows by id.
#[derive(Clone, Debug)]
pub enum Ids {
    /// Ids that lie close together: the row of each number from `first` on, without any hashing.
    Near {
        /// The number that the table begins with.
        first: i64,
        /// The row of each number; [`NOBODY`] for one that is nobody's id.
        rows: Vec<Row>,
        /// How many ids there are.
        count: usize,
    },
    /// Ids that lie far apart.
    Far(FxHashMap<i64, Row>),
}

impl Default for Ids {
    fn default() -> Self {
        Self::Near { first: 0, rows: Vec::new(), count: 0 }
    }
}

impl Ids {
    /// The row with this id.
    #[inline(always)]
    pub fn find(&self, id: i64) -> Option<Row> {
        match self {
            Self::Near { first, rows, .. } => {
                // An id below the first wraps to a number that no table is as long as.
                let place = id.wrapping_sub(*first) as u64;
                rows.get(usize::try_from(place).ok()?).copied().filter(|&row| row != NOBODY)
            }
            Self::Far(rows) => Self::far(rows, id),
        }
    }

    // By itself, so that looking into a table stays short.
    #[inline(never)]
    fn far(rows: &FxHashMap<i64, Row>, id: i64) -> Option<Row> {
        rows.get(&id).copied()
    }

    /// The row with this id: `place`, if it had none. [`Ids::make_room`] knows of the id.
    pub fn claim(&mut self, id: i64, place: Row) -> Row {
        match self {
            Self::Near { first, rows, count } => {
                let row = &mut rows[id.wrapping_sub(*first) as usize];
                if *row == NOBODY {
                    *row = place;
                    *count += 1;
                }
                *row
            }
            Self::Far(rows) => *rows.entry(id).or_insert(place),
        }
    }

    /// Forgets whose id it is.
    pub fn release(&mut self, id: i64) {
        match self {
            Self::Near { first, rows, count } => {
                let place = usize::try_from(id.wrapping_sub(*first) as u64).ok();
                if let Some(row) = place.and_then(|place| rows.get_mut(place)).filter(|row| **row != NOBODY) {
                    *row = NOBODY;
                    *count -= 1;
                }
            }
            Self::Far(rows) => drop(rows.remove(&id)),
        }
    }

    /// Makes sure that these ids can be claimed.
    pub fn make_room(&mut self, ids: &[i64]) {
        let Some(&some) = ids.first() else { return };
        let (least, most) = ids.iter().fold((some, some), |(least, most), &id| (least.min(id), most.max(id)));
        match self {
            Self::Near { first, rows, count } => {
                let end = i128::from(*first) + rows.len() as i128;
                if least >= *first && i128::from(most) < end {
                    return;
                }
                let (low, high) = match rows.is_empty() {
                    true => (least, i128::from(most) + 1),
                    false => (least.min(*first), end.max(i128::from(most) + 1)),
                };
                let span = (high - i128::from(low)).unsigned_abs();
                if span > SMALL.max(SPREAD * (*count + ids.len()) as u128) {
                    // The last id may be the last number: none is counted past it.
                    let id = |place: usize| first.wrapping_add(place as i64);
                    let known = rows.iter().enumerate().map(|(place, &row)| (id(place), row));
                    let known = known.filter(|(_, row)| *row != NOBODY);
                    let mut far = FxHashMap::with_capacity_and_hasher(*count + ids.len(), Default::default());
                    far.extend(known);
                    *self = Self::Far(far);
                    return;
                }
                if rows.is_empty() {
                    *first = low;
                } else if low < *first {
                    // At least as much again, so that ids that come one by one and descend are not moved each time.
                    let spare = rows.len().min(usize::try_from(*first).unwrap_or(0));
                    let before = spare.max(first.abs_diff(low) as usize);
                    rows.splice(0..0, std::iter::repeat_n(NOBODY, before));
                    *first -= before as i64;
                }
                let most = most.wrapping_sub(*first) as usize;
                pages::reserve(rows, (most + 1).saturating_sub(rows.len()));
                rows.resize(rows.len().max(most + 1), NOBODY);
            }
            Self::Far(rows) => rows.reserve(ids.len().saturating_sub(rows.capacity() - rows.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pushes and removals of ids, checked against a map.
    fn live(batches: &[Vec<i64>], release: impl Fn(i64) -> bool) -> Index {
        let (mut index, mut known, mut end) = (Index::Id(Ids::default()), BTreeMap::new(), 0);
        for ids in batches {
            let claims = index.claim(&Keys::Ids(ids), end..);
            end += claims.new as Row;
            for (&id, &row) in ids.iter().zip(&claims.rows) {
                assert_eq!(*known.entry(id).or_insert(row), row, "{id}");
            }
            let gone: Vec<i64> = known.keys().copied().filter(|&id| release(id)).collect();
            for id in gone {
                known.remove(&id);
                index.release(&Key::Id(id));
                index.release(&Key::Id(id));
            }
            for (&id, &row) in &known {
                assert_eq!(index.find(&Key::Id(id)), Some(row), "{id}");
            }
            for strange in [-1, i64::MIN, i64::MAX, 77_777_777] {
                assert_eq!(index.find(&Key::Id(strange)), known.get(&strange).copied(), "{strange}");
            }
        }
        index
    }

    fn is_near(index: &Index) -> bool {
        matches!(index, Index::Id(Ids::Near { .. }))
    }

    #[test]
    fn ids_are_found_near_and_far_in_any_order() {
        let odd = |id: i64| id % 2 == 1;
        assert!(is_near(&live(&[(0..5000).collect(), (4000..9000).rev().collect()], odd)));
        assert!(is_near(&live(
            &[(10_000..10_050).collect(), (9_000..9_500).collect(), vec![9_600, 8_990]],
            odd
        )));
        // One by one, down to 0 and up.
        assert!(is_near(&live(&(0..3000).rev().map(|id| vec![id]).collect::<Vec<_>>(), |_| false)));
        assert!(is_near(&live(&(0..3000).map(|id| vec![3 * id]).collect::<Vec<_>>(), |id| id % 5 == 0)));
        // Too far apart, at once and later.
        assert!(!is_near(&live(&[vec![0, i64::MAX, 1 << 40], vec![5, 0]], odd)));
        assert!(!is_near(&live(&[vec![i64::MAX], vec![0]], |_| false)));
        assert!(!is_near(&live(&[vec![i64::MAX - 1], vec![i64::MIN, 0]], |_| false)));
        assert!(!is_near(&live(&[(0..2000).collect(), vec![1 << 50], (1000..4000).collect()], odd)));
    }

    #[test]
    fn room_that_was_made_is_not_made_again() {
        let mut ids = Ids::default();
        ids.make_room(&(0..5000).collect::<Vec<i64>>());
        for id in (0..5000).rev() {
            ids.make_room(&[id]);
            assert_eq!(ids.claim(id, id as Row), id as Row);
        }
        assert!(matches!(ids, Ids::Near { count: 5000, .. }));
    }

    #[test]
    fn a_key_that_comes_twice_is_the_same_row_and_takes_one_place() {
        let mut index = Index::Id(Ids::default());
        let claims = index.claim(&Keys::Ids(&[5, 6, 5, 7]), [30, 2, 9, 10].into_iter());
        assert_eq!((claims.rows, claims.new), (vec![30, 2, 30, 9], 3));
        assert!(Keys::Ids(&[1, 2, 4]).ascend() && !Keys::Ids(&[1, 2, 2]).ascend());
    }
}
