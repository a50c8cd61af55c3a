//! Fleets by id: an index in place of a search through a list.

use rustc_hash::FxHashMap;

/// What a fleet is called by: numbers in one game, texts in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id<'a> {
    /// A whole number.
    Whole(i64),
    /// A text.
    Text(&'a str),
}

/// Fleets by id. `T` is whatever stands for a fleet.
///
/// ```
/// # use multi_universe_core::hotpaths::fleets::{FleetIndex, Id};
/// let mut index = FleetIndex::default();
/// index.insert_first(Id::Whole(7), "Home Guard");
/// index.insert_first(Id::Text("fl_17"), "Raiders");
/// index.insert_first(Id::Whole(7), "Impostors");
/// assert_eq!(index.get(Id::Whole(7)), Some(&"Home Guard"));
/// assert_eq!((index.len(), index.get(Id::Whole(8))), (2, None));
/// ```
#[derive(Clone, Debug)]
pub struct FleetIndex<T> {
    whole: FxHashMap<i64, T>,
    text: FxHashMap<Box<str>, T>,
}

impl<T> Default for FleetIndex<T> {
    fn default() -> Self {
        Self { whole: FxHashMap::default(), text: FxHashMap::default() }
    }
}

impl<T> FleetIndex<T> {
    /// How many fleets there are.
    pub fn len(&self) -> usize {
        self.whole.len() + self.text.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The fleet of this id.
    #[inline]
    pub fn get(&self, id: Id<'_>) -> Option<&T> {
        match id {
            Id::Whole(id) => self.whole.get(&id),
            Id::Text(id) => self.text.get(id),
        }
    }

    /// Adds a fleet; of several with one id the first one stays, as a search through a list would find it.
    pub fn insert_first(&mut self, id: Id<'_>, fleet: T) {
        match id {
            Id::Whole(id) => {
                self.whole.entry(id).or_insert(fleet);
            }
            Id::Text(id) if !self.text.contains_key(id) => {
                self.text.insert(id.into(), fleet);
            }
            Id::Text(_) => {}
        }
    }

    /// Takes the fleet of this id out.
    pub fn remove(&mut self, id: Id<'_>) -> Option<T> {
        match id {
            Id::Whole(id) => self.whole.remove(&id),
            Id::Text(id) => self.text.remove(id),
        }
    }

    /// All fleets, in no particular order.
    pub fn fleets(&self) -> impl Iterator<Item = &T> {
        self.whole.values().chain(self.text.values())
    }
}
