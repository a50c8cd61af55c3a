//! The order of points along a Hilbert curve: whoever follow each other in it are near each other.
//!
//! The curve runs through a grid of fine cells over all points; points of one cell are put in order by a finer curve of
//! their own, so clumps of any depth come out as an even spread does. The steps of the curve are those of J. Skilling,
//! "Programming the Hilbert curve" (2004).

use super::Real;
use super::grid::extremes;
use super::lanes::{greater, lesser};
use crate::ecs::simd::{Level, kernel};

/// Points whose cells are worked out together.
const TOGETHER: usize = 32;
/// Cells along an axis, for each of the cells that evenly spread points would fill, as a power of two: so many more that
/// points in clumps are told apart, too.
const FINER: u32 = 5;
/// Bits of a code that are sorted by at a time, at most.
const DIGIT: u32 = 9;
const DIGITS: usize = 1 << DIGIT;

/// The cells that a curve runs through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Curve<const D: usize> {
    low: [f64; D],
    /// Cells in a unit of length.
    scale: f64,
    /// Bits of a cell's number along an axis.
    bits: u32,
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
    /// The most bits of a cell's number along an axis.
    const MOST_BITS: u32 = 32 / D as u32;

    fn over<T: Real>(level: Level, points: [&[T]; D]) -> Self {
        let ends = extremes(level, points);
        let extent = ends.iter().fold(0.0, |most, ends| f64::max(most, ends.1 - ends.0));
        let bits = (points[0].len().max(1).ilog2().div_ceil(D as u32) + FINER).min(Self::MOST_BITS);
        let cells = f64::from(1_u32 << bits) - 1.0;
        // Points in one place, or farther apart than a float can say, are all in one cell.
        let scale = if extent > 0.0 && extent.is_finite() { cells / extent } else { 0.0 };
        Self { low: ends.map(|ends| ends.0), scale: if scale.is_finite() { scale } else { 0.0 }, bits }
    }

    /// Where on the curve the cells are, given by their numbers along the axes.
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "two rows of cells are changed at once")]
    fn codes(&self, mut cells: [[u32; TOGETHER]; D]) -> [u32; TOGETHER] {
        for bit in (1..self.bits).rev() {
            let below = (1 << bit) - 1;
            let mut first = cells[0];
            for lane in 0..TOGETHER {
                first[lane] ^= below & 0_u32.wrapping_sub(first[lane] >> bit & 1);
            }
            for axis in 1..D {
                let mut own = cells[axis];
                for lane in 0..TOGETHER {
                    let turned = 0_u32.wrapping_sub(own[lane] >> bit & 1);
                    let exchanged = (first[lane] ^ own[lane]) & below & !turned;
                    own[lane] ^= exchanged;
                    first[lane] ^= exchanged | (below & turned);
                }
                cells[axis] = own;
            }
            cells[0] = first;
        }
        for axis in 1..D {
            for lane in 0..TOGETHER {
                cells[axis][lane] ^= cells[axis - 1][lane];
            }
        }
        let mut codes = [0; TOGETHER];
        for lane in 0..TOGETHER {
            // Each bit is flipped as often as there are higher bits in the last of the numbers.
            let mut flips = cells[D - 1][lane] >> 1;
            for shift in [1, 2, 4, 8] {
                flips ^= flips >> shift;
            }
            for axis in 0..D {
                codes[lane] |= spread::<D>(cells[axis][lane] ^ flips) << (D - 1 - axis);
            }
        }
        codes
    }
}

/// The bits of a number, with room between them for those of the other axes.
#[inline(always)]
fn spread<const D: usize>(mut number: u32) -> u32 {
    if D == 2 {
        number = (number | number << 8) & 0x00ff_00ff;
        number = (number | number << 4) & 0x0f0f_0f0f;
        number = (number | number << 2) & 0x3333_3333;
        (number | number << 1) & 0x5555_5555
    } else {
        number = (number | number << 16) & 0x0300_00ff;
        number = (number | number << 8) & 0x0300_f00f;
        number = (number | number << 4) & 0x030c_30c3;
        (number | number << 2) & 0x0924_9249
    }
}

/// Writes a column in an order.
pub(super) fn arrange<T: Copy>(column: &[T], order: &[u32], into: &mut [T]) {
    for (into, &place) in into.iter_mut().zip(order) {
        *into = column[place as usize];
    }
}

kernel! {
    /// Where on the curve places are; whoever is outside of its cells is taken for the nearest of them.
    pub(super) fn codes[T: Real, const D: usize](curve: &Curve<D>, places: [&[T]; D], codes: &mut [u32]) {
        const ZERO: f64 = (1_u64 << 52) as f64;
        let most = f64::from(1_u32 << curve.bits) - 1.0;
        for (chunk, codes) in codes.chunks_mut(TOGETHER).enumerate() {
            let mut cells = [[0; TOGETHER]; D];
            for axis in 0..D {
                let run = &places[axis][chunk * TOGETHER..][..codes.len()];
                for (cell, at) in cells[axis].iter_mut().zip(run) {
                    let along = (at.wide() - curve.low[axis]) * curve.scale;
                    *cell = (lesser(greater(along, 0.0), most) + ZERO).to_bits() as u32;
                }
            }
            codes.copy_from_slice(&curve.codes(cells)[..codes.len()]);
        }
    }
}

/// Puts points in the order of a curve through all of them; so many of one cell, or fewer, stay as they are.
pub(super) fn along<T: Real, const D: usize>(level: Level, points: [&[T]; D], alike: usize) -> Along<D> {
    let curve = Curve::over(level, points);
    let mut codes_of = vec![0; points[0].len()];
    codes(level, &curve, points, &mut codes_of);
    let (mut order, codes) = sorted(&codes_of, D as u32 * curve.bits);
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

/// The order of codes of so many bits, between equals the lower place first, and the codes in it: digit by digit, the lowest
/// first.
fn sorted(codes: &[u32], bits: u32) -> (Vec<u32>, Vec<u32>) {
    let passes = bits.div_ceil(DIGIT);
    let digit_bits = bits.div_ceil(passes);
    let digit = |code: u32, pass: u32| (code >> (pass * digit_bits)) as usize & ((1 << digit_bits) - 1);
    let mut starts = [[0_u32; DIGITS]; 32_usize.div_ceil(DIGIT as usize)];
    for &code in codes {
        for pass in 0..passes {
            starts[pass as usize][digit(code, pass)] += 1;
        }
    }
    let mut entries: Vec<u64> =
        codes.iter().zip(0..).map(|(&code, place)| u64::from(code) << 32 | place).collect();
    let mut scratch = vec![0; entries.len()];
    for pass in 0..passes {
        let starts = &mut starts[pass as usize];
        if starts[digit(codes[0], pass)] as usize == codes.len() {
            continue;
        }
        let mut start = 0;
        for count in &mut starts[..1 << digit_bits] {
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
