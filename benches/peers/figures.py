"""Figures of the benchmarks: what was measured, what is wanted (`benches/goals.toml`), and the verdict.

A benchmark calls `show`, which prints a line and, if BENCH_FIGURES names a file, appends the figure to it
as a line of JSON. `benches/bench.py` collects them.
"""

import json
import os
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

GOALS = Path(__file__).parents[1] / "goals.toml"
COLLECTED = "BENCH_FIGURES"
"""The environment variable that names the file to which figures are appended."""


@dataclass(frozen=True)
class Figure:
    """One thing that was measured. Part, size and peer together are its name.

    part: what, and per what; size: how much of it; peer: against whom, empty for nobody; ours, theirs: the
    two values; unit: "s" (seconds), "B" (bytes), "/s" (times a second) or "1" (a plain number).
    """

    part: str
    size: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    unit: str = "s"

    @property
    def name(self) -> tuple[str, str, str]:
        """What a later measurement of the same has too."""
        return self.part, self.size, self.peer

    @property
    def ratio(self) -> float | None:
        """How many times better ours is: faster, smaller, or more often."""
        if self.theirs is None:
            return None
        return self.ours / self.theirs if self.unit == "/s" else self.theirs / self.ours


@dataclass(frozen=True)
class Limit:
    """What is wanted of the figures whose part, size and peer match these patterns (of `fnmatch`).

    One bound of four. ratio: at least so many times better than the peer; share: at most so much of the peer;
    most, least: bounds of our own value.
    """

    part: str
    size: str = "*"
    peer: str = "*"
    ratio: float | None = None
    share: float | None = None
    most: float | None = None
    least: float | None = None

    def __post_init__(self) -> None:
        if sum(bound is not None for bound in (self.ratio, self.share, self.most, self.least)) != 1:
            raise ValueError(f"{self}: expected one of ratio, share, most and least")

    def covers(self, figure: Figure) -> bool:
        """Whether it says something of this figure."""
        patterns = (self.part, self.size, self.peer)
        return all(map(fnmatchcase, figure.name, patterns))

    def met(self, figure: Figure) -> bool:
        """Whether the figure is within the bound."""
        if self.most is not None:
            return figure.ours <= self.most
        if self.least is not None:
            return figure.ours >= self.least
        if figure.ratio is None:
            raise ValueError(f"{figure}: nothing to compare with, expected a peer's value for {self}")
        return figure.ratio >= self.ratio if self.ratio is not None else 1 / figure.ratio <= (self.share or 0)

    def wanted(self, unit: str) -> str:
        """The bound in words."""
        if self.ratio is not None:
            return f"≥ {self.ratio:g}×"
        if self.share is not None:
            return f"≤ {self.share:g} of it"
        if self.most is not None:
            return f"≤ {shown(self.most, unit)}"
        return f"≥ {shown(self.least or 0, unit)}"

    def reached(self, figure: Figure) -> str:
        """What the bound is about, of a figure."""
        if self.ratio is not None:
            return times(figure.ratio or 0)
        if self.share is not None:
            return f"{1 / (figure.ratio or 1):.2f} of it"
        return shown(figure.ours, figure.unit)


@dataclass(frozen=True)
class Goal:
    """One of the fourteen goals. run: the part of `bench.py` that shows it; note: what to know beside."""

    number: int
    what: str
    run: str
    limits: tuple[Limit, ...]
    note: str = ""


@cache
def goals(path: Path = GOALS) -> tuple[Goal, ...]:
    """The goals of a file, in its order."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Goal(**{**goal, "limits": tuple(Limit(**limit) for limit in goal["limits"])})
        for goal in table["goal"]
    )


def limit_of(figure: Figure, among: Sequence[Goal] | None = None) -> tuple[Goal, Limit] | None:
    """What is wanted of a figure: the first limit that covers it; None if nothing is."""
    for goal in goals() if among is None else among:
        for limit in goal.limits:
            if limit.covers(figure):
                return goal, limit
    return None


def verdict(figure: Figure, among: Sequence[Goal] | None = None) -> tuple[str, str]:
    """The bound of a figure in words, and "met" or "missed"; both empty if nothing is wanted of it."""
    found = limit_of(figure, among)
    if found is None:
        return "", ""
    limit = found[1]
    return limit.wanted(figure.unit), "met" if limit.met(figure) else "missed"


def show(figure: Figure) -> None:
    """Print a figure, and keep it where `bench.py` wants it."""
    goal, outcome = verdict(figure)
    theirs = "" if figure.theirs is None else shown(figure.theirs, figure.unit)
    ratio = "" if figure.ratio is None else times(figure.ratio)
    name = ", ".join(filter(None, (figure.part, figure.size, figure.peer)))
    line = f"{name:<70} {shown(figure.ours, figure.unit):>10} {theirs:>10} {ratio:>9}"
    said = f"   {goal}: {outcome.replace('missed', 'MISSED')}" if goal else ""
    print(line + said, flush=True)
    if COLLECTED in os.environ:
        with Path(os.environ[COLLECTED]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(figure)) + "\n")


def collected(lines: Iterable[str]) -> list[Figure]:
    """The figures of lines that `show` wrote."""
    return [Figure(**json.loads(line)) for line in lines]


def shown(value: float, unit: str) -> str:
    """A value with three figures and its unit."""
    steps: dict[str, Sequence[tuple[str, float]]] = {
        "s": (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)),
        "B": (("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0)),
        "/s": (("M/s", 1e6), ("k/s", 1e3), ("/s", 1.0)),
        "1": (("", 1.0),),
    }
    for name, size in steps[unit]:
        if abs(value) >= size or size == steps[unit][-1][1]:
            return f"{three(value / size)} {name}".strip()
    raise AssertionError("the last step takes all values")


def times(ratio: float) -> str:
    """A ratio, as people say it."""
    return f"{three(ratio)}×"


def three(value: float) -> str:
    """A number with three figures, below 1 with two; from 100 on without any behind the point."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 1 or value == 0:
        return f"{value:.1f}" if size >= 10 else f"{value:.2f}"
    return f"{value:.2g}"


def row(figure: Figure) -> dict[str, Any]:
    """A figure with its verdict, as a row of the record."""
    goal, outcome = verdict(figure)
    ratio = "" if figure.ratio is None else f"{figure.ratio:.4g}"
    theirs = "" if figure.theirs is None else f"{figure.theirs:.6g}"
    return {
        "part": figure.part, "size": figure.size, "peer": figure.peer, "unit": figure.unit,
        "ours": f"{figure.ours:.6g}", "theirs": theirs, "ratio": ratio, "goal": goal, "verdict": outcome,
    }  # fmt: skip
