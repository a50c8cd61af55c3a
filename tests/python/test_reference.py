"""The kernel against the reference: every scenario, and random battles with all rules in play.

The random battles are always the same ones. `MUC_BATTLES=2000` fights so many others.
"""

import itertools
import os
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path

import numpy as np
import pytest
from agreement import assert_agreement, differences, same
from case import HERE, Case
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_battles import battles, random_battle

import multi_universe_core as muc
import reference
from reference.battle import muster
from reference.deploy import deploy
from reference.model import Faction, Fleet, Unit, Weapon

SCENARIOS = Path(__file__).parents[2] / "scenarios"
BATTLES = int(os.environ.get("MUC_BATTLES", "250"))
# A battle is one example, however long it takes.
RANDOM = settings(
    max_examples=BATTLES,
    derandomize="MUC_BATTLES" not in os.environ,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@RANDOM
@given(case=battles())
def test_random_battles_are_the_same_on_both(case: Case) -> None:
    assert_agreement(case, "random_battle")


def test_the_random_battles_are_worth_fighting() -> None:
    """Shots hit, and everything that can become of a battle, a unit or a weapon does in some of them."""
    reports = [random_battle(seed).fought_by_the_kernel() for seed in range(300)]
    statuses = {status for report in reports for status in report.units["status"]}
    assert statuses == {"alive", "destroyed", "retreated", "reserve"}
    assert {report.outcome for report in reports} == {"victory", "stalemate", "round_limit", "no_conflict"}
    assert {report.decisiveness for report in reports} == {
        *("overwhelming", "decisive", "marginal", "pyrrhic"),
        None,
    }
    shares = {
        "hits": 0.7,
        "crits": 0.5,
        "kills": 0.6,
    }
    for column, share in shares.items():
        assert np.mean([report.units[column].sum() > 0 for report in reports]) > share, column
    assert np.mean([report.timeline["routing"].sum() > 0 for report in reports]) > 0.3
    assert np.mean([report.weapons["destroyed"].sum() > 0 for report in reports]) > 0.3
    assert np.mean([len(report.units) for report in reports]) > 15
    assert np.mean([report.rounds for report in reports]) > 5


@pytest.mark.parametrize(
    "path", sorted(SCENARIOS.rglob("*.toml")), ids=lambda path: path.relative_to(SCENARIOS).as_posix()
)
def test_every_scenario_is_the_same_on_both(path: Path) -> None:
    scenario = muc.Scenario.load(path)
    kernel = scenario.kernel()
    campaign = reference.Campaign.of(
        factions=kernel.factions(),
        treaties=kernel.treaties(),
        fleets=kernel.fleets(),
        units=kernel.units(),
        weapons=kernel.weapons(),
    )
    rules = {field.name: getattr(kernel.rules, field.name) for field in fields(reference.Rules)}
    call = tomllib.loads(path.read_text(encoding="utf-8"))["scenario"]
    expected = reference.resolve(
        campaign,
        location=next(fleet.location for _, fleet in sorted(campaign.fleets.items()) if not fleet.in_transit),
        seed=scenario.seed,
        rules=reference.Rules(**rules),
        defenders=call.get("defenders", []),
        max_rounds=call.get("max_rounds"),
    )
    assert differences(scenario.run(), expected) == []


def test_a_million_attacks_are_rolled_the_same() -> None:
    mounts = [{"slot": 0, "attacks": 1e6}, {"slot": 1, "attacks": 999_999.5}, {"slot": 2, "attacks": 33.0}]
    case = Case(
        seed=2**64 - 1,
        max_rounds=1,
        factions=[{"name": "Ash"}, {"name": "Oak"}],
        treaties=[{"a": "Oak", "b": "Ash", "kind": "war"}],
        fleets=[{"id": 1, "faction": "Ash", "location": HERE}, {"id": 2, "faction": "Oak", "location": HERE}],
        units=[{"id": 2**63 - 1, "fleet": 1, "x": 9.0, "y": 9.0}, {"id": 0, "fleet": 2, "x": 9.0, "y": 20.0}],
        weapons=[{"unit": 2**63 - 1, **mount} for mount in mounts],
    )
    assert case.fought_by_the_kernel().weapons["hits"].min() > 0
    assert_agreement(case, "million_attacks")


def test_split_fire_has_the_skill_of_its_own_distance_on_both() -> None:
    """The giant aims at the raider at 60 tiles, past the long distance; its gun reaches the fort at 20."""
    case = Case(
        max_rounds=3,
        factions=[{"name": "Ash", "doctrine": "hold"}, {"name": "Oak", "doctrine": "hold"}],
        treaties=[{"a": "Oak", "b": "Ash", "kind": "war"}],
        fleets=[{"id": 1, "faction": "Ash", "location": HERE}, {"id": 2, "faction": "Oak", "location": HERE}],
        units=[
            {"id": 1, "fleet": 1, "x": 5.0, "y": 5.0, "static": False, "massive": True, "max_hp": 100.0},
            {"id": 2, "fleet": 2, "x": 25.0, "y": 5.0, "static": True, "massive": False, "max_hp": 1e6},
            {"id": 3, "fleet": 2, "x": 65.0, "y": 5.0, "static": False, "massive": False, "max_hp": 100.0},
        ],
        weapons=[{"unit": 1, "slot": 0, "range": 30.0, "attacks": 1000.0}],
    )
    assert case.fought_by_the_kernel().units["damage_taken"].tolist()[1] > 0
    assert_agreement(case, "split_fire")


@pytest.mark.parametrize("domain", ["space", "ground"])
@pytest.mark.parametrize(("units", "powers"), [(59, 2), (60, 3), (150, 2), (900, 2), (2_000, 5), (10_404, 4)])
def test_large_armies_stand_in_the_same_places(units: int, powers: int, domain: str) -> None:
    names = [f"power {index}" for index in range(powers)]
    case = Case(
        max_rounds=1,
        rules={"movement": False},
        factions=[{"name": name} for name in names],
        treaties=[{"a": a, "b": b, "kind": "war"} for a, b in itertools.combinations(names, 2)],
        fleets=[{"id": index, "faction": name, "location": HERE} for index, name in enumerate(names)],
        units=[{"id": id, "fleet": id % powers, "domain": domain} for id in range(units)],
    )
    battle = muster(
        reference.Campaign.of(**case.tables()),
        list(range(powers)),
        0,
        reference.Rules(movement=False),
        set(),
        1,
    )
    assert battle is not None
    battle.round = 1
    deploy(battle)
    report = case.fought_by_the_kernel()
    assert report.units["x"].tolist() == [fighter.x for fighter in battle.fighters]
    assert report.units["y"].tolist() == [fighter.y for fighter in battle.fighters]


def test_the_numbers_of_the_book_are_the_kernels() -> None:
    ours = {field.name: field.default for field in fields(reference.Rules)}
    theirs = {name: getattr(muc.Rules(), name) for name in dir(muc.Rules()) if not name.startswith("_")}
    assert {name: value for name, value in theirs.items() if not callable(value)} == ours


@pytest.mark.parametrize("preset", reference.PRESETS)
def test_the_presets_are_the_kernels(preset: str) -> None:
    assert muc.Rules.preset(preset) == muc.Rules(**reference.PRESETS[preset])


def test_the_defaults_of_all_columns_are_the_kernels() -> None:
    kernel = muc.Kernel()
    kernel.push(
        factions={"name": ["Ash"]},
        fleets={"id": [1], "faction": ["Ash"]},
        units={"id": [1], "fleet": [1], "max_hp": [70.0], "max_shield": [30.0]},
        weapons={"unit": [1], "slot": [0]},
    )
    rows = [kernel.faction("Ash"), kernel.fleet(1), kernel.unit(1), kernel.weapons().row(0)]
    for kind, row in zip([Faction, Fleet, Unit, Weapon], rows, strict=True):
        keys = {field.name: row[field.name] for field in fields(kind) if field.default is MISSING}
        ours = vars(kind(**keys))
        if kind is Unit:
            ours = vars(Unit(**keys, max_hp=70.0, max_shield=30.0))
        assert list(row) == list(ours)
        assert {name: value for name, value in row.items() if not same(value, ours[name])} == {}


@settings(RANDOM, max_examples=30)
@given(case=battles())
def test_a_battle_that_is_saved_is_the_same_battle(
    case: Case, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("saved") / "battle.toml"
    case.save(path)
    assert muc.Scenario.load(path).run().digest == case.fought_by_the_kernel().digest


@settings(RANDOM, max_examples=30)
@given(case=battles(), first=st.integers(0, 2**32 - 3))
def test_the_runs_of_odds_are_battles_of_the_reference(case: Case, first: int) -> None:
    expected = [case.fought_by_the_reference(replica=first + run) for run in range(3)]
    assume(expected[0].outcome != "no_conflict")
    odds = case.kernel().odds(
        location=case.location,
        defenders=case.defenders,
        max_rounds=case.max_rounds,
        seed=case.seed,
        runs=3,
        first=first,
    )
    for number, (sample, report) in enumerate(zip(odds.samples, expected, strict=True)):
        wanted = {
            "run": first + number,
            "winner": report.winner or "",
            "outcome": report.outcome,
            "rounds": report.rounds,
        }
        for side in report.factions:
            wanted[f"lost_{side['name']}"] = side["units_lost"]
            wanted[f"survivors_{side['name']}"] = side["units_remaining"]
            wanted[f"cost_lost_{side['name']}"] = side["cost_lost"]
        assert sample == wanted


@settings(RANDOM, max_examples=30)
@given(case=battles())
def test_strengths_are_the_same_on_both(case: Case) -> None:
    campaign = reference.Campaign.of(**case.tables())
    strengths = case.kernel().strengths()
    assert dict(zip(strengths["unit"], strengths["strength"], strict=True)) == {
        id: reference.strength(unit) for id, unit in campaign.units.items()
    }
