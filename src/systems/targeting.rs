//! Targeting: every unit chooses the nearest enemy.
//!
//! # Rule
//!
//! R-TARGET-1: the target of a unit is the living, deployed, hostile unit with the smallest weighted
//! distance: distance × `static_weight` (5) if the target is static, else × 1; between equals the lower id.
//! It is chosen anew each round on the positions at the round's start.
//!
//! # Formula
//!
//! ```text
//! key = ((x₁ − x₀)² + (y₁ − y₀)²) · weight²          the least key wins, then the lower id
//! ```
//!
//! Source: rule book §3. Worked example: a static target at 3 tiles (key 225) is passed over for a ship at
//! 14 (key 196), and taken before one at 16 (key 256).
//!
//! Last round's target is the first candidate: its distance bounds the search and changes nothing else.

use bevy_ecs::prelude::*;

use crate::ecs::components::{NOBODY, Side, Status, Target, Traits, X, Y, all, columns};
use crate::ecs::phase::Phase;
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battle, Battles, RuleBook, Scratch};
use crate::ecs::space::{Lines, Nearest};
use crate::ecs::workers::Workers;
use crate::rules::Rules;

/// Adds this file's systems.
pub fn register(schedule: &mut Schedule, profile: &Profile) {
    schedule.add_systems(profile.timed(choose).in_set(Phase::Targeting));
}

/// R-TARGET-1 for every living unit of every running battle.
pub fn choose(
    rules: Res<RuleBook>,
    workers: Res<Workers>,
    mut battles: ResMut<Battles>,
    mut scratch: ResMut<Scratch>,
    mut units: Query<(&Side, &Status, &Traits, &X, &Y, &mut Target)>,
) {
    let Some((sides, statuses, traits, xs, ys, mut targets)) = columns(&mut units) else { return };
    let targets = all(&mut targets);
    for battle in battles.running() {
        let rows = battle.units.clone();
        let field = Field {
            sides: &sides[rows.clone()],
            statuses: &statuses[rows.clone()],
            traits: &traits[rows.clone()],
            xs: &xs[rows.clone()],
            ys: &ys[rows.clone()],
        };
        let lines = &mut scratch.lines;
        lines.fill(2 * battle.sides.len(), rows.len(), |row| field.line(row), |row| field.place(row));
        let (lines, battle) = (&*lines, &*battle);
        workers.fill(&mut targets[rows], |first, block| {
            for (row, target) in (first..).zip(block) {
                target.0 = field.nearest(row, target.0, lines, battle, &rules.0);
            }
        });
    }
}

/// R-TARGET-1: the squared weighted distance of a target.
///
/// ```
/// # use multi_universe_core::{Rules, systems::targeting::key};
/// let rules = Rules::default();
/// assert_eq!(key(3.0, 0.0, true, &rules), 225.0);
/// assert_eq!(key(14.0, 0.0, false, &rules), 196.0);
/// ```
#[inline(always)]
pub fn key(dx: f64, dy: f64, is_static: bool, rules: &Rules) -> f64 {
    (dx * dx + dy * dy) * weight(is_static, rules)
}

/// The weight of a squared distance.
fn weight(is_static: bool, rules: &Rules) -> f64 {
    if is_static { rules.static_weight * rules.static_weight } else { 1.0 }
}

/// The columns of one battle that targeting reads.
#[derive(Clone, Copy)]
struct Field<'a> {
    sides: &'a [Side],
    statuses: &'a [Status],
    traits: &'a [Traits],
    xs: &'a [X],
    ys: &'a [Y],
}

impl Field<'_> {
    fn place(&self, row: usize) -> (f64, f64) {
        (self.xs[row].0, self.ys[row].0)
    }

    /// The line a unit stands in: those of a side that move, and those that do not.
    fn line(&self, row: usize) -> Option<usize> {
        self.statuses[row]
            .on_map()
            .then(|| 2 * usize::from(self.sides[row].0) + usize::from(self.traits[row].has(Traits::STATIC)))
    }

    /// The target of a unit, or nobody.
    fn nearest(&self, row: usize, last: u32, lines: &Lines, battle: &Battle, rules: &Rules) -> u32 {
        if !self.statuses[row].on_map() {
            return NOBODY;
        }
        let (x, y) = self.place(row);
        let mut best = Nearest::NONE;
        if last != NOBODY && self.statuses[last as usize].on_map() {
            let (lx, ly) = self.place(last as usize);
            let is_static = self.traits[last as usize].has(Traits::STATIC);
            best.offer(key(lx - x, ly - y, is_static, rules), last);
        }
        for enemy in enemies(battle, usize::from(self.sides[row].0)) {
            lines.search(2 * enemy, x, y, weight(false, rules), &mut best);
            lines.search(2 * enemy + 1, x, y, weight(true, rules), &mut best);
        }
        best.row
    }
}

/// The sides hostile to a side.
fn enemies(battle: &Battle, side: usize) -> impl Iterator<Item = usize> + '_ {
    let words = battle.hostile.enemies(side).iter().enumerate();
    words.flat_map(|(index, &word)| {
        let rest = |bits: &u64| (bits & (bits - 1) != 0).then(|| bits & (bits - 1));
        let first = (word != 0).then_some(word);
        std::iter::successors(first, rest).map(move |bits| 64 * index + bits.trailing_zeros() as usize)
    })
}
