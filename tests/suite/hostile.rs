//! Replays that are no replays: damaged, foreign, too new, or sound to the last byte and still impossible.

use multi_universe_core::Error;
use multi_universe_core::archive::{Builder, Form, Section, pack, put_table, put_text};
use multi_universe_core::ecs::tables::{Column, Table};
use multi_universe_core::replay::{FORM, Replay};

use crate::replay::small_replay;

/// The bytes are refused with these words.
fn refused(bytes: &[u8], words: &[&str]) {
    match Replay::decode(bytes, "battle.mucr") {
        Err(error @ Error::Replay { .. }) => {
            let message = error.to_string();
            assert!(message.starts_with("battle.mucr: replay refused: "), "{message}");
            assert!(words.iter().all(|word| message.contains(word)), "{words:?} not all in: {message}");
        }
        Err(other) => panic!("not a replay's error: {other}"),
        Ok(_) => panic!("read, expected {words:?}"),
    }
}

#[test]
fn every_flipped_byte_and_every_cut_is_noticed() {
    let bytes = small_replay().encode();
    for place in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[place] ^= flip;
            refused(&damaged, &["header"]);
        }
        refused(&bytes[..place], &["header"]);
    }
    refused(&[bytes.as_slice(), b"more"].concat(), &["bytes after the header"]);
}

#[test]
fn foreign_files_and_newer_versions_are_told_from_damage() {
    refused(b"[scenario]\nname = 'a scenario'\n", &["another kind of content", "MUC-RPLY"]);
    refused(&small_replay().input.encode(), &["another kind of content"]);
    let newer = Form { version: FORM.version + 1, ..FORM };
    refused(&Builder::new(&newer).finish(), &["version 2 of the format", "a newer kernel"]);
    assert!(matches!(Replay::load("no/such.mucr"), Err(Error::File { .. })));
}

/// The sections of an archive: number, length, content.
fn sections(bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut rest = &bytes[36..];
    let mut sections = Vec::new();
    while let Some((head, after)) = rest.split_at_checked(10) {
        let number = u16::from_le_bytes([head[0], head[1]]);
        let length = u64::from_le_bytes(head[2..].try_into().expect("eight bytes")) as usize;
        sections.push((number, after[..length].to_vec()));
        rest = &after[length..];
    }
    sections
}

fn archive(sections: &[(u16, Vec<u8>)]) -> Vec<u8> {
    sections
        .iter()
        .fold(Builder::new(&FORM), |archive, (number, content)| {
            archive.section(Section { number: *number, name: "" }, |out| out.extend(content))
        })
        .finish()
}

/// The small replay, with one section changed and a checksum that fits.
fn with_section(number: u16, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut sections = sections(&small_replay().encode());
    let section = sections.iter_mut().find(|section| section.0 == number).expect("this section");
    change(&mut section.1);
    archive(&sections)
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    [(bytes.len() as u64).to_le_bytes().as_slice(), &pack(bytes)].concat()
}

