//! A battle in sentences: who won, when it turned, and why.

use std::iter::Sum;

use super::battle::names;
use crate::ecs::tables::Cell;
use crate::report::{Outcome, Report};

/// Who won, when it turned, which round was the bloodiest, and who did most: in sentences.
pub(super) fn summary(report: &Report) -> Vec<String> {
    let mut said = Vec::new();
    let names = names(&report.factions);
    let (hp, kills) = (report.timeline.floats("hp"), report.timeline.ints("kills"));
    let sides = names.len();
    if sides == 0 || hp.is_empty() {
        return said;
    }
    if let Some(won) = Winners::of(report, &names) {
        let turned = won.turning_round(hp);
        said.push(won.turn(turned, hp.len() / sides));
        if report.outcome == Outcome::Victory {
            said.push(won.why(report));
        }
        said.extend(turned.and_then(|round| won.meanwhile(kills, round)));
    }
    let fallen = |round: &[i64]| round.iter().sum::<i64>();
    let (bloodiest, round) = kills
        .chunks(sides)
        .enumerate()
        .max_by_key(|(round, kills)| (fallen(kills), usize::MAX - round))
        .unwrap_or_default();
    if fallen(round) > 0 {
        said.push(format!("The bloodiest round was {}: {} units fell.", bloodiest + 1, fallen(round)));
    }
    for (index, name) in names.iter().enumerate() {
        let of = |column: &str| report.factions.ints(column)[index];
        let points = |column: &str| report.factions.floats(column)[index];
        said.push(format!(
            "{name}: {} of {} units lost, {} left the field; {} of {} shots hit, {:.0} points dealt and {:.0} taken.",
            of("units_lost"), of("units_initial"), of("retreated"), of("hits"), of("shots"),
            points("damage_dealt"), points("damage_taken"),
        ));
    }
    said.extend(best_unit(report));
    said
}

/// Who won: a faction, and those who won with it.
struct Winners<'a> {
    /// Whether each faction is one of them.
    ours: Vec<bool>,
    /// What they are called, and what the others are.
    name: String,
    others: &'a str,
}

