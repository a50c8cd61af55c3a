"""How long a function takes, against what it may take."""

from __future__ import annotations

import functools
import inspect
import logging
import math
import time
from collections.abc import Callable

from .._mark import mark_of
from ._wrapped import P, R, Wrapped, callable_or_raise

_log = logging.getLogger(__package__)


class Monitored(Wrapped[P, R]):
    """What `monitor_performance` returns: the function, and what its calls took."""

    def __init__(self, function: Callable[P, R], budget_s: float, name: str | None) -> None:
        """See `monitor_performance`."""
        callable_or_raise("function", function)
        if inspect.iscoroutinefunction(function):
            raise TypeError(f"function: got the coroutine {function!r}, whose call does not do its work")
        super().__init__(function, name)
        self.budget_s = budget_s
        """What a call may take, in seconds."""
        self.calls = 0
        """How many calls there were, those that raised included."""
        self.total_s = 0.0
        """What all of them took, in seconds."""
        self.worst_s = 0.0
        """What the longest took, in seconds."""
        self.over_budget = 0
        """How many took longer than the budget."""
        self._function = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function, and take its time."""
        start = time.perf_counter()
        try:
            return self._function(*args, **kwargs)
        finally:
            self._record(time.perf_counter() - start, kwargs.get("trace_id"))

    def _record(self, seconds: float, trace_id: object) -> None:
        with self._lock:
            self.calls += 1
            self.total_s += seconds
            self.worst_s = max(self.worst_s, seconds)
            self.over_budget += seconds > self.budget_s
            times, calls = self.over_budget, self.calls
        mark, extra = mark_of(trace_id)
        _log.debug("%s took %.3f ms%s", self.name, seconds * 1e3, mark, extra=extra)
        # 1, 2, 4, 8 …: what is always too slow must not fill the log.
        if seconds > self.budget_s and times & (times - 1) == 0:
            _log.warning(
                "%s took %.3f ms, its budget is %.3f ms (over budget in %d of %d calls)%s",
                self.name, seconds * 1e3, self.budget_s * 1e3, times, calls, mark, extra=extra,
            )  # fmt: skip


def monitor_performance(
    budget_s: float, *, name: str | None = None
) -> Callable[[Callable[P, R]], Monitored[P, R]]:
    """A decorator that gives a function a budget of time.

    budget_s: what a call may take, in seconds.
    name: what the function is called in the log; None: its own name.

    Calls that take longer are counted, and the 1st, 2nd, 4th, 8th … of them is a warning in the log; the time
    of every call is there at level DEBUG. Answers and exceptions are the function's own. Raises ValueError
    for a budget that is not above zero, TypeError for what is no function or a coroutine.

    >>> from multi_universe_core.rollout import monitor_performance
    >>> @monitor_performance(budget_s=0.5)
    ... def finalize(units):
    ...     return len(units)
    >>> finalize([1, 2, 3]), finalize.calls, finalize.over_budget
    (3, 1, 0)
    """
    if callable(budget_s):
        raise TypeError("budget_s: got a function; write @monitor_performance(budget_s=...) above it")
    if not (budget_s > 0 and math.isfinite(budget_s)):
        raise ValueError(f"budget_s: got {budget_s!r}, expected a number of seconds above 0")
    return functools.partial(_monitored, budget_s=budget_s, name=name)


def _monitored(function: Callable[P, R], *, budget_s: float, name: str | None) -> Monitored[P, R]:
    return Monitored(function, budget_s, name)
