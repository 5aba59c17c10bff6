"""Rows of api.congress.gov and BILLSTATUS, validated.

Both sources come from one database: rows have the same field names in JSON and in XML
(https://github.com/LibraryOfCongress/api.congress.gov/blob/main/Documentation/BillEndpoint.md). A row that
does not validate is left out; ``faults`` gets a note with its field, never its content.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from campaign.congress.bills import BillId
from campaign.congress.observation import (
    ActionRow,
    CommitteeRow,
    CosponsorRow,
    Observation,
    PersonRow,
    RelatedRow,
    VoteRow,
    committee_code,
    moment,
)
from campaign.refusals import SourceError

T = TypeVar("T")
Row = Mapping[str, Any]

# Actions of the Senate, and all in BILLSTATUS, may name their system without its code.
SYSTEMS = {
    "senate": "0",
    "house committee actions": "1",
    "house floor actions": "2",
    "library of congress": "9",
}
_COMMITTEE = re.compile(r"[HSJ][A-Z]{3}(\d{2})?")
_REFERRED = re.compile(r"\b(?:re-?)?referred\b", re.IGNORECASE)


def observation(faults: list[str], **parts: Any) -> Observation:
    """The observation of these parts, incomplete where there are faults. Raises Unread, naming the field, where
    a field of the bill itself does not validate."""
    try:
        return Observation(problem="; ".join(dict.fromkeys(faults)), **parts)
    except ValidationError as error:
        raise SourceError(f"{parts['bill']}: {_field(error)} cannot be read", permanent=True) from None


def cosponsors(rows: Iterable[Any], faults: list[str]) -> tuple[CosponsorRow, ...]:
    return _valid(rows, _cosponsor, "co-sponsor", faults)


def actions(rows: Iterable[Any], faults: list[str]) -> tuple[ActionRow, ...]:
    """Actions of a bill in the source's own order: newest first."""
    return _valid(rows, _action, "action", faults)


def sponsor(rows: Iterable[Any], faults: list[str]) -> PersonRow | None:
    """The first sponsor; None where the source gives none yet (quirk 18)."""
    found = _valid(list(rows)[:1], _person, "sponsor", faults)
    return found[0] if found else None


def committees_of_actions(rows: Iterable[Any]) -> dict[str, CommitteeRow]:
    """Committees by code as the actions name them; ``referred`` where an action says so."""
    found: dict[str, CommitteeRow] = {}
    for row in rows:
        if isinstance(row, Mapping):
            referred = bool(_REFERRED.search(text_of(row, "text")))
            for committee in items(row.get("committees")):
                add_committee(found, committee, referred=referred)
    return found


def add_committee(found: dict[str, CommitteeRow], committee: Any, *, referred: bool) -> None:
    """Merge a committee into ``found`` by its code; a committee with an unknown form of code is left out."""
    if not isinstance(committee, Mapping):
        return
    code = committee_code(text_of(committee, "systemCode"))
    if not _COMMITTEE.fullmatch(code):
        return
    known = found.get(code)
    if known is None:
        found[code] = CommitteeRow(code=code, name=text_of(committee, "name"), referred=referred)
    elif referred and not known.referred:
        found[code] = known.model_copy(update={"referred": True})


def related(rows: Iterable[Any], congress: int) -> tuple[RelatedRow, ...]:
    """Related bills of the bill's own Congress; those of another are errors of the source (quirk 34)."""
    found: dict[str, bool] = {}
    for row in rows:
        if not isinstance(row, Mapping) or text_of(row, "congress") != str(congress):
            continue
        if other := bill_named(row):
            kinds = {text_of(d, "type").lower() for d in items(row.get("relationshipDetails"))}
            found[str(other)] = found.get(str(other), False) or "identical bill" in kinds
    return tuple(RelatedRow(bill=bill, identical=identical) for bill, identical in found.items())


def votes(holders: Iterable[Any], congress: int) -> tuple[VoteRow, ...]:
    """The roll calls that lines of history refer to (in files of the older schema, the bill itself), each once.

    They lead to documents elsewhere and are no part of a whole reading: one that cannot be read is left out.
    """
    found: dict[VoteRow, None] = {}
    for holder in holders:
        for row in _recorded(holder.get("recordedVotes") if isinstance(holder, Mapping) else None):
            if text_of(row, "congress") != str(congress):
                continue
            try:
                found[_vote(row)] = None
            except ValidationError:
                continue
    return tuple(found)


