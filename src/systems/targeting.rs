//! Targeting: every unit chooses the nearest enemy.
//!
//! # Rule
//!
//! R-TARGET-1: the target of a unit is the living, deployed, hostile unit with the smallest weighted
//! distance: distance × `static_weight` (5) if the target is static, else × 1; between equals the lower id.
//! It is chosen anew each round on the positions at the round's start (`retarget` = "each_round"), or kept while it is on
//! the map ("when_lost"). A shooter whose target fell to an earlier volley of the round (R-SHOOT-1) chooses anew then.
//!
//! R-TARGET-2 (split fire): a weapon of a massive unit whose range does not reach the unit's target fires at the nearest
//! hostile unit within its own range: the true distance after movement counts, then the lower id.
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

use crate::ecs::components::{
    FirstMount, Integrity, Mounts, NOBODY, Range, Side, Status, Target, TargetDistance, Traits, X, Y, all,
    columns, even,
};
use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battle, Battles, RuleBook, Scratch, Split, Volley};
use crate::ecs::simd::{Level, kernel};
use crate::ecs::space::{BLOCK, Lines, Nearest};
use crate::ecs::workers::Workers;
use crate::rules::{Retarget, Rules};

/// Adds this file's systems.
pub fn register(round: &mut Round, profile: &Profile) {
    round.add(Phase::Targeting, profile.timed(choose));
    round.add(Phase::Redirect, profile.timed(redirect));
}

/// R-TARGET-1 for every living unit of every running battle.
pub fn choose(
    rules: Res<RuleBook>,
    workers: Res<Workers>,
    level: Res<Level>,
    mut battles: ResMut<Battles>,
    mut scratch: ResMut<Scratch>,
    mut units: Query<(&Side, &Status, &Traits, &X, &Y, &mut Target)>,
) {
    let Some((sides, statuses, traits, xs, ys, mut targets)) = columns(&mut units) else { return };
    let targets = all(&mut targets);
    for battle in battles.running() {
        let rows = battle.units.clone();
        let field = Field::of(battle, (sides, statuses, traits, xs, ys));
        let Scratch { lines, found, .. } = &mut *scratch;
        field.line_up(battle, lines);
        found.clear();
        found.resize(lines.rows().len(), NOBODY);
        let targets = &mut targets[rows];
        let search = Search { field, lines, last: targets, battle };
        workers.fill(found, |first, block| choose_some(*level, &search, first, block, &rules.0));
        targets.fill(Target(NOBODY));
        for (&row, &target) in lines.rows().iter().zip(&*found) {
            if row != NOBODY {
                targets[row as usize].0 = target;
            }
        }
    }
}

/// The search of a battle's targets: where all stand, and whom they had.
struct Search<'a> {
    field: Field<'a>,
    lines: &'a Lines,
    last: &'a [Target],
    battle: &'a Battle,
}

kernel! {
    /// R-TARGET-1 for the units in the lines' places from `first` on, which begins a block.
    fn choose_some(search: &Search<'_>, first: usize, found: &mut [u32], rules: &Rules) {
        let &Search { field, lines, last, battle } = search;
        for (place, found) in (first..).step_by(BLOCK).zip(found.chunks_mut(BLOCK)) {
            let rows = &lines.rows()[place..place + found.len()];
            let mut seekers = lines.seekers(place);
            if lines.are_long() {
                for (lane, &row) in rows.iter().enumerate() {
                    if let Some((key, target)) = field.last_key(row, last, rules) {
                        seekers.offer(lane, key, target);
                    }
                }
            }
            for enemy in enemies(battle, lines.line_at(place) / 2) {
                lines.search_together(2 * enemy, weight(false, rules), &mut seekers);
                lines.search_together(2 * enemy + 1, weight(true, rules), &mut seekers);
            }
            for (lane, found) in found.iter_mut().enumerate() {
                *found = seekers.best(lane).row;
            }
            if rules.retarget == Retarget::WhenLost {
                for (found, &row) in found.iter_mut().zip(rows).filter(|&(_, &row)| field.keeps(row, last)) {
                    *found = last[row as usize].0;
                }
            }
        }
    }
}

