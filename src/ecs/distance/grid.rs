//! Points sorted into a grid of cells, to be searched around a place.
//!
//! Rounding keeps the order of floats, so which cell a coordinate is in never contradicts which of two is larger; where
//! a distance is compared with the edge of a cell there is some slack for what rounding can do.

use std::ops::Range;

use super::lanes::{LANES, greater, least, lesser, padded};
use super::rows::Standing;
use super::{Points, Real};
use crate::ecs::simd::{Level, kernel};

/// How far a point can seem to be outside its cell by rounding, in cells.
pub(super) const SLACK: f64 = 1e-6;
/// So many points in a cell are not too many.
const ROOM: u32 = 5;
/// One in so many may be among those that are too many.
const CROWDED: usize = 16;
/// So many points in a cell are a clump.
const CLUMP: u32 = 40;
/// Cells for each point, at most, and some more: so many as the smallest grid has.
const MOST_CELLS: usize = 4;
const FEWEST_CELLS: usize = 16;
/// The rows of three cells around a cell and itself: three in a plane, three by three in space.
pub(super) const fn rows(dimensions: usize) -> usize {
    3_usize.pow(dimensions as u32 - 1)
}
/// The most of them.
pub(super) const MOST_ROWS: usize = rows(3);

/// Points in cells; along the last axis cells follow each other, and behind each row of them there is an empty one, as there is an
/// empty row behind the last. So whatever cell a place is in, there are rows of three cells around it.
pub(super) struct Grid<T, const D: usize> {
    pub(super) frame: Frame<D>,
    /// Where the points of each cell begin; the last one's end.
    pub(super) starts: Vec<u32>,
    /// Padded, as the numbers are.
    columns: [Vec<T>; D],
    ids: Vec<u32>,
}

/// Where the cells are.
#[derive(Clone, Copy)]
pub(super) struct Frame<const D: usize> {
    pub(super) low: [f64; D],
    pub(super) high: [f64; D],
    /// Cells in a unit of length, along each axis.
    pub(super) scale: [f64; D],
    /// How many cells there are along each axis, without the empty ones around.
    pub(super) counts: [usize; D],
}

