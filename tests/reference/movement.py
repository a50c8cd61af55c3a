"""R-MOVE: how units move, and R-MORALE-3: who cannot leave."""

from .deploy import clamp
from .rules import Rules
from .state import Battle, Fighter, Side, Status
from .targeting import distance

DOCTRINE_OF = {"kite": "kite", "close_quarters": "charge", "hold_ground": "hold"}


def move(battle: Battle) -> None:
    """R-MOVE-1: all at once, on the positions at the start of the round."""
    places = [(f, *destination(battle, f)) for f in battle.fighters if f.on_map and f.target]
    held = {side.index: is_held(battle, side) for side in battle.sides}
    for fighter, x, y in places:
        inside = (clamp(x, 0.0, battle.map), clamp(y, 0.0, battle.map))
        if fighter.status is Status.ROUTING and not held[fighter.side.index] and (x, y) != inside:
            fighter.status = Status.RETREATED  # R-MOVE-3: it was last seen at the edge
        fighter.x, fighter.y = inside
    for fighter in battle.fighters:
        fighter.distance = distance(fighter, fighter.target)


def is_held(battle: Battle, side: Side) -> bool:
    """R-MORALE-3: whether a living hostile interdictor was on the map when the phase began."""
    return any(enemy.unit.interdictor for enemy in battle.enemies_on_map(side))


def destination(battle: Battle, fighter: Fighter) -> tuple[float, float]:
    """Where a unit wants to be after this round, off the map or not."""
    assert fighter.target is not None
    dx, dy = fighter.target.x - fighter.x, fighter.target.y - fighter.y
    way = distance(fighter, fighter.target)
    if fighter.unit.static or not battle.rules.movement:
        return fighter.x, fighter.y
    if fighter.status is Status.ROUTING:
        if way == 0:
            return fighter.x - fighter.unit.speed, fighter.y  # R-MOVE-3: on top of its target it runs west
        along_x, along_y = dx * (1 / way), dy * (1 / way)
        return fighter.x - along_x * fighter.unit.speed, fighter.y - along_y * fighter.unit.speed
    step = step_towards(fighter, way, battle.rules)
    if step == 0 or way == 0:
        return fighter.x, fighter.y
    return fighter.x + dx * (step / way), fighter.y + dy * (step / way)


def step_towards(fighter: Fighter, distance: float, rules: Rules) -> float:
    """R-MOVE-2: tiles towards the target; negative: away from it."""
    speed, reach = fighter.unit.speed, fighter.reach
    doctrine = DOCTRINE_OF.get(fighter.unit.directive, fighter.side.faction.doctrine)
    if doctrine == "hold":
        return 0.0
    if doctrine == "kite" and reach > rules.short_range:
        stop = rules.kite_far * reach
        if distance < rules.kite_near * reach:
            return -min(speed, max(0.0, stop - distance))
        return close(distance, stop, speed)
    if doctrine == "defend":
        if distance > rules.defend_distance:
            return 0.0
        speed = max(0.0, speed - rules.defend_slowdown)
    if fighter.unit.ranged_preference and reach > rules.short_range:
        return close(distance, rules.kite_far * reach, speed)
    return close(distance, rules.contact_distance, speed)


def close(distance: float, stop: float, speed: float) -> float:
    """Tiles towards the target, never past the stop distance."""
    return min(speed, distance - stop) if distance > stop else 0.0
