"""What must not change a battle, changed: on random battles, and on the kernel alone."""

from random import Random
from typing import Any

import numpy as np
import pytest
from case import HERE, Case, Row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_battles import battles

import multi_universe_core as muc
from reference.model import Faction, Fleet, Unit, Weapon

RANDOM = settings(
    max_examples=30, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TABLES = ("units", "fleets", "factions", "weapons", "timeline")


def tables(report: muc.BattleReport, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The columns of a report's tables as lists, but for some."""
    return {
        f"{name}.{column}": values.tolist()
        for name in TABLES
        for column, values in getattr(report, name).to_numpy().items()
        if f"{name}.{column}" not in without
    }


@RANDOM
@given(case=battles(), seed=st.integers(0, 2**32))
def test_the_order_of_rows_changes_nothing(case: Case, seed: int) -> None:
    rng = Random(seed)
    shuffled = case.but(**{name: rng.sample(rows, len(rows)) for name, rows in case.tables().items()})
    assert shuffled.fought_by_the_kernel().digest == case.fought_by_the_kernel().digest


@RANDOM
@given(case=battles())
def test_the_order_of_the_two_factions_of_a_treaty_changes_nothing(case: Case) -> None:
    turned = [{"a": row["b"], "b": row["a"], "kind": row["kind"]} for row in case.treaties]
    assert case.but(treaties=turned).fought_by_the_kernel().digest == case.fought_by_the_kernel().digest


@RANDOM
@given(case=battles())
def test_writing_the_defaults_out_changes_nothing(case: Case) -> None:
    full = case.but(
        factions=[vars(Faction(**row)) for row in case.factions],
        fleets=[vars(Fleet(**row)) for row in case.fleets],
        units=[vars(Unit(**row)) for row in case.units],
        weapons=[vars(Weapon(**row)) for row in case.weapons],
    )
    assert full.fought_by_the_kernel().digest == case.fought_by_the_kernel().digest


@RANDOM
@given(case=battles())
def test_how_the_mirror_came_to_be_changes_nothing(case: Case) -> None:
    kernel = case.kernel()
    ids = [row["id"] for row in case.units]
    fleets = [row["fleet"] for row in case.units]
    before = kernel.units().to_numpy()
    # Everybody is somebody else for a while, and as many strangers come and go.
    kernel.push(
        units={"id": ids, "hp": [0.0] * len(ids), "speed": [99.0] * len(ids), "static": [True] * len(ids)}
    )
    strangers = [max(ids) + 1 + index for index in range(len(ids))]
    kernel.push(units={"id": strangers, "fleet": fleets}, weapons={"unit": strangers, "slot": [0] * len(ids)})
    kernel.remove(units=strangers)
    kernel.push(units={name: before[name] for name in ("id", "hp", "speed", "static")})
    report = kernel.resolve(
        location=HERE, defenders=case.defenders, max_rounds=case.max_rounds, seed=case.seed
    )
    assert report.digest == case.fought_by_the_kernel().digest


@RANDOM
@given(case=battles(), peace=st.sampled_from(["peace", "neutral", "alliance", None]))
def test_a_bystander_changes_nothing(case: Case, peace: str | None) -> None:
    neutral = case.but(
        factions=[*case.factions, {"name": "Aardvark"}, {"name": "Zebra"}],
        fleets=[
            {"id": 900, "faction": "Aardvark", "location": HERE},
            {"id": 901, "faction": "Zebra", "location": HERE},
            *case.fleets,
        ],
        treaties=[
            *case.treaties,
            *({"a": name["name"], "b": "Zebra", "kind": peace} for name in case.factions if peace),
        ],
        units=[*case.units, *watchers(900, 0), *watchers(901, 2**62)],
        weapons=[*case.weapons, {"unit": 0, "slot": 0, "range": 1000.0, "strength": 1000.0}],
    )
    assert neutral.fought_by_the_kernel().digest == case.fought_by_the_kernel().digest


def watchers(fleet: int, first: int) -> list[Row]:
    """Four units in the midst of the battle, with ids before or after all others."""
    return [{"id": first + index, "fleet": fleet, "x": 20.0, "y": 20.0 + index} for index in range(4)]


@RANDOM
@given(case=battles(), offset=st.integers(1, 2**40), stride=st.integers(1, 1000))
def test_new_numbers_for_fleets_change_only_these(case: Case, offset: int, stride: int) -> None:
    def new(fleet: int) -> int:
        return offset + fleet * stride

    renamed = case.but(
        fleets=[row | {"id": new(row["id"])} for row in case.fleets],
        units=[row | {"fleet": new(row["fleet"])} for row in case.units],
    )
    old, changed = case.fought_by_the_kernel(), renamed.fought_by_the_kernel()
    numbers = ("units.fleet", "fleets.id")
    assert tables(changed, without=numbers) == tables(old, without=numbers)
    assert changed.fleets["id"].tolist() == [new(id) for id in old.fleets["id"].tolist()]


@RANDOM
@given(case=battles())
def test_new_names_in_the_same_order_change_only_these(case: Case) -> None:
    names = {
        name: f"{place:03} of {name}"
        for place, name in enumerate(sorted(row["name"] for row in case.factions))
    }
    renamed = case.but(
        factions=[row | {"name": names[row["name"]]} for row in case.factions],
        treaties=[row | {"a": names[row["a"]], "b": names[row["b"]]} for row in case.treaties],
        fleets=[row | {"faction": names[row["faction"]]} for row in case.fleets],
        defenders=[names[name] for name in case.defenders],
    )
    old, changed = case.fought_by_the_kernel(), renamed.fought_by_the_kernel()
    words = ("units.faction", "fleets.faction", "factions.name", "timeline.faction")
    assert tables(changed, without=words) == tables(old, without=words)
    assert changed.winner == (names[old.winner] if old.winner else None)
    assert changed.winners == [names[name] for name in old.winners]


@RANDOM
@given(case=battles())
def test_a_limit_of_rounds_that_is_not_reached_changes_no_table(case: Case) -> None:
    old = case.fought_by_the_kernel()
    if old.outcome == "round_limit":
        return
    later = case.but(max_rounds=old.rounds + 7).fought_by_the_kernel()
    assert (later.outcome, later.winner, later.rounds) == (old.outcome, old.winner, old.rounds)
    assert tables(later) == tables(old)


@RANDOM
@given(case=battles())
def test_the_first_rounds_of_a_battle_do_not_know_how_it_ends(case: Case) -> None:
    whole = case.fought_by_the_kernel()
    for rounds in range(1, min(whole.rounds, 4)):
        part = case.but(max_rounds=rounds).fought_by_the_kernel()
        rows = len(part.timeline)
        assert part.rounds == rounds
        for name, column in part.timeline.to_numpy().items():
            np.testing.assert_array_equal(column, whole.timeline[name][:rows])


@pytest.mark.parametrize("seed", range(3))
def test_another_seed_is_another_battle(seed: int) -> None:
    """The tests above say something only if battles differ at all."""
    kernel = muc.Kernel()
    ids = np.arange(40)
    kernel.push(
        factions={"name": ["Ash", "Oak"]},
        treaties={"a": ["Ash"], "b": ["Oak"], "kind": ["war"]},
        fleets={"id": [0, 1], "faction": ["Ash", "Oak"]},
        units={"id": ids, "fleet": ids % 2},
        weapons={"unit": ids, "slot": ids * 0, "range": ids * 0 + 99.0},
    )
    shots = [
        kernel.resolve(fleets=[0, 1], seed=number, commit=False).weapons["hits"].tolist()
        for number in (seed, seed + 1)
    ]
    assert shots[0] != shots[1]
