//! Salvos: attacks, hits and crits of many weapons, one at a time or side by side.
//!
//! R-SHOOT-3: hits ~ Binomial(attacks, hit), crits ~ Binomial(hits, crit), exactly, for every number of attacks; a
//! fractional number a.f is a plus one more with probability .f.
//!
//! A weapon's words, in order: if `attacks` has a fraction, one word decides on the attack more; then up to
//! [`SINGLE_TRIALS`] attacks take a word each, which decides between crit, hit and miss: under [`threshold`] of the hit
//! chance it is a hit, under that threshold times the crit chance, rounded to the nearest, a crit too; more attacks take
//! the words of [`binomial`] for the hits, then for the crits. A [`Salvo`] makes the same rolls as [`hits_and_crits`], a step at
//! a time for all its lanes, so that vector units can take several at once.

use super::roll::{RollKey, SINGLE_TRIALS, Stream, binomial, threshold};

/// Weapons that are rolled side by side.
pub const LANES: usize = 32;

/// R-SHOOT-3: attacks made, hits among them, crits among those.
///
/// ```
/// # use multi_universe_core::ecs::{roll::{Purpose, RollKey}, salvo::hits_and_crits};
/// let mut rolls = RollKey::new(1, 0).stream(7, Purpose::Volley, 0, 1);
/// let (attacks, hits, crits) = hits_and_crits(&mut rolls, 2.5, 0.95, 0.5);
/// assert!((2..=3).contains(&attacks) && hits <= attacks && crits <= hits);
/// ```
pub fn hits_and_crits(rolls: &mut Stream, attacks: f64, hit: f64, crit: f64) -> (u32, u32, u32) {
    let mut made = attacks as u32;
    let fraction = attacks - f64::from(made);
    if fraction > 0.0 {
        made += u32::from(u64::from(rolls.word()) < threshold(fraction));
    }
    let to_hit = threshold(hit);
    if made > SINGLE_TRIALS {
        let hits = binomial(rolls, made, to_hit);
        return (made, hits, binomial(rolls, hits, threshold(crit)));
    }
    let to_crit = (to_hit as f64 * crit + 0.5) as u64;
    let (mut hits, mut crits) = (0, 0);
    for _ in 0..made {
        let word = u64::from(rolls.word());
        hits += u32::from(word < to_hit);
        crits += u32::from(word < to_crit);
    }
    (made, hits, crits)
}

/// Whose rolls decide over the weapons of a salvo.
pub trait Names {
    /// The key of a lane's rolls, and the two halves of their name: see [`super::roll::name`].
    fn of(&self, lane: usize) -> (RollKey, u64, u64);
}

/// A key and a name for each lane.
#[derive(Clone, Debug)]
pub struct Each {
    key: [RollKey; LANES],
    unit: [u64; LANES],
    name: [u64; LANES],
}

impl Default for Each {
    fn default() -> Self {
        Self { key: [RollKey::new(0, 0); LANES], unit: [0; LANES], name: [0; LANES] }
    }
}

impl Each {
    /// Sets a lane's key and the two halves of its name.
    #[inline(always)]
    pub fn set(&mut self, lane: usize, key: RollKey, unit: u64, name: u64) {
        (self.key[lane], self.unit[lane], self.name[lane]) = (key, unit, name);
    }
}

impl Names for Each {
    #[inline(always)]
    fn of(&self, lane: usize) -> (RollKey, u64, u64) {
        (self.key[lane], self.unit[lane], self.name[lane])
    }
}

/// Weapons side by side: the attacks and chances of each, and what comes of them.
///
/// [`Salvo::roll`] does all steps. Who has more to do for each weapon does it beside the second one, so that vector units
/// have something to do while they wait for a division: [`Salvo::muster`], then [`Salvo::aim`] for each lane, then
/// [`Salvo::settle`].
#[derive(Clone, Debug)]
pub struct Salvo<const N: usize = LANES> {
    /// Attacks, whole or not.
    pub attacks: [f64; N],
    /// The chance that an attack hits.
    pub hit: [f64; N],
    /// The chance that a hit is a crit.
    pub crit: [f64; N],
    /// Attacks made.
    pub made: [u32; N],
    /// Attacks that hit.
    pub hits: [u32; N],
    /// Hits that were crits.
    pub crits: [u32; N],
    /// The words that mean a hit, and those that mean a crit.
    to_hit: [f64; N],
    to_crit: [f64; N],
    /// The largest word that means a hit, and a crit: a word is compared with it by 32 bits. Where no word does, they are
    /// wrong, and what was counted is forgotten.
    last_hit: [u32; N],
    last_crit: [u32; N],
    /// Words that are taken for the attack more: one if there is a fraction.
    before: [u32; N],
    /// The words of two blocks.
    words: [[u32; N]; 8],
}

