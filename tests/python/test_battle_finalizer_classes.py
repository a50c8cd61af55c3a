"""Odd classes and dicts that `BattleFinalizer` reads or calls: what comes of it is what calling gives."""

from __future__ import annotations

import gc
import threading
import types
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from test_battle_finalizer_at_once import Open, Unwilling, living, one_by_one, outcome, same, saying

import multi_universe_core as muc
import twins


class Meta(type):
    """A class of classes that says of its classes what is not so."""

    @property
    def is_alive(cls) -> Any:
        return saying("self.x")

    @property
    def __mro__(cls) -> Any:  # type: ignore[override]
        return (object,)


def test_classes_of_other_kinds_are_what_they_say_when_called() -> None:
    class Decorated(Open):
        def decorate(method: Any) -> Any:  # type: ignore[misc]
            return lambda self: not method(self)

        is_alive = decorate(saying("self.x"))

    class Asked(Open):
        is_alive = saying("self.missing > 0")

        def __getattr__(self, name: str) -> Any:
            return 1

    class Watching(Open):
        is_alive = saying("self.x")

        def __getattribute__(self, name: str) -> Any:
            return 0 if name == "x" else super().__getattribute__(name)

    class Late(Open):
        is_alive = types.MethodType(saying("self.x"), types.SimpleNamespace(x=1))

    class Strange(metaclass=Meta):
        is_alive = saying("not self.x")

    class Hidden(Open):
        is_alive = saying("self.__x")

    kinds: list[type] = [Decorated, Asked, Watching, Late, Strange, Hidden]
    for kind in kinds:
        units = []
        for number in range(5):
            unit = kind()
            unit.x, unit.cost, unit.__x = number % 2, number, 1
            units.append(unit)
        assert isinstance(same(units), str | tuple)


def test_dicts_that_are_read_are_what_mappings_are() -> None:
    class Key(str):
        """A name that is another name's equal."""

        def __hash__(self) -> int:
            return hash("cost")

        def __eq__(self, other: object) -> bool:
            return other == "cost"

    anew = "".join(["al", "ive"])
    rows: list[dict[Any, Any]] = [
        {"cost": 5, "alive": True},
        {"alive": 0.0, "cost": 2.5},
        {"alive": 1},
        {anew: 1, "cost": True, 7: 7},
        {Key(): 9, "alive": True},
        {"more": 1, "alive": float("nan"), "cost": 2**55},
        dict.fromkeys(map(str, range(50))) | {"alive": "yes", "cost": 1},
    ]
    for last in ([], [{"cost": 1}], [{"alive": Unwilling()}], [{"alive": True, "cost": -1}]):
        units = [*rows, *rows, *last]
        expected = outcome(
            lambda given: muc.BattleFinalizer().finalize_battle({f: map(dict, u) for f, u in given.items()}),
            units,
        )
        assert outcome(muc.BattleFinalizer().finalize_battle, units) == expected
    row = {"cost": 5, "alive": True}
    assert row.pop("cost") == 5
    assert muc.BattleFinalizer().finalize_battle({"A": [row]})["A"]["initial"] == 100


def test_a_list_that_is_changed_by_who_is_called_is_read_to_its_new_end() -> None:
    def run(finalize: Callable[[Any], Any]) -> Any:
        _, units = living("self.x > 0")

        class Changer:
            cost = 5

            def is_alive(self) -> bool:
                del units[15:]
                units.append(units[0])
                gc.collect()
                return True

        units.insert(7, Changer())
        return outcome(finalize, units)

    assert run(muc.BattleFinalizer().finalize_battle) == run(one_by_one)


def test_a_finalizer_keeps_no_class_alive_that_knows_it() -> None:
    def make() -> weakref.ref[type]:
        kind, units = living("self.x is not None")
        kind.finalizer = finalizer = muc.BattleFinalizer()  # type: ignore[attr-defined]
        finalizer.finalize_battle({"A": units})
        return weakref.ref(kind)

    gone = make()
    gc.collect()
    assert gone() is None


def test_a_finalizer_may_be_asked_while_it_is_at_work_and_by_threads() -> None:
    finalizer = muc.BattleFinalizer()
    _, units = living("self.x > 0")
    expected = twins.finalize_battle({"A": units})

    class Nosy:
        cost = 0

        def is_alive(self) -> bool:
            return finalizer.finalize_battle({"A": units}) == expected

    nosy = [*units, Nosy(), *units]
    wrong: list[Any] = []

    def work() -> None:
        for _ in range(300):
            if finalizer.finalize_battle({"A": units}) != expected:
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and finalizer.finalize_battle({"A": nosy}) == twins.finalize_battle({"A": nosy})


def test_the_method_s_own_switches_are_seen() -> None:
    def generator(self: Any) -> Iterator[Any]:
        yield self.x

    async def coroutine(self: Any) -> Any:
        return self.x

    def needs(self: Any, *, more: Any) -> Any:
        return self.x

    def takes(self: Any, *more: Any) -> Any:
        return self.x

    def described(self: Any) -> Any:
        """With a description."""
        return self.x

    plain = saying("self.x")
    odd = types.FunctionType(plain.__code__.replace(co_flags=plain.__code__.co_flags | 0x20), {})
    for method in (generator, needs, takes, described, odd):
        kind = type("Kind", (Open,), {"is_alive": method})
        units = [kind() for _ in range(3)]
        for number, unit in enumerate(units):
            unit.x, unit.cost = number, 10
        same(units)


def test_a_metaclass_that_tells_other_bases_is_not_believed() -> None:
    class Other:
        def is_alive(self) -> bool:
            return self.health > 0  # type: ignore[attr-defined, no-any-return]

    class Told(type):
        __mro__ = property(lambda _: (Other, object))  # type: ignore[assignment]

    class Dead(metaclass=Told):
        health, cost = 1, 1

        def __init__(self) -> None:
            self.health = 1

        def is_alive(self) -> bool:
            return bool(self.health) and False

    account = muc.BattleFinalizer().finalize_battle({"A": [Dead(), Dead()]})["A"]
    assert (account["lost"], account["remaining"]) == (2, 0)
