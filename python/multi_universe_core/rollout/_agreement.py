"""When two answers are the same: to the last bit, within a tolerance, or in distribution."""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from .._core import Table


@dataclass(frozen=True)
class Difference:
    """The first thing in which two answers differ."""

    place: str
    trusted: str
    candidate: str


def _itself(answer: Any) -> Any:
    return answer


@dataclass(frozen=True)
class Exact:
    """Answers are the same if every value in them is: numbers by value, and NaN equals NaN.

    Looked into are mappings, sequences, sets, arrays, tables and dataclasses; a list and a tuple of the same
    values are the same, and so are 1, 1.0 and `np.float64(1)`, but not 1 and True. What is none of these is
    compared by `==`.

    measure: what to look at in an answer, a function of it; all of it unless said otherwise. Objects of a
        battle that was fought on copies never equal the originals, for instance; their names and hulls do.
    """

    measure: Callable[[Any], Any] = field(default=_itself, kw_only=True)

    def difference(self, trusted: Any, candidate: Any) -> Difference | None:
        """Where the answers differ first; None: nowhere."""
        measured = self.measure(trusted), self.measure(candidate)
        return next(_differences("", *measured, self._same), None)

    def _same(self, a: Any, b: Any) -> bool:
        return bool(a == b)

    def __str__(self) -> str:
        """The comparison in words."""
        return "exact"


@dataclass(frozen=True)
class Tolerance(Exact):
    """As `Exact`, but numbers a, b are the same if |a − b| ≤ max(absolute, relative · max(|a|, |b|)).

    >>> from multi_universe_core.rollout import Shadow, Tolerance
    >>> third = Shadow(lambda x: x / 3, lambda x: x * (1 / 3), compare=Tolerance(1e-12))
    >>> [third(x) > 0 for x in (1.0, 5.0, 7.0)], len(third.differences)
    ([True, True, True], 0)
    """

    relative: float = 1e-9
    absolute: float = 0.0

    def __post_init__(self) -> None:
        """Raises ValueError for bounds that are none."""
        for name in ("relative", "absolute"):
            bound = getattr(self, name)
            if not (bound >= 0 and math.isfinite(bound)):
                raise ValueError(f"{name}: got {bound!r}, expected a number from 0")

    def _same(self, a: Any, b: Any) -> bool:
        return math.isclose(a, b, rel_tol=self.relative, abs_tol=self.absolute)

    def __str__(self) -> str:
        """The comparison in words."""
        return f"within {self.relative:g} relative, {self.absolute:g} absolute"


def _value(answer: Any) -> float:
    return float(answer)


