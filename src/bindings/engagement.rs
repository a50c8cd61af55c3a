//! What `resolve` and questions about fleets are asked, read from its arguments. Whatever is wrong is a fault in one list.

use pyo3::prelude::*;

use super::column::shown;
use super::keys::{self, keys_or_fault};
use super::whole::Whole;
use crate::error::{Error, Fault, Faults};
use crate::kernel::{MOST_ROUNDS, Muster, Record, Selection};

/// Whose units fight: exactly one of the two arguments says so.
pub(super) fn muster(
    fleets: Option<&Bound<'_, PyAny>>,
    location: Option<&Whole>,
    faults: &mut Faults,
) -> PyResult<Muster> {
    let value = match (fleets, location) {
        (Some(_), None) => return Ok(Muster::Fleets(keys_or_fault(keys::ids("fleets", fleets)?, faults))),
        (None, Some(location)) => return Ok(Muster::Location(place(location, faults))),
        (None, None) => "neither fleets nor location",
        (Some(_), Some(_)) => "both fleets and location",
    };
    faults.add(|| Fault::column("resolve", "", value, "exactly one of them"));
    Ok(Muster::Fleets(Vec::new()))
}

fn place(location: &Whole, faults: &mut Faults) -> i64 {
    location.within_or_fault("location", (-1, i64::MAX), faults)
}

/// The fleets that a question means: these, or those at a place, or all.
pub(super) fn selection(fleets: Option<&Bound<'_, PyAny>>, location: Option<Whole>) -> PyResult<Selection> {
    let refused = |fault: Fault| Error::Input(fault.into());
    match (fleets, location) {
        (None, None) => Ok(Selection::All),
        (None, Some(location)) => {
            let mut faults = Faults::default();
            let place = place(&location, &mut faults);
            faults.into_result(Error::Input)?;
            Ok(Selection::Location(place))
        }
        (Some(_), None) => Ok(Selection::Fleets(keys::ids("fleets", fleets)?.map_err(refused)?)),
        (Some(_), Some(_)) => {
            Err(refused(Fault::column("fleets", "", "both fleets and location", "at most one of them"))
                .into())
        }
    }
}

/// What is kept of a battle.
pub(super) fn record(given: Option<&Bound<'_, PyAny>>, faults: &mut Faults) -> Record {
    let word = given.map(|given| given.extract::<String>().map_err(|_| shown(given)));
    let known = match &word {
        None => Record::of(None),
        Some(Ok(word)) => Record::of(Some(word)),
        // What is no text is shown as it is, without quotes.
        Some(Err(what)) => Record::of(Some("")).map_err(|fault| Fault { value: what.clone(), ..fault }),
    };
    known.unwrap_or_else(|fault| {
        faults.add(|| fault);
        Record::Nothing
    })
}

/// The round limit, if one is given.
pub(super) fn round_limit(rounds: Option<&Whole>, faults: &mut Faults) -> Option<u32> {
    rounds.map(|rounds| rounds.within_or_fault("max_rounds", (1, MOST_ROUNDS), faults))
}
