"""What a turn leaves behind: a report per place, and combined tables."""

from collections.abc import Mapping
from typing import Literal

from ._core import BattleReport, KernelError, Table

Kind = Literal["units", "fleets", "factions", "weapons", "timeline"]


class TurnReport(dict[int, BattleReport]):
    """The battles of a turn: a dict from place to BattleReport, in the order of places.

    >>> turn = kernel.resolve_turn()
    >>> list(turn), turn.units.columns[:3]
    ([7], ['location', 'id', 'fleet'])
    """

    def __init__(
        self,
        reports: Mapping[int, BattleReport],
        errors: Mapping[int, KernelError],
        tables: Mapping[Kind, Table],
        seed: int,
        digest: str,
    ) -> None:
        """What `Kernel.resolve_turn` makes of its battles."""
        super().__init__(reports)
        self.errors = dict(errors)
        """Battles that could not be fought: from place to exception. Nothing has changed there."""
        self.seed = seed
        """The turn's seed: with the same mirror and rules it gives the same turn."""
        self.digest = digest
        """The fingerprint of all battles, 32 hexadecimal digits."""
        self._tables = dict(tables)

    @property
    def units(self) -> Table:
        """The units of all battles: location, then the columns of `BattleReport.units`."""
        return self._tables["units"]

    @property
    def fleets(self) -> Table:
        """The fleets of all battles: location, then the columns of `BattleReport.fleets`."""
        return self._tables["fleets"]

    @property
    def factions(self) -> Table:
        """The factions in all battles: location, then the columns of `BattleReport.factions`."""
        return self._tables["factions"]

    @property
    def weapons(self) -> Table:
        """The weapons of all battles: location, then the columns of `BattleReport.weapons`."""
        return self._tables["weapons"]

    @property
    def timeline(self) -> Table:
        """The rounds of all battles: location, then the columns of `BattleReport.timeline`."""
        return self._tables["timeline"]

    def __repr__(self) -> str:
        """How many battles, and how many of them could not be fought."""
        failed = f", {len(self.errors)} that could not be fought" if self.errors else ""
        battles = f"{len(self)} battle{'' if len(self) == 1 else 's'}"
        return f"<TurnReport of {battles}{failed}; seed {self.seed}, digest {self.digest}>"
