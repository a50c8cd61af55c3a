"""Executors for clusters that bring none: `Kernel.odds(..., executor=...)` takes these and any other."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

T = TypeVar("T")


class RayExecutor(Executor):
    """Runs work as Ray tasks, one processor each. Ray is started with its defaults if it does not run yet.

    The workers need this package. If they do not share the caller's environment, they get it from
    `ray.init(runtime_env={"pip": ["multi-universe-core"]})`. Raises ImportError where Ray is missing, and
    names the extra to install.

    >>> from concurrent.futures import Executor
    >>> issubclass(RayExecutor, Executor)
    True
    """

    def __init__(self) -> None:
        try:
            import ray
        except ImportError as missing:
            message = "RayExecutor needs ray: pip install multi-universe-core[ray]"
            raise ImportError(message) from missing
        if not ray.is_initialized():
            ray.init()
        self._max_workers = max(1, int(ray.cluster_resources().get("CPU", 1)))
        self._task = ray.remote(_call)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Hand a call over; its result, or what it raised, as a future."""
        future: Future[T] = self._task.remote(fn, args, kwargs).future()
        return future


def _call(fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    return fn(*args, **kwargs)
