"""The chronicle in the words of another language: the same facts, and English where it has none."""

import re
from collections.abc import Iterator
from dataclasses import replace

from events.load import Chronicle, suggestion
from events.model import Account, Event, Text


def said_in(chronicle: Chronicle, language: str) -> Chronicle:
    """The chronicle with every record in the words of a language.

    Ids, times, places and changes stay as they are; what has no words keeps its English ones.
    """
    texts = chronicle.texts.get(language, {})
    actors = chronicle.actor_words.get(language, {})
    sources = chronicle.source_words.get(language, {})
    return replace(
        chronicle,
        events=tuple(_event(event, texts.get(event.id)) for event in chronicle.events),
        prologue=tuple(_event(event, texts.get(event.id)) for event in chronicle.prologue),
        actors={
            id_: actor.model_copy(update={"name": actors[id_].name}) if id_ in actors else actor
            for id_, actor in chronicle.actors.items()
        },
        sources={
            id_: source.said_as(sources[id_]) if id_ in sources else source
            for id_, source in chronicle.sources.items()
        },
    )


def _event(event: Event, text: Text | None) -> Event:
    if text is None:
        return event
    when = event.when.model_copy(
        update={
            "as_written": text.as_written or event.when.as_written,
            "reason": text.reason or event.when.reason,
        }
    )
    accounts = tuple(_account(account, text, key) for key, account in event.told_by.items())
    return event.model_copy(update={"when": when, "accounts": accounts})


def _account(account: Account, text: Text, key: str) -> Account:
    words = text.accounts.get(key)
    if words is None:
        return account
    return account.model_copy(update={"locator": words.locator, "says": words.says})


def mistranslations(chronicle: Chronicle) -> Iterator[str]:
    """Yield a sentence for each word that says something of nothing, or another hour than English.

    Hours are compared as the figures of a clock, "21:40" or "21 h 40", in every text, reason and
    account that a language has.
    """
    events = {event.id: event for event in chronicle.prologue + chronicle.events}
    for language, texts in chronicle.texts.items():
        for id_, text in texts.items():
            if id_ not in events:
                continue  # told with the other texts
            label = f"{chronicle.text_files.get((language, id_), f'text/{language}')}, {id_}"
            told = (
                _in_two_places(text) if language == "en" else _faults(events[id_], text, chronicle)
            )
            yield from (f"{label}: {fault}" for fault in told)
    for name, file, known, words in (
        ("actor", "actors.toml", chronicle.actors, chronicle.actor_words),
        ("source", "sources.json", chronicle.sources, chronicle.source_words),
    ):
        stood = chronicle.named.get(name, known)
        for language, table in words.items():
            for id_ in table:
                if id_ not in stood:
                    near = suggestion(id_, known) or "; add it there, or drop the words"
                    yield f"text/{language}/{name}s.toml, {id_}: is not in {file}{near}"


def _in_two_places(text: Text) -> Iterator[str]:
    """English has title and text here, and everything else in the event."""
    for field in ("as_written", "reason", "accounts"):
        if getattr(text, field):
            yield f"{field}: stands in the event itself, in events/data; change it there"


def _faults(event: Event, text: Text, chronicle: Chronicle) -> Iterator[str]:
    told_by = event.told_by
    for key in sorted(text.accounts.keys() - told_by.keys()):
        near = suggestion(key, told_by) or f"; its accounts are {', '.join(told_by)}"
        yield f"accounts.{key}: the event has no such account{near}"
    if text.reason and not event.when.reason:
        yield "reason: the event gives none; leave it out, or add it to the event first"
    english = chronicle.texts.get("en", {}).get(event.id)
    pairs = [("reason", event.when.reason, text.reason)]
    pairs.append(("as_written", event.when.as_written, text.as_written))
    if english is not None:
        pairs.append(("title", english.title, text.title))
        pairs.append(("text", english.text, text.text))
    for key in sorted(text.accounts.keys() & told_by.keys()):
        pairs.append((f"accounts.{key}.says", told_by[key].says, text.accounts[key].says))
    for where, said, translated in pairs:
        if not translated:
            continue
        before, after = hours_in(said), hours_in(translated)
        for hour in sorted(before - after - full_hours_in(translated)):
            yield f"{where}: English has {hour}, which is not here; let both say the same"
        for hour in sorted(after - before):
            yield f"{where}: has {hour}, which English has not; let both say the same"


HOUR = re.compile(r"(?<!\d)([0-2]?\d)(?::| h )([0-5]\d)(?!\d|,\d)(?! [ap]\.m\.)")
HALF_DAY = re.compile(r"(?<!\d)([01]?\d)[.:]([0-5]\d) ([ap])\.m\.")


def hours_in(text: str) -> set[str]:
    """The hours of a text that are written in figures with their minutes, as on a clock of 24
    hours: {"21:40"} for "21:40", "21 h 40" and "9.40 p.m.".
    """
    plain = text.replace("\u00a0", " ").replace("\u202f", " ")
    clock = {(int(hour), minutes) for hour, minutes in HOUR.findall(plain)}
    halves = {
        (int(hour) % 12 + (12 if half == "p" else 0), minutes)
        for hour, minutes, half in HALF_DAY.findall(plain)
    }
    return {f"{hour:02}:{minutes}" for hour, minutes in clock | halves}


FULL_HOUR = re.compile(r"(?<!\d)([0-2]?\d) h(?! ?\d|\w)")


def full_hours_in(text: str) -> set[str]:
    """The hours of a French text that are written without minutes, which may stand for words or
    for figures in English: {"21:00"} for "21 h".
    """
    plain = text.replace("\u00a0", " ").replace("\u202f", " ")
    return {f"{int(hour):02}:00" for hour in FULL_HOUR.findall(plain)}
