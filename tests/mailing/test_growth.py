"""Nothing on the way of a message depends on how long the tables are: every statement of it is explained.

The statements are noted while the way is gone, between tables that use has filled; a new one needs no list.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import copies
import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from benchmarks import growth_rows
from campaign import db
from campaign.mailing import notices, queue, relay_limits, signing, watchdog
from campaign.mailing.addresses import Keys
from campaign.mailing.delivery import chat_notices
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.edition import building, lifecycle, mending, retention
from campaign.mailing.models import Delivery, Edition
from campaign.mailing.readers import subscribers
from campaign.mailing.readers.subscribers import Asked, Wish
from campaign.mailing.returned import bounces
from campaign.mailing.transport import Verdict
from campaign.settings import Settings
from campaign.webhooks import delivery as webhooks
from jobs.deliver_mail import Runs

from mondays import CAMPAIGN, MONDAY, Clock, addresses  # isort: skip

Make = Callable[..., Any]
ROWS, MANY = 20_000, 1_000
# Indexes of few rows: what is held, what waits alone, what is in doubt.
MENDING = re.compile(r"INSERT INTO delivery .*\bSELECT .*\bFROM subscriber\b", re.DOTALL)
FEW = re.compile("ix_(delivery_(leased|hook|answer|single|unknown)|webhookmessage_open)")


@pytest.fixture
def filled_sqlite(snapshot_template: Path, tmp_path: Path) -> Iterator[Engine]:
    def make(path: Path) -> None:
        shutil.copyfile(snapshot_template, path)
        engine = db.open_engine(f"sqlite:///{path}")
        _fill(engine)
        db.tidy(engine)
        engine.dispose()

    with copies.copy_of(copies.once("growth.db", make), tmp_path) as engine:
        yield engine


@pytest.fixture
def filled_postgres(postgres_snapshot_template: str) -> Iterator[Engine]:
    template = copies.postgres_template("growth", _fill, postgres_snapshot_template)
    with copies.postgres_copy_of(template) as engine:
        growth_rows.plan_alone(engine)
        yield engine


FILLED = ["filled_sqlite", pytest.param("filled_postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=FILLED, ids=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Tables that use has filled, with an edition that is paused before most of its copies."""
    found: Engine = request.getfixturevalue(request.param)
    return found


def _fill(engine: Engine) -> None:
    growth_rows.prepare(engine, MONDAY)
    growth_rows.add(engine, 0, ROWS, now=MONDAY)
    with db.writing(engine) as session:
        first = session.exec(select(sa.func.min(Edition.id))).one()
        waiting = sa.update(Delivery).where(col(Delivery.edition) == first)
        session.execute(waiting.values(state="pending", ended_at=None))
        session.execute(sa.update(Edition).where(col(Edition.id) == first).values(state="paused"))
    growth_rows.settle(engine)


