"""Draw the figures of docs/validation.md.

    python scripts/shooting_study.py --draws 1000000 > study.csv
    python scripts/validation_plot.py --study study.csv

The same study gives the same files, byte for byte, with one version of matplotlib. Without a study the figure
of the distributions is left as it is.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import norm

from lanchester import POINTS, Duel, Floats

BLUE, ORANGE, GREEN, GREY = "#0072b2", "#d55e00", "#009e73", "#888888"
KIND_COLOURS = {"hits": BLUE, "crits": ORANGE, "damage": GREEN, "crits given hits": GREY}
RUNS = 1_000_000
SMALL = tuple(
    Duel(first, second, aimed=aimed) for aimed in (False, True) for first, second in ((1, 1), (2, 1), (3, 2))
)
LARGE = Duel(200, 100, hits=4, bs=10.0, aimed=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--study", type=Path, metavar="FILE", help="what shooting_study.py printed")
    parser.add_argument("--folder", type=Path, default=Path("docs"), help="default: docs")
    options = parser.parse_args(arguments)
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "validation", "svg.fonttype": "none", "font.size": 9})
    _save(theory(), options.folder / "validation_theory.svg")
    if options.study is not None:
        with options.study.open(encoding="utf-8", newline="") as file:
            _save(distributions(list(csv.DictReader(file))), options.folder / "validation_distributions.svg")
    return 0


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def theory() -> Figure:
    """Small duels, attrition by rounds, survivors by the size of the other side."""
    figure, (left, middle, right) = pyplot.subplots(1, 3, figsize=(12.5, 3.8), layout="constrained")
    small_duels(left)
    attrition(middle)
    survivors(right)
    return figure


def small_duels(axes: Axes) -> None:
    """How far counted shares are from exact probabilities, with intervals that hold the truth in 99 %."""
    names = ("first wins", "second wins", "nobody is left")
    for row, duel in enumerate(SMALL):
        odds = duel.kernel().odds(fleets=[1, 2], runs=RUNS, seed=row)
        shares = np.array([*odds.table["wins"].tolist(), odds.draws]) / RUNS
        for end, (share, chance) in enumerate(zip(shares, duel.chances(), strict=True)):
            error = norm.isf(0.005) * np.sqrt(chance * (1 - chance) / RUNS)
            axes.errorbar(
                1000 * (share - chance), row + 0.2 * (end - 1), xerr=1000 * error, fmt="o", markersize=3.5,
                color=(BLUE, ORANGE, GREEN)[end], label=names[end] if row == 0 else None,
            )  # fmt: skip
            print(
                f"{duel.first} v {duel.second}, aimed {duel.aimed}: {chance:.6f} exact, {share:.6f} counted"
            )
    fire = {False: "at once", True: "in turn"}
    axes.set_yticks(
        range(len(SMALL)), [f"{duel.first} v {duel.second}, {fire[duel.aimed]}" for duel in SMALL]
    )
    axes.set_ylim(len(SMALL) - 0.5, -1.3)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_xlabel("counted − exact probability, in thousandths")
    axes.set_title(f"Small duels, {RUNS:,} battles each")
    axes.legend(fontsize=8, ncols=3, loc="upper center", columnspacing=1.0, handletextpad=0.3)


def attrition(axes: Axes) -> None:
    """What is left of both sides, round by round: a hundred battles, their mean, and the law."""
    rounds, battles = 15, 100
    kernel = LARGE.kernel()
    courses = np.array(
        [course(kernel.resolve(fleets=[1, 2], seed=seed, commit=False).timeline["hp"], rounds)
         for seed in range(battles)]
    )  # fmt: skip
    time = np.arange(rounds + 1.0)
    law_time = np.linspace(0.0, np.arctanh(LARGE.second / LARGE.first) / LARGE.rate(), 200)
    laws = LARGE.law(law_time)
    for side, (name, colour) in enumerate((("first", BLUE), ("second", ORANGE))):
        axes.plot(time, courses[:20, :, side].T, color=colour, linewidth=0.4, alpha=0.4)
        axes.plot(law_time, laws[side], color="black", linewidth=1.0, label=None if side else "square law")
        axes.plot(time, courses[:, :, side].mean(axis=0), "o", markersize=3.5, color=colour,
                  label=f"{name}: mean of {battles} battles")  # fmt: skip
    off = courses[:, 1:14].mean(axis=0) - np.transpose(LARGE.law(time[1:14]))
    print(f"attrition, rounds 1 to 13: {abs(off).max():.2f} units off at most")
    axes.set_xlabel("round")
    axes.set_ylabel("units left")
    axes.set_title("200 against 100, aimed fire")
    axes.legend(fontsize=8)


def course(hull: Floats, rounds: int) -> Floats:
    """Both sides' hull after each round, in units, from the start; a battle that ended stays as it is."""
    left = hull.reshape(-1, 2) / (POINTS * LARGE.hits)
    start = np.array([[LARGE.first, LARGE.second]], dtype=np.float64)
    padded = np.vstack([start, left, np.repeat(left[-1:], rounds, axis=0)])
    return padded[: rounds + 1]


