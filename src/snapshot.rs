//! A kernel as bytes: the mirror's tables, the rules, the seed and the count of battles.
//!
//! A snapshot is the push that would make this mirror: each table's stored columns in order of key, links as their
//! owner's key. It is read by pushing it, through the gate that every push goes through; so a snapshot can
//! bring nothing into a mirror that a user could not, and it does not know how its mirror came about. Rules are
//! kept by name; a rule or a column that came after the snapshot has its default.
//!
//! The container is that of [`crate::archive`]; the sections:
//!
//! | number | holds |
//! |---|---|
//! | 1 | the version of the kernel that wrote it, a text |
//! | 2 | seed (8 bytes), count of committed battles (8 bytes), threads (4 bytes) |
//! | 3 | rules: a table of name, number, word (the one or the other) |
//! | 4 … 8 | factions, treaties, fleets, units, weapons: a table each |

use std::borrow::Cow;

use bevy_ecs::prelude::*;

use crate::archive::{Archive, Builder, Form, Reader, Section, put_table, put_text, take_table};
use crate::ecs::columns::{TableId, TableSpec};
use crate::ecs::export;
use crate::ecs::gate;
use crate::ecs::ingest::{Push, TableInput, Values};
use crate::ecs::mirror::{Mirror, mirror_world};
use crate::ecs::tables::{Cell, Column, Table};
use crate::ecs::workers::MOST_THREADS;
use crate::error::{Error, Fault, Result};
use crate::rules::{RuleInfo, Rules, Setting};

/// What a snapshot begins with, and its version.
pub static FORM: Form = Form { name: "snapshot", magic: *b"MUC-SNAP", version: 1 };

const WRITER: Section = Section { number: 1, name: "writer" };
const KERNEL: Section = Section { number: 2, name: "kernel" };
const RULES: Section = Section { number: 3, name: "rules" };
const TABLES: [Section; 5] = [
    Section { number: 4, name: "factions" },
    Section { number: 5, name: "treaties" },
    Section { number: 6, name: "fleets" },
    Section { number: 7, name: "units" },
    Section { number: 8, name: "weapons" },
];

/// Everything that a kernel is made of.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The seed that battles without one of their own are derived from.
    pub seed: u64,
    /// Battles whose aftermath the mirror holds.
    pub fought: u64,
    /// The most threads that a battle uses.
    pub threads: usize,
    /// The rules in force.
    pub rules: Rules,
    /// The stored columns of each table, in order of key.
    pub tables: [Table; 5],
}

impl Snapshot {
    /// The stored columns of all rows of a mirror, in order of key; of a table without rows nothing, whatever it once held.
    pub fn tables_of(mirror: Mirror<'_>) -> [Table; 5] {
        TableId::ALL.map(|id| match export::ordered(mirror, id) {
            rows if rows.is_empty() => Table::default(),
            rows => export::stored(mirror, id, &rows),
        })
    }

    /// The snapshot as bytes: equal snapshots are equal bytes.
    pub fn encode(&self) -> Vec<u8> {
        let archive = Builder::new(&FORM)
            .section(WRITER, |out| put_text(out, env!("CARGO_PKG_VERSION")))
            .section(KERNEL, |out| {
                out.extend(self.seed.to_le_bytes());
                out.extend(self.fought.to_le_bytes());
                out.extend((self.threads as u32).to_le_bytes());
            })
            .section(RULES, |out| put_table(out, &rules_table(&self.rules)));
        let sections = TABLES.iter().zip(&self.tables);
        sections
            .fold(archive, |archive, (&section, table)| archive.section(section, |out| put_table(out, table)))
            .finish()
    }

