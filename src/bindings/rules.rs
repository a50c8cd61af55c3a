//! The class `Rules`: the rule book's numbers, some of them changed.

use std::path::{Path, PathBuf};

use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::column::shown;
use super::table::PyTable;
use crate::ecs::tables::{Column, Table};
use crate::error::{Error, Fault, Faults, Result, nearest_name};
use crate::rules::{RULES, RuleInfo, RuleKind, Rules, Setting};

/// The rule book's numbers, some of them changed: `Rules(hit_floor=0.1, retarget="when_lost")`.
///
/// Each rule is an attribute: a number, True or False, or a word. `Rules.describe()` lists them with meaning, unit,
/// default and legal range.
/// Rules cannot be changed; equal rules are equal, have one hash, and can be pickled.
///
/// >>> import multi_universe_core as muc
/// >>> rules = muc.Rules(hit_floor=0.1, retarget="when_lost")
/// >>> rules.hit_floor, rules == muc.Rules()
/// (0.1, False)
/// >>> muc.Rules(hit_flor=0.1)
/// Traceback (most recent call last):
/// multi_universe_core.RulesError: rules refused: rules, column 'hit_flor': got an unknown name,
/// expected a rule; did you mean 'hit_floor'?
#[pyclass(name = "Rules", module = "multi_universe_core", frozen, eq)]
#[derive(PartialEq)]
pub(crate) struct PyRules(pub(crate) Rules);

#[pymethods]
impl PyRules {
    #[new]
    #[pyo3(signature = (**overrides))]
    fn new(overrides: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        changed(Rules::default(), overrides)
    }

    /// A rule book by name, some of its rules changed: "strategy_engine" (the extremes of the Python engine that
    /// the book follows) or "lanchester" (fire and nothing else). Raises RulesError.
    #[staticmethod]
    #[pyo3(signature = (name, **overrides))]
    fn preset(name: &str, overrides: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        changed(Rules::preset(name)?, overrides)
    }

    /// The rules in a TOML file: its table `[rules]`, or the whole file if it has none.
    #[staticmethod]
    fn load(path: PathBuf) -> PyResult<Self> {
        Ok(Self(load(&path)?))
    }

    /// What is known about every rule: name, meaning and unit, default, legal range, kind, legal words. Of words the
    /// default and the range are places in their list, from 0.
    #[staticmethod]
    fn describe() -> PyTable {
        let texts = |text: fn(&RuleInfo) -> &str| {
            let texts: Vec<&str> = RULES.iter().map(text).collect();
            Column::words((0..).take(texts.len()).collect(), &texts)
        };
        let numbers = |number: fn(&RuleInfo) -> f64| Column::Float(RULES.iter().map(number).collect());
        let words: Vec<String> = RULES.iter().map(words_of).collect();
        PyTable::from(Table::new(vec![
            ("name", texts(|rule| rule.name)),
            ("doc", texts(|rule| rule.doc.trim())),
            ("default", numbers(|rule| rule.default)),
            ("min", numbers(|rule| rule.min)),
            ("max", numbers(|rule| rule.max)),
            ("kind", texts(|rule| kind_name(rule.kind))),
            ("words", Column::words((0..).take(RULES.len()).collect(), &words)),
        ]))
    }

    fn __getattr__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        match RuleInfo::named(name) {
            Some(rule) => object(py, rule, self.0.value(name).unwrap_or(rule.default)),
            None => {
                let hint = nearest_name(name, RULES.iter().map(|rule| rule.name));
                let hint = hint.map_or(String::new(), |near| format!("; did you mean '{near}'?"));
                Err(PyAttributeError::new_err(format!("no rule '{name}'{hint}")))
            }
        }
    }

    fn __dir__(slf: &Bound<'_, Self>) -> PyResult<Vec<String>> {
        let mut names: Vec<String> = slf.get_type().dir()?.extract()?;
        names.extend(RULES.iter().map(|rule| rule.name.to_owned()));
        Ok(names)
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        PyTuple::new(py, self.0.values().map(|(_, value)| value).collect::<Vec<_>>())?.hash()
    }

    fn __repr__(&self) -> String {
        let changed = self.0.settings().map(|(name, setting)| match setting {
            Setting::Flag(flag) => format!("{name}={}", if flag { "True" } else { "False" }),
            Setting::Word(word) => format!("{name}='{word}'"),
            Setting::Number(number) if number.fract() == 0.0 && is_whole(name) => format!("{name}={number}"),
            Setting::Number(number) => format!("{name}={number:?}"),
        });
        format!("Rules({})", changed.collect::<Vec<_>>().join(", "))
    }

    /// For pickle and copy: the rules that differ from the book.
    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let overrides = PyDict::new(py);
        for (name, setting) in self.0.settings() {
            match setting {
                Setting::Flag(flag) => overrides.set_item(name, flag)?,
                Setting::Number(number) => overrides.set_item(name, number)?,
                Setting::Word(word) => overrides.set_item(name, word)?,
            }
        }
        Ok((PyTuple::empty(py), overrides))
    }
}

