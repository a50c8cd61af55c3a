"""A deterministic battle simulation kernel, embedded in Python.

A `Kernel` mirrors a campaign: factions, treaties, fleets, units, weapons. Push what changes as tables of
columns, let it fight whole battles, and read the results as tables again:

    import multi_universe_core as muc

    kernel = muc.Kernel(seed=42)
    kernel.push(
        factions={"name": ["Hegemony", "Synod"]},
        treaties={"a": ["Hegemony"], "b": ["Synod"], "kind": ["war"]},
        fleets={"id": [1, 2], "faction": ["Hegemony", "Synod"]},
        units={"id": [10, 11], "fleet": [1, 2], "max_hp": [400.0, 300.0]},
        weapons={"unit": [10, 11], "slot": [0, 0], "range": [90.0, 90.0]},
    )
    report = kernel.resolve(fleets=[1, 2])
    print(report)          # who won, in how many rounds
    print(report.units)    # a row per unit: alive, hp, kills, damage, ...

Where to go from here:

- `help(muc.Kernel.push)`: the tables and their columns; any of NumPy, polars, pandas, pyarrow, DuckDB.
- `help(muc.Kernel.resolve)`: what a battle is, and what it leaves in the mirror.
- `help(muc.Table)`: results as NumPy arrays and for other libraries.
- `muc.Rules.describe()`: every number of the rule book, with its meaning, unit and legal range.
- `help(muc.Scenario)`: battles in files. `python -m multi_universe_core --help`: the command line.

Equal seeds, inputs and rules give equal battles, whatever the platform, the order of the rows or the number
of threads: compare `BattleReport.digest`. Every failure is a `KernelError`, and whatever was refused has
changed nothing.
"""

from ._core import (
    BattleFinalizer,
    BattleReport,
    BridgeError,
    Comparison,
    ConservationError,
    DistanceCalculator,
    Distances,
    FleetIndex,
    InputError,
    Kernel,
    KernelError,
    KernelPoisoned,
    Odds,
    OddsError,
    PushError,
    PushSummary,
    RemoveError,
    RemoveSummary,
    Replay,
    ReplayError,
    ResolveError,
    Rules,
    RulesError,
    Scenario,
    ScenarioError,
    SnapshotError,
    Story,
    StrengthCache,
    Table,
    TreatyMatrix,
    UnknownKeyError,
    __version__,
    calculate_distances,
    calculate_strength,
    cpu_features,
    resolve_shooting_batch,
)
from .turn import TurnReport
from .what_if import OddsComparison

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
    "OddsComparison",
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
    "TurnReport",
    "UnknownKeyError",
    "__version__",
    "calculate_distances",
    "calculate_strength",
    "cpu_features",
    "resolve_shooting_batch",
]
