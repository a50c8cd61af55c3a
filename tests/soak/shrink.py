"""From a life that ended in a defect to the shortest one that does, as a script."""

from __future__ import annotations

from collections.abc import Callable

from .life import Life
from .operations import Operation


def defect(operations: list[Operation], start: Callable[[], Life] = Life) -> str | None:
    """The defect that these operations end in: its kind, and who showed it; None if all is well."""
    life = start()
    for operation in operations:
        try:
            life.live(operation)
        except Exception as failure:
            return f"{type(failure).__name__} in {operation[0]}"
    return None


def shrunk(operations: list[Operation], fails: Callable[[list[Operation]], bool]) -> list[Operation]:
    """The operations without those that the failure does not need: halves first, then single ones."""
    part = max(1, len(operations) // 2)
    while True:
        kept = list(operations)
        at = 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + part :]
            if fails(fewer):
                kept = fewer
            else:
                at += part
        if part == 1 and len(kept) == len(operations):
            return kept
        operations, part = kept, max(1, part // 2)


def script(operations: list[Operation]) -> str:
    """A program that lives these operations again, to be run in the folder `tests`."""
    lines = [f"    ({name!r}, {arguments!r})," for name, arguments in operations]
    head = "from math import inf, nan  # noqa: F401\n\nfrom soak.life import Life\n\nlife = Life()\n"
    return (
        head
        + "for operation in [\n"
        + "\n".join(lines)
        + "\n]:\n    print(operation)\n    life.live(operation)\n"
    )
