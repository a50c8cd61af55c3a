//! The class `DistanceCalculator` and the function `calculate_distances`.

use numpy::{Element, IntoPyArray, PyArrayDyn, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::exceptions::PyMemoryError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::column::kind_of;
use super::memory;
use super::points::{Alike, AnyPoints, refused};
use super::whole::Whole;
use crate::ecs::distance::{self, Points, Rows};
use crate::ecs::simd;
use crate::ecs::workers::Workers;

/// The numbers of points, and their distances.
type Found<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);
/// Where each place's points begin, their numbers, and their distances.
type Runs<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>);

/// The distances of all points from each other: float64, shape (n, n).
///
/// positions: shape (n, 2) or (n, 3), any numbers, any strides; arrays of other libraries in main memory by DLPack.
/// out: a float64 array of shape (n, n) that is filled and returned: a large result in fresh memory takes twice as long.
///
/// Raises InputError. Large results use all processors, with the interpreter released; no bit depends on that.
///
/// >>> import multi_universe_core as muc
/// >>> muc.calculate_distances([[0, 0], [3, 4]]).tolist()
/// [[0.0, 5.0], [5.0, 0.0]]
#[pyfunction]
#[pyo3(signature = (positions, *, out=None))]
pub(crate) fn calculate_distances<'py>(
    positions: &Bound<'py, PyAny>,
    out: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let points = AnyPoints::read("positions", positions)?;
    let points = points.wide();
    all_pairs(positions.py(), &points, &points, out)
}

/// Distances, neighbours and ranges among points in a plane or in space.
///
/// positions: the points, shape (n, 2) or (n, 3); None: each method is given its own. float32 points are worked with
///     in float32 and give float32; all other numbers in float64.
///
/// Numbers of points are int64; of points that are equally near the lower number comes first. Large work uses all
/// processors, with the interpreter released; no bit depends on that. Everything raises InputError.
///
/// >>> import multi_universe_core as muc
/// >>> near = muc.DistanceCalculator([[0.0, 0.0], [10.0, 0.0], [11.0, 0.0]])
/// >>> near.nearest()[0].tolist()
/// [1, 2, 1]
#[pyclass(name = "DistanceCalculator", module = "multi_universe_core", frozen)]
pub(crate) struct PyDistanceCalculator {
    points: Option<AnyPoints>,
}

/// Points for a call: its own, or those of the calculator.
enum Lent<'a> {
    Own(AnyPoints),
    Held(&'a AnyPoints),
}

impl Lent<'_> {
    fn get(&self) -> &AnyPoints {
        match self {
            Self::Own(points) => points,
            Self::Held(points) => points,
        }
    }
}

#[pymethods]
impl PyDistanceCalculator {
    #[new]
    #[pyo3(signature = (positions=None))]
    fn new(positions: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let points = positions.map(|given| AnyPoints::read("positions", given)).transpose()?;
        Ok(Self { points })
    }

    fn __len__(&self) -> usize {
        self.points.as_ref().map_or(0, AnyPoints::len)
    }

