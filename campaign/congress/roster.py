"""Import of members, offices and committees: from congress-legislators every day, or from the snapshot.

A file that is poorer than what is known is a gap in the file, not news: what is known stays, field by field,
with a note of its age.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.congress import committees, data_sets, legislators, offices
from campaign.congress.bills import WASHINGTON, congress_of
from campaign.congress.data_sets import Row
from campaign.congress.legislators import FILES, Legislator, MemberFiles, party_letter
from campaign.congress.members import LISTING_LAG, Standing, chamber_of, data_state, office_of
from campaign.congress.models import Committee, CommitteeSeat, Member, Office, Seat, Tenure
from campaign.congress.terms import term_day
from campaign.fetch import Fetcher, json_of
from campaign.refusals import SourceError
from campaign.settings import Settings

HISTORICAL_EVERY = timedelta(days=7)
COMMISSIONER = "PR-0"
RECENT_TERMS = timedelta(days=3 * 366)


def refresh(fetcher: Fetcher, settings: Settings, engine: Engine, *, now: datetime) -> dict[str, int]:
    """Read the files of congress-legislators and import them in one transaction; returns row counts.

    A file that cannot be read leaves its table as it was, with the reason in its SourceState. Raises
    Unread when no file could be read.
    """
    problems: dict[str, str] = {}
    names = ["current", "committees", "memberships", "offices"]
    files = {name: _read(fetcher, settings, name, problems) for name in names}
    if len(problems) == len(names):
        raise SourceError(problems["current"])
    with db.reading(engine) as session:
        needs_history = _needs_history(session, files["current"], now)
    if needs_history:
        files["historical"] = _read(fetcher, settings, "historical", problems)
    today = now.astimezone(WASHINGTON).date()
    with db.writing(engine) as session:
        counts = import_members(session, MemberFiles(**files), as_of=today, now=now)
        for name, problem in problems.items():
            data_sets.note_problem(session, "members" if name == "current" else name, problem, now)
    return counts


def _read(fetcher: Fetcher, settings: Settings, name: str, problems: dict[str, str]) -> Any:
    try:
        return fetcher.read(f"{settings.legislators_url}/{FILES[name]}", json_of)
    except SourceError as error:
        problems[name] = error.reason
        return None


def _needs_history(session: Session, current: Any, now: datetime) -> bool:
    """Whether somebody has left without a known date, and the large file was not read for it this week."""
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
    """Import the given files; a table that would shrink implausibly stays as it is. Returns row counts.

    Of the historical file, only people who are known or whose last term ended lately are imported.
    """
    counts: dict[str, int] = {}
    if files.current is not None:
        counts["members"] = _import_current(session, files.current, as_of, now)
    if files.historical is not None:
        counts["historical"] = _import_historical(session, files.historical, as_of, now)
    if files.committees is not None:
        counts["committees"] = committees.import_committees(session, files.committees, as_of, now)
    if files.memberships is not None:
        counts["memberships"] = committees.import_memberships(session, files.memberships, as_of, now)
    if files.offices is not None:
        counts["offices"] = offices.import_offices(session, files.offices, as_of, now)
    return counts


def _import_current(session: Session, rows: Any, as_of: date, now: datetime) -> int:
    found = legislators.read_people(rows)
    sitting = data_sets.listed(session)
    size = len(found.rows) + len(found.unreadable)
    if not data_sets.is_plausible(session, "members", size, len(sitting), now):
        return 0
    data_sets.set_state(session, "members", as_of, now)
    moved = _moved_chamber(session, found.rows)
    _store_listed(session, found.rows, "sitting", "legislators")
    session.execute(sa.delete(Office).where(col(Office.bioguide).in_(moved)))
    kept = offices.replace_washington(session, found.rows)
    data_sets.note_kept(session, "washington", kept, "members without telephone or office there", as_of, now)
    if not found.nameless:
        listed = {row.bioguide for row in found.rows} | found.unreadable
        if gone := sitting - listed:
            _depart(session, gone - _outgoing(session, gone, found.rows, now), as_of)
    _age_unlisted(session, as_of)
    ensure_seats(session, (row.latest.seat for row in found.rows))
    if unreadable := found.nameless + len(found.unreadable):
        data_sets.note_problem(session, "members", f"{unreadable} rows could not be read", now)
    return len(found.rows)


def _import_historical(session: Session, rows: Any, as_of: date, now: datetime) -> int:
    known = dict(session.exec(select(Member.bioguide, Member.standing)).all())
    wanted = [
        row
        for row in legislators.read_people(rows).rows
        if known.get(row.bioguide, "") != "sitting"
        and (row.bioguide in known or as_of - row.latest.end < RECENT_TERMS)
    ]
    _store_listed(session, wanted, "departed", "historical", left_by=as_of)
    data_sets.set_state(session, "historical", as_of, now)
    return len(wanted)


def _outgoing(session: Session, gone: set[str], found: Sequence[Legislator], now: datetime) -> set[str]:
    """Of those missing from a list that came before the terms in it begin, the ones who sit until that day."""
    ahead = {row.latest.start for row in found if row.latest.start > term_day(now)}
    until_then = sa.and_(col(Tenure.bioguide).in_(gone), col(Tenure.ends).in_(ahead))
    return set(session.exec(select(Tenure.bioguide).where(until_then)))


def _moved_chamber(session: Session, found: Sequence[Legislator]) -> set[str]:
    """Who sat in the other chamber by the last list: their offices and addresses there are closed."""
    seats = session.exec(select(Member.bioguide, Member.seat).where(Member.standing == "sitting"))
    known = {bioguide: chamber_of(seat) for bioguide, seat in seats if seat}
    return {row.bioguide for row in found if known.get(row.bioguide, row.latest.chamber) != row.latest.chamber}


def _store_listed(
    session: Session,
    found: Sequence[Legislator],
    standing: Standing,
    source: str,
    *,
    left_by: date | None = None,
) -> None:
    """Store people and their terms; with ``left_by`` those of people who have left by that day."""
    tenures = {
        (row.bioguide, part["starts"]): part
        for row in found
        for term in row.terms
        for part in _tenure_rows(row, term, standing)
    }
    _keep_addresses(session, tenures.values())
    if left_by is not None:
        _end_terms(session, tenures.values(), left_by)
    _store_people(session, [_member_row(row, standing, source) for row in found], list(tenures.values()))


def _keep_addresses(session: Session, tenures: Iterable[Row]) -> None:
    """Fill web addresses that a new list lacks with the known ones: in January they come days late."""
    known: dict[tuple[str, str], Tenure] = {}
    for tenure in session.exec(select(Tenure).order_by(col(Tenure.starts))):
        if tenure.url or tenure.contact_form:
            known[tenure.bioguide, tenure.chamber] = tenure
    for row in tenures:
        before = known.get((row["bioguide"], row["chamber"]))
        if before is not None and row["starts"] >= before.starts:
            row["url"] = row["url"] or before.url
            row["contact_form"] = row["contact_form"] or before.contact_form


def _end_terms(session: Session, rows: Iterable[Row], left_by: date) -> None:
    """End terms of people who have left that run on in the file, which may not have the day yet: on the day on
    which they were first missed, where that is known."""
    missed = {
        (tenure.bioguide, tenure.starts): tenure.ends
        for tenure in session.exec(select(Tenure).where(col(Tenure.approximate)))
    }
    for row in rows:
        if row["ends"] > left_by:
            row["ends"] = missed.get((row["bioguide"], row["starts"]), left_by)
            row["approximate"] = True


def _store_people(session: Session, people: Sequence[Row], tenures: Sequence[Row]) -> None:
    data_sets.put(session, Member, people)
    session.execute(sa.delete(Tenure).where(col(Tenure.bioguide).in_([row["bioguide"] for row in people])))
    data_sets.put(session, Tenure, tenures, fresh=True)


def _member_row(row: Legislator, standing: Standing, source: str) -> Row:
    return {
        "bioguide": row.bioguide,
        "lis": row.id.lis,
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


def _tenure_rows(row: Legislator, term: legislators.Term, standing: Standing) -> Iterator[Row]:
    """One row for each party of a term."""
    open_ended = term is row.latest and standing == "sitting"
    for start, end, party in term.parties:
        yield {
            "bioguide": row.bioguide,
            "starts": start,
            "seat": term.seat,
            "chamber": term.chamber,
            "ends": _true_end(term) if open_ended and end == term.end else end,
            "approximate": False,
            "party": party_letter(party),
            "senate_class": term.senate_class,
            "url": term.url,
            "contact_form": term.contact_form,
        }


def _true_end(term: legislators.Term) -> date:
    """The end of a term. The resident commissioner of Puerto Rico is elected for four years, in the years of
    presidential elections (48 U.S.C. 891); the source cuts the term in two."""
    end = term.end
    halfway = (end.month, end.day) == (1, 3) and end.year % 4 == 3
    return end.replace(year=end.year + 2) if term.seat == COMMISSIONER and halfway else end


def _depart(session: Session, gone: set[str], as_of: date) -> None:
    session.execute(sa.update(Member).where(col(Member.bioguide).in_(gone)).values(standing="departed"))
    running = sa.and_(col(Tenure.bioguide).in_(gone), col(Tenure.ends) > as_of)
    session.execute(sa.update(Tenure).where(running).values(ends=as_of, approximate=True))
    session.execute(sa.delete(Office).where(col(Office.bioguide).in_(gone)))
    session.execute(sa.delete(CommitteeSeat).where(col(CommitteeSeat.bioguide).in_(gone)))


def _age_unlisted(session: Session, as_of: date) -> None:
    overdue = sa.and_(col(Member.standing) == "unlisted", col(Member.named_on) < as_of - LISTING_LAG)
    session.execute(sa.update(Member).where(overdue).values(standing="departed"))


def ensure_seats(session: Session, ids: Iterable[str]) -> None:
    """Add seats that are not known yet. Seats are never removed: no list names a vacant one."""
    data_sets.put(session, Seat, [seat_row(id) for id in sorted(set(ids))])


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


def _restore_memberships(session: Session, table: Callable[[str], list[Row]], as_of: date) -> int:
    rows = [{**row, "congress": congress_of(as_of)} for row in table("memberships")]
    return committees.store_memberships(session, rows)


def restore(
    session: Session, table: Callable[[str], list[Row]], *, as_of: date, now: datetime
) -> dict[str, int]:
    """Import a snapshot's rows, each data set only where the stored one is older; returns row counts.

    ``table`` gives the rows of members, tenures, seats, offices, committees and memberships by name.
    """
    counts: dict[str, int] = {}
    for name, store in (
        ("members", _restore_people),
        ("committees", lambda session, table, _: data_sets.put(session, Committee, table("committees"))),
        ("memberships", lambda session, table, _: _restore_memberships(session, table, as_of)),
        (
            "offices",
            lambda session, table, _: offices.store_offices(
                session, _of_kind(table, "district"), offices.LOCAL
            ),
        ),
    ):
        state = data_state(session, name)
        counts[name] = 0
        if state is None or state.as_of < as_of:
            counts[name] = store(session, table, as_of)
            for stored in ("members", "washington") if name == "members" else (name,):
                data_sets.set_state(session, stored, as_of, now, source="snapshot")
    return counts


def _restore_people(session: Session, table: Callable[[str], list[Row]], as_of: date) -> int:
    people = table("members")
    before = data_sets.listed(session)
    _store_people(session, people, table("tenures"))
    _depart(session, before - {row["bioguide"] for row in people}, as_of)
    _age_unlisted(session, as_of)
    data_sets.put(session, Seat, table("seats"))
    offices.store_offices(session, _of_kind(table, "washington"), offices.WASHINGTON)
    return len(people)


def _of_kind(table: Callable[[str], list[Row]], kind: str) -> list[Row]:
    return [row for row in table("offices") if row["kind"] == kind]
