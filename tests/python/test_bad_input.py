"""What is refused: each case with the words that its message must have. Nothing changes, ever."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import multi_universe_core as muc


@dataclass
class Case:
    """A call that must be refused, and words of its message: place, value, expectation."""

    name: str
    action: Callable[[muc.Kernel], object]
    words: list[str]


def push(name: str, words: list[str], **tables: Any) -> Case:
    return Case(name, lambda kernel: kernel.push(**tables), ["push refused", *words])


def units(name: str, words: list[str], **columns: Any) -> Case:
    """A push of one table, in which the units 10 and 11 are known."""
    return push(name, ["units", *words], units={"id": [10, 11]} | columns)


class Broken:
    """An Arrow table that cannot be read."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        raise TypeError("no such luck")


PUSHES = [
    # Values.
    units("NaN", ["column 'armor'", "row 1", "NaN", "finite"], armor=[1.0, np.nan]),
    units("infinity", ["column 'armor'", "row 0", "inf", "finite"], armor=[np.inf, 1.0]),
    units("minus infinity", ["column 'x'", "row 0", "-inf"], x=[-np.inf, 1.0]),
    units("infinity in float32", ["column 'armor'", "row 0", "inf"], armor=np.array([np.inf, 1], np.float32)),
    units("negative health", ["column 'hp'", "row 1", "-1", "from 0"], hp=[1.0, -1.0]),
    units("more health than there is", ["column 'hp'", "row 0", "500", "400"], hp=[500.0, 1.0]),
    units("more shield than there is", ["column 'shield'", "row 0", "500"], shield=[500.0, 0.0]),
    units(
        "an unknown word",
        ["column 'domain'", "row 1", "'sea'", "'space'", "'ground'"],
        domain=["space", "sea"],
    ),
    units("invulnerable beyond the scale", ["column 'invuln'", "row 0", "8", "from 2 to 7"], invuln=[8, 7]),
    units("a negative id", ["column 'id'", "row 1", "-5", "from 0"], id=[10, -5]),
    units(
        "an id over int64",
        ["column 'id'", "uint64", "9223372036854775808", "row 1"],
        id=np.array([10, 2**63], dtype=np.uint64),
    ),
    # Types and shapes.
    units("texts for numbers", ["column 'armor'", "text", "numbers"], armor=["a", "b"]),
    units("numbers for texts", ["column 'domain'", "int64", "texts"], domain=[0, 1]),
    units("numbers for flags", ["column 'cover'", "int64", "booleans"], cover=[0, 1]),
    units("floats for ids", ["column 'id'", "float64", "whole numbers"], id=[10.0, 11.0]),
    units("float16", ["column 'armor'", "float16", "numbers"], armor=np.array([1, 2], np.float16)),
    units("complex numbers", ["column 'armor'", "complex128", "numbers"], armor=[1j, 2j]),
    units(
        "times",
        ["column 'armor'", "datetime64", "numbers"],
        armor=np.array(["2026-01-01"] * 2, "datetime64[s]"),
    ),
    units("bytes", ["column 'domain'", "|S5", "texts"], domain=np.array([b"space", b"space"])),
    units("two dimensions", ["column 'armor'", "2 dimensions"], armor=np.ones((2, 2))),
    units("a scalar", ["column 'armor'", "a single value (a float)"], armor=1.0),
    units("a text for a column", ["column 'domain'", "a single value (a str)"], domain="space"),
    units("None for a column", ["column 'armor'", "None"], armor=None),
    units("numbers and texts in a list", ["column 'armor'", "'a' (str)", "row 1"], armor=[1.0, "a"]),
    units("texts and numbers in a list", ["column 'domain'", "3 (int)", "row 1"], domain=["space", 3]),
    units("None in a list", ["column 'armor'", "None", "row 1"], armor=[1.0, None]),
    units("a ragged list", ["column 'armor'", "a list"], armor=[[1.0], [1.0, 2.0]]),
    units(
        "a masked array",
        ["column 'armor'", "a masked array"],
        armor=np.ma.masked_array([1.0, 2.0], [True, False]),
    ),
    units("broken truth values", ["column 'cover'", "bool"], cover=np.array([1, 7], np.uint8).view(bool)),
    units("columns of unequal length", ["column 'armor'", "3 rows", "2 rows"], armor=[1.0, 2.0, 3.0]),
    # Names and keys.
    units("an unknown column", ["column 'amor'", "did you mean 'armor'?"], amor=[1.0, 1.0]),
    units("a key twice in one push", ["id", "row 1", "10"], id=[10, 10]),
    units("an unknown fleet", ["column 'fleet'", "row 1", "99", "fleet"], id=[50, 51], fleet=[1, 99]),
    push(
        "a new unit without a fleet", ["units", "column 'fleet'", "row 0", "a new unit"], units={"id": [50]}
    ),
    push("units without an id", ["units", "id"], units={"fleet": [1]}),
    push(
        "an unknown faction",
        ["fleets", "column 'faction'", "row 0", "Nobody"],
        fleets={"id": [9], "faction": ["Nobody"]},
    ),
    push("an unknown unit", ["weapons", "column 'unit'", "row 0", "99"], weapons={"unit": [99], "slot": [0]}),
    push(
        "a treaty with oneself",
        ["treaties", "row 0", "itself"],
        treaties={"a": ["Synod"], "b": ["Synod"], "kind": ["war"]},
    ),
    push(
        "an unknown kind of treaty",
        ["treaties", "column 'kind'", "row 0", "'grudge'", "'war'"],
        treaties={"a": ["Synod"], "b": ["Traders"], "kind": ["grudge"]},
    ),
    push("an empty name", ["factions", "column 'name'", "row 0"], factions={"name": [""]}),
    push(
        "a name of 256 bytes",
        ["factions", "column 'name'", "row 0", "256", "255"],
        factions={"name": ["x" * 256]},
    ),
    # Tables that are none.
    push("a number for a table", ["fleets", "an int", "a dict of columns"], fleets=3),
    push("a list for a table", ["units", "a list", "a dict of columns"], units=[{"id": 1}]),
    push("a text for a table", ["units", "a str", "a dict of columns"], units="units"),
    push("an array without fields", ["units", "float64", "without fields"], units=np.ones(3)),
    push(
        "a structured array of two dimensions",
        ["units", "2 dimensions"],
        units=np.ones((2, 2), [("id", "i8")]),
    ),
    push("a column without a name", ["units", "3 (int)", "names"], units={3: [1.0]}),
    push("an Arrow table that fails", ["units", "a Broken", "no such luck"], units=Broken()),
    push("faults in two tables", ["2 faults", "fleets", "weapons"], fleets=3, weapons=4),
]


