"""A roll call of the House, as the Clerk publishes it. No I/O.

https://clerk.house.gov/evs/2026/roll314.xml
"""

import re
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from campaign.calendar import wall_time
from campaign.calendar.parsed import text_at, xml_root
from campaign.refusals import SourceError
from campaign.votes.parsed import (
    Ballot,
    Counted,
    NotPosted,
    ParsedRoll,
    RollId,
    cast_of,
    measure_named,
    number_of,
    require_same,
)

# Sent with status 200 for a roll call that is not there (quirk W53).
_ERROR = re.compile(rb"\s*(?:<\?xml[^>]*>)?\s*<xml>\s*Error\b")
_TOTALS = "vote-metadata/vote-totals/totals-by-vote"


def parse(body: bytes, wanted: RollId) -> ParsedRoll:
    """Raises NotPosted for the Clerk's error document, SourceError for any other."""
    if _ERROR.match(body):
        raise NotPosted
    root = xml_root(body, "rollcall-vote")
    about = root.find("vote-metadata")
    if about is None:
        raise SourceError("a roll call without its metadata")
    require_same(wanted, *(text_at(about, name) for name in ("congress", "session", "rollcall-num")))
    ballots = tuple(_ballot(row) for row in root.iterfind("vote-data/recorded-vote"))
    if not ballots:
        raise SourceError("a roll call without votes")
    return ParsedRoll(
        id=wanted,
        question=text_at(about, "vote-question"),
        title=text_at(about, "vote-desc"),
        result=text_at(about, "vote-result"),
        measure=measure_named(text_at(about, "legis-num"), wanted.congress),
        amendment=text_at(about, "amendment-num"),
        voted_at=_moment(about),
        counted=Counted(*(number_of(text_at(root, f"{_TOTALS}/{name}-total")) for name in _COUNTS)),
        ballots=ballots,
    )


_COUNTS = ("yea", "nay", "present", "not-voting")


def _ballot(row: Element) -> Ballot:
    member = row.find("legislator")
    if member is None:
        raise SourceError("a vote without a member")
    # Namesakes have their state behind the name.
    name = re.sub(r" \([A-Z]{2}\)$", "", " ".join((member.text or "").split()))
    return Ballot(
        member.get("name-id", "").strip(),
        name,
        member.get("party", "").strip(),
        member.get("state", "").strip(),
        cast_of(text_at(row, "vote")),
    )


def _moment(about: Element) -> datetime:
    clock = about.find("action-time")
    written = f"{text_at(about, 'action-date')} {clock.get('time-etz', '') if clock is not None else ''}"
    try:
        wall = datetime.strptime(written.strip(), "%d-%b-%Y %H:%M").replace(tzinfo=UTC)
    except ValueError:
        raise SourceError("a roll call without a day and an hour") from None
    return wall_time.moment(wall)
