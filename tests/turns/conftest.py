"""Sources, a relay and a service of a test's own."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from mailing.smtp_sink import Box, controller
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from standin import Standin, World, serve

from turns.service import Service  # isort: skip


@pytest.fixture
def congress() -> Iterator[Standin]:
    with serve(World(bills={})) as running:
        yield running


@pytest.fixture
def box() -> Iterator[Box]:
    found = Box()
    running = controller(found)
    running.start()
    found.port = running.port
    yield found
    running.stop()


@pytest.fixture
def serve_campaign(congress: Standin, box: Box) -> Callable[..., Service]:
    """A service on a database, from a moment on."""

    def start(engine: Engine, source: Callable[[datetime], None], at: datetime) -> Service:
        settings = congress.settings(
            secret_key=SecretStr("k" * 40),
            base_url="https://campaign.test-host.org",
            geocoder_url="",
            mail_from="Campaign <news@campaign-host.org>",
            postal_address="P.O. Box 123, Austin, TX 78701",
            smtp_url=SecretStr(f"smtp://127.0.0.1:{box.port}"),
        )
        return Service(engine, settings, box, source, at)

    return start
