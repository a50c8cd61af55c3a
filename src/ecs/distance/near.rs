//! The nearest points, one or several, of each place.

use std::sync::{Mutex, PoisonError};

use super::beside::nearest_of_each;
use super::best::Several;
use super::curve;
use super::grid::{Grid, Homes};
use super::lanes::AtOnce;
use super::together::{BLOCK, nearest_together};
use super::tree::{LEAF, Tree};
use super::{Points, Real};
use crate::ecs::simd::{Level, kernel};
use crate::ecs::workers::Workers;

/// Places that a thread takes at a time.
const PART: usize = 512;
/// Points in a cell of a grid, on average.
const PER_CELL: f64 = 1.3;
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
/// # use multi_universe_core::ecs::{distance::{Points, nearest}, simd::level, workers::Workers};
/// let points = Points { x: vec![0.0, 10.0, 11.0], y: vec![0.0, 0.0, 0.0], z: None };
/// let found = nearest(level()?, &points, None, 2, &Workers::default());
/// assert_eq!(found.points, [1, 2, 2, 0, 1, 0]);
/// assert_eq!(found.distances, [10.0, 11.0, 1.0, 10.0, 1.0, 11.0]);
/// # Ok::<(), multi_universe_core::Error>(())
/// ```
pub fn nearest<T: Real>(
    level: Level,
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
        2 => search::<T, 2>(level, points, places, k, workers),
        _ => search::<T, 3>(level, points, places, k, workers),
    }
}

/// How the points are searched: a grid is quick to build and to search if they are spread and asked for from among
/// them; a tree does not mind clumps and places far away.
enum Index<T, const D: usize> {
    Grid(Grid<T, D>),
    Tree(Tree<T, D>),
}

impl<T: Real, const D: usize> Index<T, D> {
    fn of(level: Level, points: &Points<T>, places: Option<&Points<T>>, k: usize) -> Self {
        let homes = (k == 1).then(|| Homes::of_density(level, points, PER_CELL));
        let among =
            |homes: &Homes<D>| places.is_none_or(|places| 2 * homes.hold(level, places) >= places.len());
        match homes.filter(|homes| homes.even() && among(homes)) {
            Some(homes) => Self::Grid(Grid::of(homes, points)),
            None => Self::Tree(Tree::of(level, points.columns(), k == 1)),
        }
    }

    /// Writes the findings of those who ask, in the order in which they do.
    fn search(&self, level: Level, asked: Asked<'_, T, D>, k: usize, found: Finding<'_, T>) {
        let Finding { points, distances } = found;
        match self {
            Self::Grid(grid) => nearest_of_each(level, grid, AtOnce::at(level), asked, points, distances),
            Self::Tree(tree) => {
                if k == 1 {
                    let leaves = match asked.own {
                        Some(_) => Vec::new(),
                        None => {
                            let firsts = asked.places.map(|column| every(column, BLOCK));
                            tree.leaves_near(level, firsts.each_ref().map(Vec::as_slice))
                        }
                    };
                    nearest_together(level, tree, asked, &leaves, points, distances);
                } else {
                    let leaves = match asked.own_turn() {
                        Some(first) => {
                            (first..first + asked.places[0].len()).map(|turn| (turn / LEAF) as u32).collect()
                        }
                        None => tree.leaves_near(level, asked.places),
                    };
                    several_of_tree(level, tree, asked, &leaves, k, points, distances);
                }
            }
        }
    }
}

/// Each so many values the first.
fn every<T: Copy>(column: &[T], step: usize) -> Vec<T> {
    column.iter().copied().step_by(step).collect()
}

/// Where the findings of some places are written.
struct Finding<'a, T> {
    points: &'a mut [i64],
    distances: &'a mut [T],
}

/// Who asks: where, in the order in which they are asked for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a, T, const D: usize> {
    pub(super) places: [&'a [T]; D],
    /// The numbers of points that ask for others.
    own: Option<&'a [u32]>,
    /// The turn of the first of them.
    first: usize,
}

impl<'a, T: Real, const D: usize> Asked<'a, T, D> {
    #[inline(always)]
    pub(super) fn part(&self, first: usize, count: usize) -> Self {
        let run = first..first + count;
        Self {
            places: self.places.map(|column| &column[run.clone()]),
            own: self.own.map(|own| &own[run.clone()]),
            first: self.first + first,
        }
    }

    /// Where the first of them stands among all points, if they are points.
    #[inline(always)]
    pub(super) fn own_turn(&self) -> Option<usize> {
        self.own.map(|_| self.first)
    }

    #[inline(always)]
    pub(super) fn at(&self, turn: usize) -> [T; D] {
        let mut at = [T::ZERO; D];
        for (at, column) in at.iter_mut().zip(&self.places) {
            *at = column[turn];
        }
        at
    }

