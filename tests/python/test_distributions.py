"""Hits, crits and damage of a batch of shots against their exact distributions, in 200 cases.

Seeds are fixed, so nothing here fails by chance now and then. MUC_LONG=1 draws a million shots of each case;
that takes about an hour, nearly all of it for the cases of a million attacks.
"""

import os
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import kstest

from shooting_study import (
    ATTACKS,
    CASES,
    POINTS_PER_HALF_HIT,
    Case,
    Exact,
    Shots,
    Verdict,
    exact,
    judge,
    study,
)

LONG = bool(os.environ.get("MUC_LONG"))
KINDS = ("hits", "crits", "damage", "crits given hits")
# One in a thousand that any of all p-values is below it, if all is well.
LEVEL = 1e-3 / (len(CASES) * len(KINDS))

Found = list[tuple[Case, dict[str, Verdict]]]


@pytest.fixture(scope="module")
def found() -> Found:
    return list(study(lambda _: 1_000_000) if LONG else study())


def test_the_cases_span_the_whole_range() -> None:
    assert len(CASES) == 200
    assert (min(ATTACKS), max(ATTACKS)) == (0.05, 1e6)
    assert {case.p_hit for case in CASES} >= {0.05, 0.95}


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_distributed_exactly(found: Found, kind: str) -> None:
    worst = min(found, key=lambda entry: entry[1][kind].p_value)
    assert worst[1][kind].p_value > LEVEL, worst


@pytest.mark.parametrize("kind", KINDS)
def test_the_p_values_of_all_cases_are_even(found: Found, kind: str) -> None:
    """What is a little off everywhere shows here: two hundred p-values that lean to one side."""
    p_values = [verdicts[kind].p_value for _, verdicts in found]
    assert kstest(p_values, "uniform").pvalue > 1e-4


@pytest.mark.parametrize("kind", KINDS[:3])
def test_means_and_variances_are_exact_within_their_errors(found: Found, kind: str) -> None:
    for case, verdicts in found:
        assert abs(verdicts[kind].mean_off) < (4.0 if LONG else 5.0), case
        assert abs(verdicts[kind].variance_off) < (4.0 if LONG else 5.0), case


@pytest.mark.parametrize("attacks", [0.05, 2.0, 3.7, 12.25])
def test_the_transform_gives_what_adding_up_attack_by_attack_gives(attacks: float) -> None:
    """The oracle of these tests, against convolution."""
    whole, fraction = int(attacks), attacks % 1
    attack = np.array([0.3, 0.0, 0.5, 0.2])
    sums = [np.ones(1)]
    for _ in range(whole + 1):
        sums.append(np.convolve(sums[-1], attack))
    mixture = fraction * sums[-1]
    mixture[: len(sums[-2])] += (1 - fraction) * sums[-2]
    law = exact(Case(attacks, 0.7, 50.0), {2: 0.5, 3: 0.2})
    assert law.first == 0
    assert law.pmf[: len(mixture)] == pytest.approx(mixture, abs=1e-14)
    assert law.moments() == pytest.approx(Exact(0, mixture).moments())


Sampler = Callable[[Case, np.random.Generator, int], tuple[np.ndarray, np.ndarray]]


def made(case: Case, rng: np.random.Generator, draws: int) -> np.ndarray:
    return np.floor(case.attacks).astype(np.int64) + (rng.random(draws) < case.attacks % 1)


def sound(case: Case, rng: np.random.Generator, draws: int) -> tuple[np.ndarray, np.ndarray]:
    hits = rng.binomial(made(case, rng, draws), case.p_hit)
    return hits, rng.binomial(hits, case.p_crit)


def crits_of_attacks(case: Case, rng: np.random.Generator, draws: int) -> tuple[np.ndarray, np.ndarray]:
    attacks = made(case, rng, draws)
    hits, crits = rng.binomial(attacks, case.p_hit), rng.binomial(attacks, case.p_hit * case.p_crit)
    return hits, np.minimum(hits, crits)


def one_roll_for_two(case: Case, rng: np.random.Generator, draws: int) -> tuple[np.ndarray, np.ndarray]:
    attacks = made(case, rng, draws)
    hits = 2 * rng.binomial(attacks // 2, case.p_hit) + rng.binomial(attacks % 2, case.p_hit)
    return hits, rng.binomial(hits, case.p_crit)


def fractions_rounded(case: Case, rng: np.random.Generator, draws: int) -> tuple[np.ndarray, np.ndarray]:
    hits = rng.binomial(np.full(draws, round(case.attacks)), case.p_hit)
    return hits, rng.binomial(hits, case.p_crit)


def six_bits(case: Case, rng: np.random.Generator, draws: int) -> tuple[np.ndarray, np.ndarray]:
    hits = rng.binomial(made(case, rng, draws), round(case.p_hit * 64) / 64)
    return hits, rng.binomial(hits, case.p_crit)


def nearly_normal(case: Case, rng: np.random.Generator, draws: int) -> tuple[np.ndarray, np.ndarray]:
    attacks = made(case, rng, draws)
    mean, spread = attacks * case.p_hit, np.sqrt(attacks * case.p_hit * (1 - case.p_hit))
    hits = np.clip(np.rint(rng.normal(mean, spread)), 0, attacks).astype(np.int64)
    return hits, rng.binomial(hits, case.p_crit)


def least_p_value(sampler: Sampler, case: Case) -> float:
    hits, crits = sampler(case, np.random.default_rng(5), 20_000)
    shots = Shots(hits, crits, POINTS_PER_HALF_HIT * (2 * hits + crits))
    return float(np.nanmin([verdict.p_value for verdict in judge(case, shots, 6).values()]))


@pytest.mark.parametrize("attacks", [3.7, 20.0, 1000.5])
def test_a_sound_sampler_passes(attacks: float) -> None:
    assert least_p_value(sound, Case(attacks, 0.3, 50.0)) > LEVEL


@pytest.mark.parametrize(
    ("sampler", "case"),
    [
        (crits_of_attacks, Case(2.0, 0.3, 50.0)),
        (crits_of_attacks, Case(1000.5, 0.3, 50.0)),
        (one_roll_for_two, Case(3.7, 0.3, 50.0)),
        (one_roll_for_two, Case(100.0, 0.95, 95.0)),
        (fractions_rounded, Case(0.95, 0.6, 80.0)),
        (fractions_rounded, Case(12.25, 0.3, 50.0)),
        (six_bits, Case(20.0, 0.3, 50.0)),
        (nearly_normal, Case(317.0, 0.05, 15.0)),
    ],
    ids=lambda value: value.__name__ if callable(value) else repr(value.attacks),
)
def test_a_broken_sampler_is_found(sampler: Sampler, case: Case) -> None:
    """The control: the same tests, and numbers that are nearly right."""
    assert least_p_value(sampler, case) < LEVEL
