//! No round allocates after the first: counted by the allocator itself, on this thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use multi_universe_core::Rules;
use multi_universe_core::battle::{BattleWorld, FleetSetup, Lineup, SideSetup};
use multi_universe_core::ecs::components::*;
use multi_universe_core::ecs::witness::Depth;
use multi_universe_core::ecs::workers::Workers;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes on to the system's allocator unchanged; counting allocates nothing.
#[expect(unsafe_code, reason = "an allocator cannot be written without it; tests only")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Two sides of plain ships with one weapon each, all unplaced.
pub fn lineup(units: usize) -> Lineup {
    let mut lineup = Lineup { map: 80.0, max_rounds: 1_000, wars: vec![(0, 1)], ..Lineup::default() };
    for (side, name) in ["A", "B"].into_iter().enumerate() {
        lineup.sides.push(SideSetup { name: name.into(), defender: false, plunder_ratio: 0.0 });
        lineup.fleets.push(FleetSetup { id: side as i64, side: side as u16, row: 0 });
    }
    for row in 0..units {
        let side = (row % 2) as u16;
        let unit = crate::systems::unit(row as i64, side, f64::NAN, f64::NAN);
        let massive = if row % 5 == 0 { Traits::MASSIVE } else { 0 };
        lineup.units.push(UnitBundle {
            traits: Traits(massive),
            first_mount: FirstMount(row as u32),
            mounts: Mounts(1),
            ..unit
        });
        lineup.mounts.push(crate::systems::mount(row as u32, 0));
        lineup.morale.push(100.0);
        lineup.unit_rows.push(row as u32);
        lineup.mount_rows.push(row as u32);
    }
    assert_eq!(lineup.units.status[0], Status::DEPLOYED);
    lineup
}

#[test]
fn no_round_allocates_after_the_first() {
    for volleys in [1.0, 7.0] {
        no_round_allocates(Rules::with([("volleys", volleys)]).expect("legal rules"));
    }
}

#[test]
fn a_noted_round_allocates_for_growing_columns_only() {
    let lineup = lineup(400);
    let mut battles = BattleWorld::noted(Rules::default(), Workers::default(), Depth::Shots);
    battles.load(&lineup, 1);
    assert!(battles.step(), "the battle must go on after its first round");
    let before = ALLOCATIONS.get();
    while battles.step() {}
    let allocations = ALLOCATIONS.get() - before;
    let (events, entries) = battles.witness().expect("a noted world").take();
    assert!(events.len() > 4_000 && entries.len() > 10, "{} events show nothing", events.len());
    assert!(allocations < 64, "{allocations} allocations for {} events", events.len());
}

fn no_round_allocates(rules: Rules) {
    let lineup = lineup(400);
    let mut battles = BattleWorld::new(rules, Workers::default());
    battles.load(&lineup, 1);
    assert!(battles.step(), "the battle must go on after its first round");
    let before = ALLOCATIONS.get();
    let mut rounds = 0;
    while battles.battle().account.is_none() && rounds < 25 && battles.step() {
        rounds += 1;
    }
    assert!(rounds >= 10, "a battle of {rounds} rounds shows nothing");
    assert_eq!(ALLOCATIONS.get() - before, 0, "allocations in {rounds} rounds");
    assert!(battles.battle().sides.iter().any(|side| side.dealt > 0.0), "nobody was hit");
}
