//! The page of odds.

use serde_json::{Value, json};

use super::{ODDS_JS, changed_rules, columns, page, short};
use crate::odds::Odds;
use crate::rules::Rules;

/// Points of the curve of convergence.
const COURSE_POINTS: usize = 400;
/// Bars of a distribution, at most.
const MOST_BARS: usize = 120;

/// Odds as one HTML page; `again` is the command or call that works them out again. Without `rules` nothing is said of them.
pub fn odds(odds: &Odds, rules: Option<&Rules>, again: &str) -> String {
    let table = odds.table();
    let sides = odds.factions().len();
    let headline = headline(odds);
    let most = odds.samples.initial.iter().copied().max().unwrap_or_default();
    let rounds: Vec<u64> = odds.samples.rounds.iter().map(|&round| u64::from(round)).collect();
    let longest = rounds.iter().copied().max().unwrap_or_default();
    let losses: Vec<Value> = (0..sides)
        .map(|side| shares(odds.samples.lost_by(side).map(u64::from), odds.runs(), most, 1))
        .collect();
    let width = (longest + 1).div_ceil(MOST_BARS as u64).max(1);
    let data = json!({
        "headline": headline,
        "runs": odds.runs(),
        "draws": odds.draws(),
        "ended": odds.end.name(),
        "confidence": odds.confidence,
        "seed": odds.seed.to_string(),
        "digest": odds.digest().to_string(),
        "version": env!("CARGO_PKG_VERSION"),
        "again": again,
        "rules": rules.map(changed_rules),
        "factions": odds.factions().iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
        "table": columns(&table),
        "rounds": odds.rounds().iter().map(|(name, value)| json!([name, short(*value)])).collect::<Vec<_>>(),
        "losses": losses,
        "lengths": {
            "round": (0..=longest / width).map(|bar| bar * width).collect::<Vec<_>>(),
            "share": shares(rounds.iter().copied(), odds.runs(), longest, width),
        },
        "course": course(odds),
        "profile": columns(&odds.profile),
    });
    page(&headline, ODDS_JS, &data)
}

/// Who wins most, in a sentence.
pub fn headline(odds: &Odds) -> String {
    let wins = odds.samples.wins();
    let best = (0..wins.len()).max_by_key(|&side| (wins[side], usize::MAX - side));
    let runs = odds.runs();
    match best.filter(|&side| wins[side] > 0) {
        Some(side) => {
            let (name, chance) = (&odds.factions()[side], 100.0 * wins[side] as f64 / runs.max(1) as f64);
            format!("{name} wins {chance:.1} % of {runs} battles.")
        }
        None => format!("Nobody won any of {runs} battles."),
    }
}

/// How many percent of the runs had a number, in bars of this width from 0 to `most`.
fn shares(values: impl Iterator<Item = u64>, runs: usize, most: u64, width: u64) -> Value {
    let mut counts = vec![0_u64; (most / width) as usize + 1];
    values.for_each(|value| counts[(value / width) as usize] += 1);
    counts.iter().map(|&count| short(100.0 * count as f64 / runs.max(1) as f64)).collect()
}

/// The chances as they were after so many runs, in percent.
fn course(odds: &Odds) -> Value {
    let (sides, runs) = (odds.factions().len(), odds.runs());
    let mut wins = vec![0_u64; sides];
    let (mut at, mut chances) = (Vec::new(), vec![Vec::new(); sides]);
    let mut next = 1;
    for (run, &winner) in (1..).zip(&odds.samples.winner) {
        if let Some(won) = wins.get_mut(usize::from(winner)) {
            *won += 1;
        }
        if run == next || run == runs {
            at.push(run);
            chances
                .iter_mut()
                .zip(&wins)
                .for_each(|(curve, &won)| curve.push(short(100.0 * won as f64 / run as f64)));
            next = (run + 1).max(run + run * 8 / COURSE_POINTS);
        }
    }
    json!({ "run": at, "chances": chances })
}
