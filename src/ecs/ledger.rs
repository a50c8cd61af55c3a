//! The ledger: who did how much to whom, by fleet, domain and round.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::columns::DOMAINS;
use super::resources::{Landed, Shot};
use super::tables::{Column, Table};

/// What one camp did to another in a round. A camp is what of a fleet is of one domain.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Entry {
    /// The round, from 1.
    pub round: u32,
    /// The attackers' camp.
    pub from: u32,
    /// The targets' camp.
    pub to: u32,
    /// Units killed.
    pub kills: u32,
    /// Attacks made.
    pub shots: u64,
    /// Attacks that hit.
    pub hits: u64,
    /// Hits that were crits.
    pub crits: u64,
    /// Points dealt, strikes by hand included.
    pub damage: f64,
    /// Points past zero, dealt to nobody.
    pub overkill: f64,
}

/// So many pairs of camps are found without a look into the page: all of up to eight fleets.
const AT_HAND: usize = 256;

/// The entries of a battle, as they come.
#[derive(Clone, Debug)]
pub struct Ledger {
    entries: Vec<Entry>,
    /// The round whose page is open; 0: none.
    round: u32,
    /// Where this round's entries are, by camps.
    open: FxHashMap<(u32, u32), u32>,
    /// Where the entry of some pairs of camps may be: whoever looks there sees by the entry whether it is.
    at_hand: [u32; AT_HAND],
}

impl Default for Ledger {
    fn default() -> Self {
        Self { entries: Vec::new(), round: 0, open: FxHashMap::default(), at_hand: [0; AT_HAND] }
    }
}

/// The ledger of a battle that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    /// In order of round, attackers and targets.
    pub entries: Vec<Entry>,
    /// The fleets, in the order in which camps number them.
    pub fleets: Vec<FleetName>,
    /// The factions' names.
    pub factions: Vec<Arc<str>>,
}

/// A fleet, as the ledger's table calls it.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetName {
    /// Its id.
    pub id: i64,
    /// Its faction.
    pub side: u16,
}

/// The camp of a unit of this fleet, on the ground or in space.
#[inline]
pub fn camp(fleet: u32, ground: bool) -> u32 {
    fleet * 2 + u32::from(ground)
}

/// The fleet of a camp.
#[inline]
pub fn fleet_of(camp: u32) -> usize {
    (camp / 2) as usize
}

impl Ledger {
    /// Adds the shots of a volley; `camps` are those of the units, by row.
    pub fn add(&mut self, round: u32, shots: &[Shot], landed: &[Landed], camps: &[u32]) {
        let between = |shot: &Shot| (camps[shot.shooter as usize], camps[shot.target as usize]);
        let Some(first) = shots.first().map(between) else { return };
        if self.round != round {
            // What comes is not added to entries of the round before.
            self.round = round;
            self.open.clear();
        }
        // Most shots are between the same camps as the one before: their entry is at hand, not in the page.
        let mut place = self.find(round, first);
        let mut entry = self.entries[place];
        for (shot, landed) in shots.iter().zip(landed) {
            let camps = between(shot);
            if camps != (entry.from, entry.to) {
                self.entries[place] = entry;
                place = self.find(round, camps);
                entry = self.entries[place];
            }
            entry.shots += u64::from(shot.attacks);
            entry.hits += u64::from(shot.hits);
            entry.crits += u64::from(shot.crits);
            entry.damage += landed.dealt;
            entry.overkill += landed.overkill;
            entry.kills += u32::from(landed.killed);
        }
        self.entries[place] = entry;
    }

    /// The place of this round's entry between two camps.
    #[inline(always)]
    fn find(&mut self, round: u32, (from, to): (u32, u32)) -> usize {
        let Self { entries, open, at_hand, .. } = self;
        let known = &mut at_hand[(from.wrapping_mul(16) ^ to) as usize % AT_HAND];
        let is_ours = |entry: &Entry| (entry.round, entry.from, entry.to) == (round, from, to);
        if entries.get(*known as usize).is_some_and(is_ours) {
            return *known as usize;
        }
        *known = *open.entry((from, to)).or_insert_with(|| {
            entries.push(Entry { round, from, to, ..Entry::default() });
            (entries.len() - 1) as u32
        });
        *known as usize
    }

    /// The entries in order of round, attackers and targets; nothing is left.
    pub fn take(&mut self) -> Vec<Entry> {
        self.round = 0;
        // A copy holds what there is; the ledger's own has room for the entries of the next battle.
        let mut entries = self.entries.clone();
        self.entries.clear();
        entries.sort_unstable_by_key(|entry| (entry.round, entry.from, entry.to));
        entries
    }
}

impl Closed {
    /// As a table: round, attacker_fleet, attacker_faction, attacker_domain, target_fleet, target_faction, target_domain, shots,
    /// hits, crits, damage, overkill, kills.
    pub fn table(&self) -> Table {
        let Self { entries, fleets, factions } = self;
        let ints = |value: &dyn Fn(&Entry) -> i64| Column::Int(entries.iter().map(value).collect());
        let floats = |value: &dyn Fn(&Entry) -> f64| Column::Float(entries.iter().map(value).collect());
        let side = |camp: u32| u32::from(fleets[fleet_of(camp)].side);
        let faction = |end: &dyn Fn(&Entry) -> u32| {
            Column::words(entries.iter().map(|e| side(end(e))).collect(), factions)
        };
        let domain = |end: &dyn Fn(&Entry) -> u32| {
            Column::words(entries.iter().map(|e| end(e) % 2).collect(), DOMAINS)
        };
        let (from, to) = (|entry: &Entry| entry.from, |entry: &Entry| entry.to);
        Table::new(vec![
            ("round", ints(&|entry| i64::from(entry.round))),
            ("attacker_fleet", ints(&|entry| fleets[fleet_of(entry.from)].id)),
            ("attacker_faction", faction(&from)),
            ("attacker_domain", domain(&from)),
            ("target_fleet", ints(&|entry| fleets[fleet_of(entry.to)].id)),
            ("target_faction", faction(&to)),
            ("target_domain", domain(&to)),
            ("shots", ints(&|entry| entry.shots as i64)),
            ("hits", ints(&|entry| entry.hits as i64)),
            ("crits", ints(&|entry| entry.crits as i64)),
            ("damage", floats(&|entry| entry.damage)),
            ("overkill", floats(&|entry| entry.overkill)),
            ("kills", ints(&|entry| i64::from(entry.kills))),
        ])
    }
}
