//! The mirror's tables share its columns: what was given out stays as it was, whatever comes after.

use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{Removal, TableInput, Values};
use multi_universe_core::ecs::tables::Table;
use multi_universe_core::kernel::{Engagement, Kernel, Muster};

use crate::support::{line_battle, push, two_factions};

fn tables(kernel: &Kernel) -> [Table; 5] {
    TableId::ALL.map(|id| kernel.table(id))
}

/// All values, written out: NaN equals NaN.
fn shown(tables: &[Table; 5]) -> Vec<String> {
    tables.iter().map(|table| format!("{table:?}")).collect()
}

#[test]
fn a_table_keeps_its_values_whatever_comes_after() {
    let mut kernel = line_battle(8, |row| row);
    let mut held: Vec<([Table; 5], Vec<String>)> = Vec::new();
    let ids = [3, 4, 15, 99];
    for step in 0..4 {
        let now = tables(&kernel);
        let values = shown(&now);
        held.push((now, values));
        match step {
            0 => {
                let change = TableInput::of([
                    ("id", Values::wholes(ids)),
                    ("fleet", Values::wholes([2, 2, 1, 1])),
                    ("max_hp", Values::numbers([901.0, 402.0, 903.0, 904.0])),
                    ("cover", Values::Flag(vec![true; 4].into())),
                    ("directive", Values::texts(&["kite", "", "hold_ground", "kite"])),
                ]);
                push(&mut kernel, TableId::Units, change);
            }
            1 => {
                let battle = Engagement { seed: Some(7), ..Engagement::of(Muster::Fleets(vec![1, 2])) };
                kernel.resolve(&battle, &|| false).expect("a battle");
            }
            2 => {
                let left = kernel.table(TableId::Units).ints("id")[0];
                let removal = Removal { units: vec![left], ..Removal::default() };
                kernel.remove(&removal).expect("a removal");
            }
            _ => kernel.clear(),
        }
    }
    for (step, (tables, values)) in held.iter().enumerate() {
        assert_eq!(&shown(tables), values, "before step {step}");
    }
    let units = |step: usize| held[step].0[TableId::Units as usize].floats("max_hp").to_vec();
    assert_eq!((units(0)[3], units(1)[3], units(1)[16]), (900.0, 901.0, 904.0));
}

#[test]
fn a_kernel_and_its_clone_change_apart() {
    let mut kernel = line_battle(4, |row| row);
    let (mut other, before) = (kernel.clone(), kernel.digest());
    let of = |speed: f64| TableInput::of([("id", Values::wholes([5])), ("speed", Values::numbers([speed]))]);
    push(&mut other, TableId::Units, of(9.0));
    assert_eq!(kernel.digest(), before);
    assert_eq!(other.table(TableId::Units).floats("speed")[5], 9.0);
    push(&mut kernel, TableId::Units, of(8.0));
    assert_eq!(other.table(TableId::Units).floats("speed")[5], 9.0);
    push(&mut kernel, TableId::Units, of(9.0));
    assert_eq!(kernel.digest(), other.digest());
}

#[test]
fn columns_in_place_are_shared_and_the_others_are_in_order_of_key() {
    let input = |ids: [i64; 3]| {
        let speeds = ids.map(|id| id as f64);
        TableInput::of([
            ("id", Values::wholes(ids)),
            ("fleet", Values::wholes([1, 2, 1])),
            ("speed", Values::numbers(speeds)),
        ])
    };
    for (ids, shared) in [([1, 2, 3], true), ([2, 1, 3], false)] {
        let mut kernel = two_factions();
        push(&mut kernel, TableId::Units, input(ids));
        let [one, two] = [kernel.table(TableId::Units), kernel.table(TableId::Units)];
        assert_eq!(one.floats("speed"), [1.0, 2.0, 3.0]);
        assert_eq!(std::ptr::eq(one.floats("speed"), two.floats("speed")), shared);
        // What follows another column is that, and what nobody gave is kept once for all that hold the same.
        assert!(std::ptr::eq(one.floats("hp"), one.floats("max_hp")));
        assert!(std::ptr::eq(one.floats("armor"), one.floats("suppression")));
        assert_eq!(one.floats("xp"), [0.0; 3]);
    }
}
