//! The program `muc`, as a user meets it: what it prints, where, and how it ends.
#![cfg(feature = "cli")]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use multi_universe_core::ecs::simd::Level;
use multi_universe_core::scenario::Scenario;

const LINES: &str = "scenarios/fleet/line_battle.toml";
const DUEL: &str = "scenarios/treaty/bystander.toml";

fn muc(args: &[&str]) -> Output {
    command(args).output().expect("muc can be started")
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_muc"));
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("COLUMNS");
    command
}

/// Exit code, standard output, standard error.
fn told(args: &[&str]) -> (Option<i32>, String, String) {
    let output = muc(args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A folder of its own for a test.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{test}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).expect("a file can be written");
    path.display().to_string()
}

fn scenario_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of scenarios") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { scenario_files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn help_and_version_are_no_faults() {
    let (code, out, err) = told(&["--help"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(
        ["run", "verify", "profile", "check", "schema"].iter().all(|command| out.contains(command)),
        "{out}"
    );
    assert!(told(&["--version"]).1.starts_with("muc "));
}

#[test]
fn bad_usage_ends_with_two_and_says_why() {
    assert_eq!(told(&[]).0, Some(2));
    let (code, out, err) = told(&["rnu", DUEL]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("unrecognized subcommand 'rnu'"), "{err}");
    let (code, _, err) = told(&["run", DUEL, "--format", "csv"]);
    assert!(code == Some(2) && err.contains("--out <DIR>"), "{err}");
}

#[test]
fn a_faulty_file_ends_with_two_and_its_place() {
    let folder = folder("faulty");
    let path = written(&folder, "typo.toml", "[scenario]\nsede = 1\n");
    for command in ["run", "check", "verify", "profile"] {
        let (code, out, err) = told(&[command, &path]);
        let fault = format!("{path}:2:1: unknown key 'sede' in [scenario]\n  hint: did you mean 'seed'?\n");
        assert_eq!((code, err), (Some(2), fault), "{command}");
        assert!(!out.contains("sede"), "{out}");
    }
    let (code, _, err) = told(&["run", "no/such.toml"]);
    assert!(code == Some(2) && err.starts_with("no/such.toml: cannot read: "), "{err}");
    let (code, _, err) = told(&["verify", &folder.join("nothing").display().to_string()]);
    assert!(code == Some(2) && err.contains("cannot read"), "{err}");
}

#[test]
fn the_schema_is_json_and_knows_the_format() {
    let (code, out, _) = told(&["schema"]);
    let schema: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(code, Some(0));
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[test]
fn every_scenario_states_its_fact_and_its_rules() {
    let mut files = Vec::new();
    scenario_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"), &mut files);
    assert!(files.len() >= 12, "{files:?}");
    for path in files {
        let text = fs::read_to_string(&path).expect("a scenario");
        let scenario = Scenario::load(&path).unwrap_or_else(|error| panic!("{error}"));
        assert!(text.starts_with("# "), "{}: no leading comment", path.display());
        assert!(!scenario.rules_under_test.is_empty(), "{}: no rules under test", path.display());
        let again =
            Scenario::parse(&scenario.to_toml(), "again.toml").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(again.to_toml(), scenario.to_toml(), "{}", path.display());
    }
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let mut child =
        command(&["schema"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("muc starts");
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().expect("its standard error").read_to_string(&mut err).expect("text");
    assert_eq!((child.wait().expect("it ends").code(), err.as_str()), (Some(0), ""));
}

// What follows fights battles.

#[test]
fn check_accepts_every_scenario() {
    let (code, out, err) = told(&["check", "scenarios"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("line_battle.toml: 2 factions, 2 fleets, 120 units, 360 weapons\n"), "{out}");
}

#[test]
fn check_names_the_place_of_a_value_that_the_gate_refuses() {
    let text = "[[faction]]\nname = 'A'\n[template.t]\narmor = -5\n[[fleet]]\nfaction = 'A'\nunits = [{ template = 't' }]";
    let path = written(&folder("gate"), "negative.toml", text);
    let (code, _, err) = told(&["check", &path]);
    assert_eq!(code, Some(2));
    assert!(err.starts_with(&format!("{path}:4:9: unit armor: got -5, expected ")), "{err}");
}

#[test]
fn run_tells_who_won_and_how_to_see_it_again() {
    let (code, out, err) = told(&["run", DUEL]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(
        out.starts_with("Hegemony won in 1 round with 1 unit left. It is an overwhelming victory.\n"),
        "{out}"
    );
    assert!(out.ends_with(&format!("Again   muc run {DUEL} --seed 2\n")), "{out}");
    assert_eq!(told(&["run", DUEL, "--seed", "2"]).1, out, "the command shows the same");
}

#[test]
fn run_prints_one_json_object() {
    let (code, out, _) = told(&["run", DUEL, "--format", "json", "--seed", "18446744073709551615"]);
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(code, Some(0));
    assert_eq!((&report["outcome"], &report["winner"]), (&"victory".into(), &"Hegemony".into()));
    assert_eq!(report["seed"].as_u64(), Some(u64::MAX));
    assert_eq!(report["digest"].as_str().map(str::len), Some(32));
    assert_eq!(report["units"].as_array().map(Vec::len), Some(2));
}

#[test]
fn run_writes_a_file_for_each_table() {
    for (format, ending, magic) in [
        ("csv", "csv", &b"id,"[..]),
        ("arrow", "arrow", b"ARROW1"),
        ("parquet", "parquet", b"PAR1"),
        ("table", "txt", b""),
    ] {
        let folder = folder(format);
        let (code, out, err) =
            told(&["run", DUEL, "--format", format, "--out", &folder.display().to_string()]);
        assert_eq!((code, err.as_str()), (Some(0), ""));
        for table in ["factions", "fleets", "units", "weapons", "timeline"] {
            let path = folder.join(table).with_extension(ending);
            assert!(out.contains(&path.display().to_string()), "{out}");
            assert!(path.is_file(), "{}", path.display());
        }
        let units = fs::read(folder.join("units").with_extension(ending)).expect("the units");
        assert!(units.starts_with(magic), "{format}");
    }
}

#[test]
fn verify_tells_what_differs_and_blessing_settles_it() {
    let folder = folder("verify");
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(DUEL)).expect("the duel");
    let wrong = text.replace("winner = \"Hegemony\"\noutcome", "winner = \"Synod\" # no\noutcome");
    let path = written(&folder, "duel.toml", &wrong);
    let (code, out, _) = told(&["verify", &path]);
    assert_eq!(code, Some(1));
    assert!(out.contains("winner   expected \"Synod\", got \"Hegemony\"\n"), "{out}");

    let (code, out, _) = told(&["verify", "--bless", &folder.display().to_string()]);
    assert!(code == Some(0) && out.starts_with("blessed  "), "{out}");
    let blessed = fs::read_to_string(&path).expect("the blessed file");
    let (before, after) = blessed.split_once("digest = ").expect("a digest is expected now");
    assert_eq!(before, text.replace("winner = \"Hegemony\"\noutcome", "winner = \"Hegemony\" # no\noutcome"));
    assert_eq!(after.len(), "\"\"\n".len() + 32);

    let (code, out, _) = told(&["verify", &path]);
    assert!(code == Some(0) && out.ends_with("1 of 1 as expected\n"), "{out}");
}

#[test]
fn verify_refuses_a_scenario_that_expects_nothing() {
    let path = written(&folder("nothing"), "nothing.toml", "[scenario]\nseed = 1\n");
    let (code, _, err) = told(&["verify", &path]);
    assert!(code == Some(2) && err.contains("nothing is expected"), "{err}");
}

#[test]
fn every_scenario_shows_what_it_expects_and_its_golden_digest() {
    for threads in ["1", "2", "5"] {
        let (code, out, err) =
            told(&["verify", "--threads", threads, "--digests", "tests/golden/digests.toml", "scenarios/"]);
        assert_eq!(code, Some(0), "{out}{err}");
    }
}

#[test]
fn every_level_of_vectors_gives_the_golden_digests() {
    let levels: Vec<String> = Level::available().map(|level| level.to_string()).collect();
    assert!(levels.contains(&"baseline".to_owned()));
    for level in levels {
        let mut verify = command(&["verify", "--digests", "tests/golden/digests.toml", "scenarios/"]);
        let output = verify.env("MUC_SIMD", &level).output().expect("muc can be started");
        assert_eq!(output.status.code(), Some(0), "{level}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn a_level_that_there_is_not_is_refused_before_anything_else() {
    let output = command(&["run", DUEL]).env("MUC_SIMD", "avx3").output().expect("muc can be started");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() == Some(2) && err.contains("MUC_SIMD: got 'avx3', expected one of"),
        "{err}"
    );
}

#[test]
fn a_golden_that_is_missing_or_wrong_or_stale_is_a_failure() {
    let folder = folder("goldens");
    let scenario = written(&folder, "duel.toml", &fs::read_to_string(DUEL).expect("the duel"));
    let digests = folder.join("digests.toml").display().to_string();
    let verify = |more: &[&str]| told(&[&["verify", "--digests", &digests, &scenario], more].concat());
    let (code, _, err) = verify(&[]);
    assert!(code == Some(2) && err.contains("digests.toml"), "{err}");
    assert_eq!(verify(&["--bless"]).0, Some(0));
    assert_eq!(verify(&[]).0, Some(0));

    let golden = fs::read_to_string(&digests).expect("the blessed digests");
    let at = golden.rfind('"').expect("a digest") - 1;
    let other = if &golden[at..=at] == "0" { "1" } else { "0" };
    fs::write(&digests, golden[..at].to_owned() + other + &golden[at + 1..]).expect("written");
    let (code, out, _) = verify(&[]);
    assert!(code == Some(1) && out.contains("digest   expected"), "{out}");

    fs::write(&digests, "'gone.toml' = '00000000000000000000000000000000'").expect("written");
    let (code, out, _) = verify(&[]);
    assert!(code == Some(1) && out.contains("an entry in the file") && out.contains("gone.toml"), "{out}");
    fs::write(&digests, "'gone.toml' = 'abc'").expect("written");
    let (code, _, err) = verify(&[]);
    assert!(code == Some(2) && err.contains("digests.toml:1:15"), "{err}");
}

#[test]
fn a_kernel_is_written_as_a_scenario_that_makes_the_same_kernel() {
    for path in [DUEL, "scenarios/fleet/line_battle.toml", "scenarios/targeting/static_passed_over.toml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let kernel = Scenario::load(path)
            .and_then(|scenario| scenario.kernel())
            .unwrap_or_else(|error| panic!("{error}"));
        let text = Scenario::from_kernel(&kernel).to_toml();
        let again = Scenario::parse(&text, "mirror.toml").and_then(|scenario| scenario.kernel());
        assert_eq!(again.unwrap_or_else(|error| panic!("{error}")).digest(), kernel.digest());
    }
}

#[test]
fn profile_lists_the_systems() {
    let (code, out, _) = told(&["profile", DUEL]);
    assert!(code == Some(0) && out.contains("total_ns"), "{out}");
}

#[test]
fn a_recorded_battle_is_fought_again_and_compared() {
    let folder = folder("recorded");
    let path = |name: &str| folder.join(name).display().to_string();
    let (first, second) = (path("a.mucr"), path("b.mucr"));
    let (code, out, err) = told(&["run", DUEL, "--record", &first]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(out, told(&["run", DUEL]).1, "recording changes nothing");
    let (code, out, _) = told(&["replay", &first]);
    assert!(code == Some(0) && out.starts_with(&format!("ok       {first}: ")), "{out}");
    let line = "scenarios/fleet/line_battle.toml";
    assert_eq!(told(&["run", line, "--record", &first]).0, Some(0));
    assert_eq!(told(&["run", line, "--record", &second, "--seed", "7"]).0, Some(0));
    let (code, out, err) = told(&["diff", &first, &second]);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert!(out.starts_with("seed: ") && out.contains(&format!("7 in {second}")), "{out}");
    assert!(out.contains("\nround ") && out.contains(" differs first, after "), "{out}");
    let (code, out, _) = told(&["diff", &first, &first]);
    assert!(code == Some(0) && out.starts_with("equal: "), "{out}");
}

#[test]
fn damaged_records_and_battles_that_were_none_end_with_two() {
    let folder = folder("damaged");
    let path = folder.join("a.mucr");
    let record = path.display().to_string();
    assert_eq!(told(&["run", DUEL, "--record", &record]).0, Some(0));
    let mut bytes = fs::read(&path).expect("a record");
    bytes[100] ^= 1;
    fs::write(&path, bytes).expect("a file can be written");
    for args in [vec!["replay", &record], vec!["diff", &record, &record]] {
        let (code, out, err) = told(&args);
        assert_eq!((code, out.as_str()), (Some(2), ""));
        let fault = format!("{record}: replay refused: header: got content that does not fit its checksum");
        assert!(err.starts_with(&fault), "{err}");
    }
    let none = folder.join("none.mucr").display().to_string();
    let (code, _, err) = told(&["run", "scenarios/treaty/no_war.toml", "--record", &none]);
    assert!(code == Some(2) && err.contains("record: got no battle"), "{err}");
    assert!(!Path::new(&none).exists());
    assert_eq!(told(&["replay", DUEL]).0, Some(2));
}

#[test]
fn odds_are_told_to_people_and_to_programs() {
    let (code, out, err) = told(&["odds", LINES, "-n", "200", "--threads", "2"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("probability") && out.contains("Runs    200"), "{out}");
    let (_, again, _) = told(&["odds", LINES, "-n", "200", "--threads", "1"]);
    assert_eq!(again, out, "threads change nothing");
    let (code, out, _) = told(&["odds", LINES, "-n", "5000", "--until", "0.1", "--format", "json"]);
    let odds: serde_json::Value = serde_json::from_str(&out).expect("a JSON document");
    assert_eq!((code, odds["ended"].as_str()), (Some(0), Some("until")));
    let wins: i64 =
        odds["factions"].as_array().expect("factions").iter().filter_map(|row| row["wins"].as_i64()).sum();
    assert_eq!(wins + odds["draws"].as_i64().expect("draws"), odds["runs"].as_i64().expect("runs"));
    for (wrong, words) in
        [("-n0", "runs: got 0"), ("--until=0", "until: got 0"), ("--confidence=1", "confidence: got 1")]
    {
        let (code, _, err) = told(&["odds", LINES, wrong]);
        assert!(code == Some(2) && err.contains(words), "{err}");
    }
}

#[test]
fn variants_are_compared_by_the_same_rolls() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(LINES)).expect("the line battle");
    let variant = written(&folder("variant"), "kiting.toml", &text.replacen("\"charge\"", "\"kite\"", 1));
    let (code, out, err) = told(&["compare", LINES, &variant, LINES, "-n", "100"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(
        out.contains("kiting.toml") && out.contains("saving") && out.contains("Runs    100 each"),
        "{out}"
    );
}

#[test]
fn a_turn_is_a_line_for_each_place() {
    let (code, out, err) = told(&["turn", LINES, "--threads", "2"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains(" won in ") && out.contains("location"), "{out}");
}

#[test]
fn no_name_in_a_file_steers_the_terminal() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(LINES)).expect("the line battle");
    let name = text
        .split("[[faction]]\nname = \"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a faction");
    let steering = text.replace(&format!("\"{name}\""), &format!("\"\\u001b[31m{name}\\u009b\""));
    let file = written(&folder("steering"), "steering.toml", &steering);
    for args in
        [vec!["run", &file], vec!["turn", &file], vec!["run", &file, "--watch"], vec!["run", "\u{1b}[31m"]]
    {
        let (_, out, err) = told(&args);
        let steers = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
        assert!(!steers(&out) && !steers(&err), "{args:?}: {out:?} {err:?}");
    }
    assert!(told(&["turn", &file]).1.contains("\\u{1b}[31m"));
}
