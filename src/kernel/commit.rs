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
use crate::ecs::store::{Row, Store};
use crate::error::{Error, Result};

/// What a battle changes in the mirror, apart from the world in which it was fought.
pub(super) struct Aftermath {
    /// Units that are gone.
    dead: Vec<Row>,
    /// Those that are left.
    living: Vec<Survivor>,
    /// The weapons of all, and their health, in points.
    weapons: Vec<(Row, f64)>,
    /// Fleets that came with living units.
    fleets: Vec<Row>,
}

struct Survivor {
    unit: Row,
    hp: f64,
    shield: f64,
    suppression: f64,
    /// Experience gained.
    xp: f64,
    /// Where it stands; NaN if it left the map, nothing if it never entered it.
    place: Option<(f64, f64)>,
}

impl Aftermath {
    /// What the battle that was just fought changes.
    pub fn of(lineup: &Lineup, battles: &mut BattleWorld) -> Self {
        let account = battles.battle().account.clone().unwrap_or_default();
        let (units, mounts) = battles.columns();
        let (mut dead, mut living) = (Vec::new(), Vec::with_capacity(lineup.unit_rows.len()));
        for (row, &unit) in lineup.unit_rows.iter().enumerate() {
            let place = match units.status[row] {
                Status::DESTROYED => {
                    dead.push(unit);
                    continue;
                }
                // Who left the map is nowhere on it, and deploys anew; who never entered it was never placed.
                Status::RETREATED => Some((f64::NAN, f64::NAN)),
                Status::RESERVE => None,
                _ => Some((units.x[row].0, units.y[row].0)),
            };
            living.push(Survivor {
                unit,
                hp: units.hull[row].0,
                shield: units.shield[row].0,
                suppression: units.suppression[row].0,
                xp: account.units.get(row).map_or(0.0, |unit| unit.xp),
                place,
            });
        }
        let integrity = mounts.integrity.iter().map(|integrity| integrity.0);
        let fought = lineup.fleets.iter().zip(&account.fleets).filter(|(_, tally)| tally.initial > 0);
        Self {
            dead,
            living,
            weapons: lineup.mount_rows.iter().copied().zip(integrity).collect(),
            fleets: fought.map(|(fleet, _)| fleet.row).collect(),
        }
    }

    /// Writes it into the mirror.
    pub fn commit(&self, mirror: &mut World) -> Result<()> {
        let mut state = SystemState::<MirrorMut<'_>>::new(mirror);
        let mut mirror = state.get_mut(mirror).map_err(|_| Error::Poisoned)?;
        let table = mirror.table(TableId::Units);
        for &Survivor { unit, hp, shield, suppression, xp, place } in &self.living {
            let mut set = |column: UnitColumn, value| set_if_changed(table, column as usize, unit, value);
            set(UnitColumn::Hp, hp);
            set(UnitColumn::Shield, shield);
            set(UnitColumn::Suppression, suppression);
            if let Some((x, y)) = place {
                set(UnitColumn::X, x);
                set(UnitColumn::Y, y);
            }
            let xp = table.number(UnitColumn::Xp as usize, unit) + xp;
            set_if_changed(table, UnitColumn::Xp as usize, unit, xp);
        }
        let table = mirror.table(TableId::Weapons);
        for &(weapon, hp) in &self.weapons {
            set_if_changed(table, WeaponColumn::Hp as usize, weapon, hp);
        }
        mirror.remove_units(&self.dead);
        self.fleets.iter().for_each(|&fleet| remove_if_dead(&mut mirror, fleet));
        Ok(())
    }
}

/// Columns that a battle did not touch are not stored on its account, and no value is past what the gate takes.
fn set_if_changed(table: &mut Store, column: usize, row: Row, value: f64) {
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
fn remove_if_dead(mirror: &mut MirrorMut<'_>, fleet: Row) {
    if mirror.read().living(fleet).next().is_none() {
        let wrecks: Vec<Row> = mirror.read().rosters.0.get(fleet as usize).cloned().unwrap_or_default();
        mirror.remove_units(&wrecks);
        mirror.remove_row(TableId::Fleets, fleet);
    }
}
