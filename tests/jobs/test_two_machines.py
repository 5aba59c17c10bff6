"""Two workers on one PostgreSQL server: one leads on, whatever becomes of the other's machine.

A cut cable needs a second network: a namespace of this machine, for which the test must be root. The long loop,
with two machines behind cables: ``make cuts``.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from benchmarks.cuts.machine import Machine, started
from benchmarks.cuts.network import Cable, NoNetwork, another_network, forwarded
from campaign import db
from campaign.runs import LeaderLock

SECONDS = 3


@pytest.fixture
def leader(request: pytest.FixtureRequest, postgres_engine: Engine) -> Iterator[tuple[Machine, Cable | None]]:
    """A machine that leads, in this network or behind a cable."""
    url, cable = postgres_engine.url, None
    with ExitStack() as stack:
        if request.param == "cut":
            cable = _cable(stack)
            server = (url.host or "127.0.0.1", url.port or 5432)
            port = stack.enter_context(forwarded(cable.host, server))
            limits = {"connect_timeout": "2", "tcp_user_timeout": "1500", "keepalives_idle": "1"}
            url = url.set(host=cable.host, port=port).update_query_dict(limits)
        machine = stack.enter_context(started(url, SECONDS, network=cable.network if cable else ""))
        while machine.standing() == "waits":
            pass
        yield machine, cable


def _cable(stack: ExitStack) -> Cable:
    try:
        return stack.enter_context(another_network())
    except NoNetwork as reason:
        pytest.skip(str(reason))


def lose(machine: Machine, cable: Cable | None, how: str) -> None:
    if cable:
        cable.cut()
    else:
        machine.process.send_signal({"killed": signal.SIGKILL, "slow": signal.SIGSTOP}[how])


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("leader", "how"), [(how, how) for how in ("killed", "slow", "cut")], indirect=["leader"]
)
def test_another_machine_leads_when_the_leaders_is_lost(
    postgres_engine: Engine, leader: tuple[Machine, Cable | None], how: str
) -> None:
    machine, cable = leader
    heir = LeaderLock(postgres_engine, "heir", seconds=SECONDS)
    assert not heir.acquire(db.utcnow())
    with postgres_engine.connect() as connection:
        lost_at = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    lose(machine, cable, how)
    while not heir.acquire(db.utcnow()):
        threading.Event().wait(0.05)
    with postgres_engine.connect() as connection:
        passed = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one() - lost_at
    # As soon as the lease of the lost one has run out: the database's clock says so.
    assert passed <= timedelta(seconds=SECONDS + 10)
    if how == "cut":
        # It knows by its own clock, without an answer from the database.
        assert machine.standing() == "waits"
    if how == "slow":
        machine.process.send_signal(signal.SIGCONT)
        assert machine.standing() == "waits"
        assert heir.is_held(db.utcnow())
    heir.release()
