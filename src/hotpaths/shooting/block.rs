//! A block of a batch of shots: up to [`BLOCK`] rows side by side, all lanes a step at a time.

use std::mem::MaybeUninit;
use std::ops::Range;

use crate::ecs::columns::ShotColumn as C;
use crate::ecs::components::{Traits, even};
use crate::ecs::gate::Shots;
use crate::ecs::pages::prefetch;
use crate::ecs::protection::{self, armor_save, field, mitigation, pierce};
use crate::ecs::roll::{Purpose, RollKey, name};
use crate::ecs::salvo::{Names, Salvo};
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

/// Rows that are worked on side by side.
pub(super) const BLOCK: usize = 16;

/// How many rows ahead the values of a part are asked for.
const AHEAD: usize = 8 * BLOCK;

/// The columns of a part, one value for each row.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a> {
    numbers: [&'a [f64]; NUMBERS.len()],
    flags: [&'a [bool]; FLAGS.len()],
}

impl<'a> Inputs<'a> {
    const NONE: Self = Self { numbers: [&[]; NUMBERS.len()], flags: [&[]; FLAGS.len()] };

    /// These rows, if each column lies in memory as it is needed.
    pub(super) fn of(shots: &Shots<'a>, rows: Range<usize>) -> Option<Self> {
        let mut inputs = Self::NONE;
        for (input, column) in inputs.numbers.iter_mut().zip(NUMBERS) {
            *input = shots.numbers(column as usize)?.get(rows.clone())?;
        }
        for (input, column) in inputs.flags.iter_mut().zip(FLAGS) {
            *input = shots.flags(column as usize)?.get(rows.clone())?;
        }
        Some(inputs)
    }
}

/// Room for the rows of columns that cannot be read as they are: values that hold for all rows, other types, few rows.
pub(super) struct Own {
    numbers: [[f64; Self::ROWS]; NUMBERS.len()],
    flags: [[bool; Self::ROWS]; FLAGS.len()],
}

impl Own {
    /// So many rows at a time.
    pub(super) const ROWS: usize = 4 * BLOCK;

    /// What is the same for all rows, and else what is legal.
    pub(super) fn of(shots: &Shots<'_>) -> Self {
        let number = |column: C| shots.same(column as usize).unwrap_or(Shots::bounds(column as usize).0);
        let flag = |column: C| shots.same(column as usize).is_some_and(|flag| flag != 0.0);
        Self {
            numbers: NUMBERS.map(|column| [number(column); Self::ROWS]),
            flags: FLAGS.map(|column| [flag(column); Self::ROWS]),
        }
    }

    /// So many rows from `first` on. Those past the last one are legal; nobody reads what comes of them.
    pub(super) fn inputs<'a>(&'a mut self, shots: &Shots<'a>, first: usize, rows: usize) -> Inputs<'a> {
        let mut inputs = Inputs::NONE;
        for ((input, own), column) in inputs.numbers.iter_mut().zip(&mut self.numbers).zip(NUMBERS) {
            let there = shots.numbers(column as usize).and_then(|values| values.get(first..first + rows));
            *input = there.unwrap_or_else(|| {
                shots.copy_numbers(column as usize, first, &mut own[..rows]);
                &own[..rows]
            });
        }
        for ((input, own), column) in inputs.flags.iter_mut().zip(&mut self.flags).zip(FLAGS) {
            let there = shots.flags(column as usize).and_then(|values| values.get(first..first + rows));
            *input = there.unwrap_or_else(|| {
                shots.copy_flags(column as usize, first, &mut own[..rows]);
                &own[..rows]
            });
        }
        inputs
    }
}

/// Where the results of a part go.
pub(super) struct Outs<'a> {
    pub(super) hits: &'a mut [MaybeUninit<i64>],
    pub(super) crits: &'a mut [MaybeUninit<i64>],
    pub(super) damage: &'a mut [MaybeUninit<f64>],
    pub(super) p_hit: &'a mut [MaybeUninit<f64>],
}

impl<'a> Outs<'a> {
    /// Those of so many rows after another.
    pub(super) fn parts(self, rows: usize) -> impl Iterator<Item = Self> {
        let wholes = self.hits.chunks_mut(rows).zip(self.crits.chunks_mut(rows));
        let numbers = self.damage.chunks_mut(rows).zip(self.p_hit.chunks_mut(rows));
        wholes.zip(numbers).map(|((hits, crits), (damage, p_hit))| Self { hits, crits, damage, p_hit })
    }

