//! Whole battles on the mirror: outcomes, aftermath, conservation, plausibility.

use multi_universe_core::Error;
use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{TableInput, Values};
use multi_universe_core::ecs::tables::Cell;
use multi_universe_core::kernel::{Engagement, Kernel, Muster};
use multi_universe_core::report::{Outcome, Report};
use proptest::prelude::*;

use crate::support::{fight, line_battle, push, two_factions};

fn resolve(kernel: &mut Kernel, engagement: &Engagement) -> Report {
    kernel.resolve(engagement, &|| false).expect("a battle")
}

fn fleets() -> Engagement {
    Engagement::of(Muster::Fleets(vec![1, 2]))
}

#[test]
fn sixty_against_sixty_are_decided_in_a_plausible_time() {
    let rounds: Vec<u32> = (0..6)
        .map(|seed| {
            let report = fight(&mut line_battle(60, |row| row), seed);
            assert_eq!(report.outcome, Outcome::Victory);
            report.rounds
        })
        .collect();
    assert!(rounds.iter().all(|rounds| (8..200).contains(rounds)), "{rounds:?}");
}

#[test]
fn the_ledger_is_conserved() {
    let report = fight(&mut line_battle(60, |row| row), 3);
    let sum = |name: &str| report.factions.ints(name).iter().sum::<i64>();
    assert_eq!(sum("units_initial"), sum("units_lost") + sum("units_remaining"));
    assert_eq!(sum("kills"), sum("units_lost"));
    assert!(sum("shots") >= sum("hits") && sum("hits") >= sum("crits"));
    let dealt: f64 = report.factions.floats("damage_dealt").iter().sum();
    let taken: f64 = report.factions.floats("damage_taken").iter().sum();
    assert!((dealt - taken).abs() <= 1e-9 * dealt, "{dealt} {taken}");
}

#[test]
fn the_aftermath_is_in_the_mirror() {
    let mut kernel = line_battle(30, |row| row);
    let report = resolve(&mut kernel, &fleets());
    let units = kernel.table(TableId::Units);
    let survivors: Vec<usize> =
        (0..report.units.len()).filter(|&row| report.units.floats("hp")[row] > 0.0).collect();
    assert_eq!(units.len(), survivors.len());
    for (mirrored, &row) in survivors.iter().enumerate() {
        let fled =
            report.units.row(row).any(|(name, cell)| name == "status" && cell == Cell::Text("retreated"));
        // Who fled the map is nowhere on it.
        assert!(!fled || units.floats("x")[mirrored].is_nan());
        for column in ["hp", "shield", "x", "y"].into_iter().take(if fled { 2 } else { 4 }) {
            assert_eq!(units.floats(column)[mirrored], report.units.floats(column)[row], "{column}");
        }
        assert_eq!(units.floats("xp")[mirrored], report.units.floats("xp_gained")[row]);
    }
    let fleets: std::collections::BTreeSet<i64> = units.ints("fleet").iter().copied().collect();
    let mirrored: Vec<i64> = fleets.into_iter().collect();
    assert_eq!(
        kernel.table(TableId::Fleets).ints("id"),
        mirrored,
        "a fleet without living units is destroyed"
    );
    assert_eq!(kernel.table(TableId::Weapons).len(), 3 * survivors.len());
}

#[test]
fn a_battle_without_commit_leaves_the_mirror_as_it_was() {
    let mut kernel = line_battle(30, |row| row);
    let before = kernel.digest();
    let preview = resolve(&mut kernel, &Engagement { commit: false, ..fleets() });
    assert_eq!(kernel.digest(), before);
    assert_eq!(resolve(&mut kernel, &fleets()).digest, preview.digest, "a preview shows what will happen");
}

#[test]
fn an_interrupted_battle_leaves_the_mirror_as_it_was() {
    let mut kernel = line_battle(30, |row| row);
    let before = kernel.digest();
    assert_eq!(kernel.resolve(&fleets(), &|| true).err(), Some(Error::Interrupted { round: Some(1) }));
    assert_eq!(kernel.digest(), before);
}

#[test]
fn peace_is_no_conflict() {
    let mut kernel = line_battle(3, |row| row);
    push(
        &mut kernel,
        TableId::Treaties,
        TableInput::of([
            ("a", Values::texts(&["Synod"])),
            ("b", Values::texts(&["Hegemony"])),
            ("kind", Values::texts(&["Peace"])),
        ]),
    );
    let before = kernel.digest();
    let report = resolve(&mut kernel, &fleets());
    assert_eq!((report.outcome, report.rounds, report.winner), (Outcome::NoConflict, 0, None));
    assert_eq!(kernel.digest(), before);
}

