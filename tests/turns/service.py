"""A service that lives through the turn of a Congress: its jobs run by their schedules, against sources that
change from moment to moment, its mail leaves through a relay, and all that it shows is read and judged."""

import email
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from typing import NamedTuple

import time_machine
from mailing.smtp_sink import Box
from sqlalchemy.engine import Engine
from sqlmodel import col, select
from werkzeug.test import Client

from campaign import db
from campaign.app import create_app
from campaign.drill import judging
from campaign.drill.pages import NOT_FOR_READING, Page, walk
from campaign.mailing import policy
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.delivery.sending import Outbox, deliver
from campaign.mailing.edition import lifecycle
from campaign.mailing.models import Edition, Subscriber
from campaign.proposals import lineage
from campaign.settings import Settings
from jobs import worker

POLICY = {
    "approve": "by_hand",
    "quiet_week": "note",
    "notify_language": "en",
    "send_hour": "8",
    "per_second": "0",
    "per_hour": "0",
    "breaker_after": "20",
    "notify_email": "organizers@campaign-host.org",
}
# They need a mailbox, repeat what another one does, or read what no turn of a Congress changes.
LEFT_OUT = ("read_bounces", "crosscheck", "read_calendars")
READ_SOURCES = ("poll_bills", "refresh_members", "watch_new_bills")
# ``LONG=1`` (``make january``) reads every page of every seat on every day between, in both languages.
LONG = bool(os.environ.get("LONG"))
# Pages whose words the others have.
REPEATED = re.compile(
    r"/called|/offices|[?&]on=|[?&]sort=|[?&]v=|kind=.*&bill=|aloud.*bill=(?:hr|s)\d|/readyz|/privacy"
)


@dataclass
class Service:
    """One service and the world around it. ``source`` puts a moment's files and bills into the stand-in."""

    engine: Engine
    settings: Settings
    box: Box
    source: Callable[[datetime], None]
    at: datetime
    errors: list[str] = field(default_factory=list)
    # It serves through the turn without a restart: what it keeps in memory has to notice.
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(create_app(self.settings, engine=self.engine))

    # --- living ---

    def live_until(self, moment: datetime) -> None:
        """Run the newest due slot of every job in order of time, and send what is due."""
        due = [(job.schedule.slot(moment, self.settings.zone), job) for job in worker.JOBS]
        for slot, job in sorted(due, key=lambda entry: entry[0]):
            if slot > self.at and job.name not in LEFT_OUT:
                self._run(job, slot)
        self.at = moment
        self.deliver()

    def _run(self, job: worker.Job, slot: datetime) -> None:
        if job.name in READ_SOURCES:
            self.source(slot)
        with time_machine.travel(slot, tick=False):
            outcome = job.run(self.engine, self.settings, now=slot)
        if not outcome.whole:
            self.errors.append(f"{slot:%Y-%m-%d %H:%M} {job.name}: {outcome.summary}")

    def deliver(self) -> None:
        deliver(Outbox(self.engine, self.settings, clock=lambda: self.at))

    def approve(self) -> None:
        """Approve the newest draft, if one waits, and send it."""
        drafts = select(Edition).where(Edition.state == "draft").order_by(col(Edition.period).desc())
        with db.reading(self.engine) as session:
            draft = session.exec(drafts).first()
        if draft is not None:
            lifecycle.publish(self.engine, self.settings, draft.id or 0, by="tests", now=self.at)
            self.deliver()

    def subscribe(self, *seats: str) -> None:
        """A reader for each seat who also wants alerts, in alternating languages."""
        keys = Keys(self.settings)
        with db.writing(self.engine) as session:
            policy.choose(session, POLICY)
            for place, seat in enumerate(seats):
                address = read_address(f"{seat.lower() or 'nowhere'}@readers-host.org")
                session.add(
                    Subscriber(
                        campaign="us-guns-abroad",
                        email=address.typed,
                        key=keys.of(address, "us-guns-abroad"),
                        language=("en", "es")[place % 2],
                        seat=seat,
                        proposals="",
                        alerts=True,
                        state="confirmed",
                        created=self.at,
                        confirmed_at=self.at,
                    )
                )

    def confirm(self, proposal: str, bill: str) -> None:
        """An organizer's click on a suggestion that waits, an hour before the next poll."""
        with db.reading(self.engine) as session:
            assert bill in [found.id for found, _ in lineage.waiting(session, proposal)]
        with db.writing(self.engine) as session:
            lineage.confirm(session, proposal, bill, by="tests", now=self.at)
        self.live_until(self.at + timedelta(hours=1))

    # --- reading ---

    def read(self, starts: Sequence[str], seats: Sequence[str], lang: str, follows: bool) -> "Read":
        """The starting pages and the seats' in one language (``LONG``: in both), what can be reached from them
        where links are followed, and the mail that has come since."""
        with time_machine.travel(self.at, tick=False):
            pages = list(self._mail())
            for prefix in ("", "/es") if LONG else ("/es" if lang == "es" else "",):
                pages += self._pages(prefix, starts, seats, follows)
            with db.reading(self.engine) as session:
                return Read(pages, [fault.en for fault in judging.faults(session, pages, self.at)])

    def _pages(self, prefix: str, starts: Sequence[str], seats: Sequence[str], follows: bool) -> Iterator[Page]:
        own = [path if path.startswith(("/api", "/feeds")) else prefix + path for path in starts]

        def wanted(link: str) -> bool:
            if (
                not follows
                or NOT_FOR_READING.search(link)
                or link.startswith("/es") is not bool(prefix)
                or (not LONG and REPEATED.search(link))
            ):
                return False
            seat = re.match(r"(?:/es)?/act/([A-Z]{2}(?:-\d+)?)", link)
            return seat is None or seat[1] in seats

        own += [f"{prefix}/act/{seat}" for seat in seats]
        return walk(self.client, list(dict.fromkeys(own)), wanted)

    def _mail(self) -> Iterator[Page]:
        for _sender, recipient, raw in self.box.messages:
            message = email.message_from_bytes(raw, policy=default)
            yield Page(f"mail to {recipient}: {message['Subject']}", 200, _body(message))
        self.box.messages.clear()


