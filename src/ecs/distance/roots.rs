//! Rows of distances whose roots come from the processor's divider and from its multipliers at once.
//!
//! A divider works out one vector of roots after another, and the multipliers wait for it. So every second vector gets its roots
//! from them instead: a guess of 14 bits, made better twice, and a proof that what comes out is right. One root in some
//! millions has no proof; then its row is worked out by the divider alone. So every root is the correctly rounded one, the same
//! bits as at every other level.
//!
//! # The proof
//! Let u be 2⁻⁵³, half a unit in the last place of 1, and y = (1 + ε) / √a the guess, |ε| ≤ 2⁻¹⁴ (both makers of processors
//! promise that).
//!
//! 1. With g = a·y and e = 1 − g·y, √a is g / √(1 − e) but for roundings, and |e| < 2^−12.99. The series of 1 / √(1 − e)
//!    begins with 1 + q for q = e/2 + 3e²/8, and its rest is less than 0.32 |e|³ < 2^−40.6.
//! 2. So g′ = g + g·q = √a (1 + θ) with |θ| < 2^−40.5, roundings included. Let D = a − g′², and d be D rounded. Unless both are
//!    zero, √a is g′ + d·m, exactly, for m = (D / d) / (√a + g′) = (1 + μ) / 2√a with |μ| < 2^−41.4.
//! 3. Let h be y/2 less [`ASIDE`] = 2¹⁶ units in its last place, each of which is a part of between u and 2u of it. Then
//!    h′ = h + h·q is (1 − κ) / 2√a for some κ between 2⁻³⁷ − 2^−40.4 and 2⁻³⁶ + 2^−40.4: less than m. And h″, which is h′ and
//!    four times as many units, is at least h′ (1 + 2⁻³⁵): more than m.
//! 4. So √a lies between g′ + d·h′ and g′ + d·h″. Each of the two is rounded once, and rounding keeps their order: where both
//!    give one number, it is √a rounded.
//!
//! Nothing overflows or falls below the normal numbers as long as coordinates are [`are_tame`]. A zero needs a guess that is
//! finite: that for [`SPECK`]. Zero comes out.
#![cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "functions of instructions that not every processor has, and stores past the caches"
    )
)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

#[cfg(target_arch = "x86_64")]
use bytemuck::cast;

use super::Points;
#[cfg(target_arch = "x86_64")]
use super::lanes::LANES;
use crate::ecs::simd::Level;

/// Results of so many bytes and more are stored past the caches, which hold little more than that.
#[cfg(target_arch = "x86_64")]
const LARGE: usize = 16 << 20;
/// The shortest row that is stored so, since its ends are not.
#[cfg(target_arch = "x86_64")]
const LONG: usize = 480;

/// How rows are worked out.
#[derive(Clone, Copy, Debug)]
pub struct Roots {
    /// Whether the multipliers help; else no row is worked out here.
    helped: bool,
    /// Whether long rows are stored past the caches.
    past_caches: bool,
}

impl Roots {
    const DIVIDED: Self = Self { helped: false, past_caches: false };

    /// To write rows with, and to be dropped before others read them.
    pub(super) fn fence(self) -> Fence {
        Fence(self)
    }
}

/// A coordinate, whose distances may have roots of both kinds.
pub trait Rooted: Sized {
    /// How the roots of so many distances between points of two sets are worked out.
    #[doc(hidden)]
    fn roots(_level: Level, _sets: [&Points<Self>; 2], _distances: usize) -> Roots {
        Roots::DIVIDED
    }

    /// Writes the distances from one of some points to others, from the one of that number on, and says whether they are right:
    /// if not, they are still to be written.
    ///
    /// # Panics
    /// If there are fewer points than `out` has room for.
    #[doc(hidden)]
    #[inline]
    fn row(
        fence: &Fence,
        _from: (&Points<Self>, usize),
        _to: (&Points<Self>, usize),
        _out: &mut [Self],
    ) -> bool {
        debug_assert!(!fence.0.helped, "nobody helps with the roots of these");
        false
    }
}

impl Rooted for f32 {}

#[cfg(not(target_arch = "x86_64"))]
impl Rooted for f64 {}

