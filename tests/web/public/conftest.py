"""One service for all tests of a module that only read: to build one takes as long as ten pages."""

import pytest
from flask import Flask
from sqlalchemy.engine import Engine

from campaign.app import create_app
from campaign.settings import Settings


@pytest.fixture(scope="module")
def shared_app(snapshot_engine: Engine) -> Flask:
    return create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=snapshot_engine)


@pytest.fixture
def app(shared_app: Flask, clock: None) -> Flask:
    return shared_app
