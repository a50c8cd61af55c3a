//! A turn: the battles of all contested places at once.
//!
//! A place's battle has a seed of its own, from the turn's seed and the place, and is fought on the mirror as it was when the
//! turn began: neither threads nor the order of battles nor other places change it. What the battles changed is written in
//! the order of places, after all of them were fought. A fleet is at one place, so no unit is in two battles.

use std::sync::Arc;

use super::{Aftermath, Engagement, Interrupt, Kernel, Muster, Record, depth, fight_in, lineup};
use crate::battle::BattleWorld;
use crate::ecs::digest::Digest;
use crate::ecs::mirror::Mirror;
use crate::ecs::profile::{self, MOST_SPANS};
use crate::ecs::roll::place_seed;
use crate::ecs::store::Row;
use crate::ecs::tables::Table;
use crate::ecs::witness::Depth;
use crate::ecs::workers::{Workers, share_out};
use crate::error::{Error, Fault, Faults, Result};
use crate::report::Report;
use crate::rules::Rules;

/// Which battles to fight in a turn, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnPlan {
    /// The places; absent: all that are contested.
    pub locations: Option<Vec<i64>>,
    /// Faction names that hold the ground in a stalemate.
    pub defenders: Vec<String>,
    /// The round limit; absent: the rules'.
    pub max_rounds: Option<u32>,
    /// The turn's seed; absent: that of the next battle.
    pub seed: Option<u64>,
    /// Whether the mirror holds the aftermath.
    pub commit: bool,
    /// What is kept of each battle besides its report's tables.
    pub record: Record,
    /// Whether the reports keep when each system ran, and on which thread.
    pub trace: bool,
    /// Threads that fight battles; no report depends on them.
    pub threads: usize,
    /// The caller's own mark, which its reports carry; empty: none.
    pub trace_id: Arc<str>,
}

impl Default for TurnPlan {
    /// All contested places, on one thread; the mirror holds the aftermath.
    fn default() -> Self {
        Self {
            locations: None,
            defenders: Vec::new(),
            max_rounds: None,
            seed: None,
            commit: true,
            record: Record::Nothing,
            trace: false,
            threads: 1,
            trace_id: "".into(),
        }
    }
}

impl TurnPlan {
    /// The battle at a place.
    fn engagement(&self, place: i64) -> Engagement {
        Engagement {
            defenders: self.defenders.clone(),
            max_rounds: self.max_rounds,
            record: self.record,
            trace_id: self.trace_id.clone(),
            ..Engagement::of(Muster::Location(place))
        }
    }
}

/// What a turn left behind: a report per place, in the order of places.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The turn's seed: with the same mirror and rules it gives the same turn.
    pub seed: u64,
    /// Each place's battle, or why there was none.
    pub places: Vec<(i64, Result<Report>)>,
}

impl Turn {
    /// The fingerprint of all battles.
    pub fn digest(&self) -> Digest {
        let mut digest = Digest::new("turn");
        for (place, report) in &self.places {
            digest.fold(&[*place]);
            digest.fold(&[report.as_ref().map_or(0, |report| report.digest.0)]);
        }
        digest
    }

    /// What each system cost, over all battles.
    pub fn profile(&self) -> Table {
        let reports = self.places.iter().filter_map(|(_, report)| report.as_ref().ok());
        profile::sum(&reports.map(|report| &report.profile).collect::<Vec<_>>())
    }

    /// A table of all reports, with the place in a first column `location`.
    pub fn table(&self, of: impl Fn(&Report) -> &Table) -> Table {
        let reports = self.places.iter().filter_map(|(place, report)| Some((*place, report.as_ref().ok()?)));
        let tables: Vec<(i64, &Table)> = reports.map(|(place, report)| (place, of(report))).collect();
        Table::stack("location", &tables)
    }
}

impl Kernel {
    /// Fights the battles of a turn.
    ///
    /// # Errors
    /// [`Error::Resolve`] names what is wrong with the request, [`Error::Interrupted`] if the caller stopped it: the mirror
    /// is as it was. A single battle that cannot be fought is an error in its place, and changes nothing there.
    pub fn resolve_turn(&mut self, plan: &TurnPlan, interrupt: Interrupt<'_>) -> Result<Turn> {
        let seed = plan.seed.unwrap_or_else(|| self.next_seed());
        let rules = *self.rules();
        lineup::terms(self.mirror(), &plan.engagement(0), &rules)?;
        let sites = sites(self.mirror(), plan)?;
        // Worlds that write nothing down are kept from one turn to the next.
        let depth = depth(plan.record);
        let mut worlds = if depth.is_none() { std::mem::take(&mut self.arena) } else { Vec::new() };
        let mirror = self.mirror();
        let threads = plan.threads.clamp(1, sites.len().max(1));
        worlds.resize_with(threads.max(worlds.len()), || match depth {
            None => BattleWorld::new(rules, Workers::default()),
            Some(Depth::Shots) => BattleWorld::traced(rules, Workers::default()),
            Some(depth) => BattleWorld::noted(rules, Workers::default(), depth),
        });
        let yard = Yard { mirror, rules, plan, seed, sites };
        let fought = yard.fight(&mut worlds[..threads], interrupt);
        if depth.is_none() {
            self.arena = worlds;
        }
        let fought = fought?;
        if plan.commit {
            for aftermath in fought.iter().filter_map(|(_, _, aftermath)| aftermath.as_ref()) {
                aftermath.commit(&mut self.mirror)?;
            }
            self.fought += 1;
        }
        let explained = |(place, report, _): Fought| {
            let error = |error| self.written_down(error, &plan.engagement(place), place_seed(seed, place));
            (place, report.map_err(error))
        };
        Ok(Turn { seed, places: fought.into_iter().map(explained).collect() })
    }
}

