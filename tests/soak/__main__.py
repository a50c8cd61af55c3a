"""`python -m soak` in the folder `tests`: a long random life of a kernel; a defect becomes a script."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from .life import Life, history
from .shrink import defect, script, shrunk


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--operations", type=int, default=10_000, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="which life")
    parser.add_argument(
        "--script", type=Path, default=Path("soak_failure.py"), help="where a defect is written"
    )
    given = parser.parse_args()
    life, start = Life(), time.perf_counter()
    try:
        history(given.operations, given.seed, life)
    except Exception as failure:
        lived = failure.history  # type: ignore[attr-defined]
        kind = defect(lived)
        shortest = shrunk(lived, lambda operations: defect(operations) == kind)
        given.script.write_text(script(shortest), encoding="utf-8")
        print(f"{failure!r} after {life.done.total()} operations; {len(shortest)} do, see {given.script}")
        return 1
    for name, times in sorted(life.done.items()):
        print(f"{times:>8} {name}")
    took = time.perf_counter() - start
    print(f"{life.done.total():>8} operations of seed {given.seed} in {took:.0f} s, no defect")
    return 0


if __name__ == "__main__":
    sys.exit(main())
