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
const TOGETHER: usize = 64;
/// Cells along an axis, for each of the cells that evenly spread points would fill, as a power of two: so many more that
/// points in clumps are told apart, too.
const FINER: u32 = 5;
/// Bits of a code that are sorted by at a time.
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

    /// Where on the curve places are.
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "two rows of cells are changed at once")]
    fn codes<T: Real>(&self, places: [&[T; TOGETHER]; D]) -> [u32; TOGETHER] {
        const ZERO: f64 = (1_u64 << 52) as f64;
        let most = f64::from(1_u32 << self.bits) - 1.0;
        let mut cells = [[0; TOGETHER]; D];
        for axis in 0..D {
            for lane in 0..TOGETHER {
                let along = (places[axis][lane].wide() - self.low[axis]) * self.scale;
                cells[axis][lane] = (lesser(greater(along, 0.0), most) + ZERO).to_bits() as u16;
            }
        }
        for bit in (1..self.bits).rev() {
            let below = (1 << bit) - 1;
            let mut first = cells[0];
            for lane in 0..TOGETHER {
                first[lane] ^= below & all_of(first[lane], bit);
            }
            for axis in 1..D {
                let mut own = cells[axis];
                for lane in 0..TOGETHER {
                    let turned = all_of(own[lane], bit);
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
                codes[lane] |= spread::<D>(u32::from(cells[axis][lane] ^ flips)) << (D - 1 - axis);
            }
        }
        codes
    }
}

