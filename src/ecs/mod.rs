//! What exists: components, resources, the phases of a round, the input's schema, the mirror's tables.

pub mod account;
mod cells;
pub mod columns;
pub mod components;
pub mod digest;
pub mod distance;
pub mod events;
pub mod export;
pub mod gate;
pub mod index;
pub mod ingest;
pub mod ledger;
pub mod mirror;
pub mod pages;
pub mod phase;
pub mod profile;
pub mod protection;
pub mod resources;
pub mod roll;
pub mod salvo;
pub mod simd;
pub mod space;
pub mod store;
pub mod tables;
pub mod trace;
pub mod witness;
pub mod workers;
