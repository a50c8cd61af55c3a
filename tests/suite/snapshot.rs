//! Snapshots: the same kernel again, whatever its history, or a typed refusal.

use multi_universe_core::archive::{Builder, Section, put_table, put_text};
use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{Removal, TableInput, Values};
use multi_universe_core::ecs::tables::{Column, Table};
use multi_universe_core::kernel::{Engagement, Kernel, Muster};
use multi_universe_core::report::Report;
use multi_universe_core::snapshot::{FORM, Snapshot};
use multi_universe_core::{Error, Rules};

use crate::support::{line_battle, push, two_factions};

/// The next battle of fleets 1 and 2 with the seed that the kernel derives, for at most three rounds.
fn next_battle(kernel: &mut Kernel) -> Report {
    let engagement = Engagement { max_rounds: Some(3), ..Engagement::of(Muster::Fleets(vec![1, 2])) };
    kernel.resolve(&engagement, &|| false).expect("a battle")
}

/// A kernel with a past: units moved, removed and replaced, battles fought, columns given late.
fn with_a_past() -> Kernel {
    let mut kernel = line_battle(20, |row| row);
    let removal = Removal { units: vec![0, 7, 39], weapons: vec![(1, 2)], ..Removal::default() };
    kernel.remove(&removal).expect("known keys");
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([
            ("id", Values::wholes([100, 3, 101])),
            ("fleet", Values::wholes([2, 2, 1])),
            ("directive", Values::texts(&["kite", "", "hold_ground"])),
            ("x", Values::numbers([f64::NAN, 3.5, 2.0])),
            ("static", Values::Flag(vec![false, true, false].into())),
        ]),
    );
    next_battle(&mut kernel);
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([("id", Values::wholes([100])), ("max_hp", Values::numbers([1234.5]))]),
    );
    kernel
}

fn restored(kernel: &Kernel) -> Kernel {
    Kernel::restore(&kernel.snapshot()).expect("a snapshot")
}

/// The restoration is refused with these words.
fn refused(bytes: &[u8], words: &[&str]) {
    match Kernel::restore(bytes) {
        Err(error @ Error::Snapshot(_)) => {
            let message = error.to_string();
            assert!(words.iter().all(|word| message.contains(word)), "{words:?} not all in: {message}");
        }
        Err(other) => panic!("not a snapshot's error: {other}"),
        Ok(_) => panic!("restored, expected {words:?}"),
    }
}

#[test]
fn a_restored_kernel_is_the_same_and_has_the_same_future() {
    let rules = Rules::preset("strategy_engine").and_then(|rules| rules.and([("hit_floor", 0.1)]));
    let rules = rules.expect("legal rules");
    let mut empty = Kernel::new(rules, u64::MAX);
    empty.set_threads(3);
    for mut kernel in [empty, two_factions(), line_battle(20, |row| row), with_a_past()] {
        let mut again = restored(&kernel);
        assert_eq!(again.digest(), kernel.digest());
        assert_eq!(again.snapshot(), kernel.snapshot());
        assert_eq!(
            (again.seed(), again.threads(), again.rules()),
            (kernel.seed(), kernel.threads(), kernel.rules())
        );
        if kernel.count(TableId::Weapons) > 0 {
            for _ in 0..2 {
                let (ours, theirs) = (next_battle(&mut kernel), next_battle(&mut again));
                assert_eq!((ours.seed, ours.digest), (theirs.seed, theirs.digest));
                assert_eq!(ours.units, theirs.units);
                assert_eq!(again.digest(), kernel.digest());
            }
        }
    }
}

#[test]
fn a_restored_kernel_takes_pushes_as_the_first_one_does() {
    let mut kernel = with_a_past();
    let mut again = restored(&kernel);
    for kernel in [&mut kernel, &mut again] {
        let maxima = [("id", Values::wholes([4, 200])), ("fleet", Values::wholes([1, 1]))];
        push(kernel, TableId::Units, TableInput::of(maxima).with("max_hp", Values::numbers([5_000.0, 70.0])));
        kernel.remove(&Removal { fleets: vec![2], ..Removal::default() }).expect("a known fleet");
    }
    assert_eq!(again.digest(), kernel.digest());
}

#[test]
fn equal_mirrors_have_equal_snapshots_whatever_their_history() {
    let mixed = line_battle(40, |row| (row * 7 + 3) % 80);
    assert_eq!(mixed.snapshot(), line_battle(40, |row| row).snapshot());
    assert_ne!(mixed.snapshot(), line_battle(41, |row| row).snapshot());
}

#[test]
fn a_copy_is_independent() {
    let mut kernel = with_a_past();
    let mut copy = kernel.clone();
    let before = kernel.digest();
    assert_eq!(copy.digest(), before);
    let theirs = next_battle(&mut copy);
    assert_ne!(copy.digest(), before);
    assert_eq!(kernel.digest(), before);
    let ours = next_battle(&mut kernel);
    assert_eq!((ours.seed, ours.digest), (theirs.seed, theirs.digest));
}

