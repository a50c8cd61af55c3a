"""Two ways to do the same, measured side by side in one run, with equal results."""

import gc
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True)
class Measured:
    """Medians of seconds per call, taken in turns, so that a busy machine is busy for both."""

    name: str
    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        """How many times longer the peer takes."""
        return self.theirs / self.ours


def beside(
    name: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    per: int = 1,
    goal: float | None = None,
    turns: int = 7,
    seconds: float = 0.05,
) -> Measured:
    """Time two functions in turns, print a line, and return the medians.

    per: what one call does, so that times are per pair, unit, ... goal: the ratio that is aimed at.
    turns: measurements of each; seconds: how long one measurement lasts at least.
    """
    repeats = [max(1, int(seconds / max(_timed(function, 1), 1e-9))) for function in (ours, theirs)]
    times: tuple[list[float], list[float]] = ([], [])
    enabled = gc.isenabled()
    gc.disable()
    for _ in range(turns):
        for kept, function, count in zip(times, (ours, theirs), repeats, strict=True):
            kept.append(_timed(function, count) / count / per)
    if enabled:
        gc.enable()
    measured = Measured(name, *(sorted(kept)[turns // 2] for kept in times))
    show(measured, goal=goal)
    return measured


def show(measured: Measured, *, goal: float | None = None, most: float | None = None) -> None:
    """Print a line. goal: the ratio that is aimed at; most: our time as a share of the peer's."""
    verdict = ""
    if goal is not None:
        verdict = f"   goal {goal:g}×: {'met' if measured.ratio >= goal else 'MISSED'}"
    if most is not None:
        share = 1 / measured.ratio
        verdict = f"   goal ≤ {most:g} of the peer: {share:.2f}, {'met' if share <= most else 'MISSED'}"
    both = f"{_shown(measured.ours)} {_shown(measured.theirs)}"
    print(f"{measured.name:<52} {both} {measured.ratio:9.2f}×{verdict}", flush=True)


def heading(title: str, *peers: str) -> None:
    """Print what is compared, with which versions."""
    versions = ", ".join(f"{peer} {version(peer)}" for peer in ("numpy", *peers))
    print(f"\n{title}  (CPython {platform.python_version()}, {versions})")
    print(f"{'':<52} {'ours':>10} {'peer':>10} {'ratio':>10}")


def _timed(function: Callable[[], object], count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        function()
    return time.perf_counter() - start


def _shown(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:7.2f} {unit:<2}"
    return f"{seconds / 1e-9:7.2f} ns"
