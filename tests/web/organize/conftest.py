"""The shipped campaign for all tests of these pages that only look."""

from collections.abc import Iterator
from pathlib import Path

import organizer_client
import pytest
import sqlalchemy as sa
from copies import copy_of
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlmodel import delete

from campaign import db
from campaign.congress.models import Tenure

STATES = ("CA", "NJ", "NY", "TX")


@pytest.fixture(scope="session")
def desk_engine(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with copy_of(snapshot_template, tmp_path_factory.mktemp("desk")) as engine:
        yield engine


@pytest.fixture(scope="session")
def small_congress(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The shipped campaign in a Congress of four states, for tests to which it is the same how many sit."""
    with copy_of(snapshot_template, tmp_path_factory.mktemp("small")) as engine:
        with db.writing(engine) as session:
            session.execute(delete(Tenure).where(sa.func.substr(Tenure.seat, 1, 2).not_in(STATES)))
        yield engine


@pytest.fixture
def reader(desk_engine: Engine, clock: None) -> FlaskClient:
    """An organizer who changes nothing."""
    return organizer_client.reader(desk_engine)
