//! From the mirror to a lineup: who fights, and every column of the battle worked out once.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::battle::{FleetSetup, Lineup, SideSetup};
use crate::ecs::columns::{
    DIRECTIVES, DOCTRINES, FactionColumn, FleetColumn, TreatyColumn, UnitColumn, WeaponColumn,
};
use crate::ecs::components::*;
use crate::ecs::index::Key;
use crate::ecs::mirror::Mirror;
use crate::ecs::protection;
use crate::ecs::store::Row;
use crate::error::{Error, Fault, Faults, Result};
use crate::kernel::{Engagement, MOST_ROUNDS, Muster};
use crate::rules::Rules;
use crate::systems::{deploy, shooting, treaty};

/// The most factions in one battle.
const MOST_SIDES: usize = 4096;

/// The lineup of a battle; one without sides where no two factions are at war (R-TREATY-2).
pub(super) fn gather(mirror: Mirror<'_>, engagement: &Engagement, rules: &Rules) -> Result<Lineup> {
    assemble(mirror, muster(mirror, &engagement.muster)?, engagement, rules)
}

/// The lineup of a battle in which at least two factions are at war.
///
/// # Errors
/// [`Error::Resolve`] names what is wrong with the request, peace among those present included.
pub(super) fn contested(mirror: Mirror<'_>, engagement: &Engagement, rules: &Rules) -> Result<Lineup> {
    let lineup = gather(mirror, engagement, rules)?;
    if lineup.sides.is_empty() {
        let fault = Fault::column("factions", "", "nobody at war with anybody", "two factions at war");
        return Err(Error::Resolve(fault.into()));
    }
    Ok(lineup)
}

/// The lineup of a battle between fleets that are known already, in order of id.
pub(super) fn assemble(
    mirror: Mirror<'_>,
    fleets: Vec<Row>,
    engagement: &Engagement,
    rules: &Rules,
) -> Result<Lineup> {
    let (defenders, max_rounds) = terms(mirror, engagement, rules)?;
    let (factions, wars) = combatants(mirror, &fleets);
    if factions.len() > MOST_SIDES {
        return Err(refused("factions", "", factions.len(), format!("at most {MOST_SIDES} in a battle")));
    }
    let sides = factions.iter().map(|&faction| SideSetup {
        name: mirror.factions.text(FactionColumn::Name as usize, faction),
        defender: defenders.contains(&faction),
        plunder_ratio: mirror.factions.number(FactionColumn::PlunderRatio as usize, faction),
    });
    let mut lineup = Lineup { sides: sides.collect(), wars, max_rounds, ..Lineup::default() };
    let side_of = places(mirror, &factions);
    for fleet in fleets {
        let faction = mirror.fleets.link(FleetColumn::Faction as usize, fleet);
        let Some(side) = side_of[faction as usize] else { continue };
        let id = mirror.fleets.whole(FleetColumn::Id as usize, fleet);
        lineup.fleets.push(FleetSetup { id, side, row: fleet });
    }
    add_units(mirror, &factions, &mut lineup, rules);
    let in_space = lineup.units.traits.iter().any(|traits| !traits.has(Traits::GROUND));
    lineup.map = deploy::map_size(lineup.units.len(), in_space, rules);
    Ok(lineup)
}

/// Who holds the ground in a stalemate, and the round that ends the battle.
pub(super) fn terms(mirror: Mirror<'_>, engagement: &Engagement, rules: &Rules) -> Result<(Vec<Row>, u32)> {
    let defenders = defenders(mirror, &engagement.defenders)?;
    let max_rounds = match engagement.max_rounds {
        Some(rounds) if !(1..=MOST_ROUNDS).contains(&rounds) => {
            return Err(refused("max_rounds", "", rounds, format!("a whole number from 1 to {MOST_ROUNDS}")));
        }
        rounds => rounds.unwrap_or(rules.max_rounds),
    };
    Ok((defenders, max_rounds))
}

fn refused(table: &'static str, column: &str, value: impl ToString, wanted: impl ToString) -> Error {
    Error::Resolve(Fault::column(table, column, value.to_string(), wanted.to_string()).into())
}

