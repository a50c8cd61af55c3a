//! What a battle world holds besides its columns: the rules, the battles side by side, and scratch space.

use std::ops::Range;

use bevy_ecs::prelude::*;
use bytemuck::NoUninit;

use super::account::Account;
use super::digest::Digest;
use super::roll::RollKey;
use super::space::Lines;
use super::tables::{Column, Table};
use crate::rules::Rules;

/// The rules in force.
#[derive(Resource, Clone, Debug)]
pub struct RuleBook(pub Rules);

/// The battles of this world, side by side.
#[derive(Resource, Debug, Default)]
pub struct Battles(pub Vec<Battle>);

impl Battles {
    /// Those that have not ended.
    pub fn running(&mut self) -> impl Iterator<Item = &mut Battle> {
        self.0.iter_mut().filter(|battle| battle.ending.is_none())
    }
}

/// One battle: which rows are its own, and what is not a column.
#[derive(Clone, Debug)]
pub struct Battle {
    /// Its rows in the units' columns. Row numbers inside a battle count from the first of these.
    pub units: Range<usize>,
    /// Its rows in the mounts' columns.
    pub mounts: Range<usize>,
    /// The rows of the units that were in the battle when the round began, in order, counted from its first row. The
    /// census drops who left, so that no system has to walk over the dead.
    pub present: Vec<u32>,
    /// Whose rolls it makes.
    pub key: RollKey,
    /// The round being fought, from 1.
    pub round: u32,
    /// The round that ends it.
    pub max_rounds: u32,
    /// Side of the map, in tiles.
    pub map: f64,
    /// The factions, in order of name.
    pub sides: Vec<SideState>,
    /// Pairs of sides at war, the lower first.
    pub wars: Vec<(u16, u16)>,
    /// Who is hostile to whom. Written in the treaty phase.
    pub hostile: Hostility,
    /// Its rows that fire in this volley. Written in the muster phase.
    pub firing: Range<usize>,
    /// Where the rows of each volley of this round begin, and the last one's end. Written in the muster phase.
    pub cuts: Vec<u32>,
    /// Rounds since damage was dealt.
    pub quiet: u32,
    /// Rounds since a unit died.
    pub killless: u32,
    /// How it ended; none while it is being fought.
    pub ending: Option<Ending>,
    /// Whether any of its units is massive.
    pub has_massive: bool,
    /// Whether any of its units is an interdictor.
    pub interdicts: bool,
    /// Whether any of its units fights on the ground.
    pub on_ground: bool,
    /// Whether any of its units regains points.
    pub regains: bool,
    /// Whether its rounds are written into timeline and digest. Replicas are not: their ends are counted.
    pub chronicled: bool,
    /// Whether its units stood in their places from the beginning.
    pub deployed: bool,
    /// The fingerprint of all rounds so far.
    pub digest: Digest,
    /// A row per round and side.
    pub timeline: Timeline,
    /// The number of fleets.
    pub fleets: usize,
    /// The rows of each side's reserves, the next one last. Written in the deployment phase.
    pub reserves: Vec<Vec<u32>>,
    /// The ledger. Written in the finalization phase of the last round.
    pub account: Option<Account>,
    /// The memory of an earlier ledger, for the next one.
    pub spare: Account,
}

impl Battle {
    /// Whether units may enter in this round: in the first one, and while there are reserves.
    pub fn awaits_arrivals(&self) -> bool {
        self.ending.is_none() && (self.round == 1 || self.reserves.iter().any(|reserve| !reserve.is_empty()))
    }

    /// Whether it has ended and its account is not made yet.
    pub fn awaits_account(&self) -> bool {
        self.ending.is_some() && self.account.is_none()
    }

    /// The memory of its ledger, for the next battle.
    pub fn into_spare(self) -> Account {
        self.account.filter(|account| !account.units.is_empty()).unwrap_or(self.spare)
    }

