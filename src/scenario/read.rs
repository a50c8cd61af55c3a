//! From the text of a file to rows: the format's keys, and nothing about the values' bounds.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::Scenario;
use super::expect::Expect;
use super::format::{
    EXPECT, FILE, FLEET, FLEET_IMPLIED, Key, OUTCOMES, SCENARIO, TEMPLATE, UNIT, UNIT_IMPLIED,
    WEAPON_IMPLIED, columns_but, template_columns, unit_columns, weapon_columns,
};
use super::model::{Fleet, Group, MOST_UNITS, MOST_WEAPONS, Model, Position, Row, Scalar, Template};
use super::section::{Section, Value, listed, names_hint, number};
use super::source::{Place, Source};
use crate::ecs::columns::{FACTIONS, FLEETS, FactionColumn, TREATIES, TableSpec, UNITS, UnitColumn, WEAPONS};
use crate::error::{Error, Result};
use crate::rules::{RULES, RuleInfo, Rules, Setting};

/// Reads a whole file.
pub(super) fn read(source: &Source) -> Result<Scenario> {
    let document = DeTable::parse(&source.text).map_err(|error| syntax_fault(source, &error))?;
    let file = Section { source, name: "a scenario".to_owned(), place: 0, table: document.get_ref() };
    file.only(None, names(&FILE))?;
    let [scenario, rules, faction, treaty, template, fleet, expect] = &FILE;
    let mut read = Scenario { rules: read_rules(&file, rules)?, ..Scenario::default() };
    for faction in file.sections(faction)? {
        read.model.factions.push(plain_row(&faction, &FACTIONS)?);
    }
    for treaty in file.sections(treaty)? {
        read.model.treaties.push(plain_row(&treaty, &TREATIES)?);
    }
    if let Some(section) = file.section(scenario)? {
        read_head(&section, &mut read)?;
    }
    read.model.templates = read_templates(&file, template)?;
    for fleet in file.sections(fleet)? {
        let fleet = read_fleet(&fleet, &read.model.templates)?;
        read.model.fleets.push(fleet);
    }
    refuse_too_many(source, &read.model)?;
    if let Some(section) = file.section(expect)? {
        read.expect = read_expect(&section, &read.model)?;
    }
    Ok(read)
}

fn names(keys: &[Key]) -> impl Iterator<Item = &'static str> {
    keys.iter().map(|key| key.name)
}