/// The fleets that meet, in order of id.
fn muster(mirror: Mirror<'_>, muster: &Muster) -> Result<Vec<Row>> {
    let mut fleets = match muster {
        Muster::Fleets(ids) => named_fleets(mirror, ids)?,
        Muster::Location(place) => {
            let here = |&fleet: &Row| {
                mirror.fleets.whole(FleetColumn::Location as usize, fleet) == *place
                    && !mirror.fleets.flag(FleetColumn::InTransit as usize, fleet)
            };
            let fleets: Vec<Row> = mirror.fleets.rows().filter(here).collect();
            if fleets.is_empty() {
                return Err(refused("location", "", place, "a place with a fleet that is not in transit"));
            }
            fleets
        }
    };
    fleets.sort_unstable_by_key(|&fleet| mirror.fleets.whole(FleetColumn::Id as usize, fleet));
    Ok(fleets)
}

fn named_fleets(mirror: Mirror<'_>, ids: &[i64]) -> Result<Vec<Row>> {
    let mut faults = Faults::default();
    if ids.len() < 2 {
        let count = format!("{} fleet{}", ids.len(), if ids.len() == 1 { "" } else { "s" });
        faults.add(|| Fault::column("fleets", "id", count, "at least two fleets"));
    }
    let mut fleets = Vec::with_capacity(ids.len());
    let mut seen = FxHashSet::default();
    for (index, &id) in ids.iter().enumerate() {
        match mirror.fleets.find(&Key::Id(id)) {
            None => faults.add(|| Fault::value("fleets", "id", index, id, "the id of a fleet in the mirror")),
            Some(fleet) if !seen.insert(fleet) => {
                faults.add(|| Fault::value("fleets", "id", index, format!("{id} again"), "each fleet once"));
            }
            Some(fleet) if mirror.living(fleet).next().is_none() => faults.add(|| {
                Fault::value(
                    "fleets",
                    "id",
                    index,
                    format!("{id}, which has no living unit"),
                    "a fleet that can fight",
                )
            }),
            Some(fleet) => fleets.push(fleet),
        }
    }
    faults.into_result(Error::Resolve).map(|()| fleets)
}

fn defenders(mirror: Mirror<'_>, names: &[String]) -> Result<Vec<Row>> {
    let mut faults = Faults::default();
    let mut find = |(index, name): (usize, &String)| {
        let faction = mirror.factions.find_name(name);
        if faction.is_none() {
            let wanted = "the name of a faction in the mirror";
            faults.add(|| Fault::value("defenders", "name", index, format!("'{name}'"), wanted));
        }
        faction
    };
    let found = names.iter().enumerate().filter_map(&mut find).collect();
    faults.into_result(Error::Resolve).map(|()| found)
}

/// The fleets at each place that are not in transit, in order of id; nowhere (−1) is no place.
pub(super) fn places_of_fleets(mirror: Mirror<'_>) -> BTreeMap<i64, Vec<Row>> {
    let mut places: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
    for fleet in mirror.fleets.rows() {
        let place = mirror.fleets.whole(FleetColumn::Location as usize, fleet);
        if place >= 0 && !mirror.fleets.flag(FleetColumn::InTransit as usize, fleet) {
            places.entry(place).or_default().push(fleet);
        }
    }
    for fleets in places.values_mut() {
        fleets.sort_unstable_by_key(|&fleet| mirror.fleets.whole(FleetColumn::Id as usize, fleet));
    }
    places
}

/// R-TREATY-2: whether two factions with living units in these fleets are at war.
pub(super) fn is_contested(mirror: Mirror<'_>, fleets: &[Row]) -> bool {
    !combatants(mirror, fleets).0.is_empty()
}

/// R-TREATY-2: the factions that fight, in order of name, and the pairs of them at war.
fn combatants(mirror: Mirror<'_>, fleets: &[Row]) -> (Vec<Row>, Vec<(u16, u16)>) {
    let present = fleets.iter().filter(|&&fleet| mirror.living(fleet).next().is_some());
    let mut factions: Vec<Row> =
        present.map(|&fleet| mirror.fleets.link(FleetColumn::Faction as usize, fleet)).collect();
    factions.sort_by_cached_key(|&faction| mirror.factions.text(FactionColumn::Name as usize, faction));
    factions.dedup();
    if factions.len() > MOST_SIDES {
        return (factions, Vec::new());
    }
    let all_wars = wars(mirror, &factions);
    let hostile = treaty::hostility(factions.len(), &all_wars);
    let fights = treaty::combatants(factions.len(), &hostile);
    // The place of each faction among those that fight.
    let places: Vec<u16> = fights
        .iter()
        .scan(0, |next, &fights| {
            let place = *next;
            *next += u16::from(fights);
            Some(place)
        })
        .collect();
    let wars = all_wars.iter().map(|&(a, b)| (places[usize::from(a)], places[usize::from(b)])).collect();
    let fighting = factions.into_iter().zip(fights).filter_map(|(faction, fights)| fights.then_some(faction));
    (fighting.collect(), wars)
}

