"""The ledger: what each observation showed that was not known before, only ever added to.

``record`` takes one observation over in the caller's transaction: new state and changes together, or
neither. What it guards against is set out in docs/data.md: absence proves nothing, a withdrawal needs
Congress's own date seen twice, a line of history is gone only when two complete readings lack it.
"""

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from campaign.congress.bills import WASHINGTON, BillId
from campaign.congress.members import keep_named
from campaign.congress.models import Action, Bill, Change, Cosponsorship, RawReply, Referral, Related
from campaign.congress.observation import ActionRow, CosponsorRow, Observation
from campaign.congress.stages import StageReading, stage_of
from campaign.refusals import Refused

RAW_REPLIES_KEPT = 12
GONE = "none"
STRENGTH = {"": 0, "snapshot": 1, "govinfo": 2, "api": 3}


@dataclass(frozen=True)
class Recorded:
    """What ``record`` did: how many changes, and whether the bill still waits for a second sighting."""

    changes: int = 0
    pending: bool = False
    stale: bool = False


@dataclass(frozen=True)
class Line:
    """One line of a bill's history, merged over the systems that tell it."""

    acted: date
    text: str
    codes: frozenset[str]
    kind: str
    systems: frozenset[str]
    committees: frozenset[str]
    fingerprint: str


@dataclass(frozen=True)
class BillRecord:
    """A bill now, or as it stood at the end of ``day`` by Congress's own dates."""

    bill: Bill
    title: str
    sponsor: str | None
    stage: StageReading
    cosponsors: tuple[Cosponsorship, ...]
    actions: tuple[Line, ...]
    referrals: tuple[Referral, ...]
    day: date | None

    @property
    def id(self) -> BillId:
        return BillId.of(self.bill.id)

    @property
    def active(self) -> frozenset[str]:
        """Everyone with at least one row that is not withdrawn, as Congress counts."""
        return frozenset(row.bioguide for row in self.cosponsors if row.withdrawn is None)

    @property
    def gone(self) -> frozenset[str]:
        """Everyone all of whose rows are withdrawn."""
        return frozenset(row.bioguide for row in self.cosponsors) - self.active


def record(session: Session, observation: Observation, *, now: datetime, sighting: bool = True) -> Recorded:
    """Take one observation over: new state and changes in the caller's write transaction.

    Recording the same observation twice adds nothing. ``sighting=False`` re-reads a kept reply: it may
    correct what rules made of it, but never counts as a second look.
    """
    _become_the_only_writer(session)
    taking = _Taking(session, observation, now, sighting)
    if taking.stale:
        return Recorded(pending=taking.bill.pending, stale=True)
    taking.take()
    return Recorded(changes=len(taking.changes), pending=taking.bill.pending)


def changes_since(
    session: Session, seq: int = 0, *, bill: str | None = None, limit: int | None = None
) -> list[Change]:
    """Changes after ``seq``, oldest first."""
    query = select(Change).where(col(Change.seq) > seq).order_by(col(Change.seq))
    if bill is not None:
        query = query.where(Change.bill == bill)
    return list(session.exec(query.limit(limit)))


def current(session: Session, bill_id: str, *, now: datetime) -> BillRecord:
    """A bill as it is known now. Raises Refused (404) for a bill this record does not hold."""
    return _rebuild(session, _known(session, bill_id), day=None, moment=now)


def as_of(session: Session, bill_id: str, day: date, *, now: datetime) -> BillRecord:
    """A bill as it stood at the end of ``day``, by Congress's own dates and all that is known now.

    Raises Refused for an unknown bill (404), a day to come, or a day before the bill was introduced.
    """
    bill = _known(session, bill_id)
    if day > now.astimezone(WASHINGTON).date():
        raise Refused(
            f"{day:%Y-%m-%d} lies in the future; nothing is known of it yet.",
            f"El {day:%Y-%m-%d} está en el futuro; todavía no se sabe nada de ese día.",
        )
    if bill.introduced and day < bill.introduced:
        raise Refused(
            f"{bill_id} was introduced on {bill.introduced}; there is nothing to show for {day}.",
            f"{bill_id} se presentó el {bill.introduced}; no hay nada que mostrar del {day}.",
        )
    end_of_day = datetime.combine(day, time(23, 59, 59), WASHINGTON)
    return _rebuild(session, bill, day=day, moment=end_of_day)


