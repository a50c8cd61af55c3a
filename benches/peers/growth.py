"""How the cost of a battle grows from 20 to 100,000 units, and where the time goes.

    python benches/peers/growth.py [growth] [account] [mirror]

`growth`: ns per unit and round, three weapons a unit, whole battles from `resolve` to report, on one thread
and on two. `account`: the report's own profile of battles of 200, 10,000 and 100,000 units, per system.
`mirror`: a mirror of 1,000,000 units with two weapons each, and a battle of all of them.
"""

import statistics
import sys
import time
from collections.abc import Callable

from armies import fought, kernel, tables

import multi_universe_core as muc
from beside import heading
from figures import Figure, show
from record import ACCOUNT, WHOLE

SIZES = (20, 100, 200, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
PART = "battle, per unit and round, threads: {}"


def growth() -> None:
    """Battles of growing size, the same army; big ones are cut off when they are in full contact."""
    heading("growth of a battle's cost")
    per: dict[int, dict[int, float]] = {1: {}, 2: {}}
    for units in SIZES:
        made = {threads: kernel(units, threads=threads) for threads in per}
        spent: dict[int, list[float]] = {1: [], 2: []}
        for seed in range(max(3, min(200, 40_000 // units))):
            for threads in spent:
                start = time.perf_counter()
                report = fought(made[threads], seed, 25)
                spent[threads].append((time.perf_counter() - start) / report.rounds / units)
                assert report.factions["hits"].min() > 0, "somebody hit nobody"
        for threads, times in spent.items():
            per[threads][units] = statistics.median(times)
        size = f"{units:,} units"
        show(Figure(PART.format(1), size, per[1][units]))
        show(Figure(PART.format(2), size, per[2][units], "threads: 1", per[1][units]))
    grown = per[1][100_000] / per[1][1_000]
    show(Figure("growth of a round's cost per unit", "1,000 to 100,000 units", grown, unit="1"))


def account() -> None:
    """Each system's share of a battle: ns per unit and round (finalize and deploy: per unit and battle)."""
    heading("where the time of a battle goes, one thread")
    for units, most, battles in ((200, 60, 200), (10_000, 25, 3), (100_000, 15, 1)):
        made, size = kernel(units), f"{units:,} units"
        totals: dict[str, list[float]] = {}
        whole, rounds = 0.0, 0
        for seed in range(battles):
            start = time.perf_counter()
            report = fought(made, seed, most)
            whole += time.perf_counter() - start
            rounds += report.rounds
            for row in report.profile:
                totals.setdefault(row["name"], []).append(row["total_ns"] / 1e9)
        inside = 0.0
        for name, times in sorted(totals.items(), key=lambda pair: -sum(pair[1])):
            inside += sum(times)
            show(Figure(ACCOUNT, f"{size}, {name}", sum(times) / rounds / units))
        outside = (whole - inside) / battles / units
        show(Figure(ACCOUNT, f"{size}, {WHOLE[0]}", inside / rounds / units))
        show(Figure(ACCOUNT, f"{size}, {WHOLE[1]}", outside))


def mirror() -> None:
    """A million units with two weapons each: pushed, and all of them in one battle."""
    heading("a mirror of 1,000,000 units with two weapons each")
    pushed, made = tables(1_000_000, 2), muc.Kernel(seed=42, threads=2)
    start = time.perf_counter()
    made.push(**pushed)
    show(Figure("a mirror of 1,000,000 units with 2 weapons each", "the push", time.perf_counter() - start))
    start = time.perf_counter()
    report = fought(made, 1, 10)
    spent = time.perf_counter() - start
    assert report.rounds == 10 and len(report.units) == 1_000_000
    show(Figure("a mirror of 1,000,000 units with 2 weapons each", "10 rounds of all, threads: 2", spent))
    rounds = sum(row["total_ns"] for row in report.profile) / 1e9 / 10
    show(Figure("a mirror of 1,000,000 units with 2 weapons each", "one of the rounds", rounds))


PARTS: dict[str, Callable[[], None]] = {"growth": growth, "account": account, "mirror": mirror}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
