"""The roll calls on a bill, as its page shows them."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from campaign.congress import members
from campaign.votes import questions, standing
from campaign.votes.models import ABSENT, NAY, PRESENT, YEA, RollCall
from campaign.votes.standing import BillVote

# How members voted is listed for so many roll calls; of the others the count and the chamber's own page.
MOST_LISTED = 4
ORDER = {cast: place for place, cast in enumerate((YEA, NAY, PRESENT, ABSENT))}


@dataclass(frozen=True)
class Cast:
    """One member's vote, by the name that the record has for them, else by the document's."""

    name: str
    party: str
    state: str
    cast: str


@dataclass(frozen=True)
class Shown:
    """A roll call with what is said of it. ``casts`` is empty where they are not listed here."""

    vote: BillVote
    casts: tuple[Cast, ...]

    @property
    def roll(self) -> RollCall | None:
        return self.vote.roll

    def question(self, lang: str) -> str:
        """In words of a language; empty where there are none but the chamber's, which are English."""
        return questions.question(self.roll, lang) if self.roll else ""

    def result(self, lang: str) -> str:
        return questions.result(self.roll, lang) if self.roll else ""


def on_bill(session: Session, bill: str, *, until: date | None) -> tuple[Shown, ...]:
    """The roll calls on a bill, newest first; with ``until`` those of that day and before."""
    found = standing.votes_on(session, [bill]).get(bill, [])
    if until is not None:
        found = [vote for vote in found if vote.day is not None and vote.day <= until]
    listed = sorted((vote for vote in found if vote.roll), key=lambda vote: not vote.passage)[:MOST_LISTED]
    return tuple(Shown(vote, _casts(session, vote) if vote in listed else ()) for vote in found)


def _casts(session: Session, vote: BillVote) -> tuple[Cast, ...]:
    roll = vote.roll
    if roll is None or roll.voted_at is None:
        return ()
    rows = standing.ballots(session, roll)
    people = members.people(session, [row.bioguide for row in rows], now=roll.voted_at)
    casts = [
        Cast(people[row.bioguide].name if row.bioguide in people else row.name, row.party, row.state, row.cast)
        for row in rows
    ]
    casts += [Cast(**row) for row in roll.unknown]
    return tuple(sorted(casts, key=lambda cast: (ORDER[cast.cast], cast.state, cast.name)))
