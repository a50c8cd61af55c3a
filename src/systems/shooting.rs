//! The volley: every weapon that can fire, fires, all at once; nobody is hurt yet.
//!
//! # Rule
//!
//! R-SHOOT-1 (who fires): every living, deployed, not routing unit fires each weapon that is intact, ready and in range of
//! its target, at the distance after movement. All fire of a volley is simultaneous; a round has one volley, or several
//! (`systems/volleys.rs`).
//!
//! R-SHOOT-2 (hit chance), R-SHOOT-3 (hits and crits), R-SHOOT-4 (mitigation), R-SHOOT-5 (cooldown): below.
//!
//! # Formula
//!
//! In percent until the last line; `n` is the number of weapons that fire in this volley.
//!
//! ```text
//! skill      = max(15, bs + 5 + (−10 if distance > 50) + (−10 if suppressed) + trunc((accuracy_mult − 1) · 100))
//! volume     = min(0.20, n / 1000)
//! p_hit      = clamp((skill/100 + volume) · (1 − 0.5 · md/100), 0.05, 0.95)
//! hits       ~ Binomial(attacks, p_hit)          crits ~ Binomial(hits, min(1, 5/skill))
//! save       = clamp(7 − floor(armor/10) + floor((ap + ap_bonus)/10) − (1 if target in cover), 2, 6)
//! mitigation = min(0.95, max((6 − save)/6, (6 − invuln)/6))
//! per_hit    = max(1, strength · 10 · damage_dice · damage_mult · (1 − mitigation))
//! damage     = (hits + 0.5 · crits) · per_hit · (0.5 if target is a fortress) · (2.5 if the shooter is a ground unit)
//! ```
//!
//! Source: rule book §5. Worked example: bs 50, distance 10, md 30, 3 weapons in the volley, attacks 2, strength 6,
//! ap 10, armor 20, invuln 7, a ship: skill 55, p_hit 0.47005, crit chance 1/11, save 6, mitigation 0, per_hit 60;
//! expected damage 58.97.
//!
//! # Rolls
//!
//! A weapon's words for a round, in order: if `attacks` has a fraction, one word decides on the attack more;
//! then up to 32 attacks take a word each, which decides between crit, hit and miss; more attacks take the
//! words of [`binomial`] for the hits, then for the crits.

use bevy_ecs::prelude::*;

use crate::ecs::components::{
    Aim, ArmorSave, Attacks, Cooldown, Crits, Exposure, Field, FirstMount, Hits, Integrity, Mounts, NOBODY,
    Pierce, Power, Range, Ready, Shooter, Shots, Slot, Status, Suppression, Target, TargetDistance, Traits,
    UnitId, all, columns,
};
use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battle, Battles, RuleBook, Shot, Split, Volley};
use crate::ecs::roll::{Purpose, SINGLE_TRIALS, Stream, binomial, threshold};
use crate::ecs::workers::Workers;
use crate::rules::Rules;

/// Adds this file's systems.
pub fn register(round: &mut Round, profile: &Profile) {
    round.add(Phase::Shooting, profile.timed(fire));
}

