"""The turn of the Congress for organizers: what ends at its noon, in numbers, and what is still missing.

The organizers' page “January”, ``campaign doctor`` and the drill all say what ``checklist`` says.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import ledger, members
from campaign.congress.bills import BillId, congress_end, congress_on, congress_start, ordinal
from campaign.congress.data_sets import count
from campaign.congress.ledger import BillRecord
from campaign.congress.models import Bill, CommitteeSeat, Seat
from campaign.districts import maps, vintages
from campaign.mailing import queue
from campaign.mailing.edition import editions
from campaign.mailing.models import Edition, Subscriber
from campaign.mailing.readers import new_districts
from campaign.organizing import counts
from campaign.organizing.counts import Counts
from campaign.outreach import names
from campaign.outreach.bilingual import Text
from campaign.proposals import campaigns, lineage
from campaign.proposals.models import Kinship, Proposal

# So long after the turn what is missing is no longer its matter.
LASTS = timedelta(days=180)
UNSENT = ("draft", "sending", "paused")


def comes(now: datetime) -> bool:
    """Whether the turn is near: from 1 December before it until half a year after it."""
    sitting = congress_on(now)
    return maps.coming_congress(now) > sitting or now < congress_start(sitting) + LASTS


def moment_to_check(now: datetime) -> datetime:
    """The moment to look at: ``now``, or before the turn its noon."""
    return max(now, congress_start(maps.coming_congress(now)))


# --- what is missing -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One thing that a new Congress needs, ``done`` or not, and what is there or missing, in both languages.

    ``command`` brings it; ``waits``: it comes by itself, once its source publishes it.
    """

    about: str
    done: bool
    text: Text
    command: str = ""
    waits: bool = False

    def line(self, lang: str) -> str:
        """The text with the command, for one line of a report."""
        text = self.text.of(lang)
        return f"{text}; {Text('run', 'ejecute').of(lang)} {self.command}" if self.command else text


def checklist(session: Session, *, at: datetime) -> tuple[Item, ...]:
    """What the Congress that sits at a moment, to come or now, needs; with what this service holds today."""
    found: Iterable[Iterable[Item]] = (
        _members(session, at), _telephones(session, at), _committees(session, at), _maps(session, at),
        _places(session, at), _proposals(session, at), _editions(session, at), _unread(session, at),
    )  # fmt: skip
    return tuple(item for items in found for item in items)


def missing(session: Session, *, at: datetime) -> tuple[Item, ...]:
    return tuple(item for item in checklist(session, at=at) if not item.done)


def _members(session: Session, at: datetime) -> Iterator[Item]:
    name, state = _named(congress_on(at)), members.data_state(session, "members")
    done = members.is_current(session, now=at)
    text = Text(
        f"the members of the {name.en}: who sits is not listed yet",
        f"los miembros del {name.es}: todavía no hay lista de quiénes lo forman",
    )
    if done and state:
        text = Text.of_each(
            lambda lang: (
                Text("the list of members is of {day}", "la lista de miembros es del {day}")
                .of(lang)
                .format(day=names.day(state.as_of, lang))
            )
        )
    yield Item("members", done, text, waits=True)


def _telephones(session: Session, at: datetime) -> Iterator[Item]:
    """The first list of a Congress lacks most telephone numbers; those known before are kept."""
    state = members.data_state(session, "washington")
    if state is None or not members.is_current(session, now=at):
        return
    done = not state.problem
    words = (
        Text("Washington offices and telephones are of {day}", "las oficinas de Washington son del {day}")
        if done
        else Text(
            "Washington telephones: the new list lacks some; those known on {day} are kept",
            "teléfonos de Washington: a la lista nueva le faltan; se conservan los que se conocían el {day}",
        )
    )
    text = Text.of_each(lambda lang: words.of(lang).format(day=names.day(state.as_of, lang)))
    yield Item("telephones", done, text, waits=True)


