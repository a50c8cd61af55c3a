//! Battles that share no mirror: each in an empty one of its own, several at once.

use super::{Engagement, Interrupt, Kernel};
use crate::ecs::columns::TableId;
use crate::ecs::ingest::{Push, Values};
use crate::ecs::workers::share_out;
use crate::error::{Error, Result};
use crate::report::Report;

/// A battle with all that it needs.
pub struct Encounter<'a> {
    /// What an empty mirror is given for it.
    pub push: Push<'a>,
    /// What is fought there. Without a seed of its own it has that of this kernel's next battle.
    pub engagement: Engagement,
}

impl Encounter<'_> {
    /// How many units it has.
    fn units(&self) -> usize {
        let units = self.push.table(TableId::Units);
        units.and_then(|units| units.columns.iter().find_map(|(_, values)| Values::rows(values))).unwrap_or(0)
    }

    fn fight(&self, kernel: &mut Kernel, interrupt: Interrupt<'_>) -> Result<Report> {
        kernel.clear();
        kernel.push(&self.push)?;
        kernel.resolve(&self.engagement, interrupt)
    }
}

impl Kernel {
    /// Fights battles that share no mirror, by this kernel's rules, up to `threads` of them at once; no report depends on
    /// how many. The reports are in the order of the battles. This kernel's own mirror and its count of battles stay.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if the caller stopped it. A battle that cannot be pushed or fought is an error in its place.
    pub fn resolve_apart(
        &self,
        battles: &[Encounter<'_>],
        threads: usize,
        interrupt: Interrupt<'_>,
    ) -> Result<Vec<Result<Report>>> {
        // The largest first, so that no thread has to wait for a large one that was begun last.
        let mut order: Vec<usize> = (0..battles.len()).collect();
        order.sort_by_cached_key(|&battle| std::cmp::Reverse(battles[battle].units()));
        let mut hands = Vec::new();
        hands.resize_with(threads.clamp(1, battles.len().max(1)), || {
            let mut kernel = Self::new(*self.rules(), self.seed());
            kernel.fought = self.fought;
            kernel
        });
        let work = |kernel: &mut Self, battle: usize, interrupt: Interrupt<'_>| {
            battles[battle].fight(kernel, interrupt)
        };
        share_out(&mut hands, &order, work, interrupt).ok_or(Error::Interrupted { round: None })
    }
}
