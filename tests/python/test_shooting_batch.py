"""A batch of shots against its Python twin: the rule book's formulas, one row at a time."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
import pytest

import multi_universe_core as muc

DEFAULTS: dict[str, Any] = {
    "bs": 50, "md": 50, "distance": 0, "attacks": 1, "strength": 4, "ap": 0, "damage_dice": 1, "armor": 0,
    "invuln": 7, "cover": False, "fortress": False, "ground": False, "suppressed": False,
    "accuracy_mult": 1, "damage_mult": 1, "ap_bonus": 0,
}  # fmt: skip
FLAGS = {"cover", "fortress", "ground", "suppressed"}


def chances(shot: Mapping[str, Any], volley: int) -> tuple[float, float]:
    """R-SHOOT-2, R-SHOOT-3: the chance that an attack hits, and that a hit is a crit."""
    skill = shot["bs"] + 5
    skill += math.trunc((shot["accuracy_mult"] - 1) * 100)
    skill -= 10 if shot["distance"] > 50 else 0
    skill -= 10 if shot["suppressed"] else 0
    skill = max(15, skill)
    hit = (skill / 100 + min(0.20, volley / 1000)) * (1 - 0.5 * shot["md"] / 100)
    return min(0.95, max(0.05, hit)), min(1, 5 / skill)


def damage(shot: Mapping[str, Any], hits: int, crits: int) -> float:
    """R-SHOOT-4: what so many hits and crits do."""
    save = 7 - shot["armor"] // 10 + (shot["ap"] + shot["ap_bonus"]) // 10 - (1 if shot["cover"] else 0)
    save = min(6, max(2, save))
    mitigation = min(0.95, max((6 - save) / 6, (6 - shot["invuln"]) / 6))
    per_hit = max(1, shot["strength"] * 10 * shot["damage_dice"] * shot["damage_mult"] * (1 - mitigation))
    dealt = (hits + 0.5 * crits) * per_hit
    return dealt * (0.5 if shot["fortress"] else 1) * (2.5 if shot["ground"] else 1)


def random_shots(rows: int, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {
        "bs": rng.uniform(0, 100, rows),
        "md": rng.integers(0, 100, rows),
        "distance": rng.uniform(0, 100, rows).astype(np.float32),
        "attacks": rng.integers(0, 7, rows) + rng.choice([0.0, 0.5], rows),
        "strength": rng.uniform(0, 12, rows),
        "ap": rng.uniform(0, 50, rows),
        "damage_dice": rng.uniform(0.5, 3, rows),
        "armor": rng.uniform(0, 80, rows),
        "invuln": rng.integers(2, 8, rows),
        "cover": rng.random(rows) < 0.5,
        "fortress": rng.random(rows) < 0.5,
        "ground": rng.random(rows) < 0.5,
        "suppressed": rng.random(rows) < 0.5,
        "accuracy_mult": rng.uniform(0.5, 2, rows),
        "damage_mult": rng.uniform(0.5, 2, rows),
        "ap_bonus": rng.uniform(-20, 20, rows),
    }


def test_chances_and_damage_are_those_of_the_twin() -> None:
    shots = random_shots(3000, 1)
    table = muc.resolve_shooting_batch(shots, seed=7, volley_size=60)
    assert table["hits"].sum() > 1000 and table["crits"].sum() > 100
    for row, result in enumerate(table):
        shot = {name: values[row].item() for name, values in shots.items()}
        assert result["p_hit"] == pytest.approx(chances(shot, 60)[0], rel=1e-14)
        assert result["damage"] == pytest.approx(damage(shot, result["hits"], result["crits"]), rel=1e-14)
        assert 0 <= result["crits"] <= result["hits"] <= math.ceil(shot["attacks"])


@pytest.mark.parametrize("attacks", [1, 3, 2.5, 20, 32, 33, 200])
def test_hits_and_crits_are_distributed_as_the_twin_says(attacks: float) -> None:
    """χ² of the pairs (hits, crits) against the exact probabilities, at one in a million."""
    rows = 40_000
    shot = DEFAULTS | {"bs": 60, "md": 20, "attacks": attacks}
    table = muc.resolve_shooting_batch(
        {"attacks": np.full(rows, float(attacks)), "bs": 60, "md": 20}, seed=int(attacks * 10), volley_size=10
    )
    p_hit, p_crit = chances(shot, 10)
    whole, fraction = math.floor(attacks), attacks - math.floor(attacks)

    def binomial(n: int, k: int, p: float) -> float:
        return math.comb(n, k) * p**k * (1 - p) ** (n - k) if k <= n else 0.0

    counts: dict[tuple[int, int], int] = {}
    for pair in zip(table["hits"].tolist(), table["crits"].tolist(), strict=True):
        counts[pair] = counts.get(pair, 0) + 1
    statistic, cells, expected_rest, counted_rest = 0.0, 0, float(rows), rows
    for hits in range(math.ceil(attacks) + 1):
        p = (1 - fraction) * binomial(whole, hits, p_hit) + fraction * binomial(whole + 1, hits, p_hit)
        for crits in range(hits + 1):
            expected = rows * p * binomial(hits, crits, p_crit)
            if expected >= 5:
                counted = counts.get((hits, crits), 0)
                statistic += (counted - expected) ** 2 / expected
                cells += 1
                expected_rest, counted_rest = expected_rest - expected, counted_rest - counted
    if expected_rest >= 5:
        statistic, cells = statistic + (counted_rest - expected_rest) ** 2 / expected_rest, cells + 1
    degrees = cells - 1
    # Wilson and Hilferty's approximation of the quantile of χ² at 1 - 1e-6.
    limit = degrees * (1 - 2 / (9 * degrees) + 4.753 * math.sqrt(2 / (9 * degrees))) ** 3
    assert statistic < limit, (statistic, limit, degrees)


def test_a_rows_rolls_depend_on_seed_and_row_alone() -> None:
    shots = random_shots(5000, 2)
    whole = muc.resolve_shooting_batch(shots, seed=3, volley_size=10)
    head = muc.resolve_shooting_batch({n: v[:777] for n, v in shots.items()}, seed=3, volley_size=10)
    assert all((head[name] == whole[name][:777]).all() for name in head.columns)
    other = muc.resolve_shooting_batch(shots, seed=4, volley_size=10)
    assert (other["hits"] != whole["hits"]).any()


def test_scalars_defaults_and_tables_of_other_libraries_are_the_same_batch() -> None:
    rows = 100
    spelt_out = {name: np.full(rows, value) for name, value in DEFAULTS.items()}
    expected = muc.resolve_shooting_batch(spelt_out, seed=5)
    assert muc.resolve_shooting_batch({"bs": np.full(rows, 50.0)}, seed=5) == expected
    assert muc.resolve_shooting_batch({"bs": [50] * rows, "md": 50, "cover": False}, seed=5) == expected
    assert muc.resolve_shooting_batch(pl.DataFrame(spelt_out), seed=5) == expected
    assert muc.resolve_shooting_batch({"bs": [50] * rows}, seed=5, volley_size=rows) == expected
    assert len(muc.resolve_shooting_batch({"bs": 50}, seed=5)) == 1
    assert len(muc.resolve_shooting_batch({"bs": []}, seed=5)) == 0


@pytest.mark.parametrize("rows", [100, 5000, 40_000])
def test_results_that_somebody_holds_stay_as_they_are(rows: int) -> None:
    shots = random_shots(rows, 4)
    fire = partial(muc.resolve_shooting_batch, shots, volley_size=10)
    expected = [
        {name: array.copy() for name, array in fire(seed=seed).to_numpy().items()} for seed in range(9)
    ]
    table, hits, damage_dealt = fire(seed=0), fire(seed=1)["hits"], fire(seed=2)["damage"][::7]
    frame, memory = pl.DataFrame(fire(seed=3)), memoryview(fire(seed=4)["p_hit"])
    for seed in range(5, 9):
        results = fire(seed=seed)
        assert all((results[name] == column).all() for name, column in expected[seed].items())
        del results
    assert all((table[name] == column).all() for name, column in expected[0].items())
    assert (hits == expected[1]["hits"]).all() and (damage_dealt == expected[2]["damage"][::7]).all()
    assert all((frame[name].to_numpy() == column).all() for name, column in expected[3].items())
    assert (np.asarray(memory) == expected[4]["p_hit"]).all()


def test_results_are_written_to_out_as_well() -> None:
    shots = random_shots(50, 3)
    hits, damage_dealt = np.zeros(50, np.int64), np.zeros(100)[::2]
    table = muc.resolve_shooting_batch(shots, seed=1, out={"hits": hits, "damage": damage_dealt})
    assert (hits == table["hits"]).all() and (damage_dealt == table["damage"]).all()


def test_what_is_wrong_is_named_and_out_is_as_it_was() -> None:
    out = {"hits": np.full(2, -1), "damage": np.full(3, -1.0)}
    cases: list[tuple[dict[str, Any], dict[str, Any], str]] = [
        ({"bs": [50, math.nan]}, {}, "shots, column 'bs', row 1: got NaN, expected a finite number"),
        ({"invuln": 8}, {}, "shots, column 'invuln': got 8, expected a finite number from 2 to 7"),
        ({"bs": [1, 2], "md": [1]}, {}, "column 'md': got 1 rows, expected 2 rows as in column 'bs'"),
        ({"bz": 50}, {}, "'bz': got an unknown column, expected a column of shots; did you mean 'bs'?"),
        ({"cover": [1.0]}, {}, "'cover': got float64 values, expected a one-dimensional column of booleans"),
        ({"bs": "good"}, {}, "column 'bs': got a single value (a str)"),
        ({"bs": [50, 50]}, {"volley_size": -1}, "volley_size: got -1, expected a whole number, at least 0"),
        ({"bs": [50, 50]}, {"out": out}, "out, column 'damage': got a ndarray, expected a writable float64"),
        ({"bs": [50, 50]}, {"out": {"hit": out["hits"]}}, "expected one of hits, crits, damage, p_hit"),
        ({"bs": [50, 50]}, {"out": 3}, "out: got an int, expected a dict of arrays"),
    ]
    for columns, options, message in cases:
        with pytest.raises(muc.InputError) as refusal:
            muc.resolve_shooting_batch(columns, **{"seed": 1, **options})
        assert message in str(refusal.value)
    with pytest.raises(ValueError, match="seed: got -1"):
        muc.resolve_shooting_batch({"bs": 50}, seed=-1)
    assert (out["hits"] == -1).all() and (out["damage"] == -1).all()


@pytest.mark.parametrize("step", [1, 2])
def test_a_flag_that_is_neither_true_nor_false_is_refused(step: int) -> None:
    bytes_of = np.zeros(100 * step, dtype=np.uint8)
    for row in (0, 99):
        flags = bytes_of.copy()
        flags[row * step] = 2
        with pytest.raises(muc.InputError, match="bytes other than 0 and 1"):
            muc.resolve_shooting_batch({"cover": flags.view(bool)[::step]}, seed=1)
    assert len(muc.resolve_shooting_batch({"cover": bytes_of.view(bool)[::step]}, seed=1)) == 100


def test_an_array_that_another_call_writes_to_is_refused() -> None:
    points = np.random.default_rng(0).random((2_000, 2))
    out = np.empty((len(points), len(points)))
    shots = {"bs": out.reshape(-1)[: len(points)], "md": np.full(len(points), 30.0)}
    measure = muc.DistanceCalculator()
    is_over = threading.Event()

    def write() -> None:
        while not is_over.is_set():
            measure.pairwise(points, out=out)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        end = time.monotonic() + 60
        with pytest.raises(muc.InputError, match="column 'bs': got an array that another call writes to"):
            while time.monotonic() < end:
                muc.resolve_shooting_batch(shots, seed=1)
    finally:
        is_over.set()
        writer.join()
    assert len(muc.resolve_shooting_batch(shots, seed=1)) == len(points)


def test_a_number_that_is_made_of_itself_is_refused() -> None:
    class Itself:
        ndim = 0

        def item(self) -> Any:
            return self

    with pytest.raises(muc.InputError, match=r"column 'bs': got .*Itself"):
        muc.resolve_shooting_batch({"bs": Itself()}, seed=1)


def test_an_array_that_changes_while_others_are_read_is_refused() -> None:
    held = np.arange(8_000.0)
    array = np.ndarray((1_000,), float, held)

    class Changes:
        ndim = 1

        def __array__(self, *_: Any, **__: Any) -> Any:
            array.dtype = np.int8
            return np.zeros(8_000)

    shots = {"strength": array, "distance": Changes(), "md": np.zeros(8_000)}
    with pytest.raises(muc.InputError, match="column 'strength': got an array that changed"):
        muc.resolve_shooting_batch(shots, seed=1)


def whole(rows: int) -> dict[str, Any]:
    """A batch in which all columns are arrays as they are needed."""
    rng = np.random.default_rng(rows)
    return {
        name: rng.random(rows) < 0.3 if name in FLAGS else rng.integers(2, 8, rows).astype(float)
        for name in DEFAULTS
    }


class Marked(str):
    """A text of a class of its own."""


@pytest.mark.parametrize("rows", [0, 1, 15, 16, 17, 100, 4096, 16_384, 20_001])
def test_a_dict_of_arrays_is_read_alike_however_it_is_made(rows: int) -> None:
    batch = whole(rows)
    wanted = muc.resolve_shooting_batch(MappingProxyType(batch), seed=5)
    assert rows < 100 or wanted["hits"].sum() > rows
    backwards = dict(reversed(batch.items()))
    gone = {"nothing": 1} | batch
    del gone["nothing"]
    ways = {
        "as it is": batch,
        "in another order": backwards,
        "and back": batch,
        "by other texts": {"".join(list(name)): column for name, column in batch.items()},
        "by texts of a class": {Marked(name): column for name, column in batch.items()},
        "with a hole": gone,
        "of whole numbers": batch | {"bs": batch["bs"].astype(np.int64)},
        "of every other item": batch | {"bs": np.repeat(batch["bs"], 2)[::2]},
        "in another order of bytes": batch | {"bs": batch["bs"].astype(">f8")},
        "of arrays of a class": {name: column.view(np.recarray) for name, column in batch.items()},
        "a dict of a class": OrderedDict(batch),
    }
    for way, columns in ways.items():
        assert muc.resolve_shooting_batch(columns, seed=5) == wanted, way
    some = {name: batch[name] for name in ("attacks", "bs", "cover")}
    filled = some | {name: np.full(rows, value) for name, value in DEFAULTS.items() if name not in some}
    filled = {name: column if name in FLAGS else column.astype(float) for name, column in filled.items()}
    assert muc.resolve_shooting_batch(some, seed=5) == muc.resolve_shooting_batch(filled, seed=5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"bs": np.array([50.0, np.nan, 50.0])},
        {"ap_bonus": np.array([0.0, 0.0, -1e7]), "attacks": np.array([-1.0, 1.0, 1.0])},
        {"md": np.ones(2)},
        {"speed": np.ones(3)},
        {"cover": np.ones(3)},
        {"armor": np.ones(3, dtype=bool)},
        {"fortress": np.array([0, 2, 1], dtype=np.uint8).view(bool)},
        {"bs": np.ones((3, 1))},
        {7: np.ones(3)},
    ],
)
def test_what_is_wrong_with_arrays_in_a_dict_is_named_as_of_any_mapping(wrong: dict[Any, Any]) -> None:
    batch = whole(3) | wrong
    with pytest.raises(muc.InputError) as named:
        muc.resolve_shooting_batch(batch, seed=5)
    with pytest.raises(muc.InputError) as wanted:
        muc.resolve_shooting_batch(MappingProxyType(batch), seed=5)
    assert str(named.value) == str(wanted.value)
    assert str(next(iter(wrong))) in str(named.value)
