"""A crawler over the turn of the Congress: every page it can reach, day by day, while all that was known of the
119th still stands and the sources have holes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from campaign import db
from campaign.app import create_app
from campaign.drill.judging import faults
from campaign.drill.pages import NOT_FOR_READING, Page
from campaign.settings import Settings
from jobs import close_bills

# Around noon Eastern of 3 January 2027; each moment is walked in one language, as both share their views.
MOMENTS = {
    "the last minute": ("2027-01-03T16:59", "en"),
    "noon": ("2027-01-03T17:00", "es"),
    "two days after": ("2027-01-05T15:00", "en"),
    "six weeks after": ("2027-02-17T15:00", "es"),
}
# Starting pages; the crawler follows their links. A state whose districts change, one whose do not, one seat.
STARTS = (
    "/", "/bills", "/districts", "/data", "/proposals/armas-act", "/proposals/stop-arming-cartels-act",
    "/act/TX-20", "/act/CA-51", "/act/WY-0", "/act/DC-0", "/act/MO-5",
    "/find?zip=78701", "/find?zip=60640", "/find?zip=82901", "/bills?q=H.R.+6736",
    "/sheet", "/privacy", "/feeds/changes.atom", "/api/v1/bills",
)  # fmt: skip


@pytest.fixture(scope="module", params=["the list is not out", "all were elected again"])
def turned(
    request: pytest.FixtureRequest, snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """The campaign of fixtures/; with ``all were elected again`` the new list is there at once."""
    with copy_of(snapshot_template, tmp_path_factory.mktemp("turned")) as engine:
        if request.param == "all were elected again":
            with engine.begin() as connection:
                connection.execute(sa.text("UPDATE tenure SET ends = '2029-01-03' WHERE ends = '2027-01-03'"))
        yield engine


@pytest.fixture
def app(turned: Engine, tmp_path: Path, day: str) -> Iterator[Flask]:
    """The service at a moment, after its hourly job has run."""
    now = moment_of(day)
    with time_machine.travel(now, tick=False), copy_of(turned, tmp_path) as engine:
        close_bills.run(engine, Settings(), now=now)
        yield create_app(Settings(secret_key="k" * 40, geocoder_url=""), engine=engine)


def moment_of(day: str) -> datetime:
    return datetime.fromisoformat(MOMENTS[day][0]).replace(tzinfo=UTC)


def crawl(client: FlaskClient, lang: str) -> list[Page]:
    """The starting pages in one language, and those that they link to."""
    prefix = "/es" if lang == "es" else ""
    starts = [path if path.startswith(("/api", "/feeds")) else prefix + path for path in STARTS]
    found = {path: fetch(client, path) for path in starts}
    linked = {link for page in found.values() for link in page.links if ours(link, prefix)}
    return [*found.values(), *(fetch(client, link) for link in sorted(linked - found.keys()))]


def fetch(client: FlaskClient, path: str) -> Page:
    """A page under the address it is found at in the end."""
    with client.get(path, follow_redirects=True) as answer:
        readable = not answer.mimetype.startswith(("image/", "application/pdf"))
        return Page(answer.request.full_path, answer.status_code, answer.text if readable else "")


def ours(link: str, prefix: str) -> bool:
    """Whether a page is of this language, public and made for reading."""
    return link.startswith("/es") is bool(prefix) and not NOT_FOR_READING.search(link)


@pytest.mark.parametrize("day", MOMENTS)
def test_every_page_of_every_day(app: Flask, day: str) -> None:
    """No failure, no dead number without its Congress, nobody to call who does not sit."""
    pages = crawl(app.test_client(), MOMENTS[day][1])
    assert len(pages) > 50
    with db.reading(app.extensions["engine"]) as session:
        assert list(faults(session, pages, moment_of(day))) == []
