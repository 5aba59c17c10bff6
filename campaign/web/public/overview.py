"""A campaign as a whole: its proposals, where each of their bills stands, its figures and its news."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlmodel import Session, col, select

from campaign.congress import ledger, members, passages
from campaign.congress.bills import congress_end, congress_on
from campaign.congress.ledger import BillRecord
from campaign.congress.members import Person
from campaign.congress.models import Bill, Change
from campaign.congress.stage_line import Step, stage_line
from campaign.congress.stage_names import Stage
from campaign.organizing import counts, progress
from campaign.organizing.counts import Counts
from campaign.organizing.models import BillGoal
from campaign.organizing.progress import Progress
from campaign.outreach import outcomes
from campaign.proposals import campaigns, lineage, returns
from campaign.proposals.models import Campaign, CitedFact, Proposal
from campaign.proposals.returns import Search
from campaign.refusals import Refused
from campaign.web.core import history, served
from campaign.web.core.history import Event
from campaign.web.core.tiles import StateMap, state_map

SLUG = re.compile(r"[a-z0-9-]{1,80}", re.ASCII)
LATELY = 8
NEWS = ("cosponsored", "withdrew", "withdrawal_retracted", "stage")
_SHARE: Final = re.compile(r"(?<![\d.,])\d+(?:\.\d+)?%")


@dataclass(frozen=True)
class Card:
    """A bill in short. ``progress`` is None where members can no longer join it or it was not read whole;
    ``people`` are its sponsor and co-sponsors who sit in its chamber."""

    record: BillRecord
    counts: Counts
    sponsor: Person | None
    last_joined: date | None
    steps: tuple[Step, ...]
    progress: Progress | None
    people: tuple[Person, ...]
    # counts.undated
    undated: int = 0

    @property
    def read(self) -> bool:
        return is_read(self.record.bill)

    @property
    def is_law(self) -> bool:
        return self.record.stage.stage is Stage.law

    def outcome(self, lang: str) -> str:
        """How it came out, where its Congress is over and that is known."""
        return passages.outcome(self.record, lang) if self.read else ""

    @property
    def only_expired(self) -> bool:
        """Whether all that became of it is that its Congress ended."""
        return self.record.stage.stage is Stage.died and not passages.passages(self.record.actions)

    @property
    def step(self) -> int:
        """Which of its steps it has reached, counted from 1; 0 for none."""
        return max((number for number, step in enumerate(self.steps, start=1) if step.done), default=0)

    def map(self) -> StateMap:
        """Who is on it, by state."""
        return map_of([self])


@dataclass(frozen=True)
class Chapter:
    """A proposal with its bills of the sitting Congress, and of earlier ones."""

    proposal: Proposal
    now: tuple[Card, ...]
    before: tuple[Card, ...]
    congress: int
    ends: date
    # How far this Congress was searched for a bill, where none is known.
    search: Search

    @property
    def cards(self) -> tuple[Card, ...]:
        return self.now + self.before

    @property
    def law(self) -> Card | None:
        """The bill of the newest Congress that became law, where no bill has followed it."""
        return None if self.now else next((card for card in self.last if card.is_law), None)

    @property
    def is_enacted(self) -> bool:
        """Whether a bill of this Congress became law (asks.ProposalBills.enacted)."""
        return any(card.is_law for card in self.now)

    @property
    def last(self) -> tuple[Card, ...]:
        """The bills of the newest Congress that has ended."""
        newest = max((card.record.bill.congress for card in self.before), default=None)
        return tuple(card for card in self.before if card.record.bill.congress == newest)

    @property
    def history(self) -> bool:
        """Whether nobody brought it back for a whole Congress (asks.ProposalBills.history)."""
        return not self.now and bool(self.before) and self.before[0].record.bill.congress < self.congress - 1

    @property
    def asks(self) -> bool:
        """Whether there is anything to ask about it: an open bill, where none of them became law, or that
        somebody bring the last one back."""
        if self.now:
            return not (self.is_enacted or all(card.record.stage.stage.final for card in self.now))
        return not (self.law or self.history)

    def map(self) -> StateMap:
        """Who is on one of its bills of this Congress, by state."""
        return map_of(self.now)


@dataclass(frozen=True)
class Front:
    """A campaign's first page, without words: readers of both languages share it. ``ends`` is the last day of
    the sitting Congress; ``people`` are those of its newest ``changes``, by Bioguide id."""

    campaign: Campaign | None
    chapters: tuple[Chapter, ...]
    facts: tuple[CitedFact, ...]
    changes: tuple[Change, ...]
    people: Mapping[str, Person]
    ends: date

    @property
    def now(self) -> tuple[Card, ...]:
        """The bills that members can act on in the sitting Congress."""
        return tuple(card for chapter in self.chapters for card in chapter.now if card.progress)

    @property
    def bills(self) -> tuple[str, ...]:
        """The ids of all its bills."""
        return tuple(str(card.record.id) for chapter in self.chapters for card in chapter.cards)

    def lately(self) -> list[Event]:
        """The newest days on which something moved on these bills, in the reader's language."""
        return history.events(self.changes, self.people, actions=False)[:LATELY]

    def map(self, own: str = "") -> StateMap:
        """Who is on one of these bills, by state; ``own`` is the reader's state."""
        return map_of(self.now, own)


