"""Numbers are written where they are: nobody who looks can tell that from an assignment."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import multi_universe_core as muc
from multi_universe_core.bridge import BattleBridge, ObjectSchema

SCHEMA = ObjectSchema(alive=None, name=None, fleet=None, weapon_destroyed=None)
NUMBERS = ("hp", "shield", "x", "y")


class Gun:
    def __init__(self) -> None:
        self.strength, self.attacks, self.range, self.hp = 8.0, 4, 90.0, 50.0
        self.damage_dice, self.shield_mult, self.hull_mult = 3.0, 1.0, 1.0


class Ship:
    """Few attributes: an array of values without a dict."""

    def __init__(self, number: int) -> None:
        self.hp, self.max_hp, self.shield, self.bs = 4000.0 + number, 9000.0, 20.0 + number, 50
        # Two lines that face each other: everybody is shot at.
        self.x, self.y, self.suppression = 1.5 + number // 30 * 20, 0.5 + 4 * (number % 30), 0.0
        self.weapons = [Gun(), Gun()]


class Large(Ship):
    """So many attributes that an object has a dict of its own."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        for more in range(40):
            setattr(self, f"more_{more}", more)


class Slim:
    __slots__ = tuple(vars(Ship(0)))

    def __init__(self, number: int) -> None:
        for name, value in vars(Ship(number)).items():
            setattr(self, name, value)


class Stubborn(Ship):
    """Its routing cannot be set."""

    @property
    def routing(self) -> bool:
        return True

    @routing.setter
    def routing(self, value: bool) -> None:
        raise RuntimeError("never")


KINDS: list[type[Any]] = [Ship, Large, Slim]


def fleets(kind: type[Any], count: int = 20) -> dict[str, list[Any]]:
    return {side: [kind(number + 30 * (side == "B")) for number in range(count)] for side in "AB"}


def numbers(armies: dict[str, list[Any]]) -> list[list[float]]:
    return [[getattr(unit, name) for name in NUMBERS] for units in armies.values() for unit in units]


def resolve(armies: dict[str, list[Any]], bridge: BattleBridge | None = None) -> muc.BattleReport:
    return (bridge or BattleBridge(SCHEMA)).resolve(armies, max_rounds=1, seed=5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_that_somebody_else_holds_stays_what_it_was(kind: type[Any]) -> None:
    armies = fleets(kind)
    held = numbers(armies)
    copies = [[float(repr(value)) for value in row] for row in held]
    resolve(armies)
    assert held == copies
    after = numbers(armies)
    for name, now, was in zip(NUMBERS, zip(*after, strict=True), zip(*copies, strict=True), strict=True):
        assert sum(map(float.__ne__, now, was)) > 10 or name == "y", f"hardly any {name} was written"


@pytest.mark.parametrize("kind", KINDS)
def test_battle_after_battle_is_as_with_copies(kind: type[Any]) -> None:
    """From the second on only the unit holds its numbers; one whose numbers are held fights alike."""
    armies, watched, bridge, history = fleets(kind), fleets(kind), BattleBridge(SCHEMA), []
    for _ in range(4):
        history.append(numbers(watched))
        assert resolve(armies, bridge).digest == resolve(watched, bridge).digest
        gc.collect()
        assert numbers(armies) == numbers(watched)
    assert len({repr(row) for row in history}) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_two_places_with_one_number_are_two_numbers(kind: type[Any]) -> None:
    armies, others = fleets(kind), fleets(kind)
    for units in armies.values():
        for unit in units:
            unit.hp = unit.shield = float(repr(unit.x + 500.0))
    for side, units in others.items():
        for unit, other in zip(units, armies[side], strict=True):
            unit.hp, unit.shield = float(repr(other.hp)), float(repr(other.shield))
    resolve(armies)
    resolve(others)
    assert numbers(armies) == numbers(others)
    assert any(unit.hp != unit.shield for unit in armies["A"])


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_come_back_when_a_later_unit_refuses(kind: type[Any]) -> None:
    armies, bridge = fleets(kind), BattleBridge(SCHEMA)
    resolve(armies, bridge)
    stubborn = Stubborn(70)
    armies["B"].append(stubborn)
    before = numbers(armies)
    before = [[float(repr(value)) for value in row] for row in before]
    with pytest.raises(muc.BridgeError, match="never"):
        resolve(armies, bridge)
    assert numbers(armies) == before
    armies["B"].pop()
    resolve(armies, bridge)
    assert numbers(armies) != before[:-1]


def test_a_dict_has_another_version_after_a_battle() -> None:
    """Who remembers a dict's version (PEP 509) sees that it changed."""
    if sys.version_info >= (3, 14):
        pytest.skip("dicts have no version any more")
    armies, bridge = fleets(Large), BattleBridge(SCHEMA)
    units = armies["A"] + armies["B"]

    def versions() -> list[int]:
        return [ctypes.c_uint64.from_address(id(vars(unit)) + 24).value for unit in units]

    for _ in range(2):
        before, was = versions(), numbers(armies)
        was = [[float(repr(value)) for value in row] for row in was]
        resolve(armies, bridge)
        changed = [now != then for now, then in zip(numbers(armies), was, strict=True)]
        assert sum(changed) > 20
        told = [now != then for now, then in zip(versions(), before, strict=True)]
        assert all(told[number] for number in range(len(units)) if changed[number])
    assert len(set(versions())) == len(units)


Watch = Callable[[Any, Any], None]


@contextmanager
def watching(tables: list[dict[str, Any]], told: Watch) -> Iterator[None]:
    """Calls `told` for each change of the dicts."""
    python = ctypes.pythonapi

    @ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.py_object, ctypes.py_object, ctypes.py_object)
    def watch(event: int, table: Any, key: Any, value: Any) -> int:
        told(table, key)
        return 0

    watcher = python.PyDict_AddWatcher(watch)
    assert [python.PyDict_Watch(watcher, ctypes.py_object(table)) for table in tables] == [0] * len(tables)
    try:
        yield
    finally:
        for table in tables:
            python.PyDict_Unwatch(watcher, ctypes.py_object(table))
        python.PyDict_ClearWatcher(watcher)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="dicts cannot be watched")
