//! A replay as a file (`.mucr`), and the gate that it comes back through.
//!
//! The container is that of [`crate::archive`]; the sections:
//!
//! | number | holds |
//! |---|---|
//! | 1 | the version of the kernel that wrote it, a text |
//! | 2 | roll scheme (4 bytes), seed (8), round limit (4), side of the map (8, a number), outcome and winner (texts; no winner: empty) |
//! | 3 | the part of the mirror that took part, a snapshot ([`crate::snapshot`]), packed |
//! | 4 | who fought: 0 and a place (8 bytes), or 1 and the fleets' ids (a count, then 8 bytes each); the defenders (a count, then texts); the number of the replica (4 bytes) if it is not the battle itself |
//! | 5, 6 | units and weapons: a table each, packed |
//! | 7 | the phases of a round (a count, then texts); the columns: a count, then for each its owner, kind, whether it is kept (a byte each) and its name |
//! | 8 | for each round the digest of the battle so far (16 bytes) |
//! | 9 | for each phase of each round a fingerprint (8 bytes) of each column, in chunks |
//! | 10 | for each round the columns that are kept, in chunks |
//!
//! Sections from 0x8000 on may be passed over: events will be such a section. A chunk is explained in `chunks.rs`.

use std::sync::Arc;

use super::chunks::{Chunks, Layout};
use super::recorder::MOST_BYTES;
use super::{Replay, Traced, check, frame_layout, print_layout};
use crate::archive::{Archive, Builder, Form, Reader, Section, put_table, put_text, take_table};
use crate::ecs::account::Outcome;
use crate::ecs::digest::Digest;
use crate::ecs::tables::Table;
use crate::ecs::trace::{KINDS, OWNERS, Owner};
use crate::engagement::{Engagement, MOST_ROUNDS, Muster, Record};
use crate::error::{Error, Fault, Faults, Result};
use crate::snapshot::Snapshot;

/// What a replay begins with, and its version.
pub static FORM: Form = Form { name: "replay", magic: *b"MUC-RPLY", version: 1 };

const WRITER: Section = Section { number: 1, name: "writer" };
const BATTLE: Section = Section { number: 2, name: "battle" };
const INPUT: Section = Section { number: 3, name: "input" };
const ENGAGEMENT: Section = Section { number: 4, name: "engagement" };
const UNITS: Section = Section { number: 5, name: "units" };
const WEAPONS: Section = Section { number: 6, name: "weapons" };
const COLUMNS: Section = Section { number: 7, name: "columns" };
const DIGESTS: Section = Section { number: 8, name: "digests" };
const PRINTS: Section = Section { number: 9, name: "fingerprints" };
const FRAMES: Section = Section { number: 10, name: "frames" };
const ALL: [Section; 10] =
    [WRITER, BATTLE, INPUT, ENGAGEMENT, UNITS, WEAPONS, COLUMNS, DIGESTS, PRINTS, FRAMES];

/// More columns than this no kernel has.
const MOST_COLUMNS: usize = 255;
/// The columns of `units`.
const UNIT_COLUMNS: [&str; 7] = ["id", "fleet", "faction", "domain", "max_hp", "max_shield", "cost"];
/// The columns of `weapons`.
const WEAPON_COLUMNS: [&str; 2] = ["unit", "slot"];

impl Replay {
    /// The replay as the bytes of a file.
    pub fn encode(&self) -> Vec<u8> {
        Builder::new(&FORM)
            .section(WRITER, |out| put_text(out, &self.writer))
            .section(BATTLE, |out| self.put_battle(out))
            .packed(INPUT, |out| out.extend(self.input.encode()))
            .section(ENGAGEMENT, |out| put_engagement(out, &self.engagement))
            .packed(UNITS, |out| put_table(out, &self.units))
            .packed(WEAPONS, |out| put_table(out, &self.weapons))
            .section(COLUMNS, |out| self.put_columns(out))
            .section(DIGESTS, |out| {
                out.extend(self.digests.iter().flat_map(|digest| digest.0.to_le_bytes()));
            })
            .section(PRINTS, |out| self.prints.put(out))
            .section(FRAMES, |out| self.frames.put(out))
            .finish()
    }

    fn put_battle(&self, out: &mut Vec<u8>) {
        out.extend(self.roll_scheme.to_le_bytes());
        out.extend(self.seed().to_le_bytes());
        out.extend(self.engagement.max_rounds.unwrap_or(MOST_ROUNDS).to_le_bytes());
        out.extend(self.map.to_le_bytes());
        put_text(out, self.outcome.name());
        put_text(out, self.winner.as_deref().unwrap_or_default());
    }