def unchanged(session: Session, source: str, digests: dict[str, str]) -> set[str]:
    """Of bills by the digest just read, those whose reading from this source is the kept one, whole, with
    nothing waiting for a second sighting: they need no second look."""
    later = aliased(RawReply)
    outdone = sa.exists().where(
        col(later.bill) == col(RawReply.bill),
        col(later.source) == source,
        col(later.last_read) > col(RawReply.last_read),
    )
    query = (
        select(RawReply.bill, RawReply.digest)
        .join(Bill, col(Bill.id) == col(RawReply.bill))
        .where(
            RawReply.source == source,
            col(RawReply.bill).in_(digests),
            col(Bill.pending).is_(False),
            col(Bill.first_whole_at).is_not(None),
            col(Bill.authority) == source,
            # Only the newest reply of this source says what stands; an older one may have been undone.
            ~outdone,
        )
    )
    return {bill for bill, digest in session.exec(query) if digests[bill] == digest}


def seen_again(session: Session, source: str, bills: Iterable[str], *, read_at: datetime) -> None:
    """Note that unchanged bills were read whole once more."""
    ids = list(bills)
    newest = sa.update(Bill).where(col(Bill.id).in_(ids), col(Bill.observed_at) < read_at)
    session.execute(newest.values(observed_at=read_at, observed_source=source))
    kept = (
        select(RawReply.bill, sa.func.max(RawReply.last_read))
        .where(RawReply.source == source, col(RawReply.bill).in_(ids))
        .group_by(col(RawReply.bill))
    )
    pairs = sa.tuple_(col(RawReply.bill), col(RawReply.last_read))
    raws = sa.update(RawReply).where(RawReply.source == source, pairs.in_(kept))
    session.execute(raws.values(last_read=read_at))


def note_name(
    session: Session,
    bill: BillId,
    *,
    title: str,
    sponsor: str | None,
    sponsor_name: str,
    introduced: date | None,
) -> None:
    """Keep a bill that no source at hand has shown yet, by name; a read bill is left as it is."""
    known = session.get(Bill, str(bill))
    if known is None:
        known = _fresh(bill)
        session.add(known)
    if known.observed_at is None and not known.partial:
        known.title, known.sponsor, known.sponsor_name = title, sponsor, sponsor_name
        known.introduced = introduced
    session.flush()


def _become_the_only_writer(session: Session) -> None:
    # SQLite writers hold the lock already. On PostgreSQL sequence numbers are drawn before commit: with
    # two writers a reader's watermark could pass a number that appears only later.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('campaign.ledger'))"))


def _known(session: Session, bill_id: str) -> Bill:
    if bill := session.get(Bill, bill_id):
        return bill
    raise Refused(
        f"{bill_id} is not in this record. Track it first: campaign track {bill_id}",
        f"{bill_id} no está en este registro.",
        status=404,
    )


def _fresh(bill: BillId) -> Bill:
    return Bill(id=str(bill), congress=bill.congress, type=bill.type, number=bill.number)


