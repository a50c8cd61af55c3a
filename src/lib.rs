//! A battle simulation kernel: a mirror of a campaign, and whole battles fought on it.
//!
//! Factions, fleets, units, weapons and treaties come in as columns; a battle runs as a schedule of
//! [`bevy_ecs`] systems over contiguous columns; its result goes out as tables. Every roll belongs to a name,
//! so a battle with the same input, rules and seed is the same battle, to the last bit.
//!
//! The floors, from the ground up: [`error`] and [`rules`]; what exists ([`ecs`]); what happens
//! ([`systems`]); one battle ([`battle`]); the mirror and its battles ([`kernel`]) and what they leave behind
//! ([`report`]); single steps without a mirror ([`hotpaths`]); files in and out ([`scenario`], [`export`]); the doors.
//!
//! ```
//! use multi_universe_core::ecs::columns::TableId;
//! use multi_universe_core::ecs::ingest::{Push, TableInput, Values};
//! use multi_universe_core::kernel::{Engagement, Kernel, Muster};
//! use multi_universe_core::Rules;
//!
//! let texts = Values::texts;
//! let ids = |values: &[i64]| Values::wholes(values.iter().copied());
//! let push = Push::default()
//!     .with(TableId::Factions, TableInput::of([("name", texts(&["Hegemony", "Synod"]))]))
//!     .with(
//!         TableId::Treaties,
//!         TableInput::of([("a", texts(&["Hegemony"])), ("b", texts(&["Synod"])), ("kind", texts(&["war"]))]),
//!     )
//!     .with(
//!         TableId::Fleets,
//!         TableInput::of([("id", ids(&[1, 2])), ("faction", texts(&["Hegemony", "Synod"]))]),
//!     )
//!     .with(TableId::Units, TableInput::of([("id", ids(&[10, 11])), ("fleet", ids(&[1, 2]))]))
//!     .with(TableId::Weapons, TableInput::of([("unit", ids(&[10])), ("slot", ids(&[0]))]));
//!
//! let mut kernel = Kernel::new(Rules::default(), 42);
//! kernel.push(&push)?;
//! let report = kernel.resolve(&Engagement::of(Muster::Fleets(vec![1, 2])), &|| false)?;
//! assert_eq!(report.winner.as_deref(), Some("Hegemony"));
//! assert_eq!(report.units.len(), 2);
//! # Ok::<(), multi_universe_core::Error>(())
//! ```

pub mod archive;
pub mod battle;
#[cfg(feature = "python")]
mod bindings;
#[cfg(feature = "cli")]
pub mod cli;
pub mod ecs;
pub mod engagement;
pub mod error;
pub mod export;
pub mod files;
pub mod hotpaths;
pub mod kernel;
pub mod odds;
pub mod replay;
pub mod report;
pub mod rules;
pub mod scenario;
pub mod snapshot;
pub mod systems;

pub use error::{Error, Result};
pub use rules::Rules;
