"""A day to come on a copy of the database: pages and mail as they will be, and what they lack.

Nothing of the original changes and nothing is sent. What the sources will say on that day is not known: the
drill shows what the service does with what it holds today.
"""

import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy.engine import Engine
from werkzeug.test import Client

from campaign import backup, db, new_congress
from campaign.accounts import sessions, users
from campaign.app import create_app
from campaign.congress import endings, members
from campaign.congress.bills import WASHINGTON, congress_on
from campaign.drill import mails, pages, report
from campaign.drill.judging import faults
from campaign.drill.pages import Progress
from campaign.drill.report import Drill
from campaign.outreach.bilingual import Text
from campaign.refusals import Refused
from campaign.settings import Settings
from campaign.web.organize import access

ORGANIZER = "drill@localhost.localdomain"
# The state of members and maps says nothing of days further off.
FURTHEST = timedelta(days=3660)


def moment_of(day: date) -> datetime:
    """Four in the afternoon in Washington: a Congress that begins on that day sits."""
    return datetime.combine(day, time(16), WASHINGTON).astimezone(UTC)


def run(
    engine: Engine, settings: Settings, day: date, *, out: Path | None = None, lang: str = "en",
    progress: Progress = lambda _steps, _label: None,
) -> Drill:  # fmt: skip
    """Read every page and mail of that day; with ``out`` they and a report in ``lang`` are written there.

    Raises Refused for a day before the list of members or more than ten years after it, for a folder that
    cannot be made, and where the database cannot be copied.
    """
    _refuse_other_days(engine, day)
    if out is not None:
        _make(out / "pages")
    with tempfile.TemporaryDirectory() as folder:
        backup.backup(engine, Path(folder) / "drill.db")
        copied = db.open_engine(f"sqlite:///{Path(folder) / 'drill.db'}")
        try:
            found, read = _rehearse(copied, settings, day, progress)
        finally:
            copied.dispose()
    if out is not None:
        report.write(out, found, read, lang)
    return found


def _rehearse(
    engine: Engine, settings: Settings, day: date, progress: Progress
) -> tuple[Drill, list[pages.Page]]:
    """Let the day come on a copy, and read it."""
    moment = moment_of(day)
    with db.reading(engine) as session:
        # Before the day's mail is built: that stops what the last Congress left unsent.
        missing = new_congress.missing(session, at=moment)
    with db.clock_at(moment):
        with db.writing(engine) as session:
            endings.close(session, endings.unclosed(session, now=moment), now=moment)
        days_mail, mailed = mails.of_day(engine, settings, moment, progress)
        app = create_app(settings, engine=engine)
        read = list(pages.public(Client(app), engine, progress))
        organizer = Client(app)
        organizer.set_cookie(*access.cookie_of(app, _sign_in(engine, moment)))
        read += pages.organizers(organizer, progress)
    with db.reading(engine) as session:
        wrong = tuple(faults(session, [*read, *mailed], moment))
    lines = tuple(Text.of_each(item.line) for item in missing)
    found = Drill(day, congress_on(moment), lines, wrong, len(read), len(mailed), tuple(days_mail))
    return found, [*read, *mailed]


def _sign_in(engine: Engine, now: datetime) -> str:
    """A session of an organizer who is on the copy alone."""
    with db.writing(engine) as session:
        user, _link = users.add(session, ORGANIZER, "organizer", now=now, actor="drill")
        return sessions.begin(session, user, now=now, device="drill")


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
