//! Records that were tampered with: whatever was changed is what is named.

use super::chunks::{ChunkWriter, Chunks};
use super::{Divergence, Replay};
use crate::ecs::account::Outcome;
use crate::ecs::columns::TableId;
use crate::ecs::ingest::{Push, TableInput, Values};
use crate::ecs::trace::Owner;
use crate::kernel::{Engagement, Kernel, Muster, Record};
use crate::rules::Rules;

/// Six ships of a weapon each, eight rounds.
fn replay() -> Replay {
    let ids = || Values::wholes(0..6);
    let push = Push::default()
        .with(TableId::Factions, TableInput::of([("name", Values::texts(&["A", "B"]))]))
        .with(
            TableId::Treaties,
            TableInput::of([
                ("a", Values::texts(&["A"])),
                ("b", Values::texts(&["B"])),
                ("kind", Values::texts(&["war"])),
            ]),
        )
        .with(
            TableId::Fleets,
            TableInput::of([("id", Values::wholes([1, 2])), ("faction", Values::texts(&["A", "B"]))]),
        )
        .with(
            TableId::Units,
            TableInput::of([
                ("id", ids()),
                ("fleet", Values::wholes((0..6).map(|id| 1 + id % 2))),
                ("max_hp", Values::numbers([9_000.0; 6])),
            ]),
        )
        .with(
            TableId::Weapons,
            TableInput::of([
                ("unit", ids()),
                ("slot", Values::wholes([3; 6])),
                ("range", Values::numbers([90.0; 6])),
            ]),
        );
    let mut kernel = Kernel::new(Rules::default(), 3);
    kernel.push(&push).expect("a legal push");
    let engagement = Engagement {
        max_rounds: Some(8),
        record: Record::Full,
        ..Engagement::of(Muster::Fleets(vec![1, 2]))
    };
    let report = kernel.resolve(&engagement, &|| false).expect("a battle");
    (*report.replay.expect("a record")).clone()
}

/// The records with one of them changed.
fn with_record(chunks: &Chunks, index: usize, change: impl FnOnce(&mut [u8])) -> Chunks {
    let mut records = Vec::new();
    let mut walk = chunks.walk();
    while let Some(record) = walk.next().expect("sound chunks") {
        records.push(record.to_vec());
    }
    change(&mut records[index]);
    let mut writer = ChunkWriter::new(chunks.layout().clone());
    records.iter().for_each(|record| writer.push(record));
    writer.finish()
}

/// The only difference that a comparison finds, also when the tampered record comes back from a file.
fn divergence(tampered: &Replay) -> (Divergence, String) {
    let read = Replay::decode(&tampered.encode(), "").expect("sound bytes");
    let verified = read.verify(&|| false).expect("a battle");
    let compared = read.compare(&replay(), ["the record".to_owned(), "a new run".to_owned()]);
    assert_eq!(compared.as_ref(), Ok(&verified));
    assert!(verified.inputs.is_empty(), "{verified}");
    (verified.divergence.clone().expect("a difference"), verified.to_string())
}

#[test]
fn what_was_not_tampered_with_is_equal() {
    let read = Replay::decode(&replay().encode(), "").expect("sound bytes");
    let verified = read.verify(&|| false).expect("a battle");
    assert!(verified.is_equal(), "{verified}");
}

#[test]
fn a_tampered_value_is_named_with_row_column_and_both_values() {
    let mut tampered = replay();
    let (_, span) = tampered.kept().find(|(column, _)| column.name == "x").expect("a column x");
    let before = tampered.frames();
    tampered.frames = with_record(&tampered.frames, 2, |frame| {
        frame[span.start + 4 * 8..span.start + 5 * 8].copy_from_slice(&12.5_f64.to_le_bytes());
    });
    let (found, text) = divergence(&tampered);
    let truth = before.floats("x")[2 * 6 + 4];
    assert_eq!((found.round, found.phase, found.other), (3, None, None));
    let place = found.place.expect("a place");
    assert_eq!(
        (place.table, place.row.as_str(), place.column.as_str(), place.count),
        ("units", "unit 4", "x", 1)
    );
    assert_eq!(place.values, ["12.5".to_owned(), truth.to_string()]);
    let line = format!("units, unit 4, x: 12.5 in the record, {truth} in a new run");
    assert_eq!(text, format!("round 3 differs first: units, x\n  {line}"));
}

#[test]
fn a_tampered_value_of_a_weapon_is_named_by_unit_and_slot() {
    let mut tampered = replay();
    let wanted = |owner, name: &str| (owner, name.to_owned());
    let kept = tampered
        .kept()
        .find(|(column, _)| (column.owner, column.name.clone()) == wanted(Owner::Weapon, "hp"));
    let (_, span) = kept.expect("a column hp of weapons");
    tampered.frames = with_record(&tampered.frames, 7, |frame| {
        frame[span.start..span.start + 8].copy_from_slice(&1.0_f64.to_le_bytes());
    });
    let (found, text) = divergence(&tampered);
    assert_eq!(found.round, 8);
    assert!(text.contains("weapons, unit 0, slot 3, hp: 1 in the record, "), "{text}");
}

#[test]
fn a_tampered_fingerprint_is_named_by_its_phase_and_column() {
    let mut tampered = replay();
    let shooting = tampered.phases.iter().position(|phase| phase == "shooting").expect("a phase");
    let hits = tampered.columns.iter().position(|column| column.name == "hits").expect("a column");
    let record = 4 * tampered.phases.len() + shooting;
    tampered.prints = with_record(&tampered.prints, record, |prints| prints[hits * 8] ^= 1);
    let (found, text) = divergence(&tampered);
    assert_eq!((found.round, found.phase.as_deref()), (5, Some("shooting")));
    assert_eq!((found.column, found.place), (Some(("weapons", "hits".to_owned())), None));
    assert_eq!(text, "round 5 differs first, after shooting: weapons, hits");
}

#[test]
fn a_tampered_digest_is_named_by_its_round() {
    let mut tampered = replay();
    tampered.digests[5].0 ^= 1;
    let (found, text) = divergence(&tampered);
    assert_eq!((found.round, found.phase, found.place), (6, None, None));
    assert_eq!(text, "round 6 differs first: the digest, but no column that is recorded");
}

#[test]
fn another_end_and_another_length_are_named() {
    let mut tampered = replay();
    tampered.outcome = Outcome::Victory;
    let (found, text) = divergence(&tampered);
    assert_eq!(found.round, 8);
    assert!(
        text.contains(": the end: victory (") && text.contains(" in the record, round_limit ("),
        "{text}"
    );
    let mut short = replay();
    short.digests.truncate(7);
    let cut = |chunks: &Chunks, records: usize| {
        let mut writer = ChunkWriter::new(chunks.layout().clone());
        let mut walk = chunks.walk();
        (0..records).for_each(|_| writer.push(walk.record()));
        writer.finish()
    };
    short.frames = cut(&short.frames, 7);
    short.prints = cut(&short.prints, 7 * short.phases.len());
    let (found, text) = divergence(&short);
    assert_eq!(found.round, 8);
    assert_eq!(text, "round 8 differs first: the end: 7 rounds in the record, 8 rounds in a new run");
}
