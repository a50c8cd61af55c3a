"""Nearest enemy, within a radius, several nearest: against scipy, scikit-learn, NumPy and kiddo (Rust).

    python benches/peers/neighbours.py [thousands] [hundred_thousand] [million]

One thread each: the process is held to one processor before any work, where the system can do that.
Building is included on both sides. kiddo is a process of its own (`benches/peers/kiddo`, built for this
very processor if cargo is there) that times itself, without reading and writing the files of points.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sklearn.neighbors import KDTree

import multi_universe_core as muc
from beside import beside, heading
from figures import Figure, show

Points = NDArray[np.float64]
HERE = Path(__file__).parent
TURNS = 5


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


def nearest(size: str, points: Points, peers: list[str]) -> None:
    """Every unit of one half, its nearest of the other."""
    half = len(points) // 2
    foes, friends = points[half:], points[:half]
    part = "nearest enemy, per unit"

    def ours() -> Any:
        return muc.DistanceCalculator(foes).nearest(friends)

    expected = ours()[1]
    others: dict[str, Callable[[], Any]] = {
        "scipy cKDTree": lambda: cKDTree(foes).query(friends)[0],
        "scikit-learn KDTree": lambda: KDTree(foes).query(friends)[0][:, 0],
        "NumPy n × n": lambda: np.sqrt(((friends[:, None] - foes[None]) ** 2).sum(-1)).min(1),
    }
    for peer in peers:
        assert np.allclose(others[peer](), expected, rtol=1e-14)
        beside(part, size, peer, ours, others[peer], per=half, turns=TURNS)
    beside_kiddo(part, size, ours, ("nearest", foes, friends, 0), lambda found: found[half:], expected)


def within(size: str, points: Points, peers: list[str]) -> None:
    """Some ten hits around every unit; ours are sorted by number, the peers' are as they come."""
    count, radius = len(points), (10 / np.pi) ** 0.5
    part = "within a radius, ten hits, per unit"

    def ours() -> Any:
        return muc.DistanceCalculator(points).within(radius)

    starts, hits, _ = ours()
    assert 2 < len(hits) / count < 15
    others: dict[str, Callable[[], Any]] = {
        "scipy cKDTree": lambda: cKDTree(points).query_ball_point(points, radius),
        "scikit-learn KDTree": lambda: KDTree(points).query_radius(points, radius),
    }
    for peer in peers:
        # They find each unit itself too.
        assert sum(map(len, others[peer]())) - count == len(hits)
        beside(part, size, peer, ours, others[peer], per=count, turns=TURNS)
    counts = np.diff(starts) + 1
    asked = ("within", points, points, radius)
    beside_kiddo(part, size, ours, asked, lambda found: found.view(np.uint64)[:count], counts)


def several(size: str, points: Points, peers: list[str]) -> None:
    """The eight nearest of every unit, in order of distance."""
    count = len(points)
    part = "8 nearest, per unit"

    def ours() -> Any:
        return muc.DistanceCalculator(points).k_nearest(8)

    expected = ours()[1]
    others: dict[str, Callable[[], Any]] = {
        "scipy cKDTree": lambda: cKDTree(points).query(points, 9)[0][:, 1:],
        "scikit-learn KDTree": lambda: KDTree(points).query(points, 9)[0][:, 1:],
    }
    for peer in peers:
        assert np.allclose(others[peer](), expected, rtol=1e-13)
        beside(part, size, peer, ours, others[peer], per=count, turns=TURNS)
    asked = ("several", points, points, 9)
    distances = lambda found: found[9 * count :].reshape(count, 9)[:, 1:]  # noqa: E731
    beside_kiddo(part, size, ours, asked, distances, expected)


def beside_kiddo(
    part: str,
    size: str,
    ours: Callable[[], Any],
    asked: tuple[str, Points, Points, float],
    read: Callable[[Points], Any],
    expected: Any,
) -> None:
    """Let kiddo search the same, compare, and show both medians, taken in turns."""
    program = kiddo()
    if program is None:
        return
    what, points, places, bound = asked
    spent: tuple[list[float], list[float]] = ([], [])
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("points", "places", "found")]
        files[0].write_bytes(np.ascontiguousarray(points).tobytes())
        files[1].write_bytes(np.ascontiguousarray(places).tobytes())
        repeats = str(max(3, 20_000 // len(places)))
        command = [program, what, files[0], files[1], repr(float(bound)), files[2], repeats]
        for _ in range(TURNS):
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
            spent[1].append(statistics.median(map(float, said)))
            start = time.perf_counter()
            for _ in range(int(repeats)):
                ours()
            spent[0].append((time.perf_counter() - start) / int(repeats))
        found = np.frombuffer(files[2].read_bytes())
    assert np.allclose(read(found), expected, rtol=1e-13)
    medians = [statistics.median(times) / len(places) for times in spent]
    show(Figure(part, size, medians[0], "kiddo", medians[1]))


def kiddo() -> Path | None:
    """The program, built for this processor if cargo is there."""
    target = HERE.parents[1] / "target" / "peers"
    cargo = shutil.which("cargo")
    if cargo is None:
        print("cargo is not there: kiddo is left out")
        return None
    manifest = HERE / "kiddo" / "Cargo.toml"
    flags = os.environ | {"RUSTFLAGS": "-C target-cpu=native", "CARGO_TARGET_DIR": str(target)}
    build = [cargo, "build", "--quiet", "--release", "--locked", "--manifest-path", manifest]
    subprocess.run(build, check=True, env=flags)
    return target / "release" / "kiddo_peer"


def thousands() -> None:
    """1,000 and 10,000 units."""
    for count in (1_000, 10_000):
        for spread, points in spreads(count).items():
            size = f"{count:,} {spread}"
            plain = ["NumPy n × n"] if count <= 1_000 else []
            nearest(size, points, ["scipy cKDTree", "scikit-learn KDTree", *plain])
            several(size, points, ["scipy cKDTree", "scikit-learn KDTree"])
            if spread != "clusters":
                within(size, points, ["scipy cKDTree", "scikit-learn KDTree"])


def hundred_thousand() -> None:
    """100,000 units; of the Python peers the faster one."""
    for spread, points in spreads(100_000).items():
        nearest(f"100,000 {spread}", points, ["scipy cKDTree"])
        if spread == "mixed":
            several(f"100,000 {spread}", points, ["scipy cKDTree"])
            within(f"100,000 {spread}", points, ["scipy cKDTree"])


def million() -> None:
    """A million units, mixed."""
    nearest("1,000,000 mixed", spreads(1_000_000)["mixed"], ["scipy cKDTree"])


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    heading("neighbours, one processor", "scipy", "scikit-learn")
    parts = {"thousands": thousands, "hundred_thousand": hundred_thousand, "million": million}
    for part in sys.argv[1:] or parts:
        parts[part]()
