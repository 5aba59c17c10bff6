"""The shipped campaign for all tests of these pages that only look."""

from collections.abc import Iterator
from pathlib import Path

import organizer_client
import pytest
from copies import copy_of
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine


@pytest.fixture(scope="session")
def desk_engine(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with copy_of(snapshot_template, tmp_path_factory.mktemp("desk")) as engine:
        yield engine


@pytest.fixture
def reader(desk_engine: Engine, clock: None) -> FlaskClient:
    """An organizer who changes nothing."""
    return organizer_client.reader(desk_engine)
