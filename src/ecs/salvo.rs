//! Salvos: attacks, hits and crits of many weapons, one at a time or side by side.
//!
//! R-SHOOT-3: hits ~ Binomial(attacks, hit), crits ~ Binomial(hits, crit), exactly, for every number of attacks; a
//! fractional number a.f is a plus one more with probability .f.
//!
//! A weapon's words, in order: if `attacks` has a fraction, one word decides on the attack more; then up to
//! [`SINGLE_TRIALS`] attacks take a word each, which decides between crit, hit and miss: under [`threshold`] of the hit
//! chance it is a hit, under that threshold times the crit chance, rounded to the nearest, a crit too; more attacks take
//! the words of [`binomial`] for the hits, then for the crits. [`Salvo::roll`] makes the same rolls as [`hits_and_crits`], a step at
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

/// Weapons side by side: the name of each one's rolls, its attacks and chances, and what comes of them.
#[derive(Clone, Debug)]
pub struct Salvo {
    /// Whose rolls.
    pub key: [RollKey; LANES],
    /// The unit, or the row of a batch: the first half of a roll's name.
    pub unit: [u64; LANES],
    /// The second half: see [`super::roll::name`].
    pub name: [u64; LANES],
    /// Attacks, whole or not.
    pub attacks: [f64; LANES],
    /// The chance that an attack hits.
    pub hit: [f64; LANES],
    /// The chance that a hit is a crit.
    pub crit: [f64; LANES],
    /// Attacks made.
    pub made: [f64; LANES],
    /// Attacks that hit.
    pub hits: [i64; LANES],
    /// Hits that were crits.
    pub crits: [i64; LANES],
    to_hit: [f64; LANES],
    to_crit: [f64; LANES],
    /// The words that mean an attack more, for a number of attacks that has a fraction.
    one_more: [f64; LANES],
    /// Words that are taken for the attack more: one if there is a fraction.
    before: [f64; LANES],
}

impl Default for Salvo {
    fn default() -> Self {
        Self {
            key: [RollKey::new(0, 0); LANES],
            unit: [0; LANES],
            name: [0; LANES],
            attacks: [0.0; LANES],
            hit: [0.0; LANES],
            crit: [0.0; LANES],
            made: [0.0; LANES],
            hits: [0; LANES],
            crits: [0; LANES],
            to_hit: [0.0; LANES],
            to_crit: [0.0; LANES],
            one_more: [0.0; LANES],
            before: [0.0; LANES],
        }
    }
}

impl Salvo {
    /// Rolls all lanes. Those that nobody filled hold what they held, and cost no more than the others.
    #[inline(always)]
    pub fn roll(&mut self) {
        self.prepare();
        self.few();
        self.many();
    }

    #[inline(always)]
    fn prepare(&mut self) {
        for lane in 0..LANES {
            let attacks = self.attacks[lane];
            let (made, fraction) = (attacks.floor(), attacks - attacks.floor());
            let side_by_side = made + fraction.ceil() <= f64::from(SINGLE_TRIALS);
            self.to_hit[lane] = words_for(self.hit[lane]);
            self.to_crit[lane] = (self.to_hit[lane] * self.crit[lane] + 0.5).floor();
            self.one_more[lane] = words_for(fraction);
            self.before[lane] = if side_by_side & (fraction > 0.0) { 1.0 } else { 0.0 };
            self.made[lane] = if side_by_side { made } else { 0.0 };
        }
    }

    /// R-SHOOT-3 for lanes with few attacks: a word for the attack more, if there is a fraction, then one for each.
    #[inline(always)]
    fn few(&mut self) {
        (self.hits, self.crits) = ([0; LANES], [0; LANES]);
        let words = |lane: usize| self.made[lane] + 2.0 * self.before[lane];
        let most = (0..LANES).map(words).fold(0.0, f64::max) as u32;
        for turn in 0..most.div_ceil(4) {
            let mut rolled = [[0; LANES]; 4];
            let [first_words, second_words, third_words, fourth_words] = &mut rolled;
            for lane in 0..LANES {
                [first_words[lane], second_words[lane], third_words[lane], fourth_words[lane]] =
                    self.key[lane].named_block(self.unit[lane], self.name[lane] + u64::from(turn));
            }
            for (word, rolled) in (4 * turn..).zip(&rolled) {
                for (lane, &roll) in rolled.iter().enumerate() {
                    let roll = f64::from(roll);
                    if word == 0 && roll < self.one_more[lane] {
                        self.made[lane] += self.before[lane];
                    }
                    // Before the first attack the number is negative.
                    let attack = f64::from(word) - self.before[lane];
                    let fires = (attack >= 0.0) & (attack < self.made[lane]);
                    self.hits[lane] += i64::from(fires & (roll < self.to_hit[lane]));
                    self.crits[lane] += i64::from(fires & (roll < self.to_crit[lane]));
                }
            }
        }
    }

    /// R-SHOOT-3 for lanes with many attacks.
    #[inline(always)]
    fn many(&mut self) {
        for lane in 0..LANES {
            if self.attacks[lane].ceil() > f64::from(SINGLE_TRIALS) {
                let mut stream = self.key[lane].named_stream(self.unit[lane], self.name[lane]);
                let rolled = hits_and_crits(&mut stream, self.attacks[lane], self.hit[lane], self.crit[lane]);
                self.made[lane] = f64::from(rolled.0);
                (self.hits[lane], self.crits[lane]) = (i64::from(rolled.1), i64::from(rolled.2));
            }
        }
    }
}

/// [`threshold`] as a float, which holds it and every word exactly: comparing floats is what vector units can do,
/// turning them into 64-bit integers is not.
#[inline(always)]
fn words_for(chance: f64) -> f64 {
    (chance * 4_294_967_296.0 + 0.5).floor()
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
            let mut salvo = Salvo::default();
            for (lane, &(attacks, whole, hit, crit)) in weapons.iter().enumerate() {
                salvo.key[lane] = RollKey::new(seed, lane as u32 % 3);
                salvo.unit[lane] = lane as u64 / 2;
                salvo.name[lane] = name(Purpose::Volley, lane as u16, 9);
                salvo.attacks[lane] = if whole { attacks.floor() } else { attacks };
                (salvo.hit[lane], salvo.crit[lane]) = (hit, crit);
            }
            salvo.roll();
            for (lane, &(_, _, hit, crit)) in weapons.iter().enumerate() {
                let key = RollKey::new(seed, lane as u32 % 3);
                let mut stream = key.stream(lane as i64 / 2, Purpose::Volley, lane as u16, 9);
                let (made, hits, crits) = hits_and_crits(&mut stream, salvo.attacks[lane], hit, crit);
                let got = (salvo.made[lane], salvo.hits[lane], salvo.crits[lane]);
                prop_assert_eq!(got, (f64::from(made), i64::from(hits), i64::from(crits)));
            }
        }
    }
}
