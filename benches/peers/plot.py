"""Draw docs/growth.svg from the record: what a unit and round cost, from 20 to 100,000 units, against others.

    python benches/peers/plot.py

The same version of matplotlib writes the same file, byte for byte.
"""

from collections.abc import Sequence

import matplotlib
from battle import PART as ROUND
from battle import PYTHON_GROUND, RUST_STEP
from growth import PART as BATTLE
from matplotlib import pyplot
from matplotlib.axes import Axes

from figures import Figure
from record import ROOT, newest

FILE = ROOT / "docs" / "growth.svg"
COLOURS = ("#0072B2", "#56B4E9", "#D55E00", "#CC79A7", "#009E73")


def units(figure: Figure) -> int:
    """How many units a figure is of."""
    return int(figure.size.split(" ")[0].replace(",", ""))


def main() -> None:
    """Write the file."""
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "growth", "svg.fonttype": "none", "font.size": 9})
    figures = newest()
    figure, axes = pyplot.subplots(figsize=(7.5, 4.2), layout="constrained")
    for threads in (1, 2):
        of = [f for f in figures if f.part == BATTLE.format(threads)]
        draw(
            axes, threads - 1, [(units(f), f.ours) for f in of], f"ours, {threads} thread{'s'[: threads - 1]}"
        )
    reference = [f for f in figures if f.part == ROUND and f.peer == "the reference in Python"]
    draw(
        axes, 2, [(units(f), (f.theirs or 0) / units(f)) for f in reference], "the reference in plain Python"
    )
    draw(axes, 3, [(n, spent / n) for n, spent in PYTHON_GROUND.items()], "a Python engine, published")
    draw(axes, 4, [(n, spent / n) for n, spent in RUST_STEP.items()], "its Rust engine, published")
    axes.set(xscale="log", yscale="log", xlabel="units in the battle", ylabel="ns per unit and round")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper right", bbox_to_anchor=(1.0, 0.86))
    figure.savefig(FILE, metadata={"Date": None})


def draw(axes: Axes, colour: int, points: Sequence[tuple[int, float]], label: str) -> None:
    """A line in nanoseconds."""
    ordered = sorted(points)
    nanoseconds = [1e9 * spent for _, spent in ordered]
    axes.plot([n for n, _ in ordered], nanoseconds, "o-", markersize=3, color=COLOURS[colour], label=label)


if __name__ == "__main__":
    main()
