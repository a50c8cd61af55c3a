//! All pairs: the distance of every point of one set to every point of another, or of every pair of a set once.

use super::lanes::LANES;
use super::roots::{Fence, Rooted, Roots};
use super::{Points, Real};
use crate::ecs::simd::{Level, kernel};
use crate::ecs::workers::Workers;

/// Distances that a thread works out at a time.
const PART: usize = 1 << 15;
/// The most points whose columns stay in the nearest cache while the rows of a part go over them.
const TILE: usize = 1 << 10;

/// A precision with kernels of its own.
pub trait Rows: Real + Rooted {
    /// Distances from a point of a plane to others.
    fn plane(level: Level, at: [Self; 2], xs: &[Self], ys: &[Self], out: &mut [Self]);
    /// Distances from a point of space to others.
    fn space(level: Level, at: [Self; 3], xs: &[Self], ys: &[Self], zs: &[Self], out: &mut [Self]);
}

macro_rules! rows {
    ($real:ty, $plane:ident, $space:ident) => {
        kernel! {
            fn $plane(at: [$real; 2], xs: &[$real], ys: &[$real], out: &mut [$real]) {
                for ((out, &x), &y) in out.iter_mut().zip(xs).zip(ys) {
                    let (dx, dy) = (at[0] - x, at[1] - y);
                    *out = (dx * dx + dy * dy).sqrt();
                }
            }
        }
        kernel! {
            fn $space(at: [$real; 3], xs: &[$real], ys: &[$real], zs: &[$real], out: &mut [$real]) {
                for (((out, &x), &y), &z) in out.iter_mut().zip(xs).zip(ys).zip(zs) {
                    let (dx, dy, dz) = (at[0] - x, at[1] - y, at[2] - z);
                    *out = (dx * dx + dy * dy + dz * dz).sqrt();
                }
            }
        }
        impl Rows for $real {
            fn plane(level: Level, at: [Self; 2], xs: &[Self], ys: &[Self], out: &mut [Self]) {
                $plane(level, at, xs, ys, out);
            }

            fn space(level: Level, at: [Self; 3], xs: &[Self], ys: &[Self], zs: &[Self], out: &mut [Self]) {
                $space(level, at, xs, ys, zs, out);
            }
        }
    };
}
rows!(f64, plane64, space64);
rows!(f32, plane32, space32);

/// The distances from every point of `a` to every point of `b`: row after row, `a.len() · b.len()` of them.
///
/// # Panics
/// If `out` is of another length, or the points are not of equal dimensions.
///
/// ```
/// # use multi_universe_core::ecs::{distance::{Points, cross}, simd::level, workers::Workers};
/// let points = Points { x: vec![0.0, 3.0], y: vec![0.0, 4.0], z: None };
/// let mut out = [0.0; 4];
/// cross(level()?, &points, &points, &mut out, &Workers::default());
/// assert_eq!(out, [0.0, 5.0, 5.0, 0.0]);
/// # Ok::<(), multi_universe_core::Error>(())
/// ```
pub fn cross<T: Rows>(level: Level, a: &Points<T>, b: &Points<T>, out: &mut [T], workers: &Workers) {
    assert!(out.len() == a.len() * b.len() && a.dimensions() == b.dimensions(), "not of this shape");
    if out.is_empty() {
        return;
    }
    let (rows, way) = (PART.div_ceil(b.len()), Way { level, roots: T::roots(level, [a, b], out.len()) });
    // Of about equal length, so that none is too short to be stored past the caches; whole lines of these.
    let tile = b.len().div_ceil(b.len().div_ceil(TILE)).next_multiple_of(2 * LANES);
    let parts = out.chunks_mut(rows * b.len()).enumerate().collect();
    workers.each(parts, |(part, out): (usize, &mut [T])| {
        let fence = way.roots.fence();
        for start in (0..b.len()).step_by(tile) {
            for (row, out) in out.chunks_mut(b.len()).enumerate() {
                let cut = |place: usize| if place == 0 { 0 } else { b.len().min(place + fence.ahead(out)) };
                let (from, to) = (cut(start), cut(start + tile));
                way.write(&fence, (a, part * rows + row), (b, from), &mut out[from..to]);
            }
        }
    });
}

/// The distances of all pairs of points, each once: of the first to all later ones, of the second, …
///
/// # Panics
/// If `out` is not `n · (n − 1) / 2` long.
///
/// ```
/// # use multi_universe_core::ecs::{distance::{Points, condensed}, simd::level, workers::Workers};
/// let points = Points { x: vec![0.0, 3.0, 0.0], y: vec![0.0, 4.0, 2.0], z: None };
/// let mut out = [0.0; 3];
/// condensed(level()?, &points, &mut out, &Workers::default());
/// assert_eq!(out[..2], [5.0, 2.0]);
/// # Ok::<(), multi_universe_core::Error>(())
/// ```
pub fn condensed<T: Rows>(level: Level, points: &Points<T>, out: &mut [T], workers: &Workers) {
    let count = points.len();
    assert_eq!(out.len(), count * count.saturating_sub(1) / 2, "not of this shape");
    let way = Way { level, roots: T::roots(level, [points, points], out.len()) };
    let (mut parts, mut rest, mut first) = (Vec::new(), out, 0);
    while !rest.is_empty() {
        let (mut last, mut length) = (first, 0);
        while length < PART && last + 1 < count {
            length += count - 1 - last;
            last += 1;
        }
        let (part, later) = rest.split_at_mut(length);
        parts.push((first..last, part));
        (rest, first) = (later, last);
    }
    workers.each(parts, |(from, mut out): (std::ops::Range<usize>, &mut [T])| {
        let fence = way.roots.fence();
        for point in from {
            let (row, later) = out.split_at_mut(count - 1 - point);
            way.write(&fence, (points, point), (points, point + 1), row);
            out = later;
        }
    });
}

/// How rows are worked out.
#[derive(Clone, Copy)]
struct Way {
    level: Level,
    roots: Roots,
}

impl Way {
    /// The distances from one point of some to others, from the one of that number on.
    fn write<T: Rows>(
        self,
        fence: &Fence,
        (a, point): (&Points<T>, usize),
        (b, first): (&Points<T>, usize),
        out: &mut [T],
    ) {
        if T::row(fence, (a, point), (b, first), out) {
            return;
        }
        let (xs, ys) = (&b.x[first..], &b.y[first..]);
        match &b.z {
            None => T::plane(self.level, a.at(point), xs, ys, out),
            Some(z) => T::space(self.level, a.at(point), xs, ys, &z[first..], out),
        }
    }
}