@pytest.mark.parametrize("case", PUSHES, ids=lambda case: case.name)
def test_a_push_is_refused_with_its_place(case: Case, refuses: Callable[..., str]) -> None:
    message = refuses(muc.PushError, case.action)
    for word in case.words:
        assert word in message


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


def remove(name: str, words: list[str], **keys: Any) -> Case:
    return Case(name, lambda kernel: kernel.remove(**keys), ["remove refused", *words])


REMOVALS = [
    remove("an unknown fleet", ["fleets", "99"], fleets=[1, 99]),
    remove("an unknown unit", ["units", "99"], units=[99]),
    remove("an unknown weapon", ["weapons", "10"], weapons=[(10, 5)]),
    remove("an unknown faction", ["factions", "Nobody"], factions=["Nobody"]),
    remove("a faction that owns fleets", ["factions", "Synod"], factions=["Synod"]),
    remove("a single id", ["units", "a single value (an int)", "a list of whole numbers"], units=10),
    remove("one name", ["factions", "'Synod'", "a list of names"], factions="Synod"),
    remove("names for ids", ["units", "text", "a list of whole numbers"], units=["a"]),
    remove("ids for names", ["factions", "int64", "a list of names"], factions=[1]),
    remove("fractions for ids", ["units", "float64", "a list of whole numbers"], units=[10.5]),
    remove("ids for pairs", ["weapons", "pairs"], weapons=[10, 11]),
]


