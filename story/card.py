"""What is written beside the map: the event told, who holds what, one place, the list.

Each function returns `Markup`. Every word that comes from data goes in by `format`, which
escapes it, so no string of a record is ever read as HTML.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from markupsafe import Markup

from events.clock import write_t
from events.model import Event
from events.state import City, OnRoute
from story.telling import Story
from story.words import LANGUAGES, Words, power_line, time_line, what_changed, words_of

HOLDERS = ("government", "mrc", "contested", "neutral")
"""In the order in which they are counted."""


def head(story: Story, city: City, words: Words, calendar: str = "os") -> Markup:
    """The clock in both calendars, who claims power, and the count of who holds what."""
    other = "ns" if calendar == "os" else "os"
    return Markup(
        '<div class="head"><p class="clock"><strong data-clock="{calendar}">{first}</strong> '
        '<span class="quiet" data-clock="{other}">{second}</span></p>'
        '<p class="power" role="status">{power}</p></div>'
    ).format(
        calendar=calendar,
        other=other,
        first=words.clock(city.t, calendar),
        second=words.clock(city.t, other),
        power=power_line(city, words),
    )


def event_card(story: Story, city: City, words: Words, chosen: Event | None = None) -> Markup:
    """The event just past (or the one chosen): what, when, where, who, and who says so."""
    event = chosen or city.last
    if event is None:
        return Markup("")
    text = story.text(event)
    facts = [
        (words("page", "when"), Markup("{}").format(time_line(event, words))),
        (words("page", "where"), _places(story, event.places, words)),
        (
            words("page", "actors"),
            Markup("{}").format(", ".join(story.actors[actor].name for actor in event.actors)),
        ),
    ]
    if event.when.reason:
        facts.append((words("page", "drawn_because"), Markup("{}").format(event.when.reason)))
    return Markup(
        '<article class="event" data-told="{id}"><p class="kicker">{t} · {kind}{turning}'
        ' <span class="certainty {certainty}" title="{note}">{certain}</span></p>'
        "<h2>{title}</h2><p>{text}</p>{doubt}{changed}<dl>{facts}</dl>"
        "<h3>{sources}</h3>{accounts}{under_way}{next}</article>"
    ).format(
        id=event.id,
        t=f"{event.shown.day} {words.table['calendar']['months'][event.shown.month - 1]}, "
        f"{event.shown:%H:%M}",
        kind=words("kind", event.kind),
        turning=f" · {words('page', 'importance_3')}" if event.importance == 3 else "",
        certainty=event.certainty,
        certain=words("certainty", event.certainty),
        note=words("certainty_note", event.certainty),
        title=text.title,
        text=text.text,
        doubt=_doubt(event, words),
        changed=_changes(what_changed(story, event, words), words),
        facts=_join("<dt>{}</dt><dd>{}</dd>", facts),
        sources=words("page", "sources"),
        accounts=accounts(story, event, words),
        under_way=_under_way(story, city, event, words),
        next=_next(story, city, words),
    )


def accounts(story: Story, event: Event, words: Words) -> Markup:
    """Who says so and who disagrees, one account an item."""
    rows = []
    for account in event.accounts:
        own = []
        if account.time is not None and account.time != event.shown:
            same_day = account.time.date() == event.shown.date()
            t = f"{account.time:%H:%M}" if same_day else words.moment(account.time)
            own.append(words("page", "own_time", t=t))
        if account.place is not None and account.place not in event.places:
            name = story.name(account.place)
            own.append(words("page", "own_place", place=name))
        rows.append(
            Markup("<li{rival}>{says} <cite>{source}, {locator}</cite>{own}</li>").format(
                rival=Markup(' class="rival"') if own else "",
                says=account.says,
                source=story.chronicle.sources[account.source].cite(),
                locator=account.locator,
                own=_join(' <em class="own">{}</em>', ((line,) for line in own)),
            )
        )
    return Markup('<ul class="accounts">{}</ul>').format(Markup("").join(rows))


def city_card(story: Story, city: City, words: Words) -> Markup:
    """Who holds what, with counts; bridges raised; the ring; who is on the move."""
    parts = []
    for holder in HOLDERS:
        held = [
            place
            for place in story.places.values()
            if place.id in city.holdings and city.holdings[place.id].holder == holder
        ]
        rows = (
            (
                _to_place(story, place.id),
                story.name(place.id),
                _claim(city, place.id, words),
            )
            for place in held
        )
        parts.append(
            Markup(
                '<section class="held {holder}"><h3>{name} <b>{n}</b></h3><ul>{rows}</ul></section>'
            ).format(
                holder=holder,
                name=words("holder", holder),
                n=len(held),
                rows=_join("<li>{}{}</a>{}</li>", rows),
            )
        )
    raised = [story.name(bridge) for bridge, span in city.spans.items() if span == "raised"]
    moving = [
        story.actors[unit].name
        for unit, where in city.units.items()
        if isinstance(where, OnRoute) and where.moving
    ]
    lines = [
        counts_line(story, city, words),
        words("page", "raised_bridges", bridges=", ".join(raised))
        if raised
        else words("page", "no_raised_bridges"),
        words("page", "ring_now", stage=words("ring", city.ring)),
    ]
    if moving:
        lines.append(words("page", "units_moving", units=", ".join(moving)))
    return Markup('<div class="city">{}{}</div>').format(
        _join("<p>{}</p>", ((line,) for line in lines)), Markup("").join(parts)
    )


def counts_line(story: Story, city: City, words: Words) -> str:
    """How many places each side holds, in one line."""
    counted = dict.fromkeys(HOLDERS, 0)
    for holding in city.holdings.values():
        counted[holding.holder] += 1
    return words("page", "counts", **{holder: str(n) for holder, n in counted.items()})


def place_card(
    story: Story,
    place_id: str | None,
    t: datetime,
    words: Words,
    told: Collection[str] | None = None,
) -> Markup:
    """One place: its names, who held it from when, what happened there.

    Only events with an id in `told` are listed, all if `None`; who held it is always told whole.
    """
    if place_id is None:
        return Markup('<p class="quiet">{}</p>').format(words("page", "choose_place"))
    place = story.places[place_id]
    steps = story.holds.get(place_id, [])
    steps = [  # an event that only says again what was so is no step
        step
        for before, step in zip([None, *steps], steps, strict=False)
        if before is None or (before[2].holder, before[2].claim) != (step[2].holder, step[2].claim)
    ]
    held = _join(
        "<li{}>{}{}</a> {}</li>",
        (
            (
                Markup(' class="now"') if at <= t else "",
                _to_event(story, event, at),
                words.moment(at),
                words("holder", change.holder)
                + (
                    f" ({words('change', 'claim', claim=words('holder', change.claim))})"
                    if change.claim
                    else ""
                ),
            )
            for at, event, change in steps
        ),
    )
    here = [event for event in story.events_at(place_id) if told is None or event.id in told]
    name, today = story.name(place_id), place.name_today(story.language)
    names = [place.names["ru"]] if "ru" in place.names and story.language != "ru" else []
    if today != name:
        names.append(words("page", "today", name=today))
    return Markup(
        '<article class="place-history" data-shown-place="{id}"><h2>{name}</h2>'
        '{names}<p class="quiet">{located}</p>'
        "<h3>{history}</h3>{held}<h3>{here}</h3>{events}</article>"
    ).format(
        id=place_id,
        name=name,
        names=Markup('<p class="quiet">{}</p>').format(" · ".join(names)) if names else "",
        located=words(
            "page", "located", how=place.how_located(story.language), metres=str(place.error_m)
        ),
        history=words("page", "history"),
        held=Markup('<ol class="steps">{}</ol>').format(held)
        if held
        else Markup("<p>{}</p>").format(words("page", "never_held")),
        here=words("page", "happened_here"),
        events=event_list(story, here, words, t)
        if here
        else Markup("<p>{}</p>").format(words("page", "nothing_here")),
    )


def place_list(story: Story, words: Words) -> Markup:
    """Every place as a link to its history, in the order of its name."""
    rows = sorted((story.name(place), place) for place in story.places)
    return Markup('<ul class="place-list choose">{}</ul>').format(
        _join("<li>{}{}</a></li>", ((_to_place(story, place), name) for name, place in rows))
    )


def event_list(
    story: Story, events: Iterable[Event], words: Words, t: datetime | None = None
) -> Markup:
    """Events as links to their minute; those not yet past at `t` are paler."""
    rows = (
        (
            event.importance,
            " later" if t is not None and event.shown > t else "",
            _to_event(story, event),
            words.moment(event.shown),
            story.text(event).title,
            story.name(event.places[0]),
        )
        for event in events
    )
    return Markup('<ol class="events">{}</ol>').format(
        _join(
            '<li class="weight-{}{}">{}<time>{}</time> {}</a> <span>{}</span></li>',
            rows,
        )
    )


def prologue_articles(story: Story, words: Words) -> Markup:
    """The thirteen entries before the clock, as plain articles in order."""
    articles = []
    for event in story.chronicle.prologue:
        text = story.text(event)
        articles.append(
            Markup(
                '<article class="event"><p class="kicker">{day} · {kind} '
                '<span class="certainty {certainty}">{certain}</span></p><h2>{title}</h2>'
                "<p>{text}</p>{doubt}<p class='quiet'>{when} · {places}</p>"
                "<h3>{sources}</h3>{accounts}</article>"
            ).format(
                day=words.day(event.shown),
                kind=words("kind", event.kind),
                certainty=event.certainty,
                certain=words("certainty", event.certainty),
                title=text.title,
                text=text.text,
                doubt=_doubt(event, words),
                when=time_line(event, words),
                places=", ".join(story.name(p) for p in event.places),
                sources=words("page", "sources"),
                accounts=accounts(story, event, words),
            )
        )
    return Markup('<div class="prologue">{}</div>').format(Markup("").join(articles))


def source_list(story: Story) -> Markup:
    """The bibliography, in the order of its ids; addresses as text, for nothing leads out."""
    rows = (
        (
            source.cite(),
            source.note,
            Markup(" <code>{}</code>").format(source.URL) if source.URL else "",
        )
        for source in sorted(story.chronicle.sources.values(), key=lambda s: s.cite().lower())
    )
    return Markup('<ul class="sources">{}</ul>').format(
        _join('<li>{} <span class="quiet">{}</span>{}</li>', rows)
    )


def share(words: Words) -> Markup:
    """Buttons that copy a link to this minute, and the code that frames it; see link.js."""
    return Markup(
        '<div class="share" data-title="{title}" data-copied="{copied}" data-by-hand="{by_hand}">'
        '<button type="button" data-copy="link">{link}</button> '
        '<button type="button" data-copy="embed">{embed}</button> '
        '<span class="quiet" role="status"></span>'
        '<textarea hidden readonly rows="3" aria-label="{link}"></textarea></div>'
    ).format(
        title=words("page", "title"),
        copied=words("file", "copied"),
        by_hand=words("file", "copy_by_hand"),
        link=words("file", "copy_link"),
        embed=words("file", "copy_embed"),
    )


def languages(words: Words, query: Mapping[str, str]) -> Markup:
    """Links to the same view in every other language, each in its own words."""
    here = {key: said for key, said in query.items() if key != "lang"}
    rows = Markup("").join(
        Markup('<a href="?{query}" lang="{language}" hreflang="{language}" target="_self">{name}</a>').format(
            query=urlencode({**here, "lang": language}, safe=":,"),
            language=language,
            name=words_of(language)("kiosk", "name"),
        )
        for language in LANGUAGES
        if language != words.language
    )  # fmt: skip
    return Markup('<nav class="languages" aria-label="{}">{}</nav>').format(
        words("page", "language"), rows
    )


def in_language(markup: Markup, words: Words) -> Markup:
    """What is said in a language, on a page that is said to be in another."""
    return Markup('<div lang="{}">{}</div>').format(words.language, markup)


def quiet(sentence: str) -> Markup:
    """One quiet sentence."""
    return Markup('<p class="quiet notice" role="status">{}</p>').format(sentence)


def about(story: Story, words: Words) -> Markup:
    """What the project is and how it knows, one paragraph a line of its words."""
    counts = {
        "events": str(len(story.events)),
        "prologue": str(len(story.chronicle.prologue)),
        "places": str(len(story.places)),
        "sources": str(len(story.chronicle.sources)),
    }
    paragraphs = [(words("about", key, **counts),) for key in words.section("about")]
    return Markup('<div class="about">{}</div>').format(_join("<p>{}</p>", paragraphs))


def _doubt(event: Event, words: Words) -> Markup:
    """What is open about an event, in words: a touch screen shows no tooltip."""
    if event.certainty in ("certain", "likely"):
        return Markup("")
    note = words("certainty_note", event.certainty)
    return Markup('<p class="quiet doubt">{}</p>').format(note)


def _changes(lines: list[str], words: Words) -> Markup:
    if not lines:
        return Markup("")
    rows = _join("<li>{}</li>", ((line,) for line in lines[:8]))
    more = Markup("<li>… +{}</li>").format(len(lines) - 8) if len(lines) > 8 else Markup("")
    return Markup('<h3>{}</h3><ul class="changed">{}{}</ul>').format(
        words("page", "changed"), rows, more
    )


def _places(story: Story, places: Iterable[str], words: Words) -> Markup:
    return Markup(", ").join(
        Markup("{}{}</a>").format(_to_place(story, place), story.name(place)) for place in places
    )


def _under_way(story: Story, city: City, told: Event, words: Words) -> Markup:
    going = [event for event in city.under_way if event.id != told.id][-4:]
    if not going:
        return Markup("")
    rows = ((_to_event(story, event), story.text(event).title) for event in going)
    return Markup("<h3>{}</h3><ul class='under-way'>{}</ul>").format(
        words("page", "under_way"),
        _join("<li>{}{}</a></li>", rows),
    )


def _next(story: Story, city: City, words: Words) -> Markup:
    if city.next is None:
        return Markup("")
    return Markup('<p class="next">{} {}{}, {}</a></p>').format(
        words("page", "next_event"),
        _to_event(story, city.next),
        words.moment(city.next.shown),
        story.text(city.next).title,
    )


def _to_event(story: Story, event: Event, at: datetime | None = None) -> Markup:
    """The opening of a link to an event, at its own minute or another."""
    return Markup('<a href="?t={0}&amp;event={1}{2}" data-event="{1}">').format(
        write_t(at or event.shown), event.id, _in_its_language(story)
    )


def _to_place(story: Story, place: str) -> Markup:
    """The opening of a link to a place."""
    return Markup('<a href="?place={0}{1}" data-place="{0}">').format(
        place, _in_its_language(story)
    )


def _in_its_language(story: Story) -> Markup:
    """What a link adds, so that it opens cold in the language it stands in."""
    return Markup("") if story.language == "en" else Markup("&amp;lang={}").format(story.language)


def _claim(city: City, place: str, words: Words) -> str:
    claim = city.holdings[place].claim
    return f" – {words('change', 'claim', claim=words('holder', claim))}" if claim else ""


def _join(row: str, rows: Iterable[tuple[object, ...]]) -> Markup:
    return Markup("").join(Markup(row).format(*cells) for cells in rows)
