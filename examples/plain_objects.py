"""Battles of a game's own objects: the models stay as they are, a schema says where everything is.

    python examples/plain_objects.py

A small game with dataclasses: ships with a hull and guns, and a diplomacy. The bridge reads each ship once,
fights the battle with the interpreter released, and writes hulls and positions back.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

import multi_universe_core as muc
from multi_universe_core.bridge import At, BattleBridge, ObjectSchema


@dataclass
class Hull:
    """What keeps a ship together."""

    points: float
    most: float


@dataclass
class Gun:
    """A weapon. The range may be a text, as in many a data file."""

    power: int
    reach: str


@dataclass
class Ship:
    """A ship, written long before anybody thought of a kernel."""

    name: str
    hull: Hull
    plating: float
    guns: list[Gun] = field(default_factory=list)
    place: tuple[float, float] | None = None
    order: str = "ATTACK"


class Embassy:
    """Who is at war with whom."""

    def __init__(self, wars: set[frozenset[str]]) -> None:
        self.wars = wars

    def get_treaty(self, a: str, b: str) -> str:
        """The treaty of two factions, in the words of the game."""
        return "War" if frozenset((a, b)) in self.wars else "Peace"


SCHEMA = ObjectSchema(
    hp="hull.points",
    max_hp="hull.most",
    armor="plating",
    # A function where a path is not enough; a default for ships that have not been placed.
    x=At(lambda ship: ship.place and ship.place[0]),
    y=At(lambda ship: ship.place and ship.place[1]),
    directive=At("order", words={"STAND": "hold_ground", "EVADE": "kite"}),
    arms="guns",
    weapons={"strength": "power", "range": At("reach", texts=True)},
    writes={"hp": "hull.points"},
)


def squadron(name: str, count: int, plating: float) -> list[Ship]:
    """Ships of one kind."""
    return [
        Ship(f"{name} {i + 1}", Hull(400, 400), plating, [Gun(6, '60"'), Gun(4, '30"')]) for i in range(count)
    ]


def main() -> None:
    """Fight one battle, ask for the odds of another, and hand over what cannot be read."""
    embassy = Embassy({frozenset(("Hegemony", "Synod"))})
    bridge = BattleBridge(SCHEMA, seed=42, diplomacy=embassy)
    armies = {"Hegemony": squadron("Lance", 12, 20), "Synod": squadron("Choir", 13, 14)}
    before = copy.deepcopy(armies)

    odds = bridge.mirror(armies).odds(location=0, runs=1000)
    print("before the battle, of 1,000 futures:")
    for row in odds.table:
        print(f"  {row['name']} wins {row['probability']:.1%} ({row['low']:.1%} to {row['high']:.1%})")

    report = bridge.resolve(armies, defenders=["Synod"])
    print(f"\n{report.outcome}: {report.winner} after {report.rounds} rounds")
    for faction, ships in armies.items():
        afloat = [ship for ship in ships if ship.hull.points > 0]
        print(f"  {faction}: {len(afloat)} of {len(ships)} ships are left: ", end="")
        print(", ".join(f"{ship.name} ({ship.hull.points:.0f})" for ship in afloat) or "none")

    before["Synod"][3].plating = "thick"  # type: ignore[assignment]
    try:
        bridge.resolve(before)
    except muc.BridgeError as error:
        print(f"\nWhat cannot be read is named, and no ship has changed:\n  {error}")


if __name__ == "__main__":
    main()
