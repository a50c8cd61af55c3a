//! Strength with modifiers (R-STRENGTH-1): of one unit, and of many that are remembered.

use rustc_hash::FxHashMap;

use crate::error::{Error, Fault, Faults, Result};
use crate::systems::strength::modified;

/// What a base or a modifier may be.
const FINITE: &str = "a finite number";

/// The strength of a base with modifiers, each a share: 0.1 is a tenth more. They are added up in order.
///
/// # Errors
/// [`Error::Input`] names what is not finite.
///
/// ```
/// # use multi_universe_core::hotpaths::strength::calculate;
/// assert_eq!(calculate(100.0, &[0.1, 0.2, 0.3]), Ok(160.0));
/// ```
pub fn calculate(base: f64, modifiers: &[f64]) -> Result<f64> {
    let mut faults = Faults::default();
    if !base.is_finite() {
        faults.add(|| Fault::column("base", "", base, FINITE));
    }
    check("modifiers", modifiers, &mut faults);
    faults.into_result(Error::Input).map(|()| modified(base, modifiers))
}

fn check(name: &'static str, values: &[f64], faults: &mut Faults) {
    for (row, value) in values.iter().enumerate().filter(|(_, value)| !value.is_finite()) {
        faults.add(|| Fault::value(name, "", row, value, FINITE));
    }
}

/// What strength is worked out from, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    base: f64,
    /// The sum of the modifiers.
    share: f64,
    strength: f64,
}

impl Entry {
    fn of(base: f64, share: f64) -> Self {
        Self { base, share, strength: modified(base, &[share]) }
    }
}

/// The strengths of units by id. It holds what they are worked out from, so that none can be stale.
///
/// ```
/// # use multi_universe_core::hotpaths::strength::StrengthCache;
/// let mut cache = StrengthCache::default();
/// cache.set(7, Some(80.0), Some(&[0.25]))?;
/// assert_eq!(cache.get(7), Some(100.0));
/// cache.set(7, None, Some(&[-0.5]))?;
/// assert_eq!(cache.get(7), Some(40.0));
/// # Ok::<(), multi_universe_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct StrengthCache {
    units: FxHashMap<i64, Entry>,
}

impl StrengthCache {
    /// How many units it knows.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Sets base and modifiers of a unit and returns its strength. What is not given stays as it was; a new unit needs a
    /// base, and has no modifiers if none are given.
    ///
    /// # Errors
    /// [`Error::Input`] for what is not finite, and for a new unit without a base. Nothing has changed then.
    pub fn set(&mut self, unit: i64, base: Option<f64>, modifiers: Option<&[f64]>) -> Result<f64> {
        let mut faults = Faults::default();
        check("modifiers", modifiers.unwrap_or_default(), &mut faults);
        faults.into_result(Error::Input)?;
        let share = modifiers.map(|modifiers| modifiers.iter().sum());
        self.set_many(
            &[unit],
            base.as_ref().map(std::slice::from_ref),
            share.as_ref().map(std::slice::from_ref),
        )?;
        Ok(self.units[&unit].strength)
    }

    /// The same for many units: a base and a sum of modifiers for each.
    ///
    /// # Errors
    /// [`Error::Input`] as above, and for columns of another length. Nothing has changed then.
    pub fn set_many(&mut self, units: &[i64], bases: Option<&[f64]>, shares: Option<&[f64]>) -> Result<()> {
        let mut faults = Faults::default();
        for (name, column) in [("base", bases), ("modifiers", shares)] {
            let Some(column) = column else { continue };
            if column.len() == units.len() {
                check(name, column, &mut faults);
            } else {
                let wanted = format!("{}, one for each unit", units.len());
                faults.add(|| Fault::column(name, "", format!("{} values", column.len()), wanted));
            }
        }
        if bases.is_none() {
            for (row, unit) in units.iter().enumerate().filter(|(_, unit)| !self.units.contains_key(unit)) {
                faults.add(|| Fault::value("base", "", row, format!("none for the new unit {unit}"), FINITE));
            }
        }
        faults.into_result(Error::Input)?;
        for (row, &unit) in units.iter().enumerate() {
            let known = self.units.get(&unit);
            let base = bases.map_or_else(|| known.map_or(0.0, |known| known.base), |bases| bases[row]);
            let share = shares.map_or_else(|| known.map_or(0.0, |known| known.share), |shares| shares[row]);
            self.units.insert(unit, Entry::of(base, share));
        }
        Ok(())
    }

    /// A unit's strength.
    #[inline]
    pub fn get(&self, unit: i64) -> Option<f64> {
        self.units.get(&unit).map(|entry| entry.strength)
    }

    /// The strengths of many units.
    ///
    /// # Errors
    /// [`Error::Unknown`] names the first unit that it does not know.
    pub fn get_many(&self, units: &[i64]) -> Result<Vec<f64>> {
        units.iter().map(|&unit| self.get(unit).ok_or_else(|| unknown(unit))).collect()
    }

    /// Forgets a unit.
    ///
    /// # Errors
    /// [`Error::Unknown`] if it does not know it.
    pub fn remove(&mut self, unit: i64) -> Result<()> {
        self.units.remove(&unit).map(|_| ()).ok_or_else(|| unknown(unit))
    }

    /// Forgets all units.
    pub fn clear(&mut self) {
        self.units.clear();
    }
}

fn unknown(unit: i64) -> Error {
    Error::Unknown { table: "unit", key: unit.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_change_changes_nothing() {
        let mut cache = StrengthCache::default();
        cache.set_many(&[1, 2], Some(&[10.0, 20.0]), None).expect("two units");
        assert!(cache.set(1, Some(f64::NAN), None).is_err());
        assert!(cache.set(3, None, Some(&[0.5])).is_err());
        assert!(cache.set_many(&[1, 2], Some(&[5.0]), None).is_err());
        assert!(cache.set_many(&[1, 3], None, Some(&[0.5, 0.5])).is_err());
        assert!(cache.set_many(&[1, 2], Some(&[5.0, 6.0]), Some(&[0.5, f64::INFINITY])).is_err());
        assert_eq!(cache.get_many(&[1, 2]), Ok(vec![10.0, 20.0]));
        assert_eq!(cache.get_many(&[1, 9]), Err(unknown(9)));
        assert_eq!((cache.remove(9), cache.len()), (Err(unknown(9)), 2));
    }
}
