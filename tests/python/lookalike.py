"""Objects shaped as those of the strategy engine that the bridge's preset reads: ours, with its attributes.

Units are made of components; health, nerve and movement are properties over them; abilities are copied at
each access; an attribute that nobody set answers None or 0 through `__getattr__`, or raises.
"""

from __future__ import annotations

import weakref
from typing import Any

from multi_universe_core.bridge import BattleBridge, ObjectSchema


class Health:
    """The hull and the shield of a unit, in points."""

    def __init__(self, hp: float, shield: float = 0, regen: float = 0.0) -> None:
        self.max_hp = hp
        self.current_hp = hp
        self.regen = regen
        self.max_shield = shield
        self.current_shield = shield
        self.type = "Health"


class Stats:
    """The skills of a unit."""

    def __init__(self, ma: int = 50, md: int = 50, damage: float = 10, armor: float = 0) -> None:
        self.ma, self.md, self.damage, self.base_armor = ma, md, damage, armor
        self.type = "Stats"


class Nerve:
    """The morale of a unit."""

    def __init__(self, leadership: int = 7) -> None:
        self.leadership = leadership
        self.current_morale = 100
        self.suppression = 0
        self.type = "Morale"


class Movement:
    """The movement of a unit, in tiles per round."""

    def __init__(self, points: float) -> None:
        self.current_movement_points = points
        self.type = "Movement"


class Weapon:
    """A weapon; its statistics are a dict with keys in several spellings."""

    def __init__(self, name: str = "Gun", **stats: Any) -> None:
        self.name = name
        self.weapon_stats = stats
        self.tags: list[str] = []
        self.cooldown = 0
        self.is_destroyed = False
        self.type = "Weapon"
        self.current_hp = 50


class Fleet:
    """A fleet that its units know by a weak reference."""

    def __init__(self, id: str) -> None:
        self.id = id


class Formation:
    """A formation with modifiers."""

    def __init__(self, **modifiers: float) -> None:
        self.modifiers = modifiers

    def get_modifiers(self) -> dict[str, float]:
        return dict(self.modifiers)


class Unit:
    """A unit of components."""

    SHIP = False

    def __init__(
        self, name: str, *, hp: float = 100, armor: float = 0, cost: float = 100, **more: Any
    ) -> None:
        self.name = name
        self.cost = cost
        self.experience = 0.0
        self.domain = "space" if self.SHIP else "ground"
        self.health_comp: Health | None = Health(hp, more.get("shield", 0), more.get("regen", 0.0))
        self.stats_comp = Stats(more.get("ma", 50), more.get("md", 50), more.get("damage", 10), armor)
        self.morale_comp = Nerve(more.get("leadership", 7))
        self.movement_comp = Movement(more["speed"]) if "speed" in more else None
        self.weapon_comps: list[Weapon] = list(more.get("weapons", []))
        self.components: list[Any] = [self.health_comp, self.stats_comp, self.morale_comp, *self.weapon_comps]
        self.formations: list[Formation] = list(more.get("formations", []))
        self.tactical_directive = more.get("directive")
        self.is_suppressed = False
        self.is_routing = False
        self._abilities: dict[str, Any] = dict(more.get("abilities", {}))
        self._fleet_ref: weakref.ref[Fleet] | None = None
        self.gained: list[float] = []
        self.invalidated = 0

    def is_alive(self) -> bool:
        return self.health_comp is not None and self.health_comp.current_hp > 0

    def is_ship(self) -> bool:
        return self.SHIP

    def set_fleet(self, fleet: Fleet) -> None:
        self._fleet_ref = weakref.ref(fleet)

    @property
    def fleet(self) -> Fleet | None:
        return self._fleet_ref() if self._fleet_ref else None

    @property
    def abilities(self) -> dict[str, Any]:
        return self._abilities.copy()

    @property
    def armor(self) -> float:
        return self.stats_comp.base_armor

    @property
    def max_hp(self) -> float:
        return self.health_comp.max_hp if self.health_comp else 0

    @property
    def current_hp(self) -> float:
        return self.health_comp.current_hp if self.health_comp else 0

    @current_hp.setter
    def current_hp(self, value: float) -> None:
        if self.health_comp:
            self.health_comp.current_hp = value

    @property
    def leadership(self) -> int:
        return self.morale_comp.leadership

    @property
    def morale_current(self) -> float:
        return self.morale_comp.current_morale

    @property
    def current_suppression(self) -> float:
        return self.morale_comp.suppression

    @current_suppression.setter
    def current_suppression(self, value: float) -> None:
        self.morale_comp.suppression = value

    @property
    def movement_points(self) -> float:
        return self.movement_comp.current_movement_points if self.movement_comp else 0

    def gain_xp(self, amount: float) -> None:
        self.experience += amount
        self.gained.append(amount)

    def invalidate_cache(self) -> None:
        self.invalidated += 1

    def __getattr__(self, name: str) -> Any:
        if name in ("ma", "md", "damage"):
            return getattr(self.stats_comp, name)
        if name in ("grid_x", "grid_y", "charge_bonus"):
            return 0
        if name == "morale_state":
            return None
        raise AttributeError(f"{type(self).__name__} has no {name}")


class Ship(Unit):
    """A unit of space."""

    SHIP = True


def frigate(name: str = "Frigate", **more: Any) -> Ship:
    """A ship with two guns of different spellings."""
    guns = [Weapon(S=6, AP=10, D=1, Range=90, Attacks=2), Weapon(Str=5, ap=0, D=2, range=60, A=1)]
    defaults: dict[str, Any] = {"hp": 400, "armor": 20, "shield": 50, "speed": 6, "weapons": guns}
    return Ship(name, **{**defaults, **more})


def engine(**options: Any) -> BattleBridge:
    return BattleBridge(ObjectSchema.strategy_engine(), **{"seed": 7, **options})


def fleets(count: int = 20) -> dict[str, list[Any]]:
    """Two fleets of frigates; the second is weaker."""
    return {
        "Hegemony": [frigate(f"Red {i}", hp=500) for i in range(count)],
        "Synod": [frigate(f"Blue {i}", hp=300) for i in range(count)],
    }


def changeable(armies: dict[str, list[Any]]) -> list[tuple[Any, ...]]:
    """What a battle can change in look-alikes, with types, and without what `__getattr__` makes up."""

    def typed(*values: Any) -> list[Any]:
        return [(type(value), value) for value in values]

    return [
        (
            *typed(
                unit.health_comp.current_hp, unit.health_comp.current_shield, unit.morale_comp.suppression
            ),
            [
                unit.__dict__.get(name, "absent")
                for name in ("grid_x", "grid_y", "is_destroyed", "is_routing")
            ],
            typed(unit.experience, unit.invalidated),
            [typed(w.current_hp, w.is_destroyed) for w in unit.components if isinstance(w, Weapon)],
        )
        for units in armies.values()
        for unit in units
    ]
