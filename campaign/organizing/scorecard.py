"""The scorecard of a campaign: what each sitting member did about its bills of this Congress. No grades."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from campaign.congress import ledger, members
from campaign.congress.bills import Chamber, congress_on
from campaign.congress.ledger import BillRecord
from campaign.congress.members import Person
from campaign.proposals import campaigns, lineage
from campaign.proposals.models import Proposal
from campaign.votes import standing
from campaign.votes.models import YEA
from campaign.votes.standing import BillVote

SPONSOR, COSPONSOR, WITHDREW, NEITHER = "sponsor", "cosponsor", "withdrew", "neither"
# The list of co-sponsors is not known whole: absence from it proves nothing.
UNREAD = "unread"
FOR_IT = frozenset({SPONSOR, COSPONSOR, YEA})


@dataclass(frozen=True)
class Column:
    """What is counted: whether members are on a bill of their chamber or, with ``vote``, how they voted on
    passing a bill of either."""

    record: BillRecord
    proposal: Proposal
    chamber: str
    vote: BillVote | None = None

    @property
    def counted(self) -> tuple[int, int] | None:
        """Yeas and nays of the vote, where the chamber counted them."""
        roll = self.vote.roll if self.vote else None
        return (roll.yeas, roll.nays) if roll and roll.yeas is not None and roll.nays is not None else None


@dataclass(frozen=True)
class Mark:
    """What one member did in one column: a standing of this module or a vote of ``votes.models``, with its day.
    ``did`` is empty where the member took no part, such as a delegate in a vote on passage."""

    did: str
    day: date | None = None

    @property
    def counts(self) -> bool:
        """Whether the member could have been for it, as far as is known."""
        return self.did not in ("", UNREAD)

    @property
    def for_it(self) -> bool:
        return self.did in FOR_IT


@dataclass(frozen=True)
class Row:
    person: Person
    marks: tuple[Mark, ...]

    @property
    def done(self) -> int:
        return sum(mark.for_it for mark in self.marks)

    @property
    def possible(self) -> int:
        return sum(mark.counts for mark in self.marks)


@dataclass(frozen=True)
class Sheet:
    """One chamber: its columns, and a row for each member by name."""

    chamber: Chamber
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def scorecard(session: Session, campaign: str, *, now: datetime) -> tuple[Sheet, ...]:
    """A sheet for each chamber that has a bill of the campaign in this Congress, or has voted on one."""
    found = _records(session, campaign, now)
    ids = [str(record.id) for record, _ in found]
    votes = standing.votes_on(session, ids)
    last = standing.last_passages(vote for each in votes.values() for vote in each)
    stands = standing.stands(session, ids)
    everybody = members.people(session, now=now).values()
    sheets = []
    for chamber in ("house", "senate"):
        columns = tuple(_columns(found, last, chamber))
        people = [person for person in everybody if person.chamber == chamber]
        if columns:
            rows = tuple(Row(each, tuple(_mark(each, column, stands) for column in columns)) for each in people)
            sheets.append(Sheet(chamber, columns, rows))
    return tuple(sheets)


def _records(session: Session, campaign: str, now: datetime) -> list[tuple[BillRecord, Proposal]]:
    """The campaign's bills of the sitting Congress, in its order."""
    sitting = congress_on(now)
    pairs = [
        (bill.id, proposal)
        for proposal in campaigns.campaign_proposals(session, campaign)
        for bill, _ in lineage.bills_of(session, proposal.slug)
        if bill.congress == sitting
    ]
    records = ledger.records(session, [id for id, _ in pairs], now=now)
    return [(records[id], proposal) for id, proposal in pairs]


def _columns(
    found: Sequence[tuple[BillRecord, Proposal]],
    last: Mapping[tuple[str, str], BillVote],
    chamber: str,
) -> Iterable[Column]:
    for record, proposal in found:
        if record.id.chamber == chamber:
            yield Column(record, proposal, chamber)
        if vote := last.get((str(record.id), chamber)):
            yield Column(record, proposal, chamber, vote)


def _mark(person: Person, column: Column, stands: Mapping[tuple[str, str], standing.Stand]) -> Mark:
    if column.vote is None:
        return _on(person, column.record)
    stand = stands.get((str(column.record.id), person.bioguide))
    # Who came from the other chamber may have voted on it there.
    return Mark(stand.cast, stand.day) if stand and stand.day == column.vote.day else Mark("")


def _on(person: Person, record: BillRecord) -> Mark:
    rows = [row for row in record.cosponsors if row.bioguide == person.bioguide]
    if record.sponsor == person.bioguide:
        return Mark(SPONSOR, record.bill.introduced)
    if joined := [row.joined for row in rows if row.withdrawn is None]:
        return Mark(COSPONSOR, min(joined))
    if left := [row.withdrawn for row in rows if row.withdrawn]:
        return Mark(WITHDREW, max(left))
    read = record.bill.observed_at is not None and not record.bill.partial
    return Mark(NEITHER) if read else Mark(UNREAD)
