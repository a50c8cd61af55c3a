//! The fuzzers' targets without a fuzzer: what they found once, the seeds that they begin with, and mutants of these.

use std::fs;
use std::path::{Path, PathBuf};

use multi_universe_core::ecs::roll::{RollKey, Stream, pick};

use crate::replay::small_replay;
use crate::support::line_battle;

#[path = "../../fuzz/targets.rs"]
mod targets;

/// Mutants of each target: some seconds in all.
const MUTANTS: u64 = 1_500;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder, in order of name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// The texts of all scenarios but the largest.
fn scenarios() -> Vec<Vec<u8>> {
    let texts =
        files(&root().join("scenarios")).into_iter().map(|path| fs::read(path).expect("a readable scenario"));
    texts.filter(|text| text.len() < 10_000).collect()
}

fn snapshots() -> Vec<Vec<u8>> {
    vec![line_battle(2, |row| row).snapshot(), small_replay().input.encode()]
}

fn replays() -> Vec<Vec<u8>> {
    vec![small_replay().encode()]
}

/// Bytes of which the targets draw columns and rules.
fn noise() -> Vec<Vec<u8>> {
    (0..8)
        .map(|seed| (0..250).map(|_| 0).chain(0..250).map(|byte: u8| byte.wrapping_mul(seed)).collect())
        .collect()
}

/// Another input: bytes changed, a part cut out, moved or taken from another one.
fn mutant(seeds: &[Vec<u8>], rolls: &mut Stream) -> Vec<u8> {
    let mut below = |count: usize| pick(rolls.word(), count.max(1) as u32) as usize;
    let mut bytes = seeds[below(seeds.len())].clone();
    for _ in 0..=below(5) {
        let place = below(bytes.len());
        let end = (place + 1 + below(16)).min(bytes.len());
        match below(5) {
            0 => drop(bytes.drain(place..end)),
            1 => bytes[place..end].reverse(),
            2 => bytes.extend_from_within(place..end),
            3 => {
                let other = &seeds[below(seeds.len())];
                let from = below(other.len());
                bytes.splice(place..end, other[from..(from + 16).min(other.len())].iter().copied());
            }
            _ => bytes[place] = below(256) as u8,
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// Runs a target on what was found once, on its seeds and on their mutants: the same ones every time.
fn holds(name: &str, target: fn(&[u8]), seeds: &[Vec<u8>]) {
    let found = root().join("fuzz/regressions").join(name);
    files(&found).iter().for_each(|path| target(&fs::read(path).expect("a readable regression")));
    seeds.iter().for_each(|seed| target(seed));
    (0..MUTANTS).for_each(|number| {
        let mut rolls = RollKey::new(number, 0).named_stream(0, 0);
        target(&mutant(seeds, &mut rolls));
    });
}

#[test]
fn scenarios_of_any_text_are_fought_or_refused() {
    holds("scenario", targets::scenario, &scenarios());
}

#[test]
fn snapshots_of_any_bytes_are_restored_or_refused() {
    holds("snapshot", targets::snapshot, &snapshots());
}

#[test]
fn replays_of_any_bytes_are_read_or_refused() {
    holds("replay", targets::replay, &replays());
}

#[test]
fn pushes_of_any_columns_are_all_or_nothing() {
    holds("push", targets::push, &noise());
}

#[test]
fn any_rules_are_fought_by_or_refused() {
    holds("rules", targets::rules, &noise());
}

/// Writes the seeds, for a fuzzer to begin with: `cargo test --test suite seeds_for -- --ignored`.
#[test]
#[ignore = "writes files"]
fn seeds_for_the_fuzzers_are_written() {
    let seeds = [
        ("scenario", scenarios()),
        ("snapshot", snapshots()),
        ("replay", replays()),
        ("push", noise()),
        ("rules", noise()),
    ];
    for (name, seeds) in seeds {
        let folder = root().join("fuzz/corpus").join(name);
        fs::create_dir_all(&folder).expect("a folder");
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed_{number}")), seed).expect("a file");
        }
    }
}
