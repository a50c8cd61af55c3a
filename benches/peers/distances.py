"""All-pairs distances against scipy (`cdist`, `pdist`), NumPy's broadcasting, and a fill of the same array.

    python benches/peers/distances.py [pairs] [threads]

`pairs` is of one thread: its process is held to one processor before any work, where the system can do
that. `threads` is of ours on all processors, against `cdist`, which has one thread.
"""

import os
import subprocess
import sys

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist, pdist

import multi_universe_core as muc
from beside import beside, heading

Points = NDArray[np.float64]


def broadcast(points: Points) -> Points:
    """What most people write."""
    return np.sqrt(((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=-1))


def pairs() -> None:
    """Matrices of 100 to 5,000 points on one processor."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    heading("all pairs, one processor", "scipy")
    for count in (100, 1_000, 3_000, 5_000):
        points = np.random.default_rng(count).uniform(0, 100, (count, 2))
        calculator = muc.DistanceCalculator(points)
        assert (muc.calculate_distances(points) == cdist(points, points)).all()
        assert (calculator.condensed() == pdist(points)).all()
        ours, theirs = np.empty((count, count)), np.empty((count, count))
        size = f"{count:,} points"

        def into(c: muc.DistanceCalculator = calculator, out: Points = ours) -> object:
            return c.pairwise(out=out)

        beside("all pairs", size, "scipy cdist", calculator.pairwise, lambda p=points: cdist(p, p))
        beside("all pairs, out=", size, "scipy cdist", into, lambda p=points, o=theirs: cdist(p, p, out=o))
        beside("all pairs, out=", size, "a fill of the array", into, lambda o=ours: o.fill(1.0))
        beside("each pair once", size, "scipy pdist", calculator.condensed, lambda p=points: pdist(p))
        if count <= 1_000:
            assert np.allclose(broadcast(points), calculator.pairwise(), rtol=1e-12)
            beside(
                "all pairs", size, "NumPy broadcasting", calculator.pairwise, lambda p=points: broadcast(p)
            )
        narrow = points.astype(np.float32)
        half = muc.DistanceCalculator(narrow)
        assert np.allclose(half.pairwise(), cdist(narrow, narrow), rtol=1e-5)
        beside("all pairs, float32", size, "scipy cdist", half.pairwise, lambda p=narrow: cdist(p, p))


def threads() -> None:
    """Matrices of 1,000 and 5,000 points on all processors."""
    count = os.cpu_count()
    heading(f"all pairs, {count} processors", "scipy")
    for count in (1_000, 5_000):
        points = np.random.default_rng(count).uniform(0, 100, (count, 2))
        calculator = muc.DistanceCalculator(points)
        ours, theirs = np.empty((count, count)), np.empty((count, count))
        assert (calculator.pairwise(out=ours) == cdist(points, points)).all()
        beside(
            f"all pairs, out=, {os.cpu_count()} threads",
            f"{count:,} points",
            "scipy cdist",
            lambda c=calculator, o=ours: c.pairwise(out=o),
            lambda p=points, o=theirs: cdist(p, p, out=o),
        )


if __name__ == "__main__":
    parts = {"threads": threads, "pairs": pairs}
    chosen = sys.argv[1:] or list(parts)
    for part in chosen:
        if len(chosen) == 1:
            parts[part]()
        else:
            # A process keeps the pool of threads that it has had, and they do not follow it to one processor.
            subprocess.run([sys.executable, __file__, part], check=True)
