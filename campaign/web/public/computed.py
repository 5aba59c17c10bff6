"""What many public pages show alike, computed once for each state of the record (``served.computed_once``)."""

from datetime import datetime

from campaign.calendar.session_days import Recess
from campaign.congress.members import Person
from campaign.congress.seats import read_seat
from campaign.outreach import offices, week_ahead
from campaign.outreach.offices import OfficeNow, Point
from campaign.proposals import campaigns
from campaign.web.core import served
from campaign.web.public import content, overview
from campaign.web.public.content import Delegation
from campaign.web.public.overview import Front


def front(*, now: datetime) -> Front:
    """This request's campaign as a whole."""
    slug = served.slug()
    return served.computed_once(
        ("front", slug),
        lambda session: overview.front(session, campaigns.campaign(session, slug) if slug else None, now=now),
    )


def delegation(seat: str, *, now: datetime) -> Delegation:
    """Who speaks for a seat, with what this request's campaign asks of each. ``seat`` is one that exists."""
    # A request that found its campaign live goes on so, whatever it has become in between.
    key, at = ("delegation", served.slug(), served.state(), seat), served.record_state()
    asks = served.asks(now=now)
    return served.computed_once(
        key, lambda session: content.delegation(session, read_seat(session, seat), asks, now=now), at=at
    )


def offices_now(person: Person, *, now: datetime) -> tuple[OfficeNow, ...]:
    """A member's offices as they are in this hour: they open and close on the hour."""
    return served.computed_once(
        ("offices", person.bioguide),
        lambda session: offices.offices_now(session, person.bioguide, now=now),
    )


def middle_of(seat: str, *, now: datetime) -> Point | None:
    """Where a caller of whom only the seat is known is taken to be."""
    return served.computed_once(
        ("middle", seat), lambda session: offices.centre_of_seat(session, seat, now=now)
    )


def recess(person: Person, *, now: datetime) -> Recess | None:
    """Whether a member's chamber is out."""
    return served.computed_once(
        ("recess", person.chamber),
        lambda session: week_ahead.recess(session, person.chamber, now=now),
    )
