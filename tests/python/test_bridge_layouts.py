"""Attributes that are read and set where they are: whatever keeps them, the same battle comes of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import make_dataclass
from types import SimpleNamespace
from typing import Any

import pytest

import multi_universe_core as muc
from multi_universe_core.bridge import At, BattleBridge, ObjectSchema

COUNT = 30
FLAT = ObjectSchema(alive=None, name=None, fleet=None, weapon_destroyed=None)
VALUES = {"hp": 300.0, "shield": 20, "x": 0.0, "y": 0.0, "suppression": 0.0, "speed": 6.0, "bs": 50.0}


def weapons() -> list[Any]:
    return [SimpleNamespace(strength=6.0, attacks=2, range=90.0, hp=50.0) for _ in range(2)]


class Usual:
    """A class as most are."""

    def __init__(self) -> None:
        for name, value in VALUES.items():
            setattr(self, name, value)
        self.weapons = weapons()


class Reversed(Usual):
    """Its attributes come in another order."""

    def __init__(self) -> None:
        self.weapons = weapons()
        for name in reversed(VALUES):
            setattr(self, name, VALUES[name])


class Large(Usual):
    """More attributes than objects of a class share."""

    def __init__(self) -> None:
        for number in range(40):
            setattr(self, f"more_{number}", number)
        super().__init__()


class Constant(Usual):
    """What all have in common is the class's."""

    bs = 50.0
    speed = 6.0

    def __init__(self) -> None:
        super().__init__()
        del self.bs, self.speed


class Computed(Usual):
    """One value is worked out."""

    @property
    def bs(self) -> float:
        return 50.0

    @bs.setter
    def bs(self, value: float) -> None:
        pass


class Slotted:
    """Slots, and a constant of the class."""

    __slots__ = (*(name for name in VALUES if name != "speed"), "weapons")
    speed = 6.0

    def __init__(self) -> None:
        for name in set(VALUES) - {"speed"}:
            setattr(self, name, VALUES[name])
        self.weapons = weapons()


class Half(Slotted):
    """Slots, and a dict for what is no slot."""

    def __init__(self) -> None:
        super().__init__()
        self.speed = 6.0


Made = make_dataclass("Made", [(name, Any, value) for name, value in VALUES.items()], namespace={})


def dataclass_unit() -> Any:
    unit = Made()
    unit.weapons = weapons()
    return unit


def looked_at() -> Any:
    unit = Usual()
    vars(unit)
    return unit


def given_a_dict() -> Any:
    unit = Usual()
    unit.__dict__ = dict(reversed(vars(unit).items()))
    return unit


def odd_names() -> Any:
    unit = Usual()
    vars(unit)[7] = "no attribute"
    return unit


def put_with_a_text_of_its_own() -> Any:
    unit = Usual()
    del unit.bs
    vars(unit)["".join(["b", "s"])] = 50.0
    return unit


KINDS: dict[str, Callable[[], Any]] = {
    "usual": Usual,
    "reversed": Reversed,
    "large": Large,
    "constant": Constant,
    "computed": Computed,
    "slots": Slotted,
    "slots and a dict": Half,
    "dataclass": dataclass_unit,
    "looked at": looked_at,
    "copied": lambda: copy.deepcopy(Usual()),
    "given a dict": given_a_dict,
    "odd names": odd_names,
    "a text of its own": put_with_a_text_of_its_own,
}


def armies(kind: Callable[[], Any]) -> dict[str, list[Any]]:
    return {name: [kind() for _ in range(COUNT)] for name in ("Hegemony", "Synod")}


def results(made: dict[str, list[Any]]) -> list[tuple[Any, ...]]:
    units = [unit for army in made.values() for unit in army]
    return [
        (*(getattr(unit, name) for name in VALUES), *(weapon.hp for weapon in unit.weapons)) for unit in units
    ]


@pytest.fixture(scope="module")
def expected() -> tuple[str, list[tuple[Any, ...]]]:
    """What comes of objects that are looked into step by step."""
    made = armies(lambda: SimpleNamespace(**VALUES, weapons=weapons()))
    report = BattleBridge(FLAT).resolve(made, seed=3)
    assert any(row[0] != 300.0 for row in results(made))
    return report.digest, results(made)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_unit_is_read_and_written_alike(
    kind: str, expected: tuple[str, list[tuple[Any, ...]]]
) -> None:
    made = armies(KINDS[kind])
    bridge = BattleBridge(FLAT)
    report = bridge.resolve(made, seed=3)
    assert (report.digest, results(made)) == expected
    # A class that was met before is read alike.
    again = armies(KINDS[kind])
    assert (bridge.resolve(again, seed=3).digest, results(again)) == expected


def test_kinds_may_stand_side_by_side(expected: tuple[str, list[tuple[Any, ...]]]) -> None:
    kinds = list(KINDS.values())
    made = {
        name: [kinds[(number * step) % len(kinds)]() for number in range(COUNT)]
        for step, name in ((1, "Hegemony"), (5, "Synod"))
    }
    report = BattleBridge(FLAT).resolve(made, seed=3)
    assert (report.digest, results(made)) == expected


def test_units_that_gain_an_attribute_between_battles_are_read_with_it() -> None:
    bridge = BattleBridge(FLAT)
    made = armies(Usual)
    assert set(bridge.mirror(made).units()["armor"].tolist()) == {0.0}
    for unit in made["Synod"]:
        unit.armor = 20.0
    assert bridge.mirror(made).units()["armor"].tolist() == [0.0] * COUNT + [20.0] * COUNT
    vars(made["Synod"][0])
    assert bridge.mirror(made).units()["armor"].tolist() == [0.0] * COUNT + [20.0] * COUNT


