"""R-VICTORY: who is left, and when it is over."""

from collections.abc import Callable
from typing import Any

from .state import Battle, Side, Status


def count(battle: Battle) -> None:
    """The census of a round, in order of id, so that every sum has one order."""
    for side in battle.sides:
        side.alive = side.routing = 0
        side.hull = side.full_hull = side.shield = side.cost = 0.0
        for fighter in side.fighters:
            side.full_hull += fighter.unit.max_hp
            if fighter.in_battle:
                side.alive += 1
                side.routing += fighter.status is Status.ROUTING
                side.hull += fighter.hull
                side.shield += fighter.shield
                side.cost += fighter.unit.cost
        row = {
            "round": battle.round,
            "faction": side.name,
            "alive": side.alive,
            "hp": side.hull,
            "shield": side.shield,
            "damage_dealt": side.dealt,
            "kills": side.kills,
            "routing": side.routing,
        }
        battle.timeline.append(row)
    battle.quiet = 0 if any(side.dealt > 0 for side in battle.sides) else battle.quiet + 1
    battle.killless = 0 if any(side.kills > 0 for side in battle.sides) else battle.killless + 1


def decide(battle: Battle) -> None:
    """R-VICTORY-1, R-VICTORY-2 at the end of a round."""
    left = [side for side in battle.sides if side.standing > 0]
    if not any(a.hostile_to(b) for a in left for b in left):
        battle.outcome = "victory" if left else "stalemate"
        battle.winner = best(left, lambda side: side.cost)
    elif battle.quiet >= battle.rules.quiet_rounds or battle.killless >= battle.rules.killless_rounds:
        battle.outcome, battle.winner = "stalemate", holder(battle)
    elif battle.round >= battle.max_rounds:
        battle.outcome, battle.winner = "round_limit", holder(battle)
    if battle.outcome in ("stalemate", "round_limit") and battle.winner:
        for fighter in battle.fighters:
            if fighter.on_map and fighter.side.hostile_to(battle.winner):
                fighter.status = Status.ROUTING


def holder(battle: Battle) -> Side | None:
    """R-VICTORY-2: a surviving defender; else the highest share of hull left, then the most; then by name."""
    left = [side for side in battle.sides if side.alive > 0]
    defenders = [side for side in left if side.defender]
    if defenders:
        return defenders[0]
    return best(left, lambda side: (side.hull / side.full_hull, side.hull))


def best(sides: list[Side], merit: Callable[[Side], Any]) -> Side | None:
    """The side with the greatest merit, between equals the first by name."""
    return max(sides, key=merit, default=None)
