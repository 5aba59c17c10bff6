"""What callers report, beside what organizers know: a hint to weigh, never taken over by itself."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress.models import Member
from campaign.organizing.models import CallReview
from campaign.outreach import outcomes
from campaign.outreach.models import CallCount
from campaign.proposals.models import Kinship, Proposal

# One caller may have misheard; this many who heard the same are worth a look.
WORTH_A_LOOK = 3
COLUMNS = ("about", "member", "office", "outcome", "said", "count")


@dataclass(frozen=True)
class Reports:
    """What callers say an office answered, most often first; ``fresh`` counts those nobody has reviewed."""

    answers: tuple[tuple[str, int], ...]
    made: int
    fresh: int

    @property
    def worth_a_look(self) -> bool:
        return self.fresh > 0 and any(count >= WORTH_A_LOOK for _, count in self.answers)


def about(session: Session, bill: str) -> tuple[str, ...]:
    """What a call about a bill may be counted under: the bill itself, or its campaign as a whole."""
    home = (
        select(Proposal.campaign)
        .join(Kinship, col(Kinship.proposal) == col(Proposal.slug))
        .where(Kinship.bill == bill, Kinship.state == "confirmed")
    )
    return (bill, *session.exec(home))


def still_open(today: date) -> date:
    """The first day whose counts may still move: a report can be taken back for an hour, also past midnight."""
    return today - timedelta(days=1)


def by_member(
    session: Session, bill: str, who: Collection[str], *, since: date, before: date = date.max
) -> Counter[str]:
    """How often each of these members was called about a bill on the days from ``since`` to ``before``,
    whatever came of it; skipping is no call."""
    total = sa.func.sum(col(CallCount.count))
    query = sa.select(col(CallCount.member), total).where(
        col(CallCount.about).in_(about(session, bill)),
        col(CallCount.member).in_(who),
        # Both kinds there are: named, so that the key leads to the days.
        col(CallCount.office).in_(outcomes.OFFICES),
        col(CallCount.outcome) != "skip",
        col(CallCount.day) >= since,
        col(CallCount.day) < before,
    )
    return Counter({member: int(count) for member, count in session.execute(query.group_by(CallCount.member))})


def ever_called(session: Session, bill: str) -> set[str]:
    """Who was ever called about a bill: one look into the index for each member, not a sum over all calls."""
    theirs = sa.exists().where(
        col(CallCount.about).in_(about(session, bill)),
        col(CallCount.member) == col(Member.bioguide),
        col(CallCount.outcome) != "skip",
        col(CallCount.count) > 0,
    )
    return set(session.scalars(sa.select(col(Member.bioguide)).where(theirs)))


def reports(session: Session, bill: str, bioguide: str) -> Reports:
    """What callers report of one member about one bill."""
    keys = about(session, bill)
    found = [one for one in outcomes.tallies(session, member=bioguide) if one.about in keys]
    answers = Counter[str]()
    for one in found:
        if one.outcome == "talked" and one.said:
            answers[one.said] += one.count
    made = sum(one.count for one in found if one.outcome in outcomes.MADE)
    known = session.get(CallReview, (bill, bioguide))
    fresh = max(0, sum(answers.values()) - (known.reports if known else 0))
    return Reports(tuple(answers.most_common()), made, fresh)


def review(session: Session, bill: str, bioguide: str, *, by: str, now: datetime) -> None:
    """Note that a person has looked at the reports there are now."""
    seen = sum(count for _, count in reports(session, bill, bioguide).answers)
    row = session.get(CallReview, (bill, bioguide)) or CallReview(
        bill=bill, bioguide=bioguide, reports=0, by=by, at=now
    )
    row.reports, row.by, row.at = seen, by, now
    session.add(row)
    session.flush()


def lately(session: Session, *, since: date, before: date = date.max) -> Counter[str]:
    """Calls on the days from ``since`` to ``before`` by how they ended."""
    total = sa.func.sum(col(CallCount.count))
    days = col(CallCount.day) >= since, col(CallCount.day) < before
    query = sa.select(col(CallCount.outcome), total).where(*days).group_by(CallCount.outcome)
    return Counter({outcome: int(count) for outcome, count in session.execute(query) if count})


def by_office(session: Session) -> Sequence[Sequence[object]]:
    """All counts by member and office, in the order of ``COLUMNS``."""
    keys = [col(getattr(CallCount, name)) for name in COLUMNS[:-1]]
    total = sa.func.sum(col(CallCount.count))
    rows = session.execute(sa.select(*keys, total).group_by(*keys).order_by(*keys).having(total > 0))
    return [list(row) for row in rows]
