//! The volley: every weapon that can fire, fires, all at once; nobody is hurt yet.
//!
//! # Rule
//!
//! R-SHOOT-1 (who fires): every living, deployed, not routing unit fires each weapon that is intact, ready and in range of
//! its target, at the distance after movement, if that is still on the map. All fire of a volley is simultaneous; a round has one volley, or several
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
//! The rolls, R-SHOOT-3, are in [`crate::ecs::salvo`]: shots are worked out side by side, over all battles of the world. So
//! are, because it is cheap there, the rolls with which a shot may strike a weapon (R-DAMAGE-3) when it lands.

use bevy_ecs::prelude::*;

use crate::ecs::components::{
    Aim, ArmorSave, Attacks, Cooldown, Crits, Exposure, Field, FirstMount, Hits, Integrity, Mounts, NOBODY,
    Pierce, Power, Range, Ready, Shooter, Shots, Slot, Status, Suppression, Target, TargetDistance, Traits,
    UnitId, all, columns,
};
use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::protection::{mitigation, save};
use crate::ecs::resources::{Battle, Battles, RuleBook, Shot, Split, Volley};
use crate::ecs::roll::{Purpose, name};
use crate::ecs::salvo::{Each, LANES, Names, Salvo};
use crate::ecs::simd::{Level, at_least, at_most, kernel};
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

/// R-SHOOT-1: the fire of a volley, as shots that wait to land.
pub fn fire(
    rules: Res<RuleBook>,
    workers: Res<Workers>,
    level: Res<Level>,
    battles: Res<Battles>,
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
    let battery = Battery { who, what, carried, aims, powers, splits };
    for battle in &battles.0 {
        if battle.ending.is_none() {
            muster(*level, &battery, battle, ready, shots);
        }
        ends.push(shots.len());
    }
    workers.fill(shots, |first, block| roll(*level, &battery, first, block, &battles.0, ends, &rules.0));
    let mut first_shot = 0;
    for (battle, &end) in battles.0.iter().zip(&*ends) {
        for shot in &shots[first_shot..end] {
            let mount = battle.mounts.start + shot.mount as usize;
            ready[mount].0 = battle.round + 1 + powers.2[mount].0;
            fired[mount].0 += u64::from(shot.attacks);
            hits[mount].0 += u64::from(shot.hits);
            crits[mount].0 += u64::from(shot.crits);
        }
        first_shot = end;
    }
}

/// A unit's columns that say who fires at whom.
type Who<'a> = (&'a [UnitId], &'a [Status], &'a [Target], &'a [TargetDistance], &'a [Suppression]);
/// A unit's columns that say how well it fires and is protected.
type What<'a> = (&'a [Traits], &'a [Aim], &'a [Exposure], &'a [ArmorSave], &'a [Field]);
/// A unit's columns that say which mounts it has.
type Carried<'a> = (&'a [FirstMount], &'a [Mounts]);
/// A mount's columns that say how far and how often it fires.
type Aims<'a> = (&'a [Shooter], &'a [Slot], &'a [Range], &'a [Attacks]);
/// A mount's columns that say how hard it hits.
type Powers<'a> = (&'a [Power], &'a [Pierce], &'a [Cooldown], &'a [Integrity]);

/// The world's columns that the volley reads.
#[derive(Clone, Copy)]
struct Battery<'a> {
    who: Who<'a>,
    what: What<'a>,
    carried: Carried<'a>,
    aims: Aims<'a>,
    powers: Powers<'a>,
    splits: &'a [Split],
}

