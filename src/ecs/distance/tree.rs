//! A tree over points: leaves of a run of points along a curve, boxes around them, and boxes around eight boxes each.
//!
//! It is as good for clumps as for an even spread. A search begins in a leaf near the place and climbs from it, so that
//! it knows a bound before it looks at boxes, eight at once. What a search may skip is decided with sums of the same
//! rounded squares in the same order as the distances themselves, and rounding keeps order; so nothing is skipped that is
//! as near as the best, and equals are told apart by their number alone.

use std::ops::Range;

use super::Real;
use super::best::Several;
use super::curve::{self, Curve};
use super::lanes::{LANES, at_most, first_lane, greater, least, lesser, squares, sums_of_squares};
use super::near::NO_POINT;
use crate::ecs::simd::{Level, kernel};

/// Points in a leaf.
pub(super) const LEAF: usize = 2 * LANES;
/// More levels than any tree has: eight to the power of them are more boxes than there are points.
pub(super) const MOST_LEVELS: usize = 12;

/// Points of `D` coordinates in leaves; the last one is filled up with what is infinitely far away.
pub(super) struct Tree<T, const D: usize> {
    columns: [Vec<T>; D],
    ids: Vec<u32>,
    count: usize,
    curve: Curve<D>,
    /// Where on the curve each leaf begins.
    codes: Vec<u32>,
    /// Boxes around leaves, around eight of these, and so on to a single block of eight.
    levels: Vec<Boxes<T, D>>,
}

/// Boxes, whole blocks of eight; what fills the last one up is infinitely far away.
struct Boxes<T, const D: usize> {
    low: [Vec<T>; D],
    high: [Vec<T>; D],
    count: usize,
}

impl<T: Real, const D: usize> Boxes<T, D> {
    fn of(count: usize) -> Self {
        let room = count.next_multiple_of(LANES);
        let column = |value: T| std::array::from_fn(|_| vec![value; room]);
        Self { low: column(T::INFINITY), high: column(T::ZERO - T::INFINITY), count }
    }

    /// How far, squared, a place is from the boxes of a block.
    #[inline(always)]
    fn squares(&self, block: usize, at: [T; D]) -> [T; LANES] {
        self.gaps(block, &at, &at)
    }

    /// How far, squared, a box is from the boxes of a block.
    #[inline(always)]
    fn gaps(&self, block: usize, lows: &[T; D], highs: &[T; D]) -> [T; LANES] {
        let run = block * LANES..(block + 1) * LANES;
        let mut gaps = [[T::ZERO; LANES]; D];
        for axis in 0..D {
            let (low, high) = (&self.low[axis][run.clone()], &self.high[axis][run.clone()]);
            for lane in 0..LANES {
                let outside = greater(low[lane] - highs[axis], lows[axis] - high[lane]);
                gaps[axis][lane] = greater(outside, T::ZERO);
            }
        }
        sums_of_squares(gaps)
    }
}

impl<T: Real, const D: usize> Tree<T, D> {
    /// A tree over all points, of which there is one at least.
    ///
    /// `ordered`: whether the points of a leaf are put in order of number, or stay in that of the curve.
    pub(super) fn of(level: Level, points: [&[T]; D], ordered: bool) -> Self {
        let along = curve::along(level, points, LEAF);
        let (count, leaves) = (along.order.len(), along.order.len().div_ceil(LEAF));
        let mut ids = along.order;
        ids.resize(leaves * LEAF, u32::MAX);
        if ordered {
            sort_leaves(level, &mut ids);
        }
        let columns = points.map(|column| {
            let mut column = curve::arranged(column, &ids[..count], 2 * LEAF);
            column.resize(leaves * LEAF + LANES, T::INFINITY);
            column
        });
        let mut lowest = Boxes::of(leaves);
        leaf_boxes(level, &columns, &mut lowest);
        let mut tree = Self {
            levels: vec![lowest],
            columns,
            ids,
            count,
            curve: along.curve,
            codes: along.codes.into_iter().step_by(LEAF).collect(),
        };
        let mut boxes = leaves;
        while boxes > LANES {
            boxes = boxes.div_ceil(LANES);
            tree.levels.push(boxes_around(&tree.levels[tree.levels.len() - 1], boxes));
        }
        tree
    }

