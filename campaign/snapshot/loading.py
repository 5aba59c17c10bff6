"""Import the snapshot into the database: what is missing or older there, never what is newer."""

from datetime import date, datetime
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.congress import data_sets, ledger, members, roster, tracking
from campaign.congress.bills import BillId
from campaign.congress.models import Bill, SourceState, Tracking
from campaign.districts import boundaries, census, zip_codes
from campaign.districts.models import ZipSeat
from campaign.organizing import campaign_setup
from campaign.proposals import campaigns
from campaign.proposals.models import Kinship
from campaign.settings import shipped
from campaign.snapshot import files
from campaign.snapshot.files import Manifest

# What of the example campaign is counted.
OF_EXAMPLE = "campaigns", "proposals", "kinships", "facts", "texts"


def load(engine: Engine, *, now: datetime, folder: Path | None = None, example: bool = True) -> dict[str, int]:
    """Load the shipped snapshot (or ``folder``) in one transaction; returns the number of rows of each kind.

    Loading again changes nothing. Newer data stays: members by the date of their list, a bill by the date of
    its observation. The example campaign comes with the first snapshot alone, and where there is no
    other: whoever declined or removed it does not get it back.
    """
    folder = folder or shipped("fixtures")
    manifest = files.read_manifest(folder)
    with db.writing(engine) as session:
        db.lock(session, "snapshot")
        counts = roster.restore(
            session, lambda name: files.read_table(folder, name), as_of=manifest.members, now=now
        )
        counts["zips"] = _load_zips(session, folder, manifest, now)
        counts["zipcodes"] = _load_zip_codes(session, folder, manifest, now)
        counts["boundaries"] = _load_boundaries(session, folder, manifest, now)
        first = members.data_state(session, "bills") is None
        wanted = example and first and not campaigns.campaigns(session)
        counts["bills"] = _load_bills(session, folder, manifest, now, every=wanted)
        counts |= _take_example(session, folder, now) if wanted else dict.fromkeys(OF_EXAMPLE, 0)
    return counts


def _load_zips(session: Session, folder: Path, manifest: Manifest, now: datetime) -> int:
    name = f"zips-{manifest.congress}"
    if not _is_newer_map(session, name, manifest.zips) and not _lacks_checked_seats(session, manifest, name):
        return 0
    rows = files.read_table(folder, "zips")
    census.replace_zips(
        session, [census.ZipRow(row["zip"], row["seat"], row["share"]) for row in rows], manifest.congress
    )
    session.merge(SourceState(name=name, as_of=manifest.zips, checked_at=now, source="snapshot"))
    return len(rows)


def _lacks_checked_seats(session: Session, manifest: Manifest, name: str) -> bool:
    """Whether the database has the table of a snapshot that was not checked against the map yet: of the same
    day, with fewer rows."""
    state = members.data_state(session, name)
    if state is None or (state.source, state.as_of) != ("snapshot", manifest.zips):
        return False
    here = data_sets.count(session, ZipSeat, col(ZipSeat.congress) == manifest.congress)
    return here < manifest.rows["zips"]


def _load_zip_codes(session: Session, folder: Path, manifest: Manifest, now: datetime) -> int:
    if manifest.zipcodes is None or not _is_newer_map(session, "zipcodes", manifest.zipcodes):
        return 0
    rows = files.read_table(folder, "zipcodes")
    zip_codes.replace_zip_codes(session, rows)
    session.merge(SourceState(name="zipcodes", as_of=manifest.zipcodes, checked_at=now, source="snapshot"))
    return len(rows)


def _load_boundaries(session: Session, folder: Path, manifest: Manifest, now: datetime) -> int:
    name, day = f"boundaries-{manifest.congress}", manifest.boundaries
    if day is None or not _is_newer_map(session, name, day):
        return 0
    rows = files.read_table(folder, "boundaries")
    boundaries.replace_boundaries(session, manifest.congress, rows)
    session.merge(SourceState(name=name, as_of=day, checked_at=now, source="snapshot"))
    return len(rows)


def _is_newer_map(session: Session, name: str, day: date) -> bool:
    """Whether to load the snapshot's map. A map that an operator imported stays."""
    state = members.data_state(session, name)
    return state is None or (state.source == "snapshot" and state.as_of < day)


def _load_bills(session: Session, folder: Path, manifest: Manifest, now: datetime, *, every: bool) -> int:
    """Bills as the snapshot saw them, each unless it was read since; those of the example that are in nobody's
    record only where ``every`` one is wanted."""
    seen = [
        observation
        for observation in files.read_bills(folder)
        if _is_newer(session.get(Bill, observation.bill), observation.read_at, every)
    ]
    for observation in seen:
        ledger.record(session, observation)
    _track_confirmed(session, now)
    state = members.data_state(session, "bills")
    if state is None or state.as_of < manifest.bills:
        session.merge(SourceState(name="bills", as_of=manifest.bills, checked_at=now, source="snapshot"))
    return len(seen)


def _track_confirmed(session: Session, now: datetime) -> None:
    """Poll the campaigns' bills. One that an organizer stopped following stays stopped."""
    confirmed = select(Kinship.bill).where(Kinship.state == "confirmed")
    for id in session.exec(confirmed.where(col(Kinship.bill).not_in(select(Tracking.bill)))).all():
        tracking.track(session, BillId.of(id), now=now)


def _is_newer(known: Bill | None, read_at: datetime, unknown: bool) -> bool:
    if known is None:
        return unknown
    return known.observed_at is None or known.observed_at < read_at


def _take_example(session: Session, folder: Path, now: datetime) -> dict[str, int]:
    taken = campaign_setup.take(session, files.read_example(folder), by="snapshot", now=now, state="live")
    counts = 1, taken.proposals, taken.bills, taken.facts, taken.texts
    return dict(zip(OF_EXAMPLE, counts, strict=True))
