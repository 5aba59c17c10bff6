"""Readers whose state has new districts: mail speaks of their senators, and they are asked once."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import forked
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from campaign import db, doctor
from campaign.congress.bills import congress_on
from campaign.districts.models import ZipSeat
from campaign.mailing import places
from campaign.mailing.addresses import Keys
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.edition import contents
from campaign.mailing.models import Delivery, Edition, Subscriber
from campaign.mailing.readers import new_districts, subscribers
from campaign.mailing.readers.subscribers import Asked, Wish
from campaign.proposals import campaigns
from campaign.settings import Settings
from jobs import ask_places

from mondays import CAMPAIGN, Clock, addresses, environment  # isort: skip
from smtp_sink import Box  # isort: skip
from week import prepare  # isort: skip

Make = Callable[..., Any]
NOON = datetime(2027, 1, 3, 17, tzinfo=UTC)
BEFORE = NOON - timedelta(seconds=1)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
MORNING = datetime(2027, 1, 4, 14, 30, tzinfo=UTC)
MONDAY = datetime(2027, 1, 4, 16, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(MORNING)


@pytest.fixture
def with_maps(engine: Engine) -> None:
    """A live campaign, and the ZIP tables of Texas and Florida for the 120th Congress."""
    prepare(engine)
    with db.writing(engine) as session:
        session.execute(sa.text("UPDATE tenure SET ends = '2029-01-03'"))
        rows = (("78701", "TX-10"), ("78205", "TX-20"), ("32801", "FL-10"))
        session.add_all(ZipSeat(congress=120, zip=zip, seat=seat) for zip, seat in rows)
        session.add(ZipSeat(congress=119, zip="90012", seat="CA-34"))


PLACES = [
    # what was told, when, the moment of the mail, and what the mail is about then
    ("TX-37", DECEMBER, BEFORE, "TX-37"),
    ("TX-37", DECEMBER, NOON, "TX"),
    ("TX-37", BEFORE, NOON, "TX"),
    ("TX-37", NOON, NOON, "TX-37"),
    ("TX-37", datetime(2027, 1, 10, tzinfo=UTC), MONDAY, "TX-37"),
    ("TX-37", DECEMBER, datetime(2029, 2, 1, tzinfo=UTC), "TX"),
    ("TX", DECEMBER, NOON, "TX"),
    ("", DECEMBER, NOON, ""),
    ("MO-5", DECEMBER, NOON, "MO-5"),
    ("VA-7", DECEMBER, NOON, "VA-7"),
    ("IL-9", DECEMBER, NOON, "IL-9"),
    ("AK-0", DECEMBER, NOON, "AK-0"),
    ("DC-0", DECEMBER, NOON, "DC-0"),
    ("PR-0", DECEMBER, NOON, "PR-0"),
    ("GA-6", datetime(2024, 12, 1, tzinfo=UTC), DECEMBER, "GA"),
    ("GA-6", datetime(2025, 2, 1, tzinfo=UTC), NOON, "GA-6"),
    ("WY-0", datetime(2022, 12, 1, tzinfo=UTC), NOON, "WY-0"),
    ("IL-9", datetime(2022, 12, 1, tzinfo=UTC), NOON, "IL"),
    *((f"{state}-2", BEFORE, NOON, state) for state in ("AL", "CA", "FL", "LA", "NC", "OH", "TN", "UT")),
]


def test_a_district_counts_while_the_map_on_which_it_was_told_does(engine: Engine, readers: Make) -> None:
    ids = [
        readers(email, seat=seat, placed_at=told)[0]
        for email, (seat, told, _, _) in zip(addresses(len(PLACES)), PLACES, strict=True)
    ]
    with db.reading(engine) as session:
        found = [
            (*row[:3], places.place_of(session, session.get_one(Subscriber, who), now=row[2]))
            for who, row in zip(ids, PLACES, strict=True)
        ]
    assert found == PLACES


def test_a_reader_who_never_told_it_again_told_it_at_the_sign_up(engine: Engine, readers: Make) -> None:
    readers("a@readers-host.org", seat="TX-37", created=BEFORE)
    readers("b@readers-host.org", seat="TX-37", created=NOON)
    with db.reading(engine) as session:
        found = session.scalars(sa.select(places.place(120)).order_by(col(Subscriber.id))).all()
    assert found == ["TX", "TX-37"]


def test_a_sign_up_is_of_the_map_of_the_moment_at_which_it_was_made(
    engine: Engine, keys: Keys, settings: Settings
) -> None:
    """Not of the confirmation: an hour later the districts may be others."""
    wish = Wish(seat="TX-37")
    for email, at in (("early@readers-host.org", BEFORE), ("late@readers-host.org", NOON)):
        with db.writing(engine) as session:
            subscribers.ask(session, keys, CAMPAIGN, email, wish, Asked(), now=at)
            row = session.exec(select(Delivery).order_by(col(Delivery.id).desc())).first()
            assert row is not None
            token = subscribers.new_token(session, row.subscriber or 0, "confirm", row.detail["wish"], now=at)
            subscribers.confirm(session, token, Asked(), now=NOON + timedelta(hours=1))
    with db.reading(engine) as session:
        found = session.execute(sa.select(col(Subscriber.email), places.place(120))).all()
    assert {row[0]: row[1] for row in found} == {
        "early@readers-host.org": "TX", "late@readers-host.org": "TX-37",
    }  # fmt: skip


# --- what the mail says ----------------------------------------------------------------------------


def text_of(box: Box, email: str) -> str:
    (raw,) = [raw for _, to, raw in box.messages if to == email]
    body = message_from_bytes(raw, policy=default).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_the_mail_speaks_of_senators_alone_and_says_why(
    engine: Engine, with_maps: None, readers: Make, built: Make, outbox: Make, box: Box, clock: Clock
) -> None:
    who = {
        "old": ("TX-20", DECEMBER, "en"),
        "viejo": ("TX-20", DECEMBER, "es"),
        "new": ("TX-20", NOON, "en"),
        "whole": ("TX", DECEMBER, "en"),
        "missouri": ("MO-5", DECEMBER, "en"),
    }
    for name, (seat, told, language) in who.items():
        readers(f"{name}@readers-host.org", seat=seat, placed_at=told, language=language)
    built("2027-W01", MONDAY)
    clock.at = MONDAY + timedelta(hours=4)
    assert deliver(outbox()).counts == {"sent": 5}
    found = {name: text_of(box, f"{name}@readers-host.org") for name in who}
    why = (
        "Texas has had new districts since January 3, 2027. Until you tell us yours, this email covers only "
        "your senators. https://campaign.test-host.org/preferences"
    )
    assert {name for name, text in found.items() if why in text} == {"old", "whole"}
    assert "Texas tiene distritos nuevos desde el 3 de enero de 2027." in found["viejo"]
    assert "https://campaign.test-host.org/es/preferences" in found["viejo"]
    assert {name for name, text in found.items() if "Castro (" in text} == {"new"}
    assert {name for name, text in found.items() if "Cruz (" in text} == {"old", "viejo", "new", "whole"}
    assert "/act/TX-20" not in found["old"]


@pytest.mark.parametrize(("built", "seats"), [(BEFORE, ["TX-20"]), (NOON, ["TX", "TX-20"])])
def test_an_alert_is_for_the_same_places(
    engine: Engine, readers: Make, built: datetime, seats: list[str]
) -> None:
    readers("a@readers-host.org", seat="TX-20", placed_at=DECEMBER, alerts=True)
    readers("b@readers-host.org", seat="TX-20", placed_at=built, alerts=True)
    with db.reading(engine) as session:
        found = contents.groups(session, Edition(campaign=CAMPAIGN, kind="alert", period="x", built_at=built))
        assert [group.seat for group in found] == seats


# --- asking ----------------------------------------------------------------------------------------


def ask(engine: Engine, settings: Settings, now: datetime = MORNING) -> list[str]:
    """The addresses of the readers whom a run of the job asks."""
    with db.reading(engine) as session:
        before = session.exec(select(sa.func.coalesce(sa.func.max(Delivery.id), 0))).one()
    ask_places.run(engine, settings, now=now)
    with db.reading(engine) as session:
        asked = select(Subscriber.email).join(Delivery, col(Delivery.subscriber) == col(Subscriber.id))
        rows = session.exec(asked.where(col(Delivery.id) > before, Delivery.kind == "place"))
        return sorted(email.partition("@")[0] for email in rows)


def numbers(engine: Engine, now: datetime = MORNING) -> tuple[int, int, int, list[tuple[str, int]]]:
    with db.reading(engine) as session:
        found = new_districts.asking(session, now=now)
    return found.to_ask, found.asked, found.confirmed, list(found.waiting)


def test_each_reader_on_an_old_map_is_asked_once_a_turn(
    engine: Engine, settings: Settings, with_maps: None, readers: Make
) -> None:
    readers("texas@readers-host.org", "dallas@readers-host.org", seat="TX-37", placed_at=DECEMBER)
    for name, seat in (("missouri", "MO-5"), ("virginia", "VA-7"), ("alaska", "AK-0"), ("whole", "TX")):
        readers(f"{name}@readers-host.org", seat=seat, placed_at=DECEMBER)
    readers("since@readers-host.org", seat="TX-37", placed_at=NOON)
    for state in ("pending", "stopped", "undeliverable"):
        readers(f"{state}@readers-host.org", seat="TX-37", placed_at=DECEMBER, state=state)
    (barred,) = readers("barred@readers-host.org", seat="TX-37", placed_at=DECEMBER)
    with db.writing(engine) as session:
        subscribers.bar(
            session, session.get_one(Subscriber, barred).key, "complaint", campaign=CAMPAIGN, now=DECEMBER
        )
    assert ask(engine, settings, BEFORE) == []
    assert numbers(engine, BEFORE) == (0, 0, 0, [])
    assert numbers(engine) == (2, 0, 0, [])
    assert ask(engine, settings) == ["dallas", "texas"]
    assert numbers(engine) == (0, 2, 0, [])
    for later in (MORNING, MORNING + timedelta(days=1), datetime(2028, 6, 1, tzinfo=UTC)):
        assert ask(engine, settings, later) == []
    assert ask(engine, settings, datetime(2029, 2, 1, tzinfo=UTC)) == []


def test_a_reader_who_was_asked_after_other_new_districts_is_asked_again(
    engine: Engine, settings: Settings, with_maps: None, readers: Make
) -> None:
    readers("a@readers-host.org", seat="TX-37", placed_at=DECEMBER, place_asked_at=BEFORE)
    readers("b@readers-host.org", seat="TX-37", placed_at=DECEMBER, place_asked_at=NOON)
    assert ask(engine, settings) == ["a"]


def test_the_question_waits_for_the_map_and_the_doctor_says_who_waits(
    engine: Engine, settings: Settings, with_maps: None, readers: Make
) -> None:
    readers("ca1@readers-host.org", "ca2@readers-host.org", seat="CA-34", placed_at=DECEMBER)
    readers("utah@readers-host.org", seat="UT-1", placed_at=DECEMBER)
    assert ask(engine, settings) == []
    assert numbers(engine) == (3, 0, 0, [("CA", 2), ("UT", 1)])
    (said,) = [found for found in doctor.examine(engine, settings, now=MORNING) if found.about == "readers"]
    assert said.text.startswith("3 wait to be asked for their place")
    assert said.text.endswith("CA 2, UT 1")
    with db.writing(engine) as session:
        session.add(ZipSeat(congress=120, zip="90012", seat="CA-34"))
    assert ask(engine, settings, MORNING + timedelta(days=1)) == ["ca1", "ca2"]
    assert numbers(engine) == (1, 2, 0, [("UT", 1)])


@pytest.mark.parametrize(
    ("state", "asked"), [("live", ["a"]), ("won", []), ("paused", []), ("draft", []), ("archived", [])]
)
def test_only_a_live_campaign_asks(
    engine: Engine, settings: Settings, with_maps: None, readers: Make, state: str, asked: list[str]
) -> None:
    readers("a@readers-host.org", seat="TX-37", placed_at=DECEMBER)
    with db.writing(engine) as session:
        campaigns.set_state(session, CAMPAIGN, state, by="tests", now=DECEMBER)
    assert ask(engine, settings) == asked


def test_a_reader_of_a_closed_campaign_is_not_asked(
    engine: Engine, settings: Settings, with_maps: None, readers: Make
) -> None:
    with db.writing(engine) as session:
        campaigns.set_state(session, CAMPAIGN, "archived", by="tests", now=DECEMBER)
        campaigns.add_campaign(session, "other", title_en="Other", title_es="Otra")
    for campaign in (CAMPAIGN, "other"):
        readers(f"{campaign}@readers-host.org", seat="TX-37", placed_at=DECEMBER, campaign=campaign)
    assert ask(engine, settings) == ["other"]


def test_nobody_is_asked_while_no_list_mail_can_leave(
    engine: Engine, settings: Settings, with_maps: None, readers: Make
) -> None:
    readers("a@readers-host.org", seat="TX-37", placed_at=DECEMBER)
    assert ask(engine, settings.model_copy(update={"postal_address": ""})) == []
    assert ask(engine, settings) == ["a"]


KILLED = """
import sys
from datetime import datetime
import forked
from campaign import db
from campaign.settings import read_settings
from jobs import ask_places
settings = read_settings()
ask_places.BATCH = 2
forked.kill_at("campaign.mailing.readers.new_districts.ask", 2, sys.argv[1])
ask_places.run(db.open_engine(settings.database_url), settings, now=datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_e47_a_killed_job_loses_nobody_and_asks_nobody_twice(
    engine: Engine, settings: Settings, with_maps: None, readers: Make, outbox: Make, box: Box, when: str
) -> None:
    names = addresses(5)
    readers(*names, seat="TX-37", placed_at=DECEMBER)
    given = environment(engine, settings, box.port)  # type: ignore[attr-defined]
    ended, failure = forked.run(KILLED, when, MORNING.isoformat(), env=given)
    assert ended == -9, failure
    # The batch that was cut is taken back whole.
    assert numbers(engine) == (3, 2, 0, [])
    assert len(ask(engine, settings)) == 3
    deliver(outbox())
    assert dict(box.got) == dict.fromkeys(names, 1)


def test_e47_two_workers_at_once_ask_nobody_twice(
    engine: Engine, settings: Settings, with_maps: None, readers: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask_places, "BATCH", 3)
    readers(*addresses(12), seat="TX-37", placed_at=DECEMBER)
    started = threading.Barrier(2)

    def work() -> None:
        started.wait()
        ask_places.run(engine, settings, now=MORNING)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    ask_places.run(engine, settings, now=MORNING)
    with db.reading(engine) as session:
        rows = session.exec(select(Delivery.subscriber).where(Delivery.kind == "place")).all()
    assert len(rows) == len(set(rows)) == 12


# --- the mail --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "subject", "link"),
    [
        ("en", "Texas has new districts: confirm your place", r"https://campaign\.test-host\.org/place/(\S+)"),
        ("es", "Texas tiene distritos nuevos: confirme su lugar", r"https://campaign\.test-host\.org/es/place/(\S+)"),
    ],
)  # fmt: skip
def test_the_question_is_list_mail_with_a_link_of_the_readers_own(
    engine: Engine, settings: Settings, keys: Keys, with_maps: None, readers: Make, outbox: Make, box: Box,
    language: str, subject: str, link: str,
) -> None:  # fmt: skip
    (who,) = readers("a@readers-host.org", seat="TX-37", placed_at=DECEMBER, language=language)
    ask(engine, settings)
    assert deliver(outbox()).counts == {"sent": 1}
    message = message_from_bytes(box.messages[0][2], policy=default)
    with db.reading(engine) as session:
        key = session.get_one(Subscriber, who).key
    text = text_of(box, "a@readers-host.org")
    assert message["Subject"] == subject
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert keys.stop_token(key) in message["List-Unsubscribe"]
    assert f"/unsubscribe/{keys.stop_token(key)}" in text
    assert "P.O. Box 123, Austin" in text
    found = re.search(link, text)
    assert found
    assert keys.placed(found[1]) == key
    assert keys.stopped(found[1]) is None


