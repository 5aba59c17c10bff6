"""Which bills are polled, and how that goes."""

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
    """Poll this bill from now on; False when it was tracked already. The bill is kept by number until a
    source has shown it."""
    if session.get(Bill, str(bill)) is None:
        session.add(unread(bill))
        session.flush()
    mine = session.get(Tracking, str(bill))
    if mine is None:
        session.add(Tracking(bill=str(bill), since=now))
    elif mine.until is not None:
        mine.since, mine.until = now, None
    else:
        return False
    return True


def track_all(session: Session, bills: Sequence[BillId], *, now: datetime) -> None:
    """Poll all of these from now on, with few questions: a whole Congress is tracked so."""
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
    """Poll this bill no longer; its record stays. False when it was not tracked."""
    mine = session.get(Tracking, str(bill))
    if mine is None or mine.until is not None:
        return False
    mine.until = now
    return True


def tracked(session: Session) -> list[Tracking]:
    """Bills to poll, the one asked longest ago first."""
    query = select(Tracking).where(col(Tracking.until).is_(None))
    return list(session.exec(query.order_by(col(Tracking.attempted_at).asc().nulls_first(), Tracking.bill)))


def tracking_of(session: Session, bill: BillId) -> Tracking | None:
    return session.get(Tracking, str(bill))


def take(session: Session, observation: Observation, *, now: datetime, modified: str = "") -> Recorded:
    """Record an observation and note, in the same transaction, how its bill's polling goes.

    ``modified`` is GovInfo's stamp for the next conditional request; it is forgotten while something waits
    for a second sighting, because "not modified" would never show it again.
    """
    recorded = record(session, observation)
    mine = session.get(Tracking, observation.bill)
    if mine is None:
        return recorded
    mine.attempted_at = now
    if observation.complete:
        mine.problem, mine.problem_since = "", None
        _note_read(mine, observation, modified="" if recorded.pending else modified)
    else:
        _note_problem(mine, observation.problem, now)
    return recorded


def take_all(session: Session, observations: Sequence[Observation], *, now: datetime) -> int:
    """Take over observations of many bills, asking once which of them are polled; how many changes."""
    ids = [observation.bill for observation in observations]
    polled = set(session.exec(select(Tracking.bill).where(col(Tracking.bill).in_(ids))))
    changes = 0
    for one in observations:
        recorded = take(session, one, now=now) if one.bill in polled else record(session, one)
        changes += recorded.changes
    return changes


def not_modified(session: Session, bill: BillId, *, now: datetime) -> None:
    """GovInfo said that its file is the one already read: a whole reading that found nothing new.

    It is believed once in a row: content has changed under an unmoved stamp (quirk 8), so the next request
    asks for the file whatever its date.
    """
    known, mine = session.get(Bill, str(bill)), session.get(Tracking, str(bill))
    if known is not None and known.observed_at is not None and known.observed_at < now:
        known.observed_at, known.observed_source = now, "govinfo"
    if mine is not None:
        mine.attempted_at = mine.govinfo_read_at = now
        mine.govinfo_modified = ""
        mine.problem, mine.problem_since = "", None


def failed(session: Session, bill: BillId, reason: str, *, now: datetime) -> None:
    """A reading gave nothing; what is known stays as it is."""
    mine = session.get(Tracking, str(bill))
    if mine is not None:
        mine.attempted_at = now
        _note_problem(mine, reason, now)


def needs_a_person(tracking: Tracking, *, now: datetime) -> bool:
    """Whether a problem has lasted so long that somebody should look (quirk 11)."""
    return tracking.problem_since is not None and now - tracking.problem_since >= SHORT_LIST_TOLERATED


def _note_read(mine: Tracking, observation: Observation, *, modified: str) -> None:
    if observation.source == "api":
        mine.api_read_at = observation.read_at
    elif observation.source == "govinfo":
        mine.govinfo_read_at = observation.read_at
        mine.govinfo_modified = modified


def _note_problem(mine: Tracking, problem: str, now: datetime) -> None:
    mine.problem = problem
    mine.problem_since = mine.problem_since or now


def keep_budgets(session: Session, budgets: Mapping[str, int], *, now: datetime) -> None:
    """Keep what hosts said of the requests that are left."""
    for host, left in budgets.items():
        row = session.get(RateBudget, host) or RateBudget(host=host, left=left, seen_at=now)
        row.left, row.seen_at = left, now
        session.add(row)


def budgets(session: Session) -> list[RateBudget]:
    """The last word of every host on the requests that are left."""
    return list(session.exec(select(RateBudget).order_by(RateBudget.host)))
