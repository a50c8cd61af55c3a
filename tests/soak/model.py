"""What a mirror should hold, kept in plain dictionaries, and what of a request it should refuse."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import multi_universe_core as muc

Tables = dict[str, dict[str, list[Any]]]
KEYS = {
    "factions": ("name",),
    "treaties": ("a", "b"),
    "fleets": ("id",),
    "units": ("id",),
    "weapons": ("unit", "slot"),
}
COLUMNS = {
    "factions": {"name"},
    "treaties": {"a", "b", "kind"},
    "fleets": {"id", "faction", "location"},
    "units": {"id", "fleet", "max_hp", "hp"},
    "weapons": {"unit", "slot", "strength"},
}
NEEDED = {"treaties": {"kind"}, "fleets": {"faction"}, "units": {"fleet"}}
KINDS = ("war", "peace", "trade")


class Refused(Exception):
    """The kernel should refuse this, and change nothing."""


@dataclass
class Unit:
    """A unit, as far as the model follows it."""

    fleet: int
    max_hp: float = 100.0
    hp: float = 100.0


@dataclass
class Model:
    """A mirror in plain dictionaries."""

    factions: set[str] = field(default_factory=set)
    treaties: dict[frozenset[str], str] = field(default_factory=dict)
    fleets: dict[int, tuple[str, int]] = field(default_factory=dict)
    units: dict[int, Unit] = field(default_factory=dict)
    weapons: set[tuple[int, int]] = field(default_factory=set)

    def copy(self) -> Model:
        """An independent model of the same content."""
        units = {id: Unit(unit.fleet, unit.max_hp, unit.hp) for id, unit in self.units.items()}
        return Model(set(self.factions), dict(self.treaties), dict(self.fleets), units, set(self.weapons))

    def push(self, tables: Tables) -> None:
        """The tables are pushed, or refused as a whole."""
        after = self.copy()
        for name in KEYS:
            if name in tables:
                after._push_table(name, tables[name])
        self.__dict__.update(after.__dict__)

    def _push_table(self, name: str, columns: dict[str, list[Any]]) -> None:
        if not set(columns) <= COLUMNS[name] or len({len(values) for values in columns.values()}) > 1:
            raise Refused
        if columns and not set(KEYS[name]) <= set(columns):
            raise Refused
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        seen = set()
        for row in rows:
            key = self._key(name, row)
            if key in seen or (not self._knows(name, key) and not NEEDED.get(name, set()) <= set(row)):
                raise Refused
            seen.add(key)
            self._push_row(name, key, row)

    def _key(self, name: str, row: dict[str, Any]) -> Any:
        key = tuple(row[column] for column in KEYS[name])
        if name == "treaties":
            if key[0] == key[1] or not set(key) <= self.factions or row.get("kind", "war") not in KINDS:
                raise Refused
            return frozenset(key)
        if name == "factions":
            if not key[0]:
                raise Refused
        elif min(key) < 0:
            raise Refused
        return key if name == "weapons" else key[0]

    def _knows(self, name: str, key: Any) -> bool:
        return key in getattr(self, name)

    def _push_row(self, name: str, key: Any, row: dict[str, Any]) -> None:
        if name == "factions":
            self.factions.add(key)
        elif name == "treaties":
            self.treaties[key] = row.get("kind", self.treaties.get(key, ""))
        elif name == "fleets":
            old = self.fleets.get(key, ("", -1))
            fleet = (row.get("faction", old[0]), row.get("location", old[1]))
            if fleet[0] not in self.factions or fleet[1] < -1:
                raise Refused
            self.fleets[key] = fleet
        elif name == "weapons":
            if key[0] not in self.units or not _is_quantity(row.get("strength", 1.0)):
                raise Refused
            self.weapons.add(key)
        else:
            self._push_unit(key, row)

    def _push_unit(self, key: int, row: dict[str, Any]) -> None:
        old = self.units.get(key)
        unit = Unit(old.fleet, old.max_hp, old.hp) if old else Unit(-1)
        unit.fleet = row.get("fleet", unit.fleet)
        unit.max_hp = row.get("max_hp", unit.max_hp)
        unit.hp = row.get("hp", unit.hp if old else unit.max_hp)
        fits = _is_quantity(unit.max_hp) and _is_quantity(unit.hp) and unit.hp <= unit.max_hp
        if unit.fleet not in self.fleets or not fits:
            raise Refused
        self.units[key] = unit

    def remove(self, keys: dict[str, list[Any]]) -> None:
        """The rows are removed with what they own, or the removal is refused as a whole."""
        for name, given in keys.items():
            if len(set(given)) < len(given) or any(not self._knows(name, key) for key in given):
                raise Refused
        fleets = set(keys.get("fleets", []))
        factions = set(keys.get("factions", []))
        if any(owner in factions for id, (owner, _) in self.fleets.items() if id not in fleets):
            raise Refused
        units = {id for id, unit in self.units.items() if unit.fleet in fleets} | set(keys.get("units", []))
        self.weapons = {key for key in self.weapons if key[0] not in units} - set(keys.get("weapons", []))
        self.units = {id: unit for id, unit in self.units.items() if id not in units}
        self.fleets = {id: fleet for id, fleet in self.fleets.items() if id not in fleets}
        self.treaties = {pair: kind for pair, kind in self.treaties.items() if not pair & factions}
        self.factions -= factions

    def battle(self, fleets: list[int] | None, location: int | None) -> bool:
        """Whether the battle takes place; refused if it cannot be asked for."""
        living = {unit.fleet for unit in self.units.values() if unit.hp > 0}
        if fleets is None:
            present = {id for id, (_, place) in self.fleets.items() if place == location}
            if not present:
                raise Refused
        else:
            if len(set(fleets)) < len(fleets) or len(fleets) < 2 or any(id not in living for id in fleets):
                raise Refused
            present = set(fleets)
        return self._is_war_among(self.fleets[id][0] for id in present & living)

    def contested(self) -> set[int]:
        """The places where a turn has battles."""
        living = {unit.fleet for unit in self.units.values() if unit.hp > 0}
        places: dict[int, set[str]] = {}
        for id in living:
            owner, place = self.fleets[id]
            places.setdefault(place, set()).add(owner)
        return {place for place, owners in places.items() if place >= 0 and self._is_war_among(owners)}

    def _is_war_among(self, owners: Iterable[str]) -> bool:
        present = set(owners)
        return any(kind == "war" and pair <= present for pair, kind in self.treaties.items())

    def aftermath(self, report: muc.BattleReport) -> None:
        """What a battle leaves behind: the dead are gone, and the fleets that they were all of."""
        fought = {row["id"]: row for row in report.units}
        came = {self.units[id].fleet for id in fought}
        for id, row in fought.items():
            if row["alive"]:
                self.units[id].hp = row["hp"]
            else:
                del self.units[id]
        left = {unit.fleet for unit in self.units.values() if unit.hp > 0}
        for id in came - left:
            self.units = {unit: about for unit, about in self.units.items() if about.fleet != id}
            del self.fleets[id]
        self.weapons = {key for key in self.weapons if key[0] in self.units}

    def counts(self) -> dict[str, int]:
        """Rows by table."""
        return {name: len(getattr(self, name)) for name in KEYS}

    def differences(self, kernel: muc.Kernel) -> list[str]:
        """What the kernel's tables hold otherwise."""
        units, fleets, weapons = kernel.units(), kernel.fleets(), kernel.weapons()
        treaties = {frozenset((row["a"], row["b"])): row["kind"] for row in kernel.treaties()}
        seen: dict[str, Any] = {
            "factions": {row["name"] for row in kernel.factions()},
            "treaties": treaties,
            "fleets": {row["id"]: (row["faction"], row["location"]) for row in fleets},
            "units": {row["id"]: Unit(row["fleet"], row["max_hp"], row["hp"]) for row in units},
            "weapons": {(row["unit"], row["slot"]) for row in weapons},
        }
        return [
            f"{name}: {seen[name]} against {getattr(self, name)}"
            for name in KEYS
            if seen[name] != getattr(self, name)
        ]


def _is_quantity(value: float) -> bool:
    return math.isfinite(value) and 0 <= value <= 1e15
