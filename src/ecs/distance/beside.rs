//! The nearest point of each place, by a grid: first among the cells beside the place's own, and only where that does not
//! settle it in wider blocks.
//!
//! Of each row of three cells the first eight points are looked at, which is all of them but for one place in some twenty. So
//! no branch depends on the points, and several searches overlap.

use std::ops::Range;

use super::Real;
use super::grid::{self, Frame, Grid, MOST_ROWS, SLACK};
use super::lanes::{AtOnce, LANES, lesser};
use super::near::Asked;
use super::rows;
use crate::ecs::simd::kernel;

/// Places whose cells are worked out together.
const TOGETHER: usize = 16;

kernel! {
    /// The nearest of each, as long as there is one, and its distance.
    #[expect(clippy::needless_range_loop, reason = "lanes and axes of several columns at once")]
    pub(super) fn nearest_of_each[T: Real, const D: usize](
        grid: &Grid<T, D>,
        at_once: AtOnce,
        asked: Asked<'_, T, D>,
        numbers: &mut [i64],
        distances: &mut [T],
    ) {
        let around = grid.frame.around();
        let blocks = numbers.chunks_mut(TOGETHER).zip(distances.chunks_mut(TOGETHER));
        for (block, (numbers, distances)) in blocks.enumerate() {
            let asked = asked.part(block * TOGETHER, numbers.len());
            let beside = Beside::of(&grid.frame, asked.places);
            for turn in 0..numbers.len() {
                let (mut starts, mut most) = ([0; MOST_ROWS], 0);
                for row in 0..const { grid::rows(D) } {
                    let first = beside.cells[turn] as usize - around.back + around.rows[row];
                    starts[row] = grid.starts[first];
                    let count = grid.starts[first + 3] - starts[row];
                    most = if count > most { count } else { most };
                }
                let own = asked.own(turn);
                let mut found = rows::nearest(at_once, grid.standing(), &starts[..const { grid::rows(D) }], asked.at(turn), own);
                // A bound that is no number settles nothing.
                let settled = T::narrow(beside.beyond[turn]) > found.0;
                if (most > LANES as u32) | !settled {
                    found = grid.nearest_afar(asked.part(turn, 1));
                }
                if found.1 != u32::MAX {
                    (numbers[turn], distances[turn]) = (i64::from(found.1), found.0);
                }
            }
            for distance in distances {
                *distance = distance.root();
            }
        }
    }
}

/// What is beside some places.
struct Beside<const D: usize> {
    /// The cells that they are in.
    cells: [u32; TOGETHER],
    /// How far, squared, whatever lies elsewhere is from the place, at least.
    beyond: [f64; TOGETHER],
}

impl<const D: usize> Beside<D> {
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "lanes and axes of several columns at once")]
    fn of<T: Real>(frame: &Frame<D>, places: [&[T]; D]) -> Self {
        let (mut steps, mut gaps) = ([[0; TOGETHER]; D], [f64::INFINITY; TOGETHER]);
        for axis in 0..D {
            let width = 1.0 / frame.scale[axis];
            for ((step, gap), at) in steps[axis].iter_mut().zip(&mut gaps).zip(places[axis]) {
                *step = frame.step(axis, at.wide());
                let (along, middle) = (frame.along(axis, at.wide()), f64::from(*step));
                let before = if *step > 0 { along - (middle - 1.0) } else { f64::INFINITY };
                let behind =
                    if *step + 1 < frame.counts[axis] as u32 { middle + 2.0 - along } else { f64::INFINITY };
                *gap = lesser(*gap, (lesser(before, behind) - SLACK) * width);
            }
        }
        let mut beside = Self { cells: [0; TOGETHER], beyond: [0.0; TOGETHER] };
        for lane in 0..TOGETHER {
            for axis in 0..D {
                beside.cells[lane] =
                    beside.cells[lane] * (frame.counts[axis] as u32 + 1) + steps[axis][lane] + 1;
            }
            beside.beyond[lane] = gaps[lane] * gaps[lane] * (1.0 - SLACK);
        }
        beside
    }
}

impl<const D: usize> Frame<D> {
    /// How far, squared, whatever lies outside of a block of cells is from a place, at least.
    #[inline(always)]
    fn outside(&self, at: [f64; D], block: &[Range<usize>; D]) -> f64 {
        // How far the place itself is outside of all cells.
        let gaps: [f64; D] =
            std::array::from_fn(|axis| (self.low[axis] - at[axis]).max(at[axis] - self.high[axis]).max(0.0));
        let all = gaps.iter().fold(0.0, |sum, gap| sum + gap * gap);
        let mut least = f64::INFINITY;
        for axis in 0..D {
            let place = self.along(axis, at[axis]);
            let before = place - block[axis].start as f64;
            let after = block[axis].end as f64 - place;
            let before = if block[axis].start > 0 { before } else { f64::INFINITY };
            let after = if block[axis].end < self.counts[axis] { after } else { f64::INFINITY };
            let gap = (before.min(after) - SLACK).max(0.0) / self.scale[axis];
            least = least.min(gap * gap + (all - gaps[axis] * gaps[axis]));
        }
        least * (1.0 - SLACK)
    }
}

impl<T: Real, const D: usize> Grid<T, D> {
    /// The nearest of the one place that is asked for, in ever wider blocks of cells.
    #[cold]
    #[inline(never)]
    fn nearest_afar(&self, asked: Asked<'_, T, D>) -> (T, u32) {
        let (at, own) = (asked.at(0), asked.own(0));
        let place = std::array::from_fn(|axis| at[axis].wide());
        let (mut inner, mut reach) = (std::array::from_fn(|_| 0..0), 1);
        loop {
            let outer = self.block(at, reach);
            // What was scanned before is scanned again: the blocks grow fast, so that is less than the bookkeeping.
            let found = self.nearest_of(&outer, at, own);
            // The bound is rounded as the squares are: it must not tell apart what they do not.
            if outer == inner || T::narrow(self.frame.outside(place, &outer)) > found.0 {
                return found;
            }
            inner = outer;
            reach *= 2;
        }
    }

    /// The cells around a place, so many steps away at most.
    #[inline(always)]
    fn block(&self, at: [T; D], reach: usize) -> [Range<usize>; D] {
        let mut block = [const { 0..0 }; D];
        for axis in 0..D {
            let home = self.frame.step(axis, at[axis].wide()) as usize;
            block[axis] = home.saturating_sub(reach)..(home + reach + 1).min(self.frame.counts[axis]);
        }
        block
    }

    /// The nearest point of a block of cells, or of those that stand behind one of its rows: no harm in looking at them.
    #[inline(always)]
    fn nearest_of(&self, block: &[Range<usize>; D], at: [T; D], own: u32) -> (T, u32) {
        let firsts = self.runs(block).flat_map(|run| run.step_by(LANES));
        self.standing().nearest_of(firsts, at, own)
    }
}
