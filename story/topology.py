"""Whether the places lie where the ground has them: asked by `check`, never by the page.

geopandas is imported here alone: it joins a hundred places to the water in one step.
"""

from geo.measure import length_m
from story.telling import Story

IN_WATER = ("mooring",)
"""Kinds of places that belong in the water."""
TOLERANCE_M = 25
"""How far the ground may differ from a place beyond the place's own error, metres."""
METRES = 32636
"""EPSG code of the projection distances are measured in: UTM zone 36 north."""


def misplaced(story: Story) -> list[str]:
    """One sentence for each place that lies in water and should not, or the other way round.

    A place that may be off by more than it is from the bank is believed.
    """
    import geopandas as gpd

    if not story.places or not story.ground.get("water") or "islands" not in story.ground:
        return []  # `check` says already what is wrong with them
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
    faults = []
    for place, point in zip(story.places.values(), points, strict=True):
        label = f"places.geojson, place {place.id}"
        if place.is_bridge:
            if not point.intersects(wet):
                faults.append(
                    f"{label}: a bridge of {length_m(place.geometry):.0f} m over no water; "
                    "draw it from bank to bank"
                )
            continue
        reach = TOLERANCE_M + place.error_m
        if place.kind in IN_WATER:
            if point.distance(wet) > reach:
                faults.append(f"{label}: lies {point.distance(wet):.0f} m from water; put it in it")
        elif point.within(wet) and point.distance(wet.boundary) > reach:
            faults.append(
                f"{label}: lies in water, {point.distance(wet.boundary):.0f} m from the bank, "
                f"and may be off by {place.error_m} m only; put it ashore, or widen error_m"
            )
    return faults
