"""What a battle is made of while it is fought: sides, fighters and their mounts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from .digest import Digest
from .model import Faction, Fleet, Unit, Weapon
from .rules import Rules


def add_up(points: Iterable[float]) -> float:
    """A sum, one after the other: `sum` rounds otherwise since Python 3.12."""
    total = 0.0
    for point in points:
        total += point
    return total


class Status(Enum):
    """Whether a fighter waits, fights or is gone. The values are those of a round's digest."""

    FIGHTING = 0
    DESTROYED = 1
    ROUTING = 2
    RETREATED = 3
    RESERVE = 4


@dataclass(eq=False)
class Mount:
    """A weapon in a battle."""

    weapon: Weapon
    hp: float
    ready: int = 0  # the first round in which it may fire again
    shots: int = 0
    hits: int = 0
    crits: int = 0
    dealt: float = 0.0

    @property
    def intact(self) -> bool:
        """Whether it can fire."""
        return self.hp > 0


@dataclass(eq=False)
class Fighter:
    """A unit in a battle."""

    row: int  # its place in order of id
    unit: Unit
    fleet: Fleet
    side: "Side"
    mounts: list[Mount]
    hull: float
    shield: float
    suppression: float
    fatigue: float
    x: float
    y: float
    status: Status = Status.FIGHTING
    target: "Fighter | None" = None
    distance: float = 0.0  # to the target, after movement
    in_contact: bool = False  # in the last melee phase
    kills: int = 0
    taken: float = 0.0
    struck: float = 0.0  # damage dealt in melee
    killed_by: "Fighter | None" = None
    death_round: int = -1

    @property
    def on_map(self) -> bool:
        """Whether it is there, fighting or running."""
        return self.status in (Status.FIGHTING, Status.ROUTING)

    @property
    def in_battle(self) -> bool:
        """Whether it is on the map, or waits for a place there."""
        return self.on_map or self.status is Status.RESERVE

    @property
    def alive(self) -> bool:
        """Whether it lives, wherever it is."""
        return self.status is not Status.DESTROYED

    @property
    def reach(self) -> float:
        """The longest range of its intact weapons; 0 without any."""
        return max((mount.weapon.range for mount in self.mounts if mount.intact), default=0.0)

    @property
    def dealt(self) -> float:
        """All damage it dealt: by weapon in order of slot, then by hand."""
        return add_up(mount.dealt for mount in self.mounts) + self.struck


@dataclass(eq=False)
class Side:
    """A faction in a battle, and what the census of the last round found of it."""

    index: int  # its place in order of name
    faction: Faction
    defender: bool
    enemies: "list[Side]" = field(default_factory=list)
    fighters: list[Fighter] = field(default_factory=list)
    reserve: list[Fighter] = field(default_factory=list)
    # of this round
    dealt: float = 0.0
    kills: int = 0
    alive: int = 0
    routing: int = 0
    hull: float = 0.0
    full_hull: float = 0.0
    shield: float = 0.0
    cost: float = 0.0

    @property
    def name(self) -> str:
        """Its faction's name."""
        return self.faction.name

    @property
    def standing(self) -> int:
        """Living units in the battle that do not run."""
        return self.alive - self.routing

    def hostile_to(self, other: "Side") -> bool:
        """R-TREATY-1."""
        return other in self.enemies


@dataclass
class Battle:
    """A battle between two rounds."""

    rules: Rules
    seed: int
    key: tuple[int, int]
    max_rounds: int
    sides: list[Side]
    fleets: list[Fleet]
    fighters: list[Fighter]  # in order of unit id
    map: float
    digest: Digest
    round: int = 0
    quiet: int = 0  # rounds without damage
    killless: int = 0  # rounds without a kill
    timeline: list[dict[str, object]] = field(default_factory=list)
    outcome: str | None = None  # None: it goes on
    winner: Side | None = None

    def on_map(self, side: Side) -> list[Fighter]:
        """A side's units on the map, in order of id."""
        return [fighter for fighter in side.fighters if fighter.on_map]

    def enemies_on_map(self, side: Side) -> list[Fighter]:
        """All units on the map that are hostile to a side, in order of id."""
        return [fighter for fighter in self.fighters if fighter.on_map and fighter.side.hostile_to(side)]
