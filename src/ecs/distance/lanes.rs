//! Points looked at eight at a time: plain arrays, which every level of instructions has vectors for.
//!
//! Loops, where an array could be mapped: what a closure is handed to may be compiled apart, for the lowest level.

use std::ops::Deref;

use super::Real;
use crate::ecs::simd::Level;

/// Points that are looked at together.
pub(super) const LANES: usize = 8;

/// A column with room behind it, so that lanes can be read from any of its values on: what stands there is infinitely
/// far away.
pub(super) fn padded<T: Real>(length: usize) -> Vec<T> {
    vec![T::INFINITY; length + LANES]
}

/// The squared distances of a place from the points that stand in the columns from `first` on.
#[inline(always)]
pub(super) fn squares<T: Real, const D: usize>(
    columns: &[impl Deref<Target = [T]>; D],
    first: usize,
    at: [T; D],
) -> [T; LANES] {
    let mut gaps = [[T::ZERO; LANES]; D];
    for axis in 0..D {
        let column = &columns[axis][first..first + LANES];
        for lane in 0..LANES {
            gaps[axis][lane] = at[axis] - column[lane];
        }
    }
    sums_of_squares(gaps)
}

/// The sums of squares, in the order of the axes.
#[inline(always)]
pub(super) fn sums_of_squares<T: Real, const D: usize>(gaps: [[T; LANES]; D]) -> [T; LANES] {
    let mut sums = [T::ZERO; LANES];
    for lane in 0..LANES {
        sums[lane] = gaps[0][lane] * gaps[0][lane];
        for gaps in &gaps[1..] {
            sums[lane] = sums[lane] + gaps[lane] * gaps[lane];
        }
    }
    sums
}

/// The lesser of two, of which none is NaN.
#[inline(always)]
pub(super) fn lesser<T: PartialOrd>(a: T, b: T) -> T {
    if a < b { a } else { b }
}

/// The greater of two, of which none is NaN.
#[inline(always)]
pub(super) fn greater<T: PartialOrd>(a: T, b: T) -> T {
    if a > b { a } else { b }
}

/// The least of all lanes. Every lane takes part to the end: so whole vectors do, also where the lanes come from.
#[inline(always)]
pub(super) fn least<T: PartialOrd + Copy>(mut lanes: [T; LANES]) -> T {
    for shift in [LANES / 2, LANES / 4, LANES / 8] {
        let others = lanes;
        for lane in 0..LANES {
            lanes[lane] = lesser(lanes[lane], others[(lane + shift) % LANES]);
        }
    }
    lanes[0]
}

/// A byte for each lane, the first in the lowest: 1 where the value is at most so much, else 0.
#[inline(always)]
pub(super) fn at_most<T: PartialOrd + Copy>(lanes: &[T; LANES], most: T) -> u64 {
    let mut flags = [0; LANES];
    for lane in 0..LANES {
        flags[lane] = u8::from(lanes[lane] <= most);
    }
    u64::from_le_bytes(flags)
}

/// The first lane whose flag is set.
#[inline(always)]
pub(super) fn first_lane(flags: u64) -> usize {
    (flags.trailing_zeros() / u8::BITS) as usize
}

/// Whether points are looked at with instructions that only processors of the highest level have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct AtOnce(bool);

impl AtOnce {
    /// If the level is the highest, and this processor has AVX-512F and AVX-512VL.
    pub(super) fn at(level: Level) -> Self {
        #[cfg(target_arch = "x86_64")]
        let has = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl");
        #[cfg(not(target_arch = "x86_64"))]
        let has = false;
        Self(has && level == Level::Avx512)
    }

    /// Only if.
    pub(super) fn only_if(self, condition: bool) -> Self {
        Self(self.0 && condition)
    }

    /// Whether this processor has these instructions, and they are to be used.
    #[inline(always)]
    pub(super) fn is_given(self) -> bool {
        self.0
    }
}