/// The place of each of `factions` in that list, by the faction's row.
fn places(mirror: Mirror<'_>, factions: &[Row]) -> Vec<Option<u16>> {
    let mut places = vec![None; mirror.factions.places()];
    for (index, &faction) in factions.iter().enumerate() {
        places[faction as usize] = Some(index as u16);
    }
    places
}

/// R-TREATY-1: the pairs at war among `factions`, by place, in order.
fn wars(mirror: Mirror<'_>, factions: &[Row]) -> Vec<(u16, u16)> {
    let place = places(mirror, factions);
    let mut wars = Vec::new();
    for &faction in factions {
        // A treaty is found under the lower of its two rows, so each pair is met once.
        for treaty in mirror.treaties.parts_of(faction).filter(|&treaty| mirror.is_war(treaty)) {
            let ends = [TreatyColumn::A, TreatyColumn::B]
                .map(|column| place[mirror.treaties.link(column as usize, treaty) as usize]);
            if let [Some(a), Some(b)] = ends {
                wars.push((a.min(b), a.max(b)));
            }
        }
    }
    wars.sort_unstable();
    wars
}

/// The living units of the lineup's fleets, in order of id, with their weapons in order of slot.
fn add_units(mirror: Mirror<'_>, factions: &[Row], lineup: &mut Lineup, rules: &Rules) {
    let mut units: Vec<(i64, Row, u32)> = Vec::new();
    for (slot, fleet) in lineup.fleets.iter().enumerate() {
        let living = mirror.living(fleet.row);
        units.extend(
            living.map(|unit| (mirror.units.whole(UnitColumn::Id as usize, unit), unit, slot as u32)),
        );
    }
    units.sort_unstable();
    for (row, &(_, unit, fleet)) in units.iter().enumerate() {
        let side = lineup.fleets[fleet as usize].side;
        let mut bundle = unit_bundle(mirror, unit, factions[usize::from(side)], rules);
        (bundle.side, bundle.fleet) = (Side(side), FleetSlot(fleet));
        bundle.first_mount = FirstMount(lineup.mounts.len() as u32);
        for weapon in mirror.weapons.parts_of(unit) {
            let mount = mount_bundle(mirror, weapon, unit, row as u32, rules);
            if mount.integrity.0 > 0.0 {
                bundle.reach.0 = bundle.reach.0.max(mount.range.0);
            }
            lineup.mounts.push(mount);
            lineup.mount_rows.push(weapon);
        }
        bundle.mounts = Mounts(lineup.mounts.len() as u32 - bundle.first_mount.0);
        lineup.units.push(bundle);
        lineup.morale.push(mirror.units.number(UnitColumn::Morale as usize, unit));
        lineup.unit_rows.push(unit);
    }
}

