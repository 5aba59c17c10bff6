"""Whose votes they are: members by the ids that each chamber's documents use, and never by a guess."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.members import Person
from campaign.congress.models import Member
from campaign.votes.parsed import Ballot

_BIOGUIDE = re.compile(r"[A-Z]\d{6}", re.ASCII)


def identify(
    session: Session, chamber: str, ballots: Sequence[Ballot], *, voted_at: datetime
) -> list[str | None]:
    """The Bioguide id of each ballot's member; None where it cannot be told for certain.

    The Clerk names members by it. The Senate has ids of its own: where none is known for a senator, the one who
    sat on that day with this last name, state and party is meant, if there is exactly one.
    """
    if chamber == "house":
        found = [ballot.id if _BIOGUIDE.fullmatch(ballot.id) else None for ballot in ballots]
    else:
        found = _senators(session, ballots, voted_at)
    # Two votes of one member: neither can be trusted to be theirs.
    return [id if id is not None and found.count(id) == 1 else None for id in found]


def _senators(session: Session, ballots: Sequence[Ballot], voted_at: datetime) -> list[str | None]:
    ids = {ballot.id for ballot in ballots} - {""}
    known = dict(session.exec(select(Member.lis, Member.bioguide).where(col(Member.lis).in_(ids))).all())
    sitting = [
        person for person in members.people(session, now=voted_at).values() if person.chamber == "senate"
    ]
    return [known.get(ballot.id) or _named(ballot, sitting) for ballot in ballots]


def _named(ballot: Ballot, sitting: Sequence[Person]) -> str | None:
    meant = [
        person.bioguide
        for person in sitting
        if (_plain(person.last), person.state, person.party)
        == (_plain(ballot.name), ballot.state, ballot.party)
    ]
    return meant[0] if len(meant) == 1 else None


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in letters if c.isalpha())
