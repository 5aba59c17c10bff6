"""How members voted on bills, for pages, asks and the scorecard."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from campaign.congress.bills import WASHINGTON, BillId
from campaign.congress.models import Bill, RecordedVote
from campaign.votes import questions
from campaign.votes.models import MemberVote, RollCall
from campaign.votes.parsed import RollId


@dataclass(frozen=True)
class BillVote:
    """A roll call on a bill. ``roll`` is None where its document was not read yet; ``passage``: a yea was a
    vote for this bill."""

    bill: BillId
    id: RollId
    roll: RollCall | None
    passage: bool

    @property
    def day(self) -> date | None:
        at = self.roll.voted_at if self.roll else None
        return at.astimezone(WASHINGTON).date() if at else None


@dataclass(frozen=True)
class Stand:
    """How a member voted on passing a bill, the last time that their chamber voted on it."""

    bill: BillId
    cast: str
    day: date


def votes_on(session: Session, bills: Collection[str]) -> dict[str, list[BillVote]]:
    """The roll calls on each of these bills, the newest first; those not read yet come before all."""
    query = (
        select(RecordedVote, Bill.congress)
        .join(Bill, col(Bill.id) == col(RecordedVote.bill))
        .where(col(RecordedVote.bill).in_(bills))
    )
    named = [
        (row.bill, RollId(row.chamber, congress, row.session, row.number))
        for row, congress in session.exec(query)
    ]
    ids = {str(id) for _, id in named}
    read = select(RollCall).where(col(RollCall.id).in_(ids), col(RollCall.read_at).is_not(None))
    rolls = {roll.id: roll for roll in session.exec(read)}
    found: dict[str, list[BillVote]] = {}
    for bill, id in named:
        roll = rolls.get(str(id))
        passage = roll is not None and questions.is_passage(roll, bill)
        found.setdefault(bill, []).append(BillVote(BillId.of(bill), id, roll, passage))
    return {bill: sorted(votes, key=_newest_first) for bill, votes in found.items()}


def _newest_first(vote: BillVote) -> tuple[bool, float, int]:
    at = vote.roll.voted_at if vote.roll else None
    return at is not None, -at.timestamp() if at else 0.0, -vote.id.number


def ballots(session: Session, roll: RollCall) -> list[MemberVote]:
    """Every vote of a roll call whose member is known, by name."""
    rows = select(MemberVote).where(MemberVote.roll == roll.id)
    return list(session.exec(rows.order_by(col(MemberVote.name), col(MemberVote.state))))


def last_passages(votes: Iterable[BillVote]) -> dict[tuple[str, str], BillVote]:
    """Of roll calls in the order of ``votes_on``, the newest on passing each bill, by bill and chamber."""
    found: dict[tuple[str, str], BillVote] = {}
    for vote in votes:
        if vote.passage and vote.day is not None:
            found.setdefault((str(vote.bill), vote.id.chamber), vote)
    return found


def stands(
    session: Session, bills: Collection[str], members: Collection[str] | None = None
) -> dict[tuple[str, str], Stand]:
    """How members voted on passing each bill, by bill and Bioguide id: all members, or those given."""
    votes = [vote for each in votes_on(session, bills).values() for vote in each]
    last = {str(vote.id): vote for vote in last_passages(votes).values()}
    rows = select(MemberVote.roll, MemberVote.bioguide, MemberVote.cast).where(col(MemberVote.roll).in_(last))
    if members is not None:
        rows = rows.where(col(MemberVote.bioguide).in_(members))
    found: dict[tuple[str, str], Stand] = {}
    for roll, bioguide, cast in session.exec(rows):
        vote = last[roll]
        if vote.day is not None:
            key, stand = (str(vote.bill), bioguide), Stand(vote.bill, cast, vote.day)
            # Who changed chambers voted in both: the later vote is how they stand.
            if key not in found or found[key].day < stand.day:
                found[key] = stand
    return found
