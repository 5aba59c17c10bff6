"""Builders of congress-legislators rows: only what a test says, everything else usual."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from campaign.congress.legislators import MemberFiles

JUNE = date(2026, 6, 15)
NOW = datetime(2026, 6, 20, 15, 0, tzinfo=UTC)
MOST = [f"B{number:06}" for number in range(1, 31)]


def rep(
    bioguide: str, seat: str, last: str, first: str = "Ana", *, party: str = "Democrat", **more: Any
) -> dict[str, Any]:
    state, district = seat.split("-")
    term = {
        "type": "rep",
        "start": "2025-01-03",
        "end": "2027-01-03",
        "state": state,
        "district": int(district),
    }
    return _person(bioguide, first, last, {**term, "party": party, "phone": "202-225-0000"}, more)


def sen(
    bioguide: str,
    state: str,
    last: str,
    number: int,
    first: str = "Ana",
    *,
    party: str = "Democrat",
    **more: Any,
) -> dict[str, Any]:
    term = {"type": "sen", "start": "2025-01-03", "end": "2031-01-03", "state": state, "class": number}
    return _person(bioguide, first, last, {**term, "party": party}, more)


def _person(bioguide: str, first: str, last: str, term: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    earlier = more.pop("earlier", [])
    name = {"first": first, "last": last, **more.pop("name", {})}
    return {
        "id": {"bioguide": bioguide, "thomas": "01234"},
        "name": name,
        "bio": {"gender": more.pop("gender", "F")},
        "terms": [*earlier, {**term, **more}],
    }


def office(bioguide: str, city: str, phone: str = "210-348-8216") -> dict[str, Any]:
    place = {"id": f"{bioguide}-{city.lower()}", "city": city, "state": "TX", "phone": phone}
    return {"id": {"bioguide": bioguide}, "offices": [place]}


def crowd() -> list[dict[str, Any]]:
    """Thirty members from one invented delegation, so that one more or less is no implausible loss."""
    return [rep(bioguide, f"CA-{place}", f"Crowd{place}") for place, bioguide in enumerate(MOST, 1)]


def files(people: Iterable[dict[str, Any]], **more: Any) -> MemberFiles:
    return MemberFiles(current=[*people, *crowd()], **more)


FOREIGN_AFFAIRS = {
    "type": "house",
    "name": "House Committee on Foreign Affairs",
    "thomas_id": "HSFA",
    "url": "https://foreignaffairs.house.gov",
    "subcommittees": [{"name": "Western Hemisphere", "thomas_id": "07"}],
}
