//! The class `Rules`: the rule book's numbers, some of them changed.

use std::path::{Path, PathBuf};

use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::column::shown;
use super::table::PyTable;
use crate::ecs::tables::{Column, Table};
use crate::error::{Error, Fault, Faults, Result, nearest_name};
use crate::rules::{RULES, RuleInfo, RuleKind, Rules};

/// The rule book's numbers, some of them changed: `Rules(hit_floor=0.1)`.
///
/// Each rule is an attribute. `Rules.describe()` lists them with meaning, unit, default and legal range.
/// Rules cannot be changed; equal rules are equal, have one hash, and can be pickled.
#[pyclass(name = "Rules", module = "multi_universe_core", frozen, eq)]
#[derive(PartialEq)]
pub(crate) struct PyRules(pub(crate) Rules);

#[pymethods]
impl PyRules {
    #[new]
    #[pyo3(signature = (**overrides))]
    fn new(overrides: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut values = Vec::new();
        let mut faults = Faults::default();
        for (name, value) in overrides.into_iter().flatten() {
            let name: String = name.extract()?;
            match value.extract::<f64>() {
                Ok(number) => values.push((name, number)),
                Err(_) => faults.add(|| Fault::column("rules", &name, shown(&value), "a number")),
            }
        }
        faults.into_result(Error::Rules)?;
        Ok(Self(with(&values)?))
    }

    /// The rules in a TOML file: its table `[rules]`, or the whole file if it has none.
    #[staticmethod]
    fn load(path: PathBuf) -> PyResult<Self> {
        Ok(Self(load(&path)?))
    }

    /// What is known about every rule: name, meaning and unit, default, legal range.
    #[staticmethod]
    fn describe() -> PyTable {
        let texts = |text: fn(&RuleInfo) -> &str| {
            let texts: Vec<&str> = RULES.iter().map(text).collect();
            Column::words((0..).take(texts.len()).collect(), &texts)
        };
        let numbers = |number: fn(&RuleInfo) -> f64| Column::Float(RULES.iter().map(number).collect());
        PyTable::from(Table::new(vec![
            ("name", texts(|rule| rule.name)),
            ("doc", texts(|rule| rule.doc.trim())),
            ("default", numbers(|rule| rule.default)),
            ("min", numbers(|rule| rule.min)),
            ("max", numbers(|rule| rule.max)),
            ("kind", texts(|rule| kind_name(rule.kind))),
        ]))
    }

    fn __getattr__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        match RULES.iter().find(|rule| rule.name == name) {
            Some(rule) => rule_value(py, rule, &self.0),
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
        let changed: Vec<String> = changed(&self.0)
            .map(|(rule, value)| match rule.kind {
                RuleKind::Flag => format!("{}={}", rule.name, if value != 0.0 { "True" } else { "False" }),
                RuleKind::Whole => format!("{}={value}", rule.name),
                RuleKind::Number => format!("{}={value:?}", rule.name),
            })
            .collect();
        format!("Rules({})", changed.join(", "))
    }

    /// For pickle and copy: the rules that differ from the book.
    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let overrides = PyDict::new(py);
        for (rule, value) in changed(&self.0) {
            overrides.set_item(rule.name, value)?;
        }
        Ok((PyTuple::empty(py), overrides))
    }
}

fn rule_value<'py>(py: Python<'py>, rule: &RuleInfo, rules: &Rules) -> PyResult<Bound<'py, PyAny>> {
    let value = rules.value(rule.name).unwrap_or(rule.default);
    Ok(match rule.kind {
        RuleKind::Flag => (value != 0.0).into_pyobject(py)?.to_owned().into_any(),
        RuleKind::Whole => (value as i64).into_pyobject(py)?.into_any(),
        RuleKind::Number => value.into_pyobject(py)?.into_any(),
    })
}

/// What a rule can be, in Python's words.
fn kind_name(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Number => "float",
        RuleKind::Whole => "int",
        RuleKind::Flag => "bool",
    }
}

/// The rules that differ from the book.
fn changed(rules: &Rules) -> impl Iterator<Item = (&'static RuleInfo, f64)> {
    RULES
        .iter()
        .zip(rules.values())
        .map(|(rule, (_, value))| (rule, value))
        .filter(|(rule, value)| *value != rule.default)
}

fn with(values: &[(String, f64)]) -> Result<Rules> {
    Rules::with(values.iter().map(|(name, value)| (name.as_str(), *value)))
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
    let mut values = Vec::with_capacity(rules.len());
    let mut faults = Faults::default();
    for (name, value) in rules {
        match value {
            toml::Value::Float(number) => values.push((name.clone(), *number)),
            toml::Value::Integer(number) => values.push((name.clone(), *number as f64)),
            toml::Value::Boolean(flag) => values.push((name.clone(), f64::from(u8::from(*flag)))),
            other => faults.add(|| Fault::column("rules", name, other, "a number")),
        }
    }
    faults.into_result(Error::Rules)?;
    with(&values)
}
