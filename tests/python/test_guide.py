"""What the porting guide asks of an integration (its §7.5 and §8), with its placeholders filled in."""

import gc
import tracemalloc
from typing import Any

import numpy as np
import pytest

from multi_universe_core import (
    BattleFinalizer,
    DistanceCalculator,
    FleetIndex,
    TreatyMatrix,
    calculate_distances,
    calculate_strength,
)


class Fleet:
    def __init__(self, id: int) -> None:
        self.id = id


def create_test_fleets(count: int) -> list[Fleet]:
    return [Fleet(id) for id in range(count)]


def test_a_fleet_is_found_by_its_id() -> None:
    index = FleetIndex()
    index.build_index(create_test_fleets(100))
    fleet = index.get_fleet_by_id(1)
    assert fleet is not None and fleet.id == 1
    assert index.get_fleet_by_id(999) is None


def test_those_at_war_are_combatants_and_nobody_else() -> None:
    matrix = TreatyMatrix()
    matrix.set_treaty("FactionA", "FactionB", "War")
    combatants = matrix.get_active_combatants(["FactionA", "FactionB", "FactionC"])
    assert "FactionA" in combatants and "FactionB" in combatants
    assert "FactionC" not in combatants


def test_distances_are_a_matrix_with_zeros_on_its_diagonal() -> None:
    positions = np.random.rand(100, 2)
    distances = calculate_distances(positions)
    assert distances.shape == (100, 100)
    assert np.allclose(np.diag(distances), 0.0)
    assert (DistanceCalculator().pairwise(positions) == distances).all()


def test_the_guides_strength_is_exact() -> None:
    assert calculate_strength(100, [0.1, 0.2, 0.3]) == 160.0


def test_a_battle_as_read_from_json_is_finalized() -> None:
    battle: dict[str, Any] = {
        "Hegemony": [{"cost": 400, "alive": True}, {"cost": 250, "alive": False}, {"alive": False}],
        "Synod": [],
    }
    assert BattleFinalizer().finalize_battle(battle) == {
        "Hegemony": {"initial": 750, "lost": 350, "remaining": 400},
        "Synod": {"initial": 0, "lost": 0, "remaining": 0},
    }


def test_errors_are_exceptions_of_python() -> None:
    with pytest.raises(ValueError, match="fleets, row 0: got the id"):
        FleetIndex().build_index([Fleet(id=1.5)])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="positions: got"):
        calculate_distances("here and there")


def test_no_memory_leaks() -> None:
    def rounds(count: int) -> None:
        for _ in range(count):
            index = FleetIndex()
            index.build_index(create_test_fleets(10))
            matrix = TreatyMatrix()
            matrix.set_treaty("A", "B", "War")
            matrix.get_active_combatants(["A", "B"])
            BattleFinalizer().finalize_battle({"A": [{"alive": True}]})

    rounds(100)
    gc.collect()
    tracemalloc.start()
    rounds(10)
    before = tracemalloc.get_traced_memory()[0]
    rounds(1000)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 20_000
