//! Finalization: the account of a battle, once, when it has ended.
//!
//! # Rule
//!
//! R-FINAL-1 (ledger): one pass over the units gives, per faction and per fleet: units and cost initial, lost,
//! remaining, ships and ground units apart, damage, kills, shots, hits, crits. initial = lost + remaining, always.
//!
//! R-FINAL-2 (experience): 0.05 per point of damage dealt, 50 per kill, 10 per round survived; after the battle
//! survivors get 50 + 5 per round, the winner's 100 more. Who falls in round r has survived r − 1.
//!
//! R-FINAL-3: war exhaustion 0.005 per ship lost and 0.002 per ground unit; plunder is a faction's
//! `plunder_ratio` × the cost lost by all. R-FINAL-4: decisiveness from shares of cost lost.
//!
//! R-FINAL-5 (aftermath): a fleet without living units is destroyed; the kernel's commit does that.
//!
//! # Formula
//!
//! ```text
//! xp           = 0.05 · dealt + 50 · kills + 10 · rounds survived + (50 + 5 · rounds + (100 if won)) if alive
//! overwhelming = winner's share lost < 10 % and losers' share lost > 50 %      (decisive: < 30 %, > 50 %)
//! pyrrhic      = winner's share lost > 40 %                                    (else marginal)
//! ```
//!
//! Source: rule book §10. Worked example: a survivor of 20 rounds who dealt 400 points and killed once has, without
//! winning, 20 + 50 + 200 + 150 = 420.

use bevy_ecs::prelude::*;

use crate::ecs::account::{Decisiveness, Tally, UnitTally};
use crate::ecs::components::{
    Cost, Crits, Dealt, DeathRound, FleetSlot, Hits, Kills, Shooter, Shots, Side, Status, Struck, Taken,
    Traits, columns,
};
use crate::ecs::phase::{Phase, Round};
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Battle, Battles, Ending, RuleBook};
use crate::rules::Rules;

/// Adds this file's systems.
pub fn register(round: &mut Round, profile: &Profile) {
    round.add(Phase::Finalize, profile.timed(settle));
}

