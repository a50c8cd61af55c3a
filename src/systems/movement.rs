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
    NOBODY, Reach, Side, Speed, Stance, Status, Target, TargetDistance, Traits, X, Y, all, columns, even,
};
use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battle, Battles, RuleBook, Scratch};
use crate::ecs::simd::{Level, kernel};
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
    level: Res<Level>,
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
        let rows = || battle.units.clone();
        let (statuses, xs, ys) = (&mut statuses[rows()], &mut xs[rows()], &mut ys[rows()]);
        let (sides, traits, targets, distances) =
            (&sides[rows()], &traits[rows()], &targets[rows()], &mut distances[rows()]);
        let Scratch { moved, apart, held, .. } = &mut *scratch;
        let present = battle.present.iter().map(|&row| row as usize);
        if battle.interdicts {
            hold(held, battle, present.clone().map(|row| (sides[row], statuses[row], traits[row])));
        }
        moved.resize(battle.present.len(), DVec2::ZERO);
        let march = March {
            battle,
            traits,
            stances: &stances[rows()],
            speeds: &speeds[rows()],
            reaches: &reaches[rows()],
            targets,
            statuses,
            xs,
            ys,
        };
        workers.fill(moved, |first, block| go(*level, &march, first, block, &rules.0));
        let edge = DVec2::splat(battle.map);
        for (row, moved) in present.clone().zip(&*moved) {
            let inside = moved.clamp(DVec2::ZERO, edge);
            if inside != *moved && !(battle.interdicts && held[usize::from(sides[row].0)]) {
                statuses[row] = Status::RETREATED;
            }
            (xs[row].0, ys[row].0) = (inside.x, inside.y);
        }
        apart.resize(battle.present.len(), 0.0);
        let span = Span { present: &battle.present, targets, xs, ys };
        workers.fill(apart, |first, block| measure(*level, &span, first, block));
        distances.fill(TargetDistance(f64::INFINITY));
        for (row, &apart) in present.zip(&*apart) {
            distances[row].0 = apart;
        }
    }
}

/// A battle's units before they move.
struct March<'a> {
    battle: &'a Battle,
    traits: &'a [Traits],
    stances: &'a [Stance],
    speeds: &'a [Speed],
    reaches: &'a [Reach],
    targets: &'a [Target],
    statuses: &'a [Status],
    xs: &'a [X],
    ys: &'a [Y],
}

/// Units that are moved together.
const LANES: usize = 16;

kernel! {
    /// R-MOVE-1 and R-MOVE-3: where the units from the `first` of those present on go.
    fn go(march: &March<'_>, first: usize, moved: &mut [DVec2], rules: &Rules) {
        let &March { battle, traits, stances, speeds, reaches, targets, statuses, xs, ys } = march;
        even!(traits.len(); stances, speeds, reaches, targets, statuses, xs, ys);
        let rows = &battle.present[first..first + moved.len()];
        for (rows, moved) in rows.chunks(LANES).zip(moved.chunks_mut(LANES)) {
            let mut orders = [Orders::STAY; LANES];
            let (mut x, mut y, mut way_x, mut way_y) = ([0.0; LANES], [0.0; LANES], [0.0; LANES], [0.0; LANES]);
            for (lane, row) in rows.iter().map(|&row| row as usize).enumerate() {
                (x[lane], y[lane]) = (xs[row].0, ys[row].0);
                let target = targets[row].0;
                if target != NOBODY && statuses[row].on_map() && rules.movement {
                    let target = target as usize;
                    (way_x[lane], way_y[lane]) = (xs[target].0 - x[lane], ys[target].0 - y[lane]);
                    let (stance, traits) = (stances[row], traits[row]);
                    let mover = Mover { stance, traits, speed: speeds[row].0, reach: reaches[row].0 };
                    orders[lane] = mover.orders(rules);
                }
            }
            let (mut to_x, mut to_y) = (x, y);
            for lane in 0..LANES {
                let distance = (way_x[lane] * way_x[lane] + way_y[lane] * way_y[lane]).sqrt();
                let step = orders[lane].step(distance);
                let share = step / distance;
                let moves = (step != 0.0) & (distance > 0.0);
                let inside = |to: f64| to.max(0.0).min(battle.map);
                to_x[lane] = if moves { inside(x[lane] + way_x[lane] * share) } else { x[lane] };
                to_y[lane] = if moves { inside(y[lane] + way_y[lane] * share) } else { y[lane] };
            }
            for (lane, (row, moved)) in rows.iter().zip(moved).enumerate() {
                let row = *row as usize;
                let runs = statuses[row] == Status::ROUTING && targets[row].0 != NOBODY && rules.movement;
                *moved = if runs {
                    let way = DVec2::new(way_x[lane], way_y[lane]);
                    DVec2::new(x[lane], y[lane]) + flight(way, speeds[row].0)
                } else {
                    DVec2::new(to_x[lane], to_y[lane])
                };
            }
        }
    }
}

