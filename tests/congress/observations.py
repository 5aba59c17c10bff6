"""Builders of observations for tests: a test names only what it is about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from campaign.congress.observation import ActionRow, CommitteeRow, CosponsorRow, Observation, PersonRow

BILL = "hr6736-119"
START = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
CASTRO = PersonRow(bioguide="C001091", full_name="Rep. Castro, Joaquin [D-TX-20]", state="TX", district=20)


def joined(
    bioguide: str, day: str, *, withdrawn: str | None = None, original: bool = False, **more: Any
) -> CosponsorRow:
    return CosponsorRow(
        bioguide=bioguide,
        joined=date.fromisoformat(day),
        withdrawn=date.fromisoformat(withdrawn) if withdrawn else None,
        original=original,
        **more,
    )


def acted(day: str, text: str, *, code: str = "", **more: Any) -> ActionRow:
    return ActionRow(acted=date.fromisoformat(day), text=text, code=code, **more)


INTRODUCED = acted("2025-12-16", "Introduced in House", code="1000", system="9")
REFERRED = acted(
    "2025-12-16",
    "Referred to the House Committee on Foreign Affairs.",
    code="H11100",
    system="2",
    committees=("HSFA",),
)


def observed(
    *cosponsors: CosponsorRow,
    hour: float = 0,
    actions: tuple[ActionRow, ...] = (REFERRED, INTRODUCED),
    **more: Any,
) -> Observation:
    """A complete reading of H.R. 6736 by api.congress.gov, ``hour`` hours after the first one."""
    read_at = START + timedelta(hours=hour)
    values: dict[str, Any] = {
        "bill": BILL,
        "source": "api",
        "read_at": read_at,
        "updated": read_at,
        "title": "ARMAS Act of 2025",
        "introduced": date(2025, 12, 16),
        "sponsor": CASTRO,
        "committees": (CommitteeRow(code="HSFA", name="Foreign Affairs Committee", referred=True),),
        "cosponsors": cosponsors,
        "actions": actions,
    }
    return Observation(**{**values, **more})
