//! The one schema of everything that comes in: tables, columns, defaults, ranges (rule book §12).
//!
//! The gate, the scenario reader, the mirror's tables and the documentation all read it here; a column's
//! name stands nowhere else.

/// The tables of the mirror, in the order in which they depend on each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableId {
    /// Who fights: powers with a doctrine.
    Factions,
    /// What two factions are to each other.
    Treaties,
    /// Groups of units of one faction at one place.
    Fleets,
    /// Ships and ground units.
    Units,
    /// Weapon mounts of units.
    Weapons,
}

impl TableId {
    /// All tables, owners before what they own.
    pub const ALL: [Self; 5] = [Self::Factions, Self::Treaties, Self::Fleets, Self::Units, Self::Weapons];

    /// What is known about the table's columns.
    pub fn spec(self) -> &'static TableSpec {
        match self {
            Self::Factions => &FACTIONS,
            Self::Treaties => &TREATIES,
            Self::Fleets => &FLEETS,
            Self::Units => &UNITS,
            Self::Weapons => &WEAPONS,
        }
    }
}

/// What values a column takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A finite number within the bounds.
    Number {
        /// Smallest legal value.
        min: f64,
        /// Largest legal value.
        max: f64,
    },
    /// A finite number within the bounds, or NaN for "not given".
    NumberOrNone {
        /// Smallest legal value.
        min: f64,
        /// Largest legal value.
        max: f64,
    },
    /// A whole number within the bounds.
    Whole {
        /// Smallest legal value.
        min: i64,
        /// Largest legal value.
        max: i64,
    },
    /// True or false.
    Flag,
    /// One of these words; case, spaces and hyphens do not matter.
    Choice(&'static [&'static str]),
    /// Text of at most so many bytes.
    Text {
        /// Smallest length in bytes.
        min: usize,
        /// Largest length in bytes.
        max: usize,
    },
    /// The key of a row of another table.
    Link(TableId),
}

/// What a new row holds in a column that is not given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Absent {
    /// This number (for flags 0 or 1, for choices the word's index).
    Is(f64),
    /// An empty text.
    Empty,
    /// What the row has in this column.
    SameAs(usize),
    /// A new row must give it.
    Required,
}

/// What is known about a column.
#[derive(Clone, Copy, Debug)]
pub struct ColumnSpec {
    /// The column's name.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// What a new row holds if the column is not given.
    pub absent: Absent,
    /// Meaning and unit.
    pub doc: &'static str,
}

/// What is known about a table.
#[derive(Debug)]
pub struct TableSpec {
    /// Which table it is.
    pub id: TableId,
    /// The table's name, as users write it.
    pub name: &'static str,
    /// One row's name: "unit".
    pub row_name: &'static str,
    /// How many of the first columns are the key.
    pub key_columns: usize,
    /// All columns, the key first.
    pub columns: &'static [ColumnSpec],
}

