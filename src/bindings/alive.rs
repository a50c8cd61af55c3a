//! Units whose cost and life are read where they are, without calling `is_alive`.
//!
//! Most classes say so by one look at one attribute, such as `return self.health > 0`. Such a method is known by its
//! instructions (`_predicates.py`); where it is what a call would run, the attribute is read at its place, and compared as
//! Python compares. That is so if the class looks attributes up as `object` does, if what it has under the name is a plain
//! function and the unit has nothing of its own there, and if nobody watches calls (a debugger, a profiler, coverage).
//!
//! What was found out about classes holds as long as no code of Python's runs. Reading at once runs none; whoever lets
//! some run says so ([`Units::has_run`]), and everything is looked at again before the next unit is read. Whatever is not
//! told for certain is left to a call.

use pyo3::Borrowed;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};

use super::bridge::layout::Layout;
use super::bridge::sight::Sight;
use super::bridge::value::{plain, plain_number};
use super::column::refusal;
use super::cpython::CPython;
use super::cpython::classes::Bases;
use super::cpython::format::Format;
use super::cpython::objects::Item;
use super::cpython::values::{Spot, Values};
use super::muster::{Muster, cost};
use super::predicate::{Relation, Test};
use crate::hotpaths::account::{Account, Cost};

/// So many classes are known at a time; a battle has a few.
const CLASSES: usize = 8;
/// What is known is looked at again after a call of a unit; that takes as long as calling some two units. It is worth it as
/// long as at least so many are read at once each time, on average, but for so many times to begin with.
const WORTH: usize = 4;
const TRIES: usize = 16;

/// What is known of a class.
struct Known {
    class: Py<PyType>,
    version: u32,
    /// How its units are read; nothing if they are called.
    way: Option<Way>,
}

struct Way {
    layout: Layout,
    test: Test,
    /// The function `is_alive`, and its code when it was looked at.
    function: Py<PyAny>,
    code: Py<PyAny>,
    /// Where a unit would have an `is_alive` of its own, and how many names units shared; nothing if they have none.
    own: Option<(Format, Spot, usize)>,
}

/// What is known of the classes of units, from call to call.
#[derive(Default)]
pub(super) struct Classes(Vec<Known>);

impl Classes {
    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0.iter().try_for_each(|known| {
            visit.call(&known.class)?;
            let Some(way) = &known.way else { return Ok(()) };
            visit.call(&way.function)?;
            visit.call(&way.code)?;
            way.test.traverse(visit)?;
            way.layout.traverse(visit)
        })
    }
}

/// Units that are read in one call.
pub(super) struct Units<'py> {
    cpython: CPython,
    py: Python<'py>,
    classes: Classes,
    cost: Spot,
    alive: Spot,
    /// Whether no code of Python's has run since all that is known was looked at.
    is_fresh: bool,
    /// How many units' worth of looks is left.
    credit: usize,
    learns: usize,
}

impl<'py> Units<'py> {
    /// Nothing if this interpreter is not known.
    pub(super) fn of(py: Python<'py>, classes: Classes) -> PyResult<Option<Self>> {
        let Some(cpython) = CPython::of(py)? else { return Ok(None) };
        let (cost, alive) = (intern!(py, "cost"), intern!(py, "alive"));
        Ok(Some(Self {
            cpython,
            py,
            classes,
            cost: Spot::of_dict(cpython, cost),
            alive: Spot::of_dict(cpython, alive),
            is_fresh: false,
            credit: WORTH * TRIES,
            learns: CLASSES,
        }))
    }

    /// The interpreter.
    pub(super) fn cpython(&self) -> CPython {
        self.cpython
    }

    /// What is known of the classes, for the next call.
    pub(super) fn into_classes(self) -> Classes {
        self.classes
    }

    /// So many units were read at once.
    pub(super) fn were_read(&mut self, units: usize) {
        self.credit += units;
    }

