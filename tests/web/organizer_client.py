"""Signing in to the organizers' pages in tests, the way people do."""

import re
import secrets

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from campaign import db
from campaign.accounts import users

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


def sign_in(client: FlaskClient, engine: Engine, role: str, email: str = "") -> FlaskClient:
    secret = link(engine, role, email)
    assert post(client, f"/organize/link/{secret}").status_code == 303
    return client
