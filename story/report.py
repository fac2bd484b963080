"""The state of the city as plain data: what `python -m story state --json` prints."""

from typing import Any

from events.clock import write_t
from events.state import City, OnRoute
from story.telling import Story


def state_report(story: Story, city: City) -> dict[str, Any]:
    """Return the state of every place, bridge and unit, ready for JSON.

    A place of which no event has spoken is "neutral" without a claim, a bridge "lowered".
    Coordinates are degrees, longitude and latitude apart.
    """
    places: dict[str, Any] = {}
    bridges: dict[str, Any] = {}
    for place in story.places.values():
        holding = city.holdings.get(place.id)
        holder = holding.holder if holding else "neutral"
        if place.is_bridge:
            bridges[place.id] = {
                "span": city.spans.get(place.id, "lowered"),
                "holder": holder,
            }
        else:
            places[place.id] = {"holder": holder, "claim": holding.claim if holding else None}
    units = {}
    for unit_id, unit in sorted(city.units.items()):
        lon, lat = story.position(unit)
        units[unit_id] = {
            "lon": round(lon, 5),
            "lat": round(lat, 5),
            "moving": isinstance(unit, OnRoute) and unit.moving,
        }
    return {
        "t": write_t(city.t),
        "places": places,
        "bridges": bridges,
        "units": units,
        "ring": None if city.ring == "none" else city.ring,
        "power": city.power,
        "last": city.last.id if city.last else None,
        "next": city.next.id if city.next else None,
    }
