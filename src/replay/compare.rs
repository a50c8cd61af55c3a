//! Where two recorded battles part: the first round, phase, table, row and column.
//!
//! The fingerprints tell the phase after which a column differs first, and which column; the columns at that round's
//! end tell the row and the values. Of several columns that differ after that phase, the first row counts.

use std::fmt;
use std::ops::Range;

use super::chunks::Walk;
use super::inputs::{both, differences};
use super::{Replay, Traced};
use crate::ecs::components::NOBODY;
use crate::ecs::trace::{Kind, Owner};
use crate::error::Result;
use crate::replay::tables::STATUS_WORDS;

/// What two replays differ in.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What the two are called.
    pub names: [String; 2],
    /// The differences of what went in, a sentence each.
    pub inputs: Vec<String>,
    /// Where what came out differs first.
    pub divergence: Option<Divergence>,
}

/// Where two battles differ first.
#[derive(Clone, Debug, PartialEq)]
pub struct Divergence {
    /// The round, from 1.
    pub round: u32,
    /// The phase after which anything differs; absent if only the digest or the end does.
    pub phase: Option<String>,
    /// The table, "units", "weapons" or "volley", and the column that differs; absent with the phase, or with nothing to see.
    pub column: Option<(&'static str, String)>,
    /// The row and its two values at the round's end.
    pub place: Option<Place>,
    /// What differs, if it is no column.
    pub other: Option<String>,
}

/// A value that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The table, "units" or "weapons".
    pub table: &'static str,
    /// The row by its key: "unit 11", "unit 11, slot 0".
    pub row: String,
    /// The column.
    pub column: String,
    /// The values, as text.
    pub values: [String; 2],
    /// How many values differ at the round's end, this one included.
    pub count: usize,
}

impl Comparison {
    /// Whether nothing differs.
    pub fn is_equal(&self) -> bool {
        self.inputs.is_empty() && self.divergence.is_none()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_equal() {
            return write!(f, "equal");
        }
        let mut lines = self.inputs.clone();
        if let Some(found) = &self.divergence {
            lines.push(found.headline());
            lines.extend(found.place.as_ref().map(|place| format!("  {}", place.in_words(&self.names))));
        }
        write!(f, "{}", lines.join("\n"))
    }
}

impl Divergence {
    fn headline(&self) -> String {
        let phase = self.phase.as_ref().map_or_else(String::new, |phase| format!(", after {phase}"));
        let what = match (&self.other, &self.column) {
            (Some(other), _) => format!(": {other}"),
            (None, Some((table, column))) => format!(": {table}, {column}"),
            (None, None) => String::new(),
        };
        format!("round {} differs first{phase}{what}", self.round)
    }
}

impl Place {
    fn in_words(&self, names: &[String; 2]) -> String {
        let Self { table, row, column, values, count } = self;
        let more =
            if *count > 1 { format!(" (1 of {count} values at the round's end)") } else { String::new() };
        format!("{table}, {row}, {column}: {}{more}", both(values, names))
    }
}

impl Replay {
    /// What two replays are called that have no other names.
    pub fn plain_names() -> [String; 2] {
        ["A".to_owned(), "B".to_owned()]
    }

    /// Where this battle and another one part; `names` are what the two are called in messages.
    ///
    /// # Errors
    /// [`Error::Snapshot`](crate::Error::Snapshot) if an input is none that the gate takes.
    pub fn compare(&self, other: &Self, names: [String; 2]) -> Result<Comparison> {
        let mut inputs = differences([self, other], &names)?;
        let keys = |replay: &Self| (replay.units.ints("id").to_vec(), replay.weapons.clone());
        let divergence = if keys(self) == keys(other) {
            Pair::of(self, other).divergence(inputs.is_empty(), &names)
        } else {
            inputs.push("other units or weapons took part, so no round can be compared".to_owned());
            None
        };
        Ok(Comparison { names, inputs, divergence })
    }
}

/// Two replays of the same units.
struct Pair<'a> {
    replays: [&'a Replay; 2],
    common: Vec<Common<'a>>,
}

/// A column that both replays have.
struct Common<'a> {
    column: &'a Traced,
    /// Which of each replay's columns it is.
    index: [usize; 2],
    /// Where it is in each replay's frames, if it is kept.
    span: Option<[Range<usize>; 2]>,
}

impl<'a> Pair<'a> {
    fn of(a: &'a Replay, b: &'a Replay) -> Self {
        let place = |replay: &Replay, wanted: &Traced| {
            replay.kept().find(|(column, _)| *column == wanted).map(|(_, span)| span)
        };
        let common = a.columns.iter().enumerate().filter_map(|(index, column)| {
            let other = b.columns.iter().position(|other| other == column)?;
            let span = place(a, column).zip(place(b, column)).map(<[_; 2]>::from);
            Some(Common { column, index: [index, other], span })
        });
        Self { common: common.collect(), replays: [a, b] }
    }

    /// The first difference. The digests count only if the same went in: they begin with that.
    fn divergence(&self, same_input: bool, names: &[String; 2]) -> Option<Divergence> {
        let [a, b] = self.replays;
        let rounds = a.rounds().min(b.rounds());
        let other = |round: u32, what: String| Divergence {
            round,
            phase: None,
            column: None,
            place: None,
            other: Some(what),
        };
        let digest = || {
            let round = a.digests.iter().zip(&b.digests).position(|(a, b)| a != b).filter(|_| same_input)?;
            Some(other(round as u32 + 1, "the digest, but no column that is recorded".to_owned()))
        };
        let end = || {
            let lengths = self.replays.map(|replay| format!("{} rounds", replay.rounds()));
            let ends = self.replays.map(|replay| {
                format!("{} ({})", replay.outcome, replay.winner.as_deref().unwrap_or("nobody"))
            });
            let (round, values) =
                if lengths[0] == lengths[1] { (rounds, ends) } else { (rounds + 1, lengths) };
            (values[0] != values[1]).then(|| other(round, format!("the end: {}", both(&values, names))))
        };
        self.columns_differ(rounds).or_else(digest).or_else(end)
    }

