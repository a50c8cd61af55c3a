"""Types of the exceptions: `KernelError` and its children."""

from typing import Any

class KernelError(Exception):
    """Any failure of the kernel."""

class PushError(KernelError, ValueError):
    """A push was refused; the mirror is as it was.

    >>> try:
    ...     kernel.push(units={"id": [11], "hp": [-1.0]})
    ... except muc.PushError as error:
    ...     fault = error.faults[0]
    >>> fault["table"], fault["column"], fault["row"], fault["value"]
    ('units', 'hp', 0, '-1')
    """

    faults: list[dict[str, Any]]
    """The first ten: table, column ("": whole table), row (None: whole column), value, expected."""
    count: int
    """How many faults there are."""

class RemoveError(KernelError, ValueError):
    """A removal was refused; the mirror is as it was."""

    faults: list[dict[str, Any]]
    count: int

class ResolveError(KernelError, ValueError):
    """A battle could not be started; the mirror is as it was."""

    faults: list[dict[str, Any]]
    count: int

class OddsError(KernelError, ValueError):
    """Odds could not be worked out; the mirror is as it was."""

    faults: list[dict[str, Any]]
    count: int

class RulesError(KernelError, ValueError):
    """A rule's name or value was refused."""

    faults: list[dict[str, Any]]
    count: int

class BridgeError(KernelError, ValueError):
    """A hand-over of objects was refused; no object has changed."""

    faults: list[dict[str, Any]]
    """The first ten: faction, unit (its place in the list), name, weapon, path, value, expected."""
    count: int

class InputError(KernelError, ValueError):
    """The input of a function without a mirror was refused."""

    faults: list[dict[str, Any]]
    count: int

class ScenarioError(KernelError, ValueError):
    """A scenario file has a fault."""

    file: str
    line: int
    """From 1, as the column is."""
    column: int
    hint: str | None
    """What to do about it, if there is something to say."""

class SnapshotError(KernelError, ValueError):
    """Bytes are no usable snapshot; nothing was restored."""

    faults: list[dict[str, Any]]
    """As of a push; what is wrong with the bytes themselves has the name of their part as its table."""
    count: int

class ReplayError(KernelError, ValueError):
    """A file is no usable replay, or there is no record to make one of."""

    faults: list[dict[str, Any]]
    count: int

class UnknownKeyError(KernelError, KeyError):
    """Nothing in the mirror has the key that was asked for."""

class KernelPoisoned(KernelError, RuntimeError):
    """The kernel panicked earlier and refuses further work: make a new one."""

class ConservationError(KernelError, RuntimeError):
    """A conservation law was broken: a defect of the kernel, never of the input."""
