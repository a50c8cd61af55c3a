"""R-TREATY: who fights at all."""

from .model import Campaign


def combatants(campaign: Campaign, present: list[str]) -> list[str]:
    """R-TREATY-2: of the factions present, those at war with another one present, in order of name."""
    names = sorted(set(present))
    return [name for name in names if any(campaign.at_war(name, other) for other in names if other != name)]


def present(campaign: Campaign, fleets: list[int]) -> list[str]:
    """The factions that have a living unit in one of these fleets."""
    return [campaign.fleets[id].faction for id in fleets if campaign.living_units_of(id)]


def fleets_at(campaign: Campaign, location: int) -> list[int]:
    """The fleets at a place that are not in transit, in order of id."""
    return [
        id
        for id, fleet in sorted(campaign.fleets.items())
        if fleet.location == location and not fleet.in_transit
    ]
