//! The formulas at their edges, and the counts of a report that no digest has: what mutation testing found untested.

use multi_universe_core::Rules;
use multi_universe_core::ecs::account::{Decisiveness, Tally};
use multi_universe_core::ecs::roll::{Purpose, RollKey};
use multi_universe_core::ecs::tables::Cell;
use multi_universe_core::kernel::{Engagement, Kernel, Muster};
use multi_universe_core::report::{Outcome, Report};
use multi_universe_core::rules::MoraleDice;
use multi_universe_core::scenario::Scenario;
use multi_universe_core::systems::finalize::{Fate, decisiveness, experience};
use multi_universe_core::systems::{damage, morale, movement, shooting, strength, targeting};

use crate::support::line_battle;

#[test]
fn r_final_2_experience_is_of_deeds_rounds_survival_and_victory() {
    let rules = Rules::default();
    let survived = |rounds, won| Fate::Survived { rounds, won };
    assert_eq!(experience(400.0, 1, survived(20, false), &rules), 20.0 + 50.0 + 200.0 + 50.0 + 100.0);
    assert_eq!(experience(0.0, 0, survived(3, true), &rules), 30.0 + 50.0 + 15.0 + 100.0);
    assert_eq!(experience(10.0, 2, Fate::Died { round: 3 }, &rules), 0.5 + 100.0 + 20.0);
}

#[test]
fn r_final_3_exhaustion_is_of_ships_and_ground_units() {
    let losses = Tally { ships_lost: 10, ground_lost: 5, ..Tally::default() };
    assert!((losses.war_exhaustion(&Rules::default()) - 0.06).abs() < 1e-15);
    assert_eq!(Tally::default().war_exhaustion(&Rules::default()), 0.0);
}

#[test]
fn r_final_4_a_share_on_the_edge_is_not_past_it() {
    let share =
        |lost, initial| Tally { cost_lost: lost, cost_initial: initial, ..Tally::default() }.share_lost();
    assert_eq!([share(25.0, 100.0), share(0.0, 0.0), share(0.5, 0.5)], [0.25, 0.0, 1.0]);
    let verdict = |winner, losers| decisiveness(winner, losers, &Rules::default());
    assert_eq!(verdict(0.05, 0.8), Decisiveness::Overwhelming);
    assert_eq!(verdict(0.05, 0.5), Decisiveness::Marginal, "half is not beaten");
    assert_eq!(verdict(0.05, 0.3), Decisiveness::Marginal);
    assert_eq!(verdict(0.1, 0.8), Decisiveness::Decisive, "a tenth is not less than a tenth");
    assert_eq!(verdict(0.2, 0.8), Decisiveness::Decisive);
    assert_eq!(verdict(0.3, 0.8), Decisiveness::Marginal);
    assert_eq!(verdict(0.4, 0.8), Decisiveness::Marginal);
    assert_eq!(verdict(0.6, 1.0), Decisiveness::Pyrrhic);
    assert_eq!(verdict(0.6, 0.1), Decisiveness::Pyrrhic);
}

#[test]
fn formulas_hold_at_their_edges() {
    let rules = Rules::default();
    assert_eq!(shooting::skill(55.0, 50.0, 0.0, &rules), 55.0, "R-SHOOT-2: 50 tiles are not over 50");
    assert_eq!(damage::suppression(0.0, 0.0, &rules), 0.0, "R-MORALE-1: nothing of nothing");
    assert_eq!(
        damage::impact(30.0, (0.0, 1.0), 100.0, 50.0).hull,
        30.0,
        "R-DAMAGE-1: shields that stop nothing"
    );
    assert!(!damage::strikes_weapon([429_496_730, 0], &rules), "R-DAMAGE-3: a chance of 0.1");
    assert!(!targeting::beyond(20.0, 10.0, 20.0), "R-TARGET-2: in range is in range");
    assert_eq!(targeting::key(3.0, 0.0, true, &rules), 225.0);
    assert_eq!(strength::modified(80.0, &[0.25, -0.5]), 60.0);
    let orders = movement::Orders { back_below: 10.0, stop: 20.0, close_to: 40.0, speed: 6.0 };
    assert_eq!([orders.step(10.0), orders.step(9.5)], [0.0, -6.0], "R-MOVE-2: within is nearer than");
}