/// What redirection reads and writes of units.
type Redirected = (
    (&'static Side, &'static Status, &'static Traits, &'static X, &'static Y),
    (&'static FirstMount, &'static Mounts),
    (&'static mut Target, &'static mut TargetDistance),
);

/// R-SHOOT-1, R-TARGET-2: before a volley, who lost its target to an earlier one chooses anew, and the weapons of massive
/// units that do not reach their unit's target get one of their own.
pub fn redirect(
    rules: Res<RuleBook>,
    mut battles: ResMut<Battles>,
    mut scratch: ResMut<Scratch>,
    mut volley: ResMut<Volley>,
    mut units: Query<Redirected>,
    mut mounts: Query<(&Range, &Integrity)>,
) {
    volley.splits.clear();
    let Some((seen, (firsts, counts), (mut targets, mut distances))) = columns(&mut units) else { return };
    let Some((ranges, integrities)) = columns(&mut mounts) else { return };
    let (targets, distances) = (all(&mut targets), all(&mut distances));
    let later = volley.turn > 0;
    for battle in battles.running().filter(|battle| later || battle.has_massive) {
        let field = Field::of(battle, seen);
        let start = battle.units.start;
        let mut lined_up = false;
        for unit in battle.rows(battle.firing.clone()) {
            let row = unit - start;
            let loses = later && field.fell(targets[unit].0);
            let splits = field.traits[row].has(Traits::MASSIVE);
            if field.statuses[row] != Status::DEPLOYED || counts[unit].0 == 0 || !(loses || splits) {
                continue;
            }
            if !lined_up {
                field.line_up(battle, &mut scratch.lines);
                lined_up = true;
            }
            let lines = &scratch.lines;
            if loses {
                targets[unit].0 = field.nearest(row, lines, battle, &rules.0);
                distances[unit].0 = field.distance(row, targets[unit].0);
            }
            if splits {
                let target = field.truly_nearest(row, lines, battle);
                let distance = field.distance(row, target);
                let first = battle.mounts.start + firsts[unit].0 as usize;
                let own = first..first + counts[unit].0 as usize;
                let intact = own.filter(|&mount| integrities[mount].0 > 0.0);
                let split = intact.filter(|&mount| beyond(distances[unit].0, distance, ranges[mount].0));
                volley.splits.extend(split.map(|mount| Split { mount, target, distance }));
            }
        }
    }
}

/// R-TARGET-2: whether a weapon of this range leaves its unit's target for the nearest unit.
///
/// ```
/// # use multi_universe_core::systems::targeting::beyond;
/// assert!(beyond(30.0, 10.0, 20.0));
/// assert!(!beyond(18.0, 10.0, 20.0) && !beyond(30.0, 25.0, 20.0));
/// ```
pub fn beyond(target: f64, nearest: f64, range: f64) -> bool {
    target > range && nearest <= range
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

/// A world's columns that targeting reads.
type Seen<'a> = (&'a [Side], &'a [Status], &'a [Traits], &'a [X], &'a [Y]);

impl<'a> Field<'a> {
    fn of(battle: &Battle, (sides, statuses, traits, xs, ys): Seen<'a>) -> Self {
        let rows = || battle.units.clone();
        let (sides, statuses, traits) = (&sides[rows()], &statuses[rows()], &traits[rows()]);
        let (xs, ys) = (&xs[rows()], &ys[rows()]);
        even!(sides.len(); statuses, traits, xs, ys);
        Self { sides, statuses, traits, xs, ys }
    }

    /// Lines up the units that are on the map.
    fn line_up(&self, battle: &Battle, lines: &mut Lines) {
        let count = 2 * battle.sides.len();
        let rows = battle.present.iter().copied().filter(|&row| self.statuses[row as usize].on_map());
        lines.fill(count, rows, |row| self.line(row as usize), |row| self.place(row as usize));
    }

    /// Whether a unit, if there is one, has a target that is on the map.
    fn keeps(&self, row: u32, last: &[Target]) -> bool {
        let target = last.get(row as usize).map_or(NOBODY, |target| target.0);
        target != NOBODY && self.statuses[target as usize].on_map()
    }

    /// How near a unit's last target is, and its row, if that is on the map.
    #[inline(always)]
    fn last_key(&self, row: u32, last: &[Target], rules: &Rules) -> Option<(f64, u32)> {
        self.keeps(row, last).then(|| {
            let target = last[row as usize].0;
            let ((x, y), (lx, ly)) = (self.place(row as usize), self.place(target as usize));
            (key(lx - x, ly - y, self.traits[target as usize].has(Traits::STATIC), rules), target)
        })
    }

    /// Whether a target was destroyed since it was chosen.
    fn fell(&self, target: u32) -> bool {
        target != NOBODY && self.statuses[target as usize] == Status::DESTROYED
    }

    /// The true distance to a target, in tiles; infinite to nobody.
    fn distance(&self, row: usize, target: u32) -> f64 {
        if target == NOBODY {
            return f64::INFINITY;
        }
        let ((x, y), (tx, ty)) = (self.place(row), self.place(target as usize));
        ((tx - x) * (tx - x) + (ty - y) * (ty - y)).sqrt()
    }

    /// R-TARGET-2: the hostile unit at the smallest true distance, or nobody.
    fn truly_nearest(&self, row: usize, lines: &Lines, battle: &Battle) -> u32 {
        let (x, y) = self.place(row);
        let mut best = Nearest::NONE;
        for enemy in enemies(battle, usize::from(self.sides[row].0)) {
            lines.search(2 * enemy, x, y, 1.0, &mut best);
            lines.search(2 * enemy + 1, x, y, 1.0, &mut best);
        }
        best.row
    }

    fn place(&self, row: usize) -> (f64, f64) {
        (self.xs[row].0, self.ys[row].0)
    }

    /// The line a unit stands in: those of a side that move, and those that do not.
    fn line(&self, row: usize) -> usize {
        2 * usize::from(self.sides[row].0) + usize::from(self.traits[row].has(Traits::STATIC))
    }

    /// R-TARGET-1: the target of a unit that is on the map, or nobody.
    fn nearest(&self, row: usize, lines: &Lines, battle: &Battle, rules: &Rules) -> u32 {
        let (x, y) = self.place(row);
        let mut best = Nearest::NONE;
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
