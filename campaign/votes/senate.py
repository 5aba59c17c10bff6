"""A roll call of the Senate, as its Legislative Information System publishes it. No I/O.

https://www.senate.gov/legislative/LIS/roll_call_votes/vote1162/vote_116_2_00292.xml
"""

from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from campaign.calendar import wall_time
from campaign.calendar.parsed import text_at, xml_root
from campaign.congress.bills import BillId
from campaign.refusals import SourceError
from campaign.votes.parsed import (
    Ballot,
    Counted,
    ParsedRoll,
    RollId,
    cast_of,
    measure_named,
    number_of,
    require_same,
)


def parse(body: bytes, wanted: RollId) -> ParsedRoll:
    """Raises SourceError for another document. ``vote_date`` is the start of the vote (quirk W53)."""
    root = xml_root(body, "roll_call_vote")
    require_same(wanted, *(text_at(root, name) for name in ("congress", "session", "vote_number")))
    ballots = tuple(_ballot(row) for row in root.iterfind("members/member"))
    if not ballots:
        raise SourceError("a roll call without votes")
    return ParsedRoll(
        id=wanted,
        question=text_at(root, "question"),
        title=text_at(root, "vote_title"),
        result=text_at(root, "vote_result"),
        measure=_measure(root, wanted),
        amendment=text_at(root, "amendment/amendment_number"),
        voted_at=_moment(text_at(root, "vote_date")),
        counted=_counted(root),
        ballots=ballots,
    )


def _measure(root: Element, wanted: RollId) -> BillId | None:
    """The measure in ``document``; a vote en bloc has none, a treaty or nomination has another type."""
    congress = number_of(text_at(root, "document/document_congress")) or wanted.congress
    kind, number = text_at(root, "document/document_type"), text_at(root, "document/document_number")
    return measure_named(f"{kind} {number}", congress)


def _counted(root: Element) -> Counted:
    """An empty number beside yeas and nays is none; where all are empty, nothing was counted yet."""
    yeas, nays, *others = (
        number_of(text_at(root, f"count/{name}")) for name in ("yeas", "nays", "present", "absent")
    )
    if yeas is None or nays is None:
        return Counted(None, None, None, None)
    present, absent = (number or 0 for number in others)
    return Counted(yeas, nays, present, absent)


def _ballot(row: Element) -> Ballot:
    return Ballot(
        text_at(row, "lis_member_id"),
        text_at(row, "last_name"),
        text_at(row, "party"),
        text_at(row, "state"),
        cast_of(text_at(row, "vote_cast")),
    )


def _moment(text: str) -> datetime:
    """``January 1, 2021,  01:38 PM``, Eastern; ``text`` has single spaces already."""
    try:
        wall = datetime.strptime(text, "%B %d, %Y, %I:%M %p").replace(tzinfo=UTC)
    except ValueError:
        raise SourceError("a roll call without a day and an hour") from None
    return wall_time.moment(wall)
