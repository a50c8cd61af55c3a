"""R-DEPLOY: the map, the places of units on it, and the reserves."""

import math

from .rules import Rules
from .state import Battle, Side, Status

Point = tuple[float, float]


def map_size(units: int, in_space: bool, rules: Rules) -> float:
    """R-DEPLOY-1: the side of the map. A battle is in space if one of its units is a ship."""
    if rules.map_size > 0:
        return rules.map_size
    if units < 20:
        size = 30.0
    elif units < 60:
        size = 50.0
    elif units < 150:
        size = 80.0
    elif units <= 10_000:
        size = 100.0
    else:
        size = math.sqrt(units)
    return max(size, rules.space_map_size) if in_space else size


def deploy(battle: Battle) -> None:
    """R-DEPLOY-2, R-DEPLOY-3: places in the first round, reserves in all others."""
    for side in battle.sides:
        if battle.round == 1:
            take_places(battle, side)
        else:
            reinforce(battle, side)


def take_places(battle: Battle, side: Side) -> None:
    """R-DEPLOY-2, R-DEPLOY-3: where the units of a side stand before the first round.

    The ranks hold those without a place of their own that stand there from the start. Of all without a place,
    reserves included, the k-th has place k; past the last place the count begins at the front again.
    """
    army = sorted(side.fighters, key=lambda fighter: (fighter.fleet.id, fighter.unit.id))
    cap = battle.rules.deploy_cap
    if cap > 0:
        side.reserve = army[cap:]
        for fighter in side.reserve:
            fighter.status = Status.RESERVE
    ranked = [f for f in army if not f.unit.placed and not f.unit.in_formation]
    places = max(1, sum(fighter.status is Status.FIGHTING for fighter in ranked))
    for fighter in army:
        if fighter.unit.placed:
            place = (fighter.unit.x, fighter.unit.y)
        elif fighter.unit.in_formation:
            place = beside_centre(battle, side, fighter.unit.fx, fighter.unit.fy)
        else:
            place = place_in_ranks(battle, side, ranked.index(fighter) % places, places)
        fighter.x, fighter.y = (clamp(coordinate, 0.0, battle.map) for coordinate in place)


def reinforce(battle: Battle, side: Side) -> None:
    """R-DEPLOY-3: reserves enter in order while fewer units than the cap are on the map."""
    while side.reserve and len(battle.on_map(side)) < battle.rules.deploy_cap:
        side.reserve.pop(0).status = Status.FIGHTING


def place_in_ranks(battle: Battle, side: Side, index: int, units: int) -> Point:
    """R-DEPLOY-2: a place in ranks of so many units; the last rank is centred on the files it has."""
    files, spacing = files_and_spacing(units, battle.map, battle.rules)
    ranks = math.ceil(units / files)
    rank, file = divmod(index, files)
    if rank == ranks - 1:
        files = units - rank * files
    return beside_centre(battle, side, spacing * ((ranks - 1) / 2 - rank), spacing * (file - (files - 1) / 2))


def files_and_spacing(units: int, map: float, rules: Rules) -> tuple[int, float]:
    """R-DEPLOY-2: ranks deeper than a fifth of the map are widened to the map, closer together if need be."""
    files, spacing = rules.rank_files, rules.rank_spacing
    depth = 0.2 * map
    if (math.ceil(units / files) - 1) * spacing > depth:
        spacing = min(spacing, math.sqrt(depth * map / units))
        files = max(files, int(map / spacing))
    return files, spacing


def beside_centre(battle: Battle, side: Side, ahead: float, aside: float) -> Point:
    """The point so many tiles before a side's centre, towards the map's, and so many to the left of that."""
    (x, y), (forward_x, forward_y) = centre(battle, side), forward(battle, side)
    return (x + forward_x * ahead - forward_y * aside, y + forward_y * ahead + forward_x * aside)


def centre(battle: Battle, side: Side) -> Point:
    """R-DEPLOY-2: two sides left and right, more on a circle that begins in the west, counter-clockwise."""
    middle = battle.map / 2
    if len(battle.sides) == 2:
        share = battle.rules.deploy_edge if side.index == 0 else 1 - battle.rules.deploy_edge
        return share * battle.map, middle
    x, y = direction(side.index, len(battle.sides))
    radius = battle.rules.deploy_circle * battle.map
    return middle - x * radius, middle - y * radius


def forward(battle: Battle, side: Side) -> Point:
    """The direction from a side's centre to the map's, of length 1; to the east where both are the same."""
    x, y = centre(battle, side)
    dx, dy = battle.map / 2 - x, battle.map / 2 - y
    length = math.sqrt(dx * dx + dy * dy)
    if length == 0:
        return 1.0, 0.0
    return dx * (1 / length), dy * (1 / length)


def direction(index: int, count: int) -> Point:
    """The index-th of so many points on the unit circle, from the east, counter-clockwise.

    Worked out on an eighth of the circle, mirrored at the diagonal, turned by whole quarters.
    """
    quarters = 4 * index / count
    quarter = math.floor(quarters)
    rest = quarters - quarter
    if rest <= 0.5:
        x, y = cosine_and_sine(rest * (math.pi / 2))
    else:
        y, x = cosine_and_sine((1 - rest) * (math.pi / 2))
    for _ in range(quarter):
        x, y = -y, x
    return x, y


def cosine_and_sine(angle: float) -> Point:
    """Taylor's series to the ninth term, from the inside out."""
    square = angle * angle
    cosine = sine = 1.0
    for k in range(17, 0, -2):
        cosine = 1 - square / (k * (k + 1)) * cosine
        sine = 1 - square / ((k + 1) * (k + 2)) * sine
    return cosine, angle * sine


def clamp(value: float, low: float, high: float) -> float:
    """The value, or the bound that it is past. On the lower bound it is that bound: 0 for −0."""
    if value <= low:
        return low
    return min(value, high)
