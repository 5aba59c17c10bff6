"""What the readers of both chambers give: a roll call as its document states it. No I/O."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from campaign.congress.bills import SHORT_NAMES, BillId, congress_start
from campaign.refusals import SourceError
from campaign.votes.models import ABSENT, NAY, PRESENT, YEA

CASTS = {
    "yea": YEA,
    "aye": YEA,
    "nay": NAY,
    "no": NAY,
    "present": PRESENT,
    # Paired with an absent colleague of the other side: counted on neither (Senate Rule XII).
    "present, giving live pair": PRESENT,
    "not voting": ABSENT,
}
_TYPES = {re.sub(r"[. ]", "", name).lower(): kind for kind, name in SHORT_NAMES.items()}
_MEASURE = re.compile(rf"({'|'.join(sorted(_TYPES, key=len, reverse=True))})([1-9]\d{{0,5}})")


class NotPosted(SourceError):
    """The chamber has no document of this roll call, or not yet."""

    def __init__(self) -> None:
        super().__init__("not posted yet", permanent=True)


@dataclass(frozen=True)
class RollId:
    """A roll call by its number in one session of one Congress."""

    chamber: str
    congress: int
    session: int
    number: int

    def __str__(self) -> str:
        return f"{self.chamber}-{self.congress}-{self.session}-{self.number}"

    @property
    def year(self) -> int:
        """The year of the session, which the House's addresses hold; a vote on 1 January may belong to the
        year before."""
        return congress_start(self.congress).year + self.session - 1

    @property
    def path(self) -> str:
        """The document below its chamber's base address ."""
        if self.chamber == "house":
            return f"/evs/{self.year}/roll{self.number:03}.xml"
        folder = f"/legislative/LIS/roll_call_votes/vote{self.congress}{self.session}"
        return f"{folder}/vote_{self.congress}_{self.session}_{self.number:05}.xml"

    @property
    def public_address(self) -> str:
        """The document at its chamber's own site, as congress.gov links it."""
        host = "https://clerk.house.gov" if self.chamber == "house" else "https://www.senate.gov"
        return f"{host}{self.path}"


class Ballot(NamedTuple):
    """One member's vote. ``id`` is a Bioguide id in the House and a LIS id in the Senate."""

    id: str
    name: str
    party: str
    state: str
    cast: str


@dataclass(frozen=True)
class Counted:
    """What the chamber counted; None where its document has no number."""

    yeas: int | None
    nays: int | None
    present: int | None
    absent: int | None


@dataclass(frozen=True)
class ParsedRoll:
    id: RollId
    question: str
    title: str
    result: str
    measure: BillId | None
    amendment: str
    voted_at: datetime
    counted: Counted
    ballots: tuple[Ballot, ...]


def measure_named(text: str, congress: int) -> BillId | None:
    """The measure of ``S 2403``, ``H.R. 6395`` or ``H CON RES 3``; None for a quorum call, a nomination, the
    journal or nothing."""
    found = _MEASURE.fullmatch(re.sub(r"[. ]", "", text).lower())
    return BillId(congress, _TYPES[found[1]], int(found[2])) if found else None


def cast_of(word: str) -> str:
    """Raises SourceError for another kind of vote, such as for a Speaker or on an impeachment."""
    cast = CASTS.get(" ".join(word.split()).lower())
    if cast is None:
        raise SourceError(f"a vote that is neither yea nor nay: {word[:30]!r}", permanent=True)
    return cast


def number_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def require_same(wanted: RollId, *found: str) -> None:
    """Raises SourceError unless a document's Congress, session and number are those that were asked for."""
    numbers = tuple(number_of(re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", text)) for text in found)
    if numbers != (wanted.congress, wanted.session, wanted.number):
        raise SourceError(f"a document of another roll call than {wanted}", permanent=True)
