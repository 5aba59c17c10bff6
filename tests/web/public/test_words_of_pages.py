"""The words of the public pages, in both languages: easy to read, without the words the style sheet rules out,
and in Spanish without English left over."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from readability import grade, inflesz, longest_sentence, words
from sqlalchemy.engine import Engine

import campaign
from campaign.app import create_app
from campaign.settings import Settings, shipped

PACKAGE = Path(campaign.__file__).parent
CATALOG = PACKAGE / "translations" / "es" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
CALL = "member=C001098"
PATHS = (
    "/",
    "/find",
    "/find?zip=78205",
    "/find?zip=78299",
    "/find?zip=99998",
    "/find?zip=1",
    "/find?state=TX&district=77",
    "/act/TX-20",
    "/act/DC-0",
    "/act/PR-0",
    "/act/FL-20",
    f"/act/TX-20?{CALL}",
    f"/act/TX-20?{CALL}&kind=voicemail",
    f"/act/TX-20?{CALL}&bill=s3508-119&kind=tally",
    f"/act/TX-20/offices?{CALL}",
    f"/act/TX-20/called?{CALL}",
    f"/act/TX-20/letter?{CALL}&v=1",
    "/act/TX-20/kit",
    "/act/TX-20/thanks",
    "/act/TX-99",
    "/act/TX-20?member=J000305",
    "/sheet",
    "/bills",
    "/bills?q=nothing at all",
    "/bills/hr6736-119",
    "/bills/s3508-119",
    "/bills/hr923-119",
    "/bills/hr6618-118",
    "/bills/hr6736-119?on=2026-01-10",
    "/bills/hr6736-119?on=2025-01-10",
    "/proposals/armas-act",
    "/districts",
    "/data",
    "/privacy",
    "/subscribe",
    "/preferences",
    "/confirm/forged",
    "/unsubscribe/forged",
    "/preferences/forged",
    "/nothing",
)
# Pages that rest on what is computed once for all visitors.
COMPUTED = (
    "/", "/act/TX-20", f"/act/TX-20?{CALL}", f"/act/TX-20/offices?{CALL}", "/act/TX-20/kit",
    "/bills/hr6736-119", "/proposals/armas-act", "/scorecard", "/find?zip=78205", "/sheet",
)  # fmt: skip
# Words that Spanish does not have and no English sentence does without.
ENGLISH = re.compile(
    r"\b(?:the|and|of|with|your|for|this|that|from|is|are|was|were|will|not|who|which|by|have|has|office|hours|"
    r"weekdays?|appointment|only|introduced|report|reported|call|committee|subcommittee|referred)\b",
    re.IGNORECASE,
)
# Names keep their language.
NAMES = re.compile(r"Schools for Chiapas|Stop Arming Cartels Act|CC BY|Office Building|straw purchase")
RULED_OUT = {
    "en": re.compile(
        r"\b(?:whoever|whom|somebody|nobody|everybody|e-mail|mailbox|at hand|(?:keep|kept) of you|not yet;|"
        r"has nobody|just now|by its own clock|take it back|the square|living bill|is of the past|"
        r"no longer holds|"
        r"stands on|be glad of|under oath|my neighbors|I can, and|voters?|taxpayers?|as a citizen|"
        r"mails?(?! (?:servers?|systems?)\b)|"
        r"press(?:es|ed)?(?! release))\b|Thank you for your service",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\b(?:puls[ae]r?|buzón(?! de voz)|ech[ao] en falta|han de|posición sobre|transmit\w+|mi gratitud|"
        r"armerías?|interpósita|tribunal supremo|afloje|ganar (?:a otros|cada nombre)|vosotros|"
        r"ordenador|saltar|"
        r"constituyentes?|votante|ciudadan[oa] que)\b|\d %|\d\.\d{3}\b|"
        r"(?-i:Estimad[oa] (?:Senador|Representante|Delegad|Comisionad))",
        re.IGNORECASE,
    ),
}
# In mail and on pages about mail a letter is one on paper; elsewhere it is a letter to Congress.
OF_MAIL = ("/subscribe", "/preferences", "/confirm/forged", "/unsubscribe/forged", "/preferences/forged")
ISO_DAY = re.compile(r"\b20\d\d-\d\d-\d\d\b")
SPOKEN_ATTRIBUTES = ("alt", "aria-label", "content", "data-done", "placeholder", "title")
# Elements without an end, and those whose text nobody reads.
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
SILENT = {"script", "style"}


class Spoken(HTMLParser):
    """The texts of a page, each with the language it is marked with."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        lang = given.get("lang") or (self._open[-1][1] if self._open else "")
        if "hreflang" not in given and given.get("name") != "viewport":
            self.texts += [(lang, given[name]) for name in SPOKEN_ATTRIBUTES if given.get(name)]
        if tag not in VOID:
            self._open.append((tag, lang))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open and self._open[-1][0] not in SILENT:
            self.texts.append((self._open[-1][1], " ".join(data.split())))

    def of(self, lang: str) -> list[str]:
        return [text for marked, text in self.texts if marked == lang]


