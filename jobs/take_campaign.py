"""Take a campaign from its file: its bills are read first, so that one which does not exist is found."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db
from campaign.congress import tracking
from campaign.congress.bills import BillId
from campaign.congress.models import Bill
from campaign.fetch import Fetcher
from campaign.organizing import campaign_file, campaign_setup
from campaign.organizing.campaign_parts import CampaignFile
from campaign.organizing.campaign_setup import Taken
from campaign.refusals import Refused
from campaign.settings import Settings
from jobs.track_bill import Reading, read_bill


def run(
    engine: Engine,
    settings: Settings,
    raw: bytes,
    *,
    by: str,
    now: datetime,
    slug: str = "",
    state: str = "draft",
    fetcher: Fetcher | None = None,
) -> tuple[Taken, list[str]]:
    """Take a campaign, under ``slug`` if one is given; what was taken, and why bills could not be read yet.

    Raises Refused, and takes nothing, for a file with a fault, a slug in use, or a bill that no source has.
    """
    found = campaign_file.read(raw)
    found = found.model_copy(update={"campaign": slug}) if slug else found
    with db.reading(engine) as session:
        campaign_setup.check(session, found)
    readings = dict(_readings(engine, settings, found, raw, now, fetcher))
    with db.writing_alone(engine) as session:
        taken = campaign_setup.take(session, found, by=by, now=now, state=state)
        for id, reading in readings.items():
            _record(session, BillId.of(id), reading, now)
    return taken, [f"{id}: {reading.note}" for id, reading in readings.items() if reading.note]


def _readings(
    engine: Engine,
    settings: Settings,
    found: CampaignFile,
    raw: bytes,
    now: datetime,
    fetcher: Fetcher | None,
) -> Iterator[tuple[str, Reading]]:
    with db.reading(engine) as session:
        known = {id for id in found.bills if (row := session.get(Bill, id)) and row.title}
    for id in found.bills:
        if id in known:
            continue
        try:
            yield id, read_bill(settings, BillId.of(id), now=now, fetcher=fetcher, known=False)
        except Refused as refused:
            line = campaign_file.lines_of_bills(raw)[id]
            raise campaign_file.wrong_at(line, refused.en, refused.es) from None


def _record(session: Session, bill: BillId, reading: Reading, now: datetime) -> None:
    if reading.observation is not None:
        tracking.record_reading(session, reading.observation, now=now, modified=reading.modified)
    elif reading.note:
        tracking.failed(session, bill, reading.note, now=now)
