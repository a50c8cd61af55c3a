"""Types of the compiled half of `bridge.BattleBridge`."""

from collections.abc import Iterable
from typing import Any, final

from ._errors import KernelError
from ._kernel import Kernel
from ._report import BattleReport

@final
class _Bridge:
    """The compiled half of `BattleBridge`: a schema, and a kernel whose mirror holds one battle at a time."""
    def __new__(cls, schema: object, kernel: Kernel) -> _Bridge: ...
    def fight(
        self,
        armies: Any,
        *,
        diplomacy: object,
        doctrines: dict[str, str] | None,
        defenders: Iterable[str],
        max_rounds: int | None,
        seed: int | None,
        trace_id: str | None,
    ) -> BattleReport:
        """Fight a battle, a mapping from faction names to lists of units; write back what became of them."""
    def fight_all(
        self,
        battles: list[Any],
        *,
        diplomacy: object,
        doctrines: dict[str, str] | None,
        defenders: Iterable[str],
        max_rounds: int | None,
        seed: int | None,
        trace_id: str | None,
        threads: int | None,
    ) -> list[BattleReport | KernelError]:
        """Fight many battles at once: in the place of each its report, or why there is none."""
    def mirror(
        self, kernel: Kernel, armies: Any, *, diplomacy: object, doctrines: dict[str, str] | None
    ) -> None:
        """Read one battle into the mirror of an empty kernel."""