impl TableSpec {
    /// The index of the column named `name`.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

macro_rules! table {
    ($(#[doc = $about:literal])+ $column:ident $spec:ident = $id:ident($name:literal, $row:literal, $keys:literal) {
        $( $variant:ident $text:literal $kind:expr, $absent:expr, $doc:literal; )+
    }) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $column { $( #[doc = $doc] $variant, )+ }

        $(#[doc = $about])+
        pub static $spec: TableSpec = TableSpec {
            id: TableId::$id,
            name: $name,
            row_name: $row,
            key_columns: $keys,
            columns: &[ $( ColumnSpec { name: $text, kind: $kind, absent: $absent, doc: $doc }, )+ ],
        };
    };
}

/// What a faction does without a unit's own directive (R-MOVE-2).
pub const DOCTRINES: &[&str] = &["charge", "kite", "defend", "hold"];
/// What two factions can be to each other (R-TREATY-1). Only the first makes them hostile.
pub const TREATY_KINDS: &[&str] =
    &["war", "peace", "neutral", "trade", "alliance", "non_aggression", "vassal"];
/// Where a unit fights.
pub const DOMAINS: &[&str] = &["space", "ground"];
/// A unit's own orders (R-MOVE-2).
pub const DIRECTIVES: &[&str] = &["", "kite", "close_quarters", "hold_ground"];

/// The largest quantity of points, tiles or cost: sums of 2³¹ of them stay far from the end of f64.
const MOST: f64 = 1e15;
const POINTS: Kind = Kind::Number { min: 0.0, max: MOST };
const FACTOR: Kind = Kind::Number { min: 0.0, max: 1e6 };
const PLACE: Kind = Kind::NumberOrNone { min: -MOST, max: MOST };
const ID: Kind = Kind::Whole { min: 0, max: i64::MAX };
const NO: Absent = Absent::Is(0.0);
const ONE: Absent = Absent::Is(1.0);
const NONE: Absent = Absent::Is(f64::NAN);
const REQUIRED: Absent = Absent::Required;

table! {
    /// The columns of `factions`, key `name`.
    FactionColumn FACTIONS = Factions("factions", "faction", 1) {
        Name "name" Kind::Text { min: 1, max: 255 }, REQUIRED, "Unique name, at most 255 bytes.";
        Doctrine "doctrine" Kind::Choice(DOCTRINES), NO, "How its units move (R-MOVE-2).";
        PlunderRatio "plunder_ratio" FACTOR, NO, "Share of all cost lost that it carries off (R-FINAL-3).";
    }
}

table! {
    /// The columns of `treaties`, key `(a, b)` in either order.
    TreatyColumn TREATIES = Treaties("treaties", "treaty", 2) {
        A "a" Kind::Link(TableId::Factions), REQUIRED, "One faction's name.";
        B "b" Kind::Link(TableId::Factions), REQUIRED, "The other faction's name.";
        Kind "kind" Kind::Choice(TREATY_KINDS), REQUIRED, "What they are to each other (R-TREATY-1).";
    }
}

table! {
    /// The columns of `fleets`, key `id`.
    FleetColumn FLEETS = Fleets("fleets", "fleet", 1) {
        Id "id" ID, REQUIRED, "Unique number, at least 0.";
        Faction "faction" Kind::Link(TableId::Factions), REQUIRED, "Its faction's name.";
        Location "location" Kind::Whole { min: -1, max: i64::MAX }, Absent::Is(-1.0), "Where it is; -1: nowhere.";
        InTransit "in_transit" Kind::Flag, NO, "Whether it is under way and cannot fight.";
    }
}

table! {
    /// The columns of `units`, key `id`.
    UnitColumn UNITS = Units("units", "unit", 1) {
        Id "id" ID, REQUIRED, "Unique number, at least 0.";
        Fleet "fleet" Kind::Link(TableId::Fleets), REQUIRED, "Its fleet's id.";
        Domain "domain" Kind::Choice(DOMAINS), NO, "Whether it is a ship or a ground unit.";
        MaxHp "max_hp" POINTS, Absent::Is(100.0), "Full health, in points.";
        Hp "hp" POINTS, Absent::SameAs(UnitColumn::MaxHp as usize), "Health, in points; 0: not alive.";
        Shield "shield" POINTS, Absent::SameAs(UnitColumn::MaxShield as usize), "Shield, in points.";
        MaxShield "max_shield" POINTS, NO, "Full shield, in points.";
        ShieldRegen "shield_regen" POINTS, NO, "Shield regained each round, in points (R-DAMAGE-4).";
        HullRegen "hull_regen" POINTS, NO, "Health regained each round, in points (R-DAMAGE-4).";
        Armor "armor" POINTS, NO, "Armour, in points (R-SHOOT-4).";
        Invuln "invuln" Kind::Number { min: 2.0, max: 7.0 }, Absent::Is(7.0), "Invulnerable save, 2 … 7; 7: none (R-SHOOT-4).";
        Bs "bs" FACTOR, Absent::Is(50.0), "Ballistic skill, in percent (R-SHOOT-2).";
        Ma "ma" FACTOR, Absent::Is(50.0), "Melee attack, in percent (R-MELEE-1).";
        Md "md" FACTOR, Absent::Is(50.0), "Defence, in percent (R-SHOOT-2).";
        Damage "damage" POINTS, Absent::Is(10.0), "Melee damage, in points (R-MELEE-1).";
        Ap "ap" POINTS, NO, "Armour penetration of its melee (R-MELEE-1).";
        Speed "speed" POINTS, Absent::Is(6.0), "Tiles per round (R-MOVE-1).";
        Leadership "leadership" FACTOR, Absent::Is(7.0), "Leadership, against two dice (R-MORALE-2).";
        Morale "morale" POINTS, Absent::Is(100.0), "Morale, in points.";
        Suppression "suppression" POINTS, NO, "Suppression, in points (R-MORALE-1).";
        Fatigue "fatigue" Kind::Number { min: 0.0, max: 1.0 }, NO, "Fatigue, 0 … 1 (R-MORALE-2).";
        Cost "cost" POINTS, Absent::Is(100.0), "What it cost (R-FINAL-1).";
        PowerRating "power_rating" Kind::NumberOrNone { min: 0.0, max: MOST }, NONE, "Power; NaN: a tenth of the cost (R-STRENGTH-1).";
        Xp "xp" POINTS, NO, "Experience, in points (R-FINAL-2).";
        X "x" PLACE, NONE, "Position, in tiles from the left edge; NaN: not placed (R-DEPLOY-2).";
        Y "y" PLACE, NONE, "Position, in tiles from the lower edge; NaN: not placed (R-DEPLOY-2).";
        Fx "fx" PLACE, NONE, "Place in its fleet's formation, in tiles; NaN: none (R-DEPLOY-2).";
        Fy "fy" PLACE, NONE, "Place in its fleet's formation, in tiles; NaN: none (R-DEPLOY-2).";
        AccuracyMult "accuracy_mult" FACTOR, ONE, "Factor on its accuracy (R-SHOOT-2).";
        DamageMult "damage_mult" FACTOR, ONE, "Factor on its weapons' damage (R-SHOOT-4).";
        ApBonus "ap_bonus" Kind::Number { min: -1e6, max: 1e6 }, NO, "Added to its weapons' armour penetration (R-SHOOT-4).";
        Charge "charge" FACTOR, NO, "Added to melee attack in the first round of contact, in percent (R-MELEE-1).";
        Directive "directive" Kind::Choice(DIRECTIVES), NO, "Its own order, before its faction's doctrine (R-MOVE-2).";
        Static "static" Kind::Flag, NO, "It never moves, and others prefer other targets (R-TARGET-1).";
        Fortress "fortress" Kind::Flag, NO, "It takes half of the damage (R-SHOOT-4).";
        Cover "cover" Kind::Flag, NO, "It is in cover (R-SHOOT-4).";
        Massive "massive" Kind::Flag, NO, "Its weapons split their fire (R-TARGET-2).";
        Interdictor "interdictor" Kind::Flag, NO, "While it lives its enemies cannot leave (R-MORALE-3).";
        RangedPreference "ranged_preference" Kind::Flag, NO, "It keeps its distance while it charges (R-MOVE-2).";
    }
}

table! {
    /// The columns of `weapons`, key `(unit, slot)`.
    WeaponColumn WEAPONS = Weapons("weapons", "weapon", 2) {
        Unit "unit" Kind::Link(TableId::Units), REQUIRED, "Its unit's id.";
        Slot "slot" Kind::Whole { min: 0, max: 65534 }, REQUIRED, "Its number on the unit, 0 … 65,534.";
        Strength "strength" POINTS, Absent::Is(4.0), "Strength (R-SHOOT-4).";
        Ap "ap" POINTS, NO, "Armour penetration (R-SHOOT-4).";
        DamageDice "damage_dice" FACTOR, ONE, "Factor on the damage of a hit (R-SHOOT-4).";
        Attacks "attacks" Kind::Number { min: 0.0, max: 1e6 }, ONE, "Attacks each time it fires, 0 … 10⁶ (R-SHOOT-3).";
        Range "range" POINTS, Absent::Is(24.0), "Range, in tiles (R-SHOOT-1).";
        Cooldown "cooldown" Kind::Whole { min: 0, max: 1_000_000 }, NO, "Rounds between two shots; 0: every round (R-SHOOT-5).";
        ShieldMult "shield_mult" FACTOR, ONE, "Factor on its damage to shields (R-DAMAGE-1).";
        HullMult "hull_mult" FACTOR, ONE, "Factor on its damage to hulls (R-DAMAGE-1).";
        Hp "hp" POINTS, Absent::Is(50.0), "Its own health, in points; 0: destroyed (R-DAMAGE-3).";
        Name "name" Kind::Text { min: 0, max: 255 }, Absent::Empty, "What people call it.";
    }
}

/// The columns of a batch of shots: a row is one weapon that fires at one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the column of its name in `SHOTS`")]
pub enum ShotColumn {
    Bs,
    Md,
    Distance,
    Attacks,
    Strength,
    Ap,
    DamageDice,
    Armor,
    Invuln,
    Cover,
    Fortress,
    Ground,
    Suppressed,
    AccuracyMult,
    DamageMult,
    ApBonus,
}

const fn only_shots(name: &'static str, kind: Kind, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, absent: NO, doc }
}

/// The columns of a batch of shots, in order of [`ShotColumn`]. Those that units and weapons have are theirs.
pub static SHOTS: [ColumnSpec; 16] = [
    UNITS.columns[UnitColumn::Bs as usize],
    UNITS.columns[UnitColumn::Md as usize],
    only_shots("distance", POINTS, "From shooter to target, in tiles (R-SHOOT-2)."),
    WEAPONS.columns[WeaponColumn::Attacks as usize],
    WEAPONS.columns[WeaponColumn::Strength as usize],
    WEAPONS.columns[WeaponColumn::Ap as usize],
    WEAPONS.columns[WeaponColumn::DamageDice as usize],
    UNITS.columns[UnitColumn::Armor as usize],
    UNITS.columns[UnitColumn::Invuln as usize],
    UNITS.columns[UnitColumn::Cover as usize],
    UNITS.columns[UnitColumn::Fortress as usize],
    only_shots("ground", Kind::Flag, "The shooter is a ground unit (R-SHOOT-4)."),
    only_shots("suppressed", Kind::Flag, "The shooter is suppressed (R-SHOOT-2)."),
    UNITS.columns[UnitColumn::AccuracyMult as usize],
    UNITS.columns[UnitColumn::DamageMult as usize],
    UNITS.columns[UnitColumn::ApBonus as usize],
];

/// The index of the word in `words` that `text` means; case, spaces and hyphens do not matter.
///
/// ```
/// # use multi_universe_core::ecs::columns::{choice, TREATY_KINDS};
/// assert_eq!(choice("Non-Aggression Pact", TREATY_KINDS), choice("non_aggression", TREATY_KINDS));
/// assert_eq!(choice("grudge", TREATY_KINDS), None);
/// ```
pub fn choice(text: &str, words: &[&str]) -> Option<u8> {
    // The word itself is the usual case, and needs no copy.
    if let Some(index) = words.iter().position(|&known| known == text) {
        return u8::try_from(index).ok();
    }
    let folded: String = text
        .trim()
        .chars()
        .map(|c| if c == ' ' || c == '-' { '_' } else { c.to_ascii_lowercase() })
        .collect();
    let word = folded.strip_suffix("_pact").unwrap_or(&folded);
    words.iter().position(|&known| known == word).and_then(|index| u8::try_from(index).ok())
}