@pytest.mark.parametrize("how", ["unsubscribed", "settled", "changed", "erased"])
def test_nobody_is_written_to_who_stopped_or_answered_meanwhile(
    engine: Engine, settings: Settings, with_maps: None, readers: Make, outbox: Make, box: Box, how: str
) -> None:
    (who,) = readers("a@readers-host.org", seat="TX-37", placed_at=DECEMBER)
    ask(engine, settings)
    with db.writing(engine) as session:
        reader = session.get_one(Subscriber, who)
        if how == "unsubscribed":
            subscribers.stop(session, reader, "unsubscribed", now=MORNING)
        elif how == "settled":
            subscribers.settle(session, reader, "TX-37", now=MORNING)
        elif how == "changed":
            subscribers.change(session, reader, Wish(seat="TX-10"), now=MORNING)
        else:
            subscribers.erase(session, reader, now=MORNING)
    assert deliver(outbox()).counts == {}
    assert box.messages == []
    with db.reading(engine) as session:
        assert session.exec(select(Delivery)).one().state == "suppressed"


def test_whoever_waits_for_an_answer_gets_it_before_the_many_who_are_asked(
    engine: Engine, settings: Settings, keys: Keys, with_maps: None, readers: Make, outbox: Make, box: Box
) -> None:
    readers(*addresses(3), seat="TX-37", placed_at=DECEMBER)
    ask(engine, settings)
    with db.writing(engine) as session:
        subscribers.ask(session, keys, CAMPAIGN, "new@readers-host.org", Wish(), Asked(), now=MORNING)
    deliver(outbox(batch=1))
    assert box.messages[0][1] == "new@readers-host.org"
    assert len(box.messages) == 4


