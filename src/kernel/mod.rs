//! The kernel: one long-lived mirror of the campaign, and the battles fought on it.

mod apart;
mod blame;
mod commit;
mod distances;
mod lineup;
mod odds;
mod record;
mod selection;
mod strength;
mod turn;

use bevy_ecs::prelude::*;

pub use apart::Encounter;
use commit::Aftermath;
pub use distances::Placed;
pub use selection::Selection;
pub use turn::{Turn, TurnPlan};

pub use crate::battle::Interrupt;
use crate::battle::{BattleWorld, Lineup};
use crate::ecs::columns::TableId;
use crate::ecs::digest::Digest;
use crate::ecs::index::Key;
use crate::ecs::ingest::{Push, PushSummary, Removal, RemoveSummary};
use crate::ecs::mirror::{Mirror, clear_world, copy_world, mirror_world};
use crate::ecs::profile::MOST_SPANS;
use crate::ecs::tables::Table;
use crate::ecs::witness::Depth;
pub use crate::ecs::workers::MOST_THREADS;
use crate::ecs::workers::Workers;
use crate::ecs::{export, gate};
pub use crate::engagement::{Engagement, MOST_ROUNDS, Muster, Record};
use crate::error::{Error, Result};
use crate::report::Report;
use crate::rules::Rules;
use crate::snapshot::Snapshot;

/// A mirror of the campaign, and the battles fought on it.
pub struct Kernel {
    mirror: World,
    battles: BattleWorld,
    /// Worlds for battles of which a ledger, or events, are written down.
    noted: [Option<BattleWorld>; 2],
    /// Worlds for odds, kept from one time to the next.
    arena: Vec<BattleWorld>,
    seed: u64,
    threads: usize,
    fought: u64,
}

impl Clone for Kernel {
    /// An independent kernel with the same content and the same future; the two may share threads.
    fn clone(&self) -> Self {
        let Self { mirror, battles, seed, threads, fought, .. } = self;
        Self {
            mirror: copy_world(mirror),
            battles: BattleWorld::new(*battles.rules(), battles.workers().clone()),
            noted: [None, None],
            arena: Vec::new(),
            seed: *seed,
            threads: *threads,
            fought: *fought,
        }
    }
}

impl Kernel {
    /// An empty mirror whose battles run on one thread.
    pub fn new(rules: Rules, seed: u64) -> Self {
        let battles = BattleWorld::new(rules, Workers::new(1));
        let (noted, arena) = ([None, None], Vec::new());
        Self { mirror: mirror_world(), battles, noted, arena, seed, threads: 1, fought: 0 }
    }

    /// Lets large battles use so many threads, from 1 to [`MOST_THREADS`]; results do not depend on it.
    pub fn set_threads(&mut self, threads: usize) {
        self.threads = threads.clamp(1, MOST_THREADS);
        self.battles.set_workers(Workers::new(self.threads));
    }

    /// The same kernel, whose battles are fought without a clock and whose profiles are empty: for the bench that asks what
    /// the clock costs.
    #[must_use]
    pub fn without_clock(mut self) -> Self {
        self.battles = BattleWorld::without_clock(*self.rules(), self.battles.workers().clone());
        self
    }

    /// The most threads that a battle uses.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// The rules in force.
    pub fn rules(&self) -> &Rules {
        self.battles.rules()
    }

    /// The seed that battles without one of their own are derived from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Upserts rows by key: everything or, on any fault, nothing.
    ///
    /// # Errors
    /// [`Error::Push`] lists the faults of all tables; the mirror is as it was.
    pub fn push(&mut self, push: &Push<'_>) -> Result<PushSummary> {
        gate::push(&mut self.mirror, push)
    }

    /// Forgets the whole mirror; seed, rules, threads and the count of battles stay.
    pub fn clear(&mut self) {
        clear_world(&mut self.mirror);
    }

