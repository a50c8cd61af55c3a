"""The benchmarks, all or some of them, and the table that they fill.

    python benches/bench.py list
    python benches/bench.py run [NAME ...]   measure; into benches/record/figures.csv and docs/performance.md
    python benches/bench.py table            write the newest figures of the record into docs/performance.md

What is measured stands below, what is wanted in benches/goals.toml, how figures are kept in
benches/peers/figures.py. A part takes two minutes at most on two cores:
it can wait for a quiet moment.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
# The scripts beside the peers are run alone, and import each other by name; so does this one.
sys.path.append(str(ROOT / "benches" / "peers"))

from figures import COLLECTED, Figure, collected  # noqa: E402
from record import append, here, newest, print_goals, write_tables  # noqa: E402

CRITERION = ROOT / "target" / "criterion"


def python(*command: str) -> Callable[[], Iterator[Figure]]:
    """A part that is a Python script of `benches` with its arguments."""

    def run() -> Iterator[Figure]:
        with tempfile.TemporaryDirectory() as folder:
            figures = Path(folder, "figures")
            figures.touch()
            script = [sys.executable, str(ROOT / "benches" / command[0]), *command[1:]]
            subprocess.run(script, check=True, env=os.environ | {COLLECTED: str(figures)})
            yield from collected(figures.read_text(encoding="utf-8").splitlines())

    return run


def criterion(groups: str) -> Callable[[], Iterator[Figure]]:
    """A part that is some groups of the criterion benchmarks: a regular expression."""

    def run() -> Iterator[Figure]:
        start = time.time()
        command = ["cargo", "bench", "--locked", "--quiet", "--bench", "kernel", "--", groups]
        subprocess.run(command, check=True, cwd=ROOT)
        yield from measured(CRITERION, since=start)

    return run


def measured(folder: Path, since: float) -> Iterator[Figure]:
    """What criterion has written since then: medians, per element where the throughput is declared."""
    for path in sorted(folder.rglob("new/estimates.json")):
        if path.stat().st_mtime < since:
            continue
        about = json.loads((path.parent / "benchmark.json").read_text(encoding="utf-8"))
        median = json.loads(path.read_text(encoding="utf-8"))["median"]["point_estimate"] / 1e9
        elements = (about["throughput"] or {}).get("Elements", 1)
        size = "/".join(filter(None, (about["function_id"], about["value_str"])))
        yield Figure(f"criterion: {about['group_id']}", size, median / elements)


PARTS: dict[str, tuple[str, Callable[[], Iterator[Figure]]]] = {
    "battle": ("a round of a battle, against published times and the reference", python("peers/battle.py")),
    "growth": ("battles of 20 to 100,000 units", python("peers/growth.py", "growth")),
    "account": ("where the time of a battle goes", python("peers/growth.py", "account")),
    "million": ("a mirror and a battle of 1,000,000 units", python("peers/growth.py", "mirror")),
    "replicas": ("odds on one thread and two, and a call", python("peers/odds.py", "replicas", "call")),
    "replicas-numpy": ("replicas, against NumPy", python("peers/replicas.py")),
    "shooting": ("a batch of shots, against a twin in Python and NumPy", python("peers/shooting.py")),
    "distances": ("all pairs, against scipy and NumPy", python("peers/distances.py")),
    "neighbours": ("1,000 and 10,000 units", python("peers/neighbours.py", "thousands")),
    "neighbours-large": (
        "100,000 and 1,000,000 units",
        python("peers/neighbours.py", "hundred_thousand", "million"),
    ),
    "dropins": ("fleets, treaties, accounts, strengths, against Python", python("peers/dropins.py")),
    "finalize": ("the account of a battle, against NumPy and polars", python("peers/finalize.py")),
    "columns": ("push, delta and pull", python("peers/columns.py")),
    "bridge": ("the hand-over of objects", python("peers/bridge.py")),
    "turn": ("a turn of 1,000 battles", python("peers/odds.py", "turn")),
    "memory": ("the mirror, a battle, 100,000 battles", python("peers/memory.py")),
    "records": ("ledger, events, profile", python("peers/records.py")),
    "startup": ("import, first battle, wheel", python("peers/startup.py")),
    "kernel-battles": ("criterion: battles, rounds, replicas", criterion("^(battle|round|record|replicas)/")),
    "kernel-phases": (
        "criterion: each phase alone",
        criterion("^(targeting|movement|shooting|damage|morale|recovery|census|victory|treaty|finalize)/"),
    ),
    "kernel-rest": (
        "criterion: mirror, distances, hot paths",
        criterion("^(ingest|tables|snapshot|pairwise|nearest|k nearest|within|shooting batch|who fights)/"),
    ),
}


def run(names: list[str]) -> int:
    """Measures these parts, or all; 1 if one of them failed."""
    failed = []
    for name in names or PARTS:
        begun = time.monotonic()
        print(f"\n== {name}: {PARTS[name][0]}", flush=True)
        try:
            figures = list(PARTS[name][1]())
        except subprocess.CalledProcessError as fault:
            print(f"bench: {name} ended with exit code {fault.returncode}", file=sys.stderr)
            failed.append(name)
            continue
        append(figures, here())
        print(f"== {name}: {len(figures)} figures in {time.monotonic() - begun:.0f} s", flush=True)
    print_goals(newest())
    write_tables(newest())
    if failed:
        print(f"bench: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="what there is to measure")
    running = commands.add_parser("run", help="measure, and keep the figures")
    running.add_argument("names", nargs="*", metavar="NAME", help="parts; all if none is named")
    commands.add_parser("table", help="write the newest figures into docs/performance.md")
    options = parser.parse_args()
    if options.command == "list":
        for name, (what, _) in PARTS.items():
            print(f"{name:18} {what}")
        return 0
    if options.command == "table":
        write_tables(newest())
        return 0
    if unknown := [name for name in options.names if name not in PARTS]:
        parser.error(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    return run(options.names)


if __name__ == "__main__":
    sys.exit(main())
