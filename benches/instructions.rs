//! Six hot kernels, each so many times, for `benches/instructions.py`, which counts their instructions.
//!
//! `instructions NAME TIMES`; without these, as `cargo bench` starts it, each of them once. What comes before the
//! repeated work is the same for every number of times, so a difference of two counts is of the work alone.

#[path = "kernel/armies.rs"]
mod armies;
#[path = "kernel/distances.rs"]
#[expect(dead_code, reason = "the points are wanted here, not the groups")]
mod distances;
#[path = "kernel/phases.rs"]
#[expect(dead_code, reason = "the battle is wanted here, not the groups")]
mod phases;

use std::hint::black_box;

use armies::Armies;
use bevy_ecs::prelude::*;
use multi_universe_core::ecs::distance::nearest;
use multi_universe_core::ecs::resources::Battles;
use multi_universe_core::ecs::simd::level;
use multi_universe_core::ecs::workers::Workers;
use multi_universe_core::odds::{Plan, Wish};
use multi_universe_core::systems::{damage, movement, shooting, targeting};

const NAMES: [&str; 6] = ["targeting", "movement", "shooting", "damage", "replicas", "nearest"];

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (name, times) = (arguments.next(), arguments.next().map(|times| times.parse()));
    match (name, times) {
        (None, _) => NAMES.iter().for_each(|name| work(name, 1)),
        (Some(name), Some(Ok(times))) if NAMES.contains(&name.as_str()) => work(&name, times),
        _ => {
            eprintln!("usage: instructions {} TIMES", NAMES.join("|"));
            std::process::exit(2);
        }
    }
}

fn work(name: &str, times: u32) {
    match name {
        "targeting" => phase(times, targeting::choose),
        "movement" => phase(times, movement::advance),
        "shooting" => phase(times, shooting::fire),
        "damage" => phase(times, damage::land),
        "replicas" => replicas(times),
        _ => nearest_enemies(times),
    }
}

/// A phase in a battle of 2,000 ships in contact.
fn phase<M: 'static, S: IntoSystem<(), (), M> + 'static>(times: u32, system: S) {
    let mut battles = phases::in_contact(2_000);
    let id = battles.world_mut().register_system(system);
    for _ in 0..times {
        battles.world_mut().resource_mut::<Battles>().0[0].round += 1;
        battles.world_mut().run_system(id).expect("the system runs");
    }
}

/// 64 replicas of a battle of 100 ships with two weapons each.
fn replicas(times: u32) {
    let armies = Armies { guns: 2, toughness: 0.08, ..Armies::of(100) };
    let mut kernel = armies.kernel();
    for seed in 0..times {
        let plan = Plan { runs: 64, threads: 1, ..Plan::new(u64::from(seed)) };
        let odds = kernel.odds(&armies.engagement(0, 10_000), &plan, &|_, _| Wish::GoOn).expect("odds");
        assert!(odds.samples.lost.iter().all(|&lost| lost > 0), "somebody lost nobody");
    }
}

/// The nearest of 5,000 points for each of 5,000 others.
fn nearest_enemies(times: u32) {
    let points = distances::mixed(10_000);
    let level = level().expect("a level that runs here");
    let (ours, theirs) = (distances::half(&points, 0), distances::half(&points, 1));
    for _ in 0..times {
        black_box(nearest(level, &theirs, Some(&ours), 1, &Workers::new(1)));
    }
}
