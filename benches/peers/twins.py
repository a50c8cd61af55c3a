"""The drop-ins in plain Python, as the guide has them and games write them: what ours are held against."""

from collections.abc import Iterable, Mapping
from typing import Any


def fleet_by_search(fleets: Iterable[Any], fleet_id: Any) -> Any:
    """The first fleet with this id."""
    return next((fleet for fleet in fleets if fleet.id == fleet_id), None)


class Diplomacy:
    """Treaties in a dict, under both orders of the two names."""

    def __init__(self) -> None:
        self.treaties: dict[tuple[str, str], str] = {}

    def set_treaty(self, a: str, b: str, kind: str) -> None:
        self.treaties[a, b] = self.treaties[b, a] = kind

    def get_treaty(self, a: str, b: str) -> str:
        return self.treaties.get((a, b), "Neutral")

    def get_active_combatants(self, factions: Iterable[str]) -> set[str]:
        """Everybody asked about everybody."""
        present = list(factions)
        active: set[str] = set()
        for one in present:
            for other in present:
                if one != other and self.get_treaty(one, other) == "War":
                    active.add(one)
                    active.add(other)
        return active


class Enemies:
    """The same with a set of enemies for each faction: what a game writes that has thought about it."""

    def __init__(self, diplomacy: Diplomacy) -> None:
        self.enemies: dict[str, set[str]] = {}
        for (a, b), kind in diplomacy.treaties.items():
            if kind == "War":
                self.enemies.setdefault(a, set()).add(b)

    def get_active_combatants(self, factions: Iterable[str]) -> set[str]:
        present = set(factions)
        return {faction for faction in present if not present.isdisjoint(self.enemies.get(faction, ()))}


def finalize_battle(faction_units: Mapping[str, Iterable[Any]]) -> dict[str, dict[str, Any]]:
    """Costs initial, lost and remaining of objects."""
    accounts = {}
    for faction, units in faction_units.items():
        account: dict[str, Any] = {"initial": 0, "lost": 0, "remaining": 0}
        for unit in units:
            cost = getattr(unit, "cost", 100)
            account["initial"] += cost
            account["remaining" if unit.is_alive() else "lost"] += cost
        accounts[faction] = account
    return accounts


def calculate_strength(base: float, modifiers: Iterable[float]) -> float:
    """Modifiers added up in order; `sum` has rounded otherwise since Python 3.12."""
    total = 0.0
    for modifier in modifiers:
        total += modifier
    return base * (1 + total)


class Unit:
    """A unit that keeps its strength until it is told that something has changed."""

    def __init__(self, base: float, modifiers: list[float], cost: float = 100, health: float = 1) -> None:
        self.base, self.modifiers, self.cost, self.health = base, modifiers, cost, health
        self._strength: float | None = None

    def is_alive(self) -> bool:
        return self.health > 0

    def invalidate(self) -> None:
        self._strength = None

    @property
    def strength(self) -> float:
        if self._strength is None:
            self._strength = calculate_strength(self.base, self.modifiers)
        return self._strength