fn column_names(columns: impl Iterator<Item = (usize, &'static str)>) -> impl Iterator<Item = &'static str> {
    columns.map(|(_, name)| name)
}

/// What the TOML reader says, with its place; at the end of the text if it names none.
fn syntax_fault(source: &Source, error: &toml::de::Error) -> Error {
    let place = error.span().map_or(source.text.len(), |span| span.start);
    source.fault(place, format!("not TOML: {}", error.message()), None)
}

/// `[scenario]`.
fn read_head(section: &Section<'_>, read: &mut Scenario) -> Result<()> {
    section.only(None, names(&SCENARIO))?;
    let [name, description, seed, max_rounds, domain, defenders, rules_under_test] = &SCENARIO;
    read.name = section.text(name)?.map(|(text, _)| text).unwrap_or_default();
    read.description = section.text(description)?.map(|(text, _)| text).unwrap_or_default();
    read.seed = section.whole(seed, 0..=u64::MAX)?.unwrap_or_default();
    read.max_rounds =
        section.whole(max_rounds, 1..=u64::from(u32::MAX))?.and_then(|rounds| rounds.try_into().ok());
    read.model.unit_base =
        section.row(&UNITS, std::iter::once((UnitColumn::Domain as usize, domain.name)), &[])?;
    for (name, place) in section.texts(defenders)? {
        known_faction(section.source, &read.model, &name, place)?;
        read.defenders.push(name);
    }
    read.rules_under_test = section.texts(rules_under_test)?.into_iter().map(|(text, _)| text).collect();
    Ok(())
}

/// `[rules]`: the names here, the values by the rule book's own check.
fn read_rules(file: &Section<'_>, key: &Key) -> Result<Rules> {
    let Some(section) = file.section(key)? else { return Ok(Rules::default()) };
    let [preset] = &super::format::RULES;
    section.only(None, std::iter::once(preset.name).chain(RULES.iter().map(|rule| rule.name)))?;
    let explain = |error: Error| {
        let Error::Rules(faults) = &error else { return error };
        let Some(fault) = faults.listed.first() else { return error };
        let place = section.get(&fault.column).map_or(section.place, |value| value.span().start);
        let message = format!("{}: got {}, expected {}", fault.column, fault.value, fault.wanted);
        section.source.fault(place, message, None)
    };
    let base = match section.text(preset)? {
        Some((name, _)) => Rules::preset(&name).map_err(explain)?,
        None => Rules::default(),
    };
    let mut settings = Vec::new();
    for (name, value) in section.table.iter().filter(|(name, _)| name.get_ref() != preset.name) {
        let setting = match value.get_ref() {
            DeValue::Boolean(flag) => Setting::Flag(*flag),
            DeValue::String(word) => Setting::Word(word),
            _ => Setting::Number(
                number(value).ok_or_else(|| section.wrong(name.get_ref(), value, wanted(name.get_ref())))?,
            ),
        };
        settings.push((name.get_ref().as_ref(), setting));
    }
    base.and(settings).map_err(explain)
}

/// What is legal for a rule, in words.
fn wanted(rule: &str) -> String {
    RuleInfo::named(rule).map_or_else(String::new, RuleInfo::wanted)
}

/// A row that consists of its table's columns and of nothing else.
fn plain_row(section: &Section<'_>, spec: &'static TableSpec) -> Result<Row> {
    section.only(Some(spec), column_names(columns_but(spec, &[])))?;
    section.row(spec, columns_but(spec, &[]), &[])
}

/// `[template.NAME]`, in the order of the file.
fn read_templates(file: &Section<'_>, key: &Key) -> Result<Vec<Template>> {
    let Some(all) = file.section(key)? else { return Ok(Vec::new()) };
    let mut templates = Vec::new();
    for (name, value) in all.table {
        let section = all.inner(value, format!("[{}.{}]", key.name, name.get_ref()))?;
        section.only(Some(&UNITS), column_names(template_columns()).chain(names(&TEMPLATE)))?;
        templates.push(Template {
            name: name.get_ref().to_string(),
            row: section.row(&UNITS, template_columns(), UNIT_IMPLIED)?,
            weapons: read_weapons(&section)?.unwrap_or_default(),
        });
    }
    templates.sort_by_key(|template| template.row.place);
    Ok(templates)
}

/// The weapons of a unit or a template, if it has its own.
fn read_weapons(section: &Section<'_>) -> Result<Option<Vec<Row>>> {
    let [key] = &TEMPLATE;
    if section.get(key.name).is_none() {
        return Ok(None);
    }
    let weapon = |item| {
        let section = section.inner(item, "a weapon".to_owned())?;
        section.only(Some(&WEAPONS), column_names(weapon_columns()))?;
        section.row(&WEAPONS, weapon_columns(), WEAPON_IMPLIED)
    };
    section
        .array(key, "a list of weapons: [{ strength = 6 }, …]")?
        .iter()
        .map(weapon)
        .collect::<Result<_>>()
        .map(Some)
}

/// `[[fleet]]`.
fn read_fleet(section: &Section<'_>, templates: &[Template]) -> Result<Fleet> {
    section.only(Some(&FLEETS), column_names(columns_but(&FLEETS, &[])).chain(names(&FLEET)))?;
    let [position, units] = &FLEET;
    let position = section.get(position.name).map(|value| read_position(section, position.name, value));
    let units = section.array(units, "a list of units: [{ template = \"…\", count = 12 }, …]")?;
    Ok(Fleet {
        row: section.row(&FLEETS, columns_but(&FLEETS, &[]), FLEET_IMPLIED)?,
        position: position.transpose()?,
        groups: units.iter().map(|item| read_group(section, item, templates)).collect::<Result<_>>()?,
    })
}

/// `position = [x, y]`; whether such a place can be is the gate's to say, of `x` and `y`.
fn read_position<'a>(section: &Section<'a>, key: &str, value: &Value<'a>) -> Result<Position> {
    let numbers = match value.get_ref() {
        DeValue::Array(items) => items.iter().map(number).collect::<Option<Vec<f64>>>(),
        _ => None,
    };
    match numbers.as_deref() {
        Some(&[x, y]) => Ok(Position { at: [x, y], place: value.span().start }),
        _ => Err(section.wrong(key, value, "a point: [x, y]")),
    }
}

/// One entry of a fleet's units.
fn read_group<'a>(fleet: &Section<'a>, item: &'a Value<'a>, templates: &[Template]) -> Result<Group> {
    let section = fleet.inner(item, "a unit".to_owned())?;
    section.only(Some(&UNITS), names(&UNIT).chain(names(&TEMPLATE)).chain(column_names(unit_columns())))?;
    let [template, count] = &UNIT;
    let template =
        section.text(template)?.map(|(name, place)| find_template(&section, templates, &name, place));
    let row = section.row(&UNITS, unit_columns(), UNIT_IMPLIED)?;
    // Any count is read, so that the fault can say the whole scenario's size.
    let units = section.whole(count, 1..=u64::MAX)?.unwrap_or(1);
    if let Some(id) = row.get(UnitColumn::Id as usize).filter(|_| units > 1) {
        let message = format!("{units} units cannot share one id");
        return Err(section.source.fault(
            id.place,
            message,
            Some(format!("leave out 'id' or '{}'", count.name)),
        ));
    }
    Ok(Group { template: template.transpose()?, count: units, row, weapons: read_weapons(&section)? })
}

