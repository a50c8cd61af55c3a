"""Types of the compiled class `Rules`."""

from os import PathLike
from typing import Any, TypeAlias, final

from ._table import Table

_Path: TypeAlias = str | PathLike[str]

@final
class Rules:
    """The rule book's numbers, some of them changed: `Rules(hit_floor=0.1, retarget="when_lost")`.

    Each rule is an attribute: a number, True or False, or a word. `Rules.describe()` lists them with
    meaning, unit, default and legal range.
    Rules cannot be changed; equal rules are equal, have one hash, and can be pickled.

    >>> import multi_universe_core as muc
    >>> rules = muc.Rules(hit_floor=0.1, retarget="when_lost")
    >>> rules.hit_floor, rules == muc.Rules()
    (0.1, False)
    >>> muc.Rules(hit_flor=0.1)
    Traceback (most recent call last):
    multi_universe_core.RulesError: rules refused: rules, column 'hit_flor': got an unknown name,
    expected a rule; did you mean 'hit_floor'?
    """
    def __new__(cls, **overrides: float | str) -> Rules:
        """The rule book with some numbers changed.

        Raises RulesError for an unknown name (with the nearest one) and for a value that is not legal.
        """
    @staticmethod
    def preset(name: str, **overrides: float | str) -> Rules:
        """A rule book by name, some of its rules changed.

        "strategy_engine": the extremes of the Python engine that the book follows; "lanchester": fire and
        nothing else (no morale, hardpoints, regeneration or movement). Raises RulesError.
        """
    @staticmethod
    def load(path: _Path) -> Rules:
        """The rules in a TOML file: its table `[rules]`, or the whole file. Raises RulesError or OSError."""
    @staticmethod
    def describe() -> Table:
        """All rules: name, doc (meaning and unit), default, min, max, kind, words.

        kind is "float", "int", "bool" or "str"; words are the legal ones of a rule that is a word.
        Of a rule that is a word, default and range are places in the list of words, from 0.
        """
    def __getattribute__(self, name: str, /) -> Any:
        """The value of the rule with this name."""
    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, float | str]]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
