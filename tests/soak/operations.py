"""Operations as data, drawn by a seed: a life can be written down, shortened and lived again."""

from __future__ import annotations

import math
import random
from typing import Any

from .model import KINDS, Model, Tables

# An operation: its name and its arguments.
Operation = tuple[str, dict[str, Any]]

FACTIONS = ("Arden", "Brae", "Corin", "Dorn")
PLACES = range(4)
MOST_FLEETS = 12
MOST_UNITS = 60
# How often each comes, in parts of all.
WEIGHTS = {
    "push": 40,
    "remove": 10,
    "resolve": 16,
    "resolve_turn": 4,
    "odds": 4,
    "compare": 2,
    "snapshot": 6,
    "restore": 4,
    "copy": 4,
    "pickle": 3,
    "rebuild": 2,
    "damaged": 4,
    "cancel": 1,
}


def draw(rolls: random.Random, model: Model) -> Operation:
    """The next operation of a life: mostly one that fits what is there, now and then a spoilt one."""
    name = rolls.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    if name == "push":
        tables = _push(rolls, model)
        if rolls.random() < 0.25:
            _spoil(rolls, tables)
        return name, {"tables": tables}
    if name == "remove":
        return name, {"keys": _removal(rolls, model)}
    if name in ("resolve", "odds", "compare", "cancel"):
        arguments: dict[str, Any] = {"seed": rolls.randrange(1000)} | _muster(rolls, model)
        if name == "resolve":
            arguments |= {"commit": rolls.random() < 0.7, "record": rolls.choice([None, None, "full"])}
        return name, arguments
    if name == "resolve_turn":
        return name, {"seed": rolls.randrange(1000), "threads": rolls.choice([1, 2])}
    if name == "damaged":
        return name, {"place": rolls.random(), "bits": rolls.randrange(1, 256), "cut": rolls.random() < 0.3}
    if name == "restore":
        return name, {"which": rolls.random()}
    return name, {}


def _push(rolls: random.Random, model: Model) -> Tables:
    tables: Tables = {}
    if rolls.random() < 0.3 or len(model.factions) < 2:
        tables["factions"] = {"name": rolls.sample(FACTIONS, rolls.randint(1, 3))}
    known = sorted(model.factions | set(tables.get("factions", {}).get("name", [])))
    if len(known) >= 2 and (rolls.random() < 0.3 or not model.treaties):
        a, b = rolls.sample(known, 2)
        tables["treaties"] = {"a": [a], "b": [b], "kind": [rolls.choices(KINDS, [5, 1, 1])[0]]}
    if known and rolls.random() < 0.4:
        ids = rolls.sample(range(MOST_FLEETS), rolls.randint(1, 4))
        owners, places = [rolls.choice(known) for _ in ids], [rolls.choice(PLACES) for _ in ids]
        tables["fleets"] = {"id": ids, "faction": owners, "location": places}
    fleets = sorted(set(model.fleets) | set(tables.get("fleets", {}).get("id", [])))
    if fleets and rolls.random() < 0.7:
        ids = rolls.sample(range(MOST_UNITS), rolls.randint(1, 12))
        tables["units"] = {"id": ids, "fleet": [rolls.choice(fleets) for _ in ids]}
        if rolls.random() < 0.8:
            most = [float(rolls.choice([40, 100, 300])) for _ in ids]
            tables["units"] |= {
                "max_hp": most,
                "hp": [rolls.choice([1.0, 1.0, 0.5, 0.0]) * hp for hp in most],
            }
    units = sorted(set(model.units) | set(tables.get("units", {}).get("id", [])))
    if units and rolls.random() < 0.6:
        armed = rolls.sample(units, min(len(units), rolls.randint(1, 10)))
        slots = [rolls.randrange(2) for _ in armed]
        tables["weapons"] = {
            "unit": armed,
            "slot": slots,
            "strength": [rolls.choice([4.0, 9.0]) for _ in armed],
        }
    return tables


def _spoil(rolls: random.Random, tables: Tables) -> None:
    if not tables:
        return
    name = rolls.choice(sorted(tables))
    table = tables[name]
    column = rolls.choice(sorted(table))
    values = table[column]
    row = rolls.randrange(len(values))
    number = isinstance(values[row], float)
    match rolls.randrange(5):
        case 0:
            values.append(values[row])
        case 1:
            table["no_such_column"] = [1.0] * len(values)
        case 2:
            for other in table.values():
                other.append(other[row])
        case 3:
            values[row] = rolls.choice([math.nan, math.inf, -1.0, 1e16]) if number else _stranger(values[row])
        case _:
            del table[column]


def _stranger(value: str | int) -> str | int:
    return "Nobody" if isinstance(value, str) else 4711


def _removal(rolls: random.Random, model: Model) -> dict[str, list[Any]]:
    keys: dict[str, list[Any]] = {}
    for name, given in (
        ("factions", sorted(model.factions)),
        ("fleets", sorted(model.fleets)),
        ("units", sorted(model.units)),
        ("weapons", sorted(model.weapons)),
    ):
        if given and rolls.random() < 0.3:
            keys[name] = rolls.sample(given, min(len(given), rolls.randint(1, 2)))
    if keys and rolls.random() < 0.2:
        name = rolls.choice(sorted(keys))
        keys[name].append({"factions": "Nobody", "weapons": (4711, 0)}.get(name, 4711))
    return keys


def _muster(rolls: random.Random, model: Model) -> dict[str, Any]:
    fleets = sorted(model.fleets)
    if rolls.random() < 0.5 or len(fleets) < 2:
        return {"location": rolls.choice(PLACES)}
    chosen = rolls.sample(fleets, rolls.randint(2, len(fleets)))
    if rolls.random() < 0.1:
        chosen[0] = rolls.choice([4711, chosen[-1]])
    return {"fleets": chosen}