    /// Code of Python's has run, or may have.
    pub(super) fn has_run(&mut self) {
        self.is_fresh = false;
    }

    /// Whether what is known holds; if it has to be, it is looked at again.
    pub(super) fn are_known(&mut self) -> PyResult<bool> {
        if self.is_fresh {
            return Ok(true);
        }
        if self.credit < WORTH {
            return Ok(false);
        }
        self.credit -= WORTH;
        if is_watched(self.py, self.cpython)? {
            self.credit = 0;
            return Ok(false);
        }
        let (cpython, py) = (self.cpython, self.py);
        let gone = self.classes.0.extract_if(.., |known| !known.holds(cpython, py)).collect::<Vec<_>>();
        // Dropping the last reference to a class may run code.
        self.is_fresh = gone.is_empty();
        drop(gone);
        if self.is_fresh { Ok(true) } else { self.are_known() }
    }

    /// Looks at a unit's class, if that is unknown. Gives whether its units may be read now.
    pub(super) fn learn(&mut self, unit: &Bound<'py, PyAny>) -> PyResult<bool> {
        let class = unit.get_type();
        if self.credit < WORTH
            || self.learns == 0
            || self.classes.0.iter().any(|known| known.class.is(&class))
        {
            return Ok(false);
        }
        self.learns -= 1;
        self.is_fresh = false;
        let way = Way::of(unit).or_else(|error| refusal(self.py, error).map(|_| None))?;
        let Some(version) = self.cpython.version_of(&class) else { return Ok(false) };
        let is_readable = way.is_some();
        self.classes.0.truncate(CLASSES - 1);
        self.classes.0.insert(0, Known { class: class.unbind(), version, way });
        Ok(is_readable)
    }

    /// Counts units, up to the first of which cost or life is not told without running code of Python's. Gives how many. Only
    /// where [`Units::are_known`] said so, and no code has run since.
    pub(super) fn count(&self, units: &[Item<'_, 'py>], account: &mut Account) -> usize {
        let mut counted = 0;
        while let Some(&Some(unit)) = units.get(counted) {
            let units = &units[counted..];
            let more = if unit.is_exact_instance_of::<PyDict>() {
                let read = units.iter().map_while(|&unit| self.read_dict(unit?));
                read.map(|(cost, alive)| account.count(cost, alive)).count()
            } else {
                let class = unit.get_type_ptr();
                let known = self.classes.0.iter().find(|known| known.class.as_ptr() == class.cast());
                let way = known.and_then(|known| known.way.as_ref());
                way.map_or(0, |way| way.count(units, account, (self.cpython, self.py)))
            };
            if more == 0 {
                break;
            }
            counted += more;
        }
        counted
    }

    /// The cost of a unit that is a dict, and whether it is alive.
    #[inline]
    fn read_dict(&self, unit: Borrowed<'_, 'py, PyAny>) -> Option<(Cost, bool)> {
        let values = Values::of_dict(self.cpython, &*unit.cast_exact().ok()?)?;
        let alive = plain(values.borrow(&self.alive, unit)?, Some(self.cpython))?.number() != 0.0;
        Some((cost(values.borrow(&self.cost, unit), self.cpython)?, alive))
    }
}

impl Known {
    /// Whether the class, those that it is made of, and its `is_alive` are as they were.
    fn holds(&self, cpython: CPython, py: Python<'_>) -> bool {
        let class = self.class.bind(py);
        cpython.version_of(class) == Some(self.version)
            && self.way.as_ref().is_none_or(|way| {
                let code = way.function.bind(py).getattr(intern!(py, "__code__"));
                code.is_ok_and(|code| code.is(&way.code))
                    && way.own.as_ref().is_none_or(|(format, _, shared)| format.shared(class) == *shared)
            })
    }
}

