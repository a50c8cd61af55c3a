//! The census: at a round's end, who is left on each side, and the round's place in timeline and digest.
//!
//! # Rule
//!
//! R-VICTORY-1 and R-VICTORY-2 ask who is left, with how much health, and since when nothing happened; this is
//! where it is counted, in order of unit id, so that every sum has one order.
//!
//! # The digest of a round
//!
//! The columns hull, shield, x, y, target, status, suppression and fatigue of the battle's units and the integrity of its
//! mounts, as they are at the round's end, folded into the digest of the rounds before (see [`Digest`](crate::ecs::digest::Digest)).
//!
//! Source: rule book §9; house rules on determinism. Worked example: two living ships with 30 and 12.5 points
//! are `alive` 2 and `hull` 42.5.

use bevy_ecs::prelude::*;

use crate::ecs::components::{
    Cost, Fatigue, Hull, Integrity, Shield, Side, Status, Suppression, Target, X, Y, columns, even,
};
use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battles, SideState};

/// Adds this file's systems.
pub fn register(round: &mut Round, profile: &Profile) {
    round.add(Phase::Census, profile.timed(count));
}

/// What the census reads.
type Counted = (
    (&'static Side, &'static Status, &'static Hull, &'static Shield, &'static Cost),
    (&'static X, &'static Y, &'static Target, &'static Suppression, &'static Fatigue),
);

/// Counts the sides, writes the round into timeline and digest.
pub fn count(mut battles: ResMut<Battles>, mut units: Query<Counted>, mut mounts: Query<&Integrity>) {
    let Some(((sides, statuses, hulls, shields, costs), (xs, ys, targets, suppressions, fatigues))) =
        columns(&mut units)
    else {
        return;
    };
    even!(sides.len(); statuses, hulls, shields, costs);
    let integrities = columns(&mut mounts).unwrap_or(&[]);
    for battle in battles.running() {
        battle.sides.iter_mut().for_each(SideState::forget);
        let first = battle.units.start;
        let mut staying = 0;
        for place in 0..battle.present.len() {
            let row = first + battle.present[place] as usize;
            if !statuses[row].in_battle() {
                continue;
            }
            battle.present[staying] = battle.present[place];
            staying += 1;
            let side = &mut battle.sides[usize::from(sides[row].0)];
            side.alive += 1;
            side.routing += u32::from(statuses[row] == Status::ROUTING);
            side.hull += hulls[row].0;
            side.shield += shields[row].0;
            side.cost += costs[row].0;
        }
        battle.present.truncate(staying);
        let (dealt, kills) =
            battle.sides.iter().fold((0.0, 0), |(d, k), side| (d + side.dealt, k + side.kills));
        battle.quiet = if dealt > 0.0 { 0 } else { battle.quiet + 1 };
        battle.killless = if kills > 0 { 0 } else { battle.killless + 1 };
        if !battle.chronicled {
            continue;
        }
        for (index, side) in battle.sides.iter().enumerate() {
            battle.timeline.push(battle.round, index, side);
        }
        let rows = battle.units.clone();
        let digest = &mut battle.digest;
        digest.fold(&hulls[rows.clone()]);
        digest.fold(&shields[rows.clone()]);
        digest.fold(&xs[rows.clone()]);
        digest.fold(&ys[rows.clone()]);
        digest.fold(&targets[rows.clone()]);
        digest.fold(&statuses[rows.clone()]);
        digest.fold(&suppressions[rows.clone()]);
        digest.fold(&fatigues[rows]);
        digest.fold(&integrities[battle.mounts.clone()]);
    }
}