def survivors(axes: Axes) -> None:
    """Survivors of 200 against forces of several sizes, with aimed fire and with fire that is wasted."""
    seconds = np.arange(20, 181, 20)
    against = np.linspace(0.0, 200.0, 401)
    axes.plot(
        against,
        np.sqrt(200.0**2 - against**2),
        color="black",
        linewidth=1.0,
        label="square law",
    )
    for aimed, colour, name in ((True, BLUE, "aimed fire"), (False, ORANGE, "all fire at one unit at once")):
        means = []
        for second in seconds.tolist():
            duel = Duel(200, second, hits=4, bs=10.0, aimed=aimed)
            odds = duel.kernel().odds(fleets=[1, 2], runs=100, seed=13)
            means.append(float(odds.samples["survivors_First"].mean()))
            print(
                f"200 v {second}, aimed {aimed}: {means[-1]:.2f} left, law {np.sqrt(200**2 - second**2):.2f}"
            )
        axes.plot(seconds, means, "o", markersize=4, color=colour, label=name)
    axes.set_ylim(0, 205)
    axes.set_xlabel("units of the second side")
    axes.set_ylabel("survivors of the first side's 200")
    axes.set_title("Survivors, means of 100 battles")
    axes.legend(fontsize=8, loc="lower left")


def distributions(rows: Sequence[dict[str, str]]) -> Figure:
    """p-values in order, and the errors of means and variances."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9.5, 3.8), layout="constrained")
    for kind, colour in KIND_COLOURS.items():
        p_values = np.sort([float(row["p_value"]) for row in rows if row["kind"] == kind])
        even = (np.arange(len(p_values)) + 0.5) / len(p_values)
        left.loglog(even, p_values, ".", markersize=4, color=colour, label=kind)
        print(f"{kind}: {len(p_values)} p-values, least {p_values[0]:.2g}")
    left.loglog([0.002, 1], [0.002, 1], color="black", linewidth=0.8)
    left.axhline(1e-3 / len(rows), color=GREY, linewidth=0.8, linestyle="--")
    left.text(0.0026, 1.3e-3 / len(rows), "refused below", color=GREY, fontsize=8)
    left.set_xlabel("expected, of 200 even p-values")
    left.set_ylabel("p-value")
    left.set_title("χ² against the exact distribution")
    left.legend(fontsize=8)
    span = np.linspace(-4.5, 4.5, 200)
    edges = np.arange(-4.5, 4.6, 0.5)
    for column, colour, name in (("mean_off", BLUE, "means"), ("variance_off", ORANGE, "variances")):
        off = np.array([float(row[column]) for row in rows if row["kind"] != "crits given hits"])
        right.hist(off, edges, density=True, histtype="step", color=colour, label=f"{len(off)} {name}")
        print(f"{name}: {abs(off).max():.2f} standard errors off at most")
    right.plot(span, norm.pdf(span), color="black", linewidth=0.8, label="normal")
    right.set_xlabel("off by, in standard errors")
    right.set_ylabel("density")
    right.set_title("Means and variances of hits, crits, damage")
    right.legend(fontsize=8)
    return figure


if __name__ == "__main__":
    sys.exit(main())
