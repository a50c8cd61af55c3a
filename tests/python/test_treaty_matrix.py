"""`TreatyMatrix` against treaties in a dict, everybody asked about everybody."""

import random
from collections.abc import Callable
from typing import Any

import pytest

import multi_universe_core as muc
import twins

KINDS = ["War", "Peace", "war", "WAR", "Trade", "Non-Aggression Pact", "Overlord", "Alliance"]


def both(factions: int, treaties: int, seed: int) -> tuple[muc.TreatyMatrix, twins.Diplomacy, list[str]]:
    """The same treaties in ours and in the twin; some pairs more than once."""
    rng = random.Random(seed)
    names = [f"Haus {number} ü" for number in range(factions)]
    matrix, twin = muc.TreatyMatrix(), twins.Diplomacy()
    for _ in range(treaties):
        a, b = rng.sample(names, 2)
        kind = rng.choice(KINDS)
        matrix.set_treaty(a, b, kind)
        # The twin compares with "War" alone.
        twin.set_treaty(a, b, "War" if kind.lower() == "war" else kind)
    return matrix, twin, names


@pytest.mark.parametrize("seed", range(8))
def test_who_fights_is_what_the_twin_says(seed: int) -> None:
    matrix, twin, names = both(90, 60 * (seed + 1), seed)
    rng = random.Random(seed)
    for count in (0, 1, 2, 5, 30, 90):
        present = [*rng.sample(names, count), "Unknown"]
        expected = twin.get_active_combatants(present)
        for form in (present, set(present), tuple(present), iter(present), [*present, *present]):
            assert matrix.get_active_combatants(form) == expected
    for a in names[:20]:
        assert matrix.enemies_of(a) == {b for b in names if twin.get_treaty(a, b) == "War"}
        for b in names[:20]:
            assert matrix.at_war(a, b) == (twin.get_treaty(a, b) == "War")
    assert len(matrix) == len(twin.treaties) / 2


def test_a_kind_is_given_back_as_it_was_set_and_the_last_word_stands() -> None:
    matrix = muc.TreatyMatrix()
    for kind in KINDS:
        matrix.set_treaty("B", "A", kind)
        assert matrix.get_treaty("A", "B") == matrix.get_treaty("B", "A") == kind
        assert matrix.at_war("A", "B") == (kind.lower() == "war")
    assert matrix.get_treaty("A", "A") == matrix.get_treaty("A", "C") == "Neutral"
    assert matrix.enemies_of("nobody") == set() and len(matrix) == 1
    assert repr(matrix) == "<TreatyMatrix of 1 treaties>"


def test_a_matrix_is_made_of_pairs_or_of_dicts_in_a_dict() -> None:
    pairs = muc.TreatyMatrix.from_dict({("A", "B"): "War", ("C", "A"): "Peace"})
    nested = muc.TreatyMatrix.from_dict({"A": {"B": "War"}, "C": {"A": "Peace"}})
    for matrix in (pairs, nested):
        assert matrix.get_active_combatants(["A", "B", "C"]) == {"A", "B"}
        assert matrix.get_treaty("A", "C") == "Peace" and len(matrix) == 2
    assert len(muc.TreatyMatrix.from_dict({})) == 0


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda m: m.set_treaty("A", "A", "War"), "b: got 'A' again, expected two factions"),
        (lambda m: m.set_treaty("", "B", "War"), "a: got a name of 0 bytes, expected a name of 1 to 255"),
        (lambda m: m.set_treaty("A", "x" * 256, "War"), "b: got a name of 256 bytes"),
        (lambda m: m.set_treaty("A", "C", ""), "kind: got an empty text"),
        (lambda m: m.set_treaty("A", 5, "War"), r"b: got 5 \(int\), expected a text"),
        (lambda m: m.set_treaty("A", "C", None), "kind: got None, expected a text"),
        (lambda m: m.set_treaty("A", "\ud800", "War"), r"b: got '\\ud800'"),
        (lambda m: m.get_treaty("A", None), "b: got None, expected a text"),
        (lambda m: m.at_war(1, "A"), r"a: got 1 \(int\)"),
        (lambda m: m.enemies_of(b"A"), "faction: got b'A'"),
        (lambda m: m.get_active_combatants("Synod"), r"factions: got 'Synod' \(str\), expected an iterable"),
        (lambda m: m.get_active_combatants(["A", 5]), r"factions, row 1: got 5 \(int\), expected a name"),
        (lambda m: m.get_active_combatants(None), "factions: got None"),
        (lambda m: m.from_dict([1]), "treaties: got a list, expected a mapping"),
        (lambda m: m.from_dict({"A": "War"}), "treaties: got 'A'"),
        (lambda m: m.from_dict({("A", "B"): 3}), r"kind: got 3 \(int\)"),
        (lambda m: m.from_dict({("A", "A"): "War"}), "b: got 'A' again"),
    ],
)
def test_what_is_refused_changes_nothing(action: Callable[[Any], Any], message: str) -> None:
    matrix = muc.TreatyMatrix()
    matrix.set_treaty("A", "B", "War")
    with pytest.raises(muc.InputError, match=message):
        action(matrix)
    assert len(matrix) == 1 and matrix.get_active_combatants(["A", "B", "C"]) == {"A", "B"}
