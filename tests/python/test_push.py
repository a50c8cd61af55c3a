"""What a push takes for a table: every kind gives the same mirror."""

from collections import OrderedDict
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from conftest import campaign

import multi_universe_core as muc

UNITS: dict[str, np.ndarray] = {
    "id": np.array([50, 51, 52], dtype=np.int64),
    "fleet": np.array([1, 2, 1], dtype=np.int64),
    "max_hp": np.array([100.5, 200.0, 50.25]),
    "x": np.array([1.0, np.nan, 3.0]),
    "cover": np.array([True, False, True]),
    "domain": np.array(["space", "ground", "space"]),
}


def structured(columns: dict[str, np.ndarray]) -> np.ndarray:
    array = np.zeros(len(columns["id"]), dtype=[(name, values.dtype) for name, values in columns.items()])
    for name, values in columns.items():
        array[name] = values
    return array


def polars_frame(columns: dict[str, np.ndarray]) -> Any:
    return pytest.importorskip("polars").DataFrame(columns)


def polars_chunks(columns: dict[str, np.ndarray]) -> Any:
    frame = polars_frame(columns)
    polars = pytest.importorskip("polars")
    return polars.concat([frame[:1], frame[1:1], frame[1:]], rechunk=False)


def polars_categorical(columns: dict[str, np.ndarray]) -> Any:
    polars = pytest.importorskip("polars")
    return polars_frame(columns).with_columns(polars.col("domain").cast(polars.Categorical))


def polars_null(columns: dict[str, np.ndarray]) -> Any:
    """In a column of floats a null is a NaN."""
    polars = pytest.importorskip("polars")
    return polars_frame(columns).with_columns(polars.col("x").fill_nan(None))


def pandas_frame(columns: dict[str, np.ndarray]) -> Any:
    pytest.importorskip("pyarrow")
    return pytest.importorskip("pandas").DataFrame(columns)


def pandas_filtered(columns: dict[str, np.ndarray]) -> Any:
    """Its index has gaps, which pandas hands over as a column of its own."""
    frame = pandas_frame({name: np.repeat(values, 2) for name, values in columns.items()})
    return frame[frame.index % 2 == 0]


def arrow_table(columns: dict[str, np.ndarray]) -> Any:
    return pytest.importorskip("pyarrow").table(columns)


def arrow_large_text(columns: dict[str, np.ndarray]) -> Any:
    arrow = pytest.importorskip("pyarrow")
    table = arrow_table(columns)
    domain = table["domain"].cast(arrow.large_string())
    return table.set_column(table.column_names.index("domain"), "domain", domain)


def arrow_dictionary(columns: dict[str, np.ndarray]) -> Any:
    table = arrow_table(columns)
    domain = table["domain"].dictionary_encode()
    return table.set_column(table.column_names.index("domain"), "domain", domain)


def arrow_batch(columns: dict[str, np.ndarray]) -> Any:
    """A record batch: `__arrow_c_array__` without `__arrow_c_stream__` around it."""
    arrow = pytest.importorskip("pyarrow")

    class Batch:
        def __arrow_c_array__(self, requested_schema: object = None) -> object:
            return arrow.record_batch(columns).__arrow_c_array__(requested_schema)

    return Batch()


def duckdb_relation(columns: dict[str, np.ndarray]) -> Any:
    duckdb = pytest.importorskip("duckdb")
    table = arrow_table(columns)
    return duckdb.from_arrow(table)


KINDS: list[Callable[[dict[str, np.ndarray]], Any]] = [
    dict,
    OrderedDict,
    MappingProxyType,
    structured,
    polars_frame,
    polars_chunks,
    polars_categorical,
    polars_null,
    pandas_frame,
    pandas_filtered,
    arrow_table,
    arrow_large_text,
    arrow_dictionary,
    arrow_batch,
    duckdb_relation,
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_table_gives_the_same_mirror(kernel: muc.Kernel, kind: Callable[..., Any]) -> None:
    expected = muc.Kernel(seed=42)
    expected.push(**campaign())
    expected.push(units={name: values.tolist() for name, values in UNITS.items()})

    summary = kernel.push(units=kind(UNITS))

    assert summary.added["units"] == 3
    assert kernel.units() == expected.units()
    assert kernel.digest() == expected.digest()


@pytest.mark.parametrize(
    "dtype",
    ["float64", "float32", ">f8", "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64"],
)
def test_numbers_of_every_width_are_read(kernel: muc.Kernel, dtype: str) -> None:
    kernel.push(units={"id": [10, 11], "xp": np.array([3, 4], dtype=dtype)})
    assert kernel.units()["xp"][:2].tolist() == [3.0, 4.0]


@pytest.mark.parametrize("dtype", ["int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64"])
def test_ids_of_every_width_are_read(kernel: muc.Kernel, dtype: str) -> None:
    kernel.push(units={"id": np.array([50, 51], dtype=dtype), "fleet": np.array([1, 2], dtype=dtype)})
    assert kernel.unit(51)["fleet"] == 2


@pytest.mark.parametrize(
    "arrow_type",
    [
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
        "float64",
    ],
)
def test_arrow_numbers_of_every_width_are_read(kernel: muc.Kernel, arrow_type: str) -> None:
    arrow = pytest.importorskip("pyarrow")
    values = arrow.array(np.array([3, 4]).astype(arrow_type))
    kernel.push(units=arrow.table({"id": [10, 11], "xp": values}))
    assert kernel.units()["xp"][:2].tolist() == [3.0, 4.0]


def strided(values: list[float]) -> np.ndarray:
    return np.repeat(np.array(values), 3)[::3]


def reversed_view(values: list[float]) -> np.ndarray:
    return np.array(values[::-1])[::-1]


def misaligned(values: list[float]) -> np.ndarray:
    return np.frombuffer(b"\0" + np.array(values).tobytes(), dtype=np.float64, offset=1)


def read_only(values: list[float]) -> np.ndarray:
    array = np.array(values)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    "layout", [strided, reversed_view, misaligned, read_only], ids=lambda layout: layout.__name__
)
def test_the_layout_of_an_array_does_not_matter(
    kernel: muc.Kernel, layout: Callable[..., np.ndarray]
) -> None:
    kernel.push(units={"id": [10, 11], "xp": layout([3.0, 4.0])})
    assert kernel.units()["xp"][:2].tolist() == [3.0, 4.0]


