"""The hand-over from Python objects: battles of a game whose units are objects, fought in the kernel.

    from multi_universe_core.bridge import BattleBridge, ObjectSchema

    bridge = BattleBridge(ObjectSchema(hp="hull.points", max_hp="hull.most", weapons={"strength": "power"}))
    report = bridge.resolve({"Hegemony": ships, "Synod": other_ships})

Each object is read once, in one pass, into columns; the battle is fought with the interpreter released; the
result is written back to the objects once. If anything fails, no object has changed. An `ObjectSchema` says
where in an object each value is; `ObjectSchema.strategy_engine()` is the one for the engine of which
`BattleBridge.engagement` replaces the resolver.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from . import _core
from ._mark import mark_of
from ._object_schema import At, ObjectSchema

__all__ = ["At", "BattleBridge", "Diplomacy", "ObjectSchema"]

_log = logging.getLogger(__name__)


class Diplomacy(Protocol):
    """Whatever knows what two factions are to each other."""

    def get_treaty(self, a: str, b: str, /) -> str:
        """The kind of treaty: "War", "Peace", "Trade", ... Only war makes hostile."""
        ...


Treaties: TypeAlias = Diplomacy | Mapping[tuple[str, str], str] | Mapping[str, Mapping[str, str]]
Armies: TypeAlias = Mapping[str, Sequence[Any]]


class BattleBridge:
    """Battles of objects.

    schema: where in an object everything is; None: `ObjectSchema()`.
    rules: the rules in force; None: the rule book as it stands.
    seed: battles that are not given a seed of their own derive one from it and from how many there were
        before.
    diplomacy, doctrines: what `resolve` takes if the call does not say.
    threads: how many threads a large battle may use; no result depends on it.

    Objects must not be changed by other threads while a battle of theirs is fought. A bridge keeps the
    memory of its last battle's columns for the next one, 16 MiB at most.

    >>> from types import SimpleNamespace as Ship
    >>> from multi_universe_core.bridge import BattleBridge
    >>> strong = [Ship(hp=900.0, max_hp=900.0, weapons=[Ship(strength=8, range=90)]) for _ in range(3)]
    >>> weak = [Ship(hp=50.0, max_hp=50.0, weapons=[]) for _ in range(2)]
    >>> report = BattleBridge(seed=1).resolve({"Hegemony": strong, "Synod": weak})
    >>> report.winner, [ship.hp for ship in weak]
    ('Hegemony', [0.0, 0.0])
    """

    def __init__(
        self,
        schema: ObjectSchema | None = None,
        *,
        rules: _core.Rules | None = None,
        seed: int = 0,
        diplomacy: Treaties | None = None,
        doctrines: Mapping[str, str] | None = None,
        threads: int | None = None,
    ) -> None:
        self.schema = ObjectSchema() if schema is None else schema
        self.rules = _core.Rules() if rules is None else rules
        self.seed = seed
        self.diplomacy = diplomacy
        self.doctrines = doctrines
        kernel = _core.Kernel(seed, rules=self.rules, threads=threads)
        self._bridge = _core._Bridge(self.schema, kernel)

    def resolve(
        self,
        armies: Armies,
        *,
        diplomacy: Treaties | None = None,
        doctrines: Mapping[str, str] | None = None,
        defenders: Iterable[str] = (),
        max_rounds: int | None = None,
        seed: int | None = None,
        trace_id: str | None = None,
    ) -> _core.BattleReport:
        """Fight one whole battle of the living objects, and write its result back to them.

        armies: faction names and lists of units. The key is the unit's faction; the dead are left alone.
        diplomacy: an object with `get_treaty(a, b)`, or a mapping {(a, b): kind} or {a: {b: kind}}. Pairs
            that it does
            not know are neutral. None: the bridge's; if there is none, everybody is at war with everybody.
        doctrines: "charge", "kite", "defend" or "hold" by faction; others charge.
        defenders: factions that hold the ground in a stalemate.
        max_rounds: the round limit; None: the rules'.
        seed: 0 ... 2**64-1; None: from the bridge's seed and its count of battles.
        trace_id: a mark of your own, which the report carries.

        Returns the report; a unit's id is its place among all units, army after army, and
        `report.objects[id]` is the object. Raises BridgeError, which names unit, path, value and what was
        expected; whatever is raised, no object has changed. In which order objects are written to is not
        fixed: a setter of one may see others before or after. Ctrl-C works during the battle.
        """
        terms = self._terms(diplomacy, doctrines)
        return self._bridge.fight(
            armies, defenders=defenders, max_rounds=max_rounds, seed=seed, trace_id=trace_id, **terms
        )

    def resolve_turn(
        self,
        battles: Iterable[Armies],
        *,
        diplomacy: Treaties | None = None,
        doctrines: Mapping[str, str] | None = None,
        defenders: Iterable[str] = (),
        max_rounds: int | None = None,
        seed: int | None = None,
        trace_id: str | None = None,
        threads: int | None = None,
    ) -> list[_core.BattleReport | _core.KernelError]:
        """Fight many battles at once, each as `resolve` would; nothing is written before all are over.

        A defender counts where its army is. seed: None, or what each battle derives its own seed from.
        trace_id: a mark of your own, which all reports carry.
        threads: how many battles are fought at once; None: the environment's MUC_THREADS, else one for each
        processor. No report depends on it.

        Returns what came of each battle, in their order: its report, or the exception that `resolve` would
        have raised. Such a battle leaves its objects as they were, and keeps no other from being fought and
        written. Raises BridgeError for an object that is in two battles, and for what is wrong with the call
        itself; then, and after Ctrl-C, no object has changed.

        >>> from types import SimpleNamespace as Ship
        >>> from multi_universe_core.bridge import BattleBridge
        >>> def battle(hp: object) -> dict[str, list[Ship]]:
        ...     strong = Ship(hp=900.0, weapons=[Ship(strength=8, range=90)])
        ...     return {"Hegemony": [strong], "Synod": [Ship(hp=hp)]}
        >>> good, bad = BattleBridge(seed=1).resolve_turn([battle(50.0), battle("half")])
        >>> good.winner, type(bad).__name__
        ('Hegemony', 'BridgeError')
        """
        terms = self._terms(diplomacy, doctrines)
        return self._bridge.fight_all(
            list(battles),
            defenders=defenders,
            max_rounds=max_rounds,
            seed=seed,
            trace_id=trace_id,
            threads=threads,
            **terms,
        )

    def engagement(
        self, armies_dict: Armies, silent: bool = False, *, trace_id: str | None = None
    ) -> tuple[str, int, int, dict[str, dict[str, Any]]]:
        """The drop-in for an old manager's resolver: (winner or "Draw", survivors, rounds, battle_stats).

            battle_manager.resolve_fleet_engagement_rust = bridge.engagement

        If it raises, no object has changed, so that the manager's own path can take over. silent: whether to
        keep what happened out of the log. trace_id: a mark of your own, in each line of the log and, as
        `trace_id`, on its record.
        """
        report = self.resolve(armies_dict, trace_id=trace_id)
        if not silent:
            mark, extra = mark_of(trace_id)
            _log.info("%s%s", report, mark, extra=extra)
            for note in report.notes:
                _log.info("note: %s%s", note, mark, extra=extra)
        return report.as_legacy()

    def mirror(
        self,
        armies: Armies,
        *,
        diplomacy: Treaties | None = None,
        doctrines: Mapping[str, str] | None = None,
    ) -> _core.Kernel:
        """A kernel that holds the armies, all of them at location 0: for odds, or to save a battle as a
        scenario.

        No object changes, whatever becomes of the kernel.
        """
        kernel = _core.Kernel(self.seed, rules=self.rules)
        terms = self._terms(diplomacy, doctrines)
        self._bridge.mirror(kernel, armies, **terms)
        return kernel

    def _terms(self, diplomacy: Treaties | None, doctrines: Mapping[str, str] | None) -> dict[str, Any]:
        doctrines = self.doctrines if doctrines is None else doctrines
        return {
            "diplomacy": self.diplomacy if diplomacy is None else diplomacy,
            "doctrines": None if doctrines is None else dict(doctrines),
        }
