//! The mirror: the campaign's tables as resources of one long-lived World, and how their rows are related.
//!
//! Why resources and not an entity per row: what comes in and goes out is columns, most columns are never
//! given, and an entity pays 8 bytes of change ticks for every component. Measured in ARCHITECTURE.md.
//! Relations are rows: fleet → faction, unit → fleet, weapon → unit; [`Rosters`] leads back from a fleet to
//! its units, the weapons' ordered key from a unit to its weapons.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::columns::{
    FACTIONS, FLEETS, FleetColumn, TREATIES, TREATY_KINDS, TableId, TreatyColumn, UNITS, UnitColumn, WEAPONS,
};
use super::pages;
use super::store::{Row, Store};

macro_rules! tables {
    ($($(#[doc = $doc:literal])+ $name:ident = $spec:ident;)+) => { $(
        $(#[doc = $doc])+
        #[derive(Resource, Clone, Debug)]
        pub struct $name(pub Store);

        impl Default for $name {
            fn default() -> Self {
                Self(Store::new(&$spec))
            }
        }
    )+ };
}

tables! {
    /// The campaign's factions.
    Factions = FACTIONS;
    /// What pairs of factions are to each other; pairs that nobody set are neutral.
    Treaties = TREATIES;
    /// The campaign's fleets.
    Fleets = FLEETS;
    /// The campaign's units.
    Units = UNITS;
    /// The weapons of all units.
    Weapons = WEAPONS;
}

/// The units of each fleet, by the fleet's row, in no particular order.
#[derive(Resource, Clone, Debug, Default)]
pub struct Rosters(pub Vec<Vec<Row>>);

/// The mirror, to be read.
#[derive(Clone, Copy)]
pub struct Mirror<'w> {
    /// The campaign's factions.
    pub factions: &'w Store,
    /// Its treaties.
    pub treaties: &'w Store,
    /// Its fleets.
    pub fleets: &'w Store,
    /// Its units.
    pub units: &'w Store,
    /// Their weapons.
    pub weapons: &'w Store,
    /// The units of each fleet.
    pub rosters: &'w Rosters,
}

/// The mirror, to be changed: by the gate and by the commit of a battle, nobody else.
#[derive(SystemParam)]
pub struct MirrorMut<'w> {
    factions: ResMut<'w, Factions>,
    treaties: ResMut<'w, Treaties>,
    fleets: ResMut<'w, Fleets>,
    units: ResMut<'w, Units>,
    weapons: ResMut<'w, Weapons>,
    rosters: ResMut<'w, Rosters>,
}

/// An empty mirror.
pub fn mirror_world() -> World {
    let mut world = World::new();
    world.init_resource::<Factions>();
    world.init_resource::<Treaties>();
    world.init_resource::<Fleets>();
    world.init_resource::<Units>();
    world.init_resource::<Weapons>();
    world.init_resource::<Rosters>();
    world
}

/// Empties a world made by [`mirror_world`]; that costs a tenth of making another.
pub fn clear_world(world: &mut World) {
    *world.resource_mut::<Factions>() = Factions::default();
    *world.resource_mut::<Treaties>() = Treaties::default();
    *world.resource_mut::<Fleets>() = Fleets::default();
    *world.resource_mut::<Units>() = Units::default();
    *world.resource_mut::<Weapons>() = Weapons::default();
    *world.resource_mut::<Rosters>() = Rosters::default();
}

/// An independent copy of a world made by [`mirror_world`].
pub fn copy_world(world: &World) -> World {
    let mut copy = World::new();
    copy.insert_resource(world.resource::<Factions>().clone());
    copy.insert_resource(world.resource::<Treaties>().clone());
    copy.insert_resource(world.resource::<Fleets>().clone());
    copy.insert_resource(world.resource::<Units>().clone());
    copy.insert_resource(world.resource::<Weapons>().clone());
    copy.insert_resource(world.resource::<Rosters>().clone());
    copy
}

impl<'w> Mirror<'w> {
    /// The mirror in a world made by [`mirror_world`].
    pub fn of(world: &'w World) -> Self {
        Self {
            factions: &world.resource::<Factions>().0,
            treaties: &world.resource::<Treaties>().0,
            fleets: &world.resource::<Fleets>().0,
            units: &world.resource::<Units>().0,
            weapons: &world.resource::<Weapons>().0,
            rosters: world.resource::<Rosters>(),
        }
    }

