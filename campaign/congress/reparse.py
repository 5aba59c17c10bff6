"""Run the current rules over stored replies, without any request to a source."""

import zlib

from sqlmodel import Session, col, select

from campaign.congress import congress_gov, govinfo
from campaign.congress.ledger import Recorded, record
from campaign.congress.models import RawReply
from campaign.congress.observation import Observation


def replies_of(session: Session, bill_id: str) -> list[RawReply]:
    """The stored replies of a bill, oldest first."""
    query = select(RawReply).where(RawReply.bill == bill_id)
    return list(session.exec(query.order_by(col(RawReply.last_read))))


def reparse(session: Session, bill_id: str) -> Recorded:
    """Parse a bill's newest reply of each source again and record what the current rules make of it.

    It never counts as a second complete reading. Raises Unread where a stored reply can no longer be parsed.
    """
    newest = {reply.source: reply for reply in replies_of(session, bill_id)}
    outcomes = [record(session, _observe(reply), sighting=False) for reply in newest.values()]
    return Recorded(
        changes=sum(outcome.changes for outcome in outcomes),
        pending=any(outcome.pending for outcome in outcomes),
    )


def _observe(reply: RawReply) -> Observation:
    parse = {"api": congress_gov.parse, "govinfo": govinfo.parse}[reply.source]
    return parse(zlib.decompress(reply.body), now=reply.last_read)
