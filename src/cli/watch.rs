//! `muc run --watch`: the battle played in the terminal, round by round.

use std::io::{IsTerminal, Write};
use std::thread;
use std::time::Duration;

use super::console::{Console, unwritable};
use crate::ecs::components::Status;
use crate::ecs::tables::{Cell, Table};
use crate::error::Result;
use crate::kernel::Interrupt;
use crate::replay::{Frame, Replay};
use crate::report::Report;

/// Rows of the map.
const ROWS: usize = 20;
/// The widest map, in characters; the narrowest.
const COLUMNS: std::ops::RangeInclusive<usize> = 20..=72;
/// How long a round is shown.
const PAUSE: Duration = Duration::from_millis(150);
/// Clears the screen and goes to its upper left corner.
const CLEAR: &str = "\u{1b}[2J\u{1b}[H";
/// What stands for the units of each faction, in order of name; of more factions the last.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Plays a recorded battle: in a terminal as a map that changes, else as a map for each round.
pub(super) fn play(report: &Report, interrupt: Interrupt<'_>, console: &mut Console) -> Result<()> {
    let Some(replay) = &report.replay else { return Ok(()) };
    let live = std::io::stdout().is_terminal();
    let rows: Vec<usize> = (0..replay.units.len()).collect();
    let sides = sides(&replay.units);
    let width = console.width().unwrap_or(*COLUMNS.end() + 2).saturating_sub(2);
    let width = width.clamp(*COLUMNS.start(), *COLUMNS.end());
    for frame in replay.film(&rows, |_| true) {
        if live {
            console.write_all(CLEAR.as_bytes()).map_err(|error| unwritable(&error))?;
        }
        console.print(picture(&frame, replay, &sides, width))?;
        console.print(strengths(report, frame.round))?;
        console.flush().map_err(|error| unwritable(&error))?;
        if live {
            thread::sleep(PAUSE);
        }
        if interrupt() {
            break;
        }
    }
    console.print("\n")
}

/// Each unit's faction, by place in order of name.
fn sides(units: &Table) -> Vec<usize> {
    let Some(column) = units.column("faction") else { return Vec::new() };
    let name = |row| match column.cell(row) {
        Cell::Text(name) => name,
        _ => "",
    };
    let mut names: Vec<&str> = (0..units.len()).map(name).collect();
    names.sort_unstable();
    names.dedup();
    (0..units.len()).map(|row| names.binary_search(&name(row)).unwrap_or_default()).collect()
}

/// The map of a round: a letter where units of a faction stand, a small one where all of them run.
fn picture(frame: &Frame, replay: &Replay, sides: &[usize], width: usize) -> String {
    let mut cells = vec![b'.'; ROWS * width];
    let place =
        |value: f64, cells: usize| ((value / replay.map.max(1e-9) * cells as f64) as usize).min(cells - 1);
    for (unit, &status) in frame.status.iter().enumerate() {
        let letter = LETTERS[sides[unit].min(LETTERS.len() - 1)];
        let cell = &mut cells[place(frame.y[unit], ROWS) * width + place(frame.x[unit], width)];
        match Status(status) {
            Status::DEPLOYED => *cell = letter,
            Status::ROUTING if *cell == b'.' => *cell = letter.to_ascii_lowercase(),
            _ => {}
        }
    }
    let lines = cells.chunks(width).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n");
    format!("Round {}\n{lines}\n", frame.round)
}

/// Who is left in a round, a line for each faction.
fn strengths(report: &Report, round: u32) -> String {
    let table = &report.timeline;
    let (alive, hp, routing) = (table.ints("alive"), table.floats("hp"), table.ints("routing"));
    let Some(names) = table.column("faction") else { return String::new() };
    let rows = (0..table.len()).filter(|&row| table.ints("round")[row] == i64::from(round));
    rows.enumerate()
        .map(|(side, row)| {
            let letter = char::from(LETTERS[side.min(LETTERS.len() - 1)]);
            let name = match names.cell(row) {
                Cell::Text(name) => name.chars().filter(|c| !c.is_control()).collect(),
                _ => String::new(),
            };
            format!(
                "{letter}  {name}: {} units, {:.0} points, {} running\n",
                alive[row], hp[row], routing[row]
            )
        })
        .collect()
}
