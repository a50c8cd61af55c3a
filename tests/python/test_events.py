"""Events and ledger: they agree with the reference, add up, and tell why a unit died."""

from typing import Any

import numpy as np
import pytest
from case import Case
from conftest import fleet_battle
from random_battles import random_battle

import multi_universe_core as muc
from reference import damage


def fought(case: Case, record: str) -> muc.BattleReport:
    options: dict[str, Any] = {"defenders": case.defenders, "max_rounds": case.max_rounds, "record": record}
    return case.kernel().resolve(location=case.location, seed=case.seed, **options)


@pytest.mark.parametrize("seed", range(40))
def test_the_reference_saw_the_same_fire_and_the_same_kills(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = random_battle(seed)
    fire: list[tuple[int, int, float]] = []
    kills: list[tuple[int, int, int]] = []
    credit, kill = damage.credit, damage.kill

    def credited(shot: Any, dealt: float) -> None:
        # The reference has a shot for a strike that missed too; there is no event of that.
        if dealt:
            fire.append((shot.shooter.unit.id, shot.target.unit.id, dealt))
        credit(shot, dealt)

    def killed(battle: Any, killer: Any, target: Any) -> None:
        kills.append((battle.round, killer.unit.id, target.unit.id))
        kill(battle, killer, target)

    monkeypatch.setattr(damage, "credit", credited)
    monkeypatch.setattr(damage, "kill", killed)
    case.fought_by_the_reference()
    report = fought(case, "full")
    events = report.events
    if report.outcome == "no_conflict":
        assert events is None and not fire
        return
    assert events is not None
    rows = list(events)
    shots = [row for row in rows if row["kind"] in ("shot", "melee") and row["amount"]]
    assert [(row["unit"], row["target"]) for row in shots] == [(unit, target) for unit, target, _ in fire]
    np.testing.assert_allclose([row["amount"] for row in shots], [dealt for *_, dealt in fire], rtol=1e-12)
    told = [(row["round"], row["unit"], row["target"]) for row in rows if row["kind"] == "kill"]
    assert told == kills


def test_the_random_battles_tell_of_everything_that_can_happen() -> None:
    kinds: set[str] = set()
    for seed in range(120):
        events = fought(random_battle(seed), "full").events
        kinds |= set() if events is None else set(events["kind"])
    fire = {"volley", "shot", "melee", "kill", "weapon_destroyed", "suppressed"}
    assert kinds >= fire | {"rout", "rally", "retreat", "reinforce", "victory", "round_limit"}


@pytest.mark.parametrize("seed", range(40))
def test_the_ledger_adds_up_to_fleets_and_factions(seed: int) -> None:
    report = fought(random_battle(seed), "ledger")
    ledger = report.ledger
    if ledger is None:
        assert report.outcome == "no_conflict"
        return
    assert report.events is None
    for row in report.factions:
        of, against = (ledger[f"{end}_faction"] == row["name"] for end in ("attacker", "target"))
        for column in ("shots", "hits", "crits", "kills"):
            assert ledger[column][of].sum() == row[column]
        np.testing.assert_allclose(ledger["damage"][of].sum(), row["damage_dealt"], rtol=1e-9)
        np.testing.assert_allclose(ledger["damage"][against].sum(), row["damage_taken"], rtol=1e-9)
        assert ledger["kills"][against].sum() == row["units_lost"]
        ground = against & (ledger["target_domain"] == "ground")
        assert ledger["kills"][ground].sum() == row["ground_lost"]
    for row in report.fleets:
        assert ledger["kills"][ledger["target_fleet"] == row["id"]].sum() == row["destroyed"]
    assert (ledger["overkill"] >= 0).all()


def test_a_unit_that_died_has_a_story() -> None:
    report = fleet_battle(40).resolve(location=7, record="events")
    dead = next(row for row in report.units if row["status"] == "destroyed")
    story = report.explain(dead["id"])
    assert story.unit == dead["id"]
    assert story.sentences[0].endswith(f"round {dead['death_round']} by unit {dead['killed_by']}.")
    assert str(story).splitlines() == story.sentences
    assert f"unit {dead['killed_by']} (" in story.sentences[-1]
    assert "took its last point" in story.sentences[-1]
    by_id = {row["id"]: row for row in story.events}
    end = next(row for row in by_id.values() if row["kind"] == "kill" and row["target"] == dead["id"])
    assert by_id[end["cause"]]["unit"] == dead["killed_by"]
    assert "<li>" in story._repr_html_()


def test_a_survivor_has_a_story_too() -> None:
    report = fleet_battle(40).resolve(location=7, record="events")
    alive = next(row for row in report.units if row["alive"] and row["kills"])
    text = str(report.explain(alive["id"]))
    assert "stood to the end" in text
    assert text.count("it destroyed unit ") == alive["kills"]


def test_without_events_there_is_no_story_and_the_error_says_how_to_have_one(kernel: muc.Kernel) -> None:
    plain = kernel.resolve(location=7, commit=False)
    assert plain.events is None
    assert plain.ledger is None
    with pytest.raises(muc.ReplayError, match=r'got a battle without events, expected .*record="events"'):
        plain.explain(10)
    with pytest.raises(muc.UnknownKeyError, match="no unit of this battle has the key 99"):
        kernel.resolve(location=7, record="events").explain(99)


def test_a_mark_of_ones_own_is_on_report_and_events(kernel: muc.Kernel) -> None:
    report = kernel.resolve(location=7, commit=False, record="events", trace_id="turn 7 <b>")
    assert report.trace_id == "turn 7 <b>"
    assert report.events is not None
    assert set(report.events["trace_id"]) == {"turn 7 <b>"}
    plain = kernel.resolve(location=7, commit=False)
    assert plain.trace_id is None
    assert plain.digest == report.digest
    assert {report.trace_id for report in kernel.resolve_turn(trace_id="t").values()} == {"t"}


def test_names_are_no_markup_in_a_story() -> None:
    kernel = muc.Kernel(seed=1)
    bad = "<script>alert(1)</script>"
    kernel.push(
        factions={"name": [bad, "Synod"]},
        treaties={"a": [bad], "b": ["Synod"], "kind": ["war"]},
        fleets={"id": [1, 2], "faction": [bad, "Synod"], "location": [7, 7]},
        units={"id": [1, 2], "fleet": [1, 2], "max_hp": [50.0, 900.0]},
        weapons={"unit": [1, 2], "slot": [0, 0], "range": [900.0, 900.0], "strength": [9.0, 9.0]},
    )
    html = kernel.resolve(location=7, record="events").explain(1)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