    #[inline(always)]
    pub(super) fn own(&self, turn: usize) -> u32 {
        self.own.map_or(u32::MAX, |own| own[turn])
    }
}

kernel! {
    fn several_of_tree[T: Real, const D: usize](
        tree: &Tree<T, D>,
        asked: Asked<'_, T, D>,
        leaves: &[u32],
        k: usize,
        numbers: &mut [i64],
        distances: &mut [T],
    ) {
        let mut best = Several::new(k);
        for (turn, (numbers, distances)) in numbers.chunks_mut(k).zip(distances.chunks_mut(k)).enumerate() {
            let leaf = leaves[turn] as usize;
            best.begin(asked.own(turn));
            let at = asked.at(turn);
            tree.begin(at, leaf, &mut best);
            let opens = tree.look_around(at, leaf, best.limit());
            tree.search(at, leaf, &opens, &mut best);
            best.write(numbers, distances);
        }
    }
}

/// Places in an order in which those follow each other that are near each other.
enum InOrder<T, const D: usize> {
    /// Roughly, for each is asked for alone.
    Cells(Grid<T, D>),
    /// As near as they can: their numbers, and where they are.
    Curve(Vec<u32>, [Vec<T>; D]),
}

impl<T: Real, const D: usize> InOrder<T, D> {
    /// If that pays.
    fn of(level: Level, places: &Points<T>, together: bool) -> Option<Self> {
        if together {
            let order = curve::along::<T, D>(level, places.columns(), BLOCK).order;
            let columns = places.columns().map(|column| curve::arranged(column, &order, 0));
            return Some(Self::Curve(order, columns));
        }
        (places.len() >= MANY)
            .then(|| Self::Cells(Grid::of(Homes::of_density(level, places, BUNDLE), places)))
    }
}

fn search<T: Real, const D: usize>(
    level: Level,
    points: &Points<T>,
    places: Option<&Points<T>>,
    k: usize,
    workers: &Workers,
) -> Neighbours<T> {
    let count = places.map_or(points.len(), Points::len);
    let mut found = Neighbours { points: vec![NO_POINT; count * k], distances: vec![T::INFINITY; count * k] };
    if points.is_empty() || count == 0 || k == 0 {
        return found;
    }
    let index = Index::<T, D>::of(level, points, places, k);
    let in_order =
        places.and_then(|places| InOrder::of(level, places, matches!(index, Index::Tree(_)) && k == 1));
    let (places, own, order) = match (places, &in_order, &index) {
        (None, _, Index::Grid(grid)) => (grid.places(), Some(grid.order()), grid.order()),
        (None, _, Index::Tree(tree)) => (tree.places(), Some(tree.order()), tree.order()),
        (Some(_), Some(InOrder::Cells(grid)), _) => (grid.places(), None, grid.order()),
        (Some(_), Some(InOrder::Curve(order, columns)), _) => {
            (columns.each_ref().map(Vec::as_slice), None, order.as_slice())
        }
        (Some(places), None, _) => (places.columns(), None, &[][..]),
    };
    let asked = Asked { places, own, first: 0 };
    if order.is_empty() {
        let parts = found.points.chunks_mut(PART * k).zip(found.distances.chunks_mut(PART * k)).enumerate();
        let parts = parts.map(|(part, (points, distances))| (part * PART, Finding { points, distances }));
        workers.each(parts.collect(), |(first, found): (usize, Finding<'_, T>)| {
            index.search(level, asked.part(first, found.points.len() / k), k, found);
        });
        return found;
    }
    let whole = Mutex::new(&mut found);
    workers.each((0..count).step_by(PART).collect(), |first: usize| {
        let asked = asked.part(first, PART.min(count - first));
        let rooms = order[first..].iter().take(PART);
        let (mut points, mut distances) =
            (vec![NO_POINT; rooms.len() * k], vec![T::INFINITY; rooms.len() * k]);
        index.search(level, asked, k, Finding { points: &mut points, distances: &mut distances });
        // Parts are written one after another: that is a matter of copying what is in the cache.
        let mut whole = whole.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = &mut **whole;
        if k == 1 {
            let (all_points, all_distances) = (&mut whole.points[..count], &mut whole.distances[..count]);
            for (&place, (&point, &distance)) in rooms.zip(points.iter().zip(&distances)) {
                (all_points[place as usize], all_distances[place as usize]) = (point, distance);
            }
            return;
        }
        let each = points.chunks_exact(k).zip(distances.chunks_exact(k));
        for (&place, (points, distances)) in rooms.zip(each) {
            let to = place as usize * k..(place as usize + 1) * k;
            whole.points[to.clone()].copy_from_slice(points);
            whole.distances[to].copy_from_slice(distances);
        }
    });
    found
}