def _committees(session: Session, at: datetime) -> Iterator[Item]:
    name = _named(congress_on(at))
    seats = count(session, CommitteeSeat, col(CommitteeSeat.congress) == congress_on(at))
    text = Text(
        f"the committees of the {name.en}: no one is named yet",
        f"los comités del {name.es}: todavía no se ha nombrado a nadie",
    )
    if seats:
        text = Text(
            f"the committees of the {name.en}: {seats} seats are named so far",
            f"los comités del {name.es}: ya hay {seats} puestos nombrados",
        )
    yield Item("committees", bool(seats), text, waits=True)


def _maps(session: Session, at: datetime) -> Iterator[Item]:
    found = vintages.missing_maps(session, now=at)
    tables = (
        ("ZIP codes", Text("ZIP codes", "códigos postales"), found.zips),
        ("boundaries", Text("boundaries", "límites"), found.boundaries),
    )
    name = _named(found.congress)
    for about, label, states in tables:
        listed = ", ".join(states)
        text = Text(
            f"new districts ({label.en}) of the {name.en} for {listed}",
            f"distritos nuevos ({label.es}) del {name.es} para {listed}",
        )
        if not states:
            text = Text(f"new districts ({label.en}): all stored", f"distritos nuevos ({label.es}): completos")
        yield Item(about, not states, text, command=found.command if states else "")


def _places(session: Session, at: datetime) -> Iterator[Item]:
    """Readers whose district is one of the old map."""
    if readers := new_districts.asking(session, now=at).to_ask:
        text = Text(
            f"the new districts of {readers} readers: each is asked once by mail, when the ZIP codes are there",
            f"los distritos nuevos de {readers} lectores: se les pregunta una vez por correo, cuando estén los "
            "códigos postales",
        )
        yield Item("places", False, text, waits=True)


def _proposals(session: Session, at: datetime) -> Iterator[Item]:
    congress = congress_on(at)
    name = _named(congress)
    waiting = {kin.proposal for bill, kin in lineage.waiting(session) if bill.congress == congress}
    for proposal in campaigns.campaign_proposals(session):
        bills = [bill for bill, _ in lineage.bills_of(session, proposal.slug)]
        back = [BillId.of(bill.id).short for bill in bills if bill.congress == congress]
        if not back and lineage.law_of(bills):
            continue
        text = Text(
            f"{proposal.name_en}: no bill of the {name.en} is confirmed",
            f"{proposal.name_es}: no hay un proyecto del {name.es} confirmado",
        )
        if back:
            text = Text(f"{proposal.name_en}: {', '.join(back)}", f"{proposal.name_es}: {', '.join(back)}")
        elif proposal.slug in waiting:
            text = Text(f"{text.en}; a suggestion waits", f"{text.es}; hay una sugerencia por decidir")
        yield Item("proposal", bool(back), text, waits=proposal.slug not in waiting)


def _editions(session: Session, at: datetime) -> Iterator[Item]:
    for edition in unsent(session, before=congress_start(congress_on(at))):
        es = editions.STATE_NAMES["es"][edition.state]
        text = Text(
            f"edition {edition.period} is {edition.state}; what has not left by then is stopped",
            f"el estado de la edición {edition.period} es «{es}»; lo que no haya salido se detendrá",
        )
        yield Item("edition", False, text)


def _unread(session: Session, at: datetime) -> Iterator[Item]:
    query = select(Bill).where(
        Bill.stage == "", Bill.congress == congress_on(at) - 1, col(Bill.id).in_(select(Kinship.bill))
    )
    for bill in session.exec(query.order_by(Bill.id)):
        name = BillId.of(bill.id).named
        text = Text(
            f"{name} was never read: its last count will not be known",
            f"{name} nunca se leyó: no se sabrá su último recuento",
        )
        yield Item("reading", False, text, command=f"campaign poll --bill {bill.id}")


def _named(congress: int) -> Text:
    return Text(f"{ordinal(congress)} Congress", f"{ordinal(congress, 'es')} Congreso")


# --- what happens at noon --------------------------------------------------------------------------


