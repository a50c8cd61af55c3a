//! A batch of shots: each row is one weapon that fires at one target (R-SHOOT-2 to R-SHOOT-4).
//!
//! The chances, rolls and damage are those of a volley in a battle, by the same functions; row `i`'s rolls depend on
//! `(seed, i)` alone. Rows are worked on in blocks of [`LANES`], all lanes a step at a time.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::ecs::columns::{SHOTS, ShotColumn as C};
use crate::ecs::components::Traits;
use crate::ecs::gate::{self, ShotInput, Shots};
use crate::ecs::protection::{armor_save, field, mitigation, pierce, save};
use crate::ecs::roll::{Purpose, RollKey, name};
use crate::ecs::salvo::{LANES, Salvo};
use crate::ecs::simd::{self, Level, kernel};
use crate::ecs::tables::{Column, Table};
use crate::ecs::workers::Workers;
use crate::error::Result;
use crate::rules::Rules;
use crate::systems::shooting::{
    aim, crit_chance, damage, damage_per_hit, exposure, hit_chance, power, skill, volume,
};

/// Blocks that a thread takes at a time.
const BLOCKS: usize = 128;
/// Columns of the input.
const INPUTS: usize = SHOTS.len();

/// Fires all shots of a batch. `volley` is the number of weapons in the volley (R-SHOOT-2); absent: the rows.
///
/// The table has the columns hits, crits (whole numbers), damage (points, before shield and hull) and p_hit.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) lists what is wrong with the columns.
///
/// ```
/// # use multi_universe_core::{Rules, hotpaths::shooting::resolve, ecs::workers::Workers};
/// # use multi_universe_core::ecs::{gate::ShotInput, ingest::{TableInput, Values}};
/// // Rule book §5, worked example.
/// let columns = TableInput::of([("attacks", Values::numbers([2.0; 3])), ("md", Values::numbers([30.0; 3]))]);
/// let table = resolve(&ShotInput { columns, ..ShotInput::default() }, 42, None, &Rules::default(), &Workers::default())?;
/// assert!(table.floats("p_hit").iter().all(|p| (p - 0.47005).abs() < 1e-12));
/// # Ok::<(), multi_universe_core::Error>(())
/// ```
pub fn resolve(
    input: &ShotInput<'_>,
    seed: u64,
    volley: Option<usize>,
    rules: &Rules,
    workers: &Workers,
) -> Result<Table> {
    let shots = gate::shots(input)?;
    let results = fire(simd::level()?, &shots, seed, volley.unwrap_or(shots.rows()), rules, workers)?;
    Ok(Table::new(vec![
        ("hits", Column::Int(results.hits)),
        ("crits", Column::Int(results.crits)),
        ("damage", Column::Float(results.damage)),
        ("p_hit", Column::Float(results.p_hit)),
    ]))
}

/// What came of the shots, by row.
#[derive(Debug, PartialEq)]
struct Results {
    hits: Vec<i64>,
    crits: Vec<i64>,
    damage: Vec<f64>,
    p_hit: Vec<f64>,
}

/// A thread's part of the results.
struct Part<'a> {
    first: usize,
    hits: &'a mut [i64],
    crits: &'a mut [i64],
    damage: &'a mut [f64],
    p_hit: &'a mut [f64],
}

fn fire(
    level: Level,
    shots: &Shots<'_>,
    seed: u64,
    volley: usize,
    rules: &Rules,
    workers: &Workers,
) -> Result<Results> {
    let rows = shots.rows();
    let all_legal = AtomicBool::new(true);
    let mut results = Results {
        hits: vec![0; rows],
        crits: vec![0; rows],
        damage: vec![0.0; rows],
        p_hit: vec![0.0; rows],
    };
    let part = LANES * BLOCKS;
    let parts = results
        .hits
        .chunks_mut(part)
        .zip(results.crits.chunks_mut(part))
        .zip(results.damage.chunks_mut(part).zip(results.p_hit.chunks_mut(part)))
        .enumerate()
        .map(|(index, ((hits, crits), (damage, p_hit)))| Part {
            first: index * part,
            hits,
            crits,
            damage,
            p_hit,
        });
    workers.each(parts.collect(), |part: Part<'_>| {
        let mut block = Block::of(shots);
        let Part { first, hits, crits, damage, p_hit } = part;
        for start in (0..hits.len()).step_by(LANES) {
            let rows = start..hits.len().min(start + LANES);
            block.load(shots, first + start, rows.len());
            work(level, &mut block, RollKey::new(seed, 0), first + start, volley, rules);
            let count = rows.len();
            hits[rows.clone()].copy_from_slice(&block.salvo.hits[..count]);
            crits[rows.clone()].copy_from_slice(&block.salvo.crits[..count]);
            damage[rows.clone()].copy_from_slice(&block.damage[..count]);
            p_hit[rows].copy_from_slice(&block.salvo.hit[..count]);
        }
        if !block.legal {
            all_legal.store(false, Ordering::Relaxed);
        }
    });
    if !all_legal.into_inner() {
        shots.check()?;
    }
    Ok(results)
}