    /// A table.
    pub fn table(&self, id: TableId) -> &'w Store {
        match id {
            TableId::Factions => self.factions,
            TableId::Treaties => self.treaties,
            TableId::Fleets => self.fleets,
            TableId::Units => self.units,
            TableId::Weapons => self.weapons,
        }
    }

    /// Whether a treaty is a war: the only kind that makes two factions hostile (R-TREATY-1).
    pub fn is_war(&self, treaty: Row) -> bool {
        TREATY_KINDS[usize::from(self.treaties.choice(TreatyColumn::Kind as usize, treaty))] == "war"
    }

    /// The units of a fleet that are alive, in no particular order.
    pub fn living(&self, fleet: Row) -> impl Iterator<Item = Row> + 'w {
        let units = self.units;
        let roster = self.rosters.0.get(fleet as usize).map_or(&[][..], Vec::as_slice);
        roster.iter().copied().filter(move |&unit| units.number(UnitColumn::Hp as usize, unit) > 0.0)
    }
}

impl MirrorMut<'_> {
    /// The mirror, to be read.
    pub fn read(&self) -> Mirror<'_> {
        Mirror {
            factions: &self.factions.0,
            treaties: &self.treaties.0,
            fleets: &self.fleets.0,
            units: &self.units.0,
            weapons: &self.weapons.0,
            rosters: &self.rosters,
        }
    }

    /// A table, to be changed.
    pub fn table(&mut self, id: TableId) -> &mut Store {
        match id {
            TableId::Factions => &mut self.factions.0,
            TableId::Treaties => &mut self.treaties.0,
            TableId::Fleets => &mut self.fleets.0,
            TableId::Units => &mut self.units.0,
            TableId::Weapons => &mut self.weapons.0,
        }
    }

    /// Puts units on the rosters of the fleets they now belong to, and strikes them off those of `left`.
    pub fn enrol(&mut self, units: &[Row], left: &mut Vec<Row>) {
        let Self { rosters, units: table, fleets, .. } = self;
        rosters.0.resize_with(fleets.0.places(), Vec::new);
        let fleets_of = table.0.links(UnitColumn::Fleet as usize);
        let fleet_of = |unit: Row| fleets_of[unit as usize];
        left.sort_unstable();
        left.dedup();
        for &fleet in left.iter() {
            rosters.0[fleet as usize].retain(|&unit| table.0.holds(unit) && fleet_of(unit) == fleet);
        }
        if units.len() > rosters.0.len() {
            let mut joining = vec![0; rosters.0.len()];
            units.iter().for_each(|&unit| joining[fleet_of(unit) as usize] += 1);
            rosters.0.iter_mut().zip(joining).for_each(|(roster, joining)| pages::reserve(roster, joining));
        }
        for &unit in units {
            rosters.0[fleet_of(unit) as usize].push(unit);
        }
    }

    /// Removes units with their weapons.
    pub fn remove_units(&mut self, units: &[Row]) -> usize {
        let mut left: Vec<Row> = Vec::with_capacity(units.len());
        let mut weapons = 0;
        for &unit in units {
            left.push(self.units.0.link(UnitColumn::Fleet as usize, unit));
            let mounts: Vec<Row> = self.weapons.0.parts_of(unit).collect();
            weapons += mounts.len();
            mounts.into_iter().for_each(|mount| self.remove_row(TableId::Weapons, mount));
            self.remove_row(TableId::Units, unit);
        }
        self.enrol(&[], &mut left);
        weapons
    }

    /// Removes a row that nothing belongs to any more.
    pub fn remove_row(&mut self, table: TableId, row: Row) {
        let store = self.table(table);
        let key = store.key(row);
        store.release(&key);
        store.free_row(row);
    }

    /// The fleets of a faction.
    pub fn fleets_of(&self, faction: Row) -> Vec<Row> {
        let fleets = &self.fleets.0;
        fleets.rows().filter(|&fleet| fleets.link(FleetColumn::Faction as usize, fleet) == faction).collect()
    }
}