@dataclass(frozen=True)
class Distribution:
    """Answers roll dice: no two of them need agree, but what they are like must.

    measure: what to look at in an answer: a function that returns a number, or a mapping from names to
        numbers (`{"rounds": …, "Hegemony won": 0 or 1}`). Unless said otherwise the answer is a number.
    limit: how far apart the two distribution functions of a measure may be, at their farthest, for a switch
        to be called safe: 0 … 1. With 0.1, no probability of the form "at most x" differs by more than 0.1.
    confidence: of both verdicts, "these differ" and "these are no farther apart than the limit".

    >>> import random
    >>> from multi_universe_core.rollout import Distribution, Shadow
    >>> fair, loaded = random.Random(1), random.Random(2)
    >>> roll = Shadow(
    ...     lambda: fair.randint(1, 6), lambda: loaded.choice([1, 2, 3, 4, 5, 6, 6]), compare=Distribution()
    ... )
    >>> rolls = [roll() for _ in range(1000)]
    >>> print(roll.report(max_slowdown=10).against[0])
    the answer, distance of the distributions over 1000 calls: 0.117, chance explains 0.087 at most \
(means 3.532 and 3.852)
    """

    measure: Callable[[Any], float | Mapping[str, float]] = _value
    limit: float = 0.1
    confidence: float = 0.999

    def __post_init__(self) -> None:
        """Raises ValueError for bounds that are none."""
        for name in ("limit", "confidence"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: got {getattr(self, name)!r}, expected a number between 0 and 1")

    def measures(self, answer: Any) -> dict[str, float]:
        """What is looked at in an answer, by name ("" where it is one number)."""
        measured = self.measure(answer)
        return dict(measured) if isinstance(measured, Mapping) else {"": float(measured)}

    def __str__(self) -> str:
        """The comparison in words."""
        return f"in distribution, at most {self.limit:g} apart"

    def apart(self, trusted: Sequence[float], candidate: Sequence[float], of: int) -> Apart:
        """How far apart two samples are, as one of `of` measures."""
        return Apart.of(np.array(trusted), np.array(candidate), (1 - self.confidence) / of)


@dataclass(frozen=True)
class Apart:
    """The distance of two distributions, seen in two samples: largest difference of their functions."""

    distance: float
    """Of the samples."""
    chance: float
    """What equal distributions would exceed with a probability of `alpha` only (Kolmogorov and Smirnov)."""
    margin: float
    """How much farther apart the distributions can be than their samples (Dvoretzky, Kiefer, Wolfowitz)."""

    @classmethod
    def of(cls, a: NDArray[np.float64], b: NDArray[np.float64], alpha: float) -> Apart:
        """Of two samples with at least one number each; `alpha` is the risk of each of the two bounds."""
        a, b = np.sort(a), np.sort(b)
        values = np.concatenate([a, b])
        shares = [np.searchsorted(s, values, side="right") / len(s) for s in (a, b)]
        # P(distance > chance) ≈ 2 exp(−2 chance² nm/(n+m)); for each sample P(distance > ε) ≤ 2 exp(−2 ε² n).
        chance = math.sqrt(math.log(2 / alpha) / 2 * (1 / len(a) + 1 / len(b)))
        margin = sum(math.sqrt(math.log(4 / alpha) / (2 * len(s))) for s in (a, b))
        return cls(float(np.abs(shares[0] - shares[1]).max()), chance, margin)


Same = Callable[[Any, Any], bool]


def _differences(place: str, a: Any, b: Any, same: Same) -> Iterator[Difference]:
    """Where two answers differ, in the order of the first one."""
    x, y = _plain(a), _plain(b)
    if isinstance(x, np.ndarray) != isinstance(y, np.ndarray):
        # A list of a twin against an array of ours.
        x, y = (z.tolist() if isinstance(z, np.ndarray) else z for z in (x, y))
    if isinstance(x, Mapping) and isinstance(y, Mapping):
        yield from _in_mappings(place, x, y, same)
    elif isinstance(x, np.ndarray):
        yield from _in_arrays(place, x, y, same)
    elif _is_sequence(x) and _is_sequence(y):
        yield from _in_sequences(place, x, y, same)
    elif not _equal(x, y, same):
        yield _difference(place, a, b)


def _is_sequence(x: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(x, Sequence) and not isinstance(x, str | bytes)


def _plain(x: Any) -> Any:
    """A value as one of the kinds that are looked into, if it is like one."""
    if isinstance(x, Table):
        return x.to_numpy()
    if dataclasses.is_dataclass(x) and not isinstance(x, type):
        return {f.name: getattr(x, f.name) for f in dataclasses.fields(x) if f.compare}
    return x


def _in_mappings(place: str, a: Mapping[Any, Any], b: Mapping[Any, Any], same: Same) -> Iterator[Difference]:
    for key in [*a, *(key for key in b if key not in a)]:
        inner = f"{place}[{key!r}]"
        if key not in b:
            yield Difference(inner, _short(a[key]), "absent")
        elif key not in a:
            yield Difference(inner, "absent", _short(b[key]))
        else:
            yield from _differences(inner, a[key], b[key], same)


def _in_sequences(place: str, a: Sequence[Any], b: Sequence[Any], same: Same) -> Iterator[Difference]:
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        yield from _differences(f"{place}[{i}]", x, y, same)
    if len(a) != len(b):
        yield Difference(f"len({place or 'answer'})", str(len(a)), str(len(b)))


def _in_arrays(place: str, a: NDArray[Any], b: NDArray[Any], same: Same) -> Iterator[Difference]:
    if a.shape != b.shape:
        yield Difference(f"{place}.shape", str(a.shape), str(b.shape))
        return
    # Nearly all arrays are the same to the last bit, and that is quick to see.
    plain = a.dtype.kind in "biuf" and b.dtype.kind == a.dtype.kind
    if plain and np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
        return
    for at in np.ndindex(a.shape):
        inner = f"{place}[{', '.join(map(str, at))}]"
        yield from _differences(inner, a[at], b[at], same)


def _equal(a: Any, b: Any, same: Same) -> bool:
    if isinstance(a, bool | np.bool_) or isinstance(b, bool | np.bool_):
        return isinstance(a, bool | np.bool_) and isinstance(b, bool | np.bool_) and bool(a == b)
    if isinstance(a, numbers.Real) and isinstance(b, numbers.Real):
        return bool(a != a and b != b) or same(a, b)
    return a is b or bool(a == b)


def _difference(place: str, a: Any, b: Any) -> Difference:
    return Difference(place or "answer", _short(a), _short(b))


def _short(x: Any) -> str:
    text = repr(x)
    return text if len(text) <= 120 else text[:119] + "…"
