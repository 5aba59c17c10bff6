"""Which roll calls are read and when, and how what was read is stored."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress.models import Bill, RecordedVote
from campaign.votes.models import MemberVote, RollCall
from campaign.votes.parsed import ParsedRoll, RollId
from campaign.votes.voters import identify

# A document appears within the hour. One that has not after so many looks is asked for once a day.
QUICK_LOOKS = 24
RETRY = timedelta(minutes=50)
SLOW_RETRY = timedelta(hours=23)
# Clerks correct a vote within days: a document is read once more when the vote is so long past.
SETTLED = timedelta(days=2)


def due(session: Session, bills: Collection[str], *, now: datetime) -> list[RollId]:
    """The roll calls of these bills to read now: those that failed least often first, then the newest."""
    query = (
        select(RecordedVote.chamber, Bill.congress, RecordedVote.session, RecordedVote.number)
        .join(Bill, col(Bill.id) == col(RecordedVote.bill))
        .where(col(RecordedVote.bill).in_(bills))
        .distinct()
    )
    wanted = {str(roll): roll for roll in (RollId(*row) for row in session.exec(query))}
    known = {row.id: row for row in session.exec(select(RollCall).where(col(RollCall.id).in_(wanted)))}
    found = [roll for id, roll in wanted.items() if id not in known or _is_due(known[id], now)]

    def key(roll: RollId) -> tuple[int, int, int, int, str]:
        faults = known[str(roll)].faults if str(roll) in known else 0
        return faults, -roll.congress, -roll.session, -roll.number, roll.chamber

    return sorted(found, key=key)


def _is_due(roll: RollCall, now: datetime) -> bool:
    if roll.fault or roll.read_at is None:
        wait = RETRY if roll.faults < QUICK_LOOKS else SLOW_RETRY
        return roll.attempted_at is None or now - roll.attempted_at >= wait
    return roll.voted_at is not None and roll.read_at < roll.voted_at + SETTLED <= now


def store(session: Session, parsed: ParsedRoll, *, now: datetime) -> RollCall:
    """Store a roll call and every vote of it, in place of what was read of it before."""
    roll = _roll(session, parsed.id)
    who = identify(session, parsed.id.chamber, parsed.ballots, voted_at=parsed.voted_at)
    roll.question, roll.title, roll.result = parsed.question, parsed.title, parsed.result
    roll.measure = str(parsed.measure) if parsed.measure else None
    roll.amendment, roll.voted_at = parsed.amendment, parsed.voted_at
    counted = parsed.counted
    roll.yeas, roll.nays = counted.yeas, counted.nays
    roll.present, roll.absent = counted.present, counted.absent
    roll.read_at = roll.attempted_at = now
    roll.fault, roll.faults = "", 0
    ballots = list(zip(who, parsed.ballots, strict=True))
    roll.unknown = [
        {"name": ballot.name, "party": ballot.party, "state": ballot.state, "cast": ballot.cast}
        for bioguide, ballot in ballots
        if bioguide is None
    ]
    session.flush()
    session.execute(sa.delete(MemberVote).where(col(MemberVote.roll) == roll.id))
    session.add_all(
        MemberVote(
            roll=roll.id, bioguide=bioguide, cast=ballot.cast, name=ballot.name, party=ballot.party,
            state=ballot.state,
        )
        for bioguide, ballot in ballots
        if bioguide is not None
    )  # fmt: skip
    return roll


def note_fault(session: Session, id: RollId, fault: str, *, now: datetime) -> None:
    """Note why a reading gave nothing; what was read before stays."""
    roll = _roll(session, id)
    roll.attempted_at, roll.fault = now, fault
    roll.faults += 1


def _roll(session: Session, id: RollId) -> RollCall:
    roll = session.get(RollCall, str(id))
    if roll is None:
        roll = RollCall(
            id=str(id), chamber=id.chamber, congress=id.congress, session=id.session, number=id.number
        )
        session.add(roll)
    return roll
