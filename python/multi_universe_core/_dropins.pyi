"""Types of the compiled drop-ins for single hot paths: fleets, treaties, accounts, strengths."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeAlias, TypedDict, TypeVar, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Id: TypeAlias = int | str

class _Fleet(Protocol):
    @property
    def id(self) -> Any: ...

_Units: TypeAlias = Iterable[Any] | Mapping[str, ArrayLike] | NDArray[np.void]
_Faction = TypeVar("_Faction")

class _Account(TypedDict):
    initial: float
    lost: float
    remaining: float

@final
class FleetIndex:
    """Fleets by id, in place of a search through a list.

    A fleet is any object with an `id`: a whole number or a text. The index holds its fleets as a dict does,
    and Python's collector of garbage sees through it: fleets that know their index do not keep each other
    alive.

    A single look-up costs some 35 ns more than `dict.get`: where there is a dict by id, it is as good. Many
    at once (`get_many`) cost a fifth of a loop with whole numbers, a third with texts, and less of an array.

    >>> import multi_universe_core as muc
    >>> from types import SimpleNamespace
    >>> index = muc.FleetIndex()
    >>> index.build_index([SimpleNamespace(id=1, name="Home Guard"), SimpleNamespace(id=2, name="Raiders")])
    >>> index.get_fleet_by_id(2).name, index.get_fleet_by_id(3)
    ('Raiders', None)
    """
    def __new__(cls) -> FleetIndex: ...
    def build_index(self, fleets: Iterable[_Fleet]) -> None:
        """Index these fleets, in place of all that were in it.

        Of several with one id the first is found, as by a search. Raises InputError, and holds what it held,
        if one has no id.
        """
    def get_fleet_by_id(self, fleet_id: _Id | None) -> Any:
        """The fleet with this id, or None. Raises InputError for what can be no id, such as 1.5."""
    def get_many(self, ids: Iterable[_Id | None] | NDArray[np.integer[Any]]) -> list[Any]:
        """The fleets with these ids, a list with None where there is none.

        ids: an array of whole numbers, or any iterable of ids. Raises InputError for what can be no id.
        """
    def add(self, fleet: _Fleet) -> None:
        """Add a fleet. Raises InputError if another fleet has its id."""
    def remove(self, fleet_id: _Id) -> Any:
        """Take the fleet with this id out, and return it. Raises UnknownKeyError if there is none."""
    def __len__(self) -> int:
        """How many fleets it holds."""
    def __contains__(self, fleet_id: _Id | None, /) -> bool:
        """Whether a fleet has this id."""

@final
class TreatyMatrix:
    """Treaties of factions, and who fights whom.

    A treaty holds in both directions, and the last word stands. Its kind is any text, and is given back as it
    was set; only "war", however it is written ("War", "WAR"), makes two factions hostile. Pairs that nobody
    set are "Neutral". At most 16,384 factions.

    >>> import multi_universe_core as muc
    >>> matrix = muc.TreatyMatrix()
    >>> matrix.set_treaty("Hegemony", "Synod", "War")
    >>> matrix.get_treaty("Synod", "Hegemony"), matrix.get_treaty("Synod", "Traders")
    ('War', 'Neutral')
    >>> sorted(matrix.get_active_combatants({"Hegemony", "Synod", "Traders"}))
    ['Hegemony', 'Synod']
    """
    def __new__(cls) -> TreatyMatrix: ...
    @staticmethod
    def from_dict(
        treaties: Mapping[tuple[str, str], str] | Mapping[str, Mapping[str, str]],
    ) -> TreatyMatrix:
        """A matrix of these treaties: {(a, b): kind} or {a: {b: kind}}. Raises InputError."""
    def set_treaty(self, a: str, b: str, kind: str) -> None:
        """Set the treaty of two factions.

        Raises InputError, and changes nothing, for a faction with itself, for names that are not texts of 1
        to 255 bytes, and for an empty kind.
        """
    def get_treaty(self, a: str, b: str) -> str:
        """The kind of treaty that two factions have, as it was set; "Neutral" if nobody set any."""
    def at_war(self, a: str, b: str) -> bool:
        """Whether two factions are at war."""
    def enemies_of(self, faction: str) -> set[str]:
        """The factions that a faction is at war with."""
    def get_active_combatants(self, factions: Iterable[str]) -> set[str]:
        """Those of the factions that are at war with at least one other of them.

        A faction that has no treaty fights nobody. Raises InputError for what is no name.
        """
    def __len__(self) -> int:
        """How many treaties there are."""

@final
class BattleFinalizer:
    """What a battle cost each faction: the cost of its units in all, of the lost, of those that remain.

    >>> import multi_universe_core as muc
    >>> units = [{"cost": 250, "alive": False}, {"alive": True}]
    >>> muc.BattleFinalizer().finalize_battle({"Synod": units})
    {'Synod': {'initial': 350, 'lost': 250, 'remaining': 100}}
    """
    def __new__(cls) -> BattleFinalizer: ...
    def finalize_battle(self, faction_units: Mapping[_Faction, _Units]) -> dict[_Faction, _Account]:
        """The account of each faction, in the order of the factions.

        faction_units: a mapping from factions to their units, either an iterable of objects with `cost` (100
            if absent) and `is_alive()`, or of mappings with "cost" (100 if absent) and "alive"; or a table (a
            dict of columns, a NumPy structured array, an Arrow table of any library) with the columns alive
            (bool) and cost (numbers; 100 if absent), which is many times faster.

        Whole costs have whole sums. An `is_alive` that is one look at one attribute, such as `return
        self.health > 0`, is not called where the attribute is a plain value, unless somebody watches calls:
        the result is the same. Raises InputError, which names faction and unit; what `is_alive` raises is
        let through.
        """

def calculate_strength(base: float, modifiers: Iterable[float]) -> float:
    """The strength of a base with modifiers, each a share (0.1: a tenth more): base * (1 + their sum).

    base: a finite number. modifiers: an iterable of finite numbers, added up in order. Raises InputError.

    >>> import multi_universe_core as muc
    >>> muc.calculate_strength(100, [0.1, 0.2, 0.3])
    160.0
    """

@final
class StrengthCache:
    """The strengths of units by id, never stale: it holds what they are worked out from.

    >>> import multi_universe_core as muc
    >>> cache = muc.StrengthCache()
    >>> cache.set(7, base=80, modifiers=[0.25])
    100.0
    >>> cache.set(7, modifiers=[-0.5]), cache.get(7), cache.get(8)
    (40.0, 40.0, None)
    """
    def __new__(cls) -> StrengthCache: ...
    def set(self, unit: int, base: float | None = None, modifiers: Iterable[float] | None = None) -> float:
        """Set base and modifiers of a unit, and return its strength.

        unit: its id. base, modifiers: as for calculate_strength; what is not given stays as it was. A new
            unit needs a base, and has no modifiers if none are given. Raises InputError, and changes nothing.
        """
    def set_many(
        self,
        units: Iterable[int] | NDArray[np.integer[Any]],
        base: ArrayLike | None = None,
        modifiers: ArrayLike | None = None,
    ) -> None:
        """The same for many units at once: everything or, if anything is wrong, nothing.

        units: ids, shape (n,). base: numbers, shape (n,). modifiers: the sum of each unit's modifiers, (n,).
        """
    def get(self, unit: int) -> float | None:
        """The strength of a unit, or None."""
    def get_many(self, units: Iterable[int] | NDArray[np.integer[Any]]) -> NDArray[np.float64]:
        """The strengths of many units, shape (n,). Raises UnknownKeyError for the first unknown one."""
    def remove(self, unit: int) -> None:
        """Forget a unit. Raises UnknownKeyError if it is not known."""
    def clear(self) -> None:
        """Forget all units."""
    def __len__(self) -> int:
        """How many units it knows."""
    def __contains__(self, unit: int, /) -> bool:
        """Whether it knows a unit."""
