//! Which fleets a question about the mirror means.

use super::lineup;
use crate::ecs::index::Key;
use crate::ecs::mirror::Mirror;
use crate::ecs::store::Row;
use crate::error::{Error, Result};

/// Which fleets are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All fleets of the mirror.
    All,
    /// The fleets with these ids.
    Fleets(Vec<i64>),
    /// The fleets at this place that are not in transit.
    Location(i64),
}

/// The fleets that are meant, each once.
pub(super) fn fleets(mirror: Mirror<'_>, selection: &Selection) -> Result<Vec<Row>> {
    match selection {
        Selection::All => Ok(mirror.fleets.rows().collect()),
        Selection::Location(place) => Ok(lineup::places_of_fleets(mirror).remove(place).unwrap_or_default()),
        Selection::Fleets(ids) => {
            let find = |&id: &i64| {
                let unknown = || Error::Unknown { table: "fleet", key: id.to_string() };
                mirror.fleets.find(&Key::Id(id)).ok_or_else(unknown)
            };
            let mut fleets = ids.iter().map(find).collect::<Result<Vec<Row>>>()?;
            fleets.sort_unstable();
            fleets.dedup();
            Ok(fleets)
        }
    }
}
