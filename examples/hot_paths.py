"""The hot paths of a game one by one: the game's own function, ours, and a shadow that compares the two.

    python examples/hot_paths.py [CALLS]

For each of the six: what was there, what takes its place, whether the answers are the same, and both times.
Where Python is as fast, the report says that too: not every hot path is worth a switch.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import multi_universe_core as muc
from multi_universe_core.rollout import Distribution, Shadow, Tolerance

dice = random.Random(1)


@dataclass
class Fleet:
    """A fleet of the game."""

    id: int
    name: str


@dataclass
class Unit:
    """A unit of the game."""

    cost: float
    hp: float

    def is_alive(self) -> bool:
        """Whether it has any health left."""
        return self.hp > 0


def fleet_lookup(calls: int) -> Shadow[..., Any]:
    """1. A search through a list, against an index that is asked for many at once."""
    fleets = [Fleet(id, f"fleet {id}") for id in range(1000)]
    index = muc.FleetIndex()
    index.build_index(fleets)

    def python(ids: Sequence[int]) -> list[Fleet | None]:
        return [next((fleet for fleet in fleets if fleet.id == id), None) for id in ids]

    shadow = Shadow(python, index.get_many, name="fleet_lookup")
    for _ in range(calls):
        shadow([dice.randrange(1100) for _ in range(20)])
    return shadow


def treaty_matrix(calls: int) -> Shadow[..., Any]:
    """2. Who fights whom: a double loop over the factions, against a matrix of bits."""
    names = [f"faction {i}" for i in range(40)]
    wars = {(a, b): "War" for a in names for b in names if a < b and dice.random() < 0.05}
    matrix = muc.TreatyMatrix.from_dict(wars)

    def python(present: Sequence[str]) -> set[str]:
        def at_war(a: str, b: str) -> bool:
            return wars.get((a, b)) == "War" or wars.get((b, a)) == "War"

        return {a for a in present if any(at_war(a, b) for b in present if a != b)}

    shadow = Shadow(python, matrix.get_active_combatants, name="treaty_matrix")
    for _ in range(calls):
        shadow(dice.sample(names, 20))
    return shadow


def battle_finalization(calls: int) -> Shadow[..., Any]:
    """3. What a battle cost: a loop over objects, against one call on them. (It pays from columns only.)"""
    finalizer = muc.BattleFinalizer()

    def python(factions: dict[str, list[Unit]]) -> dict[str, dict[str, float]]:
        accounts = {}
        for name, units in factions.items():
            initial = sum(unit.cost for unit in units)
            remaining = sum(unit.cost for unit in units if unit.is_alive())
            accounts[name] = {"initial": initial, "lost": initial - remaining, "remaining": remaining}
        return accounts

    def ours(factions: dict[str, list[Unit]]) -> Any:
        return finalizer.finalize_battle(factions)

    shadow = Shadow(python, ours, name="battle_finalization")
    for _ in range(calls):
        units = [Unit(dice.randrange(50, 500), dice.choice([0, 80])) for _ in range(300)]
        shadow({"Hegemony": units[:150], "Synod": units[150:]})
    return shadow


def distances(calls: int) -> Shadow[..., Any]:
    """4. All distances: a double loop, against one call."""

    def python(positions: np.ndarray[Any, Any]) -> list[list[float]]:
        points = positions.tolist()
        return [[((xa - xb) ** 2 + (ya - yb) ** 2) ** 0.5 for xb, yb in points] for xa, ya in points]

    shadow = Shadow(python, muc.calculate_distances, compare=Tolerance(1e-12), name="distance_calculator")
    for _ in range(calls):
        shadow(np.random.default_rng(dice.getrandbits(32)).uniform(0, 100, (40, 2)))
    return shadow


def strength(calls: int) -> Shadow[..., Any]:
    """5. The strength of a unit: a formula per unit, against a cache that is asked for all of them."""
    bases = {unit: float(dice.randrange(10, 200)) for unit in range(200)}
    bonuses = {unit: [0.1, dice.choice([0.25, -0.5])] for unit in bases}
    cache = muc.StrengthCache()
    cache.set_many(list(bases), list(bases.values()), [sum(bonuses[unit]) for unit in bases])

    def python(units: Sequence[int]) -> list[float]:
        return [bases[unit] * (1 + sum(bonuses[unit])) for unit in units]

    shadow = Shadow(python, cache.get_many, compare=Tolerance(1e-12), name="unit_strength")
    for _ in range(calls):
        shadow(dice.sample(list(bases), 100))
    return shadow


def shooting(calls: int) -> Shadow[..., Any]:
    """6. A volley: dice in a loop, against one call. Their dice differ, so the hits agree in distribution."""

    def python(skills: Sequence[float]) -> int:
        chances = [(max(15, skill + 5) / 100 + min(0.2, len(skills) / 1000)) * 0.75 for skill in skills]
        return sum(dice.random() < chance for chance in chances)

    def ours(skills: Sequence[float]) -> int:
        return int(muc.resolve_shooting_batch({"bs": list(skills)}, seed=dice.getrandbits(64))["hits"].sum())

    # To tell two distributions apart to a tenth takes some thousand calls.
    shadow = Shadow(python, ours, compare=Distribution(limit=0.1), name="batch_shooting")
    for _ in range(10 * calls):
        shadow([dice.uniform(20, 80) for _ in range(200)])
    return shadow


PATHS: Sequence[Callable[[int], Shadow[..., Any]]] = (
    fleet_lookup, treaty_matrix, battle_finalization, distances, strength, shooting,
)  # fmt: skip


def main() -> None:
    """Watch each path for some calls, and print the verdicts."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    for path in PATHS:
        print(path.__doc__)
        report = path(calls).report(min_calls=calls, max_slowdown=1.0)
        print("  " + str(report).replace("\n", "\n  "), end="\n\n")


if __name__ == "__main__":
    main()
