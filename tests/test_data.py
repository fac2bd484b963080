"""Every shipped record, and whether the map agrees with the chronicle it was made from."""

import json
import re
import subprocess
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from shapely.geometry import LineString, box

from events.check import WORDS_IN_TEXT
from events.clock import new_style, read_t
from events.model import Hold
from events.state import OnRoute
from geo.lines import SLACK_M
from geo.measure import distance_m, length_m
from geo.survey import Survey, in_metres
from story.report import state_report
from story.telling import OPENING, ROOT, read_story

CASES = Path(__file__).parent / "cases"
TABLES = json.loads((CASES / "control-tables.json").read_text("utf-8"))["cases"]
CLAIMS = json.loads((CASES / "seed-claims.json").read_text("utf-8"))["claims"]


def ids(words):
    """The ids in some lines of them."""
    return words.split()


PROLOGUE = ids(
    """
1006-evacuation-resolution 1007-walkout-preparliament 1009-defence-committee 1010-cc-karpovka
1011-northern-congress 1012-ispolkom-statute 1016-plenum-mrc 1016-cc-lesnoi
1018-garrison-meeting 1019-polkovnikov-order 1020-fortress-hostile 1020-mrc-first-session
1020-verkhovsky
"""
)
"""Entries of the chronicle for 6 to 20 October."""

ENTRIES = ids(
    """
1021-garrison-conference 1021-commissars 1021-procession-refused 1021-night-polkovnikov
1022-garrison-emergency 1022-telephonogram 1022-hq-counter-meeting 1022-meetings
1022-peoples-house 1022-red-guard-conference 1022-aurora-trials 1022-kerensky-dukhonin
1022-night-cabinet 1023-appeal-population 1023-blagonravov 1023-fortress-debate
1023-fortress-meeting 1023-cirque-vote 1023-kronverk 1023-mariinsky-debate 1023-hq-ultimatum
1023-soviet-plenum 1023-gatchina-train 1023-night-cabinet 1024-smolny-guns 1024-trud-raid
1024-alarm 1024-reopen-decree 1024-trud-reopened 1024-polkovnikov-orders
1024-artillery-square 1024-phones-cut 1024-cc-morning 1024-cabinet-morning
1024-fortress-ready 1024-commandant-arrest 1024-aurora-commissar 1024-preparliament-opens
1024-faction-14 1024-duma-delegation 1024-schools-called 1024-women-parade 1024-city-empties
1024-nevsky-checks 1024-bridges-order 1024-bridge-nikolaevsky 1024-bridge-liteiny
1024-cyclists-leave 1024-bridge-trinity 1024-bridge-nevka 1024-bridge-palace
1024-bridge-others 1024-telegraph 1024-cyclists-vote-hcw 1024-baltic-station
1024-stations-commissars 1024-fleet 1024-kopeika 1024-bridges-1900 1024-telegraph-attempt
1024-preparliament-vote 1024-dan-gots 1024-pta 1024-pavlovsky-pickets 1024-presses-occupied
1024-lenin-letter 1024-lenin-walk 1024-germanovich 1024-duma-night 1024-midnight-tsik
1024-aurora-order 1024-midnight-state

baseline-midnight old-cec-night-session tauride-palace-occupied izhora-armoured-cars
post-office-taken nikolaevsky-station-taken baltic-station-secured electric-station-taken
rogovsky-report-to-palace helsingfors-first-train aurora-to-nikolaevsky-bridge
nikolaevsky-bridge-restored engineers-castle-occupied detachments-leave-smolny
night-arrests-of-officials kerensky-calls-cossacks state-bank-taken mrc-six-oclock-tally
military-hotel-picketed kerensky-back-to-palace bridge-counter-attempt
telephone-exchange-taken dawn-telegrams-for-troops war-ministry-occupied
warsaw-station-taken press-on-25-october kresty-release cadet-foragers-caught
oranienbaum-landing assault-plan kronstadt-flotilla-sails helsingfors-flotilla-sails
proclamation-citizens-of-russia cordon-begins cars-for-kerensky kerensky-leaves
cabinet-meets-malachite kerensky-at-gatchina mariinsky-palace-cleared admiralteisky-standoff
amur-arrives telephone-counter-attempt kronstadt-landing petrograd-soviet-extraordinary
zarya-svobody-sea-canal palace-bridge-shots kishkin-dictator nevsky-trams-turned-back
ring-closed chudnovsky-detained artillery-cadets-leave ultimatum samson-zabiyaka-moor
fortress-guns-trouble district-headquarters-taken ministers-leave-malachite cossacks-leave
admiralty-taken city-evening-normal city-duma-session aurora-blank-shot gallery-grenade
womens-battalion-sortie palace-infiltration congress-opens presidium-elected
fortress-live-fire martov-motion congress-walkouts duma-procession-stopped palace-entry
ministers-arrested ministers-to-fortress palace-under-guard congress-hears-arrests
committee-of-salvation congress-proclamation krylenko-northern-front second-day-orders
kerensky-at-ostrov old-cec-rejects-congress womens-battalion-released city-duma-26
second-sitting-opens decree-on-peace decree-on-land sovnarkom-formed vikzhel-objects
new-cec-elected
"""
)
"""Entries of both parts of the chronicle for 21 October to the morning of the 27th."""

