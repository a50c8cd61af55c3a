//! All points within a radius of each place, by cells that are as wide as the radius.

use super::grid::Grid;
use super::{Points, Real};
use crate::ecs::workers::Workers;

/// Places that a thread takes at a time.
const PART: usize = 512;
/// Places whose results are written together: some megabytes, which stay in the cache while they are written in the order
/// of the cells.
const BLOCK: usize = 1 << 14;

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
/// # use multi_universe_core::ecs::{distance::{Points, within}, workers::Workers};
/// let points = Points { x: vec![0.0, 3.0, 9.0], y: vec![0.0, 4.0, 0.0], z: None };
/// let found = within(&points, None, 5.0, &Workers::default());
/// assert_eq!((found.starts, found.points), (vec![0, 1, 2, 2], vec![1, 0]));
/// ```
pub fn within<T: Real>(
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
        2 => search::<T, 2>(points, places, radius, workers),
        _ => search::<T, 3>(points, places, radius, workers),
    }
}

/// What a part of the places found, in the grid, and where each of them begins in it.
struct Part {
    starts: Vec<u32>,
    found: Vec<u32>,
}

fn search<T: Real, const D: usize>(
    points: &Points<T>,
    places: Option<&Points<T>>,
    radius: T,
    workers: &Workers,
) -> Within<T> {
    let grid = Grid::<T, D>::of_width(points, radius.wide());
    let asked = places.unwrap_or(points);
    let count = asked.len();
    let limits = (radius.wide(), T::square_within(radius));
    // Points in the order of the cells find what they need in the cache.
    let order = if places.is_none() { grid.order() } else { &[] };
    let place_at = |turn: usize| order.get(turn).map_or(turn, |&place| place as usize);
    let at = |turn: usize| {
        if places.is_none() { std::array::from_fn(|axis| grid.places()[axis][turn]) } else { asked.at(turn) }
    };
    let mut parts: Vec<Part> = Vec::new();
    parts.resize_with(count.div_ceil(PART), || Part { starts: Vec::new(), found: Vec::new() });
    workers.each(parts.iter_mut().enumerate().collect(), |(part, result): (usize, &mut Part)| {
        for turn in part * PART..count.min((part + 1) * PART) {
            result.starts.push(result.found.len() as u32);
            let own = places.is_none().then_some(turn as u32);
            grid.within(at(turn), own, limits, &mut result.found);
        }
        result.starts.push(result.found.len() as u32);
    });
    let mut starts = vec![0; count + 1];
    for (part, result) in parts.iter().enumerate() {
        for (offset, pair) in result.starts.windows(2).enumerate() {
            starts[place_at(part * PART + offset) + 1] = i64::from(pair[1] - pair[0]);
        }
    }
    for place in 0..count {
        starts[place + 1] += starts[place];
    }
    let total = starts[count] as usize;
    let (mut numbers, mut distances) = (vec![0; total], vec![T::ZERO; total]);
    let mut blocks = blocks(&starts, &mut numbers, &mut distances);
    for turn in 0..count {
        blocks[place_at(turn) / BLOCK].turns.push(turn as u32);
    }
    workers.each(blocks, |block: Block<'_, T>| {
        for turn in block.turns.into_iter().map(|turn| turn as usize) {
            let (part, offset) = (&parts[turn / PART], turn % PART);
            let found = &part.found[part.starts[offset] as usize..part.starts[offset + 1] as usize];
            let first = (starts[place_at(turn)] - block.first) as usize;
            let run = first..first + found.len();
            grid.in_order(at(turn), found, &mut block.numbers[run.clone()], &mut block.distances[run]);
        }
    });
    Within { starts, points: numbers, distances }
}

/// The results of places whose numbers follow each other, and who is asked for them, in the order of the cells.
struct Block<'a, T> {
    turns: Vec<u32>,
    /// Where they begin in the whole.
    first: i64,
    numbers: &'a mut [i64],
    distances: &'a mut [T],
}

/// The whole, cut into blocks.
fn blocks<'a, T>(
    starts: &[i64],
    mut numbers: &'a mut [i64],
    mut distances: &'a mut [T],
) -> Vec<Block<'a, T>> {
    let mut blocks = Vec::new();
    for low in (0..starts.len() - 1).step_by(BLOCK) {
        let high = (low + BLOCK).min(starts.len() - 1);
        let (first, length) = (starts[low], (starts[high] - starts[low]) as usize);
        let (own_numbers, own_distances);
        (own_numbers, numbers) = std::mem::take(&mut numbers).split_at_mut(length);
        (own_distances, distances) = std::mem::take(&mut distances).split_at_mut(length);
        blocks.push(Block { turns: Vec::new(), first, numbers: own_numbers, distances: own_distances });
    }
    blocks
}
