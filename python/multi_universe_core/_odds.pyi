"""Types of the compiled class `Odds`."""

from collections.abc import Sequence
from os import PathLike
from typing import Any, ClassVar, Literal, final

from matplotlib.figure import Figure

from ._table import Table

@final
class Odds:
    """What becomes of a battle that is fought many times.

    Equal are odds with equal outcomes. They can be pickled, and those of one battle can be merged.

    >>> odds = kernel.odds(fleets=[1, 2], runs=400, seed=1)
    >>> odds.table["name"], odds.samples.columns[:4]
    (array(['Hegemony', 'Synod'], dtype=object), ['run', 'winner', 'outcome', 'rounds'])
    >>> parts = [kernel.odds(fleets=[1, 2], runs=200, seed=1, first=first) for first in (0, 200)]
    >>> muc.Odds.merge(parts) == odds
    True
    """

    __hash__: ClassVar[None]  # type: ignore[assignment]

    @property
    def table(self) -> Table:
        """A row per faction.

        name, units (before the battle), wins, probability, low, high (Wilson's interval of the
        probability), then mean and 5, 25, 50, 75 and 95 % quantiles of the units lost (lost_mean,
        lost_p05, ...) and of those left (survivors_mean, ...), and the mean of the cost lost. A quantile
        is the smallest number that so many percent of the runs do not exceed.
        """
    @property
    def samples(self) -> Table:
        """A row per run.

        run, winner ("": nobody), outcome ("victory", "stalemate", "round_limit"), rounds, and for each
        faction lost_NAME, survivors_NAME (units) and cost_lost_NAME.
        """
    @property
    def draws(self) -> int:
        """Runs that nobody won."""
    @property
    def rounds(self) -> dict[str, float]:
        """Rounds fought: mean, min, p05, p25, p50, p75, p95, max."""
    @property
    def runs(self) -> int:
        """How many runs there are."""
    @property
    def first(self) -> int:
        """The number of the first run."""
    @property
    def seed(self) -> int:
        """The seed: run k of equal seeds is the same battle."""
    @property
    def confidence(self) -> float:
        """The share of intervals that hold the truth."""
    @property
    def ended(self) -> Literal["runs", "until", "deadline", "interrupted"]:
        """Why the runs ended: all fought, intervals narrow enough, the time over, Ctrl-C."""
    @property
    def trace_id(self) -> str | None:
        """The caller's own mark; None: none was given. Equal odds may differ in it."""
    @property
    def partial(self) -> bool:
        """Whether there are fewer runs than were asked for, because of a deadline or an interruption."""
    @property
    def digest(self) -> str:
        """The fingerprint of the outcomes: equal for any number of threads, shards and processes."""
    @staticmethod
    def merge(parts: Sequence[Odds]) -> Odds:
        """The odds of all runs of several parts of one battle.

        The parts follow each other without gap or overlap, in any order. Raises OddsError.
        """
    def plot(self) -> Figure:
        """A figure of matplotlib: chances with their intervals, distributions of losses, convergence.

        Raises ImportError if matplotlib is not installed.
        """
    @property
    def profile(self) -> Table:
        """A row per system of the kernel, over all runs and threads: columns as `BattleReport.profile`.

        Empty in odds that were pickled, as those of an executor are.
        """
    def to_html(self, path: str | PathLike[str] | None = None) -> str | None:
        """The odds as one HTML page that needs nothing else: chances, distributions, convergence.

        path: where it is written; None: it is returned. Raises OSError if the file cannot be written.
        """
    def _repr_html_(self) -> str: ...
    def _width(self) -> float:
        """The widest interval of a probability."""
    def _ended(self, ended: str) -> Odds:
        """The same odds, ended otherwise."""
    @staticmethod
    def _of_columns(head: Any, columns: Any) -> Odds: ...
    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]: ...
    def __eq__(self, other: object, /) -> bool: ...