    fn put_columns(&self, out: &mut Vec<u8>) {
        put_texts(out, &self.phases);
        out.extend((self.columns.len() as u64).to_le_bytes());
        for Traced { owner, kind, kept, name } in &self.columns {
            out.extend([*owner as u8, *kind as u8, u8::from(*kept)]);
            put_text(out, name);
        }
    }

    /// Reads the bytes of a file; `file` is what errors call it.
    ///
    /// # Errors
    /// [`Error::Replay`] says what is wrong: foreign, damaged, too new, or a value that cannot be.
    pub fn decode(bytes: &[u8], file: &str) -> Result<Self> {
        Self::read(bytes).map_err(|faults| Error::Replay { file: file.to_owned(), faults })
    }

    fn read(bytes: &[u8]) -> Result<Self, Faults> {
        let archive = Archive::open(&FORM, bytes, &ALL)?;
        let input = take_input(&archive.packed(INPUT)?)?;
        let mut reader = archive.section(WRITER)?;
        let writer = reader.text()?.to_owned();
        reader.finish()?;
        let units = take_some(Reader::new(UNITS.name, &archive.packed(UNITS)?), &UNIT_COLUMNS)?;
        let weapons = take_some(Reader::new(WEAPONS.name, &archive.packed(WEAPONS)?), &WEAPON_COLUMNS)?;
        check::rosters(&units, &weapons)?;
        let battle = take_battle(archive.section(BATTLE)?)?;
        check::winner(&units, battle.winner.as_deref())?;
        let engagement = take_engagement(archive.section(ENGAGEMENT)?, battle.seed, battle.max_rounds)?;
        let (phases, columns) = take_columns(archive.section(COLUMNS)?)?;
        let digests = take_digests(archive.section(DIGESTS)?, battle.max_rounds)?;
        let rows = |owner: Owner| match owner {
            Owner::Unit => units.len(),
            Owner::Weapon => weapons.len(),
            Owner::Volley => 0,
        };
        let (prints, frames) = (print_layout(&columns), frame_layout(&columns, rows));
        let notes = digests.len() * phases.len();
        check_size(&prints, notes, &frames, digests.len())?;
        let replay = Self {
            writer,
            roll_scheme: battle.roll_scheme,
            input,
            engagement,
            outcome: battle.outcome,
            winner: battle.winner,
            map: battle.map,
            prints: Chunks::take(archive.section(PRINTS)?, prints, notes)?,
            frames: Chunks::take(archive.section(FRAMES)?, frames, digests.len())?,
            units,
            weapons,
            digests,
            phases,
            columns,
        };
        check::rounds(&replay)?;
        Ok(replay)
    }
}

fn put_texts<T: AsRef<str>>(out: &mut Vec<u8>, texts: &[T]) {
    out.extend((texts.len() as u64).to_le_bytes());
    texts.iter().for_each(|text| put_text(out, text.as_ref()));
}

fn take_texts(reader: &mut Reader<'_>) -> Result<Vec<String>, Fault> {
    let count = reader.count(4)?;
    (0..count).map(|_| reader.text().map(str::to_owned)).collect()
}

fn put_engagement(out: &mut Vec<u8>, engagement: &Engagement) {
    match &engagement.muster {
        Muster::Location(place) => {
            out.push(0);
            out.extend(place.to_le_bytes());
        }
        Muster::Fleets(fleets) => {
            out.push(1);
            out.extend((fleets.len() as u64).to_le_bytes());
            out.extend(fleets.iter().flat_map(|id| id.to_le_bytes()));
        }
    }
    put_texts(out, &engagement.defenders);
    if engagement.replica > 0 {
        out.extend(engagement.replica.to_le_bytes());
    }
}

fn take_engagement(mut reader: Reader<'_>, seed: u64, max_rounds: u32) -> Result<Engagement, Fault> {
    let muster = match reader.u8()? {
        0 => Muster::Location(reader.u64()? as i64),
        1 => {
            let count = reader.count(8)?;
            let ids = (0..count).map(|_| reader.u64().map(|id| id as i64)).collect::<Result<_, _>>()?;
            Muster::Fleets(ids)
        }
        other => return Err(reader.fault(format!("a muster of kind {other}"), "0 or 1")),
    };
    let defenders = take_texts(&mut reader)?;
    let replica = if reader.is_at_end() { 0 } else { reader.u32()? };
    reader.finish()?;
    Ok(Engagement {
        muster,
        defenders,
        max_rounds: Some(max_rounds),
        seed: Some(seed),
        replica,
        commit: false,
        record: Record::Full,
        trace: false,
        trace_id: "".into(),
    })
}

/// A table that has these columns and no others.
fn take_some(mut reader: Reader<'_>, names: &[&'static str]) -> Result<Table, Fault> {
    let table = take_table(&mut reader, |name| names.iter().copied().find(|&known| known == name))?;
    if table.names() != names {
        return Err(reader.fault(table.names().join(", "), names.join(", ")));
    }
    reader.finish().map(|()| table)
}

