//! The class `Scenario`: a battle in a file.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::engagement;
use super::kernel::PyKernel;
use super::keys::Seed;
use super::report::PyBattleReport;
use super::watch;
use crate::error::{Error, Faults};
use crate::kernel::{Engagement, Interrupt, Muster};
use crate::scenario::Scenario;

/// A battle in a TOML file: its rules, factions, fleets and units.
///
/// >>> scenario = muc.Scenario.from_kernel(kernel)
/// >>> scenario.run(seed=7).digest == kernel.resolve(fleets=[1, 2], seed=7).digest
/// True
#[pyclass(name = "Scenario", module = "multi_universe_core", frozen)]
pub(crate) struct PyScenario(Scenario);

#[pymethods]
impl PyScenario {
    /// Reads a scenario file.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        Ok(Self(py.detach(|| Scenario::load(&path))?))
    }

    /// The scenario of a kernel as it stands: its rules, its seed and all of its tables.
    #[staticmethod]
    fn from_kernel(py: Python<'_>, kernel: &Bound<'_, PyKernel>) -> PyResult<Self> {
        Ok(Self(kernel.get().with(py, |kernel| Scenario::from_kernel(kernel))?))
    }

    /// A new kernel that holds what the scenario describes.
    fn kernel(&self, py: Python<'_>) -> PyResult<PyKernel> {
        Ok(PyKernel::from(py.detach(|| self.0.kernel())?))
    }

    /// Fights the scenario's battle; the interpreter is released meanwhile. record: as of `Kernel.resolve`.
    #[pyo3(signature = (seed=None, *, record=None))]
    fn run(
        &self,
        py: Python<'_>,
        seed: Option<Seed>,
        record: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyBattleReport> {
        let mut faults = Faults::default();
        let record = engagement::record(record, &mut faults);
        faults.into_result(Error::Resolve)?;
        let engagement = Engagement { record, ..self.0.engagement(seed.map(|seed| seed.0)) };
        let fight = |interrupt: Interrupt<'_>| self.0.kernel()?.resolve(&engagement, interrupt);
        let report = watch::fight(py, fight)?;
        Ok(PyBattleReport::new(report))
    }

    /// The odds of the scenario's battle, with its own seed unless another is given; options as of `Kernel.odds`.
    #[pyo3(signature = (**options))]
    fn odds<'py>(
        &self,
        py: Python<'py>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Engagement { muster, defenders, max_rounds, seed, .. } = self.0.engagement(None);
        let battle = PyDict::new(py);
        match muster {
            Muster::Fleets(fleets) => battle.set_item("fleets", fleets)?,
            Muster::Location(location) => battle.set_item("location", location)?,
        }
        battle.set_item("defenders", defenders)?;
        battle.set_item("max_rounds", max_rounds)?;
        battle.set_item("seed", seed)?;
        if let Some(options) = options {
            battle.update(options.as_mapping())?;
        }
        Bound::new(py, self.kernel(py)?)?.call_method("odds", (), Some(&battle))
    }

    /// Writes the scenario to a file.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        Ok(py.detach(|| self.0.save(&path))?)
    }

    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    /// What it shows.
    #[getter]
    fn description(&self) -> &str {
        &self.0.description
    }

    /// Its seed.
    #[getter]
    fn seed(&self) -> u64 {
        self.0.seed
    }

    fn __repr__(&self) -> String {
        format!("<Scenario {:?} seed={}>", self.0.name, self.0.seed)
    }
}