def long_tables(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        count = sa.func.count()
        names = sa.inspect(engine).get_table_names()
        return {
            name
            for name in names
            if (connection.execute(sa.select(count).select_from(sa.table(name))).scalar() or 0) > MANY
        }


@contextmanager
def explained(engine: Engine) -> Iterator[dict[str, str]]:
    """Every statement that is executed meanwhile, with its plan at that moment."""
    plans: dict[str, str] = {}

    def note(_c: Any, cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")):
            plans[statement] = _plan(cursor, statement, given[0] if isinstance(given, list) else given)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield plans
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def _plan(cursor: Any, statement: str, given: Any) -> str:
    with_plan = cursor.connection.cursor()
    if "sqlite" in type(cursor).__module__:
        rows = with_plan.execute(f"EXPLAIN QUERY PLAN {statement}", given).fetchall()
        return "\n".join(row[3] for row in rows)
    [(plan,)] = with_plan.execute(f"EXPLAIN (FORMAT JSON) {statement}", given).fetchall()
    return json.dumps(plan)


def whole_scans(plan: str, tables: set[str]) -> list[str]:
    """What a plan reads from one end to the other."""
    if not plan.startswith("["):
        # ANY: the index is walked from each value of its first column to the next.
        found = re.findall(r"(?:SCAN|SEARCH(?=.*\bANY\()) (\w+)(.*)", plan)
        return [f"{table}{how}" for table, how in found if table in tables and not FEW.search(how)]
    return [told for node in _nodes(json.loads(plan)) if (told := _whole(node, tables))]


def _nodes(plan: Any) -> Iterator[dict[str, Any]]:
    for node in plan if isinstance(plan, list) else [plan]:
        inner = node.get("Plan", node)
        yield inner
        yield from _nodes(inner.get("Plans", []))


def _whole(node: dict[str, Any], tables: set[str]) -> str:
    index = node.get("Index Name", "")
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in tables:
        return f"{node['Relation Name']}: {node}"
    return f"{index}: {node}" if index and "Index Cond" not in node and not FEW.search(index) else ""


def test_no_statement_on_the_way_of_a_message_reads_a_whole_table(
    engine: Engine,
    settings: Settings,
    keys: Keys,
    readers: Make,
    published: Make,
    rules: Make,
    outbox: Make,
    clock: Clock,
    httpserver: HTTPServer,
) -> None:
    httpserver.expect_request("/hook").respond_with_data("ok")
    people = readers(*addresses(8), "bounces@readers-host.org")
    edition = published(notify_webhook=httpserver.url_for("/hook"), notify_email="desk@campaign-host.org")
    long = long_tables(engine)
    assert {"delivery", "subscriber", "suppression", "signature", "attempt", "webhookmessage"} <= long
    with explained(engine) as plans:
        _ask_and_notify(engine, keys)
        runs = Runs(engine, settings, clock=clock)
        for _ in range(2):
            runs.run(clock())
            clock.sleep(90)
        _go_wrong(engine, edition, clock)
        deliver(outbox())
        _come_back(engine, people, clock)
        watchdog.watch(engine, now=clock())
        chat_notices.post(engine, settings, now=clock())
        webhooks.run(engine, settings, now=clock(), stopping=lambda: False)
        with db.writing(engine) as session:
            signing.queue_reminders(session, day=clock().date(), now=clock())
    assert len(plans) > 40
    # Who lacks a copy is looked for among all readers of an edition, every ten minutes while it is sent.
    ways = {statement: plan for statement, plan in plans.items() if not MENDING.match(statement)}
    assert len(ways) < len(plans)
    assert {one: scans for one, plan in ways.items() if (scans := whole_scans(plan, long))} == {}


def _ask_and_notify(engine: Engine, keys: Keys) -> None:
    with db.writing(engine) as session:
        subscribers.ask(
            session, keys, CAMPAIGN, "new@readers-host.org", Wish(), Asked("/subscribe"), now=MONDAY
        )
        session.add(Delivery(kind="place", subscriber=1, due=MONDAY))
        notices.notify(session, "built", {"period": "2026-W26", "recipients": 1}, now=MONDAY)


def _go_wrong(engine: Engine, edition: int, clock: Clock) -> None:
    """A worker that is asked to stop, one that dies, a relay that fails, an edition that is paused."""
    waits = sa.update(Delivery).where(col(Delivery.edition) == edition)
    with db.writing(engine) as session:
        session.execute(waits.values(state="pending", ended_at=None))
        session.execute(sa.update(Edition).where(col(Edition.id) == edition).values(state="sending"))
    held = queue.claim(engine, owner="stops", now=clock(), most=2).claimed
    queue.renew(engine, owner="stops", now=clock())
    queue.release(engine, held, owner="stops")
    [row] = queue.claim(engine, owner="dies", now=clock(), most=1).claimed
    with engine.execution_options(writes=True).begin() as connection:
        queue.begin(connection, row, owner="dies", now=clock())
    clock.sleep(2 * queue.LEASE.total_seconds())
    assert queue.sweep(engine, now=clock()) == 1
    relay_limits.block(engine, Verdict("down", "gone"), now=clock())
    relay_limits.clear(engine)
    queue.pause_edition(engine, edition, "many were refused", "se rechazaron muchos", now=clock())
    queue.resend_unknown(engine, edition, now=clock())
    with db.writing(engine) as session:
        session.execute(sa.update(Edition).where(col(Edition.id) == edition).values(state="sending"))


def _come_back(engine: Engine, people: list[int], clock: Clock) -> None:
    """Returned mail, and a reader who ends it."""
    with db.writing(engine) as session:
        copy = session.exec(select(Delivery).where(Delivery.subscriber == people[-1])).first()
        finding = bounces.Finding("hard", number=copy.id if copy else 0, words="550 no such user")
        bounces.record(session, finding, "event-1", now=clock())
        reader = session.get_one(subscribers.Subscriber, people[0])
        subscribers.stop(session, reader, "unsubscribed", now=clock())


def test_the_first_copies_of_a_new_edition_are_taken_without_a_look_at_the_others(
    engine: Engine, settings: Settings, rules: Make
) -> None:
    """PostgreSQL is told of them: at 10⁵ a planner that is not sorts all of them for the first fifty."""
    rules(quiet_week="note", per_second=0)
    built = building.build(engine, settings, growth_rows.CAMPAIGN, now=MONDAY)
    assert lifecycle.publish(engine, settings, built.edition, by="tests", now=MONDAY) > ROWS / 2
    if engine.dialect.name == "postgresql":
        known = "SELECT most_common_vals FROM pg_stats WHERE tablename = 'delivery' AND attname = 'edition'"
        with engine.connect() as connection:
            assert str(built.edition) in re.findall(r"\d+", connection.execute(sa.text(known)).scalar() or "")
    with explained(engine) as plans:
        assert len(queue.claim(engine, owner="tests", now=MONDAY + timedelta(days=1), most=50).claimed) == 50
        watchdog.watch(engine, now=MONDAY + timedelta(days=1))
    first = [plan for one, plan in plans.items() if "delivery.edition = " in one and "LIMIT" in one]
    assert len(first) == 2
    assert [
        plan for plan in first if "ix_delivery_open" not in plan or re.search('"Sort"|TEMP B-TREE', plan)
    ] == []


def test_who_has_a_copy_is_found_once_for_each_reader(
    engine: Engine, readers: Make, published: Make, clock: Clock
) -> None:
    """Also before the planner knows of the copies: it must not look through all of them for each reader."""
    readers(*addresses(300))
    published()
    with explained(engine) as plans:
        assert mending.mend(engine, now=clock()) == 0
    [plan] = [plan for statement, plan in plans.items() if statement.startswith("INSERT INTO delivery")]
    assert "Nested Loop" not in plan
    assert plan.startswith("[") or "(edition=? AND subscriber=?)" in plan


def test_what_is_kept_no_longer_is_found_without_a_look_at_every_copy(engine: Engine) -> None:
    """Each content that is deleted is looked for among the copies by the database itself."""
    with explained(engine) as plans:
        assert retention.delete_old(engine, now=MONDAY + timedelta(days=90))["rows"] > 0
    long = long_tables(engine)
    assert {s: scans for s, plan in plans.items() if (scans := whole_scans(plan, long))} == {}
    with engine.connect() as connection:
        leading = {
            next(iter(index["column_names"])) for index in sa.inspect(connection).get_indexes("delivery")
        }
    assert {"content", "subscriber", "edition"} <= leading
