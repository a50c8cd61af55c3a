//! Output tables in other forms: for people, and for programs.

#[cfg(feature = "cli")]
pub mod arrow;
pub mod csv;
pub mod html;
pub mod json;
pub mod text;
pub mod trace;
