use super::{Expect, Scenario, blame, build, schema, write};
use crate::ecs::columns::{FACTIONS, FLEETS, TREATIES, TableId, UNITS, WEAPONS};
use crate::ecs::ingest::Values;
use crate::error::{Error, Fault, Faults, Result, ScenarioFault};
use crate::kernel::Muster;
use crate::report::Outcome;
use crate::rules::RULES;

const SKIRMISH: &str = r#"[scenario]
name = "skirmish"
seed = 18446744073709551615
domain = "ground"
defenders = ["Synod"]
rules_under_test = ["R-SHOOT-4"]

[rules]
static_weight = 1
rank_files = 2

[[faction]]
name = "Hegemony"
[[faction]]
name = "Synod"
doctrine = "hold"
[[treaty]]
a = "Hegemony"
b = "Synod"
kind = "war"

[template.tank]
max_hp = 400
armor = -5
weapons = [{ strength = 6, range = 40.5 }, { name = "mortar", slot = 7 }]

[[fleet]]
faction = "Hegemony"
position = [10, 20]
units = [
  { template = "tank", count = 2 },
  { template = "tank", armor = 30, weapons = [] },
  { max_hp = 900, x = 1, y = 2, static = true },
]
[[fleet]]
id = 9
faction = "Synod"
units = [{ id = 2, template = "tank", domain = "space" }]
"#;

fn skirmish() -> Scenario {
    Scenario::parse(SKIRMISH, "skirmish.toml").expect("a scenario without faults")
}

fn fault(text: &str) -> ScenarioFault {
    match Scenario::parse(text, "f.toml") {
        Err(Error::Scenario(fault)) => *fault,
        other => panic!("expected a fault, got {other:?}"),
    }
}

/// Line, column, message and hint of the first fault.
fn told(text: &str) -> (usize, usize, String, Option<String>) {
    let fault = fault(text);
    (fault.line, fault.column, fault.message, fault.hint)
}

fn numbers(scenario: &Scenario, table: TableId, column: &str) -> Vec<f64> {
    let push = build::push(&scenario.model, &scenario.rules);
    let input = push.table(table).expect("the table has rows");
    let (_, values) = input.columns.iter().find(|(name, _)| name == column).expect("the column is given");
    match values {
        Values::F64(values) => values.to_vec(),
        Values::I64(values) => values.iter().map(|&value| value as f64).collect(),
        Values::Flag(values) => values.iter().map(|&value| f64::from(u8::from(value))).collect(),
        other => panic!("no numbers: {other:?}"),
    }
}

fn texts(scenario: &Scenario, table: TableId, column: &str) -> Vec<String> {
    let push = build::push(&scenario.model, &scenario.rules);
    let input = push.table(table).expect("the table has rows");
    let (_, values) = input.columns.iter().find(|(name, _)| name == column).expect("the column is given");
    match values {
        Values::Text(values) => values.iter().map(|value| value.to_string()).collect(),
        other => panic!("no texts: {other:?}"),
    }
}

#[test]
fn the_head_is_read() {
    let scenario = skirmish();
    assert_eq!((scenario.name.as_str(), scenario.seed), ("skirmish", u64::MAX));
    assert_eq!((scenario.rules.static_weight, scenario.rules.rank_files), (1.0, 2));
    assert_eq!((scenario.defenders, scenario.rules_under_test), (vec!["Synod".into()], vec!["R-SHOOT-4".into()]));
    let unnamed = Scenario::parse("", "folder/duel.toml").expect("nothing is required");
    assert_eq!(unnamed.name, "duel");
}

#[test]
fn units_are_their_own_columns_over_the_template_over_the_default() {
    let scenario = skirmish();
    assert_eq!(numbers(&scenario, TableId::Units, "armor"), [-5.0, -5.0, 30.0, 0.0, -5.0]);
    assert_eq!(numbers(&scenario, TableId::Units, "max_hp"), [400.0, 400.0, 400.0, 900.0, 400.0]);
    assert_eq!(numbers(&scenario, TableId::Units, "static"), [0.0, 0.0, 0.0, 1.0, 0.0]);
    let domains = ["ground", "ground", "ground", "ground", "space"];
    assert_eq!(texts(&scenario, TableId::Units, "domain"), domains);
}

