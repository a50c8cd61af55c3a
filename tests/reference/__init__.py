"""The rule book once more, in plain Python: slow, obvious, and sharing nothing with the kernel but the rolls.

One file per section of the rule book, written to be read beside it: loops over all units, brute force where
the kernel has cells, no NumPy. Formulas are evaluated as the documentation of `src/systems` writes them,
since equal battles must be equal to the last bit. `resolve` fights a battle of a `Campaign`; `tests/python`
holds the kernel against it.
"""

from .battle import resolve
from .finalize import Report
from .model import Campaign
from .rules import PRESETS, Rules
from .strength import strength

__all__ = ["PRESETS", "Campaign", "Report", "Rules", "resolve", "strength"]