def _rebuild(session: Session, bill: Bill, *, day: date | None, moment: datetime) -> BillRecord:
    lines = tuple(
        line_of(row)
        for row in session.exec(
            select(Action)
            .where(Action.bill == bill.id, col(Action.retracted).is_(False))
            .order_by(col(Action.acted), col(Action.position))
        )
        if day is None or row.acted <= day
    )
    rows = tuple(
        _as_it_stood(row, day)
        for row in session.exec(
            select(Cosponsorship)
            .where(Cosponsorship.bill == bill.id)
            .order_by(col(Cosponsorship.joined), col(Cosponsorship.bioguide))
        )
        if day is None or row.joined <= day
    )
    title, sponsor = _named_then(session, bill, moment) if day else (bill.title, bill.sponsor)
    law = bill.law if day is None else None
    reading = stage_of(BillId.of(bill.id), lines, law=law, title=title, today=moment)
    referrals = session.exec(select(Referral).where(Referral.bill == bill.id).order_by(Referral.committee))
    return BillRecord(bill, title, sponsor, reading, rows, lines, tuple(referrals), day)


def _as_it_stood(row: Cosponsorship, day: date | None) -> Cosponsorship:
    if day is None or row.withdrawn is None or row.withdrawn <= day:
        return row
    return Cosponsorship(**{**row.model_dump(), "withdrawn": None, "claim": None})


def _named_then(session: Session, bill: Bill, moment: datetime) -> tuple[str, str | None]:
    """Title and sponsor before what was seen to change after ``moment``; a baseline is no change."""
    later = session.exec(
        select(Change)
        .where(
            Change.bill == bill.id,
            col(Change.kind).in_(("title", "sponsor")),
            col(Change.baseline).is_(False),
            col(Change.seen_at) > moment.astimezone(UTC),
        )
        .order_by(col(Change.seq).desc())
    )
    named = {"title": bill.title, "sponsor": bill.sponsor}
    for change in later:
        named[change.kind] = change.detail.get("from")
    return named["title"] or "", named["sponsor"]


def line_of(row: Action) -> Line:
    """A stored line of history in the form that the rules of stages read."""
    return Line(
        acted=row.acted,
        text=row.text,
        codes=frozenset(row.codes.split()),
        kind=row.kind,
        systems=frozenset(row.systems.split()),
        committees=frozenset(row.committees.split()),
        fingerprint=row.fingerprint,
    )


def fingerprint(row: ActionRow) -> str:
    """Identity of a line of history: its date and words (its code where it has no words). Sources give
    lines no id and tell one event twice, from two systems."""
    words = " ".join(row.text.casefold().split()) or f"code {row.code}"
    return hashlib.blake2b(f"{row.acted} {words}".encode(), digest_size=12).hexdigest()


def merge_lines(rows: Sequence[ActionRow]) -> dict[str, dict[str, Any]]:
    """The lines of an observation (newest first, as sources give them) as rows of ``action`` by fingerprint,
    oldest first; what several systems say of one event is one row."""
    merged: dict[str, dict[str, Any]] = {}
    for row in sorted(reversed(rows), key=lambda r: r.acted):
        key = fingerprint(row)
        line = merged.setdefault(
            key,
            {
                "fingerprint": key,
                "acted": row.acted,
                "text": row.text,
                "kind": row.kind,
                "position": len(merged),
                "codes": set(),
                "systems": set(),
                "committees": set(),
            },
        )
        line["codes"].update(filter(None, (row.code,)))
        line["systems"].update(filter(None, (row.system,)))
        line["committees"].update(row.committees)
    return merged


def _joined(words: Iterable[str]) -> str:
    return " ".join(sorted(words))


