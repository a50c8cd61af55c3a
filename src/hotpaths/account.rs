//! What a battle cost a faction: its units' cost in all, of the lost, and of those that remain (R-FINAL-1).

use std::fmt::Display;

use crate::ecs::ingest::{Slice, TableInput, Values};
use crate::ecs::simd::{self, Level, kernel};
use crate::error::{Error, Fault, Faults, Result};

/// The cost of a unit that has none.
pub const USUAL_COST: i64 = 100;
/// The argument, as faults call it.
pub const ARGUMENT: &str = "faction_units";
/// What a cost may be.
pub const A_COST: &str = "a cost: a finite number, at least 0";

/// A cost, whole numbers apart: a sum of them is one, and exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cost {
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Real(f64),
}

impl Cost {
    /// Whether it is a cost: finite, at least 0.
    pub fn is_legal(self) -> bool {
        match self {
            Self::Whole(cost) => cost >= 0,
            Self::Real(cost) => cost >= 0.0 && cost.is_finite(),
        }
    }
}

/// A sum of costs: whole as long as they all are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Total {
    /// A whole number.
    Whole(i128),
    /// Any other number, added up in the order of the units.
    Real(f64),
}

impl Total {
    /// Adds a cost.
    #[inline]
    pub fn add(&mut self, cost: Cost) {
        // In place where the kind stays: a sum that is moved as a whole each time is waited for.
        match (&mut *self, cost) {
            (Self::Whole(sum), Cost::Whole(cost)) => *sum += i128::from(cost),
            (Self::Real(sum), Cost::Whole(cost)) => *sum += cost as f64,
            (Self::Real(sum), Cost::Real(cost)) => *sum += cost,
            (Self::Whole(sum), Cost::Real(cost)) => *self = Self::Real(*sum as f64 + cost),
        }
    }

    fn number(self) -> f64 {
        match self {
            Self::Whole(sum) => sum as f64,
            Self::Real(sum) => sum,
        }
    }
}

/// What a battle cost a faction.
///
/// ```
/// # use multi_universe_core::hotpaths::account::{Account, Cost, Total};
/// let mut account = Account::default();
/// account.count(Cost::Whole(100), true);
/// account.count(Cost::Whole(250), false);
/// assert_eq!(account.initial, Total::Whole(350));
/// assert_eq!((account.lost, account.remaining), (Total::Whole(250), Total::Whole(100)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Account {
    /// Of all units.
    pub initial: Total,
    /// Of the dead.
    pub lost: Total,
    /// Of the living.
    pub remaining: Total,
}

impl Default for Account {
    fn default() -> Self {
        Self { initial: Total::Whole(0), lost: Total::Whole(0), remaining: Total::Whole(0) }
    }
}

impl Account {
    /// Adds a unit.
    #[inline]
    pub fn count(&mut self, cost: Cost, alive: bool) {
        self.initial.add(cost);
        if alive { &mut self.remaining } else { &mut self.lost }.add(cost);
    }

    /// Adds units whose costs are whole: the sum of all, and that of the living.
    pub fn count_whole(&mut self, all: i128, of_living: i128) {
        let totals = [&mut self.initial, &mut self.lost, &mut self.remaining];
        for (total, sum) in totals.into_iter().zip([all, all - of_living, of_living]) {
            match total {
                Total::Whole(total) => *total += sum,
                Total::Real(total) => *total += sum as f64,
            }
        }
    }

    /// The account of units in columns: `alive`, and `cost`, which is [`USUAL_COST`] for all if it is absent. Other columns
    /// are not looked at. `faction` is what faults call the table.
    ///
    /// # Errors
    /// [`Error::Input`] names faction, column and row of what is wrong.
    pub fn of_table(faction: &dyn Display, table: &TableInput<'_>) -> Result<Self> {
        let column =
            |wanted: &str| table.columns.iter().find(|(name, _)| name == wanted).map(|(_, values)| values);
        Self::of_columns(faction, column("alive"), column("cost"))
    }

