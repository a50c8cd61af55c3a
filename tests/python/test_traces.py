"""Traces of turns and odds: who ran when, on which thread."""

import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import fleet_battle
from test_turn import wide_campaign

import multi_universe_core as muc
from multi_universe_core import _core

DUEL = str(Path(__file__).parents[2] / "scenarios" / "fleet" / "line_battle.toml")
Bars = list[dict[str, Any]]


def bars(path: Path, kind: str | None = None) -> Bars:
    """The bars of a trace, or those of one kind."""
    events = json.loads(path.read_text())["traceEvents"]
    return [event for event in events if event["ph"] == "X" and kind in (None, event["cat"])]


def end(bar: dict[str, Any]) -> float:
    return float(bar["ts"] + bar["dur"])


def one_after_another(of_kind: Bars) -> None:
    """Bars of one kind on one track do not overlap: what runs there runs alone."""
    tracks = defaultdict(list)
    for bar in of_kind:
        tracks[bar["tid"]].append(bar)
    for track in tracks.values():
        for one, following in pairwise(track):
            assert end(one) <= following["ts"] + 1e-6


def calls_of(profile: muc.Table) -> dict[str, int]:
    return {row["name"]: row["calls"] for row in profile}


def test_a_turn_has_a_bar_for_each_battle_with_its_rounds_and_systems_on_one_thread(tmp_path: Path) -> None:
    path = tmp_path / "turn.json"
    turn = wide_campaign().resolve_turn(threads=2, trace=path)
    battles = bars(path, "battle")
    assert sorted(bar["name"] for bar in battles) == [f"place {place}" for place in turn]
    for bar in battles:
        report = turn[int(bar["name"].split()[1])]
        rounds = [b for b in bars(path, "round") if b["tid"] == bar["tid"]]
        inside = [b for b in rounds if bar["ts"] <= b["ts"] < end(bar)]
        assert [b["name"] for b in inside] == [f"round {n}" for n in range(1, report.rounds + 1)]
    systems = bars(path, "system")
    for name, count in calls_of(turn.profile).items():
        assert sum(bar["name"] == name for bar in systems) == count
    assert sum(bar["dur"] for bar in systems) == pytest.approx(turn.profile["total_ns"].sum() / 1e3)
    for kind in ("battle", "round", "system"):
        one_after_another(sorted(bars(path, kind), key=lambda bar: float(bar["ts"])))
    named = [e["args"]["name"] for e in json.loads(path.read_text())["traceEvents"] if e["ph"] == "M"]
    assert set(named) <= {"thread 1", "thread 2"}
    assert json.loads(path.read_text())["otherData"] == {"systems_left_out": 0, "trace_id": None}


def test_odds_have_a_bar_for_each_run_on_the_track_of_its_slot(tmp_path: Path) -> None:
    path = tmp_path / "odds.json"
    odds = fleet_battle(60).odds(location=7, runs=80, threads=2, trace=path, trace_id="turn 7")
    replicas = bars(path, "replica")
    rounds = dict(zip(odds.samples["run"].tolist(), odds.samples["rounds"].tolist(), strict=True))
    assert {int(bar["name"].split()[1]): bar["args"]["rounds"] for bar in replicas} == rounds
    one_after_another(replicas)
    steps = bars(path, "step")
    for bar in replicas:
        thread = bar["tid"] // 1000 * 1000
        meanwhile = [b for b in steps if b["tid"] == thread and bar["ts"] <= b["ts"] + 1e-6 < end(bar)]
        assert len(meanwhile) == bar["args"]["rounds"], "a round of each slot in each step"
    for name, count in calls_of(odds.profile).items():
        assert sum(bar["name"] == name for bar in bars(path, "system")) == count
    assert json.loads(path.read_text())["otherData"] == {"systems_left_out": 0, "trace_id": "turn 7"}


def test_a_long_trace_is_cut_off_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "odds.json"
    odds = fleet_battle(2).odds(location=7, runs=60_000, threads=1, trace=path)
    systems = bars(path, "system")
    assert len(systems) == 1 << 18
    left_out = json.loads(path.read_text())["otherData"]["systems_left_out"]
    assert left_out == odds.profile["calls"].sum() - len(systems) > 0


def test_traced_turns_and_odds_are_the_same_as_without(tmp_path: Path) -> None:
    kernel = wide_campaign(5)
    path = tmp_path / "t.json"
    assert kernel.resolve_turn(commit=False, trace=path).digest == kernel.resolve_turn(commit=False).digest
    assert kernel.odds(location=100, runs=50, trace=path) == kernel.odds(location=100, runs=50)
    assert kernel.resolve_turn(commit=False).digest == kernel.resolve_turn(commit=False).digest


def test_a_trace_that_cannot_be_written_is_told_of_before_anything_is_fought(tmp_path: Path) -> None:
    kernel = wide_campaign(5)
    before, nowhere = kernel.digest(), tmp_path / "nowhere" / "t.json"
    with pytest.raises(FileNotFoundError, match="cannot write"):
        kernel.resolve_turn(trace=nowhere)
    with pytest.raises(FileNotFoundError, match="cannot write"):
        kernel.odds(location=100, runs=10**9, trace=nowhere)
    assert kernel.digest() == before
    with ThreadPoolExecutor(1) as pool, pytest.raises(muc.OddsError, match="no trace with an executor"):
        kernel.odds(location=100, executor=pool, trace=tmp_path / "t.json")


def test_the_command_line_traces_turns_and_odds(tmp_path: Path) -> None:
    turn, odds = tmp_path / "turn.json", tmp_path / "odds.json"
    assert _core.main(["turn", DUEL, "--trace", str(turn)]) == 0
    assert _core.main(["odds", DUEL, "-n", "20", "--trace", str(odds)]) == 0
    assert len(bars(turn, "battle")) == 1
    assert len(bars(odds, "replica")) == 20