    /// The distances of all points from each other, shape (n, n).
    #[pyo3(signature = (positions=None, *, out=None))]
    fn pairwise<'py>(
        &self,
        py: Python<'py>,
        positions: Option<&Bound<'py, PyAny>>,
        out: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.lend("positions", positions)?.get() {
            AnyPoints::Wide(points) => all_pairs(py, points, points, out),
            AnyPoints::Narrow(points) => all_pairs(py, points, points, out),
        }
    }

    /// The distances from each point of `a` to each of `b` (None: the calculator's), shape (len(a), len(b)).
    #[pyo3(signature = (a, b=None, *, out=None))]
    fn cross<'py>(
        &self,
        a: &Bound<'py, PyAny>,
        b: Option<&Bound<'py, PyAny>>,
        out: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (from, to) = (AnyPoints::read("a", a)?, self.lend("b", b)?);
        match Alike::of(to.get(), Some(&from), "a")? {
            Alike::Wide(to, from) => all_pairs(a.py(), from.as_ref().unwrap_or(&to), &to, out),
            Alike::Narrow(to, from) => all_pairs(a.py(), from.unwrap_or(to), to, out),
        }
    }

    /// The distances of all pairs, each once, shape (n * (n - 1) / 2,): of the first point to all later ones, of the
    /// second to all later ones, ...
    #[pyo3(signature = (positions=None, *, out=None))]
    fn condensed<'py>(
        &self,
        py: Python<'py>,
        positions: Option<&Bound<'py, PyAny>>,
        out: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.lend("positions", positions)?.get() {
            AnyPoints::Wide(points) => pairs_once(py, points, out),
            AnyPoints::Narrow(points) => pairs_once(py, points, out),
        }
    }

    /// The nearest point of each place: (numbers, distances), both of shape (places,).
    ///
    /// places: None: the points themselves, each without itself. Without any point the number is -1, the distance inf.
    #[pyo3(signature = (places=None, positions=None))]
    fn nearest<'py>(
        &self,
        py: Python<'py>,
        places: Option<&Bound<'py, PyAny>>,
        positions: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Found<'py>> {
        self.neighbours(py, places, positions, None)
    }

    /// The k nearest points of each place, the nearest first: (numbers, distances), both of shape (places, k).
    ///
    /// places: None: the points themselves, each without itself. Where there are fewer points, the numbers are -1 and
    ///     the distances inf.
    #[pyo3(signature = (k, places=None, positions=None))]
    fn k_nearest<'py>(
        &self,
        py: Python<'py>,
        k: Whole,
        places: Option<&Bound<'py, PyAny>>,
        positions: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Found<'py>> {
        self.neighbours(py, places, positions, Some(count_of_neighbours(k)?))
    }

    /// The points at most `radius` away from each place: (starts, numbers, distances).
    ///
    /// The points of place i are numbers[starts[i]:starts[i + 1]], in order of number; starts has shape (places + 1,).
    /// places: None: the points themselves, each without itself. radius: in the precision of the points. Every pair found
    /// takes memory: 1e5 points in reach of each other are 1e10 pairs.
    #[pyo3(signature = (radius, places=None, positions=None))]
    fn within<'py>(
        &self,
        py: Python<'py>,
        radius: f64,
        places: Option<&Bound<'py, PyAny>>,
        positions: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Runs<'py>> {
        let radius = finite_radius(radius)?;
        let points = self.lend("positions", positions)?;
        let places = places.map(|given| AnyPoints::read("places", given)).transpose()?;
        let (level, workers) = (simd::level()?, Workers::shared());
        match Alike::of(points.get(), places.as_ref(), "places")? {
            Alike::Wide(points, places) => {
                let places = places.as_deref();
                runs(py, || distance::within(level, &points, places, radius, &workers))
            }
            Alike::Narrow(points, places) => {
                // A radius past all single precision reaches whatever can be reached.
                let radius = (radius as f32).min(f32::MAX);
                runs(py, || distance::within(level, points, places, radius, &workers))
            }
        }
    }

    fn __repr__(&self) -> String {
        match &self.points {
            Some(points) => format!("<DistanceCalculator of {} points>", points.len()),
            None => "<DistanceCalculator>".to_owned(),
        }
    }
}

/// The most neighbours that are looked for.
const MOST_NEIGHBOURS: usize = 1 << 20;

impl PyDistanceCalculator {
    fn lend(&self, name: &'static str, given: Option<&Bound<'_, PyAny>>) -> PyResult<Lent<'_>> {
        match (given, &self.points) {
            (Some(given), _) => AnyPoints::read(name, given).map(Lent::Own),
            (None, Some(points)) => Ok(Lent::Held(points)),
            (None, None) => {
                let wanted = "points, here or when the calculator is made";
                Err(refused(name, "nothing", wanted))
            }
        }
    }

    /// `k`: absent for a single neighbour, which has no axis of its own.
    fn neighbours<'py>(
        &self,
        py: Python<'py>,
        places: Option<&Bound<'py, PyAny>>,
        positions: Option<&Bound<'py, PyAny>>,
        k: Option<usize>,
    ) -> PyResult<Found<'py>> {
        let points = self.lend("positions", positions)?;
        let places = places.map(|given| AnyPoints::read("places", given)).transpose()?;
        let (level, workers) = (simd::level()?, Workers::shared());
        let count = k.unwrap_or(1);
        room(places.as_ref().unwrap_or(points.get()).len(), count)?;
        match Alike::of(points.get(), places.as_ref(), "places")? {
            Alike::Wide(points, places) => {
                let places = places.as_deref();
                let found = py.detach(|| distance::nearest(level, &points, places, count, &workers));
                Ok((shaped(py, found.points, k)?, shaped(py, found.distances, k)?))
            }
            Alike::Narrow(points, places) => {
                let found = py.detach(|| distance::nearest(level, points, places, count, &workers));
                Ok((shaped(py, found.points, k)?, shaped(py, found.distances, k)?))
            }
        }
    }
}

