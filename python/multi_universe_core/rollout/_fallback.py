"""The compiled path, and Python's where that fails by a fault of ours."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable

from .._core import KernelError
from .._mark import mark_of
from ._wrapped import P, R, Wrapped, callable_or_raise, name_of

_log = logging.getLogger(__package__)

Kinds = type[Exception] | tuple[type[Exception], ...]


class ErrorMonitor:
    """Counts the errors of functions, by name, and says when one has had too many.

    threshold: the number of errors from which on a function counts as tripped, for good.

    The first error of each kind is a warning in the log, the one that reaches the threshold an error; all
    others are only counted.

    >>> from multi_universe_core.rollout import ErrorMonitor
    >>> monitor = ErrorMonitor(threshold=2)
    >>> monitor.record_error("fleet_lookup", KeyError(7))
    False
    >>> monitor.record_error("fleet_lookup", KeyError(8))
    True
    >>> monitor.error_counts, monitor.tripped("fleet_lookup"), monitor.tripped("treaty_matrix")
    ({'fleet_lookup': 2}, True, False)
    """

    def __init__(self, threshold: int = 10) -> None:
        if isinstance(threshold, bool) or not isinstance(threshold, int) or threshold < 1:
            raise ValueError(f"threshold: got {threshold!r}, expected a whole number from 1")
        self.threshold = threshold
        """From how many errors on a function has tripped."""
        self._kinds: Counter[tuple[str, str]] = Counter()
        self._totals: Counter[str] = Counter()
        self._lock = threading.Lock()

    def record_error(self, name: str, error: BaseException | None = None, *, trace_id: object = None) -> bool:
        """Count an error of the function `name`, and say whether it has tripped.

        error: what was raised; its type is the error's kind.
        trace_id: the caller's own mark, for the log.
        """
        kind = "" if error is None else type(error).__name__
        with self._lock:
            self._kinds[name, kind] += 1
            self._totals[name] += 1
            first = self._kinds[name, kind] == 1
            total = self._totals[name]
        mark, extra = mark_of(trace_id)
        if first:
            what = f"{kind}: {error}" if kind else "an error"
            told = "%s failed: %s; further errors of this kind are only counted%s"
            _log.warning(told, name, what, mark, extra=extra)
        if total == self.threshold:
            told = "%s failed %d times, which is its threshold: it is not tried any more%s"
            _log.error(told, name, total, mark, extra=extra)
        return total >= self.threshold

    def tripped(self, name: str) -> bool:
        """Whether the function has had as many errors as the threshold says."""
        # Without the lock: every call of a Fallback asks, and one look-up sees the count before or after.
        return self._totals.get(name, 0) >= self.threshold

    @property
    def error_counts(self) -> dict[str, int]:
        """The errors of each function that has had any."""
        with self._lock:
            return dict(self._totals)

    def kinds(self, name: str) -> dict[str, int]:
        """The errors of one function, by the name of their type ("" where none was given)."""
        with self._lock:
            return {kind: count for (known, kind), count in self._kinds.items() if known == name}


class Fallback(Wrapped[P, R]):
    """What `with_fallback` returns: a function, with `name`, `monitor`, `tripped` and `calls`."""

    def __init__(
        self,
        rust: Callable[P, R],
        python: Callable[P, R],
        *,
        name: str | None,
        catch: Kinds,
        monitor: ErrorMonitor | None,
        enabled: bool,
    ) -> None:
        """See `with_fallback`."""
        super().__init__(python, name_of(rust) if name is None else name)
        self.monitor = ErrorMonitor() if monitor is None else monitor
        """Counts the errors, under `name`."""
        self.enabled = enabled
        """Whether the compiled path is switched on at all."""
        self._rust, self._python, self._catch = rust, python, catch
        self._calls = {"rust": 0, "python": 0}

    @property
    def tripped(self) -> bool:
        """Whether the compiled path has failed so often that it is not tried any more."""
        return self.monitor.tripped(self.name)

    @property
    def calls(self) -> dict[str, int]:
        """How many calls each path has answered: {"rust": …, "python": …}."""
        with self._lock:
            return dict(self._calls)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer of the compiled path, or of Python's where that is off, failed or tripped."""
        if self.enabled and not self.tripped:
            try:
                answer = self._rust(*args, **kwargs)
            except BaseException as error:
                if not (isinstance(error, self._catch) or is_panic(error)):
                    raise
                self.monitor.record_error(self.name, error, trace_id=kwargs.get("trace_id"))
            else:
                self._count("rust")
                return answer
        answer = self._python(*args, **kwargs)
        self._count("python")
        return answer

    def _count(self, path: str) -> None:
        with self._lock:
            self._calls[path] += 1


def with_fallback(
    rust: Callable[P, R],
    python: Callable[P, R],
    *,
    name: str | None = None,
    catch: Kinds = KernelError,
    monitor: ErrorMonitor | None = None,
    enabled: bool = True,
) -> Fallback[P, R]:
    """A function that takes the compiled path, and Python's where the compiled one fails by a fault of ours.

    rust, python: two functions that take the same arguments and mean the same.
    name: what it is called in the log and in the monitor; None: the name of `rust`.
    catch: which exceptions make Python answer: all of this package (`KernelError` and its children) unless
        said otherwise; a panic of the compiled code is always among them. Everything else goes to the caller:
        a TypeError or an exception of an object of the caller's is a bug that Python's path would hide
        or repeat, and KeyboardInterrupt is nobody's fault.
    monitor: counts the errors; one that is shared counts each function under its name. None: an
        `ErrorMonitor()` of its own. Once its threshold is reached, Python answers for good.
    enabled: False: Python answers always, as `flags["fleet_lookup"]` may say.

    Whatever this package refuses has changed nothing, so that Python's path finds its arguments as they were.
    A call costs about a microsecond more than that of the path itself: between two look-ups of some ten
    nanoseconds choose once, at the start, by the flag.
    Raises TypeError for what cannot be called, and for what `catch` cannot be.

    >>> import multi_universe_core as muc
    >>> from multi_universe_core.rollout import with_fallback
    >>> def compiled(bs):
    ...     return list(muc.resolve_shooting_batch({"bs": bs}, seed=1)["hits"])
    >>> hits = with_fallback(compiled, lambda bs: [0] * len(bs))
    >>> len(hits([50, 60])), hits([float("nan")]), hits.calls, hits.monitor.error_counts
    (2, [0], {'rust': 1, 'python': 1}, {'compiled': 1})
    """
    callable_or_raise("rust", rust)
    callable_or_raise("python", python)
    kinds = catch if isinstance(catch, tuple) else (catch,)
    for kind in kinds:
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            raise TypeError(f"catch: got {kind!r}, expected types of exceptions that are an Exception")
    return Fallback(rust, python, name=name, catch=kinds, monitor=monitor, enabled=enabled)


def is_panic(error: BaseException) -> bool:
    """A panic in compiled code is no Exception and has no module that one could import it from."""
    kind = type(error)
    return kind.__module__ == "pyo3_runtime" and kind.__name__ == "PanicException"
