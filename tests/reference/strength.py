"""R-STRENGTH-1: what a unit is worth."""

import math

from .model import Unit


def strength(unit: Unit) -> float:
    """From power, health and skills; at least 1."""
    power = 0.1 * unit.cost if math.isnan(unit.power_rating) else unit.power_rating
    health = unit.hp / unit.max_hp if unit.max_hp > 0 else 0.0
    return max(1.0, float(math.trunc(power * health * (unit.ma + unit.md + unit.damage) / 150)))