impl<const N: usize> Default for Salvo<N> {
    fn default() -> Self {
        Self {
            attacks: [0.0; N],
            hit: [0.0; N],
            crit: [0.0; N],
            made: [0; N],
            hits: [0; N],
            crits: [0; N],
            to_hit: [0.0; N],
            to_crit: [0.0; N],
            last_hit: [0; N],
            last_crit: [0; N],
            before: [0; N],
            words: [[0; N]; 8],
        }
    }
}

/// How a salvo is rolled: what [`Salvo::muster`] found out about all of its lanes.
#[derive(Clone, Copy, Debug)]
pub struct Muster {
    /// Words that the lanes need, the largest number of them.
    most: u32,
    /// Whether somewhere an attack more is rolled for.
    fractions: bool,
    /// Whether somewhere there are more than [`SINGLE_TRIALS`] attacks.
    many: bool,
}

impl Muster {
    /// Whether one block of words is enough for each lane.
    #[inline(always)]
    pub fn is_short(self) -> bool {
        self.most <= 4
    }
}

impl<const N: usize> Salvo<N> {
    /// Rolls all lanes. Those that nobody filled hold what they held, and cost no more than the others.
    #[inline(always)]
    pub fn roll(&mut self, names: &impl Names) {
        let muster = self.muster();
        if muster.is_short() {
            for lane in 0..N {
                self.aim::<1>(lane, names);
            }
        } else {
            for lane in 0..N {
                self.aim::<2>(lane, names);
            }
        }
        self.settle(muster, names);
    }

    /// The first step: how many words the attacks of all lanes take.
    #[inline(always)]
    pub fn muster(&mut self) -> Muster {
        let (mut few, mut whole, mut most) = (true, true, 0);
        for lane in 0..N {
            let attacks = self.attacks[lane];
            few &= attacks <= FEW;
            whole &= attacks == attacks.floor();
            let made = bits_of(if attacks <= FEW { attacks.floor() } else { 0.0 });
            most = most.max(made);
            self.made[lane] = made as u32;
            self.before[lane] = 0;
        }
        let mut most = most as u32;
        if !whole {
            for lane in 0..N {
                let attacks = self.attacks[lane];
                let has_fraction = (attacks <= FEW) & (attacks > attacks.floor());
                self.before[lane] = bits_of(if has_fraction { 1.0 } else { 0.0 }) as u32;
                // Of a number that is none, which a batch finds out later, anything may come.
                most = most.max(self.made[lane].wrapping_add(2 * self.before[lane]));
            }
        }
        Muster { most, fractions: !whole, many: !few }
    }

    /// The second step, for a lane: which words mean what, and the words of the first blocks: of one if that is enough for
    /// all lanes, else of two.
    #[inline(always)]
    pub fn aim<const BLOCKS: u64>(&mut self, lane: usize, names: &impl Names) {
        let to_hit = words_for(self.hit[lane]);
        let to_crit = (to_hit * self.crit[lane] + 0.5).floor();
        self.to_hit[lane] = to_hit;
        self.to_crit[lane] = to_crit;
        self.last_hit[lane] = (bits_of(to_hit) as u32).wrapping_sub(1);
        self.last_crit[lane] = (bits_of(to_crit) as u32).wrapping_sub(1);
        let (key, unit, name) = names.of(lane);
        let [first, second, third, fourth] = key.named_block(unit, name);
        self.words[0][lane] = first;
        self.words[1][lane] = second;
        self.words[2][lane] = third;
        self.words[3][lane] = fourth;
        if BLOCKS == 2 {
            let [first, second, third, fourth] = key.named_block(unit, name + 1);
            self.words[4][lane] = first;
            self.words[5][lane] = second;
            self.words[6][lane] = third;
            self.words[7][lane] = fourth;
        }
    }

