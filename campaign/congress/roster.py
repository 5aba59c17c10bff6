"""Filling the tables of members: from congress-legislators every day, or from the snapshot.

A file that lacks most of what is known is a gap, not the news: the old rows stay and the gap is noted.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, col, select

from campaign import db
from campaign.congress import legislators
from campaign.congress.bills import WASHINGTON
from campaign.congress.legislators import FILES, Legislator, MemberFiles, party_letter
from campaign.congress.members import LISTING_LAG, Standing, chamber_of, data_state, office_of
from campaign.congress.models import Committee, CommitteeSeat, Member, Office, Seat, SourceState, Tenure
from campaign.fetch import Fetcher, json_of
from campaign.refusals import Unread
from campaign.settings import Settings

logger = logging.getLogger(__name__)

# A file this much smaller than what is known is a gap of January or a cut file, not the news.
PLAUSIBLE_SHARE = {"members": 0.9, "offices": 0.5, "committees": 0.5, "memberships": 0.5}
HISTORICAL_EVERY = timedelta(days=7)
RECENT_TERMS = timedelta(days=3 * 366)
LOCAL = col(Office.kind) == "district"
WASHINGTON_OFFICE = col(Office.kind) == "washington"

Row = dict[str, Any]


def refresh(fetcher: Fetcher, settings: Settings, engine: Engine, *, now: datetime) -> dict[str, int]:
    """Read the files of congress-legislators and take them over in one transaction; returns counts.

    A file that cannot be read leaves its table as it was, with the reason in its SourceState. Raises
    Unread when none could be read.
    """
    problems: dict[str, str] = {}
    wanted = ["current", "committees", "memberships", "offices"]
    files = {name: _read(fetcher, settings, name, problems) for name in wanted}
    if len(problems) == len(wanted):
        raise Unread(problems["current"])
    with db.reading(engine) as session:
        asks_history = _needs_history(session, files["current"], now)
    if asks_history:
        files["historical"] = _read(fetcher, settings, "historical", problems)
    today = now.astimezone(WASHINGTON).date()
    with db.writing(engine) as session:
        counts = import_members(session, MemberFiles(**files), as_of=today, now=now)
        for name, problem in problems.items():
            _note_problem(session, "members" if name == "current" else name, problem, now)
    return counts


def _read(fetcher: Fetcher, settings: Settings, name: str, problems: dict[str, str]) -> Any:
    try:
        return fetcher.read(f"{settings.legislators_url}/{FILES[name]}", json_of)
    except Unread as error:
        problems[name] = error.reason
        return None


def _needs_history(session: Session, current: Any, now: datetime) -> bool:
    """Whether somebody's leaving is unexplained, and the large file was not read for it this week."""
    state = data_state(session, "historical")
    if current is None:
        return False
    if state and not state.problem and now - state.checked_at < HISTORICAL_EVERY:
        return False
    found = legislators.read_people(current)
    listed = {row.bioguide for row in found.rows} | found.unreadable
    known = session.exec(select(Member.bioguide, Member.standing, Member.source)).all()
    leaving = any(standing == "sitting" and bioguide not in listed for bioguide, standing, _ in known)
    from_bills = any(source == "bill" and bioguide not in listed for bioguide, _, source in known)
    approximate = session.exec(select(Tenure).where(Tenure.approximate).limit(1)).first()
    return leaving or from_bills or approximate is not None


def import_members(session: Session, files: MemberFiles, *, as_of: date, now: datetime) -> dict[str, int]:
    """Take over the files at hand; a table that would shrink implausibly stays as it is.

    Of a historical file those are taken whom we know or whose last term ended lately.
    """
    counts: dict[str, int] = {}
    if files.current is not None:
        counts["members"] = _take_current(session, files.current, as_of, now)
    if files.historical is not None:
        counts["historical"] = _take_historical(session, files.historical, as_of, now)
    if files.committees is not None:
        counts["committees"] = _take_committees(session, files.committees, as_of, now)
    if files.memberships is not None:
        counts["memberships"] = _take_memberships(session, files.memberships, as_of, now)
    if files.offices is not None:
        counts["offices"] = _take_offices(session, files.offices, as_of, now)
    return counts


def _take_current(session: Session, rows: Any, as_of: date, now: datetime) -> int:
    found = legislators.read_people(rows)
    sitting = _sitting(session)
    if not _plausible(session, "members", len(found.rows) + len(found.unreadable), len(sitting), as_of, now):
        return 0
    _keep_people(session, found.rows, "sitting", "legislators")
    _replace_washington(session, found.rows)
    if not found.nameless:
        listed = {row.bioguide for row in found.rows} | found.unreadable
        _depart(session, sitting - listed, as_of)
    _age_unlisted(session, as_of)
    ensure_seats(session, (row.latest.seat for row in found.rows))
    if unreadable := found.nameless + len(found.unreadable):
        _note_problem(session, "members", f"{unreadable} rows could not be read", now)
    return len(found.rows)