@pytest.mark.parametrize(
    "names",
    [
        ["kite", "hold"],
        ("kite", "hold"),
        np.array(["kite", "hold"]),
        np.array(["kite", "hold"], dtype=object),
        np.array(["kite", "hold"], dtype=np.dtypes.StringDType()),
        np.array(["kite", "x", "hold"])[::2],
    ],
    ids=["list", "tuple", "fixed width", "objects", "StringDType", "strided"],
)
def test_texts_of_every_kind_are_read(kernel: muc.Kernel, names: Any) -> None:
    kernel.push(factions={"name": ["Hegemony", "Synod"], "doctrine": names})
    assert kernel.faction("Hegemony")["doctrine"] == "kite"
    assert kernel.faction("Synod")["doctrine"] == "hold"


def test_names_beyond_ascii_are_read(kernel: muc.Kernel) -> None:
    kernel.push(factions={"name": ["Ångström", "星"]})
    assert kernel.faction("星")["name"] == "星"


def test_series_are_columns(kernel: muc.Kernel) -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    kernel.push(units={"id": pandas.Series([10, 11]), "xp": polars.Series([3.0, 4.0])})
    assert kernel.unit(11)["xp"] == 4.0


def test_a_table_of_ours_can_be_pushed_again(kernel: muc.Kernel) -> None:
    before = kernel.digest()
    summary = kernel.push(
        factions=kernel.factions(),
        treaties=kernel.treaties(),
        fleets=kernel.fleets(),
        units=kernel.units(),
        weapons=kernel.weapons(),
    )
    assert summary.changed == {"factions": 3, "treaties": 1, "fleets": 4, "units": 6, "weapons": 4}
    assert set(summary.added.values()) == {0}
    assert kernel.digest() == before


def test_a_known_key_changes_just_the_columns_given(kernel: muc.Kernel) -> None:
    before = kernel.unit(10)
    kernel.push(units={"id": [10], "hp": [7.0]})
    assert kernel.unit(10) == before | {"hp": 7.0} or kernel.unit(10)["hp"] == 7.0
    assert kernel.unit(10)["armor"] == before["armor"]


def test_a_new_key_gets_the_defaults(kernel: muc.Kernel) -> None:
    kernel.push(units={"id": [50], "fleet": [1]})
    unit = kernel.unit(50)
    assert (unit["max_hp"], unit["hp"], unit["speed"], unit["domain"]) == (100.0, 100.0, 6.0, "space")


def test_a_push_does_not_hold_on_to_the_arrays(kernel: muc.Kernel) -> None:
    hp = np.array([5.0, 6.0])
    kernel.push(units={"id": [10, 11], "hp": hp})
    hp[:] = 1.0
    hp.resize(3, refcheck=True)
    assert kernel.unit(10)["hp"] == 5.0


def test_the_order_of_rows_leaves_no_trace() -> None:
    def digest(order: int) -> str:
        kernel = muc.Kernel(seed=42)
        kernel.push(
            **{
                table: {name: values[::order] for name, values in columns.items()}
                for table, columns in campaign().items()
            }
        )
        return kernel.digest()

    assert digest(1) == digest(-1)


@pytest.mark.parametrize(
    "keys",
    [[10, 11], (10, 11), {10, 11}, np.array([10, 11]), range(10, 12)],
    ids=lambda keys: type(keys).__name__,
)
def test_keys_come_in_any_iterable(kernel: muc.Kernel, keys: Any) -> None:
    assert kernel.remove(units=keys).removed["units"] == 2
    with pytest.raises(KeyError):
        kernel.unit(10)


@pytest.mark.parametrize(
    "pairs", [[(10, 0), (11, 0)], np.array([[10, 0], [11, 0]])], ids=lambda pairs: type(pairs).__name__
)
def test_weapons_are_removed_by_unit_and_slot(kernel: muc.Kernel, pairs: Any) -> None:
    assert kernel.remove(weapons=pairs).removed["weapons"] == 2
    assert kernel.weapons()["unit"].tolist() == [20, 21]


def test_a_fleet_takes_its_units_and_their_weapons_along(kernel: muc.Kernel) -> None:
    removed = kernel.remove(fleets=[1]).removed
    assert (removed["fleets"], removed["units"], removed["weapons"]) == (1, 2, 2)