    /// Removes rows by key: everything or, on any fault, nothing.
    ///
    /// # Errors
    /// [`Error::Remove`] lists unknown keys and factions that still own fleets.
    pub fn remove(&mut self, removal: &Removal) -> Result<RemoveSummary> {
        gate::remove(&mut self.mirror, removal)
    }

    /// A table of the mirror, in order of its key. Columns as the schema, links as the owner's key.
    pub fn table(&self, table: TableId) -> Table {
        export::table(self.mirror(), table)
    }

    /// The number of rows of a table of the mirror.
    pub fn count(&self, table: TableId) -> usize {
        self.mirror().table(table).len()
    }

    /// The faction with this name, as a table of one row.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn faction(&self, name: &str) -> Result<Table> {
        self.row(TableId::Factions, &Key::Name(name.into()), format!("'{name}'"))
    }

    /// The fleet with this id, as a table of one row.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn fleet(&self, id: i64) -> Result<Table> {
        self.row(TableId::Fleets, &Key::Id(id), id.to_string())
    }

    /// The unit with this id, as a table of one row.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn unit(&self, id: i64) -> Result<Table> {
        self.row(TableId::Units, &Key::Id(id), id.to_string())
    }

    /// The fingerprint of the mirror's content, independent of how it came about.
    pub fn digest(&self) -> Digest {
        export::digest(self.mirror())
    }

    /// The kernel as bytes, to be restored here or elsewhere; see [`crate::snapshot`] for the format.
    pub fn snapshot(&self) -> Vec<u8> {
        let tables = Snapshot::tables_of(self.mirror());
        let Self { seed, threads, fought, .. } = *self;
        Snapshot { seed, fought, threads, rules: *self.rules(), tables }.encode()
    }

    /// A kernel from bytes that [`Kernel::snapshot`] made: the same content, rules and seed, and the same battles from
    /// here on.
    ///
    /// # Errors
    /// [`Error::Snapshot`] says what is wrong with the bytes.
    pub fn restore(snapshot: &[u8]) -> Result<Self> {
        Self::of(&Snapshot::decode(snapshot)?)
    }

    fn of(snapshot: &Snapshot) -> Result<Self> {
        let mut kernel = Self::new(snapshot.rules, snapshot.seed);
        kernel.mirror = snapshot.mirror()?;
        kernel.fought = snapshot.fought;
        kernel.set_threads(snapshot.threads);
        Ok(kernel)
    }

    /// Fights one whole battle.
    ///
    /// # Errors
    /// [`Error::Resolve`] names what is wrong with the request; [`Error::Interrupted`] if the caller stopped it;
    /// [`Error::Conservation`] if the kernel miscounted. The mirror is as it was.
    pub fn resolve(&mut self, engagement: &Engagement, interrupt: Interrupt<'_>) -> Result<Report> {
        let seed = engagement.seed.unwrap_or_else(|| self.next_seed());
        let mut lineup = lineup::gather(self.mirror(), engagement, self.rules())?;
        if lineup.sides.is_empty() {
            return Ok(Report::no_conflict(seed, self.rules(), engagement));
        }
        if !self.battles.workers().are_ours() {
            self.battles.set_workers(Workers::new(self.threads));
        }
        let fought = self.fight(engagement, &mut lineup, seed, interrupt);
        let (report, aftermath) = fought.map_err(|error| self.written_down(error, engagement, seed))?;
        if let Some(aftermath) = aftermath {
            aftermath.commit(&mut self.mirror)?;
            self.fought += 1;
        }
        Ok(report)
    }

    /// Fights a battle to its end: its report, and what it changes if it shall be committed.
    fn fight(
        &mut self,
        engagement: &Engagement,
        lineup: &mut Lineup,
        seed: u64,
        interrupt: Interrupt<'_>,
    ) -> Result<(Report, Option<Aftermath>)> {
        let Self { mirror, battles, noted, .. } = self;
        let (rules, workers) = (*battles.rules(), battles.workers().clone());
        let mut recorded;
        let world = match depth(engagement.record) {
            None => battles,
            Some(Depth::Shots) => {
                recorded = BattleWorld::traced(rules, workers);
                &mut recorded
            }
            Some(depth) => {
                let world = &mut noted[usize::from(depth == Depth::Events)];
                let world = world.get_or_insert_with(|| BattleWorld::noted(rules, workers.clone(), depth));
                world.set_workers(workers);
                world
            }
        };
        world.profile().keep_spans(if engagement.trace { MOST_SPANS } else { 0 }, 1);
        let report = fight_in(world, Mirror::of(mirror), (engagement, lineup, seed), interrupt)?;
        Ok((report, engagement.commit.then(|| Aftermath::of(lineup, world))))
    }

    /// A battle before its first round, in a world of its own, to be run round by round or system by system.
    ///
    /// # Errors
    /// [`Error::Resolve`] names what is wrong with the request, peace among those present included.
    pub fn battle_world(&self, engagement: &Engagement) -> Result<BattleWorld> {
        let lineup = lineup::contested(self.mirror(), engagement, self.rules())?;
        let mut battles = BattleWorld::new(*self.rules(), Workers::new(self.threads));
        battles.load_replica(
            &lineup,
            engagement.seed.unwrap_or_else(|| self.next_seed()),
            engagement.replica,
        );
        Ok(battles)
    }

    fn mirror(&self) -> Mirror<'_> {
        Mirror::of(&self.mirror)
    }

    fn row(&self, table: TableId, key: &Key, shown: String) -> Result<Table> {
        let mirror = self.mirror();
        let unknown = Error::Unknown { table: table.spec().row_name, key: shown };
        let row = mirror.table(table).find(key).ok_or(unknown)?;
        Ok(export::rows(mirror, table, &[row]))
    }
}

