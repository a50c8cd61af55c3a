//! A block of a batch of shots: [`LANES`] rows side by side, all lanes a step at a time.

use crate::ecs::columns::ShotColumn as C;
use crate::ecs::components::Traits;
use crate::ecs::gate::Shots;
use crate::ecs::protection::{self, armor_save, field, mitigation, pierce};
use crate::ecs::roll::{Purpose, RollKey, name};
use crate::ecs::salvo::{LANES, Names, Salvo};
use crate::ecs::simd::kernel;
use crate::rules::Rules;
use crate::systems::shooting::{
    aim as aimed, crit_chance, damage, damage_per_hit, exposure, hit_chance, power, skill,
};

/// The columns of numbers, in the order in which [`Inputs`] has them.
const NUMBERS: [C; 12] = [
    C::Bs,
    C::Md,
    C::Distance,
    C::Attacks,
    C::Strength,
    C::Ap,
    C::DamageDice,
    C::Armor,
    C::Invuln,
    C::AccuracyMult,
    C::DamageMult,
    C::ApBonus,
];
/// The columns of flags, likewise.
const FLAGS: [C; 4] = [C::Cover, C::Fortress, C::Ground, C::Suppressed];

/// Columns side by side, [`LANES`] rows of each: the caller's own memory where it can be read as it is.
pub(super) struct Inputs<'a> {
    numbers: [&'a [f64; LANES]; NUMBERS.len()],
    flags: [&'a [bool; LANES]; FLAGS.len()],
}

/// Room for what cannot: values that hold for all rows, other types, the last rows.
pub(super) struct Own {
    numbers: [[f64; LANES]; NUMBERS.len()],
    flags: [[bool; LANES]; FLAGS.len()],
}

impl Own {
    /// What is the same for all rows, and else what is legal.
    pub(super) fn of(shots: &Shots<'_>) -> Self {
        let number = |column: C| shots.same(column as usize).unwrap_or(Shots::bounds(column as usize).0);
        let flag = |column: C| shots.same(column as usize).is_some_and(|flag| flag != 0.0);
        Self {
            numbers: NUMBERS.map(|column| [number(column); LANES]),
            flags: FLAGS.map(|column| [flag(column); LANES]),
        }
    }

    /// The rows from `first` on. Lanes past the last one hold earlier rows' values; nobody reads what comes of them.
    pub(super) fn inputs<'a>(&'a mut self, shots: &'a Shots<'_>, first: usize) -> Inputs<'a> {
        let (mut numbers, mut flags) =
            (NUMBERS.iter().zip(&mut self.numbers), FLAGS.iter().zip(&mut self.flags));
        let no_more = "as many as there are columns";
        Inputs {
            numbers: std::array::from_fn(|_| {
                let (&column, own) = numbers.next().expect(no_more);
                shots.numbers(column as usize, first, own)
            }),
            flags: std::array::from_fn(|_| {
                let (&column, own) = flags.next().expect(no_more);
                shots.flags(column as usize, first, own)
            }),
        }
    }
}

/// Where the results of a block go.
pub(super) struct Outs<'a> {
    pub(super) hits: &'a mut [i64; LANES],
    pub(super) crits: &'a mut [i64; LANES],
    pub(super) damage: &'a mut [f64; LANES],
    pub(super) p_hit: &'a mut [f64; LANES],
}

/// Room for the results of the last block, which has fewer rows than lanes.
#[derive(Default)]
pub(super) struct Last {
    pub(super) hits: [i64; LANES],
    pub(super) crits: [i64; LANES],
    pub(super) damage: [f64; LANES],
    pub(super) p_hit: [f64; LANES],
}

impl Last {
    pub(super) fn outs(&mut self) -> Outs<'_> {
        let Self { hits, crits, damage, p_hit } = self;
        Outs { hits, crits, damage, p_hit }
    }
}

/// Whose rolls: those of the rows from `first` on.
pub(super) struct Rows {
    pub(super) key: RollKey,
    pub(super) first: usize,
}

impl Names for Rows {
    #[inline(always)]
    fn of(&self, lane: usize) -> (RollKey, u64, u64) {
        (self.key, (self.first + lane) as u64, name(Purpose::Batch, 0, 0))
    }
}

/// Rows side by side while they are worked on.
pub(super) struct Block {
    /// Whether all values so far were legal.
    pub(super) legal: bool,
    /// Lanes with a value that is not, or a zero below zero.
    odd: [u64; LANES],
    salvo: Salvo,
    per_hit: [f64; LANES],
    damage: [f64; LANES],
}

impl Default for Block {
    fn default() -> Self {
        Self {
            legal: true,
            odd: [0; LANES],
            salvo: Salvo::default(),
            per_hit: [0.0; LANES],
            damage: [0.0; LANES],
        }
    }
}

