"""Read the roll calls that the record of the tracked bills refers to, from the Clerk and from the Senate.

One request at a time, few in a run. A roll call is stored whole or not at all; one that cannot be read never
stops the others, and is asked for again in an hour.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import tracking
from campaign.fetch import Fetcher, NotFound, open_fetcher
from campaign.refusals import SourceError
from campaign.settings import Settings
from campaign.votes import clerk, rolls, senate
from campaign.votes.parsed import NotPosted, ParsedRoll, RollId
from jobs.poll_bills import campaign_bills

log = structlog.get_logger(__name__)

LARGEST = 2 * 2**20
# Requests in a run: an hour brings a whole Congress's votes of a day, and archives in a few days.
MOST_ROLLS = 60
PAUSE = 0.5
# The Senate answers so for a roll call that it does not have (quirk W53).
SENATE_ABSENT = (301, 302)


@dataclass
class Report:
    """The result of a run: roll calls that were read, those not posted yet, and why others were not read."""

    read: list[str] = field(default_factory=list)
    not_posted: list[str] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    left: int = 0

    @property
    def whole(self) -> bool:
        return not self.faults

    @property
    def summary(self) -> str:
        parts = [f"{len(self.read)} roll calls read"]
        if self.not_posted:
            parts.append(f"{len(self.not_posted)} not posted yet")
        if self.faults:
            parts.append(f"{len(self.faults)} failed: {next(iter(self.faults.values()))}")
        if self.left:
            parts.append(f"{self.left} left for the next time")
        return "; ".join(parts)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def run(
    engine: Engine,
    settings: Settings,
    *,
    now: datetime,
    fetcher: Fetcher | None = None,
    stopping: Callable[[], bool] = lambda: False,
    pause: float = PAUSE,
) -> Report:
    """Read the roll calls that are due, at most ``MOST_ROLLS``, ``pause`` seconds apart."""
    bases = {"house": settings.clerk_url, "senate": settings.senate_url}
    with db.reading(engine) as session:
        bills = {row.bill for row in tracking.tracked(session)} | campaign_bills(session)
        queue = [roll for roll in rolls.due(session, bills, now=now) if bases[roll.chamber]]
    report = Report(left=max(0, len(queue) - MOST_ROLLS))
    # Two attempts are enough: the next run is an hour away.
    with (
        nullcontext(fetcher)
        if fetcher
        else open_fetcher(settings, attempts=2, read_timeout=20.0, stopping=stopping) as client
    ):
        for place, roll in enumerate(queue[:MOST_ROLLS]):
            if stopping():
                report.left = len(queue) - place
                break
            if place:
                time.sleep(pause)
            _read(engine, client, f"{bases[roll.chamber]}{roll.path}", roll, now, report)
    return report


def _read(engine: Engine, client: Fetcher, address: str, roll: RollId, now: datetime, report: Report) -> None:
    """Read and store one roll call, or note why not."""
    try:
        parsed = _fetch(client, address, roll)
        with db.writing(engine) as session:
            rolls.store(session, parsed, now=now)
        report.read.append(str(roll))
        return
    except (NotFound, NotPosted):
        fault = "not posted yet"
        report.not_posted.append(str(roll))
    except SourceError as error:
        fault = report.faults[str(roll)] = error.reason
    except Exception as error:  # a bug in reading one roll call must not stop the others
        log.exception("roll call not read", roll=str(roll))
        fault = report.faults[str(roll)] = f"unexpected {type(error).__name__}"
    with db.writing(engine) as session:
        rolls.note_fault(session, roll, fault, now=now)


def _fetch(client: Fetcher, address: str, roll: RollId) -> ParsedRoll:
    parse = clerk.parse if roll.chamber == "house" else senate.parse
    absent = SENATE_ABSENT if roll.chamber == "senate" else ()
    return client.read(address, lambda reply: parse(reply.body, roll), limit=LARGEST, absent=absent)
