"""What is planned, in the digest: short, in the reader's language, what names a bill first."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from campaign import db
from campaign.calendar.models import CalendarSource, Meeting
from campaign.mailing.edition import digest, news
from campaign.mailing.edition.digest import Group

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


def test_without_calendars_it_says_nothing(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        gathered = news.gather(session, CAMPAIGN, since_seq=0, now=NOW)
    assert digest.page(gathered, Group("en"), base_url="https://campaign.example.org").coming == ()