    /// The numbers of the points in the order of the tree: neighbours in it are near each other.
    pub(super) fn order(&self) -> &[u32] {
        &self.ids[..self.count]
    }

    /// Where the points are, in the order of the tree.
    pub(super) fn places(&self) -> [&[T]; D] {
        self.columns.each_ref().map(|column| &column[..self.count])
    }

    /// The points of a leaf and their numbers.
    #[inline(always)]
    pub(super) fn leaf(&self, leaf: usize) -> ([&[T; LEAF]; D], &[u32; LEAF]) {
        let points = self.columns.each_ref().map(|column| &column.as_chunks::<LEAF>().0[leaf]);
        (points, &self.ids.as_chunks::<LEAF>().0[leaf])
    }

    /// Where a leaf's box begins and ends along an axis.
    #[inline(always)]
    pub(super) fn extent(&self, leaf: usize, axis: usize) -> (T, T) {
        (self.levels[0].low[axis][leaf], self.levels[0].high[axis][leaf])
    }

    /// How many levels of boxes there are.
    #[inline(always)]
    pub(super) fn height(&self) -> usize {
        self.levels.len()
    }

    /// How many boxes there are on a level.
    #[inline(always)]
    pub(super) fn boxes(&self, level: usize) -> usize {
        self.levels[level].count
    }

    /// How far, squared, a box is from the boxes of a block.
    #[inline(always)]
    pub(super) fn gaps(&self, level: usize, block: usize, lows: &[T; D], highs: &[T; D]) -> [T; LANES] {
        self.levels[level].gaps(block, lows, highs)
    }

    /// The lowest number but one's own, if there is one.
    pub(super) fn first_but(&self, own: u32) -> i64 {
        let first = u32::from(own == 0);
        if (first as usize) < self.count { i64::from(first) } else { NO_POINT }
    }

    /// For each place a leaf near it.
    pub(super) fn leaves_near(&self, level: Level, places: [&[T]; D]) -> Vec<u32> {
        let mut leaves = vec![0; places[0].len()];
        curve::codes(level, &self.curve, places, &mut leaves);
        for leaf in &mut leaves {
            *leaf = self.codes.partition_point(|code| code < leaf).saturating_sub(1) as u32;
        }
        leaves
    }

    /// Offers the points of some leaves around one: a first bound.
    #[inline(always)]
    pub(super) fn begin(&self, at: [T; D], leaf: usize, best: &mut Several<T>) {
        for leaf in self.known(leaf, best) {
            self.offer(leaf, at, best);
        }
        best.bound();
    }

    /// The leaves around one that a search begins with.
    #[inline(always)]
    fn known(&self, leaf: usize, best: &Several<T>) -> Range<usize> {
        let first = leaf.saturating_sub(best.leaves() / 2);
        first..(first + best.leaves()).min(self.codes.len())
    }

    /// From a leaf up the boxes beside one's own that are near enough, a flag for each.
    #[inline(always)]
    pub(super) fn look_around(&self, at: [T; D], leaf: usize, limit: T) -> [u64; MOST_LEVELS] {
        let (mut opens, mut node) = ([0; MOST_LEVELS], leaf);
        for (level, open) in opens.iter_mut().enumerate().take(self.levels.len()) {
            let (block, own) = (node / LANES, node % LANES);
            // What is below one's own box was looked at before; leaves are asked for one by one.
            let others = if level == 0 { u64::MAX } else { !(1 << (u8::BITS as usize * own)) };
            *open = self.open(level, block, at, limit) & others;
            node = block;
        }
        opens
    }

