//! What a replay must show (`[expect]`), how a report falls short of it, and writing it into a file.

use crate::ecs::digest::Digest;
use crate::report::{Outcome, Report};

/// What a run with the scenario's own seed must show; what is absent may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expect {
    /// The winning faction; an empty text: there is none.
    pub winner: Option<String>,
    /// How the battle ends.
    pub outcome: Option<Outcome>,
    /// How many rounds are fought.
    pub rounds: Option<u32>,
    /// The fingerprint of all rounds.
    pub digest: Option<Digest>,
}

/// One thing in which a report is not what a scenario expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The key of `[expect]`.
    pub key: &'static str,
    /// What the scenario expects.
    pub expected: String,
    /// What the report has.
    pub got: String,
}

impl Expect {
    /// All that a report shows.
    pub fn of(report: &Report) -> Self {
        Self {
            winner: Some(report.winner.as_deref().unwrap_or_default().to_owned()),
            outcome: Some(report.outcome),
            rounds: Some(report.rounds),
            digest: Some(report.digest),
        }
    }

    /// Whether nothing is expected.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// In what a report is not as expected, in the order of the keys.
    ///
    /// ```
    /// # use multi_universe_core::scenario::Expect;
    /// let expected = Expect { rounds: Some(28), ..Expect::default() };
    /// let shown = Expect { rounds: Some(30), winner: Some("Synod".into()), ..Expect::default() };
    /// let [difference] = expected.differences(&shown).try_into().unwrap();
    /// assert_eq!((difference.key, difference.got.as_str()), ("rounds", "30"));
    /// ```
    pub fn differences(&self, shown: &Self) -> Vec<Difference> {
        let pairs = self.values().into_iter().zip(shown.values());
        let differs = pairs.filter(|((_, expected), (_, got))| expected.is_some() && expected != got);
        differs
            .map(|((key, expected), (_, got))| Difference {
                key,
                expected: expected.unwrap_or_default(),
                got: got.unwrap_or_else(|| "nothing".to_owned()),
            })
            .collect()
    }

    /// Keys and values as the file has them, in its order.
    pub(super) fn values(&self) -> [(&'static str, Option<String>); 4] {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        [
            ("winner", self.winner.as_deref().map(quoted)),
            ("outcome", self.outcome.map(|outcome| quoted(outcome.name()))),
            ("rounds", self.rounds.map(|rounds| rounds.to_string())),
            ("digest", self.digest.map(|digest| quoted(&digest.to_string()))),
        ]
    }
}
