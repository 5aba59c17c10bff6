"""What no page, letter, feed, answer of the API or mail may say once a Congress has ended. A drill judges the
pages of a day to come by these rules, the tests those of every day around two turns of a Congress.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlmodel import Session, select

from campaign.congress import members
from campaign.congress.bills import BillId, congress_on, congress_start
from campaign.congress.models import Member
from campaign.districts import vintages
from campaign.drill.pages import Page
from campaign.outreach.bilingual import Text
from campaign.proposals import campaigns, lineage
from campaign.proposals.models import Kinship

NUMBER = re.compile(r"\b(?:H\.R\.|S\.|H\.J\.Res\.|S\.J\.Res\.)[\s\N{NO-BREAK SPACE}]\d+")
CONGRESS = re.compile(
    r"\d+(?:st|nd|rd|th) Congress|\d+\.º Congreso|\(\d+(?:st|nd|rd|th|\.º)\)|[Ll]ast Congress|Congreso pasado"
)
# The page of a bill, or an organizers' page about it, names its number above all else.
OWN = re.compile(r"/bills/([a-z]+\d+-\d+)|/organize/\w+\?bill=([a-z]+\d+-\d+)")
# A dead number needs its Congress within so many characters.
NEAR = 60
# What asks for a bill, straight before its number; "the next version of" asks for another one.
ASKS = re.compile(
    r"(?:\bto co-sponsor|\bplease co-sponsor|\bto join|\bcome back to|\bco-sponsor of|\bvote (?:yes on|for)|"
    r"\bhearing on|\bsign on to|"
    r"\bcopatrocine|\bvuelva a copatrocinar|\bse sume a|\bvote (?:a favor de|por)|\baudiencia (?:sobre|para))"
    r"\s+(?:la |el |last Congress's )?$",
    re.IGNORECASE,
)
VOTES_TODAY = re.compile(
    r"can vote on it\b|can vote in this chamber now|con voto en el pleno|votarl[oa] hoy|tienen voto hoy"
)
# How a page says that its districts are new or were another Congress's.
MAP_MARK = re.compile(r"new districts|distritos nuevos|until noon|hasta el mediodía")
# What follows a name where a page or mail says who speaks for a seat.
OFFICE = r" \(?(?:Representative|Senator|Delegate|Resident|Representante|Senador|Delegad|Comisionad)"
SEAT = re.compile(r"\b([A-Z]{2})-(\d{1,2})\b")


def faults(session: Session, pages: Sequence[Page], moment: datetime) -> Iterator[Text]:
    """What is wrong in pages as they are at a moment."""
    yield from _failed(pages)
    yield from _dead_numbers(session, pages, moment)
    yield from _dead_links(session, pages, moment)
    yield from _not_sitting(session, pages, moment)
    yield from _unmarked_maps(session, pages, moment)


def _failed(pages: Sequence[Page]) -> Iterator[Text]:
    for page in pages:
        if page.status >= 400:
            yield Text(f"{page.path}: answers {page.status}", f"{page.path}: responde {page.status}")


# --- bills -----------------------------------------------------------------------------------------


def _dead_numbers(session: Session, pages: Sequence[Page], moment: datetime) -> Iterator[Text]:
    """Dead numbers without their Congress, and asks for them. The page of a bill names its own above all
    else; a number that lives again with another bill is not looked at."""
    bills = [BillId.of(id) for id in session.scalars(select(Kinship.bill))]
    alive = {bill.short for bill in bills if bill.congress >= congress_on(moment)}
    dead = {bill.short for bill in bills if bill.congress < congress_on(moment)} - alive
    for page in pages:
        text, found = page.text, OWN.search(page.path)
        own = BillId.of(found[1] or found[2]) if found else None
        for number in sorted(bare(text, dead - ({own.short} if own else set()))):
            yield Text(
                f"{page.path}: {number} without its Congress", f"{page.path}: {number} sin decir su Congreso"
            )
        for number in sorted(asked_for(text, dead)):
            yield Text(
                f"{page.path}: asks for {number}, which is dead",
                f"{page.path}: pide apoyo para {number}, que ya terminó",
            )
        if own and own.short in dead and VOTES_TODAY.search(text):
            yield Text(
                f"{page.path}: votes of today on {own.short}, which is dead",
                f"{page.path}: cuenta votos de hoy sobre {own.short}, que ya terminó",
            )


def bare(text: str, dead: set[str]) -> set[str]:
    """The dead numbers of a text that stand without a Congress near them."""
    return {
        number
        for match in NUMBER.finditer(text)
        if (number := _spaced(match[0])) in dead
        and not CONGRESS.search(text[max(0, match.start() - NEAR) : match.end() + NEAR])
    }


def asked_for(text: str, dead: set[str]) -> set[str]:
    """The dead numbers that a text asks somebody to support, with or without their Congress."""
    return {
        number
        for match in NUMBER.finditer(text)
        if (number := _spaced(match[0])) in dead
        and ASKS.search(text[max(0, match.start() - NEAR) : match.start()])
    }


def _spaced(number: str) -> str:
    return number.replace("\N{NO-BREAK SPACE}", " ")


def _dead_links(session: Session, pages: Sequence[Page], moment: datetime) -> Iterator[Text]:
    """Links to the words for a dead bill of a proposal that has a living one."""
    for proposal in campaigns.campaign_proposals(session):
        bills = [bill for bill, _ in lineage.bills_of(session, proposal.slug)]
        if not any(lineage.living(bill, moment) for bill in bills):
            continue
        dead = {bill.id for bill in bills if not lineage.living(bill, moment)}
        for page in pages:
            asked = {found[1] for link in page.links if (found := re.search(r"/act/.*bill=([a-z0-9-]+)", link))}
            for bill in sorted(asked & dead):
                yield Text(
                    f"{page.path}: leads to words for {bill}, which has a successor",
                    f"{page.path}: lleva a palabras sobre {bill}, que ya tiene sucesor",
                )


# --- members and maps ------------------------------------------------------------------------------


def _not_sitting(session: Session, pages: Sequence[Page], moment: datetime) -> Iterator[Text]:
    """Links to the words for somebody who does not sit; an office given to them by a seat's page or a mail."""
    sitting = members.people(session, now=moment)
    gone = _names_of_others(session, {person.name for person in sitting.values()}, moment)
    for page in pages:
        if page.path.startswith(("/act/", "/es/act/", "mail ")):
            text = page.text
            for name in sorted(
                name for name in gone if name in text and re.search(re.escape(name) + OFFICE, text)
            ):
                yield Text(
                    f"{page.path}: gives an office to {name}, who does not sit",
                    f"{page.path}: da un cargo a {name}, que no está en funciones",
                )
        asked = set(re.findall(r"[?;&]member=([A-Z]\d{6})", page.html))
        for bioguide in sorted(asked - sitting.keys()):
            yield Text(
                f"{page.path}: leads to {bioguide}, who does not sit",
                f"{page.path}: lleva a {bioguide}, que no está en funciones",
            )


def _names_of_others(session: Session, sitting: set[str], moment: datetime) -> set[str]:
    known = list(session.scalars(select(Member.bioguide)))
    return {person.name for person in members.people(session, known, now=moment).values()} - sitting


def _unmarked_maps(session: Session, pages: Sequence[Page], moment: datetime) -> Iterator[Text]:
    """Pages of a district, answers for a place, and mail that name a seat of a state whose new map is not
    stored, and do not say so."""
    missing = vintages.missing_maps(session, now=moment)
    if moment < congress_start(missing.congress):
        return
    for page in pages:
        if not re.search(r"/act/[A-Z]{2}-\d+(\?(?!.*member=).*)?$|/find\?|^mail ", page.path):
            continue
        named = {seat[0] for seat in SEAT.finditer(page.text) if seat[1] in missing.zips and seat[2] != "0"}
        if named and not MAP_MARK.search(page.text):
            seats = ", ".join(sorted(named))
            yield Text(
                f"{page.path}: names {seats} and not that the districts changed",
                f"{page.path}: nombra {seats} y no dice que los distritos cambiaron",
            )