/// The snapshot in a replay. The gate sees it now, so that a replay that was read can be fought.
fn take_input(bytes: &[u8]) -> Result<Snapshot, Faults> {
    let snapshot = Snapshot::decode(bytes);
    let checked = snapshot.and_then(|snapshot| snapshot.mirror().map(|_| snapshot));
    checked.map_err(|error| match error {
        Error::Snapshot(faults) => faults,
        other => Fault::column(INPUT.name, "", other, "a snapshot").into(),
    })
}

struct Battle {
    roll_scheme: u32,
    seed: u64,
    max_rounds: u32,
    map: f64,
    outcome: Outcome,
    winner: Option<Arc<str>>,
}

fn take_battle(mut reader: Reader<'_>) -> Result<Battle, Fault> {
    let (roll_scheme, seed, max_rounds) = (reader.u32()?, reader.u64()?, reader.u32()?);
    if !(1..=MOST_ROUNDS).contains(&max_rounds) {
        let wanted = format!("1 to {MOST_ROUNDS}");
        return Err(reader.fault(format!("a round limit of {max_rounds}"), wanted));
    }
    let map = f64::from_bits(reader.u64()?);
    if !(map.is_finite() && map >= 0.0) {
        return Err(reader.fault(format!("a map of {map} tiles"), "a finite size"));
    }
    let outcomes = [Outcome::Victory, Outcome::Stalemate, Outcome::RoundLimit];
    let word = reader.text()?;
    let Some(outcome) = outcomes.into_iter().find(|outcome| outcome.name() == word) else {
        return Err(reader.fault(format!("the outcome '{word}'"), outcomes.map(Outcome::name).join(", ")));
    };
    let winner = Some(reader.text()?).filter(|name| !name.is_empty()).map(Arc::from);
    reader.finish()?;
    Ok(Battle { roll_scheme, seed, max_rounds, map, outcome, winner })
}

fn take_columns(mut reader: Reader<'_>) -> Result<(Vec<String>, Vec<Traced>), Fault> {
    let phases = take_texts(&mut reader)?;
    let count = reader.count(7)?;
    if !(1..=MOST_COLUMNS).contains(&count) {
        return Err(reader.fault(format!("{count} columns"), format!("1 to {MOST_COLUMNS}")));
    }
    let mut columns: Vec<Traced> = Vec::with_capacity(count);
    for _ in 0..count {
        let (owner, kind, kept) = (reader.u8()?, reader.u8()?, reader.u8()?);
        let name = reader.text()?.to_owned();
        let known = (OWNERS.get(usize::from(owner)), KINDS.get(usize::from(kind)), kept);
        let (Some(&owner), Some(&kind), 0 | 1) = known else {
            let value = format!("column '{name}' of owner {owner}, kind {kind}, kept {kept}");
            return Err(reader.fault(value, "an owner, a kind and 0 or 1"));
        };
        if kept == 1 && owner == Owner::Volley {
            return Err(reader.fault(format!("column '{name}' of shots"), "columns of units and weapons"));
        }
        if columns.iter().any(|column| column.owner == owner && column.name == name) {
            return Err(reader.fault(format!("column '{name}' again"), "each column once"));
        }
        columns.push(Traced { owner, kind, kept: kept == 1, name });
    }
    reader.finish()?;
    Ok((phases, columns))
}

fn take_digests(mut reader: Reader<'_>, max_rounds: u32) -> Result<Vec<Digest>, Fault> {
    let (digests, rest) = reader.take_all().as_chunks::<16>();
    let fits = rest.is_empty() && (1..=max_rounds as usize).contains(&digests.len());
    if !fits {
        let value = format!("{} bytes", digests.len() * 16 + rest.len());
        return Err(reader.fault(value, format!("16 for each of 1 to {max_rounds} rounds")));
    }
    Ok(digests.iter().map(|&bytes| Digest(u128::from_le_bytes(bytes))).collect())
}

/// Nothing is unpacked that no recorder would have packed.
fn check_size(prints: &Layout, notes: usize, frames: &Layout, rounds: usize) -> Result<(), Fault> {
    let bytes = |layout: &Layout, records: usize| layout.bytes().checked_mul(records);
    let all = bytes(prints, notes).zip(bytes(frames, rounds)).and_then(|(a, b)| a.checked_add(b));
    match all {
        Some(all) if all <= MOST_BYTES => Ok(()),
        _ => {
            let value = format!("{rounds} rounds of {} bytes each", frames.bytes());
            Err(Fault::column(FRAMES.name, "", value, format!("at most {MOST_BYTES} bytes")))
        }
    }
}
