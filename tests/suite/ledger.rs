//! RULES.md is true: every rule is in its file, its scenario and a test or a doctest.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_rule_of_the_ledger_has_its_file_and_its_scenario() {
    let ledger = read("RULES.md");
    let rows: Vec<Vec<&str>> = ledger
        .lines()
        .filter(|line| line.starts_with("| R-"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() >= 20, "{} rules", rows.len());
    for row in rows {
        let [id, _, file, scenario] = row[..] else { panic!("a row of four cells: {row:?}") };
        assert!(read(file).contains(id), "{file} does not name {id}");
        let under_test = read(scenario);
        let list = under_test.lines().find(|line| line.starts_with("rules_under_test")).unwrap_or_default();
        assert!(list.contains(&format!("\"{id}\"")), "{scenario} does not have {id} under test");
    }
}

#[test]
fn every_rule_of_the_systems_is_in_the_ledger() {
    let ledger = read("RULES.md");
    let systems = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/systems");
    for file in fs::read_dir(systems).expect("the systems") {
        let file = file.expect("a readable folder").file_name().to_string_lossy().into_owned();
        let text = read(&format!("src/systems/{file}"));
        let ids = text.match_indices("R-").map(|(at, _)| {
            let end = text[at..].find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'));
            text[at..at + end.unwrap_or(text.len() - at)].trim_end_matches('-')
        });
        for id in ids.filter(|id| id.matches('-').count() == 2) {
            assert!(ledger.contains(&format!("| {id} |")), "{id} of {file} is not in RULES.md");
        }
    }
}