    /// The rows of the world in `range` that were in the battle when the round began, in order.
    pub fn rows(&self, range: Range<usize>) -> impl Iterator<Item = usize> + Clone + '_ {
        let start = self.units.start;
        let place = |row: usize| self.present.partition_point(|&present| start + (present as usize) < row);
        let present = match range == self.units {
            true => &self.present[..],
            false => &self.present[place(range.start)..place(range.end)],
        };
        present.iter().map(move |&row| start + row as usize)
    }
}

/// What is known about a side at the end of a round.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SideState {
    /// Whether it holds the ground in a stalemate.
    pub defender: bool,
    /// Living units in the battle, reserves included; who retreated is not in it.
    pub alive: u32,
    /// Those of them that run.
    pub routing: u32,
    /// Health of the living, in points.
    pub hull: f64,
    /// Full health of all that take part, in points.
    pub max_hull: f64,
    /// Shields of the living, in points.
    pub shield: f64,
    /// Cost of the living.
    pub cost: f64,
    /// Damage it dealt in this round, in points.
    pub dealt: f64,
    /// Units it killed in this round.
    pub kills: u32,
}

impl SideState {
    /// Forgets what is counted anew each round; who it is and what was dealt in this round stay.
    pub fn forget(&mut self) {
        let Self { defender, max_hull, dealt, kills, .. } = *self;
        *self = Self { defender, max_hull, dealt, kills, ..Self::default() };
    }

    /// Living units that do not run: who has them is not beaten.
    pub fn standing(&self) -> u32 {
        self.alive - self.routing
    }
}

/// How a battle ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// No two hostile sides are left; the winner is the side with this index.
    Victory(u16),
    /// Nothing happened for too long, or nobody is left.
    Stalemate(Option<u16>),
    /// The round limit was reached.
    RoundLimit(Option<u16>),
}

impl Ending {
    /// The winning side.
    pub fn winner(self) -> Option<u16> {
        match self {
            Self::Victory(side) => Some(side),
            Self::Stalemate(side) | Self::RoundLimit(side) => side,
        }
    }
}

/// Who is hostile to whom: a row of bits for each side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hostility {
    words: usize,
    bits: Vec<u64>,
}

impl Hostility {
    /// Nobody is hostile to anybody among `sides`.
    pub fn peace(sides: usize) -> Self {
        let mut peace = Self::default();
        peace.reset(sides);
        peace
    }

    /// Makes peace among `sides`, in the memory that is there.
    pub fn reset(&mut self, sides: usize) {
        self.words = sides.div_ceil(64);
        self.bits.clear();
        self.bits.resize(self.words * sides, 0);
    }

    /// Makes two sides hostile to each other.
    pub fn declare(&mut self, a: usize, b: usize) {
        self.bits[a * self.words + b / 64] |= 1 << (b % 64);
        self.bits[b * self.words + a / 64] |= 1 << (a % 64);
    }

    /// Whether two sides are hostile.
    pub fn hostile(&self, a: usize, b: usize) -> bool {
        self.bits[a * self.words + b / 64] >> (b % 64) & 1 == 1
    }

    /// The sides hostile to `side`, as a row of bits.
    pub fn enemies(&self, side: usize) -> &[u64] {
        &self.bits[side * self.words..(side + 1) * self.words]
    }
}

/// The timeline's columns, a row per round and side.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// The round, from 1.
    pub round: Vec<i64>,
    /// The side.
    pub side: Vec<u32>,
    /// Living units.
    pub alive: Vec<i64>,
    /// Health of the living, in points.
    pub hull: Vec<f64>,
    /// Shields of the living, in points.
    pub shield: Vec<f64>,
    /// Damage dealt in the round, in points.
    pub dealt: Vec<f64>,
    /// Units killed in the round.
    pub kills: Vec<i64>,
    /// Units that run.
    pub routing: Vec<i64>,
}

impl Timeline {
    /// Room for `rows` rows, so that the rounds need not ask for it.
    pub fn reserve(&mut self, rows: usize) {
        self.round.reserve(rows);
        self.side.reserve(rows);
        self.alive.reserve(rows);
        self.hull.reserve(rows);
        self.shield.reserve(rows);
        self.dealt.reserve(rows);
        self.kills.reserve(rows);
        self.routing.reserve(rows);
    }

