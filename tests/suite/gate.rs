//! The gate: everything or nothing, and a message that says where, what and what was expected.

use multi_universe_core::Error;
use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{Push, Removal, TableInput, Values};
use multi_universe_core::kernel::Kernel;

use crate::support::{line_battle, push, two_factions};

/// The push is refused with these words, and the mirror is as it was.
fn refused(kernel: &mut Kernel, id: TableId, input: TableInput<'_>, words: &[&str]) {
    refused_push(kernel, &Push::default().with(id, input), words);
}

fn refused_push(kernel: &mut Kernel, push: &Push<'_>, words: &[&str]) {
    let before = kernel.digest();
    let error = kernel.push(push).expect_err("a refusal").to_string();
    for word in words {
        assert!(error.contains(word), "no `{word}` in: {error}");
    }
    assert_eq!(kernel.digest(), before, "the mirror changed");
}

fn units<'a>(extra: impl IntoIterator<Item = (&'a str, Values<'a>)>) -> TableInput<'a> {
    let base = [("id", Values::wholes([1, 2])), ("fleet", Values::wholes([1, 2]))];
    TableInput::of(base.into_iter().chain(extra))
}

#[test]
fn values_out_of_range_are_refused_by_row() {
    let mut kernel = two_factions();
    for value in [f64::NAN, f64::INFINITY, -1.0] {
        let input = units([("max_hp", Values::numbers([100.0, value]))]);
        refused(
            &mut kernel,
            TableId::Units,
            input,
            &["units", "'max_hp'", "row 1", &value.to_string(), "from 0"],
        );
    }
}

#[test]
fn health_above_its_maximum_is_refused() {
    let mut kernel = two_factions();
    refused(
        &mut kernel,
        TableId::Units,
        units([("hp", Values::numbers([100.0, 101.0]))]),
        &["'hp'", "row 1", "max_hp, 100"],
    );
    push(&mut kernel, TableId::Units, units([("max_hp", Values::numbers([100.0, 200.0]))]));
    let lower = TableInput::of([("id", Values::wholes([2])), ("max_hp", Values::numbers([50.0]))]);
    refused(&mut kernel, TableId::Units, lower, &["'hp'", "row 0", "200", "max_hp, 50"]);
}

#[test]
fn columns_of_another_kind_length_or_name_are_refused() {
    let mut kernel = two_factions();
    refused(
        &mut kernel,
        TableId::Units,
        units([("armor", Values::texts(&["a", "b"]))]),
        &["'armor'", "text values", "numbers"],
    );
    refused(
        &mut kernel,
        TableId::Units,
        units([("armor", Values::numbers([1.0]))]),
        &["'armor'", "1 rows", "2 rows as in column 'id'"],
    );
    refused(
        &mut kernel,
        TableId::Units,
        units([("amor", Values::numbers([1.0, 2.0]))]),
        &["'amor'", "did you mean 'armor'"],
    );
    let twice = units([("armor", Values::numbers([1.0, 2.0])), ("armor", Values::numbers([1.0, 2.0]))]);
    refused(&mut kernel, TableId::Units, twice, &["'armor'", "each column once"]);
    let matrix = units([("armor", Values::Refused("an array of 2 dimensions".to_owned()))]);
    refused(&mut kernel, TableId::Units, matrix, &["'armor'", "2 dimensions", "one-dimensional"]);
    let floats = TableInput::of([("id", Values::numbers([1.0])), ("fleet", Values::wholes([1]))]);
    refused(&mut kernel, TableId::Units, floats, &["'id'", "float64", "whole numbers"]);
}

#[test]
fn unknown_owners_are_refused_unless_they_come_along() {
    let mut kernel = two_factions();
    let orphan = TableInput::of([("id", Values::wholes([1])), ("fleet", Values::wholes([9]))]);
    refused(
        &mut kernel,
        TableId::Units,
        orphan.clone(),
        &["units", "'fleet'", "row 0: got 9", "in the mirror or in the same push"],
    );
    let fleet = TableInput::of([("id", Values::wholes([9])), ("faction", Values::texts(&["Synod"]))]);
    let both = Push::default().with(TableId::Units, orphan).with(TableId::Fleets, fleet);
    let summary = kernel.push(&both).expect("owner and owned");
    assert_eq!((summary.added[TableId::Fleets as usize], summary.added[TableId::Units as usize]), (1, 1));
}

#[test]
fn a_refused_push_forgets_the_keys_it_had_claimed() {
    let mut kernel = two_factions();
    let fleet = TableInput::of([("id", Values::wholes([9])), ("faction", Values::texts(&["Synod"]))]);
    let bad = Push::default()
        .with(TableId::Fleets, fleet)
        .with(TableId::Units, units([("max_hp", Values::numbers([1.0, -1.0]))]));
    refused_push(&mut kernel, &bad, &["'max_hp'"]);
    assert!(kernel.fleet(9).is_err());
    push(&mut kernel, TableId::Units, units([]));
    assert_eq!(kernel.table(TableId::Units).len(), 2);
}

