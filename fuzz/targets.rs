//! What is fuzzed: each target takes any bytes and panics if a promise is broken.
//!
//! The same functions are called by cargo-fuzz (`fuzz_targets/`) and by the Rust suite (`tests/suite/fuzzed.rs`), which runs
//! what the fuzzers found. The promises: no panic and no hang; whatever is refused is refused with words and changes
//! nothing; whatever is read can be written, read again and fought, and the ledger of the battle balances.

use std::cell::Cell;

use arbitrary::{Arbitrary, Result as Drawn, Unstructured};
use multi_universe_core::archive::{Builder, Form, Section};
use multi_universe_core::ecs::columns::{ColumnSpec, Kind, TableId};
use multi_universe_core::ecs::ingest::{Push, Removal, TableInput, Values};
use multi_universe_core::error::Error;
use multi_universe_core::kernel::{Engagement, Kernel, Muster};
use multi_universe_core::replay::{self, Replay};
use multi_universe_core::rules::{RULES, RuleKind, Setting};
use multi_universe_core::scenario::Scenario;
use multi_universe_core::{Rules, snapshot};

/// Battles of more units than this are read and not fought, so that a run is short.
const MOST_UNITS: usize = 300;
/// Battles are stopped after so many questions whether to go on.
const PATIENCE: u32 = 40;

/// The text of a scenario.
pub fn scenario(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let scenario = match Scenario::parse(text, "fuzz.toml") {
        Ok(scenario) => scenario,
        Err(error) => return says_why(&error),
    };
    let again = Scenario::parse(&scenario.to_toml(), "again.toml").expect("what was written can be read");
    assert_eq!(again.size(), scenario.size());
    if scenario.size().units > MOST_UNITS as u64 || scenario.size().weapons > 4 * MOST_UNITS as u64 {
        return;
    }
    match (scenario.kernel(), again.kernel()) {
        (Ok(kernel), Ok(again)) => {
            assert_eq!(kernel.digest(), again.digest(), "what was written is what was read");
            fights(kernel, &scenario.engagement(None));
        }
        (Err(error), Err(_)) => says_why(&error),
        (one, two) => panic!("{:?} against {:?}", one.err(), two.err()),
    }
}

/// The bytes of a snapshot: as they are, and with a checksum that fits.
pub fn snapshot(bytes: &[u8]) {
    for bytes in [bytes, &sealed(&snapshot::FORM, bytes)] {
        match Kernel::restore(bytes) {
            Ok(kernel) => {
                comes_back(&kernel);
                let place = kernel.table(TableId::Fleets).ints("location").first().copied();
                fights(kernel, &Engagement::of(Muster::Location(place.unwrap_or_default())));
            }
            Err(error) => says_why(&error),
        }
    }
}

/// The bytes of a replay: as they are, and with a checksum that fits.
pub fn replay(bytes: &[u8]) {
    for bytes in [bytes, &sealed(&replay::FORM, bytes)] {
        match Replay::decode(bytes, "fuzz.mucr") {
            Ok(replay) => {
                assert_eq!(replay.digests().len(), replay.rounds() as usize);
                assert_eq!(replay.frames().len(), replay.units.len() * replay.rounds() as usize);
                assert_eq!(replay.weapon_frames().len(), replay.weapons.len() * replay.rounds() as usize);
                Replay::decode(&replay.encode(), "").expect("what was written can be read");
                if replay.units.len() <= MOST_UNITS {
                    let asked = Cell::new(0);
                    replay.verify(&|| patience_is_over(&asked)).map_or_else(|error| says_why(&error), drop);
                }
            }
            Err(error) => says_why(&error),
        }
    }
}

/// Pushes of arbitrary columns and removals, then a battle of what is there.
pub fn push(bytes: &[u8]) {
    let mut source = Unstructured::new(bytes);
    let mut kernel = two_fleets(Rules::default());
    let mut steps = 0;
    while !source.is_empty() && steps < 6 {
        steps += 1;
        // No bytes left is no fault: the columns drawn so far are the input.
        let Ok(step) = source.int_in_range(0..=4_u8) else { break };
        let (before, counts) = (kernel.digest(), TableId::ALL.map(|table| kernel.count(table)));
        let refused = if step == 0 {
            kernel.remove(&some_removal(&mut source).unwrap_or_default()).err()
        } else {
            kernel.push(&some_push(&mut source)).err()
        };
        if let Some(error) = refused {
            says_why(&error);
            assert_eq!(kernel.digest(), before, "{error}");
            assert_eq!(TableId::ALL.map(|table| kernel.count(table)), counts, "{error}");
        }
    }
    fights(kernel, &Engagement::of(Muster::Location(7)));
}