#[test]
fn health_that_is_not_given_is_full() {
    let text = "[[faction]]\nname = 'A'\n[[fleet]]\nfaction = 'A'\nunits = [{ max_hp = 30 }, { hp = 5 }]";
    let scenario = Scenario::parse(text, "f.toml").expect("a scenario without faults");
    assert_eq!(numbers(&scenario, TableId::Units, "hp"), [30.0, 5.0]);
}

#[test]
fn ids_and_slots_come_from_the_places_in_the_file() {
    let scenario = skirmish();
    assert_eq!(numbers(&scenario, TableId::Fleets, "id"), [1.0, 9.0]);
    assert_eq!(numbers(&scenario, TableId::Fleets, "location"), [0.0, 0.0]);
    // Unit 2 is taken by the last fleet, so the others leave it out.
    assert_eq!(numbers(&scenario, TableId::Units, "id"), [1.0, 3.0, 4.0, 5.0, 2.0]);
    assert_eq!(numbers(&scenario, TableId::Units, "fleet"), [1.0, 1.0, 1.0, 1.0, 9.0]);
    assert_eq!(numbers(&scenario, TableId::Weapons, "unit"), [1.0, 1.0, 3.0, 3.0, 2.0, 2.0]);
    assert_eq!(numbers(&scenario, TableId::Weapons, "slot"), [0.0, 7.0, 0.0, 7.0, 0.0, 7.0]);
    assert_eq!(texts(&scenario, TableId::Weapons, "name")[..2], ["", "mortar"]);
}

#[test]
fn a_fleet_stands_in_ranks_around_its_point() {
    let scenario = skirmish();
    // Three units in ranks of two; the fourth has a place of its own, the other fleet has no point.
    assert_eq!(numbers(&scenario, TableId::Units, "x")[..4], [9.0, 11.0, 10.0, 1.0]);
    assert_eq!(numbers(&scenario, TableId::Units, "y")[..4], [19.0, 19.0, 21.0, 2.0]);
    assert!(numbers(&scenario, TableId::Units, "x")[4].is_nan());
}

#[test]
fn the_battle_is_where_the_first_ready_fleet_is() {
    let fleets = |first: &str, second: &str| {
        let fleet = |keys| format!("[[fleet]]\nfaction = 'A'\n{keys}\n");
        let text = format!("[[faction]]\nname = 'A'\n{}{}", fleet(first), fleet(second));
        Scenario::parse(&text, "f.toml").expect("a scenario without faults").engagement(Some(3)).muster
    };
    assert_eq!(fleets("location = 7", "location = 8"), Muster::Location(7));
    assert_eq!(fleets("location = 7\nin_transit = true", "location = 8"), Muster::Location(8));
    assert_eq!(fleets("location = -1", "id = 40"), Muster::Fleets(vec![1, 40]));
    assert_eq!(skirmish().engagement(None).seed, Some(u64::MAX));
}

