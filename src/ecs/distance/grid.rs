//! Points sorted into a grid of cells, to be searched around a place.
//!
//! Rounding keeps the order of floats, so which cell a coordinate is in never contradicts which of two is larger; where
//! a distance is compared with the edge of a cell there is some slack for what rounding can do.

use std::ops::Range;

use super::tree::{Hunt, square};
use super::{Points, Real};

/// How far a point can seem to be outside its cell by rounding, in cells.
const SLACK: f64 = 1e-6;
/// Cells for each point, at most.
const MOST_CELLS: usize = 4;
/// So many findings are put in order by counting for each how many go before it: no branch depends on them.
const RANKED: usize = 16;

/// Points in cells; along the last axis cells follow each other.
pub(super) struct Grid<T, const D: usize> {
    frame: Frame<D>,
    starts: Vec<u32>,
    columns: [Vec<T>; D],
    ids: Vec<u32>,
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
    /// Cells that are at least so wide; without a width, so many points in each, were they spread evenly.
    fn over<T: Real>(points: &Points<T>, width: Option<f64>, per_cell: f64) -> Self {
        let (mut low, mut high) = ([f64::INFINITY; D], [f64::NEG_INFINITY; D]);
        for id in 0..points.len() {
            let at: [T; D] = points.at(id);
            for axis in 0..D {
                low[axis] = low[axis].min(at[axis].wide());
                high[axis] = high[axis].max(at[axis].wide());
            }
        }
        let extent: [f64; D] = std::array::from_fn(|axis| (high[axis] - low[axis]).max(0.0));
        let width = width.unwrap_or_else(|| {
            let content = extent.iter().product::<f64>() * per_cell / points.len() as f64;
            if D == 2 { content.sqrt() } else { content.cbrt() }
        });
        let mut counts: [usize; D] =
            std::array::from_fn(|axis| (extent[axis] / width).clamp(0.0, 1e9) as usize + 1);
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
        // A negative number becomes zero.
        (self.along(axis, coordinate) as usize).min(self.counts[axis] - 1)
    }

