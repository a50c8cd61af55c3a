//! The Rust suite, one binary: sentences that hold for the kernel.

mod allocations;
mod battle;
mod determinism;
mod floors;
mod gate;
mod ledger;
mod odds;
mod pipeline;
mod snapshot;
mod strength;
mod support;
mod systems;
mod turn;
mod volleys;