@pytest.mark.parametrize("case", REMOVALS, ids=lambda case: case.name)
def test_a_removal_is_refused_with_its_place(case: Case, refuses: Callable[..., str]) -> None:
    message = refuses(muc.RemoveError, case.action)
    for word in case.words:
        assert word in message


def resolve(name: str, words: list[str], **arguments: Any) -> Case:
    return Case(name, lambda kernel: kernel.resolve(**arguments), ["resolve refused", *words])


BATTLES = [
    resolve("neither fleets nor a location", ["neither fleets nor location", "exactly one"]),
    resolve(
        "both fleets and a location", ["both fleets and location", "exactly one"], fleets=[1, 2], location=7
    ),
    resolve("an unknown fleet", ["fleet", "99"], fleets=[1, 99]),
    resolve("one fleet", ["fleets", "1 fleet", "two fleets"], fleets=[1]),
    resolve("no fleet", ["fleets", "0 fleets", "two fleets"], fleets=[]),
    resolve("an empty place", ["location", "12345", "a place with a fleet"], location=12345),
    resolve("an unknown defender", ["defenders", "Nobody"], fleets=[1, 2], defenders=["Nobody"]),
    resolve("one name as defenders", ["defenders", "'Synod'", "a list"], fleets=[1, 2], defenders="Synod"),
    resolve("a negative round limit", ["max_rounds", "-1"], fleets=[1, 2], max_rounds=-1),
]


@pytest.mark.parametrize("case", BATTLES, ids=lambda case: case.name)
def test_a_battle_is_refused_with_its_place(case: Case, refuses: Callable[..., str]) -> None:
    message = refuses(muc.ResolveError, case.action)
    for word in case.words:
        assert word in message


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


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"hit_floor": 2.0}, ["hit_floor", "2", "from 0 to 1"]),
        ({"hit_floor": float("nan")}, ["hit_floor", "NaN"]),
        ({"max_rounds": 1.5}, ["max_rounds", "1.5", "whole number"]),
        ({"hit_flor": 0.1}, ["hit_flor", "did you mean 'hit_floor'?"]),
        ({"hit_floor": "low"}, ["hit_floor", "'low'", "a number"]),
        ({"hit_floor": 0.5, "hit_ceiling": 0.4}, ["hit_floor", "hit_ceiling"]),
        ({"hit_flor": 1, "crit_skil": 2}, ["2 faults", "hit_flor", "crit_skil"]),
    ],
)
def test_rules_are_refused_with_their_name(overrides: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(muc.RulesError) as refusal:
        muc.Rules(**overrides)
    for word in ["rules refused", *words]:
        assert word in str(refusal.value)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_a_value_error(kernel: muc.Kernel, seed: int) -> None:
    for call in (lambda: muc.Kernel(seed=seed), lambda: kernel.resolve(fleets=[1, 2], seed=seed)):
        with pytest.raises(ValueError, match=f"seed: got {seed}, expected"):
            call()


@pytest.mark.parametrize("threads", [0, -1])
def test_threads_are_at_least_one(threads: int) -> None:
    with pytest.raises(ValueError, match=f"threads: got {threads}"):
        muc.Kernel(threads=threads)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda kernel: kernel.unit(99), "no unit has the key 99"),
        (lambda kernel: kernel.fleet(99), "no fleet has the key 99"),
        (lambda kernel: kernel.faction("Nobody"), "no faction has the key 'Nobody'"),
    ],
)
def test_an_unknown_key_is_a_key_error_for_people(
    kernel: muc.Kernel, ask: Callable[..., Any], words: str
) -> None:
    with pytest.raises(KeyError) as refusal:
        ask(kernel)
    assert isinstance(refusal.value, muc.KernelError)
    assert str(refusal.value) == words


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