#[test]
fn unarmed_fleets_end_in_a_stalemate_that_a_defender_wins() {
    let mut kernel = two_factions();
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([
            ("id", Values::wholes([1, 2])),
            ("fleet", Values::wholes([1, 2])),
            ("max_hp", Values::numbers([500.0, 100.0])),
        ]),
    );
    let report = resolve(&mut kernel, &Engagement { commit: false, ..fleets() });
    assert_eq!((report.outcome, report.rounds), (Outcome::Stalemate, 300));
    assert_eq!(report.winner.as_deref(), Some("Hegemony"), "equal shares: the higher total");
    let defended = Engagement { defenders: vec!["Synod".to_owned()], commit: false, ..fleets() };
    assert_eq!(resolve(&mut kernel, &defended).winner.as_deref(), Some("Synod"));
}

#[test]
fn the_round_limit_ends_a_battle() {
    let mut kernel = line_battle(30, |row| row);
    let report = resolve(&mut kernel, &Engagement { max_rounds: Some(3), ..fleets() });
    assert_eq!((report.outcome, report.rounds), (Outcome::RoundLimit, 3));
    assert_eq!(report.timeline.len(), 6);
}

#[test]
fn fleets_in_transit_are_not_met_at_their_location() {
    let mut kernel = line_battle(3, |row| row);
    let flag = multi_universe_core::ecs::ingest::Values::Flag([true].as_slice().into());
    push(&mut kernel, TableId::Fleets, TableInput::of([("id", Values::wholes([2])), ("in_transit", flag)]));
    let report = resolve(&mut kernel, &Engagement::of(Muster::Location(7)));
    assert_eq!(report.outcome, Outcome::NoConflict);
}

#[test]
fn successive_battles_have_seeds_of_their_own() {
    let mut kernel = line_battle(3, |row| row);
    let first = resolve(&mut kernel, &Engagement { max_rounds: Some(1), ..fleets() }).seed;
    let second = resolve(&mut kernel, &Engagement { max_rounds: Some(1), ..fleets() }).seed;
    assert_ne!(first, second);
}

#[test]
fn who_runs_has_not_won() {
    let mut kernel = two_factions();
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([
            ("id", Values::wholes([1, 2])),
            ("fleet", Values::wholes([1, 2])),
            ("suppression", Values::numbers([0.0, 100.0])),
            ("leadership", Values::numbers([12.0, 0.0])),
        ]),
    );
    let report = resolve(&mut kernel, &fleets());
    assert_eq!((report.outcome, report.winners.len()), (Outcome::Victory, 1));
    assert_eq!(report.winner.as_deref(), Some("Hegemony"));
}

#[test]
fn a_fleet_that_came_empty_stays_and_experience_stays_legal() {
    let mut kernel = line_battle(5, |row| row);
    push(
        &mut kernel,
        TableId::Fleets,
        TableInput::of([
            ("id", Values::wholes([3])),
            ("faction", Values::texts(&["Synod"])),
            ("location", Values::wholes([7])),
        ]),
    );
    let all = || (0..10).map(|_| 1e15);
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([("id", Values::wholes(0..10)), ("xp", Values::numbers(all()))]),
    );
    let named = kernel.resolve(&Engagement::of(Muster::Fleets(vec![1, 3])), &|| false).err();
    assert!(named.is_some_and(|error| error.to_string().contains("3, which has no living unit")));
    resolve(&mut kernel, &Engagement::of(Muster::Location(7)));
    assert!(kernel.fleet(3).is_ok());
    assert!(kernel.table(TableId::Units).floats("xp").iter().all(|&xp| xp == 1e15));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_battle_ends_and_adds_up(ships in 1i64..25, seed in any::<u64>(), limit in 1u32..80) {
        let mut kernel = line_battle(ships, |row| row);
        let engagement = Engagement { seed: Some(seed), max_rounds: Some(limit), ..fleets() };
        let report = kernel.resolve(&engagement, &|| false).expect("conservation laws hold");
        prop_assert!(report.rounds <= limit);
        let alive = report.units.floats("hp").iter().filter(|&&hp| hp > 0.0).count();
        prop_assert_eq!(kernel.table(TableId::Units).len(), alive);
        for (hp, shots) in report.units.floats("hp").iter().zip(report.units.ints("shots")) {
            prop_assert!(*hp >= 0.0 && *shots >= 0);
        }
    }
}
