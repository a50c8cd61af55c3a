"""Shadow mode: the old path answers, the new one is watched, and a report says whether to switch.

    python examples/shadow_mode.py [VOLLEYS]

The hot path is a volley of shots. The old one is a loop of the game's own with dice of its own, so the two
can agree in distribution only. First a candidate with a fault in it is watched, then the right one; then a
flag throws the switch, with the old path as the fallback and a budget of time.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import multi_universe_core as muc
from multi_universe_core.rollout import Distribution, FeatureFlags, Shadow, monitor_performance, with_fallback

ATTACKS = 4
dice = random.Random(1)


def old_volley(skills: Sequence[float]) -> int:
    """The game's own loop: the hits of a volley whose targets have a defence of 50."""
    hits = 0
    for skill in skills:
        chance = (max(15, skill + 5) / 100 + min(0.2, len(skills) / 1000)) * 0.75
        hits += sum(dice.random() < min(max(chance, 0.05), 0.95) for _ in range(ATTACKS))
    return hits


def new_volley(skills: Sequence[float]) -> int:
    """The same in one call; the seed comes from the game's dice, so that no two volleys are alike."""
    seed = dice.getrandbits(64)
    return hits_of(muc.resolve_shooting_batch({"bs": [*skills], "attacks": ATTACKS}, seed=seed))


def faulty_volley(skills: Sequence[float]) -> int:
    """A first attempt: nobody told the kernel that all weapons of a volley help each other."""
    seed = dice.getrandbits(64)
    return hits_of(
        muc.resolve_shooting_batch({"bs": [*skills], "attacks": ATTACKS}, seed=seed, volley_size=0)
    )


def hits_of(shots: muc.Table) -> int:
    """How many hits a batch of shots has."""
    return int(shots["hits"].sum())


def watch(shadow: Shadow[[Sequence[float]], int], volleys: int) -> None:
    """Play some turns; the game goes on with the old path's answers."""
    for _ in range(volleys):
        shadow([dice.uniform(20, 80) for _ in range(60)])
    print(shadow.report(min_calls=1000), end="\n\n")


def main() -> None:
    """Watch, judge, switch, and take it back."""
    volleys = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    compare = Distribution(limit=0.1)
    watch(Shadow(old_volley, faulty_volley, compare=compare), volleys)
    watch(Shadow(old_volley, new_volley, compare=compare), volleys)

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rust_features.toml"
        for switch in ("true", "false"):
            file.write_text(f"[features]\nbatch_shooting = {switch}\n", encoding="utf-8")
            # As the next process of the game will read it; MUC_BATCH_SHOOTING=0 would override the file.
            flags = FeatureFlags(file)
            volley = with_fallback(new_volley, old_volley, enabled=flags["batch_shooting"], name="volley")
            timed = monitor_performance(budget_s=0.05)(volley)
            timed([50.0] * 60)
            # What the kernel refuses is answered by the old path, and counted.
            timed([float("inf")])
            print(
                f"batch_shooting = {switch}: answered by {volley.calls}, errors {volley.monitor.error_counts}"
            )


if __name__ == "__main__":
    main()