impl<const D: usize> Frame<D> {
    /// Cells that are wider than `width`, by more than rounding; without a width, so many points in each, were they
    /// spread evenly.
    fn over<T: Real>(level: Level, points: &Points<T>, width: Option<f64>, per_cell: f64) -> Self {
        let ends: [(f64, f64); D] = extremes(level, points.columns());
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
        while all_cells(&counts) > MOST_CELLS * points.len() + FEWEST_CELLS {
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
    pub(super) fn along(&self, axis: usize, coordinate: f64) -> f64 {
        (coordinate - self.low[axis]) * self.scale[axis]
    }

    /// The cell along an axis that a coordinate is in, or the nearest one.
    #[inline(always)]
    pub(super) fn step(&self, axis: usize, coordinate: f64) -> u32 {
        nearest_step(self.along(axis, coordinate), self.counts[axis])
    }

    /// The number of a cell.
    #[inline(always)]
    fn cell(&self, steps: [usize; D]) -> usize {
        let mut cell = 0;
        for (step, count) in steps.into_iter().zip(self.counts) {
            cell = cell * (count + 1) + step + 1;
        }
        cell
    }

    /// The rows of three cells that are around a cell and itself.
    #[inline(always)]
    pub(super) fn around(&self) -> Around {
        let mut around = Around { back: 0, rows: [0; MOST_ROWS] };
        let mut width = 1;
        for axis in (0..D).rev() {
            around.back += width;
            for row in 0..if axis + 1 < D { MOST_ROWS } else { 0 } {
                around.rows[row] += row / 3_usize.pow((D - 2 - axis) as u32) % 3 * width;
            }
            width *= self.counts[axis] + 1;
        }
        around
    }
}

/// The rows of three cells that are around a cell.
#[derive(Clone, Copy)]
pub(super) struct Around {
    /// How many cells before that cell the first row begins.
    pub(super) back: usize,
    /// How many cells behind the first each row begins.
    pub(super) rows: [usize; MOST_ROWS],
}

/// The cells of a grid, the empty ones around it among them.
fn all_cells<const D: usize>(counts: &[usize; D]) -> usize {
    let (mut all, mut width) = (1, 1_usize);
    for &count in counts.iter().rev() {
        all = width.saturating_mul(count + 1).saturating_add(all);
        width = width.saturating_mul(count + 1);
    }
    all
}

/// Points that were each given a cell, and not moved yet.
pub(super) struct Homes<const D: usize> {
    frame: Frame<D>,
    /// The cell of each, and how many of lower number are in it.
    homes: Vec<u32>,
    ranks: Vec<u32>,
    /// How many are in each cell; one more, without any.
    counts: Vec<u32>,
}

impl<const D: usize> Homes<D> {
    /// Cells with so many points in each, were they spread evenly.
    pub(super) fn of_density<T: Real>(level: Level, points: &Points<T>, per_cell: f64) -> Self {
        Self::in_frame(level, points, Frame::over(level, points, None, per_cell))
    }

    fn in_frame<T: Real>(level: Level, points: &Points<T>, frame: Frame<D>) -> Self {
        let (mut homes, mut ranks) = (vec![0; points.len()], vec![0; points.len()]);
        cells_of(level, &frame, points.columns(), &mut homes);
        let mut counts = vec![0; all_cells(&frame.counts) + 1];
        for (rank, &home) in ranks.iter_mut().zip(&homes) {
            let count: &mut u32 = &mut counts[home as usize];
            *rank = *count;
            *count += 1;
        }
        Self { frame, homes, ranks, counts }
    }

    /// Whether the points are spread so evenly that few of them are in crowded cells, and none in a clump.
    pub(super) fn even(&self) -> bool {
        let (mut crowded, mut fullest) = (0, 0);
        for &rank in &self.ranks {
            crowded += usize::from(rank >= ROOM);
            fullest = if rank > fullest { rank } else { fullest };
        }
        CROWDED * crowded < self.ranks.len() && fullest < CLUMP
    }

    /// How many of some places are among the cells.
    pub(super) fn hold<T: Real>(&self, level: Level, places: &Points<T>) -> usize {
        let mut held = 0;
        count_held(level, &self.frame, places.columns(), &mut held);
        held as usize
    }
}

impl<T: Real, const D: usize> Grid<T, D> {
    /// A grid whose cells are at least so wide.
    pub(super) fn of_width(level: Level, points: &Points<T>, width: f64) -> Self {
        Self::of(Homes::in_frame(level, points, Frame::over(level, points, Some(width), 1.0)), points)
    }

    /// Other points in the same cells; whoever is outside of them all is in the nearest.
    pub(super) fn alike(&self, level: Level, points: &Points<T>) -> Self {
        Self::of(Homes::in_frame(level, points, self.frame), points)
    }

    /// The points in the order of their cells; within a cell they stay in order of number.
    pub(super) fn of(homes: Homes<D>, points: &Points<T>) -> Self {
        let Homes { frame, homes, ranks, counts: mut starts } = homes;
        let mut total = 0;
        for start in &mut starts {
            total += std::mem::replace(start, total);
        }
        let from: [&[T]; D] = points.columns();
        let mut columns: [Vec<T>; D] = std::array::from_fn(|_| padded(points.len()));
        let mut ids = vec![u32::MAX; points.len() + LANES];
        for (id, (&home, &rank)) in homes.iter().zip(&ranks).enumerate() {
            let place = (starts[home as usize] + rank) as usize;
            ids[place] = id as u32;
            for axis in 0..D {
                columns[axis][place] = from[axis][id];
            }
        }
        Self { frame, starts, columns, ids }
    }

    /// The numbers of the points in the order of the cells.
    pub(super) fn order(&self) -> &[u32] {
        &self.ids[..self.ids.len() - LANES]
    }

    /// Where the points are, in the order of the cells.
    pub(super) fn places(&self) -> [&[T]; D] {
        self.columns.each_ref().map(|column| &column[..column.len() - LANES])
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

    /// All points in the order of the cells.
    #[inline(always)]
    pub(super) fn standing(&self) -> Standing<'_, T, D> {
        Standing { columns: self.columns.each_ref().map(|column| column.as_slice()), ids: &self.ids }
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

kernel! {
    /// The cells that places are in.
    #[expect(clippy::needless_range_loop, reason = "lanes and axes of several columns at once")]
    fn cells_of[T: Real, const D: usize](frame: &Frame<D>, places: [&[T]; D], cells: &mut [u32]) {
        for axis in 0..D {
            let count = frame.counts[axis] as u32 + 1;
            for (cell, at) in cells.iter_mut().zip(places[axis]) {
                *cell = *cell * count + frame.step(axis, at.wide()) + 1;
            }
        }
    }
}

kernel! {
    /// Counts the places that are among the cells.
    #[expect(clippy::needless_range_loop, reason = "lanes and axes of several columns at once")]
    fn count_held[T: Real, const D: usize](frame: &Frame<D>, places: [&[T]; D], held: &mut u32) {
        let count = places[0].len();
        for place in 0..count {
            let mut inside = true;
            for axis in 0..D {
                let at = places[axis][..count][place].wide();
                inside &= (frame.low[axis] <= at) & (at <= frame.high[axis]);
            }
            *held += u32::from(inside);
        }
    }
}

/// Of so many steps the one that a place is in that is so far along an axis, or the nearest to it. Every level has vectors for
/// this, unlike for turning floats into whole numbers: from here on a float counts in its lowest bits.
#[inline(always)]
fn nearest_step(along: f64, count: usize) -> u32 {
    const ZERO: f64 = (1_u64 << 52) as f64;
    let middle = lesser(greater(along - 0.5, 0.0), count as f64 - 1.0);
    (middle + ZERO).to_bits() as u32
}

/// The runs of points in the rows of a block of cells.
#[derive(Clone)]
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

/// The least and the largest of the coordinates along each axis.
pub(super) fn extremes<T: Real, const D: usize>(level: Level, points: [&[T]; D]) -> [(f64, f64); D] {
    let mut ends = [(f64::INFINITY, f64::NEG_INFINITY); D];
    find_extremes(level, points, &mut ends);
    ends
}

kernel! {
    fn find_extremes[T: Real, const D: usize](points: [&[T]; D], ends: &mut [(f64, f64); D]) {
        // Twice as many as elsewhere: each waits for the one before it.
        const TWICE: usize = 2 * LANES;
        for axis in 0..D {
            let (mut low, mut high) = ([T::INFINITY; TWICE], [T::ZERO - T::INFINITY; TWICE]);
            let (chunks, rest) = points[axis].as_chunks::<TWICE>();
            for chunk in chunks {
                for lane in 0..TWICE {
                    low[lane] = lesser(chunk[lane], low[lane]);
                    high[lane] = greater(chunk[lane], high[lane]);
                }
            }
            for (lane, &at) in rest.iter().enumerate() {
                (low[lane], high[lane]) = (lesser(at, low[lane]), greater(at, high[lane]));
            }
            let (mut lows, mut negatives) = ([T::ZERO; LANES], [T::ZERO; LANES]);
            for lane in 0..LANES {
                lows[lane] = lesser(low[lane], low[lane + LANES]);
                negatives[lane] = T::ZERO - greater(high[lane], high[lane + LANES]);
            }
            ends[axis] = (least(lows).wide(), (T::ZERO - least(negatives)).wide());
        }
    }
}
