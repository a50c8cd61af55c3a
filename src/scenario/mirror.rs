//! A scenario of what a kernel holds: the battle that is about to be fought, as a file.

use std::collections::BTreeMap;

use super::Scenario;
use super::model::{Fleet, Group, Model, Row, Scalar};
use crate::ecs::columns::{Absent, FleetColumn, TableId, TableSpec, UnitColumn, WeaponColumn};
use crate::ecs::tables::{Cell, Table};
use crate::kernel::{Engagement, Kernel, Muster};

impl Scenario {
    /// All factions, treaties and fleets of a kernel, each unit with the columns that are not as by default.
    pub fn from_kernel(kernel: &Kernel) -> Self {
        let factions = Reader::new(kernel, TableId::Factions).rows(&[]);
        let treaties = Reader::new(kernel, TableId::Treaties).rows(&[]);
        let model = Model { factions, treaties, fleets: fleets(kernel), ..Model::default() };
        let name = "mirror".to_owned();
        Self { name, seed: kernel.seed(), rules: *kernel.rules(), model, ..Self::default() }
    }

    /// A battle on a kernel, as it would be fought now: all that the kernel has, with everybody else under way.
    pub fn of_battle(kernel: &Kernel, engagement: &Engagement) -> Self {
        let mut scenario = Self::from_kernel(kernel);
        scenario.name = "battle".to_owned();
        scenario.seed = engagement.seed.unwrap_or_else(|| kernel.next_seed());
        scenario.max_rounds = engagement.max_rounds;
        scenario.defenders.clone_from(&engagement.defenders);
        if let Muster::Fleets(ids) = &engagement.muster {
            // Fleets that are nowhere all meet, wherever they were.
            for fleet in &mut scenario.model.fleets {
                let fights = fleet.row.whole(FleetColumn::Id as usize).is_some_and(|id| ids.contains(&id));
                fleet.row.set(FleetColumn::Location as usize, Scalar::Whole(-1));
                fleet.row.set(FleetColumn::InTransit as usize, Scalar::Flag(!fights));
            }
        }
        if let Muster::Location(place) = engagement.muster {
            for fleet in &mut scenario.model.fleets {
                let here = fleet.row.whole(FleetColumn::Location as usize) == Some(place);
                let under_way = fleet.row.get(FleetColumn::InTransit as usize);
                let under_way = under_way.is_some_and(|given| given.value == Scalar::Flag(true));
                fleet.row.set(FleetColumn::InTransit as usize, Scalar::Flag(!here || under_way));
            }
        }
        scenario
    }
}

/// The fleets with their units and these with their weapons: each table is in the order of its key.
fn fleets(kernel: &Kernel) -> Vec<Fleet> {
    let weapons = Reader::new(kernel, TableId::Weapons);
    let units = Reader::new(kernel, TableId::Units);
    let owners = weapons.table.ints(weapons.spec.columns[WeaponColumn::Unit as usize].name);
    let homes = units.table.ints(units.spec.columns[UnitColumn::Fleet as usize].name);
    let unit_ids = units.table.ints(units.spec.columns[UnitColumn::Id as usize].name);

    let mut by_fleet: BTreeMap<i64, Vec<Group>> = BTreeMap::new();
    let mut weapon = 0;
    for (unit, (&id, &home)) in unit_ids.iter().zip(homes).enumerate() {
        let first = weapon;
        while owners.get(weapon) == Some(&id) {
            weapon += 1;
        }
        let own: Vec<Row> =
            (first..weapon).map(|row| weapons.row(row, &[WeaponColumn::Unit as usize])).collect();
        let group = Group {
            template: None,
            count: 1,
            row: units.row(unit, &[UnitColumn::Fleet as usize]),
            weapons: (!own.is_empty()).then_some(own),
        };
        by_fleet.entry(home).or_default().push(group);
    }

    let fleets = Reader::new(kernel, TableId::Fleets);
    let fleet = |row| {
        let row = fleets.fleet_row(row);
        let id = row.whole(FleetColumn::Id as usize);
        Fleet { groups: id.and_then(|id| by_fleet.remove(&id)).unwrap_or_default(), row, position: None }
    };
    (0..fleets.table.len()).map(fleet).collect()
}

/// Reads a table of the mirror as rows of a scenario.
struct Reader {
    table: Table,
    spec: &'static TableSpec,
}

impl Reader {
    fn new(kernel: &Kernel, id: TableId) -> Self {
        Self { table: kernel.table(id), spec: id.spec() }
    }

    /// All rows.
    fn rows(&self, but: &[usize]) -> Vec<Row> {
        (0..self.table.len()).map(|row| self.row(row, but)).collect()
    }

    /// A fleet's row; its place is always written, since a file's default is another than a push's.
    fn fleet_row(&self, row: usize) -> Row {
        let location = FleetColumn::Location as usize;
        let fleet = self.row(row, &[location]);
        match self.cell(location, row) {
            Some(value) => fleet.with(location, value, 0),
            None => fleet,
        }
    }

    /// The columns of a row that are not as by default, except some.
    fn row(&self, row: usize, but: &[usize]) -> Row {
        let mut written = Row::default();
        for (index, column) in self.spec.columns.iter().enumerate() {
            let Some(value) = self.cell(index, row).filter(|_| !but.contains(&index)) else { continue };
            let default = match column.absent {
                Absent::SameAs(other) => self.cell(other, row),
                _ => Scalar::default_of(column),
            };
            if !default.is_some_and(|default| same(&default, &value)) {
                written = written.with(index, value, 0);
            }
        }
        written
    }

    fn cell(&self, column: usize, row: usize) -> Option<Scalar> {
        let cell = self.table.column(self.spec.columns[column].name)?.cell(row);
        Some(match cell {
            Cell::Float(number) => Scalar::Number(number),
            Cell::Int(number) => Scalar::Whole(number),
            Cell::Flag(flag) => Scalar::Flag(flag),
            Cell::Text(text) => Scalar::Text(text.to_owned()),
        })
    }
}

/// Whether two values are the same, "not given" (NaN) included.
fn same(a: &Scalar, b: &Scalar) -> bool {
    match (a, b) {
        (Scalar::Number(a), Scalar::Number(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
        _ => a == b,
    }
}
