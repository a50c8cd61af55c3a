"""Write the large scenarios: battles that nobody works out by hand, from a seed.

    python scripts/large_scenario.py --data FOLDER --folder scenarios/large

The same seed gives the same files, byte for byte, on every Python. One of them takes its ships from a folder
of rosters (`--data`, or the environment variable MUC_DATA); without one it is left out. The files say nothing
under [expect]: `muc verify --bless` fills that in.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, combinations
from pathlib import Path

from rosters import compose_fleet, load_ships
from scenario_lines import Value, fleet, section, ship_template, template

Lines = Iterator[str]
SEED = 2026
POWERS = ("Arden", "Brae", "Coll", "Dorn", "Eyre", "Fife")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code: 0 done, 2 bad usage or input."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    add = parser.add_argument
    add("--data", type=Path, default=os.environ.get("MUC_DATA") or None, metavar="FOLDER",
        help="folder of rosters (default: $MUC_DATA)")  # fmt: skip
    add("--folder", type=Path, default=Path("scenarios/large"), help="default: scenarios/large")
    add("--seed", type=int, default=SEED, help=f"default: {SEED}")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, lines in SCENARIOS.items():
        _write(options.folder / f"{name}.toml", lines(Numbers(options.seed, name)))
    if options.data is None:
        print(
            "large_scenario: no folder of rosters (--data, MUC_DATA): six_rosters is left out",
            file=sys.stderr,
        )
        return 0
    try:
        _write(options.folder / "six_rosters.toml", six_rosters(options.data))
    except (OSError, ValueError) as fault:
        print(f"large_scenario: {fault}", file=sys.stderr)
        return 2
    return 0


def _write(path: Path, lines: Lines) -> None:
    comment = "# Written by scripts/large_scenario.py; not to be edited by hand."
    path.write_text("\n".join([comment, *lines]) + "\n", encoding="utf-8", newline="\n")


class Numbers:
    """Numbers that depend on a seed and a name, and on nothing that a later Python might change."""

    def __init__(self, seed: int, name: str) -> None:
        self._random = random.Random(f"{seed} {name}")

    def whole(self, low: int, high: int, step: int = 1) -> int:
        """One of low, low + step, … high."""
        return low + step * int(self._random.random() * ((high - low) // step + 1))


def head(name: str, description: str, rules: str, **more: Value) -> Lines:
    """[scenario]"""
    values: dict[str, Value] = {"name": name, "description": description, "seed": SEED, **more}
    return section("[scenario]", values | {"rules_under_test": rules.split()})


def factions(doctrines: Mapping[str, str]) -> Lines:
    for name, doctrine in doctrines.items():
        yield from section("[[faction]]", {"name": name, "doctrine": doctrine})


def treaties(pairs: Mapping[tuple[str, str], str]) -> Lines:
    for (a, b), kind in pairs.items():
        yield from section("[[treaty]]", {"a": a, "b": b, "kind": kind})


def warship(draw: Numbers, name: str, size: int) -> Lines:
    """A ship: the larger, the slower and the better armed."""
    guns: list[dict[str, Value]] = [
        {
            "strength": draw.whole(3, 4 + 2 * size),
            "ap": draw.whole(0, 30, 10),
            "attacks": draw.whole(1, 1 + size),
            "range": draw.whole(16, 40 + 8 * size, 4),
        }
        for _ in range(1 + size)
    ]
    ion: dict[str, Value] = {"strength": 5, "attacks": size, "range": 32, "shield_mult": 4, "hull_mult": 0.25}
    torpedo: dict[str, Value] = {"strength": 10, "ap": 20, "range": 36, "cooldown": draw.whole(2, 4)}
    return template(
        name,
        {
            "max_hp": draw.whole(150, 250, 10) * size * size,
            "max_shield": draw.whole(0, 60, 10) * size,
            "shield_regen": draw.whole(0, 10, 5),
            "armor": 10 * size,
            "bs": draw.whole(45, 65, 5),
            "md": draw.whole(10, 40, 10),
            "speed": 8 - size,
            "leadership": draw.whole(7, 9),
            "ranged_preference": draw.whole(0, 1) == 1,
            "cost": 100 * size * size,
        },
        [*guns, ion, torpedo],
    )


def six_factions(draw: Numbers) -> Lines:
    """Two alliances of three and two, and a sixth power that is at war with one of them alone."""
    yield from head(
        "Six factions",
        "Two alliances at war, and a sixth faction at war with one of their members: some 150 ships.",
        "R-TREATY-1 R-TREATY-2 R-DEPLOY-2 R-MOVE-2 R-VICTORY-1 R-FINAL-1",
    )
    yield from factions(
        dict(zip(POWERS, ("charge", "kite", "defend", "charge", "hold", "kite"), strict=True))
    )
    east, west = POWERS[:3], POWERS[3:5]
    kinds = dict.fromkeys(chain(combinations(east, 2), combinations(west, 2)), "alliance")
    kinds |= {(a, b): "war" for a in east for b in west}
    kinds |= {("Fife", "Dorn"): "war", ("Fife", "Eyre"): "peace", ("Fife", "Arden"): "trade"}
    yield from treaties(kinds)
    for name in POWERS:
        for size in (1, 2, 3):
            yield from warship(draw, f"{name.lower()}_{size}", size)
    for name in POWERS:
        counts = (draw.whole(10, 18), draw.whole(5, 9), draw.whole(2, 4))
        units = ((f"{name.lower()}_{size}", count) for size, count in enumerate(counts, start=1))
        yield from fleet({"faction": name}, units)


def siege(draw: Numbers) -> Lines:
    """A fortress that cannot move, of which every gun chooses for itself."""
    yield from head(
        "Siege",
        "A static fortress of thirty guns with platforms and a picket, and 84 ships in waves.",
        "R-DEPLOY-3 R-TARGET-1 R-TARGET-2 R-SHOOT-4 R-DAMAGE-1 R-DAMAGE-3 R-MORALE-3",
        defenders=["Synod"],
    )
    yield from section("[rules]", {"deploy_cap": 60})
    yield from factions({"Hegemony": "charge", "Synod": "defend"})
    yield from treaties({("Hegemony", "Synod"): "war"})
    fixed: dict[str, Value] = {
        "static": True,
        "fortress": True,
        "armor": 40,
        "shield_regen": 40,
        "bs": 60,
        "md": 0,
    }
    ranges = [draw.whole(12, 72, 4) for _ in range(30)]
    yield from template(
        "starbase",
        fixed | {"massive": True, "interdictor": True, "max_hp": 40000, "max_shield": 8000, "cost": 20000},
        [
            {"strength": draw.whole(4, 12), "ap": 20, "attacks": draw.whole(1, 4), "range": reach}
            for reach in ranges
        ],
    )
    yield from template(
        "platform",
        fixed | {"max_hp": 2500, "max_shield": 500, "cost": 800},
        [{"strength": 8, "ap": 10, "attacks": 3, "range": 44, "cooldown": 1}] * 2,
    )
    for name in ("raider", "lancer", "siege_ship"):
        yield from warship(draw, name, ("raider", "lancer", "siege_ship").index(name) + 1)
    yield from fleet({"faction": "Hegemony"}, [("raider", 48), ("lancer", 24), ("siege_ship", 12)])
    yield from fleet({"faction": "Synod", "position": [70.0, 40.0]}, [("starbase", 1)])
    yield from fleet({"faction": "Synod", "position": [60.0, 40.0]}, [("platform", 8), ("raider", 10)])


def ground_war(draw: Numbers) -> Lines:
    """Two hundred units on the ground, most of whom come to blows."""
    yield from head(
        "Ground war",
        "A hundred units against a hundred: guns behind, blades in front, and nerves that fail.",
        "R-MELEE-1 R-MORALE-1 R-MORALE-2 R-MOVE-3 R-SHOOT-4",
        domain="ground",
    )
    yield from factions({"Hegemony": "charge", "Synod": "charge"})
    yield from treaties({("Hegemony", "Synod"): "war"})
    for side in ("hegemony", "synod"):
        rifle: dict[str, Value] = {"strength": draw.whole(2, 3), "attacks": 1, "range": 24}
        yield from template(
            f"{side}_rifles",
            {"max_hp": 120, "armor": 10, "ma": 40, "damage": 8, "leadership": 7, "cost": 60},
            [rifle],
        )
        yield from template(
            f"{side}_blades",
            {
                "max_hp": 300,
                "armor": draw.whole(30, 40, 10),
                "ma": 65,
                "md": 40,
                "damage": draw.whole(20, 26),
                "ap": 10,
                "charge": 20,
                "speed": 10,
                "leadership": 8,
                "cost": 80,
            },
            [],
        )
        yield from template(
            f"{side}_mortars",
            {"max_hp": 80, "cover": True, "directive": "hold_ground", "cost": 120},
            [{"strength": 6, "attacks": 3, "range": 60, "cooldown": 2}],
        )
    for name in ("Hegemony", "Synod"):
        side = name.lower()
        units = [(f"{side}_blades", 45), (f"{side}_rifles", 45), (f"{side}_mortars", 10)]
        yield from fleet({"faction": name}, units)


def thousand_ships(draw: Numbers) -> Lines:
    """A thousand ships in few lines."""
    yield from head(
        "A thousand ships",
        "Five hundred ships of three classes against five hundred.",
        "R-DEPLOY-1 R-DEPLOY-2 R-TARGET-1 R-SHOOT-1 R-SHOOT-2 R-DAMAGE-1",
    )
    yield from factions({"Hegemony": "charge", "Synod": "kite"})
    yield from treaties({("Hegemony", "Synod"): "war"})
    for size, name in enumerate(("frigate", "cruiser", "battleship"), start=1):
        yield from warship(draw, name, size)
    for name in ("Hegemony", "Synod"):
        yield from fleet({"faction": name}, [("frigate", 340), ("cruiser", 120), ("battleship", 40)])


def six_rosters(data: Path) -> Lines:
    """Twenty ships of each of the first six factions of a folder of rosters, three against three."""
    roster = load_ships(data)
    fleets = [compose_fleet(roster, faction, 20) for faction in range(len(POWERS))]
    yield from head(
        "Six rosters",
        "Six factions with 20 ships each as their rosters give them, three allies against three.",
        "R-TREATY-1 R-DEPLOY-2 R-SHOOT-3 R-DAMAGE-1 R-VICTORY-1 R-FINAL-1",
        domain="space",
    )
    yield from factions(dict.fromkeys(POWERS, "charge"))
    east, west = POWERS[:3], POWERS[3:]
    kinds = dict.fromkeys(chain(combinations(east, 2), combinations(west, 2)), "alliance")
    yield from treaties(kinds | {(a, b): "war" for a in east for b in west})
    for ship, _ in chain.from_iterable(fleets):
        yield from ship_template(ship)
    for name, ships in zip(POWERS, fleets, strict=True):
        yield from fleet({"faction": name}, ((ship.name, count) for ship, count in ships))


# Those that need no data, by the name of their file.
SCENARIOS: Mapping[str, Callable[[Numbers], Lines]] = {
    "six_factions": six_factions,
    "siege": siege,
    "ground_war": ground_war,
    "thousand_ships": thousand_ships,
}


if __name__ == "__main__":
    sys.exit(main())
