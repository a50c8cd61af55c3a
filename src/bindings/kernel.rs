//! The class `Kernel`: deltas in, whole battles, tables out.

use std::path::PathBuf;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::column::shown;
use super::engagement;
use super::input::HeldPush;
use super::keys::{self, Seed, keys_or_fault};
use super::report::PyBattleReport;
use super::rules::PyRules;
use super::shared::Shared;
use super::summary::{PyPushSummary, PyRemoveSummary, in_words};
use super::table::{PyTable, row_dict};
use super::watch;
use super::whole::Whole;
use crate::ecs::columns::TableId;
use crate::ecs::ingest::Removal;
use crate::ecs::simd;
use crate::ecs::tables::Table;
use crate::error::{Error, Faults, Result};
use crate::kernel::{Engagement, Kernel, MOST_THREADS};
use crate::rules::Rules;
use crate::{export, files};

/// A mirror of a campaign (factions, treaties, fleets, units, weapons), and the battles fought on it.
///
/// Threads may share a kernel: calls wait for each other, with the interpreter released.
///
/// seed: 0 ... 2**64-1; battles that are not given a seed of their own derive one from it.
/// rules: the rules in force; None: the rule book as it stands.
/// threads: how many threads a large battle may use; no result depends on it.
///
/// >>> import multi_universe_core as muc
/// >>> kernel = muc.Kernel(seed=42)
/// >>> kernel.push(
/// ...     factions={"name": ["Hegemony", "Synod"]},
/// ...     treaties={"a": ["Hegemony"], "b": ["Synod"], "kind": ["war"]},
/// ...     fleets={"id": [1, 2], "faction": ["Hegemony", "Synod"], "location": [7, 7]},
/// ...     units={"id": [10, 11], "fleet": [1, 2], "max_hp": [900.0, 300.0]},
/// ...     weapons={"unit": [10, 11], "slot": [0, 0], "range": [90.0, 90.0]},
/// ... ).added["units"]
/// 2
/// >>> kernel.units()["max_hp"]
/// array([900., 300.])
///
/// The examples of all other classes begin with this kernel.
#[pyclass(name = "Kernel", module = "multi_universe_core", frozen)]
pub(crate) struct PyKernel {
    shared: Shared,
    // What never changes is kept outside, so that asking for it does not wait for a battle.
    seed: u64,
    rules: Rules,
    threads: usize,
}

impl From<Kernel> for PyKernel {
    fn from(kernel: Kernel) -> Self {
        let (seed, rules, threads) = (kernel.seed(), *kernel.rules(), kernel.threads());
        Self { shared: Shared::new(kernel), seed, rules, threads }
    }
}