/// What the volley reads of units.
type Shooters = (
    (&'static UnitId, &'static Status, &'static Target, &'static TargetDistance, &'static Suppression),
    (&'static Traits, &'static Aim, &'static Exposure, &'static ArmorSave, &'static Field),
    (&'static FirstMount, &'static Mounts),
);

/// What the volley reads and writes of mounts.
type Guns = (
    (&'static Shooter, &'static Slot, &'static Range, &'static Attacks),
    (&'static Power, &'static Pierce, &'static Cooldown, &'static Integrity),
    (&'static mut Ready, &'static mut Shots, &'static mut Hits, &'static mut Crits),
);

/// R-SHOOT-1: the fire of a round, as shots that wait to land.
pub fn fire(
    rules: Res<RuleBook>,
    workers: Res<Workers>,
    mut battles: ResMut<Battles>,
    mut volley: ResMut<Volley>,
    mut units: Query<Shooters>,
    mut mounts: Query<Guns>,
) {
    let Volley { shots, ends, splits, .. } = &mut *volley;
    shots.clear();
    ends.clear();
    let Some((who, what, carried)) = columns(&mut units) else { return };
    let Some((aims, powers, (mut ready, mut fired, mut hits, mut crits))) = columns(&mut mounts) else {
        return;
    };
    let (ready, fired, hits, crits) = (all(&mut ready), all(&mut fired), all(&mut hits), all(&mut crits));
    for battle in battles.running() {
        let guns = Battery {
            who,
            what,
            aims,
            powers,
            splits,
            first_unit: battle.units.start,
            first_mount: battle.mounts.start,
        };
        let first_shot = shots.len();
        let able =
            mounts_of(battle, carried).filter_map(|mount| guns.shot(mount, ready[mount].0, battle.round));
        shots.extend(able);
        let weapons = shots.len() - first_shot;
        workers.fill(&mut shots[first_shot..], |_, block| {
            for shot in block {
                guns.roll(shot, weapons, battle, &rules.0);
            }
        });
        for shot in &shots[first_shot..] {
            let mount = guns.first_mount + shot.mount as usize;
            ready[mount].0 = battle.round + 1 + powers.2[mount].0;
            fired[mount].0 += u64::from(shot.attacks);
            hits[mount].0 += u64::from(shot.hits);
            crits[mount].0 += u64::from(shot.crits);
        }
        ends.push(shots.len());
    }
}

/// The mounts of the units that fire in this volley: they follow each other as the units do.
fn mounts_of(battle: &Battle, (firsts, counts): (&[FirstMount], &[Mounts])) -> std::ops::Range<usize> {
    if battle.firing.is_empty() {
        return 0..0;
    }
    let (first, last) = (battle.firing.start, battle.firing.end - 1);
    let start = battle.mounts.start;
    start + firsts[first].0 as usize..start + (firsts[last].0 + counts[last].0) as usize
}

/// A unit's columns that say who fires at whom.
type Who<'a> = (&'a [UnitId], &'a [Status], &'a [Target], &'a [TargetDistance], &'a [Suppression]);
/// A unit's columns that say how well it fires and is protected.
type What<'a> = (&'a [Traits], &'a [Aim], &'a [Exposure], &'a [ArmorSave], &'a [Field]);
/// A mount's columns that say how far and how often it fires.
type Aims<'a> = (&'a [Shooter], &'a [Slot], &'a [Range], &'a [Attacks]);
/// A mount's columns that say how hard it hits.
type Powers<'a> = (&'a [Power], &'a [Pierce], &'a [Cooldown], &'a [Integrity]);

/// The columns of one battle that the volley reads.
#[derive(Clone, Copy)]
struct Battery<'a> {
    who: Who<'a>,
    what: What<'a>,
    aims: Aims<'a>,
    powers: Powers<'a>,
    splits: &'a [Split],
    first_unit: usize,
    first_mount: usize,
}

impl Battery<'_> {
    /// R-SHOOT-1, R-SHOOT-5: the shot of a mount, if it fires in this round.
    #[inline(always)]
    fn shot(&self, mount: usize, ready: u32, round: u32) -> Option<Shot> {
        let shooter = self.aims.0[mount].0;
        let unit = self.first_unit + shooter as usize;
        let (target, distance) = self.aim(mount, unit);
        let fires = self.who.1[unit] == Status::DEPLOYED
            && target != NOBODY
            && self.who.1[self.first_unit + target as usize].on_map()
            && self.powers.3[mount].0 > 0.0
            && ready <= round
            && distance <= self.aims.2[mount].0;
        fires.then(|| Shot { mount: (mount - self.first_mount) as u32, shooter, target, ..Shot::default() })
    }

    /// Whom a mount fires at, and at what distance: its unit's target, or its own (R-TARGET-2).
    #[inline(always)]
    fn aim(&self, mount: usize, unit: usize) -> (u32, f64) {
        if !self.splits.is_empty()
            && let Ok(index) = self.splits.binary_search_by_key(&mount, |split| split.mount)
        {
            return (self.splits[index].target, self.splits[index].distance);
        }
        (self.who.2[unit].0, self.who.3[unit].0)
    }

    /// R-SHOOT-2 to R-SHOOT-4 for one shot.
    #[inline(always)]
    fn roll(&self, shot: &mut Shot, weapons: usize, battle: &Battle, rules: &Rules) {
        let unit = self.first_unit + shot.shooter as usize;
        let target = self.first_unit + shot.target as usize;
        let mount = self.first_mount + shot.mount as usize;
        let distance = self.aim(mount, unit).1;
        let skill = skill(self.what.1[unit].0, distance, self.who.4[unit].0, rules);
        let hit = hit_chance(skill, weapons, self.what.2[target].0, rules);
        let mut rolls =
            battle.key.stream(self.who.0[unit].0, Purpose::Volley, self.aims.1[mount].0, battle.round);
        (shot.attacks, shot.hits, shot.crits) =
            hits_and_crits(&mut rolls, self.aims.3[mount].0, hit, crit_chance(skill, rules));
        let mitigation = mitigation(
            save(self.what.3[target].0, self.powers.1[mount].0, rules),
            self.what.4[target].0,
            rules,
        );
        let per_hit = damage_per_hit(self.powers.0[mount].0, mitigation, rules);
        shot.damage = damage(shot.hits, shot.crits, per_hit, self.what.0[target], self.what.0[unit], rules);
    }
}