/// Where a battle's units and their targets stand.
struct Span<'a> {
    present: &'a [u32],
    targets: &'a [Target],
    xs: &'a [X],
    ys: &'a [Y],
}

kernel! {
    /// The distances to their targets of the units from the `first` of those present on; infinite to nobody.
    fn measure(span: &Span<'_>, first: usize, apart: &mut [f64]) {
        let &Span { present, targets, xs, ys } = span;
        even!(targets.len(); xs, ys);
        let rows = &present[first..first + apart.len()];
        for (&row, apart) in rows.iter().zip(apart.iter_mut()) {
            let row = row as usize;
            *apart = match targets[row].0 as usize {
                target if target < xs.len() => {
                    let (dx, dy) = (xs[row].0 - xs[target].0, ys[row].0 - ys[target].0);
                    dx * dx + dy * dy
                }
                _ => f64::INFINITY,
            };
        }
        apart.iter_mut().for_each(|apart| *apart = apart.sqrt());
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
    /// R-MOVE-2: what a doctrine, a reach and a speed come to.
    ///
    /// ```
    /// # use multi_universe_core::{Rules, ecs::components::{Stance, Traits}, systems::movement::Mover};
    /// let rules = Rules::default();
    /// let ship = Mover { stance: Stance::CHARGE, traits: Traits(Traits::RANGED), speed: 6.0, reach: 20.0 };
    /// assert_eq!(ship.orders(&rules).step(20.0), 2.0);
    /// let kite = Mover { stance: Stance::KITE, traits: Traits(0), ..ship }.orders(&rules);
    /// assert_eq!([8.0, 12.0, 40.0].map(|distance| kite.step(distance)), [-6.0, 0.0, 6.0]);
    /// ```
    #[inline(always)]
    pub fn orders(self, rules: &Rules) -> Orders {
        if self.traits.has(Traits::STATIC) {
            return Orders::STAY;
        }
        let far = rules.kite_far * self.reach;
        let reaches = self.reach > rules.short_range;
        let stop = if reaches && self.traits.has(Traits::RANGED) { far } else { rules.contact_distance };
        let charge = Orders { back_below: 0.0, stop, close_to: f64::INFINITY, speed: self.speed };
        match self.stance {
            Stance::KITE if reaches => {
                Orders { back_below: rules.kite_near * self.reach, stop: far, ..charge }
            }
            Stance::CHARGE | Stance::KITE => charge,
            Stance::DEFEND => {
                let speed = (self.speed - rules.defend_slowdown).max(0.0);
                Orders { close_to: rules.defend_distance, speed, ..charge }
            }
            _ => Orders::STAY,
        }
    }
}

/// How far a unit moves at which distance from its target, in tiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orders {
    /// Nearer than this it backs off.
    pub back_below: f64,
    /// The distance to which it closes or backs off.
    pub stop: f64,
    /// Farther away than this it stands.
    pub close_to: f64,
    /// Tiles per round.
    pub speed: f64,
}

impl Orders {
    /// Stands at any distance.
    pub const STAY: Self = Self { back_below: 0.0, stop: 0.0, close_to: -1.0, speed: 0.0 };

    /// Tiles towards a target at this distance; negative: away from it. Without branches, so that many units can be moved
    /// at once.
    #[inline(always)]
    pub fn step(self, distance: f64) -> f64 {
        let closing = self.speed.min((distance - self.stop).max(0.0));
        let backing = -self.speed.min((self.stop - distance).max(0.0));
        let closing = if distance <= self.close_to { closing } else { 0.0 };
        if distance < self.back_below { backing } else { closing }
    }
}
