"""What if: variants of a battle, compared run by run with the same rolls."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._core import Kernel, Odds, Table, compare

Change = Mapping[str, Any]

# The columns whose effect is asked for if nobody says which.
USUAL_COLUMNS = ("max_hp", "max_shield", "armor", "bs", "md", "speed", "damage_mult")
_PUSHED = ("factions", "treaties", "fleets", "units", "weapons")


class OddsComparison:
    """Variants of a battle against the battle as it is.

    >>> change = {"battle": {"defenders": ["Synod"]}}
    >>> comparison = kernel.compare({"at home": change}, fleets=[1, 2], runs=100)
    >>> list(comparison.odds), comparison.table["variant"]
    (['base', 'at home'], array(['at home', 'at home'], dtype=object))
    """

    def __init__(self, odds: Mapping[str, Odds], table: Table) -> None:
        """What `Kernel.compare` makes of its runs."""
        self.odds = dict(odds)
        """The odds of each variant, and of the battle as it is under "base"."""
        self.table = table
        """A row per variant and faction.

        variant, name, base and probability (to win, as it is and changed), their difference with its
        paired interval low ... high, saving (how many times as many runs independent runs would need),
        lost_difference (units lost, changed minus as it is) with lost_low, lost_high and lost_saving, and
        runs.
        """

    def __repr__(self) -> str:
        """The table."""
        return f"<OddsComparison of {len(self.odds) - 1} variants>\n{self.table!r}"

    def _repr_html_(self) -> str:
        return self.table._repr_html_()


def run(kernel: Kernel, changes: Mapping[str, Change], options: dict[str, Any]) -> OddsComparison:
    """The comparison of `Kernel.compare`."""
    if not isinstance(changes, Mapping) or not changes:
        raise ValueError(
            f"changes: got {changes!r}, expected a mapping from names to changes, with at least one"
        )
    if "base" in changes:
        raise ValueError(
            "changes: got 'base', which is the name of the battle as it is; expected another name"
        )
    options = {"runs": 1000, **options}
    if options.get("seed") is None:
        # All variants have the rolls of one seed.
        options["seed"] = kernel._next_seed()
    variants = {name: _changed(kernel, name, change) for name, change in changes.items()}
    odds = {"base": kernel.odds(**options)}
    for name, (variant, battle) in variants.items():
        odds[name] = variant.odds(**{**options, **battle})
    return OddsComparison(odds, compare(odds["base"], [(name, odds[name]) for name in changes]))


def _changed(kernel: Kernel, name: str, change: Change) -> tuple[Kernel, dict[str, Any]]:
    """A copy of the kernel with a change, and what is different about the battle."""
    if not isinstance(change, Mapping):
        raise ValueError(f"changes, '{name}': got {change!r}, expected a mapping of tables")
    known = (*_PUSHED, "remove", "battle")
    unknown = [key for key in change if key not in known]
    if unknown:
        raise ValueError(f"changes, '{name}': got {unknown[0]!r}, expected one of {', '.join(known)}")
    variant = copy.copy(kernel)
    if "remove" in change:
        variant.remove(**change["remove"])
    pushed = {table: change[table] for table in _PUSHED if table in change}
    if pushed:
        variant.push(**pushed)
    return variant, dict(change.get("battle", {}))


def sensitivity(
    kernel: Kernel,
    faction: str,
    types: Mapping[str, Iterable[int]] | None,
    columns: Iterable[str],
    step: float,
    options: dict[str, Any],
) -> Table:
    """The table of `Kernel.sensitivity`."""
    if not 0 < abs(step) <= 10:
        raise ValueError(
            f"step: got {step!r}, expected a share other than 0, at most 10: 0.1 is a tenth more"
        )
    kernel.faction(faction)
    units = kernel.units().to_numpy()
    groups = _by_fleet(kernel, units, faction) if types is None else _by_name(units, types)
    columns = tuple(columns)
    changes: dict[str, Change] = {}
    for name, rows in groups.items():
        for column in columns:
            if column not in units or units[column].dtype != np.float64:
                raise ValueError(f"columns: got {column!r}, expected a number column of units")
            changed = {"id": units["id"][rows], column: units[column][rows] * (1 + step)}
            if column == "max_hp":
                changed["hp"] = units["hp"][rows] * (1 + step)
            if column == "max_shield":
                changed["shield"] = units["shield"][rows] * (1 + step)
            changes[f"{name}\n{column}"] = {"units": changed}
    table = run(kernel, changes, options).table.to_numpy()
    own = table["name"] == faction
    keys = [str(key).split("\n") for key in table["variant"][own]]
    costs = {name: float(units["cost"][rows].sum()) for name, rows in groups.items()}
    spent = np.array([abs(step) * costs[name] for name, _ in keys])
    difference = table["difference"][own]
    with np.errstate(divide="ignore", invalid="ignore"):
        per_cost = difference / spent
    order = np.argsort(-np.abs(per_cost), kind="stable")
    result = {
        "type": np.array([name for name, _ in keys], dtype=object)[order],
        "column": np.array([column for _, column in keys], dtype=object)[order],
        "units": np.array([len(groups[name]) for name, _ in keys])[order],
        "cost": np.array([costs[name] for name, _ in keys])[order],
        "difference": difference[order],
        "low": table["low"][own][order],
        "high": table["high"][own][order],
        "per_cost": per_cost[order],
    }
    return Table.of(result)


def _by_fleet(kernel: Kernel, units: dict[str, NDArray[Any]], faction: str) -> dict[str, NDArray[np.intp]]:
    """The rows of a faction's units, by fleet."""
    fleets = kernel.fleets().to_numpy()
    own = [int(id) for id, owner in zip(fleets["id"], fleets["faction"], strict=True) if owner == faction]
    groups = {f"fleet {id}": np.flatnonzero(units["fleet"] == id) for id in own}
    return {name: rows for name, rows in groups.items() if len(rows)}


def _by_name(
    units: dict[str, NDArray[Any]], types: Mapping[str, Iterable[int]]
) -> dict[str, NDArray[np.intp]]:
    """The rows of the units of each type."""
    place = {int(id): row for row, id in enumerate(units["id"])}
    groups: dict[str, NDArray[np.intp]] = {}
    for name, ids in types.items():
        ids = [int(id) for id in ids]
        unknown = [id for id in ids if id not in place]
        if unknown or not ids:
            got = f"unit {unknown[0]}, which is unknown" if unknown else "no units"
            raise ValueError(f"types, '{name}': got {got}, expected ids of units in the mirror")
        groups[name] = np.array([place[id] for id in ids], dtype=np.intp)
    return groups
