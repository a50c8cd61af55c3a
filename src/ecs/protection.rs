//! Protection: what armour, cover and field take from a hit. Of shots, of strikes, and of batches of shots.
//!
//! R-SHOOT-4, the part that asks for the target:
//!
//! ```text
//! save       = clamp(7 − floor(armor/10) + floor((ap + ap_bonus)/10) − (1 if target in cover), 2, 6)
//! mitigation = min(0.95, max((6 − save)/6, (6 − invuln)/6))
//! ```

use super::simd::{at_least, at_most};
use crate::rules::Rules;

/// R-SHOOT-4: a target's save from armour and cover, before armour penetration.
///
/// ```
/// # use multi_universe_core::{Rules, ecs::protection::armor_save};
/// assert_eq!(armor_save(29.0, true, &Rules::default()), 4.0);
/// ```
#[inline(always)]
pub fn armor_save(armor: f64, cover: bool, rules: &Rules) -> f64 {
    rules.save_base - (armor / rules.armor_step).floor() - if cover { rules.cover_save } else { 0.0 }
}

/// R-SHOOT-4: the steps by which armour penetration worsens a save.
///
/// ```
/// # use multi_universe_core::{Rules, ecs::protection::pierce};
/// assert_eq!(pierce(10.0, 9.0, &Rules::default()), 1.0);
/// ```
#[inline(always)]
pub fn pierce(ap: f64, ap_bonus: f64, rules: &Rules) -> f64 {
    ((ap + ap_bonus) / rules.ap_step).floor()
}

/// R-SHOOT-4: the save against a weapon, 2 … 6.
///
/// ```
/// # use multi_universe_core::{Rules, ecs::protection::save};
/// assert_eq!(save(5.0, 3.0, &Rules::default()), 6.0);
/// ```
#[inline(always)]
pub fn save(armor_save: f64, pierce: f64, rules: &Rules) -> f64 {
    at_most(at_least(armor_save + pierce, rules.save_best), 6.0)
}

/// R-SHOOT-4: the mitigation of an invulnerable save.
///
/// ```
/// # use multi_universe_core::ecs::protection::field;
/// assert_eq!([field(7.0) < 0.0, field(3.0) == 0.5], [true, true]);
/// ```
#[inline(always)]
pub fn field(invuln: f64) -> f64 {
    (6.0 - invuln) / 6.0
}

/// R-SHOOT-4: the share of a hit that armour or field takes.
///
/// ```
/// # use multi_universe_core::{Rules, ecs::protection::{field, mitigation}};
/// let rules = Rules::default();
/// assert_eq!(mitigation(6.0, field(7.0), &rules), 0.0);
/// assert_eq!(mitigation(4.0, field(3.0), &rules), 0.5);
/// ```
#[inline(always)]
pub fn mitigation(save: f64, field: f64, rules: &Rules) -> f64 {
    at_most(at_least((6.0 - save) / 6.0, field), rules.mitigation_cap)
}
