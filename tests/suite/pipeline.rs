//! The order of systems is one, and it is the golden one.

use std::collections::BTreeSet;

use bevy_ecs::prelude::*;
use multi_universe_core::Rules;
use multi_universe_core::battle::BattleWorld;
use multi_universe_core::ecs::phase::Round;
use multi_universe_core::ecs::profile::Profile;
use multi_universe_core::ecs::tables::Cell;
use multi_universe_core::ecs::witness::Depth;
use multi_universe_core::ecs::workers::Workers;
use multi_universe_core::systems;

/// The systems of a round, in the order in which they run, when ties are broken by `seed`.
fn order(seed: u64) -> String {
    order_of(systems::round(&Profile::default()), seed)
}

fn order_of(mut round: Round, seed: u64) -> String {
    let mut battles = BattleWorld::new(Rules::default(), Workers::default());
    let world: &mut World = battles.world_mut();
    for part in round.parts() {
        let mut settings = part.get_build_settings();
        settings.shuffle_seed = Some(seed);
        part.set_build_settings(settings);
    }
    round.initialize(world).expect("an unambiguous round");
    let mut names = String::new();
    for part in round.parts() {
        for (_, system) in part.systems().expect("an initialized schedule") {
            names += short(&system.name().to_string());
            names.push('\n');
        }
    }
    names
}

/// `shooting::fire` of the full path of a system.
fn short(name: &str) -> &str {
    name.rmatch_indices("::").nth(1).map_or(name, |(at, _)| &name[at + 2..])
}

#[test]
fn the_pipeline_is_the_golden_one() {
    assert_eq!(order(0), include_str!("../golden/pipeline.txt"));
}

#[test]
fn no_other_order_is_allowed() {
    let orders: BTreeSet<String> = (0..64).map(order).collect();
    assert_eq!(orders.len(), 1, "{orders:#?}");
}

#[test]
fn a_traced_round_is_the_same_with_a_tap_behind_every_phase() {
    let golden: String = include_str!("../golden/pipeline.txt")
        .lines()
        .map(|system| format!("{}\ntrace::tap\n", noted(system)))
        .collect();
    // The second landing is that of the strikes by hand.
    let (fire, strikes) = golden.split_once("melee::strike").expect("a phase of melee");
    let golden = format!("{fire}melee::strike{}", strikes.replace("see_fire", "see_strikes"));
    for seed in 0..64 {
        assert_eq!(order_of(systems::traced_round(&Profile::default()), seed), golden);
    }
    assert_eq!(
        Round::phases(1).len() * 2,
        golden.lines().filter(|line| !line.starts_with("witness::")).count()
    );
}

/// A system of the pipeline as a noted round has it, with the witness behind it if it looks at its phase.
fn noted(system: &str) -> String {
    let look = match system {
        "deploy::deploy" => "see_arrivals",
        "movement::advance" => "see_retreats",
        "damage::land" => "see_fire",
        "morale::waver" => "see_nerve",
        "victory::decide" => "see_end",
        _ => return system.to_owned(),
    };
    format!("{}\nwitness::{look}", system.replace("damage::land", "damage::land_noted"))
}

#[test]
fn a_ledger_needs_no_system_of_its_own() {
    let order = order_of(systems::noted_round(&Profile::default(), Depth::Ledger), 0);
    let seen: Vec<&str> = order.lines().filter(|line| line.starts_with("witness::")).collect();
    assert_eq!(seen, [""; 0]);
    assert!(order.contains("damage::land_noted"));
}

#[test]
fn an_unordered_conflict_is_refused() {
    let mut battles = BattleWorld::new(Rules::default(), Workers::default());
    let mut round = systems::round(&Profile::default());
    let [.., aftermath, _] = round.parts();
    aftermath.add_systems(systems::victory::decide);
    assert!(round.initialize(battles.world_mut()).is_err());
}

#[test]
fn every_system_of_the_pipeline_is_in_the_profile() {
    let mut kernel = crate::support::line_battle(5, |row| row);
    let report = crate::support::fight(&mut kernel, 1);
    let names = report.profile.column("name").expect("a name column");
    let listed: BTreeSet<&str> = (0..report.profile.len())
        .filter_map(|row| match names.cell(row) {
            Cell::Text(name) => Some(name),
            _ => None,
        })
        .collect();
    let golden: BTreeSet<&str> = include_str!("../golden/pipeline.txt").lines().collect();
    assert_eq!(listed, golden);
    assert_eq!(listed.len(), report.profile.len(), "one line for each system");
}

#[test]
fn systems_for_which_a_battle_has_no_use_do_not_run() {
    let mut kernel = crate::support::line_battle(5, |row| row);
    let report = crate::support::fight(&mut kernel, 1);
    let (names, rounds) = (report.profile.column("name").expect("a name column"), i64::from(report.rounds));
    assert!(rounds > 1);
    for (row, &calls) in report.profile.ints("calls").iter().enumerate() {
        let expected = match names.cell(row) {
            // Nobody is in reserve, all are ships, and one round is the last.
            Cell::Text("treaty::declare" | "deploy::deploy" | "finalize::settle") => 1,
            Cell::Text("melee::strike") => 0,
            _ => rounds,
        };
        assert_eq!(calls, expected, "{:?}", names.cell(row));
    }
}
