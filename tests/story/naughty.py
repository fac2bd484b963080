"""Strings that break pages, and a story in which every record says nothing else."""

from dataclasses import replace

NAUGHTY = {
    "a script": "<script>alert(1)</script>",
    "a picture that fails": "<img src=x onerror=alert(1)>",
    "an end of the quotes": "\"'><b onmouseover=alert(1)>x</b>",
    "a template": "{{ 7*7 }}{% raw %}{0}{title}{t}",
    "entities": "&lt;b&gt; &amp;amp; &#0;",
    "an end of everything": "</article></div></style></script>-->",
    "right to left": "\u202egnp.exe\u202c \u200b\ufeff",
    "signs of many scripts": "Зимний дворец, 冬宮, ق, e\u0301, 🕐",
}


def everything_says(story, text):
    """The story with `text` for every title, text, name, account, time as written and source."""
    chronicle = story.chronicle

    def says(event):
        when = event.when.model_copy(update={"as_written": text, "reason": text})
        accounts = tuple(
            account.model_copy(update={"says": text, "locator": text}) for account in event.accounts
        )
        return event.model_copy(update={"when": when, "accounts": accounts})

    return replace(
        story,
        chronicle=replace(
            chronicle,
            events=tuple(says(event) for event in chronicle.events),
            prologue=tuple(says(event) for event in chronicle.prologue),
            actors={
                key: actor.model_copy(update={"name": text, "note": text})
                for key, actor in chronicle.actors.items()
            },
            sources={
                key: source.model_copy(update={"title": text, "note": text, "URL": text})
                for key, source in chronicle.sources.items()
            },
            texts={
                "en": {
                    key: said.model_copy(update={"title": text, "text": text})
                    for key, said in chronicle.texts["en"].items()
                }
            },
        ),
        places={
            key: replace(
                place,
                names=dict.fromkeys(place.names, text),
                today=dict.fromkeys(place.today, f"now {text}"),
                located_by=text,
                address=text,
            )
            for key, place in story.places.items()
        },
    )
