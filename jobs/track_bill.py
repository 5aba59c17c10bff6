"""Take a bill under watch, and read it once at once so that its title is known."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import congress_gov, govinfo, tracking
from campaign.congress.bills import BillId, ordinal
from campaign.congress.models import Bill
from campaign.congress.observation import Observation
from campaign.fetch import Fetcher, open_fetcher
from campaign.proposals import lineage
from campaign.refusals import Refused, Unread
from campaign.settings import Settings


@dataclass(frozen=True)
class Tracked:
    """``note`` says what could not be done; empty when all was."""

    bill: BillId
    title: str
    note: str = ""


@dataclass(frozen=True)
class _Found:
    observation: Observation | None
    modified: str = ""
    note: str = ""


def run(
    engine: Engine,
    settings: Settings,
    bill: BillId,
    *,
    now: datetime,
    proposal: str = "",
    fetcher: Fetcher | None = None,
) -> Tracked:
    """Track a bill, and where a ``proposal`` is named confirm that it is one of its bills.

    Raises Refused, and keeps nothing, where the proposal is unknown or a source says there is no such bill.
    Where no source can be reached the bill is kept by its number.
    """
    with db.reading(engine) as session:
        _refuse_unknown_proposal([known.slug for known in lineage.campaign_proposals(session)], proposal)
        known = session.get(Bill, str(bill))
        shown = known is not None and bool(known.title)
    found = _Found(None) if shown else _read(settings, bill, now=now, fetcher=fetcher, known=known is not None)
    with db.writing(engine) as session:
        tracking.track(session, bill, now=now)
        if found.observation is not None:
            tracking.take(session, found.observation, now=now, modified=found.modified)
        elif found.note:
            tracking.failed(session, bill, found.note, now=now)
        if proposal:
            lineage.confirm(session, proposal, str(bill), by="command line", now=now)
        title = session.get_one(Bill, str(bill)).title
    return Tracked(bill, title, found.note)


def _refuse_unknown_proposal(slugs: list[str], proposal: str) -> None:
    if proposal and proposal not in slugs:
        names = ", ".join(sorted(slugs)) or "–"
        raise Refused(
            f"There is no proposal “{proposal}”. Known: {names}.",
            f"No hay ninguna propuesta «{proposal}». Se conocen: {names}.",
        )


def _read(settings: Settings, bill: BillId, *, now: datetime, fetcher: Fetcher | None, known: bool) -> _Found:
    notes = []
    for read in (_read_api, _read_govinfo) if settings.api_key else (_read_govinfo,):
        # One door a source, so that one given up does not close the other.
        with nullcontext(fetcher) if fetcher else open_fetcher(settings) as door:
            try:
                return read(door, settings, bill, now)
            except Unread as error:
                notes.append(_note(error, bill, known))
    return _Found(None, note="; ".join(notes))


def _read_api(fetcher: Fetcher, settings: Settings, bill: BillId, now: datetime) -> _Found:
    return _Found(congress_gov.read_bill(fetcher, settings, bill, now=now))


def _read_govinfo(fetcher: Fetcher, settings: Settings, bill: BillId, now: datetime) -> _Found:
    reading = govinfo.read_bill(fetcher, settings, bill, now=now)
    return _Found(reading.observation, reading.modified)


def _note(error: Unread, bill: BillId, known: bool) -> str:
    # The door to the network words a 404 this way; every other failure leaves the question open.
    if error.permanent and "(404)" in error.reason and not known:
        raise Refused(
            f"{bill.short} of the {ordinal(bill.congress)} Congress is not known to the source. "
            "A new bill may take a day or two to appear there.",
            f"La fuente no conoce {bill.short} del Congreso {bill.congress}. "
            "Un proyecto nuevo puede tardar uno o dos días en aparecer.",
            status=404,
        )
    return error.reason
