"""The compiled half of the package. Import from `multi_universe_core` instead."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, ClassVar, Literal, Protocol, SupportsIndex, TypeAlias, final

import numpy as np
import pandas
import polars
import pyarrow
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "BattleReport",
    "ConservationError",
    "Kernel",
    "KernelError",
    "KernelPoisoned",
    "PushError",
    "PushSummary",
    "RemoveError",
    "RemoveSummary",
    "ResolveError",
    "Rules",
    "RulesError",
    "Scenario",
    "ScenarioError",
    "Table",
    "UnknownKeyError",
    "__version__",
    "main",
]

__version__: str

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]: ...

# A mapping from column names to columns, a NumPy structured array, or an Arrow table of any library.
_TableLike: TypeAlias = Mapping[str, ArrayLike] | NDArray[np.void] | _ArrowStream | _ArrowArray
_Ids: TypeAlias = Iterable[int] | NDArray[np.integer[Any]]
_TableName: TypeAlias = Literal["factions", "treaties", "fleets", "units", "weapons"]
_Path: TypeAlias = str | PathLike[str]

@final
class Kernel:
    """A mirror of a campaign (factions, treaties, fleets, units, weapons), and the battles fought on it.

    Threads may share a kernel: calls wait for each other, with the interpreter released.
    """
    def __new__(cls, seed: int = 0, *, rules: Rules | None = None, threads: int | None = None) -> Kernel:
        """An empty mirror.

        seed: 0 ... 2**64-1; battles that are not given a seed of their own derive one from it.
        rules: the rules in force; None: the rule book as it stands.
        threads: how many threads a large battle may use; no result depends on it.
        """
    def push(
        self,
        *,
        factions: _TableLike | None = None,
        treaties: _TableLike | None = None,
        fleets: _TableLike | None = None,
        units: _TableLike | None = None,
        weapons: _TableLike | None = None,
    ) -> PushSummary:
        """Add and change rows by key: everything or, if anything is wrong in any table, nothing.

        Each argument is a table: a dict of columns (NumPy arrays, or sequences that NumPy converts), a
        NumPy structured array, or any object with `__arrow_c_stream__` or `__arrow_c_array__` (polars,
        pyarrow, pandas, DuckDB). Keys: `name` of factions, `(a, b)` of treaties, `id` of fleets and units,
        `(unit, slot)` of weapons. A row with a new key gets defaults in the columns that are not given; in a
        row with a known key just the columns given change. Tables may refer to rows of the same push.

        Columns (default):
        factions: name, doctrine ("charge", "kite", "defend", "hold"), plunder_ratio (0).
        treaties: a, b, kind ("war", "peace", "neutral", "trade", "alliance", "non_aggression", "vassal").
        fleets: id, faction, location (-1: nowhere), in_transit (False).
        units: id, fleet, domain ("space" or "ground"), max_hp (100), hp (max_hp), shield (max_shield),
            max_shield (0), shield_regen (0), hull_regen (0), armor (0), invuln (7: none), bs (50), ma (50),
            md (50), damage (10), ap (0), speed (6), leadership (7), morale (100), suppression (0),
            fatigue (0), cost (100), power_rating (NaN), xp (0), x, y (NaN: not placed), fx, fy (NaN: no
            place in a formation), accuracy_mult (1), damage_mult (1), ap_bonus (0), charge (0), directive
            ("", "kite", "close_quarters", "hold_ground"), and the flags (False) static, fortress, cover,
            massive, interdictor, ranged_preference.
        weapons: unit, slot, strength (4), ap (0), damage_dice (1), attacks (1), range (24), cooldown (0),
            shield_mult (1), hull_mult (1), hp (50), name ("").
        Health and damage are in points, distances in tiles, times in rounds, skills in percent.

        float64, float32, int64, int32 and bool arrays that are contiguous are read without a copy. Nulls of
        Arrow tables are refused, but in columns of floats, where they read as NaN. Do not change the arrays
        from another thread during the call.

        Raises PushError, which names table, column, row, value and what was expected.
        """
    def remove(
        self,
        *,
        factions: Iterable[str] = (),
        fleets: _Ids = (),
        units: _Ids = (),
        weapons: Iterable[tuple[int, int]] | NDArray[np.integer[Any]] = (),
    ) -> RemoveSummary:
        """Remove rows by key: everything or, on any fault, nothing.

        A fleet takes its units along, a unit its weapons. weapons: pairs (unit, slot).
        Raises RemoveError for unknown keys, and for a faction that still owns fleets.
        """
    def resolve(
        self,
        *,
        fleets: _Ids | None = None,
        location: int | None = None,
        defenders: Iterable[str] = (),
        max_rounds: int | None = None,
        seed: int | None = None,
        commit: bool = True,
    ) -> BattleReport:
        """Fight one whole battle and return its report.

        fleets, location: whose living units fight, either those of these fleets or those of all fleets at
            this location that are not in transit. Exactly one of the two is given.
        defenders: names of the factions that hold the ground in a stalemate.
        max_rounds: the round limit; None: the rules'.
        seed: 0 ... 2**64-1; None: from the kernel's seed and its count of battles. The report states it.
        commit: whether the mirror holds the aftermath: the dead are gone, the others as the battle left
            them. False leaves the mirror as it was.

        If no two of the factions are at war, the outcome is "no_conflict" and nothing changes. The
        interpreter is released during the battle. Ctrl-C raises KeyboardInterrupt within 100 ms and leaves
        the mirror as it was. Raises ResolveError if the battle cannot be started.
        """
    def factions(self) -> Table:
        """The factions of the mirror, a row each, by name."""
    def treaties(self) -> Table:
        """The treaties of the mirror, a row each."""
    def fleets(self) -> Table:
        """The fleets of the mirror, a row each, by id."""
    def units(self) -> Table:
        """The units of the mirror, a row each, by id."""
    def weapons(self) -> Table:
        """The weapons of the mirror, a row each, by unit and slot."""
    def faction(self, name: str) -> dict[str, Any]:
        """The faction with this name. Raises UnknownKeyError (a KeyError)."""
    def fleet(self, id: int) -> dict[str, Any]:
        """The fleet with this id. Raises UnknownKeyError (a KeyError)."""
    def unit(self, id: int) -> dict[str, Any]:
        """The unit with this id. Raises UnknownKeyError (a KeyError)."""
    def digest(self) -> str:
        """The fingerprint of the mirror's content, 32 hexadecimal digits.

        It depends neither on the order of rows nor on the number of threads.
        """
    @property
    def seed(self) -> int:
        """The seed that battles without one of their own are derived from."""
    @property
    def rules(self) -> Rules:
        """The rules in force."""
    @property
    def threads(self) -> int:
        """The most threads that a battle uses."""

@final
class Table:
    """Named columns of equal length, which cannot be changed.

    `t["hp"]` is a column, `t.row(0)` a row, `len(t)` the number of rows, `"hp" in t` asks for a column, and
    iteration gives the rows as dicts. Other libraries read it as an Arrow table: `polars.DataFrame(t)`,
    `pyarrow.table(t)`, `duckdb.sql("from t")`. Equal are tables that show the same; NaN equals NaN.
    """

    __hash__: ClassVar[None]  # type: ignore[assignment]

    @property
    def columns(self) -> list[str]:
        """The columns' names, in order."""
    def __len__(self) -> int:
        """The number of rows."""
    def __contains__(self, name: object, /) -> bool:
        """Whether there is a column of this name."""
    def __getitem__(self, name: str, /) -> NDArray[Any]:
        """A column, shape (rows,): float64, int64 or bool on the table's own memory, or str objects.

        The array is read-only and stays valid when the table is gone. Raises KeyError for an unknown column.
        """
    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows, as dicts."""
    def __eq__(self, other: object, /) -> bool: ...
    def row(self, index: SupportsIndex) -> dict[str, Any]:
        """The row with this number; negative numbers count from the end. Raises IndexError."""
    def to_numpy(self) -> dict[str, NDArray[Any]]:
        """All columns, as `t[name]` gives them."""
    def to_pandas(self) -> pandas.DataFrame:
        """The table as a pandas frame. Raises ImportError if pandas is not installed."""
    def to_polars(self) -> polars.DataFrame:
        """The table as a polars frame, numbers uncopied. Raises ImportError if polars is not installed."""
    def to_arrow(self) -> pyarrow.Table:
        """The table as an Arrow table, numbers uncopied. Raises ImportError if pyarrow is not installed."""
    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow PyCapsule interface; a requested schema is not followed."""
    def _repr_html_(self) -> str: ...
    def _ipython_key_completions_(self) -> list[str]: ...

