//! The nearest points, one or several, of each place.

use std::sync::{Mutex, PoisonError};

use super::best::{Best, One, Several};
use super::grid::Grid;
use super::tree::{MOST_LEVELS, Tree};
use super::{Points, Real};
use crate::ecs::simd::{Level, kernel};
use crate::ecs::workers::Workers;

/// Places that a thread takes at a time.
const PART: usize = 512;
/// Points in a cell of a grid, on average.
const PER_CELL: f64 = 2.0;
/// Points in a cell from which on they count as a clump, which is the tree's.
const CLUMP: usize = 40;
/// Places from which on it pays to ask for those together that are near each other, and how many those are.
const MANY: usize = 1 << 15;
const BUNDLE: f64 = 16.0;
/// Searches of a tree that go abreast.
const ABREAST: usize = 16;
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
            None => Self::Tree(Tree::of(level, points.columns())),
        }
    }

    /// The findings of those who ask, in the order in which they do.
    fn search(&self, level: Level, asked: Asked<'_, T, D>, k: usize) -> Neighbours<T> {
        let count = asked.places[0].len();
        let (mut points, mut distances) = (vec![NO_POINT; count * k], vec![T::INFINITY; count * k]);
        match self {
            Self::Grid(grid) => one_of_grid(level, grid, asked, &mut points, &mut distances),
            Self::Tree(tree) => {
                let leaves = tree.leaves_near(level, asked.places, asked.own.map(|_| asked.first));
                if k == 1 {
                    one_of_tree(level, tree, asked, &leaves, &mut points, &mut distances);
                } else {
                    several_of_tree(level, tree, asked, &leaves, k, &mut points, &mut distances);
                }
            }
        }
        Neighbours { points, distances }
    }
}

/// Who asks: where, in the order in which they are asked for.
#[derive(Clone, Copy)]
struct Asked<'a, T, const D: usize> {
    places: [&'a [T]; D],
    /// The numbers of points that ask for others.
    own: Option<&'a [u32]>,
    /// The turn of the first of them.
    first: usize,
}

impl<'a, T: Real, const D: usize> Asked<'a, T, D> {
    fn part(&self, first: usize, count: usize) -> Self {
        let run = first..first + count;
        Self {
            places: self.places.map(|column| &column[run.clone()]),
            own: self.own.map(|own| &own[run.clone()]),
            first,
        }
    }

    #[inline(always)]
    fn at(&self, turn: usize) -> [T; D] {
        let mut at = [T::ZERO; D];
        for (at, column) in at.iter_mut().zip(&self.places) {
            *at = column[turn];
        }
        at
    }

    #[inline(always)]
    fn own(&self, turn: usize) -> u32 {
        self.own.map_or(u32::MAX, |own| own[turn])
    }
}

kernel! {
    fn one_of_grid[T: Real, const D: usize](
        grid: &Grid<T, D>,
        asked: Asked<'_, T, D>,
        numbers: &mut [i64],
        distances: &mut [T],
    ) {
        for (turn, (number, distance)) in numbers.iter_mut().zip(distances).enumerate() {
            let (square, id) = grid.nearest(asked.at(turn), asked.own(turn));
            if id != u32::MAX {
                (*number, *distance) = (i64::from(id), square.root());
            }
        }
    }
}

kernel! {
    fn one_of_tree[T: Real, const D: usize](
        tree: &Tree<T, D>,
        asked: Asked<'_, T, D>,
        leaves: &[u32],
        numbers: &mut [i64],
        distances: &mut [T],
    ) {
        // Several searches abreast: while one waits for its bound, the others go on.
        let mut abreast = [(One { square: T::INFINITY, id: u32::MAX, own: 0 }, 0, [0; MOST_LEVELS]); ABREAST];
        let blocks = numbers.chunks_mut(ABREAST).zip(distances.chunks_mut(ABREAST));
        for (block, (numbers, distances)) in blocks.enumerate() {
            let first = block * ABREAST;
            let abreast = &mut abreast[..numbers.len()];
            for (lane, (best, leaf, _)) in abreast.iter_mut().enumerate() {
                let turn = first + lane;
                *leaf = leaves[turn] as usize;
                *best = One { square: T::INFINITY, id: u32::MAX, own: asked.own(turn) };
                tree.begin(asked.at(turn), *leaf, best);
            }
            for (lane, (best, leaf, opens)) in abreast.iter_mut().enumerate() {
                *opens = tree.look_around(asked.at(first + lane), *leaf, best.square);
            }
            for (lane, (best, leaf, opens)) in abreast.iter_mut().enumerate() {
                tree.search(asked.at(first + lane), *leaf, opens, best);
                if best.id != u32::MAX {
                    (numbers[lane], distances[lane]) = (i64::from(best.id), best.square.root());
                }
            }
        }
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

fn search<T: Real, const D: usize>(
    level: Level,
    points: &Points<T>,
    places: Option<&Points<T>>,
    k: usize,
    workers: &Workers,
) -> Neighbours<T> {
    let count = places.map_or(points.len(), Points::len);
    let mut found = Neighbours { points: vec![NO_POINT; count * k], distances: vec![T::INFINITY; count * k] };
    if points.is_empty() || k == 0 {
        return found;
    }
    let index = Index::<T, D>::of(level, points, places, k);
    let bundled =
        places.filter(|places| places.len() >= MANY).map(|places| Grid::<T, D>::of_density(places, BUNDLE));
    let (places, own, order) = match (places, &bundled, &index) {
        (None, _, Index::Grid(grid)) => (grid.places(), Some(grid.order()), grid.order()),
        (None, _, Index::Tree(tree)) => (tree.places(), Some(tree.order()), tree.order()),
        (Some(_), Some(grid), _) => (grid.places(), None, grid.order()),
        (Some(places), None, _) => (places.columns(), None, &[][..]),
    };
    let asked = Asked { places, own, first: 0 };
    let whole = Mutex::new(&mut found);
    workers.each((0..count).step_by(PART).collect(), |first: usize| {
        let asked = asked.part(first, PART.min(count - first));
        let found = index.search(level, asked, k);
        // Parts are written one after another: that is a matter of copying what is in the cache.
        let mut whole = whole.lock().unwrap_or_else(PoisonError::into_inner);
        let each = found.points.chunks_exact(k).zip(found.distances.chunks_exact(k));
        for (turn, (points, distances)) in (first..).zip(each) {
            let to = order.get(turn).map_or(turn, |&place| place as usize) * k;
            whole.points[to..to + k].copy_from_slice(points);
            whole.distances[to..to + k].copy_from_slice(distances);
        }
    });
    found
}
