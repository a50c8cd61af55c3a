//! Distances on the mirror: only the living that have a position, and enemies by treaty.

use multi_universe_core::Error;
use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{TableInput, Values};
use multi_universe_core::ecs::workers::Workers;
use multi_universe_core::kernel::{Kernel, Selection};

use crate::support::{push, two_factions};

/// Units 1 to 6 on a line at x = 0, 3, 6, 10, 20 and nowhere; odd ones of fleet 1, even ones of fleet 2; unit 5 is dead.
fn on_a_line() -> Kernel {
    let mut kernel = two_factions();
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([
            ("id", Values::wholes(1..=6)),
            ("fleet", Values::wholes([1, 2, 1, 2, 1, 2])),
            ("hp", Values::numbers([100.0, 100.0, 100.0, 100.0, 0.0, 100.0])),
            ("x", Values::numbers([0.0, 3.0, 6.0, 10.0, 20.0, f64::NAN])),
            ("y", Values::numbers([0.0, 0.0, 0.0, 0.0, 0.0, f64::NAN])),
        ]),
    );
    kernel
}

#[test]
fn the_dead_and_those_without_a_position_are_nobodys_neighbours() {
    let placed = on_a_line().placed(&Selection::All).expect("units");
    assert_eq!((&placed.ids[..], &placed.points.x[..]), (&[1, 2, 3, 4][..], &[0.0, 3.0, 6.0, 10.0][..]));
}

#[test]
fn the_nearest_enemy_is_of_a_faction_at_war_and_between_equals_the_lower_id() {
    let kernel = on_a_line();
    let found =
        kernel.placed(&Selection::Fleets(vec![2, 1])).expect("units").nearest_enemies(&Workers::new(1));
    assert_eq!((found.ints("unit"), found.ints("enemy")), (&[1, 2, 3, 4][..], &[2, 1, 2, 3][..]));
    assert_eq!(found.floats("distance"), [3.0, 3.0, 3.0, 4.0]);
    let alone = kernel.placed(&Selection::Fleets(vec![1])).expect("units");
    assert!(alone.nearest_enemies(&Workers::new(1)).is_empty());
}

#[test]
fn whoever_is_near_is_found_once_from_each_side() {
    let placed = on_a_line().placed(&Selection::Location(7)).expect("units");
    let found = placed.within(4.0, &Workers::new(2));
    assert_eq!(found.ints("unit"), [1, 2, 2, 3, 3, 4]);
    assert_eq!(found.ints("other"), [2, 1, 3, 2, 4, 3]);
}

#[test]
fn the_k_nearest_are_ranked_and_fewer_where_there_are_not_so_many() {
    let placed = on_a_line().placed(&Selection::All).expect("units");
    let found = placed.k_nearest(2, &Workers::new(1));
    assert_eq!(found.ints("other"), [2, 3, 1, 3, 2, 4, 3, 2]);
    assert_eq!(found.ints("rank"), [1, 2, 1, 2, 1, 2, 1, 2]);
    assert_eq!(placed.k_nearest(50, &Workers::new(1)).len(), 4 * 3);
    let nobody = on_a_line().placed(&Selection::Fleets(Vec::new())).expect("nobody");
    assert!(
        nobody.k_nearest(2, &Workers::new(1)).is_empty() && nobody.within(9.0, &Workers::new(1)).is_empty()
    );
}

#[test]
fn an_unknown_fleet_is_named() {
    let refused = on_a_line().placed(&Selection::Fleets(vec![1, 99]));
    assert_eq!(refused, Err(Error::Unknown { table: "fleet", key: "99".to_owned() }));
}
