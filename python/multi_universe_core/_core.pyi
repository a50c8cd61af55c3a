"""The compiled half of the package. Import from `multi_universe_core` instead.

The types stand in a stub per class (`_kernel.pyi`, `_report.pyi`, ...); at run time there is this one module.
"""

from collections.abc import Sequence
from os import PathLike

from ._bridge import _Bridge
from ._distances import DistanceCalculator, Distances, calculate_distances, cpu_features
from ._dropins import BattleFinalizer, FleetIndex, StrengthCache, TreatyMatrix, calculate_strength
from ._errors import (
    BridgeError,
    ConservationError,
    InputError,
    KernelError,
    KernelPoisoned,
    OddsError,
    PushError,
    RemoveError,
    ReplayError,
    ResolveError,
    RulesError,
    ScenarioError,
    SnapshotError,
    UnknownKeyError,
)
from ._kernel import Kernel, PushSummary, RemoveSummary
from ._odds import Odds
from ._replay import Comparison, Replay
from ._report import BattleReport, Story
from ._rules import Rules
from ._scenario import Scenario
from ._shooting import resolve_shooting_batch
from ._table import Table

__all__ = [
    "BattleFinalizer",
    "BattleReport",
    "BridgeError",
    "Comparison",
    "ConservationError",
    "DistanceCalculator",
    "Distances",
    "FleetIndex",
    "InputError",
    "Kernel",
    "KernelError",
    "KernelPoisoned",
    "Odds",
    "OddsError",
    "PushError",
    "PushSummary",
    "RemoveError",
    "RemoveSummary",
    "Replay",
    "ReplayError",
    "ResolveError",
    "Rules",
    "RulesError",
    "Scenario",
    "ScenarioError",
    "SnapshotError",
    "Story",
    "StrengthCache",
    "Table",
    "TreatyMatrix",
    "UnknownKeyError",
    "_Bridge",
    "__version__",
    "calculate_distances",
    "calculate_strength",
    "checkpoint",
    "compare",
    "cpu_features",
    "main",
    "resolve_shooting_batch",
    "turn_page",
]

__version__: str

def compare(base: Odds, variants: Sequence[tuple[str, Odds]]) -> Table:
    """Variants of a battle against the battle as it is, which have the same runs of the same seed."""

def turn_page(
    reports: dict[int, BattleReport],
    errors: dict[int, KernelError],
    seed: int,
    digest: str,
    path: str | PathLike[str] | None,
) -> str | None:
    """The page of a turn; written to `path`, or returned."""

def checkpoint(done: int) -> int:
    """The number of runs after `done` at which odds look whether their intervals are narrow enough."""

def main(argv: Sequence[str]) -> int:
    """Run the command line with these arguments, without the program's name; the result is the exit code."""
