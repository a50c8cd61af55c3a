"""R-FINAL: the account of a battle that has ended, as the tables of a report."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .model import Fleet
from .rules import Rules
from .state import Battle, Fighter, Side, Status, add_up

Row = dict[str, Any]
WORDS = {Status.DESTROYED: "destroyed", Status.RETREATED: "retreated", Status.RESERVE: "reserve"}


@dataclass
class Report:
    """The outcome and the tables, each a list of rows."""

    outcome: str
    winner: str | None
    winners: list[str]
    decisiveness: str | None
    rounds: int
    survivors: int
    seed: int
    digest: str
    units: list[Row]
    fleets: list[Row]
    factions: list[Row]
    weapons: list[Row]
    timeline: list[Row]


def no_conflict(seed: int, digest: str) -> Report:
    """R-TREATY-2: the report where no two factions are at war."""
    return Report("no_conflict", None, [], None, 0, 0, seed, digest, [], [], [], [], [])


def settle(battle: Battle) -> Report:
    """R-FINAL-1 to R-FINAL-4."""
    assert battle.outcome is not None
    winner = battle.winner
    winners = [winner] if winner else []
    if battle.outcome == "victory":
        winners = [side for side in battle.sides if side.standing > 0]
    return Report(
        outcome=battle.outcome,
        winner=winner.name if winner else None,
        winners=[side.name for side in winners],
        decisiveness=decisiveness(battle, winner, winners) if winner else None,
        rounds=battle.round,
        survivors=sum(fighter.alive for fighter in winner.fighters) if winner else 0,
        seed=battle.seed,
        digest=str(battle.digest),
        units=[unit_row(battle, fighter) for fighter in battle.fighters],
        fleets=[fleet_row(battle, fleet) for fleet in battle.fleets],
        factions=[faction_row(battle, side) for side in battle.sides],
        weapons=[weapon for fighter in battle.fighters for weapon in weapon_rows(fighter)],
        timeline=battle.timeline,
    )


def experience(battle: Battle, fighter: Fighter) -> float:
    """R-FINAL-2. Who falls in round r has survived r − 1."""
    rules = battle.rules
    deeds = rules.xp_per_damage * fighter.dealt + rules.xp_per_kill * fighter.kills
    if not fighter.alive:
        return deeds + rules.xp_per_round * (fighter.death_round - 1)
    after = rules.xp_survivor + rules.xp_survivor_round * battle.round
    if fighter.side is battle.winner:
        after += rules.xp_winner
    return deeds + rules.xp_per_round * battle.round + after


def decisiveness(battle: Battle, winner: Side, winners: list[Side]) -> str:
    """R-FINAL-4: from the shares of cost lost by the winner, and by all that are not among the winners."""
    rules = battle.rules
    own = share_lost([winner])
    others = share_lost([side for side in battle.sides if side not in winners])
    if own < rules.overwhelming_share and others > rules.beaten_share:
        return "overwhelming"
    if own < rules.decisive_share and others > rules.beaten_share:
        return "decisive"
    return "pyrrhic" if own > rules.pyrrhic_share else "marginal"


def share_lost(sides: list[Side]) -> float:
    """The share of these factions' cost that was lost; 0 if it cost nothing."""
    cost = add_up(add_up(fighter.unit.cost for fighter in side.fighters) for side in sides)
    lost = add_up(cost_lost(side.fighters) for side in sides)
    return lost / cost if cost > 0 else 0.0


def cost_lost(fighters: Iterable[Fighter]) -> float:
    """What the dead among these cost."""
    return add_up(fighter.unit.cost for fighter in fighters if not fighter.alive)


def unit_row(battle: Battle, fighter: Fighter) -> Row:
    """A row of the table of units."""
    return {
        "id": fighter.unit.id,
        "fleet": fighter.fleet.id,
        "faction": fighter.side.name,
        "alive": fighter.alive,
        "status": WORDS.get(fighter.status, "alive"),
        "hp": fighter.hull,
        "shield": fighter.shield,
        "morale": fighter.unit.morale,
        "suppression": fighter.suppression,
        "routing": fighter.status is Status.ROUTING,
        "x": fighter.x,
        "y": fighter.y,
        "kills": fighter.kills,
        "damage_dealt": fighter.dealt,
        "damage_taken": fighter.taken,
        "shots": sum(mount.shots for mount in fighter.mounts),
        "hits": sum(mount.hits for mount in fighter.mounts),
        "crits": sum(mount.crits for mount in fighter.mounts),
        "xp_gained": experience(battle, fighter),
        "killed_by": fighter.killed_by.unit.id if fighter.killed_by else -1,
        "death_round": fighter.death_round,
    }


def fleet_row(battle: Battle, fleet: Fleet) -> Row:
    """A row of the table of fleets."""
    crew = [fighter for fighter in battle.fighters if fighter.fleet is fleet]
    return {
        "id": fleet.id,
        "faction": fleet.faction,
        "initial": len(crew),
        "survivors": sum(fighter.alive for fighter in crew),
        "retreated": sum(fighter.status is Status.RETREATED for fighter in crew),
        "destroyed": sum(not fighter.alive for fighter in crew),
        "cost_lost": cost_lost(crew),
    }


def faction_row(battle: Battle, side: Side) -> Row:
    """A row of the table of factions (R-FINAL-1, R-FINAL-3)."""
    crew, rules = side.fighters, battle.rules
    dead = [fighter for fighter in crew if not fighter.alive]
    cost = add_up(fighter.unit.cost for fighter in crew)
    return {
        "name": side.name,
        "units_initial": len(crew),
        "units_lost": len(dead),
        "units_remaining": len(crew) - len(dead),
        "ships_lost": sum(not fighter.unit.ground for fighter in dead),
        "ground_lost": sum(fighter.unit.ground for fighter in dead),
        "cost_initial": cost,
        "cost_lost": cost_lost(crew),
        "cost_remaining": cost - cost_lost(crew),
        "damage_dealt": add_up(fighter.dealt for fighter in crew),
        "damage_taken": add_up(fighter.taken for fighter in crew),
        "kills": sum(fighter.kills for fighter in crew),
        "shots": sum(mount.shots for fighter in crew for mount in fighter.mounts),
        "hits": sum(mount.hits for fighter in crew for mount in fighter.mounts),
        "crits": sum(mount.crits for fighter in crew for mount in fighter.mounts),
        "retreated": sum(fighter.status is Status.RETREATED for fighter in crew),
        "plunder": side.faction.plunder_ratio * add_up(cost_lost(other.fighters) for other in battle.sides),
        "war_exhaustion": war_exhaustion(dead, rules),
        "won": side is battle.winner,
    }


def war_exhaustion(dead: list[Fighter], rules: Rules) -> float:
    """R-FINAL-3."""
    ships = sum(not fighter.unit.ground for fighter in dead)
    return rules.exhaustion_ship * ships + rules.exhaustion_ground * (len(dead) - ships)


def weapon_rows(fighter: Fighter) -> list[Row]:
    """The rows of a unit in the table of weapons."""
    return [
        {
            "unit": fighter.unit.id,
            "slot": mount.weapon.slot,
            "shots": mount.shots,
            "hits": mount.hits,
            "crits": mount.crits,
            "damage": mount.dealt,
            "hp": mount.hp,
            "destroyed": not mount.intact,
        }
        for mount in fighter.mounts
    ]
