//! The floors of the house, as a text search: what a folder must not name.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "py") {
            found.push(path);
        }
    }
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// No file below `folder` names any of `words` outside of comments.
fn forbid(folder: &str, words: &[&str]) {
    let files = sources(&root().join("src").join(folder));
    assert!(!files.is_empty(), "no sources in {folder}");
    for path in files {
        let text = fs::read_to_string(&path).expect("a readable source");
        for (number, line) in
            text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for word in words {
                assert!(
                    !line.contains(word),
                    "{}:{}: `{word}` has no place here",
                    path.display(),
                    number + 1
                );
            }
        }
    }
}

#[test]
fn the_ground_knows_no_rules_of_battle_and_no_door() {
    forbid(
        "ecs",
        &["crate::systems", "crate::kernel", "crate::battle", "crate::report", "pyo3", "numpy", "clap"],
    );
}

#[test]
fn systems_know_neither_the_floors_above_nor_python() {
    forbid(
        "systems",
        &["crate::kernel", "crate::battle", "crate::report", "crate::scenario", "pyo3", "numpy"],
    );
}

#[test]
fn systems_are_deterministic_by_construction() {
    let clocks = ["Instant", "SystemTime", "HashMap", "HashSet", "println!", "rand::"];
    let floats = ["powf", "powi", ".sin(", ".cos(", ".exp(", ".ln(", "mul_add", "f32"];
    forbid("systems", &clocks);
    forbid("systems", &floats);
}

#[test]
fn siblings_among_the_systems_do_not_know_each_other() {
    for path in sources(&root().join("src/systems")) {
        let text = fs::read_to_string(&path).expect("a readable source");
        let own = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if own != "mod" {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let bad = code
                .filter(|line| line.contains("crate::systems") || line.contains("super::"))
                .collect::<Vec<_>>();
            assert!(bad.is_empty(), "{}: {bad:?}", path.display());
        }
    }
}

#[test]
fn only_the_profile_knows_the_clock() {
    for path in sources(&root().join("src/ecs")) {
        let text = fs::read_to_string(&path).expect("a readable source");
        assert!(path.ends_with("profile.rs") || !text.contains("Instant::now"), "{}", path.display());
    }
}

#[test]
fn the_border_decides_nothing() {
    forbid("bindings", &["bevy_ecs", "crate::systems", "crate::ecs::components", "crate::ecs::resources"]);
}

#[test]
fn python_is_named_at_the_border_only_and_the_command_line_in_its_folder_only() {
    for folder in ["kernel", "report", "scenario", "export", "hotpaths"] {
        forbid(folder, &["pyo3", "numpy", "clap"]);
    }
    forbid("cli", &["pyo3", "numpy"]);
}

#[test]
fn files_have_one_subject() {
    let folders = ["src", "python", "tests", "benches", "examples", "scripts"];
    for path in folders.iter().flat_map(|folder| sources(&root().join(folder))) {
        let lines = fs::read_to_string(&path).expect("a readable source").lines().count();
        assert!(lines <= 400, "{} has {lines} lines; which two subjects does it have?", path.display());
    }
}
