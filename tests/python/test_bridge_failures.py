"""Whatever goes wrong with a hand-over is named, and leaves every object as it was."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from lookalike import Formation, Ship, Unit, Weapon, changeable, engine, fleets, frigate

import multi_universe_core as muc
from multi_universe_core.bridge import At, BattleBridge, ObjectSchema


def spoilt(spoil: Callable[[Ship], None]) -> dict[str, list[Any]]:
    """Two fleets; the third ship of the second is spoilt."""
    armies = fleets(5)
    spoil(armies["Synod"][2])
    return armies


class Faulty(Ship):
    """A ship whose armour cannot be read."""

    @property
    def armor(self) -> float:
        raise ZeroDivisionError("no plates")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda u: setattr(u.stats_comp, "ma", "fast"), "stats_comp.ma: got 'fast' (str), expected a number"),
        (lambda u: setattr(u.stats_comp, "md", [1]), "stats_comp.md: got [1] (list), expected a number"),
        (lambda u: setattr(u.stats_comp, "md", -3), "stats_comp.md: got -3, expected a finite number from 0"),
        (lambda u: setattr(u, "cost", float("nan")), "cost: got NaN, expected a finite number"),
        (lambda u: setattr(u.health_comp, "max_hp", 9), "current_hp: got 300, expected at most max_hp, 9"),
        (lambda u: u.weapon_comps[1].weapon_stats.update(A=[2]), "weapon 1, weapon_stats[Attacks]: got [2]"),
        (lambda u: u.weapon_comps[1].weapon_stats.update(A=-1), "weapon 1, weapon_stats[Attacks]: got -1"),
        (lambda u: setattr(u, "weapon_comps", 7), "weapon_comps: got an int, expected a list of weapons"),
        (
            lambda u: u._abilities.update(Tags="Big"),
            "abilities[Tags]: got 'Big' (str), expected a list of texts",
        ),
        (lambda u: setattr(u, "_fleet_id", ["x"]), "_fleet_id: got TypeError: unhashable type: 'list'"),
        (lambda u: u.formations.append(Formation(movement_speed_mult="a")), "[movement_speed_mult]: got 'a'"),
    ],
)
def test_what_cannot_be_read_is_named_with_unit_and_path(spoil: Callable[[Ship], None], message: str) -> None:
    armies = spoilt(spoil)
    before = changeable(armies)
    with pytest.raises(muc.BridgeError) as refusal:
        engine().resolve(armies)
    assert str(refusal.value).startswith(
        "hand-over refused, no object has changed: unit 2 of 'Synod' ('Blue 2'), "
    )
    assert message in str(refusal.value)
    assert refusal.value.count == len(refusal.value.faults) == 1
    assert changeable(armies) == before


@pytest.mark.parametrize(
    ("armies", "message"),
    [
        ({"A": frigate()}, "armies['A']: got a Ship, expected a list of units"),
        ({"A": "ships"}, "armies['A']: got a str, expected a list of units"),
        ({1: [frigate()]}, "armies: got the key 1 (int), expected the name of a faction"),
        ([frigate()], "armies: got a list, expected a mapping from faction names to lists of units"),
        ({}, "armies: got no army"),
        ({"": [frigate()], "B": [frigate()]}, "got a text of 0 bytes, expected a text of 1 to 255 bytes"),
    ],
)
def test_armies_that_are_none_are_refused(armies: Any, message: str) -> None:
    with pytest.raises(muc.BridgeError) as refusal:
        engine().resolve(armies)
    assert message in str(refusal.value)


def test_an_exception_of_an_object_is_the_cause_and_faults_are_listed_up_to_ten() -> None:
    with pytest.raises(muc.BridgeError) as refusal:
        engine().resolve({"A": [Faulty(f"Leak {i}") for i in range(12)], "B": [frigate()]})
    assert isinstance(refusal.value.__cause__, ZeroDivisionError)
    assert (len(refusal.value.faults), refusal.value.count) == (10, 12)
    assert str(refusal.value).endswith("… and 2 more")
    fault = refusal.value.faults[3]
    assert (fault["faction"], fault["unit"], fault["name"], fault["path"]) == ("A", 3, "Leak 3", "armor")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"diplomacy": 5}, muc.BridgeError, "diplomacy: got an int, expected an object with get_treaty"),
        (
            {"diplomacy": {("Synod", "Hegemony"): 5}},
            muc.BridgeError,
            "treaty of 'Hegemony' and 'Synod': got 5",
        ),
        ({"diplomacy": SimpleNamespace(get_treaty=lambda a, b: 1 / 0)}, muc.BridgeError, "ZeroDivisionError"),
        (
            {"doctrines": {"Synod": "hide"}},
            muc.BridgeError,
            "doctrines['Synod']: got 'hide' (str), expected one",
        ),
        ({"defenders": ["Nobody"]}, muc.BridgeError, "defenders: got 'Nobody', expected the name of an army"),
        ({"max_rounds": 0}, muc.ResolveError, "max_rounds: got 0"),
        ({"seed": -1}, ValueError, "seed: got -1"),
    ],
)
def test_what_is_wrong_with_the_call_is_named(options: Any, error: type[Exception], message: str) -> None:
    armies = fleets(5)
    before = changeable(armies)
    with pytest.raises(error) as refusal:
        engine().resolve(armies, **options)
    assert message in str(refusal.value)
    assert changeable(armies) == before


class Stubborn(Ship):
    """A ship that refuses some values of its health."""

    def __init__(self, refuse: Callable[[float], Exception | None], **more: Any) -> None:
        super().__init__("Stubborn", **more)
        self.refuse = refuse

    @property
    def current_hp(self) -> float:
        return self.health_comp.current_hp if self.health_comp else 0

    @current_hp.setter
    def current_hp(self, value: float) -> None:
        error = self.refuse(value)
        if error is not None:
            raise error
        if self.health_comp:
            self.health_comp.current_hp = value


def test_a_setter_that_raises_takes_everything_back() -> None:
    armies = fleets(10)
    for unit in armies["Hegemony"]:
        unit.grid_x, unit.grid_y = 5, 5
    armies["Synod"].append(Stubborn(lambda value: ValueError("never"), hp=50))
    before = changeable(armies)
    with pytest.raises(muc.BridgeError) as refusal:
        engine().resolve(armies)
    assert "unit 10 of 'Synod' ('Stubborn'), current_hp: got ValueError: never" in str(refusal.value)
    assert isinstance(refusal.value.__cause__, ValueError)
    assert changeable(armies) == before, "types included, and attributes that were not there are gone again"


def test_the_same_for_what_is_no_error_of_the_object() -> None:
    armies = fleets(3)
    armies["Synod"].append(Stubborn(lambda value: KeyboardInterrupt(), hp=50))  # type: ignore[arg-type]
    before = changeable(armies)
    with pytest.raises(KeyboardInterrupt):
        engine().resolve(armies)
    assert changeable(armies) == before


@dataclass(frozen=True)
class Frozen:
    """A unit that cannot be changed."""

    hp: float = 50
    max_hp: float = 50


def test_health_that_cannot_be_written_is_an_error_and_other_results_are_not() -> None:
    strong = SimpleNamespace(hp=500, max_hp=500, weapons=[SimpleNamespace(strength=9, range=200)])
    with pytest.raises(muc.BridgeError, match=r"unit 0 of 'B', hp: got .*cannot assign to field 'hp'"):
        BattleBridge().resolve({"A": [strong], "B": [Frozen()]})
    assert vars(strong)["hp"] == 500 and "x" not in vars(strong)
    lost = SimpleNamespace(hp=50, max_hp=50)
    BattleBridge(ObjectSchema(writes={"hp": "hp", "shield": "no.such.place"})).resolve(
        {"A": [strong], "B": [lost]}
    )
    assert lost.hp == 0


def test_methods_that_raise_after_all_is_written_become_notes() -> None:
    armies = fleets(2)
    armies["Synod"][0].invalidate_cache = lambda: 1 / 0  # type: ignore[method-assign]
    report = engine().resolve(armies)
    assert report.notes == [
        "invalidate_cache() of unit 0 of 'Synod' raised ZeroDivisionError: division by zero; "
        "its battle is written all the same"
    ]
    assert armies["Synod"][0].current_hp < 300


def test_ctrl_c_during_a_battle_leaves_the_objects_as_they_were() -> None:
    armies = {name: [frigate(hp=10**9) for _ in range(300)] for name in "AB"}
    before = changeable(armies)
    rules = muc.Rules(quiet_rounds=10**6, killless_rounds=10**6, max_rounds=10**6, morale=False)
    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        engine(rules=rules).resolve(armies)
    timer.join()
    assert changeable(armies) == before


def test_a_bridge_that_refused_fights_on() -> None:
    bridge = engine()
    with pytest.raises(muc.BridgeError):
        bridge.resolve(spoilt(lambda u: setattr(u.stats_comp, "ma", "fast")))
    assert bridge.resolve(fleets(5)).digest == engine().resolve(fleets(5)).digest


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ObjectSchema(armour="x"), "units: no such name as 'armour'; did you mean 'armor'"),
        (lambda: ObjectSchema(hp="a..b"), "hp: 'a..b' is no path"),
        (lambda: ObjectSchema(hp="a[b"), "hp: 'a[b' is no path: an item's `[` is never closed"),
        (lambda: ObjectSchema(hp="a(1)"), "a call takes no arguments"),
        (lambda: ObjectSchema(hp=At(7)), "hp: got 7 (int), expected a path or a function"),  # type: ignore[arg-type]
        (
            lambda: ObjectSchema(hp=At("hp", default="much")),
            "hp: the default is 'much' (str), expected a number",
        ),
        (lambda: ObjectSchema(domain=At("d", words={1: "sea"})), "domain: 'sea' is no word of this column"),
        (lambda: ObjectSchema(weapons={"power": "p"}), "weapons: no such name as 'power'"),
        (lambda: ObjectSchema(writes={"health": "hp"}), "writes: no such name as 'health'"),
        (
            lambda: ObjectSchema(writes={"hp": "get()"}),
            "writes, hp: 'get()' is no path that can be written to",
        ),
        (lambda: ObjectSchema(tags="t", tag_flags={"Big": ["hp"]}), "tag_flags: 'hp' is no flag of units"),
        (lambda: ObjectSchema(experience="all"), "experience: got 'all'"),  # type: ignore[arg-type]
        (lambda: ObjectSchema(refresh="a.b"), "refresh: 'a.b' is no method's name"),
    ],
)
def test_a_schema_that_cannot_be_is_refused_when_the_bridge_is_made(
    make: Callable[[], Any], message: str
) -> None:
    with pytest.raises((ValueError, TypeError)) as refusal:
        BattleBridge(make())
    assert message in str(refusal.value)


def crowd(strange: bool) -> dict[str, list[Any]]:
    """Many units, so that functions are made for their classes; some are otherwise than most."""
    armies: dict[str, list[Any]] = {
        "A": [frigate(hp=300 + i) for i in range(900)],
        "B": [Unit("Foot") for _ in range(900)],
    }
    if strange:
        for index, unit in enumerate(armies["A"]):
            if index % 50 == 7:
                unit.bs, unit.tactical_directive = 71, "KITE"
            if index % 60 == 9:
                unit.formations = [Formation(accuracy_mult=1.5)]
            if index % 70 == 11:
                unit.movement_comp = None
                unit._abilities = {"Cover": {}, "Tags": ["Massive"], "Invuln": 3}
            if index % 80 == 13:
                unit.weapon_comps = [Weapon(range=50, strength=2.5, attacks="3")]
            if index % 90 == 15:
                unit.current_hp = 0
    return armies


@pytest.mark.parametrize("strange", [False, True])
def test_functions_for_classes_read_what_is_read_step_by_step(strange: bool) -> None:
    step_by_step = []
    for first in range(0, 900, 100):
        part = {name: units[first : first + 100] for name, units in crowd(strange).items()}
        step_by_step.append(BattleBridge(ObjectSchema.strategy_engine()).mirror(part))
    bridge = BattleBridge(ObjectSchema.strategy_engine())
    for _ in range(3):
        whole = bridge.mirror(crowd(strange))
    columns = [name for name in whole.units().columns if name not in ("id", "fleet")]
    for side, first in (("A", 0), ("B", 900)):
        rows = {row["id"]: row for row in whole.units()}
        for part, kernel in enumerate(step_by_step):
            for row in kernel.units():
                if (row["id"] >= 100) == (side == "B"):
                    ours = rows[first + 100 * part + row["id"] % 100]
                    assert repr([ours[c] for c in columns]) == repr([row[c] for c in columns])
    assert sum(len(kernel.weapons()) for kernel in step_by_step) == len(whole.weapons())
    assert sum(kernel.weapons()["range"].sum() for kernel in step_by_step) == whole.weapons()["range"].sum()


def test_a_fault_among_many_objects_is_found_as_among_few() -> None:
    armies = crowd(strange=False)
    armies["A"][877].stats_comp.ma = "fast"
    bridge = BattleBridge(ObjectSchema.strategy_engine())
    for _ in range(3):
        with pytest.raises(
            muc.BridgeError, match=r"unit 877 of 'A' \('Frigate'\), stats_comp\.ma: got 'fast'"
        ):
            bridge.mirror(armies)