    /// Those of these rows.
    pub(super) fn rows(&mut self, rows: Range<usize>) -> Outs<'_> {
        Outs {
            hits: &mut self.hits[rows.clone()],
            crits: &mut self.crits[rows.clone()],
            damage: &mut self.damage[rows.clone()],
            p_hit: &mut self.p_hit[rows],
        }
    }
}

/// Room for the results of a batch of less than a block.
pub(super) struct Few {
    hits: [MaybeUninit<i64>; BLOCK],
    crits: [MaybeUninit<i64>; BLOCK],
    damage: [MaybeUninit<f64>; BLOCK],
    p_hit: [MaybeUninit<f64>; BLOCK],
}

impl Default for Few {
    fn default() -> Self {
        let (whole, number) = ([MaybeUninit::uninit(); BLOCK], [MaybeUninit::uninit(); BLOCK]);
        Self { hits: whole, crits: whole, damage: number, p_hit: number }
    }
}

impl Few {
    pub(super) fn outs(&mut self) -> Outs<'_> {
        let Self { hits, crits, damage, p_hit } = self;
        Outs { hits, crits, damage, p_hit }
    }

    /// Hands over the first of them.
    pub(super) fn copy_to(&self, outs: Outs<'_>) {
        let count = outs.hits.len();
        outs.hits.copy_from_slice(&self.hits[..count]);
        outs.crits.copy_from_slice(&self.crits[..count]);
        outs.damage.copy_from_slice(&self.damage[..count]);
        outs.p_hit.copy_from_slice(&self.p_hit[..count]);
    }
}

/// Whose rolls: those of the rows from `first` on.
struct Rows {
    key: RollKey,
    first: usize,
}

impl Names for Rows {
    #[inline(always)]
    fn of(&self, lane: usize) -> (RollKey, u64, u64) {
        (self.key, (self.first + lane) as u64, name(Purpose::Batch, 0, 0))
    }
}

/// What all shots of a batch have in common.
#[derive(Clone, Copy)]
pub(super) struct Volley<'a> {
    pub(super) key: RollKey,
    /// R-SHOOT-2: what the volley adds to the chance of each.
    pub(super) volume: f64,
    pub(super) rules: &'a Rules,
}

/// Cuts columns to the block of rows from `from` on, under their own names.
macro_rules! block_of {
    ($cut:ident, $from:ident; $($column:ident),+) => {
        $(let Some($column) = $column[$from..].$cut::<BLOCK>() else { return };)+
    };
}

/// Rows side by side while they are worked on.
#[derive(Default)]
struct Block {
    salvo: Salvo<BLOCK>,
    per_hit: [f64; BLOCK],
}

kernel! {
    /// Works out the rows of a part from `first` on, from chances to damage: at least [`BLOCK`] of them. All of them are done
    /// in the end, unless a value is not `legal`.
    pub(super) fn work(volley: &Volley<'_>, first: usize, inputs: &Inputs<'_>, outs: Outs<'_>, legal: &mut bool) {
        let [bs, md, distance, attacks, strength, ap, dice, armor, invuln, accuracy, factor, bonus] = inputs.numbers;
        let [cover, fortress, ground, suppressed] = inputs.flags;
        let Outs { hits, crits, damage, p_hit } = outs;
        let count = hits.len();
        even!(count; bs, md, distance, attacks, strength, ap, dice, armor, invuln, accuracy, factor, bonus);
        even!(count; cover, fortress, ground, suppressed);
        let (crits, damage, p_hit) = (&mut crits[..count], &mut damage[..count], &mut p_hit[..count]);
        let Some(last) = count.checked_sub(BLOCK) else { return };
        let mut block = Block::default();
        let mut next = 0;
        while next < count {
            // The last block begins before the end of the one before: what it does again comes to the same.
            let from = last.min(next);
            next += BLOCK;
            let rows = Rows { key: volley.key, first: first + from };
            block_of!(first_chunk, from; bs, md, distance, attacks, strength, ap, dice, armor, invuln, accuracy, factor, bonus);
            block_of!(first_chunk, from; cover, fortress, ground, suppressed);
            block_of!(first_chunk_mut, from; hits, crits, damage, p_hit);
            if next + AHEAD <= count {
                ask_for(next + AHEAD - BLOCK, inputs);
            }
            block.salvo.attacks = *attacks;
            let muster = block.salvo.muster();
            macro_rules! aim {
                ($blocks:literal) => {
                    aim::<$blocks>(
                        &mut block, &rows, volley.volume, volley.rules, bs, md, distance, attacks, strength, ap, dice, armor, invuln,
                        accuracy, factor, bonus, cover, suppressed,
                    )
                };
            }
            let odd = if muster.is_short() { aim!(1) } else { aim!(2) };
            let numbers = [bs, md, distance, attacks, strength, ap, dice, armor, invuln, accuracy, factor, bonus];
            if odd >> 63 != 0 && !are_legal(numbers) {
                *legal = false;
                return;
            }
            block.salvo.settle(muster, &rows);
            land(&block, fortress, ground, volley.rules, damage);
            block.tell(hits, crits, p_hit);
        }
    }
}

