//! The hits of a place put in order of number.
//!
//! Few are sorted in registers by processors of the highest level, in a network of comparisons (K. E. Batcher, "Sorting
//! networks and their applications", 1968). Others are put where they belong by counting for each how many go before it: no
//! branch depends on them either.
#![expect(unsafe_code, reason = "a function of instructions that not every processor has")]

use super::Real;
use super::lanes::AtOnce;

/// So many hits are few.
pub(super) const FEW: usize = 16;
/// Points whose numbers leave room for the place of a hit among few.
pub(super) const MOST_POINTS: usize = u32::MAX as usize / FEW;

/// Writes the numbers and the distances of so many hits in order of number. What stands behind so many is read and written over
/// as well, up to what is few.
#[inline(always)]
pub(super) fn in_order<T: Real>(
    at_once: AtOnce,
    length: usize,
    (ids, from): (&[u32], &[T]),
    (numbers, distances): (&mut [i64], &mut [T]),
) {
    if at_once.is_given() && length <= FEW {
        #[cfg(target_arch = "x86_64")]
        if let (Some(ids), Some(from)) = (ids.first_chunk(), from.first_chunk())
            && let (Some(numbers), Some(distances)) = (numbers.first_chunk_mut(), distances.first_chunk_mut())
        {
            // SAFETY: this processor has the instructions that the function is compiled for.
            return unsafe { T::sort_at_once(length, (ids, from), (numbers, distances)) };
        }
    }
    if length > FEW && are_in_order(&ids[..length]) {
        for (number, &id) in numbers.iter_mut().zip(&ids[..length]) {
            *number = i64::from(id);
        }
        distances[..length].copy_from_slice(&from[..length]);
        return;
    }
    for first in (0..length).step_by(FEW) {
        let ranks = ranks(&ids[first..], &ids[..length]);
        for (lane, &rank) in ranks.iter().enumerate().take(length - first) {
            numbers[rank as usize] = i64::from(ids[first + lane]);
            distances[rank as usize] = from[first + lane];
        }
    }
}

/// Whether each number is below the next.
#[inline(always)]
fn are_in_order(ids: &[u32]) -> bool {
    let mut in_order = true;
    for (id, next) in ids.iter().zip(&ids[1..]) {
        in_order &= id < next;
    }
    in_order
}

/// For each of the first few how many of all go before it.
#[inline(always)]
fn ranks(few: &[u32], all: &[u32]) -> [u32; FEW] {
    /// From here on a float counts in its lowest bits. Sums of floats keep their order, so the compiler has no choice but
    /// to count for several at once.
    const ZERO: f32 = (1 << 23) as f32;
    let mut mine = [0; FEW];
    match few.first_chunk() {
        Some(few) => mine = *few,
        None => mine[..few.len()].copy_from_slice(few),
    }
    let (mut ahead, mut ahead_too) = ([ZERO; FEW], [0.0; FEW]);
    let (pairs, last) = all.as_chunks::<2>();
    for others in pairs {
        for lane in 0..FEW {
            ahead[lane] += if others[0] < mine[lane] { 1.0 } else { 0.0 };
            ahead_too[lane] += if others[1] < mine[lane] { 1.0 } else { 0.0 };
        }
    }
    for &other in last {
        for lane in 0..FEW {
            ahead[lane] += if other < mine[lane] { 1.0 } else { 0.0 };
        }
    }
    let mut ranks = [0; FEW];
    for lane in 0..FEW {
        ranks[lane] = (ahead[lane] + ahead_too[lane]).to_bits() - ZERO.to_bits();
    }
    ranks
}

/// A distance that is put in order along with its hit.
pub trait Ordered: Sized {
    /// What [`in_order`] does with few.
    ///
    /// # Safety
    /// The processor has the instructions of AVX-512F and AVX-512VL.
    #[cfg(target_arch = "x86_64")]
    #[doc(hidden)]
    unsafe fn sort_at_once(
        length: usize,
        hits: (&[u32; FEW], &[Self; FEW]),
        sorted: (&mut [i64; FEW], &mut [Self; FEW]),
    );
}

#[cfg(target_arch = "x86_64")]
mod network {
    //! Keys sorted in a register: a hit's number, and in the lowest four bits where it stood. What is behind the hits comes last.
    use std::arch::x86_64::*;

    use super::FEW;

