"""A small battle manager: the campaign lives in Python, the battles are fought in the kernel.

    python examples/battle_manager.py [--data FOLDER] [--seed N]

One turn in five steps: push what the campaign knows as columns, resolve the battle, read its tables back,
apply the losses, and check that both sides agree. With a folder of rosters (`--data`, the environment
variable MUC_DATA, or a data folder beside the checkout) two factions meet with 60 ships each; without one, a
scenario of this repository is fought.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

import multi_universe_core as muc
from rosters import Roster, WeaponMount, compose_fleet, load_ships

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = ROOT / "scenarios" / "fleet" / "line_battle.toml"
BESIDE_THE_CHECKOUT = ROOT.parent / "shared" / "data" / "void_reckoning"

SHIP_COLUMNS = ("max_hp", "hp", "max_shield", "armor", "speed", "cost", "xp")
WEAPON_COLUMNS = ("strength", "ap", "attacks", "range")


@dataclass
class Ship:
    """A ship of the campaign. Only what a battle changes is kept apart: hull and experience."""

    kind: str
    max_hp: float
    max_shield: float
    armor: float
    speed: float
    cost: float
    interdictor: bool
    hp: float
    xp: float = 0.0
    weapons: Sequence[WeaponMount] = ()


@dataclass
class Fleet:
    """Ships that move and fight together, by id."""

    faction: str
    location: int
    ships: dict[int, Ship] = field(default_factory=dict)


@dataclass
class Campaign:
    """Everything the manager knows. The ids are its own, and the kernel uses the same."""

    fleets: dict[int, Fleet] = field(default_factory=dict)

    def ships(self) -> list[tuple[int, int, Ship]]:
        """All ships as (fleet id, ship id, ship)."""
        return [(f, s, ship) for f, fleet in self.fleets.items() for s, ship in fleet.ships.items()]

    def push(self, kernel: muc.Kernel) -> None:
        """Hand the whole campaign over: one table per kind of thing, one array per column."""
        factions = sorted({fleet.faction for fleet in self.fleets.values()})
        pairs = [(a, b) for a in factions for b in factions if a < b]
        ships = self.ships()
        mounts = [(s, slot, w) for _, s, ship in ships for slot, w in enumerate(ship.weapons)]
        kernel.push(
            factions={"name": factions},
            treaties={"a": [a for a, _ in pairs], "b": [b for _, b in pairs], "kind": ["war"] * len(pairs)},
            fleets={
                "id": np.array(list(self.fleets), dtype=np.int64),
                "faction": [fleet.faction for fleet in self.fleets.values()],
                "location": np.array([fleet.location for fleet in self.fleets.values()], dtype=np.int64),
            },
            units={
                "id": np.array([s for _, s, _ in ships], dtype=np.int64),
                "fleet": np.array([f for f, _, _ in ships], dtype=np.int64),
                "interdictor": np.array([ship.interdictor for _, _, ship in ships], dtype=np.bool_),
                **{
                    column: np.array([getattr(ship, column) for _, _, ship in ships], dtype=np.float64)
                    for column in SHIP_COLUMNS
                },
            },
            weapons={
                "unit": np.array([s for s, _, _ in mounts], dtype=np.int64),
                "slot": np.array([slot for _, slot, _ in mounts], dtype=np.int64),
                **{
                    column: np.array([getattr(w, column) for _, _, w in mounts], dtype=np.float64)
                    for column in WEAPON_COLUMNS
                },
            },
        )

    def apply(self, report: muc.BattleReport) -> None:
        """Take the battle's outcome over: the dead go, the others keep their damage and what they learned."""
        fleet_of = {ship_id: fleet_id for fleet_id, ship_id, _ in self.ships()}
        for row in pl.DataFrame(report.units).iter_rows(named=True):
            ships = self.fleets[fleet_of[row["id"]]].ships
            if row["alive"]:
                ships[row["id"]].hp = row["hp"]
                ships[row["id"]].xp += row["xp_gained"]
            else:
                del ships[row["id"]]
        self.fleets = {fleet_id: fleet for fleet_id, fleet in self.fleets.items() if fleet.ships}

    def differences(self, kernel: muc.Kernel) -> list[str]:
        """What the campaign and the kernel's mirror do not agree on; empty if all is well."""
        mirror = {row["id"]: row for row in kernel.units()}
        ours = {ship_id: ship for _, ship_id, ship in self.ships()}
        faults = [f"ship {ship_id}: only one side has it" for ship_id in sorted(mirror.keys() ^ ours.keys())]
        for ship_id in sorted(mirror.keys() & ours.keys()):
            for column in ("hp", "xp"):
                here, there = getattr(ours[ship_id], column), mirror[ship_id][column]
                if not math.isclose(here, there, abs_tol=1e-6):
                    faults.append(f"ship {ship_id}: {column} is {here} here and {there} in the mirror")
        return faults


