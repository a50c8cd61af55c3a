//! The trace of a battle: the fingerprint of each column after each phase, and the columns as bytes.
//!
//! A battle that is not recorded has no trace, and its schedule no system of this file. In a traced one, [`tap`]
//! stands behind every phase; it reads and writes nothing that any rule reads. [`FIELDS`] says which columns are
//! looked at: all that any phase writes, and the shots on their way.

use std::ops::Range;

use bevy_ecs::prelude::*;

use super::components::{
    Contact, Crits, Dealt, DeathRound, Fatigue, Hits, Hull, Integrity, KilledBy, Kills, Overkill, Ready,
    Shield, Shots, Status, Struck, Suppression, Taken, Target, TargetDistance, X, Y,
};
use super::digest::Digest;
use super::resources::{Battle, Battles, Volley};

/// What a column belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Owner {
    /// A value for each unit, in order of id.
    Unit,
    /// A value for each weapon, in order of (unit, slot).
    Weapon,
    /// The shots of the round; only their fingerprint is kept.
    Volley,
}

/// All owners, in order of number.
pub const OWNERS: [Owner; 3] = [Owner::Unit, Owner::Weapon, Owner::Volley];

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Numbers, 8 bytes.
    Float,
    /// Counts, 8 bytes.
    Long,
    /// Counts, 4 bytes.
    Count,
    /// Rows of units, 4 bytes; [`NOBODY`](super::components::NOBODY): none.
    Unit,
    /// Constants of [`Status`], a byte.
    Status,
    /// 0 or 1, a byte.
    Flag,
}

/// All kinds, in order of number.
pub const KINDS: [Kind; 6] = [Kind::Float, Kind::Long, Kind::Count, Kind::Unit, Kind::Status, Kind::Flag];

impl Kind {
    /// Bytes of a value.
    pub const fn width(self) -> usize {
        match self {
            Self::Float | Self::Long => 8,
            Self::Count | Self::Unit => 4,
            Self::Status | Self::Flag => 1,
        }
    }
}

/// A column that a battle changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it belongs to.
    pub owner: Owner,
    /// Its name, as reports have it.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Whether its values are recorded at the end of a round, or its fingerprint alone.
    pub kept: bool,
}

macro_rules! fields {
    ($( $owner:ident: $query:ident $columns:ident {
        $( [ $( $column:ident: $component:ident, $name:literal $kind:ident $kept:literal; )+ ] )+
    } )+) => {
        /// The columns of the trace.
        pub static FIELDS: &[Field] = &[
            $($($( Field { owner: Owner::$owner, name: $name, kind: Kind::$kind, kept: $kept }, )+)+)+
            Field { owner: Owner::Volley, name: "shots", kind: Kind::Float, kept: false },
        ];

        $( type $columns = ( $( ( $( &'static $component, )+ ), )+ ); )+

        /// The queries behind the columns.
        struct Queries { $( $query: QueryState<$columns>, )+ }

        impl Queries {
            fn new(world: &mut World) -> Self {
                Self { $( $query: world.query(), )+ }
            }

            /// The bytes of each column of the world's first battle, in the order of [`FIELDS`].
            fn bytes<'w>(&'w mut self, world: &'w World) -> [&'w [u8]; FIELDS.len()] {
                let battle = &world.resource::<Battles>().0[0];
                $(
                    let columns = self.$query.contiguous_iter(world).ok().and_then(|mut all| all.next());
                    // A battle without weapons has none of their columns.
                    let ( $( ( $( $column, )+ ), )+ ) = columns.unwrap_or_default();
                )+
                [
                    $($($( bytemuck::cast_slice(&$column[rows(battle, Owner::$owner)]), )+)+)+
                    bytemuck::cast_slice(&world.resource::<Volley>().shots),
                ]
            }
        }
    };
}

fields! {
    Unit: units UnitColumns {
        [
            status: Status, "status" Status true;
            hull: Hull, "hp" Float true;
            shield: Shield, "shield" Float true;
            x: X, "x" Float true;
            y: Y, "y" Float true;
            target: Target, "target" Unit true;
            target_distance: TargetDistance, "target_distance" Float false;
        ]
        [
            suppression: Suppression, "suppression" Float true;
            fatigue: Fatigue, "fatigue" Float true;
            contact: Contact, "contact" Flag true;
            struck: Struck, "melee_dealt" Float true;
            kills: Kills, "kills" Count true;
            taken: Taken, "damage_taken" Float true;
            killed_by: KilledBy, "killed_by" Unit true;
            death_round: DeathRound, "death_round" Count true;
        ]
    }
    Weapon: mounts WeaponColumns {
        [
            integrity: Integrity, "hp" Float true;
            ready: Ready, "ready" Count true;
            shots: Shots, "shots" Long true;
            hits: Hits, "hits" Long true;
            crits: Crits, "crits" Long true;
            dealt: Dealt, "damage" Float true;
            overkill: Overkill, "overkill" Float true;
        ]
    }
}

fn rows(battle: &Battle, owner: Owner) -> Range<usize> {
    match owner {
        Owner::Unit => battle.units.clone(),
        Owner::Weapon => battle.mounts.clone(),
        Owner::Volley => 0..0,
    }
}

/// What is noted of the first battle of a traced world.
#[derive(Resource)]
pub struct Trace {
    queries: Queries,
    prints: Vec<u64>,
}

impl Trace {
    /// A trace of the battles of `world`.
    pub fn new(world: &mut World) -> Self {
        Self { queries: Queries::new(world), prints: Vec::new() }
    }

    /// Forgets the round before.
    pub fn clear(&mut self) {
        self.prints.clear();
    }

    /// The fingerprints of this round: for each phase so far, those of [`FIELDS`].
    pub fn prints(&self) -> &[u64] {
        &self.prints
    }

    /// Replaces `bytes` by the columns that are kept, one after another, as they are now.
    pub fn keep(&mut self, world: &World, bytes: &mut Vec<u8>) {
        bytes.clear();
        let kept = FIELDS.iter().zip(self.queries.bytes(world)).filter(|(field, _)| field.kept);
        kept.for_each(|(_, column)| bytes.extend_from_slice(column));
    }

    fn note(&mut self, world: &World) {
        self.prints.extend(self.queries.bytes(world).map(print));
    }
}

/// The fingerprint of a column: the low half of its digest.
fn print(column: &[u8]) -> u64 {
    let mut digest = Digest::new("column");
    digest.fold(column);
    digest.0 as u64
}

/// Notes the fingerprints of the columns as they are after a phase.
pub fn tap(world: &mut World) {
    world.resource_scope(|world, mut trace: Mut<'_, Trace>| trace.note(world));
}
