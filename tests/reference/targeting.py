"""R-TARGET: whom units choose."""

import math

from .rules import Rules
from .state import Battle, Fighter, Status


def choose(battle: Battle) -> None:
    """R-TARGET-1: whoever is on the map takes the nearest enemy, each round or if the last one is gone."""
    enemies = {side.index: battle.enemies_on_map(side) for side in battle.sides}
    for fighter in battle.fighters:
        if not fighter.on_map:
            fighter.target = None
        elif battle.rules.retarget == "each_round" or not (fighter.target and fighter.target.on_map):
            fighter.target = nearest(fighter, enemies[fighter.side.index], battle.rules)


def choose_anew(battle: Battle, shooters: list[Fighter]) -> None:
    """R-SHOOT-1: before a volley its shooters whose target fell to an earlier one choose another."""
    for fighter in shooters:
        if fighter.status is Status.FIGHTING and fighter.target and not fighter.target.alive:
            fighter.target = nearest(fighter, battle.enemies_on_map(fighter.side), battle.rules)
            fighter.distance = distance(fighter, fighter.target)


def nearest(fighter: Fighter, enemies: list[Fighter], rules: Rules) -> Fighter | None:
    """R-TARGET-1: of enemies in order of id, the first with the smallest weighted distance."""
    return min(enemies, key=lambda enemy: weighted_square(fighter, enemy, rules), default=None)


def weighted_square(fighter: Fighter, enemy: Fighter, rules: Rules) -> float:
    """R-TARGET-1: the square of the weighted distance, which has the same order and needs no root."""
    weight = rules.static_weight if enemy.unit.static else 1.0
    return square(fighter, enemy) * (weight * weight)


def truly_nearest(battle: Battle, fighter: Fighter) -> Fighter | None:
    """R-TARGET-2: the enemy on the map at the smallest true distance, between equals the lower id."""
    return min(battle.enemies_on_map(fighter.side), key=lambda enemy: square(fighter, enemy), default=None)


def distance(fighter: Fighter, other: Fighter | None) -> float:
    """The true distance; infinite to nobody."""
    return math.sqrt(square(fighter, other)) if other else math.inf


def square(fighter: Fighter, other: Fighter) -> float:
    """The square of the true distance."""
    dx, dy = other.x - fighter.x, other.y - fighter.y
    return dx * dx + dy * dy
