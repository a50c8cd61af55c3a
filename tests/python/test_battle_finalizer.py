"""`BattleFinalizer` against the loop that a Python game has."""

import pickle
import random
from collections.abc import Callable
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

import multi_universe_core as muc
import twins


class Unit:
    """A unit; one without a cost has no such attribute."""

    def __init__(self, alive: bool, cost: Any = None) -> None:
        self.alive = alive
        if cost is not None:
            self.cost = cost

    def is_alive(self) -> bool:
        return self.alive


class Slim:
    __slots__ = ("alive", "cost")

    def __init__(self, alive: bool, cost: Any) -> None:
        self.alive, self.cost = alive, cost

    def is_alive(self) -> int:
        return 1 if self.alive else 0


def battle(costs: list[Any], seed: int) -> dict[str, list[Any]]:
    rng = random.Random(seed)
    return {
        faction: [rng.choice([Unit, Slim])(rng.random() < 0.6, rng.choice(costs)) for _ in range(count)]
        for faction, count in [("Hegemony", 300), ("Synod", 1), ("Nobody", 0), ("Horde", 47)]
    }


@pytest.mark.parametrize(
    "costs",
    [
        [100, 250, 7],
        [0.1, 2.5, 1e15],
        [100, 0.1, 3],
        [10**18 + 1, 9 * 10**18 + 7],
        [True, 3],
        [np.int64(5), np.float64(0.3)],
    ],
)
def test_accounts_are_the_twins_to_the_last_bit(costs: list[Any]) -> None:
    for seed in range(5):
        units = battle(costs, seed)
        expected = twins.finalize_battle(units)
        accounts = muc.BattleFinalizer().finalize_battle(units)
        assert accounts == expected and list(accounts) == list(expected)
        if all(isinstance(cost, int) for cost in costs):
            assert all(type(value) is int for account in accounts.values() for value in account.values())
        for form in (tuple, iter):
            assert muc.BattleFinalizer().finalize_battle({f: form(u) for f, u in units.items()}) == expected


def test_objects_mappings_and_columns_are_the_same_units() -> None:
    units = battle([100, 250, 0.1], 3)
    finalize = muc.BattleFinalizer().finalize_battle
    expected = twins.finalize_battle(units)
    rows = {f: [{"cost": u.cost, "alive": u.alive} for u in all] for f, all in units.items()}
    assert finalize(rows) == expected
    assert finalize({f: [MappingProxyType(row) for row in all] for f, all in rows.items()}) == expected
    columns = {
        f: {
            "cost": np.array([u.cost for u in all], dtype=float),
            "alive": np.array([u.alive for u in all], dtype=bool),
        }
        for f, all in units.items()
    }
    assert finalize(columns) == expected
    frames = {f: pl.DataFrame({"id": np.arange(len(t["cost"])), **t}) for f, t in columns.items()}
    assert finalize(frames) == expected
    records = {}
    for faction, table in columns.items():
        records[faction] = np.empty(len(table["cost"]), dtype=[("alive", "?"), ("cost", "f8")])
        for name, column in table.items():
            records[faction][name] = column
    assert finalize(records) == expected


def test_a_unit_without_a_cost_costs_100() -> None:
    finalize = muc.BattleFinalizer().finalize_battle
    for units in ([Unit(True), Unit(False)], [{"alive": 1}, {"alive": ""}], {"alive": [True, False]}):
        assert finalize({"A": units}) == {"A": {"initial": 200, "lost": 100, "remaining": 100}}
    whole = finalize({"A": {"alive": [True, False], "cost": np.array([5, 7], dtype=np.int32)}})
    assert whole == {"A": {"initial": 12, "lost": 7, "remaining": 5}} and type(whole["A"]["lost"]) is int


class Raises:
    cost = 1

    def is_alive(self) -> bool:
        return self.missing  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("units", "error", "message"),
    [
        (
            [Unit(True), 5],
            muc.InputError,
            r"faction_units, column 'A', row 1: got an int, expected an object",
        ),
        ([Unit(True, float("nan"))], muc.InputError, r"'A', row 0: got nan \(float\), expected a cost"),
        ([Unit(True, float("inf"))], muc.InputError, "expected a cost: a finite number, at least 0"),
        ([Unit(True, -1)], muc.InputError, r"got -1 \(int\)"),
        ([Unit(True, "100")], muc.InputError, r"got '100' \(str\), expected a cost"),
        ([Unit(True, 10**400)], muc.InputError, "expected a cost"),
        ([{"cost": None, "alive": True}], muc.InputError, "got None, expected a cost"),
        ([{"cost": 5}], muc.InputError, "got a dict without alive"),
        (
            [SimpleNamespace(cost=5)],
            muc.InputError,
            "got a SimpleNamespace, expected an object with is_alive",
        ),
        ([Raises()], AttributeError, "missing"),
        (5, muc.InputError, "'A': got an int, expected units"),
        ({"cost": [1.0]}, muc.InputError, "column 'A.alive': got no such column"),
        ({"alive": [1, 0]}, muc.InputError, "column 'A.alive': got int64, expected truth values"),
        (
            {"alive": [True], "cost": [1.0, 2.0]},
            muc.InputError,
            "column 'A.cost': got 2 rows, expected numbers, 1",
        ),
        ({"alive": [True, True], "cost": [1.0, -2.0]}, muc.InputError, "column 'A.cost', row 1: got -2"),
        ({"alive": [True], "cost": ["a"]}, muc.InputError, "column 'A.cost': got text, expected numbers"),
    ],
)
def test_what_is_no_unit_is_named(units: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        muc.BattleFinalizer().finalize_battle({"B": [Unit(True)], "A": units})


def test_what_is_no_mapping_of_factions_is_refused() -> None:
    for given in ([Unit(True)], None, "A"):
        with pytest.raises(muc.InputError, match=r"faction_units: got .*, expected a mapping from factions"):
            muc.BattleFinalizer().finalize_battle(given)  # type: ignore[arg-type]


def test_a_list_that_changes_while_it_is_read_ends_nothing() -> None:
    units: list[Any] = []

    class Vanishing(Unit):
        def is_alive(self) -> bool:
            units.clear()
            return True

    units.extend(Vanishing(True) for _ in range(10))
    check: Callable[..., Any] = muc.BattleFinalizer().finalize_battle
    assert check({"A": units})["A"]["initial"] == 100


def test_an_account_takes_no_place_of_units_whose_key_changes() -> None:
    class Restless:
        number = 0

        def __hash__(self) -> int:
            self.number += 1
            return self.number

    (account,) = muc.BattleFinalizer().finalize_battle({Restless(): [Unit(True)]}).values()  # type: ignore[dict-item]
    assert account == {"initial": 100, "lost": 0, "remaining": 100}


def test_columns_that_were_unpickled_and_those_of_the_other_order_of_bytes_are_read_alike() -> None:
    columns = {"alive": np.array([True, False, True]), "cost": np.array([1, 20, 300])}
    finalize = muc.BattleFinalizer().finalize_battle
    wanted = finalize({"A": columns})
    again = pickle.loads(pickle.dumps(columns))
    assert again["cost"].dtype is not columns["cost"].dtype
    assert finalize({"A": again}) == wanted
    turned = columns["cost"].astype(columns["cost"].dtype.newbyteorder())
    assert finalize({"A": {**columns, "cost": turned}}) == wanted
