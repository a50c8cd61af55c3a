"""A shadow answers as the trusted path does, finds planted differences, and raises no false alarm."""

from __future__ import annotations

import copy
import logging
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from lookalike import changeable, engine, fleets

import multi_universe_core as muc
from multi_universe_core.rollout import Distribution, Exact, Shadow, Tolerance


@dataclass
class Loss:
    """An answer of a game."""

    faction: str
    cost: float


def answer() -> dict[str, Any]:
    """An answer of all kinds that are looked into."""
    return {
        "losses": [Loss("Hegemony", 400.0), Loss("Synod", float("nan"))],
        "hp": np.array([[1.0, float("nan")], [3.0, 4.0]]),
        "alive": np.array([True, False]),
        "names": ("a", "b"),
        "seen": {"frigate", "cruiser"},
        "table": muc.Table.of({"hp": [1.0, 2.0], "name": ["a", "b"]}),
        "rounds": 7,
    }


def test_equal_answers_raise_no_alarm() -> None:
    same = Shadow(lambda i: answer(), lambda i: answer())
    for i in range(50):
        same(i)
    report = same.report(min_calls=50, max_slowdown=100)
    assert report.safe and report.differences == 0 and report.calls == 50 and not report.against
    assert str(report).startswith(
        "<lambda>: safe to switch\n  + all 50 answers agree (exact): at most 0.06 of"
    )
    assert len(same.differences) == 0 and len(same.table) == 50
    assert set(same.table["same"]) == {True} and min(same.table["trusted_ns"]) > 0


def planted(change: str) -> dict[str, Any]:
    other = answer()
    match change:
        case "losses":
            other["losses"][1].faction = "Traders"
        case "hp":
            other["hp"][1, 0] = np.nextafter(3.0, 4.0)
        case "shape":
            other["hp"] = other["hp"].ravel()
        case "alive":
            other["alive"] = np.array([True, True])
        case "names":
            other["names"] = ("a", "b", "c")
        case "seen":
            other["seen"].add("titan")
        case "table":
            other["table"] = muc.Table.of({"hp": [1.0, 2.0], "name": ["a", "c"]})
        case "absent":
            del other["rounds"]
        case "more":
            other["more"] = None
        case "kind":
            other["rounds"] = True
        case "text":
            other["rounds"] = "7"
    return other


@pytest.mark.parametrize(
    ("change", "place", "trusted", "candidate"),
    [
        ("losses", "['losses'][1]['faction']", "'Synod'", "'Traders'"),
        ("hp", "['hp'][1, 0]", "np.float64(3.0)", "np.float64(3.0000000000000004)"),
        ("shape", "['hp'].shape", "(2, 2)", "(4,)"),
        ("alive", "['alive'][1]", "np.False_", "np.True_"),
        ("names", "len(['names'])", "2", "3"),
        ("table", "['table']['name'][1]", "'b'", "'c'"),
        ("absent", "['rounds']", "7", "absent"),
        ("more", "['more']", "absent", "None"),
        ("kind", "['rounds']", "7", "True"),
        ("text", "['rounds']", "7", "'7'"),
    ],
)
def test_a_planted_difference_is_found_and_named(
    change: str, place: str, trusted: str, candidate: str, caplog: pytest.LogCaptureFixture
) -> None:
    shadow = Shadow(lambda i: answer(), lambda i: planted(change) if i == 3 else answer(), name="finalize")
    for i in range(6):
        assert shadow(i).keys() == answer().keys(), "the trusted path's answer"
    row = shadow.differences.row(0)
    assert len(shadow.differences) == 1 and row == shadow.table.row(3)
    assert (row["call"], row["same"], row["place"]) == (3, False, place)
    assert (row["trusted"], row["candidate"]) == (trusted, candidate)
    report = shadow.report(min_calls=1, max_slowdown=1000)
    assert not report.safe and report.differences == 1
    assert report.against == (
        f"1 of 6 answers differ; the first at {place}: trusted {trusted}, candidate {candidate}",
    )
    assert f"finalize, call 3: the paths differ at {place}" in caplog.text


def test_a_planted_member_of_a_set_is_found() -> None:
    shadow = Shadow(lambda: answer(), lambda: planted("seen"))
    shadow()
    assert shadow.differences["place"][0] == "['seen']" and "titan" in shadow.differences["candidate"][0]


