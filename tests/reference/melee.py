"""R-MELEE: ground units in contact strike, after the volley, all at once."""

from . import rolls
from .rolls import Words
from .shooting import Shot, exposure, mitigation, pierce
from .state import Battle, Fighter, Status


def strike(battle: Battle) -> list[Shot]:
    """R-MELEE-1: the strikes of a round, in order of id."""
    strikes = []
    for fighter in battle.fighters:
        contact = is_in_contact(battle, fighter)
        if contact and fighter.target and fighter.target.on_map:
            strikes.append(strike_once(battle, fighter))
        fighter.in_contact = contact
    return strikes


def is_in_contact(battle: Battle, fighter: Fighter) -> bool:
    """R-MELEE-1: a ground unit that fights has its target within reach, alive or not after the fire."""
    return (
        fighter.unit.ground
        and fighter.status is Status.FIGHTING
        and fighter.target is not None
        and fighter.distance <= battle.rules.melee_reach
    )


def strike_once(battle: Battle, fighter: Fighter) -> Shot:
    """R-MELEE-1: the strike of one unit; a miss does nothing."""
    rules, target = battle.rules, fighter.target
    assert target is not None
    attack = fighter.unit.ma if fighter.in_contact else fighter.unit.ma + fighter.unit.charge
    chance = min(max(attack / 100 * exposure(target.unit, rules), rules.hit_floor), rules.hit_ceiling)
    taken = mitigation(target.unit, pierce(fighter.unit.ap, rules), rules)
    damage = max(rules.damage_floor, fighter.unit.damage * (1 - taken) * rules.ground_factor)
    hit = Words(battle.key, fighter.unit.id, rolls.MELEE, 0, battle.round).yes(chance)
    return Shot(fighter, None, target, damage if hit else 0.0)
