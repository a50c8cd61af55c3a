"""Two ways to do the same, measured side by side in one run, with equal results."""

import gc
import platform
import time
from collections.abc import Callable
from importlib.metadata import version

from figures import Figure, show


def beside(
    part: str,
    size: str,
    peer: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    per: int = 1,
    turns: int = 7,
    seconds: float = 0.05,
) -> Figure:
    """Time two functions in turns, print the figure, and return it: medians of seconds per call.

    part, size, peer: its name; per: what one call does, so that times are per pair, unit, …;
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
    medians = [sorted(kept)[turns // 2] for kept in times]
    figure = Figure(part, size, medians[0], peer, medians[1])
    show(figure)
    return figure


def heading(title: str, *peers: str) -> None:
    """Print what is compared, with which versions."""
    versions = ", ".join(f"{peer} {version(peer)}" for peer in ("numpy", *peers))
    print(f"\n{title}  (CPython {platform.python_version()}, {versions})")
    print(f"{'':<70} {'ours':>10} {'peer':>10} {'ratio':>9}")


def _timed(function: Callable[[], object], count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        function()
    return time.perf_counter() - start
