"""Distances against scipy (`cdist`, `pdist`, `cKDTree`) and against NumPy's broadcasting.

    python benches/peers/distances.py

One thread each: the process is held to one processor before any work, where the system can do that.
MUC_BENCH_ALL=1 in the environment leaves it all of them.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist, pdist

import multi_universe_core as muc
from beside import beside, heading

Points = NDArray[np.float64]


def broadcast(points: Points) -> Points:
    """What most people write."""
    return np.sqrt(((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=-1))


def all_pairs() -> None:
    """All-pairs matrices of 100 to 5,000 points."""
    for count in (100, 1_000, 5_000):
        points = np.random.default_rng(count).uniform(0, 100, (count, 2))
        calculator = muc.DistanceCalculator(points)
        assert (muc.calculate_distances(points) == cdist(points, points)).all()
        assert (calculator.condensed() == pdist(points)).all()
        ours, theirs = np.empty((count, count)), np.empty((count, count))
        name = f"{count:>5} points"
        goal = 2 if count < 5_000 else None
        beside(f"{name}, cdist", calculator.pairwise, lambda p=points: cdist(p, p), goal=goal)
        beside(
            f"{name}, cdist, out=",
            lambda c=calculator, o=ours: c.pairwise(out=o),
            lambda p=points, o=theirs: cdist(p, p, out=o),
            goal=goal or 1.7,
        )
        beside(f"{name}, pdist", calculator.condensed, lambda p=points: pdist(p))
        if count <= 1_000:
            assert np.allclose(broadcast(points), calculator.pairwise(), rtol=1e-12)
            beside(f"{name}, NumPy broadcasting", calculator.pairwise, lambda p=points: broadcast(p), goal=30)
        beside(
            f"{name}, out=, a fill of the same array",
            lambda c=calculator, o=ours: c.pairwise(out=o),
            lambda o=ours: o.fill(1.0),
        )
        narrow = points.astype(np.float32)
        half = muc.DistanceCalculator(narrow)
        assert np.allclose(half.pairwise(), cdist(narrow, narrow), rtol=1e-5)
        beside(f"{name}, float32 against cdist", half.pairwise, lambda p=narrow: cdist(p, p))


def spreads(count: int) -> dict[str, Points]:
    """Points as battles have them: mixed, two armies apart, tight clusters."""
    rng = np.random.default_rng(count)
    side = count**0.5
    mixed = rng.uniform(0, side, (count, 2))
    apart = mixed.copy()
    apart[count // 2 :, 0] += 3 * side
    centres = rng.uniform(0, side, (10, 2))
    clusters = centres[rng.integers(0, 10, count)] + rng.normal(0, side / 400, (count, 2))
    return {"mixed": mixed, "apart": apart, "clusters": clusters}


def searches() -> None:
    """Nearest enemy, ten hits within a radius, eight nearest; building included."""
    for count in (1_000, 10_000, 100_000, 1_000_000):
        for spread, points in spreads(count).items():
            if count == 1_000_000 and spread != "mixed":
                continue
            half = count // 2
            foes, friends = points[half:], points[:half]
            name = f"{count:>9,} {spread}"
            ours = muc.DistanceCalculator(foes).nearest(friends)
            theirs = cKDTree(foes).query(friends)
            assert (ours[1] == theirs[0]).all()

            def nearest(a: Points = friends, b: Points = foes) -> Any:
                return muc.DistanceCalculator(b).nearest(a)

            def tree(a: Points = friends, b: Points = foes) -> Any:
                return cKDTree(b).query(a)

            goal = 7 if spread == "mixed" else None
            beside(f"{name}, nearest enemy, per unit", nearest, tree, per=half, goal=goal)
            if count <= 1_000:
                beside(
                    f"{name}, nearest enemy, NumPy n × n",
                    nearest,
                    lambda a=friends, b=foes: np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1)).argmin(1),
                    per=half,
                    goal=80,
                )
            if count <= 100_000 and spread != "clusters":
                radius = (10 / np.pi) ** 0.5

                def within(p: Points = points, r: float = radius) -> Any:
                    return muc.DistanceCalculator(p).within(r)

                def ball(p: Points = points, r: float = radius) -> Any:
                    return cKDTree(p).query_ball_point(p, r)

                hits = len(within()[1]) / count
                assert 2 < hits < 15 and len(within()[1]) == sum(map(len, ball())) - count
                beside(f"{name}, within, {hits:.1f} hits, per unit", within, ball, per=count, goal=13)
            if count <= 100_000:

                def eight(p: Points = points) -> Any:
                    return muc.DistanceCalculator(p).k_nearest(8)

                def eight_of_tree(p: Points = points) -> Any:
                    return cKDTree(p).query(p, 9)

                assert (eight()[1] == eight_of_tree()[0][:, 1:]).all()
                beside(f"{name}, 8 nearest, per unit", eight, eight_of_tree, per=count)


if __name__ == "__main__":
    alone = "MUC_BENCH_ALL" not in os.environ and hasattr(os, "sched_setaffinity")
    if alone:
        os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    heading(f"distances, {'one processor' if alone else 'all processors'}", "scipy")
    parts: dict[str, Callable[[], None]] = {"pairs": all_pairs, "searches": searches}
    for part in sys.argv[1:] or parts:
        parts[part]()