/// A unit's columns; side, fleet, reach and mounts are the caller's to fill.
fn unit_bundle(mirror: Mirror<'_>, unit: Row, faction: Row, rules: &Rules) -> UnitBundle {
    let number = |column: UnitColumn| mirror.units.number(column as usize, unit);
    let flag = |column: UnitColumn| mirror.units.flag(column as usize, unit);
    let bit = |column: UnitColumn, bit: u8| if flag(column) { bit } else { 0 };
    let ground = mirror.units.choice(UnitColumn::Domain as usize, unit) == 1;
    UnitBundle {
        id: UnitId(mirror.units.whole(UnitColumn::Id as usize, unit)),
        side: Side(0),
        fleet: FleetSlot(0),
        status: Status::DEPLOYED,
        traits: Traits(
            bit(UnitColumn::Static, Traits::STATIC)
                | bit(UnitColumn::Fortress, Traits::FORTRESS)
                | bit(UnitColumn::RangedPreference, Traits::RANGED)
                | bit(UnitColumn::Interdictor, Traits::INTERDICTOR)
                | bit(UnitColumn::Massive, Traits::MASSIVE)
                | if ground { Traits::GROUND } else { 0 },
        ),
        stance: stance(mirror, unit, faction),
        hull: Hull(number(UnitColumn::Hp)),
        max_hull: MaxHull(number(UnitColumn::MaxHp)),
        shield: Shield(number(UnitColumn::Shield)),
        max_shield: MaxShield(number(UnitColumn::MaxShield)),
        shield_regen: ShieldRegen(number(UnitColumn::ShieldRegen)),
        hull_regen: HullRegen(number(UnitColumn::HullRegen)),
        x: X(number(UnitColumn::X)),
        y: Y(number(UnitColumn::Y)),
        formation_x: FormationX(number(UnitColumn::Fx)),
        formation_y: FormationY(number(UnitColumn::Fy)),
        target: Target(NOBODY),
        target_distance: TargetDistance(f64::INFINITY),
        speed: Speed(number(UnitColumn::Speed)),
        reach: Reach(0.0),
        aim: Aim(shooting::aim(number(UnitColumn::Bs), number(UnitColumn::AccuracyMult), rules)),
        exposure: Exposure(shooting::exposure(number(UnitColumn::Md), rules)),
        armor_save: ArmorSave(protection::armor_save(
            number(UnitColumn::Armor),
            flag(UnitColumn::Cover),
            rules,
        )),
        field: Field(protection::field(number(UnitColumn::Invuln))),
        suppression: Suppression(number(UnitColumn::Suppression)),
        fatigue: Fatigue(number(UnitColumn::Fatigue)),
        leadership: Leadership(number(UnitColumn::Leadership)),
        melee_attack: MeleeAttack(number(UnitColumn::Ma)),
        melee_damage: MeleeDamage(number(UnitColumn::Damage)),
        melee_pierce: MeleePierce(protection::pierce(number(UnitColumn::Ap), 0.0, rules)),
        charge: Charge(number(UnitColumn::Charge)),
        contact: Contact(0),
        struck: Struck(0.0),
        first_mount: FirstMount(0),
        mounts: Mounts(0),
        cost: Cost(number(UnitColumn::Cost)),
        kills: Kills(0),
        taken: Taken(0.0),
        killed_by: KilledBy(NOBODY),
        death_round: DeathRound(0),
    }
}

/// R-MOVE-2: a unit's own directive goes before its faction's doctrine.
fn stance(mirror: Mirror<'_>, unit: Row, faction: Row) -> Stance {
    let directive = DIRECTIVES[usize::from(mirror.units.choice(UnitColumn::Directive as usize, unit))];
    let doctrine = DOCTRINES[usize::from(mirror.factions.choice(FactionColumn::Doctrine as usize, faction))];
    match (directive, doctrine) {
        ("kite", _) | ("", "kite") => Stance::KITE,
        ("hold_ground", _) | ("", "hold") => Stance::HOLD,
        ("", "defend") => Stance::DEFEND,
        _ => Stance::CHARGE,
    }
}

/// A weapon's columns.
fn mount_bundle(mirror: Mirror<'_>, weapon: Row, unit: Row, shooter: u32, rules: &Rules) -> MountBundle {
    let number = |column: WeaponColumn| mirror.weapons.number(column as usize, weapon);
    let of_unit = |column: UnitColumn| mirror.units.number(column as usize, unit);
    MountBundle {
        shooter: Shooter(shooter),
        slot: Slot(mirror.weapons.whole(WeaponColumn::Slot as usize, weapon) as u16),
        range: Range(number(WeaponColumn::Range)),
        attacks: Attacks(number(WeaponColumn::Attacks)),
        power: Power(shooting::power(
            number(WeaponColumn::Strength),
            number(WeaponColumn::DamageDice),
            of_unit(UnitColumn::DamageMult),
            rules,
        )),
        pierce: Pierce(protection::pierce(number(WeaponColumn::Ap), of_unit(UnitColumn::ApBonus), rules)),
        cooldown: Cooldown(mirror.weapons.whole(WeaponColumn::Cooldown as usize, weapon) as u32),
        ready: Ready(0),
        shield_mult: ShieldMult(number(WeaponColumn::ShieldMult)),
        hull_mult: HullMult(number(WeaponColumn::HullMult)),
        integrity: Integrity(number(WeaponColumn::Hp)),
        shots: Shots(0),
        hits: Hits(0),
        crits: Crits(0),
        dealt: Dealt(0.0),
        overkill: Overkill(0.0),
    }
}