    /// The same for these two columns.
    ///
    /// # Errors
    /// As [`Account::of_table`].
    pub fn of_columns(
        faction: &dyn Display,
        alive: Option<&Values<'_>>,
        costs: Option<&Values<'_>>,
    ) -> Result<Self> {
        let refused = |name: &str, value: String, wanted: String| {
            Error::Input(Fault::column(ARGUMENT, &format!("{faction}.{name}"), value, wanted).into())
        };
        let alive = match alive {
            Some(Values::Flag(alive)) => alive,
            Some(values) => {
                return Err(refused("alive", values.describe().to_owned(), "truth values".to_owned()));
            }
            None => return Err(refused("alive", "no such column".to_owned(), "truth values".to_owned())),
        };
        let Some(costs) = costs else {
            return Ok(sum(alive, std::iter::repeat(Cost::Whole(USUAL_COST)), |_| ()));
        };
        if costs.rows() != Some(alive.len()) {
            let value =
                costs.rows().map_or_else(|| costs.describe().to_owned(), |rows| format!("{rows} rows"));
            return Err(refused("cost", value, format!("numbers, {} as of alive", alive.len())));
        }
        let mut faults = Faults::default();
        let illegal = |row: usize, cost: Cost| {
            let value = match cost {
                Cost::Whole(cost) => cost.to_string(),
                Cost::Real(cost) => cost.to_string(),
            };
            faults.add(|| Fault::value(ARGUMENT, &format!("{faction}.cost"), row, value, A_COST));
        };
        let mut account = Self::default();
        let account = match costs {
            Values::I64(costs) if account.count_wholes(simd::level()?, alive, costs) => account,
            Values::F64(costs) => checked(alive, costs.iter().map(|&cost| Cost::Real(cost)), illegal),
            Values::F32(costs) => {
                checked(alive, costs.iter().map(|&cost| Cost::Real(f64::from(cost))), illegal)
            }
            Values::I64(costs) => checked(alive, costs.iter().map(|&cost| Cost::Whole(cost)), illegal),
            Values::I32(costs) => {
                checked(alive, costs.iter().map(|&cost| Cost::Whole(i64::from(cost))), illegal)
            }
            other => return Err(refused("cost", other.describe().to_owned(), "numbers".to_owned())),
        };
        faults.into_result(Error::Input).map(|()| account)
    }

    /// Adds units whose costs are no whole numbers. Adds none, and says so, if one of these is no cost.
    pub fn count_reals(&mut self, alive: &[bool], costs: &[f64]) -> bool {
        if !costs.iter().fold(true, |are_legal, &cost| are_legal & Cost::Real(cost).is_legal()) {
            return false;
        }
        let mut sums = [self.initial, self.lost, self.remaining].map(Total::number);
        let mut living = 0;
        for (&alive, &cost) in alive.iter().zip(costs) {
            // Without a branch, since who lives is as good as random: no sum is -0, so that adding 0 leaves it as it is.
            let (of_dead, of_living) = if alive { (0.0, cost) } else { (cost, 0.0) };
            sums[0] += cost;
            sums[1] += of_dead;
            sums[2] += of_living;
            living += usize::from(alive);
        }
        // Of whom there is none, the sum stays what it was, a whole number included.
        let counts = [costs.len(), costs.len() - living, living];
        let totals = [&mut self.initial, &mut self.lost, &mut self.remaining];
        for ((total, sum), count) in totals.into_iter().zip(sums).zip(counts) {
            if count > 0 {
                *total = Total::Real(sum);
            }
        }
        true
    }

    /// Adds units in columns of the usual types, worked out at `level`, which makes no difference to the sums. Adds none, and says
    /// so, if anything is wrong, which [`Account::of_columns`] tells, or if there are whole costs of more than 51 bits, or such beside a
    /// sum that is no whole number.
    pub fn count_slices(&mut self, level: Level, alive: &[bool], costs: Option<Slice<'_>>) -> bool {
        match costs {
            Some(costs) if costs.rows() != alive.len() => false,
            Some(Slice::Wholes(costs)) => self.count_wholes(level, alive, costs),
            Some(Slice::Numbers(costs)) => self.count_reals(alive, costs),
            Some(Slice::Flags(_)) => false,
            None => {
                let living = alive.iter().filter(|&&alive| alive).count();
                let of = |units: usize| i128::from(USUAL_COST) * units as i128;
                self.count_whole(of(alive.len()), of(living));
                true
            }
        }
    }

