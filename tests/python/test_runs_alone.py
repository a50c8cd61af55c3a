"""One of many: a run of odds fought alone, the battles of a turn written down, marks that travel along."""

import logging
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from conftest import fleet_battle
from lookalike import engine, fleets
from test_turn import wide_campaign

import multi_universe_core as muc
from multi_universe_core import _core
from multi_universe_core.rollout import ErrorMonitor, Shadow, monitor_performance, with_fallback

DUEL = str(Path(__file__).parents[2] / "scenarios" / "fleet" / "line_battle.toml")


def test_a_run_of_odds_fought_alone_ends_as_it_did_among_the_others() -> None:
    kernel = fleet_battle(60)
    odds = kernel.odds(location=7, runs=30, seed=5)
    digests = set()
    for run in odds.samples:
        alone = kernel.resolve(location=7, seed=5, replica=run["run"], commit=False)
        assert (alone.seed, alone.replica) == (5, run["run"])
        assert (alone.winner or "", alone.outcome, alone.rounds) == tuple(
            run[name] for name in ("winner", "outcome", "rounds")
        )
        for row in alone.factions:
            assert row["units_lost"] == run[f"lost_{row['name']}"]
            assert row["cost_lost"] == run[f"cost_lost_{row['name']}"]
        digests.add(alone.digest)
    assert len(digests) == 30
    assert kernel.resolve(location=7, seed=5, commit=False).digest in digests


def test_a_run_alone_can_be_written_down_saved_and_fought_again(tmp_path: Path) -> None:
    kernel = fleet_battle(60)
    report = kernel.resolve(location=7, seed=5, replica=3, commit=False, record="full")
    assert report.digest == kernel.resolve(location=7, seed=5, replica=3, commit=False).digest
    assert report.events is not None and report.ledger is not None and report.replay is not None
    path = tmp_path / "run.mucr"
    report.save(path)
    assert muc.Replay.load(path).verify().equal
    assert _core.main(["replay", str(path)]) == 0
    first = kernel.resolve(location=7, seed=5, commit=False, record="full").replay
    assert first is not None
    assert report.replay.diff(first).inputs == ["replica: 3 in A, 0 in B"]


def test_a_run_that_cannot_be_is_refused(kernel: muc.Kernel) -> None:
    for replica in (-1, 2**32):
        with pytest.raises(muc.ResolveError, match=f"replica: got {replica}"):
            kernel.resolve(location=7, replica=replica)


def test_the_command_line_fights_a_run_alone(capfd: pytest.CaptureFixture[str]) -> None:
    assert _core.main(["run", DUEL, "--seed", "5", "--replica", "3"]) == 0
    assert "--seed 5 --replica 3" in capfd.readouterr().out


@pytest.mark.parametrize("record", ["ledger", "events", "full"])
def test_the_battles_of_a_turn_are_written_down_as_those_of_resolve(record: str) -> None:
    kernel = wide_campaign(6)
    plain = kernel.resolve_turn(seed=5, commit=False)
    turn = kernel.resolve_turn(seed=5, commit=False, record=record, threads=2)
    assert turn.digest == plain.digest
    for place, report in turn.items():
        alone = kernel.resolve(location=place, seed=report.seed, commit=False, record=record)
        assert report.ledger == alone.ledger and report.ledger is not None
        assert report.events == alone.events and (report.events is None) == (record == "ledger")
        assert (report.replay is None) == (record != "full")
        if report.replay is not None:
            assert report.replay.verify().equal
    assert all(report.ledger is None for report in plain.values())
    with pytest.raises(muc.ResolveError, match="record: got 'all'"):
        kernel.resolve_turn(record="all")


def test_what_odds_cost_outlives_pickling_executors_and_merging() -> None:
    kernel = fleet_battle(60)
    odds = kernel.odds(location=7, runs=300, trace_id="turn 7")
    again = pickle.loads(pickle.dumps(odds))
    assert again.profile == odds.profile and len(again.profile) > 10
    assert (again, again.digest, again.trace_id) == (odds, odds.digest, "turn 7")
    parts = [pickle.loads(pickle.dumps(kernel.odds(location=7, runs=100, first=k))) for k in (0, 100, 200)]
    merged = muc.Odds.merge(parts)
    for column in ("calls", "total_ns"):
        assert (merged.profile[column] == np.sum([part.profile[column] for part in parts], axis=0)).all()
    with ThreadPoolExecutor(2) as pool:
        spread = kernel.odds(location=7, runs=300, executor=pool, trace_id="turn 8")
    assert list(spread.profile["calls"] > 0) == list(odds.profile["calls"] > 0)
    assert (spread, spread.trace_id) == (odds, "turn 8")
    assert odds.trace_id == "turn 7" and kernel.odds(location=7, runs=5).trace_id is None


def test_a_mark_is_on_the_turn_and_on_every_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    assert wide_campaign(2).resolve_turn(trace_id="turn 7").trace_id == "turn 7"
    caplog.set_level(logging.DEBUG)

    @monitor_performance(budget_s=1e-9)
    def slow(*, trace_id: str | None = None) -> None:
        raise muc.KernelError("no")

    path = with_fallback(slow, lambda *, trace_id=None: None, monitor=ErrorMonitor(threshold=1))
    path(trace_id="turn 7")
    Shadow(lambda *, trace_id: 1, lambda *, trace_id: 2)(trace_id="turn 7")
    lines = [record for record in caplog.records if record.name.startswith("multi_universe_core")]
    assert {record.levelname for record in lines} == {"DEBUG", "WARNING", "ERROR"}
    for record in lines:
        assert record.getMessage().endswith(" [trace_id 'turn 7']"), record.getMessage()
        assert record.__dict__["trace_id"] == "turn 7"
    caplog.clear()
    engine().engagement(fleets(3), trace_id="turn 8")
    marks = {(record.name, record.__dict__["trace_id"]) for record in caplog.records}
    assert marks == {("multi_universe_core.bridge", "turn 8")}
    assert all(record.getMessage().endswith(" [trace_id 'turn 8']") for record in caplog.records)
    assert engine().resolve(fleets(3), trace_id="turn 9").trace_id == "turn 9"
    caplog.clear()
    engine().engagement(fleets(3))
    assert caplog.records and all("trace_id" not in record.getMessage() for record in caplog.records)
