"""The hand-over of objects, in and out, against a bare Python loop that only reads the same attributes.

    python benches/peers/bridge.py

In is what a hand-over takes that is refused for its very last object, so that it reads all and pushes
nothing, less what one of that object alone takes. Out is what a battle of one round takes longer than the
same battle whose results the schema writes nowhere: health, shield, position and suppression. Both are
measured in turns with what they are compared with, and each turn begins with objects that Python has just
written to.
"""

import gc
import operator
import random
import statistics
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np

import multi_universe_core as muc
from beside import heading
from figures import Figure, show
from multi_universe_core.bridge import BattleBridge, ObjectSchema

UNIT = (
    "max_hp", "hp", "shield", "max_shield", "shield_regen", "hull_regen", "armor", "invuln", "bs", "ma", "md",
    "damage", "ap", "speed", "leadership", "morale", "suppression", "fatigue", "cost", "xp", "x", "y",
    "accuracy_mult", "damage_mult", "ap_bonus", "charge", "static", "fortress", "cover",
)  # fmt: skip
"""Twenty-nine attributes of a unit; the thirtieth is its list of weapons."""
WEAPON = ("strength", "ap", "damage_dice", "attacks", "range", "shield_mult", "hull_mult", "hp")


@dataclass(slots=True)
class Weapon:
    """A weapon with the kernel's columns as attributes."""

    strength: float = 6.0
    ap: float = 10.0
    damage_dice: float = 1.0
    attacks: float = 2.0
    range: float = 200.0
    shield_mult: float = 1.0
    hull_mult: float = 1.0
    hp: float = 50.0


@dataclass
class Unit:
    """A unit with the kernel's columns as attributes."""

    max_hp: float = 4000.0
    hp: float = 4000.0
    shield: float = 100.0
    max_shield: float = 100.0
    shield_regen: float = 0.0
    hull_regen: float = 0.0
    armor: float = 20.0
    invuln: int = 7
    bs: float = 50.0
    ma: int = 50
    md: int = 30
    damage: float = 10.0
    ap: float = 0.0
    speed: float = 6.0
    leadership: int = 7
    morale: float = 100.0
    suppression: float = 0.0
    fatigue: float = 0.0
    cost: int = 100
    xp: float = 0.0
    x: float = 0.0
    y: float = 0.0
    accuracy_mult: float = 1.0
    damage_mult: float = 1.0
    ap_bonus: float = 0.0
    charge: float = 0.0
    static: bool = False
    fortress: bool = False
    cover: bool = False
    weapons: list[Weapon] = field(default_factory=lambda: [Weapon() for _ in range(3)])


def bare(units: list[Unit]) -> None:
    """Reads 30 attributes of each unit and 8 of each weapon, and does nothing with them."""
    for u in units:
        u.max_hp, u.hp, u.shield, u.max_shield, u.shield_regen, u.hull_regen, u.armor, u.invuln  # noqa: B018
        u.bs, u.ma, u.md, u.damage, u.ap, u.speed, u.leadership, u.morale, u.suppression, u.fatigue  # noqa: B018
        u.cost, u.xp, u.x, u.y, u.accuracy_mult, u.damage_mult, u.ap_bonus, u.charge  # noqa: B018
        u.static, u.fortress, u.cover  # noqa: B018
        for w in u.weapons:
            w.strength, w.ap, w.damage_dice, w.attacks, w.range, w.shield_mult, w.hull_mult, w.hp  # noqa: B018


def by_name(units: list[Unit]) -> None:
    """The same by a list of names: the loop that a schema in Python would be."""
    for unit in units:
        for name in UNIT:
            getattr(unit, name)
        for weapon in unit.weapons:
            for name in WEAPON:
                getattr(weapon, name)


UNIT_OF_C, WEAPON_OF_C = attrgetter(*UNIT, "weapons"), attrgetter(*WEAPON)


def from_c(units: list[Unit]) -> None:
    """The same by loops in C that look each attribute up, as code outside of the interpreter does."""
    deque(map(UNIT_OF_C, units), maxlen=0)
    deque(map(WEAPON_OF_C, [weapon for unit in units for weapon in unit.weapons]), maxlen=0)


def into_columns(units: list[Unit]) -> dict[str, Any]:
    """What a manager without a bridge does: a column of each attribute."""
    columns = {name: np.array([getattr(unit, name) for unit in units]) for name in UNIT}
    mounts = [weapon for unit in units for weapon in unit.weapons]
    return columns | {f"weapon_{name}": np.array([getattr(w, name) for w in mounts]) for name in WEAPON}


