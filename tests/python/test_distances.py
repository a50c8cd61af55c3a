"""Distances between points against scipy and against sums written out: equal to the last bit."""

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist, pdist

import multi_universe_core as muc

Floats = NDArray[Any]


def spreads(dimensions: int) -> dict[str, Floats]:
    """Points spread evenly, in clumps, on a grid full of ties, on a line, all in one place, and few."""
    rng = np.random.default_rng(dimensions)
    shape = (700, dimensions)
    line = np.ones(shape)
    line[:, 0] = rng.uniform(-50, 50, 700)
    return {
        "even": rng.uniform(-100, 100, shape),
        "clumps": rng.integers(0, 5, (700, 1)) * 40.0 + rng.normal(0, 0.01, shape),
        "grid": rng.integers(0, 9, shape).astype(float),
        "line": line,
        "one place": np.full(shape, 2.5),
        "three": rng.uniform(0, 1, (3, dimensions)),
    }


CASES = [(spread, dimensions) for dimensions in (2, 3) for spread in spreads(2)]


def squares(places: Floats, points: Floats) -> Floats:
    """Squared distances, added up axis by axis in the precision of the points."""
    gaps = places[:, None, :] - points[None, :, :]
    total = gaps[..., 0] * gaps[..., 0]
    for axis in range(1, points.shape[1]):
        total = total + gaps[..., axis] * gaps[..., axis]
    return total


def ranked(places: Floats, points: Floats, *, among: bool) -> tuple[NDArray[np.int64], Floats]:
    """All points for each place: by squared distance, then number; `among`: without the place itself."""
    total = squares(places, points)
    order = np.argsort(total, axis=1, kind="stable")
    if among:
        order = order[order != np.arange(len(points))[:, None]].reshape(len(points), -1)
    return order, np.sqrt(np.take_along_axis(total, order, axis=1))


@pytest.mark.parametrize(("spread", "dimensions"), CASES)
def test_all_pairs_are_scipys_to_the_last_bit(spread: str, dimensions: int) -> None:
    points = spreads(dimensions)[spread]
    others = points[::3] * 0.7 + 1
    calculator = muc.DistanceCalculator(points)
    assert (muc.calculate_distances(points) == cdist(points, points)).all()
    assert (calculator.pairwise() == cdist(points, points)).all()
    assert (calculator.condensed() == pdist(points)).all()
    assert (calculator.cross(others) == cdist(others, points)).all()
    assert (muc.DistanceCalculator().cross(others, points) == cdist(others, points)).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("spread", "dimensions"), CASES)
def test_neighbours_are_those_of_a_full_search_and_ties_go_to_the_lower_number(
    spread: str, dimensions: int, dtype: type
) -> None:
    points = spreads(dimensions)[spread].astype(dtype)
    places = (points[::2] * dtype(1.3)).astype(dtype)
    calculator = muc.DistanceCalculator(points)
    for given in (None, places):
        order, distances = ranked(points if given is None else given, points, among=given is None)
        for k in (1, 5):
            found = calculator.k_nearest(k, given)
            rows = min(k, order.shape[1])
            assert (found[0][:, :rows] == order[:, :rows]).all()
            assert (found[1][:, :rows] == distances[:, :rows]).all() and found[1].dtype == dtype
            assert (found[0][:, rows:] == -1).all() and np.isinf(found[1][:, rows:]).all()
        near = calculator.nearest(given)
        assert (near[0] == order[:, 0]).all() and (near[1] == distances[:, 0]).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("radius", [0.0, 0.02, 1.0, 30.0, 1e39])
