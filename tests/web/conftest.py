"""The service on the campaign of fixtures/, on a Saturday in June 2026."""

import os
import shutil
from collections.abc import Hashable, Iterator
from datetime import datetime
from functools import lru_cache

import copies
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from campaign import db
from campaign.app import create_app
from campaign.organizing.cache import ResultCache
from campaign.settings import Settings
from campaign.web.core import served

KEY = "a key for tests only, thirty-two long"


@pytest.fixture
def clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def module_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An empty database for what a module's tests look at and do not change."""
    template = request.getfixturevalue(f"{request.param}_template")
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(template, tmp_path_factory.mktemp('module'))}"
    else:
        url = copies.make_database(f"{request.module.__name__}_{os.getpid()}", template)
    engine = db.open_engine(url)
    yield engine
    engine.dispose()


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
