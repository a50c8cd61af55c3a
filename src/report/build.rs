//! Filling a report from the columns of a battle that has ended.

use std::sync::Arc;

use super::{Outcome, Report};
use crate::battle::{BattleWorld, Lineup};
use crate::ecs::account::{Account, Decisiveness, Tally};
use crate::ecs::components::{MountView, NOBODY, Status, UnitView};
use crate::ecs::digest::Digest;
use crate::ecs::events::Events;
use crate::ecs::ledger::{Closed, FleetName};
use crate::ecs::profile::Profile;
use crate::ecs::resources::{Ending, Timeline};
use crate::ecs::tables::{Column, Table};
use crate::engagement::Engagement;
use crate::error::Result;
use crate::rules::Rules;
use crate::systems::finalize::decisiveness;

impl Report {
    /// The report of a place where no two factions are at war.
    pub(crate) fn no_conflict(seed: u64, rules: &Rules, engagement: &Engagement) -> Self {
        let lineup = Lineup::default();
        let account = Account::default();
        Self {
            outcome: Outcome::NoConflict,
            winner: None,
            winners: Vec::new(),
            decisiveness: None,
            rounds: 0,
            survivors: 0,
            seed,
            replica: engagement.replica,
            digest: Digest::new("no battle"),
            units: units_table(&lineup, &UnitView::default(), &account),
            fleets: fleets(&lineup, &account),
            factions: factions(&lineup, &account, None, &Rules::default()),
            weapons: weapons(&lineup, &UnitView::default(), &MountView::default()),
            timeline: Timeline::default().into_table::<&str>(&[]),
            profile: Profile::default().table(),
            ledger: None,
            events: None,
            replay: None,
            spans: Vec::new(),
            rules: *rules,
            trace_id: engagement.trace_id.clone(),
        }
    }

    /// The report of the battle that was just fought.
    ///
    /// # Errors
    /// [`Error::Conservation`] if the ledger does not add up.
    pub(crate) fn of(
        lineup: &Lineup,
        battles: &mut BattleWorld,
        seed: u64,
        engagement: &Engagement,
    ) -> Result<Self> {
        let profile = battles.profile().table();
        let rules = *battles.rules();
        let battle = battles.battle();
        let (rounds, digest) = (battle.round, battle.digest);
        let account = battle.account.clone().unwrap_or_default();
        let rows = lineup.unit_rows.len();
        // A copy holds what there is; the battle's own has room for the rounds of the next one.
        let timeline = battle.timeline.clone();
        let left: Vec<bool> = battle.sides.iter().map(|side| side.standing() > 0).collect();
        let ending = battle.ending.unwrap_or(Ending::RoundLimit(None));
        let winner = ending.winner();
        super::check(rows, &account)?;
        let told = battles.witness().map(|mut witness| (witness.tells_events(), witness.take()));
        let spans = battles.profile().take_spans();
        let (units, mounts) = battles.columns();
        let (mut ledger, mut events) = (None, None);
        if let Some((tells, (list, entries))) = told {
            super::check_ledger(&entries, &account)?;
            let fleets: Vec<FleetName> =
                lineup.fleets.iter().map(|fleet| FleetName { id: fleet.id, side: fleet.side }).collect();
            ledger = Some(Arc::new(Closed { entries, fleets, factions: names(lineup) }));
            events = tells.then(|| {
                Arc::new(Events {
                    list,
                    ids: units.id[..rows].iter().map(|id| id.0).collect(),
                    sides: units.side[..rows].iter().map(|side| side.0).collect(),
                    names: names(lineup),
                    winner,
                    trace_id: engagement.trace_id.clone(),
                })
            });
        }
        let victors: Vec<usize> = match ending {
            Ending::Victory(_) => (0..lineup.sides.len()).filter(|&side| left[side]).collect(),
            _ => winner.into_iter().map(usize::from).collect(),
        };
        Ok(Self {
            outcome: match ending {
                Ending::Victory(_) => Outcome::Victory,
                Ending::Stalemate(_) => Outcome::Stalemate,
                Ending::RoundLimit(_) => Outcome::RoundLimit,
            },
            winner: winner.map(|side| lineup.sides[usize::from(side)].name.clone()),
            winners: victors.iter().map(|&side| lineup.sides[side].name.clone()).collect(),
            decisiveness: winner.map(|side| verdict(&account, usize::from(side), &victors, &rules)),
            rounds,
            survivors: winner.map_or(0, |side| account.sides[usize::from(side)].remaining() as usize),
            seed,
            replica: engagement.replica,
            digest,
            units: units_table(lineup, &units, &account),
            fleets: fleets(lineup, &account),
            factions: factions(lineup, &account, winner, &rules),
            weapons: weapons(lineup, &units, &mounts),
            timeline: timeline.into_table(&names(lineup)),
            profile,
            ledger,
            events,
            replay: None,
            spans,
            rules,
            trace_id: engagement.trace_id.clone(),
        })
    }
}

