"""How hits, crits and damage of a batch of shots are distributed, against the exact distributions.

An attack hits with probability p, and a hit is a crit with probability q. So a weapon with n attacks has
Binomial(n, p) hits, and Binomial(hits, q) crits among them; in half hits its damage is the sum of n numbers
that are 0, 2 (a hit) or 3 (a crit). A fraction f of an attack is one attack more with probability f: every
distribution is a mixture of those of n and of n + 1. All are worked out by one discrete Fourier transform.

    python scripts/shooting_study.py --draws 1000000

runs the 200 cases and prints what the tests look at: a p-value for each of hits, crits, damage, and crits
given the hits, and how far means and variances are from the exact ones, in standard errors.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr
from scipy.stats import chi2

import multi_universe_core as muc

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_EXPECTED = 25.0
"""Cells of a χ² test are pooled until they expect this many."""
MOST_CELLS = 60
POINTS_PER_HALF_HIT = 20.0
"""A weapon of strength 4 without mitigation does 40 points a hit."""


@dataclass(frozen=True, slots=True)
class Case:
    """A weapon and its target."""

    attacks: float
    p_hit: float
    skill: float
    """In percent."""
    crit_skill: float = 5.0

    @property
    def p_crit(self) -> float:
        """The probability that a hit is a crit (R-SHOOT-3)."""
        return min(1.0, self.crit_skill / self.skill)

    def fire(self, draws: int, seed: int) -> Shots:
        """So many shots by the kernel."""
        table = muc.resolve_shooting_batch(
            {
                "attacks": np.full(draws, self.attacks),
                "bs": self.skill - 5.0,
                # R-SHOOT-2 without a volume of fire: p = skill · (1 − md / 2).
                "md": 200.0 * (1.0 - 100.0 * self.p_hit / self.skill),
            },
            seed=seed,
            rules=muc.Rules(crit_skill=self.crit_skill),
            volley_size=0,
        )
        if not np.allclose(table["p_hit"], self.p_hit, rtol=1e-12, atol=0.0):
            raise AssertionError(f"{self}: p_hit is {table['p_hit'][0]!r}")
        return Shots(table["hits"], table["crits"], table["damage"])


@dataclass(frozen=True, slots=True)
class Shots:
    """What came of many equal shots."""

    hits: Ints
    crits: Ints
    damage: Floats


ATTACKS = (
    0.05, 0.3, 0.5, 0.95, 1.0, 1.5, 2.0, 3.7, 5.0, 8.0, 12.25, 20.0, 31.5, 32.0, 32.5,
    33.0, 50.9, 100.0, 317.0, 1000.0, 1000.5, 1e4, 31623.25, 1e5, 1e6,
)  # fmt: skip
"""From a shot in twenty rounds to the most there are, with both sides of where the sampler changes (32)."""
CHANCES = (
    (0.05, 15.0, 5.0), (0.15, 15.0, 5.0), (0.3, 50.0, 5.0), (0.47, 55.0, 5.0),
    (0.6, 80.0, 40.0), (0.75, 80.0, 5.0), (0.9, 200.0, 100.0), (0.95, 95.0, 5.0),
)  # fmt: skip
"""p_hit, skill in percent, crit_skill."""
CASES = tuple(Case(attacks, *chances) for attacks in ATTACKS for chances in CHANCES)


@dataclass(frozen=True, slots=True)
class Exact:
    """A distribution on the whole numbers `first`, `first` + 1, …"""

    first: int
    pmf: Floats

    def moments(self) -> tuple[float, float, float]:
        """Mean, variance and fourth central moment."""
        values = self.first + np.arange(len(self.pmf))
        mean = float(self.pmf @ values)
        square = (values - mean) ** 2
        return mean, float(self.pmf @ square), float(self.pmf @ square**2)


def exact(case: Case, steps: Mapping[int, float]) -> Exact:
    """The distribution of a sum over a case's attacks, each adding a step with its probability, else nothing.

    The transform knows a sum only by its remainder. It is as long as the sum's spread, with more than ten
    standard deviations on either side, so that nothing that is taken for another sum matters.
    """
    whole = math.floor(case.attacks)
    fraction = case.attacks - whole
    widest = max(steps)
    mean = case.attacks * sum(step * chance for step, chance in steps.items())
    spread = math.sqrt((whole + 1) * sum(step * step * chance for step, chance in steps.items()))
    length = 1 << math.ceil(math.log2(min((whole + 1) * widest + 1, 30.0 * spread + 4 * widest + 1)))
    first = max(0, round(mean) - length // 2) if length < (whole + 1) * widest + 1 else 0
    turn = np.exp(-2j * np.pi * np.arange(length) / length)
    attack = 1.0 - sum(steps.values()) + sum(chance * turn**step for step, chance in steps.items())
    many = (1.0 - fraction) * attack**whole + fraction * attack ** (whole + 1)
    pmf = np.maximum(np.fft.ifft(many).real, 0.0)
    return Exact(first, np.roll(pmf, -(first % length)))


KINDS: Mapping[str, Callable[[Case], Mapping[int, float]]] = {
    "hits": lambda case: {1: case.p_hit},
    "crits": lambda case: {1: case.p_hit * case.p_crit},
    "damage": lambda case: {2: case.p_hit * (1.0 - case.p_crit), 3: case.p_hit * case.p_crit},
}
"""What an attack adds to each: to the damage in half hits."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the tests say of one kind of number of one case."""

    p_value: float
    """Of χ² against the exact distribution; NaN where there are too few numbers for two cells."""
    mean_off: float
    """Of the mean, in standard errors."""
    variance_off: float
    """Of the variance, in standard errors."""