def test_numbers_are_compared_by_value_and_a_list_is_as_good_as_an_array() -> None:
    shadow = Shadow(lambda: ([1, 2.0], np.int64(3)), lambda: (np.array([1.0, 2.0]), 3.0))
    shadow()
    assert len(shadow.differences) == 0


def test_a_tolerance_forgives_what_it_says_and_no_more() -> None:
    values = [1000.0, 1000.0005, 1000.002]

    def run(compare: Exact) -> list[bool]:
        shadow = Shadow(lambda i: {"d": np.array([1000.0])}, lambda i: {"d": [values[i]]}, compare=compare)
        for i in range(3):
            shadow(i)
        return list(shadow.table["same"])

    assert run(Exact()) == [True, False, False]
    assert run(Tolerance(1e-6)) == [True, True, False]
    assert run(Tolerance(0, absolute=0.01)) == [True, True, True]
    only_length = Tolerance(measure=lambda a: len(a["d"]))
    assert run(only_length) == [True, True, True]


def test_the_same_difference_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    shadow = Shadow(lambda i: i, lambda i: i + 1)
    with caplog.at_level(logging.WARNING, "multi_universe_core.rollout"):
        for i in range(20):
            shadow(i)
    assert len(caplog.records) == 1 and len(shadow.differences) == 20


@pytest.mark.parametrize("error", [muc.KernelError("x"), ZeroDivisionError(), AssertionError("panic")])
def test_a_candidate_that_raises_harms_nobody(error: Exception) -> None:
    def candidate() -> int:
        raise error

    shadow = Shadow(lambda: 7, candidate)
    assert shadow() == 7
    assert shadow.differences.row(0)["place"] == "exception"
    assert shadow.differences.row(0)["candidate"] == f"raised {type(error).__name__}: {error}"
    assert not shadow.report(min_calls=1).safe


def test_an_exception_of_the_trusted_path_is_its_answer() -> None:
    def trusted(x: int) -> float:
        return 1 / x

    def same(x: int) -> float:
        return 1 / x

    shadow = Shadow(trusted, same)
    with pytest.raises(ZeroDivisionError):
        shadow(0)
    assert len(shadow.table) == 1 and len(shadow.differences) == 0, "both raise the same"
    other = Shadow(trusted, lambda x: 0.0)
    with pytest.raises(ZeroDivisionError):
        other(0)
    assert other.differences.row(0)["candidate"] == "returned"


def test_interrupts_are_nobodys_answer() -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    for pair in ((interrupted, lambda: 1), (lambda: 1, interrupted)):
        with pytest.raises(KeyboardInterrupt):
            Shadow(*pair)()


def test_answers_that_cannot_be_compared_are_a_difference_and_no_exception() -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError("incomparable")

    shadow = Shadow(Odd, Odd)
    assert isinstance(shadow(), Odd)
    assert shadow.differences.row(0)["candidate"] == "raised RuntimeError: incomparable"


def test_every_third_call_is_compared_and_the_last_are_kept() -> None:
    asked: list[int] = []
    shadow = Shadow(lambda i: i, lambda i: asked.append(i) or i, every=3, keep=2)
    assert [shadow(i) for i in range(9)] == list(range(9))
    assert asked == [0, 3, 6]
    assert list(shadow.table["call"]) == [1, 2] and shadow.report().calls == 3


def test_too_few_calls_and_a_slow_candidate_are_reasons_against() -> None:
    shadow = Shadow(lambda: 1, lambda: sum(range(20_000)) and 1)
    assert (
        str(shadow.report(min_calls=1))
        == "<lambda>: not safe to switch\n  - 0 calls were compared, 1 are asked for"
    )
    for _ in range(20):
        shadow()
    report = shadow.report(min_calls=21)
    assert not report.safe and len(report.against) == 2
    assert report.against[0] == "20 calls were compared, 21 are asked for"
    assert "times as long: median" in report.against[1]
    assert report.candidate_s > report.trusted_s > 0


def test_threads_share_a_shadow_and_lose_no_call() -> None:
    shadow = Shadow(lambda i: i, lambda i: i + (i % 10 == 0))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shadow, range(2000))) == list(range(2000))
    assert sorted(shadow.table["call"]) == list(range(2000))
    assert shadow.report().differences == len(shadow.differences) == 200


def dice(seed: int, shift: int = 0) -> Any:
    roll = random.Random(seed)
    return lambda: {"rounds": roll.randint(1, 6) + roll.randint(1, 6) + shift, "won": roll.random() < 0.4}


