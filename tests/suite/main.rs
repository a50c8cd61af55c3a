//! The Rust suite, one binary: sentences that hold for the kernel.

mod allocations;
mod battle;
mod determinism;
mod distances;
mod events;
mod floors;
mod fuzzed;
mod gate;
mod hostile;
mod ledger;
mod numbers;
mod odds;
mod pages;
mod parting;
mod pipeline;
mod replay;
mod snapshot;
mod strength;
mod support;
mod systems;
mod tables;
mod turn;
mod volleys;
