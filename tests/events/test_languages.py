"""The chronicle in other languages: the same facts, all of the words, and faults that are told."""

import re
import shutil
from dataclasses import replace

import pytest

from events.languages import full_hours_in, hours_in, mistranslations, said_in
from events.load import read_chronicle
from events.model import AccountWords, ActorWords, SourceWords, Text
from story.telling import ROOT, read_story

STORY = read_story()
CHRONICLE = STORY.chronicle
EVERYTHING = CHRONICLE.prologue + CHRONICLE.events
LANGUAGES = sorted(set(CHRONICLE.texts) - {"en"})


def test_the_languages_of_the_design_are_there():
    assert LANGUAGES == ["fr", "ru"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_everything_that_english_says(language):
    texts = CHRONICLE.texts[language]
    for event in EVERYTHING:
        text = texts[event.id]
        assert text.as_written, event.id
        assert bool(text.reason) == bool(event.when.reason), event.id
        assert list(text.accounts) == list(event.told_by), event.id
    assert CHRONICLE.actor_words[language].keys() == CHRONICLE.actors.keys()
    assert CHRONICLE.source_words[language].keys() == CHRONICLE.sources.keys()
    for id_, source in CHRONICLE.sources.items():
        assert bool(CHRONICLE.source_words[language][id_].note) == bool(source.note), id_
    for place in STORY.places.values():
        assert {language} <= place.names.keys() & place.today.keys() & place.located_in_words.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_left_in_english(language):
    english = {
        said
        for event in EVERYTHING
        for said in (
            CHRONICLE.texts["en"][event.id].title,
            CHRONICLE.texts["en"][event.id].text,
            event.when.reason,
            *(account.says for account in event.accounts),
        )
    }
    told = said_in(CHRONICLE, language)
    for event in told.prologue + told.events:
        text = CHRONICLE.texts[language][event.id]
        for said in (text.title, text.text, event.when.reason, *(a.says for a in event.accounts)):
            assert not said or said not in english, event.id
            english_words = re.findall(r"\b(the|of|and|with|was|were|from|that)\b", said)
            assert len(english_words) < 2, (event.id, said)


def test_russian_is_written_in_cyrillic():
    for id_, text in CHRONICLE.texts["ru"].items():
        for said in (text.title, text.text, text.reason, *(a.says for a in text.accounts.values())):
            letters = re.findall(r"[^\W\d_]", said)
            cyrillic = [letter for letter in letters if "Ѐ" <= letter <= "ӿ"]
            assert len(cyrillic) >= 0.8 * len(letters), (id_, said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_change_and_facts_do_not(language):
    told = said_in(CHRONICLE, language)

    for before, after in zip(EVERYTHING, told.prologue + told.events, strict=True):
        words = {"as_written", "reason"}
        assert before.model_dump(exclude={"when", "accounts"}) == after.model_dump(
            exclude={"when", "accounts"}
        )
        assert before.when.model_dump(exclude=words) == after.when.model_dump(exclude=words)
        for mine, theirs in zip(before.accounts, after.accounts, strict=True):
            said = {"says", "locator"}
            assert mine.model_dump(exclude=said) == theirs.model_dump(exclude=said)
            assert mine.says != theirs.says
    for id_, actor in CHRONICLE.actors.items():
        assert told.actors[id_].model_dump(exclude={"name"}) == actor.model_dump(exclude={"name"})


def test_a_language_without_words_tells_everything_in_english():
    assert said_in(CHRONICLE, "xx") == CHRONICLE


def test_two_accounts_of_one_source_have_names_of_their_own():
    event = next(e for e in EVERYTHING if len({a.source for a in e.accounts}) < len(e.accounts))

    assert len(event.told_by) == len(event.accounts)
    assert list(event.told_by.values()) == list(event.accounts)
    assert any(key.endswith("-2") for key in event.told_by)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("at 21:40", {"21:40"}),
        ("At 9:05 and at 09:05.", {"09:05"}),
        ("à 21 h 40", {"21:40"}),
        ("à 21\u00a0h\u00a040, puis 2\u202fh\u202f05", {"21:40", "02:05"}),
        ("10.40 p.m.", {"22:40"}),
        ("10:40 p.m. and 12.05 a.m.", {"22:40", "00:05"}),
        ("App. 10:40b, vol. 2, p. 51; 1917-10-25", {"10:40"}),
        ("à 21 h", set()),
        ("1:20,000", set()),
        ("about ten", set()),
    ],
)
def test_hours_are_read_as_on_a_clock(text, hours):
    assert hours_in(text) == hours


def test_a_full_hour_in_french_may_stand_for_words():
    assert full_hours_in("à 21\u00a0h, vers 2 h") == {"21:00", "02:00"}
    assert full_hours_in("à 21 h 40") == set()


EVENT = next(event for event in EVERYTHING if event.when.reason and event.accounts)
SOURCE = EVENT.accounts[0].source


def with_text(**said):
    """The chronicle with one text of an event in a language of its own."""
    text = Text.model_validate({"title": "Otsikko", "text": "Teksti"} | said)
    return replace(
        CHRONICLE,
        texts={"en": CHRONICLE.texts["en"], "fi": {EVENT.id: text}},
        text_files={("fi", EVENT.id): "text/fi/day.toml"},
        actor_words={},
        source_words={},
    )