#[test]
fn faults_of_one_table_make_no_false_ones_in_the_next() {
    let mut kernel = two_factions();
    let weapons = TableInput::of([("unit", Values::wholes([1, 2])), ("slot", Values::wholes([0, 0]))]);
    let bad = Push::default()
        .with(TableId::Units, units([("max_hp", Values::numbers([1.0, -1.0]))]))
        .with(TableId::Weapons, weapons);
    let error = kernel.push(&bad).expect_err("a refusal");
    assert!(matches!(&error, Error::Push(faults) if faults.count == 1), "{error}");
}

#[test]
fn keys_may_come_once_in_a_push() {
    let mut kernel = two_factions();
    let twice = TableInput::of([("id", Values::wholes([5, 5])), ("fleet", Values::wholes([1, 1]))]);
    refused(&mut kernel, TableId::Units, twice, &["units", "'id'", "row 1", "5 again", "once"]);
    push(&mut kernel, TableId::Units, units([]));
    refused(&mut kernel, TableId::Units, TableInput::of([("id", Values::wholes([1, 1]))]), &["1 again"]);
    let slots = TableInput::of([("unit", Values::wholes([1, 1])), ("slot", Values::wholes([3, 3]))]);
    refused(&mut kernel, TableId::Weapons, slots, &["slot 3", "row 1"]);
    let pair = TableInput::of([
        ("a", Values::texts(&["Hegemony", "Synod"])),
        ("b", Values::texts(&["Synod", "Hegemony"])),
        ("kind", Values::texts(&["war", "war"])),
    ]);
    refused(&mut kernel, TableId::Treaties, pair, &["same pair"]);
}

#[test]
fn treaties_are_checked() {
    let mut kernel = two_factions();
    let of = |a, b, kind| {
        TableInput::of([
            ("a", Values::texts(&[a])),
            ("b", Values::texts(&[b])),
            ("kind", Values::texts(&[kind])),
        ])
    };
    refused(
        &mut kernel,
        TableId::Treaties,
        of("Synod", "Synod", "war"),
        &["row 0", "nobody has a treaty with itself"],
    );
    refused(
        &mut kernel,
        TableId::Treaties,
        of("Synod", "Hegemony", "grudge"),
        &["'kind'", "'grudge'", "'war'"],
    );
    refused(&mut kernel, TableId::Treaties, of("Nobody", "Synod", "war"), &["'a'", "'Nobody'", "faction"]);
}

#[test]
fn the_largest_id_is_an_id_and_negative_ones_are_not() {
    let mut kernel = two_factions();
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([("id", Values::wholes([i64::MAX])), ("fleet", Values::wholes([1]))]),
    );
    assert!(kernel.unit(i64::MAX).is_ok());
    let negative = TableInput::of([("id", Values::wholes([-1])), ("fleet", Values::wholes([1]))]);
    refused(&mut kernel, TableId::Units, negative, &["'id'", "-1", "from 0"]);
}

#[test]
fn new_rows_need_their_required_columns_and_known_rows_do_not() {
    let mut kernel = two_factions();
    refused(
        &mut kernel,
        TableId::Units,
        TableInput::of([("id", Values::wholes([1]))]),
        &["'fleet'", "which a new unit needs"],
    );
    refused(
        &mut kernel,
        TableId::Units,
        TableInput::of([("armor", Values::numbers([1.0]))]),
        &["'id'", "key"],
    );
    push(&mut kernel, TableId::Units, units([]));
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([("id", Values::wholes([2])), ("armor", Values::numbers([25.0]))]),
    );
    assert_eq!(kernel.table(TableId::Units).floats("armor"), [0.0, 25.0]);
}

#[test]
fn at_most_ten_faults_are_listed_and_all_are_counted() {
    let mut kernel = two_factions();
    let rows = 0..25;
    let input = TableInput::of([
        ("id", Values::wholes(rows.clone())),
        ("fleet", Values::wholes(rows.clone().map(|_| 1))),
        ("cost", Values::numbers(rows.map(|_| -1.0))),
    ]);
    let error = kernel.push(&Push::default().with(TableId::Units, input)).expect_err("a refusal");
    let Error::Push(faults) = error else { panic!("another error") };
    assert_eq!((faults.listed.len(), faults.count), (10, 25));
    assert!(faults.to_string().contains("… and 15 more"));
}

#[test]
fn empty_tables_are_no_fault() {
    let mut kernel = two_factions();
    let before = kernel.digest();
    push(&mut kernel, TableId::Units, TableInput::default());
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([("id", Values::wholes([])), ("fleet", Values::wholes([]))]),
    );
    assert_eq!(kernel.digest(), before);
}

