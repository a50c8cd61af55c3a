"""Types of the compiled class `BattleReport`."""

from os import PathLike
from typing import Any, Literal, final

from matplotlib.figure import Figure

from ._replay import Replay
from ._table import Table

@final
class Story:
    """Why a unit fared as it did. As a text, its sentences.

    >>> story = kernel.resolve(fleets=[1, 2], record="events", commit=False).explain(10)
    >>> story.unit, len(story.sentences) > 1, "kind" in story.events
    (10, True, True)
    """
    @property
    def unit(self) -> int:
        """The unit's id."""
    @property
    def events(self) -> Table:
        """The events that bear on it, and what caused them, in order: columns as `BattleReport.events`."""
    @property
    def sentences(self) -> list[str]:
        """Its end first, then round by round."""
    def _repr_html_(self) -> str: ...

@final
class BattleReport:
    """What a battle left behind: its outcome and its tables.

    >>> report = kernel.resolve(fleets=[1, 2], seed=7)
    >>> report.winner, report.survivors, report.units["alive"]
    ('Hegemony', 1, array([ True, False]))
    >>> report.as_legacy()[:3]
    ('Hegemony', 1, 17)
    """
    @property
    def outcome(self) -> Literal["victory", "stalemate", "round_limit", "no_conflict"]:
        """How it ended."""
    @property
    def winner(self) -> str | None:
        """The winning faction; None if there is none."""
    @property
    def winners(self) -> list[str]:
        """All factions left that are not hostile to each other, by name."""
    @property
    def decisiveness(self) -> Literal["overwhelming", "decisive", "marginal", "pyrrhic"] | None:
        """How clearly it was won, by shares of cost lost; None without a winner."""
    @property
    def rounds(self) -> int:
        """Rounds fought."""
    @property
    def survivors(self) -> int:
        """How many of the winner's units are alive."""
    @property
    def seed(self) -> int:
        """The battle's seed: with the same mirror and rules it gives the same battle."""
    @property
    def replica(self) -> int:
        """Which run of `odds` with this seed it was; 0: the battle itself."""
    @property
    def digest(self) -> str:
        """The fingerprint of all rounds, 32 hexadecimal digits.

        Equal seeds, inputs and rules give equal digests on every platform, with any number of threads.
        """
    @property
    def units(self) -> Table:
        """A row per unit.

        id, fleet, faction, alive, status ("alive", "destroyed", "retreated", "reserve"), hp, shield, morale,
        suppression, routing (whether it ran when the battle ended), x, y, kills, damage_dealt, damage_taken,
        shots, hits, crits, xp_gained, killed_by, death_round.
        """
    @property
    def fleets(self) -> Table:
        """A row per fleet: id, faction, initial, survivors, retreated, destroyed, cost_lost."""
    @property
    def factions(self) -> Table:
        """A row per faction.

        name, units_initial, units_lost, units_remaining, ships_lost, ground_lost, cost_initial, cost_lost,
        cost_remaining, damage_dealt, damage_taken, kills, shots, hits, crits, retreated, plunder,
        war_exhaustion, won.
        """
    @property
    def weapons(self) -> Table:
        """A row per weapon: unit, slot, shots, hits, crits, damage, hp, destroyed."""
    @property
    def timeline(self) -> Table:
        """A row per round and faction: alive, hp, shield, damage_dealt, kills, routing."""
    @property
    def profile(self) -> Table:
        """A row per system of the kernel: name, calls, total_ns, mean_ns, share of the time."""
    @property
    def ledger(self) -> Table | None:
        """Who did how much to whom, if the battle was fought with a record; else None.

        A row per round, attackers and targets: round, attacker_fleet, attacker_faction, attacker_domain,
        target_fleet, target_faction, target_domain, shots, hits, crits, damage, overkill, kills. Strikes by
        hand are in damage, overkill and kills. Its totals are those of the other tables.
        """
    @property
    def events(self) -> Table | None:
        """What happened, if the battle was fought with record="events" or "full"; else None.

        A row per event, in order: id, round, kind, faction, unit, target, weapon, amount, cause (the id of
        the event that caused it), trace_id. -1: none. Kinds, with what `amount` is and what causes them:
        volley (a unit's fire at a target in a volley: points dealt), shot (one weapon's, with record="full"
        only: points dealt; its volley), melee (a strike by hand: points dealt), kill (of `target` by `unit`:
        points past zero; the fire), weapon_destroyed (`weapon` of `target`; the fire), suppressed (points of
        the blow; the fire), rout (the suppression), rally and retreat (the rout), reinforce (the last kill or
        retreat of its faction), and one of victory (the last kill, rout or retreat), stalemate, round_limit,
        whose faction is the winner.
        """
    def explain(self, unit: int) -> Story:
        """Why a unit fared as it did: what was done to it, what it did, and the causes of both.

        Raises ReplayError if the battle was fought without record="events" or "full", UnknownKeyError if no
        such unit fought.
        """
    @property
    def trace_id(self) -> str | None:
        """Your own mark, as it was given; else None."""
    @property
    def replay(self) -> Replay | None:
        """The battle round by round, if it was fought with record="full"; else None."""
    def save(self, path: str | PathLike[str]) -> None:
        """Write the recorded battle to a file (`.mucr`), as a whole or not at all.

        Raises ReplayError if the battle was not recorded, OSError if the file cannot be written.
        """
    @property
    def notes(self) -> list[str]:
        """What a reader should know about a hand-over of objects: generic weapons, unread texts, ..."""
    @property
    def objects(self) -> list[Any]:
        """The objects that were handed over: the unit with id i is objects[i]. Empty without objects."""
    @property
    def fleet_keys(self) -> list[Any]:
        """The objects' own keys of their fleets: that of id i is fleet_keys[i]. None: an army's own fleet."""
    def to_html(self, path: str | PathLike[str] | None = None) -> str | None:
        """The battle as one HTML page that needs nothing else: map, curves, losses, events, stories, profile.

        path: where it is written; None: it is returned. For the map fight with record="full", for the events
        with "events". Large battles are sampled, and the page says so. Raises OSError if the file cannot be
        written.
        """
    def plot(self) -> Figure:
        """A figure of matplotlib: attrition, damage and morale by round, and losses by faction.

        Raises ImportError if matplotlib is not installed.
        """
    def _repr_html_(self) -> str: ...
    def as_legacy(self) -> tuple[str, int, int, dict[str, dict[str, Any]]]:
        """The tuple that a Python battle manager of the old kind returns.

        (winner or "Draw", how many units of the winner live, rounds, statistics by faction). The statistics:
        total_damage_dealt, units_lost, kills, routed_sum (routing units, summed over the rounds),
        rounds_routed (rounds with any), wreckage (the destroyed enemy units: their ids or, after a hand-over
        of objects, the objects), enemy_units_analyzed (the distinct names of enemy units),
        intel_points_earned (10 for each of these), and enemy_tech_encountered, which is empty.
        """