impl Battery<'_> {
    /// The same, the columns of units and those of mounts each cut to one length, as `even!` does.
    #[inline(always)]
    fn even(self) -> Self {
        let Self { who, what, carried, aims, powers, splits } = self;
        let (units, mounts) = (who.0.len(), aims.0.len());
        Self {
            who: (&who.0[..units], &who.1[..units], &who.2[..units], &who.3[..units], &who.4[..units]),
            what: (&what.0[..units], &what.1[..units], &what.2[..units], &what.3[..units], &what.4[..units]),
            carried: (&carried.0[..units], &carried.1[..units]),
            aims: (&aims.0[..mounts], &aims.1[..mounts], &aims.2[..mounts], &aims.3[..mounts]),
            powers: (&powers.0[..mounts], &powers.1[..mounts], &powers.2[..mounts], &powers.3[..mounts]),
            splits,
        }
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

    /// Fills a lane with what a shot is worked out from.
    #[inline(always)]
    fn load(&self, lanes: &mut Lanes, lane: usize, shot: &Shot, battle: &Battle, volume: f64) {
        let (units, mounts) = (battle.units.start, battle.mounts.start);
        let (unit, target) = (units + shot.shooter as usize, units + shot.target as usize);
        let mount = mounts + shot.mount as usize;
        lanes.aim[lane] = self.what.1[unit].0;
        lanes.distance[lane] = self.aim(mount, unit).1;
        lanes.suppression[lane] = self.who.4[unit].0;
        lanes.volume[lane] = volume;
        lanes.exposure[lane] = self.what.2[target].0;
        lanes.armor_save[lane] = self.what.3[target].0;
        lanes.field[lane] = self.what.4[target].0;
        lanes.pierce[lane] = self.powers.1[mount].0;
        lanes.power[lane] = self.powers.0[mount].0;
        lanes.target[lane] = self.what.0[target];
        lanes.shooter[lane] = self.what.0[unit];
        let name = name(Purpose::Volley, self.aims.1[mount].0, battle.round);
        lanes.names.set(lane, battle.key, self.who.0[unit].0 as u64, name);
        lanes.salvo.attacks[lane] = self.aims.3[mount].0;
    }
}

kernel! {
    /// R-SHOOT-1, R-SHOOT-5: the shots of a battle's volley, in order of (shooter, slot), not rolled yet.
    fn muster(battery: &Battery<'_>, battle: &Battle, ready: &[Ready], shots: &mut Vec<Shot>) {
        let battery = battery.even();
        let (units, mounts) = (battle.units.start, battle.mounts.start);
        let ready = &ready[..battery.aims.0.len()];
        // Every mount is written down, and the next one over it if it does not fire: who fires is hard to foretell.
        let (mut some, mut count) = ([Shot::default(); LANES], 0);
        for unit in battle.rows(battle.firing.clone()) {
            let target = battery.who.2[unit].0;
            if battery.who.1[unit] != Status::DEPLOYED || target == NOBODY {
                continue;
            }
            let first = mounts + battery.carried.0[unit].0 as usize;
            for mount in (first..).take(battery.carried.1[unit].0 as usize) {
                let (target, distance) = battery.aim(mount, unit);
                let fires = (battery.powers.3[mount].0 > 0.0)
                    & (ready[mount].0 <= battle.round)
                    & (distance <= battery.aims.2[mount].0)
                    & battery.who.1[units + target as usize].on_map();
                let shot = &mut some[count];
                (shot.mount, shot.shooter, shot.target) = ((mount - mounts) as u32, (unit - units) as u32, target);
                count += usize::from(fires);
                if count == LANES {
                    shots.extend_from_slice(&some);
                    count = 0;
                }
            }
        }
        shots.extend_from_slice(&some[..count]);
    }
}

kernel! {
    /// R-SHOOT-2 to R-SHOOT-4 for the shots from `first` on; those of battle `i` end at `ends[i]`.
    fn roll(
        battery: &Battery<'_>,
        first: usize,
        shots: &mut [Shot],
        battles: &[Battle],
        ends: &[usize],
        rules: &Rules,
    ) {
        let battery = battery.even();
        let mut lanes = Lanes::default();
        let mut index = ends.partition_point(|&end| end <= first);
        let begin = if index == 0 { 0 } else { ends[index - 1] };
        let mut bonus = ends.get(index).map_or(0.0, |end| volume(end - begin, rules));
        for (start, block) in (first..).step_by(LANES).zip(shots.chunks_mut(LANES)) {
            for (lane, shot) in block.iter().enumerate() {
                while ends[index] <= start + lane {
                    index += 1;
                    bonus = volume(ends[index] - ends[index - 1], rules);
                }
                battery.load(&mut lanes, lane, shot, &battles[index], bonus);
            }
            work(&mut lanes, rules);
            for (lane, shot) in block.iter_mut().enumerate() {
                shot.attacks = lanes.salvo.made[lane];
                shot.hits = lanes.salvo.hits[lane];
                shot.crits = lanes.salvo.crits[lane];
                shot.damage = lanes.damage[lane];
                shot.strike = lanes.strike[lane];
            }
        }
    }
}

