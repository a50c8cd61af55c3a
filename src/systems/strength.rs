//! Strength: what a unit is worth in a fight, in one number.
//!
//! # Rule
//!
//! R-STRENGTH-1: from power, health and skills. No battle asks for it; players, planners and the campaign do. It is worked
//! out when it is asked for, from the columns as they are then, so that it is never stale: a cache would cost more.
//!
//! # Formula
//!
//! ```text
//! strength = max(1, trunc(power · hp/max_hp · (ma + md + damage)/150))      power = power_rating, or 0.1 · cost
//! modified = base · (1 + Σ modifiers)
//! ```
//!
//! Source: rule book §11. Worked example: a unit that cost 1,000 and has 300 of 400 points, ma 50, md 40 and damage 60:
//! 100 · 0.75 · 1 = 75.

/// What strength is worked out from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capability {
    /// Power; NaN: a tenth of the cost.
    pub power_rating: f64,
    /// What it cost.
    pub cost: f64,
    /// Health, in points.
    pub hp: f64,
    /// Full health, in points.
    pub max_hp: f64,
    /// Melee attack, in percent.
    pub ma: f64,
    /// Defence, in percent.
    pub md: f64,
    /// Melee damage, in points.
    pub damage: f64,
}

/// R-STRENGTH-1: a unit's strength.
///
/// ```
/// # use multi_universe_core::systems::strength::{Capability, strength};
/// let unit = Capability {
///     power_rating: f64::NAN, cost: 1000.0, hp: 300.0, max_hp: 400.0, ma: 50.0, md: 40.0, damage: 60.0,
/// };
/// assert_eq!(strength(unit), 75.0);
/// assert_eq!(strength(Capability { power_rating: 200.0, ..unit }), 150.0);
/// assert_eq!(strength(Capability { hp: 0.0, ..unit }), 1.0);
/// ```
pub fn strength(unit: Capability) -> f64 {
    let power = if unit.power_rating.is_nan() { 0.1 * unit.cost } else { unit.power_rating };
    let health = if unit.max_hp > 0.0 { unit.hp / unit.max_hp } else { 0.0 };
    (power * health * (unit.ma + unit.md + unit.damage) / 150.0).trunc().max(1.0)
}

/// R-STRENGTH-1: a strength with modifiers, each a share: 0.1 is a tenth more.
///
/// ```
/// # use multi_universe_core::systems::strength::modified;
/// assert_eq!(modified(80.0, &[0.25, -0.5]), 60.0);
/// ```
pub fn modified(base: f64, modifiers: &[f64]) -> f64 {
    base * (1.0 + modifiers.iter().sum::<f64>())
}
