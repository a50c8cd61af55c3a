"""Read a folder of rosters (ships and weapon tables, as JSON) into the kernel's columns.

The folder holds `procedural_roster.json` (ships), `weapon_registry.json` and `base_weapon_blueprints.json`
(weapons). Two rules turn them into ours: a component in a weapon slot that a weapon table knows (the registry
first, then the base blueprints) is a weapon mount, in the order of the slots; and every component that
neither table knows is counted in `Roster.unknown`, so that the caller can say so. No name from the data comes
out of this module: ships are named by class and number ("cruiser_2" is the second cruiser of the file),
weapons by slot and number ("heavy_1"), factions by index.

The standard library is enough for it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHIPS_FILE = "procedural_roster.json"
WEAPON_FILES = ("weapon_registry.json", "base_weapon_blueprints.json")

# The tables count armour piercing as table-top games do (−2 pierces better than 0), and speed in tenths of a
# tile per round.
AP_FACTOR = -10.0
SPEED_FACTOR = 0.1

# A line fleet of 60: many small ships, few large ones. The two largest classes are left out, because one such
# ship would be half the fleet.
PYRAMID: Mapping[str, int] = {
    "fighter": 12,
    "interceptor": 8,
    "bomber": 6,
    "corvette": 8,
    "frigate": 7,
    "destroyer": 5,
    "missile_destroyer": 3,
    "cruiser": 4,
    "command_cruiser": 1,
    "interdictor": 1,
    "carrier": 2,
    "battleship": 1,
    "exterminator_battleship": 1,
    "dreadnought": 1,
}


@dataclass(frozen=True, slots=True)
class WeaponMount:
    """One weapon on a ship, in the units of the rule book."""

    name: str
    """Slot and number within the ship, such as "heavy_1"."""
    strength: float
    ap: float
    """Armour piercing in points of armour: higher pierces better."""
    attacks: float
    """Attacks per round; a fraction is the chance of one more."""
    range: float
    """In tiles."""


@dataclass(frozen=True, slots=True)
class ShipClass:
    """One design of a ship, in the units of the rule book."""

    name: str
    """Class and number within the whole file, such as "cruiser_2"."""
    kind: str
    """The class alone, such as "cruiser"."""
    faction: int
    """Index of the faction that builds it, in the order in which the file first names them."""
    max_hp: float
    max_shield: float
    armor: float
    damage: float
    speed: float
    """In tiles per round."""
    cost: float
    massive: bool
    """Too large to bring all weapons to bear on one target: they may split their fire."""
    interdictor: bool
    """While it lives, no enemy leaves the map."""
    weapons: tuple[WeaponMount, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """What a folder holds: the designs of all factions, and what could not be read as a weapon."""

    ships: tuple[ShipClass, ...]
    factions: int
    """How many factions the file names."""
    unknown: Mapping[str, int]
    """Per slot: how many components neither weapon table knows."""

    def describe_unknown(self) -> list[str]:
        """A sentence per slot whose components no weapon table knows; empty if all are known."""
        return [
            f"{count} components in slots {slot} are in no weapon table"
            + (": these mounts are missing" if is_weapon_slot(slot) else ", and are no weapons")
            for slot, count in sorted(self.unknown.items())
        ]


def is_weapon_slot(slot: str) -> bool:
    """Whether what stands in a slot of this name is a weapon mount."""
    return slot.startswith("weapon_")


def load_ships(folder: Path | str) -> Roster:
    """Read all ships of a roster folder, with their real weapons.

    Raises FileNotFoundError if a file is missing, and ValueError if one is not what it should be, naming the
    ship or the weapon. A ship without a statistic takes the default of the rule book.
    """
    folder = Path(folder)
    tables = [_read(folder / name) for name in WEAPON_FILES]
    # Later tables must not hide earlier ones: the registry has the last word.
    weapons = {key: entry for table in reversed(tables) for key, entry in table.items()}

    factions: dict[str, int] = {}
    numbers: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    ships = []
    for key, entry in _read(folder / SHIPS_FILE).items():
        kind = _string(key, entry, "type")
        numbers[kind] += 1
        faction = factions.setdefault(_string(key, entry, "faction"), len(factions))
        mounts = _mounts(key, entry.get("components", []), weapons, unknown)
        ships.append(_ship(key, entry, f"{kind}_{numbers[kind]}", faction, mounts))
    return Roster(tuple(ships), len(factions), dict(unknown))


def compose_fleet(roster: Roster, faction: int, size: int = 60) -> list[tuple[ShipClass, int]]:
    """A plausible fleet of exactly `size` ships of one faction: each design, and how many of it.

    Small classes come first. The shares of the classes are those of `PYRAMID`; within a class the designs
    take turns, in the order of the file. The same roster, faction and size give the same fleet. Raises
    ValueError if the roster has no such faction, or no ship of it in these classes.
    """
    if not 0 <= faction < roster.factions:
        raise ValueError(f"faction {faction}: the roster has {roster.factions}, numbered from 0")
    if size < 1:
        raise ValueError(f"a fleet of {size} ships: at least one is needed")
    designs: dict[str, list[ShipClass]] = {kind: [] for kind in PYRAMID}
    for ship in roster.ships:
        if ship.faction == faction and ship.kind in designs:
            designs[ship.kind].append(ship)
    kinds = [kind for kind in PYRAMID if designs[kind]]
    if not kinds:
        raise ValueError(f"faction {faction} builds no ship of the classes {', '.join(PYRAMID)}")

    fleet = []
    for kind, share in zip(kinds, _apportion([PYRAMID[kind] for kind in kinds], size), strict=True):
        for turn, design in enumerate(designs[kind]):
            count = len(range(turn, share, len(designs[kind])))
            if count:
                fleet.append((design, count))
    return fleet


def _apportion(weights: Sequence[int], size: int) -> list[int]:
    """Share `size` out by weight, in whole numbers: the largest remainders are rounded up."""
    total = sum(weights)
    shares = [weight * size // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(weights[i] * size % total), i))
    for i in by_remainder[: size - sum(shares)]:
        shares[i] += 1
    return shares


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """One JSON file that must hold an object of objects."""
    with path.open(encoding="utf-8") as file:
        try:
            table = json.load(file)
        except ValueError as fault:
            raise ValueError(f"{path.name} is not JSON: {fault}") from fault
    if not isinstance(table, dict) or not all(isinstance(entry, dict) for entry in table.values()):
        raise ValueError(f"{path.name}: an object of objects was expected")
    return table


def _ship(
    key: str, entry: dict[str, Any], name: str, faction: int, mounts: tuple[WeaponMount, ...]
) -> ShipClass:
    stats = entry.get("base_stats", {})
    kind = _string(key, entry, "type")
    return ShipClass(
        name=name,
        kind=kind,
        faction=faction,
        max_hp=_number(key, stats, "hp", 100.0),
        max_shield=_number(key, stats, "shield", 0.0),
        armor=_number(key, stats, "armor", 0.0),
        damage=_number(key, stats, "damage", 10.0),
        speed=_tidy(SPEED_FACTOR * _number(key, stats, "speed", 60.0)),
        cost=_number(key, entry, "cost", 100.0),
        massive=kind in ("titan", "mothership"),
        interdictor="Gravity_Well" in entry.get("abilities", {}),
        weapons=mounts,
    )


def _mounts(
    key: str, components: list[dict[str, Any]], weapons: Mapping[str, dict[str, Any]], unknown: Counter[str]
) -> tuple[WeaponMount, ...]:
    """The weapon mounts among a ship's components, in slot order; counts what no table knows."""
    mounts = []
    numbers: Counter[str] = Counter()
    for component in components:
        slot = _string(key, component, "slot")
        weapon = weapons.get(_string(key, component, "component"))
        if weapon is None:
            unknown[slot] += 1
        elif is_weapon_slot(slot):
            size = slot.removeprefix("weapon_")
            numbers[size] += 1
            mounts.append(_mount(key, f"{size}_{numbers[size]}", weapon.get("stats", {})))
    return tuple(mounts)


def _mount(key: str, name: str, stats: dict[str, Any]) -> WeaponMount:
    where = f"{key}, weapon {name}"
    return WeaponMount(
        name=name,
        strength=_number(where, stats, "strength", 4.0),
        ap=_tidy(AP_FACTOR * _number(where, stats, "ap", 0.0)),
        attacks=_number(where, stats, "attacks", 1.0),
        range=_number(where, stats, "range", 24.0),
    )


def _number(where: str, stats: Mapping[str, Any], name: str, default: float) -> float:
    value = stats.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{where}: {name} is {value!r}; a number was expected")
    return float(value)


def _string(where: str, entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{where}: {name} is {value!r}; a text was expected")
    return value


def _tidy(value: float) -> float:
    """Without the last digits that a conversion of units leaves (38.400000000000006), and without a −0."""
    return round(value, 6) + 0.0
