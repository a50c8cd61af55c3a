"""Odds: chances with intervals, the same whoever works them out, and refusals in plain words."""

import concurrent.futures
import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import campaign, endless_battle, fleet_battle

import multi_universe_core as muc
from multi_universe_core.executors import RayExecutor

PATIENCE = 120


def duel(units: int = 12) -> muc.Kernel:
    """A battle of some rounds whose end is open."""
    return fleet_battle(units, max_hp=300.0)


def test_odds_say_who_wins_and_what_it_costs() -> None:
    kernel = duel()
    before = kernel.digest()
    odds = kernel.odds(fleets=[1, 2], runs=500)
    assert kernel.digest() == before
    assert odds.runs == len(odds.samples) == 500 and odds.ended == "runs" and not odds.partial
    table = odds.table
    assert table["wins"].sum() + odds.draws == 500
    assert np.allclose(table["probability"], table["wins"] / 500)
    assert (table["low"] < table["probability"]).all() and (table["probability"] < table["high"]).all()
    assert np.allclose(table["lost_mean"] + table["survivors_mean"], table["units"])
    for name in table["name"]:
        lost = odds.samples[f"lost_{name}"]
        row = list(table["name"]).index(name)
        assert table["lost_mean"][row] == pytest.approx(lost.mean())
        for percent in (5, 25, 50, 75, 95):
            at_most = np.quantile(lost, percent / 100, method="inverted_cdf")
            assert table[f"lost_p{percent:02}"][row] == at_most
    assert odds.rounds["mean"] == pytest.approx(odds.samples["rounds"].mean())
    assert odds.rounds["min"] <= odds.rounds["p50"] <= odds.rounds["max"]
    assert "Hegemony" in repr(odds) and odds.digest in repr(odds)


def test_a_run_is_the_battle_of_its_seed() -> None:
    kernel = duel()
    report = kernel.resolve(fleets=[1, 2], seed=9, commit=False)
    run = kernel.odds(fleets=[1, 2], seed=9, runs=1).samples.row(0)
    assert (run["winner"] or None, run["rounds"]) == (report.winner, report.rounds)
    lost = {row["name"]: row["units_lost"] for row in report.factions}
    assert lost == {name: run[f"lost_{name}"] for name in lost}


def test_threads_and_shards_do_not_matter() -> None:
    kernel = duel()
    whole = kernel.odds(fleets=[1, 2], runs=300, threads=1)
    assert kernel.odds(fleets=[1, 2], runs=300, threads=3) == whole
    halves = [kernel.odds(fleets=[1, 2], first=first, runs=150) for first in (150, 0)]
    merged = muc.Odds.merge(halves)
    assert merged == whole and merged.digest == whole.digest
    with pytest.raises(muc.OddsError, match="no gap and no overlap"):
        muc.Odds.merge([halves[0], halves[0]])


def test_odds_travel() -> None:
    odds = duel().odds(fleets=[1, 2], runs=50)
    assert pickle.loads(pickle.dumps(odds)) == odds
    make, (head, columns, profile) = odds.__reduce__()
    with pytest.raises(muc.OddsError, match="damaged"):
        make(head, (*columns[:4], columns[4][1:], columns[5]), profile)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_a_pool_of_processes_gives_the_same_odds(method: str) -> None:
    kernel = duel()
    whole = kernel.odds(fleets=[1, 2], runs=700)
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        assert kernel.odds(fleets=[1, 2], runs=700, executor=pool) == whole
        narrow = kernel.odds(fleets=[1, 2], runs=5000, until=0.1)
        assert kernel.odds(fleets=[1, 2], runs=5000, until=0.1, executor=pool) == narrow
        assert narrow.ended == "until" and narrow.runs < 5000


def test_a_pool_of_threads_gives_the_same_odds() -> None:
    kernel = duel()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        odds = kernel.odds(location=7, runs=300, defenders=["Synod"], executor=pool)
    assert odds == kernel.odds(location=7, runs=300, defenders=["Synod"])


