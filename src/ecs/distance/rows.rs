//! The nearest of the points that stand in rows: the first eight of each row at once.
//!
//! The highest level has a version of its own: what the compiler makes of the plain one tears the vectors apart, and takes
//! twice as long. Both find the same point.
#![expect(unsafe_code, reason = "a function of instructions that not every processor has")]

use super::Real;
use super::grid::MOST_ROWS;
use super::lanes::{self, AtOnce, LANES, lesser, squares};

/// Points in columns and their numbers: from the start of every row there are eight.
#[derive(Clone, Copy)]
pub(super) struct Standing<'a, T, const D: usize> {
    pub(super) columns: [&'a [T]; D],
    pub(super) ids: &'a [u32],
}

/// The squared distance of the nearest point but the one of the number `own`, and its number, of equals the lowest; the largest
/// number there is if there is no such point.
#[inline(always)]
pub(super) fn nearest<T: Real, const D: usize>(
    at_once: AtOnce,
    points: Standing<'_, T, D>,
    starts: &[u32],
    at: [T; D],
    own: u32,
) -> (T, u32) {
    if at_once.is_given() {
        // SAFETY: this processor has the instructions that the function is compiled for.
        #[cfg(target_arch = "x86_64")]
        return unsafe { T::nearest_at_once(points, starts, at, own) };
    }
    points.nearest_of(starts.iter().map(|&start| start as usize), at, own)
}

impl<T: Real, const D: usize> Standing<'_, T, D> {
    /// The nearest of eight points from each of these on, and its number, of equals the lowest.
    #[inline(always)]
    pub(super) fn nearest_of(
        &self,
        firsts: impl Iterator<Item = usize> + Clone,
        at: [T; D],
        own: u32,
    ) -> (T, u32) {
        let mut near = [T::INFINITY; LANES];
        for first in firsts.clone() {
            let (squares, _) = self.others(first, at, own);
            for lane in 0..LANES {
                near[lane] = lesser(near[lane], squares[lane]);
            }
        }
        let (nearest, mut lowest) = (lanes::least(near), [u32::MAX; LANES]);
        for first in firsts {
            let (squares, ids) = self.others(first, at, own);
            for lane in 0..LANES {
                let id = if squares[lane] == nearest { ids[lane] } else { u32::MAX };
                lowest[lane] = lesser(lowest[lane], id);
            }
        }
        (nearest, lanes::least(lowest))
    }

    /// The squared distances and numbers of the points from a place in the order of the cells on; one's own is infinitely
    /// far away, and nobody.
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
}

/// A coordinate whose rows can be looked at.
pub trait Rowed: Sized {
    /// What [`nearest`] does.
    ///
    /// # Safety
    /// The processor has the instructions of AVX-512F and AVX-512VL.
    #[cfg(target_arch = "x86_64")]
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "for nobody else")]
    unsafe fn nearest_at_once<const D: usize>(
        points: Standing<'_, Self, D>,
        starts: &[u32],
        at: [Self; D],
        own: u32,
    ) -> (Self, u32);
}

#[cfg(target_arch = "x86_64")]
mod least {
    //! The least of eight.
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx512f,avx512vl")]
    #[inline]
    pub(super) fn of_wide(all: __m512d) -> f64 {
        let half = _mm256_min_pd(_mm512_castpd512_pd256(all), _mm512_extractf64x4_pd::<1>(all));
        let two = _mm_min_pd(_mm256_castpd256_pd128(half), _mm256_extractf128_pd::<1>(half));
        _mm_cvtsd_f64(_mm_min_sd(two, _mm_unpackhi_pd(two, two)))
    }

    #[target_feature(enable = "avx512f,avx512vl")]
    #[inline]
    pub(super) fn of_narrow(all: __m256) -> f32 {
        let half = _mm_min_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps::<1>(all));
        let two = _mm_min_ps(half, _mm_movehl_ps(half, half));
        _mm_cvtss_f32(_mm_min_ss(two, _mm_movehdup_ps(two)))
    }

    #[target_feature(enable = "avx512f,avx512vl")]
    #[inline]
    pub(super) fn of_numbers(all: __m256i) -> u32 {
        let half = _mm_min_epu32(_mm256_castsi256_si128(all), _mm256_extracti128_si256::<1>(all));
        let two = _mm_min_epu32(half, _mm_shuffle_epi32::<0b1110>(half));
        _mm_cvtsi128_si32(_mm_min_epu32(two, _mm_shuffle_epi32::<0b01>(two))).cast_unsigned()
    }
}