#[test]
fn every_flipped_byte_and_every_cut_is_noticed() {
    let bytes = two_factions().snapshot();
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
fn a_foreign_file_and_a_newer_version_are_told_from_damage() {
    refused(b"PAR1 is another format", &["another kind of content", "MUC-SNAP"]);
    refused(b"", &["another kind of content"]);
    let newer = multi_universe_core::archive::Form { version: FORM.version + 1, ..FORM };
    refused(&Builder::new(&newer).finish(), &["version 2 of the format", "a newer kernel"]);
}

/// The parts of a small kernel's snapshot.
fn parts() -> Snapshot {
    let mut kernel = two_factions();
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([("id", Values::wholes([10, 11])), ("fleet", Values::wholes([1, 2]))]),
    );
    Snapshot::decode(&kernel.snapshot()).expect("a snapshot")
}

/// The snapshot with these columns as one of its tables.
fn with_table(id: TableId, columns: Vec<(&'static str, Column)>) -> Vec<u8> {
    let mut snapshot = parts();
    snapshot.tables[id as usize] = Table::new(columns);
    snapshot.encode()
}

fn ints(values: &[i64]) -> Column {
    Column::Int(values.to_vec())
}

#[test]
fn hostile_tables_are_refused_as_a_push_would_be() {
    Kernel::restore(&parts().encode()).expect("the parts themselves are sound");
    let units = |id: &[i64], fleet: &[i64], extra: Vec<(&'static str, Column)>| {
        let keys = vec![("id", ints(id)), ("fleet", ints(fleet))];
        with_table(TableId::Units, keys.into_iter().chain(extra).collect())
    };
    refused(&units(&[10, 10], &[1, 2], vec![]), &["units", "10 again"]);
    refused(&units(&[10, 11], &[1, 9], vec![]), &["units", "'fleet'", "row 1: got 9"]);
    refused(&units(&[10, -1], &[1, 2], vec![]), &["units", "'id'", "-1"]);
    let nan = vec![("max_hp", Column::Float(vec![1.0, f64::NAN]))];
    refused(&units(&[10, 11], &[1, 2], nan), &["units", "'max_hp'", "row 1", "NaN"]);
    let over = vec![("hp", Column::Float(vec![1.0, 101.0]))];
    refused(&units(&[10, 11], &[1, 2], over), &["'hp'", "101", "max_hp"]);
    let word = vec![("directive", Column::words(vec![0, 1], &["", "dance"]))];
    refused(&units(&[10, 11], &[1, 2], word), &["'directive'", "dance"]);
    refused(&with_table(TableId::Units, vec![("id", ints(&[1]))]), &["units", "'fleet'"]);
    refused(&with_table(TableId::Units, vec![("id", Column::Flag(vec![true]))]), &["units", "'id'", "bool"]);
    refused(&with_table(TableId::Fleets, vec![]), &["units", "'fleet'"]);
    let own = Column::words(vec![0], &["Synod"]);
    let kind = Column::words(vec![0], &["war"]);
    let treaty = vec![("a", own.clone()), ("b", own), ("kind", kind)];
    refused(&with_table(TableId::Treaties, treaty), &["treaties", "itself"]);
}

/// An archive of the small kernel's sections, of which `number` is `content` instead.
fn with_section(number: u16, content: &[u8]) -> Vec<u8> {
    let parts = parts();
    let mut sections: Vec<(u16, Vec<u8>)> = (1..=8).map(|number| (number, Vec::new())).collect();
    put_text(&mut sections[0].1, "0.1.0");
    sections[1].1.extend([0; 16]);
    sections[1].1.extend(1_u32.to_le_bytes());
    let no_rules = vec![("name", texts(&[])), ("number", Column::Float(vec![])), ("word", texts(&[]))];
    put_table(&mut sections[2].1, &Table::new(no_rules));
    for (table, section) in parts.tables.iter().zip(&mut sections[3..]) {
        put_table(&mut section.1, table);
    }
    match sections.iter_mut().find(|section| section.0 == number) {
        Some(section) => section.1 = content.to_vec(),
        None => sections.push((number, content.to_vec())),
    }
    archive(sections.iter().map(|(number, content)| (*number, content.as_slice())))
}

fn archive<'a>(sections: impl Iterator<Item = (u16, &'a [u8])>) -> Vec<u8> {
    sections
        .fold(Builder::new(&FORM), |archive, (number, content)| {
            archive.section(Section { number, name: "" }, |out| out.extend(content))
        })
        .finish()
}

fn texts(words: &[&str]) -> Column {
    Column::words((0..words.len() as u32).collect(), words)
}

/// A table's bytes: rows, columns, then whatever follows.
fn table_bytes(rows: u64, columns: u64, rest: &[&[u8]]) -> Vec<u8> {
    [&rows.to_le_bytes()[..], &columns.to_le_bytes(), &rest.concat()].concat()
}

