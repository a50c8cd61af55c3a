"""Draw the figure of docs/derivations.md, from batches of shots and from the two dice.

    python scripts/rules_plot.py

The same version of matplotlib writes the same file, byte for byte.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

import multi_universe_core as muc

FILE = Path(__file__).resolve().parent.parent / "docs" / "derivations.svg"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")


def main() -> None:
    """Write the file."""
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "derivations", "svg.fonttype": "none", "font.size": 9})
    figure: Figure
    figure, (left, middle, right) = pyplot.subplots(1, 3, figsize=(12.5, 3.6), layout="constrained")
    hit_chance(left)
    through(middle)
    nerve(right)
    for axes in (left, middle, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
    figure.savefig(FILE, metadata={"Date": None})


def hit_chance(axes: Axes) -> None:
    """The chance to hit over the skill, for some defences and volleys."""
    skills = np.arange(0.0, 121.0)
    for colour, (defence, volley) in zip(COLOURS, ((0, 1), (50, 1), (50, 200), (100, 1)), strict=True):
        shots = muc.resolve_shooting_batch({"bs": skills, "md": defence}, seed=1, volley_size=volley)
        label = f"md {defence}, {volley} weapon{'s' if volley > 1 else ''}"
        axes.plot(skills, 100 * shots["p_hit"], color=colour, label=label)
    axes.set(xlabel="skill bs, percent", ylabel="chance to hit, percent", title="R-SHOOT-2", ylim=(0, 100))


def through(axes: Axes) -> None:
    """The share of a hit that gets through, over the armour."""
    armour = np.repeat(np.arange(0.0, 121.0), 50)
    for colour, (ap, invuln) in zip(COLOURS, ((0, 7), (20, 7), (40, 7), (40, 4)), strict=True):
        batch: dict[str, NDArray[np.float64] | float] = {"bs": np.full_like(armour, 95.0), "md": 0}
        batch |= {"attacks": 100, "strength": 6, "armor": armour, "ap": ap, "invuln": invuln}
        shots = muc.resolve_shooting_batch(batch, seed=1)
        share = shots["damage"] / (shots["hits"] + 0.5 * shots["crits"]) / 60
        field = "" if invuln == 7 else f", field {invuln}+"
        axes.plot(armour, 100 * share, color=colour, label=f"ap {ap}{field}")
    axes.set(xlabel="armour", ylabel="damage that gets through, percent", title="R-SHOOT-4", ylim=(0, 104))


def nerve(axes: Axes) -> None:
    """The chance of a suppressed unit to run, over its nerve."""
    sums = np.array([a + b for a, b in product(range(1, 7), repeat=2)])
    nerves = np.arange(1, 13)
    axes.plot(nerves, [100 * (sums > n).mean() for n in nerves], "o-", color=COLOURS[0], label="two dice")
    even = np.arange(2, 13)
    label = 'morale_dice = "even"'
    axes.plot(nerves, [100 * (even > n).mean() for n in nerves], "s--", color=COLOURS[1], label=label)
    axes.set(xlabel="nerve", ylabel="chance to run, percent", title="R-MORALE-2", ylim=(0, 104))


if __name__ == "__main__":
    main()