PAST_MIDNIGHT = {"1024-midnight-tsik": 25, "1024-midnight-state": 25}
"""Entries of the night that begins on the day in their id."""

PLACES = ids(
    """
smolny winter-palace peter-and-paul-fortress central-telegraph telegraph-agency post-office
telephone-exchange state-bank electric-station nikolaevsky-station baltic-station
warsaw-station finland-station mariinsky-palace district-headquarters engineers-castle
tauride-palace kresty trud-printing-house
"""
)

BRIDGES_M = {
    "nikolaevsky-bridge": 331,
    "palace-bridge": 260,
    "exchange-bridge": 239,
    "tuchkov-bridge": 226,
    "trinity-bridge": 582,
    "liteiny-bridge": 396,
    "okhtinsky-bridge": 335,
    "sampsonievsky-bridge": 215,
    "grenadersky-bridge": 215,
}
"""Lengths from bank to bank, metres."""

MEMORY_ONLY = {
    "1016-cc-lesnoi": ["Bolotnaya"],
    "1016-plenum-mrc": ["medical"],
    "1018-garrison-meeting": ["neutral"],
    "1022-red-guard-conference": ["Smolny"],
    "1023-fortress-debate": ["Antonov", "Trotsky"],
    "1023-hq-ultimatum": ["Bogdanov", "Gots"],
    "1024-trud-raid": ["Oranienbaum", "house 40"],
    "1024-phones-cut": ["22"],
    "1024-cc-morning": ["forbidden"],
    "1024-city-empties": ["14:30", "half past two"],
    "1024-bridge-liteiny": ["Mikhailovsky"],
    "1024-bridge-trinity": ["omen"],
    "1024-kopeika": ["Ligovskaya"],
    "1024-lenin-letter": ["Serdobolskaya"],
    "nikolaevsky-station-taken": ["6th"],
    "electric-station-taken": ["1886", "Obvodny"],
    "aurora-to-nikolaevsky-bridge": ["Fontanka"],
    "mariinsky-palace-cleared": ["Keksholm", "Guards Crew"],
    "cossacks-leave": ["Pavlovsky"],
    "fortress-guns-trouble": ["mud"],
    "kresty-release": ["Vyborg"],
    "congress-proclamation": ["Lunacharsky", "twelve", "two against"],
    "decree-on-land": ["eight"],
    "new-cec-elected": ["05:15"],
}
"""By event, words of details that no text confirms: the chronicle has them from memory."""


STORY = read_story()
EVERYTHING = STORY.chronicle.prologue + STORY.events


def by_id(record):
    return record.id


def words_of(event):
    """Every statement about an event in our own words, by what it is."""
    text = STORY.text(event)
    yield from (("title", text.title), ("text", text.text))
    yield from (("as_written", event.when.as_written), ("reason", event.when.reason))
    yield from (("account", account.says) for account in event.accounts)


# -- the control tables of the chronicle

city_at_t = cache(lambda t: STORY.at(read_t(t)))
report_at_t = cache(lambda t: state_report(STORY, city_at_t(t)))


def asked_of(kind):
    return pytest.mark.parametrize(
        "case",
        [case for case in TABLES if kind in case],
        ids=lambda case: f"{case['row']}: {case.get('t', 'told')}",
    )


@asked_of("place")
def test_a_place_is_held_by_whom_the_table_says(case):
    """A place of which no event has spoken is neutral, as in the report."""
    holding = city_at_t(case["t"]).holdings.get(case["place"])
    told = report_at_t(case["t"])["places"][case["place"]]

    found = (holding.holder, holding.claim) if holding else ("neutral", None)
    assert (told["holder"], told["claim"]) == found
    assert found[0] in case.get("holder", found[:1])
    assert found[1] in case.get("claim", found[1:])


