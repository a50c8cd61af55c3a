//! The columns of a battle world: one scalar newtype each, in table storage, one row per unit or mount.
//!
//! Rows stand in order of unit id (mounts: of shooter and slot), battle after battle. During a battle
//! nothing is spawned, despawned, or given or stripped of a component: the dead stay as rows.

use bevy_ecs::change_detection::ContiguousMut;
use bevy_ecs::prelude::*;
use bevy_ecs::query::{ContiguousQueryData, QueryState};
use bytemuck::NoUninit;

use super::digest::Digest;

/// No row: of a unit without a target, or that nobody killed.
pub const NOBODY: u32 = u32::MAX;

/// Whole columns of a query, if there is a row at all.
pub fn columns<'a, D: ContiguousQueryData>(query: &'a mut Query<'_, '_, D>) -> Option<D::Contiguous<'a, 'a>> {
    query.contiguous_iter_mut().ok()?.next()
}

/// A column to be written. Change ticks stay as they are: nobody here asks for them.
pub fn all<'a, T>(column: &'a mut ContiguousMut<'_, T>) -> &'a mut [T] {
    column.bypass_change_detection()
}

/// Cuts columns to one length, under their own names. The compiler sees then that a row that is in one is in all, and has
/// to check it once.
macro_rules! even {
    ($length:expr; $($column:ident),+ $(,)?) => {
        let ($($column,)+) = ($(&$column[..$length],)+);
    };
}
pub(crate) use even;

