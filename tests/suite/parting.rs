//! Where two recorded battles part: planted differences are named with round, phase, table, row and column.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use multi_universe_core::battle::BattleWorld;
use multi_universe_core::ecs::account::Outcome;
use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::components::{Hull, Integrity, TargetDistance};
use multi_universe_core::ecs::ingest::{TableInput, Values};
use multi_universe_core::ecs::phase::Round;
use multi_universe_core::ecs::workers::Workers;
use multi_universe_core::kernel::{Engagement, Kernel, Muster, Record};
use multi_universe_core::replay::{Comparison, Occasion, Recorder, Replay};
use multi_universe_core::snapshot::Snapshot;
use multi_universe_core::{Error, Result, Rules};

use crate::allocations::lineup;
use crate::support::{line_battle, push};

const SHIPS: usize = 40;

/// A record that claims the rule book's rules, of a battle under `rules` in which `meddle` changes the world between rounds.
fn record_of(rules: Rules, mut meddle: impl FnMut(&mut World, u32)) -> Replay {
    let lineup = lineup(SHIPS);
    let mut battles = BattleWorld::traced(rules, Workers::default());
    let mut recorder = Recorder::new(&lineup);
    battles.load(&lineup, 1);
    let fought = battles.fight_watched(&|| false, |battles| {
        recorder.round(battles)?;
        let round = battles.battle().round;
        meddle(battles.world_mut(), round);
        Ok(())
    });
    fought.expect("a battle");
    recorder.finish(Round::phases(rules.volleys), occasion(&lineup))
}

fn occasion(lineup: &multi_universe_core::battle::Lineup) -> Occasion<'_> {
    let tables = Default::default();
    Occasion {
        input: Snapshot { seed: 1, fought: 0, threads: 1, rules: Rules::default(), tables },
        engagement: Engagement {
            seed: Some(1),
            max_rounds: Some(1_000),
            ..Engagement::of(Muster::Fleets(vec![0, 1]))
        },
        lineup,
        outcome: Outcome::Victory,
        winner: None,
    }
}

fn rules(name: &str, value: f64) -> Rules {
    Rules::with([(name, value)]).expect("legal rules")
}

fn compare(a: &Replay, b: &Replay) -> Comparison {
    a.compare(b, Replay::plain_names()).expect("inputs that the gate takes")
}

/// Round, phase, column that differs first, then the place: table, row, column.
fn found(comparison: &Comparison) -> (u32, Option<&str>, String, String) {
    let found = comparison.divergence.as_ref().expect("a difference");
    let column = found.column.as_ref().map_or_else(String::new, |(table, name)| format!("{table}.{name}"));
    let place = found.place.as_ref();
    let place = place.map_or_else(String::new, |it| format!("{}: {}: {}", it.table, it.row, it.column));
    (found.round, found.phase.as_deref(), column, place)
}

#[test]
fn equal_battles_are_equal() {
    let (a, b) = (record_of(Rules::default(), |_, _| {}), record_of(Rules::default(), |_, _| {}));
    let comparison = compare(&a, &b);
    assert!(comparison.is_equal() && comparison.to_string() == "equal", "{comparison}");
}

#[test]
fn a_system_that_counts_otherwise_is_named_by_its_phase() {
    let book = record_of(Rules::default(), |_, _| {});
    let differ = |name, value| compare(&book, &record_of(rules(name, value), |_, _| {}));
    let tired = differ("fatigue_rate", 0.006);
    assert_eq!(
        found(&tired),
        (1, Some("morale"), "units.fatigue".to_owned(), "units: unit 0: fatigue".to_owned())
    );
    let text = tired.to_string();
    assert!(text.contains("0.005 in A, 0.006 in B") && text.contains("1 of 40 values"), "{text}");
    let slow = differ("contact_distance", 70.0);
    assert_eq!((found(&slow).0, found(&slow).1), (1, Some("movement")));
    assert!(found(&slow).3.starts_with("units: unit "), "{slow}");
    // Damage is worked out when a weapon fires, and seen on the weapon that dealt it.
    let hard = differ("crit_bonus", 0.75);
    assert_eq!((found(&hard).1, found(&hard).2.as_str()), (Some("shooting"), "volley.shots"));
    assert!(found(&hard).3.ends_with("damage") || found(&hard).3.ends_with("hp"), "{hard}");
    let salvos = |crits| Rules::with([("volleys", 3.0), ("crit_bonus", crits)]).expect("legal rules");
    let third = compare(&record_of(salvos(0.5), |_, _| {}), &record_of(salvos(0.75), |_, _| {}));
    assert!(found(&third).1.is_some_and(|phase| phase.starts_with("shooting of volley ")), "{third}");
    let lucky = differ("hit_floor", 0.9);
    assert_eq!(found(&lucky).1, Some("shooting"));
    assert!(found(&lucky).3.starts_with("weapons: unit "), "{lucky}");
}