@dataclass(frozen=True)
class EndingBill:
    """A bill of the campaign that is not final, with its proposal and its counts."""

    record: BillRecord
    proposal: Proposal
    counts: Counts


@dataclass(frozen=True)
class Waiting:
    """An edition that has not left whole, and how many copies wait."""

    edition: Edition
    copies: int


@dataclass(frozen=True)
class Terms:
    """The terms that end, by chamber. Once the new list is read (``known``): who goes on in the same chamber,
    who leaves it, and who is new there."""

    house: int
    senate: int
    known: bool
    again: int
    leaving: int
    new: int


@dataclass(frozen=True)
class Outlook:
    """What ends at the noon of ``day``, in numbers, as things stand now."""

    congress: int
    day: date
    bills: tuple[EndingBill, ...]
    # All bills followed that end, the campaign's among them.
    all_bills: int
    terms: Terms
    states: tuple[str, ...]
    seats: int
    # Confirmed readers in those states, and those of them whose district is stored.
    readers: int
    placed: int
    editions: tuple[Waiting, ...]


def outlook(session: Session, *, now: datetime) -> Outlook:
    """What the end of the sitting Congress will end."""
    congress = congress_on(now)
    end = congress_end(congress)
    bills = select(Bill).where(Bill.congress == congress, col(Bill.over).is_(False), Bill.stage != "")
    states = _redrawn(congress)
    readers, placed = _readers(session, states)
    return Outlook(
        congress=congress,
        day=end.date(),
        bills=tuple(_ending(session, now)),
        all_bills=session.scalar(sa.select(sa.func.count()).select_from(bills.subquery())) or 0,
        terms=_terms(session, end),
        states=states,
        seats=count(session, Seat, col(Seat.chamber) == "house", col(Seat.state).in_(states)),
        readers=readers,
        placed=placed,
        editions=tuple(
            Waiting(row, queue.counts(session, row).get("pending", 0)) for row in unsent(session, before=end)
        ),
    )


def unsent(session: Session, *, before: datetime) -> list[Edition]:
    """Editions built before the turn that have not left whole: the turn stops them."""
    query = select(Edition).where(col(Edition.state).in_(UNSENT), col(Edition.built_at) < before)
    return list(session.exec(query.order_by(Edition.period)))


def _ending(session: Session, now: datetime) -> Iterator[EndingBill]:
    for proposal in campaigns.campaign_proposals(session):
        bills = [bill for bill, _ in lineage.bills_of(session, proposal.slug) if lineage.living(bill, now)]
        for record in ledger.records(session, [bill.id for bill in bills], now=now).values():
            yield EndingBill(record, proposal, counts.counts(session, record))


def _terms(session: Session, end: datetime) -> Terms:
    """By who sits in the last second and who sits from noon on: only the terms listed today are known."""
    before = members.people(session, now=end - timedelta(seconds=1))
    after = members.people(session, now=end)
    going_on = {id for id, person in before.items() if id in after and after[id].chamber == person.chamber}
    ending = members.terms_ending(session, at=end)
    return Terms(
        house=ending["house"],
        senate=ending["senate"],
        known=members.is_current(session, now=end),
        again=len(going_on) - (len(before) - ending["house"] - ending["senate"]),
        leaving=len(before.keys() - going_on),
        new=len(after.keys() - going_on),
    )


def _redrawn(congress: int) -> tuple[str, ...]:
    states = (*maps.DISTRICTS, *maps.TERRITORIES)
    return tuple(sorted(state for state in states if not maps.applies(state, congress, congress + 1)))


def _readers(session: Session, states: Iterable[str]) -> tuple[int, int]:
    """Confirmed readers in some states, and how many of them have a district."""
    here = sa.func.substr(col(Subscriber.seat), 1, 2).in_(list(states))
    confirmed = col(Subscriber.state) == "confirmed"
    readers = count(session, Subscriber, confirmed, here)
    return readers, count(session, Subscriber, confirmed, here, col(Subscriber.seat).contains("-"))
