"""What is refused, by the table `bad_inputs.toml`, with place, value and expectation. Nothing changes."""

import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lookalike import changeable, engine, fleets

import multi_universe_core as muc
from multi_universe_core import _core

TABLE = tomllib.loads((Path(__file__).parent / "bad_inputs.toml").read_text(encoding="utf-8"))


class BadUsage(Exception):
    """What the command line said when it refused."""


class Broken:
    """An Arrow table that cannot be read."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        raise TypeError("no such luck")


@dataclass
class Case:
    """A call that must be refused."""

    name: str
    call: str
    error: str
    words: list[str]


CASES = [
    Case(f"{section}: {name}", about["call"].format(text), about["error"], [*about["words"], *words])
    for section, about in TABLE.items()
    for name, (text, *words) in about["cases"].items()
]
# An input that is refused is refused at once, also on a machine that is busy.
AT_ONCE_S = 2.0


@pytest.fixture
def names(
    kernel: muc.Kernel, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """What the texts of the table may name."""
    monkeypatch.chdir(tmp_path)
    numbers = count()

    def file(content: str | bytes) -> Path:
        path = tmp_path / f"input_{next(numbers)}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def command(*arguments: object) -> None:
        code = _core.main([str(argument) for argument in arguments])
        assert code == 2
        said = capfd.readouterr()
        assert "Traceback" not in said.err and "panicked" not in said.err
        raise BadUsage(said.err)

    battle = tmp_path / "battle.toml"
    muc.Scenario.from_kernel(kernel).save(battle)
    known = {"kernel": kernel, "muc": muc, "np": np, "nan": nan, "inf": inf, "Broken": Broken}
    return known | {
        "file": file,
        "command": command,
        "battle": battle,
        "bridge": engine(),
        "armies": fleets(3),
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_input_is_refused_with_its_place(case: Case, kernel: muc.Kernel, names: dict[str, Any]) -> None:
    before, objects = kernel.digest(), changeable(names["armies"])
    code = compile(case.call, case.name, "eval")
    start = time.monotonic()
    with pytest.raises(Exception) as refusal:
        eval(code, names)
    assert time.monotonic() - start < AT_ONCE_S
    assert type(refusal.value).__name__ == case.error, repr(refusal.value)
    # Which argument it was, stands in a note where the message is Python's own.
    message = "\n".join([str(refusal.value), *getattr(refusal.value, "__notes__", [])])
    missing = [word for word in case.words if word not in message]
    assert not missing, f"{missing} not in: {message}"
    assert kernel.digest() == before
    assert changeable(names["armies"]) == objects


def test_the_table_has_something_of_everything() -> None:
    assert len(CASES) >= 120
    assert all(len(about["cases"]) > 0 for about in TABLE.values())
    assert len({case.call for case in CASES}) == len(CASES), "a case twice"


def nulls(kind: str) -> Any:
    polars = pytest.importorskip("polars")
    columns = {"id": [10, 11], "armor": [1, None], "domain": ["space", None], "cover": [True, None]}
    return polars.DataFrame({"id": columns["id"], kind: columns[kind]})


@pytest.mark.parametrize("column", ["armor", "domain", "cover"])
def test_nulls_are_refused_with_the_name_of_the_column(column: str, refuses: Callable[..., str]) -> None:
    message = refuses(muc.PushError, lambda kernel: kernel.push(units=nulls(column)))
    assert f"column '{column}'" in message
    assert "nulls" in message


def test_an_arrow_column_is_no_table(refuses: Callable[..., str]) -> None:
    polars = pytest.importorskip("polars")
    message = refuses(muc.PushError, lambda kernel: kernel.push(units=polars.Series([1, 2])))
    assert "a Series" in message
    assert "expected a table" in message


def test_a_named_fleet_without_units_cannot_fight(kernel: muc.Kernel, refuses: Callable[..., str]) -> None:
    kernel.push(fleets={"id": [77], "faction": ["Synod"], "location": [7]})
    message = refuses(muc.ResolveError, lambda kernel: kernel.resolve(fleets=[1, 77]))
    assert "fleets, column 'id', row 1: got 77, which has no living unit" in message
    assert kernel.resolve(location=7).outcome == "victory", "at a place it is passed over"


@pytest.mark.parametrize(
    "muster", [{"fleets": [1, 3]}, {"location": 8}], ids=["a bystander", "alone at a place"]
)
def test_without_enemies_there_is_no_battle(kernel: muc.Kernel, muster: dict[str, Any]) -> None:
    before = kernel.digest()
    report = kernel.resolve(**muster)
    assert (report.outcome, report.winner, report.rounds) == ("no_conflict", None, 0)
    assert report.as_legacy() == ("Draw", 0, 0, {})
    assert kernel.digest() == before


def test_an_unknown_key_is_a_key_error_for_people(kernel: muc.Kernel) -> None:
    with pytest.raises(KeyError) as refusal:
        kernel.unit(99)
    assert isinstance(refusal.value, muc.KernelError)
    assert str(refusal.value) == "no unit has the key 99", "and not its repr, as KeyError has it"


def test_faults_can_be_read_by_programs(kernel: muc.Kernel) -> None:
    with pytest.raises(ValueError) as refusal:
        kernel.push(units={"id": np.arange(100), "fleet": np.ones(100, int), "hp": np.full(100, -1.0)})
    error = refusal.value
    assert isinstance(error, muc.PushError)
    assert error.count == 100
    assert len(error.faults) == 10
    assert error.faults[0] == {
        "table": "units",
        "column": "hp",
        "row": 0,
        "value": "-1",
        "expected": error.faults[0]["expected"],
    }
    assert "and 90 more" in str(error)


FINE: list[tuple[str, dict[str, Any]]] = [
    ("nothing at all", {}),
    ("a table without columns", {"units": {}}),
    ("empty lists", {"units": {"id": [], "fleet": [], "domain": []}}),
    ("empty arrays", {"units": {"id": np.array([], np.int64), "hp": np.array([])}}),
    ("the largest id", {"units": {"id": [2**63 - 1], "fleet": [1]}}),
    (
        "a unit whose fleet comes in the same push",
        {
            "units": {"id": [50], "fleet": [5]},
            "fleets": {"id": [5], "faction": ["Synod"]},
        },
    ),
    (
        "everything new at once",
        {
            "weapons": {"unit": [50], "slot": [0]},
            "units": {"id": [50], "fleet": [5]},
            "fleets": {"id": [5], "faction": ["Free"]},
            "factions": {"name": ["Free"]},
            "treaties": {"a": ["Free"], "b": ["Synod"], "kind": ["Non-Aggression Pact"]},
        },
    ),
]


@pytest.mark.parametrize(("name", "tables"), FINE, ids=[name for name, _ in FINE])
def test_what_looks_odd_and_is_fine(kernel: muc.Kernel, name: str, tables: dict[str, Any]) -> None:
    kernel.push(**tables)


def test_ctrl_c_while_columns_are_read_stays_ctrl_c(kernel: muc.Kernel) -> None:
    class Interrupted:
        def __array__(self, dtype: object = None, copy: object = None) -> object:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kernel.push(units={"id": Interrupted()})  # type: ignore[dict-item]
