//! Replays: recording changes nothing, what is read back is what was written, and it can be fought again.

use std::sync::Arc;

use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{TableInput, Values};
use multi_universe_core::ecs::tables::{Cell, Table};
use multi_universe_core::ecs::trace::FIELDS;
use multi_universe_core::kernel::{Engagement, Kernel, Muster, Record};
use multi_universe_core::replay::Replay;
use multi_universe_core::report::Report;
use multi_universe_core::{Error, Rules};

use crate::support::{line_battle, push, two_factions};

fn engagement(record: Record) -> Engagement {
    Engagement { seed: Some(5), record, ..Engagement::of(Muster::Fleets(vec![1, 2])) }
}

fn resolve(kernel: &mut Kernel, engagement: &Engagement) -> Report {
    kernel.resolve(engagement, &|| false).expect("a battle")
}

/// The replay of the next battle of fleets 1 and 2.
pub fn recorded(kernel: &mut Kernel) -> Arc<Replay> {
    resolve(kernel, &engagement(Record::Full)).replay.expect("a record")
}

/// A battle of two ships and four weapons in few rounds: a replay of some kilobytes.
pub fn small_replay() -> Arc<Replay> {
    let mut kernel = line_battle(1, |row| row);
    let few = Engagement { max_rounds: Some(6), ..engagement(Record::Full) };
    resolve(&mut kernel, &few).replay.expect("a record")
}

/// `line_battle` under these rules, with ground units, formations and orders, so that every phase has work.
fn mixed_battle(rules: Rules) -> Kernel {
    let parts = line_battle(20, |row| row).snapshot();
    let mut snapshot = multi_universe_core::snapshot::Snapshot::decode(&parts).expect("a snapshot");
    snapshot.rules = rules;
    let mut kernel = Kernel::restore(&snapshot.encode()).expect("a kernel");
    let ids = || 0..40_i64;
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([
            ("id", Values::wholes(ids())),
            (
                "domain",
                Values::texts(
                    &ids().map(|id| if id % 4 == 1 { "ground" } else { "space" }).collect::<Vec<_>>(),
                ),
            ),
            ("shield_regen", Values::numbers(ids().map(|id| (id % 3) as f64))),
            ("massive", Values::Flag(ids().map(|id| id % 5 == 0).collect())),
        ]),
    );
    kernel
}

#[test]
fn recording_changes_nothing() {
    let volleys = Rules::with([("volleys", 3.0)]).expect("legal rules");
    let engine = Rules::preset("strategy_engine").expect("a preset");
    for rules in [Rules::default(), volleys, engine] {
        let (mut plain, mut traced) = (mixed_battle(rules), mixed_battle(rules));
        let without = resolve(&mut plain, &engagement(Record::Nothing));
        let with = resolve(&mut traced, &engagement(Record::Full));
        assert!(without.replay.is_none());
        assert_eq!(without.digest, with.digest);
        assert_eq!((without.units, without.timeline), (with.units, with.timeline));
        assert_eq!(plain.snapshot(), traced.snapshot());
        let next = engagement(Record::Nothing);
        assert_eq!(resolve(&mut plain, &next).digest, resolve(&mut traced, &next).digest);
    }
}

#[test]
fn a_replay_is_fought_again_as_it_was() {
    let rules = Rules::with([("volleys", 2.0), ("deploy_cap", 12.0)]).expect("legal rules");
    let replay = recorded(&mut mixed_battle(rules));
    assert!(replay.rounds() > 5, "{} rounds show little", replay.rounds());
    let comparison = replay.verify(&|| false).expect("a battle");
    assert!(comparison.is_equal(), "{comparison}");
    let read = Replay::decode(&replay.encode(), "").expect("a replay");
    assert!(read.verify(&|| false).expect("a battle").is_equal());
}

#[test]
fn only_those_who_took_part_are_recorded_wherever_the_battle_was() {
    let mut kernel = line_battle(10, |row| row);
    // Bystanders, an empty fleet of a party, a fleet elsewhere, a defender who is not there.
    push(&mut kernel, TableId::Factions, TableInput::of([("name", Values::texts(&["Bystander", "Absent"]))]));
    push(
        &mut kernel,
        TableId::Fleets,
        TableInput::of([
            ("id", Values::wholes([3, 4, 5])),
            ("faction", Values::texts(&["Bystander", "Synod", "Hegemony"])),
            ("location", Values::wholes([7, 7, 8])),
        ]),
    );
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([
            ("id", Values::wholes([100, 101, 102])),
            ("fleet", Values::wholes([3, 4, 5])),
            ("hp", Values::numbers([100.0, 0.0, 100.0])),
        ]),
    );
    let engagement = Engagement {
        defenders: vec!["Absent".to_owned(), "Synod".to_owned()],
        max_rounds: Some(4),
        seed: None,
        muster: Muster::Location(7),
        ..engagement(Record::Full)
    };
    let report = resolve(&mut kernel, &engagement);
    let replay = report.replay.clone().expect("a record");
    assert_eq!(replay.units.len(), 20);
    assert_eq!(replay.input.tables[TableId::Units as usize].len(), 20);
    assert_eq!(replay.input.tables[TableId::Factions as usize].len(), 2);
    assert_eq!(replay.input.tables[TableId::Fleets as usize].ints("id"), [1, 2, 4]);
    assert_eq!((replay.seed(), replay.digest(), replay.rounds()), (report.seed, report.digest, 4));
    let comparison = replay.verify(&|| false).expect("a battle");
    assert!(comparison.is_equal(), "{comparison}");
}