    /// Adds units whose costs are legal and, so many at a time, no more than a sum of 64 bits holds.
    fn count_wholes(&mut self, level: Level, alive: &[bool], costs: &[i64]) -> bool {
        const AT_A_TIME: usize = 1 << 12;
        const MOST: u64 = u64::MAX >> 13;
        // What is no whole number is added up in the order of the units.
        let is_whole = |total: &Total| matches!(total, Total::Whole(_));
        if ![&self.initial, &self.lost, &self.remaining].into_iter().all(is_whole) {
            return false;
        }
        let (mut all, mut of_living) = (0, 0);
        for (alive, costs) in alive.chunks(AT_A_TIME).zip(costs.chunks(AT_A_TIME)) {
            let mut sums = Wholes::default();
            add_up(level, alive, costs, &mut sums);
            if sums.bits > MOST {
                return false;
            }
            all += i128::from(sums.all);
            of_living += i128::from(sums.of_living);
        }
        self.count_whole(all, of_living);
        true
    }
}

/// Sums of whole costs, modulo 2^64, and which bits any of them has: a cost below 0 is larger than any that is legal.
#[derive(Default)]
struct Wholes {
    all: u64,
    of_living: u64,
    bits: u64,
}

kernel! {
    fn add_up(alive: &[bool], costs: &[i64], sums: &mut Wholes) {
        let Wholes { mut all, mut of_living, mut bits } = Wholes::default();
        for (&alive, &cost) in alive.iter().zip(costs) {
            let cost = cost as u64;
            bits |= cost;
            all = all.wrapping_add(cost);
            of_living = of_living.wrapping_add(cost & u64::from(alive).wrapping_neg());
        }
        *sums = Wholes { all, of_living, bits };
    }
}

fn checked(
    alive: &[bool],
    costs: impl Iterator<Item = Cost>,
    mut illegal: impl FnMut(usize, Cost),
) -> Account {
    sum(alive, costs, |(row, cost)| {
        if !cost.is_legal() {
            illegal(row, cost);
        }
    })
}