#[test]
fn r_morale_2_nerve_at_its_edges() {
    let nerve = |share, fatigue| morale::nerve(7.0, share, fatigue, 0, &Rules::default());
    assert_eq!([nerve(0.25, 0.0), nerve(0.24, 0.0)], [3.0, 2.0], "a quarter is not under a quarter");
    assert_eq!([nerve(0.5, 0.0), nerve(0.49, 0.0)], [5.0, 4.0]);
    assert_eq!([nerve(1.0, 0.5), nerve(1.0, 0.51), nerve(1.0, 0.8), nerve(1.0, 0.81)], [7.0, 6.0, 6.0, 5.0]);
}

#[test]
fn r_morale_2_even_dice_show_all_sums_from_2_to_12() {
    let roll = |unit| {
        morale::two_dice(&mut RollKey::new(1, 0).stream(unit, Purpose::Morale, 0, 1), MoraleDice::Even)
    };
    let mut seen: Vec<u32> = (0..500).map(roll).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, (2..=12).collect::<Vec<_>>());
}

/// `line_battle` under rules that end it soon once nothing happens.
fn impatient(rule: &str) -> Report {
    let parts = line_battle(6, |row| row).snapshot();
    let mut snapshot = multi_universe_core::snapshot::Snapshot::decode(&parts).expect("a snapshot");
    snapshot.rules = Rules::with([(rule, 6.0)]).expect("legal rules");
    let mut kernel = Kernel::restore(&snapshot.encode()).expect("a kernel");
    kernel.resolve(&Engagement::of(Muster::Fleets(vec![1, 2])), &|| false).expect("a battle")
}

#[test]
fn r_victory_2_a_battle_in_which_something_happens_is_no_stalemate() {
    let longest_pause = |report: &Report, name: &str| {
        let sum = |round: &[f64]| round.iter().sum::<f64>();
        let values: Vec<f64> = match name {
            "kills" => report.timeline.ints(name).iter().map(|&kills| kills as f64).collect(),
            name => report.timeline.floats(name).to_vec(),
        };
        let quiet: Vec<bool> = values.chunks(2).map(|round| sum(round) == 0.0).collect();
        quiet.split(|quiet| !quiet).map(<[bool]>::len).max().unwrap_or_default()
    };
    let report = impatient("quiet_rounds");
    assert!(report.rounds > 10 && longest_pause(&report, "damage_dealt") < 6, "{} rounds", report.rounds);
    assert_eq!(report.outcome, Outcome::Victory);
    let report = impatient("killless_rounds");
    let pause = longest_pause(&report, "kills");
    assert!(report.rounds > 10 && (pause == 6) == (report.outcome == Outcome::Stalemate), "{pause}");
}

#[test]
fn who_runs_and_who_has_fled_is_counted() {
    let (mut fled, mut ran) = (0, 0);
    for name in ["retreat", "rout", "panic", "rally"] {
        let scenario = Scenario::load(format!("scenarios/morale/{name}.toml")).expect("a scenario");
        let mut kernel = scenario.kernel().expect("a kernel");
        let report = kernel.resolve(&scenario.engagement(None), &|| false).expect("a battle");
        let status = report.units.column("status").expect("a column");
        let gone =
            (0..report.units.len()).filter(|&row| status.cell(row) == Cell::Text("retreated")).count() as i64;
        assert_eq!(report.factions.ints("retreated").iter().sum::<i64>(), gone, "{name}");
        let routing = report.timeline.ints("routing");
        assert!(
            routing.iter().zip(report.timeline.ints("alive")).all(|(ran, alive)| (0..=*alive).contains(ran))
        );
        (fled, ran) = (fled + gone, ran + routing.iter().sum::<i64>());
    }
    assert!(fled > 0 && ran > 0, "{fled} fled, {ran} ran");
}
