//! What is found is what a full search finds, on spread points and clumps, with equals and without.

use proptest::prelude::*;

use super::*;
use crate::ecs::simd::Level;
use crate::ecs::workers::Workers;

fn points<T: Real>(coordinates: &[[f64; 3]], plane: bool) -> Points<T> {
    let column = |axis: usize| coordinates.iter().map(|point| T::narrow(point[axis])).collect();
    Points { x: column(0), y: column(1), z: (!plane).then(|| column(2)) }
}

fn square<T: Real>(a: &Points<T>, i: usize, b: &Points<T>, j: usize) -> T {
    let (dx, dy) = (a.x[i] - b.x[j], a.y[i] - b.y[j]);
    let plane = dx * dx + dy * dy;
    match (&a.z, &b.z) {
        (Some(az), Some(bz)) => plane + (az[i] - bz[j]) * (az[i] - bz[j]),
        _ => plane,
    }
}

fn distance<T: Real>(a: &Points<T>, i: usize, b: &Points<T>, j: usize) -> T {
    square(a, i, b, j).root()
}

/// For each place the points by squared distance, then number, with their distances.
fn ranked<T: Real>(points: &Points<T>, places: Option<&Points<T>>) -> Vec<Vec<(T, i64)>> {
    let from = places.unwrap_or(points);
    (0..from.len())
        .map(|place| {
            let others = (0..points.len()).filter(|&point| places.is_some() || point != place);
            let mut all: Vec<(T, i64)> =
                others.map(|point| (square(from, place, points, point), point as i64)).collect();
            all.sort_by(|a, b| a.partial_cmp(b).expect("finite distances"));
            all.into_iter().map(|(square, point)| (square.root(), point)).collect()
        })
        .collect()
}

/// What is nearest is what a full search finds, at every level, to the last bit.
fn agree_on_the_nearest<T: Real + std::fmt::Debug>(
    points: &Points<T>,
    places: Option<&Points<T>>,
    k: usize,
    expected: &[Vec<(T, i64)>],
) {
    for level in Level::available() {
        let found = nearest(level, points, places, k, &Workers::new(2));
        for (place, expected) in expected.iter().enumerate() {
            for rank in 0..k {
                let wanted = expected.get(rank).copied().unwrap_or((T::INFINITY, NO_POINT));
                let got = (found.distances[place * k + rank], found.points[place * k + rank]);
                assert_eq!(got, wanted, "{level}, place {place}, rank {rank} of {k}");
            }
        }
    }
}

/// Who is within a radius is who a full search finds, in order of number, at every level, to the last bit.
fn agree_on_who_is_within<T: Real + std::fmt::Debug>(
    points: &Points<T>,
    places: Option<&Points<T>>,
    radius: T,
    expected: &[Vec<(T, i64)>],
) {
    let mut wanted = Within { starts: vec![0], points: Vec::new(), distances: Vec::new() };
    for expected in expected {
        let mut near: Vec<(T, i64)> = expected.iter().filter(|entry| entry.0 <= radius).copied().collect();
        near.sort_by_key(|entry| entry.1);
        wanted.points.extend(near.iter().map(|entry| entry.1));
        wanted.distances.extend(near.iter().map(|entry| entry.0));
        wanted.starts.push(wanted.points.len() as i64);
    }
    for level in Level::available() {
        for threads in [1, 2] {
            let found = within(level, points, places, radius, &Workers::new(threads));
            assert!(found == wanted, "{level}, {threads} threads: {found:?} instead of {wanted:?}");
        }
    }
}