@dataclass
class _Taking:
    """One observation on its way into the tables."""

    session: Session
    seen: Observation
    now: datetime
    sighting: bool
    changes: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = self.session.get(Bill, self.seen.bill)
        self.new = found is None
        self.bill = found or _fresh(self.seen.bill_id)
        self.baseline = self.bill.first_whole_at is None
        strength = STRENGTH[self.seen.source]
        self.leads = strength >= STRENGTH[self.bill.authority]
        self.older = bool(self.seen.updated and self.bill.updated and self.seen.updated < self.bill.updated)
        # A file of a slower source that is older than what is known proves nothing (quirk 12).
        self.stale = self.older and not self.leads
        self.counts = self.seen.complete and self.sighting and self.leads
        self.may_remove = self.counts and not self.older
        self.pending = False

    def take(self) -> None:
        if self.new:
            self.session.add(self.bill)
            self.session.flush()
        self._take_names()
        self._take_cosponsors()
        lines = self._take_actions()
        self._take_committees()
        self._take_related()
        self._take_stage(lines)
        self._finish()

    def change(
        self, kind: str, happened: date | None = None, bioguide: str | None = None, **detail: Any
    ) -> None:
        self.changes.append(
            {
                "bill": self.seen.bill,
                "kind": kind,
                "bioguide": bioguide,
                "happened": happened,
                "detail": detail,
                "source": self.seen.source,
                "seen_at": self.seen.read_at,
                "baseline": self.baseline,
            }
        )

    def _take_names(self) -> None:
        bill, seen = self.bill, self.seen
        if seen.title and seen.title != bill.title and (self.leads or not bill.title):
            self.change("title", **{"from": bill.title or None, "to": seen.title})
            bill.title = seen.title
        if seen.sponsor and (self.leads or not bill.sponsor):
            self._take_sponsor(seen.sponsor.bioguide, seen.sponsor.full_name)
        for name in ("official_title", "introduced", "policy_area", "law"):
            value = getattr(seen, name)
            if value is not None and (self.leads or getattr(bill, name) is None):
                setattr(bill, name, value)

    def _take_sponsor(self, bioguide: str, name: str) -> None:
        if bioguide != self.bill.sponsor or self.bill.observed_at is None and not self.bill.stage:
            self.change("sponsor", None, bioguide, **{"from": self.bill.sponsor, "to": bioguide})
        self.bill.sponsor, self.bill.sponsor_name = bioguide, name or self.bill.sponsor_name

    # --- co-sponsors ---

    def _take_cosponsors(self) -> None:
        stated = _one_row_a_joining(self.seen.cosponsors)
        known = {} if self.new else self._known_cosponsors()
        fresh = [row for key, row in stated.items() if key not in known and self._can_start(row)]
        self._add_cosponsors(fresh)
        for key, mine in known.items():
            row = stated.get(key)
            if row is None:
                self._note_missing(mine)
            else:
                mine.missing_since = None
                self._weigh_withdrawal(mine, row)
        people = [*fresh, self.seen.sponsor] if self.seen.sponsor else fresh
        if people:
            keep_named(self.session, people, bill=self.seen.bill_id, now=self.now)

    def _known_cosponsors(self) -> dict[tuple[str, date], Cosponsorship]:
        rows = self.session.exec(select(Cosponsorship).where(Cosponsorship.bill == self.seen.bill))
        return {(row.bioguide, row.joined): row for row in rows}

    def _can_start(self, row: CosponsorRow) -> bool:
        # A short list is evidence of who joined; that somebody left is believed of a whole one only.
        return self.seen.complete or row.withdrawn is None

    def _add_cosponsors(self, rows: list[CosponsorRow]) -> None:
        if not rows:
            return
        values = [
            {
                "bill": self.seen.bill,
                "bioguide": row.bioguide,
                "joined": row.joined,
                "original": row.original,
                "withdrawn": row.withdrawn,
                "name": row.full_name,
                "party": row.party,
                "state": row.state,
                "district": row.district,
            }
            for row in rows
        ]
        self.session.execute(sa.insert(Cosponsorship), values)
        for row in sorted(rows, key=lambda r: (r.joined, r.bioguide)):
            self.change("cosponsored", row.joined, row.bioguide, original=row.original)
            if row.withdrawn:
                self.change("withdrew", row.withdrawn, row.bioguide, joined=row.joined.isoformat())

    def _note_missing(self, mine: Cosponsorship) -> None:
        self.pending = self.pending or mine.claim is not None
        if self.may_remove and mine.missing_since is None:
            mine.missing_since = self.seen.read_at

    def _weigh_withdrawal(self, mine: Cosponsorship, row: CosponsorRow) -> None:
        """Believe a withdrawal, its undoing or a corrected date at the second complete sighting."""
        if row.withdrawn == mine.withdrawn:
            if self.counts:
                mine.claim = None
        elif self.counts and (row.withdrawn or self.may_remove):
            claim = row.withdrawn.isoformat() if row.withdrawn else GONE
            if mine.claim == claim:
                self._settle_withdrawal(mine, row.withdrawn)
            else:
                mine.claim = claim
        self.pending = self.pending or mine.claim is not None

    def _settle_withdrawal(self, mine: Cosponsorship, withdrawn: date | None) -> None:
        joined = mine.joined.isoformat()
        if mine.withdrawn:
            self.change("withdrawal_retracted", mine.withdrawn, mine.bioguide, joined=joined)
        if withdrawn:
            self.change("withdrew", withdrawn, mine.bioguide, joined=joined)
        mine.withdrawn, mine.claim = withdrawn, None

    # --- actions ---

    def _take_actions(self) -> list[Line]:
        stated = merge_lines(self.seen.actions)
        known = {} if self.new else self._known_actions()
        fresh = [line for key, line in stated.items() if key not in known]
        self._add_actions(fresh)
        for key, mine in known.items():
            if key in stated:
                self._see_again(mine, stated[key])
            else:
                self._weigh_absence(mine)
        kept = [mine for mine in known.values() if not mine.retracted]
        lines = [line_of(row) for row in [*kept, *(Action(**self._columns(line)) for line in fresh)]]
        places = {key: line["position"] for key, line in stated.items()}
        return sorted(lines, key=lambda line: (line.acted, places.get(line.fingerprint, 0)))

    def _known_actions(self) -> dict[str, Action]:
        rows = self.session.exec(select(Action).where(Action.bill == self.seen.bill))
        return {row.fingerprint: row for row in rows}

    def _columns(self, line: dict[str, Any]) -> dict[str, Any]:
        words = {name: _joined(line[name]) for name in ("codes", "systems", "committees")}
        return {**line, **words, "bill": self.seen.bill}

    def _add_actions(self, lines: list[dict[str, Any]]) -> None:
        if not lines:
            return
        self.session.execute(sa.insert(Action), [self._columns(line) for line in lines])
        for line in lines:
            self.change("action", line["acted"], text=line["text"], codes=_joined(line["codes"]))

    def _see_again(self, mine: Action, line: dict[str, Any]) -> None:
        mine.missing_since = None
        if mine.retracted:
            mine.retracted = False
            self.change("action", mine.acted, text=mine.text, codes=mine.codes)
        for name in ("codes", "systems", "committees"):
            both = _joined({*getattr(mine, name).split(), *line[name]})
            if both != getattr(mine, name):
                setattr(mine, name, both)
        if self.counts and mine.position != line["position"]:
            mine.position = line["position"]

    def _weigh_absence(self, mine: Action) -> None:
        """A line is retracted when two complete readings in a row lack it (quirk 19)."""
        if mine.retracted or not self.may_remove:
            self.pending = self.pending or (mine.missing_since is not None and not mine.retracted)
        elif mine.missing_since is None:
            mine.missing_since = self.seen.read_at
            self.pending = True
        else:
            mine.retracted = True
            self.change("action_retracted", mine.acted, text=mine.text, codes=mine.codes)

    # --- the rest ---

    def _take_committees(self) -> None:
        if not self.seen.committees:
            return
        known = {} if self.new else self._known_referrals()
        for row in self.seen.committees:
            mine = known.get(row.code)
            if mine is None:
                mine = known[row.code] = Referral(bill=self.seen.bill, committee=row.code)
                self.session.add(mine)
            mine.name = row.name or mine.name
            mine.referred = mine.referred or row.referred

    def _known_referrals(self) -> dict[str, Referral]:
        rows = self.session.exec(select(Referral).where(Referral.bill == self.seen.bill))
        return {row.committee: row for row in rows}

    def _take_related(self) -> None:
        if not self.seen.related:
            return
        rows = self.session.exec(select(Related).where(Related.bill == self.seen.bill))
        known = {} if self.new else {row.other: row for row in rows}
        for row in self.seen.related:
            mine = known.get(row.bill)
            if mine is None:
                mine = known[row.bill] = Related(bill=self.seen.bill, other=row.bill)
                self.session.add(mine)
            mine.identical = mine.identical or row.identical

    def _take_stage(self, lines: list[Line]) -> None:
        bill = self.bill
        reading = stage_of(self.seen.bill_id, lines, law=bill.law, title=bill.title, today=None)
        if reading.stage.value != bill.stage:
            self.change("stage", reading.since, **{"from": bill.stage or None, "to": reading.stage.value})
        bill.stage, bill.stage_since = reading.stage.value, reading.since

    def _finish(self) -> None:
        bill, seen = self.bill, self.seen
        if seen.complete:
            self._note_whole()
        elif bill.first_whole_at is None:
            bill.partial = seen.problem
        if self.counts:
            bill.pending = self.pending
        else:
            bill.pending = bill.pending or self.pending
        if self.changes:
            self.session.execute(sa.insert(Change), self.changes)
        if seen.complete and seen.raw:
            _keep_raw(self.session, seen, first=self.new)
        self.session.flush()

    def _note_whole(self) -> None:
        bill, seen = self.bill, self.seen
        bill.partial = ""
        bill.first_whole_at = bill.first_whole_at or seen.read_at
        if bill.observed_at is None or seen.read_at >= bill.observed_at:
            bill.observed_at, bill.observed_source = seen.read_at, seen.source
        if self.leads:
            bill.authority = seen.source
        if seen.updated and (bill.updated is None or seen.updated > bill.updated):
            bill.updated = seen.updated


