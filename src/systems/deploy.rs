//! Deployment: how large the map is, and where units stand before the first round.
//!
//! # Rule
//!
//! R-DEPLOY-1 (map): a square; by default its side comes from the number of units: under 20: 30 tiles,
//! under 60: 50, under 150: 80, else 100, and in space at least 80; above 10,000 units it grows so that the
//! density of units stays what it is at 10,000.
//!
//! R-DEPLOY-2 (places): a unit with a position keeps it, clamped to the map. The others deploy in ranks of
//! 20, 2 tiles apart, around their faction's centre, facing the map's centre: two factions at 10 % and 90 %
//! of the width, more on a circle of 40 % of the map's size, in order of name.
//!
//! A fleet's formation goes around that centre too: `fx` tiles ahead of it, `fy` to its left.
//!
//! R-DEPLOY-3 (reserves): at most `deploy_cap` (0: no cap) units of a faction stand on the map; the rest wait in reserve,
//! in order (fleet id, unit id), and enter at the start of a round as places become free, each at its own position or where
//! one of the first ranks stood: of a faction's units without a position, the k-th in that order has place k of the ranks,
//! modulo the number of those that stand there from the start. A faction with living reserves is not beaten.
//!
//! # Formula
//!
//! ```text
//! place(rank, file) = centre + s · ((ranks − 1)/2 − rank) · forward + s · (file − (files − 1)/2) · left
//! ```
//!
//! with `s` the spacing, `forward` the direction to the map's centre (a vector times 1 / its length; east without one) and
//! `left` that turned by a quarter; the last rank is centred on the files it has. The circle begins in the west and runs
//! counter-clockwise. A block of ranks deeper than a fifth of the map (240 units of a faction on 100 tiles) does not fit
//! there: its ranks widen to the width of the map, and if that is not enough its spacing shrinks so that it fills that fifth:
//!
//! ```text
//! if (ranks − 1) · s > 0.2 · map:   s = min(s, √(0.2 · map · map / units))   files = max(files, floor(map / s))
//! ```
//!
//! Source: rule book §2. Worked example: two units of the first of two factions on a map of 30 tiles stand at
//! (3, 14) and (3, 16).

use bevy_ecs::prelude::*;
use glam::DVec2;

use crate::ecs::components::{FleetSlot, FormationX, FormationY, Side, Status, X, Y, all, columns};
use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battle, Battles, RuleBook};
use crate::rules::Rules;

/// Adds this file's systems.
pub fn register(round: &mut Round, profile: &Profile) {
    round.add(Phase::Deploy, profile.timed(deploy));
}

/// What deployment reads and writes.
type Arrivals = (
    (&'static Side, &'static FleetSlot, &'static FormationX, &'static FormationY),
    (&'static mut Status, &'static mut X, &'static mut Y),
);

/// R-DEPLOY-2, R-DEPLOY-3: in a battle's first round units take their places; then reserves as places become free.
pub fn deploy(rules: Res<RuleBook>, mut battles: ResMut<Battles>, mut units: Query<Arrivals>) {
    let Some(((sides, fleets, ahead, aside), (mut statuses, mut xs, mut ys))) = columns(&mut units) else {
        return;
    };
    let (statuses, xs, ys) = (all(&mut statuses), all(&mut xs), all(&mut ys));
    let cap = rules.0.deploy_cap as usize;
    for battle in battles.running() {
        let rows = battle.units.clone();
        if battle.round > 1 || battle.deployed {
            if battle.reserves.iter().any(|reserve| !reserve.is_empty()) {
                reinforce(battle, cap, &sides[rows.clone()], &mut statuses[rows]);
            }
            continue;
        }
        let mut armies = vec![Vec::new(); battle.sides.len()];
        rows.clone().for_each(|row| armies[usize::from(sides[row].0)].push(row));
        for (side, army) in armies.iter_mut().enumerate() {
            army.sort_unstable_by_key(|&row| (fleets[row].0, row));
            let first = if cap == 0 { army.len() } else { cap.min(army.len()) };
            battle.reserves[side] =
                army[first..].iter().rev().map(|&row| (row - rows.start) as u32).collect();
            army[first..].iter().for_each(|&row| statuses[row] = Status::RESERVE);
            let in_ranks = |row: usize, xs: &[X], ys: &[Y]| {
                (xs[row].0.is_nan() || ys[row].0.is_nan()) && (ahead[row].0.is_nan() || aside[row].0.is_nan())
            };
            let ranked = army[..first].iter().filter(|&&row| in_ranks(row, xs, ys)).count();
            let block = Block::of(ranked.max(1), side, battle.sides.len(), battle.map, &rules.0);
            let mut index = 0;
            for &row in army.iter() {
                let place = if in_ranks(row, xs, ys) {
                    index += 1;
                    block.place((index - 1) % ranked.max(1))
                } else if xs[row].0.is_nan() || ys[row].0.is_nan() {
                    block.formation(ahead[row].0, aside[row].0)
                } else {
                    DVec2::new(xs[row].0, ys[row].0)
                };
                let place = place.clamp(DVec2::ZERO, DVec2::splat(battle.map));
                (xs[row].0, ys[row].0) = (place.x, place.y);
            }
        }
    }
}

/// R-DEPLOY-3: reserves enter while a side has fewer units on the map than the cap.
fn reinforce(battle: &mut Battle, cap: usize, sides: &[Side], statuses: &mut [Status]) {
    for (side, reserve) in battle.reserves.iter_mut().enumerate().filter(|(_, reserve)| !reserve.is_empty()) {
        let stands = |(unit, status): (&Side, &Status)| usize::from(unit.0) == side && status.on_map();
        let standing = sides.iter().zip(statuses.iter()).filter(|&unit| stands(unit)).count();
        for _ in standing..cap {
            let Some(row) = reserve.pop() else { break };
            statuses[row as usize] = Status::DEPLOYED;
        }
    }
}

/// R-DEPLOY-1: the side of the map, in tiles.
///
/// ```
/// # use multi_universe_core::{Rules, systems::deploy::map_size};
/// let rules = Rules::default();
/// assert_eq!([10, 59, 120, 5000].map(|units| map_size(units, false, &rules)), [30.0, 50.0, 80.0, 100.0]);
/// assert_eq!(map_size(10, true, &rules), 80.0);
/// assert_eq!(map_size(40_000, true, &rules), 200.0);
/// ```
pub fn map_size(units: usize, in_space: bool, rules: &Rules) -> f64 {
    if rules.map_size > 0.0 {
        return rules.map_size;
    }
    let size = match units {
        0..20 => 30.0,
        20..60 => 50.0,
        60..150 => 80.0,
        150..=10_000 => 100.0,
        _ => (units as f64).sqrt(),
    };
    if in_space { f64::max(size, rules.space_map_size) } else { size }
}

/// A faction's ranks.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    centre: DVec2,
    forward: DVec2,
    units: usize,
    files: usize,
    spacing: f64,
}