#[test]
fn a_new_maximum_leaves_known_health_alone_and_new_units_are_whole() {
    let mut kernel = two_factions();
    push(&mut kernel, TableId::Units, units([("max_hp", Values::numbers([100.0, 200.0]))]));
    let delta = TableInput::of([
        ("id", Values::wholes([2, 3])),
        ("fleet", Values::wholes([2, 2])),
        ("max_hp", Values::numbers([300.0, 400.0])),
    ]);
    push(&mut kernel, TableId::Units, delta);
    assert_eq!(kernel.table(TableId::Units).floats("hp"), [100.0, 200.0, 400.0]);
}

#[test]
fn a_removed_unit_takes_its_weapons_along_and_a_fleet_its_units() {
    let mut kernel = line_battle(3, |row| row);
    let removal = Removal { units: vec![0], ..Removal::default() };
    assert_eq!(kernel.remove(&removal).expect("a removal").removed, [0, 0, 0, 1, 3]);
    let removal = Removal { fleets: vec![1], ..Removal::default() };
    assert_eq!(kernel.remove(&removal).expect("a removal").removed, [0, 0, 1, 2, 6]);
    assert_eq!(kernel.table(TableId::Units).ints("id"), [3, 4, 5]);
    // Their places are used again.
    let fleet = TableInput::of([("id", Values::wholes([1])), ("faction", Values::texts(&["Hegemony"]))]);
    push(&mut kernel, TableId::Fleets, fleet);
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([("id", Values::wholes([7])), ("fleet", Values::wholes([1]))]),
    );
    assert_eq!(kernel.table(TableId::Units).floats("max_hp"), [900.0, 400.0, 400.0, 100.0]);
}

#[test]
fn unknown_keys_and_owners_are_not_removed() {
    let mut kernel = line_battle(3, |row| row);
    let before = kernel.digest();
    for (removal, words) in [
        (Removal { units: vec![0, 99], ..Removal::default() }, ["units", "row 1", "99"]),
        (Removal { fleets: vec![9], ..Removal::default() }, ["fleets", "row 0", "9"]),
        (Removal { weapons: vec![(0, 7)], ..Removal::default() }, ["weapons", "row 0", "(0, 7)"]),
        (
            Removal { factions: vec!["Synod".to_owned()], ..Removal::default() },
            ["factions", "'Synod'", "1 fleets"],
        ),
        (Removal { units: vec![0, 0], ..Removal::default() }, ["units", "row 1", "0 again"]),
    ] {
        let error = kernel.remove(&removal).expect_err("a refusal").to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
        assert_eq!(kernel.digest(), before);
    }
    let all = Removal { factions: vec!["Synod".to_owned()], fleets: vec![2], ..Removal::default() };
    assert_eq!(kernel.remove(&all).expect("owner and owned").removed, [1, 1, 1, 3, 9]);
}

#[test]
fn a_unit_that_moves_to_another_fleet_fights_there() {
    let mut kernel = line_battle(3, |row| row);
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([("id", Values::wholes([0, 1])), ("fleet", Values::wholes([2, 2]))]),
    );
    let report = crate::support::fight(&mut kernel, 1);
    assert_eq!(report.fleets.ints("initial"), [1, 5]);
}

#[test]
fn a_unit_that_is_pushed_again_stands_on_its_roster_once() {
    let mut kernel = line_battle(3, |row| row);
    let (units, fleets) = (kernel.table(TableId::Units), kernel.table(TableId::Fleets));
    let again = TableInput::of([
        ("id", Values::wholes(units.ints("id").iter().copied())),
        ("fleet", Values::wholes(units.ints("fleet").iter().copied())),
    ]);
    push(&mut kernel, TableId::Units, again);
    assert_eq!(kernel.table(TableId::Fleets), fleets);
    let report = crate::support::fight(&mut kernel, 1);
    assert_eq!(report.units.ints("id"), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn a_new_key_that_comes_twice_is_refused_whatever_else_the_rows_hold() {
    let mut kernel = line_battle(3, |row| row);
    for column in ["hp", "max_hp", "shield"] {
        let twice = TableInput::of([
            ("id", Values::wholes([50, 50])),
            ("fleet", Values::wholes([1, 1])),
            (column, Values::numbers([0.0, 0.0])),
        ]);
        refused(&mut kernel, TableId::Units, twice, &["'id'", "50 again"]);
    }
}

#[test]
fn a_new_faction_has_no_treaty_with_itself_either() {
    let mut kernel = two_factions();
    let push =
        Push::default().with(TableId::Factions, TableInput::of([("name", Values::texts(&["Guild"]))])).with(
            TableId::Treaties,
            TableInput::of([
                ("a", Values::texts(&["Guild"])),
                ("b", Values::texts(&["Guild"])),
                ("kind", Values::texts(&["war"])),
            ]),
        );
    refused_push(&mut kernel, &push, &["treaties", "'b'", "row 0", "nobody has a treaty with itself"]);
}
