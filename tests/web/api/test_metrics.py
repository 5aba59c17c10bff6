"""What Prometheus scrapes, on both databases, and the board that shows it."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from organizer_client import send, sign_in
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.engine import Engine

from campaign import db
from campaign.app import create_app
from campaign.calendar.models import CalendarSource
from campaign.congress.models import Tracking
from campaign.mailing.models import Delivery, Subscriber
from campaign.runs import JobRun, Lease
from campaign.settings import Settings

BOARD = Path(__file__).resolve().parents[3] / "docs" / "grafana.json"


@pytest.fixture
def staff(loaded_engine: Engine, clock: None) -> FlaskClient:
    app = create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=loaded_engine)
    return sign_in(app.test_client(), loaded_engine, "organizer")


@pytest.fixture
def bearer(staff: FlaskClient) -> dict[str, str]:
    shown = send(staff, "/organize/account/tokens", token_name="Prometheus").text
    return {"Authorization": f"Bearer {re.findall(r'<code>(campaign_[^<]+)</code>', shown)[0]}"}


def scraped(staff: FlaskClient, bearer: dict[str, str]) -> dict[str, float]:
    answer = staff.get("/metrics", headers=bearer)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    samples = (sample for family in text_string_to_metric_families(answer.text) for sample in family.samples)
    return {"/".join((sample.name, *sample.labels.values())): sample.value for sample in samples}


def test_gauges_say_what_is_stored(
    staff: FlaskClient, bearer: dict[str, str], loaded_engine: Engine, now: datetime
) -> None:
    hour = now - timedelta(hours=1)
    with db.writing(loaded_engine) as session:
        session.get_one(Tracking, "hr6736-119").problem = "unreachable"
        session.add(JobRun(job="poll_bills", slot=hour, started=hour, finished=now, status="done"))
        session.add(JobRun(job="poll_bills", slot=now, started=now))
        session.merge(Lease(name="worker", owner="one", ends=now + timedelta(seconds=30)))
        session.merge(CalendarSource(name="house_floor", attempted_at=now, good_at=hour))
        for number, state in enumerate(("confirmed", "confirmed", "stopped")):
            reader = {"email": f"{number}@example.org", "key": str(number), "created": now, "state": state}
            session.add(Subscriber(campaign="us-guns-abroad", **reader))
        for state, due in (("pending", hour), ("sent", hour)):
            session.add(Delivery(kind="confirm", address="a@example.org", state=state, due=due, expires=now))
    found = scraped(staff, bearer)
    assert found["campaign_bills/yes"] == 1
    assert found["campaign_bills/no"] == 8
    assert found["campaign_job_finished_timestamp_seconds/poll_bills"] == now.timestamp()
    assert found["campaign_leader_lease_end_timestamp_seconds/worker"] == now.timestamp() + 30
    assert found["campaign_calendar_read_timestamp_seconds/house_floor"] == hour.timestamp()
    assert (found["campaign_readers/confirmed"], found["campaign_readers/stopped"]) == (2, 1)
    assert found["campaign_mail_waiting/pending"] == 1
    assert "campaign_mail_waiting/sent" not in found
    assert (found["campaign_mail_stuck"], found["campaign_record_stale"]) == (1, 1)
    assert found["campaign_calls_reported"] == 0


def test_a_new_installation_has_gauges_too(engine: Engine, clock: None) -> None:
    staff = create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=engine).test_client()
    sign_in(staff, engine, "admin")
    shown = send(staff, "/organize/account/tokens", token_name="Prometheus").text
    token = re.findall(r"<code>(campaign_[^<]+)</code>", shown)[0]
    found = scraped(staff, {"Authorization": f"Bearer {token}"})
    assert found["campaign_record_whole_timestamp_seconds"] == 0


def test_nobody_without_a_token_reads_them(engine: Engine, clock: None) -> None:
    staff = create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=engine).test_client()
    sign_in(staff, engine, "organizer")
    assert staff.get("/metrics").status_code == 401
    assert staff.get("/metrics", headers={"Authorization": "Bearer campaign_x"}).status_code == 401


def test_the_board_shows_gauges_that_there_are(staff: FlaskClient, bearer: dict[str, str]) -> None:
    answer = staff.get("/metrics", headers=bearer).text
    known = set(re.findall(r"^# TYPE (campaign_\w+)", answer, re.MULTILINE))
    panels = json.loads(BOARD.read_text())["panels"]
    asked = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"campaign_\w+", target["expr"])
    }
    assert asked
    assert asked <= known