impl Way {
    /// How units of this one's class are read, if they can be.
    fn of(unit: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        static FUNCTION: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let (py, class) = (unit.py(), unit.get_type());
        let is_alive = intern!(py, "is_alive");
        let Some((_, function)) = Bases::of(&class)?.find(is_alive)? else { return Ok(None) };
        // A metaclass may tell other bases than the interpreter looks into.
        let is_found = class.getattr_opt(is_alive)?.is_some_and(|found| found.is(&function));
        if !is_found || !function.get_type().is(FUNCTION.import(py, "types", "FunctionType")?) {
            return Ok(None);
        }
        let code = function.getattr(intern!(py, "__code__"))?;
        let predicates = py.import("multi_universe_core._predicates")?;
        let predicate = predicates.getattr("predicate")?.call1((&function,))?;
        let Ok(predicate) = predicate.cast::<PyTuple>() else { return Ok(None) };
        let (name, test, constant): (Bound<'_, PyString>, String, Bound<'_, PyAny>) = predicate.extract()?;
        let Some(test) = Test::of(&test, &constant) else { return Ok(None) };
        let Some(layout) = Layout::of_names(&[&name, intern!(py, "cost")], &[], unit)? else {
            return Ok(None);
        };
        let own = match Format::of(&class)? {
            Some(format) => Some((format, format.spot(&class, is_alive), format.shared(&class))),
            None if class.getattr(intern!(py, "__dictoffset__"))?.extract::<isize>()? != 0 => {
                return Ok(None);
            }
            None => None,
        };
        Ok(Some(Self { layout, test, function: function.unbind(), code: code.unbind(), own }))
    }

    /// Counts units of this class, as [`Units::count`] does.
    fn count<'py>(
        &self,
        units: &[Item<'_, 'py>],
        account: &mut Account,
        (cpython, py): (CPython, Python<'py>),
    ) -> usize {
        let own = self.own.as_ref().map(|(_, spot, _)| spot);
        let Some(sight) = Sight::<2>::of(&self.layout, own, py) else { return 0 };
        let muster = Muster { sight, units, cpython };
        let number = |value: Borrowed<'_, '_, PyAny>| plain_number(value, Some(cpython));
        // A loop for each relation: asking which it is would take as long as half of the rest.
        match &self.test {
            Test::Is(constant, wanted) => muster.count(account, |value| Some(value.is(constant) == *wanted)),
            &Test::Compares(relation, beside) => match relation {
                Relation::Less => muster.count(account, |value| Some(number(value)? < beside)),
                Relation::LessOrEqual => muster.count(account, |value| Some(number(value)? <= beside)),
                Relation::Equal => muster.count(account, |value| Some(number(value)? == beside)),
                Relation::Unequal => muster.count(account, |value| Some(number(value)? != beside)),
                Relation::More => muster.count(account, |value| Some(number(value)? > beside)),
                Relation::MoreOrEqual => muster.count(account, |value| Some(number(value)? >= beside)),
            },
        }
    }
}

/// Whether somebody wants to see each call.
fn is_watched(py: Python<'_>, cpython: CPython) -> PyResult<bool> {
    static WATCHERS: PyOnceLock<[Py<PyAny>; 2]> = PyOnceLock::new();
    let watchers = WATCHERS.get_or_try_init(py, || {
        let sys = py.import("sys")?;
        Ok::<_, PyErr>([sys.getattr("gettrace")?.unbind(), sys.getattr("getprofile")?.unbind()])
    })?;
    for watcher in watchers {
        if !watcher.bind(py).call0()?.is_none() {
            return Ok(true);
        }
    }
    if cpython == CPython::V3_11 {
        return Ok(false);
    }
    // The tools of a program of its own, by number: 0 to 5.
    let monitoring = py.import(intern!(py, "sys"))?.getattr(intern!(py, "monitoring"))?;
    for tool in 0..6 {
        if !monitoring.call_method1(intern!(py, "get_tool"), (tool,))?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}