@final
class BattleReport:
    """What a battle left behind: its outcome and its tables."""
    @property
    def outcome(self) -> Literal["victory", "stalemate", "round_limit", "no_conflict"]:
        """How it ended."""
    @property
    def winner(self) -> str | None:
        """The winning faction; None if there is none."""
    @property
    def winners(self) -> list[str]:
        """All factions left that are not hostile to each other, by name."""
    @property
    def decisiveness(self) -> Literal["overwhelming", "decisive", "marginal", "pyrrhic"] | None:
        """How clearly it was won, by shares of cost lost; None without a winner."""
    @property
    def rounds(self) -> int:
        """Rounds fought."""
    @property
    def survivors(self) -> int:
        """How many of the winner's units are alive."""
    @property
    def seed(self) -> int:
        """The battle's seed: with the same mirror and rules it gives the same battle."""
    @property
    def digest(self) -> str:
        """The fingerprint of all rounds, 32 hexadecimal digits.

        Equal seeds, inputs and rules give equal digests on every platform, with any number of threads.
        """
    @property
    def units(self) -> Table:
        """A row per unit.

        id, fleet, faction, alive, status ("alive", "destroyed", "retreated", "reserve"), hp, shield, morale,
        x, y, kills, damage_dealt, damage_taken, shots, hits, crits, xp_gained, killed_by, death_round.
        """
    @property
    def fleets(self) -> Table:
        """A row per fleet: id, faction, initial, survivors, retreated, destroyed, cost_lost."""
    @property
    def factions(self) -> Table:
        """A row per faction.

        name, units_initial, units_lost, units_remaining, ships_lost, ground_lost, cost_initial, cost_lost,
        cost_remaining, damage_dealt, damage_taken, kills, shots, hits, crits, retreated, plunder,
        war_exhaustion, won.
        """
    @property
    def weapons(self) -> Table:
        """A row per weapon: unit, slot, shots, hits, crits, damage, destroyed."""
    @property
    def timeline(self) -> Table:
        """A row per round and faction: alive, hp, shield, damage_dealt, kills, routing."""
    @property
    def profile(self) -> Table:
        """A row per system of the kernel: name, calls, total_ns, mean_ns, share of the time."""
    def as_legacy(self) -> tuple[str, list[int], int, dict[str, dict[str, Any]]]:
        """The tuple that a Python battle manager of the old kind returns.

        (winner or "Draw", ids of the winner's living units, rounds, statistics by faction). The statistics:
        total_damage_dealt, units_lost, kills, routed_sum (routing units, summed over the rounds),
        rounds_routed (rounds with any), wreckage (ids of the destroyed enemy units), and the intelligence
        keys, which are there and empty.
        """

