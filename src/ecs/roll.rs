//! Rolls: numbers that belong to a name, not to a turn in a queue.
//!
//! A roll is a block of Philox4x32-10 (J. K. Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*,
//! SC '11) whose key comes from the battle's seed and whose counter is the roll's name. So no order of
//! rows, thread or batch can change it, and a unit more changes nobody else's.
//!
//! # The mapping, version 1
//!
//! | counter word | holds |
//! |---|---|
//! | 0, 1 | the unit's id, low half first |
//! | 2, 3 | `purpose << 58 | slot << 42 | round << 22 | block`, low half first |
//!
//! Whose id and slot these are stands with each rule, under "Rolls". The words of a block come in order, then those of the
//! next block. A chance comes true if a word is under its [`threshold`].
//!
//! The key of replica `k` of a battle with seed `s` is the first two words of the block with key `s` and
//! counter `(k, 0, 0x4345_524D, 1)`, low half first; a single battle is replica 0.
//!
//! A batch of shots outside of a battle has names of its own: seed `s`, replica 0, purpose 16, slot 0, round 0, and
//! the number of the row, from 0, in the place of the unit's id. So row `i`'s rolls depend on `(s, i)` alone, and no
//! battle with the same seed makes them.

/// The version of the mapping from names to rolls. Another mapping is another number.
pub const ROLL_SCHEME: u32 = 1;

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Philox4x32-10: a bijection of the counter for each key.
///
/// ```
/// # use multi_universe_core::ecs::roll::philox;
/// // The published known-answer vector for zeros.
/// assert_eq!(philox([0; 2], [0; 4]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
/// ```
#[inline(always)]
pub fn philox(mut key: [u32; 2], counter: [u32; 4]) -> [u32; 4] {
    // In 64 bits, of which each round reads the lower 32: so vector units multiply what they hold, without narrowing
    // and widening it again in every round.
    const LOW: u64 = u32::MAX as u64;
    let [mut a, mut b, mut c, mut d] = counter.map(u64::from);
    for round in 0..10 {
        if round > 0 {
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        let p = u64::from(MULTIPLIERS[0]) * (a & LOW);
        let q = u64::from(MULTIPLIERS[1]) * (c & LOW);
        (a, b, c, d) = (q >> 32 ^ b ^ u64::from(key[0]), q, p >> 32 ^ d ^ u64::from(key[1]), p);
    }
    [a as u32, b as u32, c as u32, d as u32]
}

/// The seed of the `count`-th battle of a kernel with this seed: the first two words of the block with the
/// kernel's seed as key and counter `(count, 0x5454_4142, 1)`, low halves first.
pub fn battle_seed(seed: u64, count: u64) -> u64 {
    let counter = [count as u32, (count >> 32) as u32, 0x5454_4142, 1];
    let [low, high, ..] = philox([seed as u32, (seed >> 32) as u32], counter);
    u64::from(high) << 32 | u64::from(low)
}

/// The seed of the battle at a place in a turn with this seed: the first two words of the block with the turn's seed as key
/// and counter `(place, 0x4543_414C, 1)`, low halves first. So no battle of a turn depends on where else there are battles.
pub fn place_seed(seed: u64, place: i64) -> u64 {
    let counter = [place as u32, (place as u64 >> 32) as u32, 0x4543_414C, 1];
    let [low, high, ..] = philox([seed as u32, (seed >> 32) as u32], counter);
    u64::from(high) << 32 | u64::from(low)
}

/// What a roll is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// R-SHOOT-3: hits and crits of a weapon.
    Volley = 1,
    /// R-DAMAGE-3: whether a shot strikes a weapon, and which.
    Hardpoint = 2,
    /// R-MELEE-1: whether a strike hits.
    Melee = 3,
    /// R-MORALE-2: two dice.
    Morale = 4,
    /// R-SHOOT-3 for a row of a batch of shots.
    Batch = 16,
}

/// Whose rolls: a seed and a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollKey([u32; 2]);

impl RollKey {
    /// The rolls of a replica of a battle with this seed.
    pub fn new(seed: u64, replica: u32) -> Self {
        let [low, high, ..] = philox([seed as u32, (seed >> 32) as u32], [replica, 0, 0x4345_524D, 1]);
        Self([low, high])
    }

    /// The words of one name's rolls.
    #[inline(always)]
    pub fn stream(self, unit: i64, purpose: Purpose, slot: u16, round: u32) -> Stream {
        self.named_stream(unit as u64, name(purpose, slot, round))
    }

    /// The words of one name's rolls, by the two halves of the name.
    #[inline(always)]
    pub fn named_stream(self, unit: u64, name: u64) -> Stream {
        Stream { key: self.0, unit, name, words: [0; 4], used: 4 }
    }

    /// The four words of a block of one name's rolls, by the two halves of the name with the block's number added to the
    /// second: what the stream gives from word `4 · block` on.
    #[inline(always)]
    pub fn named_block(self, unit: u64, name: u64) -> [u32; 4] {
        words(self.0, unit, name)
    }
}

