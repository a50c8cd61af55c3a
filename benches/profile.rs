//! What the always-on profile costs: the same battle with and without a clock, in pairs that take turns to be first.
//!
//! `cargo bench --bench profile`

use std::time::Instant;

use multi_universe_core::Rules;
use multi_universe_core::ecs::columns::TableId;
use multi_universe_core::ecs::ingest::{Push, TableInput, Values};
use multi_universe_core::kernel::{Engagement, Kernel, Muster};

/// Weapons of each ship.
const WEAPONS: i64 = 3;

/// Two fleets of half of the ships each: the battle of `benches/peers/records.py`.
fn two_fleets(ships: i64) -> Kernel {
    let mounts = || (0..ships * WEAPONS).map(|mount| (mount / WEAPONS, mount % WEAPONS));
    let push = Push::default()
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
            ]),
        )
        .with(
            TableId::Units,
            TableInput::of([
                ("id", Values::wholes(0..ships)),
                ("fleet", Values::wholes((0..ships).map(|id| 1 + id % 2))),
                ("max_hp", Values::numbers((0..ships).map(|_| 400.0))),
            ]),
        )
        .with(
            TableId::Weapons,
            TableInput::of([
                ("unit", Values::wholes(mounts().map(|mount| mount.0))),
                ("slot", Values::wholes(mounts().map(|mount| mount.1))),
                ("range", Values::numbers(mounts().map(|mount| 20.0 + 15.0 * mount.1 as f64))),
                ("attacks", Values::numbers(mounts().map(|mount| 0.5 + mount.1 as f64))),
            ]),
        );
    let mut kernel = Kernel::new(Rules::default(), 42);
    kernel.push(&push).expect("two fleets");
    kernel
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints what the clock adds to a battle of so many ships, by so many pairs.
fn measure(ships: i64, pairs: u64) {
    let mut kernels = [two_fleets(ships).without_clock(), two_fleets(ships)];
    let (mut plain, mut ratios, mut runs) = (Vec::new(), Vec::new(), 0);
    // The first pair makes the worlds.
    for seed in 0..=pairs {
        let mut seconds = [0.0; 2];
        let mut digests = [None; 2];
        for which in if seed % 2 == 0 { [0, 1] } else { [1, 0] } {
            let fleets = Muster::Fleets(vec![1, 2]);
            let engagement = Engagement { seed: Some(seed), commit: false, ..Engagement::of(fleets) };
            let start = Instant::now();
            let report = kernels[which].resolve(&engagement, &|| false).expect("a battle");
            seconds[which] = start.elapsed().as_secs_f64();
            digests[which] = Some(report.digest);
            runs = runs.max(report.profile.ints("calls").iter().sum::<i64>());
        }
        assert_eq!(digests[0], digests[1], "the clock changes nothing");
        if seed > 0 {
            plain.push(seconds[0]);
            ratios.push(seconds[1] / seconds[0]);
        }
    }
    let (plain, more) = (median(plain), median(ratios) - 1.0);
    println!(
        "{ships:6} ships: {:8.3} ms without a clock, {:+5.2} % with it ({:.0} ns for each of {runs} runs of a system)",
        plain * 1e3,
        more * 1e2,
        plain * more * 1e9 / runs as f64,
    );
}

fn main() {
    measure(200, 4000);
    measure(10_000, 40);
}