class Dying(concurrent.futures.Executor):
    """An executor whose workers die now and then, and that takes no more work in the end."""

    def __init__(self, shards: int) -> None:
        self.left = shards
        self.calls = 0

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        if self.left <= 0:
            raise RuntimeError("cannot schedule new futures after shutdown")
        self.left -= 1
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        if self.calls % 3 == 0:
            future.set_exception(ConnectionError("worker gone"))
        else:
            future.set_result(work(*args, **kwargs))
        return future


@pytest.mark.parametrize("shards", [0, 3, 1000])
def test_a_shard_whose_worker_died_is_run_again(shards: int) -> None:
    kernel = duel()
    executor = Dying(shards)
    assert kernel.odds(fleets=[1, 2], runs=900, executor=executor) == kernel.odds(fleets=[1, 2], runs=900)
    assert executor.calls > 3


class Lying(concurrent.futures.Executor):
    """An executor that has another answer than the work's, and a wrong idea of its size."""

    _max_workers = -2

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        future.set_result("hello")
        return future


def test_what_is_no_odds_is_not_taken_for_a_shards_result() -> None:
    with pytest.raises(muc.OddsError, match="executor: got a str from a shard, expected the odds"):
        duel().odds(fleets=[1, 2], runs=50, executor=Lying())


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_killed_does_not_change_the_answer() -> None:
    kernel = duel()
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        killed = pool.submit(_die)
        odds = kernel.odds(fleets=[1, 2], runs=500, executor=pool)
        with pytest.raises(concurrent.futures.BrokenExecutor):
            killed.result(PATIENCE)
    assert odds == kernel.odds(fleets=[1, 2], runs=500)


class Refusing(concurrent.futures.Executor):
    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        raise pickle.PicklingError("no work from strangers")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"runs": 0}, ["runs: got 0", "from 1 to"]),
        ({"runs": -5}, ["runs: got -5"]),
        ({"until": 0.0}, ["until: got 0"]),
        ({"until": float("nan")}, ["until: got NaN"]),
        ({"confidence": 0.0}, ["confidence: got 0"]),
        ({"confidence": 1.0}, ["confidence: got 1"]),
        ({"deadline": 0.0}, ["deadline: got 0", "seconds"]),
        ({"deadline": -1.0}, ["deadline: got -1"]),
        ({"max_memory": 10}, ["max_memory: got 10", "one battle"]),
        ({"max_memory": -1}, ["max_memory: got -1"]),
        ({"threads": 0}, ["threads: got 0"]),
        ({"first": -1}, ["first: got -1"]),
        ({"executor": Refusing()}, ["executor", "no work from strangers", "picklable"]),
        ({"executor": "a pool"}, ["executor: got str", "concurrent.futures.Executor"]),
    ],
)
def test_what_cannot_be_is_refused_in_plain_words(options: dict[str, Any], words: list[str]) -> None:
    kernel = duel()
    with pytest.raises(muc.OddsError) as refusal:
        kernel.odds(fleets=[1, 2], **options)
    for word in words:
        assert word in str(refusal.value)
    assert refusal.value.count == 1


def test_a_battle_that_cannot_be_has_no_odds() -> None:
    kernel = muc.Kernel()
    kernel.push(**campaign())
    with pytest.raises(muc.ResolveError, match="99"):
        kernel.odds(fleets=[1, 99])
    with pytest.raises(muc.ResolveError, match="two factions at war"):
        kernel.odds(fleets=[1, 3])
    with concurrent.futures.ThreadPoolExecutor(2) as pool, pytest.raises(muc.ResolveError, match="99"):
        kernel.odds(fleets=[1, 99], executor=pool)


