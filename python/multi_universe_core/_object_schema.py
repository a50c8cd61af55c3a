"""Where in an object everything is: `At`, `ObjectSchema` and its preset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from . import _core

Source: TypeAlias = str | Callable[[Any], object]
"""A path, or a function of the object."""


class At:
    """Where a value is: sources that are tried in order, and what an object has that lacks all of them.

    sources: paths or functions of the object. A path is a chain of attributes (`health_comp.current_hp`),
        items (`weapon_stats[Range]`, `formations[0]`) and calls without arguments (`is_alive()`); on a dict
        an attribute means the item of that name. `abilities[Cover]?` asks whether there is such an item. A
        source has nothing if the way there is missing (AttributeError, KeyError, IndexError) or ends at None.
    default: what an object has that lacks it; None: what the rule book says.
    texts: whether a text is read as the number that it begins with ('24"' is 24) or as the mean of its dice
        ("2D6" is 7). A text that says no number then takes the default, and the report's notes say so.
        Otherwise a text where a number is expected is an error.
    words: what the object's own values of a choice mean, for example {"KITE": "kite"}; others mean the
        default.
    """

    __slots__ = ("default", "sources", "texts", "words")

    def __init__(
        self,
        *sources: Source,
        default: object = None,
        texts: bool = False,
        words: Mapping[Any, str] | None = None,
    ) -> None:
        self.sources = sources
        self.default = default
        self.texts = texts
        self.words = None if words is None else dict(words)

    def __repr__(self) -> str:
        return f"At({', '.join(map(repr, self.sources))}, default={self.default!r})"


Where: TypeAlias = Source | At
"""Where a value is: a path, a function of the object, or an `At` with several of them and a default."""

_Kind: TypeAlias = Literal["none", "attribute", "gain_xp"]


class ObjectSchema:
    """Where in an object each of the kernel's columns is, and where results are written.

    Without arguments: units and weapons have the kernel's columns as attributes (or, if they are dicts, as
    items) of their own names, weapons stand in the list `weapons`, and everything that is absent has the rule
    book's default.

    arms: the list of weapons; of several sources the first that has any.
    weapons: where the columns of a weapon are, by name (strength, ap, damage_dice, attacks, range, ...).
    alive: whether a unit is alive; without it, or where it is absent, a unit with health is.
    name, fleet: what people call it, for messages; the key of its fleet. Without one an army is one fleet.
    tags, tag_flags: a list of texts, and the flags that each of them stands for.
    speed_mult: a factor on the speed.
    weapon_destroyed: whether a weapon is.
    writes: where results are written, by name: hp, shield, x, y, suppression, routing, destroyed, weapon_hp,
        weapon_destroyed, experience; None: where they were read, and routing and destroyed to attributes of
        their own names. Where there is no such attribute nothing is written; but hp must be, or nothing is.
    creates: results that are written also where there is no such attribute yet, if the object takes it.
    experience: "none", "attribute" (added to it) or "gain_xp" (the object's method is called).
    refresh: a method that every unit that fought is asked to call in the end, if it has it.
    generic_weapon: whether a unit without weapons fires a generic one (strength a tenth of its damage); if it
        has no speed either, it gets 6. The report's notes count them.
    origin_is_nowhere: whether the position (0, 0) means that a unit is not placed.
    columns: where the columns of a unit are, by name (hp, max_hp, armor, ...); None: the column is not read.

    A schema is not changed once it is made: `with_columns` makes another.

    >>> from types import SimpleNamespace as Ship
    >>> from multi_universe_core.bridge import At, BattleBridge, ObjectSchema
    >>> schema = ObjectSchema(
    ...     hp="hull.points", max_hp=At("hull.most", default=100), arms="guns", weapons={"strength": "power"}
    ... )
    >>> gunner = Ship(hull=Ship(points=90.0), guns=[{"power": 9, "range": 90}])
    >>> target = Ship(hull=Ship(points=10.0, most=10.0), guns=[])
    >>> BattleBridge(schema).resolve({"Hegemony": [gunner], "Synod": [target]}).winner, target.hull.points
    ('Hegemony', 0.0)
    """

    def __init__(
        self,
        *,
        arms: Where | None = "weapons",
        weapons: Mapping[str, Where | None] | None = None,
        alive: Where | None = "alive",
        name: Where | None = "name",
        fleet: Where | None = "fleet",
        tags: Where | None = None,
        tag_flags: Mapping[str, Sequence[str]] = MappingProxyType({}),
        speed_mult: Where | None = None,
        weapon_destroyed: Where | None = "destroyed",
        writes: Mapping[str, Where] | None = None,
        creates: Sequence[str] = (),
        experience: _Kind = "none",
        refresh: str | None = None,
        generic_weapon: bool = False,
        origin_is_nowhere: bool = False,
        **columns: Where | None,
    ) -> None:
        own_units, own_weapons = _own_columns()
        self.units = _places({**{name: name for name in own_units}, **columns})
        self.weapons = _places({**{name: name for name in own_weapons}, **(weapons or {})})
        self.arms, self.alive, self.name, self.fleet = map(_place, (arms, alive, name, fleet))
        self.tags, self.speed_mult, self.weapon_destroyed = map(_place, (tags, speed_mult, weapon_destroyed))
        self.tag_flags = {tag: tuple(flags) for tag, flags in tag_flags.items()}
        self.writes = _places(_plain_writes(self) if writes is None else dict(writes))
        self.creates = list(creates)
        self.experience = experience
        self.refresh = refresh
        self.generic_weapon = generic_weapon
        self.origin_is_nowhere = origin_is_nowhere

    def with_columns(self, **columns: Where | None) -> ObjectSchema:
        """The same schema with some columns of units elsewhere; None: not read."""
        other = object.__new__(ObjectSchema)
        other.__dict__.update(self.__dict__)
        kept = {column: at for column, at in self.units.items() if column not in columns}
        other.units = {**kept, **_places(columns)}
        return other

    @classmethod
    def strategy_engine(cls, *, experience: _Kind = "none") -> ObjectSchema:
        """The schema of a strategy engine whose units are made of components (`health_comp`, `weapon_comps`,
        ...).

        experience: that engine's manager awards it by itself, hence "none".
        """
        modifiers = "formations[0].get_modifiers()"
        own_units, own_weapons = _own_columns()
        units: dict[str, Where | None] = {
            "hp": At("health_comp.current_hp", "current_hp", default=0),
            "max_hp": At("health_comp.max_hp", "max_hp"),
            "shield": At("health_comp.current_shield", default=0),
            "max_shield": At("health_comp.max_shield"),
            "hull_regen": "health_comp.regen",
            "armor": "armor",
            "ma": At("stats_comp.ma", "ma"),
            "md": At("stats_comp.md", "md"),
            "damage": At("stats_comp.damage", "damage"),
            "bs": "bs",
            "leadership": At("morale_comp.leadership", "leadership"),
            "morale": At("morale_comp.current_morale", "morale_current"),
            "suppression": At("morale_comp.suppression", "current_suppression"),
            "speed": At("movement_comp.current_movement_points", "movement_points", default=0),
            "x": "grid_x",
            "y": "grid_y",
            "domain": At(
                "is_ship()",
                "domain",
                default="ground",
                words={True: "space", False: "ground", "space": "space", "ground": "ground"},
            ),
            "cost": "cost",
            "xp": "experience",
            "power_rating": "power_rating",
            "directive": At("tactical_directive", words={"KITE": "kite", "CLOSE_QUARTERS": "close_quarters"}),
            "invuln": "abilities[Invuln]",
            "cover": "abilities[Cover]?",
            "accuracy_mult": f"{modifiers}[accuracy_mult]",
            "damage_mult": f"{modifiers}[damage_mult]",
            "ap_bonus": f"{modifiers}[ap_bonus]",
            "charge": "charge_bonus",
        }
        stats = {
            "range": ("Range", "range"),
            "strength": ("S", "Str", "strength"),
            "ap": ("AP", "ap"),
            "damage_dice": ("D", "d"),
            "attacks": ("Attacks", "A", "attacks"),
        }
        weapons: dict[str, Where | None] = dict.fromkeys(own_weapons)
        for column, keys in stats.items():
            weapons[column] = At(*(f"weapon_stats[{key}]" for key in keys), texts=True)
        return cls(
            arms=At("weapon_comps", _weapons_among_components),
            weapons={**weapons, "hp": "current_hp"},
            alive="is_alive()",
            name="name",
            fleet=At("_fleet_id", "fleet.id"),
            tags="abilities[Tags]",
            tag_flags={
                "Fortress": ("fortress",),
                "Starbase": ("static", "massive"),
                "Static": ("static",),
                "Structure": ("static",),
                "Massive": ("massive",),
                "Titan": ("massive",),
                "Interdictor": ("interdictor",),
            },
            speed_mult=f"{modifiers}[movement_speed_mult]",
            weapon_destroyed="is_destroyed",
            writes={
                "hp": At("current_hp", "health_comp.current_hp"),
                "shield": "health_comp.current_shield",
                "x": "grid_x",
                "y": "grid_y",
                "suppression": At("current_suppression", "morale_comp.suppression"),
                "routing": "is_routing",
                "destroyed": "is_destroyed",
                "weapon_hp": "current_hp",
                "weapon_destroyed": "is_destroyed",
                "experience": "experience",
            },
            creates=("routing", "destroyed", "weapon_destroyed"),
            experience=experience,
            refresh="invalidate_cache",
            generic_weapon=True,
            origin_is_nowhere=True,
            **{**dict.fromkeys(own_units), **units},
        )


def _own_columns() -> tuple[list[str], list[str]]:
    """The kernel's own columns of units and of weapons, but for the keys, which the bridge gives."""
    kernel = _core.Kernel()
    units = [name for name in kernel.units().columns if name not in ("id", "fleet")]
    return units, [name for name in kernel.weapons().columns if name not in ("unit", "slot")]


def _place(where: Where | None) -> At | None:
    return where if where is None or isinstance(where, At) else At(where)


def _places(places: Mapping[str, Where | None]) -> dict[str, At]:
    return {name: at for name, where in places.items() if (at := _place(where)) is not None}


def _plain_writes(schema: ObjectSchema) -> dict[str, Where]:
    """Results go where they were read, as far as that is a path that can be written to."""
    read: dict[str, At | None] = {**schema.units, "weapon_hp": schema.weapons.get("hp")}
    read["weapon_destroyed"] = schema.weapon_destroyed
    writes: dict[str, Where] = {"routing": "routing", "destroyed": "destroyed"}
    for result in ("hp", "shield", "x", "y", "suppression", "weapon_hp", "weapon_destroyed"):
        sources = at.sources if (at := read.get(result)) is not None else ()
        paths = [source for source in sources if isinstance(source, str) and source[-1:] not in ("?", ")")]
        if paths:
            writes[result] = At(*paths)
    xp = schema.units.get("xp")
    if xp is not None:
        writes["experience"] = xp
    return writes


def _weapons_among_components(unit: Any) -> list[Any]:
    return [part for part in unit.components if getattr(part, "type", None) == "Weapon"]