    /// The lanes that keep the larger of two keys, where pairs are `gap` lanes apart in runs of `run` lanes, of which every second
    /// is sorted backwards.
    const fn larger(run: usize, gap: usize) -> u16 {
        let (mut lanes, mut lane) = (0, 0);
        while lane < FEW {
            if (lane & gap == 0) != (lane & run == 0) {
                lanes |= 1 << lane;
            }
            lane += 1;
        }
        lanes
    }

    macro_rules! sort {
        ($keys:ident, $min:ident, $max:ident, $mask:ty, $(($run:literal $gap:literal $exchange:expr))+) => {
            $(
                let others = $exchange;
                $keys = $max($min($keys, others), const { larger($run, $gap) as $mask }, $keys, others);
            )+
        };
    }

    /// The keys of eight hits at most.
    #[target_feature(enable = "avx512f,avx512vl")]
    #[inline]
    pub(super) fn of_eight(length: usize, ids: [u32; 8]) -> __m256i {
        let places = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        let hits = (0xff_u32 >> 8_usize.saturating_sub(length)) as u8;
        let all = _mm256_or_si256(_mm256_slli_epi32::<4>(bytemuck::cast(ids)), places);
        let mut keys = _mm256_mask_mov_epi32(_mm256_set1_epi32(-1), hits, all);
        sort!(keys, _mm256_min_epu32, _mm256_mask_max_epu32, u8,
            (2 1 _mm256_shuffle_epi32::<0b10_11_00_01>(keys))
            (4 2 _mm256_shuffle_epi32::<0b01_00_11_10>(keys))
            (4 1 _mm256_shuffle_epi32::<0b10_11_00_01>(keys))
            (8 4 _mm256_permute4x64_epi64::<0b01_00_11_10>(keys))
            (8 2 _mm256_shuffle_epi32::<0b01_00_11_10>(keys))
            (8 1 _mm256_shuffle_epi32::<0b10_11_00_01>(keys))
        );
        keys
    }

    /// The keys of sixteen hits at most.
    #[target_feature(enable = "avx512f,avx512vl")]
    #[inline]
    pub(super) fn of_sixteen(length: usize, ids: [u32; 16]) -> __m512i {
        let places = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let hits = (0xffff_u32 >> 16_usize.saturating_sub(length)) as u16;
        let all = _mm512_or_si512(_mm512_slli_epi32::<4>(bytemuck::cast(ids)), places);
        let mut keys = _mm512_mask_mov_epi32(_mm512_set1_epi32(-1), hits, all);
        sort!(keys, _mm512_min_epu32, _mm512_mask_max_epu32, u16,
            (2 1 _mm512_shuffle_epi32::<0b10_11_00_01>(keys))
            (4 2 _mm512_shuffle_epi32::<0b01_00_11_10>(keys))
            (4 1 _mm512_shuffle_epi32::<0b10_11_00_01>(keys))
            (8 4 _mm512_permutex_epi64::<0b01_00_11_10>(keys))
            (8 2 _mm512_shuffle_epi32::<0b01_00_11_10>(keys))
            (8 1 _mm512_shuffle_epi32::<0b10_11_00_01>(keys))
            (16 8 _mm512_shuffle_i64x2::<0b01_00_11_10>(keys, keys))
            (16 4 _mm512_permutex_epi64::<0b01_00_11_10>(keys))
            (16 2 _mm512_shuffle_epi32::<0b01_00_11_10>(keys))
            (16 1 _mm512_shuffle_epi32::<0b10_11_00_01>(keys))
        );
        keys
    }
}

#[cfg(target_arch = "x86_64")]
mod along {
    //! Distances in the order of keys.
    use std::arch::x86_64::*;

    use bytemuck::cast;

    #[target_feature(enable = "avx512f,avx512vl")]
    #[inline]
    pub(super) fn eight_wide(keys: __m256i, from: [f64; 8]) -> [f64; 8] {
        let places = _mm512_cvtepu32_epi64(_mm256_and_si256(keys, _mm256_set1_epi32(15)));
        cast(_mm512_permutexvar_pd(places, cast(from)))
    }

