//! A scenario: one battle as a TOML file, and what must come of it.
//!
//! The same file is a test, an example, an input of the command line and a bug report. Its tables are those
//! of a push: the columns, their defaults and their bounds are the schema's ([`crate::ecs::columns`]).
//!
//! ```toml
//! [scenario]                       # name, description, seed, max_rounds, domain, defenders, rules_under_test
//! name = "skirmish"
//! seed = 42
//!
//! [rules]                          # numbers of the rule book that are different here
//! static_weight = 1.0
//!
//! [[faction]]
//! name = "Hegemony"
//! [[faction]]
//! name = "Synod"
//! [[treaty]]
//! a = "Hegemony"
//! b = "Synod"
//! kind = "war"
//!
//! [template.frigate]               # columns of a unit, and its weapons
//! max_hp = 400
//! weapons = [{ strength = 6, range = 40 }]
//!
//! [[fleet]]                        # all fleets meet at location 0 unless they state another
//! faction = "Hegemony"
//! units = [{ template = "frigate", count = 12 }]
//! [[fleet]]
//! faction = "Synod"
//! position = [60, 40]              # in ranks around this point
//! units = [{ template = "frigate", bs = 70 }, { max_hp = 900, static = true }]
//!
//! [expect]                         # what a replay must show: winner, outcome, rounds, digest
//! winner = "Hegemony"
//! ```
//!
//! Unit ids are given in the order of the file from 1, leaving out those that a unit states; a fleet's id
//! is its position in the file, a weapon's slot its position in the list, from 0. Every fault names file,
//! line and column.

mod blame;
mod build;
mod expect;
mod format;
mod golden;
mod mirror;
mod model;
mod read;
mod schema;
mod section;
mod source;
mod write;

use std::path::Path;

use crate::ecs::columns::FleetColumn;
use crate::error::{Error, Result, ScenarioFault};
use crate::files;
use crate::kernel::{Engagement, Interrupt, Kernel, Muster};
use crate::report::Report;
use crate::rules::Rules;

pub use expect::{Difference, Expect};
pub use golden::Goldens;
pub use schema::schema;

use model::{Fleet, Model, Scalar};
use source::Source;

