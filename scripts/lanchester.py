"""What theory says of a battle of like units, and the battle that it is said of.

Two sides of like units stand at one point each, so that all distances are equal and everybody's target is the
living enemy with the lowest id. Each unit has one weapon with one attack, in range, and no shield; nobody
moves, runs or regains anything; a hit takes one of the `hits` points that a unit has, and no hit is a crit.
So the points that are left to either side say all about a battle, and they are a Markov chain:

- with one volley (`aimed = False`) all fire of a round is simultaneous, at one unit of either side, and what
  is past its last point is wasted;
- with a volley for each unit (`aimed = True`) they fire in order of id and nothing is wasted. For large
  forces this is Lanchester's aimed fire: with β = hit chance / hits,

      A(t) = A₀ cosh βt − B₀ sinh βt,   B(t) = B₀ cosh βt − A₀ sinh βt,   A² − B² is constant.

Nothing here is taken from the kernel: rule book §3, §5 and §6 in words of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import multi_universe_core as muc

Floats = npt.NDArray[np.float64]

POINTS = 40.0
"""What a hit takes: strength 4 · 10."""
DEAD_MASS = 1e-15
"""Rounds are added until the battle goes on with less than this probability."""


@dataclass(frozen=True, slots=True)
class Duel:
    """So many like units against so many."""

    first: int
    second: int
    hits: int = 2
    """Hits that destroy a unit."""
    aimed: bool = False
    """Whether everyone fires in a volley of his own."""
    bs: float = 50.0
    """Ballistic skill of all, in percent."""
    volume: float = 0.001
    """What each weapon of a volley adds to the hit chance of all."""

    def kernel(self) -> muc.Kernel:
        """The battle: fleet 1 of faction "First" against fleet 2 of "Second", with their ids in turn."""
        rules = muc.Rules.preset(
            "lanchester",
            crit_skill=0,
            volume_per_weapon=self.volume,
            volleys=self.first + self.second if self.aimed else 1,
        )
        fleet = 1 + self.order()
        units = len(fleet)
        kernel = muc.Kernel(seed=0, rules=rules)
        kernel.push(
            factions={"name": ["First", "Second"]},
            treaties={"a": ["First"], "b": ["Second"], "kind": ["war"]},
            fleets={"id": [1, 2], "faction": ["First", "Second"]},
            units={
                "id": np.arange(units),
                "fleet": fleet,
                "max_hp": np.full(units, POINTS * self.hits),
                "bs": np.full(units, self.bs),
                "md": np.zeros(units),
                "x": np.where(fleet == 1, 20.0, 40.0),
                "y": np.full(units, 40.0),
            },
            weapons={"unit": np.arange(units), "slot": np.zeros(units, dtype=np.int64)},
        )
        return kernel

    def order(self) -> npt.NDArray[np.int64]:
        """The side of each id, 0 or 1: they alternate as evenly as their numbers allow."""
        places = [(np.arange(count) + 0.5) / count for count in (self.first, self.second)]
        sides = np.repeat([0, 1], [self.first, self.second])
        return sides[np.argsort(np.concatenate(places), kind="stable")]

    def hit_chance(self, weapons: int) -> float:
        """R-SHOOT-2, with this many weapons in the volley and a target without defence."""
        skill = max(15.0, self.bs + 5.0) / 100.0
        return min(max(skill + min(0.2, self.volume * weapons), 0.05), 0.95)

    def ends(self) -> Floats:
        """The probability of each end: by points left to the first side, and to the second."""
        state = np.zeros((self.first * self.hits + 1, self.second * self.hits + 1))
        state[-1, -1] = 1.0
        while state[1:, 1:].sum() > DEAD_MASS:
            state = self._aimed_round(state) if self.aimed else self._simultaneous_round(state)
        return state

    def chances(self) -> tuple[float, float, float]:
        """The probability that the first side wins, that the second does, that nobody is left."""
        ends = self.ends()
        return float(ends[1:, 0].sum()), float(ends[0, 1:].sum()), float(ends[0, 0])

    def survivors(self) -> Floats:
        """The probability of each number of survivors of the first side, from none to all."""
        alive = self.alive(np.arange(self.first * self.hits + 1))
        weights = self.ends().sum(axis=1)
        return np.bincount(alive, weights=weights, minlength=self.first + 1).astype(np.float64)

    def alive(self, points: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Units that are left of a side with these points: all but one are whole."""
        return -(-points // self.hits)

    def rate(self) -> float:
        """β: what a unit destroys in a round, in units."""
        return self.hit_chance(1) / self.hits

    def law(self, rounds: Floats) -> tuple[Floats, Floats]:
        """Lanchester's square law: what is left of both sides after so many rounds, in units."""
        grown, lost = np.cosh(self.rate() * rounds), np.sinh(self.rate() * rounds)
        return self.first * grown - self.second * lost, self.second * grown - self.first * lost

    def _simultaneous_round(self, state: Floats) -> Floats:
        after = state.copy()
        after[1:, 1:] = 0.0
        for x, y in np.argwhere(state[1:, 1:] > 0.0) + 1:
            shooters = self.alive(np.array([x, y]))
            chance = self.hit_chance(int(shooters.sum()))
            on_second = binomial(int(shooters[0]), chance, self._exposed(y))
            on_first = binomial(int(shooters[1]), chance, self._exposed(x))
            lost = np.outer(on_first[::-1], on_second[::-1])
            after[x + 1 - len(on_first) : x + 1, y + 1 - len(on_second) : y + 1] += state[x, y] * lost
        return after

    def _exposed(self, points: int) -> int:
        """The points of the unit that is fired at."""
        return int(points - self.hits * (self.alive(np.array(points)) - 1))

    def _aimed_round(self, state: Floats) -> Floats:
        chance = self.hit_chance(1)
        fired = [0, 0]
        for side in self.order():
            own = state if side == 0 else state.T
            # The lowest ids are fired at first, so the unit lives if those from it on have points.
            lives = self.hits * ((self.first, self.second)[side] - fired[side] - 1)
            hit = own[lives + 1 :, 1:] * chance
            own[lives + 1 :, 1:] -= hit
            own[lives + 1 :, :-1] += hit
            fired[side] += 1
        return state


def binomial(trials: int, chance: float, most: int) -> Floats:
    """The probability of each number of successes up to `most`, which stands for all above it too."""
    pmf = [math.comb(trials, k) * chance**k * (1.0 - chance) ** (trials - k) for k in range(trials + 1)]
    return np.array([*pmf[:most], math.fsum(pmf[most:])]) if trials >= most else np.array(pmf)
