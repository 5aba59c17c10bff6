"""A small Congress to read from, and a fetcher that does not wait between attempts."""

from collections.abc import Iterator
from typing import Any

import pytest
from standin import Standin, serve

from campaign.fetch import Fetcher, open_fetcher


@pytest.fixture
def source() -> Iterator[Standin]:
    with serve() as running:
        yield running


@pytest.fixture
def impatient(source: Standin) -> Iterator[Any]:
    """Makes fetchers for the small Congress; options are Fetcher's own."""
    opened: list[Fetcher] = []

    def make(**options: Any) -> Fetcher:
        waits = {"wait_initial": 0, "wait_max": 0, "wait_jitter": 0}
        opened.append(open_fetcher(source.settings(), **{**waits, **options}))
        return opened[-1]

    yield make
    for fetcher in opened:
        fetcher.__exit__()


@pytest.fixture
def fetcher(impatient: Any) -> Fetcher:
    return impatient()
