"""Files that leave: the records as GeoJSON and CSV, both calendars in each."""

import csv
import io
import json
from typing import Any

from shapely.geometry import mapping

from events.clock import new_style, write_t
from events.model import Event
from story.telling import Story

LICENCE = (
    "Places traced from OpenStreetMap data, © OpenStreetMap contributors, ODbL 1.0; texts CC BY 4.0"
)
COLUMNS = (
    "id", "old_style", "new_style", "earliest", "latest", "precision", "as_written", "title",
    "text", "kind", "certainty", "importance", "places", "longitude", "latitude", "actors",
    "sources",
)  # fmt: skip


def events_geojson(story: Story) -> str:
    """Every event as a point at its first place (RFC 7946)."""
    features = []
    for event in story.events:
        row = _row(story, event)
        lon, lat = row.pop("longitude"), row.pop("latitude")
        features.append(
            {
                "type": "Feature",
                "id": event.id,
                "geometry": {"type": "Point", "coordinates": [lon, lat]},
                "properties": {
                    **row,
                    "accounts": [
                        account.model_dump(mode="json", exclude_none=True)
                        for account in event.accounts
                    ],
                },
            }
        )
    return _collection(features)


def events_csv(story: Story) -> str:
    """Every event as a row; lists are joined by "; ".

    A cell that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for event in story.events:
        writer.writerow({key: _cell(value) for key, value in _row(story, event).items()})
    return out.getvalue()


def places_geojson(story: Story) -> str:
    """The gazetteer (RFC 7946)."""
    features = [
        {
            "type": "Feature",
            "id": place.id,
            "geometry": mapping(place.geometry),
            "properties": {
                "kind": place.kind,
                **{f"name_{lang}": name for lang, name in place.names.items()},
                **{f"today_{lang}": name for lang, name in place.today.items()},
                "located_by": place.located_by,
                "error_m": place.error_m,
            },
        }
        for place in story.places.values()
    ]
    return _collection(features)


def _row(story: Story, event: Event) -> dict[str, Any]:
    lon, lat = story.places[event.places[0]].lon_lat
    text = story.text(event)
    return {
        "id": event.id,
        "old_style": write_t(event.shown),
        "new_style": write_t(new_style(event.shown)),
        "earliest": write_t(event.when.earliest),
        "latest": write_t(event.when.latest),
        "precision": event.when.precision,
        "as_written": event.when.as_written,
        "title": text.title,
        "text": text.text,
        "kind": event.kind,
        "certainty": event.certainty,
        "importance": event.importance,
        "places": list(event.places),
        "longitude": round(lon, 5),
        "latitude": round(lat, 5),
        "actors": [story.actors[actor].name for actor in event.actors],
        "sources": [
            f"{story.chronicle.sources[account.source].cite()}, {account.locator}"
            for account in event.accounts
        ],
    }


def _cell(value: Any) -> Any:
    text = "; ".join(value) if isinstance(value, list) else value
    if isinstance(text, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + text
    return text


def _collection(features: list[dict[str, Any]]) -> str:
    table = {"type": "FeatureCollection", "licence": LICENCE, "features": features}
    return json.dumps(table, ensure_ascii=False, indent=1)