fn packed_table(columns: Vec<(&'static str, Column)>) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_table(&mut bytes, &Table::new(columns));
    packed(&bytes)
}

#[test]
fn the_sections_themselves_are_sound() {
    let bytes = small_replay().encode();
    assert_eq!(archive(&sections(&bytes)), bytes);
    let mut more = sections(&bytes);
    more.push((0x8001, b"from a later kernel".to_vec()));
    Replay::decode(&archive(&more), "").expect("an optional section is passed over");
    more.push((11, Vec::new()));
    refused(&archive(&more), &["section 11"]);
    for missing in 0..more.len() - 2 {
        let mut fewer = sections(&bytes);
        fewer.remove(missing);
        refused(&archive(&fewer), &["no such section"]);
    }
}

#[test]
fn any_other_byte_is_another_replay_or_a_refusal_and_never_a_panic() {
    let sound = sections(&small_replay().encode());
    let (mut read, mut refused) = (0, 0);
    for section in 0..sound.len() {
        for place in 0..sound[section].1.len() {
            let mut changed = sound.clone();
            changed[section].1[place] ^= [0x01, 0x80, 0xFF, 0x10][place % 4];
            match Replay::decode(&archive(&changed), "") {
                Ok(replay) => {
                    assert_eq!(replay.frames().len(), 2 * replay.rounds() as usize);
                    assert_eq!(replay.weapon_frames().len(), 6 * replay.rounds() as usize);
                    read += 1;
                }
                Err(Error::Replay { .. }) => refused += 1,
                Err(other) => panic!("section {section}, byte {place}: {other}"),
            }
        }
    }
    assert!(read > 500 && refused > 500, "{read} read, {refused} refused");
}

#[test]
fn a_hostile_input_is_refused_as_a_snapshot_would_be() {
    refused(
        &with_section(3, |input| *input = packed(b"no snapshot")),
        &["another kind of content", "MUC-SNAP"],
    );
    let mut input = small_replay().input.clone();
    input.tables[3] = Table::new(vec![("id", Column::Int(vec![1, 1])), ("fleet", Column::Int(vec![1, 1]))]);
    refused(&with_section(3, |bytes| *bytes = packed(&input.encode())), &["units", "1 again"]);
    // Ten bytes that say that they are an exabyte.
    let exabyte = [(1_u64 << 60).to_le_bytes().as_slice(), &[0; 10]].concat();
    for packed in [3, 5, 6] {
        refused(&with_section(packed, |bytes| bytes.clone_from(&exabyte)), &["10 packed bytes"]);
        refused(&with_section(packed, |bytes| bytes.truncate(4)), &["8 bytes"]);
        refused(&with_section(packed, |bytes| bytes[0] ^= 1), &["packed"]);
    }
}

#[test]
fn a_battle_that_cannot_be_is_refused() {
    let battle = |at: usize, with: &'static [u8]| {
        with_section(2, move |bytes| bytes[at..at + with.len()].copy_from_slice(with))
    };
    refused(&battle(12, &[0; 4]), &["battle", "a round limit of 0"]);
    refused(&battle(12, &[0xFF; 4]), &["battle", "a round limit of 4294967295"]);
    refused(&battle(12, &[1, 0, 0, 0]), &["digests", "1 to 1 rounds"]);
    refused(&battle(16, &[0xFF; 8]), &["battle", "a map of NaN tiles"]);
    let ended = |outcome: &str, winner: &str| {
        with_section(2, |bytes| {
            bytes.truncate(24);
            put_text(bytes, outcome);
            put_text(bytes, winner);
        })
    };
    refused(&ended("defeat", ""), &["battle", "the outcome 'defeat'", "round_limit"]);
    refused(&ended("victory", "Nobody"), &["battle", "'Nobody'"]);
    refused(&with_section(4, |bytes| bytes[0] = 2), &["engagement", "kind 2"]);
    refused(&with_section(4, |bytes| bytes[1] = 0xFF), &["engagement", "a count of"]);
    refused(&with_section(4, |bytes| bytes.push(0)), &["engagement", "got 1 bytes", "expected 4 bytes"]);
    refused(&with_section(4, |bytes| bytes.extend([1, 0, 0, 0, 0])), &["engagement", "1 bytes more"]);
}

#[test]
fn rosters_that_cannot_be_are_refused() {
    let weapons = |units: &[i64], slots: &[i64]| {
        let columns = vec![("unit", Column::Int(units.to_vec())), ("slot", Column::Int(slots.to_vec()))];
        with_section(6, |bytes| *bytes = packed_table(columns))
    };
    refused(&weapons(&[0, 0, 0, 1, 1, 9], &[0, 1, 2, 0, 1, 2]), &["weapons"]);
    refused(&weapons(&[0, 0, 0, 1, 1, 1], &[0, 1, 1, 0, 1, 2]), &["weapons"]);
    // Two weapons fewer than the frames are made for.
    refused(&weapons(&[0, 0, 0, 1], &[0, 1, 2, 0]), &["frames"]);
    let slots = vec![("unit", Column::Int(vec![0])), ("slot", Column::Float(vec![0.0]))];
    refused(&with_section(6, |bytes| *bytes = packed_table(slots)), &["weapons", "'slot' of another kind"]);
    let short = vec![("unit", Column::Int(vec![0]))];
    refused(&with_section(6, |bytes| *bytes = packed_table(short)), &["weapons", "unit, slot"]);
    let units = small_replay().units.clone();
    let columns = units.names().iter().cloned().zip(units.columns().iter().map(|column| (**column).clone()));
    let mut columns: Vec<_> = columns.collect();
    columns[0].1 = Column::Int(vec![1, 0]);
    let units = Table::new(columns);
    let mut bytes = Vec::new();
    put_table(&mut bytes, &units);
    refused(&with_section(5, |section| *section = packed(&bytes)), &["units", "by id"]);
}

/// Two texts and a column each of owner, kind, kept and name.
fn columns(columns: &[(u8, u8, u8, &str)]) -> Vec<u8> {
    let mut bytes = 1_u64.to_le_bytes().to_vec();
    put_text(&mut bytes, "shooting");
    bytes.extend((columns.len() as u64).to_le_bytes());
    for (owner, kind, kept, name) in columns {
        bytes.extend([*owner, *kind, *kept]);
        put_text(&mut bytes, name);
    }
    bytes
}

