"""Types of the compiled function `resolve_shooting_batch`."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike, NDArray

from ._kernel import _TableLike
from ._rules import Rules
from ._table import Table

def resolve_shooting_batch(
    columns: _TableLike | Mapping[str, ArrayLike | float],
    *,
    seed: int,
    rules: Rules | None = None,
    volley_size: int | None = None,
    out: Mapping[str, NDArray[Any]] | None = None,
) -> Table:
    """Fire a batch of shots, by the rules of a battle's volley: a row is a weapon that fires at a target.

    columns: a table (a dict of columns, a NumPy structured array, an Arrow table of any library). In a dict
        a single number or truth value holds for all rows. Columns (default):
        bs (50), md (50), distance (0), attacks (1), strength (4), ap (0), damage_dice (1), armor (0),
        invuln (7: none), cover (False), fortress (False), ground (False), suppressed (False),
        accuracy_mult (1), damage_mult (1), ap_bonus (0).
        md, armor, invuln, cover and fortress are the target's, all others the shooter's. Skills are in
        percent, distances in tiles.
    seed: 0 ... 2**64-1. Row i's rolls depend on (seed, i) alone.
    rules: the rules in force; None: the rule book as it stands.
    volley_size: weapons that fire in this volley (R-SHOOT-2's n); None: the number of rows.
    out: a dict of arrays that the results are written to as well: any of hits and crits (int64), damage and
        p_hit (float64), each of shape (rows,). On an error they are as they were.

    Returns a table with a row per shot: hits, crits, damage (points, before shield and hull), p_hit (chance
    of each attack). Large batches use all processors; no result depends on their number.
    The memory of the last two results, of at most 32 MiB each, stays with the process for the next ones,
    once nobody holds a table or array of theirs.

    Raises InputError, which names column, row, value and what was expected.

    >>> import multi_universe_core as muc
    >>> shots = muc.resolve_shooting_batch({"bs": [50, 70], "attacks": 2, "armor": 20}, seed=1)
    >>> shots.columns, len(shots)
    (['hits', 'crits', 'damage', 'p_hit'], 2)
    """