def test_who_watches_a_dict_is_told_of_every_number() -> None:
    armies, told, bridge = fleets(Large), set(), BattleBridge(SCHEMA)
    units = armies["A"]
    with watching([vars(unit) for unit in units], lambda table, key: told.add((id(table), key))):
        for _ in range(2):
            told.clear()
            before = [{name: float(repr(getattr(unit, name))) for name in NUMBERS} for unit in units]
            resolve(armies, bridge)
            changed = {
                (id(vars(unit)), name)
                for unit, was in zip(units, before, strict=True)
                for name in NUMBERS
                if getattr(unit, name) != was[name]
            }
            assert len({name for _, name in changed}) > 1
            assert changed <= told


@pytest.mark.skipif(sys.version_info < (3, 12), reason="dicts cannot be watched")
def test_who_watches_one_dict_may_change_all_the_others() -> None:
    armies, others, bridge = fleets(Large), fleets(Large), BattleBridge(SCHEMA)
    battles: list[str] = []
    strangers: list[Any] = []

    def grow(table: Any, key: Any) -> None:
        # In the second battle, in which only positions change at first.
        if battles == ["first"]:
            battles.append("second")
            for unit in armies["A"][1:]:
                vars(unit).update({f"late_{number}": number for number in range(300)})
            # They get the memory that is free now.
            strangers.extend(Large(number) for number in range(200))

    with watching([vars(unit) for unit in armies["A"][:3]], grow):
        assert resolve(armies, bridge).digest == resolve(others).digest
        battles.append("first")
        assert resolve(armies, bridge).digest == resolve(others).digest
    assert numbers(armies) == numbers(others)
    assert battles == ["first", "second"]
    assert numbers({"strangers": strangers}) == numbers({"others": [Large(number) for number in range(200)]})


def test_what_the_class_has_is_nobodys_own_after_a_refusal() -> None:
    class Plain(Ship):
        shield = suppression = 5.0

        def __init__(self, number: int) -> None:
            super().__init__(number)
            del self.shield, self.suppression

    armies = fleets(Plain, 5)
    armies["B"].append(Stubborn(70))
    before = [sorted(vars(unit)) for unit in armies["A"]]
    with pytest.raises(muc.BridgeError, match="never"):
        resolve(armies)
    assert [sorted(vars(unit)) for unit in armies["A"]] == before
    armies["B"].pop()
    resolve(armies)
    assert any("shield" in vars(unit) for unit in armies["A"])


def test_all_battles_of_a_turn_are_taken_back_though_a_value_is_lost() -> None:
    class Once(Ship):
        """Takes no old health back."""

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "hp" and value > 3999.0 and "weapons" in vars(self):
                raise ValueError
            super().__setattr__(name, value)

    class Interrupted(Ship):
        def __setattr__(self, name: str, value: Any) -> None:
            if "weapons" in vars(self):
                raise KeyboardInterrupt
            super().__setattr__(name, value)

    battles = [fleets(Ship, 5), fleets(Ship, 5), fleets(Ship, 5)]
    battles[1]["B"][0] = Once(30)
    battles[2]["B"].append(Interrupted(70))
    before = [numbers(armies) for armies in battles]
    before = [[[float(repr(value)) for value in row] for row in rows] for rows in before]
    with pytest.raises(KeyboardInterrupt) as stop:
        BattleBridge(SCHEMA).resolve_turn(battles, max_rounds=4, seed=5)
    lost = sum(now != was for now, was in zip(numbers(battles[1]), before[1], strict=True))
    assert (numbers(battles[0]), numbers(battles[2])) == (before[0], before[2])
    notes = getattr(stop.value, "__notes__", [])
    assert len(notes) == lost == 1


def test_memory_of_a_battle_serves_the_next_whatever_its_size() -> None:
    bridge = BattleBridge(SCHEMA)
    for count in (3, 60, 1, 17, 60, 200, 2):
        armies, others = fleets(Ship, count), fleets(Ship, count)
        assert resolve(armies, bridge).digest == resolve(others).digest
        assert numbers(armies) == numbers(others)


def test_a_battle_in_the_middle_of_reading_another() -> None:
    bridge = BattleBridge(SCHEMA)
    fought = []

    class Nested(Ship):
        @property
        def armor(self) -> float:
            if len(fought) < 3:
                fought.append(None)
                fought[-1] = resolve(fleets(Ship, 5), bridge).digest
            return 3.0

    armies = fleets(Nested, 4)
    digest = resolve(armies, bridge).digest
    assert digest == resolve(fleets(Nested, 4), BattleBridge(SCHEMA)).digest
    assert fought == [resolve(fleets(Ship, 5)).digest] * 3
