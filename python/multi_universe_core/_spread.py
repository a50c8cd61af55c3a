"""Odds over an executor: the runs are cut into shards by number; the answer is the one of a single thread.

A worker gets the kernel's snapshot once and keeps it; a shard is a name of that snapshot and two numbers. A
shard whose worker dies is run again, and in this process if the executor takes no more work.
"""

import hashlib
import os
import pickle
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import Any

from ._core import Kernel, KernelError, Odds, OddsError, checkpoint

Progress = Callable[[int, int], object]

# How often a shard is given to the executor before it is run here.
TRIES = 3
# The fewest runs of a shard, if there are so many: less would be all overhead.
LEAST = 64
# Shards for each worker: so many that one slow worker does not keep the others waiting for long.
SHARDS_PER_WORKER = 4
# Kernels that a worker keeps.
KEPT = 4

_kept: dict[str, Kernel] = {}


def bar(runs: int) -> Any:
    """A progress bar on standard error: called with how many runs are done and how many there may be."""
    try:
        from tqdm.auto import tqdm
    except ImportError as missing:
        message = "a progress bar needs tqdm: pip install multi-universe-core[progress]"
        raise ImportError(message) from missing
    return _Bar(tqdm(total=runs, unit="run"))


class _Bar:
    def __init__(self, shown: Any) -> None:
        self._shown = shown

    def __call__(self, done: int, total: int) -> None:
        self._shown.update(done - self._shown.n)

    def close(self) -> None:
        self._shown.close()


def shard(token: str, snapshot: bytes | None, options: dict[str, Any], first: int, runs: int) -> Odds | None:
    """Fight a shard in a worker; None if the worker has not got the kernel and was not given its snapshot."""
    kernel = _kept.get(token)
    if kernel is None:
        if snapshot is None:
            return None
        kernel = Kernel.restore(snapshot)
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)))
        _kept[token] = kernel
    return kernel.odds(**options, first=first, runs=runs, threads=1)


def spread(
    kernel: Kernel,
    executor: Executor,
    options: dict[str, Any],
    numbers: tuple[int, int, float | None, float | None],
    progress: Progress | bool | None,
) -> Odds:
    """The odds of `Kernel.odds` over an executor; options and numbers have been checked there."""
    first, runs, until, deadline = numbers
    tell: Progress | None = bar(runs) if progress is True else (progress or None)
    run = _Run(kernel, executor, options)
    late = None if deadline is None else time.monotonic() + deadline
    done: list[Odds] = []
    fought = 0
    ended = "runs"
    try:
        for last, odds in run.in_order(_cuts(first, runs, until is not None, run.workers)):
            done.append(odds)
            fought += odds.runs
            if tell is not None:
                tell(fought, runs)
            if until is not None and last:
                done = [Odds.merge(done)]
                if done[0]._width() < until:
                    ended = "until"
                    break
            if late is not None and time.monotonic() >= late:
                ended = "runs" if fought == runs else "deadline"
                break
    except BaseException as stop:
        if not isinstance(stop, Exception):
            stop.partial = Odds.merge(done)._ended("interrupted") if done else None  # type: ignore[attr-defined]
        raise
    finally:
        run.cancel()
        if isinstance(tell, _Bar):
            tell.close()
    return Odds.merge(done)._ended(ended)


def _cuts(first: int, runs: int, checked: bool, workers: int) -> Iterator[tuple[int, int, bool]]:
    """The shards: first run, number of runs, and whether a checkpoint follows."""
    done = 0
    while done < runs:
        block = min(checkpoint(done), runs) - done if checked else runs
        size = max(LEAST, -(-block // (SHARDS_PER_WORKER * workers)))
        for start in range(0, block, size):
            count = min(size, block - start)
            yield first + done + start, count, start + count == block
        done += block


class _Run:
    """The shards that an executor has, and what came of them."""

    def __init__(self, kernel: Kernel, executor: Executor, options: dict[str, Any]) -> None:
        if not callable(getattr(executor, "submit", None)):
            raise _refused(
                f"{type(executor).__name__}", "a concurrent.futures.Executor: it has a method submit"
            )
        self.executor = executor
        self.options = options
        self.snapshot = kernel.snapshot()
        self.token = hashlib.blake2b(self.snapshot, digest_size=16).hexdigest()
        stated = getattr(executor, "_max_workers", None)
        self.workers = stated if isinstance(stated, int) and stated > 0 else os.cpu_count() or 1
        self.waiting: deque[tuple[int, int, bool, Future[Odds | None] | None]] = deque()
        self.given = 0

    def in_order(self, cuts: Iterator[tuple[int, int, bool]]) -> Iterator[tuple[bool, Odds]]:
        """The odds of the shards in their order, some of them always on their way."""
        while True:
            while len(self.waiting) <= 2 * self.workers and (cut := next(cuts, None)) is not None:
                first, runs, last = cut
                # The first shards carry the kernel along; most workers have it then.
                self.given += 1
                snapshot = self.snapshot if self.given <= self.workers else None
                self.waiting.append((first, runs, last, self.submit(snapshot, first, runs)))
            if not self.waiting:
                return
            first, runs, last, future = self.waiting.popleft()
            yield last, self.result(future, first, runs)

    def submit(self, snapshot: bytes | None, first: int, runs: int) -> Future[Odds | None] | None:
        """Hands a shard over; None if the executor takes no more work."""
        try:
            return self.executor.submit(shard, self.token, snapshot, self.options, first, runs)
        except (pickle.PicklingError, TypeError, AttributeError) as refusal:
            raise _refused(str(refusal), "an executor that takes picklable work") from refusal
        except RuntimeError:
            # Broken, or shut down: also what BrokenExecutor is.
            return None

    def result(self, future: Future[Odds | None] | None, first: int, runs: int) -> Odds:
        """The odds of a shard: run again where its worker died, and here if nobody else does it."""
        for _ in range(TRIES):
            if future is None:
                break
            try:
                odds = future.result()
            except KernelError:
                raise
            except (pickle.PicklingError, TypeError, AttributeError) as refusal:
                raise _refused(str(refusal), "an executor that takes picklable work") from refusal
            except Exception:
                # The worker died, the pool broke, the cluster lost it: the same shard gives the same odds.
                odds = None
            if isinstance(odds, Odds):
                return odds
            if odds is not None:
                raise _refused(f"a {type(odds).__name__} from a shard", "the odds that it was to work out")
            future = self.submit(self.snapshot, first, runs)
        odds = shard(self.token, self.snapshot, self.options, first, runs)
        assert odds is not None, "the snapshot was given"
        return odds

    def cancel(self) -> None:
        """Takes back what nobody has begun."""
        for *_, future in self.waiting:
            if future is not None:
                future.cancel()


def _refused(value: str, expected: str) -> OddsError:
    error = OddsError(f"odds refused: executor: got {value}, expected {expected}")
    fault = {"table": "executor", "column": "", "row": None, "value": value, "expected": expected}
    error.faults, error.count = [fault], 1
    return error
