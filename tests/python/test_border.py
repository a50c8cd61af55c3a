"""Whatever Python hands over is taken or refused with words: drawn by hypothesis, the same every time."""

from typing import Any

import numpy as np
import pytest
from conftest import campaign
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import multi_universe_core as muc

EXAMPLES = settings(max_examples=300, deadline=None, derandomize=True)
TABLES = ("factions", "treaties", "fleets", "units", "weapons")
NAMES = (
    "id",
    "name",
    "a",
    "b",
    "kind",
    "faction",
    "location",
    "fleet",
    "unit",
    "slot",
    "hp",
    "armor",
    "cover",
    "domain",
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(0, 60),
    st.floats(),
    st.text(max_size=6),
    st.binary(max_size=4),
    st.sampled_from(["Hegemony", "Synod", "war", "space"]),
    st.complex_numbers(),
)
columns = st.one_of(
    st.lists(scalars, max_size=4),
    st.lists(st.integers(0, 60), min_size=2, max_size=2),
    arrays.arrays(
        dtype=st.one_of(arrays.scalar_dtypes(), arrays.unicode_string_dtypes(max_len=4)),
        shape=arrays.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=4),
    ),
    st.tuples(scalars, scalars),
    scalars,
    st.just(range(3)),
)
tables = st.one_of(
    st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=3), scalars), columns, max_size=4),
    st.lists(scalars, max_size=2),
    scalars,
    arrays.arrays(
        dtype=np.dtype([("id", "i8"), ("hp", "f4")]), shape=arrays.array_shapes(max_dims=2, max_side=3)
    ),
)


def kernel_of_the_campaign() -> muc.Kernel:
    kernel = muc.Kernel(seed=42)
    kernel.push(**campaign())
    return kernel


def all_or_nothing(kernel: muc.Kernel, error: type[Exception], call: Any) -> None:
    """The call is answered, or refused with words and without a trace."""
    before = kernel.digest()
    try:
        call()
    except (error, TypeError) as refusal:
        assert len(str(refusal)) > 10
        assert kernel.digest() == before
    assert muc.Kernel.restore(kernel.snapshot()).digest() == kernel.digest()


@EXAMPLES
@given(st.dictionaries(st.sampled_from(TABLES), tables, min_size=1, max_size=3))
def test_a_push_of_anything_is_all_or_nothing(pushed: dict[str, Any]) -> None:
    kernel = kernel_of_the_campaign()
    all_or_nothing(kernel, muc.PushError, lambda: kernel.push(**pushed))


@EXAMPLES
@given(st.dictionaries(st.sampled_from(("factions", "fleets", "units", "weapons")), columns, max_size=3))
def test_a_removal_of_anything_is_all_or_nothing(removed: dict[str, Any]) -> None:
    kernel = kernel_of_the_campaign()
    all_or_nothing(kernel, muc.RemoveError, lambda: kernel.remove(**removed))


MUSTERS = ("fleets", "location", "defenders", "max_rounds", "record", "commit")


@EXAMPLES
@given(st.dictionaries(st.sampled_from(MUSTERS), columns, max_size=4))
def test_a_battle_of_anything_is_fought_or_refused(asked: dict[str, Any]) -> None:
    kernel = kernel_of_the_campaign()
    all_or_nothing(kernel, muc.ResolveError, lambda: kernel.resolve(**{"max_rounds": 3, **asked}))


@EXAMPLES
@given(st.sampled_from([row["name"] for row in muc.Rules.describe()]), st.one_of(scalars, columns))
def test_a_rule_of_anything_is_within_its_range_or_refused(name: str, value: Any) -> None:
    try:
        rules = muc.Rules(**{name: value})
    except muc.RulesError as refusal:
        assert name in str(refusal)
    else:
        assert muc.Rules(**{name: getattr(rules, name)}) == rules


@EXAMPLES
@given(
    st.dictionaries(st.sampled_from(("bs", "md", "attacks", "cover", "invuln", "bz")), columns, max_size=3)
)
def test_shots_of_anything_are_rolled_or_refused(shots: dict[str, Any]) -> None:
    try:
        table = muc.resolve_shooting_batch(shots, seed=1)
    except muc.InputError as refusal:
        assert "expected" in str(refusal)
    else:
        assert (table["crits"] <= table["hits"]).all()


@EXAMPLES
@given(st.binary(max_size=200))
def test_bytes_that_are_no_snapshot_are_refused(content: bytes) -> None:
    for bytes_ in (content, b"MUC-SNAP" + content):
        with pytest.raises(muc.SnapshotError):
            muc.Kernel.restore(bytes_)
