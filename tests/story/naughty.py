"""Strings that break pages, and a story in which every record says nothing else."""

from dataclasses import replace

from events.model import AccountWords, ActorWords, SourceWords

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

    def spoil(said):
        accounts = {key: AccountWords(locator=text, says=text) for key in said.accounts}
        other = {"as_written": text, "reason": text} if said.as_written else {}
        return said.model_copy(update={"title": text, "text": text, "accounts": accounts, **other})

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
                language: {key: spoil(said) for key, said in texts.items()}
                for language, texts in chronicle.texts.items()
            },
            actor_words={
                language: {key: ActorWords(name=text) for key in table}
                for language, table in chronicle.actor_words.items()
            },
            source_words={
                language: {key: SourceWords(cite=text, note=text) for key in table}
                for language, table in chronicle.source_words.items()
            },
        ),
        places={
            key: replace(
                place,
                names=dict.fromkeys(place.names, text),
                today=dict.fromkeys(place.today, f"now {text}"),
                located_by=text,
                located_in_words=dict.fromkeys(place.located_in_words, text),
                address=text,
            )
            for key, place in story.places.items()
        },
    )
