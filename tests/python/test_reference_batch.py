"""`resolve_shooting_batch` against the reference: chances, rolls and damage of every row, to the last bit."""

from random import Random
from typing import Any

import pytest
from case import Row
from hypothesis import given, settings
from hypothesis import strategies as st
from random_values import RULES, UNIT_COLUMNS, WEAPON_COLUMNS, number, some

import multi_universe_core as muc
import reference
from reference import rolls, shooting
from reference.model import Unit, Weapon

SHOOTER = ("bs", "accuracy_mult", "damage_mult", "ap_bonus")
TARGET = ("md", "armor", "invuln", "cover", "fortress")
WEAPON = ("attacks", "strength", "ap", "damage_dice")


def random_shot(rng: Random) -> Row:
    """A row with all columns."""
    units = {name: UNIT_COLUMNS[name](rng) for name in (*SHOOTER, *TARGET)}
    weapon = {name: WEAPON_COLUMNS[name](rng) for name in WEAPON}
    return {
        **units,
        **weapon,
        "distance": number(0.0, 100.0, 50.0)(rng),
        "ground": rng.random() < 0.5,
        "suppressed": rng.random() < 0.5,
    }


def fire(shot: Row, row: int, seed: int, volley: int, rules: reference.Rules) -> Row:
    """What the reference says of a row."""
    shooter = Unit(
        0, 0, domain="ground" if shot["ground"] else "space", **{name: shot[name] for name in SHOOTER}
    )
    target = Unit(1, 1, **{name: shot[name] for name in TARGET})
    weapon = Weapon(0, 0, **{name: shot[name] for name in WEAPON})
    skill = shooting.skill_of(shooter, shot["distance"], shot["suppressed"], rules)
    hit = shooting.hit_chance(skill, volley, target, rules)
    words = rolls.Words(rolls.battle_key(seed, 0), row, rolls.BATCH, 0, 0)
    _, hits, crits = shooting.hits_and_crits(words, weapon.attacks, hit, shooting.crit_chance(skill, rules))
    damage = shooting.damage_of(hits, crits, weapon, shooter, target, rules)
    return {"hits": hits, "crits": crits, "damage": damage, "p_hit": hit}


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    shape=st.integers(0, 2**32),
    rows=st.integers(1, 70),
    seed=st.integers(0, 2**64 - 1),
    volley=st.integers(0, 300),
)
def test_a_batch_is_fired_the_same_on_both(shape: int, rows: int, seed: int, volley: int) -> None:
    rng = Random(shape)
    changed: dict[str, Any] = some(rng, RULES["aim"], 6) | some(rng, RULES["damage"], 6)
    shots = [random_shot(rng) for _ in range(rows)]
    columns = {name: [shot[name] for shot in shots] for name in shots[0]}
    fired = muc.resolve_shooting_batch(
        columns, seed=seed, volley_size=volley or None, rules=muc.Rules(**changed)
    )
    rules = reference.Rules(**changed)
    expected = [fire(shot, row, seed, volley or rows, rules) for row, shot in enumerate(shots)]
    assert list(fired) == expected


def test_a_shot_of_the_worked_example_is_fired_the_same_on_both() -> None:
    """Rule book §5: p_hit 0.47005."""
    shot = {"attacks": 2.0, "strength": 6.0, "ap": 10.0, "armor": 20.0, "md": 30.0, "distance": 10.0}
    full = random_shot(Random(1)) | {name: getattr(Unit(0, 0), name) for name in (*SHOOTER, *TARGET)}
    full |= {"damage_dice": 1.0, "ground": False, "suppressed": False} | shot
    expected = fire(full, 0, 42, 3, reference.Rules())
    assert expected["p_hit"] == pytest.approx(0.47005, rel=1e-12)
    assert muc.resolve_shooting_batch(shot, seed=42, volley_size=3).row(0) == expected
