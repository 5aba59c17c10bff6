"""A roll call of the small Congress of ``chambers``, stored as the job stores one."""

from datetime import UTC, datetime

from chambers import id_of
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress.bills import BillId
from campaign.congress.models import RecordedVote
from campaign.votes import rolls
from campaign.votes.parsed import Ballot, Counted, ParsedRoll, RollId

READ = datetime(2026, 6, 20, 14, tzinfo=UTC)


def refer(engine: Engine, bill: str, number: int, chamber: str = "house") -> RollId:
    """Let the record of a bill refer to a roll call of this year."""
    with db.writing(engine) as session:
        session.add(RecordedVote(bill=bill, chamber=chamber, session=2, number=number))
    return RollId(chamber, 119, 2, number)


def vote(
    engine: Engine,
    casts: dict[str, str],
    *,
    bill: str = "hr1-119",
    question: str = "On Passage",
    result: str = "Passed",
    number: int = 9,
    day: str = "2026-05-01",
    counted: tuple[int | None, ...] = (220, 200, 0, 5),
) -> None:
    """A vote of the House. ``casts`` are by short ids; one that begins with ``?`` is nobody in the record."""
    roll = refer(engine, bill, number)
    ballots = tuple(
        Ballot("" if who[0] == "?" else id_of(who), who.lstrip("?"), "D", "NY", cast)
        for who, cast in casts.items()
    )
    at = datetime.fromisoformat(f"{day}T18:00:00Z")
    parsed = ParsedRoll(roll, question, "", result, BillId.of(bill), "", at, Counted(*counted), ballots)
    with db.writing(engine) as session:
        rolls.store(session, parsed, now=READ)
