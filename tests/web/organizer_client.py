"""Signing in to the organizers' pages in tests, the way people do."""

import re

from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from campaign import db
from campaign.accounts import users

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def link(engine: Engine, role: str, email: str = "") -> str:
    with db.writing(engine) as session:
        return users.add(session, email or f"{role}@example.org", role, now=db.utcnow(), actor="test")[1]


def token(client: FlaskClient, page: str = "/organize/sign-in") -> str:
    found = TOKEN.search(client.get(page, follow_redirects=True).text)
    assert found
    return found[1]


def post(client: FlaskClient, path: str, page: str = "/organize/sign-in", /, **form: object) -> TestResponse:
    """Send a form with the token that the page would have carried."""
    return client.post(path, data={"csrf_token": token(client, page), **form})


def send(staff: FlaskClient, path: str, /, **form: object) -> TestResponse:
    """Send a form as somebody who is signed in, and look at where it leads."""
    response = post(staff, path, "/organize/account", **form)
    return staff.get(response.headers["Location"]) if response.status_code == 303 else response


def sign_in(client: FlaskClient, engine: Engine, role: str, email: str = "") -> FlaskClient:
    secret = link(engine, role, email)
    assert post(client, f"/organize/link/{secret}").status_code == 303
    return client
