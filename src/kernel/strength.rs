//! What the units of the mirror are worth (R-STRENGTH-1).

use super::Kernel;
use crate::ecs::columns::{FleetColumn, UnitColumn};
use crate::ecs::mirror::Mirror;
use crate::ecs::store::{Key, Row};
use crate::ecs::tables::{Column, Table};
use crate::error::{Error, Result};
use crate::systems::strength::{Capability, strength};

impl Kernel {
    /// The strength of the units of these fleets, or of all units, as they are now: unit, fleet, strength; by unit.
    ///
    /// # Errors
    /// [`Error::Unknown`] names a fleet that the mirror does not have.
    pub fn strengths(&self, fleets: Option<&[i64]>) -> Result<Table> {
        let mirror = self.mirror();
        let mut units: Vec<(i64, Row)> = match fleets {
            None => mirror.units.rows().map(|unit| keyed(mirror, unit)).collect(),
            Some(ids) => {
                let mut units = Vec::new();
                for &id in ids {
                    let unknown = Error::Unknown { table: "fleet", key: id.to_string() };
                    let fleet = mirror.fleets.find(&Key::Id(id)).ok_or(unknown)?;
                    let roster = mirror.rosters.0.get(fleet as usize).into_iter().flatten();
                    units.extend(roster.map(|&unit| keyed(mirror, unit)));
                }
                units
            }
        };
        units.sort_unstable();
        units.dedup();
        let fleet_of = |unit: Row| {
            let fleet = mirror.units.link(UnitColumn::Fleet as usize, unit);
            mirror.fleets.whole(FleetColumn::Id as usize, fleet)
        };
        Ok(Table::new(vec![
            ("unit", Column::Int(units.iter().map(|&(id, _)| id).collect())),
            ("fleet", Column::Int(units.iter().map(|&(_, unit)| fleet_of(unit)).collect())),
            ("strength", Column::Float(units.iter().map(|&(_, unit)| strength(of(mirror, unit))).collect())),
        ]))
    }
}

fn keyed(mirror: Mirror<'_>, unit: Row) -> (i64, Row) {
    (mirror.units.whole(UnitColumn::Id as usize, unit), unit)
}

fn of(mirror: Mirror<'_>, unit: Row) -> Capability {
    let number = |column: UnitColumn| mirror.units.number(column as usize, unit);
    Capability {
        power_rating: number(UnitColumn::PowerRating),
        cost: number(UnitColumn::Cost),
        hp: number(UnitColumn::Hp),
        max_hp: number(UnitColumn::MaxHp),
        ma: number(UnitColumn::Ma),
        md: number(UnitColumn::Md),
        damage: number(UnitColumn::Damage),
    }
}