    #[target_feature(enable = "avx512f,avx512vl")]
    #[inline]
    pub(super) fn sixteen_wide(keys: __m512i, from: [f64; 16]) -> [f64; 16] {
        let places = cast::<_, [__m256i; 2]>(_mm512_and_si512(keys, _mm512_set1_epi32(15)));
        let [low, high] = cast::<_, [__m512d; 2]>(from);
        let first = _mm512_permutex2var_pd(low, _mm512_cvtepu32_epi64(places[0]), high);
        cast([first, _mm512_permutex2var_pd(low, _mm512_cvtepu32_epi64(places[1]), high)])
    }

    #[target_feature(enable = "avx512f,avx512vl")]
    #[inline]
    pub(super) fn eight_narrow(keys: __m256i, from: [f32; 8]) -> [f32; 8] {
        cast(_mm256_permutexvar_ps(keys, cast(from)))
    }

    #[target_feature(enable = "avx512f,avx512vl")]
    #[inline]
    pub(super) fn sixteen_narrow(keys: __m512i, from: [f32; 16]) -> [f32; 16] {
        cast(_mm512_permutexvar_ps(keys, cast(from)))
    }
}

macro_rules! ordered {
    ($real:ty, $eight:ident, $sixteen:ident) => {
        impl Ordered for $real {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl")]
            #[inline]
            unsafe fn sort_at_once(
                length: usize,
                (ids, from): (&[u32; FEW], &[Self; FEW]),
                (numbers, distances): (&mut [i64; FEW], &mut [Self; FEW]),
            ) {
                use std::arch::x86_64::*;

                use bytemuck::cast;

                if length <= FEW / 2 {
                    let keys = network::of_eight(length, ids.as_chunks().0[0]);
                    numbers.as_chunks_mut::<8>().0[0] =
                        cast(_mm512_cvtepu32_epi64(_mm256_srli_epi32::<4>(keys)));
                    distances.as_chunks_mut().0[0] = along::$eight(keys, from.as_chunks().0[0]);
                } else {
                    let keys = network::of_sixteen(length, *ids);
                    let found = cast::<_, [__m256i; 2]>(_mm512_srli_epi32::<4>(keys));
                    *numbers = cast([_mm512_cvtepu32_epi64(found[0]), _mm512_cvtepu32_epi64(found[1])]);
                    *distances = along::$sixteen(keys, *from);
                }
            }
        }
    };
}
ordered!(f64, eight_wide, sixteen_wide);
ordered!(f32, eight_narrow, sixteen_narrow);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecs::simd::{Level, kernel};

    kernel! {
        fn put_in_order[T: Real](
            at_once: AtOnce,
            length: usize,
            hits: (&[u32], &[T]),
            sorted: (&mut [i64], &mut [T]),
        ) {
            in_order(at_once, length, hits, sorted);
        }
    }

    /// Hits of numbers that are all different, in a disorder that the seed says or in order, at every level: with room behind
    /// them for what is few, or without.
    fn agree<T: Real + std::fmt::Debug>(length: usize, seed: u32, room: usize, highest: u32) {
        let number = |place: usize| match seed {
            0 => place as u32,
            // An odd factor: no number comes twice.
            _ => (place as u32 + 1).wrapping_mul(seed.wrapping_mul(0x9e37_79b8) | 1) & highest,
        };
        let ids: Vec<u32> = (0..length + room).map(number).collect();
        let from: Vec<T> = (0..length + room).map(|place| T::narrow(place as f64 + 0.5)).collect();
        let mut wanted: Vec<(i64, T)> =
            ids[..length].iter().map(|&id| i64::from(id)).zip(from.clone()).collect();
        wanted.sort_by_key(|hit| hit.0);
        for level in Level::available() {
            let (mut numbers, mut distances) = (vec![-1; length + room], vec![T::ZERO; length + room]);
            let (hits, sorted) = ((&ids[..], &from[..]), (&mut numbers[..], &mut distances[..]));
            put_in_order(level, AtOnce::at(level), length, hits, sorted);
            let found: Vec<(i64, T)> = numbers.into_iter().zip(distances).take(length).collect();
            assert_eq!(found, wanted, "{level}, {length} of seed {seed} with room for {room}");
        }
    }

    #[test]
    fn hits_come_out_in_order_of_number_at_every_level_whatever_is_behind_them() {
        for (length, seed) in (0..150).flat_map(|length| (0..12).map(move |seed| (length, seed))) {
            for room in [0, 1, FEW] {
                agree::<f64>(length, seed, room, (1 << 28) - 1);
                agree::<f32>(length, seed, room, (1 << 28) - 1);
            }
        }
    }
}
