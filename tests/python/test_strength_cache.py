"""`calculate_strength` and `StrengthCache` against a formula that is worked out anew each time."""

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import multi_universe_core as muc
import twins


def test_strengths_are_the_twins_to_the_last_bit() -> None:
    rng = random.Random(1)
    for _ in range(2_000):
        base = rng.choice([rng.uniform(-10, 1e6), rng.randrange(1000)])
        modifiers = [rng.uniform(-1, 1) for _ in range(rng.randrange(12))]
        expected = twins.calculate_strength(base, modifiers)
        for form in (modifiers, tuple(modifiers), iter(modifiers), np.array(modifiers)):
            assert muc.calculate_strength(base, form) == expected
    assert muc.calculate_strength(np.float32(8), {0.25: "key"}) == 10
    assert muc.calculate_strength(Fraction(1, 2), [1, True]) == 1.5


def test_a_cache_is_never_stale() -> None:
    rng = random.Random(2)
    cache, twin = muc.StrengthCache(), dict[int, tuple[float, list[float]]]()
    for _ in range(3_000):
        unit = rng.randrange(60)
        base, modifiers = rng.uniform(0, 500), [rng.uniform(-1, 1) for _ in range(rng.randrange(4))]
        match rng.randrange(4):
            case 0 if unit in twin:
                twin[unit] = (base, twin[unit][1])
                cache.set(unit, base)
            case 1 if unit in twin:
                twin[unit] = (twin[unit][0], modifiers)
                cache.set(unit, modifiers=modifiers)
            case 2 if unit in twin:
                del twin[unit]
                cache.remove(unit)
            case _:
                twin[unit] = (base, modifiers)
                assert cache.set(unit, base, modifiers) == twins.calculate_strength(base, modifiers)
        known = sorted(twin)
        assert cache.get_many(known).tolist() == [twins.calculate_strength(*twin[unit]) for unit in known]
        assert cache.get(unit) == (twins.calculate_strength(*twin[unit]) if unit in twin else None)
        assert (unit in cache) == (unit in twin) and len(cache) == len(twin)
    cache.clear()
    assert len(cache) == 0 and cache.get_many([]).shape == (0,)


def test_many_are_set_at_once() -> None:
    cache = muc.StrengthCache()
    units = np.arange(1000)
    cache.set_many(units, base=units * 2)
    cache.set_many(units[:10], modifiers=np.full(10, 0.5, np.float32))
    expected = np.where(units < 10, 3.0, 2.0) * units
    assert (cache.get_many(units) == expected).all() and cache.get_many(units).dtype == np.float64


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (
            lambda c: muc.calculate_strength("a", []),
            muc.InputError,
            r"base: got 'a' \(str\), expected a finite",
        ),
        (lambda c: muc.calculate_strength(None, []), muc.InputError, "base: got None"),
        (lambda c: muc.calculate_strength(float("nan"), [1]), muc.InputError, "base: got NaN"),
        (lambda c: muc.calculate_strength(10**400, []), muc.InputError, "base: got"),
        (lambda c: muc.calculate_strength(1, [0, float("inf")]), muc.InputError, "modifiers, row 1: got inf"),
        (lambda c: muc.calculate_strength(1, [0, "b"]), muc.InputError, r"modifiers, row 1: got 'b' \(str\)"),
        (
            lambda c: muc.calculate_strength(1, "0.5"),
            muc.InputError,
            "modifiers: got a str, expected an iter",
        ),
        (
            lambda c: muc.calculate_strength(1, 0.5),
            muc.InputError,
            "modifiers: got a float, expected an iter",
        ),
        (lambda c: c.set(9), muc.InputError, "base, row 0: got none for the new unit 9"),
        (lambda c: c.set(1, modifiers=[float("nan")]), muc.InputError, "modifiers, row 0: got NaN"),
        (lambda c: c.set(1, float("inf")), muc.InputError, "base, row 0: got inf"),
        (lambda c: c.set_many([1, 2], base=[1.0]), muc.InputError, "base: got 1 values, expected 2"),
        (lambda c: c.set_many([1, 9], modifiers=[0, 0]), muc.InputError, "base, row 1: got none for the new"),
        (lambda c: c.set_many([1, 2], base=["a", "b"]), muc.InputError, "base: got text, expected a column"),
        (
            lambda c: c.set_many([1.5], base=[1]),
            muc.InputError,
            "units: got float64, expected a list of whole",
        ),
        (lambda c: c.get_many([1, 9]), muc.UnknownKeyError, "no unit has the key 9"),
        (lambda c: c.remove(9), muc.UnknownKeyError, "no unit has the key 9"),
    ],
)
def test_what_is_refused_changes_nothing(
    action: Callable[[Any], Any], error: type[Exception], message: str
) -> None:
    cache = muc.StrengthCache()
    cache.set_many([1, 2], base=[10, 20], modifiers=[0.5, 0])
    with pytest.raises(error, match=message):
        action(cache)
    assert len(cache) == 2 and cache.get_many([1, 2]).tolist() == [15, 20]
