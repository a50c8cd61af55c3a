"""Random battles of 2 … 60 units with all rules in play.

A battle is worked out of a seed, column by column. Hypothesis draws the seed and bounds on the battle's size,
so that a battle on which two engines differ is made smaller in what matters: units, rounds, odd rules.
"""

from collections.abc import Sequence
from random import Random

from case import HERE, Case, Row
from hypothesis import strategies as st
from random_values import ARMIES, FLAG, GOOD_WEAPON, UNIT_COLUMNS, WEAPON_COLUMNS, number, odd_rules, some

MOST_UNITS = 60
MOST_ROUNDS = 40
# More than any battle has.
ODD_RULES = 30


def random_battle(
    seed: int, most_units: int = MOST_UNITS, most_rounds: int = MOST_ROUNDS, most_odd_rules: int = ODD_RULES
) -> Case:
    """The battle of a seed, with so many units, rounds and rules that differ from the book at most.

    Two to five factions with a few fleets each are at one place, the first two of them at war. Fewer units,
    rounds or odd rules leave the rest as it is.
    """
    rng = Random(seed)
    units, max_rounds = rng.randint(2, MOST_UNITS), rng.choice([2, 12, MOST_ROUNDS, MOST_ROUNDS])
    names = rng.sample(["Ash", "Birch", "cedar", "Élan", "Oak", "Yew 2"], rng.choice([2, 2, 2, 3, 4, 5]))
    common = some(rng, UNIT_COLUMNS, 3) | rng.choice(ARMIES)
    army = [kind(rng, common) for _ in range(rng.randint(2, 5))]
    fleets = fleets_of(rng, names)
    treaties = treaties_of(rng, names)
    factions = [faction(rng, name) for name in names]
    changed = odd_rules(rng)
    case = Case(
        seed=rng.getrandbits(64),
        max_rounds=min(max_rounds, most_rounds),
        rules=dict(list(changed.items())[:most_odd_rules]),
        defenders=rng.sample(names, rng.choice([0, 0, 1, 2])),
        factions=factions,
        treaties=treaties,
        fleets=fleets,
    )
    placing = rng.choice(["nobody", "somebody", "everybody"])
    stride = rng.choice([1, 1, 2, 2**33 + 1])
    for index in range(min(units, most_units)):
        id = 5 + index * stride
        columns, mounts = rng.choice(army)
        fleet = fleets[index] if index < len(names) else rng.choice(fleets)
        case.units.append({"id": id, "fleet": fleet["id"], **columns, **place(rng, placing)})
        case.weapons.extend({"unit": id, **mount} for mount in mounts)
    return case


def fleets_of(rng: Random, names: Sequence[str]) -> list[Row]:
    """A fleet for each faction, some more, one that may be under way and one that may be elsewhere."""
    owners = [*names, *rng.choices(names, k=rng.randint(0, 4))]
    fleets = [{"id": 3 * index + 1, "faction": name, "location": HERE} for index, name in enumerate(owners)]
    fleets.append({"id": 2, "faction": names[0], "location": HERE, "in_transit": FLAG(rng)})
    fleets.append({"id": 0, "faction": names[1], "location": rng.choice([HERE, 8])})
    return fleets


def treaties_of(rng: Random, names: Sequence[str]) -> list[Row]:
    """Mostly war. The last word on the first two factions is war."""
    words = ["war", "War", " WAR ", "peace", "Non-Aggression Pact", "neutral", "alliance", "vassal"]
    pairs = [(a, b) for index, a in enumerate(names) for b in names[:index] if rng.random() < 0.8]
    treaties = [{"a": a, "b": b, "kind": rng.choices(words, [4, 2, 1, 1, 1, 1, 1, 1])[0]} for a, b in pairs]
    return [row for row in treaties if {row["a"], row["b"]} != set(names[:2])] + [
        {"a": names[0], "b": names[1], "kind": "war"}
    ]


def faction(rng: Random, name: str) -> Row:
    """A faction of this name."""
    row = {"name": name, "doctrine": rng.choice(["charge", "charge", "kite", "defend", "hold"])}
    return row | ({"plunder_ratio": rng.uniform(0.0, 2.0)} if FLAG(rng) else {})


def kind(rng: Random, common: Row) -> tuple[Row, list[Row]]:
    """The columns of units of one kind, and of their weapons. Points may have been lost before."""
    unit = some(rng, UNIT_COLUMNS, 12) | common
    if FLAG(rng):
        unit["hp"] = unit.get("max_hp", 100.0) * number(0.0, 1.0, 0.0, 0.5, 1.0)(rng)
    if FLAG(rng):
        unit["shield"] = unit.get("max_shield", 0.0) * number(0.0, 1.0, 0.5)(rng)
    slots = rng.sample([0, 1, 2, 3, 65_534], rng.randint(0, 3))
    return unit, [{"slot": slot, **weapon(rng)} for slot in slots]


def weapon(rng: Random) -> Row:
    """The columns of a weapon."""
    if FLAG(rng):
        return {name: draw(rng) for name, draw in GOOD_WEAPON.items()} | some(rng, WEAPON_COLUMNS, 3)
    return some(rng, WEAPON_COLUMNS, 7)


def place(rng: Random, placing: str) -> Row:
    """Where a unit stands, if it says so: on whole tiles, anywhere, off the map, or in a formation."""
    if placing == "nobody" or (placing == "somebody" and rng.random() < 0.3):
        return {}
    x, y = (number(-10.0, 130.0, *range(-3, 60), -0.0)(rng) * 1.0 for _ in "xy")
    if placing == "somebody" and FLAG(rng):
        return {"fx": x / 8, "fy": y / 8}
    return {"x": x, "y": y}


def battles() -> st.SearchStrategy[Case]:
    """Random battles, for hypothesis; half of them without one or another of the bounds."""
    return st.builds(
        random_battle,
        seed=st.integers(0, 2**64 - 1),
        most_units=st.integers(2, MOST_UNITS) | st.just(MOST_UNITS),
        most_rounds=st.integers(1, MOST_ROUNDS) | st.just(MOST_ROUNDS),
        most_odd_rules=st.integers(0, ODD_RULES) | st.just(ODD_RULES),
    )
