//! The armies of a battle, as they were read.

use pyo3::prelude::*;

use super::columns::Columns;
use super::fault::Place;
use super::plan::Layouts;
use super::schema::{READ_BEFORE, Schema};
use crate::bindings::legacy::Handover;
use crate::ecs::columns::{TableId, UnitColumn, WeaponColumn};

/// The memory of a battle's columns, for the next one.
pub(super) struct Spare {
    units: Columns,
    unit_ids: Vec<i64>,
    unit_fleets: Vec<i64>,
    weapons: Columns,
    weapon_units: Vec<i64>,
    weapon_slots: Vec<i64>,
}

/// So much memory is kept at most: that of some tens of thousands of units.
const KEPT: usize = 16 << 20;

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
    /// What the first places of their results hold, a row per unit up to the last one whose layout is not known.
    before: Vec<[Option<Bound<'py, PyAny>>; READ_BEFORE]>,
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

impl Spare {
    /// Columns for what a schema reads, without rows.
    fn of(schema: &Schema) -> Self {
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
            units: Columns::of(units, schema.units.iter(), &more),
            unit_ids: Vec::new(),
            unit_fleets: Vec::new(),
            weapons: Columns::of(weapons, schema.weapons.iter(), arms),
            weapon_units: Vec::new(),
            weapon_slots: Vec::new(),
        }
    }

    /// What is kept of it: all if that is not too much.
    fn kept(mut self) -> Option<Self> {
        let wholes =
            [&mut self.unit_ids, &mut self.unit_fleets, &mut self.weapon_units, &mut self.weapon_slots];
        let mut bytes = 0;
        for values in wholes {
            bytes += values.capacity() * size_of::<i64>();
            values.clear();
        }
        for columns in [&mut self.units, &mut self.weapons] {
            bytes += columns.bytes();
            columns.truncate(0);
        }
        (bytes <= KEPT).then_some(self)
    }
}

impl<'py> Armies<'py> {
    /// Nobody yet. `spare`: what is left of another battle of the schema.
    pub(super) fn empty(schema: &Schema, spare: Option<Spare>) -> Self {
        let Spare { units, unit_ids, unit_fleets, weapons, weapon_units, weapon_slots } =
            spare.unwrap_or_else(|| Spare::of(schema));
        Self {
            factions: Vec::new(),
            objects: Vec::new(),
            owners: Vec::new(),
            names: Vec::new(),
            fleets: Vec::new(),
            units,
            unit_ids,
            unit_fleets,
            before: Vec::new(),
            weapons,
            weapon_units,
            weapon_slots,
            weapon_objects: Vec::new(),
            notes: Vec::new(),
            starts: Vec::new(),
            layouts: Default::default(),
        }
    }

    /// What the last living unit's results hold that is read before.
    pub(super) fn set_before(&mut self, before: [Option<Bound<'py, PyAny>>; READ_BEFORE]) {
        self.before.resize_with(self.unit_ids.len().saturating_sub(1), Default::default);
        self.before.push(before);
    }

    /// What the results of the living unit in this place held; nothing if that was not read.
    pub(super) fn before(&self, place: usize) -> &[Option<Bound<'py, PyAny>>] {
        self.before.get(place).map_or(&[], |before| before)
    }

    /// Makes room for so many more objects.
    pub(super) fn reserve(&mut self, objects: usize) {
        self.objects.reserve(objects);
        self.owners.reserve(objects);
        self.names.reserve(objects);
        self.units.reserve(objects);
        self.unit_ids.reserve(objects);
        self.unit_fleets.reserve(objects);
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

    /// What the report of the battle knows of the objects, and what is kept of the memory.
    pub(super) fn part(self, notes: Vec<String>) -> (Handover, Option<Spare>) {
        let mut living = vec![false; self.objects.len()];
        self.unit_ids.iter().for_each(|&id| living[id as usize] = true);
        let handover = Handover {
            factions: self.factions,
            owners: self.owners,
            living,
            objects: self.objects.into_iter().map(Bound::unbind).collect(),
            names: self.names.into_iter().map(|name| name.map(Bound::unbind)).collect(),
            fleets: self.fleets.into_iter().map(|(key, _)| key.map(Bound::unbind)).collect(),
            notes,
        };
        let spare = Spare {
            units: self.units,
            unit_ids: self.unit_ids,
            unit_fleets: self.unit_fleets,
            weapons: self.weapons,
            weapon_units: self.weapon_units,
            weapon_slots: self.weapon_slots,
        };
        (handover, spare.kept())
    }
}