def test_an_attribute_that_a_class_gets_while_it_is_read_is_read() -> None:
    class Late:
        hp = 300.0

        def __init__(self, armor: float | None = None) -> None:
            self.bs = 50.0
            if armor is not None:
                self.armor = armor

        @property
        def weapons(self) -> list[Any]:
            return []

    class Arms:
        """A gun whose makers learn to pierce in the middle."""

        def __init__(self, ap: float | None) -> None:
            self.strength = 6.0
            if ap is not None:
                self.ap = ap

    class Armed:
        hp = 300.0

        def __init__(self, ap: float | None) -> None:
            self.of = ap

        @property
        def weapons(self) -> list[Any]:
            return [Arms(self.of)]

    for _ in range(2):
        late = {"A": [Late(), Late(20.0), Late(20.0)], "B": [Late()]}
        assert BattleBridge(FLAT).mirror(late).units()["armor"].tolist() == [0.0, 20.0, 20.0, 0.0]
    bridge = BattleBridge(FLAT)
    armed = {"A": [Armed(None), Armed(3.0), Armed(4.0)], "B": [Armed(None)]}
    first = bridge.mirror(armed).weapons()["ap"].tolist()
    assert first == [0.0, 3.0, 4.0, 0.0] == bridge.mirror(armed).weapons()["ap"].tolist()


@pytest.mark.parametrize("base", [Usual, Slotted, Large, Computed])
@pytest.mark.parametrize("before", [SimpleNamespace, dict])
def test_a_second_place_for_weapons_is_looked_up_in_each_unit(base: Any, before: Any) -> None:
    class Guns(base):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.weapons = []
            self.guns = weapons()

    schema = ObjectSchema(
        alive=None, name=None, fleet=None, weapon_destroyed=None, arms=At("weapons", "guns")
    )
    stranger = before(**VALUES, weapons=[], guns=weapons()[:1])
    made = {"A": [Guns(), stranger, Guns()] + [Guns() for _ in range(600)], "B": [Guns()]}
    held = BattleBridge(schema).mirror(made).weapons()["unit"].tolist()
    assert held == [0, 0, 1, *(unit for unit in range(2, 604) for _ in range(2))]


def test_who_ran_before_and_is_kept_elsewhere_since_is_set_right() -> None:
    class Runner(Usual):
        def __init__(self) -> None:
            super().__init__()
            self.routing = True

    runners = [Runner() for _ in range(40)]

    class Meddler(Usual):
        @property
        def bs(self) -> float:
            # A dict with a key that is no text is not read in place.
            for runner in runners:
                vars(runner)[7] = 1
            return 50.0

        @bs.setter
        def bs(self, value: float) -> None:
            pass

    report = BattleBridge(FLAT).resolve({"Hegemony": runners, "Synod": [Meddler()]}, seed=3)
    ran = report.units["routing"][:40].tolist()
    assert report.winner == "Hegemony" and not all(ran)
    assert [runner.routing for runner in runners] == ran


@pytest.mark.parametrize("base", [Usual, Slotted, Large])
def test_a_class_that_sets_attributes_itself_is_asked_to(base: Any) -> None:
    told: list[str] = []

    class Own(base):  # type: ignore[misc]
        __slots__ = ()

        def __setattr__(self, name: str, value: Any) -> None:
            told.append(name)
            super().__setattr__(name, value)

    made = armies(Own)
    told.clear()
    BattleBridge(FLAT).resolve(made, seed=3)
    assert {"hp", "shield", "suppression"} == set(told)


@pytest.mark.parametrize("base", [Usual, Slotted, Large, looked_at])
def test_what_was_set_is_taken_back_if_a_later_object_refuses(base: Any) -> None:
    class Refuses(Usual):
        ready = False

        def __setattr__(self, name: str, value: Any) -> None:
            if self.ready and name == "hp":
                raise PermissionError("not mine")
            super().__setattr__(name, value)

    made = armies(base)
    made["Synod"][-1] = Refuses()
    made["Synod"][-1].ready = True
    # It is hit for certain: nobody else is there to be.
    made["Synod"] = made["Synod"][-1:]
    before = results(made)
    objects = [id(getattr(unit, name)) for army in made.values() for unit in army for name in VALUES]
    with pytest.raises(muc.BridgeError, match="unit 0 of 'Synod', hp: got PermissionError: not mine"):
        BattleBridge(FLAT).resolve(made, seed=3)
    assert results(made) == before
    now = [id(getattr(unit, name)) for army in made.values() for unit in army for name in VALUES]
    assert now == objects


@pytest.mark.parametrize("unit", [5, 1.5, None, "x", True])
def test_what_has_no_attributes_is_no_unit_though_it_lacks_them_as_an_object_may(unit: Any) -> None:
    def ship(hp: float) -> SimpleNamespace:
        return SimpleNamespace(name="s", hp=hp, max_hp=hp, weapons=[SimpleNamespace(strength=6, range=60)])

    bridge = BattleBridge(ObjectSchema(), seed=1)
    armies = {"A": [ship(500.0) for _ in range(6)] + [unit, unit], "B": [ship(300.0)]}
    with pytest.raises(
        muc.BridgeError, match=r"unit 6 of 'A', unit: got .* expected an object with attributes"
    ):
        bridge.resolve(armies)
