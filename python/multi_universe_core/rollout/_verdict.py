"""Whether a candidate may take the trusted path's place, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._agreement import Difference, Distribution, Exact


@dataclass(frozen=True)
class ShadowReport:
    """What a shadow run says about a switch; as text it is the verdict with its reasons."""

    name: str
    """The path."""
    safe: bool
    """Whether nothing speaks against the switch."""
    for_it: tuple[str, ...]
    """What speaks for the switch, a sentence each."""
    against: tuple[str, ...]
    """What speaks against it."""
    calls: int
    """How many calls both paths answered."""
    differences: int
    """In how many of them the answers differed (for a distribution: could not be compared)."""
    trusted_s: float
    """The trusted path's median time, in seconds; NaN without calls."""
    candidate_s: float
    """The candidate's."""

    def __str__(self) -> str:
        """The verdict, and a line for each reason."""
        verdict = f"{self.name}: {'safe to switch' if self.safe else 'not safe to switch'}"
        return "\n".join([verdict, *(f"  - {s}" for s in self.against), *(f"  + {s}" for s in self.for_it)])


def judge(
    *,
    name: str,
    compare: Exact | Distribution,
    compared: int,
    differing: int,
    first: Difference | None,
    times_ns: NDArray[np.int64],
    samples: Mapping[str, tuple[list[float], list[float]]],
    min_calls: int,
    max_slowdown: float,
) -> ShadowReport:
    """The report of `Shadow.report`. `times_ns` has a row (trusted, candidate) per call."""
    pros: list[str] = []
    cons: list[str] = []
    if compared < min_calls:
        cons.append(f"{compared} calls were compared, {min_calls} are asked for")
    _judge_answers(compare, compared, differing, first, pros, cons)
    if isinstance(compare, Distribution):
        _judge_samples(compare, samples, pros, cons)
    trusted_s, candidate_s = np.median(times_ns, axis=0) / 1e9 if len(times_ns) else (np.nan, np.nan)
    if len(times_ns):
        _judge_times(float(trusted_s), float(candidate_s), max_slowdown, pros, cons)
    return ShadowReport(
        name, not cons, tuple(pros), tuple(cons), compared, differing, float(trusted_s), float(candidate_s)
    )


def _judge_answers(
    compare: Exact | Distribution,
    compared: int,
    differing: int,
    first: Difference | None,
    pros: list[str],
    cons: list[str],
) -> None:
    if differing and first is not None:
        cons.append(
            f"{differing} of {compared} answers differ; the first at {first.place}: "
            f"trusted {first.trusted}, candidate {first.candidate}"
        )
    elif compared and isinstance(compare, Exact):
        # No event in n trials: with 95 % confidence its probability is at most 3/n.
        rare = f"{min(1.0, 3 / compared):.2g}"
        pros.append(f"all {compared} answers agree ({compare}): at most {rare} of such calls differ (95 %)")


def _judge_samples(
    compare: Distribution,
    samples: Mapping[str, tuple[list[float], list[float]]],
    pros: list[str],
    cons: list[str],
) -> None:
    for name, (trusted, candidate) in samples.items():
        apart = compare.apart(trusted, candidate, len(samples))
        what = f"{name or 'the answer'}, distance of the distributions over {len(trusted)} calls"
        bound = apart.distance + apart.margin
        if apart.distance > apart.chance:
            means = f"means {np.mean(trusted):.4g} and {np.mean(candidate):.4g}"
            cons.append(f"{what}: {apart.distance:.3f}, chance explains {apart.chance:.3f} at most ({means})")
        elif bound > compare.limit:
            cons.append(
                f"{what}: {apart.distance:.3f}, which proves no difference, but up to {bound:.3f} are "
                f"possible, {compare.limit:g} are allowed: more calls are needed"
            )
        else:
            pros.append(f"{what}: at most {bound:.3f}, {compare.limit:g} are allowed")


def _judge_times(
    trusted_s: float, candidate_s: float, max_slowdown: float, pros: list[str], cons: list[str]
) -> None:
    times = f"median {candidate_s * 1e3:.4g} ms against {trusted_s * 1e3:.4g} ms"
    if candidate_s > max_slowdown * trusted_s:
        cons.append(f"the candidate takes {candidate_s / max(trusted_s, 1e-9):.2f} times as long: {times}")
    else:
        pros.append(f"the candidate takes {candidate_s / max(trusted_s, 1e-9):.2f} times as long: {times}")
