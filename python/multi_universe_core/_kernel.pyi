"""Types of the compiled class `Kernel`, and of what a push and a removal report."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from os import PathLike
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._distances import Distances
from ._odds import Odds
from ._report import BattleReport
from ._rules import Rules
from ._table import Table
from .turn import TurnReport
from .what_if import OddsComparison

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]: ...

# A mapping from column names to columns, a NumPy structured array, or an Arrow table of any library.
_TableLike: TypeAlias = Mapping[str, ArrayLike] | NDArray[np.void] | _ArrowStream | _ArrowArray
_Ids: TypeAlias = Iterable[int] | NDArray[np.integer[Any]]
_TableName: TypeAlias = Literal["factions", "treaties", "fleets", "units", "weapons"]

@final
class Kernel:
    """A mirror of a campaign (factions, treaties, fleets, units, weapons), and the battles fought on it.

    Threads may share a kernel: calls wait for each other, with the interpreter released.

    >>> import multi_universe_core as muc
    >>> kernel = muc.Kernel(seed=42)
    >>> kernel.push(
    ...     factions={"name": ["Hegemony", "Synod"]},
    ...     treaties={"a": ["Hegemony"], "b": ["Synod"], "kind": ["war"]},
    ...     fleets={"id": [1, 2], "faction": ["Hegemony", "Synod"], "location": [7, 7]},
    ...     units={"id": [10, 11], "fleet": [1, 2], "max_hp": [900.0, 300.0]},
    ...     weapons={"unit": [10, 11], "slot": [0, 0], "range": [90.0, 90.0]},
    ... ).added["units"]
    2
    >>> kernel.units()["max_hp"]
    array([900., 300.])

    The examples of all other classes begin with this kernel.
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

        >>> kernel.push(units={"id": [11, 12], "fleet": [2, 2], "armor": [30.0, 10.0]}).changed["units"]
        1
        >>> kernel.units()["armor"], kernel.unit(11)["max_hp"]
        (array([ 0., 30., 10.]), 300.0)
        >>> kernel.push(units={"id": [13], "fleet": [9]})
        Traceback (most recent call last):
        multi_universe_core.PushError: push refused, nothing changed: units, column 'fleet', row 0: got 9,
        expected a fleet that is in the mirror or in the same push
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

        >>> kernel.remove(fleets=[2]).removed
        {'factions': 0, 'treaties': 0, 'fleets': 1, 'units': 1, 'weapons': 1}
        """
    def resolve(
        self,
        *,
        fleets: _Ids | None = None,
        location: int | None = None,
        defenders: Iterable[str] = (),
        max_rounds: int | None = None,
        seed: int | None = None,
        replica: int = 0,
        commit: bool = True,
        record: Literal["ledger", "events", "full"] | None = None,
        trace: str | PathLike[str] | None = None,
        trace_id: str | None = None,
    ) -> BattleReport:
        """Fight one whole battle and return its report.

        fleets, location: whose living units fight, either those of these fleets or those of all fleets at
            this location that are not in transit. Exactly one of the two is given.
        defenders: names of the factions that hold the ground in a stalemate.
        max_rounds: the round limit; None: the rules'.
        seed: 0 ... 2**64-1; None: from the kernel's seed and its count of battles. The report states it.
        replica: which run of `odds` with this seed to fight, for a look at it alone; 0 is the battle itself.
        commit: whether the mirror holds the aftermath: the dead are gone, the others as the battle left
            them. False leaves the mirror as it was.
        record: "ledger" writes down who did how much to whom, in the report's `ledger`; "events" also what
            happened and why, in `events`; "full" also every shot, and the battle round by round in `replay`,
            which can be saved, looked at, compared and fought again. The battle itself is the same. None
            keeps nothing.
        trace: a file for when each system ran, in Chrome's format, which Perfetto opens.
        trace_id: a mark of your own, which the report and its events carry.

        If no two of the factions are at war, the outcome is "no_conflict" and nothing changes. The
        interpreter is released during the battle. Ctrl-C raises KeyboardInterrupt within 100 ms and leaves
        the mirror as it was. Raises ResolveError if the battle cannot be started.

        >>> report = kernel.resolve(fleets=[1, 2], seed=7)
        >>> report.outcome, report.winner, report.rounds
        ('victory', 'Hegemony', 17)
        >>> [unit["id"] for unit in kernel.units()]
        [10]
        """
    def odds(
        self,
        *,
        fleets: _Ids | None = None,
        location: int | None = None,
        defenders: Iterable[str] = (),
        max_rounds: int | None = None,
        runs: int = 1000,
        confidence: float = 0.95,
        until: float | None = None,
        deadline: float | None = None,
        max_memory: int | None = None,
        seed: int | None = None,
        first: int = 0,
        threads: int | None = None,
        progress: bool | Callable[[int, int], object] | None = None,
        executor: Executor | None = None,
        trace: str | PathLike[str] | None = None,
        trace_id: str | None = None,
    ) -> Odds:
        """Fight a battle many times, and say how likely each faction is to win and what it will lose.

        The mirror stays as it was.

        fleets, location, defenders, max_rounds: the battle, as in `resolve`.
        runs: how many times at most. Run k of a seed is the same battle always and everywhere.
        confidence: the share of intervals that hold the truth.
        until: stop as soon as every probability's interval is narrower than this; looked at after fixed
            numbers of runs, so that equal requests stop at the same run on every machine.
        deadline: seconds after which no further run is begun. The odds are then `partial`.
        max_memory: bytes for samples and worlds; fewer battles side by side, then fewer threads, then
            OddsError.
        seed: 0 ... 2**64-1; None: that of the next battle.
        first: the number of the first run: shards of one request are merged by `Odds.merge`.
        threads: None: the environment's MUC_THREADS, else all processors, in a pool's worker one.
        progress: True for a bar (tqdm), or a callable `f(done, total)`, called about 40 times a second.
        executor: any `concurrent.futures.Executor`; the runs are cut into shards by number and the result
            is the same, bit for bit.
        trace: a file for when each system ran, and each run, thread by thread, in Chrome's format, which
            Perfetto opens; not with an executor.
        trace_id: a mark of your own, which the odds carry.

        Runs leave no events behind: `resolve(seed=..., replica=k, record=...)` fights run k alone and writes
        it down.

        The interpreter is released meanwhile. Ctrl-C raises KeyboardInterrupt within 100 ms; the exception's
        `partial` holds the odds of what was done, or None. Raises OddsError, ResolveError.

        >>> odds = kernel.odds(fleets=[1, 2], runs=500)
        >>> odds.runs, int(odds.table["wins"].sum()) + odds.draws
        (500, 500)
        """
    def snapshot(self) -> bytes:
        """The kernel as bytes: its content, rules, seed, threads and count of battles.

        The format has a version and a checksum, and is the same on every platform. Kernels can also be
        pickled, and copied with the module copy; a copy is independent.

        >>> again = muc.Kernel.restore(kernel.snapshot())
        >>> again.digest() == kernel.digest()
        True
        """
    @staticmethod
    def restore(snapshot: bytes) -> Kernel:
        """A new kernel from the bytes of `snapshot()`: it has the same digest and fights the same battles.

        Raises SnapshotError if the bytes are damaged, foreign or of a newer version.
        """
    def __copy__(self) -> Kernel: ...
    def __deepcopy__(self, memo: object) -> Kernel: ...
    def compare(self, changes: Mapping[str, Mapping[str, Any]], **options: Any) -> OddsComparison:
        """What if: the odds of variants of a battle against those of the battle as it is, by the same rolls.

        changes: a mapping from names to changes. A change is a mapping of what would be pushed
            (`{"units": {...}}`, with the tables of `push`), of what would be removed
            (`"remove": {"units": [...]}`) and of what would be different about the battle
            (`"battle": {"fleets": [...]}`, `"defenders"`, `"max_rounds"`).
        options: the battle, and how often, as in `odds`.

        Units that both variants have roll the same, so that most of the chance cancels in the differences.
        The mirror stays as it was. Raises OddsError, ResolveError, PushError, RemoveError.

        >>> changes = {"armour": {"units": {"id": [11], "armor": [60.0]}}}
        >>> table = kernel.compare(changes, fleets=[1, 2], runs=200).table
        >>> table.row(1)["name"], table.row(1)["difference"] > 0
        ('Synod', True)
        """
    def sensitivity(
        self,
        faction: str,
        *,
        types: Mapping[str, Iterable[int]] | None = None,
        columns: Iterable[str] | None = None,
        step: float = 0.1,
        **options: Any,
    ) -> Table:
        """Which units and columns move a faction's chance to win most, for what they cost.

        faction: whose chance.
        types: a mapping from names to ids of units; None: the faction's fleets.
        columns: number columns of units, each of which is raised by `step` (a share: 0.1 is a tenth),
            alone; None: max_hp, max_shield (hp and shield with them), armor, bs, md, speed, damage_mult.
        options: the battle, and how often, as in `odds`.

        A row per type and column, the largest effect per cost first: type, column, units, cost, difference
        (of the probability), low, high, per_cost: the difference over step times the cost of the type.
        """
    def _next_seed(self) -> int:
        """The seed of the next battle that is given none."""
    def resolve_turn(
        self,
        *,
        locations: _Ids | None = None,
        defenders: Iterable[str] = (),
        max_rounds: int | None = None,
        seed: int | None = None,
        commit: bool = True,
        record: Literal["ledger", "events", "full"] | None = None,
        threads: int | None = None,
        trace: str | PathLike[str] | None = None,
        trace_id: str | None = None,
    ) -> TurnReport:
        """Fight the battles of all contested places at once.

        A place is contested if fleets there, not in transit, are of factions at war.

        locations: the places; None: all contested ones.
        defenders, max_rounds, commit: as in `resolve`, for every battle.
        seed: the turn's; None: that of the next battle. A place's battle has a seed of its own from this
            and the place, so that no battle depends on where else there are any.
        record: as in `resolve`, for every battle: each report then has its ledger, events or replay.
        threads: None: the environment's MUC_THREADS, else all processors. No report depends on them.
        trace: a file for when each system ran, battle by battle and thread by thread, in Chrome's format,
            which Perfetto opens.
        trace_id: a mark of your own, which all reports carry.

        The result is a dict from place to BattleReport, and has combined tables with the place in a column
        `location`. A battle that cannot be fought is in its `errors` and does not keep the others from
        theirs. What the battles changed is written to the mirror in the order of places, when all were
        fought. Ctrl-C leaves the mirror as it was. Raises ResolveError.

        >>> turn = kernel.resolve_turn()
        >>> {place: report.outcome for place, report in turn.items()}, turn.errors
        ({7: 'victory'}, {})
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
    def strengths(self, *, fleets: _Ids | None = None) -> Table:
        """The strength of the units of these fleets, or of all units, as they are now: unit, fleet, strength.

        max(1, trunc(power * hp/max_hp * (ma + md + damage)/150)), power = power_rating or a tenth of the
        cost. Raises UnknownKeyError for an unknown fleet.
        """
    @property
    def distances(self) -> Distances:
        """Distances between the units of the mirror."""
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
class PushSummary:
    """What a push did.

    >>> summary = kernel.push(units={"id": [11, 12], "fleet": [2, 2]})
    >>> summary.added["units"], summary.changed["units"]
    (1, 1)
    """

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
    """What a removal did.

    >>> kernel.remove(units=[11]).removed["weapons"]
    1
    """

    __hash__: ClassVar[None]  # type: ignore[assignment]

    @property
    def removed(self) -> dict[_TableName, int]:
        """Rows gone, by table; those that went with their owner are included."""
    def __eq__(self, other: object, /) -> bool: ...
