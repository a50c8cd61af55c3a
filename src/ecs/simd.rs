//! What this processor can do, found out at run time, and functions compiled for it.
//!
//! A wheel is built for every x86-64 or ARM there is; `kernel!` compiles the body of a function once per
//! [`Level`], and the caller says at which to run. The code is the same, no compiler here contracts or
//! reorders floats, so every level gives the same bits. `MUC_SIMD` in the environment forces a level.

use std::fmt;
use std::sync::OnceLock;

use bevy_ecs::prelude::*;

use crate::error::{Error, Fault, Result};

/// The environment variable that forces a level.
const FORCE: &str = "MUC_SIMD";

/// A set of instructions that functions are compiled for.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// What every processor of this architecture has.
    Baseline,
    /// ARM's vectors of 128 bits, which every 64-bit ARM has: the same code as the baseline.
    Neon,
    /// x86-64 with vectors of 256 bits.
    Avx2,
    /// x86-64 with vectors of 512 bits, on processors from Ice Lake and Zen 4 on: earlier ones slow down for them.
    Avx512,
}

impl Level {
    /// All levels, the lowest first.
    const ALL: [Self; 4] = [Self::Baseline, Self::Neon, Self::Avx2, Self::Avx512];

    /// Its name: "baseline", "neon", "avx2", "avx512".
    pub const fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Neon => "neon",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The levels that this processor can run, the lowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|level| level.runs_here())
    }

    #[cfg(target_arch = "x86_64")]
    fn runs_here(self) -> bool {
        macro_rules! has {
            ($($feature:tt)+) => { $(is_x86_feature_detected!($feature))&&+ };
        }
        match self {
            Self::Baseline => true,
            Self::Neon => false,
            Self::Avx2 => has!("avx2"),
            // What `multiversion` asks for before it runs the version of this level.
            Self::Avx512 => has!(
                "avx512bitalg" "avx512bw" "avx512cd" "avx512dq" "avx512f" "avx512ifma" "avx512vbmi" "avx512vbmi2"
                "avx512vl" "avx512vnni" "avx512vpopcntdq" "gfni" "vaes" "vpclmulqdq"
            ),
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn runs_here(self) -> bool {
        self == Self::Baseline || (self == Self::Neon && cfg!(target_arch = "aarch64"))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The level in force: the one that `MUC_SIMD` forces, else the highest that runs here.
///
/// # Errors
/// [`Error::Input`] if `MUC_SIMD` names no level that this processor can run.
pub fn level() -> Result<Level> {
    static IN_FORCE: OnceLock<Result<Level>> = OnceLock::new();
    IN_FORCE
        .get_or_init(|| {
            choose(std::env::var_os(FORCE).as_deref().map(|name| name.to_string_lossy()).as_deref())
        })
        .clone()
}

/// The level that is asked for, or the highest.
fn choose(asked: Option<&str>) -> Result<Level> {
    let Some(name) = asked.filter(|name| !name.is_empty()) else {
        return Ok(Level::available().last().unwrap_or(Level::Baseline));
    };
    Level::available().find(|level| level.name() == name).ok_or_else(|| {
        let names: Vec<&str> = Level::available().map(Level::name).collect();
        Error::Input(
            Fault::column(FORCE, "", format!("'{name}'"), format!("one of {}", names.join(", "))).into(),
        )
    })
}

/// A number, or `least` if that is larger. Of numbers without NaN it is `max`, which asks for NaN in two instructions more;
/// and unlike `clamp` it never panics, so that a loop that asks for much else beside it can be worked out in vectors.
#[inline(always)]
pub fn at_least(number: f64, least: f64) -> f64 {
    if number < least { least } else { number }
}

/// A number, or `most` if that is smaller: as [`at_least`].
#[inline(always)]
pub fn at_most(number: f64, most: f64) -> f64 {
    if number > most { most } else { number }
}

/// Defines a function that is compiled for every [`Level`]; its first argument says at which it runs.
///
/// Generic parameters stand in brackets: `fn sum[T: Real](…)`. The body must give the same bits on all: no `mul_add`, no sum
/// whose order is left open. What it calls must be inlined, or it is compiled for the lowest level.
macro_rules! kernel {
    ($(#[$about:meta])* $vis:vis fn $name:ident$([$($generic:tt)*])?($($arg:ident: $type:ty),* $(,)?) $body:block) => {
        $(#[$about])*
        $vis fn $name$(<$($generic)*>)?(level: $crate::ecs::simd::Level, $($arg: $type),*) {
            #[inline(always)]
            fn body$(<$($generic)*>)?($($arg: $type),*) $body
            #[multiversion::multiversion(targets("x86_64+avx2"))]
            fn avx2$(<$($generic)*>)?($($arg: $type),*) {
                body($($arg),*)
            }
            #[multiversion::multiversion(targets("x86_64+avx512f"))]
            fn avx512$(<$($generic)*>)?($($arg: $type),*) {
                body($($arg),*)
            }
            match level {
                $crate::ecs::simd::Level::Baseline | $crate::ecs::simd::Level::Neon => body($($arg),*),
                $crate::ecs::simd::Level::Avx2 => avx2($($arg),*),
                $crate::ecs::simd::Level::Avx512 => avx512($($arg),*),
            }
        }
    };
}
pub(crate) use kernel;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_can_be_forced_and_a_misspelt_one_is_refused() {
        assert_eq!(choose(Some("baseline")), Ok(Level::Baseline));
        assert_eq!(choose(None), choose(Some("")));
        let message = choose(Some("basline")).expect_err("no such level").to_string();
        assert!(message.contains("MUC_SIMD: got 'basline', expected one of baseline"), "{message}");
    }
}
