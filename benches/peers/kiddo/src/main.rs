//! What kiddo takes to build a tree of points and to ask it from many places: `benches/peers/neighbours.py` starts it.
//!
//! `kiddo_peer nearest|within|several POINTS PLACES RADIUS_OR_COUNT FOUND TURNS`: two files of little-endian float64
//! pairs, and one to write what was found into (counts as u64, then numbers as u64 in order, then distances of
//! `nearest` and `several`). Prints the seconds of each turn, building included. One thread.

use std::error::Error;
use std::fs;
use std::num::NonZero;
use std::time::{Duration, Instant};

use kiddo::{ImmutableKdTree, SquaredEuclidean};

type Point = [f64; 2];

/// What was found: how many for each place, their numbers, and their distances.
#[derive(Default)]
struct Found {
    counts: Vec<u64>,
    numbers: Vec<u64>,
    distances: Vec<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, points, places, bound, found, turns] = arguments.as_slice() else {
        return Err("usage: kiddo_peer nearest|within|several POINTS PLACES BOUND FOUND TURNS".into());
    };
    let (points, places) = (read(points)?, read(places)?);
    let bound: f64 = bound.parse()?;
    let mut last = Found::default();
    for _ in 0..turns.parse::<usize>()? {
        let spent;
        (spent, last) = search(what, &points, &places, bound)?;
        println!("{}", spent.as_secs_f64());
    }
    write(found, last)
}

/// What was found, and how long building and asking took, until kiddo's own results were there.
fn search(
    what: &str,
    points: &[Point],
    places: &[Point],
    bound: f64,
) -> Result<(Duration, Found), Box<dyn Error>> {
    let start = Instant::now();
    let tree: ImmutableKdTree<f64, 2> =
        ImmutableKdTree::new_from_slice(points).map_err(|fault| format!("{fault:?}"))?;
    let asked = tree.query_batch(places);
    let mut found = Found::default();
    let spent;
    match what {
        "nearest" => {
            let answers = asked.nearest_one::<SquaredEuclidean<f64>>().execute();
            spent = start.elapsed();
            found.numbers.extend(answers.iter().map(|one| u64::from(one.item)));
            found.distances.extend(answers.iter().map(|one| one.distance.sqrt()));
        }
        "within" => {
            let asked = asked.within::<SquaredEuclidean<f64>>(bound * bound).unsorted();
            let answers = asked.with_result_capacity(16).execute();
            spent = start.elapsed();
            for all in &answers {
                found.counts.push(all.len() as u64);
                found.numbers.extend(all.iter().map(|one| u64::from(one.item)));
            }
        }
        "several" => {
            let count = NonZero::new(bound as usize).ok_or("a count of neighbours above 0")?;
            let answers = asked.nearest_n::<SquaredEuclidean<f64>>(count).execute();
            spent = start.elapsed();
            for some in &answers {
                found.numbers.extend(some.iter().map(|one| u64::from(one.item)));
                found.distances.extend(some.iter().map(|one| one.distance.sqrt()));
            }
        }
        other => return Err(format!("got {other}, expected nearest, within or several").into()),
    }
    Ok((spent, found))
}

fn read(path: &str) -> Result<Vec<Point>, Box<dyn Error>> {
    let number = |bytes: &[u8]| bytes.try_into().map(f64::from_le_bytes);
    let bytes = fs::read(path)?;
    bytes.chunks_exact(16).map(|pair| Ok([number(&pair[..8])?, number(&pair[8..])?])).collect()
}

fn write(path: &str, mut found: Found) -> Result<(), Box<dyn Error>> {
    let mut first = 0;
    for &count in &found.counts {
        found.numbers[first..first + count as usize].sort_unstable();
        first += count as usize;
    }
    let wholes = found.counts.iter().chain(&found.numbers).flat_map(|whole| whole.to_le_bytes());
    Ok(fs::write(
        path,
        wholes.chain(found.distances.iter().flat_map(|one| one.to_le_bytes())).collect::<Vec<_>>(),
    )?)
}
