"""Battles of like units against theory: exact chains for the small, Lanchester's square law for the large.

Seeds are fixed, so nothing here fails by chance now and then. A count is refused at one in a hundred
thousand: in 200,000 runs a chance that is off by 0.0075 is found with 99 %, in the million of MUC_LONG=1 one
by 0.0034, and chances near 0 or 1 sooner.
"""

import os

import numpy as np
import pytest
from scipy.stats import binom, binomtest, chisquare

from lanchester import POINTS, Duel

RUNS = 1_000_000 if os.environ.get("MUC_LONG") else 200_000
LEVEL = 1e-5

DUELS = [
    Duel(1, 1),
    Duel(2, 1),
    Duel(3, 2),
    Duel(2, 3, hits=3),
    # Each weapon of the volley counts five percent: the hit chance changes as units fall.
    Duel(1, 1, volume=0.05),
    Duel(3, 2, volume=0.05, hits=3),
    # Poor shots: the floor of the skill.
    Duel(3, 2, bs=0.0, hits=1),
    Duel(1, 1, aimed=True),
    Duel(2, 1, aimed=True),
    Duel(3, 2, aimed=True),
]


def counts(duel: Duel, seed: int) -> list[int]:
    """How often the first side wins, the second does, nobody is left."""
    odds = duel.kernel().odds(fleets=[1, 2], runs=RUNS, seed=seed)
    return [*odds.table["wins"].tolist(), odds.draws]


def least_p_value(counts: list[int], chances: tuple[float, float, float]) -> float:
    pairs = zip(counts, chances, strict=True)
    return min(binomtest(count, sum(counts), chance).pvalue for count, chance in pairs)


# Seeds of their own: with equal ones the units of two duels would roll the same numbers.
@pytest.mark.parametrize(("seed", "duel"), list(enumerate(DUELS)), ids=map(repr, DUELS))
def test_a_small_duel_ends_as_often_as_the_chain_says(seed: int, duel: Duel) -> None:
    assert least_p_value(counts(duel, seed), duel.chances()) > LEVEL


@pytest.mark.parametrize(
    ("fought", "thought"),
    [
        pytest.param(Duel(3, 2), Duel(3, 2, aimed=True), id="fire that is not simultaneous"),
        pytest.param(Duel(3, 2, aimed=True), Duel(3, 2), id="fire that is"),
        pytest.param(Duel(3, 2, volume=0.05), Duel(3, 2, volume=0.0), id="no volume of fire"),
        pytest.param(Duel(1, 1), Duel(1, 1, bs=51.0), id="one percent more skill"),
        pytest.param(Duel(2, 1), Duel(2, 1, hits=3), id="a hull of one hit more"),
    ],
)
def test_a_chain_that_is_wrong_is_refused(fought: Duel, thought: Duel) -> None:
    """The control: the same counts and the same bounds, and a theory of something else."""
    assert least_p_value(counts(fought, seed=11), thought.chances()) < LEVEL


@pytest.mark.parametrize("duel", [Duel(8, 7, hits=3), Duel(8, 7, hits=3, aimed=True)], ids=repr)
def test_the_number_of_survivors_is_distributed_as_the_chain_says(duel: Duel) -> None:
    runs = 100_000
    odds = duel.kernel().odds(fleets=[1, 2], runs=runs, seed=12)
    seen = np.bincount(odds.samples["survivors_First"], minlength=duel.first + 1)
    expected = runs * duel.survivors()
    enough = expected >= 25
    assert enough.sum() > 6
    pooled = [np.append(values[enough], values[~enough].sum()) for values in (seen, expected)]
    assert chisquare(*(values[pooled[1] > 0] for values in pooled)).pvalue > LEVEL


@pytest.mark.parametrize("second", [60, 100, 140])
def test_the_survivors_of_large_forces_follow_the_square_law(second: int) -> None:
    duel = Duel(200, second, hits=4, bs=10.0, aimed=True)
    survivors = duel.kernel().odds(fleets=[1, 2], runs=100, seed=13).samples["survivors_First"]
    law = np.sqrt(duel.first**2 - duel.second**2)
    assert survivors.mean() == pytest.approx(law, rel=0.01)


def test_fire_that_is_wasted_on_the_fallen_does_not_follow_the_square_law() -> None:
    """The control: all fire at one unit at once, and most of it hits what is gone."""
    duel = Duel(200, 100, hits=4, bs=10.0)
    survivors = duel.kernel().odds(fleets=[1, 2], runs=100, seed=13).samples["survivors_First"]
    assert survivors.mean() < 0.8 * np.sqrt(duel.first**2 - duel.second**2)


def test_attrition_follows_the_law_round_by_round() -> None:
    duel, battles, rounds = Duel(200, 100, hits=4, bs=10.0, aimed=True), 100, 13
    left = np.zeros((rounds, 2))
    kernel = duel.kernel()
    for seed in range(battles):
        timeline = kernel.resolve(fleets=[1, 2], seed=seed, commit=False).timeline
        left += timeline["hp"].reshape(-1, 2)[:rounds] / (POINTS * duel.hits)
    law = np.transpose(duel.law(np.arange(1.0, rounds + 1)))
    assert law[-1, 1] < 11, "of a hundred"
    assert left / battles == pytest.approx(law, abs=1.0)


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    """A hundred seeds: how many intervals of 95 % hold the chain's chance, against how many should.

    An interval after a whole number of wins holds the truth a little more or less often than 95 %: how
    often exactly, the binomial distribution says.
    """
    duel, runs = Duel(3, 2), 400
    truth = duel.chances()[0]
    kernel = duel.kernel()
    held = 0
    for seed in range(100):
        row = kernel.odds(fleets=[1, 2], runs=runs, seed=seed).table.row(0)
        wilson = binomtest(row["wins"], runs).proportion_ci(0.95, method="wilson")
        assert (row["low"], row["high"]) == pytest.approx((wilson.low, wilson.high), abs=1e-12)
        held += row["low"] <= truth <= row["high"]
    wins = np.arange(runs + 1)
    ends = [binomtest(int(count), runs).proportion_ci(0.95, method="wilson") for count in wins]
    holds = np.array([end.low <= truth <= end.high for end in ends])
    share = float(binom.pmf(wins, runs, truth)[holds].sum())
    assert 0.94 < share < 0.96
    assert binomtest(held, 100, share).pvalue > LEVEL
    assert binomtest(held, 100, 0.6).pvalue < LEVEL, "and it would be seen if they held it less often"
