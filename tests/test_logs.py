"""Logs carry ids and never a key."""

import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from campaign import logs


@pytest.fixture
def _own_logging() -> Iterator[None]:
    """The logging of other tests comes back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.usefixtures("_own_logging")
@pytest.mark.parametrize(
    "words",
    [
        "GET https://api.congress.gov/v3/bill?api_key=SEKRET&format=json",
        "headers {'X-Api-Key': 'SEKRET', 'Accept': '*/*'}",
        "X-Api-Key: SEKRET",
        "api-key = SEKRET",
        "postgresql+psycopg://campaign:SEKRET@host/db",
        "smtp://user:SEKRET@mail.example.org:587",
    ],
)
def test_s21_keys_are_redacted_from_every_line(capsys: pytest.CaptureFixture[str], words: str) -> None:
    logs.set_up("DEBUG")
    structlog.get_logger("ours").info(words, more=words, nested={"headers": [words]})
    logging.getLogger("a.library").warning("it said %s", words)
    try:
        raise ValueError(words)
    except ValueError:
        structlog.get_logger("ours").exception("broke")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("[redacted]") >= 5
    assert "SEKRET" not in printed.err


@pytest.mark.usefixtures("_own_logging")
def test_s21_a_value_named_like_a_key_is_redacted(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    structlog.get_logger("ours").info("started", congress_api_key="SEKRET", password="SEKRET", bills=3)
    line = capsys.readouterr().err
    assert "SEKRET" not in line
    assert "bills=3" in line


@pytest.mark.usefixtures("_own_logging")
def test_lines_carry_the_ids_of_their_job(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    with logs.log_context(job="poll_bills", slot="2026-06-20"):
        structlog.get_logger("ours").info("inside")
        logging.getLogger("a.library").warning("inside, too")
    structlog.get_logger("ours").info("outside")
    first, second, third = capsys.readouterr().err.splitlines()
    assert "job=poll_bills" in first
    assert "job=poll_bills" in second
    assert "job=" not in third


@pytest.mark.usefixtures("_own_logging")
def test_a_value_cannot_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    structlog.get_logger("ours").info("asked", what="x\nlevel=error event=forged", more="a\r\nb\x85c\u2028d")
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.usefixtures("_own_logging")
def test_libraries_that_write_addresses_are_quiet() -> None:
    logs.set_up("DEBUG")
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert not logging.getLogger("apscheduler.executors.default").isEnabledFor(logging.INFO)
    assert sys.stderr is not None
