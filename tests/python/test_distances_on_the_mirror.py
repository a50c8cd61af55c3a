"""`kernel.distances`: the living, placed units of the mirror, hostile by treaty."""

import itertools
import math
from typing import Any

import numpy as np
import pytest

import multi_universe_core as muc

WARS = [("Hegemony", "Synod"), ("Horde", "Hegemony")]
FACTIONS = ["Hegemony", "Horde", "Synod", "Traders"]


def campaign(units: int, *, seed: int = 1) -> tuple[muc.Kernel, dict[int, dict[str, Any]]]:
    """Four factions with two fleets each; some units dead or not placed; many ties."""
    rng = np.random.default_rng(seed)
    kernel = muc.Kernel(seed=1)
    fleets = range(1, 9)
    table: dict[str, Any] = {
        "id": rng.permutation(units * 3)[:units],
        "fleet": rng.integers(1, 9, units),
        "hp": np.where(rng.random(units) < 0.1, 0.0, 50.0),
        "x": np.where(rng.random(units) < 0.1, np.nan, rng.integers(0, 12, units)),
        "y": rng.integers(0, 12, units).astype(float),
    }
    kernel.push(
        factions={"name": FACTIONS},
        treaties={
            "a": [a for a, _ in WARS] + ["Synod"],
            "b": [b for _, b in WARS] + ["Traders"],
            "kind": ["war", "war", "alliance"],
        },
        fleets={
            "id": list(fleets),
            "faction": [FACTIONS[id % 4] for id in fleets],
            "location": [id // 5 for id in fleets],
            "in_transit": [id == 8 for id in fleets],
        },
        units=table,
    )
    rows = [{name: column[row].item() for name, column in table.items()} for row in range(units)]
    placed = [row for row in rows if row["hp"] > 0 and not math.isnan(row["x"])]
    return kernel, {row["id"]: row for row in sorted(placed, key=lambda row: row["id"])}


def apart(a: dict[str, Any], b: dict[str, Any]) -> float:
    return math.sqrt((a["x"] - b["x"]) ** 2 + (a["y"] - b["y"]) ** 2)


def at_war(a: dict[str, Any], b: dict[str, Any]) -> bool:
    pair = {FACTIONS[a["fleet"] % 4], FACTIONS[b["fleet"] % 4]}
    return any(pair == set(war) for war in WARS)


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        ({}, set(range(1, 9))),
        ({"fleets": [1, 2, 7]}, {1, 2, 7}),
        ({"location": 1}, {5, 6, 7}),
        ({"location": 99}, set()),
        ({"fleets": [4, 8]}, {4, 8}),
    ],
)
def test_tables_are_those_of_a_full_search(selection: dict[str, Any], chosen: set[int]) -> None:
    kernel, everybody = campaign(200)
    units = {id: unit for id, unit in everybody.items() if unit["fleet"] in chosen}
    distances = kernel.distances

    matrix, ids = distances.pairwise(**selection)
    assert ids.tolist() == list(units) and matrix.shape == (len(units), len(units))
    pairs = itertools.product(units.values(), repeat=2)
    assert matrix.ravel().tolist() == [apart(a, b) for a, b in pairs]

    enemies = []
    for id, unit in units.items():
        foes = [(apart(unit, foe), foe["id"]) for foe in units.values() if at_war(unit, foe)]
        if foes:
            distance, enemy = min(foes)
            enemies.append({"unit": id, "enemy": enemy, "distance": distance})
    assert list(distances.nearest_enemy(**selection)) == enemies
    if chosen == set(range(1, 9)):
        assert 50 < len(enemies) < len(units)

    near = [
        {"unit": a, "other": b, "distance": apart(units[a], units[b])}
        for a, b in itertools.permutations(units, 2)
        if apart(units[a], units[b]) <= 3
    ]
    assert list(distances.within(3, **selection)) == near

    ranked = []
    for id, unit in units.items():
        others = sorted((apart(unit, other), other["id"]) for other in units.values() if other["id"] != id)
        for rank, (distance, other) in enumerate(others[:4], 1):
            ranked.append({"unit": id, "rank": rank, "other": other, "distance": distance})
    assert list(distances.k_nearest(4, **selection)) == ranked


def test_distances_follow_what_is_pushed(kernel: muc.Kernel) -> None:
    distances = kernel.distances
    assert len(distances.nearest_enemy()) == 0 and distances.pairwise()[0].shape == (0, 0)
    kernel.push(units={"id": [10, 20], "x": [0.0, 6.0], "y": [0.0, 8.0]})
    assert distances.nearest_enemy()["distance"].tolist() == [10.0, 10.0]
    kernel.push(treaties={"a": ["Synod"], "b": ["Hegemony"], "kind": ["peace"]})
    assert len(distances.nearest_enemy()) == 0
    assert len(distances.within(10)) == 2 and len(distances.k_nearest(7)) == 2


def test_what_cannot_be_asked_is_refused(kernel: muc.Kernel) -> None:
    with pytest.raises(muc.UnknownKeyError, match="no fleet has the key 99"):
        kernel.distances.pairwise(fleets=[1, 99])
    with pytest.raises(muc.InputError, match="fleets: got both fleets and location, expected at most one"):
        kernel.distances.within(1, fleets=[1], location=7)
    with pytest.raises(muc.InputError, match="radius: got -1, expected a finite number"):
        kernel.distances.within(-1)
    with pytest.raises(muc.InputError, match="k: got 0, expected a whole number from 1"):
        kernel.distances.k_nearest(0)
    with pytest.raises(muc.InputError, match="fleets: got"):
        kernel.distances.nearest_enemy(fleets=["a"])  # type: ignore[list-item]