/// What the account reads of units.
type Units = (
    (&'static Side, &'static FleetSlot, &'static Status, &'static Traits, &'static Cost),
    (&'static Kills, &'static Taken, &'static Struck, &'static DeathRound),
);

/// What the account reads of mounts.
type Mounts = (&'static Shooter, &'static Shots, &'static Hits, &'static Crits, &'static Dealt);

/// R-FINAL-1, R-FINAL-2: the accounts of the battles that ended in this round.
pub fn settle(
    rules: Res<RuleBook>,
    mut battles: ResMut<Battles>,
    mut units: Query<Units>,
    mut mounts: Query<Mounts>,
) {
    let Some(((sides, fleets, statuses, traits, costs), (kills, taken, struck, deaths))) =
        columns(&mut units)
    else {
        return;
    };
    let (shooters, shots, hits, crits, dealt) = columns(&mut mounts).unwrap_or_default();
    for battle in &mut battles.0 {
        let (Some(ending), None) = (battle.ending, &battle.account) else { continue };
        let rows = battle.units.clone();
        let mut account = std::mem::take(&mut battle.spare);
        account.open(rows.len(), battle.sides.len(), battle.fleets);
        // Mounts stand in order of shooter: one walk over both, and each unit's tally is written once.
        let mut mount = battle.mounts.start;
        for row in rows.clone() {
            let mut unit = UnitTally::default();
            while mount < battle.mounts.end && shooters[mount].0 as usize == row - rows.start {
                unit.shots += shots[mount].0;
                unit.hits += hits[mount].0;
                unit.crits += crits[mount].0;
                unit.dealt += dealt[mount].0;
                mount += 1;
            }
            unit.dealt += struck[row].0;
            unit.xp =
                experience(unit.dealt, kills[row].0, fate(battle, ending, sides[row], deaths[row]), &rules.0);
            let tally = Tally::of_unit(
                &unit,
                statuses[row],
                traits[row].has(Traits::GROUND),
                (costs[row].0, kills[row].0, taken[row].0),
            );
            account.sides[usize::from(sides[row].0)].add(&tally);
            account.fleets[fleets[row].0 as usize].add(&tally);
            account.units.push(unit);
        }
        battle.account = Some(account);
    }
}

/// What became of a unit.
fn fate(battle: &Battle, ending: Ending, side: Side, death: DeathRound) -> Fate {
    match death.0 {
        0 => Fate::Survived { rounds: battle.round, won: ending.winner() == Some(side.0) },
        round => Fate::Died { round },
    }
}

/// What became of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It lived through a battle of so many rounds.
    Survived {
        /// Rounds of the battle.
        rounds: u32,
        /// Whether its faction won.
        won: bool,
    },
    /// It died.
    Died {
        /// The round of its death.
        round: u32,
    },
}

/// R-FINAL-2: the experience that a unit gained, in points.
///
/// ```
/// # use multi_universe_core::{Rules, systems::finalize::{Fate, experience}};
/// let rules = Rules::default();
/// assert_eq!(experience(400.0, 1, Fate::Survived { rounds: 20, won: false }, &rules), 420.0);
/// assert_eq!(experience(0.0, 0, Fate::Died { round: 3 }, &rules), 20.0);
/// ```
pub fn experience(dealt: f64, kills: u32, fate: Fate, rules: &Rules) -> f64 {
    let deeds = rules.xp_per_damage * dealt + rules.xp_per_kill * f64::from(kills);
    match fate {
        Fate::Died { round } => deeds + rules.xp_per_round * f64::from(round - 1),
        Fate::Survived { rounds, won } => {
            let victory = if won { rules.xp_winner } else { 0.0 };
            let rounds = f64::from(rounds);
            deeds
                + rules.xp_per_round * rounds
                + (rules.xp_survivor + rules.xp_survivor_round * rounds + victory)
        }
    }
}

impl Tally {
    /// The tally of a single unit.
    fn of_unit(
        unit: &UnitTally,
        status: Status,
        ground: bool,
        (cost, kills, taken): (f64, u32, f64),
    ) -> Self {
        let alive = status != Status::DESTROYED;
        let lost = u64::from(!alive);
        Self {
            initial: 1,
            lost,
            retreated: u64::from(status == Status::RETREATED),
            ships_lost: if ground { 0 } else { lost },
            ground_lost: if ground { lost } else { 0 },
            cost_initial: cost,
            cost_lost: if alive { 0.0 } else { cost },
            dealt: unit.dealt,
            taken,
            kills: u64::from(kills),
            shots: unit.shots,
            hits: unit.hits,
            crits: unit.crits,
        }
    }

    /// R-FINAL-3: the war exhaustion of these losses.
    ///
    /// ```
    /// # use multi_universe_core::{Rules, ecs::account::Tally};
    /// let losses = Tally { ships_lost: 10, ground_lost: 5, ..Tally::default() };
    /// assert!((losses.war_exhaustion(&Rules::default()) - 0.06).abs() < 1e-15);
    /// ```
    pub fn war_exhaustion(&self, rules: &Rules) -> f64 {
        rules.exhaustion_ship * self.ships_lost as f64 + rules.exhaustion_ground * self.ground_lost as f64
    }

    /// The share of the cost that was lost.
    pub fn share_lost(&self) -> f64 {
        if self.cost_initial > 0.0 { self.cost_lost / self.cost_initial } else { 0.0 }
    }
}

/// R-FINAL-4: how clearly a battle was won, from the winner's and the losers' shares of cost lost.
///
/// ```
/// # use multi_universe_core::{Rules, ecs::account::Decisiveness, systems::finalize::decisiveness};
/// let verdict = |winner, losers| decisiveness(winner, losers, &Rules::default());
/// assert_eq!(verdict(0.05, 0.8), Decisiveness::Overwhelming);
/// assert_eq!(verdict(0.2, 0.8), Decisiveness::Decisive);
/// assert_eq!(verdict(0.2, 0.3), Decisiveness::Marginal);
/// assert_eq!(verdict(0.6, 1.0), Decisiveness::Pyrrhic);
/// ```
pub fn decisiveness(winner: f64, losers: f64, rules: &Rules) -> Decisiveness {
    let beaten = losers > rules.beaten_share;
    if beaten && winner < rules.overwhelming_share {
        Decisiveness::Overwhelming
    } else if beaten && winner < rules.decisive_share {
        Decisiveness::Decisive
    } else if winner > rules.pyrrhic_share {
        Decisiveness::Pyrrhic
    } else {
        Decisiveness::Marginal
    }
}
