"""Names say the terms of the field, and files and lines stay short enough to read.

The table is the list of words that this code once had for itself, with what the field says instead.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import jinja2
from jinja2 import nodes
from parsed import ROOT, nodes_of

LONGEST_FILE = 480
JINJA = jinja2.Environment(autoescape=True)


class Word(NamedTuple):
    """``words`` stand in no name of these folders and files; ``whole``: only as all of a name."""

    words: str
    instead: str
    places: tuple[str, ...] = ("campaign", "jobs", "templates")
    whole: bool = False


PAGES = ("campaign/web", "templates")
STATES = ("campaign/proposals", "campaign/web/core", "campaign/web/campaign_state.py")
MAIL = ("campaign/mailing", "jobs/deliver_mail.py")
WORDS = [
    Word("shelf shelves", "page cache, cached response"),
    Word("kept ready front", "page cache, cached response", ("campaign/web/core",)),
    Word("reckon reckoned reckoning reckonings", "computed, cached"),
    Word("stamp stamps", "version", ("campaign/organizing", "campaign/web")),
    Word("turn turns company", "group commit, batch; sentence variants"),
    Word("held", "waiting", MAIL),
    Word("pipe pipes", "relay limits, token bucket"),
    Word("trace traces", "request log", PAGES),
    Word("reads", "database session", PAGES),
    Word(
        "standing",
        "campaign state",
        ("campaign/proposals", "campaign/web/core", "campaign/web/campaign_state.py"),
    ),
    Word("reputation", "DNS checks"),
    Word("morning mornings", "send time", MAIL),
    Word("linkmail", "sign-in mail"),
    Word("letter letters", "single mail, transactional mail", MAIL),
    Word("bridge bridges", "connecting sentence"),
    Word("drawn", "chosen", ("campaign/outreach",)),
    Word("desk desks", "organizer pages, command line"),
    Word("door doors", "HTTP client"),
    Word("lead", "circuit breaker", ("campaign/fetch.py", "campaign/circuit.py")),
    Word("one ones them it what", "the thing itself: member, bill, row", whole=True),
]
# Names that mean something else: a bill at the president's desk, a query parameter that stays, the view of
# /readyz.
MEANT = {"at_desk", "kept_query", "ready"}
# What the language and the libraries name.
FOREIGN = {"_", "self", "cls"}


@cache
def parts(name: str) -> set[str]:
    """The words of a name: ``sender_of_letters``, ``PageCache``, ``MOST_READY``."""
    return {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def python_names(path: Path) -> Iterator[str]:
    yield from path.relative_to(ROOT).with_suffix("").parts
    for node in nodes_of(path):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case (
                ast.arg(arg=name)
                | ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
            ):
                yield name
            case ast.alias(asname=str(name)):
                yield name


def template_names(path: Path) -> Iterator[str]:
    yield from path.relative_to(ROOT).with_suffix("").parts
    tree = JINJA.parse(path.read_text())
    for node in tree.find_all((nodes.Name, nodes.Macro, nodes.Block)):
        yield node.name


def files(*suffixes: str, tops: tuple[str, ...] = ("campaign", "jobs", "templates")) -> list[Path]:
    found = [path for top in tops for path in ROOT.glob(f"{top}/**/*") if path.suffix in suffixes]
    return sorted(path for path in found if "versions" not in path.parts)


def is_in(path: Path, place: str) -> bool:
    return f"{path.relative_to(ROOT)}/".startswith(f"{place}/")


def test_names_say_the_fields_terms() -> None:
    wrong = set()
    for path in files(".py", ".html", ".atom"):
        names = set(python_names(path) if path.suffix == ".py" else template_names(path)) - MEANT - FOREIGN
        for word in WORDS:
            banned = set(word.words.split())
            if any(is_in(path, place) for place in word.places):
                found = {name for name in names if ({name} if word.whole else parts(name)) & banned}
                wrong |= {f"{path.relative_to(ROOT)}: {name} (say: {word.instead})" for name in found}
    assert not wrong, "\n".join(sorted(wrong))


def test_no_file_is_longer_than_a_newcomer_reads() -> None:
    tops = ("campaign", "jobs", "templates")
    counted = ((path, len(path.read_text().splitlines())) for path in files(".py", ".html", tops=tops))
    wrong = [f"{path.relative_to(ROOT)}: {lines} lines" for path, lines in counted if lines > LONGEST_FILE]
    assert not wrong, "\n".join(wrong)


def test_a_name_is_taken_apart_into_words() -> None:
    assert parts("sender_of_letters") == {"sender", "of", "letters"}
    assert parts("PageCache") == {"page", "cache"}
    assert parts("_MOST_READY2") == {"most", "ready"}
