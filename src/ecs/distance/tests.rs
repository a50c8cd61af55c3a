//! What is found is what a full search finds, on spread points and clumps, with equals and without.

use proptest::prelude::*;

use super::*;
use crate::ecs::simd::Level;
use crate::ecs::workers::Workers;

fn points<T: Real>(coordinates: &[[f64; 3]], plane: bool) -> Points<T> {
    let column = |axis: usize| coordinates.iter().map(|point| T::narrow(point[axis])).collect();
    Points { x: column(0), y: column(1), z: (!plane).then(|| column(2)) }
}

fn distance<T: Real>(a: &Points<T>, i: usize, b: &Points<T>, j: usize) -> T {
    let (dx, dy) = (a.x[i] - b.x[j], a.y[i] - b.y[j]);
    let plane = dx * dx + dy * dy;
    match (&a.z, &b.z) {
        (Some(az), Some(bz)) => (plane + (az[i] - bz[j]) * (az[i] - bz[j])).root(),
        _ => plane.root(),
    }
}

/// For each place the points by distance, then number.
fn ranked<T: Real>(points: &Points<T>, places: Option<&Points<T>>) -> Vec<Vec<(T, i64)>> {
    let from = places.unwrap_or(points);
    (0..from.len())
        .map(|place| {
            let others = (0..points.len()).filter(|&point| places.is_some() || point != place);
            let mut all: Vec<(T, i64)> =
                others.map(|point| (distance(from, place, points, point), point as i64)).collect();
            all.sort_by(|a, b| a.partial_cmp(b).expect("finite distances"));
            all
        })
        .collect()
}

fn agree<T: Rows + std::fmt::Debug>(points: &Points<T>, places: Option<&Points<T>>, k: usize, radius: T) {
    let workers = Workers::new(2);
    let expected = ranked(points, places);
    let found = nearest(points, places, k, &workers);
    for (place, expected) in expected.iter().enumerate() {
        for rank in 0..k {
            let wanted = expected.get(rank).copied().unwrap_or((T::INFINITY, NO_POINT));
            let got = (found.distances[place * k + rank], found.points[place * k + rank]);
            assert_eq!(got.0, wanted.0, "place {place}, rank {rank}");
            // Two squares can have one root: then the order of the squares holds.
            assert!(expected.contains(&got) || got == wanted);
        }
    }
    let found = within(points, places, radius, &workers);
    for (place, expected) in expected.iter().enumerate() {
        let run = found.starts[place] as usize..found.starts[place + 1] as usize;
        let mut wanted: Vec<(i64, T)> =
            expected.iter().filter(|entry| entry.0 <= radius).map(|&(d, point)| (point, d)).collect();
        wanted.sort_by_key(|entry| entry.0);
        let got: Vec<(i64, T)> =
            found.points[run.clone()].iter().copied().zip(found.distances[run].iter().copied()).collect();
        assert_eq!(got, wanted, "place {place}");
    }
    let from = places.unwrap_or(points);
    let mut all = vec![T::ZERO; from.len() * points.len()];
    for level in Level::available() {
        cross(level, from, points, &mut all, &workers);
        for (place, row) in all.chunks(points.len()).enumerate() {
            for (point, &got) in row.iter().enumerate() {
                assert_eq!(got, distance(from, place, points, point), "{level}");
            }
        }
    }
}

proptest! {
    #[test]
    fn searches_find_what_a_full_search_finds(
        coordinates in prop::collection::vec(prop::array::uniform3(-20i32..20), 1..300),
        queries in prop::collection::vec(prop::array::uniform3(-90i32..90), 0..20),
        scale in prop::sample::select(vec![1.0, 0.37, 1e-3]),
        plane in any::<bool>(),
        flat in any::<bool>(),
        k in 1usize..6,
        radius in prop::sample::select(vec![0.0, 0.5, 3.0, 1000.0]),
    ) {
        let place = |point: &[i32; 3]| {
            let [x, y, z] = point.map(f64::from);
            [x * scale, if flat { 1.0 } else { y * scale }, z * scale]
        };
        let coordinates: Vec<[f64; 3]> = coordinates.iter().map(place).collect();
        let queries: Vec<[f64; 3]> = queries.iter().map(place).collect();
        let (wide, narrow) = (points::<f64>(&coordinates, plane), points::<f32>(&coordinates, plane));
        agree(&wide, None, k, radius * scale);
        agree(&wide, Some(&points(&queries, plane)), k, radius * scale);
        agree(&narrow, None, k, (radius * scale) as f32);
        agree(&narrow, Some(&points(&queries, plane)), k, (radius * scale) as f32);
    }
}

#[test]
fn pairs_once_are_the_upper_triangle_of_all_pairs() {
    let coordinates: Vec<[f64; 3]> =
        (0..400).map(|i| [f64::from(i % 37), f64::from(i % 23), f64::from(i % 7)]).collect();
    for plane in [true, false] {
        let points = points::<f64>(&coordinates, plane);
        let (mut all, mut once) = (vec![0.0; 160_000], vec![0.0; 79_800]);
        cross(Level::Baseline, &points, &points, &mut all, &Workers::default());
        condensed(Level::Baseline, &points, &mut once, &Workers::new(3));
        let upper = (0..400).flat_map(|i| (i + 1..400).map(move |j| (i, j)));
        assert!(upper.zip(&once).all(|((i, j), &distance)| all[400 * i + j] == distance));
    }
}

#[test]
fn no_points_have_no_neighbours() {
    let nobody = points::<f64>(&[], true);
    let one = points::<f64>(&[[1.0, 2.0, 0.0]], true);
    let found = nearest(&nobody, Some(&one), 2, &Workers::default());
    assert_eq!(found.points, [NO_POINT, NO_POINT]);
    assert_eq!(nearest(&one, None, 1, &Workers::default()).points, [NO_POINT]);
    assert_eq!(within(&nobody, Some(&one), 5.0, &Workers::default()).starts, [0, 0]);
    condensed(Level::Baseline, &nobody, &mut [], &Workers::default());
}
