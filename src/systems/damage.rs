//! Damage: the shots land, one after another; at the round's end shields and hulls regain points.
//!
//! # Rule
//!
//! R-DAMAGE-1 (landing): shots land in order (shooter id, slot) on their target. The shield first: it absorbs
//! min(shield, damage · shield_mult); the share of the damage that it did not absorb goes on, times hull_mult,
//! to the hull. Damage past zero is overkill: recorded, dealt to nobody.
//!
//! R-DAMAGE-2 (credit): the shot that takes the last point has the kill. The dead have no shield.
//!
//! R-DAMAGE-3 (hardpoints): each shot that reaches the hull, the last one too, also strikes, with chance
//! `hardpoint_chance` (0.1), one intact weapon of the target, drawn evenly, and takes the hull's damage from it; at zero
//! it is destroyed and fires no more.
//!
//! R-MORALE-1 (suppression): hull damage adds its share of the maximum, in percent, to suppression
//! (`suppression_from` = "share"; "points": its points).
//!
//! R-DAMAGE-4 (recovery): at the end of a round shields regain `shield_regen` and hulls `hull_regen`, of units that live
//! and are in the battle, in reserve too, never past the maximum. The rule `regeneration` = false switches it off.
//!
//! # Formula
//!
//! ```text
//! absorbed = min(shield, damage · shield_mult)
//! hull     = damage · (1 − absorbed / (damage · shield_mult)) · hull_mult
//! dealt    = absorbed + min(hull left, hull)
//! suppression += 100 · min(hull left, hull) / full hull
//! ```
//!
//! Source: rule book §6. Worked example: 100 points of an ion weapon (shield_mult 4, hull_mult 0.25) on a shield of
//! 100: absorbed 100 of 400, a quarter; three quarters go on: 100 · 0.75 · 0.25 = 18.75 on the hull.
//!
//! # Rolls
//!
//! A shot's words for its hardpoint, under the shooter's id and the weapon's slot (65,535 of a strike by hand), in order:
//! whether it strikes a weapon, and which of the intact ones in order of slot.

use bevy_ecs::prelude::*;

use crate::ecs::components::{
    Dealt, DeathRound, FirstMount, Hull, HullMult, HullRegen, Integrity, KilledBy, Kills, MaxHull, MaxShield,
    Mounts, NOBODY, Overkill, Range, Reach, Shield, ShieldMult, ShieldRegen, Side, Status, Struck,
    Suppression, Taken, all, columns, even,
};
use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battle, Battles, Landed, RuleBook, Volley};
use crate::ecs::roll::{pick, threshold};
use crate::ecs::simd::{Level, kernel};
use crate::ecs::witness::Witness;
use crate::rules::{Rules, SuppressionFrom};

/// Adds this file's systems.
pub fn register(round: &mut Round, profile: &Profile) {
    round.add(Phase::Damage, profile.timed(land));
    round.add(Phase::MeleeDamage, profile.timed(land));
    round.add(Phase::Recovery, profile.timed(recover));
}

/// Adds this file's systems of a world in which it is noted where each shot went.
pub fn register_noted(round: &mut Round, profile: &Profile) {
    round.add(Phase::Damage, profile.timed(land_noted));
    round.add(Phase::MeleeDamage, profile.timed(land_noted));
    round.add(Phase::Recovery, profile.timed(recover));
}

/// What landing reads and writes of units.
type Targets = (
    (&'static Side, &'static MaxHull, &'static FirstMount, &'static Mounts),
    (
        &'static mut Status,
        &'static mut Hull,
        &'static mut Shield,
        &'static mut Suppression,
        &'static mut Reach,
    ),
    (
        &'static mut Kills,
        &'static mut Taken,
        &'static mut Struck,
        &'static mut KilledBy,
        &'static mut DeathRound,
    ),
);

