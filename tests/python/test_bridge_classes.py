"""Objects of classes with slots, and classes that change: whatever the shape, the same values are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

import multi_universe_core as muc
from multi_universe_core.bridge import BattleBridge, ObjectSchema

COUNT = 40
"""Objects of a class, enough for it to be read in the quick way."""

WEAPONS = ("strength", "attacks", "range", "hp")
NONE_OF_THEM = dict.fromkeys(n for n in muc.Kernel().weapons().columns if n not in ("unit", "slot", *WEAPONS))
BRIEF = ObjectSchema(weapons=NONE_OF_THEM, weapon_destroyed=None)


@dataclass(slots=True)
class Slotted:
    """A weapon in slots."""

    strength: Any = 6.0
    attacks: Any = 2
    range: Any = 90.0
    hp: Any = 50.0


@dataclass
class Unit:
    """A unit with one weapon."""

    weapons: list[Any]
    hp: float = 500.0


def armies(weapon: Callable[[], Any]) -> dict[str, list[Any]]:
    return {name: [Unit([weapon()]) for _ in range(COUNT)] for name in ("Hegemony", "Synod")}


def weapons_of(made: dict[str, list[Any]], schema: ObjectSchema = BRIEF) -> dict[str, list[Any]]:
    """The weapons as the kernel has them."""
    table = BattleBridge(schema).mirror(made).weapons()
    return {name: table[name].tolist() for name in WEAPONS}


EXPECTED = {"strength": [6.0] * 80, "attacks": [2.0] * 80, "range": [90.0] * 80, "hp": [50.0] * 80}


class Bare:
    """Slots without a dataclass, one of them inherited, one never set."""

    __slots__ = ("attacks", "range", "strength")

    def __init__(self) -> None:
        self.strength, self.attacks, self.range = 6.0, 2, 90.0


class Longer(Bare):
    """A subclass with a slot of its own."""

    __slots__ = ("hp",)


class Open(Bare):
    """A subclass whose objects also have a `__dict__`."""

    def __init__(self) -> None:
        super().__init__()
        self.hp = 50.0


class Dynamic(Bare):
    """A subclass that makes up what is missing."""

    __slots__ = ()

    def __getattr__(self, name: str) -> float:
        if name == "hp":
            return 50.0
        raise AttributeError(name)


class Watched(Bare):
    """A subclass that answers for all."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        return {"strength": 6.0, "attacks": 2, "range": 90.0, "hp": 50.0}.get(name)


class Crossed(Bare):
    """A subclass whose names mean other slots than theirs."""

    __slots__ = ("hp",)
    strength, range = Bare.range, Bare.strength  # type: ignore[has-type]

    def __init__(self) -> None:
        self.range, self.strength, self.attacks = 90.0, 6.0, 2


class Computed(Bare):
    """A subclass with a property in place of a slot."""

    __slots__ = ()

    @property
    def hp(self) -> float:
        return 50.0


@pytest.mark.parametrize("weapon", [Slotted, Bare, Longer, Open, Dynamic, Watched, Crossed, Computed])
def test_every_kind_of_class_is_read_alike(weapon: Callable[[], Any]) -> None:
    assert weapons_of(armies(weapon)) == EXPECTED


def test_slots_hold_whatever_an_attribute_may() -> None:
    made = armies(Slotted)
    for number, unit in enumerate(made["Hegemony"][:8]):
        unit.weapons[0].strength = [True, 2**49, "6", None, 7, 2.5, SimpleNamespace(), 10**400][number]
    with pytest.raises(muc.BridgeError) as refusal:
        weapons_of(made)
    told = [(fault["unit"], fault["weapon"], fault["value"]) for fault in refusal.value.faults]
    assert told[0] == (2, 0, "'6' (str)")
    assert [unit for unit, _, _ in told] == [2, 6, 7]
    for number in (2, 6, 7):
        made["Hegemony"][number].weapons[0].strength = 1
    assert weapons_of(made)["strength"][:8] == [1.0, float(2**49), 1.0, 4.0, 7.0, 2.5, 1.0, 1.0]


def test_a_slot_that_is_not_set_has_the_default() -> None:
    made = armies(Slotted)
    del made["Synod"][3].weapons[0].attacks
    assert weapons_of(made)["attacks"] == [2.0] * 43 + [1.0] + [2.0] * 36


