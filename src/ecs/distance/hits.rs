//! Who is within a radius of places, each place's in order of number.
//!
//! Places of one cell have the same candidates: whoever is in the cells around it. These are put in order once for all of
//! them, so that what each place keeps of them is in order.

use std::ops::Range;

use super::Real;
use super::grid::Grid;
use super::lanes::LANES;
use super::sift::{Eight, Sift};
use crate::ecs::simd::kernel;

/// So many candidates are put in order by counting for each how many go before it: no branch depends on them.
const RANKED: usize = 64;
/// Candidates for which that is done at a time.
const TOGETHER: usize = 2 * LANES;
/// Behind candidates there is room for whatever is written along with the last of them.
const ROOM: usize = TOGETHER + LANES;
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

    /// Makes room for so many, or for as many as there will be if places go on as they began.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, wanted: usize, places: usize) {
        let going_on = wanted.saturating_mul(places) / self.starts.len();
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
    /// Finds the points at most so far from places: the radius, and the largest square whose root is within it.
    pub(super) fn find[T: Real, const D: usize](
        points: &Grid<T, D>,
        asked: Asked<'_, T, D>,
        limits: (f64, T),
        sift: Sift,
        hits: &mut Hits<T>,
    ) {
        let (radius, most) = limits;
        let mut near = Candidates::new();
        let (mut turn, end) = (asked.turns.start, asked.turns.end);
        let mut cell = asked.places.cell_at(turn);
        let mut count = 0;
        while turn < end {
            let cell_end = asked.places.turns(cell).end.min(end);
            if turn < cell_end {
                near.gather(points, cell, radius);
            }
            let (columns, ids) = asked.places.from(turn);
            for place in 0..cell_end - turn {
                let mut at = [T::ZERO; D];
                for axis in 0..D {
                    at[axis] = columns[axis][place];
                }
                if hits.ids.len() < count + near.count + LANES {
                    hits.grow(count + near.count + LANES, end - asked.turns.start);
                }
                let own = if asked.own { ids[place] } else { u32::MAX };
                let (ids, squares) = (&mut hits.ids[count..], &mut hits.distances[count..]);
                count += near.within(at, (most, own), sift, squares, ids);
                hits.starts.push(count);
            }
            turn = cell_end;
            cell += 1;
        }
        for distance in &mut hits.distances[..count] {
            *distance = distance.root();
        }
    }
}

/// The points of a block of cells in order of number; what fills up the last eight is infinitely far away.
struct Candidates<T, const D: usize> {
    count: usize,
    columns: [Vec<[T; LANES]>; D],
    ids: Vec<[u32; LANES]>,
    /// The same in the order of the cells.
    gathered: [Vec<T>; D],
    gathered_ids: Vec<u32>,
}

impl<T: Real, const D: usize> Candidates<T, D> {
    fn new() -> Self {
        let mut candidates = Self {
            count: 0,
            columns: std::array::from_fn(|_| Vec::new()),
            ids: Vec::new(),
            gathered: std::array::from_fn(|_| Vec::new()),
            gathered_ids: Vec::new(),
        };
        candidates.grow(2 * RANKED);
        candidates
    }

    /// Takes whoever can be within a radius of what is in a cell.
    #[inline(always)]
    fn gather(&mut self, points: &Grid<T, D>, cell: usize, radius: f64) {
        let mut count = 0;
        for run in points.runs(&points.around(cell, radius)) {
            if self.gathered_ids.len() < count + run.len() + ROOM {
                self.grow(2 * (count + run.len() + ROOM));
            }
            let mut turn = run.start;
            while turn < run.end {
                let (columns, ids) = points.from(turn);
                self.gathered_ids[count..count + LANES].copy_from_slice(&ids[..LANES]);
                for (to, from) in self.gathered.iter_mut().zip(columns) {
                    to[count..count + LANES].copy_from_slice(&from[..LANES]);
                }
                count += (run.end - turn).min(LANES);
                turn += LANES;
            }
        }
        self.gathered_ids[count..count + TOGETHER].fill(u32::MAX);
        self.count = count;
        if count <= RANKED {
            self.rank()
        } else {
            self.sort()
        }
        for column in &mut self.columns {
            column.as_flattened_mut()[count..count + LANES].fill(T::INFINITY);
        }
    }

    /// Puts few in order.
    #[inline(always)]
    fn rank(&mut self) {
        /// From here on a float counts in its lowest bits. Sums of floats keep their order, so the compiler has no choice but
        /// to count for several candidates at once.
        const ZERO: f32 = (1 << 23) as f32;
        let (all, _) = self.gathered_ids.as_chunks::<2>();
        let blocks = self.gathered_ids.as_chunks::<TOGETHER>().0.iter().take(self.count.div_ceil(TOGETHER));
        for (block, mine) in blocks.enumerate() {
            let (mut ahead, mut ahead_too) = ([ZERO; TOGETHER], [0.0; TOGETHER]);
            for others in &all[..self.count.div_ceil(2)] {
                for lane in 0..TOGETHER {
                    ahead[lane] += if others[0] < mine[lane] { 1.0 } else { 0.0 };
                    ahead_too[lane] += if others[1] < mine[lane] { 1.0 } else { 0.0 };
                }
            }
            let mut ranks = [0; TOGETHER];
            for lane in 0..TOGETHER {
                ranks[lane] = (ahead[lane] + ahead_too[lane]).to_bits() as usize % (2 * RANKED);
            }
            // What fills up the last block goes behind all.
            let ids = self.ids.as_flattened_mut();
            for lane in 0..TOGETHER {
                ids[ranks[lane]] = mine[lane];
            }
            for axis in 0..D {
                let from = &self.gathered[axis].as_chunks::<TOGETHER>().0[block];
                let column = self.columns[axis].as_flattened_mut();
                for lane in 0..TOGETHER {
                    column[ranks[lane]] = from[lane];
                }
            }
        }
    }

    /// Puts many in order.
    #[cold]
    #[inline(never)]
    fn sort(&mut self) {
        let ids = self.gathered_ids[..self.count].iter();
        let mut keys: Vec<u64> = ids.zip(0..).map(|(&id, place)| u64::from(id) << 32 | place).collect();
        keys.sort_unstable();
        for (rank, key) in keys.into_iter().enumerate() {
            let place = key as u32 as usize;
            self.ids.as_flattened_mut()[rank] = self.gathered_ids[place];
            for axis in 0..D {
                self.columns[axis].as_flattened_mut()[rank] = self.gathered[axis][place];
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, room: usize) {
        let room = room.next_multiple_of(TOGETHER);
        self.ids.resize(room / LANES, [0; LANES]);
        self.gathered_ids.resize(room, 0);
        for axis in 0..D {
            self.columns[axis].resize(room / LANES, [T::ZERO; LANES]);
            self.gathered[axis].resize(room, T::ZERO);
        }
    }

    /// Writes whoever of them is near enough, and says how many these are.
    #[inline(always)]
    fn within(&self, at: [T; D], limits: (T, u32), sift: Sift, squares: &mut [T], ids: &mut [u32]) -> usize {
        let mut count = 0;
        for block in 0..self.count.div_ceil(LANES) {
            let mut columns = [&self.columns[0][block]; D];
            for (column, all) in columns.iter_mut().zip(&self.columns) {
                *column = &all[block];
            }
            let eight = Eight { columns, ids: &self.ids[block] };
            let squares = squares[count..].first_chunk_mut();
            let (Some(squares), Some(ids)) = (squares, ids[count..].first_chunk_mut()) else { break };
            count += sift.keep(eight, at, limits, squares, ids);
        }
        count
    }
}