def _recorded(value: Any) -> Iterator[Row]:
    """Rows of ``[…]`` (JSON) or of ``{"recordedVote": …}`` (XML), alone or in a list."""
    for each in items(value):
        if isinstance(each, Mapping) and "recordedVote" in each:
            yield from _recorded(each["recordedVote"])
        elif isinstance(each, Mapping):
            yield each


def _vote(row: Row) -> VoteRow:
    return VoteRow.model_validate(
        {
            "chamber": text_of(row, "chamber").lower(),
            "session": text_of(row, "sessionNumber"),
            "number": text_of(row, "rollNumber"),
        }
    )


def bill_named(row: Row) -> BillId | None:
    """The bill that a record names; None where it names none."""
    kind = text_of(row, "type") or text_of(row, "billType")
    number = text_of(row, "number") or text_of(row, "billNumber")
    try:
        return BillId.of(f"{kind.lower()}{number}-{text_of(row, 'congress')}")
    except ValueError:
        return None


def law(rows: Iterable[Any]) -> str | None:
    """``119-21``: the number under which the bill became law."""
    numbers = (text_of(row, "number") for row in rows if isinstance(row, Mapping))
    return next(filter(None, numbers), None)


def updated(value: Any, faults: list[str]) -> datetime | None:
    try:
        return moment(value if isinstance(value, str) else None)
    except (ValueError, OverflowError):
        faults.append("updateDate cannot be read")
        return None


def items(value: Any) -> list[Any]:
    """A list from any of its forms: ``[…]``, ``{"item": […]}``, ``{"item": x}``, ``x``, or nothing."""
    if isinstance(value, Mapping) and "item" in value:
        value = value["item"]
    if value in (None, "", {}):
        return []
    return value if isinstance(value, list) else [value]


def text_of(row: Any, name: str) -> str:
    """A field as stripped text; empty where it is missing or not text or a number."""
    value = row.get(name) if isinstance(row, Mapping) else None
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) else ""


def _valid(rows: Iterable[Any], build: Callable[[Row], T], label: str, faults: list[str]) -> tuple[T, ...]:
    found = []
    for row in rows:
        try:
            found.append(build(row))
        except ValidationError as error:
            faults.append(f"a {label} row cannot be read ({_field(error)})")
        except (AttributeError, TypeError, KeyError, OverflowError):
            faults.append(f"a {label} row cannot be read (shape)")
    return tuple(found)


def _field(error: ValidationError) -> str:
    where = error.errors(include_input=False, include_context=False, include_url=False)[0]["loc"]
    return str(where[0]) if where else "shape"


def _person(row: Row) -> PersonRow:
    return PersonRow(**_names(row))


def _names(row: Row) -> dict[str, Any]:
    get = row.get
    return {
        "bioguide": get("bioguideId") or get("bioguideID"),
        "full_name": get("fullName") or "",
        "first_name": get("firstName") or "",
        "last_name": get("lastName") or "",
        "party": get("party") or "",
        "state": get("state") or "",
        "district": get("district"),
    }


def _cosponsor(row: Row) -> CosponsorRow:
    return CosponsorRow(
        **_names(row),
        joined=row.get("sponsorshipDate"),
        original=row.get("isOriginalCosponsor") or False,
        withdrawn=row.get("sponsorshipWithdrawnDate") or None,
    )


def _action(row: Row) -> ActionRow:
    named: dict[str, CommitteeRow] = {}
    for committee in items(row.get("committees")):
        add_committee(named, committee, referred=False)
    return ActionRow(
        acted=row.get("actionDate"),
        text=row.get("text") or "",
        code=row.get("actionCode") or "",
        kind=row.get("type") or "",
        system=_system(row.get("sourceSystem")),
        committees=tuple(named),
    )


def _system(value: Any) -> str:
    return text_of(value, "code") or SYSTEMS.get(text_of(value, "name").lower(), "")
