"""Battles of objects: what is read, what is written back, and that a failure changes nothing."""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from lookalike import Fleet, Formation, Ship, Unit, Weapon, changeable, engine, fleets, frigate

import multi_universe_core as muc
from multi_universe_core.bridge import At, BattleBridge, ObjectSchema

Armies = dict[str, list[Any]]


def test_two_hundred_objects_come_back_changed_with_the_tuple_of_the_old_kind() -> None:
    armies = fleets(100)
    winner, survivors, rounds, stats = engine().engagement(armies, silent=True)
    assert winner == "Hegemony" and rounds > 1
    assert survivors == sum(unit.is_alive() for unit in armies["Hegemony"])
    for name, units in armies.items():
        dead = [unit for unit in units if not unit.is_alive()]
        assert stats[name]["units_lost"] == len(dead)
        assert all(unit.current_hp == 0 and unit.is_destroyed for unit in dead)
        assert all(unit.health_comp.current_shield == 0 for unit in dead)
    assert stats["Hegemony"]["kills"] == stats["Synod"]["units_lost"] > 50
    assert stats["Hegemony"]["wreckage"] == [unit for unit in armies["Synod"] if not unit.is_alive()]
    assert stats["Synod"]["enemy_units_analyzed"] == [f"Red {i}" for i in range(100)]
    assert stats["Synod"]["intel_points_earned"] == 1000
    assert isinstance(stats["Hegemony"]["total_damage_dealt"], float)
    assert set(stats["Synod"]) >= {"routed_sum", "rounds_routed", "enemy_tech_encountered"}


def test_what_is_written_is_what_the_report_says() -> None:
    armies = fleets()
    report = engine(rules=muc.Rules(hardpoint_chance=1.0)).resolve(armies, max_rounds=9)
    assert report.objects == armies["Hegemony"] + armies["Synod"]
    for row in report.units:
        unit = report.objects[row["id"]]
        assert (unit.current_hp, unit.health_comp.current_shield) == (row["hp"], row["shield"])
        assert (unit.current_suppression, unit.is_routing) == (row["suppression"], row["routing"])
        if row["status"] == "retreated":
            assert (unit.grid_x, unit.grid_y) == (0, 0), "nowhere: it deploys anew"
        else:
            assert (unit.grid_x, unit.grid_y) == (row["x"], row["y"])
        assert getattr(unit, "is_destroyed", False) is (not row["alive"])
        assert unit.invalidated == 1 and unit.experience == 0.0
    broken = 0
    for row in report.weapons:
        weapon = report.objects[row["unit"]].weapon_comps[row["slot"]]
        assert (weapon.current_hp, weapon.is_destroyed) == (row["hp"], row["destroyed"])
        broken += row["destroyed"]
    assert broken > 5
    assert report.units["routing"].any(), "who lost at the round limit is marked routing"


def test_the_battle_is_the_one_that_the_kernel_fights_for_the_same_columns() -> None:
    armies = fleets()
    kernel = engine().mirror(armies)
    before = changeable(armies)
    alone = kernel.resolve(location=0, seed=99)
    assert changeable(armies) == before, "a mirror leaves the objects alone"
    assert engine().resolve(armies, seed=99).digest == alone.digest


def test_equal_bridges_fight_equal_battles_and_each_battle_has_a_seed_of_its_own() -> None:
    reports = [[bridge.resolve(fleets()) for _ in range(2)] for bridge in (engine(), engine())]
    assert [r.digest for r in reports[0]] == [r.digest for r in reports[1]]
    assert reports[0][0].digest != reports[0][1].digest
    assert engine(seed=8).resolve(fleets()).digest != reports[0][0].digest


