//! Points sorted into a grid of cells, to be searched around a place.
//!
//! Rounding keeps the order of floats, so which cell a coordinate is in never contradicts which of two is larger; where
//! a distance is compared with the edge of a cell there is some slack for what rounding can do.

use std::ops::Range;

use super::lanes::{LANES, least, lesser, padded, squares};
use super::{Points, Real};

/// How far a point can seem to be outside its cell by rounding, in cells.
const SLACK: f64 = 1e-6;
/// Cells for each point, at most.
const MOST_CELLS: usize = 4;

/// Points in cells; along the last axis cells follow each other.
pub(super) struct Grid<T, const D: usize> {
    frame: Frame<D>,
    starts: Vec<u32>,
    /// Padded, as the numbers are.
    columns: [Vec<T>; D],
    ids: Vec<u32>,
    /// How far, squared, whatever lies neither in the cell of a place nor in one beside it is from the place, at least.
    beyond_neighbours: T,
}

/// Where the cells are.
#[derive(Clone, Copy)]
struct Frame<const D: usize> {
    low: [f64; D],
    high: [f64; D],
    /// Cells in a unit of length, along each axis.
    scale: [f64; D],
    counts: [usize; D],
}

impl<const D: usize> Frame<D> {
    /// Cells that are wider than `width`, by more than rounding; without a width, so many points in each, were they
    /// spread evenly.
    fn over<T: Real>(points: &Points<T>, width: Option<f64>, per_cell: f64) -> Self {
        let ends: [(f64, f64); D] = points.columns().map(extremes);
        let (low, high) = (ends.map(|ends| ends.0), ends.map(|ends| ends.1));
        let extent: [f64; D] = std::array::from_fn(|axis| (high[axis] - low[axis]).max(0.0));
        let cells = |axis: usize, width: f64| (extent[axis] / width).clamp(0.0, 1e9) as usize;
        let mut counts: [usize; D] = match width {
            Some(width) => std::array::from_fn(|axis| cells(axis, width * (1.0 + 4.0 * SLACK)).max(1)),
            None => {
                let content = extent.iter().product::<f64>() * per_cell / points.len() as f64;
                let width = if D == 2 { content.sqrt() } else { content.cbrt() };
                std::array::from_fn(|axis| cells(axis, width) + 1)
            }
        };
        let most = MOST_CELLS * points.len() + 1;
        while counts.iter().fold(1_usize, |product, &count| product.saturating_mul(count)) > most {
            let widest = (0..D).max_by_key(|&axis| counts[axis]).unwrap_or(0);
            counts[widest] = counts[widest].div_ceil(2);
        }
        let scale = std::array::from_fn(|axis| match extent[axis] {
            extent if extent > 0.0 => counts[axis] as f64 / extent,
            _ => 0.0,
        });
        Self { low, high, scale, counts }
    }

    /// Where a coordinate is along an axis, in cells.
    #[inline(always)]
    fn along(&self, axis: usize, coordinate: f64) -> f64 {
        (coordinate - self.low[axis]) * self.scale[axis]
    }

    /// The cell along an axis that a coordinate is in, or the nearest one.
    #[inline(always)]
    fn step(&self, axis: usize, coordinate: f64) -> usize {
        // There are not more cells along an axis than this type holds, and processors turn floats into it at once.
        (self.along(axis, coordinate) as i32).clamp(0, self.counts[axis] as i32 - 1) as usize
    }

    /// The number of a cell.
    #[inline(always)]
    fn cell(&self, steps: [usize; D]) -> usize {
        let mut cell = 0;
        for (step, count) in steps.into_iter().zip(self.counts) {
            cell = cell * count + step;
        }
        cell
    }

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
    /// A grid whose cells are at least so wide.
    pub(super) fn of_width(points: &Points<T>, width: f64) -> Self {
        Self::in_frame(points, Frame::over(points, Some(width), 1.0))
    }

    /// A grid with so many points in a cell, were they spread evenly.
    pub(super) fn of_density(points: &Points<T>, per_cell: f64) -> Self {
        Self::in_frame(points, Frame::over(points, None, per_cell))
    }

    /// Other points in the same cells; whoever is outside of them all is in the nearest.
    pub(super) fn alike(&self, points: &Points<T>) -> Self {
        Self::in_frame(points, self.frame)
    }