/// How many neighbours are asked for, if they can be.
pub(super) fn count_of_neighbours(k: Whole) -> PyResult<usize> {
    let count = k.within(1, MOST_NEIGHBOURS);
    count.ok_or_else(|| refused("k", k, format!("a whole number from 1 to {MOST_NEIGHBOURS}")))
}

/// The radius, if it is one.
pub(super) fn finite_radius(radius: f64) -> PyResult<f64> {
    let fits = radius >= 0.0 && radius.is_finite();
    fits.then_some(radius).ok_or_else(|| refused("radius", radius, "a finite number, at least 0"))
}

/// Fails as Python does where there is no memory for so many neighbours; a vector would end the process.
pub(super) fn room(places: usize, k: usize) -> PyResult<()> {
    let fits = |count: usize| Vec::<[u64; 4]>::new().try_reserve_exact(count).is_ok();
    if places.checked_mul(k).is_some_and(fits) {
        return Ok(());
    }
    Err(PyMemoryError::new_err(format!("no memory for {k} neighbours of each of {places} places")))
}

/// An array of these values, with an axis for the neighbours of a place if there is one.
fn shaped<T: Element>(py: Python<'_>, values: Vec<T>, k: Option<usize>) -> PyResult<Bound<'_, PyAny>> {
    let array = values.into_pyarray(py);
    match k {
        None => Ok(array.into_any()),
        Some(k) => Ok(array.reshape([array.len() / k, k])?.into_any()),
    }
}

fn runs<'py, T: Element>(
    py: Python<'py>,
    work: impl FnOnce() -> distance::Within<T> + Send,
) -> PyResult<Runs<'py>> {
    let found = py.detach(work);
    Ok((
        found.starts.into_pyarray(py).into_any(),
        found.points.into_pyarray(py).into_any(),
        found.distances.into_pyarray(py).into_any(),
    ))
}

pub(super) fn all_pairs<'py, T: Rows + Element>(
    py: Python<'py>,
    a: &Points<T>,
    b: &Points<T>,
    out: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (level, workers) = (simd::level()?, Workers::shared());
    filled(py, &[a.len(), b.len()], out, |out| distance::cross(level, a, b, out, &workers))
}

fn pairs_once<'py, T: Rows + Element>(
    py: Python<'py>,
    points: &Points<T>,
    out: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (level, workers) = (simd::level()?, Workers::shared());
    let pairs = points.len() * points.len().saturating_sub(1) / 2;
    filled(py, &[pairs], out, |out| distance::condensed(level, points, out, &workers))
}

/// An array of this shape, filled by `work` with the interpreter released: `out` if it is given, else a new one.
fn filled<'py, T: Element + Copy>(
    py: Python<'py>,
    shape: &[usize],
    out: Option<&Bound<'py, PyAny>>,
    work: impl FnOnce(&mut [T]) + Send,
) -> PyResult<Bound<'py, PyAny>> {
    let numpy = py.import(intern!(py, "numpy"))?;
    let target = out.map(|out| fit::<T>(out, shape).ok_or_else(|| wrong_out::<T>(py, out, shape)));
    let target = target.transpose()?;
    let gapless = |array: &&Bound<'py, PyArrayDyn<T>>| array.is_c_contiguous() && array.is_aligned();
    let array = match target.as_ref().filter(gapless) {
        Some(array) => array.clone(),
        // NumPy says so where there is no memory for it.
        None => {
            let shape = PyTuple::new(py, shape)?;
            numpy.call_method1(intern!(py, "empty"), (shape, T::get_dtype(py)))?.cast_into()?
        }
    };
    let mut held = array.try_readwrite()?;
    let values = held.as_slice_mut()?;
    memory::write_detached(py, || work(values));
    drop(held);
    match target {
        // An array with gaps is filled from one without.
        Some(target) if !target.is(&array) => {
            numpy.call_method1(intern!(py, "copyto"), (&target, array))?;
            Ok(target.into_any())
        }
        _ => Ok(array.into_any()),
    }
}

/// The array, if it has this type and shape and nobody else reads or writes it.
fn fit<'py, T: Element>(out: &Bound<'py, PyAny>, shape: &[usize]) -> Option<Bound<'py, PyArrayDyn<T>>> {
    let array = out.cast::<PyArrayDyn<T>>().ok().filter(|array| array.shape() == shape)?;
    array.try_readwrite().is_ok().then(|| array.clone())
}

fn wrong_out<T: Element>(py: Python<'_>, out: &Bound<'_, PyAny>, shape: &[usize]) -> PyErr {
    let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
    let wanted = format!("a writable {} array of shape ({})", T::get_dtype(py), shape.join(", "));
    refused("out", kind_of(out), wanted)
}