/// What landing reads and writes of mounts.
type Guns = (
    (&'static Range, &'static ShieldMult, &'static HullMult),
    (&'static mut Integrity, &'static mut Dealt, &'static mut Overkill),
);

/// R-DAMAGE-1 to R-DAMAGE-3 and R-MORALE-1: the shots of the volley, in order.
pub fn land(
    rules: Res<RuleBook>,
    level: Res<Level>,
    mut volley: ResMut<Volley>,
    battles: ResMut<Battles>,
    units: Query<Targets>,
    mounts: Query<Guns>,
) {
    land_on(battles, units, mounts, |battles, line| {
        land_plain(*level, &mut volley, battles, line, &rules.0);
    });
}

/// As [`land`], and the witness is told where each shot went.
pub fn land_noted(
    rules: Res<RuleBook>,
    level: Res<Level>,
    mut volley: ResMut<Volley>,
    mut witness: ResMut<Witness>,
    battles: ResMut<Battles>,
    units: Query<Targets>,
    mounts: Query<Guns>,
) {
    witness.see_fired(*level, battles.0[0].round, &volley.shots);
    land_on(battles, units, mounts, |battles, line| {
        land_and_note(*level, &mut volley, battles, line, &rules.0, &mut witness);
    });
}

/// Lands shots on the columns of a world.
fn land_on(
    mut battles: ResMut<Battles>,
    mut units: Query<Targets>,
    mut mounts: Query<Guns>,
    land: impl FnOnce(&mut [Battle], &mut FiringLine<'_>),
) {
    let Some((
        (sides, max_hulls, first_mounts, mount_counts),
        (mut statuses, mut hulls, mut shields, mut suppressions, mut reaches),
        (mut kills, mut taken, mut struck, mut killers, mut deaths),
    )) = columns(&mut units)
    else {
        return;
    };
    let mut guns = columns(&mut mounts);
    // Without a weapon among the units there may be strikes.
    let (gun, state) = match &mut guns {
        Some((gun, (integrities, dealt, overkill))) => (*gun, (all(integrities), all(dealt), all(overkill))),
        None => Default::default(),
    };
    let mut line = FiringLine {
        units: (sides, max_hulls, first_mounts, mount_counts),
        states: (
            all(&mut statuses),
            all(&mut hulls),
            all(&mut shields),
            all(&mut suppressions),
            all(&mut reaches),
        ),
        deeds: (all(&mut kills), all(&mut taken), all(&mut struck), all(&mut killers), all(&mut deaths)),
        gun,
        state,
    };
    land(&mut battles.0, &mut line);
}

/// A unit's columns that say how it fares.
type States<'a> =
    (&'a mut [Status], &'a mut [Hull], &'a mut [Shield], &'a mut [Suppression], &'a mut [Reach]);
/// A unit's columns that say what it did, and what was done to it.
type Deeds<'a> =
    (&'a mut [Kills], &'a mut [Taken], &'a mut [Struck], &'a mut [KilledBy], &'a mut [DeathRound]);

/// The world's columns that landing reads and writes.
struct FiringLine<'a> {
    units: (&'a [Side], &'a [MaxHull], &'a [FirstMount], &'a [Mounts]),
    states: States<'a>,
    deeds: Deeds<'a>,
    gun: (&'a [Range], &'a [ShieldMult], &'a [HullMult]),
    state: (&'a mut [Integrity], &'a mut [Dealt], &'a mut [Overkill]),
}

kernel! {
    /// Lands the shots of all battles, one after another.
    fn land_plain(volley: &mut Volley, battles: &mut [Battle], line: &mut FiringLine<'_>, rules: &Rules) {
        land_all(volley, battles, line, rules, None);
    }
}

kernel! {
    /// As [`land_plain`], and the witness is told where each shot went.
    fn land_and_note(
        volley: &mut Volley,
        battles: &mut [Battle],
        line: &mut FiringLine<'_>,
        rules: &Rules,
        witness: &mut Witness,
    ) {
        land_all(volley, battles, line, rules, Some(witness));
    }
}

/// Lands all shots; the witness, if there is one, is told where each one that does damage went.
#[inline(always)]
fn land_all(
    volley: &mut Volley,
    battles: &mut [Battle],
    line: &mut FiringLine<'_>,
    rules: &Rules,
    mut witness: Option<&mut Witness>,
) {
    let Volley { shots, wounding, ends, .. } = volley;
    wounding.resize(shots.len(), 0);
    let FiringLine { units, states, deeds, gun, state } = line;
    // Cut to one length: then a row that is in one column is seen to be in all.
    let (n, m) = (units.0.len(), gun.0.len());
    let (sides, max_hulls, first_mounts, mount_counts) =
        (units.0, &units.1[..n], &units.2[..n], &units.3[..n]);
    let (statuses, hulls, shields) = (&mut states.0[..n], &mut states.1[..n], &mut states.2[..n]);
    let (suppressions, reaches) = (&mut states.3[..n], &mut states.4[..n]);
    let (kills, taken, struck) = (&mut deeds.0[..n], &mut deeds.1[..n], &mut deeds.2[..n]);
    let (killers, deaths) = (&mut deeds.3[..n], &mut deeds.4[..n]);
    let (ranges, shield_mults, hull_mults) = (gun.0, &gun.1[..m], &gun.2[..m]);
    let (integrities, dealt, overkill) = (&mut state.0[..m], &mut state.1[..m], &mut state.2[..m]);
    let mut first_shot = 0;
    for (battle, &end) in battles.iter_mut().zip(&*ends) {
        let (units, mounts) = (battle.units.start, battle.mounts.start);
        // A shot that does no damage changes nothing. Which ones do is hard to foretell: hence the list.
        let mut count = 0;
        for (index, shot) in (first_shot..).zip(&shots[first_shot..end]) {
            wounding[count] = index as u32;
            count += usize::from(shot.damage > 0.0);
        }
        for index in wounding[..count].iter().map(|&index| index as usize) {
            let shot = &shots[index];
            let (target, shooter) = (units + shot.target as usize, units + shot.shooter as usize);
            let mount = (shot.mount != NOBODY).then(|| mounts + shot.mount as usize);
            let mults = mount.map_or((1.0, 1.0), |mount| (shield_mults[mount].0, hull_mults[mount].0));
            let Impact { absorbed, hull, overkill: past } =
                impact(shot.damage, mults, shields[target].0, hulls[target].0);
            let points = absorbed + hull;
            let side = &mut battle.sides[usize::from(sides[shooter].0)];
            side.dealt += points;
            taken[target].0 += points;
            shields[target].0 -= absorbed;
            hulls[target].0 -= hull;
            let calm = suppressions[target].0 < rules.suppressed_at;
            if rules.morale {
                suppressions[target].0 += suppression(hull, max_hulls[target].0, rules);
            }
            match mount {
                Some(mount) => {
                    dealt[mount].0 += points;
                    overkill[mount].0 += past;
                }
                None => struck[shooter].0 += points,
            }
            let mut broken = None;
            if hull > 0.0 && strikes_weapon(shot.strike, rules) {
                let first = mounts + first_mounts[target].0 as usize;
                let own = first..first + mount_counts[target].0 as usize;
                let integrities = &mut integrities[own.clone()];
                broken = strike_weapon(shot.strike, integrities, hull);
                if broken.is_some() {
                    reaches[target].0 = reach(&ranges[own], integrities);
                }
            }
            let killed = hulls[target].0 <= 0.0 && statuses[target].on_map();
            if let Some(witness) = &mut witness {
                let broken = broken.map_or(NOBODY, |index| first_mounts[target].0 + index as u32);
                let suppressed = calm && suppressions[target].0 >= rules.suppressed_at;
                let landed = Landed { dealt: points, overkill: past, broken, killed, suppressed };
                witness.see_landed(index, landed);
            }
            if killed {
                statuses[target] = Status::DESTROYED;
                shields[target].0 = 0.0;
                (killers[target].0, deaths[target].0) = (shot.shooter, battle.round);
                kills[shooter].0 += 1;
                side.kills += 1;
            }
        }
        first_shot = end;
    }
}

/// R-MORALE-1: suppression from hull damage, in points: its share of the full hull, in percent, or its points.
///
/// ```
/// # use multi_universe_core::{Rules, systems::damage::suppression};
/// assert_eq!(suppression(30.0, 200.0, &Rules::default()), 15.0);
/// assert_eq!(suppression(30.0, 200.0, &Rules::with([("suppression_from", "points")])?), 30.0);
/// # Ok::<(), multi_universe_core::Error>(())
/// ```
#[inline(always)]
pub fn suppression(damage: f64, max_hull: f64, rules: &Rules) -> f64 {
    match rules.suppression_from {
        // Nothing of nothing is nothing, also of a hull without points.
        _ if damage <= 0.0 => 0.0,
        SuppressionFrom::Share => 100.0 * damage / max_hull,
        SuppressionFrom::Points => damage,
    }
}

/// R-DAMAGE-3: whether a shot that reaches the hull strikes a weapon, by the first of its rolls.
///
/// ```
/// # use multi_universe_core::{Rules, systems::damage::strikes_weapon};
/// let rules = Rules::default(); // a chance of 0.1
/// assert!(strikes_weapon([429_496_729, 0], &rules) && !strikes_weapon([429_496_730, 0], &rules));
/// ```
#[inline(always)]
pub fn strikes_weapon(rolls: [u32; 2], rules: &Rules) -> bool {
    u64::from(rolls[0]) < threshold(rules.hardpoint_chance)
}

/// R-DAMAGE-3: one intact weapon, drawn evenly by the second roll, takes the hull's damage; which one, if it broke.
///
/// ```
/// # use multi_universe_core::{ecs::components::Integrity, systems::damage::strike_weapon};
/// let mut weapons = [Integrity(0.0), Integrity(50.0)];
/// assert_eq!(strike_weapon([0, 0], &mut weapons, 30.0), None);
/// assert_eq!(strike_weapon([0, 0], &mut weapons, 30.0), Some(1));
/// assert_eq!(weapons[1].0, 0.0);
/// ```
#[inline]
pub fn strike_weapon(rolls: [u32; 2], weapons: &mut [Integrity], damage: f64) -> Option<usize> {
    let intact = weapons.iter().filter(|weapon| weapon.0 > 0.0).count() as u32;
    let drawn = pick(rolls[1], intact) as usize;
    let (index, weapon) = weapons.iter_mut().enumerate().filter(|(_, weapon)| weapon.0 > 0.0).nth(drawn)?;
    weapon.0 = (weapon.0 - damage).max(0.0);
    (weapon.0 == 0.0).then_some(index)
}

/// The longest range of the intact weapons, in tiles.
fn reach(ranges: &[Range], integrities: &[Integrity]) -> f64 {
    let intact = ranges.iter().zip(integrities).filter(|(_, integrity)| integrity.0 > 0.0);
    intact.fold(0.0, |longest, (range, _)| range.0.max(longest))
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
    let absorbed = shield.min(onto_shield);
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
pub fn recover(rules: Res<RuleBook>, mut battles: ResMut<Battles>, mut units: Query<Recovering>) {
    if !rules.0.regeneration {
        return;
    }
    let Some(((statuses, max_hulls, max_shields, hull_regens, shield_regens), (mut hulls, mut shields))) =
        columns(&mut units)
    else {
        return;
    };
    let (hulls, shields) = (&mut all(&mut hulls)[..statuses.len()], &mut all(&mut shields)[..statuses.len()]);
    even!(statuses.len(); max_hulls, max_shields, hull_regens, shield_regens);
    for battle in battles.running().filter(|battle| battle.regains) {
        for row in battle.rows(battle.units.clone()) {
            if statuses[row].in_battle() {
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
