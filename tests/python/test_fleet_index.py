"""`FleetIndex` against a search through the list of fleets, and against the collector of garbage."""

import gc
import random
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import multi_universe_core as muc
import twins


class Fleet:
    def __init__(self, id: Any) -> None:
        self.id = id


def some(*ids: Any) -> tuple[muc.FleetIndex, list[Fleet]]:
    fleets = [Fleet(id) for id in ids]
    index = muc.FleetIndex()
    index.build_index(fleets)
    return index, fleets


def test_what_is_found_is_what_a_search_finds_the_first_of_several_included() -> None:
    rng = random.Random(1)
    pool: list[Any] = [*range(-50, 300), *(f"fl_{number}" for number in range(200)), 2**63 - 1, -(2**63)]
    index, fleets = some(*rng.choices(pool, k=600))
    assert len(index) == len({fleet.id for fleet in fleets})
    for id in [*pool, None, 2**70, "", "fl_", "Überfall", np.int32(7)]:
        expected = twins.fleet_by_search(fleets, id)
        assert index.get_fleet_by_id(id) is expected and (id in index) == (expected is not None)
    asked = rng.choices(pool, k=1000)
    assert index.get_many(asked) == [twins.fleet_by_search(fleets, id) for id in asked]
    whole = [id for id in asked if isinstance(id, int)]
    for form in (np.array(whole), tuple(whole), iter(whole)):
        assert index.get_many(form) == [twins.fleet_by_search(fleets, id) for id in whole]
    assert index.get_many(np.array([7, 8], dtype=np.int32)) == index.get_many([7, 8])
    assert index.get_many([]) == index.get_many(np.array([])) == []


class Word(str):
    """A text that means something else by its hash."""

    def __hash__(self) -> int:
        return 7

    __eq__ = str.__eq__


def test_lists_of_ids_of_every_kind_are_what_a_search_finds() -> None:
    """Whole numbers of one, two and more digits, texts of every width, seen before or made anew."""
    edges = [
        sign * (2**bits + by)
        for bits in (0, 29, 30, 31, 59, 60, 61, 63)
        for by in (-1, 0)
        for sign in (1, -1)
    ]
    whole = sorted({id for id in edges if -(2**63) <= id < 2**63})
    texts = ["", "a", "fleet_1", "é", "Überfall", "Фл", "舰队", "\U0001f680", "a\0b", "x" * 1000]
    index, fleets = some(*whole, *texts)
    rng = random.Random(3)
    short = [id for id in whole if abs(id) < 2**60]
    for pool in (
        whole,
        short,
        [*short, *range(40), *texts, "nobody"],
        texts,
        [*whole, *texts],
        [*edges, 7, 2**64, 10**40, *texts, "nobody", "нет", None, True],
    ):
        for ids in (
            pool,
            rng.choices(pool, k=1000),
            [id.encode().decode() if isinstance(id, str) else id + 0 for id in pool if id is not None],
        ):
            assert index.get_many(ids) == [twins.fleet_by_search(fleets, id) for id in ids]
    anew = [text.encode().decode() for text in texts]
    assert index.get_many(anew) == index.get_many([Word(text) for text in texts]) == fleets[len(whole) :]
    assert Word("fl") not in index
    index.add(Fleet(Word("fl")))
    assert "fl" in index and index.get_many(["fl"]) == index.get_many([Word("fl")]) == [
        index.get_fleet_by_id("fl")
    ]
    for strange in ("\ud800", "é\udfff"):
        with pytest.raises(muc.InputError, match="ids, row 1: got '"):
            index.get_many(["a", strange])


def test_who_is_found_is_counted() -> None:
    """A list that is found holds each fleet once for each of its places, and no more when it is gone."""
    index, fleets = some(1, "two")
    before = [sys.getrefcount(fleet) for fleet in fleets]
    for ids in (
        [1, "two", 1],
        np.array([1, 1]),
        iter([1, "two"]),
        [1, "two", 1, 2.5],
        [1, "two", 1, "\ud800"],
    ):
        try:
            found = index.get_many(ids)
        except muc.InputError:
            found = []
        held = [sum(fleet is one for one in found) for fleet in fleets]
        assert [sys.getrefcount(fleet) for fleet in fleets] == [
            a + b for a, b in zip(before, held, strict=True)
        ]
    found = []
    assert [sys.getrefcount(fleet) for fleet in fleets] == before


