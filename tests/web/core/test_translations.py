"""Both languages are complete: every sentence in code and templates has its Spanish, and the compiled
catalog is the one that was written."""

import re
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import campaign
from campaign.settings import shipped

PACKAGE = Path(campaign.__file__).parent
CATALOG = PACKAGE / "translations" / "es" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)s")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    with CATALOG.open("rb") as file:
        return read_po(file, locale="es")


def extracted() -> set[str | tuple[str, ...]]:
    python = extract_from_dir(PACKAGE / "web", [("**.py", "python")], keywords=KEYWORDS)
    pages = extract_from_dir(
        shipped("templates"), [("**.html", "jinja2"), ("**.atom", "jinja2")], keywords=KEYWORDS
    )
    return {found[2] for found in (*python, *pages)}


def test_every_sentence_has_its_spanish(catalog: Catalog) -> None:
    known = {message.id for message in catalog if message.id}
    assert {one for one in extracted() if one not in known} == set()


def test_no_sentence_is_kept_that_nothing_says(catalog: Catalog) -> None:
    assert {message.id for message in catalog if message.id} - extracted() == set()


def test_nothing_is_left_untranslated_or_unsure(catalog: Catalog) -> None:
    for message in catalog:
        if message.id:
            parts = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(parts), message.id
            assert not message.fuzzy, message.id


def test_placeholders_survive_translation(catalog: Catalog) -> None:
    for message in catalog:
        if message.id:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            wanted = {name for one in ids for name in PLACEHOLDER.findall(one)}
            for string in strings:
                assert set(PLACEHOLDER.findall(string)) == wanted, message.id


def test_the_compiled_catalog_is_the_written_one(catalog: Catalog) -> None:
    with CATALOG.with_suffix(".mo").open("rb") as file:
        assert told(read_mo(file)) == told(catalog)


def told(catalog: Catalog) -> set[tuple[str, str]]:
    return {(str(tuple(message.id)), str(tuple(message.string))) for message in catalog if message.id}


def test_readers_are_addressed_as_usted(catalog: Catalog) -> None:
    familiar = re.compile(r"\b(tú|tus?|te|puedes|tienes|quieres|haz) ", re.IGNORECASE)
    for message in catalog:
        if message.id:
            assert not familiar.search(f"{message.string} "), message.string


def test_two_senses_of_an_english_word_are_two_spanish_ones(catalog: Catalog) -> None:
    """A message with a context has one without it, and they differ: to call is not a call."""
    senses = [message for message in catalog if message.id and message.context]
    same = [
        message.id
        for message in senses
        if (plain := catalog.get(message.id)) and plain.string == message.string
    ]
    assert len(senses) > 2
    assert same == []