#[test]
fn faults_name_line_column_and_remedy() {
    let hint = |text: &str| Some(text.to_owned());
    let known = "known here: scenario, rules, faction, treaty, template, fleet, expect";
    let cases = [
        ("[banana]", 1, 2, "unknown key 'banana' in a scenario", hint(known)),
        ("[rules]\nhit_flor = 1", 2, 1, "unknown key 'hit_flor' in [rules]", hint("did you mean 'hit_floor'?")),
        ("[rules]\nhit_floor = 'a'", 2, 13, "hit_floor: got 'a', expected a number", None),
        ("[rules]\nhit_floor = 2", 2, 13, "hit_floor: got 2, expected a number from 0 to 1", None),
        ("[scenario]\nseed = -1", 2, 8, "seed: got -1, expected a whole number from 0 to 18446744073709551615", None),
        ("[[faction]]\ndoctrine = 'hold'", 1, 1, "[[faction]] lacks 'name'", hint("name = \"…\": Unique name, at most 255 bytes.")),
        ("[faction]\nname = 'A'", 1, 1, "faction: got [faction], expected tables, each under [[faction]]", None),
        ("[template.a]\namor = 1", 2, 1, "unknown key 'amor' in [template.a]", hint("did you mean 'armor'?")),
        ("[template.a]\nid = 1", 2, 1, "unknown key 'id' in [template.a]", hint("a unit's place in the file says it")),
        ("[template.a]\narmor = 'é'", 2, 9, "armor: got 'é', expected a number", None),
        ("[template.a]\nweapons = [{ slot = 1.5 }]", 2, 21, "slot: got 1.5, expected a whole number", None),
        ("[template.a]\nweapons = [{ unit = 1 }]", 2, 14, "unknown key 'unit' in a weapon", hint("a weapon's place in the file says it")),
    ];
    for (text, line, column, message, hint) in cases {
        assert_eq!(told(text), (line, column, message.to_owned(), hint), "{text}");
    }
}

#[test]
fn faults_of_syntax_name_line_and_column() {
    for (text, line, column) in
        [("[scenario]\nseed = ", 2, 8), ("a = 'é' b", 1, 9), ("[scenario]\nseed = 1\nseed = 2", 3, 1)]
    {
        let (at, from, message, _) = told(text);
        assert!(message.starts_with("not TOML: "), "{message}");
        assert_eq!((at, from), (line, column), "{text}: {message}");
    }
}

#[test]
fn faults_of_fleets_and_units_name_line_column_and_remedy() {
    let hint = |text: &str| Some(text.to_owned());
    let fleet = "[[faction]]\nname = 'Synod'\n[template.tank]\n[[fleet]]\nfaction = 'Synod'\n";
    let cases = [
        ("units = [{ template = 'tnak' }]", 23, "unknown template 'tnak'", hint("did you mean 'tank'?")),
        ("units = [{ count = 0 }]", 20, "count: got 0, expected a whole number from 1 to 18446744073709551615", None),
        ("units = [{ id = 4, count = 2 }]", 17, "2 units cannot share one id", hint("leave out 'id' or 'count'")),
        ("units = [{ fleet = 4 }]", 12, "unknown key 'fleet' in a unit", hint("a unit's place in the file says it")),
        ("units = ['tank']", 10, "a unit: got 'tank', expected a table", None),
        ("position = [1]", 12, "position: got [1], expected a point: [x, y]", None),
        ("formation = 'wedge'", 1, "unknown key 'formation' in [[fleet]]", hint("did you mean 'location'?")),
        (
            "units = [{ count = 3000000000 }]",
            10,
            "3000000000 units up to here, expected at most 10000000 in a scenario",
            None,
        ),
    ];
    for (line, column, message, hint) in cases {
        let text = format!("{fleet}{line}");
        let (at, from, what, remedy) = told(&text);
        assert_eq!((at, from, what, remedy), (6, column, message.to_owned(), hint), "{line}");
    }
}

#[test]
fn faults_of_names_and_expectations_name_line_column_and_remedy() {
    let hint = |text: &str| Some(text.to_owned());
    let cases = [
        ("[scenario]\ndefenders = ['Synd']", 14, "unknown faction 'Synd'", hint("did you mean 'Synod'?")),
        ("[expect]\nwinner = 'Synd'", 10, "unknown faction 'Synd'", hint("did you mean 'Synod'?")),
        (
            "[expect]\noutcome = 'victry'",
            11,
            "outcome: got \"victry\", expected one of \"victory\", \"stalemate\", \"round_limit\", \"no_conflict\"",
            hint("did you mean 'victory'?"),
        ),
        (
            "[expect]\ndigest = 'ABC'",
            10,
            "digest: got \"ABC\", expected 32 hexadecimal digits",
            hint("muc verify --bless writes it"),
        ),
    ];
    for (text, column, message, hint) in cases {
        let text = format!("{text}\n[[faction]]\nname = 'Synod'");
        assert_eq!(told(&text), (2, column, message.to_owned(), hint), "{text}");
    }
}