@dataclass(frozen=True)
class Read:
    pages: list[Page]
    faults: list[str]

    @property
    def mail(self) -> dict[str, str]:
        """The text of each mail by its recipient; of several to one, the last."""
        return {
            page.path.split()[2].rstrip(":"): page.text for page in self.pages if page.path.startswith("mail")
        }

    def text(self, path: str) -> str:
        """The text of a page, or the last mail to somebody (``tx-20@``)."""
        if path.endswith("@"):
            return self.mail.get(f"{path}readers-host.org", "not sent")
        return next((page.text for page in self.pages if page.path.rstrip("?") == path), "not read")

    def wrong(self, says: Iterable[tuple[str, str]]) -> list[str]:
        """What does not say what it is to say, or says what it is not to (``-``)."""
        return [
            f"{path}: {text}"
            for path, text in says
            if (text.lstrip("-") in self.text(path)) is text.startswith("-")
        ]


class Day(NamedTuple):
    """A moment: which seats' pages are read and in which language, what a page or a mail (``tx-20@``) is to say
    or, with ``-``, not to say, and what an organizer does then. On a day before the turn, one just after it and
    one weeks later all links are ``followed``; ``LONG`` follows them every day."""

    moment: str
    lang: str
    seats: tuple[str, ...]
    says: tuple[tuple[str, str], ...] = ()
    approves: bool = False
    confirms: tuple[str, ...] = ()
    followed: bool = False

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.moment).replace(tzinfo=UTC)

    def live_and_read(self, service: Service, starts: Sequence[str], seats: Sequence[str]) -> list[str]:
        """What is wrong on this day, each after the moment."""
        service.live_until(self.at)
        if self.approves:
            service.approve()
        for bill in self.confirms:
            service.confirm("stop-arming-cartels-act", bill)
        follows = LONG or self.followed
        said = [path.removeprefix("/es") for path, _ in self.says if path[0] == "/" and not follows]
        read = service.read([*starts, *said], seats if LONG else self.seats, self.lang, follows)
        return [f"{self.moment} {fault}" for fault in read.faults + read.wrong(self.says)]


def each_day(days: Sequence[Day]) -> list[Day]:
    """The days of a table; with ``LONG`` those between them, too, at ten in the morning in Washington."""
    if not LONG:
        return list(days)
    known = {day.at.date() for day in days}
    first, last = min(known), max(known)
    between = (first + timedelta(days=number) for number in range((last - first).days))
    return sorted([*days, *(Day(f"{day}T15:00", "en", ()) for day in between if day not in known)])


def _body(message: EmailMessage) -> str:
    parts = [message.get_body((kind,)) for kind in ("plain", "html")]
    return " ".join([str(message["Subject"]), *(str(part.get_content()) for part in parts if part)])
