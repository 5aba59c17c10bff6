"""A small Congress to poll, and a fetcher that does not wait between attempts."""

from collections.abc import Iterator

import pytest
from standin import Standin, serve

from campaign.fetch import Fetcher


@pytest.fixture
def source() -> Iterator[Standin]:
    with serve() as running:
        yield running


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(user_agent="campaign tests", wait_initial=0, wait_max=0, wait_jitter=0) as opened:
        yield opened
