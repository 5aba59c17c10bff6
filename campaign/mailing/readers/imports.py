"""Readers from a list of somebody else's: confirmed only where somebody vouches for their consent."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.mailing.addresses import Address, Keys, read_address
from campaign.mailing.models import Attempt, Consent, Delivery, Subscriber, Suppression
from campaign.mailing.readers import subscribers
from campaign.mailing.readers.list_cells import LEFT
from campaign.mailing.readers.subscribers import WORDING, Wish
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
        # Seats as the table has them, by the text of the list.
        self._seats: dict[str, str] = {}

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
        """Add the new ones of some of the people, and suppress those who left."""
        self._add(session, self.new(session, people), terms)
        for person in people:
            if person.row.left in ("unsubscribed", "bounced", "complaint"):
                self._stop(session, person, terms)

    def _add(self, session: Session, people: Sequence[Person], terms: Terms) -> None:
        ids = _insert(session, [self._reader(session, person, terms) for person in people])
        db.insert(session, Consent, [_consent(id, terms) for id in ids.values()])
        if terms.ask_them:
            session.add_all(row for person in people for row in _question(person, ids, terms))
        if terms.attested_by:
            self._done.confirmed += len(ids)
        else:
            self._done.pending += len(ids)
        self._done.already += len(people) - len(ids)

    def _reader(self, session: Session, person: Person, terms: Terms) -> dict[str, Any]:
        wish = person.row.wish.checked()
        if wish.seat not in self._seats:
            self._seats[wish.seat] = subscribers.seat_in_table(session, wish.seat)
        return Subscriber(
            campaign=terms.campaign,
            email=person.address.typed,
            key=person.keys[0],
            language=wish.language,
            seat=self._seats[wish.seat],
            proposals=" ".join(wish.proposals),
            state="confirmed" if terms.attested_by else "pending",
            alerts=wish.alerts,
            created=terms.now,
            confirmed_at=terms.now if terms.attested_by else None,
        ).model_dump(exclude={"id"})

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


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Add readers; the numbers of those whom no other request added meanwhile, by key."""
    if not rows:
        return {}
    table: Any = sa.inspect(Subscriber).local_table
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = insert(table).on_conflict_do_nothing(index_elements=["key"]).returning(table.c.key, table.c.id)
    return {str(key): int(id) for key, id in session.connection().execute(new, rows)}


def _consent(reader: int, terms: Terms) -> dict[str, Any]:
    return Consent(
        subscriber=reader,
        kind="attested" if terms.attested_by else "imported",
        at=terms.now,
        page=terms.page,
        wording=WORDING,
        by=terms.attested_by,
    ).model_dump(exclude={"id"})


def _question(person: Person, ids: Mapping[str, int], terms: Terms) -> Iterator[Attempt | Delivery]:
    """The mail that asks a new reader to confirm, and its count against the cap on such mails."""
    key = person.keys[0]
    if key in ids:
        yield Attempt(who=f"confirm:{key}", at=terms.now)
        wished = subscribers.wished(person.row.wish, terms.now)
        yield Delivery(kind="confirm", subscriber=ids[key], due=terms.now, detail=wished)


def _has_confirmed(session: Session, who: Subscriber) -> bool:
    theirs = select(Consent.id).where(Consent.subscriber == who.id, Consent.kind == "confirmed")
    return session.exec(theirs.limit(1)).first() is not None
