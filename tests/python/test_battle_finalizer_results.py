"""What `BattleFinalizer` gives: dicts of their own, in order, and the same sums however units come."""

from __future__ import annotations

import collections
import gc
import sys
import types
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import multi_universe_core as muc
import twins

finalize: Callable[[Any], Any] = muc.BattleFinalizer().finalize_battle


class Unit:
    def __init__(self, cost: Any, health: Any) -> None:
        self.cost, self.health = cost, health

    def is_alive(self) -> bool:
        return self.health > 0  # type: ignore[no-any-return]


class Slim:
    __slots__ = ("alive", "cost")

    def __init__(self, cost: Any, alive: Any) -> None:
        self.cost, self.alive = cost, alive

    def is_alive(self) -> Any:
        return self.alive


class Name(str):
    """A text that says of itself what others do not."""

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def table(count: int = 3) -> dict[str, Any]:
    return {"alive": np.arange(count) % 2 == 0, "cost": np.arange(count) + 400}


def units(count: int = 3) -> list[Unit]:
    return [Unit(400 + number, number % 2) for number in range(count)]


WAYS: list[Callable[[], Any]] = [table, units, lambda: tuple(units()), lambda: iter(units()), list]


@pytest.mark.parametrize("make", WAYS)
def test_a_result_is_nobody_else_s(make: Callable[[], Any]) -> None:
    given_units = {name: make() for name in ("A", "B", "C")}
    before = dict(given_units)
    first = finalize(given_units)
    assert given_units == before and all(given_units[name] is before[name] for name in before)
    wanted = {name: dict(account) for name, account in first.items()}
    first["A"]["lost"] = first
    first["B"]["more"] = [1]
    del first["B"]["initial"], first["C"]
    given_units = {name: make() for name in ("A", "B", "C")}
    second = finalize(given_units)
    assert second == wanted and second["A"] is not second["B"]
    assert list(second) == list(given_units) and list(second["A"]) == ["initial", "lost", "remaining"]
    second["D"] = 7
    assert finalize({"A": make()}) == {"A": wanted["A"]} and "D" not in given_units


def test_every_mapping_of_factions_has_its_accounts_in_order() -> None:
    holed = {str(number): units(number) for number in range(30)}
    for name in ("3", "4", "17", "29"):
        del holed[name]
    emptied: dict[Any, Any] = {str(number): [] for number in range(30)}
    for name in list(emptied):
        del emptied[name]
    kept = types.SimpleNamespace(A=units(), B=table())
    twice = collections.defaultdict(list, {"A": units()})
    many: list[Any] = [
        {},
        emptied,
        holed,
        vars(kept),
        twice,
        collections.OrderedDict(B=units(), A=table()),
        types.MappingProxyType({"A": units(), 1: table()}),
        {7: units(), None: table(), (1, "a"): [], 2.5: units(1)},
        {"A": units(), 7: units(2)},
        {Name("A"): units(), Name("A"): units(1), "A": units(2)},
        {f"faction {number}": units(number % 5) for number in range(300)},
        {f"faction {number}": table(number % 5) for number in range(300)},
        {"A": table(), "B": units(), "C": table(), "D": [{"alive": 1, "cost": 2}], "E": iter(units())},
    ]
    for factions in many:
        alone = {}
        for name, members in list(factions.items()):
            members = units() if isinstance(members, type(iter([]))) else members
            (alone[name],) = finalize({"one": members}).values()
        accounts = finalize(factions)
        assert type(accounts) is dict and accounts is not factions and accounts == alone
        assert all(one is other for one, other in zip(accounts, factions, strict=True))
        assert all(type(account) is dict for account in accounts.values())
        for name in factions:
            assert accounts[name] == alone[name]
        accounts["new"] = 1
        assert "new" not in factions and len(accounts) == len(factions) + 1


def test_references_are_counted() -> None:
    names, members = [f"Name {number}" for number in range(5)], [units(), table(), tuple(units()), [], {}]
    del members[4]
    factions = dict(zip(names, members, strict=False))
    objects = [
        *names,
        *members,
        *members[0],
        *members[0][0].__dict__.values(),
        None,
        *members[1].values(),
        factions,
    ]
    counts = [sys.getrefcount(object) for object in objects]
    for _ in range(50):
        accounts = finalize(factions)
        accounts.clear()
    del accounts
    after = [sys.getrefcount(object) for object in objects]
    # None is everybody's: a few more or less are others'.
    assert all(abs(one - other) < 10 for one, other in zip(counts, after, strict=True))


