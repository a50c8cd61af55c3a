"""The border: columns in, a delta, the unit table out; against a Python object for each unit.

python benches/peers/columns.py
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from armies import tables

import multi_universe_core as muc
from beside import heading
from figures import Figure, show


@dataclass
class Unit:
    """The ten columns as attributes."""

    id: int
    fleet: int
    max_hp: float
    max_shield: float
    armor: float
    bs: float
    md: float
    speed: float
    cost: float
    shield_regen: float


class Campaign:
    """What a manager in Python has: a dict of objects, to which units are added one by one."""

    def __init__(self) -> None:
        self.units: dict[int, Unit] = {}

    def add_unit(self, *values: Any) -> None:
        unit = Unit(*values)
        self.units[unit.id] = unit


def median(work: Callable[[], object], turns: int, before: Callable[[], object] = lambda: None) -> float:
    """Seconds of `work`, each time after `before`."""
    times = []
    for _ in range(turns):
        before()
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def compare(units: int, turns: int) -> None:
    """Print the comparison for so many units of ten columns."""
    pushed, size = tables(units, 0), f"{units:,} units × 10 columns"
    del pushed["weapons"]
    given, values = pushed.pop("units"), units * 10
    kernel = muc.Kernel()
    kernel.push(**pushed)

    def empty() -> None:
        nonlocal kernel
        kernel = muc.Kernel()
        kernel.push(**pushed)

    full = median(lambda: kernel.push(units=given), turns, empty)
    assert len(kernel.units()) == units
    rows = [tuple(row) for row in zip(*(column[:10_000].tolist() for column in given.values()), strict=True)]

    def add() -> None:
        campaign = Campaign()
        for row in rows:
            campaign.add_unit(*row)

    one_by_one = median(add, 9) / len(rows)
    show(Figure("push, per value", size, full / values, "add_unit in Python", one_by_one / 10))
    again = median(lambda: kernel.push(units=given), turns)
    show(Figure("push of what is known already, per value", size, again / values))

    ids = np.arange(0, units, 100)
    delta = {name: column[ids] for name, column in given.items()}
    assert kernel.push(units=delta).changed["units"] == len(ids)
    some = median(lambda: kernel.push(units=delta), 5 * turns)
    show(Figure("delta of a hundredth, of a full push", size, some / full, unit="1"))

    objects = [Unit(*row) for row in rows]
    names = list(given)

    def read() -> None:
        for unit in objects:
            for name in names:
                getattr(unit, name)

    getattrs = median(read, 9) / len(objects) / len(names)
    table = kernel.units()
    pulled = units * len(table.columns)

    def pull() -> None:
        out = kernel.units()
        for name in out.columns:
            out[name]

    show(Figure("pull, per value", size, median(pull, turns) / pulled, "getattr in Python", getattrs))


if __name__ == "__main__":
    heading("columns in and out, per value")
    compare(100_000, 9)
    compare(1_000_000, 3)
