//! What the tests share: columns in few words, and battles worth fighting.

use multi_universe_core::Rules;
use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{Push, TableInput, Values};
use multi_universe_core::kernel::{Engagement, Kernel, Muster};
use multi_universe_core::report::Report;

pub fn texts<'a>(values: &[&'a str]) -> Values<'a> {
    Values::Text(values.iter().map(|&text| text.into()).collect())
}

pub fn wholes(values: impl IntoIterator<Item = i64>) -> Values<'static> {
    Values::I64(values.into_iter().collect())
}

pub fn numbers(values: impl IntoIterator<Item = f64>) -> Values<'static> {
    Values::F64(values.into_iter().collect())
}

pub fn table<'a>(columns: impl IntoIterator<Item = (&'a str, Values<'a>)>) -> TableInput<'a> {
    columns.into_iter().fold(TableInput::default(), |table, (name, values)| table.with(name, values))
}

/// "Hegemony" (fleet 1) at war with "Synod" (fleet 2), at location 7, and nobody in the fleets yet.
pub fn two_factions() -> Kernel {
    let mut kernel = Kernel::new(Rules::default(), 42);
    let push = Push::default()
        .with(TableId::Factions, table([("name", texts(&["Hegemony", "Synod"]))]))
        .with(
            TableId::Treaties,
            table([("a", texts(&["Hegemony"])), ("b", texts(&["Synod"])), ("kind", texts(&["war"]))]),
        )
        .with(
            TableId::Fleets,
            table([
                ("id", wholes([1, 2])),
                ("faction", texts(&["Hegemony", "Synod"])),
                ("location", wholes([7, 7])),
            ]),
        );
    kernel.push(&push).expect("two factions are legal");
    kernel
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
        table([
            ("id", wholes(ids.iter().copied())),
            ("fleet", wholes(ids.iter().map(|&id| 1 + i64::from(id - lowest >= ships)))),
            ("max_hp", numbers(ids.iter().map(|&id| of(id, 900.0, 400.0)))),
            ("max_shield", numbers(ids.iter().map(|&id| of(id, 200.0, 0.0)))),
            ("armor", numbers(ids.iter().map(|&id| of(id, 30.0, 10.0)))),
            ("speed", numbers(ids.iter().map(|&id| of(id, 4.0, 7.0)))),
        ]),
    );
    let mounts: Vec<(i64, i64)> = ids.iter().flat_map(|&id| (0..3).map(move |slot| (id, slot))).collect();
    push(
        &mut kernel,
        TableId::Weapons,
        table([
            ("unit", wholes(mounts.iter().map(|mount| mount.0))),
            ("slot", wholes(mounts.iter().map(|mount| mount.1))),
            ("range", numbers(mounts.iter().map(|mount| 20.0 + 15.0 * mount.1 as f64))),
            ("attacks", numbers(mounts.iter().map(|mount| 0.5 + mount.1 as f64))),
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
