"""The service on the campaign of fixtures/, on a Saturday in June 2026."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from campaign.app import create_app
from campaign.settings import Settings

KEY = "a key for tests only, thirty-two long"


@pytest.fixture
def clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def app(snapshot_engine: Engine, clock: None) -> Flask:
    return create_app(Settings(secret_key=KEY, geocoder_url=""), engine=snapshot_engine)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
