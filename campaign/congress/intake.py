"""How one observation goes into the tables: what is new becomes state and changes, what is missing waits.

Only ``ledger.record`` calls this; the rules it follows are listed in docs/data.md.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from campaign.congress.bills import BillId
from campaign.congress.members import keep_named
from campaign.congress.models import Action, Bill, Change, Cosponsorship, Referral, Related
from campaign.congress.observation import ActionRow, CosponsorRow, Observation, PersonRow
from campaign.congress.replies import keep_raw
from campaign.congress.stages import StageReading, stage_of

GONE = "none"
STRENGTH = {"": 0, "snapshot": 1, "govinfo": 2, "api": 3}


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


def unread(bill: BillId) -> Bill:
    """A bill of which only the number is known."""
    return Bill(id=str(bill), congress=bill.congress, type=bill.type, number=bill.number)


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


def stage_of_bill(
    bill: Bill, lines: Sequence[Line], *, title: str, law: str | None, today: datetime | None
) -> StageReading:
    """``stages.stage_of`` for a stored bill: the only place that chooses what the rules read of it.

    The official title counts beside ``title``: what a resolution proposes may be named there alone.
    """
    titles = f"{title} {bill.official_title or ''}".strip()
    return stage_of(BillId.of(bill.id), lines, law=law, title=titles, today=today)


def fingerprint(row: ActionRow) -> str:
    """Identity of a line of history: its date and words (its code where it has no words). Sources give
    lines no id and tell one event twice, from two systems."""
    words = " ".join(row.text.casefold().split()) or f"code {row.code}"
    return hashlib.blake2b(f"{row.acted} {words}".encode(), digest_size=12).hexdigest()


def merge_lines(rows: Sequence[ActionRow]) -> dict[str, dict[str, Any]]:
    """The lines of an observation (newest first, as sources give them) as rows of ``action`` by fingerprint,
    oldest first; what several systems say of one event is one row."""
    merged: dict[str, dict[str, Any]] = {}
    oldest_first = rows[::-1]
    for row in sorted(oldest_first, key=lambda row: row.acted):
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


def _fresh_line(line: dict[str, Any]) -> Line:
    """A merged line that is not stored yet."""
    return Line(
        acted=line["acted"],
        text=line["text"],
        codes=frozenset(line["codes"]),
        kind=line["kind"],
        systems=frozenset(line["systems"]),
        committees=frozenset(line["committees"]),
        fingerprint=line["fingerprint"],
    )


def _insert(session: Session, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Plain rows, past the mapper: a Congress has hundreds of thousands of them."""
    session.connection().execute(sa.insert(SQLModel.metadata.tables[str(table.__tablename__)]), rows)


def _joined(words: Iterable[str]) -> str:
    return " ".join(sorted(words))


@dataclass
class Taking:
    """One observation on its way into the tables."""

    session: Session
    seen: Observation
    sighting: bool
    changes: list[dict[str, Any]] = field(default_factory=list)
    # Rows that point to the bill's own, and so are written after it.
    fresh: list[tuple[type[SQLModel], list[dict[str, Any]]]] = field(default_factory=list)
    people: list[PersonRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = self.session.get(Bill, self.seen.bill)
        self.new = found is None
        self.bill = found or unread(self.seen.bill_id)
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
        # Nothing read here depends on what is still unwritten; a flush before each question would cost most.
        with self.session.no_autoflush:
            self._take_names()
            if self.new:
                self.session.add(self.bill)
            self._take_cosponsors()
            lines = self._take_actions()
            self._take_committees()
            self._take_related()
            self._take_stage(lines)
            self._finish()

    def change(
        self, kind: str, detail: dict[str, Any], *, happened: date | None = None, bioguide: str | None = None
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
            self.change("title", {"from": bill.title or None, "to": seen.title})
            bill.title = seen.title
        if seen.sponsor and (self.leads or not bill.sponsor):
            self._take_sponsor(seen.sponsor.bioguide, seen.sponsor.full_name)
        for name in ("official_title", "introduced", "policy_area", "law"):
            value = getattr(seen, name)
            if value is not None and (self.leads or getattr(bill, name) is None):
                setattr(bill, name, value)

    def _take_sponsor(self, bioguide: str, name: str) -> None:
        first = self.bill.observed_at is None and not self.bill.stage
        if first or bioguide != self.bill.sponsor:
            self.change("sponsor", {"from": self.bill.sponsor, "to": bioguide}, bioguide=bioguide)
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
        self.people += [*fresh, self.seen.sponsor] if self.seen.sponsor else fresh

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
        self.fresh.append((Cosponsorship, values))
        for row in sorted(rows, key=lambda r: (r.joined, r.bioguide)):
            self.change("cosponsored", {"original": row.original}, happened=row.joined, bioguide=row.bioguide)
            if row.withdrawn:
                self._tell_leaving("withdrew", row, row.withdrawn)

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
        if mine.withdrawn:
            self._tell_leaving("withdrawal_retracted", mine, mine.withdrawn)
        if withdrawn:
            self._tell_leaving("withdrew", mine, withdrawn)
        mine.withdrawn, mine.claim = withdrawn, None

    def _tell_leaving(self, kind: str, row: CosponsorRow | Cosponsorship, day: date) -> None:
        self.change(kind, {"joined": row.joined.isoformat()}, happened=day, bioguide=row.bioguide)

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
        lines = [*map(line_of, kept), *map(_fresh_line, fresh)]
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
        self.fresh.append((Action, [self._columns(line) for line in lines]))
        for line in lines:
            self._tell_line("action", line["acted"], line["text"], _joined(line["codes"]))

    def _see_again(self, mine: Action, line: dict[str, Any]) -> None:
        mine.missing_since = None
        if mine.retracted:
            mine.retracted = False
            self._tell_line("action", mine.acted, mine.text, mine.codes)
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
            self._tell_line("action_retracted", mine.acted, mine.text, mine.codes)

    def _tell_line(self, kind: str, acted: date, text: str, codes: str) -> None:
        self.change(kind, {"text": text, "codes": codes}, happened=acted)

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
        known = {} if self.new else self._known_related()
        for row in self.seen.related:
            mine = known.get(row.bill)
            if mine is None:
                mine = known[row.bill] = Related(bill=self.seen.bill, other=row.bill)
                self.session.add(mine)
            mine.identical = mine.identical or row.identical

    def _known_related(self) -> dict[str, Related]:
        rows = self.session.exec(select(Related).where(Related.bill == self.seen.bill))
        return {row.other: row for row in rows}

    def _take_stage(self, lines: list[Line]) -> None:
        bill = self.bill
        reading = stage_of_bill(bill, lines, title=bill.title, law=bill.law, today=None)
        if reading.stage.value != bill.stage:
            detail = {"from": bill.stage or None, "to": reading.stage.value}
            self.change("stage", detail, happened=reading.since)
        bill.stage, bill.over = reading.stage.value, reading.final

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
        if seen.complete and seen.raw:
            keep_raw(self.session, seen, first=self.new)
        self.session.flush()
        self._write()

    def _write(self) -> None:
        self.fresh.append((Change, self.changes))
        for table, rows in self.fresh:
            if rows:
                _insert(self.session, table, rows)
        if self.people:
            keep_named(self.session, self.people, bill=self.seen.bill_id, now=self.seen.read_at)

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
