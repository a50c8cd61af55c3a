//! A batch of shots: each row is one weapon that fires at one target (R-SHOOT-2 to R-SHOOT-4).
//!
//! The chances, rolls and damage are those of a volley in a battle, by the same functions; row `i`'s rolls depend on
//! `(seed, i)` alone. Rows are worked on in blocks, all lanes a step at a time, and read where the caller has them.
#![expect(unsafe_code, reason = "results are written into memory that holds nothing before")]

mod block;
mod results;

use std::sync::atomic::{AtomicBool, Ordering};

use self::block::{BLOCK, Few, Inputs, Outs, Own, Volley, work};
use self::results::{Kept, Results};
use crate::ecs::gate::{self, ShotInput, Shots};
use crate::ecs::roll::RollKey;
use crate::ecs::simd::{self, Level};
use crate::ecs::tables::Table;
use crate::ecs::workers::Workers;
use crate::error::{Error, Fault, Result};
use crate::rules::Rules;
use crate::systems::shooting::volume;

/// Rows that a thread takes at a time.
const PART: usize = 4096;
/// Batches of fewer rows stay on one thread: waking another would take longer.
const APART: usize = 4 * PART;

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
    fire(&gate::shots(input)?, seed, volley, rules, workers)
}

/// Whether a batch of so many rows is worth more than one thread.
pub fn is_large(rows: usize) -> bool {
    rows >= APART
}

/// The same as [`resolve`], of shots that are known.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) lists the values that are illegal.
pub fn fire(
    shots: &Shots<'_>,
    seed: u64,
    volley: Option<usize>,
    rules: &Rules,
    workers: &Workers,
) -> Result<Table> {
    let volume = volume(volley.unwrap_or(shots.rows()), rules);
    let volley = Volley { key: RollKey::new(seed, 0), volume, rules };
    Ok(KEPT.table(fire_at(simd::level()?, shots, &volley, workers)?))
}

/// The results that this process keeps.
static KEPT: Kept = Kept::nothing();

fn fire_at(level: Level, shots: &Shots<'_>, volley: &Volley<'_>, workers: &Workers) -> Result<Results> {
    let rows = shots.rows();
    let mut blanks = KEPT.blanks(rows);
    let outs = blanks.outs();
    let all_legal = if is_large(rows) {
        let all_legal = AtomicBool::new(true);
        workers.each(outs.parts(PART).enumerate().collect(), |(part, outs)| {
            if !fire_part(level, shots, part * PART, outs, volley) {
                all_legal.store(false, Ordering::Relaxed);
            }
        });
        all_legal.into_inner()
    } else {
        fire_part(level, shots, 0, outs, volley)
    };
    if !all_legal {
        shots.check()?;
        // It was not when it was read.
        let wanted = "values that stay what they are until the call returns";
        return Err(Error::Input(Fault::column("shots", "", "values that changed", wanted).into()));
    }
    // SAFETY: `fire_part` writes the results of all rows of its part, if their values are legal, and the parts are all rows.
    Ok(unsafe { blanks.written() })
}

