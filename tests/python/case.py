"""A battle that both engines can fight: rows that name the columns they give, and how it is fought."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import multi_universe_core as muc
import reference

Row = dict[str, Any]
# Where battles are that are not read from a file.
HERE = 7


@dataclass(frozen=True)
class Case:
    """A battle: all rows, the rules that are not as in the book, and what is said when it is fought."""

    seed: int = 0
    location: int = HERE
    max_rounds: int | None = None
    rules: dict[str, Any] = field(default_factory=dict)
    defenders: list[str] = field(default_factory=list)
    factions: list[Row] = field(default_factory=list)
    treaties: list[Row] = field(default_factory=list)
    fleets: list[Row] = field(default_factory=list)
    units: list[Row] = field(default_factory=list)
    weapons: list[Row] = field(default_factory=list)

    def tables(self) -> dict[str, list[Row]]:
        """The rows by table."""
        return {
            "factions": self.factions,
            "treaties": self.treaties,
            "fleets": self.fleets,
            "units": self.units,
            "weapons": self.weapons,
        }

    def kernel(self) -> muc.Kernel:
        """A kernel that holds the rows, pushed table by table and in groups of rows with the same columns."""
        kernel = muc.Kernel(seed=self.seed, rules=muc.Rules(**self.rules))
        for name, rows in self.tables().items():
            for group in _alike(rows):
                kernel.push(**{name: {column: [row[column] for row in group] for column in group[0]}})
        return kernel

    def fought_by_the_kernel(self) -> muc.BattleReport:
        """The kernel's report."""
        return self.kernel().resolve(
            location=self.location, defenders=self.defenders, max_rounds=self.max_rounds, seed=self.seed
        )

    def fought_by_the_reference(self, replica: int = 0) -> reference.Report:
        """The reference's report."""
        return reference.resolve(
            reference.Campaign.of(**self.tables()),
            location=self.location,
            seed=self.seed,
            rules=reference.Rules(**self.rules),
            defenders=self.defenders,
            max_rounds=self.max_rounds,
            replica=replica,
        )

    def but(self, **changes: Any) -> "Case":
        """This battle with something changed."""
        return replace(self, **changes)

    def save(self, path: Path) -> None:
        """Writes the battle as a scenario: without the fleets elsewhere, since a file has one place."""
        kernel = self.kernel()
        fleets = kernel.fleets()
        kernel.remove(fleets=fleets["id"][fleets["location"] != self.location])
        muc.Scenario.from_kernel(kernel).save(path)
        # A kernel knows neither of these: they belong to the call.
        lines = [f"defenders = {self.defenders!r}"] if self.defenders else []
        lines += [f"max_rounds = {self.max_rounds}"] if self.max_rounds else []
        path.write_text(path.read_text().replace("[scenario]\n", "\n".join(["[scenario]", *lines, ""]), 1))


def _alike(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows in groups with the same columns."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(row)
    return list(groups.values())
