"""What a ledger, events and a full record cost, and the profile: paired runs of one battle, processor time.

    python benches/peers/records.py

The profile cannot be turned off. Its price is the number of times that it reads the clock, times what a
reading costs from Python, which is more than it costs inside, over the time of the battle: an upper bound.
"""

import statistics
import time

from armies import fought, kernel

from beside import heading
from figures import Figure, show

RECORDS = {"ledger": "the ledger", "events": "the events", "full": "a full record"}


def measure(units: int, pairs: int) -> None:
    """What each record adds to the time of a battle: pairs of battles that take turns to be first."""
    fights, size = kernel(units), f"{units:,} units"

    def seconds(seed: int, record: str | None) -> float:
        start = time.process_time()
        fought(fights, seed, 25, record=record)
        return time.process_time() - start

    for record, name in RECORDS.items():
        ratios = []
        for seed in range(pairs):
            order = (None, record) if seed % 2 else (record, None)
            taken = {which: seconds(seed, which) for which in order}
            ratios.append(taken[record] / taken[None])
        show(Figure(f"price of {name}", size, statistics.median(ratios) - 1, unit="1"))
    report = fought(fights, 1, 25)
    calls = int(report.profile["calls"].sum())
    whole = statistics.median(seconds(seed, None) for seed in range(min(pairs, 50)))
    show(Figure("price of the profile", size, calls * reading() / whole, unit="1"))
    assert report.factions["hits"].min() > 0


def reading() -> float:
    """Seconds that one reading of the clock takes at most."""
    clock, count = time.perf_counter_ns, 100_000
    start = clock()
    for _ in range(count):
        clock()
    return (clock() - start) / count / 1e9


if __name__ == "__main__":
    heading("what records cost: the share that is added to a battle without")
    measure(200, 400)
    measure(10_000, 10)
