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

/// Up to so many camps each pair has its place on the page, which is swept once a round. Places of more are looked up.
const WIDEST: usize = 64;

/// The entries of a battle, as they come.
///
/// Units of several fleets shoot in turns, so that it is hard to foretell whether camps are those of the shot before: sums are
/// added where they stand.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Those of the rounds before.
    entries: Vec<Entry>,
    /// The round whose page is open; 0: none.
    round: u32,
    /// Each unit's camp, by its number among the battle's camps.
    numbers: Vec<u32>,
    /// The battle's camps, in the order in which their first units come.
    camps: Vec<u32>,
    /// The entries of this round, and places for those that have not come.
    page: Vec<Entry>,
    /// The places on the page of pairs of camps, by their numbers, if there are many.
    places: FxHashMap<(u32, u32), u32>,
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

impl Entry {
    /// Adds a shot of this round.
    #[inline(always)]
    fn fire(&mut self, round: u32, shot: &Shot) {
        self.round = round;
        self.shots += u64::from(shot.attacks);
        self.hits += u64::from(shot.hits);
        self.crits += u64::from(shot.crits);
    }
}

impl Ledger {
    /// Forgets the battle before: the next one's units are of these camps, by row.
    pub fn open(&mut self, camps: impl Iterator<Item = u32>) {
        self.take();
        self.numbers.clear();
        self.camps.clear();
        self.page.clear();
        // By camp, its number.
        let mut known: Vec<u32> = Vec::new();
        for camp in camps {
            known.resize(known.len().max(camp as usize + 1), u32::MAX);
            let number = &mut known[camp as usize];
            if *number == u32::MAX {
                *number = self.camps.len() as u32;
                self.camps.push(camp);
            }
            self.numbers.push(*number);
        }
        if self.has_place_for_each() {
            let Self { camps, page, .. } = self;
            let pairs = camps.iter().flat_map(|&from| camps.iter().map(move |&to| (from, to)));
            page.extend(pairs.map(|(from, to)| Entry { from, to, ..Entry::default() }));
        }
    }

    /// Whether each pair of camps has its place on the page, whether or not it is needed.
    #[inline(always)]
    fn has_place_for_each(&self) -> bool {
        self.camps.len() <= WIDEST
    }

    /// Opens the page of a round: what comes is not added to entries of the round before.
    fn turn_to(&mut self, round: u32) {
        self.round = round;
        self.entries.extend(self.page.iter().filter(|entry| entry.round != 0));
        if self.has_place_for_each() {
            for entry in &mut self.page {
                *entry = Entry { from: entry.from, to: entry.to, ..Entry::default() };
            }
        } else {
            self.page.clear();
            self.places.clear();
        }
    }

    /// Adds the shots of a volley of this round, before they land.
    pub fn fire(&mut self, round: u32, shots: &[Shot]) {
        if self.round != round {
            self.turn_to(round);
        }
        if !self.has_place_for_each() {
            for shot in shots {
                let place = self.place(shot);
                self.page[place].fire(round, shot);
            }
            return;
        }
        let (numbers, page, width) = (&self.numbers[..], &mut self.page[..], self.camps.len() as u32);
        for shot in shots {
            let place = numbers[shot.shooter as usize] * width + numbers[shot.target as usize];
            page[place as usize].fire(round, shot);
        }
    }

    /// Adds where a shot that was fired went.
    #[inline(always)]
    pub fn land(&mut self, shot: &Shot, landed: &Landed) {
        let place = self.place(shot);
        let entry = &mut self.page[place];
        entry.damage += landed.dealt;
        entry.overkill += landed.overkill;
        entry.kills += u32::from(landed.killed);
    }

    /// The place on the open page of the shot's camps.
    #[inline(always)]
    fn place(&mut self, shot: &Shot) -> usize {
        let (from, to) = (self.numbers[shot.shooter as usize], self.numbers[shot.target as usize]);
        match self.has_place_for_each() {
            true => (from * self.camps.len() as u32 + to) as usize,
            false => self.look_up(from, to) as usize,
        }
    }

    /// The place of two camps' entry, by their numbers; it is made if there is none.
    #[cold]
    fn look_up(&mut self, from: u32, to: u32) -> u32 {
        let Self { camps, page, places, .. } = self;
        *places.entry((from, to)).or_insert_with(|| {
            let (from, to) = (camps[from as usize], camps[to as usize]);
            page.push(Entry { from, to, ..Entry::default() });
            (page.len() - 1) as u32
        })
    }

    /// The entries in order of round, attackers and targets; nothing is left.
    pub fn take(&mut self) -> Vec<Entry> {
        self.turn_to(0);
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