/// Any rules, and a battle by them.
pub fn rules(bytes: &[u8]) {
    let mut source = Unstructured::new(bytes);
    let mut settings: Vec<(String, Setting<'_>)> = Vec::new();
    for _ in 0..12 {
        let Ok((name, setting)) = some_rule(&mut source) else { break };
        settings.push((name, setting));
    }
    let set = Rules::with(settings.iter().map(|(name, setting)| (name.as_str(), *setting)));
    match set {
        Ok(rules) => {
            for (name, value) in rules.values() {
                let rule = RULES.iter().find(|rule| rule.name == name).expect("a rule of the book");
                assert!((rule.min..=rule.max).contains(&value), "{name} = {value}");
            }
            fights(two_fleets(rules), &Engagement::of(Muster::Location(7)));
        }
        Err(error) => says_why(&error),
    }
}

/// A refusal has words, and is nobody's defect but the input's.
fn says_why(error: &Error) {
    let message = error.to_string();
    assert!(message.len() > 10, "{message:?}");
    let ours = matches!(error, Error::Conservation { .. } | Error::Poisoned | Error::File { .. });
    assert!(!ours, "{message}");
}

/// A kernel comes back from its snapshot as it was.
fn comes_back(kernel: &Kernel) {
    let again = Kernel::restore(&kernel.snapshot()).expect("a snapshot of our own");
    assert_eq!(again.digest(), kernel.digest());
}

fn patience_is_over(asked: &Cell<u32>) -> bool {
    asked.set(asked.get() + 1);
    asked.get() > PATIENCE
}

/// Fights a battle for some rounds. Whatever comes of it is an answer or a refusal, and the aftermath can be kept.
fn fights(mut kernel: Kernel, engagement: &Engagement) {
    if kernel.count(TableId::Units) > MOST_UNITS || kernel.count(TableId::Weapons) > 4 * MOST_UNITS {
        return;
    }
    let before = kernel.digest();
    let asked = Cell::new(0);
    let rounds = engagement.max_rounds.unwrap_or(12).min(12);
    let engagement = Engagement { max_rounds: Some(rounds), ..engagement.clone() };
    match kernel.resolve(&engagement, &|| patience_is_over(&asked)) {
        Ok(_) => comes_back(&kernel),
        Err(error) => {
            says_why(&error);
            assert_eq!(kernel.digest(), before, "{error}");
        }
    }
}

/// The sections of what may be an archive, cut where they do not fit, in an archive that is sound.
fn sealed(form: &Form, bytes: &[u8]) -> Vec<u8> {
    let mut rest = bytes.get(36..).unwrap_or_default();
    let mut archive = Builder::new(form);
    while let Some((head, after)) = rest.split_first_chunk::<10>() {
        let number = u16::from_le_bytes([head[0], head[1]]);
        let length = head[2..].iter().rev().fold(0_u64, |length, &byte| length << 8 | u64::from(byte));
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(after.len());
        let (content, after) = after.split_at(length);
        archive = archive.section(Section { number, name: "" }, |out| out.extend(content));
        rest = after;
    }
    archive.finish()
}

/// Two factions at war at location 7, with two armed ships each.
fn two_fleets(rules: Rules) -> Kernel {
    let mut kernel = Kernel::new(rules, 42);
    let ids = || Values::wholes(0..4);
    let push = Push::default()
        .with(TableId::Factions, TableInput::of([("name", Values::texts(&["A", "B"]))]))
        .with(
            TableId::Treaties,
            TableInput::of([
                ("a", Values::texts(&["A"])),
                ("b", Values::texts(&["B"])),
                ("kind", Values::texts(&["war"])),
            ]),
        )
        .with(
            TableId::Fleets,
            TableInput::of([
                ("id", Values::wholes([0, 1])),
                ("faction", Values::texts(&["A", "B"])),
                ("location", Values::wholes([7, 7])),
            ]),
        )
        .with(TableId::Units, TableInput::of([("id", ids()), ("fleet", Values::wholes([0, 0, 1, 1]))]))
        .with(
            TableId::Weapons,
            TableInput::of([
                ("unit", ids()),
                ("slot", Values::wholes([0; 4])),
                ("range", Values::numbers([200.0; 4])),
            ]),
        );
    kernel.push(&push).expect("two fleets are legal");
    kernel
}

/// What is left of the bytes, as a push of some of the tables.
fn some_push(source: &mut Unstructured<'_>) -> Push<'static> {
    let mut push = Push::default();
    for table in TableId::ALL {
        if source.ratio(2, 5).unwrap_or(false) {
            push = push.with(table, some_table(source, table).unwrap_or_default());
        }
    }
    push
}

fn some_table(source: &mut Unstructured<'_>, id: TableId) -> Drawn<TableInput<'static>> {
    let spec = id.spec();
    let rows = source.int_in_range(0..=5_usize)?;
    let mut columns = Vec::new();
    // Keys and what a new row must give, mostly; then whatever is drawn.
    for column in spec.columns.iter().take(3) {
        if source.ratio(9, 10)? {
            columns.push((column.name.into(), some_values(source, column, rows)?));
        }
    }
    for _ in 0..source.int_in_range(0..=4_usize)? {
        let column = source.choose(spec.columns)?;
        let name = if source.ratio(1, 30)? { "no_such_column" } else { column.name };
        columns.push((name.into(), some_values(source, column, rows)?));
    }
    Ok(TableInput { columns })
}

fn some_values(source: &mut Unstructured<'_>, column: &ColumnSpec, rows: usize) -> Drawn<Values<'static>> {
    // Now and then a column of another length, or of another kind.
    let rows = if source.ratio(1, 40)? { source.int_in_range(0..=9)? } else { rows };
    let kind = if source.ratio(1, 40)? { Kind::Flag } else { column.kind };
    Ok(match kind {
        Kind::Number { .. } | Kind::NumberOrNone { .. } => {
            let numbers = (0..rows).map(|_| some_number(source)).collect::<Drawn<Vec<f64>>>()?;
            if source.ratio(1, 8)? {
                Values::F32(numbers.iter().map(|&number| number as f32).collect())
            } else {
                Values::numbers(numbers)
            }
        }
        Kind::Whole { .. } | Kind::Link(TableId::Fleets | TableId::Units) => {
            let numbers = (0..rows).map(|_| some_whole(source)).collect::<Drawn<Vec<i64>>>()?;
            if source.ratio(1, 8)? {
                Values::I32(numbers.iter().map(|&number| number as i32).collect())
            } else {
                Values::wholes(numbers)
            }
        }
        Kind::Flag => Values::Flag((0..rows).map(|_| bool::arbitrary(source)).collect::<Drawn<_>>()?),
        Kind::Choice(words) => some_texts(source, words, rows)?,
        _ => some_texts(source, &["A", "B", "C", "D"], rows)?,
    })
}

fn some_texts(source: &mut Unstructured<'_>, words: &[&'static str], rows: usize) -> Drawn<Values<'static>> {
    let text = |source: &mut Unstructured<'_>| {
        Ok(if source.ratio(1, 20)? { "\u{0}no word".into() } else { (*source.choose(words)?).into() })
    };
    (0..rows).map(|_| text(source)).collect::<Drawn<_>>().map(Values::Text)
}

fn some_number(source: &mut Unstructured<'_>) -> Drawn<f64> {
    const ODD: [f64; 14] =
        [0.0, -0.0, 1.0, 0.5, -1.0, 7.0, 50.0, 1e3, 1e6, 1e15, 5e-324, f64::NAN, f64::INFINITY, 1.1e15];
    Ok(match source.int_in_range(0..=7)? {
        0..=3 => f64::from(source.int_in_range(0..=100_u8)?),
        4..=6 => *source.choose(&ODD)?,
        _ => f64::arbitrary(source)?,
    })
}

fn some_whole(source: &mut Unstructured<'_>) -> Drawn<i64> {
    Ok(match source.int_in_range(0..=7)? {
        0..=5 => source.int_in_range(0..=7)?,
        6 => *source.choose(&[-1, 65_534, 65_535, 1_000_000, i64::MAX, i64::MIN])?,
        _ => i64::arbitrary(source)?,
    })
}

fn some_removal(source: &mut Unstructured<'_>) -> Drawn<Removal> {
    let ids = |source: &mut Unstructured<'_>| {
        (0..source.int_in_range(0..=2)?).map(|_| some_whole(source)).collect::<Drawn<Vec<i64>>>()
    };
    let factions = if source.ratio(1, 4)? { vec!["C".to_owned()] } else { Vec::new() };
    let (fleets, units) = (ids(source)?, ids(source)?);
    let weapons = ids(source)?.into_iter().map(|unit| (unit, 0)).collect();
    Ok(Removal { factions, fleets, units, weapons })
}

fn some_rule(source: &mut Unstructured<'_>) -> Drawn<(String, Setting<'static>)> {
    let rule = source.choose(RULES)?;
    let name = if source.ratio(1, 40)? { "no_such_rule" } else { rule.name };
    let setting = match (rule.kind, source.int_in_range(0..=19_u8)?) {
        (_, 0) => Setting::Word("no word"),
        (_, 1) => Setting::Number(some_number(source)?),
        (RuleKind::Flag, _) => Setting::Flag(bool::arbitrary(source)?),
        (RuleKind::Word(words), _) => Setting::Word(source.choose(words)?),
        (RuleKind::Whole, 2..=9) => Setting::Number(rule.min + f64::from(source.int_in_range(0..=20_u8)?)),
        (_, 2..=5) => Setting::Number(rule.min),
        (_, 6..=9) => Setting::Number(rule.max),
        (_, _) => {
            Setting::Number(rule.min + (rule.max - rule.min) * f64::from(u8::arbitrary(source)?) / 255.0)
        }
    };
    Ok((name.to_owned(), setting))
}