/// R-FINAL-4 for the winner against all that are not among the winners.
fn verdict(account: &Account, winner: usize, winners: &[usize], rules: &Rules) -> Decisiveness {
    let mut losers = Tally::default();
    let others = account.sides.iter().enumerate().filter(|(side, _)| !winners.contains(side));
    others.for_each(|(_, tally)| losers.add(tally));
    decisiveness(account.sides[winner].share_lost(), losers.share_lost(), rules)
}

fn names(lineup: &Lineup) -> Vec<Arc<str>> {
    lineup.sides.iter().map(|side| side.name.clone()).collect()
}

fn floats<T>(values: &[T], value: impl Fn(&T) -> f64) -> Column {
    Column::Float(values.iter().map(value).collect())
}

fn ints<T>(values: &[T], value: impl Fn(&T) -> u64) -> Column {
    Column::Int(values.iter().map(|item| value(item) as i64).collect())
}

fn units_table(lineup: &Lineup, units: &UnitView<'_>, account: &Account) -> Table {
    let rows = 0..lineup.unit_rows.len();
    let id_of = |row: u32| if row == NOBODY { -1 } else { units.id[row as usize].0 };
    let status = &units.status[rows.clone()];
    let tallies = &account.units;
    Table::new(vec![
        ("id", Column::Int(units.id[rows.clone()].iter().map(|id| id.0).collect())),
        (
            "fleet",
            Column::Int(rows.clone().map(|row| lineup.fleets[units.fleet[row].0 as usize].id).collect()),
        ),
        (
            "faction",
            Column::words(rows.clone().map(|row| u32::from(units.side[row].0)).collect(), &names(lineup)),
        ),
        ("alive", Column::Flag(status.iter().map(|&status| status != Status::DESTROYED).collect())),
        ("status", Column::words(status.iter().map(|status| u32::from(status.0)).collect(), &Status::NAMES)),
        ("hp", floats(&units.hull[rows.clone()], |hull| hull.0)),
        ("shield", floats(&units.shield[rows.clone()], |shield| shield.0)),
        ("morale", floats(&lineup.morale, |&morale| morale)),
        ("suppression", floats(&units.suppression[rows.clone()], |suppression| suppression.0)),
        ("routing", Column::Flag(status.iter().map(|&status| status == Status::ROUTING).collect())),
        ("x", floats(&units.x[rows.clone()], |x| x.0)),
        ("y", floats(&units.y[rows.clone()], |y| y.0)),
        ("kills", ints(&units.kills[rows.clone()], |kills| u64::from(kills.0))),
        ("damage_dealt", floats(tallies, |unit| unit.dealt)),
        ("damage_taken", floats(&units.taken[rows.clone()], |taken| taken.0)),
        ("shots", ints(tallies, |unit| unit.shots)),
        ("hits", ints(tallies, |unit| unit.hits)),
        ("crits", ints(tallies, |unit| unit.crits)),
        ("xp_gained", floats(tallies, |unit| unit.xp)),
        ("killed_by", Column::Int(units.killed_by[rows.clone()].iter().map(|by| id_of(by.0)).collect())),
        (
            "death_round",
            Column::Int(units.death_round[rows].iter().map(|round| death_round(round.0)).collect()),
        ),
    ])
}