    /// Reads a snapshot. What its tables hold is checked when a mirror is made of them.
    ///
    /// # Errors
    /// [`Error::Snapshot`] says what is wrong: foreign, damaged, too new, or a value that cannot be.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let refused = |fault: Fault| Error::Snapshot(fault.into());
        let known: Vec<Section> = [WRITER, KERNEL, RULES].into_iter().chain(TABLES).collect();
        let archive = Archive::open(&FORM, bytes, &known).map_err(refused)?;
        let section = |section| archive.section(section).map_err(refused);
        let rules = take_rules(section(RULES)?).map_err(refused)?;
        let settings = rules.iter().map(|(name, number, word)| {
            (name.as_str(), if word.is_empty() { Setting::Number(*number) } else { Setting::Word(word) })
        });
        let rules = Rules::with(settings).map_err(as_snapshot)?;
        Self::read(&archive, rules).map_err(refused)
    }

    fn read(archive: &Archive<'_>, rules: Rules) -> Result<Self, Fault> {
        let mut writer = archive.section(WRITER)?;
        writer.text()?;
        writer.finish()?;
        let mut kernel = archive.section(KERNEL)?;
        let (seed, fought, threads) = (kernel.u64()?, kernel.u64()?, kernel.u32()? as usize);
        if !(1..=MOST_THREADS).contains(&threads) {
            return Err(kernel.fault(format!("{threads} threads"), format!("1 to {MOST_THREADS}")));
        }
        kernel.finish()?;
        let mut tables: [Table; 5] = Default::default();
        for ((table, section), id) in tables.iter_mut().zip(TABLES).zip(TableId::ALL) {
            *table = take_input(archive.section(section)?, id.spec())?;
        }
        Ok(Self { seed, fought, threads, rules, tables })
    }

    /// A mirror that holds the tables.
    ///
    /// # Errors
    /// [`Error::Snapshot`] lists what the gate refuses.
    pub fn mirror(&self) -> Result<World> {
        let mut world = mirror_world();
        let push = TableId::ALL.into_iter().zip(&self.tables).fold(Push::default(), |push, (id, table)| {
            if table.is_empty() { push } else { push.with(id, input(table)) }
        });
        gate::push(&mut world, &push).map(|_| world).map_err(as_snapshot)
    }
}

/// What the gate and the rules refuse is refused here as a snapshot.
fn as_snapshot(error: Error) -> Error {
    match error {
        Error::Push(faults) | Error::Rules(faults) => Error::Snapshot(faults),
        other => other,
    }
}

fn take_input(mut reader: Reader<'_>, spec: &'static TableSpec) -> Result<Table, Fault> {
    let table = take_table(&mut reader, |name| spec.column(name).map(|index| spec.columns[index].name))?;
    reader.finish().map(|()| table)
}

/// A table as the input of a push.
fn input(table: &Table) -> TableInput<'_> {
    let columns = table.names().iter().zip(table.columns());
    TableInput::of(columns.map(|(name, column)| (name.as_ref(), values(column))))
}

fn values(column: &Column) -> Values<'_> {
    match column {
        Column::Float(values) => Values::F64(Cow::Borrowed(values)),
        Column::Int(values) => Values::I64(Cow::Borrowed(values)),
        Column::Flag(values) => Values::Flag(Cow::Borrowed(values)),
        Column::Text { codes, values } => {
            Values::Text(codes.iter().map(|&code| Cow::Borrowed(&*values[code as usize])).collect())
        }
    }
}

/// All rules: name, then its number or its word.
fn rules_table(rules: &Rules) -> Table {
    let settings = || rules.values().filter_map(|(name, value)| Some(RuleInfo::named(name)?.setting(value)));
    let names: Vec<&str> = rules.values().map(|(name, _)| name).collect();
    let words: Vec<&str> =
        settings().map(|setting| if let Setting::Word(word) = setting { word } else { "" }).collect();
    let numbers = settings().map(|setting| match setting {
        Setting::Number(number) => number,
        Setting::Flag(flag) => f64::from(u8::from(flag)),
        Setting::Word(_) => f64::NAN,
    });
    let codes = || (0..names.len() as u32).collect();
    Table::new(vec![
        ("name", Column::words(codes(), &names)),
        ("number", Column::Float(numbers.collect())),
        ("word", Column::words(codes(), &words)),
    ])
}

fn take_rules(mut reader: Reader<'_>) -> Result<Vec<(String, f64, String)>, Fault> {
    let table = take_table(&mut reader, |name| {
        ["name", "number", "word"].into_iter().find(|&column| column == name)
    })?;
    let missing = reader.fault("other columns", "texts 'name', numbers 'number' and texts 'word'");
    reader.finish()?;
    let [Some(names), Some(numbers), Some(words)] = ["name", "number", "word"].map(|name| table.column(name))
    else {
        return Err(missing);
    };
    let rule = |row: usize| match (names.cell(row), numbers.cell(row), words.cell(row)) {
        (Cell::Text(name), Cell::Float(number), Cell::Text(word)) => {
            Ok((name.to_owned(), number, word.to_owned()))
        }
        _ => Err(missing.clone()),
    };
    (0..table.len()).map(rule).collect()
}
