//! The class `Distances`: how far the units of a kernel's mirror are from each other.

use pyo3::prelude::*;

use super::distances::{all_pairs, count_of_neighbours, finite_radius, room};
use super::engagement;
use super::kernel::PyKernel;
use super::table::PyTable;
use super::whole::Whole;
use crate::ecs::tables::Table;
use crate::ecs::workers::Workers;
use crate::kernel::Placed;

/// Distances between the units of a kernel's mirror: `kernel.distances`.
///
/// Meant are the units that are alive and have a position (x, y), of all fleets, or of these `fleets`, or of those at this
/// `location` that are not in transit. Distances are in tiles, as the positions are. Of equally near units the one with the
/// lower id is taken. Raises UnknownKeyError for an unknown fleet, InputError for anything else that is wrong.
///
/// >>> import multi_universe_core as muc
/// >>> kernel = muc.Kernel()
/// >>> _ = kernel.push(
/// ...     factions={"name": ["Hegemony", "Synod"]},
/// ...     treaties={"a": ["Hegemony"], "b": ["Synod"], "kind": ["war"]},
/// ...     fleets={"id": [1, 2], "faction": ["Hegemony", "Synod"]},
/// ...     units={"id": [10, 20], "fleet": [1, 2], "x": [0.0, 3.0], "y": [0.0, 4.0]},
/// ... )
/// >>> kernel.distances.nearest_enemy().row(0)
/// {'unit': 10, 'enemy': 20, 'distance': 5.0}
#[pyclass(name = "Distances", module = "multi_universe_core", frozen)]
pub(crate) struct PyDistances(Py<PyKernel>);

#[pymethods]
impl PyKernel {
    /// Distances between the units of the mirror.
    #[getter]
    fn distances(slf: Py<Self>) -> PyDistances {
        PyDistances(slf)
    }
}

#[pymethods]
impl PyDistances {
    /// The distances of all units from each other: (matrix, ids), float64 of shape (n, n), and the units' ids in order.
    #[pyo3(signature = (*, fleets=None, location=None))]
    fn pairwise<'py>(
        &self,
        py: Python<'py>,
        fleets: Option<&Bound<'py, PyAny>>,
        location: Option<Whole>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let placed = self.placed(py, fleets, location)?;
        let matrix = all_pairs(py, &placed.points, &placed.points, None)?;
        Ok((matrix, numpy::PyArray1::from_vec(py, placed.ids).into_any()))
    }

    /// The nearest enemy (by treaty) of each unit that has one among these units: unit, enemy, distance; by unit.
    #[pyo3(signature = (*, fleets=None, location=None))]
    fn nearest_enemy(
        &self,
        py: Python<'_>,
        fleets: Option<&Bound<'_, PyAny>>,
        location: Option<Whole>,
    ) -> PyResult<PyTable> {
        let placed = self.placed(py, fleets, location)?;
        Ok(work(py, |workers| placed.nearest_enemies(workers)))
    }

    /// Whoever is at most `radius` tiles away from each unit: unit, other, distance; by unit, then other.
    #[pyo3(signature = (radius, *, fleets=None, location=None))]
    fn within(
        &self,
        py: Python<'_>,
        radius: f64,
        fleets: Option<&Bound<'_, PyAny>>,
        location: Option<Whole>,
    ) -> PyResult<PyTable> {
        let radius = finite_radius(radius)?;
        let placed = self.placed(py, fleets, location)?;
        Ok(work(py, |workers| placed.within(radius, workers)))
    }

    /// The k nearest units of each unit, friend or foe: unit, rank (from 1), other, distance; by unit, then rank.
    ///
    /// A unit has fewer rows where there are not so many others.
    #[pyo3(signature = (k, *, fleets=None, location=None))]
    fn k_nearest(
        &self,
        py: Python<'_>,
        k: Whole,
        fleets: Option<&Bound<'_, PyAny>>,
        location: Option<Whole>,
    ) -> PyResult<PyTable> {
        let k = count_of_neighbours(k)?;
        let placed = self.placed(py, fleets, location)?;
        room(placed.ids.len(), k.min(placed.ids.len()))?;
        Ok(work(py, |workers| placed.k_nearest(k, workers)))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<Distances of {}>", self.0.bind(py).repr()?))
    }
}

impl PyDistances {
    fn placed(
        &self,
        py: Python<'_>,
        fleets: Option<&Bound<'_, PyAny>>,
        location: Option<Whole>,
    ) -> PyResult<Placed> {
        let selection = engagement::selection(fleets, location)?;
        Ok(self.0.get().with(py, |kernel| kernel.placed(&selection))??)
    }
}

/// A table that is worked out with the interpreter released.
fn work(py: Python<'_>, table: impl FnOnce(&Workers) -> Table + Send) -> PyTable {
    py.detach(|| table(&Workers::shared())).into()
}
