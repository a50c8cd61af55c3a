"""Whether the kernel and the reference say the same of a battle, to the last bit."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from case import Case

import multi_universe_core as muc
import reference

# Where a battle on which the two differ is written as a scenario. It is not part of the repository.
DISAGREEMENTS = Path(__file__).parents[2] / "target" / "disagreements"
FACTS = ("outcome", "winner", "winners", "decisiveness", "rounds", "survivors", "seed")
TABLES = ("timeline", "units", "weapons", "fleets", "factions")
MOST_SHOWN = 12


def assert_agreement(case: Case, name: str) -> None:
    """Both engines fight a battle and agree on it, or it is written to a file of this name."""
    found = differences(case.fought_by_the_kernel(), case.fought_by_the_reference())
    if found:
        DISAGREEMENTS.mkdir(parents=True, exist_ok=True)
        path = DISAGREEMENTS / f"{name}.toml"
        case.save(path)
        shown = [*found[:MOST_SHOWN], f"{len(found)} differences in all"]
        raise AssertionError("\n".join([f"kernel and reference differ; the battle is in {path}", *shown]))


def differences(kernel: muc.BattleReport, expected: reference.Report) -> list[str]:
    """What the kernel's report says otherwise: of the facts, in a cell of a table, in the digest.

    The digest is of every column at the end of every round, so equal digests are equal rounds.
    """
    found = [
        f"{fact}: kernel {getattr(kernel, fact)!r}, reference {getattr(expected, fact)!r}"
        for fact in FACTS
        if getattr(kernel, fact) != getattr(expected, fact)
    ]
    for name in TABLES:
        found += _differences_of_tables(name, list(getattr(kernel, name)), getattr(expected, name))
    if kernel.digest != expected.digest:
        found.append(f"digest: kernel {kernel.digest}, reference {expected.digest}")
    return found


def _differences_of_tables(
    name: str, kernel: list[dict[str, Any]], expected: list[dict[str, Any]]
) -> Iterable[str]:
    if len(kernel) != len(expected):
        return [f"{name}: kernel {len(kernel)} rows, reference {len(expected)}"]
    found = []
    for number, (row, wanted) in enumerate(zip(kernel, expected, strict=True)):
        if row.keys() != wanted.keys():
            return [f"{name}: kernel has the columns {list(row)}, reference {list(wanted)}"]
        found += [
            f"{name}, row {number}, {column}: kernel {row[column]!r}, reference {wanted[column]!r}"
            for column in row
            if not same(row[column], wanted[column])
        ]
    return found


def same(a: object, b: object) -> bool:
    """Equal, and of floats the same bits (all NaNs are the same)."""
    if isinstance(a, float) and isinstance(b, float):
        return (a == b and math.copysign(1, a) == math.copysign(1, b)) or (math.isnan(a) and math.isnan(b))
    return a == b
