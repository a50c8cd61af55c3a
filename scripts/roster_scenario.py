"""Write a scenario file from a folder of rosters: two fleets of different factions with their real weapons.

    python scripts/roster_scenario.py --data FOLDER --output scenarios/fleet/rosters.toml

The folder may stand in the environment variable MUC_DATA instead. The same folder and options give the same
file, byte for byte. No name from the data enters it: factions are called as the command line says, ships and
weapons by class and number. The file says nothing under [expect]: `muc verify --bless` fills that in.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rosters import Roster, ShipClass, compose_fleet, load_ships
from scenario_lines import fleet, section, ship_template

# What a line battle shows whatever the rosters say.
RULES = ("R-TARGET-1", "R-SHOOT-1", "R-SHOOT-2", "R-SHOOT-3", "R-SHOOT-4", "R-DAMAGE-1", "R-VICTORY-1")
DOCTRINES = ("charge", "kite", "defend", "hold")
LOCATION = 1


@dataclass(frozen=True, slots=True)
class Side:
    """One faction of the scenario, with its only fleet."""

    name: str
    doctrine: str
    ships: Sequence[tuple[ShipClass, int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code: 0 done, 2 bad usage or input."""
    options = _parse(arguments)
    if options.data is None:
        return _refuse("no folder of rosters: give --data FOLDER, or set MUC_DATA")
    if options.factions[0] == options.factions[1] or options.names[0] == options.names[1]:
        return _refuse("the two sides must be different factions, with different names")
    try:
        roster = load_ships(options.data)
        sides = [
            Side(name, doctrine, compose_fleet(roster, faction, options.ships))
            for name, doctrine, faction in zip(
                options.names, options.doctrines, options.factions, strict=True
            )
        ]
    except (OSError, ValueError) as fault:
        return _refuse(str(fault))

    text = "\n".join(_scenario(options, roster, sides)) + "\n"
    if options.output is None:
        sys.stdout.write(text)
    else:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(text, encoding="utf-8", newline="\n")
    for sentence in roster.describe_unknown():
        print(f"note: {sentence}", file=sys.stderr)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    add = parser.add_argument
    folder = os.environ.get("MUC_DATA") or None
    add("--data", type=Path, default=folder, metavar="FOLDER", help="folder of rosters (default: $MUC_DATA)")
    add("--output", "-o", type=Path, metavar="FILE", help="default: the standard output")
    add(
        "--factions", type=int, nargs=2, default=[0, 9], metavar="INDEX", help="counted from 0 (default: 0 9)"
    )
    add("--names", nargs=2, default=["Red", "Blue"], metavar="NAME", help="default: Red Blue")
    add("--doctrines", nargs=2, default=["charge", "charge"], choices=DOCTRINES, metavar="DOCTRINE",
        help=f"{', '.join(DOCTRINES)}; one for each side (default: charge charge)")  # fmt: skip
    add("--ships", type=int, default=60, metavar="N", help="in each fleet (default: 60)")
    add("--name", default="line_battle_of_rosters", help="name of the scenario")
    add("--seed", type=int, default=42, help="default: 42")
    add("--max-rounds", type=int, default=10_000, metavar="N", help="default: 10000")
    add("--rules", nargs="*", default=list(RULES), metavar="ID", help="ids of the rules that it shows")
    return parser.parse_args(arguments)


def _refuse(message: str) -> int:
    print(f"roster_scenario: {message}", file=sys.stderr)
    return 2


def _scenario(options: argparse.Namespace, roster: Roster, sides: Sequence[Side]) -> Iterator[str]:
    """The lines of the file."""
    yield "# Written by scripts/roster_scenario.py from a folder of rosters; not to be edited by hand."
    yield from section(
        "[scenario]",
        {
            "name": options.name,
            "description": _description(options, roster),
            "seed": options.seed,
            "max_rounds": options.max_rounds,
            "domain": "space",
            "rules_under_test": options.rules,
        },
    )
    for side in sides:
        yield from section("[[faction]]", {"name": side.name, "doctrine": side.doctrine})
    a, b = sides
    yield from section("[[treaty]]", {"a": a.name, "b": b.name, "kind": "war"})
    for side in sides:
        for ship, _ in side.ships:
            yield from ship_template(ship)
    for number, side in enumerate(sides, start=1):
        yield from fleet(
            {"id": number, "faction": side.name, "location": LOCATION},
            ((ship.name, count) for ship, count in side.ships),
        )


def _description(options: argparse.Namespace, roster: Roster) -> str:
    first, second = options.factions
    return (
        f"Two fleets of {options.ships} ships, many small and few large, with the weapons that their rosters "
        f"give them: factions {first} and {second} of {roster.factions}."
    )


if __name__ == "__main__":
    sys.exit(main())