/// R-SHOOT-2: a shooter's skill before distance and suppression, in percent.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::aim};
/// assert_eq!(aim(50.0, 1.259, &Rules::default()), 80.0);
/// ```
#[inline(always)]
pub fn aim(bs: f64, accuracy_mult: f64, rules: &Rules) -> f64 {
    bs + rules.skill_bonus + ((accuracy_mult - 1.0) * 100.0).trunc()
}

/// R-SHOOT-2: a shooter's skill, in percent.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::skill};
/// let rules = Rules::default();
/// assert_eq!(skill(55.0, 10.0, 0.0, &rules), 55.0);
/// assert_eq!(skill(55.0, 50.1, 25.0, &rules), 35.0);
/// assert_eq!(skill(5.0, 10.0, 0.0, &rules), 15.0);
/// ```
#[inline(always)]
pub fn skill(aim: f64, distance: f64, suppression: f64, rules: &Rules) -> f64 {
    let far = if distance > rules.long_distance { rules.long_penalty } else { 0.0 };
    let suppressed = if suppression >= rules.suppressed_at { rules.suppressed_penalty } else { 0.0 };
    (aim - far - suppressed).max(rules.skill_floor)
}

/// R-SHOOT-2: the share of hit chance that a target's defence leaves.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::exposure};
/// assert_eq!(exposure(30.0, &Rules::default()), 0.85);
/// ```
#[inline(always)]
pub fn exposure(md: f64, rules: &Rules) -> f64 {
    1.0 - rules.defence_share * md / 100.0
}

/// R-SHOOT-2: the chance that an attack hits.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::hit_chance};
/// assert!((hit_chance(55.0, 3, 0.85, &Rules::default()) - 0.47005).abs() < 1e-12);
/// ```
#[inline(always)]
pub fn hit_chance(skill: f64, weapons: usize, exposure: f64, rules: &Rules) -> f64 {
    let volume = (weapons as f64 * rules.volume_per_weapon).min(rules.volume_cap);
    ((skill / 100.0 + volume) * exposure).clamp(rules.hit_floor, rules.hit_ceiling)
}

/// R-SHOOT-3: the chance that a hit is a crit.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::crit_chance};
/// assert_eq!(crit_chance(50.0, &Rules::default()), 0.1);
/// ```
#[inline(always)]
pub fn crit_chance(skill: f64, rules: &Rules) -> f64 {
    (rules.crit_skill / skill).min(1.0)
}

/// R-SHOOT-3: attacks made, hits among them, crits among those.
///
/// ```
/// # use multi_universe_core::{ecs::roll::{Purpose, RollKey}, systems::shooting::hits_and_crits};
/// let mut rolls = RollKey::new(1, 0).stream(7, Purpose::Volley, 0, 1);
/// let (attacks, hits, crits) = hits_and_crits(&mut rolls, 2.5, 0.95, 0.5);
/// assert!((2..=3).contains(&attacks) && hits <= attacks && crits <= hits);
/// ```
#[inline(always)]
pub fn hits_and_crits(rolls: &mut Stream, attacks: f64, hit: f64, crit: f64) -> (u32, u32, u32) {
    let mut made = attacks as u32;
    let fraction = attacks - f64::from(made);
    if fraction > 0.0 {
        made += u32::from(u64::from(rolls.word()) < threshold(fraction));
    }
    let to_hit = threshold(hit);
    if made > SINGLE_TRIALS {
        let hits = binomial(rolls, made, to_hit);
        return (made, hits, binomial(rolls, hits, threshold(crit)));
    }
    let to_crit = (to_hit as f64 * crit + 0.5) as u64;
    let (mut hits, mut crits) = (0, 0);
    for _ in 0..made {
        let word = u64::from(rolls.word());
        hits += u32::from(word < to_hit);
        crits += u32::from(word < to_crit);
    }
    (made, hits, crits)
}

