"""Which hot paths are switched on: by a TOML file, and by the environment over it."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .._core import KernelError

HOT_PATHS = (
    "fleet_lookup",
    "treaty_matrix",
    "battle_finalization",
    "distance_calculator",
    "unit_strength",
    "batch_shooting",
    "battle",
)
"""The hot paths that have a flag of their own; "battle" is a whole battle over the bridge."""

_PREFIX = "MUC_"
# Variables with the prefix that are no flags: the package's own, those of its tests, benches and examples.
_TESTS = {"MUC_BATTLES", "MUC_BROWSER", "MUC_DATA", "MUC_LONG", "MUC_MUTANT"}
_SETTINGS = frozenset({"MUC_SIMD", "MUC_THREADS"} | _TESTS)
_WORDS = {
    **dict.fromkeys(("1", "true", "on", "yes"), True),
    **dict.fromkeys(("0", "false", "off", "no"), False),
}


class FlagError(KernelError, ValueError):
    """Flags could not be read: a file or the environment has faults, all of which are named."""

    # Tracebacks name the place from which it is imported.
    __module__ = "multi_universe_core.rollout"

    faults: list[dict[str, Any]]
    """Each with place, value and expected."""
    count: int
    """How many faults there are."""


class FeatureFlags(Mapping[str, bool]):
    """Which hot paths are on. Read once, when it is made: a change takes effect in the next process.

    file: a TOML file with a table `[features]` of names and truth values; None: the environment alone.
    names: the flags that there are. More than `HOT_PATHS` if your own paths shall have flags too.
    default: what holds for a flag that neither file nor environment mentions. Off: what nobody has
        switched on runs in Python.
    environ: the environment; None: the process's. `MUC_` and the flag's name in capitals overrides the file:
        0, false, off, no, or 1, true, on, yes.

    It is a mapping from names to truth values. Code written after the porting guide may keep its spelling,
    `flags.use_rust_NAME` for `flags["NAME"]`.

    Raises FlagError: for a file that is not there or no TOML, for names that are no flag (a misspelt switch
    must not go unnoticed when something is to be switched off), and for values that are no truth values.

    >>> from multi_universe_core.rollout import FeatureFlags
    >>> flags = FeatureFlags(environ={"MUC_FLEET_LOOKUP": "1", "MUC_TREATY_MATRIX": "off"})
    >>> flags["fleet_lookup"], flags["treaty_matrix"], flags["battle"]
    (True, False, False)
    >>> flags.place("fleet_lookup"), flags.place("battle")
    ('environment variable MUC_FLEET_LOOKUP', 'default')
    >>> FeatureFlags(environ={"MUC_FLEET_LOKUP": "0"})
    Traceback (most recent call last):
    multi_universe_core.rollout.FlagError: environment variable MUC_FLEET_LOKUP: got an unknown name,
    expected a flag's: did you mean MUC_FLEET_LOOKUP?
    """

    def __init__(
        self,
        file: str | os.PathLike[str] | None = None,
        *,
        names: Iterable[str] = HOT_PATHS,
        default: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        names = tuple(names)
        faults: list[dict[str, Any]] = []
        self._values = dict.fromkeys(names, default)
        self._places = dict.fromkeys(names, "default")
        if file is not None:
            self._read_file(Path(file), faults)
        self._read_environment(os.environ if environ is None else environ, faults)
        if faults:
            raise _refused(faults)

    def __getitem__(self, name: str) -> bool:
        """Whether the path is on. Raises KeyError for a name that is no flag."""
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        """The names of the flags."""
        return iter(self._values)

    def __len__(self) -> int:
        """How many flags there are."""
        return len(self._values)

    def __getattr__(self, name: str) -> bool:
        """The guide's spelling: `flags.use_rust_fleet_lookup`."""
        # No attribute of ours may be touched for another name: a copy asks before it has any.
        if name.startswith("use_rust_") and name.removeprefix("use_rust_") in self:
            return self[name.removeprefix("use_rust_")]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def place(self, name: str) -> str:
        """Where a flag's value was found: in the environment, in the file, or "default"."""
        return self._places[name]

    def __repr__(self) -> str:
        """Every flag, its value, and where that was found."""
        lines = [f"  {name}: {'on' if on else 'off'} ({self._places[name]})" for name, on in self.items()]
        return "\n".join(["<FeatureFlags", *lines, ">"])

    def _read_file(self, file: Path, faults: list[dict[str, Any]]) -> None:
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            expected = "a TOML file with a table [features]"
            raise _refused([{"place": str(file), "value": str(error), "expected": expected}]) from error
        for key in content:
            if key != "features":
                faults.append(_unknown(f"{file}, {key}", key, ["features"], "the table [features] alone"))
        features = content.get("features", {})
        if not isinstance(features, dict):
            expected = "a table of names and truth values"
            faults.append({"place": f"{file}, features", "value": repr(features), "expected": expected})
            return
        for name, value in features.items():
            place = f"{file}, [features] {name}"
            if name not in self._values:
                faults.append(_unknown(place, name, list(self._values), "a flag's"))
            elif not isinstance(value, bool):
                faults.append({"place": place, "value": repr(value), "expected": "true or false"})
            else:
                self._values[name], self._places[name] = value, f"{file}, [features]"

    def _read_environment(self, environ: Mapping[str, str], faults: list[dict[str, Any]]) -> None:
        flags = {_PREFIX + name.upper(): name for name in self._values}
        for variable, text in environ.items():
            if not variable.startswith(_PREFIX) or variable in _SETTINGS:
                continue
            place = f"environment variable {variable}"
            if variable not in flags:
                faults.append(_unknown(place, variable, list(flags), "a flag's"))
            elif text.strip().lower() not in _WORDS:
                expected = "one of " + ", ".join(_WORDS)
                faults.append({"place": place, "value": repr(text), "expected": expected})
            else:
                name = flags[variable]
                self._values[name], self._places[name] = _WORDS[text.strip().lower()], place


def _refused(faults: list[dict[str, Any]]) -> FlagError:
    """The error that names all of the faults."""
    error = FlagError("\n".join(f"{f['place']}: got {f['value']}, expected {f['expected']}" for f in faults))
    error.faults, error.count = faults, len(faults)
    return error


def _unknown(place: str, name: str, known: list[str], expected: str) -> dict[str, Any]:
    """The fault of a name that nobody knows, with the one that was meant where that can be guessed."""
    close = difflib.get_close_matches(name, known, 1)
    hint = f": did you mean {close[0]}?" if close else f" (one of {', '.join(known)})"
    return {"place": place, "value": "an unknown name", "expected": expected + hint}
