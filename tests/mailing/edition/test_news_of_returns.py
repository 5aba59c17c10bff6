"""A proposal that comes back in a new Congress is news, once, though all of its first reading is baseline."""

import email
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.policy import default
from typing import Any

import pytest
from chambers import add_bill, legislator, on, seat_members, term
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress.models import Bill
from campaign.mailing.edition import building, lifecycle, news, previews
from campaign.mailing.edition.digest import Group
from campaign.proposals import lineage, returns
from campaign.settings import Settings

from mondays import CAMPAIGN  # isort: skip

Make = Callable[..., Any]
# The Monday after H.R. 412 of the 120th Congress was confirmed.
MONDAY = datetime(2027, 2, 15, 15, tzinfo=UTC)
YEARS = {"start": "2027-01-03", "end": "2029-01-03"}
SEEN = MONDAY - timedelta(days=3)


@pytest.fixture
def january(engine: Engine) -> Engine:
    """The proposal's bill of the 119th Congress has died."""
    people = [legislator(short, term(seat, **YEARS)) for short, seat in (("A1", "NY-1"), ("A2", "NY-2"))]
    seat_members(engine, *people)
    add_bill(engine, "hr923-119", proposal="armas")
    return engine


def come_back(engine: Engine, introduced: str = "2027-01-21", **more: Any) -> None:
    values: dict[str, Any] = {"read_at": SEEN, "updated": SEEN, "introduced": introduced, **more}
    add_bill(engine, "hr412-120", on("A2", "2027-01-21"), sponsor="A1", proposal="armas", **values)


def returned(engine: Engine, since: int, now: datetime = MONDAY) -> dict[str, str]:
    with db.reading(engine) as session:
        found = returns.returns_since(session, since, upto=news.last_seq(session), now=now)
    return {bill: back.predecessor for bill, back in found.items()}


def newest(engine: Engine) -> int:
    with db.reading(engine) as session:
        return news.last_seq(session)


def test_the_return_is_told_in_the_week_it_is_first_read(
    january: Engine, settings: Settings, readers: Make, rules: Make
) -> None:
    engine = january
    readers("a@readers-host.org")
    readers("b@readers-host.org", language="es")
    rules(quiet_week="nothing")
    before = building.build(engine, settings, CAMPAIGN, now=MONDAY - timedelta(days=7))
    come_back(engine)
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY)
    assert (before.state, built.state) == ("quiet", "draft")
    told = {
        lang: previews.preview(engine, settings, Group(lang, ""), edition=built.edition, now=MONDAY)
        for lang in ("en", "es")
    }
    message = email.message_from_bytes(told["en"], policy=default)
    assert message["Subject"] == "The armas Act is back as H.R. 412"
    text = plain(told["en"])
    assert "H.R. 412 continues last Congress's H.R. 923. It was introduced on January 21, 2027" in text
    assert "1, new in this Congress" in text
    assert "no change" not in text
    assert "H.R. 412 continúa H.R. 923 del Congreso pasado. Se presentó el 21 de enero de 2027" in plain(
        told["es"]
    )
    lifecycle.publish(engine, settings, built.edition, by="tests", now=MONDAY)
    after = building.build(engine, settings, CAMPAIGN, now=MONDAY + timedelta(days=7))
    assert after.state == "quiet"


def test_a_bill_that_was_not_read_yet_has_no_number_in_the_mail(
    january: Engine, settings: Settings, readers: Make, rules: Make
) -> None:
    """Confirmed a moment before the edition is built, it is known by its title alone."""
    readers("a@readers-host.org")
    rules(quiet_week="note")
    come_back(january)
    with db.writing(january) as session:
        session.get_one(Bill, "hr412-120").observed_at = None
    built = building.build(january, settings, CAMPAIGN, now=MONDAY)
    text = plain(previews.preview(january, settings, Group("en", ""), edition=built.edition, now=MONDAY))
    assert "THE NUMBERS" not in text
    assert "co-sponsors" not in text


def plain(raw: bytes) -> str:
    part = email.message_from_bytes(raw, policy=default).get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def test_a_return_lies_between_two_places_in_the_ledger(january: Engine) -> None:
    before = newest(january)
    come_back(january)
    assert returned(january, before) == {"hr412-120": "hr923-119"}
    assert returned(january, newest(january)) == {}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"source": "snapshot"}, "a snapshot sees nothing happen"),
        ({"introduced": "2026-12-01"}, "it was introduced long ago"),
    ],
)
def test_not_every_first_reading_is_a_return(january: Engine, more: dict[str, Any], why: str) -> None:
    before = newest(january)
    come_back(january, **more)
    assert returned(january, before) == {}, why


def test_a_bill_without_a_predecessor_is_no_return(sqlite_engine: Engine) -> None:
    come_back(sqlite_engine)
    assert returned(sqlite_engine, 0) == {}


def test_bills_of_the_ended_congress_do_not_return(january: Engine) -> None:
    add_bill(january, "s367-118", proposal="armas", introduced="2023-09-26")
    assert returned(january, 0) == {}
    assert returned(january, 0, now=datetime(2025, 2, 10, tzinfo=UTC)) == {"hr923-119": "s367-118"}


def test_a_bill_read_long_before_it_is_confirmed_is_told_when_it_is(engine: Engine) -> None:
    """Where a whole Congress is tracked, an earlier mail has passed over its first reading."""
    add_bill(engine, "hr923-119", proposal="armas")
    add_bill(engine, "hr412-120", introduced="2027-01-21", read_at=SEEN, updated=SEEN)
    before = newest(engine)
    assert returned(engine, 0) == {}
    with db.writing(engine) as session:
        lineage.confirm(session, "armas", "hr412-120", by="tests", now=MONDAY)
    assert returned(engine, before) == {"hr412-120": "hr923-119"}
    assert returned(engine, 0) == {"hr412-120": "hr923-119"}
    told = newest(engine)
    with db.writing(engine) as session:
        lineage.confirm(session, "armas", "hr412-120", by="tests", now=MONDAY)
    assert returned(engine, told) == {}
    with db.reading(engine) as session:
        assert returns.returns_since(session, 0, upto=before, now=MONDAY) == {}


def test_a_bill_confirmed_unread_is_told_when_it_is_read(january: Engine) -> None:
    with db.writing(january) as session:
        session.add(Bill(id="hr412-120", congress=120, type="hr", number=412))
        session.flush()
        lineage.confirm(session, "armas", "hr412-120", by="tests", now=SEEN)
    before = newest(january)
    come_back(january)
    assert returned(january, before) == {"hr412-120": "hr923-119"}
