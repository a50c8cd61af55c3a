"""What columns and rules of random battles may be: plausible values, odd ones, and those on a boundary."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

Draw = Callable[[Random], Any]


def number(low: float, high: float, *favourites: float, rarely: float | None = None) -> Draw:
    """A number of a range, or half of the time a favourite, or once in a hundred times something extreme."""

    def draw(rng: Random) -> float:
        if rarely is not None and rng.random() < 0.01:
            return rarely
        return rng.choice(favourites) if favourites and rng.random() < 0.5 else rng.uniform(low, high)

    return draw


def whole(low: int, high: int) -> Draw:
    """A whole number of a range."""
    return lambda rng: rng.randint(low, high)


def one_of(*values: Any) -> Draw:
    """One of some values."""
    return lambda rng: rng.choice(values)


FLAG = one_of(False, True)

# What a kind of unit may have. Each kind gives some of these columns; the others have their defaults.
UNIT_COLUMNS: dict[str, Draw] = {
    "domain": one_of("space", "ground", "ground"),
    "max_hp": number(1.0, 900.0, 30.0, 100.0, 400.0, rarely=1e15),
    "max_shield": number(0.0, 300.0, 0.0, 50.0, rarely=1e15),
    "shield_regen": number(0.0, 30.0, 0.0, 5.0, rarely=1e15),
    "hull_regen": number(0.0, 20.0, 0.0, 2.5, rarely=1e15),
    "armor": number(0.0, 90.0, 0.0, 20.0, 29.999, rarely=1e15),
    "invuln": number(2.0, 7.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0),
    "bs": number(0.0, 150.0, 50.0, 70.0, rarely=1e6),
    "ma": number(0.0, 150.0, 50.0, 60.0),
    "md": number(0.0, 220.0, 0.0, 30.0, rarely=1e6),
    "damage": number(0.0, 200.0, 10.0, 25.0, rarely=1e15),
    "ap": number(0.0, 80.0, 0.0, 20.0, rarely=1e15),
    "speed": number(0.0, 30.0, 0.0, 3.0, 6.0, rarely=1e15),
    "leadership": number(0.0, 13.0, 1.0, 7.0, 9.0, rarely=1e6),
    "suppression": number(0.0, 80.0, 0.0, 25.0, rarely=1e15),
    "fatigue": number(0.0, 1.0, 0.0, 0.5, 0.8),
    "cost": number(0.0, 1000.0, 0.0, 100.0, rarely=1e15),
    "accuracy_mult": number(0.0, 3.0, 1.0, 1.259, 0.3, rarely=1e6),
    "damage_mult": number(0.0, 3.0, 1.0, 1.1, rarely=1e6),
    "ap_bonus": number(-60.0, 60.0, 0.0, 9.5, rarely=-1e6),
    "charge": number(0.0, 100.0, 0.0, 30.0, rarely=1e6),
    "directive": one_of("", "", "kite", "close_quarters", "hold_ground"),
    "static": one_of(False, False, True),
    "fortress": FLAG,
    "cover": FLAG,
    "massive": FLAG,
    "interdictor": FLAG,
    "ranged_preference": FLAG,
}
WEAPON_COLUMNS: dict[str, Draw] = {
    "strength": number(0.0, 30.0, 4.0, 6.0, 12.0, rarely=1e15),
    "ap": number(0.0, 80.0, 0.0, 10.0, rarely=1e15),
    "damage_dice": number(0.0, 6.0, 1.0, 2.0, rarely=1e6),
    "attacks": number(0.0, 6.0, 0.0, 1.0, 2.0, 2.5, 4.0, 32.0, 33.0, 400.5),
    "range": number(0.0, 150.0, 1.0, 5.0, 24.0, 60.0, 120.0, rarely=1e15),
    "cooldown": whole(0, 4),
    "shield_mult": number(0.0, 5.0, 0.0, 1.0, 4.0, rarely=1e6),
    "hull_mult": number(0.0, 3.0, 0.0, 0.25, 1.0, rarely=1e6),
    "hp": number(0.0, 100.0, 0.0, 50.0),
}
# What all units of a battle may have in common: massive, on the ground, and on the ground about to run.
ARMIES: list[dict[str, Any]] = [
    {},
    {"massive": True},
    {"domain": "ground"},
    {"domain": "ground", "max_hp": 300.0, "suppression": 45.0, "leadership": 6.0, "speed": 2.0},
]
# A weapon that will be heard of: half of the weapons begin as one.
GOOD_WEAPON: dict[str, Draw] = {
    "strength": one_of(4.0, 6.0, 12.0),
    "attacks": one_of(1.0, 2.0, 3.5),
    "range": one_of(30.0, 60.0, 120.0),
}
# Values that a rule may have instead of the book's, by section of the book. `max_rounds` is the battle's own.
RULES: dict[str, dict[str, Draw]] = {
    "deploy": {
        "map_size": number(3.0, 150.0, 40.0, rarely=1e6),
        "space_map_size": number(10.0, 120.0),
        "rank_files": whole(1, 9),
        "rank_spacing": number(0.0, 9.0),
        "deploy_edge": number(0.0, 0.5, 0.5),
        "deploy_circle": number(0.0, 0.5, 0.0),
        "deploy_cap": whole(1, 6),
    },
    "targeting": {
        "static_weight": number(0.0, 9.0, 0.0, 1.0),
        "retarget": one_of("when_lost"),
        "volleys": whole(2, 9),
    },
    "movement": {
        "movement": one_of(False),
        "contact_distance": number(0.0, 4.0),
        "short_range": number(0.0, 40.0),
        "kite_near": number(0.0, 1.0),
        "kite_far": number(0.0, 1.0),
        "defend_distance": number(0.0, 80.0),
        "defend_slowdown": number(0.0, 5.0),
    },
    "aim": {
        "skill_bonus": number(-50.0, 50.0),
        "skill_floor": number(0.1, 100.0),
        "long_distance": number(0.0, 60.0),
        "long_penalty": number(0.0, 50.0),
        "suppressed_penalty": number(0.0, 50.0),
        "volume_per_weapon": number(0.0, 0.1),
        "volume_cap": number(0.0, 1.0),
        "defence_share": number(0.0, 1.0),
        "hit_floor": number(0.0, 0.5),
        "hit_ceiling": number(0.5, 1.0, 1.0),
        "crit_skill": number(0.0, 100.0),
    },
    "damage": {
        "save_base": number(0.0, 12.0),
        "armor_step": number(0.5, 30.0),
        "ap_step": number(0.5, 30.0),
        "cover_save": number(0.0, 6.0),
        "save_best": number(0.0, 6.0),
        "mitigation_cap": number(0.0, 1.0),
        "strength_damage": number(0.0, 30.0),
        "damage_floor": number(0.0, 10.0),
        "crit_bonus": number(0.0, 3.0),
        "fortress_factor": number(0.0, 1.0),
        "ground_factor": number(0.0, 5.0),
        "hardpoint_chance": number(0.0, 1.0, 1.0),
        "regeneration": one_of(False),
        "melee_reach": number(0.0, 9.0),
    },
    "morale": {
        "morale": one_of(True, True, False),
        "suppression_from": one_of("points"),
        "suppression_decay": number(0.0, 40.0, rarely=1e6),
        "suppressed_at": number(0.0, 60.0),
        "morale_dice": one_of("even"),
        "nerve_hull": number(0.0, 12.0),
        "nerve_quarter": number(0.0, 5.0),
        "nerve_half": number(0.0, 5.0),
        "nerve_exhausted": number(0.0, 5.0),
        "exhausted_at": number(0.0, 1.0),
        "nerve_tired": number(0.0, 5.0),
        "tired_at": number(0.0, 1.0),
        "panic_distance": number(0.0, 100.0, 100.0),
        "panic_friends": number(0.2, 5.0, 1.0),
        "panic_cap": number(0.0, 9.0, 2.5),
        "fatigue_rate": number(0.0, 0.2),
    },
    "end": {
        "quiet_rounds": whole(1, 12),
        "killless_rounds": whole(1, 12),
        "xp_per_damage": number(0.0, 3.0),
        "xp_per_kill": number(0.0, 99.0),
        "xp_per_round": number(0.0, 99.0),
        "xp_survivor": number(0.0, 99.0),
        "xp_survivor_round": number(0.0, 99.0),
        "xp_winner": number(0.0, 99.0),
        "exhaustion_ship": number(0.0, 3.0),
        "exhaustion_ground": number(0.0, 3.0),
        "overwhelming_share": number(0.0, 1.0),
        "decisive_share": number(0.0, 1.0),
        "beaten_share": number(0.0, 1.0),
        "pyrrhic_share": number(0.0, 1.0),
    },
}


def some(rng: Random, columns: Mapping[str, Draw], at_most: int) -> dict[str, Any]:
    """Values for some of these columns, in no order."""
    names = rng.sample(sorted(columns), rng.randint(0, min(at_most, len(columns))))
    return {name: columns[name](rng) for name in names}


def odd_rules(rng: Random) -> dict[str, Any]:
    """The rules of a battle that differ from the book: some of all; half of the time many of one section."""
    everything = {name: draw for section in RULES.values() for name, draw in section.items()}
    section = RULES[rng.choice(sorted(RULES))] if FLAG(rng) else {}
    return some(rng, section, len(section)) | some(rng, everything, 6)