    /// A counting sort; within a cell points stay in order of number.
    fn in_frame(points: &Points<T>, frame: Frame<D>) -> Self {
        let mut starts = vec![0_u32; frame.counts.iter().product::<usize>() + 1];
        let from: [&[T]; D] = points.columns();
        let mut homes = vec![0_u32; points.len()];
        for (axis, column) in from.iter().enumerate() {
            let count = frame.counts[axis] as u32;
            for (home, at) in homes.iter_mut().zip(*column) {
                *home = *home * count + frame.step(axis, at.wide()) as u32;
            }
        }
        for &home in &homes {
            starts[home as usize + 1] += 1;
        }
        for cell in 1..starts.len() {
            starts[cell] += starts[cell - 1];
        }
        let mut columns: [Vec<T>; D] = std::array::from_fn(|_| padded(points.len()));
        let mut ids = vec![u32::MAX; points.len() + LANES];
        // Filling moves each cell's start to its end, which is the next one's start; then all shift by one.
        for (id, &home) in homes.iter().enumerate() {
            let place = starts[home as usize] as usize;
            starts[home as usize] += 1;
            ids[place] = id as u32;
            for axis in 0..D {
                columns[axis][place] = from[axis][id];
            }
        }
        let cells = starts.len() - 1;
        starts.copy_within(..cells, 1);
        starts[0] = 0;
        let width = frame.scale.iter().fold(f64::INFINITY, |least, scale| least.min((1.0 - SLACK) / scale));
        let beyond_neighbours = T::narrow(width * width * (1.0 - SLACK));
        Self { frame, starts, columns, ids, beyond_neighbours }
    }

    /// The numbers of the points in the order of the cells.
    pub(super) fn order(&self) -> &[u32] {
        &self.ids[..self.ids.len() - LANES]
    }

    /// Where the points are, in the order of the cells.
    pub(super) fn places(&self) -> [&[T]; D] {
        self.columns.each_ref().map(|column| &column[..column.len() - LANES])
    }

    /// The most points in a cell.
    pub(super) fn fullest(&self) -> usize {
        self.starts.windows(2).map(|pair| (pair[1] - pair[0]) as usize).max().unwrap_or(0)
    }

    /// Whether a place is among the cells.
    pub(super) fn holds(&self, at: [T; D]) -> bool {
        (0..D).all(|axis| (self.frame.low[axis]..=self.frame.high[axis]).contains(&at[axis].wide()))
    }

    /// The turns of the points in a cell: where they stand in the order of the cells.
    #[inline(always)]
    pub(super) fn turns(&self, cell: usize) -> Range<usize> {
        self.starts[cell] as usize..self.starts[cell + 1] as usize
    }

    /// The cell of the point that stands at a turn.
    pub(super) fn cell_at(&self, turn: usize) -> usize {
        self.starts.partition_point(|&start| start as usize <= turn) - 1
    }

    /// The cells that hold whatever is at most so far from what is in a cell.
    #[inline(always)]
    pub(super) fn around(&self, cell: usize, radius: f64) -> [Range<usize>; D] {
        let (mut rest, mut block) = (cell, [const { 0..0 }; D]);
        for axis in (0..D).rev() {
            let count = self.frame.counts[axis];
            let home = rest % count;
            rest /= count;
            // A distance in single precision can be rounded down to the radius.
            let reach =
                (radius * (1.0 + SLACK) * self.frame.scale[axis] + SLACK).min(count as f64) as usize + 1;
            block[axis] = home.saturating_sub(reach)..(home + reach + 1).min(count);
        }
        block
    }

    /// Where the points are from a turn on, and their numbers: with padding, at least as many as are looked at together.
    #[inline(always)]
    pub(super) fn from(&self, turn: usize) -> ([&[T]; D], &[u32]) {
        (self.columns.each_ref().map(|column| &column[turn..]), &self.ids[turn..])
    }

    /// The nearest point but the one of this number, of equals the one of the lowest, and its squared distance. No point's
    /// number is the largest there is.
    #[inline(always)]
    pub(super) fn nearest(&self, at: [T; D], own: u32) -> (T, u32) {
        let found = self.nearest_of(&self.block(at, 1), at, own);
        if self.beyond_neighbours > found.0 { found } else { self.nearest_afar(at, own) }
    }