@pytest.mark.parametrize(("spread", "dimensions"), CASES)
def test_who_is_within_a_radius_is_within_it_by_distance(
    spread: str, dimensions: int, radius: float, dtype: type
) -> None:
    points = spreads(dimensions)[spread].astype(dtype)
    places = (points[::2] * dtype(1.3)).astype(dtype)
    calculator = muc.DistanceCalculator(points)
    for given in (None, places):
        distances = np.sqrt(squares(points if given is None else given, points))
        inside = distances <= (dtype(radius) if radius < 1e38 else np.finfo(dtype).max)
        if given is None:
            np.fill_diagonal(inside, False)
        starts, numbers, found = calculator.within(radius, given)
        place, number = np.nonzero(inside)
        assert (np.diff(starts) == inside.sum(axis=1)).all() and starts[0] == 0
        assert (numbers == number).all() and (found == distances[place, number]).all()


def test_a_tree_of_scipy_finds_the_same_neighbours() -> None:
    points = np.random.default_rng(5).uniform(0, 100, (4000, 3))
    distances, numbers = cKDTree(points).query(points, 4)
    found = muc.DistanceCalculator(points).k_nearest(3)
    assert (found[0] == numbers[:, 1:]).all() and (found[1] == distances[:, 1:]).all()


def test_far_places_find_what_single_precision_rounds_to_the_radius() -> None:
    """The distance of (-1e6, 0) from 0.03 is 1e6 in float32; a search by exact sums would leave it out."""
    points = np.array([[0.03, 0.0], [0.5, 0.0], [0.9, 0.9]], dtype=np.float32)
    place = np.array([[-1e6, 0.0]], dtype=np.float32)
    assert muc.DistanceCalculator(points).within(1e6, place)[1].tolist() == [0]


def test_extreme_coordinates_overflow_as_sums_do_and_hang_nothing() -> None:
    for coordinates in ([[1e300, 0], [-1e300, 1], [2, 2.0]], [[5e-324, 0], [0, 0], [1e-170, 0]]):
        points = np.array(coordinates)
        with np.errstate(over="ignore"):
            order, distances = ranked(points, points, among=True)
        found = muc.DistanceCalculator(points).k_nearest(2)
        assert (found[0] == order).all() and (found[1] == distances).all()
        assert len(muc.DistanceCalculator(points).within(1.5e300)[1]) == (np.isfinite(distances)).sum()