impl<'a> Winners<'a> {
    /// Absent if nobody won.
    fn of(report: &Report, names: &[&'a str]) -> Option<Self> {
        let winner = report.winner.as_deref()?;
        let is_one = |name: &str| name == winner || report.winners.iter().any(|known| known.as_ref() == name);
        let ours: Vec<bool> = names.iter().map(|name| is_one(name)).collect();
        let theirs: Vec<&str> = names.iter().copied().filter(|name| !is_one(name)).collect();
        let is_alone = ours.iter().filter(|&&is_ours| is_ours).count() == 1;
        Some(Self {
            ours,
            name: if is_alone { winner.to_owned() } else { format!("{winner} with its allies") },
            others: if let [other] = theirs[..] { other } else { "the others" },
        })
    }

    /// The sums of a value of each faction, theirs and the others'.
    fn sums<T: Copy + Sum<T>>(&self, values: &[T]) -> (T, T) {
        let of = |which: bool| self.ours.iter().zip(values).filter(move |&(&is_ours, _)| is_ours == which);
        (of(true).map(|(_, &value)| value).sum(), of(false).map(|(_, &value)| value).sum())
    }

    /// The round from which on they had a larger share of their health left than any other faction, from 0; absent if they had
    /// not at the end.
    fn turning_round(&self, hp: &[f64]) -> Option<usize> {
        let sides = self.ours.len();
        let first = &hp[..sides];
        let share = |part: f64, whole: f64| part / whole.max(1e-9);
        let ahead = |round: &[f64]| {
            let ours = share(self.sums(round).0, self.sums(first).0);
            (0..sides).all(|side| self.ours[side] || share(round[side], first[side]) < ours)
        };
        let from = hp.chunks(sides).rposition(|round| !ahead(round)).map_or(0, |behind| behind + 1);
        // After a single round nobody was behind before.
        (from < hp.len() / sides || from <= 1).then_some(from)
    }

    /// When the battle turned, in a sentence.
    fn turn(&self, turned: Option<usize>, rounds: usize) -> String {
        let name = &self.name;
        match turned {
            None => format!("{name} was not ahead at the end, by the share of health left."),
            Some(0 | 1) => format!("{name} was ahead all along, by the share of health left."),
            Some(round) => format!(
                "The battle turned in round {} of {rounds}: from then on {name} had the larger share of its health left.",
                round + 1
            ),
        }
    }

    /// What was destroyed in the rounds about that one, in a sentence; absent if nothing was.
    fn meanwhile(&self, kills: &[i64], round: usize) -> Option<String> {
        let sides = self.ours.len();
        let (from, to) = (round.saturating_sub(2), (round + 2).min(kills.len() / sides - 1));
        let each = kills[from * sides..(to + 1) * sides].chunks(sides).map(|round| self.sums(round));
        let (ours, theirs) = each.fold((0, 0), |sum, round| (sum.0 + round.0, sum.1 + round.1));
        let Self { name, others, .. } = self;
        (round > 1 && ours + theirs > 0).then(|| {
            format!(
                "In rounds {} to {} {name} destroyed {ours} units and {others} {theirs}.",
                from + 1,
                to + 1
            )
        })
    }

    /// What decided the battle, in a sentence: nerve, if the others ran and the winner did not; fire, if the winner dealt more than
    /// it took, and by what: aim, weight, or the number of shots; else the small margin that it was.
    fn why(&self, report: &Report) -> String {
        let of = |column: &str| {
            let (ours, theirs) = self.sums(report.factions.ints(column));
            (ours as f64, theirs as f64)
        };
        let points = |column: &str| self.sums(report.factions.floats(column)).0;
        let (name, whose) = (&self.name, self.others);
        let ((units, their_units), (fled, they_fled)) = (of("units_initial"), of("retreated"));
        let (dealt, taken) = (points("damage_dealt"), points("damage_taken"));
        let ((shots, their_shots), (hits, their_hits)) = (of("shots"), of("hits"));
        let share = |part: f64, whole: f64| part / whole.max(1e-9);
        if share(they_fled, their_units) > (2.0 * share(fled, units)).max(0.2) {
            return format!(
                "Why: nerve. {they_fled} of the {their_units} units of {whose} ran and left the field, and {fled} of the {units} \
                 of {name}."
            );
        }
        if taken == 0.0 {
            return format!("Why: fire. {name} dealt {dealt:.0} points and took none.");
        }
        if dealt < 1.1 * taken {
            return format!(
                "Why: by a narrow margin. {name} dealt {:.2} points for each that it took.",
                dealt / taken
            );
        }
        let aim = (100.0 * share(hits, shots), 100.0 * share(their_hits, their_shots));
        let weight = (share(dealt, hits), share(taken, their_hits));
        let (aim_ratio, weight_ratio) = (share(aim.0, aim.1), share(weight.0, weight.1));
        // Who is winning has more guns left to fire: that is a reason only where there is no other.
        let reason = if aim_ratio.max(weight_ratio) < 1.1 {
            format!("it fired more ({shots} shots to {their_shots})")
        } else if aim_ratio > weight_ratio {
            format!("it hit more often ({:.0} % of its shots to {:.0} %)", aim.0, aim.1)
        } else {
            format!("its hits did more ({:.1} points each to {:.1})", weight.0, weight.1)
        };
        format!("Why: fire. {name} dealt {:.1} points for each that it took: {reason}.", dealt / taken)
    }
}

fn best_unit(report: &Report) -> Option<String> {
    let (ids, kills, dealt) =
        (report.units.ints("id"), report.units.ints("kills"), report.units.floats("damage_dealt"));
    let best = (0..ids.len())
        .max_by(|&a, &b| kills[a].cmp(&kills[b]).then(dealt[a].total_cmp(&dealt[b])).then(b.cmp(&a)))?;
    let faction = match report.units.column("faction")?.cell(best) {
        Cell::Text(name) => name,
        _ => return None,
    };
    let (id, kills, dealt) = (ids[best], kills[best], dealt[best]);
    (kills > 0).then(|| format!("Unit {id} ({faction}) did most: {kills} kills, {dealt:.0} points."))
}
