"""Two paths side by side: the trusted one answers, the candidate is watched."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._core import Table
from .._mark import mark_of
from ._agreement import Difference, Distribution, Exact
from ._fallback import is_panic
from ._verdict import ShadowReport, judge
from ._wrapped import P, R, Wrapped, callable_or_raise, name_of

_log = logging.getLogger(__package__)

# How many differences are kept, the first ones.
_KEPT_DIFFERENCES = 1000


@dataclass(frozen=True)
class Call:
    """One call that both paths answered."""

    number: int
    difference: Difference | None
    trusted_ns: int
    candidate_ns: int


@dataclass(frozen=True)
class _Raised:
    """An exception in the place of an answer."""

    error: BaseException


class Shadow(Wrapped[P, R]):
    """Runs two paths, answers with the trusted one's result, and keeps what differed and what both took.

    trusted: the path in use. What it returns or raises is what the caller gets, whatever the candidate does.
    candidate: the path that is to take its place. What it raises is a difference, unless the trusted one
        raised an exception of the same type; KeyboardInterrupt and its like go to the caller.
    compare: `Exact()`, `Tolerance(relative, absolute)` or `Distribution(measure, limit)`.
    copy: what makes the candidate's arguments of the trusted one's, `copy.deepcopy` for instance: called with
        (args, kwargs) before either runs. None: both get the same, which is right only if neither path
        changes its arguments. A path that changes objects, as the bridge does, needs a copy.
    name: what it is called in the log and in reports; None: the candidate's name.
    every: how many calls of the trusted path make one of both; 1: all.
    keep: how many calls `table` keeps, the last ones; and how many answers a `Distribution` looks at.

    The trusted path runs first, so that the candidate finds caches warm; do not read a few percent out of the
    times. The first difference at each place is a warning in the log.

    >>> from multi_universe_core.rollout import Shadow
    >>> total = Shadow(sum, lambda numbers: max(numbers) * 2, name="total")
    >>> total([1, 1]), total([2, 2]), total([1, 2])
    (2, 4, 3)
    >>> total.differences.row(0)["trusted"], total.differences.row(0)["candidate"]
    ('3', '4')
    >>> total.report(min_calls=3).safe
    False
    """

    def __init__(
        self,
        trusted: Callable[P, R],
        candidate: Callable[P, R],
        *,
        compare: Exact | Distribution | None = None,
        copy: Callable[[Any], Any] | None = None,
        name: str | None = None,
        every: int = 1,
        keep: int = 10_000,
    ) -> None:
        callable_or_raise("trusted", trusted)
        callable_or_raise("candidate", candidate)
        for place, count in (("every", every), ("keep", keep)):
            if isinstance(count, bool) or not isinstance(count, int) or count < 1:
                raise ValueError(f"{place}: got {count!r}, expected a whole number from 1")
        if not isinstance(compare, Exact | Distribution | None):
            raise TypeError(f"compare: got {compare!r}, expected Exact(), Tolerance() or Distribution()")
        super().__init__(trusted, name_of(candidate) if name is None else name)
        self.compare = Exact() if compare is None else compare
        """When two answers are the same."""
        self._trusted, self._candidate, self._copy, self._every = trusted, candidate, copy, every
        self._asked = 0
        self._compared = 0
        self._differing = 0
        self._calls: deque[Call] = deque(maxlen=keep)
        self._different: list[Call] = []
        self._samples: dict[str, tuple[deque[float], deque[float]]] = {}
        self._logged: set[str] = set()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The trusted path's answer."""
        with self._lock:
            turn = self._asked % self._every == 0
            self._asked += 1
        if not turn:
            return self._trusted(*args, **kwargs)
        others, _ = _timed((lambda both: both) if self._copy is None else self._copy, (args, kwargs))
        trusted, trusted_ns = _timed(self._trusted, *args, **kwargs)
        candidate: R | _Raised
        if isinstance(others, _Raised):
            # Without arguments of its own the candidate must not run.
            candidate, candidate_ns = others, 0
        else:
            candidate, candidate_ns = _timed(self._candidate, *others[0], **others[1])
        self._record(trusted, candidate, trusted_ns, candidate_ns, kwargs.get("trace_id"))
        if isinstance(trusted, _Raised):
            raise trusted.error
        return trusted

    @property
    def table(self) -> Table:
        """The last calls that both paths answered, a row each.

        call (its number among these, from 0), same, place (where the answers differ first: "" nowhere),
        trusted and candidate (what is there, as text), trusted_ns, candidate_ns (nanoseconds).
        """
        with self._lock:
            return _table(list(self._calls))

    @property
    def differences(self) -> Table:
        """The first 1,000 calls in which the answers differed, with the columns of `table`."""
        with self._lock:
            return _table(list(self._different))

    def report(self, *, min_calls: int = 1000, max_slowdown: float = 1.0) -> ShadowReport:
        """Whether it is safe to switch to the candidate, and why, or why not.

        min_calls: how many calls both must have answered.
        max_slowdown: how many times the trusted path's median time the candidate's may be.
        """
        with self._lock:
            calls, samples = list(self._calls), {k: (list(a), list(b)) for k, (a, b) in self._samples.items()}
            compared, differing, first = self._compared, self._differing, self._different[:1]
        return judge(
            name=self.name,
            compare=self.compare,
            compared=compared,
            differing=differing,
            first=first[0].difference if first else None,
            times_ns=np.array([(c.trusted_ns, c.candidate_ns) for c in calls], dtype=np.int64).reshape(-1, 2),
            samples=samples,
            min_calls=min_calls,
            max_slowdown=max_slowdown,
        )

    def _record(
        self, trusted: Any, candidate: Any, trusted_ns: int, candidate_ns: int, trace_id: object
    ) -> None:
        """Keep what came of a call. Comparing must not disturb the caller, whatever the answers are."""
        measures: tuple[dict[str, float], dict[str, float]] | None = None
        try:
            if isinstance(trusted, _Raised) or isinstance(candidate, _Raised):
                difference = _of_exceptions(trusted, candidate)
            elif isinstance(self.compare, Distribution):
                measures = self.compare.measures(trusted), self.compare.measures(candidate)
                difference = _of_names(*measures)
            else:
                difference = self.compare.difference(trusted, candidate)
        except Exception as error:
            difference = Difference("comparison", "", f"raised {type(error).__name__}: {error}")
        with self._lock:
            call = Call(self._compared, difference, trusted_ns, candidate_ns)
            self._compared += 1
            self._calls.append(call)
            if difference is None and measures is not None:
                self._sample(*measures)
            if difference is None:
                return
            self._differing += 1
            if len(self._different) < _KEPT_DIFFERENCES:
                self._different.append(call)
            news = difference.place not in self._logged and len(self._logged) < _KEPT_DIFFERENCES
            self._logged.add(difference.place)
        if news:
            mark, extra = mark_of(trace_id)
            _log.warning(
                "%s, call %d: the paths differ at %s: trusted %s, candidate %s%s",
                self.name, call.number, difference.place, difference.trusted, difference.candidate, mark,
                extra=extra,
            )  # fmt: skip

    def _sample(self, trusted: dict[str, float], candidate: dict[str, float]) -> None:
        for name in trusted:
            if name not in self._samples:
                self._samples[name] = (deque(maxlen=self._calls.maxlen), deque(maxlen=self._calls.maxlen))
            ours, theirs = self._samples[name]
            ours.append(trusted[name])
            theirs.append(candidate[name])