kernel! {
    /// Works a block out, from chances to damage, unless a value is illegal.
    pub(super) fn work(block: &mut Block, inputs: &Inputs<'_>, rows: &Rows, volume: f64, rules: &Rules, outs: Outs<'_>) {
        let [_, _, _, attacks, ..] = inputs.numbers;
        block.salvo.attacks = *attacks;
        let muster = block.salvo.muster();
        if muster.is_short() {
            aim::<1>(block, inputs, rows, volume, rules);
        } else {
            aim::<2>(block, inputs, rows, volume, rules);
        }
        let odd = block.odd.iter().fold(0, |all, odd| all | odd) >> 63 != 0;
        if odd && !legal(inputs) {
            block.legal = false;
            return;
        }
        block.salvo.settle(muster, rows);
        landed(block, inputs, rules);
        for lane in 0..LANES {
            outs.hits[lane] = i64::from(block.salvo.hits[lane]);
        }
        for lane in 0..LANES {
            outs.crits[lane] = i64::from(block.salvo.crits[lane]);
        }
        *outs.damage = block.damage;
        *outs.p_hit = block.salvo.hit;
    }
}

/// R-SHOOT-2, and of R-SHOOT-4 what a hit does; bounds and rolls in the same pass, which divisions leave time for.
#[inline(always)]
fn aim<const BLOCKS: u64>(block: &mut Block, inputs: &Inputs<'_>, rows: &Rows, volume: f64, rules: &Rules) {
    let [bs, md, distance, attacks, strength, ap, dice, armor, invuln, accuracy, factor, bonus] =
        inputs.numbers;
    let [cover, _, _, suppressed] = inputs.flags;
    for lane in 0..LANES {
        block.odd[lane] = outside(bs[lane], C::Bs)
            | outside(md[lane], C::Md)
            | outside(distance[lane], C::Distance)
            | outside(attacks[lane], C::Attacks)
            | outside(strength[lane], C::Strength)
            | outside(ap[lane], C::Ap)
            | outside(dice[lane], C::DamageDice)
            | outside(armor[lane], C::Armor)
            | outside(invuln[lane], C::Invuln)
            | outside(accuracy[lane], C::AccuracyMult)
            | outside(factor[lane], C::DamageMult)
            | outside(bonus[lane], C::ApBonus);
        // A flag says whether the suppression is over the limit, not how many points it is.
        let suppression = if suppressed[lane] { f64::INFINITY } else { f64::NEG_INFINITY };
        let skill = skill(aimed(bs[lane], accuracy[lane], rules), distance[lane], suppression, rules);
        block.salvo.hit[lane] = hit_chance(skill, volume, exposure(md[lane], rules), rules);
        block.salvo.crit[lane] = crit_chance(skill, rules);
        let save = armor_save(armor[lane], cover[lane], rules);
        let save = protection::save(save, pierce(ap[lane], bonus[lane], rules), rules);
        let mitigation = mitigation(save, field(invuln[lane]), rules);
        let power = power(strength[lane], dice[lane], factor[lane], rules);
        block.per_hit[lane] = damage_per_hit(power, mitigation, rules);
        block.salvo.aim::<BLOCKS>(lane, rows);
    }
}

/// A number whose highest bit is set if the value is not within the column's bounds, or if it is a zero below zero: two
/// subtractions of bits, which are in the order of the numbers from zero up.
#[inline(always)]
fn outside(value: f64, column: C) -> u64 {
    let (min, max) = Shots::bounds(column as usize);
    // Bounds on both sides of zero are equally far from it.
    let (bits, min) = if min < 0.0 { (value.abs().to_bits(), 0) } else { (value.to_bits(), min.to_bits()) };
    bits.wrapping_sub(min) | max.to_bits().wrapping_sub(bits)
}

/// Whether all values are within their bounds.
fn legal(inputs: &Inputs<'_>) -> bool {
    NUMBERS.iter().zip(inputs.numbers).all(|(&column, lanes)| {
        let (min, max) = Shots::bounds(column as usize);
        lanes.iter().all(|&value| value >= min && value <= max)
    })
}

/// R-SHOOT-4: what lands.
#[inline(always)]
fn landed(block: &mut Block, inputs: &Inputs<'_>, rules: &Rules) {
    let [_, fortress, ground, _] = inputs.flags;
    for lane in 0..LANES {
        block.damage[lane] = damage(
            block.salvo.hits[lane],
            block.salvo.crits[lane],
            block.per_hit[lane],
            Traits(if fortress[lane] { Traits::FORTRESS } else { 0 }),
            Traits(if ground[lane] { Traits::GROUND } else { 0 }),
            rules,
        );
    }
}
