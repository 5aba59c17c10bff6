"""The observation: what one reading of one bill found, in the form that both sources produce.

An observation is *complete* when every list in it was read to its end and agrees with the counts of its
source; an incomplete one names its problem. A row in an incomplete observation is evidence; a row missing
from it proves nothing.
"""

import hashlib
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from campaign.congress.bills import BillId

Source = Literal["api", "govinfo", "snapshot"]
Bioguide = Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{6}$")]
# One form for the codes of api.congress.gov and of congress-legislators: HSFA, HSFA03.
CommitteeCode = Annotated[str, StringConstraints(pattern=r"^[HSJ][A-Z]{3}(\d{2})?$")]


def _district(value: Any) -> Any:
    # At-large seats come as 0, "0", "00", "At Large", "98" or not at all.
    if value in (None, ""):
        return None
    at_large = str(value).strip().lower() in {"at large", "at-large", "98", "none"}
    return 0 if at_large else value


def committee_code(system_code: str) -> str:
    """``HSFA`` from ``hsfa00`` (api.congress.gov, BILLSTATUS) or ``HSFA`` (congress-legislators)."""
    code = system_code.strip().upper()
    return code[:-2] if len(code) == 6 and code.endswith("00") else code


District = Annotated[int | None, BeforeValidator(_district)]


class Fact(BaseModel):
    """A validated, immutable value. Unknown keys are ignored: sources add fields without notice."""

    model_config = ConfigDict(frozen=True)


class PersonRow(Fact):
    """A person as a row of a bill names them; only the Bioguide id identifies them."""

    bioguide: Bioguide
    full_name: str = ""
    first_name: str = ""
    last_name: str = ""
    party: str = ""
    state: str = ""
    district: District = None


class CosponsorRow(PersonRow):
    """One co-sponsorship of one person, identified by ``(bioguide, joined)``; joining again is a second row."""

    joined: date
    original: bool = False
    withdrawn: date | None = None


class ActionRow(Fact):
    """One line of a bill's history. ``system`` is a source-system code (9 Library of Congress,
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
    """A bill of the same Congress that the Congressional Research Service relates to this one."""

    bill: str
    identical: bool = False


class VoteRow(Fact):
    """A roll call that a bill's history refers to, by chamber, session of the bill's Congress and number."""

    chamber: Literal["house", "senate"]
    session: Annotated[int, Field(ge=1, le=9)]
    number: Annotated[int, Field(ge=1, le=99_999)]


class Observation(Fact):
    """One reading of one bill from one source at one time.

    ``None`` means that the source gives nothing (what is known stays); an empty tuple means "none".
    ``problem`` is empty for a complete observation, else the reason why it is incomplete.
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
    votes: tuple[VoteRow, ...] = ()
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
        """SHA-256 of the raw reply, in hex: equal replies need no second processing."""
        return hashlib.sha256(self.raw).hexdigest()


def agrees(count: int | None, rows: tuple[Any, ...]) -> bool:
    """Whether a source's own count fits its rows, counted with or without exact duplicates.

    Sources list a row twice now and then and count it either way (quirk 13).
    """
    return count is None or count in (len(rows), len(set(rows)))


def moment(value: str | None) -> datetime | None:
    """An update time (``2026-01-21T06:50:49Z``, or a bare date in old files) as an aware datetime."""
    if not value:
        return None
    parsed = datetime.fromisoformat(value)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
