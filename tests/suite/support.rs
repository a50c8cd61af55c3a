//! What the tests share: columns in few words, and battles worth fighting.

use multi_universe_core::Rules;
use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{Push, TableInput, Values};
use multi_universe_core::kernel::{Engagement, Kernel, Muster};
use multi_universe_core::report::Report;

/// "Hegemony" (fleet 1) at war with "Synod" (fleet 2), at location 7, and nobody in the fleets yet.
pub fn two_factions() -> Kernel {
    let mut kernel = Kernel::new(Rules::default(), 42);
    kernel.push(&at_war()).expect("two factions are legal");
    kernel
}

/// What [`two_factions`] holds, to be pushed.
pub fn at_war() -> Push<'static> {
    Push::default()
        .with(TableId::Factions, TableInput::of([("name", Values::texts(&["Hegemony", "Synod"]))]))
        .with(
            TableId::Treaties,
            TableInput::of([
                ("a", Values::texts(&["Hegemony"])),
                ("b", Values::texts(&["Synod"])),
                ("kind", Values::texts(&["war"])),
            ]),
        )
        .with(
            TableId::Fleets,
            TableInput::of([
                ("id", Values::wholes([1, 2])),
                ("faction", Values::texts(&["Hegemony", "Synod"])),
                ("location", Values::wholes([7, 7])),
            ]),
        )
}

/// Pushes one table.
pub fn push(kernel: &mut Kernel, id: TableId, input: TableInput<'_>) {
    kernel.push(&Push::default().with(id, input)).expect("a legal push");
}

/// Two fleets of `ships` ships each with three weapons; the rows in the order that `order` gives.
pub fn line_battle(ships: i64, order: impl Fn(usize) -> usize) -> Kernel {
    let mut kernel = two_factions();
    let count = 2 * ships as usize;
    let ids: Vec<i64> = (0..count).map(|row| order(row) as i64).collect();
    let lowest = ids.iter().copied().min().unwrap_or_default();
    let of = |id: i64, a: f64, b: f64| if id % 3 == 0 { a } else { b };
    push(
        &mut kernel,
        TableId::Units,
        TableInput::of([
            ("id", Values::wholes(ids.iter().copied())),
            ("fleet", Values::wholes(ids.iter().map(|&id| 1 + i64::from(id - lowest >= ships)))),
            ("max_hp", Values::numbers(ids.iter().map(|&id| of(id, 900.0, 400.0)))),
            ("max_shield", Values::numbers(ids.iter().map(|&id| of(id, 200.0, 0.0)))),
            ("armor", Values::numbers(ids.iter().map(|&id| of(id, 30.0, 10.0)))),
            ("speed", Values::numbers(ids.iter().map(|&id| of(id, 4.0, 7.0)))),
        ]),
    );
    let mounts: Vec<(i64, i64)> = ids.iter().flat_map(|&id| (0..3).map(move |slot| (id, slot))).collect();
    push(
        &mut kernel,
        TableId::Weapons,
        TableInput::of([
            ("unit", Values::wholes(mounts.iter().map(|mount| mount.0))),
            ("slot", Values::wholes(mounts.iter().map(|mount| mount.1))),
            ("range", Values::numbers(mounts.iter().map(|mount| 20.0 + 15.0 * mount.1 as f64))),
            ("attacks", Values::numbers(mounts.iter().map(|mount| 0.5 + mount.1 as f64))),
        ]),
    );
    kernel
}

/// The battle of fleets 1 and 2 with this seed, without aftermath.
pub fn fight(kernel: &mut Kernel, seed: u64) -> Report {
    let engagement =
        Engagement { seed: Some(seed), commit: false, ..Engagement::of(Muster::Fleets(vec![1, 2])) };
    kernel.resolve(&engagement, &|| false).expect("a battle")
}
