//! The words of the format that are no columns of a table: one list for the reader and for the schema.

use crate::ecs::columns::{FleetColumn, TableSpec, UNITS, UnitColumn, WEAPONS, WeaponColumn};
use crate::report::Outcome;

/// A key of the format and what it means.
pub(super) struct Key {
    /// The key.
    pub name: &'static str,
    /// Its meaning.
    pub doc: &'static str,
}

const fn key(name: &'static str, doc: &'static str) -> Key {
    Key { name, doc }
}

/// What a file consists of.
pub(super) const FILE: [Key; 7] = [
    key("scenario", "What the battle is."),
    key("rules", "Numbers of the rule book that are different here."),
    key("faction", "The powers."),
    key("treaty", "What two factions are to each other; without one they are neutral."),
    key("template", "Units that occur more than once, by name."),
    key("fleet", "Groups of units of one faction at one place."),
    key("expect", "What a run with the scenario's own seed must show."),
];

/// The keys of `[scenario]`.
pub(super) const SCENARIO: [Key; 7] = [
    key("name", "What people call it; by default the file's name."),
    key("description", "What it shows."),
    key("seed", "The battle's seed."),
    key("max_rounds", "Rounds that end the battle, whatever the rules say."),
    key("domain", "The domain of all units that state none."),
    key("defenders", "Factions that hold the ground in a stalemate (R-VICTORY-2)."),
    key("rules_under_test", "Rules of the rule book that it shows, by id."),
];

/// The keys of `[rules]` beside the rules.
pub(super) const RULES: [Key; 1] = [key("preset", "The rule book that the other rules here are changes to.")];

/// The keys of a `[[fleet]]` beside its columns.
pub(super) const FLEET: [Key; 2] = [
    key(
        "position",
        "The point around which its units stand, in ranks, unless they have places of their own.",
    ),
    key("units", "Its units: of a template, or with columns of their own."),
];

/// The keys of a unit in a fleet beside its columns.
pub(super) const UNIT: [Key; 2] =
    [key("template", "The template that it is of."), key("count", "How many such units there are.")];

/// The keys of a unit or a template beside its columns.
pub(super) const TEMPLATE: [Key; 1] = [key("weapons", "Its weapons.")];

/// The keys of `[expect]`.
pub(super) const EXPECT: [Key; 4] = [
    key("winner", "The winning faction; an empty text means that there is none."),
    key("outcome", "How the battle ends."),
    key("rounds", "How many rounds are fought."),
    key("digest", "The fingerprint of all rounds."),
];

/// All ways in which a battle can end.
pub(super) const OUTCOMES: [Outcome; 4] =
    [Outcome::Victory, Outcome::Stalemate, Outcome::RoundLimit, Outcome::NoConflict];

/// The place of fleets that state none: all of them meet there.
pub(super) const MEETING_PLACE: i64 = 0;

/// Columns of a fleet that need not be written: its position in the file says them.
pub(super) const FLEET_IMPLIED: &[usize] = &[FleetColumn::Id as usize];
/// Columns of a unit that need not be written: its place in the file says them.
pub(super) const UNIT_IMPLIED: &[usize] = &[UnitColumn::Id as usize, UnitColumn::Fleet as usize];
/// Columns of a weapon that need not be written: its place in the file says them.
pub(super) const WEAPON_IMPLIED: &[usize] = &[WeaponColumn::Unit as usize, WeaponColumn::Slot as usize];

/// The columns of a table except some.
pub(super) fn columns_but(
    spec: &'static TableSpec,
    but: &'static [usize],
) -> impl Iterator<Item = (usize, &'static str)> {
    let columns = spec.columns.iter().enumerate().map(|(index, column)| (index, column.name));
    columns.filter(move |(index, _)| !but.contains(index))
}

/// The columns that a template may set.
pub(super) fn template_columns() -> impl Iterator<Item = (usize, &'static str)> {
    columns_but(&UNITS, UNIT_IMPLIED)
}

/// The columns that a unit in a fleet may set.
pub(super) fn unit_columns() -> impl Iterator<Item = (usize, &'static str)> {
    columns_but(&UNITS, &[UnitColumn::Fleet as usize])
}

/// The columns that a weapon may set.
pub(super) fn weapon_columns() -> impl Iterator<Item = (usize, &'static str)> {
    columns_but(&WEAPONS, &[WeaponColumn::Unit as usize])
}
