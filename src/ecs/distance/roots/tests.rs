//! Roots by the multipliers are those of the divider, where they are hardest to tell too; so are rows and sets.

use super::*;
use crate::ecs::distance::{condensed, cross};
use crate::ecs::workers::Workers;

/// Guesses: the processor's, or as far off as another one's may be.
#[derive(Clone, Copy, Debug)]
enum Guess {
    Own,
    Off(f64),
}

/// Roots by the multipliers, and which of them have no proof; nothing where there are no such.
fn roots(numbers: &[f64; LANES], guess: Guess) -> Option<([f64; LANES], [bool; LANES])> {
    #[target_feature(enable = "avx512f")]
    fn eight(numbers: &[f64; LANES], guess: Guess) -> ([f64; LANES], [bool; LANES]) {
        let mut unsure = _mm512_setzero_si512();
        let roots = match guess {
            Guess::Own => root(cast(*numbers), &mut unsure),
            Guess::Off(by) => {
                let guesses = numbers.map(|number| (1.0 + by) / number.sqrt());
                proven(cast(*numbers), cast(guesses), &mut unsure)
            }
        };
        (cast(roots), cast::<_, [u64; LANES]>(unsure).map(|bits| bits != 0))
    }
    // SAFETY: the processor has the instructions that the function is compiled for.
    is_x86_feature_detected!("avx512f").then(|| unsafe { eight(numbers, guess) })
}

/// How many of the numbers have a root without proof; all others have the right one.
fn without_proof(numbers: &[f64], guess: Guess) -> Option<usize> {
    let mut count = 0;
    for eight in numbers.as_chunks::<LANES>().0 {
        let (roots, unsure) = roots(eight, guess)?;
        for lane in 0..LANES {
            let right = roots[lane].to_bits() == eight[lane].sqrt().to_bits();
            assert!(right || unsure[lane], "{:e}: {:e}, {guess:?}", eight[lane], roots[lane]);
            count += usize::from(unsure[lane]);
        }
    }
    Some(count)
}

/// Odd numbers m below 2^54 whose squares are k more than a multiple of 2^bits.
fn odd_roots(k: i128, bits: u32) -> impl Iterator<Item = i128> {
    // Each bit more is a bit of the root (Hensel); k is 1 more than a multiple of 8.
    let mut root = 1_i128;
    for bit in 3..bits {
        root += ((root * root - k) >> bit & 1) << (bit - 1);
    }
    let half = 1 << (bits - 1);
    [root, -root, root + half, half - root].into_iter().map(move |root| root.rem_euclid(1 << bits))
}

/// Numbers whose roots are as near as can be to the middle between two: a = (m² − k) / 2^bits, m between two of 53 bits.
fn next_to_the_middle(bits: u32, reach: i128) -> Vec<f64> {
    let ks = (-reach..reach).map(|k| 8 * k + 1);
    let roots = ks.flat_map(|k| odd_roots(k, bits).map(move |root| (root, k)));
    roots
        .filter(|(m, _)| (1 << 53..1 << 54).contains(m))
        .map(|(m, k)| (m * m - k) >> bits)
        .filter(|number| (1 << 52..1 << 53).contains(number))
        // An odd power of two is a factor of two more.
        .map(|number| number as f64 * if bits % 2 == 1 { 2.0 } else { 1.0 })
        .collect()
}

const GUESSES: [Guess; 6] = [
    Guess::Own,
    Guess::Off(0.0),
    Guess::Off(1.0 / 16_384.0),
    Guess::Off(-1.0 / 16_384.0),
    Guess::Off(1.0 / 20_000.0),
    Guess::Off(-1.0 / 1e6),
];

#[test]
fn a_root_next_to_the_middle_between_two_numbers_is_right_or_has_no_proof() {
    for bits in [54, 55] {
        let numbers = next_to_the_middle(bits, 20_000);
        assert!(numbers.len() > 10_000, "{} of {bits} bits", numbers.len());
        for scale in [-700, -2, 0, 598_i32].map(|exponent| 2.0_f64.powi(exponent / 2)) {
            let scaled: Vec<f64> =
                numbers.iter().map(|number| number * 2.0_f64.powi(-52) * scale * scale).collect();
            for guess in GUESSES {
                let Some(without) = without_proof(&scaled, guess) else { return };
                assert!(without > scaled.len() / 2, "{without} of {}, {guess:?}", scaled.len());
            }
        }
    }
}