/// Shots side by side: what they are worked out from, and what comes of them.
#[derive(Default)]
struct Lanes {
    aim: [f64; LANES],
    distance: [f64; LANES],
    suppression: [f64; LANES],
    volume: [f64; LANES],
    exposure: [f64; LANES],
    armor_save: [f64; LANES],
    field: [f64; LANES],
    pierce: [f64; LANES],
    power: [f64; LANES],
    target: [Traits; LANES],
    shooter: [Traits; LANES],
    names: Each,
    salvo: Salvo,
    damage: [f64; LANES],
    strike: [[u32; 2]; LANES],
}

/// R-SHOOT-2 to R-SHOOT-4 for all lanes.
#[inline(always)]
fn work(lanes: &mut Lanes, rules: &Rules) {
    for lane in 0..LANES {
        let skill = skill(lanes.aim[lane], lanes.distance[lane], lanes.suppression[lane], rules);
        lanes.salvo.hit[lane] = hit_chance(skill, lanes.volume[lane], lanes.exposure[lane], rules);
        lanes.salvo.crit[lane] = crit_chance(skill, rules);
    }
    lanes.salvo.roll(&lanes.names);
    for lane in 0..LANES {
        let save = save(lanes.armor_save[lane], lanes.pierce[lane], rules);
        let per_hit = damage_per_hit(lanes.power[lane], mitigation(save, lanes.field[lane], rules), rules);
        let (hits, crits) = (lanes.salvo.hits[lane], lanes.salvo.crits[lane]);
        lanes.damage[lane] = damage(hits, crits, per_hit, lanes.target[lane], lanes.shooter[lane], rules);
    }
    // What two names of the same weapon and round differ in.
    let other = name(Purpose::Volley, 0, 0) ^ name(Purpose::Hardpoint, 0, 0);
    for lane in 0..LANES {
        let (key, unit, volley) = lanes.names.of(lane);
        let block = key.named_block(unit, volley ^ other);
        lanes.strike[lane] = [block[0], block[1]];
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
    at_least(aim - far - suppressed, rules.skill_floor)
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

/// R-SHOOT-2: what the fire of so many weapons in one volley adds to the chance of each.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::volume};
/// assert_eq!([3, 5000].map(|weapons| volume(weapons, &Rules::default())), [0.003, 0.2]);
/// ```
#[inline(always)]
pub fn volume(weapons: usize, rules: &Rules) -> f64 {
    (weapons as f64 * rules.volume_per_weapon).min(rules.volume_cap)
}

/// R-SHOOT-2: the chance that an attack hits.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::hit_chance};
/// assert!((hit_chance(55.0, 0.003, 0.85, &Rules::default()) - 0.47005).abs() < 1e-12);
/// ```
#[inline(always)]
pub fn hit_chance(skill: f64, volume: f64, exposure: f64, rules: &Rules) -> f64 {
    at_most(at_least((skill / 100.0 + volume) * exposure, rules.hit_floor), rules.hit_ceiling)
}

/// R-SHOOT-3: the chance that a hit is a crit.
///
/// ```
/// # use multi_universe_core::{Rules, systems::shooting::crit_chance};
/// assert_eq!(crit_chance(50.0, &Rules::default()), 0.1);
/// ```
#[inline(always)]
pub fn crit_chance(skill: f64, rules: &Rules) -> f64 {
    at_most(rules.crit_skill / skill, 1.0)
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
    at_least(power * (1.0 - mitigation), rules.damage_floor)
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