#[cfg(target_arch = "x86_64")]
impl Rooted for f64 {
    fn roots(level: Level, sets: [&Points<f64>; 2], distances: usize) -> Roots {
        if level != Level::Avx512 || !is_x86_feature_detected!("avx512f") {
            return Roots::DIVIDED;
        }
        let mut columns = sets.into_iter().flat_map(|points| points.columns::<3>());
        // SAFETY: the processor has the instructions that the function is compiled for.
        let helped = columns.all(|column| unsafe { are_tame(column) });
        Roots { helped, past_caches: helped && distances >= LARGE / size_of::<f64>() }
    }

    #[inline]
    fn row(
        &Fence(roots): &Fence,
        (a, point): (&Points<f64>, usize),
        (b, first): (&Points<f64>, usize),
        out: &mut [f64],
    ) -> bool {
        if !roots.helped || out.len() < LANES {
            return false;
        }
        // SAFETY: that they are helped says that this processor has the instructions that the functions are compiled for.
        unsafe {
            match (b.dimensions(), roots.past_caches && out.len() >= LONG) {
                (2, false) => row::<2, false>((a.columns(), point), (b.columns(), first), out),
                (2, true) => row::<2, true>((a.columns(), point), (b.columns(), first), out),
                (_, false) => row::<3, false>((a.columns(), point), (b.columns(), first), out),
                (_, true) => row::<3, true>((a.columns(), point), (b.columns(), first), out),
            }
        }
    }
}

/// What rows are written with. When it is dropped, what was stored past the caches is put before all that this thread does
/// after that.
pub struct Fence(Roots);

impl Fence {
    /// How many numbers of a row come before its first whole line of the caches, if it is stored past them: where a row is cut so far
    /// behind a multiple of a line's numbers, no line is stored in two pieces.
    pub(super) fn ahead<T>(&self, row: &[T]) -> usize {
        const LINE: usize = 64;
        if self.0.past_caches { row.as_ptr().align_offset(LINE).min(LINE / size_of::<T>()) } else { 0 }
    }
}

impl Drop for Fence {
    fn drop(&mut self) {
        if self.0.past_caches {
            // SAFETY: every processor of this architecture has the instruction.
            #[cfg(target_arch = "x86_64")]
            unsafe {
                _mm_sfence();
            }
        }
    }
}

/// Vectors of a row that are worked out together: the divider and the multipliers take turns.
#[cfg(target_arch = "x86_64")]
const TURNS: usize = 4;
/// So small that a square of distances does not change when it is added, unless it is zero.
#[cfg(target_arch = "x86_64")]
const SPECK: f64 = f64::from_bits((1023 - 900) << 52);
/// By how many units in the last place a factor is made too small.
#[cfg(target_arch = "x86_64")]
const ASIDE: i64 = 1 << 16;

/// Whether each coordinate is zero or of a size between 2⁻³⁰⁰ and 2³⁰⁰. Differences of such are zero or between 2⁻³⁵² and 2³⁰¹, and
/// sums of their squares zero or between 2⁻⁷⁰⁴ and 2⁶⁰⁴.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn are_tame(column: &[f64]) -> bool {
    const LEAST: f64 = f64::from_bits((1023 - 300) << 52);
    const MOST: f64 = f64::from_bits((1023 + 300) << 52);
    let mut tame = true;
    for &coordinate in column {
        let size = coordinate.abs();
        tame &= ((size == 0.0) | (size >= LEAST)) & (size <= MOST);
    }
    tame
}

