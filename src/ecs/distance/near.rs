//! The nearest points, one or several, of each place.

use std::borrow::Cow;

use super::grid::Grid;
use super::tree::{Hunt, Tree};
use super::{Points, Real};
use crate::ecs::workers::Workers;

/// Places that a thread takes at a time.
const PART: usize = 512;
/// Points in a cell of a grid, on average.
const PER_CELL: f64 = 0.5;
/// Points in a cell from which on they count as a clump, which is the tree's.
const CLUMP: usize = 40;
/// Places from which on it pays to ask for those together that are near each other, and how many those are.
const MANY: usize = 1 << 15;
const BUNDLE: f64 = 16.0;
/// The number that stands for no point.
pub const NO_POINT: i64 = -1;

/// The nearest points of each place, `k` of them, the nearest first; of equals the lower number first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Neighbours<T> {
    /// The points' numbers, place after place; [`NO_POINT`] where there are not so many points.
    pub points: Vec<i64>,
    /// Their distances; infinite where there is no point.
    pub distances: Vec<T>,
}

/// The `k` nearest of `points` for each place; without places for each of the points, itself left out.
///
/// # Panics
/// If the points and places are not of equal dimensions.
///
/// ```
/// # use multi_universe_core::ecs::{distance::{Points, nearest}, workers::Workers};
/// let points = Points { x: vec![0.0, 10.0, 11.0], y: vec![0.0, 0.0, 0.0], z: None };
/// let found = nearest(&points, None, 2, &Workers::default());
/// assert_eq!(found.points, [1, 2, 2, 0, 1, 0]);
/// assert_eq!(found.distances, [10.0, 11.0, 1.0, 10.0, 1.0, 11.0]);
/// ```
pub fn nearest<T: Real>(
    points: &Points<T>,
    places: Option<&Points<T>>,
    k: usize,
    workers: &Workers,
) -> Neighbours<T> {
    assert!(
        places.is_none_or(|places| places.dimensions() == points.dimensions()),
        "not of equal dimensions"
    );
    match points.dimensions() {
        2 => search::<T, 2>(points, places, k, workers),
        _ => search::<T, 3>(points, places, k, workers),
    }
}

/// How the points are searched: a grid is quick to build and to search if they are spread and asked for from among
/// them; a tree does not mind clumps and places far away.
enum Index<T, const D: usize> {
    Grid(Grid<T, D>),
    Tree(Tree<T, D>),
}

impl<T: Real, const D: usize> Index<T, D> {
    fn of(points: &Points<T>, places: Option<&Points<T>>, k: usize) -> Self {
        let grid = (k == 1).then(|| Grid::of_density(points, PER_CELL));
        let among = |grid: &Grid<T, D>| match places {
            None => true,
            Some(places) => {
                let inside = (0..places.len()).filter(|&place| grid.holds(places.at(place)));
                2 * inside.count() >= places.len()
            }
        };
        match grid.filter(|grid| grid.fullest() < CLUMP && among(grid)) {
            Some(grid) => Self::Grid(grid),
            None => Self::Tree(Tree::of(points)),
        }
    }

    fn search(&self, at: [T; D], hunt: &mut impl Hunt<T>) {
        match self {
            Self::Grid(grid) => grid.search(at, hunt),
            Self::Tree(tree) => tree.search(at, hunt),
        }
    }

    /// The points in an order in which neighbours are near each other, so that who follows finds things in the cache.
    fn order(&self) -> &[u32] {
        match self {
            Self::Grid(grid) => grid.order(),
            Self::Tree(tree) => tree.order(),
        }
    }
}

fn search<T: Real, const D: usize>(
    points: &Points<T>,
    places: Option<&Points<T>>,
    k: usize,
    workers: &Workers,
) -> Neighbours<T> {
    let index = Index::<T, D>::of(points, places, k);
    let count = places.map_or(points.len(), Points::len);
    let order = match places {
        None => Cow::Borrowed(index.order()),
        Some(places) if places.len() >= MANY => {
            Cow::Owned(Grid::<T, D>::of_density(places, BUNDLE).into_order())
        }
        Some(_) => Cow::Borrowed(&[][..]),
    };
    let mut found = vec![(T::INFINITY, NO_POINT); count * k];
    let parts = found.chunks_mut((PART * k).max(1)).enumerate().collect();
    workers.each(parts, |(part, found): (usize, &mut [(T, i64)])| {
        for (row, found) in found.chunks_mut(k).enumerate() {
            let turn = part * PART + row;
            let place = order.get(turn).copied().unwrap_or(turn as u32);
            let (at, own) = match places {
                Some(places) => (places.at(place as usize), None),
                None => (points.at(place as usize), Some(place)),
            };
            match found {
                [only] => {
                    let mut hunt =
                        One { square: T::INFINITY, id: u32::MAX, own: own.map_or(u64::MAX, u64::from) };
                    index.search(at, &mut hunt);
                    if hunt.id != u32::MAX {
                        *only = (hunt.square.root(), i64::from(hunt.id));
                    }
                }
                several => {
                    let mut hunt = Several { found: several, count: 0, own };
                    index.search(at, &mut hunt);
                    let count = hunt.count;
                    several[..count].iter_mut().for_each(|found| found.0 = found.0.root());
                }
            }
        }
    });
    in_order_of_place(found, &order, k)
}

/// The findings of places that were asked in this order.
fn in_order_of_place<T: Real>(found: Vec<(T, i64)>, order: &[u32], k: usize) -> Neighbours<T> {
    if order.is_empty() || k == 0 {
        let (distances, points) = found.into_iter().unzip();
        return Neighbours { points, distances };
    }
    let (mut points, mut distances) = (vec![NO_POINT; found.len()], vec![T::INFINITY; found.len()]);
    for (found, &place) in found.chunks(k).zip(order) {
        let first = place as usize * k;
        for (offset, &(distance, point)) in found.iter().enumerate() {
            (distances[first + offset], points[first + offset]) = (distance, point);
        }
    }
    Neighbours { points, distances }
}

/// A hunt for the nearest point but one's own.
struct One<T> {
    square: T,
    id: u32,
    /// One's own number; more than any, if one has none.
    own: u64,
}

impl<T: Real> Hunt<T> for One<T> {
    #[inline(always)]
    fn limit(&self) -> T {
        self.square
    }

    #[inline(always)]
    fn offer(&mut self, square: T, id: u32) {
        // No branch: which of many candidates is the best so far is nothing that a processor could guess.
        let nearer = (square < self.square) | ((square == self.square) & (id < self.id));
        let better = nearer & (u64::from(id) != self.own);
        self.square = std::hint::select_unpredictable(better, square, self.square);
        self.id = std::hint::select_unpredictable(better, id, self.id);
    }
}

/// A hunt for several points: the best so far, in order.
struct Several<'a, T> {
    found: &'a mut [(T, i64)],
    count: usize,
    own: Option<u32>,
}

impl<T: Real> Hunt<T> for Several<'_, T> {
    #[inline(always)]
    fn limit(&self) -> T {
        if self.count < self.found.len() { T::INFINITY } else { self.found[self.count - 1].0 }
    }

    fn offer(&mut self, square: T, id: u32) {
        if self.own == Some(id) {
            return;
        }
        let entry = (square, i64::from(id));
        let place = self.found[..self.count].partition_point(|known| *known < entry);
        if place == self.found.len() {
            return;
        }
        self.count = (self.count + 1).min(self.found.len());
        self.found[place..self.count].rotate_right(1);
        self.found[place] = entry;
    }
}
