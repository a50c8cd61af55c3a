"""What stands in for a function: it can be called as that, and used as a method."""

from __future__ import annotations

import functools
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import MethodType
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Wrapped(ABC, Generic[P, R]):
    """A function in another one's place, with its name, its documentation and a lock for what it counts."""

    def __init__(self, original: Callable[P, R], name: str | None) -> None:
        # Without `updated`: a Wrapped that wraps another one must not take its state over.
        functools.update_wrapper(self, original, updated=())
        self.name = name_of(original) if name is None else name
        """What it is called in the log and in reports."""
        self._lock = threading.Lock()

    @abstractmethod
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call it as the function for which it stands."""

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """As a function of a class it is that class's method."""
        return self if instance is None else MethodType(self, instance)


def name_of(function: Callable[..., Any]) -> str:
    """The name under which a function is known."""
    return str(getattr(function, "__name__", None) or type(function).__name__)


def callable_or_raise(place: str, function: object) -> None:
    """Raises TypeError if it cannot be called."""
    if not callable(function):
        raise TypeError(f"{place}: got {function!r} ({type(function).__name__}), expected a function")