    /// The last step: R-SHOOT-3 by the words.
    #[inline(always)]
    pub fn settle(&mut self, muster: Muster, names: &impl Names) {
        if muster.fractions {
            self.one_more();
        }
        (self.hits, self.crits) = ([0; N], [0; N]);
        if muster.is_short() {
            self.count::<4>(0);
        } else {
            self.count::<8>(0);
            for block in 2..muster.most.div_ceil(4) {
                for lane in 0..N {
                    let (key, unit, name) = names.of(lane);
                    let [first, second, third, fourth] = key.named_block(unit, name + u64::from(block));
                    self.words[0][lane] = first;
                    self.words[1][lane] = second;
                    self.words[2][lane] = third;
                    self.words[3][lane] = fourth;
                }
                self.count::<4>(4 * block);
            }
        }
        for lane in 0..N {
            self.hits[lane] = if self.to_hit[lane] > 0.0 { self.hits[lane] } else { 0 };
            self.crits[lane] = if self.to_crit[lane] > 0.0 { self.crits[lane] } else { 0 };
        }
        if muster.many {
            self.many(names);
        }
    }

    /// The attack more of lanes with a fraction: the first word decides.
    #[inline(always)]
    fn one_more(&mut self) {
        for lane in 0..N {
            let attacks = self.attacks[lane];
            let words = words_for(attacks - attacks.floor());
            let ever = bits_of(if words > 0.0 { 1.0 } else { 0.0 }) as u32;
            let last = (bits_of(words) as u32).wrapping_sub(1);
            self.made[lane] += u32::from(self.words[0][lane] <= last) & ever & self.before[lane];
        }
    }

    /// Counts the hits and crits that `WORDS` words mean, the first of which is the stream's word `from`.
    #[inline(always)]
    fn count<const WORDS: usize>(&mut self, from: u32) {
        for lane in 0..N {
            let (mut hits, mut crits) = (self.hits[lane], self.crits[lane]);
            for word in 0..WORDS {
                // Before the first attack the number wraps around.
                let attack = (from + word as u32).wrapping_sub(self.before[lane]);
                let fires = attack < self.made[lane];
                hits += u32::from(fires & (self.words[word][lane] <= self.last_hit[lane]));
                crits += u32::from(fires & (self.words[word][lane] <= self.last_crit[lane]));
            }
            (self.hits[lane], self.crits[lane]) = (hits, crits);
        }
    }

    /// R-SHOOT-3 for lanes with many attacks.
    #[inline(never)]
    fn many(&mut self, names: &impl Names) {
        for lane in 0..N {
            if self.attacks[lane] > FEW {
                let (key, unit, name) = names.of(lane);
                let mut stream = key.named_stream(unit, name);
                (self.made[lane], self.hits[lane], self.crits[lane]) =
                    hits_and_crits(&mut stream, self.attacks[lane], self.hit[lane], self.crit[lane]);
            }
        }
    }
}

/// Most attacks that are rolled side by side.
const FEW: f64 = SINGLE_TRIALS as f64;

/// [`threshold`] as a float, which holds it and every word exactly: what vector units make of a float is a float.
#[inline(always)]
fn words_for(chance: f64) -> f64 {
    (chance * 4_294_967_296.0 + 0.5).floor()
}

/// A whole number from 0 to 2³² as bits in its order, the lower ones of which are the number's own: those of the float next to
/// 2⁵². All vector units can add; not all can turn floats into whole numbers.
#[inline(always)]
fn bits_of(whole: f64) -> u64 {
    (whole + 4_503_599_627_370_496.0).to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecs::roll::{Purpose, name};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn weapons_side_by_side_roll_what_a_weapon_alone_rolls(
            seed in any::<u64>(),
            weapons in prop::collection::vec((0.0f64..40.0, any::<bool>(), 0.0f64..=1.0, 0.0f64..=1.0), LANES),
        ) {
            let (mut salvo, mut names) = (Salvo::<LANES>::default(), Each::default());
            for (lane, &(attacks, whole, hit, crit)) in weapons.iter().enumerate() {
                let key = RollKey::new(seed, lane as u32 % 3);
                names.set(lane, key, lane as u64 / 2, name(Purpose::Volley, lane as u16, 9));
                salvo.attacks[lane] = if whole { attacks.floor() } else { attacks };
                (salvo.hit[lane], salvo.crit[lane]) = (hit, crit);
            }
            salvo.roll(&names);
            for (lane, &(_, _, hit, crit)) in weapons.iter().enumerate() {
                let key = RollKey::new(seed, lane as u32 % 3);
                let mut stream = key.stream(lane as i64 / 2, Purpose::Volley, lane as u16, 9);
                let (made, hits, crits) = hits_and_crits(&mut stream, salvo.attacks[lane], hit, crit);
                let got = (salvo.made[lane], salvo.hits[lane], salvo.crits[lane]);
                prop_assert_eq!(got, (made, hits, crits));
            }
        }
    }
}
