//! A replay's rounds as tables.

use std::ops::Range;

use super::{Replay, Traced};
use crate::ecs::components::NOBODY;
use crate::ecs::tables::{Column, Table};
use crate::ecs::trace::{FIELDS, Field, Kind, Owner};

/// The words of [`Status`](crate::ecs::components::Status) in a replay: who runs is told from who fights.
pub(super) const STATUS_WORDS: [&str; 5] = ["alive", "destroyed", "routing", "retreated", "reserve"];

impl Replay {
    /// A row per round: round, digest.
    pub fn digests(&self) -> Table {
        let texts: Vec<String> = self.digests.iter().map(ToString::to_string).collect();
        Table::new(vec![
            ("round", Column::Int((1..).take(texts.len()).collect())),
            ("digest", Column::words((0..).take(texts.len()).collect(), &texts)),
        ])
    }

    /// A row per round and unit, as they were at the round's end: round, unit, faction, status ("alive", "destroyed",
    /// "routing", "retreated", "reserve"), hp, shield, x, y, target (a unit's id; −1: none), suppression, fatigue, contact,
    /// melee_dealt, kills, damage_taken, killed_by, death_round (0: it lives).
    pub fn frames(&self) -> Table {
        let units = self.units.len();
        let mut table =
            vec![("round", self.round_numbers(units)), ("unit", self.repeated(self.units.ints("id")))];
        if let Some(Column::Text { codes, values }) = self.units.column("faction").map(AsRef::as_ref) {
            let codes = codes.repeat(self.rounds() as usize);
            table.push(("faction", Column::Text { codes, values: values.clone() }));
        }
        table.extend(self.histories(Owner::Unit));
        Table::new(table)
    }

    /// A row per round and weapon, as they were at the round's end: round, unit, slot, hp, ready (the first round in which it
    /// may fire again), shots, hits, crits, damage, overkill (so far).
    pub fn weapon_frames(&self) -> Table {
        let mut table = vec![
            ("round", self.round_numbers(self.weapons.len())),
            ("unit", self.repeated(self.weapons.ints("unit"))),
            ("slot", self.repeated(self.weapons.ints("slot"))),
        ];
        table.extend(self.histories(Owner::Weapon));
        Table::new(table)
    }

    fn round_numbers(&self, rows: usize) -> Column {
        let rounds = 1..=i64::from(self.rounds());
        Column::Int(rounds.flat_map(|round| std::iter::repeat_n(round, rows)).collect())
    }

    fn repeated(&self, keys: &[i64]) -> Column {
        Column::Int(keys.repeat(self.rounds() as usize))
    }

    /// The columns that this kernel knows and this replay keeps, all rounds one after another.
    fn histories(&self, owner: Owner) -> Vec<(&'static str, Column)> {
        let span_of = |field: &Field| {
            let mut kept = self.kept();
            let same = |column: &Traced| column.owner == owner && column.name == field.name;
            kept.find(|(column, _)| same(column) && column.kind == field.kind).map(|(_, span)| span)
        };
        let fields = FIELDS.iter().filter(|field| field.owner == owner);
        let mut histories: Vec<(&Field, Range<usize>, Vec<u8>)> =
            fields.filter_map(|field| Some((field, span_of(field)?, Vec::new()))).collect();
        let mut frames = self.frames.walk();
        for _ in 0..self.rounds() {
            let frame = frames.record();
            for (_, span, history) in &mut histories {
                history.extend_from_slice(&frame[span.clone()]);
            }
        }
        let column = |(field, _, bytes): (&Field, _, Vec<u8>)| (field.name, self.values(field.kind, &bytes));
        histories.into_iter().map(column).collect()
    }

    fn values(&self, kind: Kind, bytes: &[u8]) -> Column {
        let longs = || bytes.as_chunks::<8>().0.iter().map(|&value| u64::from_le_bytes(value));
        let words = || bytes.as_chunks::<4>().0.iter().map(|&value| u32::from_le_bytes(value));
        let ids = self.units.ints("id");
        match kind {
            Kind::Float => Column::Float(longs().map(f64::from_bits).collect()),
            Kind::Long => Column::Int(longs().map(|count| count as i64).collect()),
            Kind::Count => Column::Int(words().map(i64::from).collect()),
            Kind::Unit => {
                Column::Int(words().map(|row| if row == NOBODY { -1 } else { ids[row as usize] }).collect())
            }
            Kind::Status => {
                Column::words(bytes.iter().map(|&status| u32::from(status)).collect(), &STATUS_WORDS)
            }
            Kind::Flag => Column::Flag(bytes.iter().map(|&flag| flag != 0).collect()),
        }
    }
}
