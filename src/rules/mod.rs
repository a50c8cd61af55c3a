//! Every number of the rule book: meaning, unit, default and legal range, in one place.
//!
//! A field is a rule's number, flag or word; [`RULES`] describes all of them for messages, the scenario's schema and
//! the documentation. Rules are checked when they are set, so every `Rules` that exists is legal.

mod book;
mod kind;

pub use book::{PRESETS, Preset, RULES, Rules};
pub use kind::{MoraleDice, Retarget, RuleInfo, RuleKind, Setting, SuppressionFrom};

use crate::error::{Error, Fault, Faults, Result, nearest_name};

impl Rules {
    /// The rule book with some rules changed.
    ///
    /// # Errors
    /// As [`Rules::and`].
    ///
    /// ```
    /// # use multi_universe_core::Rules;
    /// let rules = Rules::with([("static_weight", 1.0)])?;
    /// assert_eq!(rules.static_weight, 1.0);
    /// let error = Rules::with([("hit_floor", 2.0)]).unwrap_err();
    /// assert!(error.to_string().contains("hit_floor"), "{error}");
    /// # Ok::<(), multi_universe_core::Error>(())
    /// ```
    pub fn with<'a, S: Into<Setting<'a>>>(settings: impl IntoIterator<Item = (&'a str, S)>) -> Result<Self> {
        Self::default().and(settings)
    }

    /// The rule book of a preset: "strategy_engine" or "lanchester" (see [`PRESETS`]).
    ///
    /// # Errors
    /// [`Error::Rules`] with the nearest name if there is no such preset.
    ///
    /// ```
    /// # use multi_universe_core::{Rules, rules::MoraleDice};
    /// let engine = Rules::preset("strategy_engine")?;
    /// assert_eq!((engine.morale_dice, engine.deploy_cap), (MoraleDice::Even, 200));
    /// assert!(!Rules::preset("lanchester")?.movement);
    /// # Ok::<(), multi_universe_core::Error>(())
    /// ```
    pub fn preset(name: &str) -> Result<Self> {
        match PRESETS.iter().find(|preset| preset.name == name) {
            Some(preset) => Self::with(preset.settings.iter().copied()),
            None => {
                let names = PRESETS.iter().map(|preset| preset.name).collect::<Vec<_>>().join("', '");
                let wanted = format!("one of '{names}'");
                Err(Error::Rules(Fault::column("rules", "preset", format!("'{name}'"), wanted).into()))
            }
        }
    }

    /// These rules with some changed.
    ///
    /// # Errors
    /// [`Error::Rules`] names each unknown rule (with the nearest name) and each value that is not legal.
    pub fn and<'a, S: Into<Setting<'a>>>(
        mut self,
        settings: impl IntoIterator<Item = (&'a str, S)>,
    ) -> Result<Self> {
        let mut faults = Faults::default();
        for (name, setting) in settings {
            match check(name, setting.into()) {
                Ok(number) => self.store(name, number),
                Err(fault) => faults.add(|| fault),
            }
        }
        if self.hit_floor > self.hit_ceiling {
            faults.add(|| {
                let wanted = format!("at most hit_ceiling, {}", self.hit_ceiling);
                Fault::column("rules", "hit_floor", self.hit_floor, wanted)
            });
        }
        faults.into_result(Error::Rules).map(|()| self)
    }

    /// All rules by name, as numbers, in the order of the rule book.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        RULES.iter().filter_map(|rule| Some((rule.name, self.value(rule.name)?)))
    }

    /// The rules that differ from the book, as numbers, in the order of the rule book.
    pub fn changed(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        RULES
            .iter()
            .zip(self.values())
            .filter(|(rule, (_, value))| *value != rule.default)
            .map(|(_, value)| value)
    }

    /// The rules that differ from the book, as a user writes them, in the order of the rule book.
    pub fn settings(&self) -> impl Iterator<Item = (&'static str, Setting<'static>)> + '_ {
        self.changed().filter_map(|(name, value)| Some((name, RuleInfo::named(name)?.setting(value))))
    }
}

/// The number behind a setting of the rule named `name`, if there is one and it is legal.
fn check(name: &str, setting: Setting<'_>) -> std::result::Result<f64, Fault> {
    let Some(rule) = RuleInfo::named(name) else {
        let hint = nearest_name(name, RULES.iter().map(|rule| rule.name));
        let wanted =
            hint.map_or("the name of a rule".to_owned(), |near| format!("a rule; did you mean '{near}'?"));
        return Err(Fault::column("rules", name, "an unknown name", wanted));
    };
    rule.number(setting).ok_or_else(|| Fault::column("rules", name, setting, rule.wanted()))
}
