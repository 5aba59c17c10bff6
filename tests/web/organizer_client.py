"""Signing in to the organizers' pages in tests, and sending their forms."""

import re
import secrets
from functools import lru_cache

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from campaign import db
from campaign.accounts import sessions, users
from campaign.accounts.models import User
from campaign.app import create_app
from campaign.settings import Settings
from campaign.web.organize import access

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def link(engine: Engine, role: str, email: str = "") -> str:
    with db.writing(engine) as session:
        return users.add(session, email or f"{role}@example.org", role, now=db.utcnow(), actor="test")[1]


def token(client: FlaskClient, page: str = "") -> str:
    """The token that forms of this session carry: that of a ``page``, else a new one as Flask-WTF signs it.

    To render a page for each form that a test sends was a tenth of the tests of the organizers' pages.
    """
    if page:
        found = TOKEN.search(client.get(page, follow_redirects=True).text)
        assert found
        return found[1]
    with client.session_transaction() as session:
        secret = session.setdefault("csrf_token", secrets.token_hex())
    return URLSafeTimedSerializer(client.application.secret_key, salt="wtf-csrf-token").dumps(secret)


def post(client: FlaskClient, path: str, page: str = "", /, **form: object) -> TestResponse:
    """Send a form with its token; with that of a ``page`` where one is named."""
    return client.post(path, data={"csrf_token": token(client, page), **form})


def send(staff: FlaskClient, path: str, /, **form: object) -> TestResponse:
    """Send a form as somebody who is signed in, and look at where it leads."""
    response = post(staff, path, **form)
    return staff.get(response.headers["Location"]) if response.status_code == 303 else response


def come_in(client: FlaskClient, engine: Engine, role: str, email: str = "") -> FlaskClient:
    """Sign in by a link, as people do."""
    secret = link(engine, role, email)
    assert post(client, f"/organize/link/{secret}").status_code == 303
    return client


def sign_in(client: FlaskClient, engine: Engine, role: str, email: str = "") -> FlaskClient:
    """Begin a session without the page and the limits of the sign-in, which would be a fifth of many a test."""
    address, now = email or f"{role}@example.org", db.utcnow()
    with db.writing(engine) as session:
        user = users.by_email(session, address) or User(email=address, role=role, created_at=now)
        session.add(user)
        session.flush()
        secret = sessions.begin(session, user, now=now)
    client.set_cookie(*access.cookie_of(client.application, secret))
    return client


@lru_cache(8)
def shared_app(engine: Engine) -> Flask:
    """The one app of all tests that only look at a database: its first page takes as long as three others."""
    return create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=engine)


def reader(engine: Engine, role: str = "organizer") -> FlaskClient:
    """Somebody who is signed in there."""
    return sign_in(shared_app(engine).test_client(), engine, role)
