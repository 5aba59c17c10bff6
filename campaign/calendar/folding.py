"""One meeting out of what each source said last. No I/O, no clock.

A chamber's own page is earlier than api.congress.gov, and wins while it has been read since the API's update.
What is missing proves nothing, save on the Senate's list, where it means "no longer listed".
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from campaign.calendar.models import AHEAD, CANCELLED, POSTPONED, UNCONFIRMED, UNLISTED
from campaign.calendar.parsed import Notice

OFF = {"postponed": POSTPONED, "cancelled": CANCELLED}
# A page's own moment of its last change has no seconds, its XML's has.
ROUNDED = timedelta(minutes=1)
_MOMENTS = ("starts_at", "version", "confirmed")


@dataclass(frozen=True)
class Reading:
    """What one source said of a meeting last.

    ``confirmed`` is when it last said so. ``listed``: still on the Senate's list. ``doubted``: gone from it
    together with most others, which a second reading has to confirm. ``without``: whether the newest answer
    of api.congress.gov lacked the bills that an earlier one listed; a second one drops them.
    """

    starts_at: datetime
    kind: str
    status: str
    title: str
    codes: tuple[str, ...]
    named: Mapping[str, str]
    version: datetime | None
    confirmed: datetime
    continued: tuple[datetime, ...] = ()
    listed: bool = True
    doubted: bool = False
    without: bool = False

    @property
    def off(self) -> bool:
        return self.status in OFF

    def stored(self) -> dict[str, Any]:
        """The reading as JSON."""
        row = asdict(self)
        row |= {name: value.isoformat() if (value := row[name]) else None for name in _MOMENTS}
        return row | {"continued": [each.isoformat() for each in self.continued]}


def of_stored(row: Mapping[str, Any]) -> Reading:
    moments = {name: datetime.fromisoformat(row[name]) if row[name] else None for name in _MOMENTS}
    continued = tuple(map(datetime.fromisoformat, row["continued"]))
    return Reading(**{**row, **moments, "codes": tuple(row["codes"]), "continued": continued})


def reading(notice: Notice, before: Reading | None, *, now: datetime) -> Reading:
    """A notice as a source's newest reading; ``before`` is its last one. An older version than that, which
    caches and lagging answers bring, changes nothing."""
    if before and before.version and notice.version and notice.version < before.version - ROUNDED:
        return replace(before, listed=True, doubted=False)
    named = {str(bill): evidence for bill, evidence in notice.named}
    without = False
    if not notice.lists_bills and before:
        listed = {bill: evidence for bill, evidence in before.named.items() if evidence == "list"}
        again = before.without and notice.version != before.version
        if listed and not again:
            named, without = {**named, **listed}, True
    return Reading(
        starts_at=notice.starts_at,
        kind=notice.kind,
        status=notice.status,
        title=notice.title,
        codes=notice.codes,
        named=named,
        version=notice.version,
        confirmed=now,
        continued=notice.continued,
        without=without,
    )


@dataclass(frozen=True)
class Folded:
    """A meeting as it is planned by all that is known. ``continues``: ``starts_at`` is a later sitting of a
    meeting that has begun."""

    starts_at: datetime
    kind: str
    title: str
    codes: tuple[str, ...]
    named: Mapping[str, str]
    state: str
    continues: bool = False


def fold(own: Reading | None, api: Reading | None, *, now: datetime) -> Folded:
    """A meeting by its chamber's ``own`` page and by ``api``; at least one is needed."""
    base = _base(own, api)
    named = {**base.named}
    if own and base is not own:
        # The API alone never takes a bill off an agenda that the chamber's page listed.
        named = {**own.named, **named}
    folded = Folded(
        starts_at=base.starts_at,
        kind=base.kind,
        title=base.title,
        codes=tuple(sorted({*base.codes, *(own.codes if own else ()), *(api.codes if api else ())})),
        named=named,
        state=_state(own, api),
    )
    later = [moment for each in (own, api) if each for moment in each.continued if moment > now]
    if later and folded.starts_at <= now:
        return replace(folded, starts_at=min(later), continues=True)
    return folded


def _base(own: Reading | None, api: Reading | None) -> Reading:
    """The reading that gives hour, title and agenda."""
    if own is None or (api and api.version and api.version > own.confirmed):
        return api or _nothing()
    return own


def _nothing() -> Reading:
    raise ValueError("no reading to fold")


def _state(own: Reading | None, api: Reading | None) -> str:
    if own and (not own.listed or own.doubted):
        return _state_off_list(own, api)
    base = _base(own, api)
    if own is None or api is None or base is api:
        return OFF.get(base.status, AHEAD)
    if own.off or not api.off:
        return OFF.get(own.status, AHEAD)
    newer = own.version is not None and api.version is not None and own.version > api.version
    return AHEAD if newer or own.starts_at != api.starts_at else UNCONFIRMED


def _state_off_list(own: Reading, api: Reading | None) -> str:
    """The state of a meeting that is gone from the Senate's list: only the API says why, or that it has
    another hour."""
    if api and api.off:
        return OFF[api.status]
    if api and _base(own, api) is api and api.starts_at != own.starts_at:
        return AHEAD
    return UNCONFIRMED if own.doubted else UNLISTED
