//! The ledger: who did how much to whom, by fleet, domain and round.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::columns::DOMAINS;
use super::resources::{Landed, Shot};
use super::simd::{Level, kernel};
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
    /// The entries of this round without their fire, and places for those that have not come.
    page: Vec<Entry>,
    /// The fire of each place on the page, in two halves.
    fire: Vec<[Fire; 2]>,
    /// The places on the page of pairs of camps, by their numbers, if there are many.
    places: FxHashMap<(u32, u32), u32>,
    /// The place on the page of each shot of the volley.
    of_shots: Vec<u32>,
}

/// Weapons that fired, and what came of their attacks.
#[derive(Clone, Copy, Debug, Default)]
struct Fire {
    weapons: u64,
    shots: u64,
    hits: u64,
    crits: u64,
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

impl Fire {
    #[inline(always)]
    fn of(shot: &Shot) -> Self {
        Self { weapons: 1, shots: shot.attacks.into(), hits: shot.hits.into(), crits: shot.crits.into() }
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self {
            weapons: self.weapons + other.weapons,
            shots: self.shots + other.shots,
            hits: self.hits + other.hits,
            crits: self.crits + other.crits,
        }
    }
}

kernel! {
    /// Finds the place of each shot on a page with a place for each pair of so many camps.
    fn find_places(shots: &[Shot], numbers: &[u32], camps: u32, places: &mut Vec<u32>) {
        let place = |shot: &Shot| numbers[shot.shooter as usize] * camps + numbers[shot.target as usize];
        places.extend(shots.iter().map(place));
    }
}

kernel! {
    /// Adds shots to the fire at their places. A sum in memory waits for the one before it at the same place: hence the halves,
    /// which take turns.
    fn add_fire(shots: &[Shot], places: &[u32], fire: &mut [[Fire; 2]]) {
        for (index, (shot, &place)) in shots.iter().zip(places).enumerate() {
            let half = &mut fire[place as usize][index % 2];
            *half = half.and(Fire::of(shot));
        }
    }
}

impl Ledger {
    /// Forgets the battle before: the next one's units are of these camps, by row.
    pub fn open(&mut self, camps: impl Iterator<Item = u32>) {
        self.take();
        self.numbers.clear();
        self.camps.clear();
        self.page.clear();
        self.fire.clear();
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
            let Self { camps, page, fire, .. } = self;
            let pairs = camps.iter().flat_map(|&from| camps.iter().map(move |&to| (from, to)));
            page.extend(pairs.map(|(from, to)| Entry { from, to, ..Entry::default() }));
            fire.resize(page.len(), Default::default());
        }
    }

    /// Whether each pair of camps has its place on the page, whether or not it is needed.
    #[inline(always)]
    fn has_place_for_each(&self) -> bool {
        self.camps.len() <= WIDEST
    }

    /// Opens the page of a round: what comes is not added to entries of the round before.
    fn turn_to(&mut self, round: u32) {
        let last = std::mem::replace(&mut self.round, round);
        for (entry, halves) in self.page.iter_mut().zip(&mut self.fire) {
            let [one, other] = std::mem::take(halves);
            let Fire { weapons, shots, hits, crits } = one.and(other);
            if weapons > 0 {
                let (from, to) = (entry.from, entry.to);
                let entry = std::mem::replace(entry, Entry { from, to, ..Entry::default() });
                self.entries.push(Entry { round: last, shots, hits, crits, ..entry });
            }
        }
        if !self.has_place_for_each() {
            self.page.clear();
            self.fire.clear();
            self.places.clear();
        }
    }

    /// Adds the shots of a volley of this round, before they land.
    pub fn fire(&mut self, level: Level, round: u32, shots: &[Shot]) {
        if self.round != round {
            self.turn_to(round);
        }
        self.of_shots.clear();
        if self.has_place_for_each() {
            find_places(level, shots, &self.numbers, self.camps.len() as u32, &mut self.of_shots);
        } else {
            for shot in shots {
                let [from, to] = [shot.shooter, shot.target].map(|unit| self.numbers[unit as usize]);
                let place = self.look_up(from, to);
                self.of_shots.push(place);
            }
        }
        add_fire(level, shots, &self.of_shots, &mut self.fire);
    }

    /// Adds where the shot of this index of the volley went.
    #[inline(always)]
    pub fn land(&mut self, index: usize, landed: &Landed) {
        let entry = &mut self.page[self.of_shots[index] as usize];
        entry.damage += landed.dealt;
        entry.overkill += landed.overkill;
        entry.kills += u32::from(landed.killed);
    }

    /// The place of two camps' entry, by their numbers; it is made if there is none.
    #[cold]
    fn look_up(&mut self, from: u32, to: u32) -> u32 {
        let Self { camps, page, fire, places, .. } = self;
        *places.entry((from, to)).or_insert_with(|| {
            let (from, to) = (camps[from as usize], camps[to as usize]);
            page.push(Entry { from, to, ..Entry::default() });
            fire.push(Default::default());
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
