//! Removing rows by key: all of them or, on any fault, none.

use std::fmt::Display;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::ecs::columns::TableId;
use crate::ecs::index::Key;
use crate::ecs::ingest::{Removal, RemoveSummary};
use crate::ecs::mirror::{Mirror, MirrorMut};
use crate::ecs::store::Row;
use crate::error::{Error, Fault, Faults, Result};

/// The rows that the keys mean.
struct Found {
    factions: Vec<Row>,
    fleets: Vec<Row>,
    units: Vec<Row>,
    weapons: Vec<Row>,
}

pub(super) fn remove(mirror: &mut MirrorMut<'_>, removal: &Removal) -> Result<RemoveSummary> {
    let mut faults = Faults::default();
    let mut found = find(mirror.read(), removal, &mut faults);
    refuse_owners(mirror, &found, removal, &mut faults);
    faults.into_result(Error::Remove)?;

    let mut summary = RemoveSummary::default();
    let mut count = |table: TableId, rows: usize| summary.removed[table as usize] += rows;
    let weapons: Vec<Row> = std::mem::take(&mut found.weapons);
    count(TableId::Weapons, weapons.len());
    weapons.into_iter().for_each(|weapon| mirror.remove_row(TableId::Weapons, weapon));
    let rosters = mirror.read().rosters;
    let crews = found.fleets.iter().flat_map(|&fleet| rosters.0.get(fleet as usize).into_iter().flatten());
    let mut units: Vec<Row> = crews.copied().chain(found.units.iter().copied()).collect();
    units.sort_unstable();
    units.dedup();
    count(TableId::Weapons, mirror.remove_units(&units));
    count(TableId::Units, units.len());
    count(TableId::Fleets, found.fleets.len());
    found.fleets.iter().for_each(|&fleet| mirror.remove_row(TableId::Fleets, fleet));
    for &faction in &found.factions {
        let treaties = treaties_of(mirror.read(), faction);
        count(TableId::Treaties, treaties.len());
        treaties.into_iter().for_each(|treaty| mirror.remove_row(TableId::Treaties, treaty));
        mirror.remove_row(TableId::Factions, faction);
    }
    count(TableId::Factions, found.factions.len());
    Ok(summary)
}

fn find(mirror: Mirror<'_>, removal: &Removal, faults: &mut Faults) -> Found {
    let by_id = |table: TableId| move |id: &i64| mirror.table(table).find(&Key::Id(*id));
    let weapon = |&(unit, slot): &(i64, i64)| {
        mirror.weapons.find(&Key::Pair(mirror.units.find(&Key::Id(unit))?, slot))
    };
    Found {
        factions: rows(TableId::Factions, "name", &removal.factions, faults, |name: &String| {
            mirror.factions.find(&Key::Name(Arc::from(name.as_str())))
        }),
        fleets: rows(TableId::Fleets, "id", &removal.fleets, faults, by_id(TableId::Fleets)),
        units: rows(TableId::Units, "id", &removal.units, faults, by_id(TableId::Units)),
        weapons: {
            let shown: Vec<Mount> = removal.weapons.iter().map(|&(unit, slot)| Mount(unit, slot)).collect();
            rows(TableId::Weapons, "(unit, slot)", &shown, faults, |mount| weapon(&(mount.0, mount.1)))
        },
    }
}

/// A weapon's key, for messages.
struct Mount(i64, i64);

impl Display for Mount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "({}, {})", self.0, self.1)
    }
}

/// The rows that the keys mean; unknown and repeated keys are faults.
fn rows<K: Display>(
    table: TableId,
    column: &str,
    keys: &[K],
    faults: &mut Faults,
    find: impl Fn(&K) -> Option<Row>,
) -> Vec<Row> {
    let spec = table.spec();
    let mut found = Vec::with_capacity(keys.len());
    let mut seen = FxHashSet::default();
    for (index, key) in keys.iter().enumerate() {
        match find(key) {
            Some(row) if seen.insert(row) => found.push(row),
            Some(_) => faults.add(|| {
                Fault::value(spec.name, column, index, format!("{key} again"), "each key once in a removal")
            }),
            None => faults.add(|| {
                let shown = if table == TableId::Factions { format!("'{key}'") } else { key.to_string() };
                let wanted = format!("the key of a {} in the mirror", spec.row_name);
                Fault::value(spec.name, column, index, shown, wanted)
            }),
        }
    }
    found
}

/// A faction must not leave fleets behind.
fn refuse_owners(mirror: &MirrorMut<'_>, found: &Found, removal: &Removal, faults: &mut Faults) {
    if faults.count > 0 {
        return;
    }
    let leaving: FxHashSet<Row> = found.fleets.iter().copied().collect();
    for (index, &faction) in found.factions.iter().enumerate() {
        let left = mirror.fleets_of(faction).into_iter().filter(|fleet| !leaving.contains(fleet)).count();
        if left > 0 {
            let value = format!("'{}', which owns {left} fleets", removal.factions[index]);
            faults.add(|| Fault::value("factions", "name", index, value, "a faction without fleets"));
        }
    }
}

fn treaties_of(mirror: Mirror<'_>, faction: Row) -> Vec<Row> {
    let table = mirror.treaties;
    let concerns = |treaty: &Row| table.link(0, *treaty) == faction || table.link(1, *treaty) == faction;
    table.rows().filter(concerns).collect()
}
