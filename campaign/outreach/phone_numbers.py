"""Telephone numbers of offices that people report as not working, and those that organizers set instead.

The record's own number stays in ``Office``; ``OfficePhone`` says what applies to it. Read ``callable_offices``
first.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from campaign.accounts.tokens import keyed
from campaign.congress import members
from campaign.congress.models import Office
from campaign.outreach.models import OfficePhone, PhoneReport
from campaign.outreach.outcomes import UNDO_FOR, cannot_undo
from campaign.refusals import Refused

# So many places that report a number within ``REPORTS_KEPT`` hide it.
ENOUGH = 3
REPORTS_KEPT = timedelta(days=7)
# Reports hide no more numbers than this before an organizer has looked at some.
MOST_HIDDEN = 25
# Hexadecimal digits that are stored of where a report came from.
PLACE_DIGITS = 4
# Reports of one connection in a day.
CONNECTION_A_DAY = 5


def digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)


# --- which number to call ----------------------------------------------------------------------------


def callable_offices(session: Session, bioguide: str) -> list[Office]:
    """A member's offices that have a telephone, Washington first, each as a copy with the number to call: empty
    while the only number known is hidden."""
    found = members.offices(session, bioguide)
    known = _known(session, [office.id for office in found])
    shown = [_with(office, _dialed(office, known.get(office.id))) for office in found]
    return [copy for copy, office in zip(shown, found, strict=True) if copy.phone or office.phone]


def washington_phones(session: Session) -> dict[str, str]:
    """The Washington numbers to call by member; a hidden one is left out."""
    offices = session.exec(select(Office).where(Office.kind == "washington")).all()
    known = {row.office: row for row in session.exec(select(OfficePhone))}
    numbers = {office.bioguide: _dialed(office, known.get(office.id)) for office in offices}
    return {bioguide: phone for bioguide, phone in numbers.items() if phone}


def _known(session: Session, ids: Sequence[str]) -> dict[str, OfficePhone]:
    rows = session.exec(select(OfficePhone).where(col(OfficePhone.office).in_(ids)))
    return {row.office: row for row in rows}


def _dialed(office: Office, row: OfficePhone | None) -> str:
    phone = (row.replacement if row else "") or office.phone
    return "" if row and row.hidden and row.hidden == digits(phone) else phone


def _with(office: Office, phone: str) -> Office:
    """A copy that no session holds, so that it is never written."""
    return Office(**{**office.model_dump(), "phone": phone})


# --- reports -----------------------------------------------------------------------------------------


def place_of(secret: str, office: Office, address: str) -> str:
    """What is stored of an internet address: sixteen bits of a keyed hash that differs from number to number.

    Two places rarely share it, and each is shared by far too many to lead back to anybody.
    """
    return keyed(secret, "phone report", office.id, digits(office.phone), address)[:PLACE_DIGITS]


def report(session: Session, office: Office, place: str, nonce: str, *, now: datetime) -> bool:
    """Store that the number of ``office``, as ``callable_offices`` gives it, does not work, in the caller's
    write transaction; a second report of a place replaces its first. True where this report hides it."""
    row = _lock(session, office.id, now)
    phone = digits(office.phone)
    values = {"office": office.id, "phone": phone, "place": place, "nonce": nonce, "at": now}
    stored = _insert(session, PhoneReport).values(values)
    keys = ["office", "phone", "place"]
    session.execute(stored.on_conflict_do_update(index_elements=keys, set_={"nonce": nonce, "at": now}))
    if row.hidden == phone or _times(session, office.id, phone, now) < ENOUGH:
        return False
    if len(_hidden(session)) >= MOST_HIDDEN:
        return False
    row.hidden, row.by, row.at = phone, "", now
    return True


def undo(session: Session, nonce: str, *, now: datetime) -> None:
    """Undo the report of one form in the caller's write transaction, and show the number again where too few
    are left. Raises Refused (410) the second time, and after an hour."""
    mine = sa.and_(col(PhoneReport.nonce) == nonce, col(PhoneReport.at) > now - UNDO_FOR)
    found = session.exec(select(PhoneReport).where(mine)).first()
    if found is None:
        raise cannot_undo()
    row = _lock(session, found.office, now)
    session.delete(found)
    session.flush()
    if row.hidden == found.phone and _times(session, found.office, found.phone, now) < ENOUGH:
        row.hidden = ""


def is_reported(session: Session, nonce: str) -> bool:
    """Whether the report of one form is stored; else it was undone or deleted."""
    return session.exec(select(PhoneReport).where(PhoneReport.nonce == nonce)).first() is not None


def too_many() -> Refused:
    return Refused(
        "You reported several numbers today. We will check those first, so this one is not noted. Thank you.",
        "Hoy avisó de varios números. Primero revisaremos esos, así que este no se anotó. Gracias.",
        status=429,
    )


def trim(session: Session, *, before: datetime) -> int:
    """Delete the reports from before a moment; returns how many. A number that is hidden stays so."""
    deleted = session.execute(sa.delete(PhoneReport).where(col(PhoneReport.at) < before))
    return deleted.rowcount  # type: ignore[attr-defined, no-any-return]


def _lock(session: Session, office: str, now: datetime) -> OfficePhone:
    """The row of an office, so that of two reports at once one is the third."""
    values = {"office": office, "hidden": "", "replacement": "", "by": "", "at": now}
    session.execute(_insert(session, OfficePhone).values(values).on_conflict_do_nothing())
    return session.exec(select(OfficePhone).where(OfficePhone.office == office).with_for_update()).one()


def _times(session: Session, office: str, phone: str, now: datetime) -> int:
    """From how many places a number was reported lately."""
    lately = col(PhoneReport.at) > now - REPORTS_KEPT
    mine = sa.and_(col(PhoneReport.office) == office, col(PhoneReport.phone) == phone, lately)
    return session.scalar(sa.select(sa.func.count()).select_from(PhoneReport).where(mine)) or 0


def _insert(session: Session, table: type[SQLModel]) -> Any:
    postgres = session.get_bind().dialect.name == "postgresql"
    return (postgresql.insert if postgres else sqlite.insert)(table)


# --- what organizers see and decide ------------------------------------------------------------------


@dataclass(frozen=True)
class ReviewedPhone:
    """A number to look at: the office with the record's own, what applies to it, its reports of the week."""

    office: Office
    row: OfficePhone | None
    reports: int = 0

    @property
    def phone(self) -> str:
        """The number that reports and decisions are about."""
        return (self.row.replacement if self.row else "") or self.office.phone

    @property
    def hidden(self) -> bool:
        return bool(self.row and self.row.hidden and self.row.hidden == digits(self.phone))

    @property
    def replaced(self) -> bool:
        return bool(self.row and self.row.replacement)


