"""A whole battle, round by round, in the order of the phases."""

from collections.abc import Iterable

from . import (
    damage,
    deploy,
    finalize,
    fingerprint,
    melee,
    morale,
    movement,
    rolls,
    shooting,
    targeting,
    treaty,
    victory,
)
from .digest import Digest
from .finalize import Report
from .model import Campaign
from .rules import Rules
from .state import Battle, Fighter, Mount, Side


def resolve(
    campaign: Campaign,
    *,
    location: int,
    seed: int,
    rules: Rules | None = None,
    defenders: Iterable[str] = (),
    max_rounds: int | None = None,
    replica: int = 0,
) -> Report:
    """The battle at a place: of the living units of the fleets there that are not in transit.

    The replicas of a battle differ in their rolls only; a battle that is fought once is replica 0.
    """
    battle = muster(
        campaign, treaty.fleets_at(campaign, location), seed, rules or Rules(), set(defenders), max_rounds
    )
    if battle is None:
        return finalize.no_conflict(seed, str(Digest("no battle")))
    battle.key = rolls.battle_key(seed, replica)
    while battle.outcome is None:
        fight_round(battle)
    return finalize.settle(battle)


def fight_round(battle: Battle) -> None:
    """One round, phase by phase."""
    battle.round += 1
    for side in battle.sides:
        side.dealt, side.kills = 0.0, 0
    deploy.deploy(battle)
    targeting.choose(battle)
    movement.move(battle)
    for shooters in shooting.volleys(battle):
        targeting.choose_anew(battle, shooters)
        damage.land(battle, shooting.fire(battle, shooters))
    damage.land(battle, melee.strike(battle))
    morale.waver(battle)
    damage.recover(battle)
    victory.count(battle)
    fingerprint.end_of_round(battle)
    victory.decide(battle)


def muster(
    campaign: Campaign,
    fleets: list[int],
    seed: int,
    rules: Rules,
    defenders: set[str],
    max_rounds: int | None,
) -> Battle | None:
    """The battle before its first round; None where no two factions are at war (R-TREATY-2)."""
    names = treaty.combatants(campaign, treaty.present(campaign, fleets))
    if not names:
        return None
    sides = [Side(index, campaign.factions[name], name in defenders) for index, name in enumerate(names)]
    for side in sides:
        side.enemies = [
            other for other in sides if other is not side and campaign.at_war(side.name, other.name)
        ]
    by_name = {side.name: side for side in sides}
    fighting = [campaign.fleets[id] for id in fleets if campaign.fleets[id].faction in by_name]
    units = sorted(
        (u for fleet in fighting for u in campaign.living_units_of(fleet.id)), key=lambda unit: unit.id
    )
    fighters = []
    for row, unit in enumerate(units):
        fleet = campaign.fleets[unit.fleet]
        mounts = [Mount(weapon, weapon.hp) for weapon in campaign.weapons_of(unit.id)]
        fighter = Fighter(
            row=row,
            unit=unit,
            fleet=fleet,
            side=by_name[fleet.faction],
            mounts=mounts,
            hull=unit.hp,
            shield=unit.shield,
            suppression=unit.suppression,
            fatigue=unit.fatigue,
            x=unit.x,
            y=unit.y,
        )
        fighters.append(fighter)
        fighter.side.fighters.append(fighter)
    battle = Battle(
        rules=rules,
        seed=seed,
        key=rolls.battle_key(seed, 0),
        max_rounds=rules.max_rounds if max_rounds is None else max_rounds,
        sides=sides,
        fleets=fighting,
        fighters=fighters,
        map=deploy.map_size(len(fighters), any(not unit.ground for unit in units), rules),
        digest=Digest("battle"),
    )
    fingerprint.begin(battle)
    return battle