def judge(case: Case, shots: Shots, seed: int) -> dict[str, Verdict]:
    """The verdicts on hits, crits, damage, and on crits given the hits."""
    half_hits = 2 * shots.hits + shots.crits
    if not (shots.damage == POINTS_PER_HALF_HIT * half_hits).all():
        raise AssertionError(f"{case}: damage is not (hits + crits/2) · 40")
    numbers = {"hits": shots.hits, "crits": shots.crits, "damage": half_hits}
    verdicts = {kind: verdict(exact(case, steps(case)), numbers[kind]) for kind, steps in KINDS.items()}
    verdicts["crits given hits"] = Verdict(chain_p_value(case, shots, seed), 0.0, 0.0)
    return verdicts


def verdict(law: Exact, numbers: Ints) -> Verdict:
    """Numbers against their distribution."""
    draws = len(numbers)
    places = numbers - law.first
    inside = (places >= 0) & (places < len(law.pmf))
    seen = np.bincount(places[inside], minlength=len(law.pmf)).astype(np.float64)
    mean, variance, fourth = law.moments()
    if not inside.all():
        return Verdict(0.0, math.inf, math.inf)
    off = (numbers - mean).astype(np.float64)
    mean_off = float(off.mean()) / math.sqrt(variance / draws)
    variance_off = (float((off**2).mean()) - variance) / math.sqrt((fourth - variance**2) / draws)
    return Verdict(chi_square(seen, draws * law.pmf), mean_off, variance_off)


def chi_square(seen: Floats, expected: Floats) -> float:
    """The p-value of counts against what is expected, neighbours pooled; NaN if all is one cell."""
    cells = pooled(expected)
    counted, thought = (np.bincount(cells, weights=weights) for weights in (seen, expected))
    if len(thought) < 2:
        return math.nan
    return float(chi2.sf(((counted - thought) ** 2 / thought).sum(), len(thought) - 1))


def pooled(expected: Floats) -> Ints:
    """The cell of each value: at most some sixty, none of which expects less than `LEAST_EXPECTED`."""
    width = max(LEAST_EXPECTED, float(expected.sum()) / MOST_CELLS)
    groups = np.unique(((np.cumsum(expected) - expected) / width).astype(np.int64), return_inverse=True)[1]
    cell_of: list[int] = []
    cell, weight = 0, 0.0
    for more in np.bincount(groups, weights=expected).tolist():
        if weight >= LEAST_EXPECTED:
            cell, weight = cell + 1, 0.0
        cell_of.append(cell)
        weight += more
    if weight < LEAST_EXPECTED:
        cell_of = [max(0, cell - 1) if own == cell else own for own in cell_of]
    return np.array(cell_of, dtype=np.int64)[groups]


def chain_p_value(case: Case, shots: Shots, seed: int) -> float:
    """The p-value of crits given the hits, which need not be alike.

    Crits that are Binomial(hits, q), put through their own distribution function, with an even random number
    for the height of a step, are even on [0, 1] whatever the hits: of many hits and of few.
    """
    rows = shots.hits > 0
    hits, crits = shots.hits[rows], shots.crits[rows]
    if (crits > hits).any():
        return 0.0
    most = 1 + int(crits.max(initial=0))
    pairs, of_row = np.unique(hits * most + crits, return_inverse=True)
    of_hits, of_crits = np.divmod(pairs, most)
    below = np.where(of_crits > 0, bdtr(of_crits - 1, of_hits, case.p_crit), 0.0)
    heights = bdtr(of_crits, of_hits, case.p_crit) - below
    even = below[of_row] + heights[of_row] * np.random.default_rng(seed).random(len(of_row))
    statistic, degrees = 0.0, 0
    many = hits > np.median(hits) if len(hits) else rows[:0]
    for part in (even[many], even[~many]):
        cells = min(20, int(len(part) / LEAST_EXPECTED))
        if cells >= 2:
            seen = np.bincount(np.minimum((part * cells).astype(np.int64), cells - 1), minlength=cells)
            statistic += float(((seen - len(part) / cells) ** 2).sum() * cells / len(part))
            degrees += cells - 1
    return float(chi2.sf(statistic, degrees)) if degrees else math.nan


def some(case: Case) -> int:
    """Draws for a study of some seconds: a shot takes about as long as it has attacks."""
    bounds = ((1.0, 100_000), (1e4, 20_000), (1e6, 2_000), (math.inf, 500))
    return next(draws for attacks, draws in bounds if case.attacks < attacks)


def study(draws: Callable[[Case], int] = some) -> Iterator[tuple[Case, dict[str, Verdict]]]:
    """The verdicts on all cases; the seed of each is its place in the list."""
    for seed, case in enumerate(CASES):
        yield case, judge(case, case.fire(draws(case), seed), seed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a line per case and kind."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--draws", type=int, help="shots of each case (default: 500 to 100,000)")
    draws = parser.parse_args(arguments).draws
    print("attacks,p_hit,p_crit,kind,p_value,mean_off,variance_off")
    for case, verdicts in study(some if draws is None else lambda _: int(draws)):
        for kind, found in verdicts.items():
            numbers = f"{found.p_value:.3g},{found.mean_off:+.2f},{found.variance_off:+.2f}"
            print(f"{case.attacks!r},{case.p_hit},{case.p_crit:.4g},{kind},{numbers}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
