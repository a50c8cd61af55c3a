//! From rows back to TOML: only what was written, no default, so that reading it again gives the same.

use std::fmt::Write;

use super::Scenario;
use super::expect::Expect;
use super::format::{FILE, FLEET, SCENARIO, TEMPLATE, UNIT};
use super::model::{Fleet, Group, Model, Row, Scalar};
use super::read::{ExpectSpans, expect_spans};
use crate::ecs::columns::{FACTIONS, FLEETS, TREATIES, TableSpec, UNITS, UnitColumn, WEAPONS};
use crate::rules::Setting;

/// A whole scenario as TOML.
pub(super) fn scenario(scenario: &Scenario) -> String {
    let model = &scenario.model;
    let mut out = String::new();
    head(&mut out, scenario);
    let value = |setting: Setting<'_>| match setting {
        Setting::Flag(flag) => flag.to_string(),
        Setting::Number(value) => number(value),
        Setting::Word(word) => quoted(word),
    };
    section(&mut out, FILE[1].name, scenario.rules.settings().map(|(name, setting)| (name, value(setting))));
    for (key, spec, rows) in [(&FILE[2], &FACTIONS, &model.factions), (&FILE[3], &TREATIES, &model.treaties)]
    {
        for row in rows {
            block(&mut out, &format!("[[{}]]", key.name), pairs(spec, row));
        }
    }
    for template in &model.templates {
        block(
            &mut out,
            &format!("[{}.{}]", FILE[4].name, bare_or_quoted(&template.name)),
            pairs(&UNITS, &template.row),
        );
        if !template.weapons.is_empty() {
            let weapons = template.weapons.iter().map(|weapon| inline(pairs(&WEAPONS, weapon)));
            list(&mut out, TEMPLATE[0].name, weapons);
        }
    }
    for one in &model.fleets {
        fleet(&mut out, model, one);
    }
    let expected = scenario.expect.values().into_iter();
    section(&mut out, FILE[6].name, expected.filter_map(|(key, value)| Some((key, value?))));
    out
}

/// `[scenario]`.
fn head(out: &mut String, scenario: &Scenario) {
    let [name, description, seed, max_rounds, domain, defenders, rules] = SCENARIO.map(|key| key.name);
    let text = |text: &str| (!text.is_empty()).then(|| quoted(text));
    let texts = |texts: &[String]| {
        let items: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        (!items.is_empty()).then(|| format!("[{}]", items.join(", ")))
    };
    let base = scenario.model.unit_base.get(UnitColumn::Domain as usize);
    let values = [
        (name, text(&scenario.name)),
        (description, text(&scenario.description)),
        (seed, Some(scenario.seed.to_string())),
        (max_rounds, scenario.max_rounds.map(|rounds| rounds.to_string())),
        (domain, base.map(|given| scalar(&given.value))),
        (defenders, texts(&scenario.defenders)),
        (rules, texts(&scenario.rules_under_test)),
    ];
    block(
        out,
        &format!("[{}]", FILE[0].name),
        values.into_iter().filter_map(|(key, value)| Some((key, value?))),
    );
}

/// `[[fleet]]` with a line per group of units.
fn fleet(out: &mut String, model: &Model, fleet: &Fleet) {
    let [position, units] = FLEET.map(|key| key.name);
    let at = fleet.position.map(|at| (position, format!("[{}, {}]", number(at.at[0]), number(at.at[1]))));
    block(out, &format!("[[{}]]", FILE[5].name), pairs(&FLEETS, &fleet.row).chain(at));
    if !fleet.groups.is_empty() {
        list(out, units, fleet.groups.iter().map(|one| group(model, one)));
    }
}

/// One entry of a fleet's units.
fn group(model: &Model, group: &Group) -> String {
    let [template, count] = UNIT.map(|key| key.name);
    let of = group.template.map(|index| (template, quoted(&model.templates[index].name)));
    let many = (group.count != 1).then(|| (count, group.count.to_string()));
    let weapons = group.weapons.as_ref().map(|weapons| {
        let weapons: Vec<String> = weapons.iter().map(|weapon| inline(pairs(&WEAPONS, weapon))).collect();
        (TEMPLATE[0].name, format!("[{}]", weapons.join(", ")))
    });
    inline(of.into_iter().chain(many).chain(pairs(&UNITS, &group.row)).chain(weapons))
}

