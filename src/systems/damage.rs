//! Damage: the shots land, one after another; at the round's end shields and hulls regain points.
//!
//! # Rule
//!
//! R-DAMAGE-1 (landing): shots land in order (shooter id, slot) on their target. The shield first: it absorbs
//! min(shield, damage · shield_mult); the share of the damage that it did not absorb goes on, times hull_mult,
//! to the hull. Damage past zero is overkill: recorded, dealt to nobody.
//!
//! R-DAMAGE-2 (credit): the shot that takes the last point has the kill.
//!
//! R-DAMAGE-4 (recovery): at the end of a round shields regain `shield_regen` and hulls `hull_regen`, of living
//! units, never past the maximum.
//!
//! # Formula
//!
//! ```text
//! absorbed = min(shield, damage · shield_mult)
//! hull     = damage · (1 − absorbed / (damage · shield_mult)) · hull_mult
//! dealt    = absorbed + min(hull left, hull)
//! ```
//!
//! Source: rule book §6. Worked example: 100 points of an ion weapon (shield_mult 4, hull_mult 0.25) on a shield of
//! 100: absorbed 100 of 400, a quarter; three quarters go on: 100 · 0.75 · 0.25 = 18.75 on the hull.

use bevy_ecs::prelude::*;

use crate::ecs::components::{
    Dealt, DeathRound, Hull, HullMult, HullRegen, KilledBy, Kills, MaxHull, MaxShield, Overkill, Shield,
    ShieldMult, ShieldRegen, Side, Status, Taken, all, columns,
};
use crate::ecs::phase::Phase;
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battles, Volley};

/// Adds this file's systems.
pub fn register(schedule: &mut Schedule, profile: &Profile) {
    schedule.add_systems((
        profile.timed(land).in_set(Phase::Damage),
        profile.timed(recover).in_set(Phase::Recovery),
    ));
}

/// What landing writes on units.
type Struck = (
    (&'static Side, &'static mut Status, &'static mut Hull, &'static mut Shield),
    (&'static mut Kills, &'static mut Taken, &'static mut KilledBy, &'static mut DeathRound),
);

/// R-DAMAGE-1, R-DAMAGE-2: the shots of the volley, in order.
pub fn land(
    volley: Res<Volley>,
    mut battles: ResMut<Battles>,
    mut units: Query<Struck>,
    mut mounts: Query<(&ShieldMult, &HullMult, &mut Dealt, &mut Overkill)>,
) {
    let Some((
        (sides, mut statuses, mut hulls, mut shields),
        (mut kills, mut taken, mut killers, mut deaths),
    )) = columns(&mut units)
    else {
        return;
    };
    let Some((shield_mults, hull_mults, mut dealt, mut overkill)) = columns(&mut mounts) else { return };
    let (statuses, hulls, shields) = (all(&mut statuses), all(&mut hulls), all(&mut shields));
    let (kills, taken, killers, deaths) =
        (all(&mut kills), all(&mut taken), all(&mut killers), all(&mut deaths));
    let (dealt, overkill) = (all(&mut dealt), all(&mut overkill));
    let mut first_shot = 0;
    for (battle, &end) in battles.running().zip(&volley.ends) {
        for side in &mut battle.sides {
            (side.dealt, side.kills) = (0.0, 0);
        }
        for shot in &volley.shots[first_shot..end] {
            let target = battle.units.start + shot.target as usize;
            let shooter = battle.units.start + shot.shooter as usize;
            let mount = battle.mounts.start + shot.mount as usize;
            let impact = impact(
                shot.damage,
                (shield_mults[mount].0, hull_mults[mount].0),
                shields[target].0,
                hulls[target].0,
            );
            let points = impact.absorbed + impact.hull;
            let side = &mut battle.sides[usize::from(sides[shooter].0)];
            side.dealt += points;
            taken[target].0 += points;
            dealt[mount].0 += points;
            overkill[mount].0 += impact.overkill;
            shields[target].0 -= impact.absorbed;
            hulls[target].0 -= impact.hull;
            if hulls[target].0 <= 0.0 && statuses[target] == Status::DEPLOYED {
                statuses[target] = Status::DESTROYED;
                killers[target].0 = shot.shooter;
                deaths[target].0 = battle.round;
                kills[shooter].0 += 1;
                side.kills += 1;
            }
        }
        first_shot = end;
    }
}

/// Where the damage of a shot went, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impact {
    /// Taken by the shield.
    pub absorbed: f64,
    /// Taken by the hull.
    pub hull: f64,
    /// Past zero, dealt to nobody.
    pub overkill: f64,
}

/// R-DAMAGE-1: where `damage` points go, with the factors on shield and hull.
///
/// ```
/// # use multi_universe_core::systems::damage::{Impact, impact};
/// let ion = impact(100.0, (4.0, 0.25), 100.0, 500.0);
/// assert_eq!(ion, Impact { absorbed: 100.0, hull: 18.75, overkill: 0.0 });
/// let last = impact(100.0, (1.0, 1.0), 0.0, 30.0);
/// assert_eq!(last, Impact { absorbed: 0.0, hull: 30.0, overkill: 70.0 });
/// ```
#[inline(always)]
pub fn impact(damage: f64, (shield_mult, hull_mult): (f64, f64), shield: f64, hull: f64) -> Impact {
    let onto_shield = damage * shield_mult;
    // The dead have a shield no more.
    let absorbed = if hull > 0.0 { shield.min(onto_shield) } else { 0.0 };
    let share = if absorbed > 0.0 { 1.0 - absorbed / onto_shield } else { 1.0 };
    let onto_hull = damage * share * hull_mult;
    let taken = onto_hull.min(hull);
    Impact { absorbed, hull: taken, overkill: onto_hull - taken }
}

/// What recovery reads and writes.
type Recovering = (
    (&'static Status, &'static MaxHull, &'static MaxShield, &'static HullRegen, &'static ShieldRegen),
    (&'static mut Hull, &'static mut Shield),
);

/// R-DAMAGE-4: at the end of a round.
pub fn recover(mut battles: ResMut<Battles>, mut units: Query<Recovering>) {
    let Some(((statuses, max_hulls, max_shields, hull_regens, shield_regens), (mut hulls, mut shields))) =
        columns(&mut units)
    else {
        return;
    };
    let (hulls, shields) = (all(&mut hulls), all(&mut shields));
    for battle in battles.running() {
        for row in battle.units.clone() {
            if statuses[row] == Status::DEPLOYED {
                hulls[row].0 = regained(hulls[row].0, hull_regens[row].0, max_hulls[row].0);
                shields[row].0 = regained(shields[row].0, shield_regens[row].0, max_shields[row].0);
            }
        }
    }
}

/// R-DAMAGE-4: points after a round's recovery.
///
/// ```
/// # use multi_universe_core::systems::damage::regained;
/// assert_eq!([regained(50.0, 10.0, 100.0), regained(95.0, 10.0, 100.0)], [60.0, 100.0]);
/// ```
#[inline(always)]
pub fn regained(points: f64, regen: f64, most: f64) -> f64 {
    (points + regen).min(most)
}
