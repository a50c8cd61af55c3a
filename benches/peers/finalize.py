"""The account of a battle against a Python loop, NumPy and polars that make the same columns of it.

    python benches/peers/finalize.py

Ours is the system `finalize` in the profile of a battle's report: the account of every unit, fleet and
faction. The peers make a part of it, the table of factions, of columns that are there already: units,
ships, ground units and costs, before, lost and left; damage dealt and taken; kills, shots, hits, crits. The
loop makes the costs only.
"""

import gc
import statistics
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
from armies import FACTIONS, fought, kernel

from beside import heading
from figures import Figure, show

PART = "finalization of a battle, per unit"
SUMS = ("damage_dealt", "damage_taken", "kills", "shots", "hits", "crits")


def median(work: Callable[[], Any], turns: int) -> float:
    """Seconds."""
    times = []
    for _ in range(turns):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def compare(units: int, factions: int, turns: int) -> None:
    """Print the comparison for so many units."""
    made = kernel(units, factions=factions)
    reports = [fought(made, seed, 12) for seed in range(turns)]
    ours = statistics.median(
        row["total_ns"] for report in reports for row in report.profile if "finalize" in row["name"]
    )
    report = reports[-1]
    assert report.factions["hits"].min() > 0, "somebody hit nobody"
    table = {name: report.units[name] for name in SUMS}
    names = list(FACTIONS[:factions])
    codes = np.array([names.index(name) for name in report.units["faction"]])
    lost = (report.units["status"] == "destroyed") | (report.units["status"] == "retreated")
    dead = report.units["status"] == "destroyed"
    cost = made.units()["cost"].astype(np.float64)
    expected = {row["name"]: row for row in report.factions}
    assert lost.any() or units < 1_000

    def bincount() -> dict[str, Any]:
        count = lambda weights=None: np.bincount(codes, weights, factions)  # noqa: E731
        initial, gone = count(), count(dead)
        sums = {name: count(values) for name, values in table.items()}
        spent, wasted = count(cost), count(cost * dead)
        return sums | {
            "units_initial": initial, "units_lost": gone, "units_remaining": initial - gone,
            "cost_initial": spent, "cost_lost": wasted, "cost_remaining": spent - wasted,
        }  # fmt: skip

    frame = pl.DataFrame({"faction": codes, "dead": dead, "cost": cost, **table})

    def polars() -> pl.DataFrame:
        gone = pl.col("dead")
        return frame.group_by("faction").agg(
            pl.len().alias("units_initial"),
            gone.sum().alias("units_lost"),
            (~gone).sum().alias("units_remaining"),
            pl.col("cost").sum().alias("cost_initial"),
            (pl.col("cost") * gone).sum().alias("cost_lost"),
            (pl.col("cost") * ~gone).sum().alias("cost_remaining"),
            *(pl.col(name).sum() for name in SUMS),
        )

    def agree(name: str, values: Any) -> None:
        for faction, value in zip(names, values, strict=True):
            assert np.isclose(value, expected[faction][name], rtol=1e-9), (name, faction)

    of_numpy, of_polars = bincount(), polars().sort("faction")
    for name in ("units_initial", "units_lost", "cost_initial", "cost_lost", *SUMS):
        agree(name, of_numpy[name])
        agree(name, of_polars[name])
    size = f"{units:,} units, {factions} factions"
    peers: dict[str, Callable[[], Any]] = {"NumPy bincount": bincount, "polars group_by": polars}
    if units <= 100_000:
        objects = [
            SimpleNamespace(cost=c, alive=not d, faction=names[f])
            for c, d, f in zip(cost.tolist(), dead.tolist(), codes.tolist(), strict=True)
        ]

        def loop() -> dict[str, list[float]]:
            accounts = {name: [0.0, 0.0, 0.0] for name in names}
            for unit in objects:
                account = accounts[unit.faction]
                account[0] += unit.cost
                account[2 if unit.alive else 1] += unit.cost
            return accounts

        agree("cost_lost", [loop()[name][1] for name in names])
        peers["a loop over objects, costs only"] = loop
    gc.disable()
    for peer, work in peers.items():
        theirs = median(work, max(3, 2_000_000 // units // 10))
        show(Figure(PART, size, ours / 1e9 / units, peer, theirs / units))
    gc.enable()


if __name__ == "__main__":
    heading("finalization, per unit", "polars")
    for count, sides, repeats in ((500, 2, 200), (10_000, 2, 15), (100_000, 8, 3), (1_000_000, 8, 2)):
        compare(count, sides, repeats)