    /// The number of a cell.
    #[inline(always)]
    fn cell(&self, steps: [usize; D]) -> usize {
        (0..D).fold(0, |cell, axis| cell * self.counts[axis] + steps[axis])
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

    /// A counting sort; within a cell points stay in order of number.
    fn in_frame(points: &Points<T>, frame: Frame<D>) -> Self {
        let mut starts = vec![0_u32; frame.counts.iter().product::<usize>() + 1];
        let home = |id: usize| {
            let at: [T; D] = points.at(id);
            frame.cell(std::array::from_fn(|axis| frame.step(axis, at[axis].wide()))) as u32
        };
        let homes: Vec<u32> = (0..points.len()).map(home).collect();
        for &home in &homes {
            starts[home as usize + 1] += 1;
        }
        for cell in 1..starts.len() {
            starts[cell] += starts[cell - 1];
        }
        let mut columns: [Vec<T>; D] = std::array::from_fn(|_| vec![T::ZERO; points.len()]);
        let mut ids = vec![0; points.len()];
        // Filling moves each cell's start to its end, which is the next one's start; then all shift by one.
        for (id, &home) in homes.iter().enumerate() {
            let place = starts[home as usize] as usize;
            starts[home as usize] += 1;
            ids[place] = id as u32;
            let at: [T; D] = points.at(id);
            for axis in 0..D {
                columns[axis][place] = at[axis];
            }
        }
        starts.rotate_right(1);
        starts[0] = 0;
        Self { frame, starts, columns, ids }
    }

    /// The numbers of the points in the order of the cells.
    pub(super) fn order(&self) -> &[u32] {
        &self.ids
    }

    /// Where the point at this place in the order of the cells is.
    #[inline]
    pub(super) fn at(&self, place: usize) -> [T; D] {
        std::array::from_fn(|axis| self.columns[axis][place])
    }

    /// The same, for whoever needs nothing else of the grid.
    pub(super) fn into_order(self) -> Vec<u32> {
        self.ids
    }

    /// The most points in a cell.
    pub(super) fn fullest(&self) -> usize {
        self.starts.windows(2).map(|pair| (pair[1] - pair[0]) as usize).max().unwrap_or(0)
    }

    /// Whether a place is among the cells.
    pub(super) fn holds(&self, at: [T; D]) -> bool {
        (0..D).all(|axis| (self.frame.low[axis]..=self.frame.high[axis]).contains(&at[axis].wide()))
    }

    /// Adds the places in this grid, but one's own, of the points whose squared distance is at most `most`.
    #[inline]
    pub(super) fn within(
        &self,
        at: [T; D],
        own: Option<u32>,
        (radius, most): (f64, T),
        found: &mut Vec<u32>,
    ) {
        // A distance in single precision can be rounded down to the radius.
        let radius = radius * (1.0 + SLACK);
        let mut block = std::array::from_fn(|_| 0..0);
        for (axis, range) in block.iter_mut().enumerate() {
            let middle = at[axis].wide();
            let low = self.frame.along(axis, middle - radius) - SLACK;
            let high = self.frame.along(axis, middle + radius) + SLACK;
            if high < 0.0 || low > self.frame.counts[axis] as f64 {
                return;
            }
            let last = self.frame.counts[axis] - 1;
            *range = (low as usize).min(last)..(high as usize).min(last) + 1;
        }
        let own = own.map_or(usize::MAX, |own| own as usize);
        self.rows(&block, |run| {
            // Every place is written, and who is too far is written over by the next: a third of them are near, in an
            // order that no processor guesses.
            let first = found.len();
            found.resize(first + run.len(), 0);
            let (places, mut count) = (&mut found[first..], 0);
            let start = run.start;
            let columns: [&[T]; D] = std::array::from_fn(|axis| &self.columns[axis][run.clone()]);
            for place in run {
                let gaps = std::array::from_fn(|axis| at[axis] - columns[axis][place - start]);
                places[count] = place as u32;
                count += usize::from((square::<T, D>(gaps) <= most) & (place != own));
            }
            found.truncate(first + count);
        });
    }

    /// Writes the numbers of the points at these places, the lowest first, and their distances.
    #[inline]
    pub(super) fn in_order(&self, at: [T; D], places: &[u32], points: &mut [i64], distances: &mut [T]) {
        let distance = |place: u32| {
            square::<T, D>(std::array::from_fn(|axis| at[axis] - self.columns[axis][place as usize])).root()
        };
        if places.len() <= RANKED {
            let mut ids = [u32::MAX; RANKED];
            for (id, &place) in ids.iter_mut().zip(places) {
                *id = self.ids[place as usize];
            }
            let mut ranks = [0_u32; RANKED];
            for &id in &ids[..places.len()] {
                for (rank, &other) in ranks.iter_mut().zip(&ids) {
                    *rank += u32::from(id < other);
                }
            }
            for (index, &place) in places.iter().enumerate() {
                let rank = ranks[index] as usize;
                points[rank] = i64::from(ids[index]);
                distances[rank] = distance(place);
            }
        } else {
            let mut sorted: Vec<(u32, u32)> =
                places.iter().map(|&place| (self.ids[place as usize], place)).collect();
            sorted.sort_unstable();
            for ((id, place), (point, to)) in sorted.into_iter().zip(points.iter_mut().zip(distances)) {
                (*point, *to) = (i64::from(id), distance(place));
            }
        }
    }

    /// Offers the hunt whatever may be of use to it: a block of cells around the place, then wider ones.
    pub(super) fn search(&self, at: [T; D], hunt: &mut impl Hunt<T>) {
        let place: [f64; D] = std::array::from_fn(|axis| at[axis].wide());
        let home: [usize; D] = std::array::from_fn(|axis| self.frame.step(axis, place[axis]));
        let block = |reach: usize| -> [Range<usize>; D] {
            std::array::from_fn(|axis| {
                home[axis].saturating_sub(reach)..(home[axis] + reach + 1).min(self.frame.counts[axis])
            })
        };
        let (mut inner, mut reach) = (std::array::from_fn(|_| 0..0), 1);
        loop {
            let outer = block(reach);
            self.rows(&outer, |run| self.scan(run, at, hunt));
            // What was scanned before is scanned again: the blocks grow fast, so that is less than the bookkeeping.
            // The bound is rounded as the squares are: it must not tell apart what they do not.
            if outer == inner || T::narrow(self.frame.outside(place, &outer)) > hunt.limit() {
                return;
            }
            inner = outer;
            reach *= 2;
        }
    }

    /// The points of a block of cells, a run for each row of cells.
    #[inline(always)]
    fn rows(&self, block: &[Range<usize>; D], mut each: impl FnMut(Range<usize>)) {
        let mut steps: [usize; D] = std::array::from_fn(|axis| block[axis].start);
        loop {
            let first = self.frame.cell(steps);
            let last = first + block[D - 1].len();
            each(self.starts[first] as usize..self.starts[last] as usize);
            // The axes but the last count as digits do.
            let Some(axis) = (0..D - 1).rev().find(|&axis| steps[axis] + 1 < block[axis].end) else { return };
            steps[axis] += 1;
            for later in axis + 1..D - 1 {
                steps[later] = block[later].start;
            }
        }
    }

    #[inline(always)]
    fn scan(&self, run: Range<usize>, at: [T; D], hunt: &mut impl Hunt<T>) {
        for place in run {
            let square = square::<T, D>(std::array::from_fn(|axis| at[axis] - self.columns[axis][place]));
            hunt.offer(square, self.ids[place]);
        }
    }
}
