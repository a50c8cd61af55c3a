//! Victory: when a battle is over, and whose it is.
//!
//! # Rule
//!
//! R-VICTORY-1: victory when no two factions that still have living units, not routing, are hostile. The winner is the one of
//! them with the highest remaining cost, then by name. Nobody left: a draw.
//!
//! R-VICTORY-2: stalemate after 500 rounds without damage, or 300 without a kill; `max_rounds` ends a battle
//! likewise. Then a surviving defender wins (by name, if several); else the highest share of hull left, then
//! the highest total hull, then by name. The losers' units, those hostile to the winner, are marked routing.
//!
//! Source: rule book §9. Worked example: at the limit A has 50 of 100 points, B 90 of 300: A wins, with the
//! higher share; if B defends, B wins.

use std::cmp::Ordering;

use bevy_ecs::prelude::*;

use crate::ecs::components::{Side, Status, all, columns};
use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battle, Battles, Ending, Hostility, RuleBook, SideState};

/// Adds this file's systems.
pub fn register(round: &mut Round, profile: &Profile) {
    round.add(Phase::Victory, profile.timed(decide));
}

/// R-VICTORY-1, R-VICTORY-2 for every running battle.
pub fn decide(rules: Res<RuleBook>, mut battles: ResMut<Battles>, mut units: Query<(&Side, &mut Status)>) {
    let Some((sides, mut statuses)) = columns(&mut units) else { return };
    let statuses = all(&mut statuses);
    for battle in battles.running() {
        battle.ending = ending(battle, rules.0.quiet_rounds, rules.0.killless_rounds);
        if let Some(Ending::Stalemate(Some(winner)) | Ending::RoundLimit(Some(winner))) = battle.ending {
            for row in battle.units.clone() {
                let lost = battle.hostile.hostile(usize::from(winner), usize::from(sides[row].0));
                if lost && statuses[row] == Status::DEPLOYED {
                    statuses[row] = Status::ROUTING;
                }
            }
        }
    }
}

fn ending(battle: &Battle, quiet_rounds: u32, killless_rounds: u32) -> Option<Ending> {
    let sides = &battle.sides;
    if sides.iter().all(|side| side.standing() == 0) {
        return Some(Ending::Stalemate(None));
    }
    if !still_hostile(sides, &battle.hostile) {
        return richest(sides).map(Ending::Victory);
    }
    if battle.quiet >= quiet_rounds || battle.killless >= killless_rounds {
        return Some(Ending::Stalemate(holder(sides)));
    }
    (battle.round >= battle.max_rounds).then(|| Ending::RoundLimit(holder(sides)))
}

/// R-VICTORY-1: whether two hostile sides have living units that do not run.
///
/// ```
/// # use multi_universe_core::{ecs::resources::SideState, systems::{treaty::hostility, victory::still_hostile}};
/// let hostile = hostility(3, &[(0, 1)]);
/// let side = |alive| SideState { alive, ..SideState::default() };
/// assert!(still_hostile(&[side(1), side(2), side(0)], &hostile));
/// assert!(!still_hostile(&[side(1), side(0), side(5)], &hostile));
/// ```
pub fn still_hostile(sides: &[SideState], hostile: &Hostility) -> bool {
    let alive = |side: usize| sides[side].standing() > 0;
    (0..sides.len())
        .filter(|&a| alive(a))
        .any(|a| (a + 1..sides.len()).any(|b| alive(b) && hostile.hostile(a, b)))
}

/// R-VICTORY-1: the side left with the highest cost, then by name (sides are in order of name).
fn richest(sides: &[SideState]) -> Option<u16> {
    first_best(sides, |side| side.standing() > 0, |a, b| a.cost.total_cmp(&b.cost))
}

/// R-VICTORY-2: who holds the ground when nothing decided it.
///
/// ```
/// # use multi_universe_core::{ecs::resources::SideState, systems::victory::holder};
/// let side = |hull, max_hull, defender| SideState { alive: 1, hull, max_hull, defender, ..SideState::default() };
/// assert_eq!(holder(&[side(50.0, 100.0, false), side(90.0, 300.0, false)]), Some(0));
/// assert_eq!(holder(&[side(50.0, 100.0, false), side(90.0, 300.0, true)]), Some(1));
/// ```
pub fn holder(sides: &[SideState]) -> Option<u16> {
    let defender = sides.iter().position(|side| side.alive > 0 && side.defender).map(|side| side as u16);
    let share = |side: &SideState| if side.max_hull > 0.0 { side.hull / side.max_hull } else { 0.0 };
    defender.or_else(|| {
        let order =
            |a: &SideState, b: &SideState| share(a).total_cmp(&share(b)).then(a.hull.total_cmp(&b.hull));
        first_best(sides, |side| side.alive > 0, order)
    })
}

/// The first of the greatest sides that are eligible.
fn first_best(
    sides: &[SideState],
    eligible: impl Fn(&SideState) -> bool,
    order: impl Fn(&SideState, &SideState) -> Ordering,
) -> Option<u16> {
    let candidates = sides.iter().enumerate().filter(|(_, side)| eligible(side));
    // Of equals `max_by` takes the last, so the walk is backwards.
    candidates.rev().max_by(|(_, a), (_, b)| order(a, b)).map(|(index, _)| index as u16)
}