def test_the_environment_says_how_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = duel()
    monkeypatch.setenv("MUC_THREADS", "many")
    with pytest.raises(muc.OddsError, match=r"MUC_THREADS: got 'many'"):
        kernel.odds(fleets=[1, 2], runs=10)
    assert kernel.odds(fleets=[1, 2], runs=10, threads=1).runs == 10
    monkeypatch.setenv("MUC_THREADS", "2")
    assert kernel.odds(fleets=[1, 2], runs=10).runs == 10


def test_progress_is_told_and_may_stop_the_run() -> None:
    kernel = duel(60)
    told: list[tuple[int, int]] = []
    kernel.odds(fleets=[1, 2], runs=3000, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (3000, 3000) and told == sorted(told)

    def refuse(done: int, total: int) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough") as stop:
        kernel.odds(fleets=[1, 2], runs=1_000_000, progress=refuse)
    partial: muc.Odds = stop.value.partial  # type: ignore[attr-defined]
    assert partial.partial and partial.ended == "interrupted" and 0 < partial.runs < 1_000_000


def test_a_bar_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    duel().odds(fleets=[1, 2], runs=200, progress=True)
    assert "200/200" in capfd.readouterr().err


@pytest.mark.parametrize("threads", [1, 2])
def test_a_deadline_keeps_what_was_done(threads: int) -> None:
    kernel = duel(60)
    odds = kernel.odds(fleets=[1, 2], runs=10_000_000, deadline=0.2, threads=threads)
    assert odds.partial and odds.ended == "deadline" and odds.runs > 0
    assert odds.samples["rounds"][:50].tolist() == (
        kernel.odds(fleets=[1, 2], runs=50).samples["rounds"].tolist()
    )


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("battle", [duel, endless_battle])
def test_ctrl_c_stops_within_a_tenth_of_a_second(battle: Callable[[], muc.Kernel], threads: int) -> None:
    kernel = battle()
    sent: list[float] = []

    def press() -> None:
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.5, press)
    timer.start()
    with pytest.raises(KeyboardInterrupt) as stop:
        kernel.odds(fleets=[1, 2], runs=10_000_000, threads=threads)
    # Generous, for machines that are busy with other things; the promise is 100 ms.
    assert time.monotonic() - sent[0] < 1.0
    partial = stop.value.partial  # type: ignore[attr-defined]
    assert partial is None if battle is endless_battle else partial.runs > 0
    assert kernel.fleets()["id"].tolist() == [1, 2]


def test_a_scenario_has_odds() -> None:
    scenario = muc.Scenario.load(Path(__file__).parents[2] / "scenarios/fleet/line_battle.toml")
    odds = scenario.odds(runs=40, threads=1)
    assert odds.seed == scenario.seed and odds.runs == 40
    assert odds.samples.row(0)["rounds"] == scenario.run().rounds


def test_odds_can_be_looked_at(tmp_path: Path) -> None:
    figure = duel().odds(fleets=[1, 2], runs=200).plot()
    figure.savefig(tmp_path / "odds.png")
    chances, losses, course = figure.axes
    assert chances.get_xlabel() == "chance to win, in percent"
    assert losses.get_xlabel() == "units lost" and course.get_xlabel() == "runs"


def test_a_dask_cluster_gives_the_same_odds() -> None:
    distributed = pytest.importorskip("distributed")
    kernel = duel()
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        odds = kernel.odds(fleets=[1, 2], runs=700, executor=client.get_executor())
    assert odds == kernel.odds(fleets=[1, 2], runs=700)


def test_a_ray_cluster_gives_the_same_odds_and_says_what_was_wrong() -> None:
    ray = pytest.importorskip("ray")
    kernel = duel()
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        executor = RayExecutor()
        odds = kernel.odds(fleets=[1, 2], runs=700, executor=executor)
        with pytest.raises(muc.ResolveError, match="99"):
            kernel.odds(fleets=[1, 99], runs=700, executor=executor)
    finally:
        ray.shutdown()
    assert odds == kernel.odds(fleets=[1, 2], runs=700)