#[test]
fn what_is_read_back_is_what_was_written() {
    let replay = recorded(&mut mixed_battle(Rules::default()));
    let bytes = replay.encode();
    let read = Replay::decode(&bytes, "").expect("a replay");
    assert_eq!(read.encode(), bytes);
    assert_eq!((read.frames(), read.weapon_frames()), (replay.frames(), replay.weapon_frames()));
    assert_eq!(
        (&read.units, &read.weapons, read.digests()),
        (&replay.units, &replay.weapons, replay.digests())
    );
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("read_back.mucr");
    replay.save(&path).expect("a file can be written");
    assert_eq!(Replay::load(&path).expect("a replay").encode(), bytes);
}

/// The last rows of a table of rounds.
fn last_round(table: &Table, name: &str, rows: usize) -> Vec<String> {
    let column = table.column(name).unwrap_or_else(|| panic!("no column {name}"));
    (table.len() - rows..table.len()).map(|row| format!("{:?}", column.cell(row))).collect()
}

#[test]
fn the_last_round_is_what_the_report_shows() {
    let report = resolve(&mut mixed_battle(Rules::default()), &engagement(Record::Full));
    let replay = report.replay.expect("a record");
    let (frames, weapons) = (replay.frames(), replay.weapon_frames());
    let all = |table: &Table, name: &str| last_round(table, name, table.len());
    assert_eq!(frames.len(), report.rounds as usize * report.units.len());
    for name in ["hp", "shield", "x", "y", "kills", "damage_taken", "killed_by", "faction"] {
        assert_eq!(last_round(&frames, name, report.units.len()), all(&report.units, name), "{name}");
    }
    for name in ["unit", "slot", "shots", "hits", "crits", "damage"] {
        assert_eq!(last_round(&weapons, name, report.weapons.len()), all(&report.weapons, name), "{name}");
    }
    let status = frames.column("status").expect("a status");
    let routed = (0..frames.len()).any(|row| status.cell(row) == Cell::Text("routing"));
    assert!(routed, "nobody ran: the fixture shows too little");
    assert!(report.units.ints("kills").iter().sum::<i64>() > 0);
    let digests = replay.digests();
    assert_eq!(last_round(&digests, "digest", 1), [format!("{:?}", Cell::Text(&report.digest.to_string()))]);
}

#[test]
fn a_report_without_a_record_says_how_to_have_one() {
    let report = resolve(&mut line_battle(2, |row| row), &engagement(Record::Nothing));
    let error = report.save("nowhere.mucr").expect_err("nothing to save");
    assert!(matches!(error, Error::Replay { .. }));
    assert!(
        error.to_string().contains("nowhere.mucr") && error.to_string().contains("record=\"full\""),
        "{error}"
    );
    let peace = Engagement { muster: Muster::Location(7), ..engagement(Record::Full) };
    let report = resolve(&mut two_factions(), &peace);
    assert!(report.replay.is_none());
}

#[test]
fn an_interrupted_record_leaves_the_mirror_as_it_was() {
    let mut kernel = line_battle(10, |row| row);
    let before = kernel.snapshot();
    let error = kernel.resolve(&engagement(Record::Full), &|| true).expect_err("an interruption");
    assert_eq!(error, Error::Interrupted { round: Some(1) });
    assert_eq!(kernel.snapshot(), before);
}

#[test]
fn a_battle_of_two_hundred_ships_takes_little_room() {
    let replay = recorded(&mut line_battle(100, |row| row));
    let bytes = replay.encode().len();
    let per_round = bytes / replay.rounds() as usize;
    assert!(per_round < 8_000, "{bytes} bytes for {} rounds", replay.rounds());
}

#[test]
fn the_documentation_names_every_column_of_a_record() {
    let text = include_str!("../../docs/determinism.md");
    for field in FIELDS.iter().filter(|field| field.kept) {
        assert!(text.contains(field.name), "{} is not in docs/determinism.md", field.name);
    }
    let kept = FIELDS.iter().filter(|field| field.kept).count();
    let counts = format!("a fingerprint of each of {} columns, and at its end {kept} columns", FIELDS.len());
    assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(&counts), "not there: {counts}");
}
