//! The order of points along a Hilbert curve: whoever follow each other in it are near each other.
//!
//! The curve runs through a grid of fine cells over all points; points of one cell are put in order by a finer curve of
//! their own, so clumps of any depth come out as an even spread does. The steps of the curve are those of J. Skilling,
//! "Programming the Hilbert curve" (2004).

use super::Real;
use super::grid::extremes;
use crate::ecs::simd::{Level, kernel};

/// Points whose cells are worked out together.
const TOGETHER: usize = 16;
/// Bits of a code that are sorted by at a time.
const DIGIT: u32 = 8;
const DIGITS: usize = 1 << DIGIT;

/// The cells that a curve runs through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Curve<const D: usize> {
    low: [f64; D],
    /// Cells in a unit of length.
    scale: f64,
}

/// Points in the order of the curve.
pub(super) struct Along<const D: usize> {
    pub(super) curve: Curve<D>,
    /// The numbers of the points.
    pub(super) order: Vec<u32>,
    /// Where on the curve they are.
    pub(super) codes: Vec<u32>,
}

impl<const D: usize> Curve<D> {
    /// Bits of a cell's number along an axis.
    const BITS: u32 = 32 / D as u32;

    fn over<T: Real>(points: [&[T]; D]) -> Self {
        let ends = points.map(extremes);
        let extent = ends.iter().fold(0.0, |most, ends| f64::max(most, ends.1 - ends.0));
        let cells = f64::from(1_u32 << Self::BITS) - 1.0;
        // Points in one place, or farther apart than a float can say, are all in one cell.
        let scale = if extent > 0.0 && extent.is_finite() { cells / extent } else { 0.0 };
        Self { low: ends.map(|ends| ends.0), scale: if scale.is_finite() { scale } else { 0.0 } }
    }

    /// Where on the curve the cells are, given by their numbers along the axes.
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "two rows of cells are changed at once")]
    fn codes(mut cells: [[u32; TOGETHER]; D]) -> [u32; TOGETHER] {
        let mut codes = [0; TOGETHER];
        for bit in (1..Self::BITS).rev() {
            let below = (1 << bit) - 1;
            for axis in 0..D {
                for lane in 0..TOGETHER {
                    let turned = 0_u32.wrapping_sub(cells[axis][lane] >> bit & 1);
                    let exchanged = (cells[0][lane] ^ cells[axis][lane]) & below & !turned;
                    cells[axis][lane] ^= exchanged;
                    cells[0][lane] ^= exchanged | (below & turned);
                }
            }
        }
        for lane in 0..TOGETHER {
            for axis in 1..D {
                cells[axis][lane] ^= cells[axis - 1][lane];
            }
            let mut flips = 0;
            for bit in 1..Self::BITS {
                flips ^= 0_u32.wrapping_sub(cells[D - 1][lane] >> bit & 1) & ((1 << bit) - 1);
            }
            for bit in (0..Self::BITS).rev() {
                for cell in &cells {
                    codes[lane] = codes[lane] << 1 | ((cell[lane] ^ flips) >> bit & 1);
                }
            }
        }
        codes
    }
}

kernel! {
    /// Where on the curve places are; whoever is outside of its cells is taken for the nearest of them.
    pub(super) fn codes[T: Real, const D: usize](curve: &Curve<D>, places: [&[T]; D], codes: &mut [u32]) {
        let most = (1_i32 << Curve::<D>::BITS) - 1;
        for (chunk, codes) in codes.chunks_mut(TOGETHER).enumerate() {
            let mut cells = [[0; TOGETHER]; D];
            for axis in 0..D {
                let run = &places[axis][chunk * TOGETHER..][..codes.len()];
                for (cell, at) in cells[axis].iter_mut().zip(run) {
                    *cell = (((at.wide() - curve.low[axis]) * curve.scale) as i32).clamp(0, most) as u32;
                }
            }
            codes.copy_from_slice(&Curve::codes(cells)[..codes.len()]);
        }
    }
}

/// Puts points in the order of a curve through all of them; so many of one cell, or fewer, stay as they are.
pub(super) fn along<T: Real, const D: usize>(level: Level, points: [&[T]; D], alike: usize) -> Along<D> {
    let curve = Curve::over(points);
    let mut codes_of = vec![0; points[0].len()];
    codes(level, &curve, points, &mut codes_of);
    let (mut order, codes) = sorted(&codes_of);
    let mut first = 0;
    for run in codes.chunk_by(|a, b| a == b) {
        if run.len() > alike && curve.scale > 0.0 {
            let run = &mut order[first..first + run.len()];
            let own: [Vec<T>; D] = points.map(|column| run.iter().map(|&id| column[id as usize]).collect());
            let finer = along(level, own.each_ref().map(Vec::as_slice), alike);
            let ids: Vec<u32> = finer.order.iter().map(|&place| run[place as usize]).collect();
            run.copy_from_slice(&ids);
        }
        first += run.len();
    }
    Along { curve, order, codes }
}

/// The order of codes, between equals the lower place first, and the codes in it: digit by digit, the lowest first.
pub(super) fn sorted(codes: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let digit = |code: u32, pass: usize| (code >> (pass as u32 * DIGIT)) as usize % DIGITS;
    let mut starts = [[0_u32; DIGITS]; (u32::BITS / DIGIT) as usize];
    for &code in codes {
        for (pass, starts) in starts.iter_mut().enumerate() {
            starts[digit(code, pass)] += 1;
        }
    }
    let mut entries: Vec<u64> =
        codes.iter().zip(0..).map(|(&code, place)| u64::from(code) << 32 | place).collect();
    let mut scratch = vec![0; entries.len()];
    for (pass, starts) in starts.iter_mut().enumerate() {
        if starts.iter().any(|&count| count as usize == codes.len()) {
            continue;
        }
        let mut start = 0;
        for count in starts.iter_mut() {
            start += std::mem::replace(count, start);
        }
        for &entry in &entries {
            let start = &mut starts[digit((entry >> 32) as u32, pass)];
            scratch[*start as usize] = entry;
            *start += 1;
        }
        std::mem::swap(&mut entries, &mut scratch);
    }
    entries.into_iter().map(|entry| (entry as u32, (entry >> 32) as u32)).unzip()
}
