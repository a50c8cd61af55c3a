//! A tree over points: halves along the widest side, down to short leaves that are searched from end to end.
//!
//! It is as good for clumps as for an even spread. What a search may skip is decided with sums of the same rounded
//! squares in the same order as the distances themselves, and rounding keeps order; so nothing is skipped that is as
//! near as the best, and equals are told apart by their number alone.

use super::{Points, Real};

/// Points in a leaf, at most.
const LEAF: usize = 24;
/// Points that a scan looks at together.
const LANES: usize = 8;

/// Points of `D` coordinates, ordered so that the points of a leaf stand together.
pub(super) struct Tree<T, const D: usize> {
    columns: [Vec<T>; D],
    ids: Vec<u32>,
    low: [T; D],
    high: [T; D],
    /// The inner nodes as a heap from 1 on: axis and coordinate of the cut.
    cuts: Vec<(u8, T)>,
    /// How many levels of inner nodes there are.
    depth: u32,
}

/// What a search is after.
pub(super) trait Hunt<T> {
    /// Nothing farther than this, squared, is of use.
    fn limit(&self) -> T;
    /// Takes a candidate with its squared distance.
    fn offer(&mut self, square: T, id: u32);
}

impl<T: Real, const D: usize> Tree<T, D> {
    /// A tree over all points.
    pub(super) fn of(points: &Points<T>) -> Self {
        let mut entries: Vec<([T; D], u32)> =
            (0..points.len()).map(|id| (points.at(id), id as u32)).collect();
        let mut depth = 0;
        while entries.len() >> depth > LEAF {
            depth += 1;
        }
        let mut cuts = vec![(0, T::ZERO); 1 << depth];
        let (low, high) = bounds(&entries);
        cut(&mut entries, 1, depth, &mut cuts);
        Self {
            low,
            high,
            columns: std::array::from_fn(|axis| entries.iter().map(|entry| entry.0[axis]).collect()),
            ids: entries.iter().map(|entry| entry.1).collect(),
            cuts,
            depth,
        }
    }

    /// The numbers of the points in the order of the tree: neighbours in it are near each other.
    pub(super) fn order(&self) -> &[u32] {
        &self.ids
    }

    /// Offers the hunt whatever may be of use to it.
    pub(super) fn search(&self, at: [T; D], hunt: &mut impl Hunt<T>) {
        let gaps = std::array::from_fn(|axis| {
            let (below, above) = (at[axis] - self.low[axis], at[axis] - self.high[axis]);
            if below < T::ZERO {
                below
            } else if above > T::ZERO {
                above
            } else {
                T::ZERO
            }
        });
        self.node(1, 0..self.ids.len(), self.depth, at, gaps, hunt);
    }

    /// A node over a run of points; `gaps`: how far the place is outside of the node, by axis.
    fn node(
        &self,
        node: usize,
        run: std::ops::Range<usize>,
        depth: u32,
        at: [T; D],
        gaps: [T; D],
        hunt: &mut impl Hunt<T>,
    ) {
        if depth == 0 {
            return self.scan(run, at, hunt);
        }
        let (axis, coordinate) = self.cuts[node];
        let axis = usize::from(axis);
        let middle = half(&run);
        let (low, high) = ((2 * node, run.start..middle), (2 * node + 1, middle..run.end));
        let gap = at[axis] - coordinate;
        let (near, far) = if gap < T::ZERO { (low, high) } else { (high, low) };
        self.node(near.0, near.1, depth - 1, at, gaps, hunt);
        let mut gaps = gaps;
        gaps[axis] = gap;
        if square(gaps) <= hunt.limit() {
            self.node(far.0, far.1, depth - 1, at, gaps, hunt);
        }
    }

    /// Offers a leaf, a block at a time: most blocks hold nothing near enough.
    #[inline]
    fn scan(&self, run: std::ops::Range<usize>, at: [T; D], hunt: &mut impl Hunt<T>) {
        let mut first = run.start;
        while first < run.end {
            let count = (run.end - first).min(LANES);
            let mut squares = [T::INFINITY; LANES];
            for (lane, square_of) in squares.iter_mut().enumerate().take(count) {
                *square_of =
                    square::<T, D>(std::array::from_fn(|axis| at[axis] - self.columns[axis][first + lane]));
            }
            let limit = hunt.limit();
            if squares.iter().fold(false, |any, &square| any | (square <= limit)) {
                for (lane, &square) in squares.iter().enumerate().take(count) {
                    if square <= hunt.limit() {
                        hunt.offer(square, self.ids[first + lane]);
                    }
                }
            }
            first += LANES;
        }
    }
}

/// Where a run is cut.
fn half(run: &std::ops::Range<usize>) -> usize {
    run.start + run.len() / 2
}

/// The sum of squares, in the order of the axes.
#[inline(always)]
pub(super) fn square<T: Real, const D: usize>(gaps: [T; D]) -> T {
    let mut sum = gaps[0] * gaps[0];
    for gap in &gaps[1..] {
        sum = sum + *gap * *gap;
    }
    sum
}

/// The least and the largest coordinates.
fn bounds<T: Real, const D: usize>(entries: &[([T; D], u32)]) -> ([T; D], [T; D]) {
    let first = entries.first().map_or([T::ZERO; D], |entry| entry.0);
    let (mut low, mut high) = (first, first);
    for (point, _) in entries {
        for axis in 0..D {
            low[axis] = if point[axis] < low[axis] { point[axis] } else { low[axis] };
            high[axis] = if point[axis] > high[axis] { point[axis] } else { high[axis] };
        }
    }
    (low, high)
}

/// Cuts a run in halves along its widest side, and so on.
fn cut<T: Real, const D: usize>(
    entries: &mut [([T; D], u32)],
    node: usize,
    depth: u32,
    cuts: &mut [(u8, T)],
) {
    if depth == 0 {
        return;
    }
    let (low, high) = bounds(entries);
    let mut widest = 0;
    for axis in 1..D {
        if high[axis] - low[axis] > high[widest] - low[widest] {
            widest = axis;
        }
    }
    let middle = half(&(0..entries.len()));
    entries.select_nth_unstable_by(middle, |a, b| {
        let order = a.0[widest].partial_cmp(&b.0[widest]);
        order.unwrap_or(std::cmp::Ordering::Equal).then(a.1.cmp(&b.1))
    });
    cuts[node] = (widest as u8, entries[middle].0[widest]);
    let (lower, upper) = entries.split_at_mut(middle);
    cut(lower, 2 * node, depth - 1, cuts);
    cut(upper, 2 * node + 1, depth - 1, cuts);
}
