//! What rules can be: numbers, flags and words, and how a user writes them.

use super::RULES;

/// What a rule can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// Any number within the range.
    Number,
    /// A whole number within the range.
    Whole,
    /// True (1) or false (0).
    Flag,
    /// One of these words; as a number, its index.
    Word(&'static [&'static str]),
}

/// What is known about one rule.
#[derive(Clone, Copy, Debug)]
pub struct RuleInfo {
    /// The field's name.
    pub name: &'static str,
    /// Meaning and unit.
    pub doc: &'static str,
    /// The rule book's value.
    pub default: f64,
    /// The smallest legal value.
    pub min: f64,
    /// The largest legal value.
    pub max: f64,
    /// What it can be.
    pub kind: RuleKind,
}

/// A rule's value as a user writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting<'a> {
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// A word.
    Word(&'a str),
}

impl From<f64> for Setting<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Setting<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<'a> From<&'a str> for Setting<'a> {
    fn from(word: &'a str) -> Self {
        Self::Word(word)
    }
}

impl std::fmt::Display for Setting<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
            Self::Word(word) => write!(f, "'{word}'"),
        }
    }
}

impl RuleInfo {
    /// The rule named `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.name == name)
    }

    /// A value of this rule as a user writes it.
    pub fn setting(&self, value: f64) -> Setting<'static> {
        match self.kind {
            RuleKind::Flag => Setting::Flag(value != 0.0),
            RuleKind::Word(words) => Setting::Word(words[value as usize]),
            RuleKind::Number | RuleKind::Whole => Setting::Number(value),
        }
    }

    /// The number behind a setting, if it is legal.
    pub(super) fn number(&self, setting: Setting<'_>) -> Option<f64> {
        let number = match (setting, self.kind) {
            (Setting::Word(word), RuleKind::Word(words)) => {
                words.iter().position(|known| *known == word)? as f64
            }
            (Setting::Flag(flag), RuleKind::Flag) => f64::from(u8::from(flag)),
            (Setting::Number(number), RuleKind::Number) => number,
            (Setting::Number(number), RuleKind::Whole | RuleKind::Flag) if number.fract() == 0.0 => number,
            _ => return None,
        };
        (self.min..=self.max).contains(&number).then_some(number)
    }

    /// What is legal, in words.
    pub fn wanted(&self) -> String {
        match self.kind {
            RuleKind::Number => format!("a number from {} to {}", self.min, self.max),
            RuleKind::Whole => format!("a whole number from {} to {}", self.min, self.max),
            RuleKind::Flag => "true or false".to_owned(),
            RuleKind::Word(words) => format!("one of '{}'", words.join("', '")),
        }
    }
}

/// How a rule's type is stored as a number.
pub(super) trait Stored: Copy {
    const KIND: RuleKind;
    /// The value behind a number that has been checked.
    fn of(number: f64) -> Self;
    fn number(self) -> f64;
}

impl Stored for f64 {
    const KIND: RuleKind = RuleKind::Number;
    fn of(number: f64) -> Self {
        number
    }
    fn number(self) -> f64 {
        self
    }
}

impl Stored for u32 {
    const KIND: RuleKind = RuleKind::Whole;
    fn of(number: f64) -> Self {
        number as Self
    }
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Stored for bool {
    const KIND: RuleKind = RuleKind::Flag;
    fn of(number: f64) -> Self {
        number != 0.0
    }
    fn number(self) -> f64 {
        f64::from(u8::from(self))
    }
}

macro_rules! words {
    ($( $(#[doc = $doc:literal])+ $name:ident { $( #[doc = $about:literal] $variant:ident = $word:literal, )+ } )+) => { $(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $( #[doc = $about] $variant, )+ }

        impl Stored for $name {
            const KIND: RuleKind = RuleKind::Word(&[$( $word ),+]);
            fn of(number: f64) -> Self {
                [$( Self::$variant ),+][number as usize]
            }
            fn number(self) -> f64 {
                f64::from(self as u8)
            }
        }
    )+ };
}

words! {
    /// R-TARGET-1: when a unit chooses its target.
    Retarget {
        /// At the start of each round.
        EachRound = "each_round",
        /// At the start of a round in which it has none that is still on the map.
        WhenLost = "when_lost",
    }
    /// R-MORALE-1: what damage to the hull adds to suppression.
    SuppressionFrom {
        /// Its share of the full hull, in percent.
        Share = "share",
        /// Its points.
        Points = "points",
    }
    /// R-MORALE-2: how the sum of two dice is rolled.
    MoraleDice {
        /// Two dice of six sides.
        TwoDice = "2d6",
        /// 2 … 12, all equally likely.
        Even = "even",
    }
}
