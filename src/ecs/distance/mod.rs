//! Distances between points, without a world: all pairs, nearest, within a radius.
//!
//! Points have two or three coordinates and come as columns. A distance is `√(dx² + dy² + dz²)`, added up in this
//! order, in the precision of the coordinates; every level of instructions and any number of threads give the same bits.

mod all;
mod beside;
mod best;
mod curve;
mod grid;
mod hits;
mod lanes;
mod near;
mod order;
mod roots;
mod rows;
mod sift;
mod together;
mod tree;
mod within;

pub use all::{Rows, condensed, cross};
pub use near::{NO_POINT, Neighbours, nearest};
pub use within::{Within, within};

use std::ops::{Add, Mul, Sub};

/// A coordinate: `f64` or `f32`.
pub trait Real:
    sift::Sifted
    + rows::Rowed
    + order::Ordered
    + Copy
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + 'static
{
    /// Zero.
    const ZERO: Self;
    /// More than any distance.
    const INFINITY: Self;
    /// The square root.
    fn root(self) -> Self;
    /// The nearest `f64`.
    fn wide(self) -> f64;
    /// The nearest coordinate.
    fn narrow(value: f64) -> Self;
    /// The largest square whose root is at most `radius`, which is finite.
    fn square_within(radius: Self) -> Self;
}

macro_rules! real {
    ($real:ty) => {
        impl Real for $real {
            const ZERO: Self = 0.0;
            const INFINITY: Self = <$real>::INFINITY;
            #[inline(always)]
            fn root(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn wide(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn narrow(value: f64) -> Self {
                value as $real
            }

            fn square_within(radius: Self) -> Self {
                let mut square = radius * radius;
                while square.sqrt() <= radius {
                    square = square.next_up();
                }
                while square.sqrt() > radius {
                    square = square.next_down();
                }
                square
            }
        }
    };
}
real!(f64);
real!(f32);

/// Points as columns: two or three coordinates each, all finite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points<T> {
    /// First coordinates.
    pub x: Vec<T>,
    /// Second coordinates.
    pub y: Vec<T>,
    /// Third coordinates; absent for points in a plane.
    pub z: Option<Vec<T>>,
}

impl<T: Real> Points<T> {
    /// How many points there are.
    pub fn len(&self) -> usize {
        self.x.len()
    }

    /// Whether there are no points.
    pub fn is_empty(&self) -> bool {
        self.x.is_empty()
    }

    /// How many coordinates a point has.
    pub fn dimensions(&self) -> usize {
        2 + usize::from(self.z.is_some())
    }

    /// The columns, as many as `D`.
    #[inline(always)]
    fn columns<const D: usize>(&self) -> [&[T]; D] {
        let z = self.z.as_deref().unwrap_or(&self.y);
        let all = [self.x.as_slice(), &self.y, z];
        std::array::from_fn(|axis| all[axis])
    }

    /// The coordinates of a point, as many as `D`.
    #[inline(always)]
    fn at<const D: usize>(&self, point: usize) -> [T; D] {
        let z = self.z.as_deref().unwrap_or(&self.y);
        let all = [self.x[point], self.y[point], z[point]];
        std::array::from_fn(|axis| all[axis])
    }
}

#[cfg(test)]
mod tests;
