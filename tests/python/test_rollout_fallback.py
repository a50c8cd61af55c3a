"""The fallback answers for our faults and for nothing else; budgets and errors are counted and said once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from lookalike import changeable, engine, fleets

import multi_universe_core as muc
from multi_universe_core.rollout import ErrorMonitor, Fallback, monitor_performance, with_fallback

LOG = "multi_universe_core.rollout"


def refused(*_: object) -> list[int]:
    """What the package raises for input that it refuses."""
    muc.resolve_shooting_batch({"bs": [float("nan")]}, seed=1)
    raise AssertionError("was not refused")


def raising(error: BaseException) -> Callable[..., str]:
    def function(*_: object) -> str:
        raise error

    return function


def test_the_compiled_path_answers_as_long_as_it_works() -> None:
    asked: list[int] = []
    both = with_fallback(lambda x: x + 1, lambda x: asked.append(x) or -x)
    assert [both(1), both(x=2)] == [2, 3]
    assert asked == [] and both.calls == {"rust": 2, "python": 0} and not both.tripped


def test_what_the_package_refuses_is_answered_by_python() -> None:
    both = with_fallback(refused, lambda: [7])
    assert both() == [7]
    assert both.name == "refused" and both.monitor.kinds("refused") == {"InputError": 1}
    assert both.calls == {"rust": 0, "python": 1}


class PanicException(BaseException):
    """As the border raises a panic of the compiled code."""

    __module__ = "pyo3_runtime"


def test_a_panic_of_the_compiled_code_is_answered_by_python() -> None:
    assert with_fallback(raising(PanicException("index out of bounds")), lambda: "python")() == "python"


@pytest.mark.parametrize(
    "error",
    [TypeError("no"), ZeroDivisionError(), ValueError(), KeyboardInterrupt(), SystemExit(1), GeneratorExit()],
)
def test_what_is_no_fault_of_ours_reaches_the_caller(error: BaseException) -> None:
    both = with_fallback(raising(error), lambda: pytest.fail("Python answered"))
    with pytest.raises(type(error)) as raised:
        both()
    assert raised.value is error
    assert both.monitor.error_counts == {} and both.calls == {"rust": 0, "python": 0}


def test_the_caller_may_say_what_is_caught() -> None:
    both = with_fallback(raising(OSError("disk")), lambda: "python", catch=(OSError, muc.KernelError))
    assert both() == "python"
    only = with_fallback(refused, lambda: [0], catch=OSError)
    with pytest.raises(muc.InputError):
        only()


def test_an_exception_of_pythons_path_reaches_the_caller_with_ours_as_context() -> None:
    both = with_fallback(refused, raising(LookupError("Python's")))
    with pytest.raises(LookupError, match="Python's"):
        both()
    assert both.calls["python"] == 0


def test_after_the_threshold_the_compiled_path_is_never_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    tried: list[int] = []

    def compiled(x: int) -> list[int]:
        tried.append(x)
        return refused()

    both = with_fallback(compiled, lambda x: [-x], monitor=ErrorMonitor(threshold=3), name="hits")
    with caplog.at_level(logging.DEBUG, LOG):
        assert [both(x) for x in range(6)] == [[-x] for x in range(6)]
    assert tried == [0, 1, 2] and both.tripped
    assert both.monitor.error_counts == {"hits": 3}
    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert len(said) == 2, "once per kind, and once for the threshold"
    assert said[0][0] == "WARNING" and said[0][1].startswith("hits failed: InputError: input refused")
    assert said[1] == ("ERROR", "hits failed 3 times, which is its threshold: it is not tried any more")


def test_each_kind_of_error_is_said_once_and_each_name_has_its_own_count(
    caplog: pytest.LogCaptureFixture,
) -> None:
    monitor = ErrorMonitor(threshold=4)
    for error in (KeyError(1), KeyError(2), OSError("x"), KeyError(3)):
        monitor.record_error("a", error)
    assert monitor.record_error("b") is False
    assert [r.getMessage().split(";")[0] for r in caplog.records if r.levelname == "WARNING"] == [
        "a failed: KeyError: 1",
        "a failed: OSError: x",
        "b failed: an error",
    ]
    assert monitor.tripped("a") and not monitor.tripped("b") and not monitor.tripped("c")
    assert monitor.kinds("a") == {"KeyError": 3, "OSError": 1}


def test_a_path_that_is_off_is_not_touched() -> None:
    both = with_fallback(raising(AssertionError()), lambda: "python", enabled=False)
    assert both() == "python" and both.calls == {"rust": 0, "python": 1}


def test_it_works_as_a_method() -> None:
    class Manager:
        def __init__(self, fleets: dict[int, str]) -> None:
            self.fleets = fleets

        def _python(self, id: int) -> str | None:
            """Look a fleet up."""
            return self.fleets.get(id)

        def _rust(self, id: int) -> str | None:
            if id == 13:
                refused()
            return self.fleets[id]

        get = with_fallback(_rust, _python)

    manager = Manager({1: "first"})
    assert manager.get(1) == "first" and manager.get(13) is None
    assert isinstance(Manager.get, Fallback) and Manager.get.__doc__ == "Look a fleet up."


def test_many_threads_lose_no_count_and_trip_once(caplog: pytest.LogCaptureFixture) -> None:
    gate = threading.Barrier(8)
    both = with_fallback(refused, lambda x: [x], monitor=ErrorMonitor(threshold=100))

    def work(_: int) -> int:
        gate.wait()
        return sum(both(x)[0] == x for x in range(500))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [500] * 8
    assert both.calls == {"rust": 0, "python": 4000}
    # Calls that had begun before the threshold was reached still count.
    assert 100 <= both.monitor.error_counts["refused"] <= 107
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 1


def test_the_old_manager_resolves_the_same_objects_when_the_bridge_refuses() -> None:
    armies = fleets(4)
    armies["Synod"][1].stats_comp.ma = "fast"
    before = changeable(armies)

    def old_resolver(armies: dict[str, list[Any]], silent: bool = False) -> Any:
        assert changeable(armies) == before, "the bridge has changed something"
        return ("Draw", 0, 0, {})

    resolve = with_fallback(engine().engagement, old_resolver, name="battle")
    assert resolve(armies, silent=True) == ("Draw", 0, 0, {})
    assert resolve(fleets(4), silent=True)[0] == "Hegemony"
    assert resolve.calls == {"rust": 1, "python": 1}


def test_what_cannot_be_is_refused() -> None:
    for threshold in (0, -1, 1.5, True, None):
        with pytest.raises(ValueError, match=f"threshold: got {threshold!r}, expected a whole number from 1"):
            ErrorMonitor(threshold)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="rust: got None"):
        with_fallback(None, len)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="python: got 7"):
        with_fallback(len, 7)  # type: ignore[arg-type]
    for kind in (KeyboardInterrupt, "KeyError", BaseException):
        with pytest.raises(TypeError, match="catch: got"):
            with_fallback(len, len, catch=kind)  # type: ignore[arg-type]


def test_a_budget_counts_and_warns_ever_more_seldom(caplog: pytest.LogCaptureFixture) -> None:
    @monitor_performance(1e-4, name="slow")
    def work(seconds: float) -> float:
        """Takes its time."""
        time.sleep(seconds)
        return seconds

    with caplog.at_level(logging.WARNING, LOG):
        assert [work(0.001) for _ in range(9)] == [0.001] * 9
        assert work(0.0) == 0.0
    assert work.__doc__ == "Takes its time." and work.budget_s == 1e-4
    assert work.calls == 10 and 9 <= work.over_budget <= 10
    assert work.worst_s >= 0.001 and 0.009 <= work.total_s < 5
    warned = [r.getMessage() for r in caplog.records]
    assert [m.split("in ")[1] for m in warned][:4] == [
        "1 of 1 calls)",
        "2 of 2 calls)",
        "4 of 4 calls)",
        "8 of 8 calls)",
    ]
    assert len(warned) == 4


def test_within_the_budget_there_is_nothing_to_say(caplog: pytest.LogCaptureFixture) -> None:
    work = monitor_performance(60)(len)
    with caplog.at_level(logging.WARNING, LOG):
        assert work([1, 2]) == 2
    assert work.over_budget == 0 and not caplog.records


def test_a_call_that_raises_is_timed_and_raises() -> None:
    work = monitor_performance(60)(raising(KeyError("x")))
    with pytest.raises(KeyError):
        work()
    assert work.calls == 1 and work.total_s > 0


def test_budgets_that_are_none_are_refused() -> None:
    for budget in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="budget_s: got"):
            monitor_performance(budget)
    with pytest.raises(TypeError, match="write @monitor_performance"):
        monitor_performance(len)  # type: ignore[arg-type]

    async def wait() -> None: ...

    with pytest.raises(TypeError, match="coroutine"):
        monitor_performance(1)(wait)
