"""The lines of a scenario file, for the scripts that write some."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

# The reader of rosters is shared with the example, and lives beside it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "examples"))

from rosters import ShipClass, WeaponMount

Value = str | int | float | bool | Sequence[str] | Sequence[float]


def section(header: str, values: Mapping[str, Value]) -> Iterator[str]:
    """A table with an empty line before it: `section("[rules]", {"volleys": 2})`."""
    yield from ("", header)
    yield from (f"{key} = {value_of(value)}" for key, value in values.items())


def template(
    name: str, columns: Mapping[str, Value], weapons: Iterable[Mapping[str, Value]]
) -> Iterator[str]:
    """A unit with its weapons, to be used by name."""
    yield from section(f"[template.{name}]", columns)
    yield "weapons = ["
    yield from (f"  {inline(weapon)}," for weapon in weapons)
    yield "]"


def ship_template(ship: ShipClass) -> Iterator[str]:
    """The template of a ship of a roster, under its name there."""
    columns: dict[str, Value] = {
        column: getattr(ship, column)
        for column in ("max_hp", "max_shield", "armor", "damage", "speed", "cost")
    }
    columns |= {flag: True for flag in ("massive", "interdictor") if getattr(ship, flag)}
    return template(ship.name, columns, (_mount(mount) for mount in ship.weapons))


def _mount(mount: WeaponMount) -> Mapping[str, Value]:
    return {column: getattr(mount, column) for column in ("name", "strength", "ap", "attacks", "range")}


def fleet(values: Mapping[str, Value], units: Iterable[tuple[str, int]]) -> Iterator[str]:
    """A fleet of so many units of each template."""
    yield from section("[[fleet]]", values)
    yield "units = ["
    yield from (f"  {inline({'template': name, 'count': count})}," for name, count in units)
    yield "]"


def inline(values: Mapping[str, Value]) -> str:
    """A table on one line."""
    return f"{{ {', '.join(f'{key} = {value_of(value)}' for key, value in values.items())} }}"


def value_of(value: Value) -> str:
    """A TOML value; a float is read back to the same bits.

    JSON's escapes are legal in a TOML text, except a character written as two surrogates.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case int() | float():
            return repr(value)
        case _:
            return f"[{', '.join(map(value_of, value))}]"
