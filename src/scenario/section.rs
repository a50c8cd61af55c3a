//! One TOML table, read with a fault at the exact place for whatever is not as it should be.

use std::fmt::Display;
use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::format::Key;
use super::model::{Row, Scalar};
use super::source::{Place, Source};
use crate::ecs::columns::{Absent, ColumnSpec, Kind, TableId, TableSpec};
use crate::error::{Error, Result, nearest_name};

/// So many known names are listed in a hint; of more, only the nearest is named.
const LISTED_NAMES: usize = 12;
/// So many characters of a refused value are shown.
const SHOWN_CHARACTERS: usize = 40;

/// A value with its place.
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// A table of the file.
pub(super) struct Section<'a> {
    /// The text, for faults.
    pub source: &'a Source,
    /// What a message calls it: "[scenario]".
    pub name: String,
    /// Where it begins.
    pub place: Place,
    /// Its keys and values.
    pub table: &'a DeTable<'a>,
}

impl<'a> Section<'a> {
    /// Refuses the first key that is not known here; of a row of `spec`, if it is one.
    pub fn only<'k>(&self, spec: Option<&TableSpec>, known: impl IntoIterator<Item = &'k str>) -> Result<()> {
        let known: Vec<&str> = known.into_iter().collect();
        let unknown = self.table.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref()));
        let Some((key, _)) = unknown.min_by_key(|(key, _)| key.span().start) else { return Ok(()) };
        let message = format!("unknown key '{}' in {}", key.get_ref(), self.name);
        let hint = match spec.filter(|spec| spec.column(key.get_ref()).is_some()) {
            Some(spec) => Some(format!("a {}'s place in the file says it", spec.row_name)),
            None => names_hint(key.get_ref(), &known),
        };
        Err(self.source.fault(key.span().start, message, hint))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&'a Value<'a>> {
        self.table.get(key)
    }

    /// The text of a key, and its place.
    pub fn text(&self, key: &Key) -> Result<Option<(String, Place)>> {
        let Some(value) = self.get(key.name) else { return Ok(None) };
        match value.get_ref() {
            DeValue::String(text) => Ok(Some((text.to_string(), value.span().start))),
            _ => Err(self.wrong(key.name, value, "a text")),
        }
    }

    /// The texts of a key, each with its place.
    pub fn texts(&self, key: &Key) -> Result<Vec<(String, Place)>> {
        let text = |item: &Value<'a>| match item.get_ref() {
            DeValue::String(text) => Ok((text.to_string(), item.span().start)),
            _ => Err(self.wrong(key.name, item, "a text")),
        };
        self.array(key, "a list of texts")?.iter().map(text).collect()
    }

    /// The whole number of a key, if it is one of those that are legal.
    pub fn whole(&self, key: &Key, legal: RangeInclusive<u64>) -> Result<Option<u64>> {
        let Some(value) = self.get(key.name) else { return Ok(None) };
        let number = match value.get_ref() {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let wanted = format!("a whole number from {} to {}", legal.start(), legal.end());
        let number = number.filter(|number| legal.contains(number));
        number.map(Some).ok_or_else(|| self.wrong(key.name, value, wanted))
    }

    /// The items of a key that holds a list; none if it is absent.
    pub fn array(&self, key: &Key, wanted: &str) -> Result<&'a [Value<'a>]> {
        match self.get(key.name).map(|value| (value, value.get_ref())) {
            None => Ok(&[]),
            Some((_, DeValue::Array(items))) => Ok(items),
            Some((value, _)) => Err(self.wrong(key.name, value, wanted)),
        }
    }

    /// The table `[key]` of the file.
    pub fn section(&self, key: &Key) -> Result<Option<Section<'a>>> {
        let Some(value) = self.get(key.name) else { return Ok(None) };
        self.inner(value, format!("[{}]", key.name)).map(Some)
    }

    /// The tables `[[key]]` of the file, in its order.
    pub fn sections(&self, key: &Key) -> Result<Vec<Section<'a>>> {
        let items = self.array(key, &format!("tables, each under [[{}]]", key.name))?;
        items.iter().map(|item| self.inner(item, format!("[[{}]]", key.name))).collect()
    }

    /// The table that is a value.
    pub fn inner(&self, value: &'a Value<'a>, name: String) -> Result<Section<'a>> {
        match value.get_ref() {
            DeValue::Table(table) => {
                Ok(Section { source: self.source, name, place: value.span().start, table })
            }
            _ => Err(self.wrong(&name, value, "a table")),
        }
    }

    /// The columns of a table's row. Those the row must give are required unless they are `implied`.
    pub fn row(
        &self,
        spec: &'static TableSpec,
        columns: impl Iterator<Item = (usize, &'static str)>,
        implied: &[usize],
    ) -> Result<Row> {
        let mut row = Row { place: self.place, given: Vec::new() };
        for (index, name) in columns {
            let column = &spec.columns[index];
            match self.get(name) {
                Some(value) => row = row.with(index, self.scalar(column, value)?, value.span().start),
                None if column.absent == Absent::Required && !implied.contains(&index) => {
                    let message = format!("{} lacks '{name}'", self.name);
                    let hint = format!("{name} = {}: {}", example(column.kind), column.doc);
                    return Err(self.source.fault(self.place, message, Some(hint)));
                }
                None => {}
            }
        }
        Ok(row)
    }

    /// A column's value; whether it is within its bounds is the gate's to say.
    fn scalar(&self, column: &ColumnSpec, value: &Value<'a>) -> Result<Scalar> {
        let scalar = match (column.kind, value.get_ref()) {
            (Kind::Number { .. } | Kind::NumberOrNone { .. }, _) => number(value).map(Scalar::Number),
            (Kind::Flag, DeValue::Boolean(flag)) => Some(Scalar::Flag(*flag)),
            (Kind::Choice(_) | Kind::Text { .. } | Kind::Link(TableId::Factions), DeValue::String(text)) => {
                Some(Scalar::Text(text.to_string()))
            }
            (Kind::Whole { .. } | Kind::Link(_), DeValue::Integer(number)) => {
                whole(number).map(Scalar::Whole)
            }
            _ => None,
        };
        scalar.ok_or_else(|| self.wrong(column.name, value, wanted(column.kind)))
    }

    /// The fault of a value of the wrong kind.
    pub fn wrong(&self, key: &str, value: &Value<'a>, wanted: impl Display) -> Error {
        let text = self.source.text.get(value.span()).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        let mut shown: String = line.chars().take(SHOWN_CHARACTERS).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        self.source.fault(value.span().start, format!("{key}: got {shown}, expected {wanted}"), None)
    }
}