/// Fires the shots of a part, and tells whether all of their values are legal. If they are, it has written all results.
fn fire_part(level: Level, shots: &Shots<'_>, first: usize, mut outs: Outs<'_>, volley: &Volley<'_>) -> bool {
    let (count, mut legal) = (outs.hits.len(), true);
    if count < BLOCK {
        let (mut own, mut few) = (Own::of(shots), Few::default());
        work(level, volley, first, &own.inputs(shots, first, BLOCK), few.outs(), &mut legal);
        few.copy_to(outs);
    } else if let Some(inputs) = Inputs::of(shots, first..first + count) {
        work(level, volley, first, &inputs, outs, &mut legal);
    } else {
        let mut own = Own::of(shots);
        for start in (0..count).step_by(Own::ROWS) {
            // The last rows with some of those before, if they are less than a block.
            let rows = start.min(count - BLOCK)..count.min(start + Own::ROWS);
            let first = first + rows.start;
            work(level, volley, first, &own.inputs(shots, first, rows.len()), outs.rows(rows), &mut legal);
        }
    }
    legal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecs::columns::{Kind, SHOTS};
    use crate::ecs::ingest::{TableInput, Values};
    use crate::ecs::roll::Purpose;
    use crate::ecs::salvo::hits_and_crits;
    use crate::systems::shooting::{aim, crit_chance, exposure, hit_chance, skill};
    use proptest::prelude::*;

    fn numbers(rows: usize, value: impl Fn(usize) -> f64) -> Values<'static> {
        Values::numbers((0..rows).map(value))
    }

    /// A batch in which every column varies, with few and many attacks, whole and not.
    fn batch(rows: usize) -> ShotInput<'static> {
        let attacks = [0.0, 1.0, 2.5, 4.0, 7.25, 31.5, 32.0, 32.5, 33.0, 1000.5, 1e-12, -0.0];
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
        let rules = Rules::default();
        let volley = Volley { key: RollKey::new(7, 0), volume: volume(1000, &rules), rules: &rules };
        let run = |level| fire_at(level, &shots, &volley, &Workers::default()).expect("legal values");
        let baseline = run(Level::Baseline);
        assert!(baseline.hits.iter().sum::<i64>() > 1000 && baseline.crits.iter().sum::<i64>() > 100);
        for level in Level::available() {
            assert_eq!(run(level), baseline, "{level}");
        }
    }

    #[test]
    fn the_number_of_threads_does_not_matter() {
        let input = batch(APART + PART + 5);
        let run = |threads| resolve(&input, 7, None, &Rules::default(), &Workers::new(threads));
        assert_eq!(run(3).expect("a legal batch"), run(1).expect("a legal batch"));
    }

    #[test]
    fn an_illegal_value_is_noticed_in_every_column_and_row_and_a_zero_below_zero_is_legal() {
        for column in &SHOTS {
            let Kind::Number { min, max } = column.kind else { continue };
            for row in [0, BLOCK - 1, BLOCK, 2 * BLOCK] {
                let resolved = |value: f64| {
                    let values =
                        numbers(2 * BLOCK + 1, |other| if other == row { value } else { max.min(5.0) });
                    let columns = TableInput::of([(column.name, values)]);
                    let input = ShotInput { columns, ..ShotInput::default() };
                    resolve(&input, 7, None, &Rules::default(), &Workers::default())
                };
                for value in
                    [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, min - 1e-9, min.next_down(), max.next_up()]
                {
                    if value < min || value > max || value.is_nan() {
                        let faults = resolved(value).expect_err("an illegal value").to_string();
                        assert!(
                            faults.contains(column.name) && faults.contains(&format!("row {row}")),
                            "{faults}"
                        );
                    }
                }
                for value in [min, max, if min > 0.0 { min } else { -0.0 }] {
                    assert!(resolved(value).is_ok(), "{} {value}", column.name);
                }
            }
        }
    }

    #[test]
    fn values_are_read_alike_whatever_holds_them() {
        // Less than a block, blocks and the rows behind them, more than are copied at a time, and parts of which one is short.
        for rows in
            [1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK - 1, 8 * BLOCK + 3, APART + 5, APART + PART - 1]
        {
            read_alike(rows);
        }
    }

    fn read_alike(rows: usize) {
        let floats = |column: usize| (0..rows).map(move |row| ((row * (column + 3)) % 5 + 2) as f64);
        let kinds: [fn(Vec<f64>) -> Values<'static>; 4] = [
            |values| Values::F64(values.into()),
            |values| Values::F32(values.iter().map(|&value| value as f32).collect()),
            |values| Values::I64(values.iter().map(|&value| value as i64).collect()),
            |values| Values::I32(values.iter().map(|&value| value as i32).collect()),
        ];
        let tables: Vec<Table> = kinds
            .iter()
            .map(|kind| {
                // The last columns first: the order does not matter either.
                let columns = SHOTS.iter().enumerate().rev().map(|(index, column)| match column.kind {
                    Kind::Flag => {
                        (column.name, Values::Flag(floats(index).map(|value| value > 4.0).collect()))
                    }
                    _ => (column.name, kind(floats(index).collect())),
                });
                let columns =
                    TableInput { columns: columns.map(|(name, values)| (name.into(), values)).collect() };
                let input = ShotInput { columns, ..ShotInput::default() };
                resolve(&input, 7, None, &Rules::default(), &Workers::default()).expect("a legal batch")
            })
            .collect();
        assert!(tables[0].ints("hits").iter().sum::<i64>() > rows as i64);
        assert!(tables.iter().all(|table| *table == tables[0]));
    }

    proptest! {
        #[test]
        fn rows_side_by_side_roll_what_a_row_alone_rolls(
            seed in any::<u64>(),
            share in prop_oneof![Just(0.1), Just(0.2), Just(1.0)],
            rows in prop::collection::vec((0.0f64..40.0, any::<bool>(), 0.0f64..200.0, 0.0f64..100.0), 1..200),
        ) {
            let rules = Rules::default();
            let attacks: Vec<f64> = rows.iter().map(|row| share * row.0).zip(&rows).map(|(many, row)| if row.1 { many.floor() } else { many }).collect();
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
