"""A drill of the turn of the Congress: every page as it will be on a day to come, on a copy of the database.

Nothing of the original changes and nothing is sent. What the sources will say on that day is not known: the
drill shows what the service does with what it holds today.
"""

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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
from campaign.drill_rules import Page, faults
from campaign.mailing.models import Edition
from campaign.proposals import campaigns, lineage
from campaign.proposals.models import Kinship
from campaign.refusals import Refused
from campaign.settings import Settings

STARTS = ("/", "/bills", "/districts", "/data", "/find", "/sheet", "/subscribe", "/feeds/changes.atom")
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
    starts = (*STARTS, *(f"/act/{seat}" for seat in seats))
    yield from walk(client, [f"{prefix}{path}" for prefix in ("", "/es") for path in starts], progress)


def walk(
    client: Client,
    starts: Sequence[str],
    progress: Callable[[int, str], None] = lambda _steps, _label: None,
    *,
    wanted: Callable[[str], bool] = lambda _link: True,
) -> Iterator[Page]:
    """The starting pages and what they lead to as far as links are ``wanted``, each once and under the address
    that it is found at in the end."""
    waiting = list(starts)
    seen = {_shown_by(path) for path in waiting}
    while waiting:
        path = waiting.pop()
        answer = client.get(path, follow_redirects=True)
        readable = answer.mimetype is not None and answer.mimetype.startswith(READABLE)
        page = Page(answer.request.full_path, answer.status_code, answer.text if readable else "")
        answer.close()
        yield page
        links = [link for link in page.links if wanted(link) and not NOT_FOR_READING.search(link)]
        new = [link for link in links if _shown_by(link) not in seen]
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
