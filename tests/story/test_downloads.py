"""Files that leave: read back by others, they say what the story says."""

import csv
import io
import json
from datetime import datetime, timedelta

import geopandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from story.downloads import COLUMNS, _cell, events_csv, events_geojson, places_geojson
from tests.story.naughty import NAUGHTY, everything_says

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "-", "=")


def no_constant(name):
    raise AssertionError(f"{name} is not JSON")


def read_json(text):
    return json.loads(text, parse_constant=no_constant)


def read_csv(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture(scope="module")
def rows(story):
    return read_csv(events_csv(story))


def run_by_a_spreadsheet(row):
    return [cell for cell in row.values() if cell.startswith(tuple("=+-@\t\r"))]


def positions(geometry):
    if geometry["type"] == "Point":
        return [geometry["coordinates"]]
    assert geometry["type"] == "LineString"
    assert len(geometry["coordinates"]) >= 2
    return geometry["coordinates"]


@pytest.mark.parametrize("make", [events_geojson, places_geojson])
def test_a_geojson_file_keeps_to_the_standard(story, make):
    """RFC 7946: members, types, longitude before latitude in degrees, no reference system."""
    table = read_json(make(story))

    assert table["type"] == "FeatureCollection"
    assert not {"crs", "geometry", "properties", "coordinates"} & table.keys()
    ids = [feature["id"] for feature in table["features"]]
    assert len(set(ids)) == len(ids)
    for feature in table["features"]:
        assert feature["type"] == "Feature"
        assert isinstance(feature["properties"], dict)
        assert not {"features", "coordinates"} & feature.keys()
        for lon, lat in positions(feature["geometry"]):
            assert 24 < lon < 34, feature["id"]
            assert 53 < lat < 61, feature["id"]


@pytest.mark.parametrize("make", [events_geojson, places_geojson])
def test_geopandas_reads_every_feature_with_its_id_and_position(story, make):
    text = make(story)

    frame = geopandas.read_file(io.BytesIO(text.encode()))

    assert frame.crs == "EPSG:4326"
    features = read_json(text)["features"]
    assert frame["id"].tolist() == [feature["id"] for feature in features]
    assert frame.geometry.iloc[0].coords[0] == pytest.approx(positions(features[0]["geometry"])[0])
    assert frame.geometry.is_valid.all()


@pytest.mark.parametrize("make", [events_geojson, places_geojson])
def test_a_geojson_file_says_whose_data_it_holds(story, make):
    assert "OpenStreetMap contributors, ODbL" in read_json(make(story))["licence"]


def test_the_events_in_geojson_are_those_of_the_story_each_with_all_its_accounts(story):
    features = read_json(events_geojson(story))["features"]

    assert [feature["id"] for feature in features] == [event.id for event in story.events]
    for feature, event in zip(features, story.events, strict=True):
        said = feature["properties"]
        assert said["title"] == story.text(event).title
        assert said["text"] == story.text(event).text
        assert said["places"] == list(event.places)
        assert [account["says"] for account in said["accounts"]] == [
            account.says for account in event.accounts
        ]
        assert feature["geometry"]["coordinates"] == pytest.approx(
            story.places[event.places[0]].lon_lat, abs=1e-5
        )


def test_the_places_in_geojson_are_those_of_the_gazetteer(story):
    features = read_json(places_geojson(story))["features"]

    assert [feature["id"] for feature in features] == list(story.places)
    for feature in features:
        place = story.places[feature["id"]]
        assert feature["properties"]["name_en"] == place.name("en")
        assert feature["properties"]["name_ru"] == place.name("ru")
        assert feature["properties"]["error_m"] == place.error_m
        assert len(positions(feature["geometry"])) == len(place.geometry.coords)


def test_the_csv_has_a_row_for_every_event_in_order_with_nothing_lost(story, rows):
    assert tuple(rows[0]) == COLUMNS
    assert [row["id"] for row in rows] == [event.id for event in story.events]
    for row, event in zip(rows, story.events, strict=True):
        assert None not in row  # no cell too many
        text = story.text(event)
        assert row["title"].removeprefix("'") == text.title.removeprefix("'")
        assert row["text"].removeprefix("'") == text.text.removeprefix("'")
        assert row["places"].split("; ") == list(event.places)
        assert row["sources"].count("; ") >= len(event.accounts) - 1
        for account in event.accounts:
            assert story.chronicle.sources[account.source].cite() in row["sources"]
        assert datetime.fromisoformat(row["earliest"]) == event.when.earliest
        assert datetime.fromisoformat(row["latest"]) == event.when.latest


def test_every_row_has_both_calendars_thirteen_days_apart(story, rows):
    features = read_json(events_geojson(story))["features"]
    for event, *said in zip(
        story.events, rows, (feature["properties"] for feature in features), strict=True
    ):
        for row in said:
            assert datetime.fromisoformat(row["old_style"]) == event.shown
            assert datetime.fromisoformat(row["new_style"]) - event.shown == timedelta(days=13)


def test_lines_of_the_csv_end_as_its_standard_says(story):
    """RFC 4180: CRLF, also after the last row."""
    text = events_csv(story)

    assert text.endswith("\r\n")
    assert text.count("\r\n") == len(story.events) + 1


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(story, formula):
    for row in read_csv(events_csv(everything_says(story, formula)))[:3]:
        assert row["title"] == row["text"] == row["as_written"] == f"'{formula}"
        assert row["actors"].startswith("'")
        assert not run_by_a_spreadsheet(row)


def test_no_cell_of_the_shipped_csv_would_be_run(rows):
    assert not [cell for row in rows for cell in run_by_a_spreadsheet(row)]


@settings(max_examples=300, deadline=None)
@given(st.text() | st.lists(st.text(), max_size=3))
def test_a_cell_is_left_alone_or_given_one_apostrophe(value):
    text = "; ".join(value) if isinstance(value, list) else value

    assert _cell(value) == ("'" if text.startswith(tuple("=+-@\t\r")) else "") + text


def test_a_number_is_never_quoted():
    assert _cell(-30.25) == -30.25


@pytest.mark.parametrize("text", NAUGHTY.values(), ids=NAUGHTY)
def test_whatever_a_record_says_survives_the_way_out_and_back(story, text):
    story = everything_says(story, text)

    features = read_json(events_geojson(story))["features"]
    rows = read_csv(events_csv(story))

    for said in (features[0]["properties"], rows[0]):
        assert said["title"] == said["text"] == said["as_written"] == text
    assert features[0]["properties"]["accounts"][0]["says"] == text
    assert read_json(places_geojson(story))["features"][0]["properties"]["name_en"] == text
    assert len(rows) == len(features) == len(story.events)
