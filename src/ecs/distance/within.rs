//! All points within a radius of each place, by cells that are as wide as the radius.

use super::grid::Grid;
use super::{Points, Real};
use crate::ecs::workers::Workers;

/// Places that a thread takes at a time.
const PART: usize = 512;

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

/// What a part of the places found: how much each of them, and all of it, with squared distances.
struct Part<T> {
    counts: Vec<u32>,
    found: Vec<(u32, T)>,
}

fn search<T: Real, const D: usize>(
    points: &Points<T>,
    places: Option<&Points<T>>,
    radius: T,
    workers: &Workers,
) -> Within<T> {
    let grid = Grid::<T, D>::of_width(points, radius.wide());
    let count = places.map_or(points.len(), Points::len);
    let limits = (radius.wide(), T::square_within(radius));
    // Points in the order of the cells find what they need in the cache.
    let order = if places.is_none() { grid.order() } else { &[] };
    let place_at = |turn: usize| order.get(turn).map_or(turn, |&place| place as usize);
    let mut parts: Vec<Part<T>> = Vec::new();
    parts.resize_with(count.div_ceil(PART), || Part { counts: Vec::new(), found: Vec::new() });
    workers.each(parts.iter_mut().enumerate().collect(), |(part, result): (usize, &mut Part<T>)| {
        for turn in part * PART..count.min((part + 1) * PART) {
            let place = place_at(turn);
            let (at, own) = match places {
                Some(places) => (places.at(place), None),
                None => (points.at(place), Some(place as u32)),
            };
            let before = result.found.len();
            grid.within(at, own, limits, &mut result.found);
            result.found[before..].sort_unstable_by_key(|found| found.0);
            result.counts.push((result.found.len() - before) as u32);
        }
    });
    in_order_of_place(&parts, count, place_at)
}

/// The findings of places that were asked in this order.
fn in_order_of_place<T: Real>(
    parts: &[Part<T>],
    count: usize,
    place_at: impl Fn(usize) -> usize,
) -> Within<T> {
    let mut starts = vec![0; count + 1];
    let counts = parts.iter().flat_map(|part| &part.counts);
    for (turn, &found) in counts.enumerate() {
        starts[place_at(turn) + 1] = i64::from(found);
    }
    for place in 0..count {
        starts[place + 1] += starts[place];
    }
    let total = starts[count] as usize;
    let (mut points, mut distances) = (vec![0; total], vec![T::ZERO; total]);
    for (part, Part { counts, found }) in parts.iter().enumerate() {
        let mut found = found.iter();
        for (offset, &count) in counts.iter().enumerate() {
            let first = starts[place_at(part * PART + offset)] as usize;
            for (to, &(point, square)) in (first..).zip(found.by_ref().take(count as usize)) {
                (points[to], distances[to]) = (i64::from(point), square.root());
            }
        }
    }
    Within { starts, points, distances }
}
