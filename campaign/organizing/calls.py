"""Callers' reports for organizers: shown beside the whip board, never copied into it."""

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

# One caller may have misheard; this many with the same answer are worth a look.
WORTH_A_LOOK = 3
COLUMNS = ("about", "member", "office", "outcome", "said", "count")


@dataclass(frozen=True)
class Reports:
    """What offices answered according to callers, the most frequent answer first.

    ``made`` counts calls that reached an office, ``fresh`` answers reported since the last review.
    """

    answers: tuple[tuple[str, int], ...]
    made: int
    fresh: int

    @property
    def worth_a_look(self) -> bool:
        return self.fresh > 0 and any(count >= WORTH_A_LOOK for _, count in self.answers)


def call_keys(session: Session, bill: str) -> tuple[str, ...]:
    """The keys under which calls about a bill are counted: its id, and its campaign's slug."""
    campaign = (
        select(Proposal.campaign)
        .join(Kinship, col(Kinship.proposal) == col(Proposal.slug))
        .where(Kinship.bill == bill, Kinship.state == "confirmed")
    )
    return (bill, *session.exec(campaign))


def still_open(today: date) -> date:
    """The first day whose counts may still change: a report can be undone for an hour, also past midnight."""
    return today - timedelta(days=1)


def by_member(
    session: Session, bill: str, who: Collection[str], *, since: date, before: date = date.max
) -> Counter[str]:
    """How often each of these members was called about a bill from ``since`` until the day before ``before``.

    Every outcome counts but a skipped call.
    """
    total = sa.func.sum(col(CallCount.count))
    query = sa.select(col(CallCount.member), total).where(
        col(CallCount.about).in_(call_keys(session, bill)),
        col(CallCount.member).in_(who),
        # All kinds: with them the primary key's index serves the condition on days.
        col(CallCount.office).in_(outcomes.OFFICES),
        col(CallCount.outcome) != "skip",
        col(CallCount.day) >= since,
        col(CallCount.day) < before,
    )
    return Counter({member: int(count) for member, count in session.execute(query.group_by(CallCount.member))})


def ever_called(session: Session, bill: str) -> set[str]:
    """Who was ever called about a bill: one index look-up a member rather than a sum over all calls."""
    called = sa.exists().where(
        col(CallCount.about).in_(call_keys(session, bill)),
        col(CallCount.member) == col(Member.bioguide),
        col(CallCount.outcome) != "skip",
        col(CallCount.count) > 0,
    )
    return set(session.scalars(sa.select(col(Member.bioguide)).where(called)))


def reports(session: Session, bill: str, bioguide: str) -> Reports:
    """What callers report of one member about one bill."""
    keys = call_keys(session, bill)
    tallies = [tally for tally in outcomes.tallies(session, member=bioguide) if tally.about in keys]
    answers = Counter[str]()
    for tally in tallies:
        if tally.outcome == "talked" and tally.said:
            answers[tally.said] += tally.count
    made = sum(tally.count for tally in tallies if tally.outcome in outcomes.MADE)
    known = session.get(CallReview, (bill, bioguide))
    fresh = max(0, sum(answers.values()) - (known.reports if known else 0))
    return Reports(tuple(answers.most_common()), made, fresh)


def review(session: Session, bill: str, bioguide: str, *, by: str, now: datetime) -> None:
    """Record that a user has reviewed the reports there are now."""
    seen = sum(count for _, count in reports(session, bill, bioguide).answers)
    row = session.get(CallReview, (bill, bioguide)) or CallReview(
        bill=bill, bioguide=bioguide, reports=0, by=by, at=now
    )
    row.reports, row.by, row.at = seen, by, now
    session.add(row)
    session.flush()


def totals_by_outcome(session: Session, *, since: date, before: date = date.max) -> Counter[str]:
    """Calls from ``since`` until the day before ``before``, by outcome."""
    total = sa.func.sum(col(CallCount.count))
    days = col(CallCount.day) >= since, col(CallCount.day) < before
    query = sa.select(col(CallCount.outcome), total).where(*days).group_by(CallCount.outcome)
    return Counter({outcome: int(count) for outcome, count in session.execute(query) if count})


def by_office(session: Session) -> Sequence[Sequence[object]]:
    """All counts by member and office, as rows in the order of ``COLUMNS``."""
    keys = [col(getattr(CallCount, name)) for name in COLUMNS[:-1]]
    total = sa.func.sum(col(CallCount.count))
    rows = session.execute(sa.select(*keys, total).group_by(*keys).order_by(*keys).having(total > 0))
    return [list(row) for row in rows]
