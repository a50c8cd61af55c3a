//! Of eight candidates those that are near enough, moved together.
//!
//! Processors of the highest level have instructions for it, which the compiler does not find by itself: without them a search
//! takes half as long again. Which candidates are kept, and their squared distances, are the same bits.
#![expect(unsafe_code, reason = "a function of instructions that not every processor has")]

use super::Real;
use super::lanes::{LANES, at_once, sums_of_squares};
use crate::ecs::simd::Level;

/// Candidates: where they are, and their numbers.
#[derive(Clone, Copy)]
pub(super) struct Eight<'a, T, const D: usize> {
    pub(super) columns: [&'a [T; LANES]; D],
    pub(super) ids: &'a [u32; LANES],
}

/// How candidates are sifted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sift {
    /// Whether this processor has the instructions.
    at_once: bool,
}

impl Sift {
    pub(super) fn at(level: Level) -> Self {
        Self { at_once: at_once(level) }
    }

    /// Writes the squared distances and the numbers of the candidates whose squared distance is at most `most`, but of the
    /// one of the number `own`, in their order, and says how many these are. What stands behind them means nothing.
    #[inline(always)]
    pub(super) fn keep<T: Real, const D: usize>(
        self,
        eight: Eight<'_, T, D>,
        at: [T; D],
        (most, own): (T, u32),
        squares: &mut [T; LANES],
        ids: &mut [u32; LANES],
    ) -> usize {
        if self.at_once {
            // SAFETY: `Sift::at` has seen that this processor has the instructions that the function is compiled for.
            #[cfg(target_arch = "x86_64")]
            return unsafe { T::keep_at_once(eight, at, (most, own), squares, ids) };
        }
        let mut gaps = [[T::ZERO; LANES]; D];
        for axis in 0..D {
            for (gap, place) in gaps[axis].iter_mut().zip(eight.columns[axis]) {
                *gap = at[axis] - *place;
            }
        }
        let all = sums_of_squares(gaps);
        // Each is written, and who is too far is written over by the next: no branch depends on them.
        let mut kept = 0;
        for (square, &id) in all.into_iter().zip(eight.ids) {
            (squares[kept], ids[kept]) = (square, id);
            kept += usize::from((square <= most) & (id != own));
        }
        kept
    }
}

/// A coordinate whose candidates can be sifted.
pub trait Sifted: Sized {
    /// What [`Sift::keep`] does.
    ///
    /// # Safety
    /// The processor has the instructions of AVX-512F and AVX-512VL.
    #[cfg(target_arch = "x86_64")]
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "for nobody else")]
    unsafe fn keep_at_once<const D: usize>(
        eight: Eight<'_, Self, D>,
        at: [Self; D],
        limits: (Self, u32),
        squares: &mut [Self; LANES],
        ids: &mut [u32; LANES],
    ) -> usize;
}

macro_rules! sifted {
    ($real:ty, $vector:ident, $all:ident, $sub:ident, $mul:ident, $add:ident, $compare:ident, $compress:ident) => {
        impl Sifted for $real {
            #[cfg(target_arch = "x86_64")]
            #[expect(private_interfaces, reason = "for nobody else")]
            #[target_feature(enable = "avx512f,avx512vl")]
            #[inline]
            unsafe fn keep_at_once<const D: usize>(
                eight: Eight<'_, Self, D>,
                at: [Self; D],
                (most, own): (Self, u32),
                squares: &mut [Self; LANES],
                ids: &mut [u32; LANES],
            ) -> usize {
                use std::arch::x86_64::*;

                use bytemuck::cast;

                let mut sum = $all(0.0);
                for axis in 0..D {
                    let gap = $sub($all(at[axis]), cast::<_, $vector>(*eight.columns[axis]));
                    let square = $mul(gap, gap);
                    sum = if axis == 0 { square } else { $add(sum, square) };
                }
                let all = cast::<_, __m256i>(*eight.ids);
                let others = _mm256_cmpneq_epi32_mask(all, _mm256_set1_epi32(own.cast_signed()));
                let near = others & $compare::<_CMP_LE_OQ>(sum, $all(most));
                *squares = cast($compress(near, sum));
                *ids = cast(_mm256_maskz_compress_epi32(near, all));
                near.count_ones() as usize
            }
        }
    };
}
sifted!(
    f64,
    __m512d,
    _mm512_set1_pd,
    _mm512_sub_pd,
    _mm512_mul_pd,
    _mm512_add_pd,
    _mm512_cmp_pd_mask,
    _mm512_maskz_compress_pd
);
sifted!(
    f32,
    __m256,
    _mm256_set1_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_add_ps,
    _mm256_cmp_ps_mask,
    _mm256_maskz_compress_ps
);

#[cfg(test)]
mod tests {
    use super::*;

    fn kept<T: Real + std::fmt::Debug>(sift: Sift, wanted: u32, own: u32) -> (Vec<T>, Vec<u32>) {
        let near =
            |lane: usize| T::narrow(if wanted >> lane & 1 == 1 { 0.1 * lane as f64 } else { f64::INFINITY });
        let (x, y) = (std::array::from_fn(near), std::array::from_fn(|lane| T::narrow(lane as f64)));
        let eight = Eight { columns: [&x, &y], ids: &std::array::from_fn(|lane| 100 + lane as u32) };
        let (mut squares, mut ids) = ([T::ZERO; LANES], [0; LANES]);
        let at = [T::narrow(0.3), T::narrow(2.0)];
        let kept = sift.keep(eight, at, (T::narrow(1e3), own), &mut squares, &mut ids);
        (squares[..kept].to_vec(), ids[..kept].to_vec())
    }

    #[test]
    fn every_choice_of_eight_is_kept_in_order_and_alike_at_every_level() {
        for wanted in 0..256 {
            for own in [u32::MAX, 100, 103, 107] {
                let ids: Vec<u32> = (0..8)
                    .filter(|lane| wanted >> lane & 1 == 1)
                    .map(|lane| 100 + lane)
                    .filter(|&id| id != own)
                    .collect();
                let (wide, narrow) = (
                    kept::<f64>(Sift { at_once: false }, wanted, own),
                    kept::<f32>(Sift { at_once: false }, wanted, own),
                );
                assert_eq!((&wide.1, &narrow.1), (&ids, &ids), "{wanted:b} without {own}");
                for level in Level::available() {
                    assert_eq!(
                        kept::<f64>(Sift::at(level), wanted, own),
                        wide,
                        "{level}: {wanted:b} without {own}"
                    );
                    assert_eq!(
                        kept::<f32>(Sift::at(level), wanted, own),
                        narrow,
                        "{level}: {wanted:b} without {own}"
                    );
                }
            }
        }
    }
}
