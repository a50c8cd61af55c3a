//! Treaties by the names of factions, and who of those present fights (R-TREATY-1 to R-TREATY-3).
//!
//! A treaty's kind is kept as it was given, since callers compare it with their own words; whether it is a war is
//! asked once, when it is set. A faction's enemies are a row of bits.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::ecs::columns::{TREATY_KINDS, choice};
use crate::error::{Error, Fault, Result};

/// What two factions are to each other if nobody said so.
pub const UNSET: &str = "Neutral";
/// The most factions that a matrix takes.
pub const MOST_FACTIONS: usize = 1 << 14;
/// The longest name, in bytes.
const LONGEST_NAME: usize = 255;

/// Who is what to whom.
///
/// ```
/// # use multi_universe_core::hotpaths::treaties::Treaties;
/// let mut treaties = Treaties::default();
/// treaties.set("Hegemony", "Synod", "War")?;
/// treaties.set("Synod", "Traders", "Trade")?;
/// assert_eq!(treaties.get("Synod", "Hegemony"), "War");
/// assert_eq!(treaties.combatants(&["Synod", "Traders", "Hegemony"]), [true, false, true]);
/// # Ok::<(), multi_universe_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Treaties {
    places: FxHashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
    kinds: FxHashMap<(u32, u32), Arc<str>>,
    /// Each faction's enemies, a bit for each; as long as its last enemy needs.
    enemies: Vec<Vec<u64>>,
}

impl Treaties {
    /// How many treaties there are.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Sets the treaty of two factions, in both directions; the last word stands. Only war makes them hostile.
    ///
    /// # Errors
    /// [`Error::Input`] for an empty or endless name, a faction with itself, an empty kind, and too many factions.
    pub fn set(&mut self, a: &str, b: &str, kind: &str) -> Result<()> {
        self.check(a, b, kind)?;
        let (a, b) = (self.enrol(a), self.enrol(b));
        self.kinds.insert((a.min(b), a.max(b)), kind.into());
        let war = is_war(kind);
        self.mark(a, b, war);
        self.mark(b, a, war);
        Ok(())
    }

    /// The kind of treaty as it was given, or [`UNSET`].
    pub fn get(&self, a: &str, b: &str) -> &str {
        let kind = self.pair(a, b).and_then(|(a, b)| self.kinds.get(&(a.min(b), a.max(b))));
        kind.map_or(UNSET, |kind| kind)
    }

    /// Whether two factions are at war.
    pub fn at_war(&self, a: &str, b: &str) -> bool {
        self.pair(a, b).is_some_and(|(a, b)| {
            let word = self.enemies[a as usize].get(b as usize / 64);
            word.is_some_and(|word| word >> (b % 64) & 1 == 1)
        })
    }