fn find_template(section: &Section<'_>, templates: &[Template], name: &str, place: Place) -> Result<usize> {
    templates.iter().position(|template| template.name == name).ok_or_else(|| {
        let known: Vec<&str> = templates.iter().map(|template| template.name.as_str()).collect();
        let hint = names_hint(name, &known).unwrap_or_else(|| format!("write [template.{name}]"));
        section.source.fault(place, format!("unknown template '{name}'"), Some(hint))
    })
}

/// Refuses counts that could never be meant, before anything of that size is made.
fn refuse_too_many(source: &Source, model: &Model) -> Result<()> {
    let (mut units, mut weapons) = (0_u64, 0_u64);
    for group in model.groups() {
        units = units.saturating_add(group.count);
        weapons = weapons.saturating_add(group.count.saturating_mul(model.weapons(group).len() as u64));
        for (sum, most, what) in [(units, MOST_UNITS, "units"), (weapons, MOST_WEAPONS, "weapons")] {
            if sum > most {
                let message = format!("{sum} {what} up to here, expected at most {most} in a scenario");
                return Err(source.fault(group.row.place, message, None));
            }
        }
    }
    Ok(())
}

/// `[expect]`.
fn read_expect(section: &Section<'_>, model: &Model) -> Result<Expect> {
    section.only(None, names(&EXPECT))?;
    let [winner, outcome, rounds, digest] = &EXPECT;
    let mut expect = Expect::default();
    if let Some((name, place)) = section.text(winner)? {
        if !name.is_empty() {
            known_faction(section.source, model, &name, place)?;
        }
        expect.winner = Some(name);
    }
    if let Some((word, place)) = section.text(outcome)? {
        let words = OUTCOMES.map(|outcome| outcome.name());
        let known = OUTCOMES.into_iter().find(|outcome| outcome.name() == word);
        expect.outcome = Some(known.ok_or_else(|| {
            let message = format!("outcome: got {word:?}, expected one of {}", listed(&words));
            section.source.fault(place, message, names_hint(&word, &words))
        })?);
    }
    expect.rounds = section.whole(rounds, 0..=u64::from(u32::MAX))?.and_then(|rounds| rounds.try_into().ok());
    if let Some((text, place)) = section.text(digest)? {
        expect.digest = Some(text.parse().map_err(|()| {
            let message = format!("digest: got {text:?}, expected 32 hexadecimal digits");
            section.source.fault(place, message, Some("muc verify --bless writes it".to_owned()))
        })?);
    }
    Ok(expect)
}

/// Refuses the name of a faction that the scenario does not have.
fn known_faction(source: &Source, model: &Model, name: &str, place: Place) -> Result<()> {
    let known: Vec<&str> = faction_names(model).collect();
    if known.contains(&name) {
        return Ok(());
    }
    Err(source.fault(place, format!("unknown faction '{name}'"), names_hint(name, &known)))
}

/// The names of all factions of the file.
pub(super) fn faction_names(model: &Model) -> impl Iterator<Item = &str> {
    model.factions.iter().filter_map(|row| match &row.get(FactionColumn::Name as usize)?.value {
        Scalar::Text(name) => Some(name.as_str()),
        _ => None,
    })
}

/// Where `[expect]` stands in a text.
pub(super) struct ExpectSpans {
    /// Its header, or all of it if it has none.
    pub table: Range<usize>,
    /// Its values by key.
    pub values: Vec<(String, Range<usize>)>,
}

/// Finds `[expect]` in a text that is a scenario.
pub(super) fn expect_spans(text: &str) -> Option<ExpectSpans> {
    let document = DeTable::parse(text).ok()?;
    let [.., expect] = &FILE;
    let value = document.get_ref().get(expect.name)?;
    let values =
        value.get_ref().as_table()?.iter().map(|(key, value)| (key.get_ref().to_string(), value.span()));
    Some(ExpectSpans { table: value.span(), values: values.collect() })
}
