//! The arena: worlds whose slots each take the next replica as soon as their battle has ended.
//!
//! A world holds several battles side by side, so that a round's fixed cost is shared, and a thread has a world of its own.
//! Who fights which replica is chance; what comes of it is not, for a replica's rolls are its own.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};

use super::{End, Life, Monitor, Odds, Plan, Samples, Wish, checkpoint};
use crate::battle::{BattleWorld, Lineup};
use crate::ecs::profile::{self, MOST_SPANS};
use crate::ecs::roll::RollKey;
use crate::ecs::tables::Table;
use crate::ecs::workers::{Workers, side_by_side};
use crate::error::{Error, Fault, Result};
use crate::report;
use crate::rules::Rules;

/// Units of a world's battles together, about: what they need stays in the processor's cache.
const UNITS_SIDE_BY_SIDE: usize = 2048;
/// The most battles of a world.
const MOST_SLOTS: usize = 32;
/// Bytes that a unit and a mount take in a world, change ticks included.
const UNIT_BYTES: u64 = 640;
const MOUNT_BYTES: u64 = 256;

/// Fights the replicas of a plan that was checked. `worlds` are kept for the next time.
///
/// # Errors
/// [`Error::Odds`] if the plan does not fit its memory, [`Error::Conservation`] if the kernel miscounted.
pub fn fight(
    lineup: &Lineup,
    rules: &Rules,
    plan: &Plan,
    worlds: &mut Vec<BattleWorld>,
    monitor: Monitor<'_>,
) -> Result<Odds> {
    let (threads, slots) = size(lineup, plan)?;
    worlds.resize_with(threads, || BattleWorld::new(*rules, Workers::default()));
    let battle = crate::battle::fingerprint(lineup, plan.seed, rules);
    let deployed = worlds[0].deploy(lineup);
    for (thread, world) in (1..).zip(&mut *worlds) {
        world.seat(&deployed, slots);
        world.profile().keep_spans(if plan.trace { MOST_SPANS } else { 0 }, thread);
    }
    let samples = Samples::new(lineup, plan.first);
    let (seed, confidence, profile) = (plan.seed, plan.confidence, Table::default());
    let course = plan.trace.then(Box::default);
    let mut odds =
        Odds { seed, battle, confidence, end: End::Runs, samples, profile, course, trace_id: "".into() };
    let mut done = 0;
    while done < plan.runs {
        let next = if plan.until.is_some() { checkpoint(done).min(plan.runs) } else { plan.runs };
        let numbers = u64::from(plan.first) + u64::from(done)..u64::from(plan.first) + u64::from(next);
        let block = Block::new(&deployed, plan, numbers, done as usize);
        let wish = block.fight(worlds, &mut odds, monitor)?;
        done = next;
        odds.end = match wish {
            Wish::Stop => End::Stopped,
            Wish::Enough => End::Enough,
            Wish::GoOn if plan.until.is_some_and(|until| odds.width() < until) => End::Until,
            Wish::GoOn => continue,
        };
        break;
    }
    let profiles: Vec<Table> = worlds.iter().map(|world| world.profile().table()).collect();
    odds.profile = profile::sum(&profiles.iter().collect::<Vec<_>>());
    if let Some(course) = &mut odds.course {
        course.spans = worlds.iter().flat_map(|world| world.profile().take_spans()).collect();
    }
    Ok(odds)
}

/// How many threads, and how many battles side by side on each, the plan's memory allows.
fn size(lineup: &Lineup, plan: &Plan) -> Result<(usize, usize)> {
    let (units, mounts) = (lineup.units.len() as u64, lineup.mounts.len() as u64);
    let battle = units * UNIT_BYTES + mounts * MOUNT_BYTES;
    // Samples are held twice while they are put into order.
    let samples = 2 * u64::from(plan.runs) * Samples::bytes_each(lineup.sides.len());
    let room = plan.max_memory.saturating_sub(samples) / battle.max(1);
    let Some(room) = NonZeroUsize::new(usize::try_from(room).unwrap_or(usize::MAX)) else {
        let wanted = format!("at least {} bytes: the samples, and one battle", samples + battle);
        return Err(Error::Odds(Fault::column("max_memory", "", plan.max_memory, wanted).into()));
    };
    let slots = (UNITS_SIDE_BY_SIDE / lineup.units.len().max(1)).clamp(1, MOST_SLOTS);
    let threads = plan.threads.clamp(1, plan.runs as usize).min(room.get());
    Ok((threads, slots.min(room.get() / threads).max(1)))
}

