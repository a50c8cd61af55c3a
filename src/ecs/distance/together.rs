//! The nearest point of each place, by a tree: places that are near each other are answered together.
//!
//! They share the way through the tree, which is decided by the box around them and the farthest of what they have found so
//! far; and each point of a leaf is compared with all of them at once.

use super::Real;
use super::lanes::{LANES, at_most, first_lane, greater, least, lesser};
use super::near::Asked;
use super::tree::{LEAF, MOST_LEVELS, Tree};
use crate::ecs::simd::kernel;

/// Places that are answered together.
pub(super) const BLOCK: usize = LANES;

/// Places near each other, and what they have found: the squared distance and the number of a point.
struct Block<T, const D: usize> {
    places: [[T; BLOCK]; D],
    low: [T; D],
    high: [T; D],
    squares: [T; BLOCK],
    ids: [u32; BLOCK],
}

kernel! {
    /// The nearest of each, as long as there is one, and its distance. Places follow each other as near as they can; where they are
    /// not the tree's own points, there is a leaf near the first of each block.
    pub(super) fn nearest_together[T: Real, const D: usize](
        tree: &Tree<T, D>,
        asked: Asked<'_, T, D>,
        leaves: &[u32],
        numbers: &mut [i64],
        distances: &mut [T],
    ) {
        let blocks = numbers.chunks_mut(BLOCK).zip(distances.chunks_mut(BLOCK));
        for (number, (numbers, distances)) in blocks.enumerate() {
            let asked = asked.part(number * BLOCK, numbers.len());
            let mut block = Block::of(asked);
            let leaf = match asked.own_turn() {
                Some(turn) => {
                    block.offer_but_own(tree, turn / LEAF, turn);
                    turn / LEAF
                }
                None => {
                    block.offer(tree, leaves[number] as usize);
                    leaves[number] as usize
                }
            };
            block.search(tree, leaf);
            for lane in 0..numbers.len() {
                if block.squares[lane] < T::INFINITY {
                    (numbers[lane], distances[lane]) = (i64::from(block.ids[lane]), block.squares[lane].root());
                } else {
                    // Farther than a float can say, as all others are, or nobody.
                    numbers[lane] = tree.first_but(asked.own(lane));
                }
            }
        }
    }
}

impl<T: Real, const D: usize> Block<T, D> {
    /// What fills a block up is its first place.
    #[inline(always)]
    fn of(asked: Asked<'_, T, D>) -> Self {
        let (mut places, mut low, mut high) = ([[T::ZERO; BLOCK]; D], [T::ZERO; D], [T::ZERO; D]);
        for axis in 0..D {
            let column = asked.places[axis];
            places[axis] = [column[0]; BLOCK];
            match column.first_chunk::<BLOCK>() {
                Some(whole) => places[axis] = *whole,
                None => places[axis][..column.len()].copy_from_slice(column),
            }
            low[axis] = least(places[axis]);
            high[axis] = most(places[axis]);
        }
        Self { places, low, high, squares: [T::INFINITY; BLOCK], ids: [u32::MAX; BLOCK] }
    }

    /// The largest of the distances found so far, squared.
    #[inline(always)]
    fn limit(&self) -> T {
        most(self.squares)
    }

    /// Compares the points of a leaf with all places. They are in order of number, so of equals the first is the one.
    #[inline(always)]
    fn offer(&mut self, tree: &Tree<T, D>, leaf: usize) {
        let (columns, _) = tree.leaf(leaf);
        let (mut near, mut which) = ([T::INFINITY; BLOCK], [T::ZERO; BLOCK]);
        for point in 0..LEAF {
            let turn = T::narrow(point as f64);
            let squares = self.squares_from(&columns, point);
            for lane in 0..BLOCK {
                which[lane] = if squares[lane] < near[lane] { turn } else { which[lane] };
                near[lane] = lesser(squares[lane], near[lane]);
            }
        }
        self.take(tree, leaf, near, which);
    }

