//! Fleets by id: an index in place of a search through a list.

use hashbrown::HashTable;

use crate::ecs::index::Ids;
use crate::ecs::store::Row;

/// What a fleet is called by: numbers in one game, texts in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id<N> {
    /// A whole number.
    Whole(i64),
    /// A text.
    Text(N),
}

/// A text that is asked for, in an index that keeps texts as `K`.
pub trait Name<K>: Copy {
    /// A hash of the text. Those of equal texts are equal.
    fn hash(self) -> u64;
    /// Whether this text is the one that is kept.
    fn is(self, kept: &K) -> bool;
    /// The text, to be kept.
    fn keep(self) -> K;
}

/// Fleets by id. `T` is whatever stands for a fleet, `K` is how a text is kept.
///
/// ```
/// # use multi_universe_core::hotpaths::fleets::{FleetIndex, Id};
/// let mut index = FleetIndex::<Box<str>, _>::default();
/// index.insert_first(Id::Whole::<&str>(7), "Home Guard");
/// index.insert_first(Id::Text("fl_17"), "Raiders");
/// index.insert_first(Id::Whole::<&str>(7), "Impostors");
/// assert_eq!(index.get(Id::Whole::<&str>(7)), Some(&"Home Guard"));
/// assert_eq!((index.len(), index.get(Id::Text("fl_18"))), (2, None));
/// ```
#[derive(Clone, Debug)]
pub struct FleetIndex<K, T> {
    rows: Ids,
    /// The fleet of each row; none in those that are free.
    fleets: Vec<Option<T>>,
    free: Vec<Row>,
    named: HashTable<Named<K, T>>,
}

#[derive(Clone, Debug)]
struct Named<K, T> {
    hash: u64,
    name: K,
    fleet: T,
}

impl<K, T> Default for FleetIndex<K, T> {
    fn default() -> Self {
        Self { rows: Ids::default(), fleets: Vec::new(), free: Vec::new(), named: HashTable::new() }
    }
}

impl<K, T> FleetIndex<K, T> {
    /// How many fleets there are.
    pub fn len(&self) -> usize {
        self.fleets.len() - self.free.len() + self.named.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The fleet of this id.
    #[inline(always)]
    pub fn get(&self, id: Id<impl Name<K>>) -> Option<&T> {
        match id {
            Id::Whole(id) => self.fleets[self.rows.find(id)? as usize].as_ref(),
            Id::Text(text) => self.named(text),
        }
    }

    // By itself, so that looking for a whole number stays short.
    #[inline(never)]
    fn named(&self, text: impl Name<K>) -> Option<&T> {
        let is_it = |named: &Named<K, T>| text.is(&named.name);
        self.named.find(text.hash(), is_it).map(|named| &named.fleet)
    }

    /// Makes room for fleets with these ids. Where all are known before the first is added, they are found without hashing if
    /// they lie close together.
    pub fn make_room(&mut self, ids: &[i64]) {
        self.rows.make_room(ids);
        self.fleets.reserve(ids.len());
    }

    /// Adds a fleet; of several with one id the first one stays, as a search through a list would find it.
    pub fn insert_first(&mut self, id: Id<impl Name<K>>, fleet: T) {
        match id {
            Id::Whole(id) => {
                let offered = self.free.last().copied().unwrap_or(self.fleets.len() as Row);
                self.rows.make_room(&[id]);
                if self.rows.claim(id, offered) != offered {
                    return;
                }
                match self.free.pop() {
                    Some(row) => self.fleets[row as usize] = Some(fleet),
                    None => self.fleets.push(Some(fleet)),
                }
            }
            Id::Text(text) => {
                let hash = text.hash();
                let is_it = |named: &Named<K, T>| text.is(&named.name);
                self.named.entry(hash, is_it, |named| named.hash).or_insert_with(|| Named {
                    hash,
                    name: text.keep(),
                    fleet,
                });
            }
        }
    }

    /// Takes the fleet of this id out.
    pub fn remove(&mut self, id: Id<impl Name<K>>) -> Option<T> {
        match id {
            Id::Whole(id) => {
                let row = self.rows.find(id)?;
                self.rows.release(id);
                self.free.push(row);
                self.fleets[row as usize].take()
            }
            Id::Text(text) => {
                let found = self.named.find_entry(text.hash(), |named| text.is(&named.name)).ok()?;
                Some(found.remove().0.fleet)
            }
        }
    }

    /// All fleets, in no particular order.
    pub fn fleets(&self) -> impl Iterator<Item = &T> {
        self.fleets.iter().flatten().chain(self.named.iter().map(|named| &named.fleet))
    }
}

impl Name<Box<str>> for &str {
    fn hash(self) -> u64 {
        use std::hash::{BuildHasher, BuildHasherDefault};
        BuildHasherDefault::<rustc_hash::FxHasher>::default().hash_one(self)
    }

    fn is(self, kept: &Box<str>) -> bool {
        self == &**kept
    }

    fn keep(self) -> Box<str> {
        self.into()
    }
}
