"""What a ledger, events and a full record cost: paired runs of one battle, processor time.

python benches/records.py
"""

import statistics
import time

import numpy as np

import multi_universe_core as muc

RECORDS = ("ledger", "events", "full")


def kernel(units: int, weapons: int = 3) -> muc.Kernel:
    """Two fleets of half of the units each, with so many weapons."""
    made = muc.Kernel(seed=42)
    ids = np.arange(units)
    slots = np.tile(np.arange(weapons), units)
    made.push(
        factions={"name": ["Hegemony", "Synod"]},
        treaties={"a": ["Hegemony"], "b": ["Synod"], "kind": ["war"]},
        fleets={"id": [1, 2], "faction": ["Hegemony", "Synod"], "location": [7, 7]},
        units={"id": ids, "fleet": ids % 2 + 1, "max_hp": np.full(units, 400.0)},
        weapons={
            "unit": np.repeat(ids, weapons),
            "slot": slots,
            "range": 20.0 + 15.0 * slots,
            "attacks": 0.5 + slots,
        },
    )
    return made


def measure(units: int, pairs: int) -> None:
    """Prints what each record adds to the time of a battle: pairs of battles that take turns to be first."""
    fights = kernel(units)

    def seconds(seed: int, record: str | None) -> float:
        start = time.process_time()
        fights.resolve(location=7, seed=seed, commit=False, record=record)
        return time.process_time() - start

    for record in RECORDS:
        plain, ratios = [], []
        for seed in range(pairs):
            order = (None, record) if seed % 2 else (record, None)
            taken = {which: seconds(seed, which) for which in order}
            plain.append(taken[None])
            ratios.append(taken[record] / taken[None])
        without, more = 1e3 * statistics.median(plain), 100 * (statistics.median(ratios) - 1)
        print(f"{units:6} units, {record:7} {without:8.3f} ms without, {more:+6.1f} %")


if __name__ == "__main__":
    measure(200, 400)
    measure(10_000, 10)