/// What the scenario makes of a fault that the gate found.
fn explained(fault: Fault) -> (usize, usize, String, Option<String>) {
    let scenario = skirmish();
    let source = scenario.source.as_ref().expect("it was parsed");
    match blame::explain(source, &scenario.model, Error::Push(Faults::from(fault))) {
        Error::Scenario(fault) => (fault.line, fault.column, fault.message, fault.hint),
        other => panic!("expected a scenario's fault, got {other:?}"),
    }
}

#[test]
fn the_gates_faults_are_found_where_the_value_was_written() {
    let at = |fault| {
        let (line, column, ..) = explained(fault);
        (line, column)
    };
    // Of the template; of the unit; of the scenario; of the fleet's point; of nobody, so of the unit.
    assert_eq!(at(Fault::value("units", "armor", 1, -5, "")), (24, 9));
    assert_eq!(at(Fault::value("units", "armor", 2, 30, "")), (32, 32));
    assert_eq!(at(Fault::value("units", "domain", 3, "'ground'", "")), (4, 10));
    assert_eq!(at(Fault::value("units", "x", 2, 1e300, "")), (29, 12));
    assert_eq!(at(Fault::value("units", "x", 3, 1, "")), (33, 23));
    assert_eq!(at(Fault::value("units", "id", 3, "3 again", "")), (33, 3));
    // Weapons of the second tank; of the last fleet's.
    assert_eq!(at(Fault::value("weapons", "range", 2, 40.5, "")), (25, 36));
    assert_eq!(at(Fault::value("weapons", "slot", 5, 7, "")), (25, 70));
    assert_eq!(at(Fault::value("fleets", "faction", 1, "'Synod'", "")), (37, 11));
    assert_eq!(at(Fault::column("fleets", "id", "", "")), (36, 6));
    let (_, _, message, _) = explained(Fault::value("units", "armor", 1, -5, "a number from 0 to 9"));
    assert_eq!(message, "unit armor: got -5, expected a number from 0 to 9");
}

#[test]
fn a_misspelt_choice_or_faction_gets_a_hint() {
    let text = SKIRMISH.replace("doctrine = \"hold\"", "doctrine = \"hodl\"").replace("kind = \"war\"", "kind = \"waar\"");
    let scenario = Scenario::parse(&text, "f.toml").expect("the gate refuses it, not the reader");
    let source = scenario.source.as_ref().expect("it was parsed");
    for (table, column, row, hint) in
        [("factions", "doctrine", 1, "did you mean 'hold'?"), ("treaties", "kind", 0, "did you mean 'war'?")]
    {
        let error = Error::Push(Faults::from(Fault::value(table, column, row, "", "")));
        let Error::Scenario(fault) = blame::explain(source, &scenario.model, error) else { panic!("{table}") };
        assert_eq!(fault.hint.as_deref(), Some(hint));
    }
}

#[test]
fn what_was_written_reads_back_the_same() -> Result<()> {
    let first = skirmish();
    let text = first.to_toml();
    let second = Scenario::parse(&text, "again.toml")?;
    assert_eq!(second.to_toml(), text);
    let same = |table| {
        let (one, other) = (build::push(&first.model, &first.rules), build::push(&second.model, &second.rules));
        // NaN is not equal to itself; its text is.
        assert_eq!(format!("{:?}", one.table(table)), format!("{:?}", other.table(table)));
    };
    TableId::ALL.into_iter().for_each(same);
    assert_eq!((second.rules, second.seed, second.defenders), (first.rules, first.seed, first.defenders));
    Ok(())
}

