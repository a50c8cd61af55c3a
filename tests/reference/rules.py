"""The rule book's numbers, written down a second time, so that a wrong default of the kernel is seen.

The order is the rule book's, which is also the order in which a battle's fingerprint has those that differ.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Rules:
    """Every number that a rule names. Distances in tiles, times in rounds, health in points."""

    # R-DEPLOY
    map_size: float = 0.0
    space_map_size: float = 80.0
    rank_files: int = 20
    rank_spacing: float = 2.0
    deploy_edge: float = 0.10
    deploy_circle: float = 0.40
    deploy_cap: int = 0
    # R-TARGET
    static_weight: float = 5.0
    retarget: str = "each_round"
    # R-MOVE
    movement: bool = True
    contact_distance: float = 1.0
    short_range: float = 5.0
    kite_near: float = 0.50
    kite_far: float = 0.90
    defend_distance: float = 20.0
    defend_slowdown: float = 1.0
    # R-SHOOT
    volleys: int = 1
    skill_bonus: float = 5.0
    skill_floor: float = 15.0
    long_distance: float = 50.0
    long_penalty: float = 10.0
    suppressed_penalty: float = 10.0
    volume_per_weapon: float = 1 / 1000
    volume_cap: float = 0.20
    defence_share: float = 0.5
    hit_floor: float = 0.05
    hit_ceiling: float = 0.95
    crit_skill: float = 5.0
    save_base: float = 7.0
    armor_step: float = 10.0
    ap_step: float = 10.0
    cover_save: float = 1.0
    save_best: float = 2.0
    mitigation_cap: float = 0.95
    strength_damage: float = 10.0
    damage_floor: float = 1.0
    crit_bonus: float = 0.5
    fortress_factor: float = 0.5
    ground_factor: float = 2.5
    # R-DAMAGE
    hardpoint_chance: float = 0.1
    regeneration: bool = True
    # R-MELEE
    melee_reach: float = 1.5
    # R-MORALE
    morale: bool = True
    suppression_from: str = "share"
    suppression_decay: float = 10.0
    suppressed_at: float = 25.0
    morale_dice: str = "2d6"
    nerve_hull: float = 5.0
    nerve_quarter: float = 2.0
    nerve_half: float = 1.0
    nerve_exhausted: float = 2.0
    exhausted_at: float = 0.8
    nerve_tired: float = 1.0
    tired_at: float = 0.5
    panic_distance: float = 15.0
    panic_friends: float = 2.0
    panic_cap: float = 3.0
    fatigue_rate: float = 0.005
    # R-VICTORY
    quiet_rounds: int = 500
    killless_rounds: int = 300
    max_rounds: int = 10_000
    # R-FINAL
    xp_per_damage: float = 0.05
    xp_per_kill: float = 50.0
    xp_per_round: float = 10.0
    xp_survivor: float = 50.0
    xp_survivor_round: float = 5.0
    xp_winner: float = 100.0
    exhaustion_ship: float = 0.005
    exhaustion_ground: float = 0.002
    overwhelming_share: float = 0.10
    decisive_share: float = 0.30
    beaten_share: float = 0.50
    pyrrhic_share: float = 0.40

    def changed(self) -> list[tuple[str, float]]:
        """Those that differ from the book, in order, as the numbers that a fingerprint takes."""
        return [
            (field.name, _number(field.name, getattr(self, field.name)))
            for field in fields(self)
            if getattr(self, field.name) != field.default
        ]


# Rule books by name: in what they differ from the book.
PRESETS: dict[str, dict[str, float | str]] = {
    "strategy_engine": {
        "hardpoint_chance": 1.0,
        "suppression_from": "points",
        "morale_dice": "even",
        "deploy_cap": 200,
    },
    "lanchester": {"morale": False, "hardpoint_chance": 0.0, "regeneration": False, "movement": False},
}
# The legal words of the rules that are words. In a fingerprint a word is its place here.
WORDS = {
    "retarget": ["each_round", "when_lost"],
    "suppression_from": ["share", "points"],
    "morale_dice": ["2d6", "even"],
}


def _number(name: str, value: float | str) -> float:
    return float(WORDS[name].index(value)) if isinstance(value, str) else float(value)