def test_every_column_of_the_preset_is_read() -> None:
    home = Fleet("fl_17")
    unit = frigate(
        "Rex",
        **{"hp": 321, "armor": 33, "cost": 77, "shield": 44, "regen": 2.5, "ma": 61, "md": 22, "damage": 13},
        leadership=9,
        directive="KITE",
        abilities={"Invuln": 4, "Cover": None, "Tags": ["Fortress", "Interdictor"]},
        formations=[Formation(accuracy_mult=1.2, damage_mult=1.5, ap_bonus=3, movement_speed_mult=0.5)],
    )
    unit.set_fleet(home)
    unit.bs, unit.grid_x, unit.grid_y, unit.charge_bonus, unit.power_rating = 66, 3, 4.5, 7, 12.0
    unit.experience = 5.0
    unit.current_suppression = 2
    gun = Weapon(**{"S": "2D6+1", "Range": '24"', "D": "D3", "AP": "melta", "Attacks": 3})
    base = Unit("Base", weapons=[gun], abilities={"Tags": ["Starbase"]}, directive="HOLD_GROUND")
    bridge = engine()
    kernel = bridge.mirror({"A": [unit], "B": [base]})
    row = kernel.unit(0)
    expected = {
        **{
            "max_hp": 321,
            "hp": 321,
            "shield": 44,
            "max_shield": 44,
            "hull_regen": 2.5,
            "armor": 33,
            "ma": 61,
        },
        **{"md": 22, "damage": 13, "bs": 66, "leadership": 9, "suppression": 2, "speed": 3, "x": 3, "y": 4.5},
        **{"domain": "space", "cost": 77, "xp": 5, "power_rating": 12, "directive": "kite", "invuln": 4},
        **{"cover": True, "fortress": True, "interdictor": True, "static": False, "accuracy_mult": 1.2},
        **{"damage_mult": 1.5, "ap_bonus": 3, "charge": 7},
    }
    assert {name: row[name] for name in expected} == expected
    row = kernel.unit(1)
    assert (row["domain"], row["directive"], row["static"], row["massive"]) == ("ground", "", True, True)
    assert np.isnan(row["x"]) and row["bs"] == 50
    guns = list(kernel.weapons())
    assert [
        (g["unit"], g["slot"], g["strength"], g["ap"], g["damage_dice"], g["range"], g["attacks"])
        for g in guns
    ] == [
        (0, 0, 6, 10, 1, 90, 2),
        (0, 1, 5, 0, 2, 60, 1),
        (1, 0, 8, 0, 2, 24, 3),
    ]
    report = bridge.resolve({"A": [unit], "B": [base]}, max_rounds=1)
    assert report.fleet_keys == ["fl_17", None]
    assert (
        "1 texts say no number" in report.notes[0]
        and "weapon_stats[AP] of unit 0 of 'B': 'melta'" in report.notes[0]
    )


def test_units_without_weapons_get_generic_ones_and_the_notes_count_them() -> None:
    bare = [Ship("Hull", hp=300, damage=60) for _ in range(3)]
    among = Ship("Other", hp=300, speed=4)
    among.components.append(Weapon(S=9, Range=50))
    kernel = engine().mirror({"A": bare, "B": [among]})
    assert kernel.unit(0)["speed"] == 6 and kernel.unit(3)["speed"] == 4
    assert [(w["unit"], w["strength"], w["range"]) for w in kernel.weapons()] == [
        (0, 6, 24), (1, 6, 24), (2, 6, 24), (3, 9, 50),
    ]  # fmt: skip
    report = engine().resolve({"A": bare, "B": [among]}, max_rounds=1)
    assert report.notes == [
        "3 units brought no weapon and fired a generic one: strength a tenth of their damage, range 24, "
        "1 attack; 3 of them had no movement and got speed 6"
    ]


def test_the_dead_and_units_without_health_are_left_alone() -> None:
    dead, ghost = frigate("Dead"), frigate("Ghost")
    dead.current_hp = -5
    ghost.health_comp = None
    report = engine().resolve({"A": [dead, frigate(), ghost], "B": [frigate()]})
    assert sorted(report.units["id"]) == [1, 3]
    assert dead.current_hp == -5 and dead.invalidated == ghost.invalidated == 0


@pytest.mark.parametrize(
    ("armies", "winner"),
    [({"A": [frigate()], "B": []}, "A"), ({"A": [], "B": []}, "Draw"), ({"A": [frigate()]}, "A")],
)
def test_without_an_enemy_there_is_no_battle_and_whoever_lives_alone_has_won(
    armies: Armies, winner: str
) -> None:
    report = engine().resolve(armies)
    assert report.outcome == "no_conflict"
    legacy = report.as_legacy()
    assert legacy[:3] == (winner, sum(map(len, armies.values())), 0)
    assert set(legacy[3]) == set(armies) and all(stats["units_lost"] == 0 for stats in legacy[3].values())


class Treaties:
    """Somebody who knows the treaties."""

    def __init__(self, **kinds: str) -> None:
        self.kinds = kinds

    def get_treaty(self, a: str, b: str) -> str:
        return self.kinds["".join(sorted(a + b))]


@pytest.mark.parametrize(
    "diplomacy",
    [
        Treaties(AB="War", AC="Alliance", BC="Overlord"),
        {("B", "A"): "war", ("A", "C"): "Trade"},
        {"A": {"B": "War"}, "C": {"A": "Non-Aggression Pact"}},
    ],
    ids=["an object", "pairs", "nested"],
)
def test_treaties_decide_who_fights(diplomacy: Any) -> None:
    armies = {name: [frigate()] for name in "ABC"}
    report = engine(diplomacy=diplomacy).resolve(armies)
    assert sorted(report.factions["name"]) == ["A", "B"]
    assert armies["C"][0].invalidated == 0
    assert report.as_legacy()[3]["C"]["kills"] == 0