#[test]
fn a_value_that_changed_between_rounds_is_named_with_its_row() {
    let book = record_of(Rules::default(), |_, _| {});
    let scratched = record_of(Rules::default(), |world, round| {
        let mut hulls = world.query::<&mut Hull>();
        if let Some(mut hull) = hulls.iter_mut(world).nth(7).filter(|_| round == 4) {
            hull.0 -= 0.125;
        }
    });
    let comparison = compare(&book, &scratched);
    assert_eq!(
        found(&comparison),
        (5, Some("treaty"), "units.hp".to_owned(), "units: unit 7: hp".to_owned())
    );
    let jammed = record_of(Rules::default(), |world, round| {
        let mut mounts = world.query::<&mut Integrity>();
        if let Some(mut mount) = mounts.iter_mut(world).nth(9).filter(|_| round == 2) {
            mount.0 = 49.0;
        }
    });
    let comparison = compare(&book, &jammed);
    assert_eq!(
        found(&comparison),
        (3, Some("treaty"), "weapons.hp".to_owned(), "weapons: unit 9, slot 0: hp".to_owned())
    );
    assert!(comparison.to_string().contains("50 in A, 49 in B"), "{comparison}");
}

#[test]
fn a_difference_that_is_gone_by_the_rounds_end_is_named_by_its_phase_alone() {
    let book = record_of(Rules::default(), |_, _| {});
    let passing = record_of(Rules::default(), |world, round| {
        let mut distances = world.query::<&mut TargetDistance>();
        if let Some(mut distance) = distances.iter_mut(world).next().filter(|_| round == 1) {
            distance.0 += 1.0;
        }
    });
    let comparison = compare(&book, &passing);
    assert_eq!(found(&comparison), (2, Some("treaty"), "units.target_distance".to_owned(), String::new()));
}

#[test]
fn different_inputs_are_named_first() {
    let fight = |kernel: &mut Kernel, seed| {
        let engagement = Engagement {
            seed: Some(seed),
            record: Record::Full,
            ..Engagement::of(Muster::Fleets(vec![1, 2]))
        };
        kernel.resolve(&engagement, &|| false).expect("a battle").replay.expect("a record")
    };
    let mut kernel = line_battle(5, |row| row);
    let first: Arc<Replay> = fight(&mut kernel.clone(), 1);
    let reseeded = compare(&first, &fight(&mut kernel.clone(), 2));
    assert_eq!(reseeded.inputs, ["seed: 1 in A, 2 in B"]);
    assert!(reseeded.divergence.is_some_and(|found| found.phase.as_deref() == Some("shooting")));
    let armor = TableInput::of([("id", Values::wholes([3, 4])), ("armor", Values::numbers([55.0, 66.0]))]);
    push(&mut kernel, TableId::Units, armor);
    let armored = compare(&first, &fight(&mut kernel.clone(), 1));
    assert_eq!(armored.inputs, ["units, unit 3, armor: 30 in A, 55 in B (1 of 2 differences)"]);
    let newcomer = TableInput::of([("id", Values::wholes([2_000])), ("fleet", Values::wholes([1]))]);
    push(&mut kernel, TableId::Units, newcomer);
    let larger = compare(&first, &fight(&mut kernel, 1));
    assert!(larger.divergence.is_none() && larger.inputs.len() == 2, "{larger}");
    assert!(larger.to_string().ends_with("so no round can be compared"), "{larger}");
}

#[test]
fn a_record_that_is_too_large_is_refused() {
    let lineup = lineup(SHIPS);
    let mut battles = BattleWorld::traced(Rules::default(), Workers::default());
    let mut recorder = Recorder::new(&lineup).at_most(20_000);
    battles.load(&lineup, 1);
    let refused = |fought: Result<()>| match fought {
        Err(Error::Resolve(faults)) => faults.to_string(),
        other => panic!("{other:?}"),
    };
    let message = refused(battles.fight_watched(&|| false, |battles| recorder.round(battles)));
    assert!(message.contains("record: got ") && message.contains("at most 20000"), "{message}");
}
