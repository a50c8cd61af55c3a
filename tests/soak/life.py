"""A life: operations on a kernel and on its model, with the invariants looked at after each."""

from __future__ import annotations

import contextlib
import copy
import pickle
import random
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import multi_universe_core as muc

from .model import KEYS, Model, Refused
from .operations import Operation, draw

# Every so many operations all tables are compared, not only their numbers of rows.
DEEP = 10
ROUNDS = 15
ALARM_S = 0.02


class Broken(AssertionError):
    """An invariant does not hold."""


class Enough(Exception):
    """What a progress function raises, to stop odds."""


@dataclass
class Life:
    """A kernel, its model, and what was kept of earlier."""

    kernel: muc.Kernel = field(default_factory=lambda: muc.Kernel(seed=1))
    model: Model = field(default_factory=Model)
    kept: list[tuple[bytes, str, Model]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def live(self, operation: Operation) -> None:
        """One operation, and the invariants after it."""
        name, arguments = operation
        digest = self.kernel.digest()
        before = self.model.copy()
        try:
            changes = getattr(self, name)(**copy.deepcopy(arguments))
        except Refused:
            # The model refused and the kernel did not, or the step would have ended in `refused`.
            raise Broken(f"{name}: the kernel took what the model refuses") from None
        self.done[name if changes is not None else f"{name}, refused"] += 1
        if not changes:
            self._same(self.kernel.digest() == digest and self.model == before, f"{name} changed something")
        counts = {table: len(getattr(self.kernel, table)()) for table in KEYS}
        self._same(counts == self.model.counts(), f"{name}: {counts} against {self.model.counts()}")
        if self.done.total() % DEEP == 0:
            differences = self.model.differences(self.kernel)
            self._same(not differences, f"{name}: {differences}")

    @staticmethod
    def _same(holds: bool, otherwise: str) -> None:
        if not holds:
            raise Broken(otherwise)

    def _agree(self, error: type[Exception], plan: Callable[[], Any], call: Callable[[], Any]) -> Any:
        """The answer of the kernel; None if both refuse. What only one of them refuses is a defect."""
        try:
            plan()
        except Refused:
            try:
                call()
            except error as refusal:
                self._same(len(str(refusal)) > 20, f"few words: {refusal}")
                return None
            raise
        return call()

    def push(self, tables: dict[str, Any]) -> bool | None:
        """Whether it changed something; None: refused."""
        done = self._agree(muc.PushError, lambda: self.model.push(tables), lambda: self.kernel.push(**tables))
        return None if done is None else True

    def remove(self, keys: dict[str, Any]) -> bool | None:
        done = self._agree(
            muc.RemoveError, lambda: self.model.remove(keys), lambda: self.kernel.remove(**keys)
        )
        return None if done is None else True

    def resolve(self, seed: int, commit: bool, record: str | None, **muster: Any) -> bool | None:
        fights = False

        def plan() -> None:
            nonlocal fights
            fights = self.model.battle(muster.get("fleets"), muster.get("location"))

        options = {"max_rounds": ROUNDS, "seed": seed, "commit": commit, "record": record}
        report = self._agree(muc.ResolveError, plan, lambda: self.kernel.resolve(**muster, **options))
        if report is None:
            return None
        self._same((report.outcome != "no_conflict") == fights, f"{report.outcome}, {fights}")
        for row in report.factions:
            self._same(row["units_initial"] == row["units_lost"] + row["units_remaining"], f"{row}")
        if record and fights:
            self._same(report.replay.digest == report.digest, "the record is of another battle")
        if commit and fights:
            self.model.aftermath(report)
        return commit and fights

    def resolve_turn(self, seed: int, threads: int) -> bool:
        turn = self.kernel.resolve_turn(seed=seed, threads=threads, max_rounds=ROUNDS)
        self._same(set(turn) == self.model.contested() and not turn.errors, f"{turn!r}")
        for report in turn.values():
            self.model.aftermath(report)
        return bool(turn)

    def odds(self, seed: int, **muster: Any) -> bool | None:
        options: dict[str, Any] = {"runs": 20, "max_rounds": ROUNDS, "seed": seed}

        def plan() -> None:
            if not self.model.battle(muster.get("fleets"), muster.get("location")):
                raise Refused

        odds = self._agree(muc.ResolveError, plan, lambda: self.kernel.odds(**muster, **options, threads=1))
        if odds is None:
            return None
        self._same(odds == self.kernel.odds(**muster, **options, threads=2), "odds depend on threads")
        return False

    def compare(self, seed: int, **muster: Any) -> bool | None:
        change = {"units": {"id": list(self.model.units), "armor": [9.0] * len(self.model.units)}}

        def plan() -> None:
            if not self.model.battle(muster.get("fleets"), muster.get("location")):
                raise Refused

        options: dict[str, Any] = {"runs": 5, "max_rounds": ROUNDS, "seed": seed, "threads": 1}
        answer = self._agree(
            muc.ResolveError, plan, lambda: self.kernel.compare({"armour": change}, **muster, **options)
        )
        return None if answer is None else False

    def snapshot(self) -> bool:
        bytes_ = self.kernel.snapshot()
        self._same(bytes_ == muc.Kernel.restore(bytes_).snapshot(), "a snapshot of a snapshot is another")
        self.kept = [*self.kept[-4:], (bytes_, self.kernel.digest(), self.model.copy())]
        return False

    def restore(self, which: float) -> bool:
        if not self.kept:
            return False
        bytes_, digest, model = self.kept[int(which * len(self.kept))]
        self.kernel, self.model = muc.Kernel.restore(bytes_), model.copy()
        self._same(self.kernel.digest() == digest, "what was restored is something else")
        return True

    def copy(self) -> bool:
        other = copy.copy(self.kernel)
        other.push(factions={"name": ["Elsewhere"]})
        self.kernel = copy.deepcopy(self.kernel)
        return False

    def pickle(self) -> bool:
        self.kernel = pickle.loads(pickle.dumps(self.kernel))
        return False

    def rebuild(self) -> bool:
        """The tables, pushed into a new kernel, are the same mirror."""
        other = muc.Kernel(seed=1)
        other.push(**{table: getattr(self.kernel, table)() for table in KEYS})
        self._same(other.digest() == self.kernel.digest(), "the digest depends on how the mirror came about")
        return False

    def damaged(self, place: float, bits: int, cut: bool) -> None:
        """A snapshot with a byte changed, or cut short, is refused."""
        bytes_ = bytearray(self.kernel.snapshot())
        where = int(place * len(bytes_))
        bytes_[where] ^= bits
        try:
            muc.Kernel.restore(bytes(bytes_[:where] if cut else bytes_))
        except muc.SnapshotError:
            return
        raise Broken(f"byte {where} changed by {bits}, and nobody noticed")

    def cancel(self, seed: int, **muster: Any) -> bool:
        """A battle and odds that are stopped, at whatever moment."""

        def ring(number: int, frame: object) -> None:
            raise Enough

        def stop(done: int, total: int) -> None:
            raise Enough

        previous = signal.signal(signal.SIGALRM, ring)
        try:
            signal.setitimer(signal.ITIMER_REAL, ALARM_S)
            for _ in range(1000):
                self.kernel.resolve(**muster, seed=seed, commit=False)
        except (Enough, muc.ResolveError):
            pass
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
        with contextlib.suppress(Enough, muc.ResolveError):
            self.kernel.odds(**muster, seed=seed, runs=100_000, progress=stop, threads=2)
        return False


def history(operations: int, seed: int, life: Life) -> list[Operation]:
    """Lives so many operations; what a defect raises has those until then as `history`."""
    rolls = random.Random(seed)
    lived: list[Operation] = []
    for _ in range(operations):
        operation = draw(rolls, life.model)
        lived.append(operation)
        try:
            life.live(operation)
        except Exception as failure:
            failure.history = lived  # type: ignore[attr-defined]
            raise
    return lived
