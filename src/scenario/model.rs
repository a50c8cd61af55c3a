//! What a scenario file says, row by row, each value with its place: no column is named here twice.
//!
//! A [`Row`] holds only what was written. Defaults come from the schema when the input tables are built
//! ([`super::build`]), so that writing a scenario back ([`super::write`]) adds nothing to it.

use super::source::Place;
use crate::ecs::columns::{Absent, ColumnSpec, Kind};

/// The most units of one scenario: more would not fit a usual machine's memory, and is always a slip.
pub(super) const MOST_UNITS: u64 = 10_000_000;
/// The most weapons of one scenario.
pub(super) const MOST_WEAPONS: u64 = 4 * MOST_UNITS;

/// A value as the file has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    /// A number.
    Number(f64),
    /// A whole number: a key, a slot, a cooldown.
    Whole(i64),
    /// True or false.
    Flag(bool),
    /// A text, a choice's word or a faction's name.
    Text(String),
}

impl Scalar {
    /// What a new row has in a column that is not given, if the schema alone says it.
    pub fn default_of(column: &ColumnSpec) -> Option<Self> {
        match (column.absent, column.kind) {
            (Absent::Is(number), Kind::Flag) => Some(Self::Flag(number != 0.0)),
            (Absent::Is(number), Kind::Whole { .. }) => Some(Self::Whole(number as i64)),
            (Absent::Is(index), Kind::Choice(words)) => Some(Self::Text(words[index as usize].to_owned())),
            (Absent::Is(number), _) => Some(Self::Number(number)),
            (Absent::Empty, _) => Some(Self::Text(String::new())),
            (Absent::SameAs(_) | Absent::Required, _) => None,
        }
    }
}

/// A value of a column, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// The column's index in its table's schema.
    pub column: usize,
    /// The value.
    pub value: Scalar,
    /// Where the value stands.
    pub place: Place,
}

/// The values that were written for one row.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// Where the row begins.
    pub place: Place,
    /// Its values, in the order of the schema.
    pub given: Vec<Given>,
}

impl Row {
    /// What was written for a column.
    pub fn get(&self, column: usize) -> Option<&Given> {
        self.given.iter().find(|given| given.column == column)
    }

    /// This row with one more value.
    pub fn with(mut self, column: usize, value: Scalar, place: Place) -> Self {
        self.given.push(Given { column, value, place });
        self
    }

    /// Writes a value for a column, in the place of what was there.
    pub fn set(&mut self, column: usize, value: Scalar) {
        self.given.retain(|given| given.column != column);
        self.given.push(Given { column, value, place: 0 });
    }

    /// The whole number that was written for a column.
    pub fn whole(&self, column: usize) -> Option<i64> {
        match self.get(column)?.value {
            Scalar::Whole(number) => Some(number),
            _ => None,
        }
    }
}

/// A `[template.NAME]`: what several units have in common.
#[derive(Clone, Debug)]
pub(super) struct Template {
    /// The name that units use.
    pub name: String,
    /// Columns of the unit.
    pub row: Row,
    /// Its weapons.
    pub weapons: Vec<Row>,
}

/// One entry of a fleet's `units`: equal units.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// The template's index.
    pub template: Option<usize>,
    /// How many units.
    pub count: u64,
    /// Columns that differ from the template's.
    pub row: Row,
    /// Weapons in place of the template's.
    pub weapons: Option<Vec<Row>>,
}

/// A `[[fleet]]`.
#[derive(Clone, Debug)]
pub(super) struct Fleet {
    /// Columns of the fleet.
    pub row: Row,
    /// The point around which its units stand.
    pub position: Option<Position>,
    /// Its units.
    pub groups: Vec<Group>,
}

/// A fleet's point on the map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    /// In tiles from the left and from the lower edge.
    pub at: [f64; 2],
    /// Where it stands.
    pub place: Place,
}

/// All rows of a scenario.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    /// What every unit has that says nothing else: the scenario's `domain`.
    pub unit_base: Row,
    /// A row per `[[faction]]`.
    pub factions: Vec<Row>,
    /// A row per `[[treaty]]`.
    pub treaties: Vec<Row>,
    /// The templates, in the order of the file.
    pub templates: Vec<Template>,
    /// The fleets, in the order of the file.
    pub fleets: Vec<Fleet>,
}

impl Model {
    /// The weapons that each unit of a group has.
    pub fn weapons<'a>(&'a self, group: &'a Group) -> &'a [Row] {
        let template = group.template.map(|index| self.templates[index].weapons.as_slice());
        group.weapons.as_deref().or(template).unwrap_or_default()
    }

    /// All groups, in the order of the file.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.fleets.iter().flat_map(|fleet| &fleet.groups)
    }
}