def is_read(bill: Bill) -> bool:
    """Whether any source at hand has shown the bill itself; else only its name is known."""
    return bill.observed_at is not None or bool(bill.partial)


def front(session: Session, known: Campaign | None, *, now: datetime) -> Front:
    """A campaign as a whole; an empty one where nothing has been set up yet."""
    proposals = campaigns.campaign_proposals(session, known.slug) if known else []
    found = tuple(chapter(session, proposal, now=now) for proposal in proposals)
    facts = cited(session, known.slug if known else "")
    bills = [str(card.record.id) for chapter in found for card in chapter.cards]
    ends = congress_end(congress_on(now)).date()
    changes = _newest(session, bills)
    people = members.people(session, {change.bioguide for change in changes if change.bioguide}, now=now)
    return Front(known, found, facts, changes, people, ends)


def cited(session: Session, campaign: str) -> tuple[CitedFact, ...]:
    """A campaign's figures that name their source in both languages, in its order."""
    facts = select(CitedFact).where(CitedFact.campaign == campaign)
    facts = facts.where(CitedFact.source_en != "", CitedFact.source_es != "")
    return tuple(session.exec(facts.order_by(col(CitedFact.position), CitedFact.id)))


def calls(session: Session, front: Front) -> int | None:
    """How many calls for a campaign were reported, each once: about all of its bills, or about one of them."""
    about = (front.campaign.slug, *front.bills) if front.campaign else ()
    return outcomes.published(session, about=about)


def proposal_named(session: Session, slug: str) -> Proposal:
    """Raises Refused (404) where there is none of that name, or it is of another campaign that is a draft."""
    found = session.get(Proposal, slug) if SLUG.fullmatch(slug) else None
    if found is None or not served.may_name(found.campaign):
        raise Refused(f"We have no bill “{slug[:60]}”.", f"Aquí no hay un proyecto «{slug[:60]}».", status=404)
    return found


def proposal_carried(session: Session, bill: str) -> Proposal | None:
    """The proposal that a bill carries, unless it is of another campaign that is a draft."""
    found = lineage.proposal_of(session, bill)
    return found if found and served.may_name(found.campaign) else None


def chapter(session: Session, proposal: Proposal, *, now: datetime) -> Chapter:
    sitting = congress_on(now)
    ids = [bill.id for bill, _ in lineage.bills_of(session, proposal.slug)]
    records = ledger.records(session, ids, now=now)
    set_goals = progress.goals(session, ids)
    cards = [card(session, records[id], records.values(), set_goals.get(id)) for id in ids]
    return Chapter(
        proposal,
        tuple(each for each in cards if each.record.bill.congress == sitting),
        tuple(each for each in cards if each.record.bill.congress < sitting),
        sitting,
        congress_end(sitting).date(),
        returns.searches(session, [proposal.slug], now=now)[proposal.slug],
    )


def card(session: Session, record: BillRecord, relatives: Iterable[BillRecord], goal: BillGoal | None) -> Card:
    """A bill in short. ``relatives`` are the bills of its proposal, which may hold the bill itself."""
    earlier = progress.supporters_before(record, relatives)
    on = record.active | {record.sponsor or ""}
    people = members.people(session, on | record.gone | earlier, now=record.moment)
    numbers = counts.tally(record, people)
    return Card(
        record=record,
        counts=numbers,
        sponsor=people.get(record.sponsor or ""),
        last_joined=max((row.joined for row in record.cosponsors if row.withdrawn is None), default=None),
        steps=tuple(stage_line(record.id, record.stage)),
        progress=progress.progress(record, numbers, people, earlier, goal) if _is_open(record) else None,
        people=tuple(people[id] for id in on if id in people and not counts.has_left(people[id], record)),
        undated=counts.undated(record, people),
    )


def _is_open(record: BillRecord) -> bool:
    """Whether members can still join it, and its list is known."""
    read = is_read(record.bill) and not record.bill.partial
    return read and not (record.ended or record.day or record.stage.stage.final)


def map_of(cards: Sequence[Card], own: str = "") -> StateMap:
    """Who is on one of some bills, by state, each person once."""
    people = {person.bioguide: person.state for card in cards for person in card.people}
    return state_map(Counter(people.values()), own)


def _newest(session: Session, bills: Sequence[str]) -> tuple[Change, ...]:
    """The newest changes of these bills that are told, more than there are lines for them."""
    rows = select(Change).where(col(Change.bill).in_(bills), col(Change.kind).in_(NEWS))
    return tuple(session.exec(rows.order_by(col(Change.happened).desc(), col(Change.seq).desc()).limit(100)))


# --- the number at the top -------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A share in percent, as its sentence has it, with the figure that it stands in."""

    number: str
    fact: CitedFact


def leading_figure(facts: Iterable[CitedFact], lang: str) -> Figure | None:
    """The first figure with one share in percent. None where no figure has exactly one: which of several is
    meant, or what a bare number counts, a number alone does not say."""
    for fact in facts:
        found = _SHARE.findall(_in(fact, lang))
        if fact.letters and len(found) == 1:
            return Figure(found[0], fact)
    return None


def _in(fact: CitedFact, lang: str) -> str:
    return fact.text_es if lang == "es" else fact.text_en
