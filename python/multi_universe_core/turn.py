"""What a turn leaves behind: a report per place, and combined tables."""

from collections.abc import Mapping
from html import escape
from os import PathLike
from typing import Literal

from ._core import BattleReport, KernelError, Table, turn_page

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
        profile: Table,
        seed: int,
        digest: str,
        trace_id: str | None,
    ) -> None:
        """What `Kernel.resolve_turn` makes of its battles."""
        super().__init__(reports)
        self.errors = dict(errors)
        """Battles that could not be fought: from place to exception. Nothing has changed there."""
        self.seed = seed
        """The turn's seed: with the same mirror and rules it gives the same turn."""
        self.digest = digest
        """The fingerprint of all battles, 32 hexadecimal digits."""
        self.trace_id = trace_id
        """The caller's own mark; None: none was given."""
        self.profile = profile
        """What each system cost, over all battles: columns as `BattleReport.profile`."""
        self._combined: dict[Kind, Table] = {}

    @property
    def units(self) -> Table:
        """The units of all battles: location, then the columns of `BattleReport.units`."""
        return self._all("units")

    @property
    def fleets(self) -> Table:
        """The fleets of all battles: location, then the columns of `BattleReport.fleets`."""
        return self._all("fleets")

    @property
    def factions(self) -> Table:
        """The factions in all battles: location, then the columns of `BattleReport.factions`."""
        return self._all("factions")

    @property
    def weapons(self) -> Table:
        """The weapons of all battles: location, then the columns of `BattleReport.weapons`."""
        return self._all("weapons")

    @property
    def timeline(self) -> Table:
        """The rounds of all battles: location, then the columns of `BattleReport.timeline`."""
        return self._all("timeline")

    def _all(self, kind: Kind) -> Table:
        # Made when they are first asked for: a turn of a thousand battles has a hundred thousand rows.
        if kind not in self._combined:
            self._combined[kind] = Table._of_places(list(self), [getattr(one, kind) for one in self.values()])
        return self._combined[kind]

    def to_html(self, path: str | PathLike[str] | None = None) -> str | None:
        """The turn as one HTML page that needs nothing else: what came of each place, curves, losses.

        path: where it is written; None: it is returned. Raises OSError if the file cannot be written.
        """
        return turn_page(dict(self), self.errors, self.seed, self.digest, path)

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.factions._repr_html_()}"

    def __repr__(self) -> str:
        """How many battles, and how many of them could not be fought."""
        failed = f", {len(self.errors)} that could not be fought" if self.errors else ""
        battles = f"{len(self)} battle{'' if len(self) == 1 else 's'}"
        return f"<TurnReport of {battles}{failed}; seed {self.seed}, digest {self.digest}>"
