"""The drop-ins against their twins in plain Python, and against the best that plain Python can do.

    python benches/peers/dropins.py [fleets] [treaties] [finalizer] [strength]

Results are compared before anything is measured.
"""

import random
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np

import multi_universe_core as muc
import twins
from beside import beside, heading


def fleets() -> None:
    """Look-ups in 1,000 and 10,000 fleets: one by one, and 1,000 at once."""
    for count in (1_000, 10_000):
        all_fleets = [SimpleNamespace(id=id) for id in range(count)]
        by_id = {fleet.id: fleet for fleet in all_fleets}
        index = muc.FleetIndex()
        index.build_index(all_fleets)
        rng = random.Random(count)
        asked = [rng.randrange(count) for _ in range(1_000)]
        array = np.array(asked)
        one = asked[0]
        find, get = index.get_fleet_by_id, by_id.get
        expected = [twins.fleet_by_search(all_fleets, id) for id in asked]
        assert index.get_many(asked) == index.get_many(array) == [get(id) for id in asked] == expected
        assert find(one) is get(one)
        size = f"{count:,} fleets"
        middle = count // 2
        beside(
            "one fleet by id",
            size,
            "a search through the list",
            lambda f=find, i=middle: f(i),
            lambda a=all_fleets, i=middle: twins.fleet_by_search(a, i),
        )
        beside(
            "one fleet by id",
            size,
            "dict.get",
            lambda f=find, i=one: [f(i) for _ in range(1_000)],
            lambda g=get, i=one: [g(i) for _ in range(1_000)],
            per=1_000,
        )
        beside(
            "a call that looks for no fleet",
            size,
            "dict.get",
            lambda f=find: [f(None) for _ in range(1_000)],
            lambda g=get, i=one: [g(i) for _ in range(1_000)],
            per=1_000,
        )

        def at_once(ids: Any = asked, index: muc.FleetIndex = index) -> Any:
            return index.get_many(ids)

        def one_by_one(ids: list[int] = asked, find: Any = find) -> Any:
            return [find(id) for id in ids]

        def of_dict(ids: list[int] = asked, get: Any = get) -> Any:
            return [get(id) for id in ids]

        beside("1,000 fleets by a list of ids", size, "one by one", at_once, one_by_one, per=1_000)
        beside("1,000 fleets by a list of ids", size, "dict.get of each", at_once, of_dict, per=1_000)
        beside(
            "1,000 fleets by an array of ids",
            size,
            "dict.get of each",
            lambda: at_once(array),  # noqa: B023
            lambda: of_dict(array.tolist()),  # noqa: B023
            per=1_000,
        )
        beside(
            "index of fleets, building, per fleet",
            size,
            "a dict comprehension",
            lambda x=index, a=all_fleets: x.build_index(a),
            lambda a=all_fleets: {fleet.id: fleet for fleet in a},
            per=count,
        )


def treaties() -> None:
    """20 of 40 and 500 of 1,000 factions, a tenth of all pairs at war, and a few at war."""
    for present, count in ((20, 40), (500, 1_000)):
        for share, peace in ((0.1, "a tenth at war"), (1 / count**1.5, "few at war")):
            rng = random.Random(count)
            names = [f"Faction {number}" for number in range(count)]
            matrix, diplomacy = muc.TreatyMatrix(), twins.Diplomacy()
            for row, a in enumerate(names):
                for b in names[:row]:
                    kind = "War" if rng.random() < share else "Peace"
                    matrix.set_treaty(a, b, kind)
                    diplomacy.set_treaty(a, b, kind)
            enemies = twins.Enemies(diplomacy)
            here = set(rng.sample(names, present))
            expected = diplomacy.get_active_combatants(here)
            assert matrix.get_active_combatants(here) == enemies.get_active_combatants(here) == expected
            size = f"{present} of {count:,} factions, {peace}"
            beside(
                "who fights",
                size,
                "a loop over all pairs",
                lambda m=matrix, h=here: m.get_active_combatants(h),
                lambda d=diplomacy, h=here: d.get_active_combatants(h),
            )
            beside(
                "who fights",
                size,
                "sets of enemies",
                lambda m=matrix, h=here: m.get_active_combatants(h),
                lambda e=enemies, h=here: e.get_active_combatants(h),
            )