#[test]
fn hostile_bytes_with_a_fitting_checksum_are_refused() {
    let most = u64::MAX;
    let id = b"\x02\x00\x00\x00id";
    let units = |rows, columns, rest: &[&[u8]]| with_section(7, &table_bytes(rows, columns, rest));
    // Lengths that are absurd, or off by one.
    refused(&units(most, 1, &[id, &[1]]), &["units", "a count of 18446744073709551615"]);
    refused(&units(1, most, &[]), &["units", "a count of"]);
    refused(&units(3, 1, &[id, &[1], &[0; 16]]), &["units", "got 16 bytes, expected 24 bytes"]);
    refused(&units(1, 1, &[id, &[1], &[0; 16]]), &["units", "8 bytes more"]);
    refused(&units(1, 0, &[&[0; 8]]), &["units", "1 rows without a column"]);
    refused(&units(1, 1, &[&most.to_le_bytes()]), &["units"]);
    refused(&units(1, 1, &[id, &[3], &most.to_le_bytes(), &[0; 16]]), &["units", "a count of"]);
    // Names, kinds and values that nobody knows.
    refused(&units(1, 1, &[b"\x02\x00\x00\x00xy", &[1], &[0; 8]]), &["units", "a column 'xy'"]);
    refused(&units(1, 2, &[id, &[1], &[0; 8], id, &[1], &[0; 8]]), &["units", "'id' again"]);
    refused(&units(1, 1, &[b"\x02\x00\x00\x00\xff\xfe", &[1], &[0; 8]]), &["units", "UTF-8"]);
    refused(&units(1, 1, &[id, &[4], &[0; 8]]), &["units", "kind 4"]);
    refused(&units(1, 1, &[id, &[2], &[2]]), &["units", "a flag of 2"]);
    refused(&units(1, 1, &[id, &[3], &[0; 8], &[7, 0, 0, 0]]), &["units", "text number 7"]);
    // Sections.
    refused(&with_section(9, b""), &["sections", "section 9"]);
    refused(&archive([(1, &b""[..]), (1, b"")].into_iter()), &["section 1 again"]);
    refused(&archive([].into_iter()), &["no such section"]);
    refused(&with_section(1, b"\x01\x00\x00\x00"), &["writer"]);
    for threads in [0_u32, 1025, u32::MAX] {
        let kernel = [&[0; 16][..], &threads.to_le_bytes()].concat();
        refused(&with_section(2, &kernel), &["kernel", "threads"]);
    }
    // Rules.
    let rules = |names: &[&str], numbers: Column, words: Column| {
        let columns = vec![("name", texts(names)), ("number", numbers), ("word", words)];
        let mut bytes = Vec::new();
        put_table(&mut bytes, &Table::new(columns));
        with_section(3, &bytes)
    };
    let number = |number: f64| Column::Float(vec![number]);
    refused(&rules(&["hit_flor"], number(0.1), texts(&[""])), &["rules", "hit_flor", "hit_floor"]);
    refused(&rules(&["hit_floor"], number(f64::NAN), texts(&[""])), &["rules", "hit_floor"]);
    refused(&rules(&["hit_floor"], number(0.1), texts(&["low"])), &["rules", "hit_floor", "'low'"]);
    refused(&rules(&["retarget"], number(0.0), texts(&[""])), &["rules", "retarget"]);
    refused(&rules(&["retarget"], number(0.0), texts(&["never"])), &["rules", "retarget", "when_lost"]);
    refused(&rules(&["hit_floor"], Column::Int(vec![0]), texts(&[""])), &["rules", "numbers 'number'"]);
    refused(&with_section(3, &table_bytes(0, 0, &[])), &["rules", "texts 'name'"]);
}

#[test]
fn any_other_byte_is_another_kernel_or_a_refusal_and_never_a_panic() {
    let sound = Snapshot::decode(&line_battle(2, |row| row).snapshot()).expect("a snapshot");
    let (mut restored, mut refused) = (0, 0);
    for (number, table) in (4..).zip(&sound.tables) {
        let mut bytes = Vec::new();
        put_table(&mut bytes, table);
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= [0x01, 0x80, 0xFF, 0x10][place % 4];
            match Kernel::restore(&with_section(number, &changed)) {
                Ok(kernel) => {
                    kernel.digest();
                    restored += 1;
                }
                Err(Error::Snapshot(_)) => refused += 1,
                Err(other) => panic!("section {number}, byte {place}: {other}"),
            }
        }
    }
    assert!(restored > 100 && refused > 100, "{restored} restored, {refused} refused");
}

#[test]
fn a_section_that_may_be_passed_over_is() {
    let bytes = with_section(0x8001, b"from a later kernel");
    assert_eq!(Kernel::restore(&bytes).expect("a snapshot").count(TableId::Units), 2);
}
