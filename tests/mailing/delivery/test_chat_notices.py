"""Notices in the organizers' chat: one message in Slack's shape, tried for a day, and never posted twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug import Request, Response

from campaign import db
from campaign.mailing import notices
from campaign.mailing.delivery import chat_notices
from campaign.mailing.models import Delivery
from campaign.settings import Settings

from mondays import MONDAY  # isort: skip

Make = Callable[..., Any]
BUILT = {"period": "2026-W26", "recipients": 1234}


def tell(engine: Engine, rules: Make, address: str, **chosen: str) -> None:
    rules(notify_webhook=address, **chosen)
    with db.writing(engine) as session:
        notices.notify(session, "built", BUILT, now=MONDAY)


def hook(engine: Engine) -> Delivery:
    with db.reading(engine) as session:
        return session.exec(select(Delivery).where(Delivery.kind == "hook")).one()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "*The digest of 2026-W26 waits for your approval*\n"
            "It is for 1234 readers. Check it, then approve it.",
        ),
        (
            "es",
            "*El boletín de 2026-W26 espera su aprobación*\nEs para 1234 lectores. Véalo y después apruébelo.",
        ),
    ],
)
def test_a_notice_is_one_message_in_slacks_shape(
    engine: Engine, settings: Settings, rules: Make, httpserver: HTTPServer, language: str, text: str
) -> None:
    httpserver.expect_ordered_request("/hook", method="POST", json={"text": text}).respond_with_data("ok")
    tell(engine, rules, httpserver.url_for("/hook"), notify_language=language)
    assert chat_notices.post(engine, settings, now=MONDAY) == 1
    httpserver.check_assertions()
    assert (hook(engine).state, hook(engine).ended_at) == ("sent", MONDAY)
    # An ordered request that comes again would be answered with 500, and nothing is left to post.
    assert chat_notices.post(engine, settings, now=MONDAY) == 0
    assert len(httpserver.log) == 1


def test_a_chat_that_is_down_is_tried_for_a_day_and_then_given_up(
    engine: Engine, settings: Settings, rules: Make, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("no", status=503)
    tell(engine, rules, httpserver.url_for("/hook"))
    assert chat_notices.post(engine, settings, now=MONDAY) == 0
    assert (hook(engine).state, hook(engine).reply) == ("pending", "answered 503")
    chat_notices.post(engine, settings, now=MONDAY + timedelta(hours=25))
    assert hook(engine).state == "failed"
    tried = len(httpserver.log)
    assert chat_notices.post(engine, settings, now=MONDAY + timedelta(hours=26)) == 0
    assert len(httpserver.log) == tried


def test_a_chat_that_cannot_be_reached_says_so_without_the_secret_in_its_address(
    engine: Engine, settings: Settings, rules: Make
) -> None:
    tell(engine, rules, "http://127.0.0.1:9/services/T0/SECRET")
    assert chat_notices.post(engine, settings, now=MONDAY) == 0
    words = hook(engine).reply
    assert "127.0.0.1" in words
    assert "SECRET" not in words


def test_a_redirect_is_not_followed(
    engine: Engine, settings: Settings, rules: Make, httpserver: HTTPServer
) -> None:
    seen: list[str] = []

    def elsewhere(request: Request) -> Response:
        seen.append(request.path)
        return Response("", 302, {"Location": httpserver.url_for("/other")})

    httpserver.expect_request("/hook").respond_with_handler(elsewhere)
    httpserver.expect_request("/other").respond_with_handler(elsewhere)
    tell(engine, rules, httpserver.url_for("/hook"))
    assert chat_notices.post(engine, settings, now=MONDAY) == 0
    assert (seen, hook(engine).reply) == (["/hook"], "answered 302")


def test_nobody_is_told_where_nobody_asked(engine: Engine, settings: Settings, rules: Make) -> None:
    tell(engine, rules, "")
    with db.reading(engine) as session:
        assert session.exec(select(Delivery)).all() == []