def _timed(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> tuple[R | _Raised, int]:
    """A function's answer, or what it raised, and how long that took in nanoseconds."""
    start = time.perf_counter_ns()
    answer: R | _Raised
    try:
        answer = function(*args, **kwargs)
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)):
            raise
        answer = _Raised(error)
    return answer, time.perf_counter_ns() - start


def _of_exceptions(trusted: Any, candidate: Any) -> Difference | None:
    both = [x.error if isinstance(x, _Raised) else None for x in (trusted, candidate)]
    if type(both[0]) is type(both[1]):
        return None
    words = ["returned" if e is None else f"raised {type(e).__name__}: {e}" for e in both]
    return Difference("exception", *words)


def _of_names(trusted: dict[str, float], candidate: dict[str, float]) -> Difference | None:
    """Measures must have the same names and be numbers; what they are is for the report to judge."""
    if trusted.keys() != candidate.keys():
        return Difference("measures", repr(sorted(trusted)), repr(sorted(candidate)))
    for name, value in trusted.items():
        if value != value or candidate[name] != candidate[name]:
            return Difference(f"measure {name!r}", repr(value), repr(candidate[name]))
    return None


def _table(calls: list[Call]) -> Table:
    same = Difference("", "", "")
    found = [call.difference or same for call in calls]
    return Table.of(
        {
            "call": np.array([call.number for call in calls], dtype=np.int64),
            "same": np.array([call.difference is None for call in calls], dtype=np.bool_),
            "place": np.array([d.place for d in found], dtype=object),
            "trusted": np.array([d.trusted for d in found], dtype=object),
            "candidate": np.array([d.candidate for d in found], dtype=object),
            "trusted_ns": np.array([call.trusted_ns for call in calls], dtype=np.int64),
            "candidate_ns": np.array([call.candidate_ns for call in calls], dtype=np.int64),
        }
    )