def finalizer() -> None:
    """500 to 1,000,000 units of eight factions, as objects, as dicts and as columns."""
    finalize = muc.BattleFinalizer().finalize_battle
    for count in (500, 100_000, 1_000_000):
        rng = np.random.default_rng(count)
        cost, alive = rng.integers(1, 900, count), rng.random(count) < 0.5
        parts = [slice(faction * count // 8, (faction + 1) * count // 8) for faction in range(8)]
        columns = {f"F{f}": {"cost": cost[part], "alive": alive[part]} for f, part in enumerate(parts)}
        size = f"{count:,} units"

        def whole(tables: dict[str, Any] = columns) -> Any:
            return finalize(tables)

        def numpy(tables: dict[str, Any] = columns) -> Any:
            accounts = {}
            for faction, table in tables.items():
                initial, remaining = table["cost"].sum(), table["cost"][table["alive"]].sum()
                accounts[faction] = {"initial": initial, "lost": initial - remaining, "remaining": remaining}
            return accounts

        assert whole() == numpy()
        beside("accounts from columns, per unit", size, "NumPy sums", whole, numpy, per=count)
        if count == 1_000_000:
            continue
        objects = {
            faction: [
                twins.Unit(0, [], unit_cost, float(living))
                for unit_cost, living in zip(table["cost"].tolist(), table["alive"].tolist(), strict=True)
            ]
            for faction, table in columns.items()
        }
        dicts = {f: [{"cost": u.cost, "alive": u.is_alive()} for u in units] for f, units in objects.items()}
        assert twins.finalize_battle(objects) == whole() == finalize(objects) == finalize(dicts)
        twin = lambda o=objects: twins.finalize_battle(o)  # noqa: E731
        beside("accounts from columns, per unit", size, "the loop over objects", whole, twin, per=count)
        beside(
            "accounts from objects, per unit",
            size,
            "the loop over objects",
            lambda o=objects: finalize(o),
            twin,
            per=count,
        )
        beside(
            "accounts from dicts, per unit",
            size,
            "the loop over objects",
            lambda d=dicts: finalize(d),
            twin,
            per=count,
        )
        dead = lambda o=objects: [u.is_alive() for units in o.values() for u in units]  # noqa: E731
        beside(
            "accounts from objects, per unit",
            size,
            "is_alive() of each",
            lambda o=objects: finalize(o),
            dead,
            per=count,
        )


def strength() -> None:
    """One strength, and those of 1,000 units."""
    modifiers = [0.1, 0.2, 0.3]
    assert muc.calculate_strength(100, modifiers) == twins.calculate_strength(100, modifiers) == 160
    calculate = muc.calculate_strength
    beside(
        "one strength of three modifiers",
        "1 unit",
        "the twin",
        lambda: calculate(100, modifiers),
        lambda: twins.calculate_strength(100, modifiers),
    )
    beside(
        "one strength of three modifiers",
        "1 unit",
        "written in place",
        lambda: calculate(100, modifiers),
        lambda: 100 * (1 + sum(modifiers)),
    )
    units = [twins.Unit(float(base), modifiers) for base in range(1_000)]
    cache = muc.StrengthCache()
    for number, unit in enumerate(units):
        cache.set(number, unit.base, modifiers)
    ids = np.arange(1_000)
    one = units[7]
    assert cache.get_many(ids).tolist() == [unit.strength for unit in units] and cache.get(7) == one.strength
    beside(
        "a cached strength", "1 unit", "a property that keeps it", lambda: cache.get(7), lambda: one.strength
    )
    beside(
        "cached strengths, per unit",
        "1,000 units",
        "a property that keeps it",
        lambda: cache.get_many(ids),
        lambda: [unit.strength for unit in units],
        per=1_000,
    )
    bases = np.arange(1_000.0)

    def anew() -> list[float]:
        for unit in units:
            unit.invalidate()
        return [unit.strength for unit in units]

    def set_anew() -> Any:
        cache.set_many(ids, bases)
        return cache.get_many(ids)

    assert set_anew().tolist() == anew()
    beside(
        "changed strengths, per unit", "1,000 units", "a property worked out anew", set_anew, anew, per=1_000
    )


if __name__ == "__main__":
    parts = {"fleets": fleets, "treaties": treaties, "finalizer": finalizer, "strength": strength}
    for part in sys.argv[1:] or parts:
        heading(f"drop-ins, {part}")
        parts[part]()