/// Asks for the values of a block, which memory does not have ready in time of so many columns.
#[inline(always)]
fn ask_for(from: usize, inputs: &Inputs<'_>) {
    for column in inputs.numbers {
        let values = column.as_ptr().wrapping_add(from);
        prefetch(values);
        prefetch(values.wrapping_add(BLOCK / 2));
    }
    for column in inputs.flags {
        prefetch(column.as_ptr().wrapping_add(from));
    }
}

/// R-SHOOT-2, and of R-SHOOT-4 what a hit does; bounds and rolls in the same pass, which divisions leave time for. The highest
/// bit of what it returns says whether a value is outside of its bounds, or a zero below zero.
#[expect(
    clippy::too_many_arguments,
    reason = "of arguments it is known that they do not overlap: a tenth of the time"
)]
#[inline(always)]
fn aim<const BLOCKS: u64>(
    block: &mut Block,
    rows: &Rows,
    volume: f64,
    rules: &Rules,
    bs: &[f64; BLOCK],
    md: &[f64; BLOCK],
    distance: &[f64; BLOCK],
    attacks: &[f64; BLOCK],
    strength: &[f64; BLOCK],
    ap: &[f64; BLOCK],
    dice: &[f64; BLOCK],
    armor: &[f64; BLOCK],
    invuln: &[f64; BLOCK],
    accuracy: &[f64; BLOCK],
    factor: &[f64; BLOCK],
    bonus: &[f64; BLOCK],
    cover: &[bool; BLOCK],
    suppressed: &[bool; BLOCK],
) -> u64 {
    let mut odd = 0;
    for lane in 0..BLOCK {
        odd |= outside(bs[lane], C::Bs)
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
    odd
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
#[inline(never)]
fn are_legal(numbers: [&[f64; BLOCK]; NUMBERS.len()]) -> bool {
    NUMBERS.iter().zip(numbers).all(|(&column, lanes)| {
        let (min, max) = Shots::bounds(column as usize);
        lanes.iter().all(|&value| value >= min && value <= max)
    })
}

/// R-SHOOT-4: what lands.
#[inline(always)]
fn land(
    block: &Block,
    fortress: &[bool; BLOCK],
    ground: &[bool; BLOCK],
    rules: &Rules,
    points: &mut [MaybeUninit<f64>; BLOCK],
) {
    for lane in 0..BLOCK {
        points[lane].write(damage(
            block.salvo.hits[lane],
            block.salvo.crits[lane],
            block.per_hit[lane],
            Traits(if fortress[lane] { Traits::FORTRESS } else { 0 }),
            Traits(if ground[lane] { Traits::GROUND } else { 0 }),
            rules,
        ));
    }
}

impl Block {
    /// Writes the other results.
    #[expect(clippy::needless_range_loop, reason = "loops over iterators take a tenth more of the whole")]
    #[inline(always)]
    fn tell(
        &self,
        hits: &mut [MaybeUninit<i64>; BLOCK],
        crits: &mut [MaybeUninit<i64>; BLOCK],
        p_hit: &mut [MaybeUninit<f64>; BLOCK],
    ) {
        for lane in 0..BLOCK {
            hits[lane].write(i64::from(self.salvo.hits[lane]));
        }
        for lane in 0..BLOCK {
            crits[lane].write(i64::from(self.salvo.crits[lane]));
        }
        for lane in 0..BLOCK {
            p_hit[lane].write(self.salvo.hit[lane]);
        }
    }
}