#[test]
fn millions_of_roots_are_right_and_hardly_one_has_no_proof() {
    let mut state = 1_u64;
    let mut any = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 12
    };
    // Any fraction, and any exponent from -704 to 603.
    let numbers: Vec<f64> =
        (0..4 << 20).map(|_| f64::from_bits(any() | (1023 - 704 + any() % 1308) << 52)).collect();
    let squares: Vec<f64> = (1..=1 << 16).map(|i| f64::from(i) * f64::from(i)).collect();
    let [above, below] = [f64::next_up, f64::next_down]
        .map(|beside| squares.iter().map(|&square| beside(square)).collect::<Vec<f64>>());
    for guess in GUESSES {
        let Some(without) = without_proof(&numbers, guess) else { return };
        assert!(without < 10, "{without} have none, {guess:?}");
        assert_eq!(without_proof(&squares, guess), Some(0));
        assert!(without_proof(&above, guess).is_some() && without_proof(&below, guess).is_some());
    }
    assert_eq!(without_proof(&[0.0; LANES], Guess::Own), Some(0));
}

#[test]
fn a_row_with_a_root_that_has_no_proof_is_the_dividers() {
    // The squares of the two coordinates add up to the number: the first is a whole number, and the second's square is rounded.
    let numbers = next_to_the_middle(54, 200);
    let x: Vec<f64> = numbers.iter().map(|number| number.sqrt().floor()).collect();
    let y: Vec<f64> = numbers.iter().zip(&x).map(|(number, x)| (number - x * x).sqrt()).collect();
    assert!(numbers.iter().zip(x.iter().zip(&y)).all(|(&number, (x, y))| x * x + y * y == number));
    let (points, origin) = (Points { x, y, z: None }, Points { x: vec![0.0], y: vec![0.0], z: None });
    let expected: Vec<f64> = numbers.iter().map(|number| number.sqrt()).collect();
    for level in Level::available() {
        let mut distances = vec![0.0; numbers.len()];
        cross(level, &origin, &points, &mut distances, &Workers::default());
        assert!(distances == expected, "{level}");
    }
}

#[test]
fn rows_of_any_length_and_place_are_those_of_the_divider() {
    let column = |step: f64| (0..1_300).map(|point| f64::from(point) * step % 1.0 * 100.0 - 50.0).collect();
    let (x, y, z): (Vec<f64>, Vec<f64>, Vec<f64>) = (column(0.754_877), column(0.569_840), column(0.437));
    for points in [Points { x: x.clone(), y: y.clone(), z: None }, Points { x, y, z: Some(z) }] {
        let roots = f64::roots(Level::Avx512, [&points, &points], 0);
        if Level::available().all(|level| level != Level::Avx512) {
            return;
        }
        assert!(roots.helped && !roots.past_caches);
        let mut expected = vec![0.0; 1_300 * 1_300];
        cross(Level::Baseline, &points, &points, &mut expected, &Workers::default());
        let mut room = vec![0.0; 1_310];
        for roots in [roots, Roots { past_caches: true, ..roots }] {
            for (first, length) in
                (LANES..70).chain(LONG..LONG + 70).flat_map(|length| (0..9).map(move |first| (first, length)))
            {
                room.fill(-1.0);
                let (fence, point) = (roots.fence(), 7 * first);
                let out = &mut room[first..][..length];
                assert!(f64::row(&fence, (&points, point), (&points, first), out));
                drop(fence);
                assert_eq!(room[first..][..length], expected[1_300 * point + first..][..length]);
                assert!(room[..first].iter().chain(&room[first + length..]).all(|&other| other == -1.0));
            }
        }
    }
}

#[test]
fn sets_of_any_size_and_coordinates_have_the_same_distances_at_every_level() {
    let column =
        |step: f64, scale: f64| (0..2_100).map(|point| f64::from(point) * step % 1.0 * scale).collect();
    // Too large and too small for the multipliers, for all of them or for one; and as large as is stored past the caches.
    for scale in [1.0, 1e-200, 1e170, 5e-324, 1e300, 0.0] {
        for odd_one in [0.0, 1e-310, 1e200] {
            let mut points = Points { x: column(0.754_877, scale), y: column(0.569_840, scale), z: None };
            points.x[17] = odd_one;
            let some = Points { x: points.x[..40].to_vec(), y: points.y[..40].to_vec(), z: None };
            let sets = if (scale, odd_one) == (1.0, 0.0) { [&points, &some] } else { [&some, &some] };
            let pairs = sets[0].len() * (sets[0].len() - 1) / 2;
            let both = |level: Level, threads: usize| {
                let (mut all, mut once) = (vec![-1.0; sets[0].len() * sets[0].len()], vec![-1.0; pairs]);
                cross(level, sets[0], sets[0], &mut all, &Workers::new(threads));
                condensed(level, sets[0], &mut once, &Workers::new(threads));
                let mut others = vec![-1.0; sets[0].len() * sets[1].len()];
                cross(level, sets[1], sets[0], &mut others, &Workers::new(threads));
                [all, once, others].map(|all| all.into_iter().map(f64::to_bits).collect::<Vec<u64>>())
            };
            let expected = both(Level::Baseline, 1);
            for level in Level::available() {
                assert!(both(level, 2) == expected, "{level}, {scale:e}, {odd_one:e}");
            }
        }
    }
}
