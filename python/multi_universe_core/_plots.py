"""Figures: what matplotlib draws of odds. Colours are told apart by the colour-blind too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._core import Odds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def odds(shown: Odds) -> Figure:
    """Chances with their intervals, how losses are distributed, and how the chances settled over the runs."""
    try:
        from matplotlib.figure import Figure
    except ImportError as missing:
        message = "a plot needs matplotlib: pip install multi-universe-core[plot]"
        raise ImportError(message) from missing
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    chances, losses, course = figure.subplots(1, 3)
    _chances(chances, shown)
    _losses(losses, shown)
    _course(course, shown)
    for axes in (chances, losses, course):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _colour(index: int) -> str:
    return COLOURS[index % len(COLOURS)]


def _chances(axes: Axes, shown: Odds) -> None:
    table = shown.table
    for row in range(len(table)):
        chance, low, high = (100 * float(table[column][row]) for column in ("probability", "low", "high"))
        error = [[chance - low], [high - chance]]
        axes.barh(row, chance, xerr=error, color=_colour(row), height=0.6, capsize=4)
        beside, align = (high + 2, "left") if high < 80 else (low - 2, "right")
        colour = "black" if high < 80 else "white"
        axes.text(beside, row, f"{chance:.1f} %", va="center", ha=align, color=colour, fontweight="bold")
    axes.set_yticks(range(len(table)), labels=[str(name) for name in table["name"]])
    axes.set(xlim=(0, 100), xlabel="chance to win, in percent")
    axes.invert_yaxis()
    axes.set_title(f"{shown.runs} runs, intervals of {100 * shown.confidence:g} %", fontsize=10)


def _losses(axes: Axes, shown: Odds) -> None:
    table, samples = shown.table, shown.samples
    most = int(table["units"].max(initial=1))
    # Whole numbers of units in each bar, or the bars would beat against them.
    width = -(-(most + 1) // 40)
    bins = [-0.5 + edge for edge in range(0, most + 1 + width, width)]
    for row, name in enumerate(table["name"]):
        lost = samples[f"lost_{name}"]
        share = np.full(len(lost), 100 / max(1, len(lost)))
        axes.hist(
            lost, bins, weights=share, histtype="stepfilled", alpha=0.55, color=_colour(row), label=str(name)
        )
    axes.set(xlabel="units lost", ylabel="share of the runs, in percent")
    axes.set_title("losses", fontsize=10)
    axes.legend(frameon=False, fontsize=9)


def _course(axes: Axes, shown: Odds) -> None:
    table, winner = shown.table, shown.samples["winner"]
    runs = np.arange(1, len(winner) + 1)
    for row, name in enumerate(table["name"]):
        chance = 100 * np.cumsum(winner == name) / runs
        axes.plot(runs, chance, color=_colour(row), linewidth=1.5, label=str(name))
        axes.axhspan(
            100 * table["low"][row], 100 * table["high"][row], color=_colour(row), alpha=0.12, linewidth=0
        )
    axes.set(xscale="log", ylim=(0, 100), xlabel="runs", ylabel="chance to win so far, in percent")
    axes.set_title("convergence", fontsize=10)
