"""The battles that are measured: ships or ground units of two kinds, of some factions that are all at war."""

from itertools import combinations
from typing import Any

import numpy as np

import multi_universe_core as muc

FACTIONS = ("Hegemony", "Synod", "Combine", "League", "Remnant", "Chapter", "Accord", "Swarm")
Tables = dict[str, dict[str, Any]]


def tables(
    units: int, weapons: int = 3, *, factions: int = 2, ground: bool = False, toughness: float = 1.0
) -> Tables:
    """What is pushed: one fleet for each faction, all of them at place 7, units of ten columns."""
    ids = np.arange(units)
    mounts = np.arange(units * weapons)
    slots = mounts % max(weapons, 1)

    def of(heavy: float, light: float) -> Any:
        return np.where(ids % 3 == 0, heavy, light)

    wars = list(combinations(FACTIONS[:factions], 2))
    return {
        "factions": {"name": list(FACTIONS[:factions])},
        "treaties": {"a": [a for a, _ in wars], "b": [b for _, b in wars], "kind": ["war"] * len(wars)},
        "fleets": {
            "id": np.arange(factions),
            "faction": list(FACTIONS[:factions]),
            "location": np.full(factions, 7),
        },
        "units": {
            "id": ids,
            "fleet": ids % factions,
            "max_hp": of(900.0, 400.0) * toughness,
            "max_shield": of(200.0, 50.0),
            "armor": of(30.0, 10.0),
            "bs": of(55.0, 45.0),
            "md": of(20.0, 40.0),
            "speed": of(4.0, 7.0),
            "cost": of(300.0, 100.0),
            "shield_regen": of(5.0, 0.0),
        }
        | ({"domain": np.full(units, "ground")} if ground else {}),
        "weapons": {
            "unit": mounts // max(weapons, 1),
            "slot": slots,
            "range": 20.0 + 15.0 * slots,
            "attacks": 0.5 + slots,
        },
    }


def kernel(units: int, weapons: int = 3, *, threads: int = 1, **more: Any) -> muc.Kernel:
    """A kernel that holds them."""
    made = muc.Kernel(seed=42, threads=threads)
    made.push(**tables(units, weapons, **more))
    return made


def fought(made: muc.Kernel, seed: int, max_rounds: int | None = None, **more: Any) -> muc.BattleReport:
    """The battle at place 7, of which the mirror learns nothing."""
    return made.resolve(location=7, seed=seed, max_rounds=max_rounds, commit=False, **more)
