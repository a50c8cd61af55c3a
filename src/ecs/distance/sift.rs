//! Of eight candidates those that are near enough, moved together.
//!
//! Processors of the highest level have instructions for it, which the compiler does not find by itself: without them a search
//! takes half as long again. Which candidates are kept, and their squared distances, are the same bits.
#![expect(unsafe_code, reason = "a function of instructions that not every processor has")]

use super::Real;
use super::lanes::{self, AtOnce, LANES};
use super::rows::Standing;

/// Of some candidates, of at most eight, that stand together from `first` on, writes the squared distances and the numbers of those
/// whose squared distance is at most `most`, but of the one of the number `own`, in their order, and says how many these are. What
/// stands behind them means nothing.
#[inline(always)]
pub(super) fn keep<T: Real, const D: usize>(
    at_once: AtOnce,
    points: Standing<'_, T, D>,
    (first, some): (usize, usize),
    at: [T; D],
    (most, own): (T, u32),
    squares: &mut [T; LANES],
    ids: &mut [u32; LANES],
) -> usize {
    if at_once.is_given() {
        // SAFETY: this processor has the instructions that the function is compiled for.
        #[cfg(target_arch = "x86_64")]
        return unsafe { T::keep_at_once(points, (first, some), at, (most, own), squares, ids) };
    }
    let mut all = lanes::squares(&points.columns, first, at);
    for (lane, square) in all.iter_mut().enumerate() {
        *square = if lane < some { *square } else { T::INFINITY };
    }
    // Each is written, and who is too far is written over by the next: no branch depends on them.
    let mut kept = 0;
    for (square, &id) in all.into_iter().zip(&points.ids[first..first + LANES]) {
        (squares[kept], ids[kept]) = (square, id);
        kept += usize::from((square <= most) & (id != own));
    }
    kept
}

/// A coordinate whose candidates can be sifted.
pub trait Sifted: Sized {
    /// What [`keep`] does.
    ///
    /// # Safety
    /// The processor has the instructions of AVX-512F and AVX-512VL.
    #[cfg(target_arch = "x86_64")]
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "for nobody else")]
    unsafe fn keep_at_once<const D: usize>(
        points: Standing<'_, Self, D>,
        some: (usize, usize),
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
                points: Standing<'_, Self, D>,
                (first, some): (usize, usize),
                at: [Self; D],
                (most, own): (Self, u32),
                squares: &mut [Self; LANES],
                ids: &mut [u32; LANES],
            ) -> usize {
                use std::arch::x86_64::*;

                use bytemuck::cast;

                let (run, mut sum) = (first..first + LANES, $all(0.0));
                for axis in 0..D {
                    let gap = $sub(
                        $all(at[axis]),
                        cast::<_, $vector>(points.columns[axis][run.clone()].as_chunks::<LANES>().0[0]),
                    );
                    let square = $mul(gap, gap);
                    sum = if axis == 0 { square } else { $add(sum, square) };
                }
                let all = cast::<_, __m256i>(points.ids[run].as_chunks::<LANES>().0[0]);
                let some = (0xff_u32 >> LANES.saturating_sub(some)) as u8;
                let others = some & _mm256_cmpneq_epi32_mask(all, _mm256_set1_epi32(own.cast_signed()));
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
    use crate::ecs::simd::Level;

    fn kept<T: Real>(at_once: AtOnce, wanted: u32, some: usize, own: u32) -> (Vec<T>, Vec<u32>) {
        let near =
            |lane: usize| T::narrow(if wanted >> lane & 1 == 1 { 0.1 * lane as f64 } else { f64::INFINITY });
        let (x, y): ([T; 8], [T; 8]) =
            (std::array::from_fn(near), std::array::from_fn(|lane| T::narrow(lane as f64)));
        let ids: [u32; 8] = std::array::from_fn(|lane| 100 + lane as u32);
        let points = Standing { columns: [&x, &y], ids: &ids };
        let (mut squares, mut ids) = ([T::ZERO; LANES], [0; LANES]);
        let at = [T::narrow(0.3), T::narrow(2.0)];
        let kept = keep(at_once, points, (0, some), at, (T::narrow(1e3), own), &mut squares, &mut ids);
        (squares[..kept].to_vec(), ids[..kept].to_vec())
    }

    #[test]
    fn every_choice_of_eight_is_kept_in_order_and_alike_at_every_level() {
        for (wanted, some) in (0..256).flat_map(|wanted| [0, 1, 5, 8, 20].map(|some| (wanted, some))) {
            for own in [u32::MAX, 100, 103, 107] {
                let ids: Vec<u32> = (0..8)
                    .filter(|&lane| wanted >> lane & 1 == 1 && (lane as usize) < some)
                    .map(|lane| 100 + lane)
                    .filter(|&id| id != own)
                    .collect();
                let plain = AtOnce::at(Level::Baseline);
                let (wide, narrow) =
                    (kept::<f64>(plain, wanted, some, own), kept::<f32>(plain, wanted, some, own));
                assert_eq!((&wide.1, &narrow.1), (&ids, &ids), "{wanted:b} of {some} without {own}");
                for level in Level::available() {
                    let at_once = AtOnce::at(level);
                    let found =
                        (kept::<f64>(at_once, wanted, some, own), kept::<f32>(at_once, wanted, some, own));
                    assert!(
                        found == (wide.clone(), narrow.clone()),
                        "{level}: {wanted:b} of {some} without {own}"
                    );
                }
            }
        }
    }
}
