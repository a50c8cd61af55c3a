//! The best points that a search in a tree has found so far.

use std::cmp::Ordering;

use super::Real;
use super::lanes::{LANES, at_most, least, lesser};
use super::tree::LEAF;

/// Findings that are put in order by counting for each how many go before it: no branch depends on them.
const RANKED: usize = 64;

/// The nearest points but one's own: so many, and others that may be as near.
pub(super) struct Several<T> {
    wanted: usize,
    own: u32,
    limit: T,
    /// The squared distances and numbers of candidates; behind `count` of them there is room for a leaf.
    squares: Vec<T>,
    ids: Vec<u32>,
    count: usize,
    /// Candidates from which on it is worth while to work out the limit.
    many: usize,
}

impl<T: Real> Several<T> {
    pub(super) fn new(wanted: usize) -> Self {
        let room = Self::many(wanted) + 2 * LEAF;
        Self {
            wanted,
            own: u32::MAX,
            limit: T::INFINITY,
            squares: vec![T::INFINITY; room],
            ids: vec![u32::MAX; room],
            count: 0,
            many: 0,
        }
    }

    fn many(wanted: usize) -> usize {
        2 * wanted + RANKED / 2
    }

    /// Forgets everything, for a new search.
    #[inline(always)]
    pub(super) fn begin(&mut self, own: u32) {
        (self.own, self.limit, self.count) = (own, T::INFINITY, 0);
        self.many = Self::many(self.wanted);
    }

    /// Keeps what is not beyond the limit.
    #[inline(always)]
    fn keep(&mut self) {
        let mut kept = 0;
        for candidate in 0..self.count {
            let (square, id) = (self.squares[candidate], self.ids[candidate]);
            (self.squares[kept], self.ids[kept]) = (square, id);
            kept += usize::from(square <= self.limit);
        }
        self.count = kept;
    }

    /// What fills up the last lanes is behind everything.
    #[inline(always)]
    fn fill_up(&mut self) -> usize {
        let all = self.count.next_multiple_of(LANES);
        self.squares[self.count..all].fill(T::INFINITY);
        self.ids[self.count..all].fill(u32::MAX);
        all
    }

    /// The squared distance of the last of those that are wanted.
    #[inline(always)]
    fn last_wanted(&mut self) -> T {
        if self.count > RANKED {
            return self.last_of_many();
        }
        let all = self.fill_up();
        let (wanted, mut last) = (T::narrow(self.wanted as f64), [T::INFINITY; LANES]);
        for mine in self.squares[..all].as_chunks::<LANES>().0 {
            // Counted in the type of the squares, so that they stay in vectors of one width.
            let mut ahead = [T::ZERO; LANES];
            for &other in &self.squares[..self.count] {
                for lane in 0..LANES {
                    ahead[lane] = ahead[lane] + if other <= mine[lane] { T::narrow(1.0) } else { T::ZERO };
                }
            }
            for lane in 0..LANES {
                let square = if ahead[lane] >= wanted { mine[lane] } else { T::INFINITY };
                last[lane] = lesser(last[lane], square);
            }
        }
        least(last)
    }

    #[cold]
    #[inline(never)]
    fn last_of_many(&self) -> T {
        let mut squares = self.squares[..self.count].to_vec();
        *squares.select_nth_unstable_by(self.wanted - 1, |a, b| order(a, b)).1
    }

    /// A new limit, for there are many candidates: those that are equally near all stay.
    #[cold]
    #[inline(never)]
    fn sift(&mut self) {
        self.bound();
        self.many = self.many.max(2 * self.count);
        if self.squares.len() < self.many + LEAF {
            self.squares.resize(self.many + LEAF, T::INFINITY);
            self.ids.resize(self.many + LEAF, u32::MAX);
        }
    }

    /// Writes the numbers and the distances of the nearest, in order; what is not found stays as it is.
    #[inline(always)]
    pub(super) fn write(&mut self, numbers: &mut [i64], distances: &mut [T]) {
        if self.count > RANKED {
            return self.write_sorted(numbers, distances);
        }
        let all = self.fill_up();
        let (mut ranks, mut sum) = ([T::ZERO; RANKED], [T::ZERO; LANES]);
        let blocks = self.squares[..all].as_chunks::<LANES>().0;
        for (mine, ranks) in blocks.iter().zip(ranks.as_chunks_mut::<LANES>().0) {
            for &other in &self.squares[..self.count] {
                for lane in 0..LANES {
                    ranks[lane] = ranks[lane] + if other < mine[lane] { T::narrow(1.0) } else { T::ZERO };
                }
            }
            for lane in 0..LANES {
                sum[lane] = sum[lane] + ranks[lane];
            }
        }
        // What fills up the last block is behind all. Equals have one rank, which makes the sum too small.
        let sum = sum.iter().fold(0.0, |sum, ranks| sum + ranks.wide()) as usize;
        if sum != self.count * (self.count - self.count.min(1)) / 2 + (all - self.count) * self.count {
            return self.write_sorted(numbers, distances);
        }
        let candidates = self.squares.iter().zip(&self.ids).take(self.count);
        for (rank, (square, &id)) in ranks.iter().zip(candidates) {
            let rank = rank.wide() as usize;
            if rank < self.wanted {
                (numbers[rank], distances[rank]) = (i64::from(id), square.root());
            }
        }
    }

    #[inline(never)]
    fn write_sorted(&self, numbers: &mut [i64], distances: &mut [T]) {
        let candidates = self.squares[..self.count].iter().copied().zip(self.ids.iter().copied());
        let mut sorted: Vec<(T, u32)> = candidates.collect();
        sorted.sort_unstable_by(|a, b| order(&a.0, &b.0).then(a.1.cmp(&b.1)));
        for ((square, id), (number, distance)) in sorted.into_iter().zip(numbers.iter_mut().zip(distances)) {
            (*number, *distance) = (i64::from(id), square.root());
        }
    }
}

/// The order of squares, of which none is NaN.
fn order<T: PartialOrd>(a: &T, b: &T) -> Ordering {
    a.partial_cmp(b).unwrap_or(Ordering::Equal)
}

impl<T: Real> Several<T> {
    /// Leaves that are looked at for a first bound.
    #[inline(always)]
    pub(super) fn leaves(&self) -> usize {
        // One more than is wanted, for one's own.
        (self.wanted + 1).div_ceil(LEAF)
    }

    /// Nothing farther than this, squared, is of use.
    #[inline(always)]
    pub(super) fn limit(&self) -> T {
        self.limit
    }

    /// Takes the points of a leaf with their squared distances. No point's number is the largest there is.
    #[inline(always)]
    pub(super) fn offer(&mut self, squares: &[[T; LANES]; 2], ids: &[u32]) {
        if at_most(&squares[0], self.limit) | at_most(&squares[1], self.limit) == 0 {
            return;
        }
        // Every point is written, and whom nobody wants is written over by the next.
        let mut count = 0;
        let room = self.count..self.count + LEAF;
        let (into_squares, into_ids) = (&mut self.squares[room.clone()], &mut self.ids[room]);
        for (&square, &id) in squares.as_flattened().iter().zip(ids) {
            (into_squares[count], into_ids[count]) = (square, id);
            count += usize::from((square <= self.limit) & (id != self.own) & (id != u32::MAX));
        }
        self.count += count;
        if self.count > self.many {
            self.sift();
        }
    }

    /// Works out the limit.
    #[inline(always)]
    pub(super) fn bound(&mut self) {
        if self.count >= self.wanted {
            self.limit = self.last_wanted();
            self.keep();
        }
    }
}
