//! What a person wants to know of a battle: who won, what it cost, who stood out, how to see it again.

use std::path::Path;

use super::console::Console;
use crate::ecs::tables::{Column, Table};
use crate::error::Result;
use crate::export::text::render;
use crate::report::Report;

/// So many factions or fleets are listed.
const LISTED_ROWS: usize = 20;
/// So many units are listed.
const LISTED_UNITS: usize = 10;
/// What is said of a listed unit.
const UNIT_COLUMNS: [&str; 9] =
    ["id", "fleet", "faction", "status", "hp", "kills", "damage_dealt", "damage_taken", "xp_gained"];

/// Prints a summary of the battle.
pub(super) fn print(report: &Report, scenario: &Path, console: &mut Console) -> Result<()> {
    let width = console.width();
    console.print(format_args!("{}\n\nFactions\n", report.headline()))?;
    console.print(render(&report.factions, width, LISTED_ROWS))?;
    console.print("\nFleets\n")?;
    console.print(render(&report.fleets, width, LISTED_ROWS))?;
    console.print("\nUnits with the most kills\n")?;
    console.print(render(&telling_units(&report.units), width, LISTED_UNITS))?;
    console.print(format_args!("\nSeed    {}\nDigest  {}\n", report.seed, report.digest))?;
    console.print(format_args!("Again   {}\n", again(report, scenario)))
}

/// The command that fights a scenario's battle again.
pub(super) fn again(report: &Report, scenario: &Path) -> String {
    let replica = if report.replica > 0 { format!(" --replica {}", report.replica) } else { String::new() };
    format!("muc run {} --seed {}{replica}", quoted(&scenario.display().to_string()), report.seed)
}

/// The units with the most kills, then the most damage, then the lowest id.
fn telling_units(units: &Table) -> Table {
    let (kills, damage, ids) = (units.ints("kills"), units.floats("damage_dealt"), units.ints("id"));
    let mut rows: Vec<usize> = (0..units.len()).collect();
    rows.sort_by(|&one, &other| {
        let more_kills = kills.get(other).cmp(&kills.get(one));
        let more_damage =
            || damage.get(other).partial_cmp(&damage.get(one)).unwrap_or(std::cmp::Ordering::Equal);
        more_kills.then_with(more_damage).then_with(|| ids.get(one).cmp(&ids.get(other)))
    });
    rows.truncate(LISTED_UNITS);
    let columns = UNIT_COLUMNS.iter().filter_map(|&name| Some((name, some_rows(units.column(name)?, &rows))));
    Table::new(columns.collect())
}

fn some_rows(column: &Column, rows: &[usize]) -> Column {
    match column {
        Column::Float(values) => Column::Float(rows.iter().map(|&row| values[row]).collect()),
        Column::Int(values) => Column::Int(rows.iter().map(|&row| values[row]).collect()),
        Column::Flag(values) => Column::Flag(rows.iter().map(|&row| values[row]).collect()),
        Column::Text { codes, values } => {
            Column::Text { codes: rows.iter().map(|&row| codes[row]).collect(), values: values.clone() }
        }
    }
}

/// A path as a shell reads it back.
pub(super) fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/\\:._-+@%,".contains(c);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::{quoted, telling_units};
    use crate::ecs::tables::{Column, Table};

    #[test]
    fn units_are_listed_by_kills_then_damage_then_id() {
        let units = Table::new(vec![
            ("id", Column::Int(vec![1, 2, 3, 4])),
            ("kills", Column::Int(vec![0, 2, 2, 2])),
            ("damage_dealt", Column::Float(vec![99.0, 5.0, 7.0, 5.0])),
        ]);
        assert_eq!(telling_units(&units).ints("id"), [3, 2, 4, 1]);
    }

    #[test]
    fn a_path_can_be_pasted_into_a_shell() {
        assert_eq!(quoted("scenarios/fleet/line_battle.toml"), "scenarios/fleet/line_battle.toml");
        assert_eq!(quoted("it's here.toml"), r"'it'\''s here.toml'");
    }
}