fn sum(alive: &[bool], costs: impl Iterator<Item = Cost>, mut look: impl FnMut((usize, Cost))) -> Account {
    let mut account = Account::default();
    for (row, (&alive, cost)) in alive.iter().zip(costs).enumerate() {
        look((row, cost));
        account.count(cost, alive);
    }
    account
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The account of units in columns, if they are counted at once.
    fn of_slices(level: Level, alive: &[bool], costs: Slice<'_>) -> Option<Account> {
        let mut account = Account::default();
        let is_counted = account.count_slices(level, alive, Some(costs));
        assert!(is_counted || account == Account::default());
        is_counted.then_some(account)
    }

    proptest! {
        #[test]
        fn columns_are_counted_as_units_are(units in prop::collection::vec((0.0_f64..1e6, any::<bool>()), 0..200)) {
            let mut wanted = Account::default();
            units.iter().for_each(|&(cost, alive)| wanted.count(Cost::Real(cost), alive));
            let table = TableInput::of([
                ("cost", Values::numbers(units.iter().map(|unit| unit.0))),
                ("alive", Values::Flag(units.iter().map(|unit| unit.1).collect())),
            ]);
            prop_assert_eq!(Account::of_table(&"A", &table), Ok(wanted));
            let (costs, alive): (Vec<_>, Vec<_>) = units.into_iter().unzip();
            for level in Level::available() {
                prop_assert_eq!(of_slices(level, &alive, Slice::Numbers(&costs)), Some(wanted));
            }
        }

        #[test]
        fn whole_columns_are_counted_as_units_are(
            units in prop::collection::vec((0_i64..=i64::MAX, any::<bool>()), 0..100),
            bits in 0_u32..63,
            times in prop::sample::select(vec![1_usize, 90]),
        ) {
            let units = units.repeat(times);
            let mut wanted = Account::default();
            units.iter().for_each(|&(cost, alive)| wanted.count(Cost::Whole(cost >> bits), alive));
            let table = TableInput::of([
                ("cost", Values::wholes(units.iter().map(|unit| unit.0 >> bits))),
                ("alive", Values::Flag(units.iter().map(|unit| unit.1).collect())),
            ]);
            prop_assert_eq!(Account::of_table(&"A", &table), Ok(wanted));
            let (costs, alive): (Vec<_>, Vec<_>) = units.iter().map(|&(cost, alive)| (cost >> bits, alive)).unzip();
            for level in Level::available() {
                let at_once = of_slices(level, &alive, Slice::Wholes(&costs));
                prop_assert!(at_once.is_none_or(|account| account == wanted));
                prop_assert!(at_once.is_some() || costs.iter().any(|&cost| cost >= 1 << 51));
            }
        }
    }

    #[test]
    fn units_are_added_to_those_that_are_counted() {
        let rows = [(2.5, false), (0.0, true), (-0.0, false), (0.1, false), (0.2, false)];
        let (costs, alive) =
            rows.map(|(cost, alive)| (cost, alive)).into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
        for first in [Cost::Whole(i64::MAX), Cost::Real(0.7)] {
            for split in 0..=rows.len() {
                let mut wanted = Account::default();
                wanted.count(first, false);
                let mut account = wanted;
                rows.iter().for_each(|&(cost, alive)| wanted.count(Cost::Real(cost), alive));
                assert!(account.count_reals(&alive[..split], &costs[..split]));
                assert!(account.count_reals(&alive[split..], &costs[split..]));
                assert_eq!(account, wanted, "{first:?}, {split}");
            }
        }
        let mut account = Account::default();
        assert!(account.count_slices(Level::Baseline, &[true, false, true], None));
        assert!(account.count_slices(Level::Baseline, &[true, false], Some(Slice::Wholes(&[5, 7]))));
        assert_eq!((account.initial, account.remaining), (Total::Whole(312), Total::Whole(205)));
        account.count(Cost::Real(0.5), true);
        assert!(!account.count_slices(Level::Baseline, &[true], Some(Slice::Wholes(&[5]))));
        assert_eq!(account.lost, Total::Whole(107));
    }

    #[test]
    fn whole_costs_have_whole_sums_however_large() {
        let mut account = Account::default();
        (0..3).for_each(|_| account.count(Cost::Whole(i64::MAX), false));
        assert_eq!(account.lost, Total::Whole(3 * i128::from(i64::MAX)));
    }

    #[test]
    fn what_is_no_cost_is_named_with_faction_and_row() {
        let alive = ("alive", Values::Flag(vec![true; 3].into()));
        let told = |cost| {
            let error = Account::of_table(&"Synod", &TableInput::of([alive.clone(), ("cost", cost)]));
            error.expect_err("no costs").to_string()
        };
        let message = told(Values::numbers([1.0, f64::NAN, -2.0]));
        assert!(
            message.contains("2 faults") && message.contains("column 'Synod.cost', row 1: got NaN"),
            "{message}"
        );
        let message = told(Values::wholes([1, -2, i64::MIN]));
        assert!(message.contains("2 faults") && message.contains("row 1: got -2"), "{message}");
        assert!(told(Values::wholes([1, 2])).contains("got 2 rows, expected numbers, 3 as of alive"));
        assert!(told(Values::texts(&["a", "b", "c"])).contains("'Synod.cost': got"));
        // Where columns are read as they lie it is not told, but seen.
        let accounted = |costs: Slice<'_>| of_slices(Level::Baseline, &[true; 3], costs).is_some();
        assert!(accounted(Slice::Numbers(&[1.0, 0.0, 2.0])) && accounted(Slice::Wholes(&[1, 0, 2])));
        for none in [f64::NAN, f64::INFINITY, -2.0] {
            assert!(!accounted(Slice::Numbers(&[1.0, 0.0, none])), "{none}");
        }
        assert!(!accounted(Slice::Wholes(&[1, 0, -2])) && !accounted(Slice::Flags(&[true; 3])));
        assert!(!accounted(Slice::Numbers(&[1.0, 0.0])) && !accounted(Slice::Wholes(&[1; 4])));
    }
}