macro_rules! rowed {
    ($real:ty, $vector:ident, $all:ident, $sub:ident, $mul:ident, $add:ident, $min:ident, $compare:ident, $least:ident) => {
        impl Rowed for $real {
            #[cfg(target_arch = "x86_64")]
            #[expect(private_interfaces, reason = "for nobody else")]
            #[target_feature(enable = "avx512f,avx512vl")]
            #[inline]
            unsafe fn nearest_at_once<const D: usize>(
                points: Standing<'_, Self, D>,
                starts: &[u32],
                at: [Self; D],
                own: u32,
            ) -> (Self, u32) {
                use std::arch::x86_64::*;

                use bytemuck::cast;

                let own = _mm256_set1_epi32(own.cast_signed());
                let (mut squares, mut ids) = ([$all(0.0); MOST_ROWS], [own; MOST_ROWS]);
                let (mut others, mut near) = ([0; MOST_ROWS], $all(Self::INFINITY));
                for (row, &start) in starts.iter().enumerate().take(MOST_ROWS) {
                    let run = start as usize..start as usize + LANES;
                    for axis in 0..D {
                        let column = points.columns[axis][run.clone()].as_chunks::<LANES>().0[0];
                        let gap = $sub($all(at[axis]), cast::<_, $vector>(column));
                        let square = $mul(gap, gap);
                        squares[row] = if axis == 0 { square } else { $add(squares[row], square) };
                    }
                    ids[row] = cast(points.ids[run].as_chunks::<LANES>().0[0]);
                    others[row] = _mm256_cmpneq_epi32_mask(ids[row], own);
                    near = $min(near, others[row], near, squares[row]);
                }
                let nearest = least::$least(near);
                let mut lowest = _mm256_set1_epi32(-1);
                for row in 0..starts.len().min(MOST_ROWS) {
                    let equal = others[row] & $compare::<_CMP_EQ_OQ>(squares[row], $all(nearest));
                    lowest = _mm256_mask_min_epu32(lowest, equal, lowest, ids[row]);
                }
                (nearest, least::of_numbers(lowest))
            }
        }
    };
}
rowed!(
    f64,
    __m512d,
    _mm512_set1_pd,
    _mm512_sub_pd,
    _mm512_mul_pd,
    _mm512_add_pd,
    _mm512_mask_min_pd,
    _mm512_cmp_pd_mask,
    of_wide
);
rowed!(
    f32,
    __m256,
    _mm256_set1_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_add_ps,
    _mm256_mask_min_ps,
    _mm256_cmp_ps_mask,
    of_narrow
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecs::simd::Level;

    /// Compares what is found with a search of all, among points on whole numbers, so that many are as near as others.
    fn agree<T: Real, const D: usize>(at_once: AtOnce, seed: u32, own: u32) {
        let value =
            |step: u32| (0..40).map(|point| T::narrow(f64::from((point + seed) * step % 7))).collect();
        let columns: [Vec<T>; 3] = [value(3), value(5), value(11)];
        let ids: Vec<u32> = (0..40).map(|point| (point * 17 + seed) % 40).collect();
        let mut standing = Standing { columns: [columns[0].as_slice(); D], ids: &ids };
        for (standing, column) in standing.columns.iter_mut().zip(&columns) {
            *standing = column;
        }
        let starts: Vec<u32> = (0..3_u32.pow(D as u32 - 1)).map(|row| (row * 13 + seed) % 33).collect();
        let found = nearest(at_once, standing, &starts, [T::narrow(3.0); D], own);
        let all = starts.iter().flat_map(|&start| start as usize..start as usize + LANES);
        let square = |point: usize| {
            let gap = |axis: usize| standing.columns[axis][point].wide() - 3.0;
            (0..D).fold(0.0, |sum, axis| sum + gap(axis) * gap(axis))
        };
        let mut others: Vec<(f64, u32)> =
            all.map(|point| (square(point), ids[point])).filter(|other| other.1 != own).collect();
        others.sort_by(|a, b| a.partial_cmp(b).expect("finite squares"));
        assert_eq!((found.0.wide(), found.1), others[0], "{at_once:?}, seed {seed} without {own}");
    }

    #[test]
    fn the_nearest_of_rows_is_the_one_of_the_lowest_number_at_every_level() {
        for level in Level::available() {
            let at_once = AtOnce::at(level);
            for seed in 0..200 {
                for own in [u32::MAX, seed % 40] {
                    agree::<f64, 2>(at_once, seed, own);
                    agree::<f64, 3>(at_once, seed, own);
                    agree::<f32, 2>(at_once, seed, own);
                    agree::<f32, 3>(at_once, seed, own);
                }
            }
        }
    }
}