def from_roster(roster: Roster) -> Campaign:
    """Two fleets of 60 ships of different factions at one place, with their real weapons."""
    campaign, ship_id = Campaign(), 0
    for fleet_id, (name, faction) in enumerate([("Red", 0), ("Blue", roster.factions - 1)], start=1):
        fleet = campaign.fleets[fleet_id] = Fleet(faction=name, location=1)
        for design, count in compose_fleet(roster, faction, 60):
            for _ in range(count):
                ship_id += 1
                fleet.ships[ship_id] = Ship(
                    kind=design.kind,
                    max_hp=design.max_hp,
                    max_shield=design.max_shield,
                    armor=design.armor,
                    speed=design.speed,
                    cost=design.cost,
                    interdictor=design.interdictor,
                    hp=design.max_hp,
                    weapons=design.weapons,
                )
    return campaign


def from_mirror(kernel: muc.Kernel) -> Campaign:
    """The campaign that a kernel already holds; its ships are classed by cost, the cheapest first."""
    campaign = Campaign()
    for row in kernel.fleets():
        campaign.fleets[row["id"]] = Fleet(row["faction"], row["location"])
    costs = sorted({row["cost"] for row in kernel.units()})
    for row in kernel.units():
        campaign.fleets[row["fleet"]].ships[row["id"]] = Ship(
            kind=f"class_{costs.index(row['cost']) + 1}",
            **{column: row[column] for column in (*SHIP_COLUMNS, "interdictor")},
        )
    return campaign


def prepare(roster: Roster | None, seed: int) -> tuple[muc.Kernel, Campaign]:
    """A kernel and a campaign that hold the same."""
    if roster is None:
        kernel = muc.Scenario.load(SCENARIO).kernel()
        return kernel, from_mirror(kernel)
    kernel, campaign = muc.Kernel(seed=seed), from_roster(roster)
    campaign.push(kernel)
    return kernel, campaign


def show(report: muc.BattleReport, kinds: dict[int, str]) -> None:
    """Print who won, what it cost, and where the time went."""
    print(f"{report.outcome}: {report.winner or 'nobody'} holds the field after {report.rounds} rounds\n")
    lost = pl.DataFrame(report.units).filter(~pl.col("alive"))
    fleets = pl.DataFrame(report.fleets)
    for faction in pl.DataFrame(report.factions).iter_rows(named=True):
        print(
            f"{faction['name']} lost {faction['units_lost']} of {faction['units_initial']} ships, "
            f"worth {faction['cost_lost']:,.0f} of {faction['cost_initial']:,.0f}"
        )
        classes = [kinds[i] for i in lost.filter(pl.col("faction") == faction["name"])["id"]]
        losses = [f"{classes.count(k)} {k}" for k in dict.fromkeys(kinds.values()) if k in classes]
        print("  by class:", ", ".join(losses) or "none")
        for fleet in fleets.filter(pl.col("faction") == faction["name"]).iter_rows(named=True):
            print(f"  fleet {fleet['id']}: {fleet['initial']} ships before, {fleet['survivors']} after")
    print("\nthe three most costly systems:")
    profile = pl.DataFrame(report.profile).sort("total_ns", descending=True).head(3)
    for name, calls, mean_ns, share in profile.select("name", "calls", "mean_ns", "share").iter_rows():
        print(f"  {name:<40} {calls:>6} calls, {mean_ns / 1000:9.1f} µs each, {share:6.1%}")


def read_roster(parser: argparse.ArgumentParser, given: Path | None) -> Roster | None:
    """The ships of the folder that was given, else of a data folder beside the checkout, else none."""
    folder = given or (BESIDE_THE_CHECKOUT if BESIDE_THE_CHECKOUT.is_dir() else None)
    if folder is None:
        return None
    try:
        roster = load_ships(folder)
    except (OSError, ValueError) as fault:
        parser.error(str(fault))
    for sentence in roster.describe_unknown():
        print(f"note: {sentence}", file=sys.stderr)
    return roster


def main() -> int:
    """Fight one turn's battle; exit code 1 if the campaign and the kernel disagree."""
    parser = argparse.ArgumentParser(description="One turn of a small battle manager.")
    parser.add_argument("--data", type=Path, default=os.environ.get("MUC_DATA") or None, metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args()
    roster = read_roster(parser, options.data)
    print(f"two fleets from {'the rosters' if roster else SCENARIO.relative_to(ROOT)}\n")

    kernel, campaign = prepare(roster, options.seed)
    kinds = {ship_id: ship.kind for _, ship_id, ship in campaign.ships()}
    location = next(iter(campaign.fleets.values())).location
    report = kernel.resolve(location=location, seed=options.seed)
    campaign.apply(report)
    show(report, kinds)
    faults = campaign.differences(kernel)
    print("\ncampaign and mirror agree" if not faults else "\n" + "\n".join(faults))

    # A second kernel that was told the same, with the same seed, fights the same battle.
    again = prepare(roster, options.seed)[0].resolve(location=location, seed=report.seed)
    same = again.digest == report.digest
    print(f"seed {report.seed}, digest {report.digest}")
    print(f"a second kernel with the same seed: {'the same digest' if same else again.digest}")
    folder = f" --data {options.data}" if options.data else ""
    print(f"To run it again: {sys.executable} {sys.argv[0]}{folder} --seed {report.seed}")
    return 0 if same and not faults else 1


if __name__ == "__main__":
    sys.exit(main())
