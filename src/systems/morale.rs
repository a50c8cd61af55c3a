//! Nerve: who is suppressed, who runs, who rallies.
//!
//! # Rule
//!
//! R-MORALE-1 (suppression): hull damage adds to it (`systems/damage.rs`); each round 10 go from the units on the map,
//! after it was asked who is suppressed. Suppressed: 25 and more.
//!
//! R-MORALE-2 (rout): each round a suppressed, living, deployed unit rolls two dice (`morale_dice` = "2d6"; "even": all
//! sums from 2 to 12 equally likely) and routs if the sum is over its nerve. Fatigue grows by 0.005 · round, at most to 1,
//! of the units on the map, before the roll. A routing unit that is not suppressed rallies. Static units never rout. The
//! rule `morale` = false switches the section off.
//!
//! R-MORALE-3 (interdiction) is where units leave: `systems/movement.rs`.
//!
//! # Formula
//!
//! ```text
//! nerve = leadership − floor(5 · share of hull lost) − (2 under 25 % hull, 1 under 50 %)
//!         − (2 at fatigue over 0.8, 1 over 0.5) − min(3, floor(routing friends within 15 tiles / 2))
//! ```
//!
//! the last for ground units; friends are others of the same faction that ran when the phase began, within
//! (x₁ − x₀)² + (y₁ − y₀)² ≤ 15². The share of hull lost is 1 − hull / full hull; the terms are taken off one by one.
//!
//! Source: rule book §8. Worked example: leadership 7, 40 of 100 points left, rested, in space: 7 − 3 − 1 = 3; two dice
//! are over 3 in 33 of 36 cases.
//!
//! # Rolls
//!
//! Under the unit's id and slot 0: two words, 1 + [`pick`] of 6 each; or one, 2 + [`pick`] of 11.

use bevy_ecs::prelude::*;

use crate::ecs::components::{
    Fatigue, Hull, Leadership, MaxHull, Side, Status, Suppression, Traits, UnitId, X, Y, all, columns, even,
};
use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battles, RuleBook, Scratch};
use crate::ecs::roll::{Purpose, Stream, pick};
use crate::rules::{MoraleDice, Rules};

/// Adds this file's systems.
pub fn register(round: &mut Round, profile: &Profile) {
    round.add(Phase::Morale, profile.timed(waver));
}

/// What morale reads and writes.
type Crews = (
    (&'static UnitId, &'static Side, &'static Traits, &'static Leadership),
    (&'static Hull, &'static MaxHull, &'static X, &'static Y),
    (&'static mut Status, &'static mut Suppression, &'static mut Fatigue),
);

/// R-MORALE-1, R-MORALE-2 at the end of a round.
pub fn waver(
    rules: Res<RuleBook>,
    mut battles: ResMut<Battles>,
    mut scratch: ResMut<Scratch>,
    mut units: Query<Crews>,
) {
    if !rules.0.morale {
        return;
    }
    let Some((
        (ids, sides, traits, leaderships),
        (hulls, max_hulls, xs, ys),
        (mut statuses, mut suppressions, mut fatigues),
    )) = columns(&mut units)
    else {
        return;
    };
    let (statuses, suppressions, fatigues) = (all(&mut statuses), all(&mut suppressions), all(&mut fatigues));
    even!(ids.len(); sides, traits, leaderships, hulls, max_hulls, xs, ys);
    for battle in battles.running() {
        let running = &mut scratch.running;
        running.clear();
        if battle.on_ground {
            let runs = battle.rows(battle.units.clone()).filter(|&row| statuses[row] == Status::ROUTING);
            running.extend(runs.map(|row| (sides[row].0, row as u32)));
        }
        for row in battle.rows(battle.units.clone()) {
            if !statuses[row].on_map() {
                continue;
            }
            fatigues[row].0 = (fatigues[row].0 + rules.0.fatigue_rate * f64::from(battle.round)).min(1.0);
            let suppressed = suppressions[row].0 >= rules.0.suppressed_at;
            suppressions[row].0 = (suppressions[row].0 - rules.0.suppression_decay).max(0.0);
            if !suppressed {
                statuses[row] = Status::DEPLOYED;
                continue;
            }
            if traits[row].has(Traits::STATIC) {
                continue;
            }
            let friends = if traits[row].has(Traits::GROUND) {
                let near = |other: usize| {
                    let (dx, dy) = (xs[other].0 - xs[row].0, ys[other].0 - ys[row].0);
                    dx * dx + dy * dy <= rules.0.panic_distance * rules.0.panic_distance
                };
                let friend = |&&(side, other): &&(u16, u32)| side == sides[row].0 && other as usize != row;
                // More friends than the cap counts change nothing; one more, since the product is rounded.
                let most = (rules.0.panic_friends * rules.0.panic_cap.ceil()).ceil() as usize + 1;
                running.iter().filter(friend).filter(|runner| near(runner.1 as usize)).take(most).count()
            } else {
                0
            };
            let share = hulls[row].0 / max_hulls[row].0;
            let nerve = nerve(leaderships[row].0, share, fatigues[row].0, friends, &rules.0);
            let mut rolls = battle.key.stream(ids[row].0, Purpose::Morale, 0, battle.round);
            if f64::from(two_dice(&mut rolls, rules.0.morale_dice)) > nerve {
                statuses[row] = Status::ROUTING;
            }
        }
    }
}

/// R-MORALE-2: what two dice must not exceed, from leadership, the share of hull left, fatigue and the friends who run.
///
/// ```
/// # use multi_universe_core::{Rules, systems::morale::nerve};
/// let rules = Rules::default();
/// assert_eq!(nerve(7.0, 0.4, 0.0, 0, &rules), 3.0);
/// assert_eq!(nerve(7.0, 1.0, 0.9, 5, &rules), 3.0);
/// ```
pub fn nerve(leadership: f64, hull_share: f64, fatigue: f64, friends: usize, rules: &Rules) -> f64 {
    let lost = (rules.nerve_hull * (1.0 - hull_share)).floor();
    let frail = match hull_share {
        share if share < 0.25 => rules.nerve_quarter,
        share if share < 0.5 => rules.nerve_half,
        _ => 0.0,
    };
    let weary = match fatigue {
        fatigue if fatigue > rules.exhausted_at => rules.nerve_exhausted,
        fatigue if fatigue > rules.tired_at => rules.nerve_tired,
        _ => 0.0,
    };
    let panic = (friends as f64 / rules.panic_friends).floor().min(rules.panic_cap);
    leadership - lost - frail - weary - panic
}

/// R-MORALE-2: the sum of two dice, 2 … 12: from a word each, or all sums equally likely from one word.
///
/// ```
/// # use multi_universe_core::{ecs::roll::{Purpose, RollKey}, rules::MoraleDice, systems::morale::two_dice};
/// let mut rolls = RollKey::new(1, 0).stream(7, Purpose::Morale, 0, 1);
/// assert!((2..=12).contains(&two_dice(&mut rolls, MoraleDice::TwoDice)));
/// assert!((2..=12).contains(&two_dice(&mut rolls, MoraleDice::Even)));
/// ```
pub fn two_dice(rolls: &mut Stream, dice: MoraleDice) -> u32 {
    match dice {
        MoraleDice::TwoDice => 2 + pick(rolls.word(), 6) + pick(rolls.word(), 6),
        MoraleDice::Even => 2 + pick(rolls.word(), 11),
    }
}