impl Block {
    /// The ranks of `units` units of faction `side` of `sides`, on a map of this size.
    ///
    /// ```
    /// # use multi_universe_core::{Rules, systems::deploy::Block};
    /// let block = Block::of(2, 0, 2, 30.0, &Rules::default());
    /// assert_eq!([block.place(0), block.place(1)].map(|p| (p.x, p.y)), [(3.0, 14.0), (3.0, 16.0)]);
    /// ```
    pub fn of(units: usize, side: usize, sides: usize, map: f64, rules: &Rules) -> Self {
        let middle = DVec2::splat(map / 2.0);
        let centre = if sides <= 2 {
            let share = if side == 0 { rules.deploy_edge } else { 1.0 - rules.deploy_edge };
            DVec2::new(share * map, middle.y)
        } else {
            middle - direction(side, sides) * (rules.deploy_circle * map)
        };
        let forward = (middle - centre).try_normalize().unwrap_or(DVec2::X);
        let (files, spacing) = files_and_spacing(units, map, rules);
        Self { centre, forward, units, files, spacing }
    }

    /// Where a unit of a formation stands that is `ahead` tiles before the centre and `aside` to its left.
    pub fn formation(&self, ahead: f64, aside: f64) -> DVec2 {
        self.centre + self.forward * ahead + self.forward.perp() * aside
    }

    /// Where the unit with this index stands, in tiles.
    pub fn place(&self, index: usize) -> DVec2 {
        let ranks = self.units.div_ceil(self.files);
        let (rank, file) = (index / self.files, index % self.files);
        let files = self.files.min(self.units - rank * self.files);
        let ahead = (ranks as f64 - 1.0) / 2.0 - rank as f64;
        let aside = file as f64 - (files as f64 - 1.0) / 2.0;
        self.centre + self.forward * (self.spacing * ahead) + self.forward.perp() * (self.spacing * aside)
    }
}

/// How many units stand in a rank, and how far apart.
fn files_and_spacing(units: usize, map: f64, rules: &Rules) -> (usize, f64) {
    let files = rules.rank_files as usize;
    let depth = 0.2 * map;
    let ranks = units.div_ceil(files);
    if units == 0 || (ranks - 1) as f64 * rules.rank_spacing <= depth {
        return (files, rules.rank_spacing);
    }
    let spacing = rules.rank_spacing.min((depth * map / units as f64).sqrt());
    (files.max((map / spacing) as usize), spacing)
}

/// The direction of the `index`-th of `count` points on a circle, from the east, counter-clockwise.
///
/// By Taylor's series to the ninth term on an eighth of the circle, mirrored at the diagonal and turned by quarters: the
/// same bits on every platform.
///
/// ```
/// # use multi_universe_core::systems::deploy::direction;
/// let d = direction(1, 3);
/// assert!((d.x + 0.5).abs() < 1e-15 && (d.y - 0.75_f64.sqrt()).abs() < 1e-15);
/// ```
pub fn direction(index: usize, count: usize) -> DVec2 {
    let quarters = 4.0 * index as f64 / count as f64;
    let (quarter, rest) = (quarters as usize % 4, quarters - quarters.floor());
    let eighth = DVec2::from(if rest <= 0.5 {
        taylor(rest * std::f64::consts::FRAC_PI_2)
    } else {
        let (cos, sin) = taylor((1.0 - rest) * std::f64::consts::FRAC_PI_2);
        (sin, cos)
    });
    (0..quarter).fold(eighth, |direction, _| direction.perp())
}

/// Cosine and sine of an angle up to π/4.
fn taylor(angle: f64) -> (f64, f64) {
    let square = angle * angle;
    let series = |first: u32| {
        // 1 − a²/(k(k+1)) · (1 − a²/((k+2)(k+3)) · (…)), from the inside out.
        (0..9).rev().fold(1.0, |inner, term| {
            let k = f64::from(first + 2 * term);
            1.0 - square / (k * (k + 1.0)) * inner
        })
    };
    (series(1), angle * series(2))
}