/// A place and the fleets there.
type Site = (i64, Vec<Row>);
/// A place's battle and what it changes.
type Fought = (i64, Result<Report>, Option<Aftermath>);

/// The places where there may be battles: those asked for, or all that are contested; in order.
fn sites(mirror: Mirror<'_>, plan: &TurnPlan) -> Result<Vec<Site>> {
    let mut places = lineup::places_of_fleets(mirror);
    let Some(asked) = &plan.locations else {
        places.retain(|_, fleets| lineup::is_contested(mirror, fleets));
        return Ok(places.into_iter().collect());
    };
    let mut faults = Faults::default();
    let mut sites = Vec::with_capacity(asked.len());
    for (index, place) in asked.iter().enumerate() {
        match places.remove_entry(place) {
            Some(site) => sites.push(site),
            None => faults.add(|| {
                let wanted = "a place with a fleet that is not in transit, each once";
                Fault::value("locations", "location", index, place, wanted)
            }),
        }
    }
    faults.into_result(Error::Resolve)?;
    sites.sort_unstable_by_key(|site| site.0);
    Ok(sites)
}

/// The battles of a turn.
struct Yard<'a> {
    mirror: Mirror<'a>,
    rules: Rules,
    plan: &'a TurnPlan,
    seed: u64,
    sites: Vec<Site>,
}

/// A thread's number, how many more runs of systems its trace may keep, and the world that it fights in.
struct Post<'a> {
    thread: u32,
    room: usize,
    world: &'a mut BattleWorld,
}

impl Yard<'_> {
    /// Fights all battles, the largest first, so that no thread has to wait for a large one that was begun last.
    fn fight(&self, worlds: &mut [BattleWorld], interrupt: Interrupt<'_>) -> Result<Vec<Fought>> {
        let mut order: Vec<usize> = (0..self.sites.len()).collect();
        let units = |site: usize| -> usize {
            let rosters =
                self.sites[site].1.iter().filter_map(|&fleet| self.mirror.rosters.0.get(fleet as usize));
            rosters.map(Vec::len).sum()
        };
        order.sort_by_cached_key(|&site| std::cmp::Reverse(units(site)));
        let room = if self.plan.trace { MOST_SPANS } else { 0 };
        let mut posts: Vec<Post> =
            (1..).zip(worlds).map(|(thread, world)| Post { thread, room, world }).collect();
        let work = |post: &mut Post, site: usize, interrupt: Interrupt<'_>| {
            self.work(post, &self.sites[site], interrupt)
        };
        share_out(&mut posts, &order, work, interrupt).ok_or(Error::Interrupted { round: None })
    }

    /// Fights the battle of one place.
    fn work(&self, post: &mut Post<'_>, (place, fleets): &Site, interrupt: Interrupt<'_>) -> Fought {
        post.world.profile().keep_spans(post.room, post.thread);
        match self.battle(post.world, *place, fleets, interrupt) {
            Ok((report, aftermath)) => {
                post.room -= report.spans.len();
                (*place, Ok(report), aftermath)
            }
            Err(error) => (*place, Err(error), None),
        }
    }

    fn battle(
        &self,
        world: &mut BattleWorld,
        place: i64,
        fleets: &[Row],
        interrupt: Interrupt<'_>,
    ) -> Result<(Report, Option<Aftermath>)> {
        let seed = place_seed(self.seed, place);
        let engagement = self.plan.engagement(place);
        let mut lineup = lineup::assemble(self.mirror, fleets.to_vec(), &engagement, &self.rules)?;
        if lineup.sides.is_empty() {
            return Ok((Report::no_conflict(seed, &self.rules, &engagement), None));
        }
        let report = fight_in(world, self.mirror, (&engagement, &mut lineup, seed), interrupt)?;
        Ok((report, self.plan.commit.then(|| Aftermath::of(&lineup, world))))
    }
}
