"""Result tables: columns on the kernel's memory, rows for people, frames for other libraries."""

import builtins
import gc
from typing import Any

import numpy as np
import pytest

import multi_universe_core as muc


@pytest.fixture
def table(kernel: muc.Kernel) -> muc.Table:
    return kernel.units()


def test_columns_are_numpy_arrays(table: muc.Table) -> None:
    assert table["id"].dtype == np.int64
    assert table["max_hp"].dtype == np.float64
    assert table["cover"].dtype == np.bool_
    assert table["domain"].dtype == object
    assert table["id"].tolist() == [10, 11, 20, 21, 30, 40]
    assert table["domain"].tolist() == ["space"] * 6


@pytest.mark.parametrize("column", ["id", "max_hp", "cover", "domain"])
def test_columns_cannot_be_written_to(table: muc.Table, column: str) -> None:
    array = table[column]
    with pytest.raises(ValueError, match="read-only"):
        array[0] = array[1]


def test_columns_are_not_copied(table: muc.Table) -> None:
    for column in ["id", "max_hp", "cover"]:
        array = table[column]
        assert not array.flags.owndata
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True
        assert np.shares_memory(array, table[column])


def test_a_column_keeps_its_values_when_the_kernel_changes(kernel: muc.Kernel) -> None:
    table, before = kernel.units(), kernel.units()["max_hp"]
    assert np.shares_memory(table["max_hp"], before)
    kernel.push(units={"id": [11, 40], "max_hp": [500.0, 600.0]})
    assert before.tolist() == table["max_hp"].tolist() == [400.0, 400.0, 300.0, 300.0, 100.0, 100.0]
    assert kernel.units()["max_hp"].tolist() == [400.0, 500.0, 300.0, 300.0, 100.0, 600.0]
    kernel.remove(units=[10, 11, 20])
    assert before.tolist() == [400.0, 400.0, 300.0, 300.0, 100.0, 100.0]


def test_arrow_reads_the_same_memory(table: muc.Table) -> None:
    arrow = pytest.importorskip("pyarrow").table(table)
    assert np.shares_memory(arrow["max_hp"].chunk(0).to_numpy(), table["max_hp"])


def test_a_column_outlives_its_table(kernel: muc.Kernel) -> None:
    array = kernel.units()["max_hp"]
    arrow = pytest.importorskip("pyarrow").table(kernel.units())["max_hp"]
    del kernel
    gc.collect()
    assert array.tolist() == [400.0, 400.0, 300.0, 300.0, 100.0, 100.0]
    assert arrow.to_pylist() == array.tolist()


def test_texts_are_shared(kernel: muc.Kernel) -> None:
    column = kernel.units()["domain"]
    assert column[0] is column[1]


def test_rows_are_dicts(table: muc.Table) -> None:
    assert len(table) == 6
    assert table.row(0)["id"] == 10
    assert table.row(-1)["id"] == 40
    assert [row["id"] for row in table] == table["id"].tolist()
    assert list(table.row(0)) == table.columns
    assert {type(value) for value in table.row(0).values()} == {int, float, str, bool}


@pytest.mark.parametrize("row", [6, -7, 10**6])
def test_a_row_that_is_not_there_is_an_index_error(table: muc.Table, row: int) -> None:
    with pytest.raises(IndexError, match=f"row {row} of a table of 6 rows"):
        table.row(row)


def test_an_unknown_column_lists_the_columns(table: muc.Table) -> None:
    with pytest.raises(KeyError) as refusal:
        table["amor"]
    assert "did you mean 'armor'?" in str(refusal.value)
    assert "max_hp" in str(refusal.value)
    assert "amor" not in table
    assert "armor" in table
    assert 3 not in table


def test_a_number_is_no_column(table: muc.Table) -> None:
    with pytest.raises(TypeError, match="by its name"):
        table[0]  # type: ignore[index]


def test_equal_tables_show_the_same(kernel: muc.Kernel, table: muc.Table) -> None:
    assert table == kernel.units()  # although positions are NaN
    assert table != kernel.fleets()
    assert table != "a table"
    kernel.push(units={"id": [10], "hp": [1.0]})
    assert table != kernel.units()


def test_numpy_pandas_polars_arrow_and_duckdb_agree(table: muc.Table) -> None:
    polars, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    expected = table["id"].tolist()
    assert list(table.to_numpy()) == table.columns
    assert table.to_numpy()["id"] is table["id"]
    assert table.to_pandas()["id"].tolist() == expected
    assert table.to_polars()["id"].to_list() == expected
    assert table.to_arrow()["id"].to_pylist() == expected
    assert polars.DataFrame(table).columns == table.columns
    assert polars.DataFrame(table)["domain"].to_list() == ["space"] * 6
    units = table  # noqa: F841, DuckDB finds it by its name
    assert duckdb.sql("select count(*) from units where cover").fetchall() == [(0,)]
    assert duckdb.sql("select id from units order by id").fetchall() == [(id,) for id in expected]


def test_an_empty_table_travels_too() -> None:
    polars = pytest.importorskip("polars")
    table = muc.Kernel().units()
    assert len(table) == 0
    assert table["id"].shape == (0,)
    assert list(table) == []
    assert polars.DataFrame(table).shape == (0, len(table.columns))
    assert len(table.to_pandas()) == 0


@pytest.mark.parametrize(
    ("method", "module", "extra"),
    [
        ("to_pandas", "pandas", "pandas"),
        ("to_polars", "polars", "polars"),
        ("to_arrow", "pyarrow", "arrow"),
    ],
)
def test_a_missing_library_names_the_extra(
    table: muc.Table, monkeypatch: pytest.MonkeyPatch, method: str, module: str, extra: str
) -> None:
    real = builtins.__import__

    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] == module:
            raise ModuleNotFoundError(f"No module named '{module}'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ImportError, match=rf"pip install multi-universe-core\[{extra}\]"):
        getattr(table, method)()


def test_a_table_can_be_read(kernel: muc.Kernel) -> None:
    text = repr(kernel.fleets())
    for word in ["id", "faction", "location", "Hegemony", "Traders"]:
        assert word in text


def test_html_is_escaped(kernel: muc.Kernel) -> None:
    kernel.push(factions={"name": ["<script>alert('&')</script>"]})
    html = kernel.factions()._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(&#39;&amp;&#39;)" in html


def test_rules_describe_themselves() -> None:
    rules = muc.Rules.describe()
    assert rules.columns == ["name", "doc", "default", "min", "max", "kind", "words"]
    for rule in rules:
        assert rule["min"] <= rule["default"] <= rule["max"]
        words = rule["words"].split(", ")
        default = words[int(rule["default"])] if rule["kind"] == "str" else rule["default"]
        assert getattr(muc.Rules(), rule["name"]) == default
