//! The JSON Schema (draft 2020-12) of the format, made of the tables' columns and the rule book's numbers.

use serde_json::{Map, Value, json};

use super::format::{
    EXPECT, FILE, FLEET, FLEET_IMPLIED, Key, MEETING_PLACE, OUTCOMES, SCENARIO, TEMPLATE, UNIT, columns_but,
    template_columns, unit_columns, weapon_columns,
};
use crate::ecs::columns::{
    Absent, ColumnSpec, FACTIONS, FLEETS, FleetColumn, Kind, TREATIES, TableId, TableSpec, UNITS, UnitColumn,
    WEAPONS,
};
use crate::rules::{PRESETS, RULES, RuleInfo, RuleKind, Setting};

/// The JSON Schema of a scenario file.
///
/// ```
/// let schema = multi_universe_core::scenario::schema();
/// assert_eq!(schema["$defs"]["template"]["properties"]["armor"]["minimum"], 0.0);
/// ```
pub fn schema() -> Value {
    let [scenario, rules, faction, treaty, template, fleet, expect] = &FILE;
    let file = [
        described(scenario, reference("scenario")),
        described(rules, reference("rules")),
        described(faction, list("faction")),
        described(treaty, list("treaty")),
        described(template, json!({ "type": "object", "additionalProperties": reference("template") })),
        described(fleet, list("fleet")),
        described(expect, reference("expect")),
    ];
    let mut schema = object(file, &[]);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("A scenario of multi_universe_core");
    schema["$defs"] = json!({
        "scenario": scenario_table(),
        "rules": rules_table(),
        "faction": plain_table(&FACTIONS),
        "treaty": plain_table(&TREATIES),
        "template": template_table(),
        "unit": unit_table(),
        "weapon": object(columns(&WEAPONS, weapon_columns()), &[]),
        "fleet": fleet_table(),
        "expect": expect_table(),
    });
    schema
}

/// A table that is all columns.
fn plain_table(spec: &'static TableSpec) -> Value {
    object(columns(spec, columns_but(spec, &[])), &required(spec, &[]))
}

/// The columns that a row must give.
fn required(spec: &'static TableSpec, implied: &'static [usize]) -> Vec<&'static str> {
    let needed = |(index, _): &(usize, &str)| spec.columns[*index].absent == Absent::Required;
    columns_but(spec, implied).filter(needed).map(|(_, name)| name).collect()
}

fn rules_table() -> Value {
    let [preset] = &super::format::RULES;
    let presets: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    let rules = RULES.iter().map(|rule| (rule.name, rule_value(rule)));
    object(std::iter::once(described(preset, json!({ "enum": presets }))).chain(rules), &[])
}

fn scenario_table() -> Value {
    let [name, description, seed, max_rounds, domain, defenders, rules_under_test] = &SCENARIO;
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    let keys = [
        described(name, json!({ "type": "string" })),
        described(description, json!({ "type": "string" })),
        described(seed, json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX, "default": 0 })),
        described(max_rounds, json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX })),
        described(domain, column_value(&UNITS.columns[UnitColumn::Domain as usize])),
        described(defenders, texts()),
        described(rules_under_test, texts()),
    ];
    object(keys, &[])
}

fn template_table() -> Value {
    object(columns(&UNITS, template_columns()).chain([weapons()]), &[])
}

fn unit_table() -> Value {
    let [template, count] = &UNIT;
    let keys = [
        described(template, json!({ "type": "string" })),
        described(count, json!({ "type": "integer", "minimum": 1, "default": 1 })),
        weapons(),
    ];
    let mut unit = object(columns(&UNITS, unit_columns()).chain(keys), &[]);
    // One id cannot be several units'.
    let id = UNITS.columns[UnitColumn::Id as usize].name;
    unit["dependentSchemas"] = json!({ id: { "properties": { count.name: { "const": 1 } } } });
    unit
}

fn weapons() -> (&'static str, Value) {
    let [weapons] = &TEMPLATE;
    described(weapons, list("weapon"))
}

fn fleet_table() -> Value {
    let [position, units] = &FLEET;
    let point = json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 });
    let keys = [described(position, point), described(units, list("unit"))];
    let columns = columns(&FLEETS, columns_but(&FLEETS, &[]));
    let mut fleet = object(columns.chain(keys), &required(&FLEETS, FLEET_IMPLIED));
    let location = FLEETS.columns[FleetColumn::Location as usize].name;
    fleet["properties"][location]["default"] = json!(MEETING_PLACE);
    fleet
}

fn expect_table() -> Value {
    let [winner, outcome, rounds, digest] = &EXPECT;
    let keys = [
        described(winner, json!({ "type": "string" })),
        described(outcome, json!({ "enum": OUTCOMES.map(|outcome| outcome.name()) })),
        described(rounds, json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })),
        described(digest, json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" })),
    ];
    object(keys, &[])
}

/// A table that has these keys and no others.
fn object(keys: impl IntoIterator<Item = (&'static str, Value)>, required: &[&str]) -> Value {
    let properties: Map<String, Value> =
        keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn list(of: &str) -> Value {
    json!({ "type": "array", "items": reference(of) })
}

fn described(key: &Key, mut value: Value) -> (&'static str, Value) {
    value["description"] = json!(key.doc);
    (key.name, value)
}

fn columns(
    spec: &'static TableSpec,
    columns: impl Iterator<Item = (usize, &'static str)>,
) -> impl Iterator<Item = (&'static str, Value)> {
    columns.map(|(index, name)| (name, column_value(&spec.columns[index])))
}

/// The values of a column.
fn column_value(column: &ColumnSpec) -> Value {
    let mut value = match column.kind {
        Kind::Number { min, max } | Kind::NumberOrNone { min, max } => {
            json!({ "type": "number", "minimum": min, "maximum": max })
        }
        Kind::Whole { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Text { min, max } => json!({ "type": "string", "minLength": min, "maxLength": max }),
        Kind::Link(TableId::Factions) => json!({ "type": "string", "minLength": 1 }),
        Kind::Link(_) => json!({ "type": "integer", "minimum": 0 }),
    };
    match (column.absent, column.kind) {
        (Absent::Is(number), Kind::Flag) => value["default"] = json!(number != 0.0),
        (Absent::Is(index), Kind::Choice(words)) => value["default"] = json!(words[index as usize]),
        (Absent::Is(number), Kind::Whole { .. }) => value["default"] = json!(number as i64),
        (Absent::Is(number), _) if number.is_finite() => value["default"] = json!(number),
        (Absent::Empty, _) => value["default"] = json!(""),
        _ => {}
    }
    value["description"] = json!(column.doc);
    value
}

/// The values of a rule.
fn rule_value(rule: &RuleInfo) -> Value {
    let (default, description) = (rule.setting(rule.default), rule.doc.trim());
    let mut value = match rule.kind {
        RuleKind::Flag => json!({ "type": "boolean" }),
        RuleKind::Word(words) => json!({ "enum": words }),
        RuleKind::Whole => json!({ "type": "integer", "minimum": rule.min, "maximum": rule.max }),
        RuleKind::Number => json!({ "type": "number", "minimum": rule.min, "maximum": rule.max }),
    };
    value["default"] = match default {
        Setting::Flag(flag) => json!(flag),
        Setting::Word(word) => json!(word),
        Setting::Number(number) => json!(number),
    };
    value["description"] = json!(description);
    value
}