LAYOUTS = {
    "fortran": np.asfortranarray,
    "every second row": lambda points: np.repeat(points, 2, axis=0)[::2],
    "backwards": lambda points: points[::-1][::-1].copy()[::-1][::-1],
    "columns of a wider array": lambda points: np.hstack([points, points])[:, : points.shape[1]],
    "backwards columns": lambda points: points[:, ::-1].copy()[:, ::-1],
    "other byte order": lambda points: points.astype(">f8"),
    "not aligned": lambda points: (
        np.frombuffer(b"x" + points.tobytes(), offset=1, dtype=np.uint8).view("f8").reshape(points.shape)
    ),
    "read-only": lambda points: np.frombuffer(points.tobytes()).reshape(points.shape),
    "a list": lambda points: points.tolist(),
    "fields of a record": lambda points: np.array(
        [(7, tuple(row)) for row in points], dtype=[("id", "i1"), ("at", "f8", 3)]
    )["at"],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout_means_the_same_points(layout: str) -> None:
    points = spreads(3)["even"][:50]
    assert (muc.calculate_distances(LAYOUTS[layout](points)) == cdist(points, points)).all()


@pytest.mark.parametrize("dtype", ["i1", "u2", "i4", "i8", "u8", "f2", "f4", "f8", "g"])
def test_any_numbers_will_do(dtype: str) -> None:
    points = spreads(2)["grid"].astype(dtype)
    distances = muc.DistanceCalculator(points).pairwise()
    assert distances.dtype == (np.float32 if dtype in ("f2", "f4") else np.float64)
    assert np.allclose(distances, cdist(points.astype(float), points.astype(float)), rtol=1e-6)
    assert muc.calculate_distances(points).dtype == np.float64


def test_out_is_filled_and_returned_whatever_its_layout() -> None:
    points, others = spreads(2)["even"], spreads(2)["clumps"][:90]
    expected = cdist(others, points)
    calculator = muc.DistanceCalculator(points)
    outs = [
        np.empty((90, 700)),
        np.empty((700, 90)).T,
        np.empty((180, 1400))[::2, ::2],
        np.empty((90, 700))[::-1],
        np.empty(90 * 700 * 8 + 1, dtype=np.uint8)[1:].view("f8").reshape(90, 700),
    ]
    for out in outs:
        out[:] = -1
        assert calculator.cross(others, out=out) is out
        assert (out == expected).all()
    flat = np.empty(700 * 699 // 2)
    assert calculator.condensed(out=flat) is flat and (flat == pdist(points)).all()


def test_an_out_that_does_not_fit_is_refused_and_left_alone() -> None:
    points = spreads(2)["even"][:10]
    frozen = np.full((10, 10), 7.0)
    frozen.flags.writeable = False
    wanted = r"out: got .*, expected a writable float64 array of shape \(10, 10\)"
    for out in (np.full((10, 9), 7.0), np.full((10, 10), 7, np.float32), np.full(100, 7.0), frozen, [[7.0]]):
        with pytest.raises(muc.InputError, match=wanted):
            muc.calculate_distances(points, out=out)
        assert (np.asarray(out) == 7).all()


def test_no_points_are_no_error() -> None:
    for empty in ([], np.empty((0, 2)), np.empty((0, 3), np.float32)):
        calculator = muc.DistanceCalculator(empty)
        assert len(calculator) == 0
        assert calculator.pairwise().shape == (0, 0) and calculator.condensed().shape == (0,)
        assert calculator.nearest()[0].shape == (0,) and calculator.k_nearest(3)[1].shape == (0, 3)
        assert [len(part) for part in calculator.within(1)] == [1, 0, 0]
    nobody = muc.DistanceCalculator(np.empty((0, 2)))
    assert nobody.nearest([[1, 2]])[0].tolist() == [-1] and np.isinf(nobody.nearest([[1, 2]])[1]).all()
    assert muc.DistanceCalculator([[1, 2]]).condensed().shape == (0,)


class OnHost:
    """Another library's array in main memory."""

    def __init__(self, points: Floats) -> None:
        self.points = points

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.points.__dlpack_device__()

    def __dlpack__(self, **options: Any) -> Any:
        return self.points.__dlpack__(**options)


class OnGpu:
    """An array on a GPU, as CuPy and PyTorch present it."""

    def __dlpack_device__(self) -> tuple[int, int]:
        return 2, 1

    def __dlpack__(self, **options: Any) -> Any:
        raise AssertionError("asked for memory that cannot be read")

    __array__ = __dlpack__


class Cuda:
    """An array on a GPU, as Numba presents it."""

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return {"shape": (4, 2), "typestr": "<f8", "data": (1, False), "version": 3}


def test_arrays_of_other_libraries_are_taken_in_main_memory_and_refused_on_a_gpu() -> None:
    points = spreads(2)["even"]
    assert (muc.calculate_distances(OnHost(points)) == cdist(points, points)).all()
    gpu = r"in main memory: call \.get\(\) \(CuPy\), \.cpu\(\)\.numpy\(\) \(PyTorch\)"
    with pytest.raises(muc.InputError, match=rf"positions: got an OnGpu on a GPU \(DLPack device 2.*{gpu}"):
        muc.calculate_distances(OnGpu())
    with pytest.raises(muc.InputError, match=rf"positions: got a Cuda on a GPU .*{gpu}"):
        muc.DistanceCalculator(Cuda())


REFUSED: dict[str, tuple[Any, str]] = {
    "one column": (np.ones((4, 1)), r"of shape \[4, 1\], expected an array of shape \(n, 2\) or \(n, 3\)"),
    "four columns": (np.ones((4, 4)), r"of shape \[4, 4\]"),
    "no rows to speak of": (np.ones(4), r"of shape \[4\]"),
    "a number": (3.0, r"a float of shape \[\]"),
    "None": (None, "positions: got "),
    "texts": ([["a", "b"]], "expected numbers"),
    "complex numbers": (np.ones((2, 2), complex), "ndarray of complex128, expected numbers"),
    "truth values": (np.ones((2, 2), bool), "ndarray of bool, expected numbers"),
    "objects": (np.ones((2, 2), object), "ndarray of object, expected numbers"),
    "ragged": ([[1, 2], [3]], "that NumPy makes no array of"),
    "not a number": ([[1, 2], [3, float("nan")]], r"positions, row 1: got \[3\.0, NaN\], expected finite"),
    "infinite": ([[1, 2, float("-inf")]], r"positions, row 0: got .*expected finite coordinates"),
    "a mask": (np.ma.masked_invalid([[1, np.nan]]), "a masked array"),
    "too many": (np.broadcast_to(np.zeros((1, 2)), (2**31 + 1, 2)), "2147483649 points, expected at most"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_points_is_refused_with_a_sentence(what: str) -> None:
    given, message = REFUSED[what]
    if what != "None":
        with pytest.raises(muc.InputError, match=message):
            muc.DistanceCalculator(given)
    with pytest.raises(muc.InputError, match=message):
        muc.calculate_distances(given)


def test_what_cannot_be_asked_is_refused() -> None:
    calculator = muc.DistanceCalculator([[0.0, 0.0], [1.0, 1.0]])
    for k in (0, -1, 2**40):
        with pytest.raises(muc.InputError, match=f"k: got {k}, expected a whole number from 1"):
            calculator.k_nearest(k)
    for radius in (-1.0, float("nan"), float("inf")):
        with pytest.raises(muc.InputError, match=r"radius: got .*, expected a finite number, at least 0"):
            calculator.within(radius)
    with pytest.raises(muc.InputError, match="places: got points of 3 coordinates, expected 2"):
        calculator.nearest([[1, 2, 3]])
    with pytest.raises(muc.InputError, match="positions: got nothing"):
        muc.DistanceCalculator().pairwise()


def test_a_result_without_memory_for_it_is_an_exception_and_not_the_end() -> None:
    # More than any system can address: 288 TB.
    many = np.zeros((6_000_000, 2))
    with pytest.raises(MemoryError):
        muc.calculate_distances(many)
    with pytest.raises(MemoryError):
        muc.DistanceCalculator(many).k_nearest(2**20)


DIGEST = """
import hashlib, numpy as np, multi_universe_core as muc
rng = np.random.default_rng(3)
bits = hashlib.sha256()
for dimensions in (2, 3):
    for dtype in (np.float64, np.float32):
        points = rng.uniform(-99, 99, (900, dimensions)).astype(dtype)
        calculator = muc.DistanceCalculator(points)
        parts = [calculator.pairwise(), calculator.condensed(), calculator.cross(points[::2])]
        parts += [*calculator.nearest(), *calculator.k_nearest(4, points[::3]), *calculator.within(9)]
        for part in parts:
            bits.update(part.tobytes())
print(muc.cpu_features()["in_use"], bits.hexdigest())
"""


def test_every_level_of_instructions_and_number_of_threads_gives_the_same_bits() -> None:
    levels = muc.cpu_features()["available"]
    # Where processors can be taken away, one thread is all there is.
    alone = ["import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])"]
    results = []
    for level in levels:
        for before in ["", *(alone if hasattr(os, "sched_setaffinity") else [])]:
            command = [sys.executable, "-c", before + DIGEST]
            environment = os.environ | {"MUC_SIMD": level}
            run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            used, digest = run.stdout.split()
            assert used == level
            results.append(digest)
    assert len(set(results)) == 1, results


def test_a_level_that_there_is_not_is_named() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import multi_universe_core as muc; muc.cpu_features()"],
        env=os.environ | {"MUC_SIMD": "mmx"},
        capture_output=True,
        text=True,
    )
    assert "InputError" in run.stderr and "MUC_SIMD: got 'mmx', expected one of baseline" in run.stderr