/// The number that a value is, whole or not.
pub(super) fn number(value: &Value<'_>) -> Option<f64> {
    match value.get_ref() {
        DeValue::Float(number) => number.as_str().parse().ok(),
        DeValue::Integer(number) => whole(number).map(|number| number as f64),
        _ => None,
    }
}

fn whole(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// What to do about a misspelt name: the nearest known one, or all if they are few.
pub(super) fn names_hint(name: &str, known: &[&str]) -> Option<String> {
    match nearest_name(name, known.iter().copied()) {
        Some(near) => Some(format!("did you mean '{near}'?")),
        None if known.is_empty() || known.len() > LISTED_NAMES => None,
        None => Some(format!("known here: {}", known.join(", "))),
    }
}

/// What a column's values are, in the words of a message.
fn wanted(kind: Kind) -> String {
    match kind {
        Kind::Number { .. } | Kind::NumberOrNone { .. } => "a number".to_owned(),
        Kind::Whole { .. } => "a whole number".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Choice(words) => format!("one of {}", listed(words)),
        Kind::Text { .. } => "a text".to_owned(),
        Kind::Link(TableId::Factions) => "a faction's name".to_owned(),
        Kind::Link(owner) => format!("the id of a {}", owner.spec().row_name),
    }
}

/// What a column's value looks like in the file.
fn example(kind: Kind) -> String {
    match kind {
        Kind::Choice(words) => format!("{:?}", words[0]),
        Kind::Text { .. } | Kind::Link(TableId::Factions) => "\"…\"".to_owned(),
        _ => "…".to_owned(),
    }
}

/// Words, quoted, for a message.
pub(super) fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ")
}
