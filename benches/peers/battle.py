"""A round of a whole battle: against the project's reference in plain Python, and against published times.

    python benches/peers/battle.py [published] [reference] [objects]

The Python strategy engine and the Rust engine that it ships are not here. Their times of a round (of a
step) were measured by others on a machine of the same kind and are written down below; their rounds have
fewer rules. What is here is the reference of `tests/reference`, plain Python with the same rules and the
same digests. A round of ours is a whole battle, from `resolve` to report, divided by its rounds, on one
thread.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bridge as objects
from armies import FACTIONS, fought, kernel, tables

from beside import heading
from figures import Figure, show
from multi_universe_core.bridge import BattleBridge

sys.path.append(str(Path(__file__).parents[2] / "tests"))

import reference

PART = "a round, 3 weapons"
RUST_STEP = {100: 0.028e-3, 1_000: 0.34e-3, 5_000: 6.8e-3}
"""A step of the Rust engine, published, without the targeting of its first step."""
PYTHON_SPACE = {20: 6.8e-3, 100: 38e-3}
PYTHON_GROUND = {100: 46e-3, 500: 392e-3, 1_000: 1_065e-3, 2_000: 3_820e-3}
"""A round of the Python engine, published."""


def round_of_ours(units: int, *, ground: bool = False, most: int = 60) -> float:
    """Seconds a round, the median of battles with different rolls."""
    made = kernel(units, ground=ground)
    spent = []
    for seed in range(max(5, 20_000 // units)):
        start = time.perf_counter()
        report = fought(made, seed, most)
        spent.append((time.perf_counter() - start) / report.rounds)
        assert report.factions["kills"].sum() > 0, "nobody was killed"
    return statistics.median(spent)


def published() -> None:
    """Sizes of which there are published times."""
    heading("a round of a whole battle, against published times")
    of_ships = {units: round_of_ours(units) for units in (20, 100, 1_000, 5_000, 10_000)}
    for units, step in RUST_STEP.items():
        show(Figure(PART, f"{units:,} units", of_ships[units], "the Rust engine's published step", step))
    grown = "the Rust engine's published step, grown with the square"
    show(Figure(PART, "10,000 units", of_ships[10_000], grown, 4 * RUST_STEP[5_000]))
    for units, spent in PYTHON_SPACE.items():
        show(Figure(PART, f"{units:,} units", of_ships[units], "the Python engine's published round", spent))
    for units, spent in PYTHON_GROUND.items():
        ours = round_of_ours(units, ground=True)
        show(Figure(PART, f"{units:,} units, ground", ours, "the Python engine's published round", spent))


def beside_the_reference() -> None:
    """The same battles on both, with equal digests."""
    heading("a round of a whole battle, against the reference")
    for units, most in ((20, 60), (100, 30), (1_000, 12)):
        rows = {name: _rows(table) for name, table in tables(units).items()}
        start = time.perf_counter()
        expected = reference.resolve(reference.Campaign.of(**rows), location=7, seed=3, max_rounds=most)
        theirs = (time.perf_counter() - start) / expected.rounds
        made, spent = kernel(units), []
        for _ in range(15):
            start = time.perf_counter()
            report = fought(made, 3, most)
            spent.append((time.perf_counter() - start) / report.rounds)
        assert report.digest == expected.digest, "not the same battle"
        assert report.factions["hits"].sum() > 0, "nobody was hit"
        show(Figure(PART, f"{units:,} units", statistics.median(spent), "the reference in Python", theirs))


def _rows(table: dict[str, Any]) -> list[dict[str, Any]]:
    plain = {name: getattr(values, "tolist", lambda v=values: v)() for name, values in table.items()}
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]


def from_objects() -> None:
    """Hand-over from objects and back included: 29 attributes a unit, 8 of each of its three weapons."""
    heading("a round of a battle from objects and back, against published times")
    for units, theirs in ((100, PYTHON_SPACE[100]), (1_000, PYTHON_GROUND[1_000])):
        army = [objects.Unit(max_hp=400.0) for _ in range(units)]
        half = units // 2
        armies = {FACTIONS[0]: army[:half], FACTIONS[1]: army[half:]}
        bridge = BattleBridge(objects.schema())
        spent = []
        for seed in range(9):
            objects.reset(army)
            for unit in army:
                unit.hp = 400.0
            start = time.perf_counter()
            report = bridge.resolve(armies, max_rounds=60, seed=seed)
            spent.append((time.perf_counter() - start) / report.rounds)
            assert report.factions["kills"].sum() > 0, "nobody was killed"
        ours = statistics.median(spent)
        size = f"{units:,} units"
        show(
            Figure(
                "a round, from objects and back", size, ours, "the Python engine's published round", theirs
            )
        )


PARTS: dict[str, Callable[[], None]] = {
    "published": published,
    "reference": beside_the_reference,
    "objects": from_objects,
}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
