//! An `ObjectSchema` of Python, compiled once: what is read of each object, and what is written back to it.

use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use rustc_hash::FxHashMap;

use super::look::{Tree, Where};
use super::path::{Kind as StepKind, Path, Step};
use super::value::{self, Read};
use crate::ecs::columns::{Absent, ColumnSpec, Kind, TableId, TableSpec, UnitColumn, choice};
use crate::error::nearest_name;

/// A compiled schema.
pub(super) struct Schema {
    /// The paths of units, and those of their weapons.
    pub(super) trees: [Tree; 2],
    pub(super) units: Vec<Field>,
    pub(super) weapons: Vec<Field>,
    /// Health and shield, each with its limit: what is absent is the other.
    pub(super) limits: [[Option<Field>; 2]; 2],
    /// The list of weapons, and the place of its first source, which is read with all else.
    pub(super) arms: Option<(Where, usize)>,
    // The numbers of these places.
    pub(super) alive: Option<usize>,
    pub(super) name: Option<usize>,
    pub(super) fleet: Option<usize>,
    pub(super) tags: Option<usize>,
    pub(super) speed_mult: Option<usize>,
    pub(super) weapon_destroyed: Option<usize>,
    /// The flags of units that a tag stands for.
    pub(super) tag_flags: FxHashMap<String, Vec<usize>>,
    pub(super) generic_weapon: bool,
    pub(super) origin_is_nowhere: bool,
    pub(super) experience: Experience,
    /// A method that every unit that fought is asked to call.
    pub(super) refresh: Option<Step>,
    pub(super) targets: FxHashMap<&'static str, Target>,
    /// The places of what the first results held before the battle.
    pub(super) before: [Option<usize>; READ_BEFORE],
}

/// A column and where it is.
pub(super) struct Field {
    pub(super) column: usize,
    pub(super) kind: Kind,
    /// The number of its place.
    pub(super) place: usize,
    pub(super) texts: bool,
    /// The object's own words, and the numbers of the column's that they mean.
    pub(super) words: Option<Py<PyDict>>,
    /// What an object has that lacks it.
    pub(super) default: Value,
    /// Whether the schema says so, and not the rule book.
    pub(super) has_default: bool,
}

/// One value of a column.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Number(f64),
    Whole(i64),
    Flag(bool),
    Word(&'static str),
    Text(String),
}

impl Value {
    /// The number that it is, if it is one.
    pub(super) fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

/// What becomes of the experience that a unit gained.
pub(super) enum Experience {
    /// Nothing: the manager awards it.
    None,
    /// It is added to the attribute.
    Attribute,
    /// The object's method is called.
    GainXp(Step),
}

/// Where a result is written: the first place that takes it.
pub(super) struct Target {
    pub(super) places: Vec<(Path, String)>,
    pub(super) need: Need,
    /// Its number among the results that are read before the battle.
    pub(super) before: Option<usize>,
    /// The place that reads the attribute which its first place is.
    pub(super) place: Option<usize>,
}

impl Target {
    /// The place of the attribute that is its first place, and the step to it.
    pub(super) fn in_place(&self) -> Option<(usize, &Step)> {
        self.place.zip(self.places.first()?.0.steps.last())
    }
}

/// How much a result has to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// It must be, or nothing is.
    Must,
    /// Where there is such an attribute.
    IfThere,
    /// Where it can be set.
    IfItCan,
}

/// The results that can be written back.
/// Those of units that most battles change come first: what was there is read with all else.
const RESULTS: [&str; 10] = [
    "hp",
    "shield",
    "suppression",
    "x",
    "y",
    "routing",
    "destroyed",
    "weapon_hp",
    "weapon_destroyed",
    "experience",
];
/// How many of the results are read before.
pub(super) const READ_BEFORE: usize = 6;