/// A battle that is described by a file, or that can be written as one.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    /// What people call it.
    pub name: String,
    /// What it shows.
    pub description: String,
    /// The battle's seed.
    pub seed: u64,
    /// Rounds that end the battle; absent: the rules'.
    pub max_rounds: Option<u32>,
    /// The rule book's numbers in this battle.
    pub rules: Rules,
    /// What a run with its own seed must show.
    pub expect: Expect,
    /// Ids of the rules that it shows.
    pub rules_under_test: Vec<String>,
    /// Factions that hold the ground in a stalemate.
    pub defenders: Vec<String>,
    model: Model,
    source: Option<Source>,
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read, [`Error::Scenario`] with the place of its first fault.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::parse(&files::read_text(path)?, &path.display().to_string())
    }

    /// Reads a text; `file` is what faults call it.
    ///
    /// # Errors
    /// [`Error::Scenario`] with the place of the first fault of syntax, keys, kinds of values and names.
    /// Bounds of columns are checked where everybody's are: when a kernel is made of it.
    ///
    /// ```
    /// # use multi_universe_core::scenario::Scenario;
    /// let error = Scenario::parse("[scenario]\nsede = 1", "battle.toml").unwrap_err();
    /// let message = "battle.toml:2:1: unknown key 'sede' in [scenario]\n  hint: did you mean 'seed'?";
    /// assert_eq!(error.to_string(), message);
    /// ```
    pub fn parse(text: &str, file: &str) -> Result<Self> {
        let source = Source { file: file.to_owned(), text: text.to_owned() };
        let mut scenario = read::read(&source)?;
        if scenario.name.is_empty() {
            let stem = Path::new(file).file_stem().unwrap_or_default();
            scenario.name = stem.to_string_lossy().into_owned();
        }
        scenario.source = Some(source);
        Ok(scenario)
    }

    /// A kernel that holds all that the scenario has.
    ///
    /// # Errors
    /// [`Error::Scenario`] with the place of the first value that the kernel's gate refuses.
    pub fn kernel(&self) -> Result<Kernel> {
        let mut kernel = Kernel::new(self.rules, self.seed);
        match kernel.push(&build::push(&self.model, &self.rules)) {
            Ok(_) => Ok(kernel),
            Err(error) => Err(self.explain(error)),
        }
    }

    /// The battle that the scenario is about, with its own seed unless another is given.
    ///
    /// It is fought at the place of the first fleet that is not under way; if that is nowhere, by all fleets
    /// that are not under way.
    pub fn engagement(&self, seed: Option<u64>) -> Engagement {
        Engagement {
            defenders: self.defenders.clone(),
            max_rounds: self.max_rounds,
            seed: Some(seed.unwrap_or(self.seed)),
            ..Engagement::of(self.muster())
        }
    }

    /// Fights the battle on a kernel of its own.
    ///
    /// # Errors
    /// As [`Self::kernel`] and [`Kernel::resolve`].
    pub fn run(&self, seed: Option<u64>, interrupt: Interrupt<'_>) -> Result<Report> {
        self.kernel()?.resolve(&self.engagement(seed), interrupt)
    }

    /// The scenario as TOML: only what was written, no defaults and no comments.
    pub fn to_toml(&self) -> String {
        write::scenario(self)
    }

    /// Writes the scenario as TOML, as a whole or not at all.
    ///
    /// # Errors
    /// [`Error::File`]; a file that was there is then as it was.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        files::write(path.as_ref(), self.to_toml().as_bytes())
    }

    /// Writes what a run must show as `[expect]` into the file that the scenario was loaded from; the rest of
    /// the text stays as it is. Returns whether that changed the file.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written, [`Error::Scenario`] if `expect` is there, but not as a table
    /// of its own.
    pub fn bless(&self, path: impl AsRef<Path>, expect: &Expect) -> Result<bool> {
        let text = files::read_text(path.as_ref())?;
        let blessed = write::bless(&text, expect).ok_or_else(|| {
            let message = "expect is no table of its own, so it cannot be blessed".to_owned();
            let hint = Some("write it under [expect]".to_owned());
            let file = path.as_ref().display().to_string();
            Error::Scenario(Box::new(ScenarioFault { file, line: 1, column: 1, message, hint }))
        })?;
        if blessed != text {
            files::write(path.as_ref(), blessed.as_bytes())?;
        }
        Ok(blessed != text)
    }

    /// How many factions, fleets, units and weapons there are.
    pub fn size(&self) -> Size {
        let model = &self.model;
        let weapons = model.groups().map(|group| group.count * model.weapons(group).len() as u64);
        Size {
            factions: model.factions.len() as u64,
            fleets: model.fleets.len() as u64,
            units: model.groups().map(|group| group.count).sum(),
            weapons: weapons.sum(),
        }
    }

    fn muster(&self) -> Muster {
        let ready = |fleet: &&Fleet| {
            fleet
                .row
                .get(FleetColumn::InTransit as usize)
                .is_none_or(|given| given.value != Scalar::Flag(true))
        };
        match self.model.fleets.iter().find(ready).map(build::location) {
            Some(location) if location >= 0 => Muster::Location(location),
            _ => {
                let fleets = self.model.fleets.iter().zip(build::fleet_ids(&self.model));
                Muster::Fleets(fleets.filter(|(fleet, _)| ready(fleet)).map(|(_, id)| id).collect())
            }
        }
    }

    /// An error of the kernel's gate at its place in the file, if there is a file.
    fn explain(&self, error: Error) -> Error {
        match &self.source {
            Some(source) => blame::explain(source, &self.model, error),
            None => error,
        }
    }
}

/// How large a scenario is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Factions.
    pub factions: u64,
    /// Fleets.
    pub fleets: u64,
    /// Units.
    pub units: u64,
    /// Weapons of all units.
    pub weapons: u64,
}

#[cfg(test)]
mod tests;
