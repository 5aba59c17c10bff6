"""What is planned, in the digest: short, in the reader's language, what names a bill first."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import copies
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.calendar.models import CalendarSource, Meeting, MeetingChange
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.edition import alerts, digest, news
from campaign.mailing.edition.digest import Group
from campaign.mailing.models import Content, Delivery, Subscriber
from campaign.settings import Settings

NOW = datetime.fromisoformat("2026-06-22T12:00:00Z")
CAMPAIGN = "us-guns-abroad"


def meeting(event: str, days: int, **named: str) -> Meeting:
    starts = NOW + timedelta(days=days, hours=2)
    return Meeting(
        event=event, congress=119, chamber="house", kind="markup", starts_at=starts, committees="HSFA",
        named=named, first_seen=NOW, changed_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "named", "held"),
    [
        (
            "en",
            "has set a markup for Thursday, June 25, at 10:00 a.m.",
            "has set a markup for Tuesday, June 23,",
        ),
        (
            "es",
            "fijó una sesión de enmiendas (markup) para el jueves 25 de junio",
            "para el martes 23 de junio",
        ),
    ],
)
def test_the_digest_says_what_comes(snapshot_copy: Engine, lang: str, named: str, held: str) -> None:
    with db.writing(snapshot_copy) as session:
        session.add(CalendarSource(name="house_meetings", attempted_at=NOW, good_at=NOW))
        session.add_all([meeting("1", 1), meeting("2", 3, **{"hr6736-119": "list"})])
    with db.reading(snapshot_copy) as session:
        gathered = news.gather(session, CAMPAIGN, since_seq=0, now=NOW)
    page = digest.page(gathered, Group(lang, "TX-20"), base_url="https://campaign.example.org")
    assert len(page.coming) == 2
    assert named in page.coming[0].replace("\u00a0", " ")
    assert held in page.coming[1].replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("lang", "subject"),
    [
        ("en", "Senator Cruz’s committee will take up the ARMAS Act"),
        ("es", "Un comité del senador Cruz va a tratar la Ley ARMAS"),
    ],
)
def test_an_alert_tells_the_same_day_whose_committee_meets_on_a_bill(
    loaded_engine: Engine, settings: Settings, keys: Keys, lang: str, subject: str
) -> None:
    engine, noon = loaded_engine, NOW + timedelta(hours=6)
    readers(engine, keys, lang, "TX-20", "CA-12")
    set_today(engine, "1", committees="SSFR", chamber="senate", named={"s3508-119": "list"})
    assert alerts.build(engine, settings, CAMPAIGN, now=noon) == 1
    with db.reading(engine) as session:
        assert session.exec(select(Content.subject)).all() == [subject]
        (row,) = session.exec(select(Delivery).where(Delivery.kind == "alert"))
        assert session.get_one(Subscriber, row.subscriber).email == "tx-20@readers-host.org"
    # Once a day, whatever else is announced; the next day for what is announced then.
    assert alerts.build(engine, settings, CAMPAIGN, now=noon + timedelta(hours=1)) == 0
    assert alerts.build(engine, settings, CAMPAIGN, now=noon + timedelta(days=1)) == 0


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def awaiting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The campaign of fixtures/ with a reader of alerts, for all cases that have none for her."""
    if request.param == "sqlite":
        template = request.getfixturevalue("snapshot_template")
        made = copies.copy_of(template, tmp_path_factory.mktemp("awaiting"))
    else:
        made = copies.postgres_copy_of(request.getfixturevalue("postgres_snapshot_template"))
    with made as engine:
        readers(engine, Keys(Settings(secret_key=SecretStr("k" * 40))), "en", "TX-20")
        yield engine


@pytest.mark.parametrize(
    "change",
    [
        {"named": {}},
        {"state": "cancelled"},
        {"starts_at": NOW},
        {"baseline": True},
        {"seen_at": NOW - timedelta(days=1)},
        {"committees": "SSJU"},
        {"kind": "moved"},
        {"kind": "named", "bill": "s367-119", "named": {"s3508-119": "list", "s367-119": "list"}},
    ],
    ids=[
        "holds only",
        "called off",
        "begun",
        "first reading",
        "yesterday",
        "another committee",
        "moved",
        "another bill joined it",
    ],
)
def test_no_alert_of_what_is_no_news_for_the_readers_own_member(
    awaiting: Engine, settings: Settings, request: pytest.FixtureRequest, change: dict[str, Any]
) -> None:
    plain = {"committees": "SSFR", "chamber": "senate", "named": {"s3508-119": "list"}}
    set_today(awaiting, request.node.callspec.id, **{**plain, **change})
    assert alerts.build(awaiting, settings, CAMPAIGN, now=NOW + timedelta(hours=6)) == 0
    with db.writing(awaiting) as session:
        # What was announced stays on record; the next case must stand alone.
        session.execute(sa.update(Meeting).values(state="cancelled"))


def test_only_the_bill_that_joined_an_agenda_today_is_announced(snapshot_copy: Engine) -> None:
    """The other one was announced when the meeting was set."""
    both = {"s3508-119": "list", "s367-119": "list"}
    set_today(snapshot_copy, "1", committees="SSFR", named=both, kind="named", bill="s367-119")
    with db.reading(snapshot_copy) as session:
        found = news.announced_today(session, list(both), now=NOW + timedelta(hours=6))
    assert found == {"s367-119": {"SSFR"}}


def readers(engine: Engine, keys: Keys, lang: str, *seats: str) -> None:
    with db.writing(engine) as session:
        session.add(CalendarSource(name="senate_meetings", attempted_at=NOW, good_at=NOW))
        for seat in seats:
            email = f"{seat.lower()}@readers-host.org"
            key = keys.of(read_address(email), CAMPAIGN)
            session.add(
                Subscriber(
                    campaign=CAMPAIGN, email=email, key=key, language=lang, seat=seat, state="confirmed",
                    alerts=True, created=NOW, confirmed_at=NOW,
                )
            )  # fmt: skip


def set_today(engine: Engine, event: str, **parts: Any) -> None:
    """A meeting, and the change that announced it this morning."""
    changed = {name: parts.pop(name) for name in ("kind", "bill", "baseline", "seen_at") if name in parts}
    planned = meeting(event, 3)
    for name, value in parts.items():
        setattr(planned, name, value)
    with db.writing(engine) as session:
        session.add(planned)
        session.flush()
        session.add(MeetingChange(**{"event": event, "kind": "set", "seen_at": NOW, **changed}))


def test_without_calendars_it_says_nothing(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        gathered = news.gather(session, CAMPAIGN, since_seq=0, now=NOW)
    assert digest.page(gathered, Group("en"), base_url="https://campaign.example.org").coming == ()
