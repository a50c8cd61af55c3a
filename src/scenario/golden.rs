//! The goldens: the digests of many scenarios in one file, so that a change of the fingerprint is a change of one file.
//!
//! ```toml
//! "scenarios/damage/hardpoints.toml" = "f822332ecaecb7eaab2cec8fd05a76ad"
//! ```
//!
//! A scenario is named by its path as it was given, with `/` between folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::source::Source;
use crate::ecs::digest::Digest;
use crate::error::Result;
use crate::files;

/// What stands above the digests.
const HEAD: &str = "# The digest of every scenario, with its own seed. Written by `muc verify --bless --digests`; a change needs a line\n\
    # under Outcomes in the changelog.\n";

/// The digests of scenarios by path.
#[derive(Clone, Debug, Default)]
pub struct Goldens {
    path: PathBuf,
    digests: BTreeMap<String, Digest>,
}

impl Goldens {
    /// No digests yet, to be written to this file.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf(), digests: BTreeMap::new() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read, [`Error::Scenario`] with the place of its first fault.
    ///
    /// [`Error::File`]: crate::Error::File
    /// [`Error::Scenario`]: crate::Error::Scenario
    pub fn load(path: &Path) -> Result<Self> {
        let source = Source { file: path.display().to_string(), text: files::read_text(path)? };
        let table = DeTable::parse(&source.text).map_err(|error| {
            let place = error.span().map_or(0, |span| span.start);
            source.fault(place, error.message(), None)
        })?;
        let mut goldens = Self::new(path);
        for (scenario, value) in table.get_ref() {
            let digest = value.get_ref().as_str().and_then(|text| text.parse().ok());
            let digest = digest.ok_or_else(|| {
                let message = format!("{}: expected 32 hexadecimal digits", scenario.get_ref());
                source.fault(value.span().start, message, None)
            })?;
            goldens.digests.insert(scenario.get_ref().to_string(), digest);
        }
        Ok(goldens)
    }

    /// The digest of a scenario.
    pub fn of(&self, scenario: &Path) -> Option<Digest> {
        self.digests.get(&key(scenario)).copied()
    }

    /// Notes the digest of a scenario; whether that is news.
    pub fn set(&mut self, scenario: &Path, digest: Digest) -> bool {
        self.digests.insert(key(scenario), digest) != Some(digest)
    }

    /// The scenarios that are listed and are no files any more.
    pub fn stale(&self) -> Vec<String> {
        self.digests.keys().filter(|path| !Path::new(path).exists()).cloned().collect()
    }

    /// Forgets scenarios that are no files any more.
    pub fn forget_stale(&mut self) {
        self.digests.retain(|path, _| Path::new(path).exists());
    }

    /// Writes the file, as a whole or not at all.
    ///
    /// # Errors
    /// [`Error::File`]; a file that was there is then as it was.
    ///
    /// [`Error::File`]: crate::Error::File
    pub fn save(&self) -> Result<()> {
        let lines = self
            .digests
            .iter()
            .map(|(path, digest)| format!("{} = \"{digest}\"\n", toml::Value::from(path.as_str())));
        files::write(&self.path, (HEAD.to_owned() + &lines.collect::<String>()).as_bytes())
    }
}

fn key(scenario: &Path) -> String {
    scenario.to_string_lossy().replace('\\', "/")
}