    /// The factions that a faction is at war with, in the order in which they were first named.
    pub fn enemies_of(&self, faction: &str) -> impl Iterator<Item = &str> {
        let row = self.places.get(faction).map_or(&[][..], |&place| &self.enemies[place as usize]);
        self.names
            .iter()
            .enumerate()
            .filter(|(place, _)| row.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1))
            .map(|(_, name)| &**name)
    }

    /// R-TREATY-2: for each of these factions, whether it is at war with another one of them.
    pub fn combatants(&self, present: &[&str]) -> Vec<bool> {
        let places: Vec<Option<u32>> = present.iter().map(|&name| self.places.get(name).copied()).collect();
        let mut here = vec![0_u64; self.names.len().div_ceil(64)];
        for &place in places.iter().flatten() {
            here[place as usize / 64] |= 1 << (place % 64);
        }
        let fights = |place: u32| {
            let row = &self.enemies[place as usize];
            row.iter().zip(&here).any(|(enemies, here)| enemies & here != 0)
        };
        places.into_iter().map(|place| place.is_some_and(fights)).collect()
    }

    fn pair(&self, a: &str, b: &str) -> Option<(u32, u32)> {
        Some((*self.places.get(a)?, *self.places.get(b)?))
    }

    fn check(&self, a: &str, b: &str, kind: &str) -> Result<()> {
        let refused = |place: &'static str, value: String, wanted: &str| {
            Err(Error::Input(Fault::column(place, "", value, wanted).into()))
        };
        for (place, name) in [("a", a), ("b", b)] {
            if name.is_empty() || name.len() > LONGEST_NAME {
                let value = format!("a name of {} bytes", name.len());
                return refused(place, value, "a name of 1 to 255 bytes");
            }
        }
        if a == b {
            return refused("b", format!("'{b}' again"), "two factions: none has a treaty with itself");
        }
        if kind.is_empty() {
            return refused("kind", "an empty text".to_owned(), "the kind of treaty, such as 'War'");
        }
        let new = [a, b].iter().filter(|&&name| !self.places.contains_key(name)).count();
        if self.names.len() + new > MOST_FACTIONS {
            return refused("factions", "one more".to_owned(), &format!("at most {MOST_FACTIONS}"));
        }
        Ok(())
    }

    /// The place of a faction, which gets one if it has none.
    fn enrol(&mut self, name: &str) -> u32 {
        if let Some(&place) = self.places.get(name) {
            return place;
        }
        let (place, name) = (self.names.len() as u32, Arc::<str>::from(name));
        self.places.insert(name.clone(), place);
        self.names.push(name);
        self.enemies.push(Vec::new());
        place
    }

    fn mark(&mut self, of: u32, enemy: u32, war: bool) {
        let (row, word, bit) = (&mut self.enemies[of as usize], enemy as usize / 64, 1 << (enemy % 64));
        if war && row.len() <= word {
            row.resize(word + 1, 0);
        }
        if let Some(word) = row.get_mut(word) {
            *word = if war { *word | bit } else { *word & !bit };
        }
    }
}

/// Whether a kind of treaty, however it is written, is a war.
fn is_war(kind: &str) -> bool {
    choice(kind, TREATY_KINDS).is_some_and(|kind| TREATY_KINDS[usize::from(kind)] == "war")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn who_fights_is_what_a_loop_over_all_pairs_says(
            treaties in prop::collection::vec((0_u8..150, 0_u8..150, any::<bool>()), 0..300),
            present in prop::collection::vec(0_u8..160, 0..80),
        ) {
            let mut matrix = Treaties::default();
            for &(a, b, war) in treaties.iter().filter(|(a, b, _)| a != b) {
                matrix.set(&a.to_string(), &b.to_string(), if war { "War" } else { "Peace" }).expect("legal");
            }
            let names: Vec<String> = present.iter().map(u8::to_string).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let fights = |a: &&str| names.iter().any(|b| is_war(matrix.get(a, b)));
            prop_assert_eq!(matrix.combatants(&names), names.iter().map(fights).collect::<Vec<_>>());
            for a in &names {
                let wanted: Vec<&str> = matrix.names.iter().map(|b| &**b).filter(|b| matrix.at_war(a, b)).collect();
                prop_assert_eq!(matrix.enemies_of(a).collect::<Vec<_>>(), wanted);
            }
        }
    }

    #[test]
    fn what_is_no_treaty_changes_nothing() {
        let mut matrix = Treaties::default();
        for (a, b, kind) in
            [("", "B", "War"), ("A", "A", "War"), ("A", "B", ""), ("A", &"x".repeat(256), "War")]
        {
            assert!(matches!(matrix.set(a, b, kind), Err(Error::Input(_))), "{a} {b} {kind}");
        }
        assert!(matrix.is_empty() && matrix.names.is_empty());
        for number in 1..MOST_FACTIONS {
            matrix.set("A", &number.to_string(), "War").expect("there is room");
        }
        assert!(matrix.set("A", "one more", "War").is_err());
        assert_eq!((matrix.len(), matrix.names.len()), (MOST_FACTIONS - 1, MOST_FACTIONS));
    }
}