def test_units_in_slots_are_read_and_written() -> None:
    @dataclass(slots=True)
    class Ship:
        hp: float = 300.0
        x: float = 0.0
        y: float = 0.0
        weapons: list[Any] = field(default_factory=lambda: [Slotted(), Slotted()])

    plain = {n: [SimpleNamespace(hp=300.0, x=0.0, y=0.0, weapons=[Slotted(), Slotted()]) for _ in range(30)]
             for n in "AB"}  # fmt: skip
    slotted = {name: [Ship() for _ in range(30)] for name in "AB"}
    first, second = BattleBridge(seed=3).resolve(plain), BattleBridge(seed=3).resolve(slotted)
    assert first.digest == second.digest
    for old, new in zip(plain["A"] + plain["B"], slotted["A"] + slotted["B"], strict=True):
        assert (old.hp, old.x, old.y) == (new.hp, new.x, new.y)
        assert [w.hp for w in old.weapons] == [w.hp for w in new.weapons]
    assert any(ship.hp == 0 for ships in slotted.values() for ship in ships)


def test_a_class_that_changes_between_battles_is_read_as_it_is_now() -> None:
    class Changing(Bare):
        __slots__ = ("hp",)

    bridge = BattleBridge(BRIEF)
    made = armies(Changing)
    assert bridge.mirror(made).weapons()["strength"].tolist() == [6.0] * 80
    Changing.strength = property(lambda self: 9.0)  # type: ignore[assignment, method-assign]
    assert bridge.mirror(made).weapons()["strength"].tolist() == [9.0] * 80
    del Changing.strength
    Changing.__getattr__ = lambda self, name: 8.0  # type: ignore[attr-defined]
    assert bridge.mirror(made).weapons()["hp"].tolist() == [8.0] * 80
    Changing.__getattribute__ = lambda self, name: 5.0  # type: ignore[method-assign, assignment]
    assert bridge.mirror(made).weapons()["strength"].tolist() == [5.0] * 80


@pytest.mark.parametrize("met", [False, True], ids=["not met before", "met before"])
def test_classes_and_objects_that_change_while_they_are_read_do_no_harm(met: bool) -> None:
    class Changing(Bare):
        __slots__ = ("hp",)

    class Twin(Bare):
        __slots__ = ("hp",)

    class Meddler(Bare):
        """Its health, when it is asked for, changes the class of others, and empties their slots."""

        @property
        def hp(self) -> float:
            number = len(read)
            read.append(number)
            if number == 10:
                Changing.strength = property(lambda self: 9.0)  # type: ignore[assignment, method-assign]
                Changing.__getattr__ = lambda self, name: 8.0  # type: ignore[attr-defined]
            victim = made["Synod"][number].weapons[0]
            if number % 2:
                victim.__class__ = Twin
            del victim.attacks
            return 50.0

    read: list[int] = []
    made = {
        "Hegemony": [Unit([Changing(), Meddler()] if met else [Meddler()]) for _ in range(COUNT)],
        "Synod": [Unit([Changing()]) for _ in range(COUNT)],
    }
    table = BattleBridge(BRIEF).mirror(made).weapons()
    assert len(read) == COUNT
    strength, attacks = (table[name].tolist()[-COUNT:] for name in ("strength", "attacks"))
    # Who became a twin has its slots, one of them empty.
    assert (strength[1::2], attacks[1::2]) == ([6.0] * 20, [1.0] * 20)
    # A class that was met before it changed is read to the end of the hand-over as it was.
    assert (strength[::2], attacks[::2]) == (([6.0] * 20, [1.0] * 20) if met else ([9.0] * 20, [8.0] * 20))


def test_a_value_that_empties_the_slot_it_came_from_is_read_all_the_same() -> None:
    class Treacherous:
        def __init__(self, weapon: Slotted) -> None:
            self.weapon = weapon

        def __float__(self) -> float:
            for name in WEAPONS:
                if hasattr(self.weapon, name):
                    delattr(self.weapon, name)
            return 3.0

    made = armies(Slotted)
    for unit in made["Synod"]:
        unit.weapons[0].strength = Treacherous(unit.weapons[0])
    read = weapons_of(made)
    assert read["strength"] == [6.0] * COUNT + [3.0] * COUNT
    assert set(read["range"][COUNT:]) <= {24.0, 90.0}


def test_weapons_of_many_classes_in_turn_are_read_alike() -> None:
    kinds: list[Any] = [Slotted, Bare, Longer, lambda: {"strength": 6.0, "attacks": 2, "range": 90.0}, Open]
    made = {n: [Unit([kind() for kind in kinds]) for _ in range(8)] for n in ("Hegemony", "Synod")}
    assert weapons_of(made) == EXPECTED