@asked_of("bridge")
def test_a_bridge_is_held_and_raised_as_the_table_says(case):
    city = city_at_t(case["t"])
    told = report_at_t(case["t"])["bridges"][case["bridge"]]

    holding = city.holdings.get(case["bridge"])
    assert told["holder"] == (holding.holder if holding else "neutral")
    assert told["span"] == city.spans.get(case["bridge"], "lowered")
    assert told["holder"] in case["holder"]
    assert told["span"] in case["span"]
    if "claim" in case:
        assert holding.claim in case["claim"]


@asked_of("unit")
def test_a_unit_is_where_the_table_says(case):
    unit = city_at_t(case["t"]).units.get(case["unit"])
    told = report_at_t(case["t"])["units"].get(case["unit"])

    if case.get("absent"):
        assert unit is None
        assert told is None
    elif "at" in case:
        assert unit is not None, "is not on the map"
        assert STORY.place_of(unit) == case["at"]
        assert told["moving"] is False
        place = STORY.places[case["at"]]
        off = distance_m((told["lon"], told["lat"]), place.lon_lat)
        assert off <= SLACK_M + place.error_m + (300 if place.is_bridge else 0)
    else:
        assert isinstance(unit, OnRoute)
        route = STORY.routes[unit.route]
        ends = [route.start, route.end]
        assert (ends[::-1] if unit.reverse else ends) == case["on"]
        assert told["moving"] is True


AFLOAT = ids(
    """
aurora-up-the-neva kronstadt-to-oranienbaum kronstadt-to-university-embankment
kronstadt-to-sea-canal-ligovo helsingfors-to-samson-zabiyaka-pier amur-to-left-bank
aurora-to-alexander-garden aurora-to-admiralty-embankment city-duma-to-aurora
"""
)
"""Ways by ship, or partly by boat."""


def test_a_way_by_land_crosses_water_only_on_bridges():
    survey = Survey(STORY.ground)
    # beyond the city neither ways nor water are drawn to the metre
    city = in_metres(box(30.19, 59.88, 30.45, 60.0))
    wet = survey.wet.intersection(city).difference(survey.decks)

    drowned = {
        route.id: round(in_metres(LineString(route.line)).intersection(wet).length)
        for route in STORY.routes.values()
    }

    assert {route for route, metres in drowned.items() if metres > 10} == {
        route for route in AFLOAT if drowned[route]
    }


@asked_of("ring")
def test_the_ring_is_at_the_stage_of_the_table(case):
    ring = city_at_t(case["t"]).ring

    assert ring in case["ring"]
    assert (report_at_t(case["t"])["ring"] or "none") == ring


@asked_of("power")
def test_power_is_claimed_by_whom_the_table_says(case):
    assert city_at_t(case["t"]).power in case["power"]
    assert report_at_t(case["t"])["power"] in case["power"]


@asked_of("told_by")
def test_a_row_that_is_not_drawn_is_told(case):
    """Where nothing moves on the map, a title, text or account speaks of it."""
    told = " ".join(words for event in case["told_by"] for _, words in words_of(STORY.by_id[event]))

    assert case["says"] in told


def test_the_cases_cover_the_tables():
    """Every row of the five tables, with no case asked twice."""
    rows = {}
    for case in TABLES:
        rows.setdefault(case["table"], {}).setdefault(case["row"], []).append(case)

    assert {table: len(found) for table, found in rows.items()} == {
        "places to midnight 24-25 October": 31,
        "places on 25 and 26 October": 37,
        "stages of the ring round the Winter Palace": 7,
        "units to midnight 24-25 October": 32,
        "units on 25 and 26 October": 42,
    }
    assert all("why" in case for case in TABLES if "told_by" in case)
    assert len({json.dumps(case, sort_keys=True) for case in TABLES}) == len(TABLES)


# -- the claims of the first text


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim["claim"])
def test_a_claim_is_told_as_the_chronicle_corrects_it(claim):
    events = [STORY.by_id[event] for event in claim["events"]]
    told = " ".join(words for event in events for _, words in words_of(event))
    texts = " ".join(f"{STORY.text(event).title} {STORY.text(event).text}" for event in events)

    missing = [wordings for wordings in claim["told"] if not any(word in told for word in wordings)]
    assert missing == []
    assert [word for word in claim.get("never", ()) if word in texts] == []
    for event, shown in claim.get("shown", {}).items():
        assert STORY.by_id[event].shown == read_t(shown)


