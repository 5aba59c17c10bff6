"""Commands of the program in processes of their own, killed at random moments; what a loop of them found.

They are forked from a server that has the program loaded, as a start of Python costs a second.
"""

import functools
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Engine

from benchmarks.mail import PROCESSES, settings_for
from campaign import db
from campaign.cli.context import REFUSED

# With all that the main module loads, which each process would load anew: a kill is to meet work, not a start.
PROCESSES.set_forkserver_preload(
    [
        "benchmarks.kills.__main__",
        "campaign.backup",
        "campaign.cli",
        "campaign.mailing.readers.csv_lists",
        "campaign.snapshot",
        "jobs.worker",
        "benchmarks.kills.ready",
    ]
)
Commands = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Result:
    """What the kills of one job on one engine cost; ``more`` is what else there is to tell."""

    job: str
    engine: str
    kills: int
    lost: int
    excess: int
    more: str = ""

    @property
    def holds(self) -> bool:
        return not (self.lost or self.excess)


def address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def environment(engine: Engine, port: int = 25) -> dict[str, str]:
    """The settings of the commands: those of the benchmark of mail, whose relay listens at ``port``."""
    settings = settings_for(address(engine), port)
    return {
        "CAMPAIGN_DATABASE_URL": settings.database_url,
        "CAMPAIGN_SECRET_KEY": settings.secret_key.get_secret_value(),
        "CAMPAIGN_BASE_URL": settings.base_url,
        "CAMPAIGN_MAIL_FROM": settings.mail_from,
        "CAMPAIGN_POSTAL_ADDRESS": settings.postal_address,
        "CAMPAIGN_SMTP_URL": settings.smtp_url.get_secret_value(),
        "CAMPAIGN_LOG_LEVEL": "ERROR",
    }


class Running:
    """``campaign`` with some words, one command after the other, at a moment of their own if one is given."""

    def __init__(
        self, commands: Commands, environment: Mapping[str, str], *, at: datetime | None = None
    ) -> None:
        _start_server()
        self._began = time.monotonic()
        self.process = PROCESSES.Process(target=_execute, args=(commands, dict(environment), at))
        self.process.start()

    def kill(self) -> bool:
        """Whether it was at work still."""
        self.process.kill()
        self.process.join()
        return self.process.exitcode == -signal.SIGKILL

    def kill_after(self, seconds: float) -> bool:
        self.process.join(seconds)
        return self.kill()

    def finish(self) -> float:
        """Let it end by itself; the seconds that it took."""
        self.process.join()
        if self.process.exitcode:
            raise SystemExit(f"a command ended with {self.process.exitcode}")
        return time.monotonic() - self._began


@functools.cache
def _start_server() -> None:
    """Wait until the fork server has loaded the program, which the first command would seem to take."""
    first = PROCESSES.Process(target=os._exit, args=(0,))
    first.start()
    first.join()


def kill_some(start: Callable[[], Running], chance: random.Random, kills: int, seconds: float) -> int:
    """Start it anew and kill it within ``seconds``, until it was killed so often or has ended; how often."""
    for done in range(kills):
        if not start().kill_after(chance.uniform(0, seconds)):
            return done
    return kills


def _execute(commands: Commands, environment: dict[str, str], at: datetime | None) -> None:
    os.environ.update(environment)
    # What a command says is not asked for; a traceback is.
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere), _clock(at):
        for words in commands:
            _command(words)
    # As a command does: the threads and the tidying of the fork server are not its own.
    os._exit(0)


@contextmanager
def _clock(at: datetime | None) -> Iterator[None]:
    if at is None:
        yield
    else:
        with db.clock_at(at):
            yield


def _command(words: Sequence[str]) -> None:
    from campaign.cli import main

    try:
        main(list(words), standalone_mode=False)
    except SystemExit as ended:
        # What was done in part is judged by what it left.
        if ended.code == REFUSED:
            raise