    /// The same, in ever wider blocks of cells.
    #[cold]
    #[inline(never)]
    fn nearest_afar(&self, at: [T; D], own: u32) -> (T, u32) {
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
            let home = self.frame.step(axis, at[axis].wide());
            block[axis] = home.saturating_sub(reach)..(home + reach + 1).min(self.frame.counts[axis]);
        }
        block
    }

    /// The nearest point of a block of cells, or of those that stand behind one of its rows: no harm in looking at them.
    #[inline(always)]
    fn nearest_of(&self, block: &[Range<usize>; D], at: [T; D], own: u32) -> (T, u32) {
        let mut near = [T::INFINITY; LANES];
        for run in self.runs(block) {
            let mut first = run.start;
            while first < run.end {
                let (squares, _) = self.others(first, at, own);
                for lane in 0..LANES {
                    near[lane] = lesser(near[lane], squares[lane]);
                }
                first += LANES;
            }
        }
        let nearest = least(near);
        let mut lowest = [u32::MAX; LANES];
        for run in self.runs(block) {
            let mut first = run.start;
            while first < run.end {
                let (squares, ids) = self.others(first, at, own);
                for lane in 0..LANES {
                    let id = if squares[lane] == nearest { ids[lane] } else { u32::MAX };
                    lowest[lane] = lesser(lowest[lane], id);
                }
                first += LANES;
            }
        }
        (nearest, least(lowest))
    }

    /// The squared distances and numbers of the points from a place in the order of the cells on; one's own is infinitely
    /// far away.
    #[inline(always)]
    fn others(&self, first: usize, at: [T; D], own: u32) -> ([T; LANES], [u32; LANES]) {
        let mut squares = squares(&self.columns, first, at);
        let ids = &self.ids[first..first + LANES];
        let mut others = [0; LANES];
        for lane in 0..LANES {
            let is_own = ids[lane] == own;
            squares[lane] = if is_own { T::INFINITY } else { squares[lane] };
            others[lane] = if is_own { u32::MAX } else { ids[lane] };
        }
        (squares, others)
    }

    /// The points of a block of cells, a run for each row of cells.
    #[inline(always)]
    pub(super) fn runs<'a>(&'a self, block: &'a [Range<usize>; D]) -> Runs<'a, T, D> {
        let mut steps = [0; D];
        for axis in 0..D {
            steps[axis] = block[axis].start;
        }
        Runs { grid: self, block, steps, ended: false }
    }
}

/// The runs of points in the rows of a block of cells.
pub(super) struct Runs<'a, T, const D: usize> {
    grid: &'a Grid<T, D>,
    block: &'a [Range<usize>; D],
    steps: [usize; D],
    ended: bool,
}

impl<T: Real, const D: usize> Iterator for Runs<'_, T, D> {
    type Item = Range<usize>;

    #[inline(always)]
    fn next(&mut self) -> Option<Range<usize>> {
        if self.ended {
            return None;
        }
        let Self { grid, block, steps, .. } = self;
        let first = grid.frame.cell(*steps);
        let run = grid.starts[first] as usize..grid.starts[first + block[D - 1].len()] as usize;
        // The axes but the last count as digits do.
        self.ended = true;
        for axis in (0..D - 1).rev() {
            if steps[axis] + 1 < block[axis].end {
                steps[axis] += 1;
                self.ended = false;
                break;
            }
            steps[axis] = block[axis].start;
        }
        Some(run)
    }
}

/// The least and the largest of some coordinates.
pub(super) fn extremes<T: Real>(column: &[T]) -> (f64, f64) {
    let (mut low, mut high) = ([T::INFINITY; LANES], [T::ZERO - T::INFINITY; LANES]);
    let (chunks, rest) = column.as_chunks::<LANES>();
    let mut take = |lane: usize, at: T| {
        low[lane] = lesser(at, low[lane]);
        high[lane] = if at > high[lane] { at } else { high[lane] };
    };
    chunks.iter().for_each(|chunk| (0..LANES).for_each(|lane| take(lane, chunk[lane])));
    rest.iter().for_each(|&at| take(0, at));
    let high = high.into_iter().fold(f64::NEG_INFINITY, |most, at| most.max(at.wide()));
    (least(low).wide(), high)
}
