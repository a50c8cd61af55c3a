"""Types of the compiled classes `Replay` and `Comparison`."""

from os import PathLike
from typing import Literal, final

from ._rules import Rules
from ._table import Table

@final
class Replay:
    """A recorded battle: what went in, and every column that changed, round by round.

    `resolve(..., record="full").replay` is one, `Replay.load(path)` another.

    >>> replay = kernel.resolve(fleets=[1, 2], seed=7, record="full").replay
    >>> len(replay.frames) == 2 * replay.rounds, bool(replay.verify())
    (True, True)
    """
    @staticmethod
    def load(path: str | PathLike[str]) -> Replay:
        """Read a file (`.mucr`).

        Raises ReplayError if it is damaged, foreign or of a newer version, OSError if it cannot be read.
        """
    def save(self, path: str | PathLike[str]) -> None:
        """Write a file (`.mucr`), as a whole or not at all."""
    def verify(self) -> Comparison:
        """Fight the battle again, with what was recorded, and compare every round.

        The interpreter is released; Ctrl-C raises KeyboardInterrupt within 100 ms.
        """
    def diff(self, other: Replay, *, names: tuple[str, str] = ("A", "B")) -> Comparison:
        """Where this battle and another one part.

        names: what the two are called in the comparison's text.
        """
    @property
    def kernel_version(self) -> str:
        """The version of the kernel that recorded it."""
    @property
    def outcome(self) -> Literal["victory", "stalemate", "round_limit"]:
        """How it ended."""
    @property
    def winner(self) -> str | None:
        """The winning faction; None if there is none."""
    @property
    def rounds(self) -> int:
        """Rounds fought."""
    @property
    def seed(self) -> int:
        """The battle's seed."""
    @property
    def rules(self) -> Rules:
        """The rules that were in force."""
    @property
    def map_size(self) -> float:
        """Side of the map, in tiles."""
    @property
    def digest(self) -> str:
        """The fingerprint of all rounds: that of the report."""
    @property
    def digests(self) -> Table:
        """A row per round: round, digest (of the battle up to its end)."""
    @property
    def units(self) -> Table:
        """A row per unit, what of it does not change.

        id, fleet, faction, domain, max_hp, max_shield, cost.
        """
    @property
    def weapons(self) -> Table:
        """A row per weapon: unit, slot."""
    @property
    def frames(self) -> Table:
        """A row per round and unit, as they were at the round's end.

        round, unit, faction, status ("alive", "destroyed", "routing", "retreated", "reserve"), hp, shield, x,
        y, target (a unit's id; -1: none), suppression, fatigue, contact, melee_dealt, kills, damage_taken,
        killed_by, death_round (0: it lives).
        """
    @property
    def weapon_frames(self) -> Table:
        """A row per round and weapon, as they were at the round's end.

        round, unit, slot, hp, ready (the first round in which it may fire again), and, all rounds so far:
        shots, hits, crits, damage, overkill.
        """

@final
class Comparison:
    """Where two recorded battles part. True if they do not; as a text, all that differs first.

    >>> one, other = (
    ...     kernel.resolve(fleets=[1, 2], seed=seed, record="full", commit=False).replay for seed in (7, 8)
    ... )
    >>> difference = one.diff(other)
    >>> difference.equal, difference.inputs, difference.round
    (False, ['seed: 7 in A, 8 in B'], 1)
    """
    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
    def __bool__(self) -> bool: ...
    @property
    def inputs(self) -> list[str]:
        """The differences of what went in (seed, rules, tables), a sentence each."""
    @property
    def round(self) -> int | None:
        """The first round that differs, from 1; None if none does."""
    @property
    def phase(self) -> str | None:
        """The first phase of that round after which a column differs.

        None if only the digest or the end does.
        """
    @property
    def table(self) -> Literal["units", "weapons"] | None:
        """The table of the value that differs at the round's end."""
    @property
    def row(self) -> str | None:
        """Its row: "unit 11", "unit 11, slot 0"."""
    @property
    def column(self) -> str | None:
        """Its column."""
    @property
    def values(self) -> tuple[str, str] | None:
        """Both values, as text."""