@pytest.mark.parametrize(
    ("wish", "place", "confirmed"),
    [
        # The form shows the state alone: leaving it is no word on the district.
        (Wish(language="es", seat="TX"), "TX", False),
        (Wish(seat="TX-37"), "TX-37", True),
        (Wish(seat="TX-10"), "TX-10", True),
        (Wish(seat=""), "", True),
    ],
)
def test_choosing_a_language_confirms_no_district(
    engine: Engine, readers: Make, wish: Wish, place: str, confirmed: bool
) -> None:
    (who,) = readers("a@readers-host.org", seat="TX-37", placed_at=DECEMBER)
    with db.writing(engine) as session:
        reader = session.get_one(Subscriber, who)
        subscribers.change(session, reader, wish, now=MORNING)
        assert places.place_of(session, reader, now=MORNING) == place
        assert reader.language == wish.language
        assert (reader.placed_at == MORNING) is confirmed
        assert (reader.seat == "TX-37") is (place != "TX-10" and bool(place))


def test_the_answers_are_counted(engine: Engine, settings: Settings, with_maps: None, readers: Make) -> None:
    first, *_ = readers(*addresses(3), seat="TX-37", placed_at=DECEMBER)
    ask(engine, settings)
    with db.writing(engine) as session:
        later = MORNING + timedelta(hours=1)
        subscribers.settle(session, session.get_one(Subscriber, first), "TX", now=later)
    assert numbers(engine) == (0, 3, 1, [])
    assert congress_on(MORNING) == 120
