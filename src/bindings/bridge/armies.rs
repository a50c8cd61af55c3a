//! The armies of a battle, as they were read.

use pyo3::prelude::*;

use super::columns::Columns;
use super::fault::Place;
use super::plan::Layouts;
use super::schema::{READ_BEFORE, Schema};
use crate::ecs::columns::{TableId, UnitColumn, WeaponColumn};

/// The armies of a battle, read.
pub(super) struct Armies<'py> {
    /// The armies' keys, in order.
    pub(super) factions: Vec<String>,
    /// All objects, army after army. A unit's id is its place here.
    pub(super) objects: Vec<Bound<'py, PyAny>>,
    /// The army of each object.
    pub(super) owners: Vec<u32>,
    /// The names of the objects, None for those without.
    pub(super) names: Vec<Option<Bound<'py, PyAny>>>,
    /// The keys of the fleets, None for an army's own, and their armies.
    pub(super) fleets: Vec<(Option<Bound<'py, PyAny>>, u32)>,
    /// Of the living only: their columns, ids and fleets.
    pub(super) units: Columns,
    pub(super) unit_ids: Vec<i64>,
    pub(super) unit_fleets: Vec<i64>,
    /// What the first places of their results hold, a row per unit; nothing for one whose layout is known.
    pub(super) before: Vec<[Option<Bound<'py, PyAny>>; READ_BEFORE]>,
    /// Their weapons.
    pub(super) weapons: Columns,
    pub(super) weapon_units: Vec<i64>,
    pub(super) weapon_slots: Vec<i64>,
    /// The weapons' objects; none for a generic one.
    pub(super) weapon_objects: Vec<Option<Bound<'py, PyAny>>>,
    /// What a reader of the report should know.
    pub(super) notes: Vec<String>,
    /// Where each army begins among the objects.
    pub(super) starts: Vec<usize>,
    /// The layouts of the units' classes and of the weapons'.
    pub(super) layouts: [Layouts; 2],
}

/// Health and shield: the pair's place in the schema, the value's column and its limit's.
pub(super) const PAIRS: [(usize, UnitColumn, UnitColumn); 2] =
    [(0, UnitColumn::Hp, UnitColumn::MaxHp), (1, UnitColumn::Shield, UnitColumn::MaxShield)];

impl Armies<'_> {
    /// Nobody yet.
    pub(super) fn empty(schema: &Schema) -> Self {
        let (units, weapons) = (TableId::Units.spec(), TableId::Weapons.spec());
        let mut more: Vec<usize> = schema.tag_flags.values().flatten().copied().collect();
        for pair in PAIRS {
            let given = schema.limits[pair.0].iter().any(Option::is_some);
            more.extend(given.then_some([pair.1 as usize, pair.2 as usize]).into_iter().flatten());
        }
        let arms: &[usize] = match (schema.generic_weapon, &schema.weapon_destroyed) {
            (true, _) => &[WeaponColumn::Strength as usize, WeaponColumn::Hp as usize],
            (false, Some(_)) => &[WeaponColumn::Hp as usize],
            (false, None) => &[],
        };
        Self {
            factions: Vec::new(),
            objects: Vec::new(),
            owners: Vec::new(),
            names: Vec::new(),
            fleets: Vec::new(),
            units: Columns::of(units, schema.units.iter(), &more),
            unit_ids: Vec::new(),
            unit_fleets: Vec::new(),
            before: Vec::new(),
            weapons: Columns::of(weapons, schema.weapons.iter(), arms),
            weapon_units: Vec::new(),
            weapon_slots: Vec::new(),
            weapon_objects: Vec::new(),
            notes: Vec::new(),
            starts: Vec::new(),
            layouts: Default::default(),
        }
    }

    /// Makes room for so many more objects.
    pub(super) fn reserve(&mut self, objects: usize) {
        self.objects.reserve(objects);
        self.owners.reserve(objects);
        self.names.reserve(objects);
        self.units.reserve(objects);
        self.unit_ids.reserve(objects);
        self.unit_fleets.reserve(objects);
        self.before.reserve(objects);
    }

    /// Makes room for the weapons of so many more objects, as well armed as those that were read.
    pub(super) fn reserve_mounts(&mut self, objects: usize) {
        let mounts = self.weapon_units.len() * objects / self.unit_ids.len().max(1);
        self.weapons.reserve(mounts);
        self.weapon_units.reserve(mounts);
        self.weapon_slots.reserve(mounts);
        self.weapon_objects.reserve(mounts);
    }

    /// Which object has this id.
    pub(super) fn place(&self, id: usize, weapon: Option<usize>) -> Place {
        let owner = self.owners[id] as usize;
        let name = self.names[id].as_ref().and_then(|name| name.extract().ok());
        Place { faction: self.factions[owner].clone(), unit: id - self.starts[owner], name, weapon }
    }
}
