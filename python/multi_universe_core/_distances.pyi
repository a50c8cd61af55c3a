"""Types of the compiled classes `DistanceCalculator` and `Distances`, and of the functions beside them."""

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias, TypedDict, TypeVar, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._table import Table

class _Dlpack(Protocol):
    def __dlpack__(self, *, stream: Any = ...) -> Any: ...
    def __dlpack_device__(self) -> tuple[int, int]: ...

_Points: TypeAlias = ArrayLike | _Dlpack
_Floats: TypeAlias = NDArray[np.floating[Any]]
_Ids: TypeAlias = Iterable[int] | NDArray[np.integer[Any]]
_Out = TypeVar("_Out", bound=_Floats)

class _CpuFeatures(TypedDict):
    architecture: str
    available: list[str]
    in_use: str

def calculate_distances(positions: _Points, *, out: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """The distances of all points from each other: float64, shape (n, n).

    positions: shape (n, 2) or (n, 3), any numbers, any strides; arrays of other libraries in main memory by
        DLPack.
    out: a float64 array of shape (n, n) that is filled and returned: a large result in fresh memory takes
        twice as long.

    Raises InputError. Large results use all processors, with the interpreter released; no bit depends on
    that.

    >>> import multi_universe_core as muc
    >>> muc.calculate_distances([[0, 0], [3, 4]]).tolist()
    [[0.0, 5.0], [5.0, 0.0]]
    """

@final
class DistanceCalculator:
    """Distances, neighbours and ranges among points in a plane or in space.

    Numbers of points are int64; of points that are equally near the lower number comes first. Large work uses
    all processors, with the interpreter released; no bit depends on that. Everything raises InputError.

    >>> import multi_universe_core as muc
    >>> near = muc.DistanceCalculator([[0.0, 0.0], [10.0, 0.0], [11.0, 0.0]])
    >>> near.nearest()[0].tolist()
    [1, 2, 1]
    """
    def __new__(cls, positions: _Points | None = None) -> DistanceCalculator:
        """A calculator for these points.

        positions: the points, shape (n, 2) or (n, 3); None: each method is given its own. float32 points are
            worked with in float32 and give float32; all other numbers in float64.
        """
    def __len__(self) -> int:
        """How many points it holds."""
    def pairwise(self, positions: _Points | None = None, *, out: _Out | None = None) -> _Floats:
        """The distances of all points from each other, shape (n, n)."""
    def cross(self, a: _Points, b: _Points | None = None, *, out: _Out | None = None) -> _Floats:
        """From each point of `a` to each of `b` (None: the calculator's): shape (len(a), len(b))."""
    def condensed(self, positions: _Points | None = None, *, out: _Out | None = None) -> _Floats:
        """The distances of all pairs, each once, shape (n * (n - 1) / 2,).

        Of the first point to all later ones, of the second to all later ones, ...
        """
    def nearest(
        self, places: _Points | None = None, positions: _Points | None = None
    ) -> tuple[NDArray[np.int64], _Floats]:
        """The nearest point of each place: (numbers, distances), both of shape (places,).

        places: None: the points themselves, each without itself. Without any point the number is -1, the
            distance inf.
        """
    def k_nearest(
        self, k: int, places: _Points | None = None, positions: _Points | None = None
    ) -> tuple[NDArray[np.int64], _Floats]:
        """The k nearest points of each place, the nearest first: (numbers, distances), both (places, k).

        places: None: the points themselves, each without itself. Where there are fewer points, the numbers
            are -1 and the distances inf.
        """
    def within(
        self, radius: float, places: _Points | None = None, positions: _Points | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], _Floats]:
        """The points at most `radius` away from each place: (starts, numbers, distances).

        The points of place i are numbers[starts[i]:starts[i + 1]], in order of number; starts has shape
        (places + 1,). places: None: the points themselves, each without itself. radius: in the precision of
        the points. Every pair found takes memory: 1e5 points in reach of each other are 1e10 pairs.
        """

@final
class Distances:
    """Distances between the units of a kernel's mirror: `kernel.distances`.

    Meant are the units that are alive and have a position (x, y), of all fleets, or of these `fleets`, or of
    those at this `location` that are not in transit. Distances are in tiles, as the positions are. Of equally
    near units the one with the lower id is taken. Raises UnknownKeyError for an unknown fleet, InputError for
    anything else that is wrong.

    >>> import multi_universe_core as muc
    >>> kernel = muc.Kernel()
    >>> _ = kernel.push(
    ...     factions={"name": ["Hegemony", "Synod"]},
    ...     treaties={"a": ["Hegemony"], "b": ["Synod"], "kind": ["war"]},
    ...     fleets={"id": [1, 2], "faction": ["Hegemony", "Synod"]},
    ...     units={"id": [10, 20], "fleet": [1, 2], "x": [0.0, 3.0], "y": [0.0, 4.0]},
    ... )
    >>> kernel.distances.nearest_enemy().row(0)
    {'unit': 10, 'enemy': 20, 'distance': 5.0}
    """
    def pairwise(
        self, *, fleets: _Ids | None = None, location: int | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The distances of all units from each other: (matrix, ids).

        The matrix is float64 of shape (n, n); the units' ids have shape (n,) and are in order.
        """
    def nearest_enemy(self, *, fleets: _Ids | None = None, location: int | None = None) -> Table:
        """The nearest enemy (by treaty) of each unit that has one among these units: unit, enemy, distance.

        By unit.
        """
    def within(self, radius: float, *, fleets: _Ids | None = None, location: int | None = None) -> Table:
        """Whoever is at most `radius` tiles away from each unit: unit, other, distance.

        By unit, then other.
        """
    def k_nearest(self, k: int, *, fleets: _Ids | None = None, location: int | None = None) -> Table:
        """The k nearest units of each unit, friend or foe: unit, rank (from 1), other, distance.

        By unit, then rank. A unit has fewer rows where there are not so many others.
        """

def cpu_features() -> _CpuFeatures:
    """What this processor can do and what of it is used, found out at run time.

    Returns a dict: architecture ("x86_64", "aarch64", ...), available (the levels that run here, the lowest
    first: "baseline", "neon", "avx2", "avx512") and in_use (the highest, or the one that the environment's
    MUC_SIMD forces). Every level gives the same bits. Raises InputError if MUC_SIMD names no level that runs
    here.

    >>> import multi_universe_core as muc
    >>> muc.cpu_features()["available"][0]
    'baseline'
    """