#[pymethods]
impl PyKernel {
    #[new]
    #[pyo3(
        signature = (seed=Seed(0), *, rules=None, threads=None),
        text_signature = "(seed=0, *, rules=None, threads=None)"
    )]
    fn new(seed: Seed, rules: Option<&Bound<'_, PyRules>>, threads: Option<Whole>) -> PyResult<Self> {
        // A level that is misspelt is told here; battles would be the same.
        simd::level()?;
        let rules = rules.map_or_else(Rules::default, |rules| rules.get().0);
        let mut kernel = Kernel::new(rules, seed.0);
        if let Some(given) = threads {
            kernel.set_threads(given.within(1, MOST_THREADS).ok_or_else(|| {
                let wanted = format!("a whole number from 1 to {MOST_THREADS}");
                PyValueError::new_err(format!("threads: got {given}, expected {wanted}"))
            })?);
        }
        Ok(kernel.into())
    }

    /// Add and change rows by key: everything or, if anything is wrong in any table, nothing.
    ///
    /// Each argument is a table: a dict of columns (NumPy arrays, or sequences that NumPy converts), a
    /// NumPy structured array, or any object with `__arrow_c_stream__` or `__arrow_c_array__` (polars,
    /// pyarrow, pandas, DuckDB). Keys: `name` of factions, `(a, b)` of treaties, `id` of fleets and units,
    /// `(unit, slot)` of weapons. A row with a new key gets defaults in the columns that are not given; in a
    /// row with a known key just the columns given change. Tables may refer to rows of the same push.
    ///
    /// Columns (default):
    /// factions: name, doctrine ("charge", "kite", "defend", "hold"), plunder_ratio (0).
    /// treaties: a, b, kind ("war", "peace", "neutral", "trade", "alliance", "non_aggression", "vassal").
    /// fleets: id, faction, location (-1: nowhere), in_transit (False).
    /// units: id, fleet, domain ("space" or "ground"), max_hp (100), hp (max_hp), shield (max_shield),
    ///     max_shield (0), shield_regen (0), hull_regen (0), armor (0), invuln (7: none), bs (50), ma (50),
    ///     md (50), damage (10), ap (0), speed (6), leadership (7), morale (100), suppression (0),
    ///     fatigue (0), cost (100), power_rating (NaN), xp (0), x, y (NaN: not placed), fx, fy (NaN: no
    ///     place in a formation), accuracy_mult (1), damage_mult (1), ap_bonus (0), charge (0), directive
    ///     ("", "kite", "close_quarters", "hold_ground"), and the flags (False) static, fortress, cover,
    ///     massive, interdictor, ranged_preference.
    /// weapons: unit, slot, strength (4), ap (0), damage_dice (1), attacks (1), range (24), cooldown (0),
    ///     shield_mult (1), hull_mult (1), hp (50), name ("").
    /// Health and damage are in points, distances in tiles, times in rounds, skills in percent.
    ///
    /// float64, float32, int64, int32 and bool arrays that are contiguous are read without a copy. Nulls of
    /// Arrow tables are refused, but in columns of floats, where they read as NaN. Do not change the arrays
    /// from another thread during the call.
    ///
    /// Raises PushError, which names table, column, row, value and what was expected.
    ///
    /// >>> kernel.push(units={"id": [11, 12], "fleet": [2, 2], "armor": [30.0, 10.0]}).changed["units"]
    /// 1
    /// >>> kernel.units()["armor"], kernel.unit(11)["max_hp"]
    /// (array([ 0., 30., 10.]), 300.0)
    /// >>> kernel.push(units={"id": [13], "fleet": [9]})
    /// Traceback (most recent call last):
    /// multi_universe_core.PushError: push refused, nothing changed: units, column 'fleet', row 0: got 9,
    /// expected a fleet that is in the mirror or in the same push
    #[pyo3(signature = (*, factions=None, treaties=None, fleets=None, units=None, weapons=None))]
    fn push(
        &self,
        py: Python<'_>,
        factions: Option<&Bound<'_, PyAny>>,
        treaties: Option<&Bound<'_, PyAny>>,
        fleets: Option<&Bound<'_, PyAny>>,
        units: Option<&Bound<'_, PyAny>>,
        weapons: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyPushSummary> {
        let held = HeldPush::read([
            (TableId::Factions, factions),
            (TableId::Treaties, treaties),
            (TableId::Fleets, fleets),
            (TableId::Units, units),
            (TableId::Weapons, weapons),
        ])?;
        // The memory is borrowed only now, with the kernel in hand: nothing of Python's runs between here and the end of the push.
        let summary = self.shared.with(py, |kernel| kernel.push(&held.push()))??;
        Ok(PyPushSummary(summary))
    }

    /// Remove rows by key: everything or, on any fault, nothing.
    ///
    /// A fleet takes its units along, a unit its weapons. weapons: pairs (unit, slot).
    /// Raises RemoveError for unknown keys, and for a faction that still owns fleets.
    ///
    /// >>> kernel.remove(fleets=[2]).removed
    /// {'factions': 0, 'treaties': 0, 'fleets': 1, 'units': 1, 'weapons': 1}
    #[pyo3(
        signature = (*, factions=None, fleets=None, units=None, weapons=None),
        text_signature = "($self, *, factions=(), fleets=(), units=(), weapons=())"
    )]
    fn remove(
        &self,
        py: Python<'_>,
        factions: Option<&Bound<'_, PyAny>>,
        fleets: Option<&Bound<'_, PyAny>>,
        units: Option<&Bound<'_, PyAny>>,
        weapons: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyRemoveSummary> {
        let mut faults = Faults::default();
        let removal = Removal {
            factions: keys_or_fault(keys::names("factions", factions)?, &mut faults),
            fleets: keys_or_fault(keys::ids("fleets", fleets)?, &mut faults),
            units: keys_or_fault(keys::ids("units", units)?, &mut faults),
            weapons: keys_or_fault(keys::pairs("weapons", weapons)?, &mut faults),
        };
        faults.into_result(Error::Remove)?;
        Ok(PyRemoveSummary(self.shared.with(py, |kernel| kernel.remove(&removal))??))
    }

    /// Fight one whole battle and return its report.
    ///
    /// fleets, location: whose living units fight, either those of these fleets or those of all fleets at
    ///     this location that are not in transit. Exactly one of the two is given.
    /// defenders: names of the factions that hold the ground in a stalemate.
    /// max_rounds: the round limit; None: the rules'.
    /// seed: 0 ... 2**64-1; None: from the kernel's seed and its count of battles. The report states it.
    /// replica: which run of `odds` with this seed to fight, for a look at it alone; 0 is the battle itself.
    /// commit: whether the mirror holds the aftermath: the dead are gone, the others as the battle left
    ///     them. False leaves the mirror as it was.
    ///
    /// record: "ledger" writes down who did how much to whom, in the report's `ledger`; "events" also what happened and
    ///     why, in `events`; "full" also every shot, and the battle round by round in `replay`, which can be saved, looked
    ///     at, compared and fought again. The battle itself is the same. None keeps nothing.
    /// trace: a file for when each system ran, in Chrome's format, which Perfetto opens.
    /// trace_id: a mark of your own, which the report and its events carry.
    ///
    /// If no two of the factions are at war, the outcome is "no_conflict" and nothing changes. The
    /// interpreter is released during the battle. Ctrl-C raises KeyboardInterrupt within 100 ms and leaves
    /// the mirror as it was. Raises ResolveError if the battle cannot be started.
    ///
    /// >>> report = kernel.resolve(fleets=[1, 2], seed=7)
    /// >>> report.outcome, report.winner, report.rounds
    /// ('victory', 'Hegemony', 17)
    /// >>> [unit["id"] for unit in kernel.units()]
    /// [10]
    #[pyo3(
        signature = (*, fleets=None, location=None, defenders=None, max_rounds=None, seed=None, replica=Whole::Number(0), commit=true, record=None, trace=None, trace_id=None),
        text_signature = "($self, *, fleets=None, location=None, defenders=(), max_rounds=None, seed=None, replica=0, commit=True, record=None, trace=None, trace_id=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn resolve(
        &self,
        py: Python<'_>,
        fleets: Option<&Bound<'_, PyAny>>,
        location: Option<Whole>,
        defenders: Option<&Bound<'_, PyAny>>,
        max_rounds: Option<Whole>,
        seed: Option<Seed>,
        replica: Whole,
        commit: bool,
        record: Option<&Bound<'_, PyAny>>,
        trace: Option<PathBuf>,
        trace_id: Option<&str>,
    ) -> PyResult<PyBattleReport> {
        let mut faults = Faults::default();
        let engagement = Engagement {
            muster: engagement::muster(fleets, location.as_ref(), &mut faults)?,
            defenders: keys_or_fault(keys::names("defenders", defenders)?, &mut faults),
            max_rounds: engagement::round_limit(max_rounds.as_ref(), &mut faults),
            seed: seed.map(|seed| seed.0),
            replica: replica.within_or_fault("replica", (0, u32::MAX), &mut faults),
            commit,
            record: engagement::record(record, &mut faults),
            trace: trace.is_some(),
            trace_id: trace_id.unwrap_or_default().into(),
        };
        faults.into_result(Error::Resolve)?;
        if let Some(path) = &trace {
            // A file that cannot be written is told of before anything changes.
            files::write(path, b"")?;
        }
        let report = self
            .shared
            .with(py, |kernel| watch::fight(py, |interrupt| kernel.resolve(&engagement, interrupt)))??;
        if let Some(path) = &trace {
            files::write(path, export::trace::battle(&report).as_bytes())?;
        }
        Ok(PyBattleReport::new(report))
    }

    /// The factions of the mirror, by name.
    fn factions(&self, py: Python<'_>) -> PyResult<PyTable> {
        self.table(py, TableId::Factions)
    }

    /// The treaties of the mirror.
    fn treaties(&self, py: Python<'_>) -> PyResult<PyTable> {
        self.table(py, TableId::Treaties)
    }

    /// The fleets of the mirror, by id.
    fn fleets(&self, py: Python<'_>) -> PyResult<PyTable> {
        self.table(py, TableId::Fleets)
    }

    /// The units of the mirror, by id.
    fn units(&self, py: Python<'_>) -> PyResult<PyTable> {
        self.table(py, TableId::Units)
    }

    /// The weapons of the mirror, by unit and slot.
    fn weapons(&self, py: Python<'_>) -> PyResult<PyTable> {
        self.table(py, TableId::Weapons)
    }

    /// The faction with this name.
    fn faction<'py>(&self, py: Python<'py>, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyDict>> {
        // A text that is no Unicode is no faction's name.
        let unknown = |_| Error::Unknown { table: "faction", key: shown(name) };
        let known = name.to_str().map_err(unknown)?;
        self.one_row(py, |kernel| kernel.faction(known))
    }

    /// The fleet with this id.
    fn fleet<'py>(&self, py: Python<'py>, id: Whole) -> PyResult<Bound<'py, PyDict>> {
        let id = id.id_of("fleet")?;
        self.one_row(py, |kernel| kernel.fleet(id))
    }

    /// The unit with this id.
    fn unit<'py>(&self, py: Python<'py>, id: Whole) -> PyResult<Bound<'py, PyDict>> {
        let id = id.id_of("unit")?;
        self.one_row(py, |kernel| kernel.unit(id))
    }

    /// The strength of the units of these fleets, or of all units, as they are now, by unit: unit, fleet, strength.
    ///
    /// max(1, trunc(power * hp/max_hp * (ma + md + damage)/150)), power = power_rating or a tenth of the cost. Raises
    /// UnknownKeyError for an unknown fleet.
    #[pyo3(signature = (*, fleets=None))]
    fn strengths(&self, py: Python<'_>, fleets: Option<&Bound<'_, PyAny>>) -> PyResult<PyTable> {
        let selection = engagement::selection(fleets, None)?;
        Ok(PyTable::from(self.shared.with(py, |kernel| kernel.strengths(&selection))??))
    }

    /// The fingerprint of the mirror's content: 32 hexadecimal digits.
    fn digest(&self, py: Python<'_>) -> PyResult<String> {
        self.shared.with(py, |kernel| kernel.digest().to_string())
    }

    /// The seed that battles without one of their own are derived from.
    #[getter]
    fn seed(&self) -> u64 {
        self.seed
    }

    /// The rules in force.
    #[getter]
    fn rules(&self) -> PyRules {
        PyRules(self.rules)
    }

    /// The most threads that a battle uses.
    #[getter]
    fn threads(&self) -> usize {
        self.threads
    }

    fn __repr__(&self) -> String {
        let content = match self.shared.glance(row_counts) {
            Ok(Some(counts)) => in_words(&counts),
            Ok(None) => "at work".to_owned(),
            Err(_) => "poisoned".to_owned(),
        };
        format!("<Kernel seed={}: {content}>", self.seed)
    }
}

impl PyKernel {
    /// Runs `work` on the kernel as soon as nobody else does.
    pub(crate) fn with<R>(&self, py: Python<'_>, work: impl FnOnce(&mut Kernel) -> R) -> PyResult<R> {
        self.shared.with(py, work)
    }

    fn table(&self, py: Python<'_>, table: TableId) -> PyResult<PyTable> {
        self.shared.with(py, |kernel| kernel.table(table)).map(PyTable::from)
    }

    fn one_row<'py>(
        &self,
        py: Python<'py>,
        find: impl FnOnce(&Kernel) -> Result<Table>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let table = self.shared.with(py, |kernel| find(kernel))??;
        row_dict(py, &table, 0)
    }
}

fn row_counts(kernel: &mut Kernel) -> [usize; 5] {
    TableId::ALL.map(|table| kernel.count(table))
}
