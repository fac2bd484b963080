"""Whether places and ground agree: asked by `check`, never by the page.

geopandas is imported here alone: it joins a hundred places to the water in one step.
"""

from collections.abc import Iterator

from geo.geojson import Feature
from geo.measure import length_m
from geo.places import Place
from geo.survey import AFLOAT, METRES, in_metres
from story.telling import Story

TOLERANCE_M = 25
"""How far the ground may differ from a place beyond the place's own error, metres."""
BUILDING_M = 60
"""How far a place may lie from the outline of its building, metres."""


def misplaced(story: Story) -> list[str]:
    """One sentence for each place that the ground has elsewhere, and the other way round.

    A place that may be off by more than it is from the bank is believed. A place that the gazetteer
    has not, or not yet, is no concern of the ground here: `read_ground` tells of it.
    """
    return [*_on_the_wrong_side_of_the_bank(story), *_apart_from_the_ground(story)]


def _on_the_wrong_side_of_the_bank(story: Story) -> Iterator[str]:
    """One sentence for each place that lies in water and should not, or the other way round."""
    import geopandas as gpd

    if not story.places or not story.ground.get("water") or "islands" not in story.ground:
        return  # `check` says already what is wrong with them
    water = gpd.GeoSeries([feature.geometry for feature in story.ground["water"]], crs=4326).to_crs(
        METRES
    )
    islands = gpd.GeoSeries(
        [feature.geometry for feature in story.ground["islands"]], crs=4326
    ).to_crs(METRES)
    wet = water.union_all().difference(islands.union_all())
    points = gpd.GeoSeries([place.geometry for place in story.places.values()], crs=4326).to_crs(
        METRES
    )
    for place, point in zip(story.places.values(), points, strict=True):
        label = f"places.geojson, place {place.id}"
        if place.is_bridge:
            if not point.intersects(wet):
                yield (
                    f"{label}: a bridge of {length_m(place.geometry):.0f} m over no water; "
                    "draw it from bank to bank"
                )
            continue
        reach = TOLERANCE_M + place.error_m
        if place.kind in AFLOAT:
            if point.distance(wet) > reach:
                yield f"{label}: lies {point.distance(wet):.0f} m from water; put it in it"
        elif point.within(wet) and point.distance(wet.boundary) > reach:
            yield (
                f"{label}: lies in water, {point.distance(wet.boundary):.0f} m from the bank, "
                f"and may be off by {place.error_m} m only; put it ashore, or widen error_m"
            )


def _apart_from_the_ground(story: Story) -> Iterator[str]:
    """One sentence for each bridge or building of the ground that is not where its place is."""
    for layer, fault in (("bridges", _other_line), ("buildings", _far_off)):
        for feature in story.ground.get(layer, ()):
            place = story.places.get(feature.properties.get("place", ""))
            if place and (sentence := fault(feature, place)):
                yield f"basemap/{layer}.geojson, feature {feature.id}: {sentence}"


def _other_line(bridge: Feature, place: Place) -> str:
    if not place.is_bridge:
        return f"place '{place.id}' is a {place.kind} and no bridge; name another, or leave it out"
    if bridge.geometry.equals(place.geometry):
        return ""
    apart = in_metres(bridge.geometry).hausdorff_distance(in_metres(place.geometry))
    return (
        f"its line is not that of place '{place.id}', up to {apart:.1f} m apart; "
        "copy it from places.geojson"
    )


def _far_off(building: Feature, place: Place) -> str:
    apart = in_metres(building.geometry).distance(in_metres(place.geometry))
    if apart <= BUILDING_M:
        return ""
    return (
        f"lies {apart:.0f} m from place '{place.id}'; up to {BUILDING_M} m would do: "
        "move one of them, or name another place"
    )
