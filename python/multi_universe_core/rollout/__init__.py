"""From Python hot paths to compiled ones, one at a time, and back within minutes.

    from multi_universe_core.rollout import FeatureFlags, Shadow, with_fallback

    flags = FeatureFlags("config/rust_features.toml")
    # First both run, and Python's answer counts. Is it safe to switch? Why, or why not?
    resolve = Shadow(old_resolve, new_resolve)
    print(resolve.report())
    # Then the switch is thrown, and can be taken back.
    resolve = with_fallback(new_resolve, old_resolve, enabled=flags["battle"])

- `FeatureFlags`: which hot path is on, by a TOML file and by the environment (`MUC_FLEET_LOOKUP=0`).
- `Shadow`: runs the old and the new path, answers with the old one's result, and keeps what differed.
- `with_fallback`: the new path; where it fails by a fault of ours, the old one. `ErrorMonitor` counts.
- `monitor_performance`: a time budget for a function.

What they have to say goes to the standard `logging`, under "multi_universe_core.rollout". A call with a
keyword `trace_id` has that mark in its lines, and on their records as `trace_id`. All of them may be shared
by threads.
"""

from ._agreement import Distribution, Exact, Tolerance
from ._budget import Monitored, monitor_performance
from ._fallback import ErrorMonitor, Fallback, with_fallback
from ._flags import HOT_PATHS, FeatureFlags, FlagError
from ._shadow import Shadow
from ._verdict import ShadowReport

__all__ = [
    "HOT_PATHS",
    "Distribution",
    "ErrorMonitor",
    "Exact",
    "Fallback",
    "FeatureFlags",
    "FlagError",
    "Monitored",
    "Shadow",
    "ShadowReport",
    "Tolerance",
    "monitor_performance",
    "with_fallback",
]