def test_fleets_come_and_go() -> None:
    index, (first, second) = some(1, "SB_2")
    third = Fleet(3)
    index.add(third)
    index.add(third)
    assert len(index) == 3 and index.get_fleet_by_id(3) is third
    assert index.remove("SB_2") is second and "SB_2" not in index
    with pytest.raises(muc.UnknownKeyError, match="no fleet has the key SB_2"):
        index.remove("SB_2")
    with pytest.raises(muc.InputError, match="fleet: got the id 1, which another fleet has"):
        index.add(Fleet(1))
    assert index.get_fleet_by_id(1) is first
    for number in (5_000, 5_001, 10**12, -3):
        index.add(Fleet(number))
        assert index.remove(number).id == number and number not in index
        index.add(Fleet(number))
        assert index.get_many([number, 1, 10**13])[:2] == [index.get_fleet_by_id(number), first]
    index.build_index([second])
    assert len(index) == 1 and index.get_many([1, "SB_2", 3]) == [None, second, None]
    assert repr(index) == "<FleetIndex of 1 fleets>"


class Raises:
    @property
    def id(self) -> int:
        raise ZeroDivisionError("in the property")


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (lambda index: index.build_index(5), muc.InputError, "fleets: got an int, expected an iterable"),
        (
            lambda index: index.build_index([Fleet(9), 5]),
            muc.InputError,
            "row 1: got an int, which has no id",
        ),
        (lambda index: index.build_index([Fleet(1.5)]), muc.InputError, r"row 0: got the id 1\.5 \(float\)"),
        (lambda index: index.build_index([Fleet(None)]), muc.InputError, "row 0: got the id None, expected"),
        (lambda index: index.build_index([Fleet(2**63)]), muc.InputError, "expected a whole number below 2"),
        (lambda index: index.build_index([Fleet("\ud800")]), muc.InputError, "row 0: got the id"),
        (lambda index: index.build_index([Fleet(9), Raises()]), ZeroDivisionError, "in the property"),
        (lambda index: index.add(object()), muc.InputError, "fleet: got an object, which has no id"),
        (lambda index: index.get_fleet_by_id(1.0), muc.InputError, r"fleet_id: got 1\.0 \(float\), expected"),
        (lambda index: index.get_fleet_by_id([1]), muc.InputError, "fleet_id: got"),
        (lambda index: index.get_many([1, 2.0]), muc.InputError, r"ids, row 1: got 2\.0 \(float\)"),
        (
            lambda index: index.get_many(np.array([1.5])),
            muc.InputError,
            "ids: got float64, expected an array",
        ),
        (lambda index: index.get_many(7), muc.InputError, "ids: got an int, expected an iterable of ids"),
        (lambda index: index.remove(99), muc.UnknownKeyError, "no fleet has the key 99"),
    ],
)
def test_what_is_refused_changes_nothing(
    action: Callable[[Any], Any], error: type[Exception], message: str
) -> None:
    index, fleets = some(1, 2)
    with pytest.raises(error, match=message):
        action(index)
    assert len(index) == 2 and index.get_many([1, 2]) == fleets


def test_fleets_that_know_their_index_do_not_keep_each_other_alive() -> None:
    """100,000 rounds of a cycle through the index: all are collected, and memory stays what it was."""

    resource = pytest.importorskip("resource")

    def make_and_drop(rounds: int) -> "weakref.ref[Any]":
        for _ in range(rounds):
            index, fleets = some(1, "two")
            for fleet in fleets:
                fleet.index = index  # type: ignore[attr-defined]
            last = weakref.ref(fleets[0])
        return last

    assert gc.is_tracked(muc.FleetIndex())
    make_and_drop(1_000)
    gc.collect()
    objects, peak = len(gc.get_objects()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    last = make_and_drop(100_000)
    gc.collect()
    assert last() is None
    assert len(gc.get_objects()) - objects < 100
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    assert grown < 20_000 * (1 if sys.platform == "linux" else 1024)


def test_an_index_holds_its_fleets_as_a_dict_does() -> None:
    index = muc.FleetIndex()
    index.build_index([Fleet(1)])
    gc.collect()
    kept = weakref.ref(index.get_fleet_by_id(1))
    assert kept() is not None
    index.remove(1)
    assert kept() is None


def test_a_fleet_may_ask_its_index_while_it_is_dropped() -> None:
    asked = []

    class Nosy(Fleet):
        def __del__(self) -> None:
            asked.append(len(index))

    index = muc.FleetIndex()
    index.build_index([Nosy(1), Nosy(1), Nosy(2)])
    index.build_index([])
    index.add(Nosy(3))
    index.remove(3)
    assert len(asked) == 4 and len(index) == 0


def test_threads_may_share_an_index() -> None:
    index, fleets = some(*range(100))
    wrong = []

    def read() -> None:
        for _ in range(2_000):
            if (
                index.get_many([5, 50]) != [fleets[5], fleets[50]]
                or index.get_fleet_by_id(7) is not fleets[7]
            ):
                wrong.append(1)

    def write() -> None:
        for _ in range(2_000):
            index.build_index(fleets)

    threads = [threading.Thread(target=work) for work in (read, write, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