def test_every_claim_of_both_parts_is_weighed():
    parts = [claim["part"] for claim in CLAIMS]

    assert (parts.count("6-24 October"), parts.count("25-26 October")) == (19, 12)
    assert all(claim["told"] and claim["verdict"] and claim["events"] for claim in CLAIMS)


# -- every event


def test_the_chronicle_is_told_entry_by_entry():
    """Nothing is left out and nothing is added but the opening."""
    assert sorted(event.id for event in STORY.events) == sorted([*ENTRIES, OPENING])
    assert sorted(event.id for event in STORY.chronicle.prologue) == sorted(PROLOGUE)


@pytest.mark.parametrize("entry", [e for e in PROLOGUE + ENTRIES if re.match(r"10\d\d-", e)])
def test_an_event_is_shown_on_the_day_its_id_names(entry):
    day = PAST_MIDNIGHT.get(entry, int(entry[2:4]))

    assert (STORY.by_id[entry].shown.month, STORY.by_id[entry].shown.day) == (10, day)


@pytest.mark.parametrize("event", EVERYTHING, ids=by_id)
def test_an_event_has_a_title_a_text_and_a_source(event):
    text = STORY.chronicle.texts["en"][event.id]
    shortest, longest = WORDS_IN_TEXT

    assert (shortest, longest) == (30, 90)
    assert 0 < len(text.title) <= 60
    assert shortest <= len(text.text.split()) <= longest
    assert text.text.endswith((".", "?", "'", '"'))
    assert event.accounts
    for account in event.accounts:
        assert account.locator.strip()
        assert account.says.strip()


def test_no_two_events_have_one_title():
    titles = [STORY.text(event).title for event in EVERYTHING]

    assert {title for title in titles if titles.count(title) > 1} == set()


@pytest.mark.parametrize("event", EVERYTHING, ids=by_id)
def test_words_are_plain_words(event):
    """What is shown is set as text: markup in it would be read aloud and printed."""
    for name, words in words_of(event):
        marked = re.findall(r"[<>{}\\`*_|#~^]|&\w+;|\]\(|https?:", words)
        assert not marked, (name, words)
        assert "  " not in words
        assert words == words.strip()


def test_names_and_notes_are_plain_words():
    said = [
        *(words for actor in STORY.actors.values() for words in (actor.name, actor.note)),
        *(source.title for source in STORY.chronicle.sources.values()),
        *(source.note for source in STORY.chronicle.sources.values()),
        *(source.cite() for source in STORY.chronicle.sources.values()),
    ]

    assert [words for words in said if re.search(r"[<>{}\\`*_|]|&\w+;|\]\(", words)] == []


@pytest.mark.parametrize("event", EVERYTHING, ids=by_id)
def test_what_is_unverified_says_so(event):
    """The mark stands nowhere without the certainty, and the certainty never without words."""
    marked = [words for _, words in words_of(event) if re.search(r"\bunverified\b", words)]
    unverified = event.certainty == "unverified"

    assert unverified or not marked
    if unverified:
        assert re.search(r"(not|un|No text consulted )\s?confirm", STORY.text(event).text)
        assert event.when.reason


@pytest.mark.parametrize("event", MEMORY_ONLY)
def test_what_the_chronicle_only_remembers_is_not_told_as_fact(event):
    told = " ".join(words for _, words in words_of(STORY.by_id[event]))

    assert [words for words in MEMORY_ONLY[event] if words in told] == []


@pytest.mark.parametrize("event", EVERYTHING, ids=by_id)
def test_a_date_given_in_both_calendars_is_thirteen_days_apart(event):
    months = {"October": 10, "November": 11}
    both = r"(\d+) (October|November),? New Style\W+which is (\d+) (October)"
    for _, words in words_of(event):
        for new_day, new_month, old_day, old_month in re.findall(both, words):
            old = datetime(1917, months[old_month], int(old_day))
            assert new_style(old) == datetime(1917, months[new_month], int(new_day))


def test_some_dates_are_given_in_both_calendars():
    """Or the test above would hold of nothing."""
    told = [words for event in EVERYTHING for _, words in words_of(event)]

    assert sum("New Style, which is" in words for words in told) >= 3


@pytest.mark.parametrize("event", STORY.events, ids=by_id)
def test_new_style_is_always_thirteen_days_later(event):
    times = [event.when.earliest, event.shown, event.when.latest]

    assert [new_style(t) - t for t in times] == [timedelta(days=13)] * 3


