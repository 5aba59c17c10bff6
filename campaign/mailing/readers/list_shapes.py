"""Confirmed readers in the shapes that other systems take: their names of columns, or OSDI's JSON.

The import knows these names (``list_columns``), so a list that goes out comes back whole.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlmodel import Session, col, select

from campaign.mailing.models import Subscriber
from campaign.organizing.exports import guarded
from campaign.refusals import Refused

LANGUAGES: Final = {"en": "English", "es": "Spanish"}


class Shape(NamedTuple):
    """``file`` is the ending of its file's name, ``write`` what makes the text of the readers."""

    file: str
    write: Callable[[Sequence[Subscriber]], str]


def export(session: Session, campaign: str, shape: str) -> tuple[str, int]:
    """A campaign's confirmed readers in a shape, and how many they are. Raises Refused (404) for another."""
    if shape not in SHAPES:
        known = ", ".join(SHAPES)
        raise Refused(f"The shapes are {known}.", f"Los formatos son {known}.", status=404)
    query = select(Subscriber).where(Subscriber.campaign == campaign, Subscriber.state == "confirmed")
    readers = session.exec(query.order_by(col(Subscriber.id))).all()
    return SHAPES[shape].write(readers), len(readers)


def _csv(header: Sequence[str], cells: Callable[[Subscriber], Sequence[object]]) -> Shape:
    def write(readers: Sequence[Subscriber]) -> str:
        out = io.StringIO()
        table = csv.writer(out, lineterminator="\r\n")
        table.writerow(header)
        table.writerows([guarded(cell) for cell in cells(reader)] for reader in readers)
        return out.getvalue()

    return Shape("csv", write)


def _state(reader: Subscriber) -> str:
    return reader.seat[:2]


# --- OSDI ------------------------------------------------------------------------------------------


def _osdi(readers: Sequence[Subscriber]) -> str:
    """A collection of people (Open Supporter Data Interface 1.2) on one page."""
    collection = {
        "total_pages": 1,
        "per_page": len(readers),
        "page": 1,
        "total_records": len(readers),
        "_embedded": {"osdi:people": list(_people(readers))},
    }
    return json.dumps(collection, ensure_ascii=False, indent=1) + "\n"


def _people(readers: Sequence[Subscriber]) -> Iterator[dict[str, Any]]:
    for reader in readers:
        # Where somebody lives is known as a district or a state, never as an address.
        place = {"primary": True, "region": _state(reader), "country": "US"}
        yield {
            "identifiers": [f"campaign:{reader.id}"],
            "created_date": reader.created.isoformat(),
            "email_addresses": [{"primary": True, "address": reader.email, "status": "subscribed"}],
            "postal_addresses": [place] if reader.seat else [],
            "languages_spoken": [reader.language],
            "custom_fields": {"seat": reader.seat, "proposals": reader.proposals},
        }


SHAPES: Final = {
    "action_network": _csv(
        ("email", "language", "state", "seat", "proposals", "can2_subscription_status"),
        lambda reader: (
            reader.email,
            reader.language,
            _state(reader),
            reader.seat,
            reader.proposals,
            "subscribed",
        ),
    ),
    "everyaction": _csv(
        ("Preferred Email", "Preferred Language", "State", "Seat", "Proposals", "Email Subscription Status"),
        lambda reader: (
            reader.email,
            LANGUAGES[reader.language],
            _state(reader),
            reader.seat,
            reader.proposals,
            "Subscribed",
        ),
    ),
    "mailchimp": _csv(
        ("Email Address", "Language", "State", "Seat", "Proposals", "CONFIRM_TIME"),
        lambda reader: (
            reader.email,
            reader.language,
            _state(reader),
            reader.seat,
            reader.proposals,
            reader.confirmed_at and reader.confirmed_at.strftime("%Y-%m-%d %H:%M:%S"),
        ),
    ),
    "osdi": Shape("json", _osdi),
}
