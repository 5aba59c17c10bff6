"""Track a bill, and read it at once so that its title is known."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import congress_gov, govinfo, tracking
from campaign.congress.bills import BillId, congress_start, ordinal
from campaign.congress.models import Bill
from campaign.congress.observation import Observation
from campaign.fetch import Fetcher, NotFound, open_fetcher
from campaign.proposals import campaigns, lineage
from campaign.refusals import Refused, SourceError
from campaign.settings import Settings


@dataclass(frozen=True)
class Tracked:
    """A tracked bill. ``note`` says why it could not be read yet; empty when it was."""

    bill: BillId
    title: str
    note: str = ""


@dataclass(frozen=True)
class Reading:
    """A bill as a source shows it now; else ``note`` says why none could be read."""

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
    """Track a bill; with ``proposal``, confirm that the bill belongs to it.

    Raises Refused, and stores nothing, where the proposal is unknown, a source has no such bill, or none has
    bills of its Congress. Where no source can be read, the bill is tracked by its number and ``note`` says why.
    """
    if not settings.api_key:
        _refuse_older(bill)
    with db.reading(engine) as session:
        _refuse_unknown_proposal([known.slug for known in campaigns.campaign_proposals(session)], proposal)
        known = session.get(Bill, str(bill))
        has_title = known is not None and bool(known.title)
    reading = Reading(None)
    if not has_title:
        reading = read_bill(settings, bill, now=now, fetcher=fetcher, known=known is not None)
    with db.writing(engine) as session:
        tracking.track(session, bill, now=now)
        if reading.observation is not None:
            tracking.record_reading(session, reading.observation, now=now, modified=reading.modified)
        elif reading.note:
            tracking.failed(session, bill, reading.note, now=now)
        if proposal:
            lineage.confirm(session, proposal, str(bill), by="command line", now=now)
        title = session.get_one(Bill, str(bill)).title
    return Tracked(bill, title, reading.note)


def _refuse_older(bill: BillId) -> None:
    first = govinfo.FIRST_CONGRESS
    if bill.congress < first:
        year = congress_start(first).year
        raise Refused(
            f"{bill.short} of the {ordinal(bill.congress)} Congress can’t be tracked: "
            f"GovInfo has bills from the {ordinal(first)} Congress ({year}) on.",
            f"No se puede seguir {bill.short} del {ordinal(bill.congress, 'es')} Congreso: "
            f"GovInfo tiene proyectos desde el {ordinal(first, 'es')} ({year}).",
            status=404,
        )


def _refuse_unknown_proposal(slugs: list[str], proposal: str) -> None:
    if proposal and proposal not in slugs:
        names = ", ".join(sorted(slugs)) or "–"
        raise Refused(
            f"There is no proposal “{proposal}”. Known: {names}.",
            f"No hay ninguna propuesta «{proposal}». Se conocen: {names}.",
        )


def read_bill(
    settings: Settings, bill: BillId, *, now: datetime, fetcher: Fetcher | None, known: bool
) -> Reading:
    notes = []
    for read in (_read_api, _read_govinfo) if settings.api_key else (_read_govinfo,):
        # A client for each source, so that the circuit breaker of one does not close the other.
        with nullcontext(fetcher) if fetcher else open_fetcher(settings) as client:
            try:
                return read(client, settings, bill, now)
            except SourceError as error:
                notes.append(_note(error, bill, known))
    return Reading(None, note="; ".join(notes))


def _read_api(fetcher: Fetcher, settings: Settings, bill: BillId, now: datetime) -> Reading:
    return Reading(congress_gov.read_bill(fetcher, settings, bill, now=now))


def _read_govinfo(fetcher: Fetcher, settings: Settings, bill: BillId, now: datetime) -> Reading:
    reading = govinfo.read_bill(fetcher, settings, bill, now=now)
    return Reading(reading.observation, reading.modified)


def _note(error: SourceError, bill: BillId, known: bool) -> str:
    if isinstance(error, NotFound) and not known:
        raise Refused(
            f"{bill.short} of the {ordinal(bill.congress)} Congress is not known to the source. "
            "A new bill may take a day or two to appear there.",
            f"La fuente no conoce {bill.short} del Congreso {bill.congress}. "
            "Un proyecto nuevo puede tardar uno o dos días en aparecer.",
            status=404,
        )
    return error.reason