/// `text` with `[expect]` saying all that `expect` says, and everything else byte for byte as it was.
///
/// Absent if `[expect]` is there, but not as a table of its own.
pub(super) fn bless(text: &str, expect: &Expect) -> Option<String> {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let name = FILE[6].name;
    let wanted = expect.values().into_iter().filter_map(|(key, value)| Some((key, value?)));
    let Some(ExpectSpans { table: header, values: old }) = expect_spans(text) else {
        let gap = if text.is_empty() || text.ends_with("\n\n") || text.ends_with("\r\n\r\n") {
            ""
        } else {
            newline
        };
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
        let lines: String = wanted.map(|(key, value)| format!("{key} = {value}{newline}")).collect();
        return Some(format!("{text}{end}{gap}[{name}]{newline}{lines}"));
    };
    if !text[header.clone()].starts_with('[') {
        return None;
    }
    // What is new goes after the last line that the table has, in the order of the keys.
    let last = old.iter().map(|(_, span)| span.end).chain([header.end]).max().unwrap_or(header.end);
    let line_end = text[last..].find('\n').map_or(text.len(), |at| last + at + 1);
    let mut added = String::new();
    let mut edits = Vec::new();
    for (key, value) in wanted {
        match old.iter().find(|(known, _)| known == key) {
            Some((_, span)) => edits.push((span.clone(), value)),
            None => added.push_str(&format!("{key} = {value}{newline}")),
        }
    }
    if !added.is_empty() && !text[..line_end].ends_with('\n') {
        added.insert_str(0, newline);
    }
    edits.push((line_end..line_end, added));
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut blessed = text.to_owned();
    for (span, new) in edits {
        blessed.replace_range(span, &new);
    }
    Some(blessed)
}

/// A table under its header, after an empty line.
fn block<'a>(out: &mut String, header: &str, values: impl Iterator<Item = (&'a str, String)>) {
    let gap = if out.is_empty() { "" } else { "\n" };
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{gap}{header}");
    for (key, value) in values {
        let _ = writeln!(out, "{key} = {value}");
    }
}

/// A table under its header, unless it is empty.
fn section<'a>(out: &mut String, name: &str, values: impl Iterator<Item = (&'a str, String)>) {
    let mut values = values.peekable();
    if values.peek().is_some() {
        block(out, &format!("[{name}]"), values);
    }
}

/// A list with a line for each item.
fn list(out: &mut String, key: &str, items: impl Iterator<Item = String>) {
    let items: String = items.map(|item| format!("  {item},\n")).collect();
    let _ = writeln!(out, "{key} = [\n{items}]");
}

fn inline<'a>(values: impl Iterator<Item = (&'a str, String)>) -> String {
    let values: Vec<String> = values.map(|(key, value)| format!("{key} = {value}")).collect();
    if values.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", values.join(", ")) }
}

fn pairs<'a>(spec: &'a TableSpec, row: &'a Row) -> impl Iterator<Item = (&'a str, String)> {
    row.given.iter().map(|given| (spec.columns[given.column].name, scalar(&given.value)))
}

fn scalar(value: &Scalar) -> String {
    match value {
        Scalar::Number(value) => number(*value),
        Scalar::Whole(value) => value.to_string(),
        Scalar::Flag(value) => value.to_string(),
        Scalar::Text(value) => quoted(value),
    }
}

/// A number that reads back as the same bits; whole ones without a point.
fn number(value: f64) -> String {
    let text = match value {
        _ if value.is_nan() => return "nan".to_owned(),
        _ if value == 0.0 && value.is_sign_negative() => return "-0.0".to_owned(),
        _ => format!("{value:?}"),
    };
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A key as TOML wants it.
fn bare_or_quoted(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { name.to_owned() } else { quoted(name) }
}