/// [`Rooted::row`], for a row of at least one vector; `PAST`: past the caches.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn row<const D: usize, const PAST: bool>(
    (a, point): ([&[f64]; D], usize),
    (b, first): ([&[f64]; D], usize),
    out: &mut [f64],
) -> bool {
    // Read from the columns and not handed over: a value that was just written in halves is long in being read as a whole.
    let mut at = [_mm512_setzero_pd(); D];
    for axis in 0..D {
        at[axis] = _mm512_set1_pd(a[axis][point]);
    }
    let (mut from, end, mut unsure) = (first, first + out.len(), _mm512_setzero_si512());
    let ahead = if PAST { out.as_ptr().align_offset(size_of::<__m512d>()).min(out.len()) } else { 0 };
    let (head, out) = out.split_at_mut(ahead);
    if !head.is_empty() {
        let distances: [f64; LANES] = cast(root(squares(at, b, first), &mut unsure));
        head.copy_from_slice(&distances[..ahead]);
        from += ahead;
    }
    let (turns, rest) = out.as_chunks_mut::<LANES>().0.as_chunks_mut::<TURNS>();
    for out in turns {
        for (turn, out) in out.iter_mut().enumerate() {
            write::<PAST>(out, distances(squares(at, b, from), turn, &mut unsure));
            from += LANES;
        }
    }
    for (turn, out) in rest.iter_mut().enumerate() {
        write::<PAST>(out, distances(squares(at, b, from), turn, &mut unsure));
        from += LANES;
    }
    if from < end {
        let distances: [f64; LANES] = cast(root(squares(at, b, end - LANES), &mut unsure));
        let done = out.len() - (end - from);
        match out.last_chunk_mut::<LANES>() {
            // Some are written twice, which is faster than a part of a vector.
            Some(out) if !PAST => *out = distances,
            _ => out[done..].copy_from_slice(&distances[LANES - (end - from)..]),
        }
    }
    _mm512_test_epi64_mask(unsure, unsure) == 0
}

/// Writes a vector; `PAST`: past the caches, to where one of their lines begins.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512f")]
fn write<const PAST: bool>(out: &mut [f64; LANES], distances: __m512d) {
    if PAST {
        // SAFETY: `out` is the memory of eight numbers and begins with a line, which `row` has seen to. Until the fence that its
        // caller holds is dropped nobody reads it.
        unsafe { _mm512_stream_pd(out.as_mut_ptr(), distances) };
    } else {
        *out = cast(distances);
    }
}

/// The squared distances of a place from eight points.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512f")]
fn squares<const D: usize>(at: [__m512d; D], columns: [&[f64]; D], from: usize) -> __m512d {
    let mut sum = _mm512_setzero_pd();
    for axis in 0..D {
        let mut places = [0.0; LANES];
        places.copy_from_slice(&columns[axis][from..from + LANES]);
        let gap = _mm512_sub_pd(at[axis], cast(places));
        let square = _mm512_mul_pd(gap, gap);
        sum = if axis == 0 { square } else { _mm512_add_pd(sum, square) };
    }
    sum
}

/// Eight roots by whose turn it is.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512f")]
fn distances(squares: __m512d, turn: usize, unsure: &mut __m512i) -> __m512d {
    if turn.is_multiple_of(2) { _mm512_sqrt_pd(squares) } else { root(squares, unsure) }
}

/// Eight roots by the multipliers. Bits of `unsure` are set unless there is a proof for all.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512f")]
fn root(a: __m512d, unsure: &mut __m512i) -> __m512d {
    proven(a, _mm512_rsqrt14_pd(_mm512_add_pd(a, _mm512_set1_pd(SPECK))), unsure)
}

/// Roots from guesses, in the words of the proof.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512f")]
fn proven(a: __m512d, y: __m512d, unsure: &mut __m512i) -> __m512d {
    let (one, half, three_eighths) = (_mm512_set1_pd(1.0), _mm512_set1_pd(0.5), _mm512_set1_pd(0.375));
    let g = _mm512_mul_pd(a, y);
    let e = _mm512_fnmadd_pd(g, y, one);
    let q = _mm512_mul_pd(e, _mm512_fmadd_pd(e, three_eighths, half));
    // One less in the exponent is half as much.
    let h = cast(_mm512_add_epi64(cast(y), _mm512_set1_epi64(-(1 << 52) - ASIDE)));
    let (g, h) = (_mm512_fmadd_pd(g, q, g), _mm512_fmadd_pd(h, q, h));
    let more = cast(_mm512_add_epi64(cast(h), _mm512_set1_epi64(4 * ASIDE)));
    let d = _mm512_fnmadd_pd(g, g, a);
    let (low, high) = (_mm512_fmadd_pd(d, h, g), _mm512_fmadd_pd(d, more, g));
    *unsure = _mm512_or_si512(*unsure, _mm512_xor_si512(cast(low), cast(high)));
    low
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests;
