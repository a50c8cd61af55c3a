//! R-STRENGTH-1: the strengths of the scenario that shows them, as they are worked out there by hand.

use std::path::Path;

use multi_universe_core::Error;
use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{TableInput, Values};
use multi_universe_core::kernel::{Kernel, Selection};
use multi_universe_core::scenario::Scenario;

use crate::support::push;

fn kernel() -> Kernel {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/strength/strengths.toml");
    Scenario::load(path).and_then(|scenario| scenario.kernel()).expect("the scenario")
}

#[test]
fn r_strength_1_is_what_the_scenario_works_out() {
    let strengths = kernel().strengths(&Selection::All).expect("all units");
    assert_eq!(strengths.ints("unit"), [1, 2, 3, 4]);
    assert_eq!(strengths.ints("fleet"), [1, 1, 1, 2]);
    assert_eq!(strengths.floats("strength"), [225.0, 66.0, 1.0, 7.0]);
}

#[test]
fn a_strength_is_never_stale() {
    let mut kernel = kernel();
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([("id", Values::wholes([1])), ("hp", Values::numbers([400.0]))]),
    );
    assert_eq!(
        kernel.strengths(&Selection::Fleets(vec![1])).expect("fleet 1").floats("strength"),
        [300.0, 66.0, 1.0]
    );
}

#[test]
fn an_unknown_fleet_is_named() {
    let error = kernel().strengths(&Selection::Fleets(vec![2, 9])).expect_err("there is no fleet 9");
    assert_eq!(error, Error::Unknown { table: "fleet", key: "9".to_owned() });
}