def _take_historical(session: Session, rows: Any, as_of: date, now: datetime) -> int:
    known = dict(session.exec(select(Member.bioguide, Member.standing)).all())
    wanted = [
        row
        for row in legislators.read_people(rows).rows
        if known.get(row.bioguide, "") != "sitting"
        and (row.bioguide in known or as_of - row.latest.end < RECENT_TERMS)
    ]
    _keep_people(session, wanted, "departed", "historical")
    _set_state(session, "historical", as_of, now)
    return len(wanted)


def _keep_people(session: Session, found: Sequence[Legislator], standing: Standing, source: str) -> None:
    tenures = {(row.bioguide, term.start): _tenure_row(row, term) for row in found for term in row.terms}
    _store_people(session, [_member_row(row, standing, source) for row in found], list(tenures.values()))


def _store_people(session: Session, people: Sequence[Row], tenures: Sequence[Row]) -> None:
    put(session, Member, people)
    session.execute(sa.delete(Tenure).where(col(Tenure.bioguide).in_([row["bioguide"] for row in people])))
    put(session, Tenure, tenures, fresh=True)


def _member_row(row: Legislator, standing: Standing, source: str) -> Row:
    return {
        "bioguide": row.bioguide,
        "first": row.name.first,
        "middle": row.name.middle,
        "last": row.name.last,
        "suffix": row.name.suffix,
        "nickname": row.name.nickname,
        "official_name": row.name.official_full,
        "gender": row.bio.gender,
        "party": party_letter(row.latest.party),
        "standing": standing,
        "seat": row.latest.seat,
        "source": source,
        "named_on": None,
    }


def _tenure_row(row: Legislator, term: legislators.Term) -> Row:
    return {
        "bioguide": row.bioguide,
        "starts": term.start,
        "seat": term.seat,
        "chamber": term.chamber,
        "ends": term.end,
        "approximate": False,
        "party": party_letter(term.party),
        "senate_class": term.senate_class,
        "url": term.url,
        "contact_form": term.contact_form,
    }


def _replace_washington(session: Session, found: Sequence[Legislator]) -> None:
    _store_offices(session, [_washington_row(row) for row in found], WASHINGTON_OFFICE)


def _washington_row(row: Legislator) -> Row:
    term = row.latest
    return {
        # "-washington" would meet the district office of Washington, Pennsylvania.
        "id": f"{row.bioguide}:washington",
        "bioguide": row.bioguide,
        "kind": "washington",
        "address": term.office or term.address,
        "suite": "",
        "building": "",
        "city": "Washington",
        "state": "DC",
        "zip": "20515" if term.chamber == "house" else "20510",
        "latitude": None,
        "longitude": None,
        "phone": term.phone,
        "hours": "",
    }


def _depart(session: Session, gone: set[str], as_of: date) -> None:
    session.execute(sa.update(Member).where(col(Member.bioguide).in_(gone)).values(standing="departed"))
    running = sa.and_(col(Tenure.bioguide).in_(gone), col(Tenure.ends) > as_of)
    session.execute(sa.update(Tenure).where(running).values(ends=as_of, approximate=True))
    session.execute(sa.delete(Office).where(col(Office.bioguide).in_(gone)))
    session.execute(sa.delete(CommitteeSeat).where(col(CommitteeSeat.bioguide).in_(gone)))


def _age_unlisted(session: Session, as_of: date) -> None:
    overdue = sa.and_(col(Member.standing) == "unlisted", col(Member.named_on) < as_of - LISTING_LAG)
    session.execute(sa.update(Member).where(overdue).values(standing="departed"))


def _take_committees(session: Session, rows: Any, as_of: date, now: datetime) -> int:
    found = list(legislators.read_committees(rows))
    known = session.scalar(sa.select(sa.func.count()).select_from(Committee)) or 0
    if not _plausible(session, "committees", len(found), known, as_of, now):
        return 0
    return put(session, Committee, found)


def _take_memberships(session: Session, rows: Any, as_of: date, now: datetime) -> int:
    found = list(legislators.read_memberships(rows))
    known = session.scalar(sa.select(sa.func.count()).select_from(CommitteeSeat)) or 0
    if not _plausible(session, "memberships", len(found), known, as_of, now):
        return 0
    return _store_memberships(
        session,
        [
            {"committee": code, "bioguide": one.bioguide, "side": one.party, "rank": one.rank, "role": one.role}
            for code, one in found
        ],
    )


def _store_memberships(session: Session, rows: Sequence[Row]) -> int:
    sitting, committees = _sitting(session), set(session.exec(select(Committee.id)))
    kept = [row for row in rows if row["committee"] in committees and row["bioguide"] in sitting]
    session.execute(sa.delete(CommitteeSeat))
    put(session, CommitteeSeat, kept, fresh=True)
    return len(kept)


