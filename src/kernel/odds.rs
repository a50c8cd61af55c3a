//! The odds of a battle on the mirror.

use super::{Engagement, Kernel, lineup};
use crate::ecs::roll::battle_seed;
use crate::error::Result;
use crate::odds::{self, Monitor, Odds, Plan};

impl Kernel {
    /// Fights a battle many times and says what came of it; the mirror stays as it is.
    ///
    /// The plan's seed counts; the engagement's is for a single battle.
    ///
    /// # Errors
    /// [`Error::Resolve`] names what is wrong with the request, peace among those present included; [`Error::Odds`] what
    /// is wrong with the plan; [`Error::Conservation`] if the kernel miscounted.
    ///
    /// [`Error::Resolve`]: crate::Error::Resolve
    /// [`Error::Odds`]: crate::Error::Odds
    /// [`Error::Conservation`]: crate::Error::Conservation
    pub fn odds(&mut self, engagement: &Engagement, plan: &Plan, monitor: Monitor<'_>) -> Result<Odds> {
        plan.check()?;
        let lineup = lineup::contested(self.mirror(), engagement, self.rules())?;
        let rules = *self.rules();
        let odds = odds::fight(&lineup, &rules, plan, &mut self.arena, monitor);
        let marked = odds.map(|odds| Odds { trace_id: engagement.trace_id.clone(), ..odds });
        marked.map_err(|error| self.written_down(error, engagement, plan.seed))
    }

    /// The seed of the next battle that is given none.
    pub fn next_seed(&self) -> u64 {
        battle_seed(self.seed, self.fought)
    }
}