/// Rows side by side: what they are, and what comes of them.
struct Block {
    inputs: [[f64; LANES]; INPUTS],
    /// Whether all values so far were legal.
    legal: bool,
    salvo: Salvo,
    damage: [f64; LANES],
}

impl Block {
    /// A block that holds what is the same for all rows.
    fn of(shots: &Shots<'_>) -> Self {
        let mut block = Self {
            inputs: [[0.0; LANES]; INPUTS],
            legal: true,
            salvo: Salvo::default(),
            damage: [0.0; LANES],
        };
        for (column, lanes) in block.inputs.iter_mut().enumerate() {
            lanes.fill(shots.same(column).unwrap_or(Shots::bounds(column).0));
        }
        block
    }

    /// Takes `count` rows from `first` on. Lanes past them keep what they had; nobody reads what comes of it.
    fn load(&mut self, shots: &Shots<'_>, first: usize, count: usize) {
        for (column, lanes) in self.inputs.iter_mut().enumerate() {
            shots.take(column, first, &mut lanes[..count]);
        }
    }
}

kernel! {
    /// Works a block out, from chances to damage.
    fn work(block: &mut Block, key: RollKey, first: usize, volley: usize, rules: &Rules) {
        look(block);
        if !block.legal {
            return;
        }
        chances(block, key, first, volley, rules);
        block.salvo.roll();
        landed(block, rules);
    }
}

/// Whether all values are within their bounds; lanes past the last row hold earlier rows' values.
#[inline(always)]
fn look(block: &mut Block) {
    for (column, lanes) in block.inputs.iter().enumerate() {
        let (min, max) = Shots::bounds(column);
        block.legal &= lanes.iter().fold(true, |all, &value| all & (value >= min) & (value <= max));
    }
}

/// R-SHOOT-2: the chances, and whose rolls decide.
#[inline(always)]
fn chances(block: &mut Block, key: RollKey, first: usize, volley: usize, rules: &Rules) {
    let volume = volume(volley, rules);
    for lane in 0..LANES {
        let of = |column: C| block.inputs[column as usize][lane];
        // A flag says whether the suppression is over the limit, not how many points it is.
        let suppression = if of(C::Suppressed) != 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
        let skill = skill(aim(of(C::Bs), of(C::AccuracyMult), rules), of(C::Distance), suppression, rules);
        block.salvo.hit[lane] = hit_chance(skill, volume, exposure(of(C::Md), rules), rules);
        block.salvo.crit[lane] = crit_chance(skill, rules);
        block.salvo.attacks[lane] = of(C::Attacks);
        block.salvo.key[lane] = key;
        block.salvo.unit[lane] = (first + lane) as u64;
        block.salvo.name[lane] = name(Purpose::Batch, 0, 0);
    }
}