def test_without_treaties_everybody_fights_everybody_and_doctrines_and_defenders_count() -> None:
    armies = {name: [frigate()] for name in "ABC"}
    assert engine().resolve(armies, max_rounds=1).factions["name"].tolist() == ["A", "B", "C"]
    kernel = engine().mirror(armies, doctrines={"A": "KITE", "Z": "DEFEND"})
    assert kernel.factions()["doctrine"].tolist() == ["kite", "charge", "charge"]
    calm = muc.Rules(morale=False)
    harmless = {name: [Ship(name, hp=1e9, weapons=[Weapon(S=0)])] for name in "AB"}
    report = engine(rules=calm).resolve(harmless, defenders=["B"], max_rounds=3)
    assert (report.outcome, report.winner) == ("round_limit", "B")


def test_an_unknown_kind_of_treaty_is_neutral_and_noted() -> None:
    report = engine().resolve({"A": [frigate()], "B": [frigate()]}, diplomacy={("A", "B"): "Blood Oath"})
    assert report.outcome == "no_conflict"
    assert report.notes == [
        "treaty of 'A' and 'B': 'Blood Oath' is no kind of the rule book and counts as neutral"
    ]


@pytest.mark.parametrize(("experience", "gains"), [("none", False), ("attribute", True), ("gain_xp", True)])
def test_experience_is_for_those_who_ask(experience: Any, gains: bool) -> None:
    armies = fleets(5)
    report = BattleBridge(ObjectSchema.strategy_engine(experience=experience), seed=1).resolve(armies)
    for row in report.units:
        unit = report.objects[row["id"]]
        assert unit.experience == (row["xp_gained"] if gains and row["alive"] else 0.0)
        assert bool(unit.gained) is (experience == "gain_xp" and row["alive"])


def test_the_interpreter_is_released_during_the_battle() -> None:
    ticks, done = 0, threading.Event()

    def count() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1

    armies = {"A": [frigate(hp=10**9) for _ in range(150)], "B": [frigate(hp=10**9) for _ in range(150)]}
    thread = threading.Thread(target=count)
    thread.start()
    start = ticks
    engine(rules=muc.Rules(morale=False)).resolve(armies, max_rounds=300)
    counted = ticks - start
    done.set()
    thread.join()
    assert counted > 10_000


@dataclass(slots=True)
class Gun:
    """A weapon with the kernel's names."""

    strength: float = 8
    range: float = 90
    hp: float = 50.0


@dataclass(slots=True)
class Cruiser:
    """A unit with the kernel's names."""

    max_hp: float
    hp: float
    x: float = float("nan")
    y: float = float("nan")
    weapons: list[Gun] = field(default_factory=lambda: [Gun()])


def test_dataclasses_dicts_and_plain_objects_with_the_kernels_names_need_no_schema() -> None:
    cruisers = [Cruiser(400, 400) for _ in range(4)]
    dicts: list[dict[str, Any]] = [
        {"max_hp": 300, "hp": 300, "weapons": [{"strength": 4, "hp": 50}]} for _ in range(3)
    ]
    plain = [SimpleNamespace(max_hp=50, hp=50, suppression=0, destroyed=False, weapons=[]) for _ in range(2)]
    report = BattleBridge(seed=3).resolve({"A": cruisers, "B": dicts, "C": plain})
    for row in report.units:
        unit = report.objects[row["id"]]
        assert row["hp"] == (unit["hp"] if isinstance(unit, dict) else unit.hp)
    assert all(unit.destroyed is (unit.hp == 0) for unit in plain)
    assert not any("destroyed" in unit for unit in dicts), "nothing is written where nothing was"
    assert not np.isnan(cruisers[0].x)


def test_sources_defaults_functions_and_words_say_where_a_value_is() -> None:
    schema = ObjectSchema(
        hp=At("hull.points", lambda unit: unit.spare),
        max_hp=lambda unit: unit.most,
        armor=At("plates[0]", default=12),
        domain=At("kind", words={"navy": "space", 2: "ground"}, default="ground"),
        speed=None,
        fleet="home[name]",
        alive="lives()",
        weapons={"strength": At("power", texts=True)},
    )
    one = SimpleNamespace(hull=SimpleNamespace(points=5), most=9, plates=[3], kind="navy", home={"name": "x"},
                          lives=lambda: True, weapons=({"power": "3+"},))  # fmt: skip
    two = SimpleNamespace(hull=None, spare=7, most=7, plates=[], kind="?", lives=True, weapons=None)
    gone = SimpleNamespace(hull=SimpleNamespace(points=5), most=9, lives=lambda: False)
    kernel = BattleBridge(schema).mirror({"A": [one, two, gone]})
    units = [(u["id"], u["hp"], u["max_hp"], u["armor"], u["domain"], u["speed"]) for u in kernel.units()]
    assert units == [(0, 5, 9, 3, "space", 6), (1, 7, 7, 12, "ground", 6)]
    assert kernel.weapons()["strength"].tolist() == [3]


def test_reports_of_objects_keep_no_cycle_alive() -> None:
    unit = frigate()
    unit.last_report = engine().resolve({"A": [unit], "B": [frigate()]})
    alive = weakref.ref(unit)
    del unit
    gc.collect()
    assert alive() is None