@pytest.mark.parametrize("path", PATHS)
def test_a_spanish_page_has_no_english_that_is_not_marked(client: FlaskClient, path: str) -> None:
    said = Spoken(client.get(f"/es{path}").text).of("es")
    assert said
    assert [text for text in said if ENGLISH.search(NAMES.sub("", text))] == []


@pytest.mark.parametrize("path", COMPUTED)
def test_a_page_says_the_same_whoever_asked_first(snapshot_engine: Engine, clock: None, path: str) -> None:
    """What is computed once for all visitors holds no words of the first one's language."""
    settings, said = Settings(secret_key="x" * 40, geocoder_url=""), []
    for order in (("", "/es"), ("/es", "")):
        client = create_app(settings, engine=snapshot_engine).test_client()
        said.append({lang: Spoken(client.get(f"{lang}{path}").text).texts for lang in order})
    assert said[0] == said[1]


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("path", PATHS)
def test_pages_say_no_word_that_is_ruled_out(client: FlaskClient, path: str, lang: str) -> None:
    page = client.get(path if lang == "en" else f"/es{path}").text
    text = "\n".join(Spoken(page).of(lang))
    assert RULED_OUT[lang].findall(text) == []
    assert ISO_DAY.findall(text) == []
    if path in OF_MAIL:
        assert re.findall(r"\bletters?\b|\bcartas?\b", text, re.IGNORECASE) == []


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    """The catalog's messages of public pages."""
    python = [*extract_from_dir(PACKAGE / "web" / "public", [("**.py", "python")], keywords=KEYWORDS)]
    python += extract_from_dir(PACKAGE / "web" / "core", [("**.py", "python")], keywords=KEYWORDS)
    pages = extract_from_dir(shipped("templates") / "public", [("**.html", "jinja2")], keywords=KEYWORDS)
    public = {found[2] for found in (*python, *pages)}
    with CATALOG.open("rb") as file:
        return [message for message in read_po(file, locale="es") if message.id in public]


def both(messages: list[Message]) -> Iterator[tuple[str, str]]:
    """English and Spanish, each plural form for itself, with a name in the place of every field."""
    for message in messages:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        yield from zip(map(filled, ids), map(filled, strings), strict=True)


def filled(text: str) -> str:
    return re.sub(r"%\(\w+\)[sd]", "Texas", text).replace("%%", "%")


def test_sentences_are_easy_to_read(messages: list[Message]) -> None:
    for en, es in both(messages):
        if len(words(en)) >= 12:
            assert (grade(en) <= 8, longest_sentence(en) <= 25) == (True, True), en
        if len(words(es)) >= 12:
            assert (inflesz(es) >= 55, longest_sentence(es) <= 28) == (True, True), es


def test_all_sentences_together_are_easier(messages: list[Message]) -> None:
    english, spanish = zip(*both(messages), strict=True)
    assert grade("\n".join(english)) <= 6
    assert inflesz("\n".join(spanish)) >= 70


def test_no_sentence_has_a_word_that_is_ruled_out() -> None:
    with CATALOG.open("rb") as file:
        every = [message for message in read_po(file, locale="es") if message.id]
    for en, es in both(every):
        assert RULED_OUT["en"].search(en) is None, en
        assert RULED_OUT["es"].search(es) is None, es


@pytest.mark.parametrize("kind", ["already", "confirm", "export", "manage", "notice", "place"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_mails_say_no_word_that_is_ruled_out(kind: str, lang: str) -> None:
    text = (shipped("templates") / "email" / "letters" / f"{kind}.{lang}.txt").read_text(encoding="utf-8")
    assert RULED_OUT[lang].search(text) is None
    assert re.search(r"\bletters?\b|\bcartas?\b", text, re.IGNORECASE) is None


def test_both_languages_tell_the_same_numbers(messages: list[Message]) -> None:
    for en, es in both(messages):
        assert sorted(re.findall(r"\d+", en)) == sorted(re.findall(r"\d+", es)), en