impl Schema {
    /// Compiles what Python says.
    pub(super) fn of(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = given.py();
        let [mut unit_tree, mut weapon_tree] = [Tree::default(), Tree::default()];
        let units = entries(given, "units")?;
        let mut limits = [[None, None], [None, None]];
        let mut fields = Vec::new();
        for (name, at) in &units {
            let field = Field::of(TableId::Units.spec(), name, at, &mut unit_tree)?;
            match limit_of(field.column) {
                Some((pair, side)) => limits[pair][side] = Some(field),
                None => fields.push(field),
            }
        }
        let mut weapons = Vec::new();
        for (name, at) in &entries(given, "weapons")? {
            weapons.push(Field::of(TableId::Weapons.spec(), name, at, &mut weapon_tree)?);
        }
        let arms = given.getattr(intern!(py, "arms"))?;
        let arms = if arms.is_none() { None } else { Some(unit_tree.add_list("arms", &arms)?) };
        let mut extra = |name: &str| -> PyResult<Option<usize>> {
            let at = given.getattr(name)?;
            let tree = if name == "weapon_destroyed" { &mut weapon_tree } else { &mut unit_tree };
            if at.is_none() { Ok(None) } else { tree.add(name, &at).map(Some) }
        };
        let mut schema = Self {
            alive: extra("alive")?,
            name: extra("name")?,
            fleet: extra("fleet")?,
            tags: extra("tags")?,
            speed_mult: extra("speed_mult")?,
            weapon_destroyed: extra("weapon_destroyed")?,
            arms,
            trees: [with_row(unit_tree, &fields), with_row(weapon_tree, &weapons)],
            units: fields,
            weapons,
            limits,
            tag_flags: FxHashMap::default(),
            generic_weapon: given.getattr(intern!(py, "generic_weapon"))?.extract()?,
            origin_is_nowhere: given.getattr(intern!(py, "origin_is_nowhere"))?.extract()?,
            experience: experience(&given.getattr(intern!(py, "experience"))?)?,
            refresh: match given.getattr(intern!(py, "refresh"))?.extract::<Option<String>>()? {
                Some(name) => Some(method(py, "refresh", &name)?),
                None => None,
            },
            targets: FxHashMap::default(),
            before: [None; READ_BEFORE],
        };
        schema.add_tags(&given.getattr(intern!(py, "tag_flags"))?)?;
        let creates: Vec<String> = given.getattr(intern!(py, "creates"))?.extract()?;
        schema.add_targets(&entries(given, "writes")?, &creates)?;
        Ok(schema)
    }

    fn add_tags(&mut self, given: &Bound<'_, PyAny>) -> PyResult<()> {
        for (tag, names) in given.cast::<PyDict>()? {
            let mut columns = Vec::new();
            for name in names.try_iter()? {
                let name: String = name?.extract()?;
                let column = column_of(TableId::Units.spec(), &name)?;
                if TableId::Units.spec().columns[column].kind != Kind::Flag {
                    return Err(PyValueError::new_err(format!("tag_flags: '{name}' is no flag of units")));
                }
                columns.push(column);
            }
            self.tag_flags.insert(tag.extract()?, columns);
        }
        Ok(())
    }

