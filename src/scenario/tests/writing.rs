use super::super::{Expect, Scenario, build, schema, write};
use super::skirmish;
use crate::ecs::columns::{FACTIONS, FLEETS, TREATIES, TableId, UNITS, WEAPONS};
use crate::error::Result;
use crate::report::Outcome;
use crate::rules::RULES;

#[test]
fn what_was_written_reads_back_the_same() -> Result<()> {
    let first = skirmish();
    let text = first.to_toml();
    let second = Scenario::parse(&text, "again.toml")?;
    assert_eq!(second.to_toml(), text);
    let same = |table| {
        let (one, other) =
            (build::push(&first.model, &first.rules), build::push(&second.model, &second.rules));
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