/// The second half of a roll's name: what the roll is for.
#[inline(always)]
pub const fn name(purpose: Purpose, slot: u16, round: u32) -> u64 {
    (purpose as u64) << 58 | (slot as u64) << 42 | (round as u64) << 22
}

/// The block of a counter.
#[inline(always)]
fn words(key: [u32; 2], unit: u64, name: u64) -> [u32; 4] {
    philox(key, [unit as u32, (unit >> 32) as u32, name as u32, (name >> 32) as u32])
}

/// One of `count` equally likely numbers, from 0: the high half of the product with an even word.
///
/// ```
/// # use multi_universe_core::ecs::roll::pick;
/// assert_eq!([pick(0, 6), pick(1 << 31, 6), pick(u32::MAX, 6)], [0, 3, 5]);
/// ```
#[inline(always)]
pub fn pick(word: u32, count: u32) -> u32 {
    ((u64::from(word) * u64::from(count)) >> 32) as u32
}

/// The endless words of one name's rolls.
#[derive(Clone, Debug)]
pub struct Stream {
    key: [u32; 2],
    unit: u64,
    name: u64,
    words: [u32; 4],
    used: usize,
}

impl Stream {
    /// The next word, evenly distributed.
    #[inline(always)]
    pub fn word(&mut self) -> u32 {
        if self.used == 4 {
            self.words = words(self.key, self.unit, self.name);
            self.name += 1;
            self.used = 0;
        }
        let word = self.words[self.used];
        self.used += 1;
        word
    }
}

/// A probability as the number of words, out of 2³², that mean yes.
///
/// All chances are rounded to a multiple of 2⁻³² here; the samplers are exact for the rounded chance.
///
/// ```
/// # use multi_universe_core::ecs::roll::threshold;
/// assert_eq!(threshold(0.5), 1 << 31);
/// assert_eq!(threshold(1.0), 1 << 32);
/// ```
#[inline(always)]
pub fn threshold(chance: f64) -> u64 {
    // Scaling by a power of two is exact; half is added to round to the nearest.
    (chance * 4_294_967_296.0 + 0.5) as u64
}

/// Most trials that are rolled one by one.
pub const SINGLE_TRIALS: u32 = 32;

/// The number of successes in `trials` independent trials with chance `threshold / 2³²`.
///
/// Each trial compares an endless binary fraction with the chance, all trials a digit at a time: those
/// whose digit differs from the chance's are decided, the others, about half, go on. So the count is
/// exactly binomial, by counting bits alone, with about two bits a trial.
///
/// ```
/// # use multi_universe_core::ecs::roll::{binomial, threshold, Purpose, RollKey};
/// let mut stream = RollKey::new(1, 0).stream(7, Purpose::Volley, 0, 1);
/// let hits = binomial(&mut stream, 1_000_000, threshold(0.25));
/// assert!((248_000..252_000).contains(&hits), "{hits}");
/// ```
pub fn binomial(stream: &mut Stream, trials: u32, threshold: u64) -> u32 {
    if threshold >= 1 << 32 {
        return trials;
    }
    let mut undecided = trials;
    let mut successes = 0;
    for digit in (0..32).rev() {
        if undecided == 0 || threshold & ((1 << (digit + 1)) - 1) == 0 {
            break;
        }
        let ones = ones(stream, undecided);
        if threshold >> digit & 1 == 1 {
            successes += undecided - ones;
            undecided = ones;
        } else {
            undecided -= ones;
        }
    }
    successes
}

/// The number of ones among `bits` even bits.
fn ones(stream: &mut Stream, bits: u32) -> u32 {
    let whole = (0..bits / 32).map(|_| stream.word().count_ones()).sum::<u32>();
    match bits % 32 {
        0 => whole,
        rest => whole + (stream.word() >> (32 - rest)).count_ones(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn philox_gives_the_published_answers() {
        assert_eq!(
            philox([u32::MAX; 2], [u32::MAX; 4]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox([0xa409_3822, 0x299f_31d0], [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn names_are_told_apart() {
        let key = RollKey::new(9, 0);
        let first = |unit, slot, round| key.stream(unit, Purpose::Volley, slot, round).word();
        let base = first(1, 0, 1);
        assert_ne!(base, first(2, 0, 1));
        assert_ne!(base, first(1, 1, 1));
        assert_ne!(base, first(1, 0, 2));
        assert_ne!(base, RollKey::new(9, 1).stream(1, Purpose::Volley, 0, 1).word());
    }

    #[test]
    fn certain_and_impossible_trials_are_not_rolled() {
        let mut stream = RollKey::new(3, 0).stream(1, Purpose::Volley, 0, 1);
        assert_eq!(binomial(&mut stream, 40, threshold(1.0)), 40);
        assert_eq!(binomial(&mut stream, 40, threshold(0.0)), 0);
    }
}
