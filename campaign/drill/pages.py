"""The pages of the service as a visitor and as an organizer meets them, by following links."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug.test import Client

from campaign import db
from campaign.congress.models import Seat

STARTS = ("/", "/bills", "/districts", "/data", "/find", "/sheet", "/subscribe", "/feeds/changes.atom")
ORGANIZE = "/organize/"
READABLE = ("text/", "application/atom+xml", "application/feed+json", "application/json")
NOT_FOR_READING = re.compile(r"/static/|/assets/|\.(png|webp|webmanifest)|/organize|[?&;]as=|/openapi\.json")
# What an organizer reads of the campaign: no tables to take away, no forms, no filters.
FOR_ORGANIZERS = re.compile(
    r"(/es)?/organize/(january|lists|board|digest|system|words|bills/[a-z0-9-]+|members/[A-Z0-9]+)?"
    r"(\?bill=[a-z0-9-]+)?"
)
Progress = Callable[[int, str], None]


@dataclass(frozen=True)
class Page:
    """A page, or a mail under an address of its own, as it is on the day of the drill."""

    path: str
    status: int
    html: str

    @cached_property
    def text(self) -> str:
        """What a reader sees, without its markup."""
        shown = re.sub(r"<(script|style|head)\b.*?</\1>", " ", self.html, flags=re.S)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", shown)))

    @cached_property
    def links(self) -> list[str]:
        return [unescape(link) for link in re.findall(r'href="(/[^"#]*)"', self.html)]


def public(client: Client, engine: Engine, progress: Progress) -> Iterator[Page]:
    """The starting pages, every seat's page, and what they lead to (kits, scripts, letters), in both languages.

    A senator's scripts are the same for every seat of a state, and are taken from its first.
    """
    with db.reading(engine) as session:
        seats = list(session.scalars(select(Seat.id).where(Seat.chamber == "house").order_by(Seat.id)))
    starts = [*STARTS, *(f"/act/{seat}" for seat in seats)]
    yield from walk(client, _both(starts), lambda link: not NOT_FOR_READING.search(link), progress)


def organizers(client: Client, progress: Progress) -> Iterator[Page]:
    """The organizers' pages for a client who is signed in: the week, bills, lists, board, members, digest."""
    yield from walk(client, _both([ORGANIZE]), lambda link: bool(FOR_ORGANIZERS.fullmatch(link)), progress)


def _both(paths: Sequence[str]) -> list[str]:
    return [f"{prefix}{path}" for prefix in ("", "/es") for path in paths]


def walk(
    client: Client,
    starts: Sequence[str],
    follows: Callable[[str], bool],
    progress: Progress = lambda _steps, _label: None,
) -> Iterator[Page]:
    """The starting pages and what they lead to, each once and under the address it is found at in the end."""
    waiting = list(starts)
    seen = {_shown_by(path) for path in waiting}
    while waiting:
        path = waiting.pop()
        answer = client.get(path, follow_redirects=True)
        readable = answer.mimetype is not None and answer.mimetype.startswith(READABLE)
        page = Page(answer.request.full_path.rstrip("?"), answer.status_code, answer.text if readable else "")
        answer.close()
        yield page
        new = [link for link in page.links if follows(link) and _shown_by(link) not in seen]
        seen |= {_shown_by(link) for link in new}
        waiting += dict.fromkeys(new)
        progress(1, path)


def _shown_by(path: str) -> str:
    """A page by what it shows: a script of a member by the member, whatever seat it is reached from."""
    if found := re.search(r"^(/es)?/act/[A-Z0-9-]+(/\w+)?\?(.*member=.*)$", path):
        return f"{found[1]} {found[2]} {found[3]}"
    return path