def _take_offices(session: Session, rows: Any, as_of: date, now: datetime) -> int:
    found = list(legislators.read_offices(rows))
    known = session.scalar(sa.select(sa.func.count()).select_from(Office).where(LOCAL)) or 0
    if not _plausible(session, "offices", len(found), known, as_of, now):
        return 0
    places = {
        office.id: {"bioguide": bioguide, "kind": "district", **office.model_dump()}
        for bioguide, office in found
    }
    return _store_offices(session, list(places.values()), LOCAL)


def _store_offices(session: Session, rows: Sequence[Row], which: sa.ColumnElement[bool]) -> int:
    """Replace the offices that ``which`` names; those of people who do not sit are left out."""
    sitting = _sitting(session)
    kept = [row for row in rows if row["bioguide"] in sitting]
    session.execute(sa.delete(Office).where(which))
    put(session, Office, kept, fresh=True)
    return len(kept)


def _sitting(session: Session) -> set[str]:
    return set(session.exec(select(Member.bioguide).where(Member.standing == "sitting")))


def ensure_seats(session: Session, ids: Iterable[str]) -> None:
    """Add seats not known yet; none is ever removed, since a vacant one is named by nobody."""
    put(session, Seat, [seat_row(id) for id in sorted(set(ids))])


def seat_row(id: str) -> Row:
    state, _, district = id.partition("-")
    return {
        "id": id,
        "chamber": chamber_of(id),
        "state": state,
        "district": int(district) if district else None,
        "office": office_of(id),
        "places": 1 if district else 2,
    }


# --- snapshot --------------------------------------------------------------------------------------


def restore(
    session: Session, table: Callable[[str], list[Row]], *, as_of: date, now: datetime
) -> dict[str, int]:
    """Take over a snapshot's rows, each data set only where what is known is older; returns counts.

    ``table`` gives the rows of members, tenures, seats, offices, committees and memberships.
    """
    counts: dict[str, int] = {}
    for name, take in (
        ("members", _restore_people),
        ("committees", lambda session, table, _: put(session, Committee, table("committees"))),
        ("memberships", lambda session, table, _: _store_memberships(session, table("memberships"))),
        ("offices", lambda session, table, _: _store_offices(session, _of_kind(table, "district"), LOCAL)),
    ):
        state = data_state(session, name)
        counts[name] = 0
        if state is None or state.as_of < as_of:
            counts[name] = take(session, table, as_of)
            _set_state(session, name, as_of, now, source="snapshot")
    return counts


def _restore_people(session: Session, table: Callable[[str], list[Row]], as_of: date) -> int:
    people = table("members")
    before = _sitting(session)
    _store_people(session, people, table("tenures"))
    _depart(session, before - {row["bioguide"] for row in people}, as_of)
    _age_unlisted(session, as_of)
    put(session, Seat, table("seats"))
    _store_offices(session, _of_kind(table, "washington"), WASHINGTON_OFFICE)
    return len(people)


def _of_kind(table: Callable[[str], list[Row]], kind: str) -> list[Row]:
    return [row for row in table("offices") if row["kind"] == kind]


# --- writing rows ----------------------------------------------------------------------------------


def put(session: Session, table: type[SQLModel], rows: Sequence[Row], *, fresh: bool = False) -> int:
    """Insert rows, or update those whose key exists; returns how many. ``fresh`` promises that none does."""
    keys = sa.inspect(table).primary_key
    known = set() if fresh else {tuple(row) for row in session.execute(sa.select(*keys))}
    missing: list[Row] = []
    existing: list[Row] = []
    for row in rows:
        (existing if tuple(row[key.name] for key in keys) in known else missing).append(row)
    if missing:
        session.execute(sa.insert(table), missing)
    if existing:
        session.execute(sa.update(table), existing)
    return len(rows)


def _plausible(session: Session, name: str, found: int, known: int, as_of: date, now: datetime) -> bool:
    """Whether a file is whole enough to replace what is known; if not, says so beside the old rows."""
    if found and found >= known * PLAUSIBLE_SHARE[name]:
        _set_state(session, name, as_of, now)
        return True
    reason = f"not yet published: {found} rows where {known} are known"
    _note_problem(session, name, reason, now)
    return False


def _set_state(session: Session, name: str, as_of: date, now: datetime, source: str = "legislators") -> None:
    session.merge(SourceState(name=name, as_of=as_of, checked_at=now, source=source, problem=""))


def _note_problem(session: Session, name: str, problem: str, now: datetime) -> None:
    """Say beside a data set why it is not newer; of one that was never read there is nothing to say."""
    logger.warning("%s: %s", name, problem)
    if state := session.get(SourceState, name):
        state.checked_at, state.problem = now, problem
