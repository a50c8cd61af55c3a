"""R-MORALE: who is suppressed, who runs, who rallies."""

import math

from . import rolls
from .rolls import Words
from .rules import Rules
from .state import Battle, Fighter, Status
from .targeting import square


def waver(battle: Battle) -> None:
    """R-MORALE-1, R-MORALE-2 at the end of a round."""
    rules = battle.rules
    if not rules.morale:
        return
    running = [fighter for fighter in battle.fighters if fighter.status is Status.ROUTING]
    for fighter in battle.fighters:
        if not fighter.on_map:
            continue
        fighter.fatigue = min(1.0, fighter.fatigue + rules.fatigue_rate * battle.round)
        if fighter.suppression < rules.suppressed_at:
            fighter.status = Status.FIGHTING  # who ran rallies
        elif not fighter.unit.static and dice(battle, fighter) > nerve(
            fighter, friends_who_run(fighter, running, rules), rules
        ):
            fighter.status = Status.ROUTING
        fighter.suppression = max(0.0, fighter.suppression - rules.suppression_decay)


def dice(battle: Battle, fighter: Fighter) -> int:
    """R-MORALE-2: two dice, or 2 … 12 evenly."""
    words = Words(battle.key, fighter.unit.id, rolls.MORALE, 0, battle.round)
    if battle.rules.morale_dice == "even":
        return 2 + words.pick(11)
    return 1 + words.pick(6) + 1 + words.pick(6)


def friends_who_run(fighter: Fighter, running: list[Fighter], rules: Rules) -> int:
    """R-MORALE-2: units of the same faction within sight that ran when the phase began."""
    return sum(
        friend is not fighter
        and friend.side is fighter.side
        and square(fighter, friend) <= rules.panic_distance * rules.panic_distance
        for friend in running
    )


def nerve(fighter: Fighter, friends: int, rules: Rules) -> float:
    """R-MORALE-2: what the dice must not exceed."""
    left = fighter.hull / fighter.unit.max_hp
    nerve = fighter.unit.leadership - math.floor(rules.nerve_hull * (1 - left))
    if left < 0.25:
        nerve -= rules.nerve_quarter
    elif left < 0.50:
        nerve -= rules.nerve_half
    if fighter.fatigue > rules.exhausted_at:
        nerve -= rules.nerve_exhausted
    elif fighter.fatigue > rules.tired_at:
        nerve -= rules.nerve_tired
    if fighter.unit.ground:
        nerve -= min(rules.panic_cap, math.floor(friends / rules.panic_friends))
    return nerve
