"""Feeds that feed readers accept, whose entries never change their names."""

import re
from datetime import timedelta

import feedparser
import pytest
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign.app import create_app
from campaign.congress.models import Change
from campaign.settings import Settings

FEEDS = (
    "/feeds/changes",
    "/feeds/proposals/armas-act",
    "/feeds/bills/hr6736-119",
    "/feeds/seats/TX-20",
    "/feeds/seats/CA-43",
)


@pytest.mark.parametrize("lang", ["", "/es"])
@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_is_read_by_a_feed_reader_and_says_the_same_as_json(
    client: FlaskClient, feed: str, lang: str
) -> None:
    answer = client.get(f"{lang}{feed}.atom")
    read = feedparser.parse(answer.data)
    assert not read.bozo
    assert read.version == "atom10"
    assert read.feed.id == f"http://127.0.0.1:5000{lang}{feed}.atom"
    assert read.feed.language == (lang[1:] or "en")
    found = client.get(f"{lang}{feed}.json").json
    assert [entry.id for entry in read.entries] == [item["id"] for item in found["items"]]
    assert [entry.title for entry in read.entries] == [item["title"] for item in found["items"]]
    ids = [entry.id for entry in read.entries]
    assert len(ids) == len(set(ids))
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["feed_url"] == f"http://127.0.0.1:5000{lang}{feed}.json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_feed_tells_what_changed_and_whose_it_is(client: FlaskClient) -> None:
    whole = client.get("/es/feeds/changes.json").json["items"]
    assert any("Firmó el proyecto: Maxine Waters (D-CA)" in item["title"] for item in whole)
    assert len(whole) > 20
    theirs = client.get("/feeds/seats/CA-43.json").json["items"]
    assert theirs
    assert all(re.search("Waters|Padilla|Schiff", item["content_text"]) for item in theirs)
    assert client.get("/feeds/bills/hr6736-119.json").json["title"].endswith("H.R.\xa06736")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/feeds/bills/hr99999-119.atom", 404),
        ("/feeds/bills/nonsense.json", 400),
        ("/feeds/proposals/none.atom", 404),
        ("/feeds/seats/ZZ-99.atom", 404),
        ("/feeds/changes.rss", 404),
    ],
)
def test_a_feed_of_nothing_is_refused(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def items(engine: Engine) -> list[dict[str, str]]:
    app = create_app(Settings(secret_key="k" * 40, geocoder_url=""), engine=engine)
    found = app.test_client().get("/feeds/bills/hr6736-119.json").json
    assert found
    return found["items"]


def test_a_later_reading_changes_no_entry_that_was_sent(snapshot_copy: Engine, clock: None) -> None:
    """Somebody joined on a day that was told already, and Congress dated it late."""
    before = items(snapshot_copy)
    with Session(snapshot_copy) as session:
        joined = select(Change).where(Change.bill == "hr6736-119", Change.kind == "cosponsored")
        row = session.exec(joined).all()[-1]
        late = Change(**{**row.model_dump(exclude={"seq"}), "bioguide": "G000551"})
        late.seen_at = row.seen_at + timedelta(days=3)
        session.add(late)
        session.commit()
    after = items(snapshot_copy)
    assert len(after) == len(before) + 1
    sent = {item["id"]: item for item in before}
    assert [sent.get(item["id"]) for item in after if item["id"] in sent] == [
        item for item in after if item["id"] in sent
    ]
    assert len([item for item in after if item["id"] not in sent]) == 1
