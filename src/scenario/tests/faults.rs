use super::super::{Scenario, blame};
use super::{SKIRMISH, skirmish};
use crate::error::{Error, Fault, Faults, ScenarioFault};

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

#[test]
fn faults_name_line_column_and_remedy() {
    let hint = |text: &str| Some(text.to_owned());
    let known = "known here: scenario, rules, faction, treaty, template, fleet, expect";
    let cases = [
        ("[banana]", 1, 2, "unknown key 'banana' in a scenario", hint(known)),
        (
            "[rules]\nhit_flor = 1",
            2,
            1,
            "unknown key 'hit_flor' in [rules]",
            hint("did you mean 'hit_floor'?"),
        ),
        ("[rules]\nhit_floor = 'a'", 2, 13, "hit_floor: got 'a', expected a number from 0 to 1", None),
        ("[rules]\nmorale_dice = 2", 2, 15, "morale_dice: got 2, expected one of '2d6', 'even'", None),
        (
            "[rules]\nretarget = 'now'",
            2,
            12,
            "retarget: got 'now', expected one of 'each_round', 'when_lost'",
            None,
        ),
        (
            "[rules]\npreset = 'chess'",
            2,
            10,
            "preset: got 'chess', expected one of 'strategy_engine', 'lanchester'",
            None,
        ),
        ("[rules]\nhit_floor = 2", 2, 13, "hit_floor: got 2, expected a number from 0 to 1", None),
        (
            "[scenario]\nseed = -1",
            2,
            8,
            "seed: got -1, expected a whole number from 0 to 18446744073709551615",
            None,
        ),
        (
            "[[faction]]\ndoctrine = 'hold'",
            1,
            1,
            "[[faction]] lacks 'name'",
            hint("name = \"…\": Unique name, at most 255 bytes."),
        ),
        (
            "[faction]\nname = 'A'",
            1,
            1,
            "faction: got [faction], expected tables, each under [[faction]]",
            None,
        ),
        ("[template.a]\namor = 1", 2, 1, "unknown key 'amor' in [template.a]", hint("did you mean 'armor'?")),
        (
            "[template.a]\nid = 1",
            2,
            1,
            "unknown key 'id' in [template.a]",
            hint("a unit's place in the file says it"),
        ),
        ("[template.a]\narmor = 'é'", 2, 9, "armor: got 'é', expected a number", None),
        ("[template.a]\nweapons = [{ slot = 1.5 }]", 2, 21, "slot: got 1.5, expected a whole number", None),
        (
            "[template.a]\nweapons = [{ unit = 1 }]",
            2,
            14,
            "unknown key 'unit' in a weapon",
            hint("a weapon's place in the file says it"),
        ),
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
        (
            "units = [{ count = 0 }]",
            20,
            "count: got 0, expected a whole number from 1 to 18446744073709551615",
            None,
        ),
        (
            "units = [{ id = 4, count = 2 }]",
            17,
            "2 units cannot share one id",
            hint("leave out 'id' or 'count'"),
        ),
        (
            "units = [{ fleet = 4 }]",
            12,
            "unknown key 'fleet' in a unit",
            hint("a unit's place in the file says it"),
        ),
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
    let text = SKIRMISH
        .replace("doctrine = \"hold\"", "doctrine = \"hodl\"")
        .replace("kind = \"war\"", "kind = \"waar\"");
    let scenario = Scenario::parse(&text, "f.toml").expect("the gate refuses it, not the reader");
    let source = scenario.source.as_ref().expect("it was parsed");
    for (table, column, row, hint) in
        [("factions", "doctrine", 1, "did you mean 'hold'?"), ("treaties", "kind", 0, "did you mean 'war'?")]
    {
        let error = Error::Push(Faults::from(Fault::value(table, column, row, "", "")));
        let Error::Scenario(fault) = blame::explain(source, &scenario.model, error) else {
            panic!("{table}")
        };
        assert_eq!(fault.hint.as_deref(), Some(hint));
    }
}
