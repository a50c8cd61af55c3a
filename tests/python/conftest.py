"""What the tests share: a small campaign, and battles of a chosen size."""

import signal
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import multi_universe_core as muc

Tables = dict[str, dict[str, Any]]

# What a shell starts in the background ignores Ctrl-C, and a test of Ctrl-C would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)


def campaign() -> Tables:
    """Two powers at war at location 7, a third one at peace with both, and a fleet elsewhere."""
    return {
        "factions": {"name": ["Hegemony", "Synod", "Traders"]},
        "treaties": {"a": ["Hegemony"], "b": ["Synod"], "kind": ["war"]},
        "fleets": {
            "id": [1, 2, 3, 4],
            "faction": ["Hegemony", "Synod", "Traders", "Synod"],
            "location": [7, 7, 7, 8],
        },
        "units": {
            "id": [10, 11, 20, 21, 30, 40],
            "fleet": [1, 1, 2, 2, 3, 4],
            "max_hp": [400.0, 400.0, 300.0, 300.0, 100.0, 100.0],
            "armor": [20.0, 20.0, 0.0, 0.0, 0.0, 0.0],
        },
        "weapons": {
            "unit": [10, 11, 20, 21],
            "slot": [0, 0, 0, 0],
            "strength": [6.0, 6.0, 5.0, 5.0],
            "range": [90.0, 90.0, 90.0, 90.0],
            "attacks": [2, 2, 1, 1],
        },
    }


def fleet_battle(
    units: int, *, threads: int | None = None, max_hp: float = 400.0, rules: muc.Rules | None = None
) -> muc.Kernel:
    """A kernel with two fleets, 1 and 2, of half of the units each, all of them armed."""
    kernel = muc.Kernel(seed=42, threads=threads, rules=rules)
    ids = np.arange(units)
    kernel.push(
        factions={"name": ["Hegemony", "Synod"]},
        treaties={"a": ["Hegemony"], "b": ["Synod"], "kind": ["war"]},
        fleets={"id": [1, 2], "faction": ["Hegemony", "Synod"], "location": [7, 7]},
        units={"id": ids, "fleet": ids % 2 + 1, "max_hp": np.full(units, max_hp)},
        weapons={
            "unit": ids,
            "slot": np.zeros(units, dtype=np.int64),
            "range": np.full(units, 1000.0),
            "strength": np.full(units, 6.0),
        },
    )
    return kernel


def endless_battle(units: int = 2000) -> muc.Kernel:
    """A battle that takes minutes: nobody can hurt anybody enough, and no rule ends it."""
    rules = muc.Rules(quiet_rounds=1_000_000, killless_rounds=1_000_000, max_rounds=1_000_000)
    return fleet_battle(units, max_hp=1e14, rules=rules)


@pytest.fixture
def kernel() -> muc.Kernel:
    """A kernel that holds the small campaign."""
    kernel = muc.Kernel(seed=42)
    kernel.push(**campaign())
    return kernel


@pytest.fixture
def refuses(kernel: muc.Kernel) -> Callable[..., str]:
    """Calls what must be refused, checks that nothing has changed, and returns the message."""

    def call(expected: type[Exception], action: Callable[[muc.Kernel], object]) -> str:
        before = kernel.digest()
        with pytest.raises(expected) as refusal:
            action(kernel)
        assert type(refusal.value) is expected
        assert kernel.digest() == before
        return str(refusal.value)

    return call
