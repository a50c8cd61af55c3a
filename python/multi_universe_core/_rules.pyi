"""Types of the compiled class `Rules`."""

from os import PathLike
from typing import TypeAlias, final

from ._table import Table

_Path: TypeAlias = str | PathLike[str]

@final
class Rules:
    """The rule book's numbers, some of them changed: `Rules(hit_floor=0.1)`.

    Each rule is an attribute. `Rules.describe()` lists them with meaning, unit, default and legal range.
    Rules cannot be changed; equal rules are equal, have one hash, and can be pickled.
    """
    def __new__(cls, **overrides: float) -> Rules:
        """The rule book with some numbers changed.

        Raises RulesError for an unknown name (with the nearest one) and for a value out of range.
        """
    @staticmethod
    def load(path: _Path) -> Rules:
        """The rules in a TOML file: its table `[rules]`, or the whole file. Raises RulesError or OSError."""
    @staticmethod
    def describe() -> Table:
        """All rules: name, doc (meaning and unit), default, min, max, kind ("float", "int", "bool")."""
    def __getattribute__(self, name: str, /) -> float:
        """The value of the rule with this name."""
    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, float]]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
