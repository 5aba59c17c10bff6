"""A drill of the turn of the Congress: every page as it will be on a day to come, on a copy of the database.

Nothing of the original changes and nothing is sent. What the sources will say on that day is not known: the
drill shows what the service does with what it holds today.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select
from werkzeug.test import Client

from campaign import backup, db
from campaign.app import create_app
from campaign.congress import endings, members
from campaign.congress.bills import WASHINGTON, BillId, congress_on, congress_start, ordinal
from campaign.congress.models import Bill, CommitteeSeat, Seat
from campaign.districts import vintages
from campaign.mailing.models import Edition
from campaign.mailing.readers import new_districts
from campaign.proposals import campaigns, lineage
from campaign.proposals.models import Kinship
from campaign.refusals import Refused
from campaign.settings import Settings

STARTS = ("/", "/bills", "/districts", "/data", "/find", "/sheet", "/subscribe", "/feeds/changes.atom")
NUMBER = re.compile(r"\b(?:H\.R\.|S\.|H\.J\.Res\.|S\.J\.Res\.)[\s\N{NO-BREAK SPACE}]\d+")
CONGRESS = re.compile(
    r"\d+(?:st|nd|rd|th) Congress|\d+\.º Congreso|\(\d+(?:st|nd|rd|th|\.º)\)|[Ll]ast Congress|Congreso pasado"
)
# A dead number needs its Congress within so many characters.
NEAR = 60
READABLE = ("text/", "application/atom+xml", "application/json")
# The state of members and maps says nothing of days further off.
FURTHEST = timedelta(days=3660)
NOT_FOR_READING = re.compile(r"/static/|/organize|[?&;]as=|/openapi\.json")


@dataclass(frozen=True)
class Drill:
    """What a day to come will lack (``missing``) and say wrongly (``wrong``), over so many pages."""

    day: date
    congress: int
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    pages: int


@dataclass(frozen=True)
class Page:
    path: str
    status: int
    html: str

    @property
    def text(self) -> str:
        """What a reader sees, without its markup."""
        shown = re.sub(r"<(script|style|head)\b.*?</\1>", " ", self.html, flags=re.S)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", shown)))

    @property
    def links(self) -> list[str]:
        return [unescape(link) for link in re.findall(r'href="(/[^"#]*)"', self.html)]


def moment_of(day: date) -> datetime:
    """Four in the afternoon in Washington: a Congress that begins on that day sits."""
    return datetime.combine(day, time(16), WASHINGTON).astimezone(UTC)


def run(
    engine: Engine, settings: Settings, day: date, *, out: Path | None = None,
    progress: Callable[[int, str], None] = lambda _steps, _label: None,
) -> Drill:  # fmt: skip
    """Walk every public page of that day; with ``out`` the pages and a report are written to that folder.

    Raises Refused for a day before the list of members or more than ten years after it, for a folder that
    cannot be made, and where the database cannot be copied.
    """
    _refuse_other_days(engine, day)
    if out is not None:
        _make(out / "pages")
    moment = moment_of(day)
    with tempfile.TemporaryDirectory() as folder:
        backup.backup(engine, Path(folder) / "drill.db")
        copied = db.open_engine(f"sqlite:///{Path(folder) / 'drill.db'}")
        try:
            with db.clock_at(moment):
                _close(copied, moment)
                pages = list(_walk(Client(create_app(settings, engine=copied)), copied, progress))
            with db.reading(copied) as session:
                found = judged(session, pages, day)
        finally:
            copied.dispose()
    if out is not None:
        _write(out, found, pages)
    return found


def _refuse_other_days(engine: Engine, day: date) -> None:
    with db.reading(engine) as session:
        state = members.data_state(session, "members")
    known = state.as_of if state else None
    if known is not None and not known <= day <= known + FURTHEST:
        raise Refused(
            f"A drill looks at a day after the list of members, which is of {known}, ten years ahead at most.",
            f"Un ensayo mira un día posterior a la lista de miembros, que es del {known}, y a lo más diez años "
            "después.",
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{folder}: {error.strerror}", f"{folder}: no se puede crear la carpeta") from None


def _close(engine: Engine, moment: datetime) -> None:
    with db.writing(engine) as session:
        endings.close(session, endings.unclosed(session, now=moment), now=moment)


# --- walking ---------------------------------------------------------------------------------------


def _walk(client: Client, engine: Engine, progress: Callable[[int, str], None]) -> Iterator[Page]:
    """The starting pages, every seat's page, and what they lead to, each once in both languages.

    A senator's scripts are the same for every seat of a state, and are taken from its first.
    """
    with db.reading(engine) as session:
        seats = list(session.scalars(select(Seat.id).where(Seat.chamber == "house").order_by(Seat.id)))
    waiting = [
        f"{prefix}{path}" for prefix in ("", "/es") for path in (*STARTS, *(f"/act/{seat}" for seat in seats))
    ]
    seen = {_shown_by(path) for path in waiting}
    while waiting:
        path = waiting.pop()
        answer = client.get(path)
        readable = answer.mimetype is not None and answer.mimetype.startswith(READABLE)
        page = Page(path, answer.status_code, answer.text if readable else "")
        answer.close()
        yield page
        new = [link for link in page.links if not NOT_FOR_READING.search(link) and _shown_by(link) not in seen]
        seen |= {_shown_by(link) for link in new}
        waiting += dict.fromkeys(new)
        progress(1, path)


def _shown_by(path: str) -> str:
    """A page by what it shows: a script of a member by the member, whatever seat it is reached from."""
    if found := re.search(r"^(/es)?/act/[A-Z0-9-]+(/\w+)?\?(.*member=.*)$", path):
        return f"{found[1]} {found[2]} {found[3]}"
    return path


# --- judging ---------------------------------------------------------------------------------------


def judged(session: Session, pages: list[Page], day: date) -> Drill:
    """What is missing and wrong in pages as they are on a day."""
    moment = moment_of(day)
    missing, wrong = tuple(_missing(session, moment)), tuple(faults(session, pages, moment))
    return Drill(day, congress_on(moment), missing, wrong, len(pages))


def faults(session: Session, pages: list[Page], moment: datetime) -> Iterator[str]:
    """What is wrong in pages as they are at a moment: failures, dead numbers, people who do not sit."""
    yield from _failed(pages)
    yield from _bare_numbers(session, pages, moment)
    yield from _not_sitting(session, pages, moment)


def _failed(pages: list[Page]) -> Iterator[str]:
    for page in pages:
        if page.status >= 400:
            yield f"{page.path}: answers {page.status}"


def _bare_numbers(session: Session, pages: list[Page], moment: datetime) -> Iterator[str]:
    """Dead numbers without their Congress; the page of a bill names its own above all else."""
    bills = [BillId.of(id) for id in session.scalars(select(Kinship.bill))]
    dead = {bill.short for bill in bills if bill.congress < congress_on(moment)}
    for page in pages:
        own = re.search(r"/bills/([a-z]+\d+-\d+)", page.path)
        for number in sorted(bare(page.text, dead - ({BillId.of(own[1]).short} if own else set()))):
            yield f"{page.path}: {number} without its Congress"


def bare(text: str, dead: set[str]) -> set[str]:
    """The dead numbers of a text that stand without a Congress near them."""
    return {
        number
        for match in NUMBER.finditer(text)
        if (number := match[0].replace("\N{NO-BREAK SPACE}", " ")) in dead
        and not CONGRESS.search(text[max(0, match.start() - NEAR) : match.end() + NEAR])
    }


def _not_sitting(session: Session, pages: list[Page], moment: datetime) -> Iterator[str]:
    sitting = members.people(session, now=moment).keys()
    for page in pages:
        asked = {found[1] for link in page.links if (found := re.search(r"member=([A-Z]\d{6})", link))}
        for bioguide in sorted(asked - sitting):
            yield f"{page.path}: leads to {bioguide}, who does not sit"


def _missing(session: Session, moment: datetime) -> Iterator[str]:
    """What the sources or a person still have to bring before that day."""
    congress = congress_on(moment)
    name = f"{ordinal(congress)} Congress"
    if not members.is_current(session, now=moment):
        yield f"the members of the {name}: who sits is not listed yet"
    maps = vintages.missing_maps(session, now=moment)
    for label, states in (("ZIP codes", maps.zips), ("boundaries", maps.boundaries)):
        if states:
            yield f"new districts ({label}): {', '.join(states)}; run {maps.command}"
    if readers := new_districts.asking(session, now=moment).to_ask:
        yield f"the new districts of {readers} readers: each is asked once, as soon as the ZIP codes are there"
    if session.exec(select(CommitteeSeat).where(CommitteeSeat.congress == congress)).first() is None:
        yield f"the committees of the {name}: nobody is named yet"
    for proposal in campaigns.campaign_proposals(session):
        if not any(bill.congress == congress for bill, _ in lineage.bills_of(session, proposal.slug)):
            yield f"{proposal.name_en}: no bill of the {name} is confirmed"
    open_states = col(Edition.state).in_(("draft", "sending", "paused"))
    start = congress_start(congress).astimezone(UTC)
    for edition in session.exec(select(Edition).where(open_states, col(Edition.built_at) < start)):
        yield f"edition {edition.period} is {edition.state}; what has not left by then is stopped"
    unread = select(Bill).where(Bill.stage == "", col(Bill.id).in_(select(Kinship.bill)))
    for bill in session.exec(unread):
        yield f"{BillId.of(bill.id).named} was never read: its last count will not be known"


# --- the report ------------------------------------------------------------------------------------


def _write(out: Path, found: Drill, pages: list[Page]) -> None:
    """``report.txt``, and the pages as they will be in ``pages/``."""
    folder = out / "pages"
    for page in pages:
        name = re.sub(r"[^A-Za-z0-9-]+", "_", page.path).strip("_") or "home"
        (folder / f"{name[:150]}.html").write_text(page.html)
    (out / "report.txt").write_text(report(found))


def report(found: Drill) -> str:
    """The drill as an organizer reads it, in Markdown."""
    name = f"{ordinal(found.congress)} Congress"
    return "\n".join(
        [
            f"# {found.day:%B %-d, %Y}, {name}",
            "",
            f"{found.pages} pages were read as they will be on that day, with what this service holds now.",
            "",
            "## Still missing",
            "",
            *([f"- {item}" for item in found.missing] or ["Nothing."]),
            "",
            "## Wrong on a page",
            "",
            *([f"- {item}" for item in found.wrong] or ["Nothing."]),
            "",
        ]
    )
