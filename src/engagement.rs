//! Which battle to fight, and how: what a caller asks of the kernel.

use std::sync::Arc;

use crate::error::{Fault, Result};

/// The longest battle, in rounds: the name of a roll has room for so many.
pub const MOST_ROUNDS: u32 = 1_000_000;

/// Which battle to fight, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Engagement {
    /// Whose units fight.
    pub muster: Muster,
    /// Faction names that hold the ground in a stalemate.
    pub defenders: Vec<String>,
    /// The round limit; absent: the rules'.
    pub max_rounds: Option<u32>,
    /// The seed; absent: from the kernel's seed and its count of committed battles.
    pub seed: Option<u64>,
    /// Which of the seed's replicas; 0: the battle itself.
    pub replica: u32,
    /// Whether the mirror holds the aftermath.
    pub commit: bool,
    /// What is kept of the battle besides its report's tables.
    pub record: Record,
    /// Whether the report keeps when each system ran.
    pub trace: bool,
    /// The caller's own mark, which its report and events carry; empty: none.
    pub trace_id: Arc<str>,
}

/// Whose units fight.
#[derive(Clone, Debug, PartialEq)]
pub enum Muster {
    /// The living units of these fleets.
    Fleets(Vec<i64>),
    /// The living units of all fleets at this place that are not in transit.
    Location(i64),
}

/// What is kept of a battle besides its report's tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Record {
    /// Nothing.
    #[default]
    Nothing,
    /// The ledger: who did how much to whom, by fleet, domain and round.
    Ledger,
    /// The ledger, and the events with their causes.
    Events,
    /// These, an event for each shot, and a replay: the input, and every column that changes, round by round.
    Full,
}

impl Engagement {
    /// A battle of these units under the kernel's rules and seed, whose aftermath the mirror holds and that is not recorded.
    pub fn of(muster: Muster) -> Self {
        Self {
            muster,
            defenders: Vec::new(),
            max_rounds: None,
            seed: None,
            replica: 0,
            commit: true,
            record: Record::Nothing,
            trace: false,
            trace_id: "".into(),
        }
    }
}

impl Record {
    /// What a user's word means; no word: nothing.
    ///
    /// # Errors
    /// The fault lists the words.
    ///
    /// ```
    /// # use multi_universe_core::kernel::Record;
    /// assert_eq!(Record::of(Some("full")), Ok(Record::Full));
    /// assert_eq!(Record::of(None), Ok(Record::Nothing));
    /// assert!(Record::of(Some("all")).is_err());
    /// ```
    pub fn of(word: Option<&str>) -> Result<Self, Fault> {
        match word {
            None => Ok(Self::Nothing),
            Some("ledger") => Ok(Self::Ledger),
            Some("events") => Ok(Self::Events),
            Some("full") => Ok(Self::Full),
            Some(other) => {
                let wanted = "'ledger', 'events', 'full', or None";
                Err(Fault::column("record", "", format!("'{other}'"), wanted))
            }
        }
    }
}
