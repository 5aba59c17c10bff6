"""How one observation goes into the tables: new facts become state and changes, missing ones wait.

Only ``ledger.record`` calls this; docs/data.md lists the rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, SQLModel, select

from campaign import db
from campaign.congress.actions import Line, line_of, merge_lines, stage_of_bill
from campaign.congress.bills import BillId
from campaign.congress.members import store_named
from campaign.congress.models import (
    NO_WITHDRAWAL,
    Action,
    Bill,
    Change,
    Cosponsorship,
    RecordedVote,
    Referral,
    Related,
)
from campaign.congress.observation import CosponsorRow, Observation, PersonRow
from campaign.congress.replies import store_reply

STRENGTH = {"": 0, "snapshot": 1, "govinfo": 2, "api": 3}


def unread(bill: BillId) -> Bill:
    """A bill of which only the number is known."""
    return Bill(id=str(bill), congress=bill.congress, type=bill.type, number=bill.number)


@dataclass
class Intake:
    """One observation on its way into the tables. ``changes`` are rows of ``change`` not yet written."""

    session: Session
    observation: Observation
    sighting: bool
    changes: list[dict[str, Any]] = field(default_factory=list)
    # Rows that refer to the bill's row and so are written after it.
    new_rows: list[tuple[type[SQLModel], list[dict[str, Any]]]] = field(default_factory=list)
    people: list[PersonRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        observation = self.observation
        found = self.session.get(Bill, observation.bill)
        self.new = found is None
        self.bill = found or unread(observation.bill_id)
        self.baseline = self.bill.first_whole_at is None
        # Only a source at least as strong as the one that read the bill completely may correct or remove.
        self.authoritative = STRENGTH[observation.source] >= STRENGTH[self.bill.authority]
        self.older = bool(observation.updated and self.bill.updated and observation.updated < self.bill.updated)
        # A file of a slower source that is older than what is known proves nothing (quirk 12).
        self.stale = self.older and not self.authoritative
        # Whether it counts as one of the two complete readings that a withdrawal or a retraction needs.
        self.counts = observation.complete and self.sighting and self.authoritative
        self.may_remove = self.counts and not self.older
        self.pending = False

    def apply(self) -> None:
        """Store the observation's facts, and a change for each that is new."""
        # Nothing read here depends on unwritten rows; a flush before each query would cost most of the time.
        with self.session.no_autoflush:
            self._apply_names()
            if self.new:
                self.session.add(self.bill)
            self._apply_cosponsors()
            lines = self._apply_actions()
            self._apply_committees()
            self._apply_related()
            self._apply_votes()
            self._apply_stage(lines)
            self._finish()

    def _change(
        self, kind: str, detail: dict[str, Any], *, happened: date | None = None, bioguide: str | None = None
    ) -> None:
        self.changes.append(
            {
                "bill": self.observation.bill,
                "kind": kind,
                "bioguide": bioguide,
                "happened": happened,
                "detail": detail,
                "source": self.observation.source,
                "seen_at": self.observation.read_at,
                "baseline": self.baseline,
            }
        )

    def _apply_names(self) -> None:
        bill, observation = self.bill, self.observation
        title, sponsor = observation.title, observation.sponsor
        if title and title != bill.title and (self.authoritative or not bill.title):
            self._change("title", {"from": bill.title or None, "to": title})
            bill.title = title
        if sponsor and (self.authoritative or not bill.sponsor):
            self._apply_sponsor(sponsor.bioguide, sponsor.full_name)
        for name in ("official_title", "introduced", "policy_area", "law"):
            value = getattr(observation, name)
            if value is not None and (self.authoritative or getattr(bill, name) is None):
                setattr(bill, name, value)

    def _apply_sponsor(self, bioguide: str, name: str) -> None:
        first = self.bill.observed_at is None and not self.bill.stage
        if first or bioguide != self.bill.sponsor:
            self._change("sponsor", {"from": self.bill.sponsor, "to": bioguide}, bioguide=bioguide)
        self.bill.sponsor, self.bill.sponsor_name = bioguide, name or self.bill.sponsor_name

    # --- co-sponsors ---

    def _apply_cosponsors(self) -> None:
        listed = _by_joining(self.observation.cosponsors)
        known = {} if self.new else self._known_cosponsors()
        new = [row for key, row in listed.items() if key not in known and self._may_start(row)]
        self._add_cosponsors(new)
        for key, stored in known.items():
            row = listed.get(key)
            if row is None:
                self._note_missing(stored)
            else:
                stored.missing_since = None
                self._compare_withdrawal(stored, row)
        self.people += [*new, self.observation.sponsor] if self.observation.sponsor else new

    def _known_cosponsors(self) -> dict[tuple[str, date], Cosponsorship]:
        rows = self.session.exec(select(Cosponsorship).where(Cosponsorship.bill == self.observation.bill))
        return {(row.bioguide, row.joined): row for row in rows}

    def _may_start(self, row: CosponsorRow) -> bool:
        # A short list is evidence of who joined; that somebody left is believed of a complete one only.
        return self.observation.complete or row.withdrawn is None

    def _add_cosponsors(self, rows: list[CosponsorRow]) -> None:
        if not rows:
            return
        values = [
            {
                "bill": self.observation.bill,
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
        self.new_rows.append((Cosponsorship, values))
        for row in sorted(rows, key=lambda row: (row.joined, row.bioguide)):
            self._change("cosponsored", {"original": row.original}, happened=row.joined, bioguide=row.bioguide)
            if row.withdrawn:
                self._change_withdrawal("withdrew", row, row.withdrawn)

    def _note_missing(self, stored: Cosponsorship) -> None:
        self.pending = self.pending or stored.claim is not None
        if self.may_remove and stored.missing_since is None:
            stored.missing_since = self.observation.read_at

    def _compare_withdrawal(self, stored: Cosponsorship, row: CosponsorRow) -> None:
        """Accept a withdrawal, its undoing or a corrected date at the second complete reading."""
        if row.withdrawn == stored.withdrawn:
            if self.counts:
                stored.claim = None
        elif self.counts and (row.withdrawn or self.may_remove):
            claim = row.withdrawn.isoformat() if row.withdrawn else NO_WITHDRAWAL
            if stored.claim == claim:
                self._accept_withdrawal(stored, row.withdrawn)
            else:
                stored.claim = claim
        self.pending = self.pending or stored.claim is not None

    def _accept_withdrawal(self, stored: Cosponsorship, withdrawn: date | None) -> None:
        if stored.withdrawn:
            self._change_withdrawal("withdrawal_retracted", stored, stored.withdrawn)
        if withdrawn:
            self._change_withdrawal("withdrew", stored, withdrawn)
        stored.withdrawn, stored.claim = withdrawn, None

    def _change_withdrawal(self, kind: str, row: CosponsorRow | Cosponsorship, day: date) -> None:
        self._change(kind, {"joined": row.joined.isoformat()}, happened=day, bioguide=row.bioguide)

    # --- actions ---

    def _apply_actions(self) -> list[Line]:
        """All lines of the bill after this observation, oldest first."""
        listed = merge_lines(self.observation.actions)
        known = {} if self.new else self._known_actions()
        new = [line for key, line in listed.items() if key not in known]
        self._add_actions(new)
        for key, stored in known.items():
            if key in listed:
                self._see_again(stored, listed[key])
            else:
                self._compare_absence(stored)
        lines = [line_of(stored) for stored in known.values() if not stored.retracted] + new
        positions = {key: line.position for key, line in listed.items()}
        return sorted(lines, key=lambda line: (line.acted, positions.get(line.fingerprint, 0)))

    def _known_actions(self) -> dict[str, Action]:
        rows = self.session.exec(select(Action).where(Action.bill == self.observation.bill))
        return {row.fingerprint: row for row in rows}

    def _add_actions(self, lines: list[Line]) -> None:
        if not lines:
            return
        values = [
            {
                "bill": self.observation.bill,
                "fingerprint": line.fingerprint,
                "acted": line.acted,
                "text": line.text,
                "kind": line.kind,
                "position": line.position,
                "codes": _joined(line.codes),
                "systems": _joined(line.systems),
                "committees": _joined(line.committees),
            }
            for line in lines
        ]
        self.new_rows.append((Action, values))
        for line in lines:
            self._change_action("action", line.acted, line.text, _joined(line.codes))

    def _see_again(self, stored: Action, line: Line) -> None:
        stored.missing_since = None
        # Two complete readings of the bill's authority lack it: a file that lags behind does not bring it back.
        if stored.retracted and self.authoritative:
            stored.retracted = False
            self._change_action("action", stored.acted, stored.text, stored.codes)
        for name in ("codes", "systems", "committees"):
            both = _joined({*getattr(stored, name).split(), *getattr(line, name)})
            if both != getattr(stored, name):
                setattr(stored, name, both)
        if self.counts and stored.position != line.position:
            stored.position = line.position

    def _compare_absence(self, stored: Action) -> None:
        """Retract a line when two complete readings in a row lack it (quirk 19)."""
        if stored.retracted or not self.may_remove:
            self.pending = self.pending or (stored.missing_since is not None and not stored.retracted)
        elif stored.missing_since is None:
            stored.missing_since = self.observation.read_at
            self.pending = True
        else:
            stored.retracted = True
            self._change_action("action_retracted", stored.acted, stored.text, stored.codes)

    def _change_action(self, kind: str, acted: date, text: str, codes: str) -> None:
        self._change(kind, {"text": text, "codes": codes}, happened=acted)

    # --- the rest ---

    def _apply_committees(self) -> None:
        if not self.observation.committees:
            return
        known = {} if self.new else self._known_referrals()
        for row in self.observation.committees:
            stored = known.get(row.code)
            if stored is None:
                stored = known[row.code] = Referral(bill=self.observation.bill, committee=row.code)
                self.session.add(stored)
            stored.name = row.name or stored.name
            stored.referred = stored.referred or row.referred

    def _known_referrals(self) -> dict[str, Referral]:
        rows = self.session.exec(select(Referral).where(Referral.bill == self.observation.bill))
        return {row.committee: row for row in rows}

    def _apply_related(self) -> None:
        if not self.observation.related:
            return
        known = {} if self.new else self._known_related()
        for row in self.observation.related:
            stored = known.get(row.bill)
            if stored is None:
                stored = known[row.bill] = Related(bill=self.observation.bill, other=row.bill)
                self.session.add(stored)
            stored.identical = stored.identical or row.identical

    def _known_related(self) -> dict[str, Related]:
        rows = self.session.exec(select(Related).where(Related.bill == self.observation.bill))
        return {row.other: row for row in rows}

    def _apply_votes(self) -> None:
        if not self.observation.votes:
            return
        rows = select(RecordedVote).where(RecordedVote.bill == self.observation.bill)
        known = {(row.chamber, row.session, row.number) for row in self.session.exec(rows)}
        for vote in self.observation.votes:
            if (vote.chamber, vote.session, vote.number) not in known:
                self.session.add(RecordedVote(bill=self.observation.bill, **vote.model_dump()))

    def _apply_stage(self, lines: list[Line]) -> None:
        bill = self.bill
        reading = stage_of_bill(bill, lines, title=bill.title, law=bill.law, today=None)
        if reading.stage.value != bill.stage:
            detail = {"from": bill.stage or None, "to": reading.stage.value}
            self._change("stage", detail, happened=reading.since)
        bill.stage, bill.over = reading.stage.value, reading.final

    def _finish(self) -> None:
        bill, observation = self.bill, self.observation
        if observation.complete:
            self._note_complete_reading()
        elif bill.first_whole_at is None:
            bill.partial = observation.problem
        if self.counts:
            bill.pending = self.pending
        else:
            bill.pending = bill.pending or self.pending
        if observation.complete and observation.raw:
            store_reply(self.session, observation, first=self.new)
        self.session.flush()
        self._write_new_rows()

    def _note_complete_reading(self) -> None:
        bill, observation = self.bill, self.observation
        bill.partial = ""
        bill.first_whole_at = bill.first_whole_at or observation.read_at
        if bill.observed_at is None or observation.read_at >= bill.observed_at:
            bill.observed_at, bill.observed_source = observation.read_at, observation.source
        if self.authoritative:
            bill.authority = observation.source
        if observation.updated and (bill.updated is None or observation.updated > bill.updated):
            bill.updated = observation.updated

    def _write_new_rows(self) -> None:
        self.new_rows.append((Change, self.changes))
        for table, rows in self.new_rows:
            if rows:
                db.insert(self.session, table, rows)
        if self.people:
            bill, now = self.observation.bill_id, self.observation.read_at
            store_named(self.session, self.people, bill=bill, now=now)


def _by_joining(rows: Iterable[CosponsorRow]) -> dict[tuple[str, date], CosponsorRow]:
    """Rows by person and day of joining; of two rows of one joining, the one not withdrawn wins (quirk 13)."""
    listed: dict[tuple[str, date], CosponsorRow] = {}
    for row in rows:
        if (row.bioguide, row.joined) not in listed or row.withdrawn is None:
            listed[row.bioguide, row.joined] = row
    return listed


def _joined(words: Iterable[str]) -> str:
    return " ".join(sorted(words))