    /// Offers whatever else may be among the best: what is in these boxes.
    #[inline(always)]
    pub(super) fn search(&self, at: [T; D], leaf: usize, opens: &[u64; MOST_LEVELS], best: &mut Several<T>) {
        let (known, mut node) = (self.known(leaf, best), leaf);
        for (level, &open) in opens.iter().enumerate().take(self.levels.len()) {
            let block = node / LANES;
            if open != 0 {
                self.descend((level, block, open), at, &known, best);
            }
            node = block;
        }
    }

    /// The boxes of a block that are not too far away, a flag for each.
    #[inline(always)]
    fn open(&self, level: usize, block: usize, at: [T; D], limit: T) -> u64 {
        at_most(&self.levels[level].squares(block, at), limit)
    }

    /// Looks at whatever is in these boxes of a block, but not at the leaves that are known.
    #[inline(always)]
    fn descend(
        &self,
        (top, block, open): (usize, usize, u64),
        at: [T; D],
        known: &Range<usize>,
        best: &mut Several<T>,
    ) {
        // For each level the block that is looked at, and which of its boxes are still to be opened.
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
            if child >= self.levels[level].count {
                path[level].1 = 0;
            } else if level > 0 {
                level -= 1;
                path[level] = (child, self.open(level, child, at, best.limit()));
            } else if !known.contains(&child) {
                self.offer(child, at, best);
            }
        }
    }

    /// Offers the points of a leaf.
    #[inline(always)]
    fn offer(&self, leaf: usize, at: [T; D], best: &mut Several<T>) {
        let first = leaf * LEAF;
        let all = [squares(&self.columns, first, at), squares(&self.columns, first + LANES, at)];
        best.offer(&all, &self.ids[first..first + LEAF]);
    }
}

kernel! {
    /// Puts the numbers of each leaf in order, by counting for each how many go before it: no branch depends on them. Those that
    /// fill up the last leaf are the largest there are, and equal: the first of them is written, the others stand there before.
    fn sort_leaves(ids: &mut [u32]) {
        for leaf in ids.as_chunks_mut::<LEAF>().0 {
            let (mut ranks, all) = ([0_u32; LEAF], *leaf);
            for other in all {
                for lane in 0..LEAF {
                    ranks[lane] += u32::from(other < all[lane]);
                }
            }
            *leaf = [u32::MAX; LEAF];
            for lane in 0..LEAF {
                leaf[ranks[lane] as usize % LEAF] = all[lane];
            }
        }
    }
}

kernel! {
    #[expect(clippy::needless_range_loop, reason = "lanes and axes of several columns at once")]
    fn leaf_boxes[T: Real, const D: usize](columns: &[Vec<T>; D], boxes: &mut Boxes<T, D>) {
        for axis in 0..D {
            let ends = boxes.low[axis].iter_mut().zip(&mut boxes.high[axis]);
            for (leaf, (low, high)) in columns[axis].as_chunks::<LEAF>().0.iter().zip(ends) {
                let (mut lows, mut negatives) = ([T::INFINITY; LANES], [T::INFINITY; LANES]);
                for eight in leaf.as_chunks::<LANES>().0 {
                    for lane in 0..LANES {
                        // What fills a leaf up is no part of it.
                        let negative = if eight[lane] < T::INFINITY { T::ZERO - eight[lane] } else { T::INFINITY };
                        lows[lane] = lesser(lows[lane], eight[lane]);
                        negatives[lane] = lesser(negatives[lane], negative);
                    }
                }
                (*low, *high) = (least(lows), T::ZERO - least(negatives));
            }
        }
    }
}

fn boxes_around<T: Real, const D: usize>(inner: &Boxes<T, D>, count: usize) -> Boxes<T, D> {
    let mut boxes = Boxes::of(count);
    for axis in 0..D {
        for (low, inner) in boxes.low[axis].iter_mut().zip(inner.low[axis].as_chunks::<LANES>().0) {
            *low = least(*inner);
        }
        for (high, inner) in boxes.high[axis].iter_mut().zip(inner.high[axis].as_chunks::<LANES>().0) {
            *high = T::ZERO - least(inner.map(|at| T::ZERO - at));
        }
    }
    boxes
}
