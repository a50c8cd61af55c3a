//! What the samples say: chances with intervals, means and quantiles, as tables.

use std::borrow::Cow;

use super::samples::NOBODY;
use super::{Odds, wilson};
use crate::ecs::tables::{Column, Table};

/// The quantiles that are told, in percent, and their names.
const QUANTILES: [(&str, u64); 5] = [("p05", 5), ("p25", 25), ("p50", 50), ("p75", 75), ("p95", 95)];
/// How a replica ended, by its number.
const ENDINGS: [&str; 3] = ["victory", "stalemate", "round_limit"];

impl Odds {
    /// A row per faction: name, units, wins, probability, low and high (Wilson's interval), then mean, and the 5, 25, 50,
    /// 75 and 95 % quantiles of units lost and of units left, and the mean of cost lost.
    pub fn table(&self) -> Table {
        let (samples, runs) = (&self.samples, self.runs());
        let sides = 0..samples.sides.len();
        let wins = samples.wins();
        let intervals: Vec<(f64, f64)> =
            wins.iter().map(|&wins| wilson(wins, runs as u64, self.confidence)).collect();
        let initial = |side: usize| samples.initial[side];
        let lost: Vec<Histogram> =
            sides.clone().map(|side| Histogram::of(samples.lost_by(side), initial(side))).collect();
        let left: Vec<Histogram> = sides.clone().map(|side| lost[side].mirrored(initial(side))).collect();
        let mut columns: Vec<(Cow<'static, str>, Column)> = vec![
            ("name".into(), Column::words(sides.clone().map(|side| side as u32).collect(), &samples.sides)),
            ("units".into(), Column::Int(samples.initial.iter().map(|&units| units as i64).collect())),
            ("wins".into(), Column::Int(wins.iter().map(|&wins| wins as i64).collect())),
            ("probability".into(), Column::Float(wins.iter().map(|&wins| share(wins, runs)).collect())),
            ("low".into(), Column::Float(intervals.iter().map(|interval| interval.0).collect())),
            ("high".into(), Column::Float(intervals.iter().map(|interval| interval.1).collect())),
        ];
        for (what, histograms) in [("lost", &lost), ("survivors", &left)] {
            let means = histograms.iter().map(Histogram::mean).collect();
            columns.push((format!("{what}_mean").into(), Column::Float(means)));
            for (name, percent) in QUANTILES {
                let values = histograms.iter().map(|histogram| histogram.quantile(percent) as i64).collect();
                columns.push((format!("{what}_{name}").into(), Column::Int(values)));
            }
        }
        let cost = |side| samples.cost_lost_by(side).sum::<f64>() / runs.max(1) as f64;
        columns.push(("cost_lost_mean".into(), Column::Float(sides.map(cost).collect())));
        Table::new(columns)
    }

    /// How many replicas nobody won.
    pub fn draws(&self) -> usize {
        self.samples.winner.iter().filter(|&&winner| winner == NOBODY).count()
    }

    /// Rounds: mean, least, 5, 25, 50, 75 and 95 % quantiles, most.
    pub fn rounds(&self) -> Vec<(&'static str, f64)> {
        let rounds = &self.samples.rounds;
        let most = rounds.iter().copied().max().unwrap_or_default();
        let least = rounds.iter().copied().min().unwrap_or_default();
        let histogram = Histogram::of(rounds.iter().copied(), u64::from(most));
        let quantiles = QUANTILES.iter().map(|&(name, percent)| (name, histogram.quantile(percent) as f64));
        [("mean", histogram.mean()), ("min", f64::from(least))]
            .into_iter()
            .chain(quantiles)
            .chain([("max", f64::from(most))])
            .collect()
    }

    /// A row per replica: run, winner ("": nobody), outcome, rounds, then for each faction the units it lost, the units it
    /// has left and the cost it lost (`lost_NAME`, `survivors_NAME`, `cost_lost_NAME`).
    pub fn samples_table(&self) -> Table {
        let samples = &self.samples;
        let names: Vec<&str> = samples.sides.iter().map(AsRef::as_ref).chain(std::iter::once("")).collect();
        let nobody = samples.sides.len() as u32;
        let winner = |&winner: &u16| if winner == NOBODY { nobody } else { u32::from(winner) };
        let numbers = (i64::from(samples.first)..).take(samples.len());
        let mut columns: Vec<(Cow<'static, str>, Column)> = vec![
            ("run".into(), Column::Int(numbers.collect())),
            ("winner".into(), Column::words(samples.winner.iter().map(winner).collect(), &names)),
            (
                "outcome".into(),
                Column::words(samples.ending.iter().map(|&end| u32::from(end)).collect(), &ENDINGS),
            ),
            ("rounds".into(), Column::Int(samples.rounds.iter().map(|&rounds| i64::from(rounds)).collect())),
        ];
        for (side, name) in samples.sides.iter().enumerate() {
            let initial = samples.initial[side] as i64;
            let lost = samples.lost_by(side);
            let left = lost.clone().map(|lost| initial - i64::from(lost)).collect();
            columns.push((format!("lost_{name}").into(), Column::Int(lost.map(i64::from).collect())));
            columns.push((format!("survivors_{name}").into(), Column::Int(left)));
            let cost = samples.cost_lost_by(side).collect();
            columns.push((format!("cost_lost_{name}").into(), Column::Float(cost)));
        }
        Table::new(columns)
    }
}

fn share(wins: u64, runs: usize) -> f64 {
    if runs == 0 { 0.0 } else { wins as f64 / runs as f64 }
}

/// How often each whole number occurred.
struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    /// Of numbers up to `most`.
    fn of(values: impl Iterator<Item = u32>, most: u64) -> Self {
        let mut counts = vec![0; most as usize + 1];
        let mut total = 0;
        for value in values {
            counts[value as usize] += 1;
            total += 1;
        }
        Self { counts, total }
    }

    /// Of `most` minus each number.
    fn mirrored(&self, most: u64) -> Self {
        let counts = (0..=most as usize).map(|value| self.counts[most as usize - value]).collect();
        Self { counts, total: self.total }
    }

    fn mean(&self) -> f64 {
        let sum: u64 = self.counts.iter().zip(0..).map(|(count, value)| count * value).sum();
        share(sum, self.total as usize)
    }

    /// The smallest number that at least so many percent do not exceed.
    fn quantile(&self, percent: u64) -> usize {
        let wanted = (self.total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let reached = |&count: &u64| {
            seen += count;
            seen >= wanted
        };
        self.counts.iter().position(reached).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    #[test]
    fn quantiles_are_numbers_that_occurred() {
        let histogram = Histogram::of([1, 1, 2, 5].into_iter(), 9);
        assert_eq!([5, 25, 50, 75, 95].map(|percent| histogram.quantile(percent)), [1, 1, 1, 2, 5]);
        assert_eq!(histogram.mean(), 2.25);
        assert_eq!(histogram.mirrored(9).mean(), 6.75);
        assert_eq!(histogram.mirrored(9).quantile(5), 4);
    }
}
