//! Movement: all move at once, towards their targets or away from them.
//!
//! # Rule
//!
//! R-MOVE-1: in straight lines, on the positions at the start of the round, `speed` tiles at most, never
//! past the stop distance, never off the map. Static units do not move; with `movement` = false nobody does.
//!
//! R-MOVE-2 (doctrine): *charge* closes to contact (1 tile), or with `ranged_preference` and a range over 5 to
//! 90 % of the longest range of an intact weapon; *kite* (range over 5) backs off nearer than 50 % until 90 %,
//! stands up to 90 %, else closes to 90 %, and with a shorter range charges; *defend* stands unless the target
//! is within 20 tiles, then closes as charge does with speed − 1; *hold* stands. A unit's own directive goes
//! before its faction's doctrine.
//!
//! R-MOVE-3 (rout): a routing unit runs straight from its target at full speed; past the edge it has retreated:
//! alive, out of the battle, and nobody's to fire at in this round. It is last seen where its way, clamped to the map,
//! ends. R-MORALE-3: with a living hostile interdictor on the map when the phase begins nobody leaves it.
//!
//! # Formula
//!
//! With `d` the distance to the target and `s` the stop distance,
//!
//! ```text
//! closing:  step = min(speed, d − s) if d > s
//! backing:  step = −min(speed, s − d) if d < s
//! position += (target − position) · (step / d), clamped to the map
//! routing:  position −= (target − position) · (1 / d) · speed
//! ```
//!
//! Source: rule book §4. Worked example: speed 6 at 20 tiles with a stop at 18 moves 2.

use bevy_ecs::prelude::*;
use glam::DVec2;

use crate::ecs::components::{
    NOBODY, Reach, Side, Speed, Stance, Status, Target, TargetDistance, Traits, X, Y, all, columns,
};
use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battle, Battles, RuleBook, Scratch};
use crate::ecs::workers::Workers;
use crate::rules::Rules;

/// Adds this file's systems.
pub fn register(round: &mut Round, profile: &Profile) {
    round.add(Phase::Movement, profile.timed(advance));
}

/// What movement reads and writes.
type Movers = (
    (&'static Side, &'static Traits, &'static Stance, &'static Speed, &'static Reach, &'static Target),
    (&'static mut Status, &'static mut X, &'static mut Y, &'static mut TargetDistance),
);

/// R-MOVE-1 and R-MOVE-3 for every unit; then the distances that the volley is fired at.
pub fn advance(
    rules: Res<RuleBook>,
    workers: Res<Workers>,
    mut battles: ResMut<Battles>,
    mut scratch: ResMut<Scratch>,
    mut units: Query<Movers>,
) {
    let Some((
        (sides, traits, stances, speeds, reaches, targets),
        (mut statuses, mut xs, mut ys, mut distances),
    )) = columns(&mut units)
    else {
        return;
    };
    let (statuses, xs, ys, distances) = (all(&mut statuses), all(&mut xs), all(&mut ys), all(&mut distances));
    for battle in battles.running() {
        let rows = battle.units.clone();
        let start = rows.start;
        let place = |row: usize| DVec2::new(xs[start + row].0, ys[start + row].0);
        let Scratch { moved, held, .. } = &mut *scratch;
        hold(held, battle, rows.clone().map(|row| (sides[row], statuses[row], traits[row])));
        moved.resize(rows.len(), DVec2::ZERO);
        workers.fill(moved, |first, block| {
            for (row, moved) in (first..).zip(block) {
                let (unit, target) = (start + row, targets[start + row].0);
                *moved = place(row);
                if target == NOBODY || !statuses[unit].on_map() || !rules.0.movement {
                    continue;
                }
                let way = place(target as usize) - *moved;
                if statuses[unit] == Status::ROUTING {
                    *moved += flight(way, speeds[unit].0);
                    continue;
                }
                let distance = way.length();
                let mover = Mover {
                    stance: stances[unit],
                    traits: traits[unit],
                    speed: speeds[unit].0,
                    reach: reaches[unit].0,
                };
                let step = mover.step(distance, &rules.0);
                if step != 0.0 && distance > 0.0 {
                    *moved = (*moved + way * (step / distance)).clamp(DVec2::ZERO, DVec2::splat(battle.map));
                }
            }
        });
        let edge = DVec2::splat(battle.map);
        for (row, moved) in rows.clone().zip(moved.iter_mut()) {
            let inside = moved.clamp(DVec2::ZERO, edge);
            if inside != *moved && !held[usize::from(sides[row].0)] {
                statuses[row] = Status::RETREATED;
            }
            *moved = inside;
            (xs[row].0, ys[row].0) = (moved.x, moved.y);
        }
        workers.fill(&mut distances[rows], |first, block| {
            for (row, distance) in (first..).zip(block) {
                distance.0 = match targets[start + row].0 {
                    NOBODY => f64::INFINITY,
                    target => moved[row].distance(moved[target as usize]),
                };
            }
        });
    }
}