#[test]
fn numbers_and_texts_read_back_bit_for_bit() -> Result<()> {
    let text = "[scenario]\nname = 'a \"b\"\\'\ndescription = \"\"\"two\nlines \\u0007\"\"\"\n[template.\"a b\"]\nx = -0.0\ny = nan\nmax_hp = 1e15\nbs = 0.1\nap_bonus = 1e-300";
    let text = Scenario::parse(text, "f.toml")?.to_toml();
    let again = Scenario::parse(&text, "f.toml")?;
    assert_eq!((again.name.as_str(), again.description.as_str()), ("a \"b\"\\", "two\nlines \u{7}"));
    assert_eq!(again.to_toml(), text);
    let values = ["x = -0.0", "y = nan", "max_hp = 1000000000000000", "bs = 0.1", "ap_bonus = 1e-300"];
    assert!(values.iter().all(|value| text.contains(value)), "{text}");
    Ok(())
}

fn expected() -> Expect {
    Expect { winner: Some("Synod".into()), outcome: Some(Outcome::Victory), rounds: Some(28), digest: None }
}

#[test]
fn blessing_keeps_the_rest_byte_for_byte() {
    let all = "winner = \"Synod\"\noutcome = \"victory\"\nrounds = 28\n";
    let cases = [
        ("# why\n[scenario]\nseed = 1\n".to_owned(), format!("# why\n[scenario]\nseed = 1\n\n[expect]\n{all}")),
        ("x = 1".to_owned(), format!("x = 1\n\n[expect]\n{all}")),
        (
            "[expect] # all\n# who\nwinner = 'A'  # not B\nrounds=3\n\n[rules]\nmap_size = 9\n".to_owned(),
            "[expect] # all\n# who\nwinner = \"Synod\"  # not B\nrounds=28\noutcome = \"victory\"\n\n[rules]\nmap_size = 9\n"
                .to_owned(),
        ),
        ("[expect]".to_owned(), format!("[expect]\n{all}")),
        (
            "[expect]\r\nrounds = 1\r\n".to_owned(),
            "[expect]\r\nrounds = 28\r\nwinner = \"Synod\"\r\noutcome = \"victory\"\r\n".to_owned(),
        ),
    ];
    for (text, wanted) in cases {
        let blessed = write::bless(&text, &expected());
        assert_eq!(blessed.as_deref(), Some(wanted.as_str()));
        assert_eq!(write::bless(&wanted, &expected()).as_deref(), Some(wanted.as_str()), "twice is once");
    }
    assert_eq!(write::bless("expect = { rounds = 1 }", &expected()), None);
    assert_eq!(write::bless("expect.rounds = 1", &expected()), None);
}

#[test]
fn the_schema_has_every_column_and_every_rule() {
    let schema = schema();
    let has = |table: &str, key: &str| {
        let property = &schema["$defs"][table]["properties"][key];
        assert!(property["description"].is_string(), "{table}.{key}: {property}");
    };
    for (table, spec, implied) in [
        ("faction", &FACTIONS, &[][..]),
        ("treaty", &TREATIES, &[][..]),
        ("fleet", &FLEETS, &[][..]),
        ("unit", &UNITS, &["fleet"][..]),
        ("template", &UNITS, &["id", "fleet"][..]),
        ("weapon", &WEAPONS, &["unit"][..]),
    ] {
        let columns = spec.columns.iter().filter(|column| !implied.contains(&column.name));
        columns.for_each(|column| has(table, column.name));
        assert!(implied.iter().all(|key| schema["$defs"][table]["properties"].get(key).is_none()), "{table}");
        assert_eq!(schema["$defs"][table]["additionalProperties"], false);
    }
    RULES.iter().for_each(|rule| has("rules", rule.name));
    assert_eq!(schema["$defs"]["treaty"]["required"], serde_json::json!(["a", "b", "kind"]));
    assert_eq!(schema["$defs"]["fleet"]["required"], serde_json::json!(["faction"]));
    assert_eq!(schema["$defs"]["rules"]["properties"]["rank_files"]["type"], "integer");
}
