//! The hot paths of a Python game, one at a time and without a mirror: columns in, columns out.
//!
//! They use the formulas of [`systems`](crate::systems); what a whole battle does with them is the kernel's.

pub mod account;
pub mod fleets;
pub mod shooting;
pub mod strength;
pub mod treaties;
