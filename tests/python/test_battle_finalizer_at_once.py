"""Units that `BattleFinalizer` reads without calling them: what comes of it is what calling them gives."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import multi_universe_core as muc
import twins


def saying(text: str) -> Callable[[Any], Any]:
    """A method that says this, made anew."""
    made: dict[str, Any] = {}
    exec(f"def is_alive(self):\n    return {text}", made)
    return made["is_alive"]  # type: ignore[no-any-return]


CONSTANTS = [
    "0",
    "1",
    "-1",
    "0.5",
    "True",
    "None",
    "'dead'",
    str(2**53),
    str(2**53 + 1),
    "1e300",
    "float('nan')",
]
TEXTS = [
    "self.x",
    "not self.x",
    *(f"self.x {test} {constant}" for test in ("<", "<=", "==", "!=", ">", ">=") for constant in CONSTANTS),
    *(f"self.x {test} {constant}" for test in ("is", "is not") for constant in ("None", "True")),
    "0 < self.x",
    "self.x > self.y",
    "self.x.y",
    "self.x and self.y",
    "bool(self.x)",
    "self.x()",
    "(yield self.x)",
    "self.x if self.y else 0",
]


class Yes:
    def __bool__(self) -> bool:
        return True


class No:
    def __len__(self) -> int:
        return 0


class Odd(float):
    """A number that compares as it likes."""

    def __gt__(self, other: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return False


class Unwilling:
    def __bool__(self) -> bool:
        raise ZeroDivisionError("asked for its truth")


NUMBERS: list[Any] = [
    *(0, 1, -1, 7, 2**30, 2**53 - 1, 2**53, 2**53 + 1, -(2**53), 2**60, 2**63, 10**400),
    *(0.0, -0.0, 0.5, 1e300, float("nan"), float("inf"), float("-inf"), 2.0**53),
]
VALUES = [*NUMBERS, True, False, None, "", "dead", "é", (), [1], Yes(), No(), Odd(1.0), Unwilling()]
COSTS = [*NUMBERS, None, True, Odd(3.0), "100"]


class Open:
    """Objects with a dict."""


class Slim:
    __slots__ = ("cost", "is_alive_too", "x", "y")


class Half(Slim):
    """Slots and a dict."""


class Large:
    """More attributes than objects of a class share."""

    def __init__(self) -> None:
        for number in range(40):
            setattr(self, f"more_{number}", number)


class Constant:
    """What its objects have in common."""

    x, y, cost = 3, 0, 70


def outcome(finalize: Callable[[Any], Any], units: list[Any]) -> Any:
    """What comes of it: the account, or the exception."""
    try:
        return repr(finalize({"A": units})["A"])
    except Exception as error:
        return type(error), str(error)


def one_by_one(faction_units: dict[str, list[Any]]) -> Any:
    """The finalizer, to which an iterator brings a unit after the other: each is called."""
    return muc.BattleFinalizer().finalize_battle({f: iter(units) for f, units in faction_units.items()})


def same(units: list[Any], finalizer: muc.BattleFinalizer | None = None) -> Any:
    """That all ways agree; what they agree on."""
    finalize = (finalizer or muc.BattleFinalizer()).finalize_battle
    expected = outcome(one_by_one, units)
    assert outcome(finalize, units) == expected
    # What is known from before, and what is known in a turn of its own.
    assert outcome(finalize, units) == expected == outcome(finalize, list(units))
    return expected


def filled(base: type, x: Any, y: Any, cost: Any, own: Any) -> Callable[[type], Any]:
    def fill(kind: type) -> Any:
        unit = kind()
        for name, value in (("x", x), ("y", y), ("cost", cost)):
            if value is not ... and not (base is Constant and value is None):
                setattr(unit, name, value)
        if own is not ... and base is not Slim:
            unit.is_alive = own
        return unit

    return fill


values = st.sampled_from([..., *VALUES]) | st.integers() | st.floats()
costs = st.sampled_from([..., *COSTS, 1, 2.5]) | st.integers(0, 10**6) | st.floats(0, 1e9)
owns = st.sampled_from([..., ..., ..., ..., lambda: True, lambda: 0])
rows = st.lists(st.tuples(values, values, costs, owns), min_size=1, max_size=12)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(TEXTS), st.sampled_from([Open, Slim, Half, Large, Constant]), rows)
def test_units_that_are_read_are_what_they_say_when_called(text: str, base: type, given_rows: Any) -> None:
    names: dict[str, Any] = {"is_alive": saying(text)}
    names |= {"__slots__": ()} if base in (Slim, Half) else {}
    kind = type("Kind", (base,), names)
    same([filled(base, *row)(kind) for row in given_rows])


def living(text: str, count: int = 20, base: type = Open, **more: Any) -> tuple[type, list[Any]]:
    """A class whose method says this, and units of it of which every second lives."""
    kind = type("Kind", (base,), {"is_alive": saying(text), **more})
    units = []
    for number in range(count):
        unit = kind()
        unit.x, unit.cost = float(number % 2), number
        units.append(unit)
    return kind, units


def test_who_watches_calls_sees_each_and_other_methods_are_called() -> None:
    calls = []

    class Counted:
        __slots__ = ("cost", "x")

        def is_alive(self) -> Any:
            calls.append(self)
            return self.x

    _, units = living("self.x > 0")
    finalizer = muc.BattleFinalizer()
    seen: list[str] = []

    def trace(frame: types.FrameType, event: str, _: Any) -> None:
        if event == "call":
            seen.append(frame.f_code.co_name)

    same(units, finalizer)
    assert len({id(unit.is_alive.__code__) for unit in units}) == 1
    sys.setprofile(trace)
    try:
        watched = finalizer.finalize_battle({"A": units})
    finally:
        sys.setprofile(None)
    assert seen.count("is_alive") == len(units), "who watches calls sees each"
    assert watched == finalizer.finalize_battle({"A": units})
    counted = [Counted() for _ in range(3)]
    for unit in counted:
        unit.x = unit.cost = 1
    finalizer.finalize_battle({"A": counted})
    assert calls == counted, "what does more than look at an attribute is called"


@pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="sys.monitoring is of 3.12")
def test_a_tool_that_monitors_calls_sees_each() -> None:
    monitoring = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
    _, units = living("self.x > 0")
    seen: list[str] = []
    monitoring.use_tool_id(3, "a test")
    try:
        monitoring.register_callback(3, monitoring.events.PY_START, lambda code, _: seen.append(code.co_name))
        monitoring.set_events(3, monitoring.events.PY_START)
        same(units)
    finally:
        monitoring.set_events(3, 0)
        monitoring.free_tool_id(3)
    assert seen.count("is_alive") >= 4 * len(units)


def test_a_tracer_sees_each_call() -> None:
    _, units = living("self.x > 0")
    seen: list[str] = []
    before = sys.gettrace()
    sys.settrace(lambda frame, *_: seen.append(frame.f_code.co_name))  # type: ignore[arg-type, return-value]
    try:
        muc.BattleFinalizer().finalize_battle({"A": units})
    finally:
        sys.settrace(before)
    assert seen.count("is_alive") == len(units)


CHANGES: dict[str, Callable[[type], Any]] = {
    "the method": lambda kind: setattr(kind, "is_alive", lambda self: self.x <= 0),
    "its code": lambda kind: setattr(kind.is_alive, "__code__", saying("self.x <= 0").__code__),  # type: ignore[attr-defined]
    "no method": lambda kind: delattr(kind, "is_alive"),
    "a property in place of the attribute": lambda kind: setattr(kind, "x", property(lambda self: 1)),
    "a property in place of the cost": lambda kind: setattr(kind, "cost", property(lambda self: 7)),
    "__getattribute__": lambda kind: setattr(kind, "__getattribute__", lambda self, name: lambda: False),
    "a staticmethod": lambda kind: setattr(kind, "is_alive", staticmethod(lambda: True)),
    "a callable": lambda kind: setattr(kind, "is_alive", Yes),
    "other bases": lambda kind: setattr(kind, "__bases__", (Elsewhere,)),
}


class Elsewhere(Open):
    x = property(lambda self: 1, lambda self, value: None)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_class_that_changes_between_calls_is_looked_at_again(change: Callable[[type], Any]) -> None:
    kind, units = living("self.x > 0")
    finalizer = muc.BattleFinalizer()
    same(units, finalizer)
    change(kind)
    same(units, finalizer)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("how", ["called", "truth", "base"])
def test_a_class_that_changes_in_the_middle_of_a_call_is_looked_at_again(
    change: Callable[[type], Any], how: str
) -> None:
    """What one unit changes counts for those that come after it, as when all are called."""

    def run(finalize: Callable[[Any], Any]) -> Any:
        parent, units = living("self.x > 0")
        kind = type("Child", (parent,), {}) if how == "base" else parent
        for unit in units:
            unit.__class__ = kind

        class Changer:
            cost = 5

            def is_alive(self) -> Any:
                if how != "truth":
                    change(parent)
                    return True
                return Late()

        class Late:
            def __bool__(self) -> bool:
                change(parent)
                return True

        return outcome(finalize, [*units[:10], Changer(), *units[10:]])

    assert run(muc.BattleFinalizer().finalize_battle) == run(one_by_one)


def test_what_a_unit_gets_of_its_own_in_the_middle_of_a_call_counts() -> None:
    def run(finalize: Callable[[Any], Any]) -> Any:
        _, units = living("self.x > 0")

        class Giver:
            cost = 5

            def is_alive(self) -> bool:
                units[-1].is_alive = lambda: False
                units[-2].__dict__["is_alive"] = lambda: True
                units[-3].__dict__ = {"x": 0, "cost": 1, "is_alive": lambda: True}
                units[-4].__class__ = type("Other", (Open,), {"is_alive": lambda self: True})
                units[-5].cost = 10**30
                return True

        return outcome(finalize, [Giver(), *units])

    assert run(muc.BattleFinalizer().finalize_battle) == run(one_by_one)


def test_many_that_have_to_be_called_among_some_that_have_not() -> None:
    _, plain = living("self.x > 0", 300)
    _, odd = living("bool(self.x)", 300)
    mixed = [unit for pair in zip(plain, odd, strict=True) for unit in pair]
    for units in (mixed, [*mixed, *plain], plain + odd, odd + plain):
        assert muc.BattleFinalizer().finalize_battle({"A": units}) == twins.finalize_battle({"A": units})
    kinds = [living("self.x > 0", 3)[1] for _ in range(30)]
    finalizer = muc.BattleFinalizer()
    for _ in range(3):
        factions = {f"{number}": units for number, units in enumerate(kinds)}
        assert finalizer.finalize_battle(factions) == twins.finalize_battle(factions)