def test_the_congress_opened_on_a_wednesday_in_november():
    opened = new_style(STORY.by_id["congress-opens"].shown)

    assert f"{opened:%A %d %B %Y %H:%M}" == "Wednesday 07 November 1917 22:40"


# -- places, actors, sources


@pytest.mark.parametrize("place", PLACES)
def test_a_place_of_the_story_is_on_the_map_and_changes_or_keeps_hands(place):
    assert not STORY.places[place].is_bridge
    assert any(
        isinstance(change, Hold) and change.hold == place
        for event in STORY.events
        for change in event.changes
    )


@pytest.mark.parametrize("bridge", BRIDGES_M)
def test_a_bridge_is_as_long_as_it_was(bridge):
    """Within a tenth, from bank to bank."""
    place = STORY.places[bridge]

    assert place.is_bridge
    assert length_m(place.geometry) == pytest.approx(BRIDGES_M[bridge], rel=0.1)


def test_every_source_tells_of_an_event():
    cited = {account.source for event in EVERYTHING for account in event.accounts}

    assert set(STORY.chronicle.sources) - cited == set()


def test_every_actor_does_something():
    """Named by an event, moved on the map, or the body that one of those belongs to."""
    busy = {actor for event in EVERYTHING for actor in event.actors}
    for event in STORY.events:
        for change in event.changes:
            busy.add(getattr(change, change.verb))
    busy |= {STORY.actors[actor].of for actor in busy & STORY.actors.keys()}

    assert set(STORY.actors) - busy == set()


@pytest.mark.parametrize(
    "source",
    [source for source in STORY.chronicle.sources.values() if source.URL],
    ids=by_id,
)
def test_the_address_of_a_source_is_well_formed(source):
    address = urlsplit(source.URL)

    assert address.scheme in ("http", "https")
    assert re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", address.hostname)
    assert address.port is None
    assert address.username is None
    assert re.fullmatch(r"[!-~]+", source.URL)
    assert not source.URL.endswith((".", ",", ";", ")", "&"))


# -- the checkout itself

REGISTRY = re.compile(
    r"https?://[\w.-]*(p[y]pi|pythonhoste[d]|n[p]mjs|yarnpk[g]|anacond[a]|conda-forg[e]|crate[s]\.io"
    r"|rubygems|proxy\.golang|jsr\.io)[\w.-]*"
    r"|--(extra-)?index-url[ =]\S+"
    r"|^(index|registry)(-url)?\s*=",
    re.M,
)
MACHINE = re.compile(
    r"(?<![\w.:/~$}-])/(home|Users|root|work|workspace|tmp|mnt|media)/\w|\b[A-Z]:\\\w"
)


def tracked():
    """The texts of the checkout, by path: what git knows, or everything where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [
            path for path in ROOT.rglob("*")
            if not {".venv", ".git", "build", "__pycache__"} & set(path.parts)
        ]  # fmt: skip
    for path in paths:
        if path.is_file() and b"\0" not in (body := path.read_bytes()):
            yield path.relative_to(ROOT).as_posix(), body.decode("utf-8")


def test_no_file_names_a_package_registry_or_a_folder_of_one_machine():
    texts = dict(tracked())
    assert {"streamlit_app.py", "Makefile", "events/data/sources.json"} <= texts.keys()

    found = [
        (path, match.group())
        for path, text in texts.items()
        for pattern in (REGISTRY, MACHINE)
        for match in pattern.finditer(text)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (REGISTRY, "https:" + "//py" + "pi.org/simple"),
        (REGISTRY, "https:" + "//files.python" + "hosted.org/packages/a.whl"),
        (REGISTRY, "http:" + "//registry.np" + "mjs.org/leaflet"),
        (REGISTRY, "--index-url" + " mirror"),
        (REGISTRY, "[tool.uv]\nindex-url" + ' = "mirror"'),
        (MACHINE, "/home" + "/somebody/petrograd"),
        (MACHINE, "'/tmp" + "/out.html'"),
        (MACHINE, "C:" + "\\Users\\somebody"),
    ],
)
def test_the_patterns_find_what_they_look_for(pattern, text):
    assert pattern.search(text)


@pytest.mark.parametrize(
    "text", ["--no-emit-index-url", "https://www.gutenberg.org/home/x", "a/tmp/b"]
)
def test_the_patterns_leave_other_words_alone(text):
    assert not REGISTRY.search(text)
    assert not MACHINE.search(text)
