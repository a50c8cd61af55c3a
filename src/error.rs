//! One door for errors: every failure says where it was, what was there and what was expected.
//!
//! A refused input is a list of [`Fault`]s (table, column, row, value, expectation); the variant of
//! [`Error`] says which request was refused. Nothing has changed when an error is returned.

use std::path::Path;
use std::{fmt, io};

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How many faults of one request are listed; the rest are counted.
pub const LISTED_FAULTS: usize = 10;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A push was refused; the mirror is as it was.
    #[error("push refused, nothing changed: {0}")]
    Push(Faults),
    /// A removal was refused; the mirror is as it was.
    #[error("remove refused, nothing changed: {0}")]
    Remove(Faults),
    /// A battle could not be started; the mirror is as it was.
    #[error("resolve refused, nothing changed: {0}")]
    Resolve(Faults),
    /// Odds could not be worked out; nothing has changed.
    #[error("odds refused: {0}")]
    Odds(Faults),
    /// A rule's name or value was refused.
    #[error("rules refused: {0}")]
    Rules(Faults),
    /// The input of a function without a mirror was refused.
    #[error("input refused, nothing changed: {0}")]
    Input(Faults),
    /// Bytes are no usable snapshot; nothing of them was restored.
    #[error("snapshot refused: {0}")]
    Snapshot(Faults),
    /// Bytes are no usable replay, or there is none; nothing of them was read.
    #[error("{}replay refused: {faults}", place(.file))]
    Replay {
        /// The file as the user named it; empty: none.
        file: String,
        /// What is wrong.
        faults: Faults,
    },
    /// A row that was asked for by its key does not exist.
    #[error("no {table} has the key {key}")]
    Unknown {
        /// The row's kind, in the singular: "fleet", "unit", "faction".
        table: &'static str,
        /// The key asked for.
        key: String,
    },
    /// A scenario file has a fault.
    #[error("{0}")]
    Scenario(Box<ScenarioFault>),
    /// A file could not be read or written.
    #[error("{path}: cannot {action}: {reason}")]
    File {
        /// The path as the user gave it.
        path: String,
        /// "read", "write".
        action: &'static str,
        /// What kind of failure it was.
        kind: io::ErrorKind,
        /// What the operating system said.
        reason: String,
    },
    /// The caller asked for the work to stop; the mirror is as it was.
    #[error("interrupted{}; the mirror is as it was", in_round(*.round))]
    Interrupted {
        /// The round in which the battle stopped; absent if it was more than one battle.
        round: Option<u32>,
    },
    /// A conservation law was broken: a defect of the kernel, never of the input.
    #[error("this is our fault, please report it: {law} does not hold for {place}: {left} against {right}{}", written(.scenario))]
    Conservation {
        /// The law in words.
        law: &'static str,
        /// The unit, fleet or faction.
        place: String,
        /// The law's left side.
        left: f64,
        /// The law's right side.
        right: f64,
        /// The file in which the battle was written down as a scenario; empty: none.
        scenario: String,
    },
    /// A panic happened inside this kernel just now: a defect of the kernel, never of the input.
    #[error(
        "this is our fault, please report it: the kernel panicked ({reason}) and refuses further work; make a new one"
    )]
    Panicked {
        /// What the panic said.
        reason: String,
    },
    /// A panic happened inside this kernel earlier; what it holds cannot be trusted.
    #[error("this kernel panicked earlier and refuses further work; make a new one")]
    Poisoned,
}

/// The file in front of a message.
fn place(file: &str) -> String {
    if file.is_empty() { String::new() } else { format!("{file}: ") }
}

/// The round that was under way, if it is known.
fn in_round(round: Option<u32>) -> String {
    round.map_or_else(String::new, |round| format!(" in round {round}"))
}

/// Where a battle was written down, to be sent along with a report.
fn written(scenario: &str) -> String {
    if scenario.is_empty() { String::new() } else { format!("; the battle is written down in {scenario}") }
}