/// A bit of a number in all places: by shifts, which every level has for so many numbers at once.
#[inline(always)]
fn all_of(number: u16, bit: u32) -> u16 {
    ((number << (u16::BITS - 1 - bit)).cast_signed() >> (u16::BITS - 1)).cast_unsigned()
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

/// A column in an order, with room for so many values behind it.
pub(super) fn arranged<T: Copy>(column: &[T], order: &[u32], room: usize) -> Vec<T> {
    let mut arranged = Vec::with_capacity(order.len() + room);
    arranged.extend(order.iter().map(|&place| column[place as usize]));
    arranged
}

kernel! {
    /// Where on the curve places are; whoever is outside of its cells is taken for the nearest of them.
    pub(super) fn codes[T: Real, const D: usize](curve: &Curve<D>, places: [&[T]; D], codes: &mut [u32]) {
        let (whole, rest) = codes.as_chunks_mut::<TOGETHER>();
        for (chunk, codes) in whole.iter_mut().enumerate() {
            *codes = curve.codes(places.map(|column| &column.as_chunks().0[chunk]));
        }
        if !rest.is_empty() {
            let mut last = [[T::ZERO; TOGETHER]; D];
            for (last, column) in last.iter_mut().zip(places) {
                last[..rest.len()].copy_from_slice(column.as_chunks::<TOGETHER>().1);
            }
            rest.copy_from_slice(&curve.codes(last.each_ref())[..rest.len()]);
        }
    }
}

/// Puts points in the order of a curve through all of them; so many of one cell, or fewer, stay as they are.
pub(super) fn along<T: Real, const D: usize>(level: Level, points: [&[T]; D], alike: usize) -> Along<D> {
    let curve = Curve::over(level, points);
    let mut codes_of = vec![0; points[0].len()];
    codes(level, &curve, points, &mut codes_of);
    let (mut order, codes) = sorted(codes_of, D as u32 * curve.bits);
    if curve.scale > 0.0 && any_run(&codes, alike + 1) {
        let mut first = 0;
        for run in codes.chunk_by(|a, b| a == b) {
            if run.len() > alike {
                let run = &mut order[first..first + run.len()];
                let own: [Vec<T>; D] =
                    points.map(|column| run.iter().map(|&id| column[id as usize]).collect());
                let finer = along(level, own.each_ref().map(Vec::as_slice), alike);
                let ids: Vec<u32> = finer.order.iter().map(|&place| run[place as usize]).collect();
                run.copy_from_slice(&ids);
            }
            first += run.len();
        }
    }
    Along { curve, order, codes }
}

/// Whether so many codes, which are in order, are equal.
fn any_run(codes: &[u32], length: usize) -> bool {
    let ends = codes.iter().skip(length - 1);
    ends.zip(codes).fold(false, |any, (end, start)| any | (end == start))
}

/// The order of codes of so many bits, between equals the lower place first, and the codes in it.
fn sorted(codes: Vec<u32>, bits: u32) -> (Vec<u32>, Vec<u32>) {
    match bits.div_ceil(DIGIT) {
        0..=2 => sorted_by::<2>(codes),
        3 => sorted_by::<3>(codes),
        _ => sorted_by::<4>(codes),
    }
}

/// The same for codes of so many digits, two at least: digit by digit, the lowest first.
fn sorted_by<const PASSES: usize>(mut codes: Vec<u32>) -> (Vec<u32>, Vec<u32>) {
    let digit = |code: u32, pass: usize| (code >> (pass as u32 * DIGIT)) as usize % DIGITS;
    let mut starts = [[0_u32; DIGITS]; PASSES];
    for &code in &codes {
        for (pass, counts) in starts.iter_mut().enumerate() {
            counts[digit(code, pass)] += 1;
        }
    }
    for counts in &mut starts {
        let mut start = 0;
        for count in counts {
            start += std::mem::replace(count, start);
        }
    }
    let mut next = |code: u32, pass: usize| {
        let start = &mut starts[pass][digit(code, pass)];
        *start += 1;
        *start as usize - 1
    };
    let mut entries = vec![0_u64; codes.len()];
    for (place, &code) in (0..).zip(&codes) {
        entries[next(code, 0)] = u64::from(code) << 32 | place;
    }
    if PASSES > 2 {
        let mut scratch = vec![0; codes.len()];
        for pass in 1..PASSES - 1 {
            for &entry in &entries {
                scratch[next((entry >> 32) as u32, pass)] = entry;
            }
            std::mem::swap(&mut entries, &mut scratch);
        }
    }
    let mut order = vec![0; codes.len()];
    for &entry in &entries {
        let code = (entry >> 32) as u32;
        let turn = next(code, PASSES - 1);
        (order[turn], codes[turn]) = (entry as u32, code);
    }
    (order, codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_any_length_are_sorted_and_equals_stay_in_order() {
        for bits in [10, 18, 19, 27, 28, 32] {
            let code = |i: u32| i.wrapping_mul(0x9e37_79b9) >> (32 - bits) & !6;
            let codes: Vec<u32> = (0..1500).map(|i| code(i % 1000)).collect();
            let mut expected: Vec<u32> = (0..1500).collect();
            expected.sort_by_key(|&i| codes[i as usize]);
            let (order, in_order) = sorted(codes.clone(), bits);
            assert_eq!(order, expected, "{bits} bits");
            assert_eq!(in_order, expected.iter().map(|&i| codes[i as usize]).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_curve_goes_from_each_cell_to_one_beside_it_however_many_are_asked_for() {
        let (x, y): (Vec<f64>, Vec<f64>) = (0..1024).map(|i| (f64::from(i % 32), f64::from(i / 32))).unzip();
        let curve = Curve { low: [0.0; 2], scale: 1.0, bits: 5 };
        for level in Level::available() {
            for count in [1024, 1000, 65, 3] {
                let mut all = vec![0; 1024];
                codes(level, &curve, [&x, &y], &mut all);
                let mut some = vec![0; count];
                codes(level, &curve, [&x[..count], &y[..count]], &mut some);
                assert_eq!(some, all[..count]);
                let (order, in_order) = sorted(all, 10);
                assert_eq!(in_order, (0..1024).collect::<Vec<u32>>());
                for step in order.windows(2) {
                    let [from, to] = [step[0] as usize, step[1] as usize];
                    assert_eq!((x[from] - x[to]).abs() + (y[from] - y[to]).abs(), 1.0);
                }
            }
        }
    }
}
