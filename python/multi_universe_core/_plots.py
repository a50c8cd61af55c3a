"""Figures: what matplotlib draws of battles and odds. Colours are told apart by the colour-blind too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._core import BattleReport, Odds, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def odds(shown: Odds) -> Figure:
    """Chances with their intervals, how losses are distributed, and how the chances settled over the runs."""
    figure = _figure(11, 3.6)
    chances, losses, course = figure.subplots(1, 3)
    _chances(chances, shown)
    _losses(losses, shown)
    _course(course, shown)
    _plain(chances, losses, course)
    return figure


def report(shown: BattleReport) -> Figure:
    """Attrition, damage and morale by round, and losses by faction."""
    figure = _figure(11, 6.6)
    (attrition, damage), (morale, losses) = figure.subplots(2, 2)
    _rounds((attrition, damage, morale), shown.timeline)
    _lost(losses, shown.factions)
    _plain(attrition, damage, morale, losses)
    won = f"won by {shown.winner}" if shown.winner else "won by nobody"
    figure.suptitle(f"{shown.outcome.replace('_', ' ')} after {shown.rounds} rounds, {won}", fontsize=11)
    return figure


def timeline(shown: Table) -> Figure:
    """Attrition, damage and morale by round."""
    missing = {"round", "faction", "hp", "damage_dealt", "routing"} - set(shown.columns)
    if missing or "location" in shown:
        message = "plot: expected the timeline of one battle, as BattleReport.timeline is"
        raise ValueError(message)
    figure = _figure(11, 3.6)
    axes = figure.subplots(1, 3)
    _rounds(tuple(axes), shown)
    _plain(*axes)
    return figure


def _figure(width: float, height: float) -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError as missing:
        message = "a plot needs matplotlib: pip install multi-universe-core[plot]"
        raise ImportError(message) from missing
    return Figure(figsize=(width, height), layout="constrained")


def _plain(*all_axes: Axes) -> None:
    for axes in all_axes:
        axes.spines[["top", "right"]].set_visible(False)


def _rounds(all_axes: tuple[Axes, Axes, Axes], shown: Table) -> None:
    curves = (
        ("attrition", "hp", "health left, in points"),
        ("damage", "damage_dealt", "dealt in the round, in points"),
        ("morale", "routing", "units running"),
    )
    names = list(dict.fromkeys(shown["faction"]))
    for axes, (title, column, unit) in zip(all_axes, curves, strict=True):
        for index, name in enumerate(names):
            of = shown["faction"] == name
            style = ("-", "--", ":", "-.")[index % 4]
            curve = shown["round"][of], shown[column][of], style
            axes.plot(*curve, color=_colour(index), linewidth=1.6, label=str(name))
        axes.set(xlabel="round", ylabel=unit)
        axes.set_ylim(bottom=0)
        axes.set_title(title, fontsize=10)
    if names:
        all_axes[0].legend(frameon=False, fontsize=9)


def _lost(axes: Axes, factions: Table) -> None:
    for row in range(len(factions)):
        initial, lost = int(factions["units_initial"][row]), int(factions["units_lost"][row])
        fled = int(factions["retreated"][row])
        axes.barh(row, initial, color=_colour(row), alpha=0.25, height=0.6)
        axes.barh(row, lost, color=_colour(row), height=0.6)
        text = f"{lost} of {initial} lost" + (f", {fled} left the field" if fled else "")
        axes.text(initial * 0.02, row, text, va="center", ha="left", fontweight="bold")
    axes.set_yticks(range(len(factions)), labels=[str(name) for name in factions["name"]])
    axes.set(xlabel="units")
    axes.invert_yaxis()
    axes.set_title("losses", fontsize=10)


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