macro_rules! battle_columns {
    ($(#[doc = $about:literal])+ $bundle:ident, $template:ident, $view:ident, $states:ident {
        $( $(#[doc = $doc:literal])+ $field:ident: $name:ident($inner:ty); )+
    }) => {
        $(
            $(#[doc = $doc])+
            #[derive(Component, Clone, Copy, Debug, PartialEq, NoUninit)]
            #[repr(transparent)]
            pub struct $name(pub $inner);
        )+

        $(#[doc = $about])+
        #[derive(Bundle, Clone, Copy, Debug, PartialEq)]
        pub struct $bundle { $( $(#[doc = $doc])+ pub $field: $name, )+ }

        /// The columns at the start of a battle: what a world's rows are reset to.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $template { $( $(#[doc = $doc])+ pub $field: Vec<$name>, )+ }

        /// The columns of a world, to be read.
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $view<'w> { $( $(#[doc = $doc])+ pub $field: &'w [$name], )+ }

        /// The queries behind the columns of a world, prepared once.
        pub struct $states { $( $field: QueryState<&'static mut $name>, )+ }

        impl $template {
            /// Adds a row.
            pub fn push(&mut self, row: $bundle) {
                $( self.$field.push(row.$field); )+
            }

            /// Folds all columns into a fingerprint.
            pub fn fold(&self, digest: &mut Digest) {
                $( digest.fold(&self.$field); )+
            }

            /// One row, as a bundle.
            fn row(&self, row: usize) -> $bundle {
                $bundle { $( $field: self.$field[row], )+ }
            }
        }

        impl $states {
            /// Prepares the queries.
            pub fn new(world: &mut World) -> Self {
                Self { $( $field: world.query(), )+ }
            }

            /// Makes sure that the world has room for `copies` copies of the template, spawning what is missing.
            pub fn make_room(&mut self, world: &mut World, template: &$template, copies: usize, spawned: &mut usize) {
                let missing = (template.len() * copies).saturating_sub(*spawned);
                if missing > 0 {
                    let row = template.row(0);
                    world.spawn_batch(std::iter::repeat_n(row, missing)).for_each(drop);
                    *spawned += missing;
                }
            }

            /// Resets the rows of the `copy`-th copy of the template; there is room for it.
            pub fn reset(&mut self, world: &mut World, template: &$template, copy: usize) {
                let rows = copy * template.len()..(copy + 1) * template.len();
                $(
                    if let Some(mut column) = self.$field.contiguous_iter_mut(world).ok().and_then(|mut it| it.next()) {
                        all(&mut column)[rows.clone()].copy_from_slice(&template.$field);
                    }
                )+
            }

            /// The world's columns.
            pub fn view<'w>(&'w mut self, world: &'w World) -> $view<'w> {
                $view { $(
                    $field: self.$field.contiguous_iter(world).ok().and_then(|mut it| it.next()).unwrap_or(&[]),
                )+ }
            }
        }
    };
}

battle_columns! {
    /// A unit in a battle.
    UnitBundle, UnitTemplate, UnitView, UnitStates {
        /// The unit, as the campaign names it.
        id: UnitId(i64);
        /// Its faction in this battle, by index in order of name.
        side: Side(u16);
        /// Its fleet in this battle, by index in order of id.
        fleet: FleetSlot(u32);
        /// Whether it waits, fights or is gone: one of the constants of [`Status`].
        status: Status(u8);
        /// What it is: bits of [`Traits`].
        traits: Traits(u8);
        /// How it moves: one of the constants of [`Stance`].
        stance: Stance(u8);
        /// Health, in points. Written in the damage and recovery phases.
        hull: Hull(f64);
        /// Full health, in points.
        max_hull: MaxHull(f64);
        /// Shield, in points. Written in the damage and recovery phases.
        shield: Shield(f64);
        /// Full shield, in points.
        max_shield: MaxShield(f64);
        /// Shield regained each round, in points.
        shield_regen: ShieldRegen(f64);
        /// Health regained each round, in points.
        hull_regen: HullRegen(f64);
        /// Position, in tiles from the left edge. Written in the deployment and movement phases.
        x: X(f64);
        /// Position, in tiles from the lower edge. Written in the deployment and movement phases.
        y: Y(f64);
        /// Place in its fleet's formation towards the map's centre, in tiles; NaN: none.
        formation_x: FormationX(f64);
        /// Place in its fleet's formation to the left of that, in tiles; NaN: none.
        formation_y: FormationY(f64);
        /// The row of its target, or [`NOBODY`]. Written in the targeting phase.
        target: Target(u32);
        /// The true distance to the target after movement, in tiles. Written in the movement phase.
        target_distance: TargetDistance(f64);
        /// Tiles per round.
        speed: Speed(f64);
        /// The longest range of its intact weapons, in tiles; 0: unarmed.
        reach: Reach(f64);
        /// Its skill before distance and suppression, in percent (R-SHOOT-2).
        aim: Aim(f64);
        /// The share of hit chance that its defence leaves (R-SHOOT-2).
        exposure: Exposure(f64);
        /// Its save from armour and cover, before armour penetration (R-SHOOT-4).
        armor_save: ArmorSave(f64);
        /// The mitigation of its invulnerable save (R-SHOOT-4).
        field: Field(f64);
        /// Suppression, in points. Written in the damage and morale phases.
        suppression: Suppression(f64);
        /// Fatigue, 0 … 1. Written in the morale phase.
        fatigue: Fatigue(f64);
        /// Leadership, against two dice.
        leadership: Leadership(f64);
        /// Melee attack, in percent.
        melee_attack: MeleeAttack(f64);
        /// Melee damage, in points.
        melee_damage: MeleeDamage(f64);
        /// Steps by which its melee worsens a save (R-SHOOT-4).
        melee_pierce: MeleePierce(f64);
        /// Added to its melee attack in the first round of contact, in percent.
        charge: Charge(f64);
        /// Whether it was in contact in the round before: 0 or 1. Written in the melee phase.
        contact: Contact(u8);
        /// Damage it dealt in melee, in points. Written in the damage phase.
        struck: Struck(f64);
        /// The row of its first mount.
        first_mount: FirstMount(u32);
        /// The number of its mounts.
        mounts: Mounts(u32);
        /// What it cost.
        cost: Cost(f64);
        /// Units whose last point it took.
        kills: Kills(u32);
        /// Damage it took, in points.
        taken: Taken(f64);
        /// The row of the unit that took its last point, or [`NOBODY`].
        killed_by: KilledBy(u32);
        /// The round in which it died; 0: it lives.
        death_round: DeathRound(u32);
    }
}

battle_columns! {
    /// A weapon mount in a battle.
    MountBundle, MountTemplate, MountView, MountStates {
        /// The row of the unit that carries it.
        shooter: Shooter(u32);
        /// Its number on the unit.
        slot: Slot(u16);
        /// Range, in tiles.
        range: Range(f64);
        /// Attacks each time it fires.
        attacks: Attacks(f64);
        /// Damage of a hit before mitigation, in points (R-SHOOT-4).
        power: Power(f64);
        /// Steps by which it worsens a save (R-SHOOT-4).
        pierce: Pierce(f64);
        /// Rounds it waits after firing.
        cooldown: Cooldown(u32);
        /// The first round in which it may fire again. Written in the shooting phase.
        ready: Ready(u32);
        /// Factor on its damage to shields.
        shield_mult: ShieldMult(f64);
        /// Factor on its damage to hulls.
        hull_mult: HullMult(f64);
        /// Its own health, in points; 0: destroyed.
        integrity: Integrity(f64);
        /// Attacks it made. Written in the shooting phase.
        shots: Shots(u64);
        /// Attacks that hit. Written in the shooting phase.
        hits: Hits(u64);
        /// Hits that were crits. Written in the shooting phase.
        crits: Crits(u64);
        /// Damage it dealt, in points. Written in the damage phase.
        dealt: Dealt(f64);
        /// Damage past zero, dealt to nobody, in points. Written in the damage phase.
        overkill: Overkill(f64);
    }
}

impl UnitTemplate {
    /// The number of units.
    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// Whether there are no units.
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }
}

impl MountTemplate {
    /// The number of mounts.
    pub fn len(&self) -> usize {
        self.shooter.len()
    }

    /// Whether there are no mounts.
    pub fn is_empty(&self) -> bool {
        self.shooter.is_empty()
    }
}

impl Status {
    /// On the map.
    pub const DEPLOYED: Self = Self(0);
    /// Its last point is gone.
    pub const DESTROYED: Self = Self(1);
    /// On the map, and running.
    pub const ROUTING: Self = Self(2);
    /// Alive, and out of the battle.
    pub const RETREATED: Self = Self(3);

    /// Waiting for a place on the map.
    pub const RESERVE: Self = Self(4);

    /// The words of reports, by status.
    pub const NAMES: [&'static str; 5] = ["alive", "destroyed", "alive", "retreated", "reserve"];

    /// Whether it is on the map, fighting or running.
    pub fn on_map(self) -> bool {
        self == Self::DEPLOYED || self == Self::ROUTING
    }

    /// Whether it is in the battle still: on the map, or waiting for a place there.
    pub fn in_battle(self) -> bool {
        self.on_map() || self == Self::RESERVE
    }
}

impl Stance {
    /// Closes to contact, or to its range if it prefers that.
    pub const CHARGE: Self = Self(0);
    /// Keeps its target at a distance.
    pub const KITE: Self = Self(1);
    /// Stands until a target is near.
    pub const DEFEND: Self = Self(2);
    /// Stands.
    pub const HOLD: Self = Self(3);
}

impl Default for Traits {
    /// None of them.
    fn default() -> Self {
        Self(0)
    }
}

impl Traits {
    /// It never moves, and others prefer other targets.
    pub const STATIC: u8 = 1;
    /// It takes half of the damage.
    pub const FORTRESS: u8 = 2;
    /// It fights on the ground.
    pub const GROUND: u8 = 4;
    /// It keeps its distance while it charges.
    pub const RANGED: u8 = 8;
    /// While it lives its enemies cannot leave.
    pub const INTERDICTOR: u8 = 16;
    /// Its weapons split their fire.
    pub const MASSIVE: u8 = 32;

    /// Whether it has this trait.
    pub const fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }
}
