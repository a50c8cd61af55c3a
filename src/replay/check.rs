//! What a replay must be to be believed, beyond its bytes: rosters in order, and columns of what can be.

use super::Replay;
use crate::ecs::components::{NOBODY, Status};
use crate::ecs::tables::{Column, Table};
use crate::ecs::trace::Kind;
use crate::error::Fault;

fn fault(place: &'static str, value: impl std::fmt::Display, wanted: impl std::fmt::Display) -> Fault {
    Fault::column(place, "", value, wanted)
}

/// Units by id, at least one; weapons by unit and slot, of these units; every column of its kind.
pub(super) fn rosters(units: &Table, weapons: &Table) -> Result<(), Fault> {
    for (table, place) in [(units, "units"), (weapons, "weapons")] {
        for (name, column) in table.names().iter().zip(table.columns()) {
            let fits = match name.as_ref() {
                "faction" | "domain" => matches!(**column, Column::Text { .. }),
                "max_hp" | "max_shield" | "cost" => matches!(**column, Column::Float(_)),
                _ => matches!(**column, Column::Int(_)),
            };
            if !fits {
                return Err(fault(place, format!("column '{name}' of another kind"), "ids, texts, numbers"));
            }
        }
    }
    let ids = units.ints("id");
    if ids.is_empty() || !ids.is_sorted_by(|a, b| a < b) {
        return Err(fault("units", format!("{} units", ids.len()), "at least one, each once, by id"));
    }
    let keys: Vec<_> = weapons.ints("unit").iter().zip(weapons.ints("slot")).collect();
    let known = keys.iter().all(|(unit, _)| ids.binary_search(unit).is_ok());
    if !known || !keys.is_sorted_by(|a, b| a < b) {
        return Err(fault("weapons", format!("{} weapons", keys.len()), "weapons of the units, in order"));
    }
    Ok(())
}

/// The winner is one of those who fought.
pub(super) fn winner(units: &Table, winner: Option<&str>) -> Result<(), Fault> {
    let sides: &[_] = match units.column("faction").map(AsRef::as_ref) {
        Some(Column::Text { values, .. }) => values,
        _ => &[],
    };
    match winner {
        Some(name) if sides.iter().all(|side| &**side != name) => {
            Err(fault("battle", format!("the winner '{name}'"), "one of the factions that fought"))
        }
        _ => Ok(()),
    }
}

/// Every chunk holds what it should, and every value is one that can be.
pub(super) fn rounds(replay: &Replay) -> Result<(), Fault> {
    let mut prints = replay.prints.walk();
    while prints.next().map_err(|error| fault("fingerprints", error, "a whole chunk"))?.is_some() {}
    let mut frames = replay.frames.walk();
    let mut round = 0;
    while let Some(frame) = frames.next().map_err(|error| fault("frames", error, "a whole chunk"))? {
        round += 1;
        for (column, span) in replay.kept() {
            if !legal(column.kind, &frame[span], replay.units.len()) {
                let value = format!("round {round}, column '{}': a value that cannot be", column.name);
                return Err(fault("frames", value, "a status, a flag or a unit of this battle"));
            }
        }
    }
    Ok(())
}

fn legal(kind: Kind, bytes: &[u8], units: usize) -> bool {
    let row = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
    match kind {
        Kind::Status => bytes.iter().all(|&status| usize::from(status) < Status::NAMES.len()),
        Kind::Flag => bytes.iter().all(|&flag| flag <= 1),
        Kind::Unit => {
            bytes.as_chunks::<4>().0.iter().map(row).all(|row| row == NOBODY || (row as usize) < units)
        }
        Kind::Float | Kind::Long | Kind::Count => true,
    }
}
