//! Who is within a radius of places.
//!
//! Places of one cell have the same candidates: whoever is in the cells around it. Few are looked at where they stand, row by
//! row; many are put in order of number once for all places of the cell, so that what each place keeps of them is in order.

use std::ops::Range;

use super::Real;
use super::grid::{Grid, MOST_ROWS, rows};
use super::lanes::{AtOnce, LANES};
use super::rows::Standing;
use super::sift;
use crate::ecs::simd::kernel;

/// Behind hits there is room for whatever is written along with the last of them.
const ROOM: usize = 2 * LANES;
/// More candidates than these are put in order before they are looked at; of fewer each place's hits are, afterwards. In a plane
/// a third of the candidates are hits, in space a seventh.
const MANY: [usize; 2] = [64, 144];
/// Hits that there is room for at first.
const FEW: usize = 1 << 12;

/// What was found around places, one place after another.
pub(super) struct Hits<T> {
    /// Where each place's begin, and where the last one's end.
    pub(super) starts: Vec<usize>,
    /// The numbers of points; what stands behind the last hit means nothing.
    pub(super) ids: Vec<u32>,
    /// Their distances.
    pub(super) distances: Vec<T>,
}

impl<T: Real> Hits<T> {
    pub(super) fn new() -> Self {
        Self { starts: vec![0], ids: vec![0; FEW], distances: vec![T::ZERO; FEW] }
    }

    /// Room for so many, where so many of all places have been asked for.
    #[inline(always)]
    fn make_room(&mut self, wanted: usize, places: usize, asked: usize) {
        if self.ids.len() < wanted {
            self.grow(wanted, places, asked);
        }
    }

    /// Makes room for so many, or for as many as there will be if places go on as they began.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, wanted: usize, places: usize, asked: usize) {
        let going_on = wanted.saturating_mul(places) / (asked + 1);
        let room = (going_on + going_on / 16).clamp(2 * wanted, 4 * wanted);
        self.ids.resize(room, 0);
        self.distances.resize(room, T::ZERO);
    }
}

/// For whom others are sought: points in cells, and which of them.
pub(super) struct Asked<'a, T, const D: usize> {
    /// In the same cells as the points that are sought.
    pub(super) places: &'a Grid<T, D>,
    pub(super) turns: Range<usize>,
    /// Whether they are the points themselves, each of which is not its own hit.
    pub(super) own: bool,
}

kernel! {
    /// Finds the points around places whose squared distance is at most `most`.
    pub(super) fn find[T: Real, const D: usize](
        points: &Grid<T, D>,
        asked: Asked<'_, T, D>,
        most: T,
        at_once: AtOnce,
        hits: &mut Hits<T>,
    ) {
        let Asked { places, turns, own } = asked;
        let (around, standing) = (points.frame.around(), points.standing());
        let (columns, ids) = (places.places(), places.order());
        let mut crowd = Crowd::new();
        let (mut turn, mut count) = (turns.start, 0);
        let mut cell = places.cell_at(turn);
        hits.starts.resize(turns.len() + 1, 0);
        while turn < turns.end {
            let end = places.turns(cell).end.min(turns.end);
            if turn == end {
                cell += 1;
                continue;
            }
            let (mut runs, mut candidates) = ([(0, 0); MOST_ROWS], 0);
            for (run, row) in runs.iter_mut().zip(around.rows).take(const { rows(D) }) {
                let first = cell - around.back + row;
                let (start, end) = (points.starts[first] as usize, points.starts[first + 3] as usize);
                *run = (start, end - start);
                candidates += end - start;
            }
            let mut runs = &runs[..const { rows(D) }];
            let many = candidates > MANY[D - 2];
            let mut from = standing;
            if many {
                crowd.gather(points, runs, candidates);
                (from, runs) = (crowd.standing(), &crowd.run);
            }
            while turn < end {
                let mut at = [T::ZERO; D];
                for axis in 0..D {
                    at[axis] = columns[axis][turn];
                }
                let limits = (most, if own { ids[turn] } else { u32::MAX });
                hits.make_room(count + candidates + ROOM, turns.len(), turn - turns.start);
                let (ids, squares) = (&mut hits.ids[count..], &mut hits.distances[count..]);
                let mut kept = 0;
                for &(mut first, mut some) in runs {
                    while let Some(squares) = squares[kept..].first_chunk_mut()
                        && let Some(ids) = ids[kept..].first_chunk_mut()
                    {
                        kept += sift::keep(at_once, from, (first, some), at, limits, squares, ids);
                        if some <= LANES {
                            break;
                        }
                        (first, some) = (first + LANES, some - LANES);
                    }
                }
                (turn, count) = (turn + 1, count + kept);
                hits.starts[turn - turns.start] = count;
            }
        }
        for distance in &mut hits.distances[..count] {
            *distance = distance.root();
        }
    }
}

/// Many points in order of number; what fills up the last eight is infinitely far away.
struct Crowd<T, const D: usize> {
    columns: [Vec<T>; D],
    ids: Vec<u32>,
    /// All of them, as one run.
    run: [(usize, usize); 1],
    /// Their numbers, and where they stand in the grid.
    keys: Vec<u64>,
}

impl<T: Real, const D: usize> Crowd<T, D> {
    fn new() -> Self {
        let columns = std::array::from_fn(|_| Vec::new());
        Self { columns, ids: Vec::new(), run: [(0, 0)], keys: Vec::new() }
    }

    /// Takes whoever stands in some runs, so many together.
    #[cold]
    #[inline(never)]
    fn gather(&mut self, points: &Grid<T, D>, runs: &[(usize, usize)], count: usize) {
        let (columns, ids) = (points.places(), points.order());
        self.keys.clear();
        for &(first, length) in runs {
            let ids = ids[first..first + length].iter();
            self.keys.extend(ids.zip(first as u64..).map(|(&id, turn)| u64::from(id) << 32 | turn));
        }
        self.keys.sort_unstable();
        let room = count.next_multiple_of(LANES);
        self.ids.clear();
        self.ids.extend(self.keys.iter().map(|key| (key >> 32) as u32));
        self.ids.resize(room, u32::MAX);
        for (own, column) in self.columns.iter_mut().zip(columns) {
            own.clear();
            own.extend(self.keys.iter().map(|&key| column[key as u32 as usize]));
            own.resize(room, T::INFINITY);
        }
        self.run = [(0, count)];
    }

    #[inline(always)]
    fn standing(&self) -> Standing<'_, T, D> {
        Standing { columns: self.columns.each_ref().map(Vec::as_slice), ids: &self.ids }
    }
}
