"""`resolve_shooting_batch` against its Python twin, a loop over objects, and against NumPy on whole columns.

python benches/peers/shooting.py
"""

import itertools
import math
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import multi_universe_core as muc
from beside import beside, heading

Columns = dict[str, NDArray[Any]]
PART = "shooting batch, per pair"


def shots(rows: int) -> Columns:
    """Pairs of a fleet battle: all sixteen columns vary."""
    rng = np.random.default_rng(rows)
    return {
        "bs": rng.uniform(30, 70, rows),
        "md": rng.uniform(10, 60, rows),
        "distance": rng.uniform(0, 80, rows),
        "attacks": rng.integers(1, 7, rows).astype(float),
        "strength": rng.uniform(2, 12, rows),
        "ap": rng.uniform(0, 40, rows),
        "damage_dice": rng.uniform(1, 3, rows),
        "armor": rng.uniform(0, 60, rows),
        "invuln": rng.integers(3, 8, rows).astype(float),
        "cover": rng.random(rows) < 0.3,
        "fortress": rng.random(rows) < 0.1,
        "ground": rng.random(rows) < 0.5,
        "suppressed": rng.random(rows) < 0.2,
        "accuracy_mult": rng.uniform(0.8, 1.2, rows),
        "damage_mult": rng.uniform(0.8, 1.2, rows),
        "ap_bonus": rng.uniform(0, 10, rows),
    }


def twin(pairs: list[tuple[Any, Any, Any]], volley: int) -> list[tuple[int, int, float]]:
    """The loop that a Python game has: attributes of shooter, weapon and target, a die for each attack."""
    results = []
    volume = min(0.20, volley / 1000)
    for shooter, weapon, target in pairs:
        skill = shooter.bs + 5 + math.trunc((shooter.accuracy_mult - 1) * 100)
        if weapon.distance > 50:
            skill -= 10
        if shooter.suppressed:
            skill -= 10
        skill = max(15, skill)
        p_hit = min(0.95, max(0.05, (skill / 100 + volume) * (1 - 0.5 * target.md / 100)))
        p_crit = min(1.0, 5 / skill)
        hits = crits = 0
        for _ in range(int(weapon.attacks)):
            if random.random() < p_hit:
                hits += 1
                if random.random() < p_crit:
                    crits += 1
        save = 7 - target.armor // 10 + (weapon.ap + shooter.ap_bonus) // 10 - (1 if target.cover else 0)
        save = min(6, max(2, save))
        mitigation = min(0.95, max((6 - save) / 6, (6 - target.invuln) / 6))
        per_hit = max(1.0, weapon.strength * 10 * weapon.damage_dice * shooter.damage_mult * (1 - mitigation))
        damage = (hits + 0.5 * crits) * per_hit
        if target.fortress:
            damage *= 0.5
        if shooter.ground:
            damage *= 2.5
        results.append((hits, crits, damage))
    return results


def vectorised(c: Columns, volley: int, rng: np.random.Generator) -> Columns:
    """The same formula on whole columns, with NumPy's binomial sampler."""
    skill = c["bs"] + 5 + np.trunc((c["accuracy_mult"] - 1) * 100)
    skill = skill - 10 * (c["distance"] > 50) - 10 * c["suppressed"]
    skill = np.maximum(15, skill)
    p_hit = np.clip((skill / 100 + min(0.20, volley / 1000)) * (1 - 0.5 * c["md"] / 100), 0.05, 0.95)
    hits = rng.binomial(c["attacks"].astype(np.int64), p_hit)
    crits = rng.binomial(hits, np.minimum(1, 5 / skill))
    save = 7 - np.floor(c["armor"] / 10) + np.floor((c["ap"] + c["ap_bonus"]) / 10) - c["cover"]
    mitigation = np.minimum(0.95, np.maximum((6 - np.clip(save, 2, 6)) / 6, (6 - c["invuln"]) / 6))
    per_hit = np.maximum(1, c["strength"] * 10 * c["damage_dice"] * c["damage_mult"] * (1 - mitigation))
    damage = (hits + 0.5 * crits) * per_hit * np.where(c["fortress"], 0.5, 1) * np.where(c["ground"], 2.5, 1)
    return {"hits": hits, "crits": crits, "damage": damage, "p_hit": p_hit}


def objects(columns: Columns) -> list[tuple[Any, Any, Any]]:
    """The same pairs as objects."""
    sides = [
        ("bs", "accuracy_mult", "suppressed", "ap_bonus", "damage_mult", "ground"),
        ("distance", "attacks", "strength", "ap", "damage_dice"),
        ("md", "armor", "invuln", "cover", "fortress"),
    ]
    lists = {name: values.tolist() for name, values in columns.items()}
    parts = []
    for names in sides:
        rows = zip(*(lists[name] for name in names), strict=True)
        parts.append([SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows])
    return list(zip(*parts, strict=True))


def agree(columns: Columns, volley: int) -> None:
    """Equal chances, and equal means within five standard errors, over many seeds."""
    rng = np.random.default_rng(0)
    ours = muc.resolve_shooting_batch(columns, seed=0, volley_size=volley)
    theirs = vectorised(columns, volley, rng)
    assert np.allclose(ours["p_hit"], theirs["p_hit"], rtol=1e-13)
    pairs = objects(columns)
    rows = len(ours)
    draws: dict[str, Callable[[int], NDArray[Any]]] = {
        "ours": lambda seed: muc.resolve_shooting_batch(columns, seed=seed, volley_size=volley)["damage"],
        "numpy": lambda _: vectorised(columns, volley, rng)["damage"],
        "twin": lambda _: np.array([damage for *_, damage in twin(pairs, volley)]),
    }
    repeats = max(20, 20_000 // rows)
    totals = {name: np.array([draw(seed).sum() for seed in range(repeats)]) for name, draw in draws.items()}
    for name in ("numpy", "twin"):
        gap = totals["ours"].mean() - totals[name].mean()
        error = math.sqrt((totals["ours"].var() + totals[name].var()) / repeats)
        assert abs(gap) < 5 * error, (name, gap, error)
    assert totals["ours"].min() > 0


def compare(rows: int, volley: int = 100) -> None:
    """Print the comparison for so many pairs."""
    seeds, rng = itertools.count(), np.random.default_rng(1)
    columns, size = shots(rows), f"{rows:,} pairs"

    def ours() -> muc.Table:
        return muc.resolve_shooting_batch(columns, seed=next(seeds), volley_size=volley)

    if rows <= 10_000:
        agree(columns, volley)
        pairs = objects(columns)
        beside(PART, size, "the twin in Python", ours, lambda: twin(pairs, volley), per=rows)
    beside(PART, size, "NumPy, vectorised", ours, lambda: vectorised(columns, volley, rng), per=rows)


if __name__ == "__main__":
    heading("resolve_shooting_batch, per pair, all sixteen columns given")
    for count in (100, 1_000, 10_000, 100_000, 1_000_000):
        compare(count)
