"""Which bills are polled, and the state of their polling."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from campaign.congress.bills import BillId
from campaign.congress.intake import unread
from campaign.congress.ledger import Recorded, record
from campaign.congress.models import Bill, RateBudget, Tracking
from campaign.congress.observation import Observation

SHORT_LIST_TOLERATED = timedelta(days=3)


def track(session: Session, bill: BillId, *, now: datetime) -> bool:
    """Poll this bill from now on; False when it is tracked already. Until a source shows the bill, only its
    number is stored."""
    if session.get(Bill, str(bill)) is None:
        session.add(unread(bill))
        session.flush()
    tracking = session.get(Tracking, str(bill))
    if tracking is None:
        session.add(Tracking(bill=str(bill), since=now))
    elif tracking.until is not None:
        tracking.since, tracking.until = now, None
    else:
        return False
    return True


def track_all(session: Session, bills: Sequence[BillId], *, now: datetime) -> None:
    """Poll all of these from now on, with a fixed number of queries: for a whole Congress."""
    ids = {str(bill): bill for bill in bills}
    known = set(session.exec(select(Bill.id).where(col(Bill.id).in_(ids))))
    session.add_all(unread(bill) for id, bill in ids.items() if id not in known)
    session.flush()
    rows = {row.bill: row for row in session.exec(select(Tracking).where(col(Tracking.bill).in_(ids)))}
    session.add_all(Tracking(bill=id, since=now) for id in ids if id not in rows)
    for row in rows.values():
        if row.until is not None:
            row.since, row.until = now, None


def untrack(session: Session, bill: BillId, *, now: datetime) -> bool:
    """Stop polling this bill; its record stays. False when it is not tracked."""
    tracking = session.get(Tracking, str(bill))
    if tracking is None or tracking.until is not None:
        return False
    tracking.until = now
    return True


def tracked(session: Session) -> list[Tracking]:
    """The bills to poll, the least recently attempted first."""
    query = select(Tracking).where(col(Tracking.until).is_(None))
    return list(session.exec(query.order_by(col(Tracking.attempted_at).asc().nulls_first(), Tracking.bill)))


def tracking_of(session: Session, bill: BillId) -> Tracking | None:
    return session.get(Tracking, str(bill))


def record_reading(
    session: Session, observation: Observation, *, now: datetime, modified: str = ""
) -> Recorded:
    """Record an observation and, in the same transaction, the state of its bill's polling.

    ``modified`` is GovInfo's Last-Modified for the next conditional request. It is dropped while something
    waits for a second complete reading, because "not modified" would never show that again.
    """
    recorded = record(session, observation)
    tracking = session.get(Tracking, observation.bill)
    if tracking is None:
        return recorded
    tracking.attempted_at = now
    if observation.complete:
        tracking.problem, tracking.problem_since = "", None
        _note_read(tracking, observation, modified="" if recorded.pending else modified)
    else:
        _note_problem(tracking, observation.problem, now)
    return recorded


def record_readings(session: Session, observations: Sequence[Observation], *, now: datetime) -> int:
    """Record observations of many bills, with one query for those that are polled; returns how many changes."""
    ids = [observation.bill for observation in observations]
    polled = set(session.exec(select(Tracking.bill).where(col(Tracking.bill).in_(ids))))
    changes = 0
    for observation in observations:
        if observation.bill in polled:
            recorded = record_reading(session, observation, now=now)
        else:
            recorded = record(session, observation)
        changes += recorded.changes
    return changes


def not_modified(session: Session, bill: BillId, *, now: datetime) -> None:
    """Note that GovInfo's file has not changed: a complete reading without news.

    It counts once in a row: content has changed under an unchanged Last-Modified (quirk 8), so the next
    request is unconditional. Of a bill that api.congress.gov showed since, it says nothing: the file may be
    older than that (quirk 12).
    """
    known, tracking = session.get(Bill, str(bill)), session.get(Tracking, str(bill))
    if known is not None and known.authority == "govinfo" and known.observed_at and known.observed_at < now:
        known.observed_at, known.observed_source = now, "govinfo"
    if tracking is not None:
        tracking.attempted_at = tracking.govinfo_read_at = now
        tracking.govinfo_modified = ""
        tracking.problem, tracking.problem_since = "", None


def failed(session: Session, bill: BillId, reason: str, *, now: datetime) -> None:
    """Note a failed reading; what is known stays as it is."""
    tracking = session.get(Tracking, str(bill))
    if tracking is not None:
        tracking.attempted_at = now
        _note_problem(tracking, reason, now)


def needs_a_person(tracking: Tracking, *, now: datetime) -> bool:
    """Whether a problem has lasted so long that a person should look (quirk 11)."""
    return tracking.problem_since is not None and now - tracking.problem_since >= SHORT_LIST_TOLERATED


def _note_read(tracking: Tracking, observation: Observation, *, modified: str) -> None:
    if observation.source == "api":
        tracking.api_read_at = observation.read_at
    elif observation.source == "govinfo":
        tracking.govinfo_read_at = observation.read_at
        tracking.govinfo_modified = modified


def _note_problem(tracking: Tracking, problem: str, now: datetime) -> None:
    tracking.problem = problem
    tracking.problem_since = tracking.problem_since or now


def store_budgets(session: Session, budgets: Mapping[str, int], *, now: datetime) -> None:
    """Store the number of requests that each host still allows."""
    for host, left in budgets.items():
        row = session.get(RateBudget, host) or RateBudget(host=host, left=left, seen_at=now)
        row.left, row.seen_at = left, now
        session.add(row)


def budgets(session: Session) -> list[RateBudget]:
    """The last known number of requests that each host still allows."""
    return list(session.exec(select(RateBudget).order_by(RateBudget.host)))
