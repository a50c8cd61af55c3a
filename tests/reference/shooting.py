"""R-SHOOT: the volley."""

import math
from dataclasses import dataclass

from . import rolls
from .model import Unit, Weapon
from .rolls import Words
from .rules import Rules
from .state import Battle, Fighter, Mount, Status
from .targeting import distance, truly_nearest

# Up to so many attacks are rolled one by one.
SINGLE_ATTACKS = 32


@dataclass
class Shot:
    """What a weapon, or a hand, does to a target."""

    shooter: Fighter
    mount: Mount | None  # None: a strike by hand
    target: Fighter
    damage: float


def volleys(battle: Battle) -> list[list[Fighter]]:
    """R-SHOOT-1: who fires in which volley, as the first one is fired."""
    shooters = [
        fighter for fighter in battle.fighters if fighter.status is Status.FIGHTING and fighter.mounts
    ]
    count = battle.rules.volleys
    turns: list[list[Fighter]] = [[] for _ in range(count)]
    for k, shooter in enumerate(shooters):
        turns[k * count // len(shooters)].append(shooter)
    return turns


def fire(battle: Battle, shooters: list[Fighter]) -> list[Shot]:
    """R-SHOOT-1: all fire of a volley, in order of shooter and slot. Nobody is hurt yet."""
    firing = [
        (fighter, mount, target)
        for fighter in shooters
        if fighter.status is Status.FIGHTING
        for mount in fighter.mounts
        if mount.intact and mount.ready <= battle.round and (target := target_of(battle, fighter, mount))
    ]
    return [shoot(battle, fighter, mount, target, len(firing)) for fighter, mount, target in firing]


def target_of(battle: Battle, fighter: Fighter, mount: Mount) -> Fighter | None:
    """R-SHOOT-1, R-TARGET-2: whom a weapon reaches: the unit's target or, of massive units, the nearest."""
    target = fighter.target
    if fighter.distance > mount.weapon.range and fighter.unit.massive:
        target = truly_nearest(battle, fighter)
    if target and target.on_map and distance(fighter, target) <= mount.weapon.range:
        return target
    return None


def shoot(battle: Battle, shooter: Fighter, mount: Mount, target: Fighter, weapons: int) -> Shot:
    """R-SHOOT-2 to R-SHOOT-5 for one weapon."""
    rules = battle.rules
    suppressed = shooter.suppression >= rules.suppressed_at
    skill = skill_of(shooter.unit, distance(shooter, target), suppressed, rules)
    hit = hit_chance(skill, weapons, target.unit, rules)
    crit = crit_chance(skill, rules)
    words = Words(battle.key, shooter.unit.id, rolls.VOLLEY, mount.weapon.slot, battle.round)
    attacks, hits, crits = hits_and_crits(words, mount.weapon.attacks, hit, crit)
    mount.shots += attacks
    mount.hits += hits
    mount.crits += crits
    mount.ready = battle.round + 1 + mount.weapon.cooldown
    return Shot(
        shooter, mount, target, damage_of(hits, crits, mount.weapon, shooter.unit, target.unit, rules)
    )


def aim(unit: Unit, rules: Rules) -> float:
    """R-SHOOT-2: the skill before distance and suppression, in percent."""
    return unit.bs + rules.skill_bonus + math.trunc((unit.accuracy_mult - 1) * 100)


def skill_of(shooter: Unit, distance: float, suppressed: bool, rules: Rules) -> float:
    """R-SHOOT-2: the skill, in percent."""
    skill = aim(shooter, rules)
    if distance > rules.long_distance:
        skill -= rules.long_penalty
    if suppressed:
        skill -= rules.suppressed_penalty
    return max(rules.skill_floor, skill)


def exposure(unit: Unit, rules: Rules) -> float:
    """R-SHOOT-2: the share of the hit chance that a target's defence leaves."""
    return 1 - rules.defence_share * unit.md / 100


def hit_chance(skill: float, weapons: int, target: Unit, rules: Rules) -> float:
    """R-SHOOT-2: the chance that an attack hits."""
    volume = min(rules.volume_cap, weapons * rules.volume_per_weapon)
    chance = (skill / 100 + volume) * exposure(target, rules)
    return min(max(chance, rules.hit_floor), rules.hit_ceiling)


def crit_chance(skill: float, rules: Rules) -> float:
    """R-SHOOT-3: the chance that a hit is a crit."""
    return min(1.0, rules.crit_skill / skill)


def hits_and_crits(words: Words, attacks: float, hit: float, crit: float) -> tuple[int, int, int]:
    """R-SHOOT-3: attacks made, hits among them, crits among those.

    A fraction of an attack is one attack more with that chance. Up to 32 attacks take a word each: below the
    threshold of a hit it is a hit, below the crits' share of that threshold a crit too.
    """
    made = math.floor(attacks)
    if attacks > made and words.yes(attacks - made):
        made += 1
    to_hit = rolls.threshold(hit)
    if made > SINGLE_ATTACKS:
        hits = rolls.binomial(words, made, to_hit)
        return made, hits, rolls.binomial(words, hits, rolls.threshold(crit))
    to_crit = int(to_hit * crit + 0.5)
    rolled = [words.word() for _ in range(made)]
    return made, sum(word < to_hit for word in rolled), sum(word < to_crit for word in rolled)


def damage_of(hits: int, crits: int, weapon: Weapon, shooter: Unit, target: Unit, rules: Rules) -> float:
    """R-SHOOT-4: the damage of a shot, before shield and hull."""
    taken = mitigation(target, pierce(weapon.ap + shooter.ap_bonus, rules), rules)
    per_hit = max(rules.damage_floor, power(weapon, shooter, rules) * (1 - taken))
    damage = (hits + rules.crit_bonus * crits) * per_hit
    if target.fortress:
        damage *= rules.fortress_factor
    if shooter.ground:
        damage *= rules.ground_factor
    return damage


def power(weapon: Weapon, shooter: Unit, rules: Rules) -> float:
    """R-SHOOT-4: damage of a hit before mitigation."""
    return weapon.strength * rules.strength_damage * weapon.damage_dice * shooter.damage_mult


def pierce(ap: float, rules: Rules) -> float:
    """R-SHOOT-4: the steps by which armour penetration worsens a save."""
    return math.floor(ap / rules.ap_step)


def armor_save(target: Unit, rules: Rules) -> float:
    """R-SHOOT-4: the save from armour and cover, before armour penetration."""
    save = rules.save_base - math.floor(target.armor / rules.armor_step)
    return save - rules.cover_save if target.cover else save


def field(target: Unit) -> float:
    """R-SHOOT-4: the mitigation of the invulnerable save; 7 gives none."""
    return (6 - target.invuln) / 6


def mitigation(target: Unit, pierce: float, rules: Rules) -> float:
    """R-SHOOT-4: the share of a hit that armour or field takes."""
    save = min(max(armor_save(target, rules) + pierce, rules.save_best), 6.0)
    return min(rules.mitigation_cap, max((6 - save) / 6, field(target)))