    fn columns_differ(&self, rounds: u32) -> Option<Divergence> {
        let [mut prints_a, mut prints_b] = self.replays.map(|replay| replay.prints.walk());
        let [mut frames_a, mut frames_b] = self.replays.map(|replay| replay.frames.walk());
        let [a, b] = self.replays;
        for round in 1..=rounds {
            let noted =
                if a.phases == b.phases { self.phase_differs([&mut prints_a, &mut prints_b]) } else { None };
            let frames = [frames_a.record(), frames_b.record()];
            let values = self.values_differ(frames);
            if noted.is_some() || !values.is_empty() {
                return Some(self.explain(round, noted, &values, frames));
            }
        }
        None
    }

    /// The first phase of a round after which common columns differ, and which.
    fn phase_differs(&self, mut prints: [&mut Walk<'_>; 2]) -> Option<(usize, Vec<usize>)> {
        let mut found = None;
        for phase in 0..self.replays[0].phases.len() {
            let [a, b] = prints.each_mut().map(|walk| walk.record().as_chunks::<8>().0);
            if found.is_some() || a == b {
                continue;
            }
            let differs = |common: &Common<'_>| a[common.index[0]] != b[common.index[1]];
            let differ: Vec<usize> = (0..self.common.len()).filter(|&at| differs(&self.common[at])).collect();
            found = Some((phase, differ)).filter(|(_, differ)| !differ.is_empty());
        }
        found
    }

    /// The values that differ in two frames: common column, row.
    fn values_differ(&self, frames: [&[u8]; 2]) -> Vec<(usize, usize)> {
        let mut differ = Vec::new();
        for (at, common) in self.common.iter().enumerate() {
            let Some([a, b]) = common.bytes(frames).filter(|[a, b]| a != b) else { continue };
            let width = common.column.kind.width();
            let rows = a.chunks_exact(width).zip(b.chunks_exact(width)).enumerate();
            differ.extend(rows.filter(|(_, (a, b))| a != b).map(|(row, _)| (at, row)));
        }
        differ
    }

    fn explain(
        &self,
        round: u32,
        noted: Option<(usize, Vec<usize>)>,
        values: &[(usize, usize)],
        frames: [&[u8]; 2],
    ) -> Divergence {
        let suspects = noted.as_ref().map_or(&[][..], |(_, columns)| columns);
        let by_row = |&&(at, row): &&(usize, usize)| (self.common[at].column.owner as u8, row, at);
        let suspected = values.iter().filter(|(at, _)| suspects.contains(at)).min_by_key(by_row);
        let seen = suspected.or_else(|| values.iter().min_by_key(by_row));
        let column = suspected.map(|&(at, _)| at).or(suspects.first().copied()).or(seen.map(|&(at, _)| at));
        Divergence {
            round,
            phase: noted.as_ref().map(|&(phase, _)| self.replays[0].phases[phase].clone()),
            column: column.map(|at| self.common[at].column).map(|it| (table(it.owner), it.name.clone())),
            place: seen.map(|&(at, row)| self.place(&self.common[at], row, frames, values.len())),
            other: None,
        }
    }

    fn place(&self, common: &Common<'_>, row: usize, frames: [&[u8]; 2], count: usize) -> Place {
        let Traced { owner, kind, name, .. } = common.column;
        let [replay, _] = self.replays;
        let value = |bytes: &[u8]| replay.shown(*kind, &bytes[row * kind.width()..(row + 1) * kind.width()]);
        let values = common.bytes(frames).map_or_else(Default::default, |columns| columns.map(value));
        let row = match owner {
            Owner::Weapon => {
                format!(
                    "unit {}, slot {}",
                    replay.weapons.ints("unit")[row],
                    replay.weapons.ints("slot")[row]
                )
            }
            _ => format!("unit {}", replay.units.ints("id")[row]),
        };
        Place { table: table(*owner), row, column: name.clone(), values, count }
    }
}

impl Common<'_> {
    /// The column in both frames, if it is kept.
    fn bytes<'f>(&self, frames: [&'f [u8]; 2]) -> Option<[&'f [u8]; 2]> {
        self.span.clone().map(|[a, b]| [&frames[0][a], &frames[1][b]])
    }
}

impl Replay {
    /// A value of a column as text.
    fn shown(&self, kind: Kind, bytes: &[u8]) -> String {
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        let number = u64::from_le_bytes(wide);
        match kind {
            Kind::Float => f64::from_bits(number).to_string(),
            Kind::Long | Kind::Count | Kind::Flag => number.to_string(),
            Kind::Status => STATUS_WORDS[number as usize].to_owned(),
            Kind::Unit if number == u64::from(NOBODY) => "none".to_owned(),
            Kind::Unit => format!("unit {}", self.units.ints("id")[number as usize]),
        }
    }
}

fn table(owner: Owner) -> &'static str {
    match owner {
        Owner::Unit => "units",
        Owner::Weapon => "weapons",
        Owner::Volley => "volley",
    }
}
