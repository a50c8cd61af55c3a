"""Turns and what-if: all contested places at once, and variants of a battle with the same rolls."""

import threading
import time

import numpy as np
import pytest
from conftest import campaign, fleet_battle

import multi_universe_core as muc


def wide_campaign(places: int = 30) -> muc.Kernel:
    """A battle of six ships a side at each of so many places, and a fleet alone elsewhere."""
    kernel = muc.Kernel(seed=42)
    fleets = np.arange(2 * places)
    ships = np.repeat(fleets, 6)
    kernel.push(
        factions={"name": ["Hegemony", "Synod"]},
        treaties={"a": ["Hegemony"], "b": ["Synod"], "kind": ["war"]},
        fleets={
            "id": [*fleets, 9999],
            "faction": [*np.where(fleets % 2, "Synod", "Hegemony"), "Synod"],
            "location": [*(fleets // 2 + 100), 7],
        },
        units={"id": np.arange(len(ships)), "fleet": ships},
        weapons={
            "unit": np.arange(len(ships)),
            "slot": np.zeros(len(ships), dtype=np.int64),
            "range": np.full(len(ships), 90.0),
        },
    )
    return kernel


def test_a_turn_is_a_report_per_contested_place() -> None:
    kernel = wide_campaign()
    turn = kernel.resolve_turn()
    assert isinstance(turn, dict) and list(turn) == list(range(100, 130))
    assert all(
        isinstance(report, muc.BattleReport) and report.outcome == "victory" for report in turn.values()
    )
    assert turn.errors == {}
    for kind in ("units", "fleets", "factions", "weapons", "timeline"):
        table = getattr(turn, kind)
        assert table.columns == ["location", *getattr(turn[100], kind).columns]
        assert len(table) == sum(len(getattr(report, kind)) for report in turn.values())
    third = turn.units["location"] == 102
    assert turn.units["hp"][third].tolist() == turn[102].units["hp"].tolist()
    assert turn.units["faction"][third].tolist() == turn[102].units["faction"].tolist()
    # Fleets without survivors are gone; whoever ran is still there.
    assert len(kernel.fleets()) == 1 + (turn.fleets["survivors"] > 0).sum()
    assert turn.digest in repr(turn)


def test_no_thread_and_no_other_place_changes_a_report() -> None:
    kernel = wide_campaign()
    before = kernel.digest()
    turns = [kernel.resolve_turn(seed=5, commit=False, threads=threads) for threads in (1, 2, 5)]
    assert kernel.digest() == before
    assert len({turn.digest for turn in turns}) == 1
    alone = kernel.resolve_turn(seed=5, commit=False, locations=[117])
    assert list(alone) == [117] and alone[117].digest == turns[0][117].digest
    again = kernel.resolve(location=117, seed=alone[117].seed, commit=False)
    assert again.digest == alone[117].digest


def test_a_quiet_place_is_no_conflict_if_it_is_asked_for() -> None:
    kernel = muc.Kernel()
    kernel.push(**campaign())
    turn = kernel.resolve_turn(locations=[8])
    assert turn[8].outcome == "no_conflict"
    with pytest.raises(muc.ResolveError, match="4711"):
        kernel.resolve_turn(locations=[7, 4711])
    with pytest.raises(muc.ResolveError, match="threads: got 0"):
        kernel.resolve_turn(threads=0)


def test_other_threads_run_during_a_turn() -> None:
    kernel = wide_campaign(1000)
    ticks = 0
    stop = threading.Event()

    def count() -> None:
        nonlocal ticks
        while not stop.is_set():
            ticks += 1
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    kernel.resolve_turn(threads=1)
    stop.set()
    counter.join()
    assert ticks > 5


def test_a_variant_is_compared_run_by_run() -> None:
    kernel = fleet_battle(12, max_hp=300.0)
    before = kernel.digest()
    comparison = kernel.compare(
        {
            "armour": {"units": {"id": [0, 2, 4], "armor": [30.0, 30.0, 30.0]}},
            "one ship less": {"remove": {"units": [1]}},
            "kite": {"factions": {"name": ["Hegemony"], "doctrine": ["kite"]}},
            "defended": {"battle": {"defenders": ["Synod"]}},
        },
        fleets=[1, 2],
        runs=400,
        seed=3,
    )
    assert kernel.digest() == before
    assert list(comparison.odds) == ["base", "armour", "one ship less", "kite", "defended"]
    table = comparison.table
    assert len(table) == 8 and set(table["variant"]) == set(list(comparison.odds)[1:])
    assert comparison.odds["base"] == kernel.odds(fleets=[1, 2], runs=400, seed=3)
    armour = table.row(list(zip(table["variant"], table["name"], strict=True)).index(("armour", "Hegemony")))
    assert armour["difference"] > 0 and armour["low"] <= armour["difference"] <= armour["high"]
    won = comparison.odds["armour"].samples["winner"] == "Hegemony"
    as_it_is = comparison.odds["base"].samples["winner"] == "Hegemony"
    assert armour["difference"] == pytest.approx(won.mean() - as_it_is.mean())
    assert "armour" in repr(comparison)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "at least one"),
        ({"base": {}}, "another name"),
        ({"x": {"ships": {}}}, "expected one of factions"),
        ({"x": 3}, "expected a mapping"),
    ],
)
def test_a_change_that_cannot_be_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fleet_battle(4).compare(changes, fleets=[1, 2], runs=10)  # type: ignore[arg-type]


def test_sensitivity_ranks_what_an_improvement_brings_for_its_cost() -> None:
    kernel = fleet_battle(12, max_hp=300.0)
    table = kernel.sensitivity(
        "Hegemony",
        types={"van": [0, 2, 4], "rear": [6, 8, 10]},
        columns=["max_hp", "bs", "cost"],
        step=0.3,
        fleets=[1, 2],
        runs=300,
        seed=3,
    )
    assert table.columns == ["type", "column", "units", "cost", "difference", "low", "high", "per_cost"]
    assert len(table) == 6 and (np.diff(np.abs(table["per_cost"])) <= 0).all()
    effects = {(row["type"], row["column"]): row["difference"] for row in table}
    assert effects["van", "cost"] == 0 and effects["rear", "cost"] == 0, "nobody fights better for being dear"
    assert max(effects.values()) > 0.02
    assert set(kernel.sensitivity("Synod", columns=["bs"], fleets=[1, 2], runs=50)["type"]) == {"fleet 2"}
    for options, words in (
        ({"types": {"van": [77]}}, "unit 77"),
        ({"columns": ["name"]}, "'name'"),
        ({"step": 0.0}, "step"),
    ):
        with pytest.raises(ValueError, match=words):
            kernel.sensitivity("Hegemony", **options, fleets=[1, 2], runs=10)  # type: ignore[arg-type]
    with pytest.raises(muc.UnknownKeyError):
        kernel.sensitivity("Nobody", fleets=[1, 2], runs=10)