def test_equal_distributions_are_found_equal_once_there_are_enough_calls() -> None:
    shadow = Shadow(dice(1), dice(2), compare=Distribution(dict))
    for _ in range(300):
        shadow()
    early = shadow.report(min_calls=100, max_slowdown=100)
    assert not early.safe and all("more calls are needed" in reason for reason in early.against)
    for _ in range(4700):
        shadow()
    late = shadow.report(min_calls=1000, max_slowdown=100)
    assert late.safe, str(late)
    assert len(late.for_it) == 3 and "rounds, distance of the distributions over 5000 calls" in late.for_it[0]


def test_distributions_that_differ_are_told_apart() -> None:
    shadow = Shadow(dice(1), dice(2, shift=1), compare=Distribution(lambda a: a["rounds"]))
    for _ in range(600):
        shadow()
    report = shadow.report(min_calls=100, max_slowdown=100)
    assert not report.safe and "chance explains" in report.against[0] and "means 7." in report.against[0]


def test_a_hundred_pairs_of_equal_dice_are_never_called_different() -> None:
    for seed in range(100):
        shadow = Shadow(dice(2 * seed), dice(2 * seed + 1), compare=Distribution(dict))
        for _ in range(100):
            shadow()
        assert not any("chance explains" in reason for reason in shadow.report().against), seed


def test_measures_that_do_not_fit_are_differences() -> None:
    names = Shadow(lambda: {"a": 1.0}, lambda: {"b": 1.0}, compare=Distribution(dict))
    names()
    assert names.differences.row(0)["place"] == "measures"
    number = Shadow(lambda: 1.0, lambda: float("nan"), compare=Distribution())
    number()
    assert number.differences.row(0)["place"] == "measure ''"


def test_a_batch_of_shots_against_itself_and_with_a_planted_fault() -> None:
    def ours(skill: list[float], seed: int) -> muc.Table:
        return muc.resolve_shooting_batch({"bs": skill, "attacks": 5}, seed=seed)

    def faulty(skill: list[float], seed: int) -> muc.Table:
        return ours([s + 10 if seed == 40 else s for s in skill], seed)

    good, bad = Shadow(ours, ours), Shadow(ours, faulty)
    for seed in range(50):
        assert good([50.0, 60.0], seed) == bad([50.0, 60.0], seed=seed) == ours([50.0, 60.0], seed)
    assert good.report(min_calls=50, max_slowdown=100).safe
    assert list(bad.differences["call"]) == [40]


def seen(result: tuple[str, int, int, dict[str, Any]]) -> Any:
    """What a battle's answer has that does not depend on which copies of the objects fought."""
    winner, survivors, rounds, stats = result
    return winner, survivors, rounds, {name: side["total_damage_dealt"] for name, side in stats.items()}


def test_a_shadow_of_the_bridge_fights_on_copies_and_the_objects_are_the_trusted_paths() -> None:
    trusted, candidate = engine(), engine()
    shadow = Shadow(
        trusted.engagement,
        candidate.engagement,
        copy=copy.deepcopy,
        compare=Exact(measure=seen),
        name="battle",
    )
    alone = engine()
    for _ in range(3):
        armies, same_armies = fleets(5), fleets(5)
        assert seen(shadow(armies, silent=True)) == seen(alone.engagement(same_armies, silent=True))
        assert changeable(armies) == changeable(same_armies), "each ship was hurt once"
    assert shadow.report(min_calls=3, max_slowdown=100).safe
    other = Shadow(
        engine().engagement, engine(seed=8).engagement, copy=copy.deepcopy, compare=Exact(measure=seen)
    )
    other(fleets(5), silent=True)
    assert len(other.differences) == 1


def test_what_cannot_be_copied_is_answered_by_the_trusted_path_alone() -> None:
    def never(_: Any) -> Any:
        raise OSError("uncopied")

    shadow = Shadow(lambda x: x, lambda x: pytest.fail("ran"), copy=never)
    assert shadow(5) == 5
    assert shadow.differences.row(0)["candidate"] == "raised OSError: uncopied"


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(TypeError, match="candidate: got None"):
        Shadow(len, None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="compare: got 'exact'"):
        Shadow(len, len, compare="exact")  # type: ignore[arg-type]
    for options in ({"every": 0}, {"keep": 1.5}, {"every": True}):
        with pytest.raises(ValueError, match="expected a whole number from 1"):
            Shadow(len, len, **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="relative: got -1"):
        Tolerance(-1)
    with pytest.raises(ValueError, match="limit: got 2"):
        Distribution(limit=2)
