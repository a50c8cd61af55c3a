"""A long run: many battles and pushes, and what they leave behind: memory, files, references.

    python scripts/long_run.py --battles 100000 --pushes 1000000

Prints the resident memory at each tenth, its slope by least squares over the second half, the open files and
threads before and after, and the reference counts of the inputs. Exit code 1 if memory grows by more than a
byte a call, a file or a thread is left, or an input is held. Linux only: it reads /proc.
"""

import argparse
import gc
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import multi_universe_core as muc

PARTS = 10
MOST_BYTES_A_CALL = 1.0


def campaign() -> muc.Kernel:
    """Two fleets of four armed ships each."""
    kernel = muc.Kernel(seed=42)
    ids = np.arange(8)
    kernel.push(
        factions={"name": ["Hegemony", "Synod"]},
        treaties={"a": ["Hegemony"], "b": ["Synod"], "kind": ["war"]},
        fleets={"id": [1, 2], "faction": ["Hegemony", "Synod"], "location": [7, 7]},
        units={"id": ids, "fleet": ids % 2 + 1, "max_hp": np.full(8, 100.0)},
        weapons={"unit": ids, "slot": np.zeros(8, dtype=np.int64), "range": np.full(8, 90.0)},
    )
    return kernel


def resident() -> int:
    """Resident memory of this process, in bytes."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def watched(name: str, calls: int, call: Callable[[int], object]) -> bool:
    """Calls so many times; whether nothing was left behind."""
    for number in range(max(1, calls // 100)):
        call(number)
    before = open_files(), threads()
    start = time.perf_counter()
    sizes = []
    for part in range(PARTS):
        for number in range(calls // PARTS):
            call(part * (calls // PARTS) + number)
        gc.collect()
        sizes.append(resident())
    took = time.perf_counter() - start
    later = np.array(sizes[PARTS // 2 :], dtype=float)
    slope = np.polyfit(np.arange(len(later)) * (calls // PARTS), later, 1)[0]
    after = open_files(), threads()
    print(f"{name}: {calls} calls in {took:.0f} s ({1e6 * took / calls:.0f} µs each)")
    print("  resident, MB:", " ".join(f"{size / 2**20:.1f}" for size in sizes))
    print(f"  slope of the second half: {slope:+.3f} bytes a call")
    print(f"  open files {before[0]} -> {after[0]}, threads {before[1]} -> {after[1]}")
    return bool(slope < MOST_BYTES_A_CALL) and after == before


def main() -> int:
    """Runs both, and says what was left behind."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--battles", type=int, default=100_000)
    parser.add_argument("--pushes", type=int, default=1_000_000)
    given = parser.parse_args()
    kernel = campaign()
    ids, hp, names = np.arange(8), np.full(8, 90.0), ["Hegemony", "Synod"]
    inputs: list[object] = [ids, hp, names, names[0]]
    counts = [sys.getrefcount(value) for value in inputs]

    def push(number: int) -> None:
        hp[number % 8] = 50.0 + number % 50
        kernel.push(units={"id": ids, "hp": hp}, factions={"name": names})

    def fight(number: int) -> None:
        report = kernel.resolve(fleets=[1, 2], seed=number, commit=False)
        assert len(report.units) == 8

    flat = watched("pushes of 8 units", given.pushes, push)
    flat &= watched("battles of 8 ships", given.battles, fight)
    held = [sys.getrefcount(value) for value in inputs]
    print(f"reference counts of the inputs {counts} -> {held}")
    return 0 if flat and held == counts else 1


if __name__ == "__main__":
    sys.exit(main())
