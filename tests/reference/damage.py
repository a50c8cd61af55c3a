"""R-DAMAGE: what lands, and what comes back; R-MORALE-1: what it does to nerves."""

from . import rolls
from .rolls import Words
from .shooting import Shot
from .state import Battle, Fighter, Mount, Status

# Under this slot a strike by hand rolls. No weapon has it.
HAND = 65_535


def land(battle: Battle, shots: list[Shot]) -> None:
    """R-DAMAGE-1: the shots, one after the other, in order of shooter and slot."""
    for shot in shots:
        land_one(battle, shot)


def land_one(battle: Battle, shot: Shot) -> None:
    """R-DAMAGE-1 to R-DAMAGE-3 and R-MORALE-1 for one shot."""
    target = shot.target
    shield_mult = shot.mount.weapon.shield_mult if shot.mount else 1.0
    hull_mult = shot.mount.weapon.hull_mult if shot.mount else 1.0
    absorbed, left = shield_takes(shot.damage, shield_mult, target.shield)
    on_hull = left * hull_mult
    hurt = min(target.hull, on_hull)
    target.shield -= absorbed
    target.hull -= hurt
    credit(shot, absorbed + hurt)
    if hurt == 0:
        return
    if battle.rules.morale:
        share = battle.rules.suppression_from == "share"
        target.suppression += 100 * hurt / target.unit.max_hp if share else hurt
    strike_weapon(battle, shot, hurt)
    if target.hull == 0:
        kill(battle, shot.shooter, target)


def shield_takes(damage: float, shield_mult: float, shield: float) -> tuple[float, float]:
    """R-DAMAGE-1: what the shield absorbs, and the damage that it leaves; a factor of 0 passes shields."""
    against_shield = damage * shield_mult
    if against_shield == 0:
        return 0.0, damage
    absorbed = min(shield, against_shield)
    return absorbed, damage * (1 - absorbed / against_shield)


def credit(shot: Shot, dealt: float) -> None:
    """The damage that was dealt, in all books. Overkill is in none."""
    if shot.mount:
        shot.mount.dealt += dealt
    else:
        shot.shooter.struck += dealt
    shot.shooter.side.dealt += dealt
    shot.target.taken += dealt


def kill(battle: Battle, killer: Fighter, target: Fighter) -> None:
    """R-DAMAGE-2: the shot that takes the last point has the kill. The dead have no shield."""
    target.status = Status.DESTROYED
    target.shield = 0.0
    target.killed_by = killer
    target.death_round = battle.round
    killer.kills += 1
    killer.side.kills += 1


def strike_weapon(battle: Battle, shot: Shot, damage: float) -> None:
    """R-DAMAGE-3: with some chance one intact weapon of the target takes the hull's damage too."""
    slot = shot.mount.weapon.slot if shot.mount else HAND
    words = Words(battle.key, shot.shooter.unit.id, rolls.HARDPOINT, slot, battle.round)
    intact: list[Mount] = [mount for mount in shot.target.mounts if mount.intact]
    if words.yes(battle.rules.hardpoint_chance) and intact:
        weapon = intact[words.pick(len(intact))]
        weapon.hp = max(0.0, weapon.hp - damage)


def recover(battle: Battle) -> None:
    """R-DAMAGE-4: at the end of a round the living regain points, never past the maximum."""
    if not battle.rules.regeneration:
        return
    for fighter in battle.fighters:
        if fighter.in_battle:
            fighter.shield = min(fighter.unit.max_shield, fighter.shield + fighter.unit.shield_regen)
            fighter.hull = min(fighter.unit.max_hp, fighter.hull + fighter.unit.hull_regen)
