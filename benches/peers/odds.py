"""Odds and turns: replicas a second, what threads give, what a call, a shard and a turn cost.

    python benches/peers/odds.py [replicas] [call] [shards] [turn]

Results are compared before anything is measured. `shards` starts a pool of one process, and Dask and Ray
with one worker each if they are installed.
"""

import concurrent.futures
import multiprocessing
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

import multi_universe_core as muc
from beside import beside, heading
from figures import Figure, show


def battle(units: int, toughness: float = 1.0, locations: int = 1) -> muc.Kernel:
    """Two factions at war at each location: `units` ships of two kinds there, two weapons each."""
    ids = np.arange(units * locations)
    of = lambda heavy, light: np.where(ids % 3 == 0, heavy, light).astype(float)  # noqa: E731
    weapons = np.arange(2 * len(ids))
    kernel = muc.Kernel(seed=42)
    kernel.push(
        factions={"name": ["Hegemony", "Synod"]},
        treaties={"a": ["Hegemony"], "b": ["Synod"], "kind": ["war"]},
        fleets={
            "id": np.arange(2 * locations),
            "faction": np.array(["Hegemony", "Synod"] * locations),
            "location": np.arange(2 * locations) // 2,
        },
        units={
            "id": ids,
            "fleet": ids % 2 + ids // units * 2,
            "max_hp": of(72.0, 32.0) * toughness,
            "max_shield": of(200.0, 50.0) * toughness,
            "armor": of(30.0, 10.0),
            "bs": of(55.0, 45.0),
            "md": of(20.0, 40.0),
            "speed": of(4.0, 7.0),
            "shield_regen": of(5.0, 0.0),
        },
        weapons={
            "unit": weapons // 2,
            "slot": weapons % 2,
            "range": 20.0 + 15.0 * (weapons % 2),
            "attacks": 0.5 + weapons % 2,
        },
    )
    return kernel


def replicas() -> None:
    """100 ships with two weapons each, full rules, of two toughnesses; one thread and two."""
    heading("replicas of 100 ships with two weapons each, all rules")
    for toughness, rounds in ((0.7, 20), (1.0, 25)):
        kernel = battle(100, toughness)
        runs, size = 4_000, f"100 ships, {rounds} rounds"
        odds = [kernel.odds(fleets=[0, 1], runs=runs, seed=1, threads=threads) for threads in (1, 2)]
        assert odds[0] == odds[1] and odds[0].table["lost_mean"].min() > 10, "nothing happened"
        assert abs(odds[0].rounds["mean"] - rounds) < 1, odds[0].rounds
        wall: dict[int, list[float]] = {1: [], 2: []}
        work: dict[int, list[float]] = {1: [], 2: []}
        for seed in range(9):
            for threads in wall:
                start, begin = time.perf_counter(), time.process_time()
                kernel.odds(fleets=[0, 1], runs=runs, seed=seed, threads=threads)
                wall[threads].append((time.perf_counter() - start) / runs)
                work[threads].append((time.process_time() - begin) / runs)
        for threads, times in work.items():
            show(Figure(f"processor time of a replica, threads: {threads}", size, statistics.median(times)))
        one, two = (1 / statistics.median(times) for times in wall.values())
        show(Figure("replicas, threads: 1", size, one, unit="/s"))
        show(Figure("replicas, threads: 2", size, two, "threads: 1", one, "/s"))


def call() -> None:
    """What a call costs around its replicas: two ships, one run."""
    kernel = battle(2)
    heading("a call of odds for one run of two ships, against resolve of the same battle")
    beside(
        "a call of odds for one run",
        "2 ships",
        "resolve of the same battle",
        lambda: kernel.odds(fleets=[0, 1], runs=1, seed=1, threads=1),
        lambda: kernel.resolve(fleets=[0, 1], seed=1, commit=False),
    )


def shards() -> None:
    """The time of a shard besides its replicas, on a worker that has the kernel."""
    kernel = battle(100)
    few, many = 640, 64 * 200
    heading("a shard on one worker, its replicas taken off")
    alone = [kernel.odds(fleets=[0, 1], runs=runs, seed=1, threads=1) for runs in (few, many)]
    base = _median(lambda: kernel.odds(fleets=[0, 1], runs=many, seed=1, until=1e-9, threads=1))
    for name, made in executors():
        with made as executor:
            assert kernel.odds(fleets=[0, 1], runs=few, seed=1, executor=executor) == alone[0]
            counted = _Counted(executor)
            assert kernel.odds(fleets=[0, 1], runs=many, seed=1, until=1e-9, executor=counted) == alone[1]
            count = counted.given
            whole = _median(
                lambda e=executor: kernel.odds(fleets=[0, 1], runs=many, seed=1, until=1e-9, executor=e)
            )
            show(Figure("a shard besides its replicas", name, (whole - base) / count))


class _Counted(concurrent.futures.Executor):
    """Counts the shards."""

    def __init__(self, executor: Any) -> None:
        self.executor, self.given = executor, 0
        self._max_workers = 1

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.given += 1
        return self.executor.submit(fn, *args, **kwargs)


def executors() -> Iterator[tuple[str, Any]]:
    """One worker each."""
    context = multiprocessing.get_context("spawn")
    yield "process pool", concurrent.futures.ProcessPoolExecutor(1, mp_context=context)
    try:
        yield "Dask", dask()
    except ImportError:
        print("Dask is not installed")
    try:
        yield "Ray", ray()
    except ImportError:
        print("Ray is not installed")


@contextmanager
def dask() -> Iterator[Any]:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client.get_executor()


@contextmanager
def ray() -> Iterator[Any]:
    import ray as cluster

    from multi_universe_core.executors import RayExecutor

    cluster.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    try:
        yield RayExecutor()
    finally:
        cluster.shutdown()


def turn() -> None:
    """1,000 battles of 40 units: all at once, and one after another."""
    kernel = battle(40, locations=1_000)
    places = range(1_000)
    at_once = kernel.resolve_turn(commit=False, seed=1, threads=2)
    assert len(at_once) == 1_000 and not at_once.errors
    assert at_once.factions["units_lost"].sum() > 10_000, "nothing happened"
    heading("a turn of 1,000 battles of 40 ships on two threads, against the loop over resolve")
    beside(
        "a turn, threads: 2",
        "1,000 battles of 40 ships",
        "the loop over resolve",
        lambda: kernel.resolve_turn(commit=False, seed=1, threads=2),
        lambda: [kernel.resolve(location=place, commit=False) for place in places],
        turns=5,
    )
    beside(
        "a turn, threads: 1",
        "1,000 battles of 40 ships",
        "the loop over resolve",
        lambda: kernel.resolve_turn(commit=False, seed=1, threads=1),
        lambda: [kernel.resolve(location=place, commit=False) for place in places],
        turns=5,
    )


def _median(work: Any) -> float:
    times = []
    for _ in range(7):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


PARTS = {"replicas": replicas, "call": call, "shards": shards, "turn": turn}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
