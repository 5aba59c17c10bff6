"""A wording is tried on everybody it may be said to before it is kept: who lacks a field is found then."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from sqlmodel import Session

from campaign.congress import lineage, members
from campaign.congress.bills import BillId
from campaign.congress.members import Person
from campaign.outreach import asks, letters, wordings
from campaign.outreach.asks import Ask, Docket, Earlier, Seat, Situation
from campaign.refusals import Refused

_SEAT = Seat("HSFA", "House Committee on Foreign Affairs", False)
# The least that is known of a member to whom each ask is put: a wording may rest on nothing more.
LEAST: Final = {
    "cosponsor": Situation(),
    "thank": Situation(joined=date(2025, 9, 30)),
    "sponsor": Situation(sponsor=True),
    "rejoin": Situation(earlier=Earlier(BillId(118, "hr", 6618), 2023, False)),
    "withdrew": Situation(left=date(2026, 3, 4)),
    "committee": Situation(seat=_SEAT),
    "committee_chair": Situation(seat=replace(_SEAT, chair=True)),
    "delegate": Situation(votes=False),
    "next_congress": Situation(living=False),
    "floor": Situation(vote_near=True),
}


def every_docket(session: Session, *, now: datetime) -> list[Docket]:
    """The matters of all campaigns, those that ask for nothing now among them."""
    slugs = dict.fromkeys(one.campaign for one in lineage.campaign_proposals(session))
    return [asks.docket(session, now=now, campaign=slug) for slug in slugs]


def posed(session: Session, person: Person, code: str, *, now: datetime) -> Ask | None:
    """An ask of this code to this member: their own where it fits, else put to them as if it did."""
    found = [ask for docket in every_docket(session, now=now) for ask in docket.asks(person)]
    own = next((ask for ask in found if ask.code == code), None)
    return own or next((_as_if(ask, code) for ask in found), None)


def _as_if(ask: Ask, code: str) -> Ask:
    return replace(ask, code=code, situation=LEAST[code], sister=None)


def refuse_what_fails(session: Session, code: str, kind: str, text: str, lang: str, *, now: datetime) -> None:
    """Try one text on every sitting member. Raises Refused naming the field and the first who lacks it."""
    for ask, person in _tries(session, code, now):
        try:
            wordings.fill(text, ask, person, kind, lang)
        except KeyError as error:
            field = str(error.args[0])
            raise Refused(
                f"Tried on {person.name}: {field} ({lang}). Nothing was kept.",
                f"Probado con {person.name}: falta un dato ({lang}): {field}. No se guardó nada.",
            ) from None


def _tries(session: Session, code: str, now: datetime) -> Iterator[tuple[Ask, Person]]:
    sitting = members.people(session).values()
    for docket in every_docket(session, now=now):
        for person in sitting:
            for ask in docket.asks(person):
                yield _as_if(ask, code), person
                if ask.code == code:
                    yield ask, person


def check_letter(text: str) -> None:
    """A letter keeps the shipped order of paragraphs: readers draw other openings and thanks into it."""
    wanted = letters.SIGNED + 1
    parts = text.strip().split("\n\n")
    if len(parts) != wanted or "[your_address]" not in parts[-1].split("\n"):
        raise Refused(
            f"A letter has {wanted} paragraphs, in the order of the shipped one, with an empty line between "
            f"them; this has {len(parts)}. The last is the signature, [your_address] on a line of its own.",
            f"Una carta tiene {wanted} párrafos, en el orden de la original, con una línea vacía entre ellos; "
            f"esta tiene {len(parts)}. El último es la firma, con [your_address] en su propia línea.",
        )