/// R-MORALE-3: the sides that a living hostile interdictor holds on the map.
fn hold(held: &mut Vec<bool>, battle: &Battle, units: impl Iterator<Item = (Side, Status, Traits)>) {
    held.clear();
    held.resize(battle.sides.len(), false);
    for (side, status, traits) in units {
        if traits.has(Traits::INTERDICTOR) && status.on_map() {
            for (enemy, held) in held.iter_mut().enumerate() {
                *held |= battle.hostile.hostile(usize::from(side.0), enemy);
            }
        }
    }
}

/// R-MOVE-3: the way of a routing unit whose target lies in the direction of `way`; on top of its target it
/// runs west.
///
/// ```
/// # use multi_universe_core::systems::movement::flight;
/// # use glam::DVec2;
/// assert_eq!(flight(DVec2::new(0.0, 3.0), 6.0), DVec2::new(0.0, -6.0));
/// ```
pub fn flight(way: DVec2, speed: f64) -> DVec2 {
    -way.try_normalize().unwrap_or(DVec2::X) * speed
}

/// What decides how far a unit moves.
#[derive(Clone, Copy, Debug)]
pub struct Mover {
    /// Its directive, or its faction's doctrine.
    pub stance: Stance,
    /// What it is.
    pub traits: Traits,
    /// Tiles per round.
    pub speed: f64,
    /// The longest range of its intact weapons, in tiles.
    pub reach: f64,
}

impl Mover {
    /// R-MOVE-2: tiles towards a target at this distance; negative: away from it.
    ///
    /// ```
    /// # use multi_universe_core::{Rules, ecs::components::{Stance, Traits}, systems::movement::Mover};
    /// let rules = Rules::default();
    /// let ship = Mover { stance: Stance::CHARGE, traits: Traits(Traits::RANGED), speed: 6.0, reach: 20.0 };
    /// assert_eq!(ship.step(20.0, &rules), 2.0);
    /// let kite = Mover { stance: Stance::KITE, traits: Traits(0), ..ship };
    /// assert_eq!([8.0, 12.0, 40.0].map(|distance| kite.step(distance, &rules)), [-6.0, 0.0, 6.0]);
    /// ```
    #[inline]
    pub fn step(self, distance: f64, rules: &Rules) -> f64 {
        if self.traits.has(Traits::STATIC) {
            return 0.0;
        }
        let far = rules.kite_far * self.reach;
        let reaches = self.reach > rules.short_range;
        let stop = if reaches && self.traits.has(Traits::RANGED) { far } else { rules.contact_distance };
        match self.stance {
            Stance::KITE if reaches && distance < rules.kite_near * self.reach => {
                -self.speed.min((far - distance).max(0.0))
            }
            Stance::KITE if reaches => close(distance, far, self.speed),
            Stance::CHARGE | Stance::KITE => close(distance, stop, self.speed),
            Stance::DEFEND if distance <= rules.defend_distance => {
                close(distance, stop, (self.speed - rules.defend_slowdown).max(0.0))
            }
            _ => 0.0,
        }
    }
}

/// Tiles towards a target, to the stop distance at most.
fn close(distance: f64, stop: f64, speed: f64) -> f64 {
    speed.min((distance - stop).max(0.0))
}