/// −1 for those who live.
fn death_round(round: u32) -> i64 {
    if round == 0 { -1 } else { i64::from(round) }
}

fn fleets(lineup: &Lineup, account: &Account) -> Table {
    let (fleets, tallies) = (&lineup.fleets, &account.fleets);
    Table::new(vec![
        ("id", Column::Int(fleets.iter().map(|fleet| fleet.id).collect())),
        (
            "faction",
            Column::words(fleets.iter().map(|fleet| u32::from(fleet.side)).collect(), &names(lineup)),
        ),
        ("initial", ints(tallies, |fleet| fleet.initial)),
        ("survivors", ints(tallies, Tally::remaining)),
        ("retreated", ints(tallies, |fleet| fleet.retreated)),
        ("destroyed", ints(tallies, |fleet| fleet.lost)),
        ("cost_lost", floats(tallies, |fleet| fleet.cost_lost)),
    ])
}

fn factions(lineup: &Lineup, account: &Account, winner: Option<u16>, rules: &Rules) -> Table {
    let tallies = &account.sides;
    let cost_lost: f64 = tallies.iter().map(|side| side.cost_lost).sum();
    let won = |side: usize| winner.is_some_and(|winner| usize::from(winner) == side);
    Table::new(vec![
        ("name", Column::words((0..lineup.sides.len() as u32).collect(), &names(lineup))),
        ("units_initial", ints(tallies, |side| side.initial)),
        ("units_lost", ints(tallies, |side| side.lost)),
        ("units_remaining", ints(tallies, Tally::remaining)),
        ("ships_lost", ints(tallies, |side| side.ships_lost)),
        ("ground_lost", ints(tallies, |side| side.ground_lost)),
        ("cost_initial", floats(tallies, |side| side.cost_initial)),
        ("cost_lost", floats(tallies, |side| side.cost_lost)),
        ("cost_remaining", floats(tallies, Tally::cost_remaining)),
        ("damage_dealt", floats(tallies, |side| side.dealt)),
        ("damage_taken", floats(tallies, |side| side.taken)),
        ("kills", ints(tallies, |side| side.kills)),
        ("shots", ints(tallies, |side| side.shots)),
        ("hits", ints(tallies, |side| side.hits)),
        ("crits", ints(tallies, |side| side.crits)),
        ("retreated", ints(tallies, |side| side.retreated)),
        ("plunder", floats(&lineup.sides, |side| side.plunder_ratio * cost_lost)),
        ("war_exhaustion", floats(tallies, |side| side.war_exhaustion(rules))),
        ("won", Column::Flag((0..lineup.sides.len()).map(won).collect())),
    ])
}

fn weapons(lineup: &Lineup, units: &UnitView<'_>, mounts: &MountView<'_>) -> Table {
    let rows = 0..lineup.mount_rows.len();
    Table::new(vec![
        (
            "unit",
            Column::Int(
                mounts.shooter[rows.clone()].iter().map(|unit| units.id[unit.0 as usize].0).collect(),
            ),
        ),
        ("slot", ints(&mounts.slot[rows.clone()], |slot| u64::from(slot.0))),
        ("shots", ints(&mounts.shots[rows.clone()], |shots| shots.0)),
        ("hits", ints(&mounts.hits[rows.clone()], |hits| hits.0)),
        ("crits", ints(&mounts.crits[rows.clone()], |crits| crits.0)),
        ("damage", floats(&mounts.dealt[rows.clone()], |dealt| dealt.0)),
        ("hp", floats(&mounts.integrity[rows.clone()], |integrity| integrity.0.max(0.0))),
        (
            "destroyed",
            Column::Flag(mounts.integrity[rows].iter().map(|integrity| integrity.0 <= 0.0).collect()),
        ),
    ])
}
