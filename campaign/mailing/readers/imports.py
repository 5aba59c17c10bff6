"""Readers from a list of somebody else's: confirmed only where somebody vouches for their consent."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.mailing.addresses import Address, Keys, read_address
from campaign.mailing.models import Attempt, Consent, Subscriber, Suppression
from campaign.mailing.readers import subscribers
from campaign.mailing.readers.list_cells import LEFT
from campaign.mailing.readers.subscribers import Asked, Wish
from campaign.refusals import Refused

# Rows a transaction, and the seconds between two: SQLite lets one write at a time, and who waits for that looks
# again every tenth of a second.
BATCH = 200
PAUSE = 0.12


@dataclass
class Imported:
    """What an import did, or would do. No address is told.

    ``left``: rows that were not taken because the list itself says so, by what it says. ``suppressed``: rows of
    people who stopped here. ``rejects`` maps a line of the file to why it was left out, in ``lang``.
    """

    confirmed: int = 0
    pending: int = 0
    already: int = 0
    suppressed: int = 0
    left: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LEFT, 0))
    rejects: dict[int, str] = field(default_factory=dict)
    lang: str = "en"

    def reject(self, line: int, refusal: Refused) -> None:
        self.rejects[line] = refusal.text(self.lang)


@dataclass(frozen=True)
class Row:
    """One line of a list; ``left`` is what the list says of a person who is not to be mailed."""

    line: int
    email: str
    wish: Wish
    left: str = ""


@dataclass(frozen=True)
class Terms:
    """How the rows of a list are taken into a campaign.

    With ``attested_by`` (who vouches that each of them asked for this) they are confirmed, else pending: they
    get nothing until they confirm, and the mail that asks them to only with ``ask_them``. ``page`` is where the
    list came from.
    """

    campaign: str
    attested_by: str
    now: datetime
    page: str = "import"
    ask_them: bool = False


class Person(NamedTuple):
    """A row whose address can be one, with the hashes by which that address may be known here."""

    row: Row
    address: Address
    keys: list[str]


def take_list(engine: Engine, keys: Keys, rows: Iterable[Row], terms: Terms, done: Imported) -> None:
    """Add readers from a list, some rows a transaction: others write between. Nobody who stopped comes back.

    What was written stays when a later row fails: taking the list again adds the rest.
    """
    listed = _Listed(keys, terms.campaign, rows, done)
    for start in range(0, len(listed.people), BATCH):
        if start:
            time.sleep(PAUSE)
        with db.writing(engine) as session:
            listed.take(session, listed.people[start : start + BATCH], terms)


def look(session: Session, keys: Keys, campaign: str, rows: Iterable[Row], done: Imported) -> int:
    """How many readers a list would add; the others are counted in ``done``. Nothing is written."""
    listed = _Listed(keys, campaign, rows, done)
    batches = range(0, len(listed.people), BATCH)
    return sum(len(listed.new(session, listed.people[start : start + BATCH])) for start in batches)


class _Listed:
    """The people of a list. In whatever order it names somebody twice, once as gone, they are gone."""

    def __init__(self, keys: Keys, campaign: str, rows: Iterable[Row], done: Imported) -> None:
        self._keys = keys
        self._campaign = campaign
        self._done = done
        self.people = list(self._named(rows))
        self._gone = {key for person in self.people if person.row.left for key in person.keys}
        self._added: set[str] = set()

    def _named(self, rows: Iterable[Row]) -> Iterator[Person]:
        for row in rows:
            try:
                address = read_address(row.email)
            except Refused as refusal:
                self._done.reject(row.line, refusal)
            else:
                yield Person(row, address, self._keys.all_of(address, self._campaign))

    def new(self, session: Session, people: Sequence[Person]) -> list[Person]:
        """Those to be added; the others are counted."""
        asked = {key for person in people for key in person.keys}
        barred = set(session.exec(select(Suppression.key).where(col(Suppression.key).in_(asked))))
        mine = select(Subscriber.key).where(Subscriber.campaign == self._campaign)
        known = set(session.exec(mine.where(col(Subscriber.key).in_(asked)))) | self._added
        found = []
        for person in people:
            if person.row.left:
                self._done.left[person.row.left] += 1
            elif (barred | self._gone).intersection(person.keys):
                self._done.suppressed += 1
            elif known.intersection(person.keys):
                self._done.already += 1
            else:
                known.update(person.keys)
                self._added.update(person.keys)
                found.append(person)
        return found

    def take(self, session: Session, people: Sequence[Person], terms: Terms) -> None:
        for person in self.new(session, people):
            self._add(session, person, terms)
        for person in people:
            if person.row.left in ("unsubscribed", "bounced", "complaint"):
                self._stop(session, person, terms)

    def _add(self, session: Session, person: Person, terms: Terms) -> None:
        wish = person.row.wish.checked()
        added = subscribers.add_reader(session, self._keys, terms.campaign, person.address, wish, terms.now)
        if terms.attested_by:
            added.state, added.confirmed_at = "confirmed", terms.now
            subscribers.note_consent(
                session, added, "attested", Asked(terms.page), terms.now, by=terms.attested_by
            )
            self._done.confirmed += 1
            return
        subscribers.note_consent(session, added, "imported", Asked(terms.page), terms.now)
        if terms.ask_them:
            session.add(Attempt(who=f"confirm:{added.key}", at=terms.now))
            wished = subscribers.wished(wish, terms.now)
            session.add(subscribers.single_mail("confirm", added, terms.now, wished))
        self._done.pending += 1

    def _stop(self, session: Session, person: Person, terms: Terms) -> None:
        """Suppress who left elsewhere, unless they confirmed here themselves: that is the later word."""
        if session.exec(select(Suppression).where(col(Suppression.key).in_(person.keys))).first():
            return
        who = subscribers.find(session, self._keys, terms.campaign, person.address)
        if who is None:
            key, reason = self._keys.of(person.address, terms.campaign), person.row.left
            subscribers.bar(session, key, reason, campaign=terms.campaign, now=terms.now)
        elif not _has_confirmed(session, who):
            subscribers.stop(session, who, person.row.left, now=terms.now, page=terms.page)


def _has_confirmed(session: Session, who: Subscriber) -> bool:
    theirs = select(Consent.id).where(Consent.subscriber == who.id, Consent.kind == "confirmed")
    return session.exec(theirs.limit(1)).first() is not None
