//! Distances between units of the mirror: those that are alive and have a position.

use std::collections::BTreeMap;

use super::Kernel;
use super::selection::{self, Selection};
use crate::ecs::columns::{FleetColumn, TreatyColumn, UnitColumn};
use crate::ecs::distance::{Points, nearest, within};
use crate::ecs::mirror::Mirror;
use crate::ecs::simd::{Level, level};
use crate::ecs::store::Row;
use crate::ecs::tables::{Column, Table};
use crate::ecs::workers::Workers;
use crate::error::Result;

/// Units and where they stand, as the mirror has it at one time; in order of id.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The units' ids.
    pub ids: Vec<i64>,
    /// Their positions, in tiles.
    pub points: Points<f64>,
    /// The units of each faction, by their place in `ids`, and the factions that it is at war with.
    sides: BTreeMap<Row, (Vec<u32>, Vec<Row>)>,
    /// What they are searched with.
    level: Level,
}

impl Kernel {
    /// The units of the selection that are alive and have a position, and who of them is at war with whom.
    ///
    /// # Errors
    /// [`Error::Unknown`](crate::Error::Unknown) names a fleet that the mirror does not have;
    /// [`Error::Input`](crate::Error::Input): `MUC_SIMD` names no level that this processor can run.
    pub fn placed(&self, selection: &Selection) -> Result<Placed> {
        let mirror = self.mirror();
        let mut units = Vec::new();
        for fleet in selection::fleets(mirror, selection)? {
            let faction = mirror.fleets.link(FleetColumn::Faction as usize, fleet);
            let id = |unit| mirror.units.whole(UnitColumn::Id as usize, unit);
            let number = |column: UnitColumn, unit| mirror.units.number(column as usize, unit);
            let places = mirror
                .living(fleet)
                .map(|unit| (id(unit), faction, number(UnitColumn::X, unit), number(UnitColumn::Y, unit)));
            units.extend(places.filter(|(_, _, x, y)| !x.is_nan() && !y.is_nan()));
        }
        units.sort_unstable_by_key(|unit| unit.0);
        let mut placed =
            Placed { ids: Vec::new(), points: Points::default(), sides: BTreeMap::new(), level: level()? };
        for (place, (id, faction, x, y)) in units.into_iter().enumerate() {
            placed.ids.push(id);
            placed.points.x.push(x);
            placed.points.y.push(y);
            placed.sides.entry(faction).or_default().0.push(place as u32);
        }
        declare_wars(mirror, &mut placed.sides);
        Ok(placed)
    }
}

/// R-TREATY-1: who is at war with whom.
fn declare_wars(mirror: Mirror<'_>, sides: &mut BTreeMap<Row, (Vec<u32>, Vec<Row>)>) {
    let factions: Vec<Row> = sides.keys().copied().collect();
    for faction in factions {
        // A treaty is found under the lower of its two rows, so each pair is met once.
        for treaty in mirror.treaties.parts_of(faction).filter(|&treaty| mirror.is_war(treaty)) {
            let [a, b] =
                [TreatyColumn::A, TreatyColumn::B].map(|end| mirror.treaties.link(end as usize, treaty));
            if sides.contains_key(&a) && sides.contains_key(&b) {
                sides.entry(a).or_default().1.push(b);
                sides.entry(b).or_default().1.push(a);
            }
        }
    }
}

impl Placed {
    /// The nearest enemy of each unit that has one: unit, enemy, distance; by unit. Of equally near ones the lowest id.
    pub fn nearest_enemies(&self, workers: &Workers) -> Table {
        let mut found: Vec<(u32, i64, f64)> = Vec::new();
        for (own, foes) in self.sides.values() {
            let mut enemies: Vec<u32> =
                foes.iter().filter_map(|foe| self.sides.get(foe)).flat_map(|side| &side.0).copied().collect();
            enemies.sort_unstable();
            if !enemies.is_empty() {
                let near = nearest(self.level, &self.some(&enemies), Some(&self.some(own)), 1, workers);
                let enemy = |&number: &i64| self.ids[enemies[number as usize] as usize];
                let rows = own.iter().zip(near.points.iter().map(enemy)).zip(near.distances);
                found.extend(rows.map(|((&unit, enemy), distance)| (unit, enemy, distance)));
            }
        }
        found.sort_unstable_by_key(|row| row.0);
        Table::new(vec![
            ("unit", Column::Int(found.iter().map(|row| self.ids[row.0 as usize]).collect())),
            ("enemy", Column::Int(found.iter().map(|row| row.1).collect())),
            ("distance", Column::Float(found.iter().map(|row| row.2).collect())),
        ])
    }

    /// Whoever is at most `radius` tiles away from each unit: unit, other, distance; by unit, then other.
    pub fn within(&self, radius: f64, workers: &Workers) -> Table {
        let found = within(self.level, &self.points, None, radius, workers);
        let counts = found.starts.windows(2).map(|ends| (ends[1] - ends[0]) as usize);
        let units = self.ids.iter().zip(counts).flat_map(|(&id, count)| std::iter::repeat_n(id, count));
        Table::new(vec![
            ("unit", Column::Int(units.collect())),
            ("other", Column::Int(found.points.iter().map(|&other| self.ids[other as usize]).collect())),
            ("distance", Column::Float(found.distances)),
        ])
    }

    /// The `k` nearest of each unit: unit, rank (from 1), other, distance; by unit, then rank. Fewer where there are not
    /// so many.
    pub fn k_nearest(&self, k: usize, workers: &Workers) -> Table {
        let k = k.min(self.ids.len().saturating_sub(1));
        let found = nearest(self.level, &self.points, None, k, workers);
        let rows = found.points.len();
        Table::new(vec![
            ("unit", Column::Int((0..rows).map(|row| self.ids[row / k]).collect())),
            ("rank", Column::Int((0..rows).map(|row| (row % k) as i64 + 1).collect())),
            ("other", Column::Int(found.points.iter().map(|&other| self.ids[other as usize]).collect())),
            ("distance", Column::Float(found.distances)),
        ])
    }

    fn some(&self, units: &[u32]) -> Points<f64> {
        let column = |all: &[f64]| units.iter().map(|&unit| all[unit as usize]).collect();
        Points { x: column(&self.points.x), y: column(&self.points.y), z: None }
    }
}
