"""The service on the campaign of fixtures/, on a Saturday in June 2026."""

from collections.abc import Hashable, Iterator
from datetime import datetime
from functools import lru_cache

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from campaign.app import create_app
from campaign.organizing.cache import ResultCache
from campaign.settings import Settings
from campaign.web.core import served

KEY = "a key for tests only, thirty-two long"


@pytest.fixture
def clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@lru_cache(1)
def computed(engine: Engine) -> tuple[ResultCache, dict[Hashable, object]]:
    """What apps of one database compute for their pages: for each anew it would be half of the first page."""
    return ResultCache(engine, served.MOST_COMPUTED), {}


@pytest.fixture
def app(snapshot_engine: Engine, clock: None) -> Flask:
    app = create_app(Settings(secret_key=KEY, geocoder_url=""), engine=snapshot_engine)
    app.extensions[served.COMPUTED], app.extensions["previews"] = computed(snapshot_engine)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