/// What a witness writes down for such a record; absent: nothing.
fn depth(record: Record) -> Option<Depth> {
    match record {
        Record::Nothing => None,
        Record::Ledger => Some(Depth::Ledger),
        Record::Events => Some(Depth::Events),
        Record::Full => Some(Depth::Shots),
    }
}

/// Fights a battle with this seed to its end, in a world that writes down what its record wants. The lineup keeps what the
/// report and the aftermath need of it.
fn fight_in(
    world: &mut BattleWorld,
    mirror: Mirror<'_>,
    (engagement, lineup, seed): (&Engagement, &mut Lineup, u64),
    interrupt: Interrupt<'_>,
) -> Result<Report> {
    world.load_replica(lineup, seed, engagement.replica);
    if engagement.record == Record::Full {
        return record::fight(world, mirror, (engagement, lineup, seed), interrupt);
    }
    lineup.forget_columns();
    world.fight(interrupt)?;
    Report::of(lineup, world, seed, engagement)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::ecs::resources::Volley;
    use crate::scenario::Scenario;

    const BATTLE: &str = include_str!("../../scenarios/fleet/line_battle.toml");

    fn battle() -> (Kernel, Engagement) {
        let scenario = Scenario::parse(BATTLE, "line_battle.toml").expect("a scenario");
        (scenario.kernel().expect("a kernel"), scenario.engagement(None))
    }

    #[test]
    fn a_panic_inside_a_system_reaches_the_caller_and_no_other_kernel() {
        let ((mut broken, engagement), (mut sound, _)) = (battle(), battle());
        // Systems have no fault of their own to offer: one of them misses what it works on.
        broken.battles.world_mut().remove_resource::<Volley>();
        for threads in [1, 2] {
            broken.set_threads(threads);
            let panicked = catch_unwind(AssertUnwindSafe(|| broken.resolve(&engagement, &|| false)));
            assert!(panicked.is_err(), "{threads} threads");
        }
        let report = sound.resolve(&engagement, &|| false).expect("a battle");
        let again = battle().0.resolve(&engagement, &|| false).expect("a battle");
        assert_eq!(report.digest, again.digest);
    }
}
