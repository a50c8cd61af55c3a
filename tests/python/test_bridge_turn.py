"""Many battles of objects at once: each as if it were alone, and each on its own when it comes to faults."""

from __future__ import annotations

import _thread
import threading
from typing import Any

import pytest
from lookalike import Ship, changeable, engine, fleets, frigate

import multi_universe_core as muc


def battles(count: int = 5) -> list[dict[str, list[Any]]]:
    """Battles of different sizes."""
    return [fleets(3 + number % 4) for number in range(count)]


def test_the_battles_of_a_turn_are_those_that_are_fought_one_by_one() -> None:
    together, apart = battles(9), battles(9)
    reports = engine(threads=1).resolve_turn(together)
    bridge = engine()
    alone = [bridge.resolve(armies) for armies in apart]
    assert [report.digest for report in reports] == [report.digest for report in alone]
    assert [changeable(armies) for armies in together] == [changeable(armies) for armies in apart]
    assert len({report.digest for report in reports}) == 9
    # The count of battles goes on behind them.
    follower = engine()
    follower.resolve_turn(battles(9))
    assert follower.resolve(fleets(3)).digest == bridge.resolve(fleets(3)).digest


@pytest.mark.parametrize("threads", [1, 2, 3, 40])
def test_no_report_depends_on_the_number_of_threads(threads: int) -> None:
    armies, others = battles(12), battles(12)
    reports = engine().resolve_turn(armies, seed=11, threads=threads)
    assert [r.digest for r in reports] == [
        r.digest for r in engine().resolve_turn(others, seed=11, threads=2)
    ]
    assert [changeable(a) for a in armies] == [changeable(o) for o in others]


def test_a_bad_battle_is_an_error_in_its_place_and_keeps_no_other_from_being_written() -> None:
    armies = battles(5)
    armies[1]["Synod"][2].stats_comp.ma = "fast"
    armies[3]["Synod"][0].stats_comp.md = -3
    spoilt = [changeable(armies[number]) for number in (1, 3)]
    reports = engine().resolve_turn(armies)
    assert isinstance(reports[1], muc.BridgeError) and isinstance(reports[3], muc.BridgeError)
    assert "unit 2 of 'Synod' ('Blue 2'), stats_comp.ma: got 'fast' (str)" in str(reports[1])
    assert "stats_comp.md: got -3, expected a finite number from 0" in str(reports[3])
    assert [changeable(armies[number]) for number in (1, 3)] == spoilt
    # The others are what they are without any fault.
    sound = battles(5)
    expected = engine().resolve_turn(sound)
    for number in (0, 2, 4):
        assert reports[number].digest == expected[number].digest
        assert changeable(armies[number]) == changeable(sound[number])


class Stubborn(Ship):
    """A ship whose health cannot be set."""

    error: BaseException = ValueError("never")

    @property
    def current_hp(self) -> float:
        return self.health_comp.current_hp if self.health_comp else 0

    @current_hp.setter
    def current_hp(self, value: float) -> None:
        raise self.error


def test_a_battle_that_cannot_be_written_is_taken_back_alone() -> None:
    armies, sound = battles(3), battles(3)
    armies[1]["Synod"].append(Stubborn("Stubborn", hp=50))
    before = changeable(armies[1])
    reports = engine().resolve_turn(armies)
    assert isinstance(reports[1], muc.BridgeError)
    assert "('Stubborn'), current_hp: got ValueError: never" in str(reports[1])
    assert changeable(armies[1]) == before
    engine().resolve_turn(sound)
    for number in (0, 2):
        assert changeable(armies[number]) == changeable(sound[number])


def test_an_interruption_while_results_are_written_takes_all_battles_back() -> None:
    armies = battles(3)
    stubborn = Stubborn("Stubborn", hp=50)
    stubborn.error = KeyboardInterrupt()
    armies[2]["Synod"].append(stubborn)
    before = [changeable(each) for each in armies]
    with pytest.raises(KeyboardInterrupt):
        engine().resolve_turn(armies)
    assert [changeable(each) for each in armies] == before


def test_a_unit_in_two_battles_is_refused_and_no_battle_is_fought() -> None:
    armies = battles(3)
    before = [changeable(each) for each in armies]
    armies[2]["Synod"].append(armies[0]["Hegemony"][1])
    with pytest.raises(muc.BridgeError) as refusal:
        engine().resolve_turn(armies)
    assert "unit 5 of 'Synod' ('Red 1'), unit: got the same object again, in battle 2 as in battle 0" in str(
        refusal.value
    )
    armies[2]["Synod"].pop()
    assert [changeable(each) for each in armies] == before
    # Twice in one battle is a fault of that battle only.
    armies[1]["Synod"].append(armies[1]["Synod"][0])
    reports = engine().resolve_turn(armies)
    assert [isinstance(report, muc.BridgeError) for report in reports] == [False, True, False]
    assert "got the same object again, expected each object once" in str(reports[1])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"diplomacy": 5}, muc.BridgeError, "diplomacy: got an int"),
        ({"defenders": ["Nobody"]}, muc.BridgeError, "defenders: got 'Nobody', expected the name of an army"),
        ({"max_rounds": 0}, muc.ResolveError, "max_rounds: got 0"),
        ({"threads": 0}, muc.ResolveError, "threads: got 0"),
    ],
)
def test_what_is_wrong_with_the_call_is_raised(options: Any, error: type[Exception], message: str) -> None:
    armies = battles(2)
    before = [changeable(each) for each in armies]
    with pytest.raises(error, match=message):
        engine().resolve_turn(armies, **options)
    assert [changeable(each) for each in armies] == before


def test_a_turn_without_battles_and_what_is_no_battle() -> None:
    assert engine().resolve_turn([]) == []
    report, none = engine().resolve_turn([fleets(3), 5])  # type: ignore[list-item]
    assert report.outcome == "victory"
    assert "armies: got an int, expected a mapping from faction names to lists of units" in str(none)


def test_ctrl_c_stops_all_battles_of_a_turn_and_leaves_every_object() -> None:
    armies = [{name: [frigate(hp=10**9) for _ in range(100)] for name in "AB"} for _ in range(4)]
    before = [changeable(each) for each in armies]
    rules = muc.Rules(quiet_rounds=10**6, killless_rounds=10**6, max_rounds=10**6, morale=False)
    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        engine(rules=rules).resolve_turn(armies, threads=2)
    timer.join()
    assert [changeable(each) for each in armies] == before