/// One chunk of this many bytes, all of them `value`.
fn chunk(bytes: usize, value: u8) -> Vec<u8> {
    let packed = pack(&vec![value; bytes]);
    [(packed.len() as u32).to_le_bytes().as_slice(), &packed].concat()
}

/// A replay of one round and one phase with these columns and frames.
fn one_round(listed: &[(u8, u8, u8, &str)], prints: Vec<u8>, frames: Vec<u8>) -> Vec<u8> {
    let mut all = sections(&small_replay().encode());
    all[6].1 = columns(listed);
    all[7].1.truncate(16);
    all[8].1 = prints;
    all[9].1 = frames;
    archive(&all)
}

#[test]
fn columns_and_frames_that_cannot_be_are_refused() {
    let status = (0, 4, 1, "status");
    let frame = |value: u8| one_round(&[status], chunk(8, 1), chunk(2, value));
    Replay::decode(&frame(4), "").expect("the first kind that is not refused");
    refused(&frame(5), &["frames", "round 1, column 'status'"]);
    let one = |column, bytes, value| one_round(&[column], chunk(8, 1), chunk(bytes, value));
    refused(&one((0, 5, 1, "contact"), 2, 2), &["frames", "'contact'"]);
    refused(&one((0, 3, 1, "target"), 8, 7), &["frames", "'target'"]);
    Replay::decode(&one((0, 3, 1, "target"), 8, 0xFF), "").expect("nobody is a target");
    // Lists.
    refused(&one((3, 4, 1, "status"), 2, 0), &["columns", "owner 3"]);
    refused(&one((0, 6, 1, "status"), 2, 0), &["columns", "kind 6"]);
    refused(&one((0, 4, 2, "status"), 2, 0), &["columns", "kept 2"]);
    refused(&one((2, 0, 1, "shots"), 0, 0), &["columns", "'shots' of shots"]);
    refused(&one_round(&[status, status], chunk(16, 1), chunk(4, 0)), &["'status' again"]);
    refused(&with_section(7, |bytes| bytes[7] = 0xFF), &["columns", "a count of"]);
    // Chunks that are too short, too long, none, one too many, or of absurd lengths.
    refused(&one_round(&[status], chunk(8, 1), chunk(1, 0)), &["frames", "1 bytes instead of 2"]);
    refused(&one_round(&[status], chunk(8, 1), chunk(3, 0)), &["frames", "chunk 0"]);
    refused(&one_round(&[status], chunk(8, 1), vec![]), &["frames", "0 bytes"]);
    refused(&one_round(&[status], chunk(8, 1), [chunk(2, 0), chunk(2, 0)].concat()), &["bytes more"]);
    refused(&one_round(&[status], chunk(8, 1), vec![0xFF; 9]), &["frames", "4294967295 bytes"]);
    refused(&one_round(&[status], chunk(7, 1), chunk(2, 0)), &["fingerprints", "7 bytes instead of 8"]);
    refused(&one_round(&[status], vec![4, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], chunk(2, 0)), &["fingerprints"]);
    // Digests.
    refused(&with_section(8, |bytes| bytes.truncate(15)), &["digests", "15 bytes"]);
    refused(&with_section(8, Vec::clear), &["digests", "0 bytes"]);
    refused(&with_section(8, |bytes| bytes.extend([0; 160])), &["digests", "1 to 6 rounds"]);
}

#[test]
fn more_than_a_record_may_hold_is_refused_unread() {
    let names: Vec<String> = (0..300).map(|number| format!("c{number}")).collect();
    let listed: Vec<(u8, u8, u8, &str)> = names.iter().map(|name| (0, 0, 1, name.as_str())).collect();
    let claims = |listed: &[(u8, u8, u8, &str)], rounds: usize| {
        let mut all = sections(&small_replay().encode());
        all[1].1[12..16].copy_from_slice(&1_000_000_u32.to_le_bytes());
        all[6].1 = columns(listed);
        all[7].1 = vec![0; 16 * rounds];
        // Chunks without a byte: 128 records of fingerprints, or 64 frames, each.
        all[8].1 = vec![0; 4 * rounds.div_ceil(128)];
        all[9].1 = vec![0; 4 * rounds.div_ceil(64)];
        archive(&all)
    };
    refused(&claims(&listed[..255], 600_000), &["frames", "at most 2147483648 bytes"]);
    refused(&claims(&listed[..255], 60_000), &["fingerprints", "packed bytes, which cannot be"]);
    refused(&claims(&listed, 1), &["columns", "300 columns", "1 to 255"]);
    refused(&claims(&[], 1), &["columns", "0 columns"]);
}
