"""The privacy page is true: every table has its statement, every promise its code."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel

from campaign import db
from campaign.accounts import sessions
from campaign.app import create_app
from campaign.mailing.edition import retention
from campaign.mailing.models import MailPolicy
from campaign.mailing.readers import subscribers
from campaign.outreach import outcomes
from campaign.settings import Settings
from campaign.web.public.privacy import Statement, statements
from jobs import housekeeping


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture
def said(app: Flask, snapshot_engine: Engine) -> list[Statement]:
    with app.test_request_context("/privacy"), Session(snapshot_engine) as session:
        return statements(session)


def test_every_table_is_told_of_once(said: list[Statement]) -> None:
    told = [table for one in said for table in one.tables]
    assert sorted(told) == sorted(SQLModel.metadata.tables)


@pytest.mark.parametrize("path", ["/privacy", "/es/privacy"])
def test_everything_told_is_on_the_page(
    app: Flask, client: FlaskClient, snapshot_engine: Engine, path: str
) -> None:
    page = words(client.get(path).text)
    with app.test_request_context(path), Session(snapshot_engine) as session:
        for one in statements(session):
            assert one.text in page
            assert one.until in page


def test_the_times_told_are_the_times_kept(said: list[Statement]) -> None:
    until = {table: one.until for one in said for table in one.tables}
    # Receipts go with the daily housekeeping after their day is over.
    assert (outcomes.RECEIPTS_KEPT.days, until["callreceipt"]) == (1, "Two days at most.")
    assert (housekeeping.RUNS_KEPT.days, until["jobrun"].startswith("90 days")) == (90, True)
    assert (housekeeping.WEBHOOKS_KEPT.days, "30 days" in until["webhookmessage"]) == (30, True)
    assert (subscribers.USED_KEPT.days, until["mailtoken"]) == (7, "A week after they are used or expire.")
    assert (subscribers.WEEK.days, until["attempt"]) == (7, "A week.")
    assert (subscribers.RETIRED_AFTER.days, "30 days" in until["subscriber"]) == (30, True)
    assert (retention.BODIES_KEPT.days, "one month" in until["delivery"]) == (30, True)
    assert (retention.ROWS_KEPT.days, "three months" in until["delivery"]) == (90, True)
    assert (sessions.LONGEST.days, "seven days" in until["usersession"]) == (7, True)
    assert (housekeeping.ACCESS_KEPT.days, "a week" in until["signinlink"]) == (7, True)


def test_an_internet_address_that_is_kept_is_told_of(sqlite_engine: Engine, clock: None) -> None:
    client = create_app(Settings(secret_key="x" * 40), engine=sqlite_engine).test_client()
    assert "internet address you signed up from" not in words(client.get("/privacy").text)
    with db.writing(sqlite_engine) as session:
        session.add(MailPolicy(keep_ip=True))
    client = create_app(Settings(secret_key="x" * 40), engine=sqlite_engine).test_client()
    assert "internet address you signed up from" in words(client.get("/privacy").text)


def test_no_reader_gets_a_cookie(app: Flask, client: FlaskClient) -> None:
    for rule in app.url_map.iter_rules():
        if (rule.endpoint.partition(".")[0]) in ("en", "es") and not rule.arguments:
            assert "Set-Cookie" not in client.get(rule.rule).headers, rule.rule