def _one_row_a_joining(rows: Iterable[CosponsorRow]) -> dict[tuple[str, date], CosponsorRow]:
    """Rows by who and when; of two rows of one joining, the one not withdrawn speaks (quirk 13)."""
    stated: dict[tuple[str, date], CosponsorRow] = {}
    for row in rows:
        other = stated.get((row.bioguide, row.joined))
        if other is None or row.withdrawn is None:
            stated[row.bioguide, row.joined] = row
    return stated


def _keep_raw(session: Session, seen: Observation, *, first: bool) -> None:
    key = (seen.bill, seen.source, seen.digest)
    kept = None if first else session.get(RawReply, key)
    if kept is not None:
        kept.last_read = max(kept.last_read, seen.read_at)
        return
    bill, source, digest = key
    session.add(
        RawReply(
            bill=bill,
            source=source,
            digest=digest,
            body=zlib.compress(seen.raw),
            first_read=seen.read_at,
            last_read=seen.read_at,
        )
    )


def trim_raw(session: Session, *, keep: int = RAW_REPLIES_KEPT) -> int:
    """Forget all but the newest ``keep`` raw replies of each bill and source; how many were forgotten."""
    place = sa.func.row_number().over(
        partition_by=(col(RawReply.bill), col(RawReply.source)), order_by=col(RawReply.last_read).desc()
    )
    ranked = sa.select(
        col(RawReply.bill), col(RawReply.source), col(RawReply.digest), place.label("place")
    ).subquery()
    old = sa.select(ranked.c.bill, ranked.c.source, ranked.c.digest).where(ranked.c.place > keep)
    key = sa.tuple_(col(RawReply.bill), col(RawReply.source), col(RawReply.digest))
    return session.execute(sa.delete(RawReply).where(key.in_(old))).rowcount  # type: ignore[attr-defined, no-any-return]