def schema(writes: dict[str, Any] | None = None) -> ObjectSchema:
    """Where these objects have what the kernel wants; what they have not is not asked for."""
    own_units, own_weapons = muc.Kernel().units().columns, muc.Kernel().weapons().columns
    only: dict[str, Any] = {name: None for name in own_units if name not in ("id", "fleet", *UNIT)}
    unread = {name: None for name in own_weapons if name not in ("unit", "slot", *WEAPON)}
    return ObjectSchema(
        weapons=unread, alive=None, name=None, fleet=None, weapon_destroyed=None, writes=writes, **only
    )


def reset(units: list[Unit]) -> None:
    """Objects as they were before the battle, in two lines that face each other."""
    half = len(units) // 2
    for index, unit in enumerate(units):
        unit.hp, unit.shield, unit.suppression = 4000.0, 100.0, 0.0
        unit.x, unit.y = 20.0 + 20.0 * (index // half), 80.0 * (index % half) / half


def columns(units: list[Unit]) -> dict[str, dict[str, Any]]:
    """The same battle as columns that exist already."""
    ids = np.arange(len(units))
    half = len(units) // 2
    unit = {name: np.array([getattr(u, name) for u in units]) for name in UNIT}
    mounts = [(u, slot, w) for u, unit_ in enumerate(units) for slot, w in enumerate(unit_.weapons)]
    return {
        "factions": {"name": ["A", "B"]},
        "treaties": {"a": ["A"], "b": ["B"], "kind": ["war"]},
        "fleets": {"id": [0, 1], "faction": ["A", "B"], "location": [0, 0]},
        "units": {"id": ids, "fleet": (ids >= half).astype(np.int64), **unit},
        "weapons": {
            "unit": np.array([u for u, _, _ in mounts]),
            "slot": np.array([slot for _, slot, _ in mounts]),
            **{name: np.array([getattr(w, name) for _, _, w in mounts]) for name in WEAPON},
        },
    }


def once(work: Callable[[], Any], before: Callable[[], Any]) -> float:
    """The time that `work` takes after `before`."""
    before()
    gc.disable()
    start = time.process_time()
    work()
    took = time.process_time() - start
    gc.enable()
    return took


def in_turns(
    works: dict[str, Callable[[], Any]], before: Callable[[], Any], turns: int
) -> dict[str, list[float]]:
    """The times that each takes after `before`, all of them in each turn.

    Their order is another in each turn: none always finds the caches as the same one left them.
    """
    times: dict[str, list[float]] = {name: [] for name in works}
    order, rng = list(works.items()), random.Random(1)
    for _ in range(turns):
        rng.shuffle(order)
        for name, work in order:
            times[name].append(once(work, before))
    return times


def compare(count: int) -> None:
    """Print the comparison for so many units."""
    units = [Unit() for _ in range(count)]
    armies = {"A": units[: count // 2], "B": units[count // 2 :]}
    reset(units)
    given = columns(units)
    bridge, reader = BattleBridge(schema()), BattleBridge(schema({}))
    wrong = Unit()
    wrong.hp = "half"  # type: ignore[assignment]

    def refused(armies: dict[str, list[Unit]]) -> None:
        try:
            bridge.resolve(armies, max_rounds=1, seed=3)
        except muc.BridgeError:
            return
        raise AssertionError("half a health was no fault")

    kernel = muc.Kernel()
    kernel.push(**given)
    theirs = kernel.resolve(location=0, max_rounds=1, seed=3, commit=False)
    assert bridge.resolve(armies, max_rounds=1, seed=3).digest == theirs.digest, "not the same battle"
    assert [unit.hp for unit in units] == theirs.units["hp"].tolist()
    changed = sum(unit.shield < 100.0 or unit.hp < 4000.0 for unit in units)
    assert changed > count / 10, "hardly anybody was hit"
    turns = max(25, 20_000 // count)
    fresh = partial(reset, units)
    fight, only_read = (partial(b.resolve, armies, max_rounds=1, seed=3) for b in (bridge, reader))
    loops: dict[str, Callable[[], Any]] = {
        "a loop that reads them, written out": partial(bare, units),
        "a loop that reads them, by names": partial(by_name, units),
        "look-ups of them from C": partial(from_c, units),
        "into NumPy columns": partial(into_columns, units),
    }
    reading = {
        "all": partial(refused, {**armies, "C": [wrong]}),
        "nobody": partial(refused, {"C": [wrong]}),
    }
    read = in_turns({**reading, **loops}, fresh, turns)
    into = statistics.median(map(operator.sub, read["all"], read["nobody"]))
    fought = in_turns({"and written": fight, "and not": only_read}, fresh, turns)
    out = statistics.median(map(operator.sub, fought["and written"], fought["and not"]))
    part, size = "objects in and out, per unit of 54 attributes", f"{count:,} units"
    for name in loops:
        show(Figure(part, size, (into + out) / count, name, statistics.median(read[name]) / count))


if __name__ == "__main__":
    heading("hand-over in and out, per unit with 3 weapons (54 attributes)")
    for size in (100, 1_000, 5_000):
        compare(size)
