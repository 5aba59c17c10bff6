"""How programs read what these pages show, with examples that run as they stand."""

from flask import Response

from campaign.congress import members
from campaign.db import utcnow
from campaign.web.core import served
from campaign.web.core.database import session
from campaign.web.core.operations import OPERATIONS, PREFIX, REQUESTS_AN_HOUR
from campaign.web.core.render import page
from campaign.web.core.routing import place
from campaign.web.public.room import route


@route("/developers")
def developers() -> Response:
    """The JSON interface and the feeds."""
    known = _examples()
    shown = [(each, each.example.format(**known)) for each in OPERATIONS if _can_run(each.example, known)]
    return page(
        "public/developers.html",
        operations=shown,
        prefix=served.origin() + PREFIX,
        feeds=_feeds(known),
        most=REQUESTS_AN_HOUR,
    )


def _can_run(example: str, known: dict[str, str]) -> bool:
    wanted = (name for name in ("bill", "proposal", "member") if f"{{{name}}}" in example)
    return bool(example) and all(name in known for name in wanted)


def _examples() -> dict[str, str]:
    """What examples are about: a proposal and a bill of the campaign, a member who may be asked about it."""
    now = utcnow()
    for matter in served.asks(now=now).matters:
        for record in matter.living:
            sitting = members.people(session(), now=now).values()
            member = next(each for each in sitting if each.chamber == record.id.chamber)
            seat = next(each.seat for each in sitting if each.chamber == "house" and each.seat)
            return {
                "proposal": matter.slug,
                "bill": str(record.id),
                "member": member.bioguide,
                "seat": seat,
            }
    return {}


def _feeds(known: dict[str, str]) -> list[str]:
    """The addresses of feeds without their endings."""
    found = [place("changes")]
    if known:
        found += [
            place("proposal_feed", slug=known["proposal"], form="atom"),
            place("bill_feed", text=known["bill"], form="atom"),
            place("seat_feed", seat=known["seat"], form="atom"),
        ]
    return [served.origin() + address.removesuffix(".atom") for address in found]
