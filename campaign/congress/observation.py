"""What one reading of one bill found: the value both sources produce, and its validation.

An observation is *complete* when every list in it was read to its end and agrees with the counts its
source gives. An incomplete one says why. Rows that are in an incomplete observation are evidence; rows
that are missing from it prove nothing.
"""

import hashlib
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from campaign.congress.bills import BillId

Source = Literal["api", "govinfo", "snapshot"]
Bioguide = Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{6}$")]
# Congress system codes and congress-legislators ids are one word here: HSFA, HSFA03.
CommitteeCode = Annotated[str, StringConstraints(pattern=r"^[HSJ][A-Z]{3}(\d{2})?$")]


def _truth(value: Any) -> Any:
    # BILLSTATUS writes "True" and "False"; bool("False") would be true.
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower(), value)
    return value


def _district(value: Any) -> Any:
    # At-large seats come as 0, "0", "00", "At Large", "98" or not at all.
    if value in (None, ""):
        return None
    text = str(value).strip().lower()
    if text in {"at large", "at-large", "98", "none"}:
        return 0
    return int(text) if text.isdigit() else value


def committee_code(system_code: str) -> str:
    """``hsfa00`` (api.congress.gov, BILLSTATUS) and ``HSFA`` (congress-legislators) to ``HSFA``."""
    code = system_code.strip().upper()
    return code[:-2] if len(code) == 6 and code.endswith("00") else code


Truth = Annotated[bool, BeforeValidator(_truth)]
District = Annotated[int | None, BeforeValidator(_district)]


class Fact(BaseModel):
    """A validated, immutable value. Unknown keys are ignored: sources add fields without notice."""

    model_config = ConfigDict(frozen=True)


class PersonRow(Fact):
    """A person as a bill's row names them on that day; identity is the Bioguide id alone."""

    bioguide: Bioguide
    full_name: str = ""
    first_name: str = ""
    last_name: str = ""
    party: str = ""
    state: str = ""
    district: District = None


class CosponsorRow(PersonRow):
    """One joining of one person; ``(bioguide, joined)`` identifies it, a re-join is a second row."""

    joined: date
    original: Truth = False
    withdrawn: date | None = None


class ActionRow(Fact):
    """One line of a bill's history. ``systems`` are source-system codes (9 Library of Congress,
    2 House floor, 1 House committee, 0 Senate); ``text`` may be empty on introductions."""

    acted: date
    text: str = ""
    code: str = ""
    kind: str = ""
    system: str = ""
    committees: tuple[CommitteeCode, ...] = ()


class CommitteeRow(Fact):
    """A committee that has or had the bill; ``referred`` when the source says it was referred there."""

    code: CommitteeCode
    name: str = ""
    referred: bool = False


class RelatedRow(Fact):
    """A bill of the same Congress that Congress's researchers relate to this one."""

    bill: str
    identical: bool = False


class Observation(Fact):
    """One reading of one bill from one source at one time.

    ``None`` means the source did not say (keep what is known); an empty tuple means it said "none".
    ``problem`` is empty for a complete observation, else the reason it is not.
    """

    bill: str
    source: Source
    read_at: AwareDatetime
    updated: AwareDatetime | None = None
    title: str | None = None
    official_title: str | None = None
    introduced: date | None = None
    sponsor: PersonRow | None = None
    policy_area: str | None = None
    law: str | None = None
    cosponsors: tuple[CosponsorRow, ...] = ()
    actions: tuple[ActionRow, ...] = ()
    committees: tuple[CommitteeRow, ...] | None = None
    related: tuple[RelatedRow, ...] | None = None
    raw: bytes = b""
    problem: str = ""

    @property
    def complete(self) -> bool:
        return not self.problem

    @property
    def bill_id(self) -> BillId:
        return BillId.of(self.bill)

    @property
    def digest(self) -> str:
        """Fingerprint of the raw reply: equal digests need no second look."""
        return hashlib.sha256(self.raw).hexdigest()


def agrees(count: int | None, rows: tuple[Any, ...]) -> bool:
    """Whether a source's own count fits its rows, raw or with exact duplicates taken once.

    Sources list a row twice now and then and count it either way (quirk 13), so both readings fit.
    """
    return count is None or count in (len(rows), len(set(rows)))


def moment(value: str | None) -> datetime | None:
    """An update stamp (``2026-01-21T06:50:49Z``, or a bare date on old files) as an aware moment."""
    if not value:
        return None
    stamp = datetime.fromisoformat(value)
    if stamp.tzinfo is None:
        stamp = stamp.replace(tzinfo=UTC)
    return stamp
