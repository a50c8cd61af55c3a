//! What if: two variants of a battle, replica by replica with the same rolls.
//!
//! Replica `k` of both has the rolls of (seed, k), and a roll belongs to a unit's id: units that both variants have roll the
//! same. So most of the chance in one is in the other too and cancels in the difference, which needs far fewer replicas than
//! two independent runs (common random numbers).
//!
//! With `dₖ` the difference in replica `k`, `n` replicas and `z` the normal quantile of `(1 + confidence)/2`:
//!
//! ```text
//! difference = mean(d) ± z · √(var(d)/n)            saving = (var(a) + var(b)) / var(d)
//! ```
//!
//! `saving` is how many times as many replicas independent runs would need for an interval as narrow. Where all differences
//! are equal, the interval has no width and the saving is infinite.

use std::sync::Arc;

use super::samples::NOBODY;
use super::{Odds, normal_quantile};
use crate::ecs::tables::{Column, Table};
use crate::error::{Error, Fault, Result};

/// The mean of a difference, its interval, and what common random numbers saved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The mean of the variant's minus the base's.
    pub mean: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
    /// How many times as many independent replicas would be needed.
    pub saving: f64,
}

/// The difference of paired values.
///
/// ```
/// # use multi_universe_core::odds::difference;
/// let base = [0.0, 1.0, 0.0, 1.0];
/// let variant = [0.0, 1.0, 1.0, 1.0];
/// let d = difference(&base, &variant, 0.95);
/// assert_eq!(d.mean, 0.25);
/// assert!(d.low < 0.0 && d.high > 0.5 && (d.saving - 7.0 / 3.0).abs() < 1e-12);
/// ```
pub fn difference(base: &[f64], variant: &[f64], confidence: f64) -> Difference {
    let pairs = base.iter().zip(variant).map(|(base, variant)| variant - base);
    let differences: Vec<f64> = pairs.collect();
    let (mean, variance) = mean_and_variance(&differences);
    let independent = mean_and_variance(base).1 + mean_and_variance(variant).1;
    let half = normal_quantile(0.5 + confidence / 2.0) * (variance / differences.len().max(1) as f64).sqrt();
    Difference { mean, low: mean - half, high: mean + half, saving: independent / variance }
}

/// The mean, and the variance of a sample.
fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, squares / (n - 1.0).max(1.0))
}

/// A row per variant and faction: variant, name, probability of the base and of the variant, their difference with its
/// interval and saving, and the same of units lost.
///
/// # Errors
/// [`Error::Odds`] if a variant has other runs, another seed or confidence than the base.
pub fn compare(base: &Odds, variants: &[(String, Odds)]) -> Result<Table> {
    let mut rows = Rows::default();
    for (index, (name, variant)) in variants.iter().enumerate() {
        let whose = |odds: &Odds| (odds.seed, odds.samples.first, odds.runs(), odds.confidence.to_bits());
        if whose(variant) != whose(base) {
            let got = format!("variant '{name}' with seed {}, {} runs", variant.seed, variant.runs());
            let wanted = format!("seed {}, {} runs, as the base", base.seed, base.runs());
            return Err(Error::Odds(Fault::column("variants", "", got, wanted).into()));
        }
        let mut factions: Vec<&Arc<str>> = base.factions().iter().chain(variant.factions()).collect();
        factions.sort_unstable();
        factions.dedup();
        for faction in factions {
            rows.push(index as u32, faction, base, variant);
        }
    }
    let names: Vec<&str> = variants.iter().map(|(name, _)| name.as_str()).collect();
    Ok(rows.into_table(&names))
}

/// 1 for each replica that a faction won, else 0.
fn won(odds: &Odds, faction: &str) -> Vec<f64> {
    let side = odds.factions().iter().position(|name| &**name == faction);
    let won = |&winner: &u16| winner != NOBODY && Some(usize::from(winner)) == side;
    odds.samples.winner.iter().map(|winner| f64::from(u8::from(won(winner)))).collect()
}

/// The units that a faction lost in each replica; none if it does not fight.
fn lost(odds: &Odds, faction: &str) -> Vec<f64> {
    match odds.factions().iter().position(|name| &**name == faction) {
        Some(side) => odds.samples.lost_by(side).map(f64::from).collect(),
        None => vec![0.0; odds.runs()],
    }
}

#[derive(Default)]
struct Rows {
    variant: Vec<u32>,
    name: Vec<String>,
    base: Vec<f64>,
    changed: Vec<f64>,
    chance: Vec<Difference>,
    lost: Vec<Difference>,
    runs: Vec<i64>,
}

impl Rows {
    fn push(&mut self, variant: u32, faction: &str, base: &Odds, changed: &Odds) {
        let (before, after) = (won(base, faction), won(changed, faction));
        let share = |won: &[f64]| won.iter().sum::<f64>() / won.len().max(1) as f64;
        self.variant.push(variant);
        self.name.push(faction.to_owned());
        self.base.push(share(&before));
        self.changed.push(share(&after));
        self.chance.push(difference(&before, &after, base.confidence));
        self.lost.push(difference(&lost(base, faction), &lost(changed, faction), base.confidence));
        self.runs.push(base.runs() as i64);
    }

    fn into_table(self, variants: &[&str]) -> Table {
        let of = |values: &[Difference], part: fn(&Difference) -> f64| {
            Column::Float(values.iter().map(part).collect())
        };
        let (chance, lost) = (&self.chance, &self.lost);
        let columns = vec![
            ("variant", Column::words(self.variant, variants)),
            ("name", Column::words((0..self.name.len() as u32).collect(), &self.name)),
            ("base", Column::Float(self.base)),
            ("probability", Column::Float(self.changed)),
            ("difference", of(chance, |d| d.mean)),
            ("low", of(chance, |d| d.low)),
            ("high", of(chance, |d| d.high)),
            ("saving", of(chance, |d| d.saving)),
            ("lost_difference", of(lost, |d| d.mean)),
            ("lost_low", of(lost, |d| d.low)),
            ("lost_high", of(lost, |d| d.high)),
            ("lost_saving", of(lost, |d| d.saving)),
            ("runs", Column::Int(self.runs)),
        ];
        Table::new(columns)
    }
}
