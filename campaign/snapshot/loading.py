"""Import the snapshot into the database: what is missing or older there, never what is newer."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, col

from campaign import db
from campaign.congress import data_sets, ledger, members, roster, tracking
from campaign.congress.bills import BillId
from campaign.congress.models import Bill, SourceState, Tracking
from campaign.districts import boundaries, census, zip_codes
from campaign.districts.models import ZipSeat
from campaign.proposals.models import Campaign, CitedFact, Kinship, Proposal
from campaign.settings import shipped
from campaign.snapshot import files
from campaign.snapshot.files import Manifest, Row, Texts


def load(engine: Engine, *, now: datetime, folder: Path | None = None) -> dict[str, int]:
    """Load the shipped snapshot (or ``folder``) in one transaction; returns the number of rows of each kind.

    Loading again changes nothing. Newer data stays: members by the date of their list, a bill by the date of
    its observation, texts and lineage wherever a row exists.
    """
    folder = folder or shipped("fixtures")
    manifest, texts = files.read_manifest(folder), files.read_texts(folder)
    with db.writing(engine) as session:
        _lock_out_other_loaders(session)
        counts = roster.restore(
            session, lambda name: files.read_table(folder, name), as_of=manifest.members, now=now
        )
        counts["zips"] = _load_zips(session, folder, manifest, now)
        counts["zipcodes"] = _load_zip_codes(session, folder, manifest, now)
        counts["boundaries"] = _load_boundaries(session, folder, manifest, now)
        counts["campaigns"] = _add(session, Campaign, [texts.campaign])
        counts["proposals"] = _add(session, Proposal, _proposals(texts))
        counts["bills"] = _load_bills(session, folder, manifest, texts, now)
        counts["kinships"] = _add(session, Kinship, _kinships(texts, now))
        counts["facts"] = _add(session, CitedFact, _facts(texts))
    return counts


def _lock_out_other_loaders(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('campaign.snapshot'))"))


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


def _load_bills(session: Session, folder: Path, manifest: Manifest, texts: Texts, now: datetime) -> int:
    """Bills as the snapshot saw them, each unless it was read since; the campaign's are polled from now on."""
    seen = [
        observation
        for observation in files.read_bills(folder)
        if _is_newer(session, observation.bill, observation.read_at)
    ]
    for observation in seen:
        ledger.record(session, observation)
    for id in texts.bills:
        # A bill that an organizer stopped following stays stopped.
        if session.get(Tracking, id) is None:
            tracking.track(session, BillId.of(id), now=now)
    state = members.data_state(session, "bills")
    if state is None or state.as_of < manifest.bills:
        session.merge(SourceState(name="bills", as_of=manifest.bills, checked_at=now, source="snapshot"))
    return len(seen)


def _is_newer(session: Session, bill_id: str, read_at: datetime) -> bool:
    known = session.get(Bill, bill_id)
    return known is None or known.observed_at is None or known.observed_at < read_at


def _proposals(texts: Texts) -> list[Row]:
    slug = texts.campaign["slug"]
    return [{**row, "campaign": slug, "position": place} for place, row in enumerate(texts.proposals)]


def _kinships(texts: Texts, now: datetime) -> list[Row]:
    decided = {"state": "confirmed", "rule": "by hand", "score": 1.0, "decided_by": "snapshot"}
    return [{**decided, "decided_at": now, **row} for row in texts.kinships]


def _facts(texts: Texts) -> list[Row]:
    slug = texts.campaign["slug"]
    return [{**row, "campaign": slug, "position": place} for place, row in enumerate(texts.facts)]


def _add(session: Session, table: type[SQLModel], rows: Sequence[Row]) -> int:
    """Insert the rows whose key is new; rows that exist keep their changes."""
    keys: Any = [column.name for column in sa.inspect(table).primary_key]
    known = {tuple(row) for row in session.execute(sa.select(*sa.inspect(table).primary_key))}
    fresh = [row for row in rows if tuple(row[key] for key in keys) not in known]
    for row in fresh:
        session.add(table.model_validate(row))
    session.flush()
    return len(fresh)