    fn add_targets(&mut self, given: &[(String, Bound<'_, PyAny>)], creates: &[String]) -> PyResult<()> {
        for (name, at) in given {
            let Some(result) = RESULTS.iter().position(|known| known == name) else {
                return Err(PyValueError::new_err(unknown("writes", name, RESULTS.into_iter())));
            };
            let mut places = Vec::new();
            for text in at.getattr(intern!(at.py(), "sources"))?.cast_into::<PyTuple>()?.iter() {
                let text: String = text.extract()?;
                let path = Path::parse(at.py(), &text).ok();
                match path.filter(|path| {
                    !path.asks && !path.steps.last().is_some_and(|step| matches!(step.kind(), StepKind::Call))
                }) {
                    Some(path) => places.push((path, text)),
                    None => {
                        let message = format!("writes, {name}: '{text}' is no path that can be written to");
                        return Err(PyValueError::new_err(message));
                    }
                }
            }
            let need = match RESULTS[result] {
                "hp" => Need::Must,
                name if creates.iter().any(|known| known == name) => Need::IfItCan,
                _ => Need::IfThere,
            };
            let mut before = None;
            if let (Some(read), Some((_, text))) = (self.before.get_mut(result), places.first()) {
                *read = Some(self.trees[0].add_path(at.py(), name, text)?);
                before = Some(result);
            }
            let tree = &self.trees[usize::from(RESULTS[result].starts_with("weapon"))];
            let place = places.first().and_then(|(path, _)| tree.place_of(&path.steps));
            self.targets.insert(RESULTS[result], Target { places, need, before, place });
        }
        Ok(())
    }

    /// Where a column of units is, for messages.
    pub(super) fn unit_path<'a>(&'a self, column: &'a str) -> &'a str {
        let limits = self.limits.iter().flatten().flatten();
        path_of(TableId::Units.spec(), &self.trees[0], self.units.iter().chain(limits), column)
    }

    /// Where a column of weapons is, for messages.
    pub(super) fn weapon_path<'a>(&'a self, column: &'a str) -> &'a str {
        path_of(TableId::Weapons.spec(), &self.trees[1], self.weapons.iter(), column)
    }
}

/// A tree that knows which places the columns have.
fn with_row(mut tree: Tree, fields: &[Field]) -> Tree {
    tree.set_row(fields.iter().map(|field| field.place));
    tree
}

fn path_of<'a>(
    spec: &TableSpec,
    tree: &'a Tree,
    mut fields: impl Iterator<Item = &'a Field>,
    column: &'a str,
) -> &'a str {
    let field = spec.column(column).and_then(|index| fields.find(|field| field.column == index));
    field.map_or(column, |field| tree.path_of(field.place))
}

/// Which pair of value and limit a column belongs to, and which of the two it is.
fn limit_of(column: usize) -> Option<(usize, usize)> {
    const PAIRS: [[UnitColumn; 2]; 2] =
        [[UnitColumn::Hp, UnitColumn::MaxHp], [UnitColumn::Shield, UnitColumn::MaxShield]];
    PAIRS.iter().enumerate().find_map(|(pair, columns)| {
        let side = columns.iter().position(|&known| known as usize == column)?;
        Some((pair, side))
    })
}

/// The items of a mapping from names, in its order.
fn entries<'py>(given: &Bound<'py, PyAny>, name: &str) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
    let mapping = given.getattr(name)?.cast_into::<PyDict>()?;
    mapping.iter().map(|(name, at)| Ok((name.extract()?, at))).collect()
}

fn experience(given: &Bound<'_, PyAny>) -> PyResult<Experience> {
    match given.extract::<String>()?.as_str() {
        "none" => Ok(Experience::None),
        "attribute" => Ok(Experience::Attribute),
        name @ "gain_xp" => Ok(Experience::GainXp(method(given.py(), "experience", name)?)),
        other => Err(PyValueError::new_err(format!(
            "experience: got '{other}', expected 'none', 'attribute' or 'gain_xp'"
        ))),
    }
}

/// A method of the objects, by name.
fn method(py: Python<'_>, what: &str, name: &str) -> PyResult<Step> {
    let path = Path::parse(py, name).ok().filter(|path| !path.asks && path.steps.len() == 1);
    path.and_then(|mut path| path.steps.pop())
        .ok_or_else(|| PyValueError::new_err(format!("{what}: '{name}' is no method's name")))
}

fn column_of(spec: &'static TableSpec, name: &str) -> PyResult<usize> {
    let readable = |column: &&ColumnSpec| !matches!(column.kind, Kind::Link(_)) && column.name != "id";
    spec.column(name).filter(|&index| readable(&&spec.columns[index])).ok_or_else(|| {
        let names = spec.columns.iter().filter(readable).map(|column| column.name);
        PyValueError::new_err(unknown(spec.name, name, names))
    })
}

