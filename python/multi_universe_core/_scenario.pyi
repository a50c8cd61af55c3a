"""Types of the compiled class `Scenario`."""

from os import PathLike
from typing import Any, Literal, TypeAlias, final

from ._kernel import Kernel
from ._odds import Odds
from ._report import BattleReport

_Path: TypeAlias = str | PathLike[str]

@final
class Scenario:
    """A battle in a TOML file: its rules, factions, fleets and units.

    >>> scenario = muc.Scenario.from_kernel(kernel)
    >>> scenario.run(seed=7).digest == kernel.resolve(fleets=[1, 2], seed=7).digest
    True
    """
    @staticmethod
    def load(path: _Path) -> Scenario:
        """Read a file. Raises ScenarioError or OSError."""
    @staticmethod
    def from_kernel(kernel: Kernel) -> Scenario:
        """The scenario of a kernel as it stands: its rules, its seed and all of its tables."""
    def kernel(self) -> Kernel:
        """A new kernel that holds what the scenario describes."""
    def run(
        self, seed: int | None = None, *, record: Literal["ledger", "events", "full"] | None = None
    ) -> BattleReport:
        """Fight the scenario's battle; seed None: the scenario's own. record: as of `Kernel.resolve`.

        The interpreter is released; Ctrl-C raises KeyboardInterrupt within 100 ms.
        """
    def odds(self, **options: Any) -> Odds:
        """The odds of the scenario's battle, with its own seed unless another is given.

        options: those of `Kernel.odds`.
        """
    def save(self, path: _Path) -> None:
        """Write the scenario to a file. Raises OSError."""
    @property
    def name(self) -> str:
        """Its name."""
    @property
    def description(self) -> str:
        """What it shows."""
    @property
    def seed(self) -> int:
        """Its seed."""