fn agree<T: Rows + std::fmt::Debug>(points: &Points<T>, places: Option<&Points<T>>, k: usize, radius: T) {
    let workers = Workers::new(2);
    let expected = ranked(points, places);
    agree_on_the_nearest(points, places, k, &expected);
    agree_on_who_is_within(points, places, radius, &expected);
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

/// Clumps in clumps, each a millionth of the one around it; every third point stands on the one before it.
fn clumps(count: u32, spread: f64) -> Vec<[f64; 3]> {
    let mut clumps: Vec<[f64; 3]> = Vec::new();
    for point in 0..count {
        let scale = spread * 1e-6_f64.powi((point % 3) as i32);
        let at = [17.0, 31.0, 7.0].map(|step| scale * (f64::from(point) * step % 101.0 - 50.0));
        clumps.push(if point % 3 == 2 { clumps[clumps.len() - 1] } else { at });
    }
    clumps
}

#[test]
fn clumps_of_any_depth_are_searched_as_an_even_spread_is() {
    for plane in [true, false] {
        let (wide, narrow) =
            (points::<f64>(&clumps(1_200, 1e3), plane), points::<f32>(&clumps(700, 1.0), plane));
        let (expected, narrow_expected) = (ranked(&wide, None), ranked(&narrow, None));
        for k in [1, 8, 40, 150] {
            agree_on_the_nearest(&wide, None, k, &expected);
            agree_on_the_nearest(&narrow, None, k, &narrow_expected);
        }
    }
}

#[test]
fn where_nobody_asks_nothing_is_found() {
    for plane in [true, false] {
        for crowd in [vec![[0.0; 3]; 29], clumps(900, 1e3)] {
            agree(&points::<f64>(&crowd, plane), Some(&points(&[], plane)), 1, 1.0);
        }
    }
}

#[test]
fn places_among_clumps_and_far_from_them_find_what_a_full_search_finds() {
    let some = clumps(900, 1e3);
    let mut asking: Vec<[f64; 3]> =
        some.iter().step_by(2).map(|at| at.map(|at| at * 1.000_001 + 1e-4)).collect();
    // Far away all around, and as far from several: on a grid of whole numbers.
    asking.extend(
        (0..333).map(|i| [17.0, 31.0, 7.0].map(|step| (f64::from(i) * step % 101.0 - 50.0).round() * 1e3)),
    );
    for plane in [true, false] {
        let (wide, narrow) = (points::<f64>(&some, plane), points::<f32>(&some, plane));
        let (places, narrow_places) = (points::<f64>(&asking, plane), points::<f32>(&asking, plane));
        agree_on_the_nearest(&wide, Some(&places), 1, &ranked(&wide, Some(&places)));
        agree_on_the_nearest(&narrow, Some(&narrow_places), 1, &ranked(&narrow, Some(&narrow_places)));
    }
}

#[test]
fn a_crowd_in_an_even_spread_is_searched_as_the_rest_is() {
    // More points in a row of cells than are looked at at once; of the crowd each second stands on the one before it. All
    // others are so far apart that a grid is what they are searched with.
    let mut coordinates: Vec<[f64; 3]> = (0..700)
        .map(|i| [0.754_877, 0.569_840, 0.437_016].map(|step| f64::from(i) * step % 1.0 * 61.0))
        .collect();
    coordinates.extend((0..24).map(|i| [20.0, 30.0, 40.0].map(|at| at + f64::from(i / 2) / 64.0)));
    coordinates.rotate_left(311);
    let asking: Vec<[f64; 3]> =
        (0..300).map(|i| [1.9, 3.1, 2.3].map(|step| f64::from(i) * step % 67.0 - 3.0)).collect();
    for plane in [true, false] {
        let (wide, narrow) = (points::<f64>(&coordinates, plane), points::<f32>(&coordinates, plane));
        let (places, narrow_places) = (points::<f64>(&asking, plane), points::<f32>(&asking, plane));
        agree_on_the_nearest(&wide, None, 1, &ranked(&wide, None));
        agree_on_the_nearest(&narrow, None, 1, &ranked(&narrow, None));
        agree_on_the_nearest(&wide, Some(&places), 1, &ranked(&wide, Some(&places)));
        agree_on_the_nearest(&narrow, Some(&narrow_places), 1, &ranked(&narrow, Some(&narrow_places)));
    }
}

#[test]
fn of_points_farther_than_a_float_can_say_the_first_is_found() {
    for count in [2, 3, 100] {
        let far: Vec<[f64; 3]> = (0..count).map(|i| [f64::from(i) * 1.7e306, -1e300, 3.0]).collect();
        let (far, place) = (points::<f64>(&far, true), points::<f64>(&[[-1e308, 5.0, 0.0]], true));
        agree_on_the_nearest(&far, None, 1, &ranked(&far, None));
        agree_on_the_nearest(&far, Some(&place), 1, &ranked(&far, Some(&place)));
        // All but the first in one place, so that many of them are searched with a tree.
        let apart: Vec<[f64; 3]> = (0..count).map(|i| [if i == 0 { 0.0 } else { 1e308 }, 7.0, 3.0]).collect();
        let apart = points::<f64>(&apart, true);
        agree_on_the_nearest(&apart, None, 1, &ranked(&apart, None));
    }
}

#[test]
fn points_in_one_place_are_told_apart_by_their_number() {
    let together = points::<f64>(&[[3.0, 4.0, 5.0]; 300], true);
    let expected = ranked(&together, None);
    for k in [1, 5, 299, 301] {
        agree_on_the_nearest(&together, None, k, &expected);
    }
}

#[test]
fn cells_of_any_fill_give_who_is_within_in_order_of_number() {
    // From empty cells and single points to some hundred candidates, with many in one place and radii of zero.
    let mut coordinates = clumps(600, 60.0);
    coordinates.extend((0..700).map(|i| [2.5, 7.5, 1.5].map(|step| f64::from(i) * step % 61.0)));
    coordinates.extend([[5.0, 5.0, 5.0]; 70]);
    coordinates.rotate_left(311);
    let outside: Vec<[f64; 3]> = (0..90).map(|i| [f64::from(i) * 3.0 - 140.0, 5.0, f64::from(i)]).collect();
    for plane in [true, false] {
        let (wide, narrow) = (points::<f64>(&coordinates, plane), points::<f32>(&coordinates, plane));
        let (places, narrow_places) = (points::<f64>(&outside, plane), points::<f32>(&outside, plane));
        let (own, others) = (ranked(&wide, None), ranked(&wide, Some(&places)));
        let (narrow_own, narrow_others) = (ranked(&narrow, None), ranked(&narrow, Some(&narrow_places)));
        for radius in [0.0, 1e-9, 0.3, 2.0, 7.0, 500.0] {
            agree_on_who_is_within(&wide, None, radius, &own);
            agree_on_who_is_within(&wide, Some(&places), radius, &others);
            agree_on_who_is_within(&narrow, None, radius as f32, &narrow_own);
            agree_on_who_is_within(&narrow, Some(&narrow_places), radius as f32, &narrow_others);
        }
    }
}

#[test]
fn parts_and_threads_leave_no_trace_in_who_is_within() {
    let step = |step: f64| (0..20_000).map(|place| f64::from(place) * step % 1.0 * 141.0).collect();
    let points = Points { x: step(0.754_877), y: step(0.569_840), z: None };
    let expected = within(Level::Baseline, &points, None, 1.8, &Workers::new(1));
    assert!(expected.points.len() > 150_000);
    for pair in expected.starts.windows(2) {
        let run = pair[0] as usize..pair[1] as usize;
        assert!(expected.points[run].is_sorted_by(|a, b| a < b));
    }
    for level in Level::available() {
        for threads in [1, 3] {
            assert!(
                expected == within(level, &points, None, 1.8, &Workers::new(threads)),
                "{level}, {threads}"
            );
        }
    }
}

#[test]
fn many_places_are_asked_for_together_and_answered_each() {
    let some = points::<f64>(&clumps(30, 100.0), true);
    let step = |step: f64| (0..33_000).map(|place| f64::from(place) * step % 1.0 * 120.0 - 60.0).collect();
    let places = Points { x: step(0.754_877), y: step(0.569_840), z: None };
    let expected = ranked(&some, Some(&places));
    for k in [1, 3] {
        agree_on_the_nearest(&some, Some(&places), k, &expected);
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
    let found = nearest(Level::Baseline, &nobody, Some(&one), 2, &Workers::default());
    assert_eq!(found.points, [NO_POINT, NO_POINT]);
    assert_eq!(nearest(Level::Baseline, &one, None, 1, &Workers::default()).points, [NO_POINT]);
    let empty = |level| within(level, &nobody, Some(&one), 5.0, &Workers::default()).starts;
    assert!(Level::available().all(|level| empty(level) == [0, 0]));
    assert_eq!(within(Level::Baseline, &nobody, None, 5.0, &Workers::default()).starts, [0]);
    condensed(Level::Baseline, &nobody, &mut [], &Workers::default());
}