def test_results_in_a_circle_are_found_by_the_collector() -> None:
    rows = np.zeros(3, dtype=[("alive", "?"), ("cost", "f8")])
    for members in (units(), table(), [], rows):
        # Arrays refer to nothing, so that the collector need not look into a dict of them.
        factions = {"A": members, "B": members}
        gc.collect()
        accounts = finalize(factions)
        assert gc.is_tracked(accounts)
        unit = Unit(1, 1)
        gone = weakref.ref(unit)
        accounts["A"]["unit"], unit.cost = unit, accounts
        del accounts, unit
        gc.collect()
        assert gone() is None


def test_factions_that_change_in_the_middle_count_as_they_were() -> None:
    class Changer(Unit):
        def is_alive(self) -> bool:
            factions.clear()
            factions["late"] = []
            gc.collect()
            return bool(self.health)

    factions: dict[str, Any] = {"A": table(), "B": [*units(), Changer(5, 1)], "C": units(), "D": table()}
    wanted = twins.finalize_battle({"B": [*units(), Unit(5, 1)], "C": units()})
    accounts = finalize(factions)
    assert {name: accounts[name] for name in "BC"} == wanted and list(accounts) == list("ABCD")
    assert list(factions) == ["late"]


COSTS: list[list[Any]] = [
    [0],
    [1, 899],
    [2**30 - 1, 2**30, 2**30 + 1, 0],
    [2**53 - 1, 2**53, 3],
    [2**62, 10**18],
    [0.5, 0.1, 1e15],
    [-0.0, 0.0],
    [0.1, 3, 2**40, True],
    [False, True],
]
HEALTHS: list[list[Any]] = [
    [0, 1],
    [0.0, 0.5, -0.5],
    [True, False],
    [float("nan"), 2**70, 1],
    [2**31, -(2**31)],
]

runs = st.lists(
    st.tuples(
        st.sampled_from(COSTS), st.sampled_from(HEALTHS), st.sampled_from([1, 2, 7, 63, 64, 65, 130, 700])
    ),
    max_size=6,
)


@settings(deadline=None, max_examples=60)
@given(runs, st.sampled_from([Unit, Slim]), st.randoms(use_true_random=False))
def test_long_lists_of_all_kinds_of_costs_are_the_twin_s(given_runs: Any, kind: Any, rng: Any) -> None:
    members = [
        kind(rng.choice(costs), rng.choice(healths))
        for costs, healths, count in given_runs
        for _ in range(count)
    ]
    wanted = repr(twins.finalize_battle({"A": members}))
    for _ in range(2):
        assert repr(finalize({"A": members})) == wanted
    assert repr(finalize({"A": [{"cost": u.cost, "alive": u.is_alive()} for u in members]})) == wanted


@pytest.mark.parametrize("kind", [np.int64, np.float64, np.int32])
def test_columns_of_every_length_are_the_twin_s(kind: Any) -> None:
    rng = np.random.default_rng(7)
    for count in [*range(70), 127, 128, 4095, 4096, 4097, 9001]:
        cost, alive = (rng.random(count) * 900).astype(kind), rng.random(count) < 0.5
        for living in (alive, np.ones(count, bool), np.zeros(count, bool)):
            members = [Slim(*unit) for unit in zip(cost.tolist(), living.tolist(), strict=True)]
            wanted = repr(twins.finalize_battle({"A": members}))
            assert repr(finalize({"A": {"cost": cost, "alive": living}})) == wanted
    half = np.full(9, 2**62)
    wanted = {"initial": 9 * 2**62, "lost": 0, "remaining": 9 * 2**62}
    assert finalize({"A": {"cost": half, "alive": np.ones(9, bool)}}) == {"A": wanted}


def test_a_byte_that_is_no_truth_value_is_seen_wherever_it_is() -> None:
    for count in range(1, 40):
        for place in range(count):
            for byte in (2, 128, 255):
                alive = np.ones(count, np.uint8)
                alive[place] = byte
                with pytest.raises(muc.InputError, match="bytes other than 0 and 1"):
                    finalize({"A": {"alive": alive.view(bool)}})