/// [`Wish`]es between threads: go on, begin no further replica, break off.
const GO_ON: u8 = 0;
const ENOUGH: u8 = 1;
const STOP: u8 = 2;

/// Replicas that are fought together, to the next checkpoint.
struct Block<'a> {
    lineup: &'a Lineup,
    seed: u64,
    /// The next number that nobody has taken, and where they end.
    next: AtomicU64,
    end: u64,
    /// How many are done, those of earlier blocks included, and how many there may be.
    done: AtomicUsize,
    total: usize,
    /// Whether it is kept when each replica was fought.
    traced: bool,
    /// The caller's wish, as one of the three below.
    wish: AtomicU8,
}

/// What one world fought: the replicas' numbers and their outcomes, in the order in which they ended, and when, if that is
/// kept.
type Fought = Result<((Vec<u32>, Samples), Vec<Life>)>;

impl<'a> Block<'a> {
    fn new(lineup: &'a Lineup, plan: &Plan, numbers: std::ops::Range<u64>, done: usize) -> Self {
        Self {
            lineup,
            seed: plan.seed,
            next: AtomicU64::new(numbers.start),
            end: numbers.end,
            done: AtomicUsize::new(done),
            total: plan.runs as usize,
            traced: plan.trace,
            wish: AtomicU8::new(GO_ON),
        }
    }

    /// Fights all replicas of the block, adds their outcomes to `samples` and says what the caller wished last.
    fn fight(&self, worlds: &mut [BattleWorld], odds: &mut Odds, monitor: Monitor<'_>) -> Result<Wish> {
        let ask = || {
            if self.wish.load(Ordering::Relaxed) != STOP {
                let wish = match monitor(self.done.load(Ordering::Relaxed), self.total) {
                    Wish::GoOn => GO_ON,
                    Wish::Enough => ENOUGH,
                    Wish::Stop => STOP,
                };
                self.wish.fetch_max(wish, Ordering::Relaxed);
            }
        };
        let halt = || self.wish.store(STOP, Ordering::Relaxed);
        let fought = side_by_side(worlds, |world, ask| self.work(world, ask), &ask, &halt);
        let (fought, lives): (Vec<_>, Vec<_>) =
            fought.into_iter().collect::<Result<Vec<_>>>()?.into_iter().unzip();
        odds.samples.gather(&fought);
        if let Some(course) = &mut odds.course {
            let of_thread = |(thread, lives): (u32, Vec<Life>)| {
                lives.into_iter().map(move |life| Life { thread, ..life })
            };
            course.lives.extend((1..).zip(lives).flat_map(of_thread));
        }
        Ok(match self.wish.load(Ordering::Relaxed) {
            GO_ON => Wish::GoOn,
            ENOUGH => Wish::Enough,
            _ => Wish::Stop,
        })
    }

    /// Fights replicas in all slots of a world until none is left.
    fn work(&self, world: &mut BattleWorld, ask: &dyn Fn()) -> Fought {
        let (mut fought, mut lives) = ((Vec::new(), Samples::new(self.lineup, 0)), Vec::new());
        world.profile().start();
        let slots = world.battles().len();
        let mut taken: Vec<Option<u32>> = (0..slots).map(|slot| self.take(world, slot)).collect();
        let mut begun = vec![world.profile().last_ns(); slots];
        while taken.iter().any(Option::is_some) && self.wish.load(Ordering::Relaxed) != STOP {
            world.step();
            let now = world.profile().last_ns();
            for (slot, place) in taken.iter_mut().enumerate() {
                let battle = &world.battles()[slot];
                let Some(number) = place.filter(|_| battle.ending.is_some()) else { continue };
                if let Some(account) = &battle.account {
                    report::check(self.lineup.units.len(), account)?;
                }
                fought.0.push(number);
                fought.1.push(battle);
                if self.traced && lives.len() < MOST_SPANS {
                    let (start_ns, slot) = (begun[slot], slot as u32 + 1);
                    let ns = now - start_ns;
                    lives.push(Life { replica: number, thread: 0, slot, rounds: battle.round, start_ns, ns });
                }
                begun[slot] = now;
                self.done.fetch_add(1, Ordering::Relaxed);
                *place = self.take(world, slot);
            }
            ask();
        }
        Ok((fought, lives))
    }

    /// Begins the next replica in a slot, if there is one and the caller has not had enough.
    fn take(&self, world: &mut BattleWorld, slot: usize) -> Option<u32> {
        if self.wish.load(Ordering::Relaxed) != GO_ON {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let number = u32::try_from(number).ok().filter(|_| number < self.end)?;
        world.begin(self.lineup, slot, RollKey::new(self.seed, number));
        Some(number)
    }
}