def hidden(session: Session) -> int:
    """How many numbers are hidden and wait for an organizer."""
    return len(_hidden(session))


def _hidden(session: Session) -> list[ReviewedPhone]:
    query = select(Office, OfficePhone).join(OfficePhone, col(OfficePhone.office) == col(Office.id))
    rows = session.exec(query.where(OfficePhone.hidden != ""))
    return [found for office, row in rows if (found := ReviewedPhone(office, row)).hidden]


def review_list(session: Session, *, also: str = "") -> list[ReviewedPhone]:
    """Numbers that are hidden, then those reported, then those replaced; ``also`` is an office to list with
    them."""
    known = {row.office: row for row in session.exec(select(OfficePhone))}
    counts = _counts(session)
    ids = {*known, *(office for office, _phone in counts), also}
    offices = session.exec(select(Office).where(col(Office.id).in_(ids)).order_by(Office.id))
    found = [_reviewed(office, known.get(office.id), counts) for office in offices]
    listed = [each for each in found if each.hidden or each.reports or each.replaced or each.office.id == also]
    return sorted(listed, key=lambda each: (not each.hidden, -each.reports, each.replaced, each.office.id))


def _counts(session: Session) -> dict[tuple[str, str], int]:
    keys = col(PhoneReport.office), col(PhoneReport.phone)
    rows = session.execute(sa.select(*keys, sa.func.count()).group_by(*keys))
    return {(office, phone): int(count) for office, phone, count in rows}


def _reviewed(office: Office, row: OfficePhone | None, counts: Mapping[tuple[str, str], int]) -> ReviewedPhone:
    found = ReviewedPhone(office, row)
    return ReviewedPhone(office, row, counts.get((office.id, digits(found.phone)), 0))


def works(session: Session, office: str, *, by: str, now: datetime) -> None:
    """Show a number again and forget its reports. Raises Refused (404) for an unknown office."""
    _decided(session, office, by, now).hidden = ""


def replace_number(session: Session, office: str, phone: str, *, by: str, now: datetime) -> str:
    """Show another number instead of the record's, from now on; empty: the record's again. Returns it as it is
    shown. Raises Refused for what is no number of the United States, or (404) for an unknown office."""
    number = _read(phone) if phone.strip() else ""
    row = _decided(session, office, by, now)
    row.replacement, row.hidden = number, ""
    return number


def _read(phone: str) -> str:
    match = re.fullmatch(r"1?([2-9]\d{2})([2-9]\d{2})(\d{4})", digits(phone))
    if not match or re.search(r"[^\d\s().+-]", phone):
        raise Refused(
            "Enter a U.S. phone number with its area code, like 202-224-3121.",
            "Escriba un teléfono de EE. UU. con su código de área, por ejemplo 202-224-3121.",
        )
    return "-".join(match.groups())


def _decided(session: Session, office: str, by: str, now: datetime) -> OfficePhone:
    if session.get(Office, office) is None:
        raise Refused("We don’t know that office.", "No conocemos esa oficina.", status=404)
    row = _lock(session, office, now)
    session.execute(sa.delete(PhoneReport).where(col(PhoneReport.office) == office))
    row.by, row.at = by, now
    return row