    /// The same, where the places are points of the tree, the first of them at this turn: nobody finds himself.
    #[inline(always)]
    fn offer_but_own(&mut self, tree: &Tree<T, D>, leaf: usize, turn: usize) {
        let (columns, _) = tree.leaf(leaf);
        let (mut near, mut which) = ([T::INFINITY; BLOCK], [T::ZERO; BLOCK]);
        for point in 0..LEAF {
            let squares = self.squares_from(&columns, point);
            for lane in 0..BLOCK {
                let own = leaf * LEAF + point == turn + lane;
                if !own && squares[lane] < near[lane] {
                    (near[lane], which[lane]) = (squares[lane], T::narrow(point as f64));
                }
            }
        }
        self.take(tree, leaf, near, which);
    }

    /// The squared distances of all places from a point.
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "lanes and axes of several columns at once")]
    fn squares_from(&self, columns: &[&[T; LEAF]; D], point: usize) -> [T; BLOCK] {
        let mut sums = [T::ZERO; BLOCK];
        for axis in 0..D {
            let at = columns[axis][point];
            for lane in 0..BLOCK {
                let gap = self.places[axis][lane] - at;
                sums[lane] = if axis == 0 { gap * gap } else { sums[lane] + gap * gap };
            }
        }
        sums
    }

    /// Keeps what is nearer than what was found so far, or as near and of lower number.
    #[inline(always)]
    fn take(&mut self, tree: &Tree<T, D>, leaf: usize, near: [T; BLOCK], which: [T; BLOCK]) {
        let (_, ids) = tree.leaf(leaf);
        for lane in 0..BLOCK {
            let id = ids[which[lane].wide() as usize % LEAF];
            let better = (near[lane] < self.squares[lane])
                | ((near[lane] == self.squares[lane]) & (id < self.ids[lane]));
            self.ids[lane] = if better { id } else { self.ids[lane] };
            self.squares[lane] = lesser(near[lane], self.squares[lane]);
        }
    }

    /// Whether a leaf's box is near enough for one of the places.
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "lanes and axes of several columns at once")]
    fn reaches(&self, tree: &Tree<T, D>, leaf: usize) -> bool {
        let mut sums = [T::ZERO; BLOCK];
        for axis in 0..D {
            let (low, high) = tree.extent(leaf, axis);
            for lane in 0..BLOCK {
                let at = self.places[axis][lane];
                let gap = greater(greater(low - at, at - high), T::ZERO);
                sums[lane] = if axis == 0 { gap * gap } else { sums[lane] + gap * gap };
            }
        }
        let mut reached = 0;
        for lane in 0..BLOCK {
            reached |= u32::from(sums[lane] <= self.squares[lane]);
        }
        reached != 0
    }

    /// Looks at whatever else may be as near, from a leaf that was looked at on.
    #[inline(always)]
    fn search(&mut self, tree: &Tree<T, D>, leaf: usize) {
        let mut node = leaf;
        for top in 0..tree.height() {
            let (block, own) = (node / LANES, node % LANES);
            let open = self.open(tree, top, block) & !(0xff << (u8::BITS as usize * own));
            if open != 0 {
                self.descend(tree, top, block, open);
            }
            node = block;
        }
    }

    /// The boxes of a block that are not too far away, a flag for each.
    #[inline(always)]
    fn open(&self, tree: &Tree<T, D>, level: usize, block: usize) -> u64 {
        at_most(&tree.gaps(level, block, &self.low, &self.high), self.limit())
    }

    /// Looks at whatever is in these boxes of a block.
    #[inline(always)]
    fn descend(&mut self, tree: &Tree<T, D>, top: usize, block: usize, open: u64) {
        let mut path = [(0, 0); MOST_LEVELS];
        path[top] = (block, open);
        let mut level = top;
        loop {
            let (block, open) = path[level];
            if open == 0 {
                if level == top {
                    return;
                }
                level += 1;
                continue;
            }
            path[level].1 = open & (open - 1);
            let child = block * LANES + first_lane(open);
            // Without a limit even what fills up a block is near enough.
            if child >= tree.boxes(level) {
                path[level].1 = 0;
            } else if level > 0 {
                level -= 1;
                path[level] = (child, self.open(tree, level, child));
            } else if self.reaches(tree, child) {
                self.offer(tree, child);
            }
        }
    }
}

/// The largest of some.
#[inline(always)]
fn most<T: Real>(lanes: [T; BLOCK]) -> T {
    let mut negative = [T::ZERO; BLOCK];
    for lane in 0..BLOCK {
        negative[lane] = T::ZERO - lanes[lane];
    }
    T::ZERO - least(negative)
}
