//! What the units of the mirror are worth (R-STRENGTH-1).

use super::Kernel;
use super::selection::{self, Selection};
use crate::ecs::columns::{FleetColumn, UnitColumn};
use crate::ecs::mirror::Mirror;
use crate::ecs::store::Row;
use crate::ecs::tables::{Column, Table};
use crate::error::Result;
use crate::systems::strength::{Capability, strength};

impl Kernel {
    /// The strength of the units of these fleets, as they are now: unit, fleet, strength; by unit.
    ///
    /// # Errors
    /// [`Error::Unknown`](crate::Error::Unknown) names a fleet that the mirror does not have.
    pub fn strengths(&self, fleets: &Selection) -> Result<Table> {
        let mirror = self.mirror();
        let fleets = selection::fleets(mirror, fleets)?;
        let rosters = fleets.iter().filter_map(|&fleet| mirror.rosters.0.get(fleet as usize));
        let mut units: Vec<(i64, Row)> = rosters.flatten().map(|&unit| keyed(mirror, unit)).collect();
        units.sort_unstable();
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
