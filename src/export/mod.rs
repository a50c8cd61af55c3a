//! Output tables in other forms: for people, and for programs.

#[cfg(feature = "cli")]
pub mod arrow;
pub mod csv;
pub mod json;
pub mod text;