/// R-SHOOT-4: what lands.
#[inline(always)]
fn landed(block: &mut Block, rules: &Rules) {
    for lane in 0..LANES {
        let of = |column: C| block.inputs[column as usize][lane];
        let trait_if = |column: C, bit: u8| Traits(if of(column) != 0.0 { bit } else { 0 });
        let armor = armor_save(of(C::Armor), of(C::Cover) != 0.0, rules);
        let save = save(armor, pierce(of(C::Ap), of(C::ApBonus), rules), rules);
        let mitigation = mitigation(save, field(of(C::Invuln)), rules);
        let power = power(of(C::Strength), of(C::DamageDice), of(C::DamageMult), rules);
        block.damage[lane] = damage(
            block.salvo.hits[lane] as u32,
            block.salvo.crits[lane] as u32,
            damage_per_hit(power, mitigation, rules),
            trait_if(C::Fortress, Traits::FORTRESS),
            trait_if(C::Ground, Traits::GROUND),
            rules,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecs::ingest::{TableInput, Values};
    use crate::ecs::salvo::hits_and_crits;
    use proptest::prelude::*;

    fn numbers(rows: usize, value: impl Fn(usize) -> f64) -> Values<'static> {
        Values::numbers((0..rows).map(value))
    }

    /// A batch in which every column varies, with few and many attacks, whole and not.
    fn batch(rows: usize) -> ShotInput<'static> {
        let attacks = [0.0, 1.0, 2.5, 4.0, 7.25, 31.5, 32.0, 32.5, 33.0, 1000.5, 1e-12];
        let flags = |step: usize| Values::Flag((0..rows).map(|row| row % step == 0).collect());
        let columns = TableInput::of([
            ("bs", numbers(rows, |row| (row % 90) as f64)),
            ("md", numbers(rows, |row| (row % 70) as f64)),
            ("distance", numbers(rows, |row| (row % 101) as f64)),
            ("attacks", numbers(rows, |row| attacks[row % attacks.len()])),
            ("strength", numbers(rows, |row| (row % 13) as f64)),
            ("ap", numbers(rows, |row| (row % 47) as f64)),
            ("armor", numbers(rows, |row| (row % 61) as f64)),
            ("invuln", numbers(rows, |row| 2.0 + (row % 6) as f64)),
            ("cover", flags(2)),
            ("fortress", flags(3)),
            ("ground", flags(5)),
            ("suppressed", flags(7)),
        ]);
        let scalars = TableInput::of([("damage_dice", Values::numbers([1.5]))]);
        ShotInput { columns, scalars }
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        let input = batch(1000);
        let shots = gate::shots(&input).expect("a legal batch");
        let run = |level| {
            fire(level, &shots, 7, 1000, &Rules::default(), &Workers::default()).expect("legal values")
        };
        let baseline = run(Level::Baseline);
        assert!(baseline.hits.iter().sum::<i64>() > 1000 && baseline.crits.iter().sum::<i64>() > 100);
        for level in Level::available() {
            assert_eq!(run(level), baseline, "{level}");
        }
    }

    #[test]
    fn the_number_of_threads_does_not_matter() {
        let input = batch(3 * LANES * BLOCKS + 5);
        let run = |threads| resolve(&input, 7, None, &Rules::default(), &Workers::new(threads));
        assert_eq!(run(3).expect("a legal batch"), run(1).expect("a legal batch"));
    }

    proptest! {
        #[test]
        fn rows_side_by_side_roll_what_a_row_alone_rolls(
            seed in any::<u64>(),
            rows in prop::collection::vec((0.0f64..40.0, any::<bool>(), 0.0f64..200.0, 0.0f64..100.0), 1..200),
        ) {
            let rules = Rules::default();
            let attacks: Vec<f64> = rows.iter().map(|row| if row.1 { row.0.floor() } else { row.0 }).collect();
            let columns = TableInput::of([
                ("attacks", Values::numbers(attacks.iter().copied())),
                ("bs", Values::numbers(rows.iter().map(|row| row.2))),
                ("md", Values::numbers(rows.iter().map(|row| row.3))),
            ]);
            let input = ShotInput { columns, ..ShotInput::default() };
            let table = resolve(&input, seed, Some(9), &rules, &Workers::default()).expect("a legal batch");
            for (row, &(_, _, bs, md)) in rows.iter().enumerate() {
                let skill = skill(aim(bs, 1.0, &rules), 0.0, 0.0, &rules);
                let hit = hit_chance(skill, volume(9, &rules), exposure(md, &rules), &rules);
                let mut stream = RollKey::new(seed, 0).stream(row as i64, Purpose::Batch, 0, 0);
                let (_, hits, crits) = hits_and_crits(&mut stream, attacks[row], hit, crit_chance(skill, &rules));
                prop_assert_eq!(table.ints("hits")[row], i64::from(hits));
                prop_assert_eq!(table.ints("crits")[row], i64::from(crits));
                prop_assert_eq!(table.floats("p_hit")[row], hit);
            }
        }
    }
}