    /// Adds the row of a side.
    pub fn push(&mut self, round: u32, side: usize, state: &SideState) {
        self.round.push(i64::from(round));
        self.side.push(side as u32);
        self.alive.push(i64::from(state.alive));
        self.hull.push(state.hull);
        self.shield.push(state.shield);
        self.dealt.push(state.dealt);
        self.kills.push(i64::from(state.kills));
        self.routing.push(i64::from(state.routing));
    }

    /// The timeline as a table.
    pub fn into_table<T: AsRef<str>>(self, names: &[T]) -> Table {
        Table::new(vec![
            ("round", Column::Int(self.round)),
            ("faction", Column::words(self.side, names)),
            ("alive", Column::Int(self.alive)),
            ("hp", Column::Float(self.hull)),
            ("shield", Column::Float(self.shield)),
            ("damage_dealt", Column::Float(self.dealt)),
            ("kills", Column::Int(self.kills)),
            ("routing", Column::Int(self.routing)),
        ])
    }
}

/// One weapon's fire, or one strike, in this round, waiting to land.
#[derive(Clone, Copy, Debug, Default, PartialEq, NoUninit)]
#[repr(C)]
pub struct Shot {
    /// The mount's row in the battle; [`NOBODY`](super::components::NOBODY) for a strike.
    pub mount: u32,
    /// The shooter's row in the battle.
    pub shooter: u32,
    /// The target's row in the battle.
    pub target: u32,
    /// Attacks made.
    pub attacks: u32,
    /// Attacks that hit.
    pub hits: u32,
    /// Hits that were crits.
    pub crits: u32,
    /// Damage, in points, before shield and hull.
    pub damage: f64,
    /// The rolls that decide whether it strikes one of the target's weapons, and which (R-DAMAGE-3).
    pub strike: [u32; 2],
}

/// Where a shot went, for whoever wants to know: written in noted worlds only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landed {
    /// Points taken by shield and hull.
    pub dealt: f64,
    /// Points past zero, dealt to nobody.
    pub overkill: f64,
    /// The row in the battle of the target's mount that it destroyed; [`NOBODY`](super::components::NOBODY): none.
    pub broken: u32,
    /// Whether it took the target's last point.
    pub killed: bool,
    /// Whether the target was not suppressed before and is now.
    pub suppressed: bool,
}

impl Landed {
    /// Of a shot that does no damage.
    pub const NOWHERE: Self =
        Self { dealt: 0.0, overkill: 0.0, broken: u32::MAX, killed: false, suppressed: false };
}

/// The fire of a mount whose unit is massive and has its target beyond the mount's range (R-TARGET-2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    /// The mount's row in the world.
    pub mount: usize,
    /// Its own target's row in the battle.
    pub target: u32,
    /// The distance to that, in tiles.
    pub distance: f64,
}

/// The fire of this volley, then the round's strikes: battle after battle, each in order of (shooter, slot).
#[derive(Resource, Debug, Default)]
pub struct Volley {
    /// Which volley of the round it is, from 0.
    pub turn: u32,
    /// Mounts that do not fire at their unit's target, in order. Written in the redirect phase.
    pub splits: Vec<Split>,
    /// All shots. Written in the shooting and melee phases, landed in the damage phases.
    pub shots: Vec<Shot>,
    /// Scratch of landing: the shots that do damage.
    pub wounding: Vec<u32>,
    /// Where each battle's shots end, in order of battle; those of a battle that has ended end where they begin.
    pub ends: Vec<usize>,
}

/// Scratch space of targeting and movement: kept between rounds, so that no round allocates.
#[derive(Resource, Debug, Default)]
pub struct Scratch {
    /// The living of each side, for the search of targets.
    pub lines: Lines,
    /// The target that was found for who stands in each place of the lines.
    pub found: Vec<u32>,
    /// Positions after movement, of those present.
    pub moved: Vec<glam::DVec2>,
    /// Distances to their targets after movement, of those present.
    pub apart: Vec<f64>,
    /// The sides that an interdictor holds on the map.
    pub held: Vec<bool>,
    /// The rows of those who run, by side, for the spread of panic.
    pub running: Vec<(u16, u32)>,
}
