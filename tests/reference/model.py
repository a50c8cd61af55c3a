"""What comes in, with the defaults of rule book §12: factions, treaties, fleets, units, weapons."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

NAN = math.nan
# What a pair of factions is to each other if nobody set it (R-TREATY-1).
DEFAULT_TREATY = "neutral"


@dataclass(frozen=True)
class Faction:
    """A power."""

    name: str
    doctrine: str = "charge"
    plunder_ratio: float = 0.0


@dataclass(frozen=True)
class Fleet:
    """Units of one faction at one place."""

    id: int
    faction: str
    location: int = -1
    in_transit: bool = False


@dataclass(frozen=True)
class Weapon:
    """A weapon mount of a unit."""

    unit: int
    slot: int
    strength: float = 4.0
    ap: float = 0.0
    damage_dice: float = 1.0
    attacks: float = 1.0
    range: float = 24.0
    cooldown: int = 0
    shield_mult: float = 1.0
    hull_mult: float = 1.0
    hp: float = 50.0
    name: str = ""


@dataclass(frozen=True)
class Unit:
    """A ship or a ground unit."""

    id: int
    fleet: int
    domain: str = "space"
    max_hp: float = 100.0
    hp: float = NAN  # not given: max_hp
    shield: float = NAN  # not given: max_shield
    max_shield: float = 0.0
    shield_regen: float = 0.0
    hull_regen: float = 0.0
    armor: float = 0.0
    invuln: float = 7.0
    bs: float = 50.0
    ma: float = 50.0
    md: float = 50.0
    damage: float = 10.0
    ap: float = 0.0
    speed: float = 6.0
    leadership: float = 7.0
    morale: float = 100.0
    suppression: float = 0.0
    fatigue: float = 0.0
    cost: float = 100.0
    power_rating: float = NAN
    xp: float = 0.0
    x: float = NAN
    y: float = NAN
    fx: float = NAN
    fy: float = NAN
    accuracy_mult: float = 1.0
    damage_mult: float = 1.0
    ap_bonus: float = 0.0
    charge: float = 0.0
    directive: str = ""
    static: bool = False
    fortress: bool = False
    cover: bool = False
    massive: bool = False
    interdictor: bool = False
    ranged_preference: bool = False

    def __post_init__(self) -> None:
        if math.isnan(self.hp):
            object.__setattr__(self, "hp", self.max_hp)
        if math.isnan(self.shield):
            object.__setattr__(self, "shield", self.max_shield)

    @property
    def ground(self) -> bool:
        """Whether it fights on the ground."""
        return self.domain == "ground"

    @property
    def placed(self) -> bool:
        """Whether it came with a position."""
        return not (math.isnan(self.x) or math.isnan(self.y))

    @property
    def in_formation(self) -> bool:
        """Whether it has a place in its fleet's formation."""
        return not (math.isnan(self.fx) or math.isnan(self.fy))


@dataclass
class Campaign:
    """All that is known before a battle, by key."""

    factions: dict[str, Faction] = field(default_factory=dict)
    treaties: dict[frozenset[str], str] = field(default_factory=dict)
    fleets: dict[int, Fleet] = field(default_factory=dict)
    units: dict[int, Unit] = field(default_factory=dict)
    weapons: dict[tuple[int, int], Weapon] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        *,
        factions: Iterable[Mapping[str, Any]] = (),
        treaties: Iterable[Mapping[str, Any]] = (),
        fleets: Iterable[Mapping[str, Any]] = (),
        units: Iterable[Mapping[str, Any]] = (),
        weapons: Iterable[Mapping[str, Any]] = (),
    ) -> "Campaign":
        """The campaign of rows that name their columns; a column that is not there has its default."""
        campaign = cls()
        for row in factions:
            campaign.factions[row["name"]] = _read(Faction, row)
        for row in treaties:  # undirected, and the last word on a pair stands
            campaign.treaties[frozenset((row["a"], row["b"]))] = plain_word(row["kind"])
        for row in fleets:
            campaign.fleets[row["id"]] = _read(Fleet, row)
        for row in units:
            campaign.units[row["id"]] = _read(Unit, row)
        for row in weapons:
            campaign.weapons[row["unit"], row["slot"]] = _read(Weapon, row)
        return campaign

    def at_war(self, a: str, b: str) -> bool:
        """R-TREATY-1: only war makes two factions hostile."""
        return self.treaties.get(frozenset((a, b)), DEFAULT_TREATY) == "war"

    def living_units_of(self, fleet: int) -> list[Unit]:
        """The units of a fleet with health left, in order of id."""
        return [
            self.units[id]
            for id in sorted(self.units)
            if self.units[id].fleet == fleet and self.units[id].hp > 0
        ]

    def weapons_of(self, unit: int) -> list[Weapon]:
        """The weapons of a unit in order of slot."""
        return [self.weapons[key] for key in sorted(self.weapons) if key[0] == unit]


def plain_word(text: str) -> str:
    """R-TREATY-1: case, spaces and hyphens do not matter, nor does a "Pact" at the end."""
    word = text.strip().lower().replace(" ", "_").replace("-", "_")
    return word.removesuffix("_pact")


def _read(kind: type, row: Mapping[str, Any]) -> Any:
    given = {column.name: row[column.name] for column in fields(kind) if column.name in row}
    # A −0 is a 0, or equal battles would have different fingerprints.
    return kind(
        **{name: 0.0 if value == 0.0 and isinstance(value, float) else value for name, value in given.items()}
    )
