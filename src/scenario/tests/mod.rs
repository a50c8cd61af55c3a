mod faults;
mod writing;

use super::{Scenario, build};
use crate::ecs::columns::TableId;
use crate::ecs::ingest::Values;
use crate::kernel::Muster;

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
    assert_eq!(
        (scenario.defenders, scenario.rules_under_test),
        (vec!["Synod".into()], vec!["R-SHOOT-4".into()])
    );
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