/// A rule's value as Python has it.
fn object<'py>(py: Python<'py>, rule: &RuleInfo, value: f64) -> PyResult<Bound<'py, PyAny>> {
    Ok(match rule.setting(value) {
        Setting::Flag(flag) => flag.into_pyobject(py)?.to_owned().into_any(),
        Setting::Word(word) => word.into_pyobject(py)?.into_any(),
        Setting::Number(number) if rule.kind == RuleKind::Whole => {
            (number as i64).into_pyobject(py)?.into_any()
        }
        Setting::Number(number) => number.into_pyobject(py)?.into_any(),
    })
}

/// What a rule can be, in Python's words.
fn kind_name(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Number => "float",
        RuleKind::Whole => "int",
        RuleKind::Flag => "bool",
        RuleKind::Word(_) => "str",
    }
}

/// The legal words of a rule, if it is one.
fn words_of(rule: &RuleInfo) -> String {
    if let RuleKind::Word(words) = rule.kind { words.join(", ") } else { String::new() }
}

fn is_whole(name: &str) -> bool {
    RuleInfo::named(name).is_some_and(|rule| rule.kind == RuleKind::Whole)
}

/// These rules, some of them changed.
fn changed(rules: Rules, overrides: Option<&Bound<'_, PyDict>>) -> PyResult<PyRules> {
    let mut settings: Vec<(String, Given)> = Vec::new();
    let mut faults = Faults::default();
    for (name, value) in overrides.into_iter().flatten() {
        let name: String = name.extract()?;
        match value.extract() {
            Ok(given) => settings.push((name, given)),
            Err(_) => faults.add(|| Fault::column("rules", &name, shown(&value), wanted(&name))),
        }
    }
    faults.into_result(Error::Rules)?;
    let settings = settings.iter().map(|(name, given)| (name.as_str(), given.setting()));
    Ok(PyRules(rules.and(settings)?))
}

/// A rule's value as Python gives it.
#[derive(FromPyObject)]
enum Given {
    Flag(bool),
    Number(f64),
    Word(String),
}

impl Given {
    fn setting(&self) -> Setting<'_> {
        match self {
            Self::Flag(flag) => Setting::Flag(*flag),
            Self::Number(number) => Setting::Number(*number),
            Self::Word(word) => Setting::Word(word),
        }
    }
}

/// What is legal for the rule of this name, in words.
fn wanted(name: &str) -> String {
    RuleInfo::named(name).map_or_else(|| "the name of a rule".to_owned(), RuleInfo::wanted)
}

/// Reads the rules of a TOML file.
fn load(path: &Path) -> Result<Rules> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Error::file(path, "read", &error))?;
    let fault = |value: String, wanted: &str| Error::Rules(Fault::column("rules", "", value, wanted).into());
    let file: toml::Table = toml::from_str(&text)
        .map_err(|error| fault(format!("{shown}: {}", error.to_string().trim_end()), "a TOML file"))?;
    let rules = match file.get("rules") {
        Some(toml::Value::Table(rules)) => rules,
        Some(other) => return Err(fault(format!("{shown}: rules is {}", other.type_str()), "a table")),
        None => &file,
    };
    let mut base = Rules::default();
    let mut settings = Vec::with_capacity(rules.len());
    let mut faults = Faults::default();
    for (name, value) in rules {
        let setting = match value {
            toml::Value::String(preset) if name == "preset" => {
                base = Rules::preset(preset)?;
                continue;
            }
            toml::Value::Float(number) => Setting::Number(*number),
            toml::Value::Integer(number) => Setting::Number(*number as f64),
            toml::Value::Boolean(flag) => Setting::Flag(*flag),
            toml::Value::String(word) => Setting::Word(word),
            other => {
                faults.add(|| Fault::column("rules", name, other, wanted(name)));
                continue;
            }
        };
        settings.push((name.as_str(), setting));
    }
    faults.into_result(Error::Rules)?;
    base.and(settings)
}
