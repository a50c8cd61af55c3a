"""Units of a list are read some at a time: whatever stands among them, it is as if they came one by one."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import multi_universe_core as muc
from multi_universe_core.bridge import At, BattleBridge, ObjectSchema

SCHEMAS = {
    "usual": ObjectSchema(),
    "few": ObjectSchema(alive=None, name=None, fleet=None, weapon_destroyed=None),
    "nowhere": ObjectSchema(origin_is_nowhere=True),
    "no limits": ObjectSchema(max_hp=None, max_shield=None),
    "generic": ObjectSchema(generic_weapon=True),
    "tags": ObjectSchema(tags="tags", tag_flags={"cover": ["cover"]}),
    "own words": ObjectSchema(domain=At("where", words={"here": "ground"})),
}


class Gun:
    def __init__(self, **more: Any) -> None:
        self.strength, self.attacks, self.range, self.hp, self.destroyed = 6.0, 2, 90.0, 50.0, False
        vars(self).update(more)


class Ship:
    def __init__(self, number: int) -> None:
        self.hp, self.max_hp, self.shield = 300.0, 300, 20
        self.x, self.y, self.suppression = 1.0 + number, float(number % 5), 0.0
        self.bs, self.cover, self.alive, self.name = 50, number % 3 == 0, True, f"Ship {number}"
        self.fleet = number % 2
        self.weapons: Any = [Gun(), Gun(range=120)]


class Frigate(Ship):
    """Another class with the same attributes."""


class Slim:
    """Slots, without a dict."""

    __slots__ = tuple(vars(Ship(0)))

    def __init__(self, number: int) -> None:
        for name, value in vars(Ship(number)).items():
            setattr(self, name, value)


class Restless(Ship):
    """Whoever reads it changes what it holds."""

    @property
    def bs(self) -> int:  # type: ignore[override]
        self.weapons.append(Gun())
        return 50

    @bs.setter
    def bs(self, value: int) -> None:
        pass


class Key:
    """A fleet that is no usual key."""

    def __hash__(self) -> int:
        return 7

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key)

    def __repr__(self) -> str:
        return "Key()"


def with_value(name: str, value: Any) -> Callable[[Ship], Any]:
    def change(ship: Ship) -> Any:
        setattr(ship, name, value)
        return ship

    return change


def without(name: str) -> Callable[[Ship], Any]:
    def change(ship: Ship) -> Any:
        delattr(ship, name)
        return ship

    return change


def armed(*weapons: Any) -> Callable[[Ship], Any]:
    return lambda ship: with_value("weapons", list(weapons))(ship)


ODD: dict[str, Callable[[Ship], Any]] = {
    "usual": lambda ship: ship,
    "wreck": with_value("hp", 0.0),
    "dead": with_value("alive", False),
    "dead by a number": with_value("alive", 0),
    "alive by a list": with_value("alive", [1]),
    "no health": without("hp"),
    "no limit": without("max_hp"),
    "no shield": without("shield"),
    "a shield of None": with_value("shield", None),
    "no Unicode": with_value("domain", "\ud800"),
    "letters": with_value("domain", "größe"),
    "health in words": with_value("hp", "much"),
    "a NumPy number": with_value("bs", np.float32(40.5)),
    "a flag for a number": with_value("bs", True),
    "a large whole number": with_value("bs", 10**30),
    "a number for a flag": with_value("cover", 1),
    "no skill": without("bs"),
    "None": with_value("bs", None),
    "nowhere": lambda ship: with_value("x", 0.0)(with_value("y", 0)(ship)),
    "not a number": with_value("x", float("nan")),
    "no name": without("name"),
    "a number for a name": with_value("name", 7),
    "an own fleet": with_value("fleet", "Reserve"),
    "no fleet": with_value("fleet", None),
    "an odd key": with_value("fleet", Key()),
    "no key": with_value("fleet", []),
    "unarmed": armed(),
    "without arms": without("weapons"),
    "arms in a tuple": with_value("weapons", (Gun(), Gun())),
    "a broken gun": armed(Gun(hp=0.0), Gun()),
    "a destroyed gun": armed(Gun(), Gun(destroyed=True)),
    "a gun destroyed by a list": armed(Gun(destroyed=[1])),
    "a gun without strength": armed(Gun(strength=None), Gun()),
    "a gun in words": armed(Gun(), Gun(attacks="many")),
    "a gun that is a dict": armed(Gun(), {"strength": 5.0, "range": 80.0}),
    "many guns": armed(*(Gun() for _ in range(150))),
    "another class": lambda ship: Frigate(int(ship.x) - 1),
    "slots": lambda ship: Slim(int(ship.x) - 1),
    "restless": lambda ship: Restless(int(ship.x) - 1),
    "a dict": lambda ship: dict(vars(ship)),
    "a number": lambda ship: 7,
    "larger": lambda ship: with_more(ship),
    "a word": with_value("domain", "ground"),
    "no such word": with_value("domain", "air"),
    "an own word": with_value("where", "here"),
    "tags": with_value("tags", ["cover"]),
}  # fmt: skip


def with_more(ship: Ship) -> Ship:
    """More attributes than objects of a class share."""
    for number in range(40):
        setattr(ship, f"more_{number}", number)
    return ship


def fleet_of(oddities: list[str], first: int) -> list[Any]:
    return [ODD[name](Ship(first + number)) for number, name in enumerate(oddities)]


def state(thing: Any) -> Any:
    """All that an object holds, in a form that compares."""
    if isinstance(thing, (list, tuple)):
        return [state(item) for item in thing]
    if isinstance(thing, dict):
        return {key: state(value) for key, value in thing.items()}
    if isinstance(thing, Slim):
        return {name: state(getattr(thing, name)) for name in Slim.__slots__ if hasattr(thing, name)}
    if isinstance(thing, (Ship, Gun)):
        return type(thing).__name__, state(vars(thing))
    return repr(thing)


def outcome(schema: ObjectSchema, armies: dict[str, Any], objects: list[Any]) -> Any:
    """What comes of a battle: digest, notes and objects; or the error."""
    bridge = BattleBridge(schema)
    try:
        report = bridge.resolve(armies, max_rounds=3, seed=5)
        came = report.digest, report.notes
    except (muc.BridgeError, muc.KernelError) as error:
        came = type(error).__name__, str(error)
    return came, state(objects)


def both_ways(schema: ObjectSchema, fleets: dict[str, list[Any]]) -> tuple[Any, Any]:
    """Read from lists, and from iterators, that have no blocks."""
    apart = copy.deepcopy(fleets)
    at_once = outcome(schema, fleets, list(fleets.values()))
    return at_once, outcome(
        schema, {name: iter(list(units)) for name, units in apart.items()}, list(apart.values())
    )


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize("odd", ODD)
def test_one_odd_unit_ends_a_block_and_no_more(odd: str, name: str) -> None:
    around = ["usual"] * 21
    at_once, one_by_one = both_ways(
        SCHEMAS[name],
        {"A": fleet_of([*around, odd, *around], 0), "B": fleet_of(["usual", odd, *around], 100)},
    )
    assert at_once == one_by_one


@given(
    st.lists(st.sampled_from(sorted(ODD)), min_size=1, max_size=40),
    st.lists(st.sampled_from(sorted(ODD)), min_size=1, max_size=40),
    st.sampled_from(sorted(SCHEMAS)),
)
@settings(max_examples=150, deadline=None)
def test_fleets_of_all_kinds_are_read_as_one_by_one(a: list[str], b: list[str], name: str) -> None:
    at_once, one_by_one = both_ways(SCHEMAS[name], {"A": fleet_of(a, 0), "B": fleet_of(b, 100)})
    assert at_once == one_by_one


@pytest.mark.parametrize("place", [0, 1, 2, 7, 15, 16, 17, 30])
def test_a_unit_that_stands_twice_in_a_list_is_named(place: int) -> None:
    units = fleet_of(["usual"] * 31, 0)
    units.append(units[place])
    before = state(units)
    with pytest.raises(muc.BridgeError, match=r"unit 31 of 'A'.*the same object again.*each object once"):
        BattleBridge().resolve({"A": units, "B": fleet_of(["usual"], 100)}, seed=1)
    assert state(units) == before


class Refusing(Ship):
    """It cannot be moved once it has a name."""

    def __init__(self, number: int) -> None:
        self.along = 0.0
        super().__init__(number)

    @property
    def x(self) -> float:  # type: ignore[override]
        return self.along

    @x.setter
    def x(self, value: float) -> None:
        if "name" in vars(self):
            raise ValueError("no")
        self.along = value


@pytest.mark.parametrize("place", [0, 1, 3, 15, 16, 20, 39])
def test_all_that_was_written_is_taken_back_wherever_one_refuses(place: int) -> None:
    units, enemies = fleet_of(["usual"] * 40, 0), fleet_of(["usual"] * 41, 100)
    units[place] = Refusing(place)
    before = state([units, enemies])
    with pytest.raises(muc.BridgeError, match=rf"Ship {place}.*ValueError: no"):
        BattleBridge().resolve({"A": units, "B": enemies}, max_rounds=20, seed=1)
    assert state([units, enemies]) == before


def test_a_key_that_changes_units_finds_them_unread() -> None:
    class Meddling(Key):
        def __hash__(self) -> int:
            units[12].hp = 1.0
            return 7

    units = fleet_of(["usual"] * 20, 0)
    units[9].fleet = Meddling()
    report = BattleBridge().resolve({"A": units, "B": fleet_of(["usual"], 100)}, max_rounds=1, seed=1)
    assert report.units["hp"][12] <= 1.0


def test_an_army_that_an_object_changes_while_it_is_read_is_read_to_its_end() -> None:
    units = fleet_of(["usual"] * 20, 0)

    class Leaving(Ship):
        @property
        def bs(self) -> int:  # type: ignore[override]
            del units[10:]
            return 50

        @bs.setter
        def bs(self, value: int) -> None:
            pass

    units[5] = Leaving(5)
    report = BattleBridge().resolve({"A": units, "B": fleet_of(["usual"], 100)}, max_rounds=1, seed=1)
    assert len(units) == 10 and report.units["id"].size == 11


COLLECTED = """
import gc, sys
import multi_universe_core as muc
from multi_universe_core.bridge import BattleBridge, ObjectSchema
sys.path.insert(0, {folder!r})
from test_bridge_blocks import fleet_of
bridge = BattleBridge(ObjectSchema(domain="domain"))
bridge.resolve({{"A": fleet_of(["usual"] * 3, 0), "B": fleet_of(["usual"], 50)}}, seed=1)
units = fleet_of(["usual"] * 30, 0)
units[25].domain = "\\ud800"
seen = 0
def clear(phase, info):
    global seen
    seen += phase == "start"
    if seen == {turn}:
        for unit in units:
            vars(unit).clear()
        units.clear()
gc.collect()
gc.callbacks.append(clear)
gc.set_threshold(1, 10**6, 10**6)
try:
    bridge.resolve({{"A": units, "B": fleet_of(["usual"], 50)}}, seed=1)
except muc.BridgeError:
    pass
"""


@pytest.mark.parametrize("turn", [5, 10, 12, 13, 14, 16])
def test_a_collection_in_the_middle_of_a_hand_over_does_no_harm(turn: int) -> None:
    """A text that is no Unicode makes an exception, and the collector may run whenever something is made."""
    code = COLLECTED.format(folder=str(Path(__file__).parent), turn=turn)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
