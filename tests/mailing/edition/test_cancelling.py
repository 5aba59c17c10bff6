"""An approved edition that is cancelled: who has it keeps it, nobody else gets it, no row is left waiting."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from campaign import db
from campaign.accounts import audit
from campaign.cli import main
from campaign.mailing import queue
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.edition import building, lifecycle, mending
from campaign.mailing.models import Delivery, Edition
from campaign.outreach.bilingual import Text
from campaign.refusals import Refused
from campaign.settings import Settings

from mondays import CAMPAIGN, MONDAY, Clock  # isort: skip
from smtp_sink import Box  # isort: skip

Make = Callable[..., Any]
FIVE = [f"r{place}@readers-host.org" for place in range(5)]


def test_e15_who_has_it_keeps_it_and_nobody_else_gets_it(
    engine: Engine, readers: Make, published: Make, states: Make, outbox: Make, box: Box, edition_row: Make
) -> None:
    readers(*FIVE)
    edition = published()
    deliver(outbox(stopping=lambda: len(box.messages) >= 2))
    assert lifecycle.cancel(engine, edition, why=Text("wrong week", "otra semana"), now=MONDAY) == 3
    assert sorted(states().values()) == ["failed"] * 3 + ["sent"] * 2
    assert deliver(outbox()).counts == {}
    assert len(box.messages) == 2
    row = edition_row(edition)
    assert (row.state, row.problem, row.problem_es) == ("stopped", "wrong week", "otra semana")
    assert row.finished_at == MONDAY


@pytest.mark.parametrize("held", [False, True])
def test_e15_what_another_worker_holds_is_not_begun(
    engine: Engine, readers: Make, published: Make, clock: Clock, states: Make, held: bool
) -> None:
    readers(*FIVE)
    edition = published()
    claimed = queue.claim(engine, owner="other", now=clock(), most=5).claimed
    if held:
        lifecycle.pause(engine, edition, why=Text("look", "look"))
    assert lifecycle.cancel(engine, edition, why=Text("wrong", "wrong"), now=clock()) == 5
    with engine.execution_options(writes=True).begin() as connection:
        assert [queue.begin(connection, row, owner="other", now=clock()) for row in claimed] == [False] * 5
    assert set(states().values()) == {"failed"}


@pytest.mark.parametrize("resend", [False, True])
def test_e15_a_copy_in_flight_ends_as_what_it_is(
    engine: Engine, readers: Make, published: Make, clock: Clock, states: Make, rules: Make, resend: bool
) -> None:
    readers(*FIVE[:3])
    edition = published(resend_unknown=resend)
    rows = queue.claim(engine, owner="a", now=clock(), most=3).claimed
    with engine.execution_options(writes=True).begin() as connection:
        for row in rows:
            queue.begin(connection, row, owner="a", now=clock())
    assert lifecycle.cancel(engine, edition, why=Text("wrong", "wrong"), now=clock()) == 0
    with engine.execution_options(writes=True).begin() as connection:
        queue.end(connection, queue.Ended(rows[0], queue.Verdict("sent"), clock()), owner="a")
        queue.end(connection, queue.Ended(rows[1], queue.Verdict("deferred", "451 later"), clock()), owner="a")
    clock.sleep(queue.LEASE.total_seconds() + 1)
    assert queue.sweep(engine, now=clock()) == 1
    assert [states()[name] for name in FIVE[:3]] == ["sent", "failed", "unknown"]
    assert queue.resend_unknown(engine, edition, now=clock()) == 0
    assert states()[FIVE[2]] == "unknown"


@pytest.mark.parametrize("state", ["building", "draft", "done", "stopped", "quiet"])
def test_only_what_is_being_sent_or_paused_is_cancelled(
    engine: Engine, readers: Make, published: Make, states: Make, edition_row: Make, state: str
) -> None:
    readers("a@readers-host.org")
    edition = published()
    with db.writing(engine) as session:
        session.get_one(Edition, edition).state = state
    with pytest.raises(Refused) as refusal:
        lifecycle.cancel(engine, edition, why=Text("wrong", "wrong"), now=MONDAY)
    assert (refusal.value.status, edition_row(edition).state) == (409, state)
    assert states() == {"a@readers-host.org": "pending"}
    with pytest.raises(Refused) as missing:
        lifecycle.cancel(engine, edition + 1, why=Text("wrong", "wrong"), now=MONDAY)
    assert missing.value.status == 404


def test_an_edition_that_is_mended_and_cancelled_at_once_keeps_no_row_waiting(
    engine: Engine, readers: Make, published: Make
) -> None:
    readers(*FIVE)
    edition = published()
    with db.writing(engine) as session:
        session.execute(sa.delete(Delivery))
    threads = [
        threading.Thread(target=mending.mend, args=(engine,), kwargs={"now": MONDAY}),
        threading.Thread(
            target=lifecycle.cancel, args=(engine, edition), kwargs={"why": Text("wrong", "mal"), "now": MONDAY}
        ),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading(engine) as session:
        waiting = select(Delivery).where(col(Delivery.state) == "pending")
        assert session.exec(waiting).all() == []


def test_the_next_edition_tells_the_news_of_a_cancelled_one(
    engine: Engine, settings: Settings, readers: Make, built: Make, edition_row: Make
) -> None:
    readers("a@readers-host.org")
    first = built()
    lifecycle.cancel(engine, first, why=Text("wrong", "wrong"), now=MONDAY)
    later = building.build(engine, settings, CAMPAIGN, now=MONDAY + timedelta(days=7))
    assert edition_row(later.edition).since_seq == edition_row(first).since_seq


# --- by command ---


def command(engine: Engine, *words: str, **env: str) -> Result:
    url = engine.url.render_as_string(hide_password=False)
    plain = {"CAMPAIGN_DATABASE_URL": url, "LANG": "en_US.UTF-8", "LC_ALL": None, "LC_MESSAGES": None}
    return CliRunner().invoke(main, ["digest", *words], env={**plain, **env})


def test_the_command_cancels_the_newest_edition_and_says_the_numbers(
    engine: Engine, readers: Make, published: Make, outbox: Make, box: Box, edition_row: Make
) -> None:
    readers(*FIVE)
    edition = published()
    deliver(outbox(stopping=lambda: len(box.messages) >= 2))
    result = command(engine, "cancel")
    assert (result.exit_code, result.stdout) == (0, "2 copies were sent; 3 will not be.\n")
    assert edition_row(edition).state == "stopped"
    with db.reading(engine) as session:
        entry = audit.entries(session)[0]
    assert (entry.act, entry.object, entry.detail) == ("digest cancelled", "2026-W26", {"copies": 3})
    again = command(engine, "cancel", LANG="es_MX.UTF-8")
    assert (again.exit_code, again.stderr) == (2, "El estado de la edición 2026-W26 es «detenida».\n")


def test_the_command_answers_with_the_status_of_the_week_that_was_named(
    engine: Engine, readers: Make, published: Make
) -> None:
    readers(*FIVE)
    published()
    published("2026-W27", now=MONDAY + timedelta(days=7))
    result = command(engine, "cancel", "--period", "2026-W26", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["edition"], found["state"], found["failed"], found["sent"]) == ("2026-W26", "stopped", 5, 0)
