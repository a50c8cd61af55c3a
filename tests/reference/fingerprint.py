"""What a battle's digest is of: seed, rules and input, then every round.

The order is documented in `src/battle.rs`, that of a round in `src/systems/census.rs`.
"""

import math

from . import shooting
from .digest import Digest
from .model import Unit
from .movement import DOCTRINE_OF
from .state import Battle, Fighter, Mount

NOBODY = 2**32 - 1
STANCES = ["charge", "kite", "defend", "hold"]


def begin(battle: Battle) -> None:
    """Folds in the seed, the rules that differ from the book, and the input."""
    digest, sides = battle.digest, battle.sides
    digest.fold("Q", [battle.seed])
    for name, value in battle.rules.changed():
        digest.fold_bytes(name.encode())
        digest.fold("d", [value])
    for side in sides:
        digest.fold_bytes(side.name.encode())
        digest.fold("B", [side.defender])
    digest.fold("q", [fleet.id for fleet in battle.fleets])
    wars = [(a.index, b.index) for a in sides for b in a.enemies if a.index < b.index]
    digest.fold("H", [index for pair in sorted(wars) for index in pair])
    digest.fold("d", [battle.map])
    digest.fold("I", [battle.max_rounds])
    fold_units(digest, battle)
    fold_weapons(digest, battle)


def end_of_round(battle: Battle) -> None:
    """Folds in all that a round can change."""
    digest, fighters = battle.digest, battle.fighters
    digest.fold("d", [f.hull for f in fighters])
    digest.fold("d", [f.shield for f in fighters])
    digest.fold("d", [f.x for f in fighters])
    digest.fold("d", [f.y for f in fighters])
    digest.fold("I", [f.target.row if f.target else NOBODY for f in fighters])
    digest.fold("B", [f.status.value for f in fighters])
    digest.fold("d", [f.suppression for f in fighters])
    digest.fold("d", [f.fatigue for f in fighters])
    digest.fold("d", [mount.hp for f in fighters for mount in f.mounts])


def fold_units(digest: Digest, battle: Battle) -> None:
    """The columns of the units, as they are before the first round."""
    rules, fighters = battle.rules, battle.fighters
    units = [fighter.unit for fighter in fighters]
    first, rows = 0, []
    for fighter in fighters:
        rows.append(first)
        first += len(fighter.mounts)
    nothing = [0] * len(units)
    digest.fold("q", [unit.id for unit in units])
    digest.fold("H", [f.side.index for f in fighters])
    digest.fold("I", [battle.fleets.index(f.fleet) for f in fighters])
    digest.fold("B", nothing)  # status: fighting
    digest.fold("B", [traits(unit) for unit in units])
    digest.fold("B", [stance(f) for f in fighters])
    digest.fold("d", [unit.hp for unit in units])
    digest.fold("d", [unit.max_hp for unit in units])
    digest.fold("d", [unit.shield for unit in units])
    digest.fold("d", [unit.max_shield for unit in units])
    digest.fold("d", [unit.shield_regen for unit in units])
    digest.fold("d", [unit.hull_regen for unit in units])
    digest.fold("d", [unit.x for unit in units])
    digest.fold("d", [unit.y for unit in units])
    digest.fold("d", [unit.fx for unit in units])
    digest.fold("d", [unit.fy for unit in units])
    digest.fold("I", [NOBODY for _ in units])  # target
    digest.fold("d", [math.inf for _ in units])  # distance to it
    digest.fold("d", [unit.speed for unit in units])
    digest.fold("d", [f.reach for f in fighters])
    digest.fold("d", [shooting.aim(unit, rules) for unit in units])
    digest.fold("d", [shooting.exposure(unit, rules) for unit in units])
    digest.fold("d", [shooting.armor_save(unit, rules) for unit in units])
    digest.fold("d", [shooting.field(unit) for unit in units])
    digest.fold("d", [unit.suppression for unit in units])
    digest.fold("d", [unit.fatigue for unit in units])
    digest.fold("d", [unit.leadership for unit in units])
    digest.fold("d", [unit.ma for unit in units])
    digest.fold("d", [unit.damage for unit in units])
    digest.fold("d", [shooting.pierce(unit.ap, rules) for unit in units])
    digest.fold("d", [unit.charge for unit in units])
    digest.fold("B", nothing)  # in contact
    digest.fold("d", nothing)  # damage dealt in melee
    digest.fold("I", rows)
    digest.fold("I", [len(f.mounts) for f in fighters])
    digest.fold("d", [unit.cost for unit in units])
    digest.fold("I", nothing)  # kills
    digest.fold("d", nothing)  # damage taken
    digest.fold("I", [NOBODY for _ in units])  # killed by
    digest.fold("I", nothing)  # round of death


def fold_weapons(digest: Digest, battle: Battle) -> None:
    """The columns of the weapons, as they are before the first round."""
    rules = battle.rules
    mounts: list[tuple[Fighter, Mount]] = [(f, mount) for f in battle.fighters for mount in f.mounts]
    weapons = [(f.unit, mount.weapon) for f, mount in mounts]
    nothing = [0] * len(weapons)
    digest.fold("I", [f.row for f, _ in mounts])
    digest.fold("H", [weapon.slot for _, weapon in weapons])
    digest.fold("d", [weapon.range for _, weapon in weapons])
    digest.fold("d", [weapon.attacks for _, weapon in weapons])
    digest.fold("d", [shooting.power(weapon, unit, rules) for unit, weapon in weapons])
    digest.fold("d", [shooting.pierce(weapon.ap + unit.ap_bonus, rules) for unit, weapon in weapons])
    digest.fold("I", [weapon.cooldown for _, weapon in weapons])
    digest.fold("I", nothing)  # ready from round 0
    digest.fold("d", [weapon.shield_mult for _, weapon in weapons])
    digest.fold("d", [weapon.hull_mult for _, weapon in weapons])
    digest.fold("d", [weapon.hp for _, weapon in weapons])
    for kind in "QQQdd":  # shots, hits, crits, damage dealt, overkill
        digest.fold(kind, nothing)


def traits(unit: Unit) -> int:
    """The flags of a unit, a bit each."""
    flags = [unit.static, unit.fortress, unit.ground, unit.ranged_preference, unit.interdictor, unit.massive]
    return sum(bool(flag) << bit for bit, flag in enumerate(flags))


def stance(fighter: Fighter) -> int:
    """How a unit moves, by number (R-MOVE-2)."""
    return STANCES.index(DOCTRINE_OF.get(fighter.unit.directive, fighter.side.faction.doctrine))