impl Error {
    /// A file that could not be read or written ("read", "write"), and why.
    pub fn file(path: &Path, action: &'static str, error: &(dyn std::error::Error + 'static)) -> Self {
        let kind = error.downcast_ref().map_or(io::ErrorKind::Other, io::Error::kind);
        Self::File { path: path.display().to_string(), action, kind, reason: error.to_string() }
    }
}

/// One refused value.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The table or argument, as the caller named it.
    pub table: &'static str,
    /// The column, as the caller named it; empty when the fault is the whole table's.
    pub column: String,
    /// The row in the caller's table, from 0; absent when the fault is the whole column's.
    pub row: Option<usize>,
    /// What was there.
    pub value: String,
    /// What was expected.
    pub wanted: String,
}

impl Fault {
    /// A fault of one value.
    pub fn value(
        table: &'static str,
        column: &str,
        row: usize,
        value: impl fmt::Display,
        wanted: impl fmt::Display,
    ) -> Self {
        Self {
            table,
            column: column.to_owned(),
            row: Some(row),
            value: value.to_string(),
            wanted: wanted.to_string(),
        }
    }

    /// A fault of a whole column (`column` empty: of the whole table).
    pub fn column(
        table: &'static str,
        column: &str,
        value: impl fmt::Display,
        wanted: impl fmt::Display,
    ) -> Self {
        Self {
            table,
            column: column.to_owned(),
            row: None,
            value: value.to_string(),
            wanted: wanted.to_string(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.table)?;
        if !self.column.is_empty() {
            write!(f, ", column '{}'", self.column)?;
        }
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        write!(f, ": got {}, expected {}", self.value, self.wanted)
    }
}

/// The faults of one request: the first [`LISTED_FAULTS`] and their count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// The first faults, in the order of tables, columns and rows.
    pub listed: Vec<Fault>,
    /// How many there are.
    pub count: usize,
}

impl Faults {
    /// Adds a fault; `fault` is called only while the list has room.
    pub fn add(&mut self, fault: impl FnOnce() -> Fault) {
        if self.listed.len() < LISTED_FAULTS {
            self.listed.push(fault());
        }
        self.count += 1;
    }

    /// Adds the faults of another list, after its own.
    pub fn merge(&mut self, other: Self) {
        let room = LISTED_FAULTS.saturating_sub(self.listed.len());
        self.listed.extend(other.listed.into_iter().take(room));
        self.count += other.count;
    }

    /// `Ok` if there are no faults, else the error that `refuse` makes of them.
    pub fn into_result(self, refuse: fn(Self) -> Error) -> Result<()> {
        if self.count == 0 { Ok(()) } else { Err(refuse(self)) }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self { listed: vec![fault], count: 1 }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.listed.as_slice() {
            return write!(f, "{only}");
        }
        write!(f, "{} faults", self.count)?;
        for fault in &self.listed {
            write!(f, "\n  {fault}")?;
        }
        match self.count.saturating_sub(self.listed.len()) {
            0 => Ok(()),
            more => write!(f, "\n  … and {more} more"),
        }
    }
}

/// A fault of a scenario file, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct ScenarioFault {
    /// The file as the user named it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it, if there is something to say.
    pub hint: Option<String>,
}

impl fmt::Display for ScenarioFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// The candidate nearest to a misspelt name, if one is near enough to be meant.
///
/// ```
/// # use multi_universe_core::error::nearest_name;
/// assert_eq!(nearest_name("amor", ["armor", "hp"]), Some("armor"));
/// assert_eq!(nearest_name("banana", ["armor", "hp"]), None);
/// ```
pub fn nearest_name<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (edits(name, candidate), candidate))
        .min()
        .filter(|&(distance, candidate)| distance <= 1 + candidate.chars().count() / 4)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance in characters.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut row = vec![i + 1];
        for (j, &cb) in b.iter().enumerate() {
            let substitute = above[j] + usize::from(ca != cb);
            row.push(substitute.min(above[j + 1] + 1).min(row[j] + 1));
        }
        above = row;
    }
    above[b.len()]
}