@final
class Rules:
    """The rule book's numbers, some of them changed: `Rules(hit_floor=0.1)`.

    Each rule is an attribute. `Rules.describe()` lists them with meaning, unit, default and legal range.
    Rules cannot be changed; equal rules are equal, have one hash, and can be pickled.
    """
    def __new__(cls, **overrides: float) -> Rules:
        """The rule book with some numbers changed.

        Raises RulesError for an unknown name (with the nearest one) and for a value out of range.
        """
    @staticmethod
    def load(path: _Path) -> Rules:
        """The rules in a TOML file: its table `[rules]`, or the whole file. Raises RulesError or OSError."""
    @staticmethod
    def describe() -> Table:
        """All rules: name, doc (meaning and unit), default, min, max, kind ("float", "int", "bool")."""
    def __getattribute__(self, name: str, /) -> float:
        """The value of the rule with this name."""
    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, float]]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class PushSummary:
    """What a push did."""

    __hash__: ClassVar[None]  # type: ignore[assignment]

    @property
    def added(self) -> dict[_TableName, int]:
        """Rows whose key was new, by table."""
    @property
    def changed(self) -> dict[_TableName, int]:
        """Rows whose key was known, by table."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class RemoveSummary:
    """What a removal did."""

    __hash__: ClassVar[None]  # type: ignore[assignment]

    @property
    def removed(self) -> dict[_TableName, int]:
        """Rows gone, by table; those that went with their owner are included."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Scenario:
    """A battle in a TOML file: its rules, factions, fleets and units."""
    @staticmethod
    def load(path: _Path) -> Scenario:
        """Read a file. Raises ScenarioError or OSError."""
    @staticmethod
    def from_kernel(kernel: Kernel) -> Scenario:
        """The scenario of a kernel as it stands: its rules, its seed and all of its tables."""
    def kernel(self) -> Kernel:
        """A new kernel that holds what the scenario describes."""
    def run(self, seed: int | None = None) -> BattleReport:
        """Fight the scenario's battle; seed None: the scenario's own.

        The interpreter is released; Ctrl-C raises KeyboardInterrupt within 100 ms.
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

class KernelError(Exception):
    """Any failure of the kernel."""

class PushError(KernelError, ValueError):
    """A push was refused; the mirror is as it was."""

    faults: list[dict[str, Any]]
    """The first ten: table, column ("": whole table), row (None: whole column), value, expected."""
    count: int
    """How many faults there are."""

class RemoveError(KernelError, ValueError):
    """A removal was refused; the mirror is as it was."""

    faults: list[dict[str, Any]]
    count: int

class ResolveError(KernelError, ValueError):
    """A battle could not be started; the mirror is as it was."""

    faults: list[dict[str, Any]]
    count: int

class RulesError(KernelError, ValueError):
    """A rule's name or value was refused."""

    faults: list[dict[str, Any]]
    count: int

class ScenarioError(KernelError, ValueError):
    """A scenario file has a fault."""

    file: str
    line: int
    """From 1, as the column is."""
    column: int
    hint: str | None
    """What to do about it, if there is something to say."""

class UnknownKeyError(KernelError, KeyError):
    """Nothing in the mirror has the key that was asked for."""

class KernelPoisoned(KernelError, RuntimeError):
    """The kernel panicked earlier and refuses further work: make a new one."""

class ConservationError(KernelError, RuntimeError):
    """A conservation law was broken: a defect of the kernel, never of the input."""

def main(argv: Sequence[str]) -> int:
    """Run the command line with these arguments, without the program's name; the result is the exit code."""
