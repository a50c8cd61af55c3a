"""Replicas of a battle of 100 units, two weapons each, against NumPy: 200 battles side by side in arrays.

    python benches/peers/replicas.py

The NumPy battle has much less to do: no positions (everybody is always in range), no movement, no nearest
enemy (a target is drawn among the enemies that live), no morale, no weapons that break, no account of who
did what to whom, no fingerprint. It has the chance of a hit and of a crit, mitigation by armor, shields
that come back, damage that lands at once for all, and the dead who fight no more. So the two do not end
alike, and only that both are battles is compared: both sides lose units, and it takes some twenty rounds.
"""

import itertools
import time

import numpy as np
from numpy.typing import NDArray

from beside import heading
from figures import Figure, show
from odds import battle

SIDE, WEAPONS, BATTLES, MOST_ROUNDS = 50, 2, 200, 100
TOUGHNESS = 0.7
"""Both battles last some twenty rounds then."""
Numbers = NDArray[np.float64]


def army(heavy: float, light: float) -> Numbers:
    """A column of both sides of all battles: shape (battles, 2, units)."""
    ids = np.arange(2 * SIDE).reshape(SIDE, 2).T
    return np.broadcast_to(np.where(ids % 3 == 0, heavy, light).astype(float), (BATTLES, 2, SIDE)).copy()


def fight(seed: int, damage: float = 14.0) -> tuple[Numbers, Numbers]:
    """200 battles to their ends: the rounds of each, and the losses by battle and side."""
    rng = np.random.default_rng(seed)
    hull, most = army(72, 32) * TOUGHNESS, army(200, 50) * TOUGHNESS
    shield, regain = most.copy(), army(5, 0)
    skill, evasion, armor = army(55, 45), army(20, 40), army(30, 10)
    attacks = np.array([1.0, 2.0])
    mitigation = (6 - np.clip(7 - np.floor(armor / 10), 2, 6)) / 6
    rounds = np.zeros(BATTLES)
    for _ in range(MOST_ROUNDS):
        alive = hull > 0
        fighting = alive.any(axis=2).all(axis=1)
        if not fighting.any():
            break
        rounds += fighting
        lost = np.zeros_like(hull)
        for side in (0, 1):
            enemy = 1 - side
            # A random number for every pair would cost more: the n-th of those that live is drawn.
            count = np.maximum(alive[:, enemy].sum(axis=1), 1)[:, None]
            order = np.argsort(~alive[:, enemy], axis=1, kind="stable")
            drawn = (rng.random((BATTLES, SIDE)) * count).astype(np.int64)
            target = np.take_along_axis(order, drawn, axis=1)
            evades = np.take_along_axis(evasion[:, enemy], target, axis=1)
            p_hit = np.clip((skill[:, side] + 5) / 100 * (1 - 0.5 * evades / 100), 0.05, 0.95)
            shooting = (alive[:, side] & fighting[:, None])[..., None]
            tries = np.broadcast_to(attacks, (BATTLES, SIDE, WEAPONS)).astype(np.int64) * shooting
            hits = rng.binomial(tries, p_hit[..., None])
            crits = rng.binomial(hits, np.minimum(1, 5 / (skill[:, side] + 5))[..., None])
            passes = 1 - np.take_along_axis(mitigation[:, enemy], target, axis=1)
            points = (hits + 0.5 * crits).sum(axis=2) * damage * passes
            flat = (target + SIDE * np.arange(BATTLES)[:, None]).ravel()
            lost[:, enemy] = np.bincount(flat, points.ravel(), BATTLES * SIDE).reshape(BATTLES, SIDE)
        absorbed = np.minimum(shield, lost)
        shield -= absorbed
        hull -= lost - absorbed
        shield = np.minimum(shield + regain * (hull > 0), most)
    return rounds, (hull <= 0).sum(axis=2)


def rates() -> None:
    """Both, in turns."""
    made = battle(2 * SIDE, TOUGHNESS)
    fleets, runs, seeds = [0, 1], 4_000, itertools.count()
    odds = made.odds(fleets=fleets, runs=runs, seed=1, threads=1)
    rounds, losses = fight(1)
    assert 14 < odds.rounds["mean"] < 26 and 14 < rounds.mean() < 26, (odds.rounds["mean"], rounds.mean())
    assert odds.table["lost_mean"].min() > 10 and losses.mean(axis=0).min() > 10
    heading(f"replicas of 100 ships: {odds.rounds['mean']:.1f} rounds, NumPy's {rounds.mean():.1f}")
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(7):
        start = time.perf_counter()
        made.odds(fleets=fleets, runs=runs, seed=next(seeds), threads=1)
        spent[0].append((time.perf_counter() - start) / runs)
        start = time.perf_counter()
        fight(next(seeds))
        spent[1].append((time.perf_counter() - start) / BATTLES)
    ours, theirs = (1 / float(np.median(times)) for times in spent)
    peer = "NumPy, 200 battles at once, fewer rules"
    show(Figure("replicas, threads: 1", "100 ships, 20 rounds", ours, peer, theirs, "/s"))


if __name__ == "__main__":
    rates()
