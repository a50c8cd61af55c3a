//! Treaties: who is hostile to whom, and who is in the battle at all.
//!
//! # Rule
//!
//! R-TREATY-1 (hostility): a treaty is an undirected relation of two factions; only war makes them hostile.
//! Pairs that nobody set are neutral. A faction has no treaty with itself.
//!
//! R-TREATY-2 (combatants): the factions present that are at war with at least one other present. The rest
//! are bystanders: they are not in the battle.
//!
//! R-TREATY-3 (cost): linear in the factions present; a faction's enemies are a row of bits.
//!
//! Source: rule book §1. Worked example: of A, B and C, A at war with B: A and B fight, C stands by.

use bevy_ecs::prelude::*;

use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battles, Hostility};

/// Adds this file's systems.
pub fn register(round: &mut Round, profile: &Profile) {
    round.add(Phase::Treaty, profile.timed(declare));
}

/// R-TREATY-1: in its first round a battle's wars become hostility.
pub fn declare(mut battles: ResMut<Battles>) {
    for battle in battles.running().filter(|battle| battle.round == 1) {
        battle.hostile.reset(battle.sides.len());
        declare_all(&mut battle.hostile, &battle.wars);
    }
}

/// R-TREATY-1: hostility of `sides` factions with these pairs at war.
///
/// ```
/// # use multi_universe_core::systems::treaty::hostility;
/// let hostile = hostility(3, &[(0, 1)]);
/// assert!(hostile.hostile(1, 0) && !hostile.hostile(0, 2));
/// ```
pub fn hostility(sides: usize, wars: &[(u16, u16)]) -> Hostility {
    let mut hostile = Hostility::peace(sides);
    declare_all(&mut hostile, wars);
    hostile
}

fn declare_all(hostile: &mut Hostility, wars: &[(u16, u16)]) {
    wars.iter().for_each(|&(a, b)| hostile.declare(usize::from(a), usize::from(b)));
}

/// R-TREATY-2: for each faction present, whether it is at war with another one present.
///
/// ```
/// # use multi_universe_core::systems::treaty::{combatants, hostility};
/// assert_eq!(combatants(3, &hostility(3, &[(0, 1)])), [true, true, false]);
/// ```
pub fn combatants(sides: usize, hostile: &Hostility) -> Vec<bool> {
    (0..sides).map(|side| hostile.enemies(side).iter().any(|&word| word != 0)).collect()
}
