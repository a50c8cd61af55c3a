"""What a ledger, events and a full record cost, and the profile: paired runs of one battle, processor time.

    python benches/peers/records.py

The profile cannot be turned off from Python: its price is `benches/profile.rs`'s, the same battle with and
without a clock.
"""

import re
import statistics
import subprocess
import time
from pathlib import Path

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
    assert fought(fights, 1, 25).factions["hits"].min() > 0


def profile() -> None:
    """What the clock adds, by the benchmark in Rust."""
    command = ["cargo", "bench", "--locked", "--quiet", "--bench", "profile"]
    root = Path(__file__).parents[2]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    prices = re.findall(r"^ *(\d+) ships: .* ([+-][\d.]+) % with it", said, re.MULTILINE)
    assert len(prices) == 2, said
    for ships, percent in prices:
        show(Figure("price of the profile", f"{int(ships):,} units", float(percent) / 100, unit="1"))


if __name__ == "__main__":
    heading("what records cost: the share that is added to a battle without")
    measure(200, 400)
    measure(10_000, 40)
    profile()
