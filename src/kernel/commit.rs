//! The aftermath: the mirror after a battle (R-FINAL-5).
//!
//! The dead are gone and so are fleets without living units; hull, shield, suppression, experience and position
//! of the others, and their broken weapons, are as the battle left them.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemState;

use crate::battle::{BattleWorld, Lineup};
use crate::ecs::columns::{Kind, TableId, UnitColumn, WeaponColumn};
use crate::ecs::components::Status;
use crate::ecs::mirror::MirrorMut;
use crate::ecs::store::Row;
use crate::error::{Error, Result};

/// Writes the battle that was just fought into the mirror.
pub(super) fn commit(mirror: &mut World, lineup: &Lineup, battles: &mut BattleWorld) -> Result<()> {
    let mut state = SystemState::<MirrorMut<'_>>::new(mirror);
    let mut mirror = state.get_mut(mirror).map_err(|_| Error::Poisoned)?;
    let experience: Vec<f64> = battles
        .battle()
        .account
        .iter()
        .flat_map(|account| account.units.iter().map(|unit| unit.xp))
        .collect();
    let fleets = battles.battle().account.iter().flat_map(|account| &account.fleets);
    let fought: Vec<bool> = fleets.map(|fleet| fleet.initial > 0).collect();
    let (units, mounts) = battles.columns();
    let mut dead = Vec::new();
    let table = mirror.table(TableId::Units);
    for (row, &unit) in lineup.unit_rows.iter().enumerate() {
        if units.status[row] == Status::DESTROYED {
            dead.push(unit);
            continue;
        }
        // Who left the map is nowhere on it, and deploys anew.
        let place = |tiles: f64| if units.status[row] == Status::RETREATED { f64::NAN } else { tiles };
        let xp = table.number(UnitColumn::Xp as usize, unit) + experience[row];
        // Who never entered the map was never placed.
        let entered = units.status[row] != Status::RESERVE;
        for (column, value) in [
            (UnitColumn::Hp, units.hull[row].0),
            (UnitColumn::Shield, units.shield[row].0),
            (UnitColumn::Suppression, units.suppression[row].0),
            (UnitColumn::X, place(units.x[row].0)),
            (UnitColumn::Y, place(units.y[row].0)),
            (UnitColumn::Xp, xp),
        ] {
            if entered || !matches!(column, UnitColumn::X | UnitColumn::Y) {
                set_if_changed(table, column as usize, unit, value);
            }
        }
    }
    let table = mirror.table(TableId::Weapons);
    for (row, &weapon) in lineup.mount_rows.iter().enumerate() {
        set_if_changed(table, WeaponColumn::Hp as usize, weapon, mounts.integrity[row].0);
    }
    mirror.remove_units(&dead);
    remove_dead_fleets(&mut mirror, lineup, &fought);
    Ok(())
}

/// Columns that a battle did not touch are not stored on its account, and no value is past what the gate takes.
fn set_if_changed(table: &mut crate::ecs::store::Store, column: usize, row: Row, value: f64) {
    let known = table.number(column, row);
    let value = match table.spec().columns[column].kind {
        Kind::Number { max, .. } if value > max => max,
        _ => value,
    };
    if known != value && !(known.is_nan() && value.is_nan()) {
        table.set_number(column, row, value);
    }
}

/// A fleet that lost its last living unit is destroyed, with whatever wrecks it still had.
fn remove_dead_fleets(mirror: &mut MirrorMut<'_>, lineup: &Lineup, fought: &[bool]) {
    for (fleet, _) in lineup.fleets.iter().zip(fought).filter(|(_, fought)| **fought) {
        if mirror.read().living(fleet.row).next().is_none() {
            let wrecks: Vec<Row> =
                mirror.read().rosters.0.get(fleet.row as usize).cloned().unwrap_or_default();
            mirror.remove_units(&wrecks);
            mirror.remove_row(TableId::Fleets, fleet.row);
        }
    }
}
