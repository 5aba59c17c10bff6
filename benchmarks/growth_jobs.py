"""Each job as growth measures it: one pass over what waits, and back to as it was."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col

from benchmarks.growth_clock import Clock
from benchmarks.growth_rows import BILL, CAMPAIGN, PETITION
from campaign import db
from campaign.actions import editing
from campaign.actions.signatures import Entry
from campaign.mailing import queue, signing, watchdog
from campaign.mailing.addresses import Keys
from campaign.mailing.delivery import chat_notices
from campaign.mailing.delivery.sending import Outbox, deliver
from campaign.mailing.edition import building, lifecycle, mending
from campaign.mailing.message import Envelope
from campaign.mailing.models import Edition, MailPolicy
from campaign.mailing.readers import subscribers
from campaign.mailing.readers.subscribers import Asked, Wish
from campaign.mailing.returned import bounces
from campaign.mailing.transport import Verdict
from campaign.outreach import outcomes
from campaign.outreach.bilingual import Text
from campaign.outreach.outcomes import Report
from campaign.settings import Settings
from jobs import (
    ask_places,
    build_editions,
    deliver_webhooks,
    housekeeping,
    remind_organizers,
    remind_pledges,
)

SENT: Final = 50
# A member whom calls are reported of.
MEMBER: Final = "C001091"
Look = Callable[[], float]
_numbers = count(1)


@dataclass(frozen=True)
class World:
    """The database at hand, and the moment that its rows were made for."""

    engine: Engine
    settings: Settings
    now: datetime
    clock: Clock

    def timed(self, act: Callable[[], Any]) -> "Look":
        def look() -> float:
            self.clock.start()
            act()
            return self.clock.stop()

        return look

    def once(self, act: Callable[[], Any]) -> "Look":
        """For what can be done once: every further look tells what the first one took."""
        took: list[float] = []

        def look() -> float:
            took[:] = took or [self.timed(act)()]
            return took[0]

        return look


class Taking:
    """A relay that takes everything at once."""

    def __init__(self) -> None:
        self.taken = 0

    def send(self, _envelope: Envelope) -> Verdict:
        self.taken += 1
        return Verdict("sent", "250 Ok")

    def close(self) -> None:
        pass


def jobs(world: World) -> Iterator[tuple[str, Look]]:
    """Name and look of each job; the edition that the first ones publish is ended by the last."""
    engine, settings, now = world.engine, world.settings, world.now
    timed, once = world.timed, world.once
    with db.writing(engine) as session:
        session.merge(MailPolicy(quiet_week="note", per_second=0))
    begun: list[int] = []
    yield "jobs: build a digest for all readers", once(lambda: begun.append(_build(world)))
    yield "jobs: publish it", once(lambda: lifecycle.publish(engine, settings, begun[0], by="bench", now=now))
    yield f"sending: {SENT} messages from claim to verdict", lambda: _send(world, begun[0])
    yield "sending: claim and give back", timed(lambda: _claim(world))
    yield "sending: sweep", timed(lambda: queue.sweep(engine, now=now))
    yield "sending: renew leases", timed(lambda: queue.renew(engine, owner="bench", now=now))
    yield "sending: watchdog", timed(lambda: watchdog.watch(engine, now=now))
    yield "sending: notices for the chat", timed(lambda: chat_notices.post(engine, settings, now=now))
    yield "sending: a returned mail", timed(lambda: _bounce(world))
    yield "jobs: find readers without a copy", timed(lambda: mending.mend(engine, now=now))
    why = Text("no longer needed", "ya no hace falta")
    yield "jobs: cancel the edition", once(lambda: lifecycle.cancel(engine, begun[0], why=why, now=now))
    _forget(engine, begun[0])
    yield from _of_forms(world)
    for job in (ask_places, build_editions, deliver_webhooks, housekeeping, remind_organizers, remind_pledges):
        name = job.__name__.removeprefix("jobs.")
        run = build_editions.run_alerts if job is build_editions else job.run
        yield f"jobs: {name}", timed(lambda run=run: run(engine, settings, now=now, stopping=lambda: False))


def _of_forms(world: World) -> Iterator[tuple[str, Look]]:
    timed = world.timed
    yield "public: POST a sign-up", timed(lambda: _sign_up(world))
    yield "public: POST a signature", timed(lambda: _sign(world))
    yield "public: POST the report of a call", timed(lambda: _report(world))


def _build(world: World) -> int:
    return building.build(world.engine, world.settings, CAMPAIGN, now=world.now).edition


def _forget(engine: Engine, edition: int) -> None:
    """Let the week be built again at the next size."""
    period = f"{1980 - edition // 50}-W{edition % 50 + 1:02}"
    with db.writing(engine) as session:
        session.execute(sa.update(Edition).where(col(Edition.id) == edition).values(period=period))


def _send(world: World, edition: int) -> float:
    relay = Taking()
    outbox = Outbox(
        world.engine,
        world.settings,
        clock=lambda: world.now,
        transport=lambda _settings: relay,
        stopping=lambda: relay.taken >= SENT,
    )
    took = world.timed(lambda: deliver(outbox))()
    assert relay.taken == SENT
    return took


def _claim(world: World) -> None:
    batch = queue.claim(world.engine, owner="bench", now=world.now, most=SENT)
    assert len(batch.claimed) == SENT
    queue.release(world.engine, batch.claimed, owner="bench")


def _bounce(world: World) -> None:
    finding = bounces.Finding("soft", number=1 + next(_numbers), words="450 later")
    with db.writing(world.engine) as session:
        bounces.record(session, finding, f"bench-{next(_numbers)}", now=world.now)


def _sign_up(world: World) -> None:
    asked = Asked("/subscribe")
    address = f"new{next(_numbers)}@readers-host.org"
    with db.writing(world.engine) as session:
        subscribers.ask(session, Keys(world.settings), CAMPAIGN, address, Wish(), asked, now=world.now)


def _sign(world: World) -> None:
    address, entry = f"new{next(_numbers)}@readers-host.org", Entry("Maria")
    with db.writing(world.engine) as session:
        action = editing.find(session, CAMPAIGN, PETITION)
        signing.sign(session, Keys(world.settings), action, address, entry, ip="", now=world.now)


def _report(world: World) -> None:
    report = Report(BILL, MEMBER, "washington", "voicemail")
    with db.writing(world.engine) as session:
        outcomes.record(session, report, f"bench{next(_numbers)}", now=world.now, today=world.now.date())
        outcomes.published(session, about=[CAMPAIGN])
