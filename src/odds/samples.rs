//! Samples: the outcome of each replica, column by column, in the order of their numbers.

use std::sync::Arc;

use crate::battle::Lineup;
use crate::ecs::digest::Digest;
use crate::ecs::resources::{Battle, Ending};

/// Nobody won.
pub(super) const NOBODY: u16 = u16::MAX;

/// The outcomes of replicas `first`, `first + 1`, …
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// The factions, in order of name.
    pub sides: Vec<Arc<str>>,
    /// Their units before the battle.
    pub initial: Vec<u64>,
    /// The number of the first replica.
    pub first: u32,
    /// The winning faction of each replica, by index; 65,535: none.
    pub winner: Vec<u16>,
    /// How each replica ended: 0 victory, 1 stalemate, 2 the round limit.
    pub ending: Vec<u8>,
    /// Rounds of each replica.
    pub rounds: Vec<u32>,
    /// Units lost: a row of factions per replica.
    pub lost: Vec<u32>,
    /// Cost lost: a row of factions per replica.
    pub cost_lost: Vec<f64>,
}

impl Samples {
    /// No samples yet of a lineup's battle.
    pub fn new(lineup: &Lineup, first: u32) -> Self {
        let mut initial = vec![0; lineup.sides.len()];
        lineup.units.side.iter().for_each(|side| initial[usize::from(side.0)] += 1);
        Self {
            sides: lineup.sides.iter().map(|side| side.name.clone()).collect(),
            initial,
            first,
            winner: Vec::new(),
            ending: Vec::new(),
            rounds: Vec::new(),
            lost: Vec::new(),
            cost_lost: Vec::new(),
        }
    }

    /// Bytes that a sample takes.
    pub fn bytes_each(sides: usize) -> u64 {
        (size_of::<u16>() + size_of::<u8>() + size_of::<u32>()) as u64
            + (sides * (size_of::<u32>() + size_of::<f64>())) as u64
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.winner.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.winner.is_empty()
    }

    /// Whether the columns fit each other: lengths, factions, losses.
    pub fn is_sound(&self) -> bool {
        let (sides, runs) = (self.sides.len(), self.len());
        let legal = |&winner: &u16| winner == NOBODY || usize::from(winner) < sides;
        let lost = self.lost.chunks_exact(sides.max(1));
        self.initial.len() == sides
            && self.ending.len() == runs
            && self.rounds.len() == runs
            && self.lost.len() == runs * sides
            && self.cost_lost.len() == runs * sides
            && self.winner.iter().all(legal)
            && self.ending.iter().all(|&ending| ending < 3)
            && lost
                .flat_map(|row| row.iter().zip(&self.initial))
                .all(|(&lost, &units)| u64::from(lost) <= units)
    }

    /// Adds the outcome of a battle that has ended.
    pub(super) fn push(&mut self, battle: &Battle) {
        let Some((ending, account)) = battle.ending.zip(battle.account.as_ref()) else { return };
        self.winner.push(ending.winner().unwrap_or(NOBODY));
        self.ending.push(match ending {
            Ending::Victory(_) => 0,
            Ending::Stalemate(_) => 1,
            Ending::RoundLimit(_) => 2,
        });
        self.rounds.push(battle.round);
        self.lost.extend(account.sides.iter().map(|side| side.lost as u32));
        self.cost_lost.extend(account.sides.iter().map(|side| side.cost_lost));
    }

    /// Adds those samples of `parts` that follow the last one without a gap; each part's are numbered by its list, and
    /// no number is in two parts.
    pub(super) fn gather(&mut self, parts: &[(Vec<u32>, Self)]) {
        let next = self.first as usize + self.len();
        let count = parts.iter().map(|(numbers, _)| numbers.len()).sum();
        // Where each number's sample is.
        let mut places = vec![None; count];
        for (part, (numbers, _)) in parts.iter().enumerate() {
            for (row, &number) in numbers.iter().enumerate() {
                if let Some(place) = (number as usize).checked_sub(next).and_then(|at| places.get_mut(at)) {
                    *place = Some((part, row));
                }
            }
        }
        for (part, row) in places.into_iter().map_while(|place| place) {
            self.copy(&parts[part].1, row);
        }
    }

    /// Adds all samples of another run, which follow the last one.
    pub(super) fn append(&mut self, other: &Self) {
        self.winner.extend_from_slice(&other.winner);
        self.ending.extend_from_slice(&other.ending);
        self.rounds.extend_from_slice(&other.rounds);
        self.lost.extend_from_slice(&other.lost);
        self.cost_lost.extend_from_slice(&other.cost_lost);
    }

    fn copy(&mut self, other: &Self, row: usize) {
        let sides = self.sides.len();
        self.winner.push(other.winner[row]);
        self.ending.push(other.ending[row]);
        self.rounds.push(other.rounds[row]);
        self.lost.extend_from_slice(&other.lost[row * sides..(row + 1) * sides]);
        self.cost_lost.extend_from_slice(&other.cost_lost[row * sides..(row + 1) * sides]);
    }

    /// How often each faction won.
    pub fn wins(&self) -> Vec<u64> {
        let mut wins = vec![0; self.sides.len()];
        for &winner in self.winner.iter().filter(|&&winner| winner != NOBODY) {
            wins[usize::from(winner)] += 1;
        }
        wins
    }

    /// The units that a faction lost, by replica.
    pub fn lost_by(&self, side: usize) -> impl Iterator<Item = u32> + Clone + '_ {
        self.lost.iter().skip(side).step_by(self.sides.len()).copied()
    }

    /// The cost that a faction lost, by replica.
    pub fn cost_lost_by(&self, side: usize) -> impl Iterator<Item = f64> + Clone + '_ {
        self.cost_lost.iter().skip(side).step_by(self.sides.len()).copied()
    }

    /// Folds all columns into a fingerprint.
    pub(super) fn fold(&self, digest: &mut Digest) {
        digest.fold(&[self.first]);
        digest.fold(&self.winner);
        digest.fold(&self.ending);
        digest.fold(&self.rounds);
        digest.fold(&self.lost);
        digest.fold(&self.cost_lost);
    }
}