def faults(chronicle):
    return [each for each in mistranslations(chronicle) if "which is not here" not in each]


def test_an_account_that_the_event_does_not_have_is_named_with_those_it_has():
    told = with_text(accounts={f"{SOURCE}-9": {"locator": "s. 1", "says": "Ei."}})

    assert faults(told) == [
        f"text/fi/day.toml, {EVENT.id}: accounts.{SOURCE}-9: the event has no such account; "
        f"did you mean '{SOURCE}'?"
    ]
    told = with_text(accounts={"qqq": {"locator": "s. 1", "says": "Ei."}})
    assert faults(told)[0].endswith(f"its accounts are {', '.join(EVENT.told_by)}")


def test_an_hour_that_english_does_not_have_is_told():
    assert faults(with_text(text="Klo 03:33.")) == [
        f"text/fi/day.toml, {EVENT.id}: text: has 03:33, which English has not; let both say the same"
    ]


def test_an_hour_that_a_translation_drops_is_told():
    event = next(e for e in EVERYTHING if hours_in(CHRONICLE.texts["en"][e.id].text))
    hour = min(hours_in(CHRONICLE.texts["en"][event.id].text))
    text = CHRONICLE.texts["ru"][event.id]
    wrong = text.model_copy(update={"text": text.text.replace(hour, "позже")})
    told = replace(CHRONICLE, texts={**CHRONICLE.texts, "ru": {event.id: wrong}})

    assert any(f"{event.id}: text: English has {hour}" in each for each in mistranslations(told))


def test_a_reason_for_what_has_none_is_told():
    event = next(event for event in EVERYTHING if not event.when.reason)
    text = CHRONICLE.texts["ru"][event.id].model_copy(update={"reason": "Потому."})
    told = replace(CHRONICLE, texts={**CHRONICLE.texts, "ru": {event.id: text}})

    assert any("reason: the event gives none" in each for each in mistranslations(told))


def test_words_for_an_actor_or_a_source_that_is_not_there_are_told():
    told = replace(
        CHRONICLE,
        actor_words={"fi": {"lenni": ActorWords(name="Lenin")}},
        source_words={"fi": {"reeed": SourceWords(cite="Reed")}},
    )

    said = list(mistranslations(told))
    assert "text/fi/actors.toml, lenni: is not in actors.toml; did you mean 'lenin'?" in said
    assert "text/fi/sources.toml, reeed: is not in sources.json; did you mean 'reed'?" in said


def test_the_shipped_chronicle_has_no_mistranslation():
    assert list(mistranslations(CHRONICLE)) == []


def test_an_account_is_told_in_the_words_of_the_language():
    words = AccountWords(locator="s. 1", says="Ei.")
    told = said_in(with_text(accounts={SOURCE: words.model_dump()}), "fi")
    after = next(event for event in told.prologue + told.events if event.id == EVENT.id)

    assert (after.accounts[0].locator, after.accounts[0].says) == ("s. 1", "Ei.")
    assert after.accounts[1:] == EVENT.accounts[1:]
    assert after.when.reason == EVENT.when.reason


def test_a_source_whose_id_looks_like_a_second_account_loses_none():
    account = EVENT.accounts[0]
    accounts = (
        account,
        account.model_copy(update={"source": f"{account.source}-2"}),
        account.model_copy(update={"says": "Again."}),
    )
    event = EVENT.model_copy(update={"accounts": accounts})

    assert list(event.told_by.values()) == list(accounts)


def test_a_note_that_a_language_lacks_is_told_in_english():
    id_ = next(id_ for id_, source in CHRONICLE.sources.items() if source.note)
    told = replace(CHRONICLE, source_words={"fi": {id_: SourceWords(cite="Lähde")}})

    source = said_in(told, "fi").sources[id_]
    assert (source.cite(), source.note) == ("Lähde", CHRONICLE.sources[id_].note)


def test_what_english_says_in_the_event_is_not_said_again_in_its_text():
    text = CHRONICLE.texts["en"][EVENT.id].model_copy(update={"reason": "Because."})
    told = replace(CHRONICLE, texts={"en": {EVENT.id: text}})

    (fault,) = mistranslations(told)
    assert fault.endswith("reason: stands in the event itself, in events/data; change it there")


@pytest.mark.parametrize(("language", "name"), [("fr", "actor.toml"), ("en", "actors.toml")])
def test_a_file_of_words_that_nobody_reads_is_told(tmp_path, language, name):
    folder = tmp_path / "events"
    shutil.copytree(ROOT / "events" / "text", folder / "text")
    shutil.copytree(ROOT / "events" / "data", folder / "data")
    (folder / "text" / language / name).write_text("# words\n")
    faults = []

    read_chronicle(folder, faults)

    assert [fault.split(":")[0] for fault in faults] == [f"text/{language}/{name}"]


def test_a_story_that_is_told_in_another_language_is_not_translated_again():
    french = STORY.said_in("fr")

    assert french.said_in("fr") is french
    with pytest.raises(ValueError, match="told in fr already"):
        french.said_in("en")
