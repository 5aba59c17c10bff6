"""What is wrong in pages and mails as they are at a moment: failures, dead numbers, people who do not sit."""

import re
from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, select

from campaign.congress import members
from campaign.congress.bills import BillId, congress_on
from campaign.drill.pages import Page
from campaign.outreach.bilingual import Text
from campaign.proposals.models import Kinship

NUMBER = re.compile(r"\b(?:H\.R\.|S\.|H\.J\.Res\.|S\.J\.Res\.)[\s\N{NO-BREAK SPACE}]\d+")
CONGRESS = re.compile(
    r"\d+(?:st|nd|rd|th) Congress|\d+\.º Congreso|\(\d+(?:st|nd|rd|th|\.º)\)|[Ll]ast Congress|Congreso pasado"
)
# A dead number needs its Congress within so many characters.
NEAR = 60
# The page of a bill, or an organizers' page about it, names its number above all else.
OWN = re.compile(r"/bills/([a-z]+\d+-\d+)|/organize/\w+\?bill=([a-z]+\d+-\d+)")


def faults(session: Session, pages: list[Page], moment: datetime) -> Iterator[Text]:
    """Each fault in a line, in both languages."""
    yield from _failed(pages)
    yield from _bare_numbers(session, pages, moment)
    yield from _not_sitting(session, pages, moment)


def _failed(pages: list[Page]) -> Iterator[Text]:
    for page in pages:
        if page.status >= 400:
            yield Text(f"{page.path}: answers {page.status}", f"{page.path}: responde {page.status}")


def _bare_numbers(session: Session, pages: list[Page], moment: datetime) -> Iterator[Text]:
    bills = [BillId.of(id) for id in session.scalars(select(Kinship.bill))]
    dead = {bill.short for bill in bills if bill.congress < congress_on(moment)}
    for page in pages:
        own = OWN.search(page.path)
        named = {BillId.of(own[1] or own[2]).short} if own else set()
        for number in sorted(bare(page.text, dead - named)):
            yield Text(
                f"{page.path}: {number} without its Congress", f"{page.path}: {number} sin decir su Congreso"
            )


def bare(text: str, dead: set[str]) -> set[str]:
    """The dead numbers of a text that stand without a Congress near them."""
    return {
        number
        for match in NUMBER.finditer(text)
        if (number := match[0].replace("\N{NO-BREAK SPACE}", " ")) in dead
        and not CONGRESS.search(text[max(0, match.start() - NEAR) : match.end() + NEAR])
    }


def _not_sitting(session: Session, pages: list[Page], moment: datetime) -> Iterator[Text]:
    sitting = members.people(session, now=moment).keys()
    for page in pages:
        asked = {found[1] for link in page.links if (found := re.search(r"member=([A-Z]\d{6})", link))}
        for bioguide in sorted(asked - sitting):
            yield Text(
                f"{page.path}: leads to {bioguide}, who does not sit",
                f"{page.path}: lleva a {bioguide}, que no está en funciones",
            )