fn unknown<'a>(what: &str, name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let hint = nearest_name(name, names).map_or(String::new(), |near| format!("; did you mean '{near}'?"));
    format!("{what}: no such name as '{name}'{hint}")
}

impl Field {
    fn of(spec: &'static TableSpec, name: &str, at: &Bound<'_, PyAny>, tree: &mut Tree) -> PyResult<Self> {
        let py = at.py();
        let column = column_of(spec, name)?;
        let ColumnSpec { kind, absent, .. } = spec.columns[column];
        let given = at.getattr(intern!(py, "default"))?;
        let words = at.getattr(intern!(py, "words"))?;
        let mut field = Self {
            column,
            kind,
            place: tree.add(name, at)?,
            texts: at.getattr(intern!(py, "texts"))?.extract()?,
            words: if words.is_none() { None } else { Some(own_words(name, kind, &words)?.unbind()) },
            default: rule_book(kind, absent),
            has_default: !given.is_none(),
        };
        if field.has_default {
            // A default is meant as the column has it: the object's own words say nothing about it.
            let words = field.words.take();
            field.default = match field.read(&given)? {
                Ok(Some(value)) => value,
                Ok(None) => field.default,
                Err((value, wanted)) => {
                    let message = format!("{name}: the default is {value}, expected {wanted}");
                    return Err(PyValueError::new_err(message));
                }
            };
            field.words = words;
        }
        Ok(field)
    }

    /// The word of the column that a text is, if that is told without the object's own words.
    pub(super) fn word(&self, text: &str) -> Option<&'static str> {
        let Kind::Choice(legal) = self.kind else { return None };
        let index = if self.words.is_none() { choice(text, legal)? } else { return None };
        Some(legal[usize::from(index)])
    }

    /// A value of an object as the column has it; nothing if the object's own words give it no meaning.
    #[inline]
    pub(super) fn read(&self, value: &Bound<'_, PyAny>) -> Read<Option<Value>> {
        let py = value.py();
        Ok(match self.kind {
            Kind::Number { .. } | Kind::NumberOrNone { .. } => {
                value::number(value, self.texts)?.map(|number| Some(Value::Number(number)))
            }
            Kind::Whole { .. } => value::whole(value, self.texts)?.map(|whole| Some(Value::Whole(whole))),
            Kind::Flag => value::flag(value)?.map(|flag| Some(Value::Flag(flag))),
            Kind::Choice(_) => {
                let words = self.words.as_ref().map(|words| words.bind(py));
                value::word(value, self.kind, words)?.map(|word| word.map(Value::Word))
            }
            Kind::Text { .. } | Kind::Link(_) => value::text(value)?.map(|text| Some(Value::Text(text))),
        })
    }
}

/// The object's own words for those of a choice, as the numbers of those.
fn own_words<'py>(name: &str, kind: Kind, words: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let numbers = PyDict::new(words.py());
    for (own, word) in words.cast::<PyDict>()? {
        let word: String = word.extract()?;
        let index = if let Kind::Choice(legal) = kind { choice(&word, legal) } else { None };
        match index {
            Some(index) => numbers.set_item(own, index)?,
            None => return Err(PyValueError::new_err(format!("{name}: '{word}' is no word of this column"))),
        }
    }
    Ok(numbers)
}

/// What the rule book says about a column that is not given.
pub(super) fn rule_book(kind: Kind, absent: Absent) -> Value {
    let number = if let Absent::Is(number) = absent { number } else { 0.0 };
    match kind {
        Kind::Number { .. } | Kind::NumberOrNone { .. } => Value::Number(number),
        Kind::Whole { .. } => Value::Whole(number as i64),
        Kind::Flag => Value::Flag(number != 0.0),
        Kind::Choice(words) => Value::Word(words[number as usize]),
        Kind::Text { .. } | Kind::Link(_) => Value::Text(String::new()),
    }
}
