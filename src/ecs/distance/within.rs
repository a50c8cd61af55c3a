//! All points within a radius of each place, by cells that are as wide as the radius.
//!
//! They are found in the order of the cells, part by part, and then written in the order of the places' numbers.

use super::grid::Grid;
use super::hits::{Asked, Hits, find};
use super::lanes::AtOnce;
use super::order::{self, in_order};
use super::{Points, Real};
use crate::ecs::pages;
use crate::ecs::simd::{Level, kernel};
use crate::ecs::workers::Workers;

/// Places that a thread takes at a time.
const PART: usize = 4096;

/// Who is within the radius of each place, in order of number.
#[derive(Clone, Debug, PartialEq)]
pub struct Within<T> {
    /// Where each place's points begin; the next one's begin is its end.
    pub starts: Vec<i64>,
    /// The points' numbers.
    pub points: Vec<i64>,
    /// Their distances.
    pub distances: Vec<T>,
}

/// The points whose distance from each place is at most `radius`; without places of each of the points, itself left out.
///
/// # Panics
/// If the points and places are not of equal dimensions.
///
/// ```
/// # use multi_universe_core::ecs::{distance::{Points, within}, simd::level, workers::Workers};
/// let points = Points { x: vec![0.0, 3.0, 9.0], y: vec![0.0, 4.0, 0.0], z: None };
/// let found = within(level()?, &points, None, 5.0, &Workers::default());
/// assert_eq!((found.starts, found.points), (vec![0, 1, 2, 2], vec![1, 0]));
/// # Ok::<(), multi_universe_core::Error>(())
/// ```
pub fn within<T: Real>(
    level: Level,
    points: &Points<T>,
    places: Option<&Points<T>>,
    radius: T,
    workers: &Workers,
) -> Within<T> {
    assert!(
        places.is_none_or(|places| places.dimensions() == points.dimensions()),
        "not of equal dimensions"
    );
    match points.dimensions() {
        2 => search::<T, 2>(level, points, places, radius, workers),
        _ => search::<T, 3>(level, points, places, radius, workers),
    }
}

fn search<T: Real, const D: usize>(
    level: Level,
    points: &Points<T>,
    places: Option<&Points<T>>,
    radius: T,
    workers: &Workers,
) -> Within<T> {
    let grid = Grid::<T, D>::of_width(level, points, radius.wide());
    let others = places.map(|places| grid.alike(level, places));
    let asked = others.as_ref().unwrap_or(&grid);
    let count = asked.order().len();
    let (most, at_once) = (T::square_within(radius), AtOnce::at(level));
    let mut parts: Vec<Hits<T>> = Vec::new();
    parts.resize_with(count.div_ceil(PART), Hits::new);
    workers.each(parts.iter_mut().enumerate().collect(), |(part, hits): (usize, &mut Hits<T>)| {
        let turns = part * PART..count.min((part + 1) * PART);
        find(level, &grid, Asked { places: asked, turns, own: places.is_none() }, most, at_once, hits);
    });
    let (mut starts, mut homes) = (vec![0; count + 1], vec![Home::default(); count]);
    for ((part, hits), places) in parts.iter().enumerate().zip(asked.order().chunks(PART)) {
        for (ends, &place) in hits.starts.windows(2).zip(places) {
            homes[place as usize] = Home::of(part, ends[0]);
            starts[place as usize + 1] = (ends[1] - ends[0]) as i64;
        }
    }
    let mut total = 0;
    for start in &mut starts {
        total += *start;
        *start = total;
    }
    let (mut numbers, mut distances) =
        (pages::filled(0, total as usize), pages::filled(T::ZERO, total as usize));
    let in_registers = at_once.only_if(points.len() <= order::MOST_POINTS);
    let blocks = blocks(&starts, &homes, &mut numbers, &mut distances);
    workers.each(blocks, |block: Block<'_, T>| write(level, &parts, block, in_registers));
    Within { starts, points: numbers, distances }
}

/// Where the hits of a place are: in which part, and from which of its hits on.
#[derive(Clone, Copy, Default)]
struct Home(u64);

impl Home {
    /// Bits for a part's hits, more of which no memory holds.
    const BITS: u32 = 40;

    fn of(part: usize, first: usize) -> Self {
        Self((part as u64) << Self::BITS | first as u64)
    }

    #[inline(always)]
    fn part_and_first(self) -> (usize, usize) {
        ((self.0 >> Self::BITS) as usize, (self.0 & ((1 << Self::BITS) - 1)) as usize)
    }
}

/// The results of places whose numbers follow each other.
struct Block<'a, T> {
    /// Where each place's begin in the whole, and where the last one's end.
    starts: &'a [i64],
    homes: &'a [Home],
    numbers: &'a mut [i64],
    distances: &'a mut [T],
}

/// The whole, cut into blocks.
fn blocks<'a, T>(
    starts: &'a [i64],
    homes: &'a [Home],
    mut numbers: &'a mut [i64],
    mut distances: &'a mut [T],
) -> Vec<Block<'a, T>> {
    let mut blocks = Vec::new();
    for (low, homes) in (0..).step_by(PART).zip(homes.chunks(PART)) {
        let starts = &starts[low..=low + homes.len()];
        let length = (starts[homes.len()] - starts[0]) as usize;
        let (own_numbers, own_distances);
        (own_numbers, numbers) = std::mem::take(&mut numbers).split_at_mut(length);
        (own_distances, distances) = std::mem::take(&mut distances).split_at_mut(length);
        blocks.push(Block { starts, homes, numbers: own_numbers, distances: own_distances });
    }
    blocks
}

kernel! {
    /// Writes the results of places, one after another.
    fn write[T: Real](parts: &[Hits<T>], block: Block<'_, T>, at_once: AtOnce) {
        let Block { starts, homes, numbers, distances } = block;
        for (home, ends) in homes.iter().zip(starts.windows(2)) {
            let (part, first) = home.part_and_first();
            let (ids, from) = (&parts[part].ids[first..], &parts[part].distances[first..]);
            let (at, length) = ((ends[0] - starts[0]) as usize, (ends[1] - ends[0]) as usize);
            let (numbers, distances) = (&mut numbers[at..], &mut distances[at..]);
            in_order(at_once, length, (ids, from), (numbers, distances));
        }
    }
}