/// R-SHOOT-4: a target's save from armour and cover, before armour penetration.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::armor_save};
/// assert_eq!(armor_save(29.0, true, &Rules::default()), 4.0);
/// ```
#[inline(always)]
pub fn armor_save(armor: f64, cover: bool, rules: &Rules) -> f64 {
    rules.save_base - (armor / rules.armor_step).floor() - if cover { rules.cover_save } else { 0.0 }
}

/// R-SHOOT-4: the steps by which armour penetration worsens a save.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::pierce};
/// assert_eq!(pierce(10.0, 9.0, &Rules::default()), 1.0);
/// ```
#[inline(always)]
pub fn pierce(ap: f64, ap_bonus: f64, rules: &Rules) -> f64 {
    ((ap + ap_bonus) / rules.ap_step).floor()
}

/// R-SHOOT-4: the save against a weapon, 2 … 6.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::save};
/// assert_eq!(save(5.0, 3.0, &Rules::default()), 6.0);
/// ```
#[inline(always)]
pub fn save(armor_save: f64, pierce: f64, rules: &Rules) -> f64 {
    (armor_save + pierce).clamp(rules.save_best, 6.0)
}

/// R-SHOOT-4: the mitigation of an invulnerable save.
///
/// ```
/// # use multi_universe_core::systems::shooting::field;
/// assert_eq!([field(7.0) < 0.0, field(3.0) == 0.5], [true, true]);
/// ```
#[inline(always)]
pub fn field(invuln: f64) -> f64 {
    (6.0 - invuln) / 6.0
}

/// R-SHOOT-4: the share of a hit that armour or field takes.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::{field, mitigation}};
/// let rules = Rules::default();
/// assert_eq!(mitigation(6.0, field(7.0), &rules), 0.0);
/// assert_eq!(mitigation(4.0, field(3.0), &rules), 0.5);
/// ```
#[inline(always)]
pub fn mitigation(save: f64, field: f64, rules: &Rules) -> f64 {
    ((6.0 - save) / 6.0).max(field).min(rules.mitigation_cap)
}

/// R-SHOOT-4: damage of a hit before mitigation, in points.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::power};
/// assert_eq!(power(6.0, 1.0, 1.0, &Rules::default()), 60.0);
/// ```
#[inline(always)]
pub fn power(strength: f64, damage_dice: f64, damage_mult: f64, rules: &Rules) -> f64 {
    strength * rules.strength_damage * damage_dice * damage_mult
}

/// R-SHOOT-4: damage of a hit, in points.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::damage_per_hit};
/// assert_eq!(damage_per_hit(60.0, 0.5, &Rules::default()), 30.0);
/// assert_eq!(damage_per_hit(0.0, 0.5, &Rules::default()), 1.0);
/// ```
#[inline(always)]
pub fn damage_per_hit(power: f64, mitigation: f64, rules: &Rules) -> f64 {
    (power * (1.0 - mitigation)).max(rules.damage_floor)
}

/// R-SHOOT-4: damage of a shot, in points.
///
/// ```
/// # use multi_universe_core::{Rules, ecs::components::Traits, systems::shooting::damage};
/// let (plain, rules) = (Traits(0), Rules::default());
/// assert_eq!(damage(2, 1, 60.0, plain, plain, &rules), 150.0);
/// assert_eq!(damage(2, 1, 60.0, Traits(Traits::FORTRESS), Traits(Traits::GROUND), &rules), 187.5);
/// ```
#[inline(always)]
pub fn damage(hits: u32, crits: u32, per_hit: f64, target: Traits, shooter: Traits, rules: &Rules) -> f64 {
    let blows = f64::from(hits) + rules.crit_bonus * f64::from(crits);
    let fortress = if target.has(Traits::FORTRESS) { rules.fortress_factor } else { 1.0 };
    let ground = if shooter.has(Traits::GROUND) { rules.ground_factor } else { 1.0 };
    blows * per_hit * fortress * ground
}
