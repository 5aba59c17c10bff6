"""Callers' reports for organizers: shown beside the whip board, never copied into it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.organizing.models import CallReview
from campaign.outreach import outcomes
from campaign.outreach.models import CallCount, CallTotal
from campaign.proposals import lineage
from campaign.proposals.models import Campaign, Kinship, Proposal

# One caller may have misheard; this many with the same answer are worth a look.
WORTH_A_LOOK = 3
# Of a call about one bill, and of one about all.
ANSWERED = ("talked", outcomes.TOLD)
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

    Every outcome of a call counts but a skipped one.
    """
    total = sa.func.sum(col(CallCount.count))
    query = sa.select(col(CallCount.member), total).where(
        col(CallCount.about).in_(call_keys(session, bill)),
        col(CallCount.member).in_(who),
        # All kinds: with them the primary key's index serves the condition on days.
        col(CallCount.office).in_(outcomes.OFFICES),
        col(CallCount.outcome).in_(outcomes.OUTCOMES),
        col(CallCount.day) >= since,
        col(CallCount.day) < before,
    )
    return Counter({member: int(count) for member, count in session.execute(query.group_by(CallCount.member))})


def ever_called(session: Session, bill: str) -> set[str]:
    """Who was ever called about a bill."""
    called = sa.select(col(CallTotal.member)).where(
        col(CallTotal.about).in_(call_keys(session, bill)),
        col(CallTotal.outcome).in_(outcomes.OUTCOMES),
        col(CallTotal.count) > 0,
    )
    return set(session.scalars(called))


def reports(session: Session, bill: str, bioguide: str) -> Reports:
    """What callers report of one member about one bill."""
    keys = call_keys(session, bill)
    tallies = [tally for tally in outcomes.tallies(session, member=bioguide) if tally.about in keys]
    answers = Counter[str]()
    for tally in tallies:
        if tally.outcome in ANSWERED and tally.said:
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


@dataclass(frozen=True)
class Waiting:
    """A member of whom callers report something that nobody has reviewed, the most frequent answer first."""

    bioguide: str
    answers: tuple[tuple[str, int], ...]
    fresh: int


def answers(session: Session, keys: Collection[str]) -> Counter[tuple[str, str, str]]:
    """What offices answered, by key, member and answer."""
    which = col(CallTotal.about), col(CallTotal.member), col(CallTotal.said)
    query = sa.select(*which, sa.func.sum(col(CallTotal.count))).where(
        col(CallTotal.about).in_(keys),
        col(CallTotal.outcome).in_(ANSWERED),
        col(CallTotal.said) != "",
        col(CallTotal.count) > 0,
    )
    found = session.execute(query.group_by(*which))
    return Counter({(about, member, said): int(count) for about, member, said, count in found})


def to_review(
    session: Session,
    campaign: str,
    bills: Collection[str],
    given: Mapping[tuple[str, str, str], int],
    *,
    limit: int = 50,
) -> list[Waiting]:
    """The members whose reports are worth a look for one of a campaign's bills, the most unreviewed first.

    ``given`` is as ``answers`` gives it for the bills and the campaign. A call about the whole campaign is
    counted for each bill of the member's chamber, as ``reports`` does, but once in the answers.
    """
    known = {
        (row.bill, row.bioguide): row.reports
        for row in session.exec(select(CallReview).where(col(CallReview.bill).in_(bills)))
    }
    said: dict[str, dict[str, list[tuple[str, int]]]] = {}
    for (about, member, answer), count in given.items():
        said.setdefault(member, {}).setdefault(about, []).append((answer, count))
    fresh = {
        member: max((_fresh(by_key, campaign, bill, known.get((bill, member), 0)) for bill in bills), default=0)
        for member, by_key in said.items()
    }
    first = sorted((member for member in fresh if fresh[member]), key=lambda member: (-fresh[member], member))
    return [
        Waiting(member, _most_common(chain.from_iterable(said[member].values())), fresh[member])
        for member in first[:limit]
    ]


def _most_common(answers: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    total = Counter[str]()
    for answer, count in answers:
        total[answer] += count
    return tuple(total.most_common())


def _fresh(by_key: Mapping[str, Sequence[tuple[str, int]]], campaign: str, bill: str, reviewed: int) -> int:
    """How many reports about a bill are new, where they are worth a look."""
    found = (*by_key.get(bill, ()), *by_key.get(campaign, ()))
    new = sum(count for _, count in found) - reviewed
    by_answer: dict[str, int] = {}
    for answer, count in found:
        by_answer[answer] = by_answer.get(answer, 0) + count
    return new if new > 0 and max(by_answer.values()) >= WORTH_A_LOOK else 0


def totals_by_outcome(
    session: Session, keys: Collection[str], *, since: date, before: date = date.max
) -> Counter[str]:
    """Calls about these bills and campaigns from ``since`` until the day before ``before``, by outcome."""
    total = sa.func.sum(col(CallCount.count))
    # No plain column: else SQLite would read all calls of a campaign for these days.
    about = sa.func.coalesce(col(CallCount.about), "").in_(keys)
    which = about, col(CallCount.day) >= since, col(CallCount.day) < before
    query = sa.select(col(CallCount.outcome), total).where(*which).group_by(CallCount.outcome)
    return Counter({outcome: int(count) for outcome, count in session.execute(query) if count})


def by_office(session: Session, campaign: str) -> Sequence[Sequence[object]]:
    """All counts about a campaign, its bills or bills of none, by member and office: rows in the order of
    ``COLUMNS``."""
    others = lineage.bills_of_others(campaign).union(select(Campaign.slug).where(Campaign.slug != campaign))
    keys = [col(getattr(CallCount, name)) for name in COLUMNS[:-1]]
    total = sa.func.sum(col(CallCount.count))
    rows = sa.select(*keys, total).where(col(CallCount.about).not_in(others))
    found = session.execute(rows.group_by(*keys).order_by(*keys).having(total > 0))
    return [list(row) for row in found]
