//! Melee: ground units in contact strike their targets, all at once, after the volley.
//!
//! # Rule
//!
//! R-MELEE-1: after the volley each living ground unit whose target is within 1.5 tiles strikes it once. It lands as a
//! shot does (R-DAMAGE-1). Routing units do not strike, and nobody is struck who is no longer on the map. A unit is in
//! contact in a round if it fights and its target is within reach, whether that outlived the fire or not.
//!
//! # Formula
//!
//! ```text
//! p      = clamp((ma + charge in the first round of contact)/100 · (1 − 0.5 · md/100), 0.05, 0.95)
//! damage = max(1, damage · (1 − mitigation with the unit's own ap) · 2.5)
//! ```
//!
//! Source: rule book §7. Worked example: ma 50, charge 30, md 20: p = 0.8 · 0.9 = 0.72 in the first round of contact;
//! 10 points on a target without armour do 25.
//!
//! # Rolls
//!
//! One word, under the unit's id and slot 0.

use bevy_ecs::prelude::*;

use crate::ecs::components::{
    ArmorSave, Charge, Contact, Exposure, Field, MeleeAttack, MeleeDamage, MeleePierce, NOBODY, Status,
    Target, TargetDistance, Traits, UnitId, all, columns,
};
use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::protection::{mitigation, save};
use crate::ecs::resources::{Battles, RuleBook, Shot, Volley};
use crate::ecs::roll::{Purpose, threshold};
use crate::rules::Rules;

/// Adds this file's systems.
pub fn register(round: &mut Round, profile: &Profile) {
    round.add(Phase::Melee, profile.timed(strike));
}

/// What melee reads and writes.
type Fighters = (
    (&'static UnitId, &'static Status, &'static Traits, &'static Target, &'static TargetDistance),
    (&'static MeleeAttack, &'static MeleeDamage, &'static MeleePierce, &'static Charge),
    (&'static Exposure, &'static ArmorSave, &'static Field, &'static mut Contact),
);

/// R-MELEE-1: the strikes of a round, as shots that wait to land.
pub fn strike(
    rules: Res<RuleBook>,
    battles: Res<Battles>,
    mut volley: ResMut<Volley>,
    mut units: Query<Fighters>,
) {
    let Volley { shots, ends, .. } = &mut *volley;
    shots.clear();
    ends.clear();
    let Some((
        (ids, statuses, traits, targets, distances),
        (attacks, damages, pierces, charges),
        (exposures, saves, fields, mut contacts),
    )) = columns(&mut units)
    else {
        return;
    };
    let contacts = all(&mut contacts);
    for battle in &battles.0 {
        // Without ground units, and after its end, a battle has no strikes.
        let fighting = if battle.on_ground && battle.ending.is_none() { battle.units.clone() } else { 0..0 };
        for unit in fighting {
            let target = targets[unit].0;
            let touches = traits[unit].has(Traits::GROUND)
                && statuses[unit] == Status::DEPLOYED
                && target != NOBODY
                && distances[unit].0 <= rules.0.melee_reach;
            let charge = if contacts[unit].0 == 0 { charges[unit].0 } else { 0.0 };
            contacts[unit].0 = u8::from(touches);
            let row = battle.units.start + target as usize;
            if !touches || !statuses[row].on_map() {
                continue;
            }
            let chance = strike_chance(attacks[unit].0 + charge, exposures[row].0, &rules.0);
            let word = battle.key.stream(ids[unit].0, Purpose::Melee, 0, battle.round).word();
            if u64::from(word) < threshold(chance) {
                let mitigation =
                    mitigation(save(saves[row].0, pierces[unit].0, &rules.0), fields[row].0, &rules.0);
                let damage = strike_damage(damages[unit].0, mitigation, &rules.0);
                let shooter = (unit - battle.units.start) as u32;
                let mut rolls = battle.key.stream(ids[unit].0, Purpose::Hardpoint, STRIKE, battle.round);
                let strike = [rolls.word(), rolls.word()];
                shots.push(Shot { mount: NOBODY, shooter, target, damage, strike, ..Shot::default() });
            }
        }
        ends.push(shots.len());
    }
}

/// The slot under which a strike, which has no weapon, rolls for its hardpoint. No weapon has it.
const STRIKE: u16 = u16::MAX;

/// R-MELEE-1: the chance that a strike hits, from attack in percent and the share that defence leaves.
///
/// ```
/// # use multi_universe_core::{Rules, systems::melee::strike_chance};
/// assert!((strike_chance(80.0, 0.9, &Rules::default()) - 0.72).abs() < 1e-12);
/// ```
pub fn strike_chance(attack: f64, exposure: f64, rules: &Rules) -> f64 {
    (attack / 100.0 * exposure).clamp(rules.hit_floor, rules.hit_ceiling)
}

/// R-MELEE-1: the damage of a strike that hits, in points.
///
/// ```
/// # use multi_universe_core::{Rules, systems::melee::strike_damage};
/// assert_eq!(strike_damage(10.0, 0.0, &Rules::default()), 25.0);
/// ```
pub fn strike_damage(damage: f64, mitigation: f64, rules: &Rules) -> f64 {
    (damage * (1.0 - mitigation) * rules.ground_factor).max(rules.damage_floor)
}
