"""Rows of the outbox: claimed, marked, recorded, swept (E04–E16)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from campaign import db
from campaign.mailing import notices, queue, relay_limits
from campaign.mailing.addresses import Keys
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.edition import mending
from campaign.mailing.models import Delivery, Edition, RelayLimits, Subscriber, Suppression
from campaign.mailing.queue import Claimed, Ended
from campaign.mailing.readers import subscribers
from campaign.mailing.transport import Kind, Verdict

from mondays import CAMPAIGN, MONDAY, Clock, addresses, let_leases_end  # isort: skip
from smtp_sink import Box  # isort: skip

Make = Callable[..., Any]
SECOND = timedelta(seconds=1)


@pytest.fixture
def add(engine: Engine, clock: Clock) -> Callable[..., int]:
    """Put a row into the outbox, due now; its id."""

    def added(kind: str = "notice", **values: Any) -> int:
        row = Delivery(**{"kind": kind, "address": "desk@campaign-host.org", "due": clock(), **values})
        with db.writing(engine) as session:
            session.add(row)
            session.flush()
            return row.id or 0

    return added


@pytest.fixture
def edition(engine: Engine) -> Callable[..., int]:
    """An edition in this state; its id."""

    def added(state: str = "sending", **values: Any) -> int:
        with db.writing(engine) as session:
            number = len(session.exec(select(Edition)).all())
            mine = {"campaign": CAMPAIGN, "period": f"2026-W{number + 10}", "state": state, "built_at": MONDAY}
            row = Edition(**{**mine, **values})
            session.add(row)
            session.flush()
            return row.id or 0

    return added


@pytest.fixture
def claim(engine: Engine, clock: Clock) -> Callable[..., tuple[Claimed, ...]]:
    """Claim due rows as a worker."""

    def claimed(most: int = 50, owner: str = "me") -> tuple[Claimed, ...]:
        return queue.claim(engine, owner=owner, now=clock(), most=most).claimed

    return claimed


@pytest.fixture
def begin(engine: Engine, clock: Clock) -> Callable[..., bool]:
    """Mark a row as being sent."""

    def begun(row: Claimed, owner: str = "me") -> bool:
        with engine.execution_options(writes=True).begin() as connection:
            return queue.begin(connection, row, owner=owner, now=clock())

    return begun


@pytest.fixture
def end(engine: Engine, clock: Clock) -> Callable[..., Delivery]:
    """Record a verdict on a row; the row afterwards."""

    def ended(row: Claimed, kind: Kind, words: str = "", owner: str = "me") -> Delivery:
        with engine.execution_options(writes=True).begin() as connection:
            queue.end(connection, Ended(row, Verdict(kind, words), clock()), owner=owner)
        return stored(engine, row.id)

    return ended


def stored(engine: Engine, number: int) -> Delivery:
    with db.reading(engine) as session:
        return session.get_one(Delivery, number)


def change(engine: Engine, number: int, **values: Any) -> None:
    with db.writing(engine) as session:
        session.execute(sa.update(Delivery).where(col(Delivery.id) == number).values(**values))


def ids(rows: tuple[Claimed, ...]) -> list[int]:
    return [row.id for row in rows]


# --- claiming ---


def test_single_mails_come_first_and_then_editions_in_their_order(
    engine: Engine, add: Make, edition: Make, claim: Make, readers: Make
) -> None:
    who = readers(*addresses(4))
    old, new = edition(), edition()
    later = [add("digest", edition=new, subscriber=one) for one in who[:2]]
    sooner = [add("digest", edition=old, subscriber=one) for one in who[2:]]
    single = [add(), add()]
    assert ids(claim(3)) == [sooner[0], *single]
    assert ids(claim(2)) == sorted([later[0], sooner[1]])
    assert ids(claim()) == [later[1]]


@pytest.mark.parametrize("state", ["building", "draft", "paused", "done", "stopped", "quiet"])
def test_an_edition_that_is_not_being_sent_waits(
    add: Make, edition: Make, claim: Make, readers: Make, state: str
) -> None:
    (who,) = readers("a@readers-host.org")
    add("digest", edition=edition(state), subscriber=who)
    assert claim() == ()


def test_what_is_longest_due_comes_first_and_nothing_before_its_time(
    add: Make, claim: Make, clock: Clock
) -> None:
    now = clock()
    tomorrow = add(due=now + SECOND)
    second, first, third = add(due=now), add(due=now - SECOND), add(due=now)
    assert ids(claim()) == [first, second, third]
    clock.sleep(1)
    assert ids(claim()) == [tomorrow]


def test_of_many_due_rows_the_longest_due_are_claimed(add: Make, claim: Make, clock: Clock) -> None:
    late, early = add(), add(due=clock() - SECOND)
    assert ids(claim(1)) == [early]
    assert ids(claim(1)) == [late]


@pytest.mark.parametrize("state", ["sending", "sent", "failed", "unknown", "suppressed"])
def test_only_what_waits_is_claimed(engine: Engine, add: Make, claim: Make, state: str) -> None:
    number = add(state=state, lease=MONDAY - SECOND)
    assert claim() == ()
    change(engine, number, state="deferred")
    assert ids(claim()) == [number]


def test_a_notice_for_the_chat_is_never_mailed(add: Make, claim: Make) -> None:
    add("hook", address="https://chat.example.org/hook")
    assert claim() == ()


def test_a_row_is_held_until_its_lease_has_run_out(
    engine: Engine, add: Make, claim: Make, clock: Clock
) -> None:
    number = add()
    assert ids(claim(owner="first")) == [number]
    row = stored(engine, number)
    assert (row.owner, row.lease) == ("first", clock() + queue.LEASE)
    clock.at = row.lease
    assert claim(owner="second") == ()
    clock.sleep(0.001)
    assert ids(claim(owner="second")) == [number]
    assert stored(engine, number).owner == "second"


def test_a_lease_of_a_clock_that_was_ahead_holds_no_row(
    engine: Engine, add: Make, claim: Make, clock: Clock
) -> None:
    waits, sent = add(), add()
    ahead = clock() + timedelta(days=3)
    change(engine, waits, owner="crashed", lease=ahead)
    change(engine, sent, owner="crashed", lease=ahead, state="sending")
    assert ids(claim()) == [waits]
    assert queue.sweep(engine, now=clock()) == 1
    assert stored(engine, sent).state == "unknown"


def test_a_claimed_row_says_what_is_known_of_its_reader(
    engine: Engine, add: Make, edition: Make, claim: Make, readers: Make
) -> None:
    (who,) = readers("a@readers-host.org")
    week = edition()
    add("digest", edition=week, subscriber=who, attempts=2, first_at=MONDAY, detail={"x": 1}, address="")
    add("confirm", subscriber=who, address="")
    add("notice", address="desk@campaign-host.org")
    with db.reading(engine) as session:
        key = session.get_one(Subscriber, who).key
    listed, confirm, notice = sorted(claim())
    assert listed == Claimed(
        1, "digest", week, None, 2, MONDAY, who, "a@readers-host.org", key, CAMPAIGN, {"x": 1}
    )
    assert (confirm.email, confirm.key, notice.email, notice.key) == (
        "a@readers-host.org", key, "desk@campaign-host.org", "",
    )  # fmt: skip
    assert [row.listed for row in (listed, confirm, notice)] == [True, False, False]


@pytest.mark.parametrize("kind", ["digest", "alert"])
@pytest.mark.parametrize("how", ["pending", "stopped", "undeliverable", "suppressed", "erased"])
def test_e13_a_reader_who_may_get_no_list_mail_gets_none(
    engine: Engine, add: Make, edition: Make, claim: Make, readers: Make, clock: Clock, kind: str, how: str
) -> None:
    who, other = readers("a@readers-host.org", "b@readers-host.org")
    week = edition(kind=kind)
    number, kept = (add(kind, edition=week, subscriber=one, address="") for one in (who, other))
    with db.writing(engine) as session:
        reader = session.get_one(Subscriber, who)
        if how == "suppressed":
            session.add(Suppression(key=reader.key, reason="organizer", since=MONDAY))
        elif how == "erased":
            session.get_one(Delivery, number).subscriber = None
        else:
            reader.state = how
    assert ids(claim()) == [kept]
    row = stored(engine, number)
    assert (row.state, row.ended_at, row.owner, row.lease) == ("suppressed", clock(), "", None)


def test_a_suppressed_reader_still_gets_what_they_asked_for_themselves(
    engine: Engine, add: Make, claim: Make, readers: Make
) -> None:
    (who,) = readers("a@readers-host.org", state="pending")
    with db.writing(engine) as session:
        session.add(Suppression(key=session.get_one(Subscriber, who).key, reason="unsubscribed", since=MONDAY))
    assert ids(claim()) == []
    number = add("confirm", subscriber=who, address="")
    assert ids(claim()) == [number]


def test_what_cannot_be_sent_uses_up_no_rate(
    engine: Engine, add: Make, edition: Make, claim: Make, readers: Make, rules: Make
) -> None:
    rules(per_second=5)
    gone, here = readers("a@readers-host.org", "b@readers-host.org")
    week = edition()
    add("digest", edition=week, subscriber=gone)
    add("digest", edition=week, subscriber=here)
    with db.writing(engine) as session:
        session.get_one(Subscriber, gone).state = "stopped"
    assert len(claim(4)) == 1
    assert free_tokens(engine) == 4
    assert claim(4) == ()
    assert free_tokens(engine) == 4


def free_tokens(engine: Engine) -> float:
    with db.writing(engine) as session:
        return relay_limits.state(session).second_tokens


def test_where_the_rate_is_used_up_the_wait_is_said(
    engine: Engine, add: Make, rules: Make, clock: Clock
) -> None:
    rules(per_second=2)
    for _ in range(3):
        add()
    assert queue.claim(engine, owner="me", now=clock(), most=1) == queue.Batch(claimed=pending(engine)[:1])
    assert queue.claim(engine, owner="me", now=clock(), most=9).wait is None
    assert queue.claim(engine, owner="me", now=clock(), most=9) == queue.Batch(wait=0.5)


def pending(engine: Engine) -> tuple[Claimed, ...]:
    with db.reading(engine) as session:
        rows = session.exec(select(Delivery).order_by(col(Delivery.id)))
        return tuple(
            Claimed(row.id, row.kind, None, None, 0, None, None, row.address, "", "", {}) for row in rows
        )


def test_nothing_due_is_no_reason_to_ask_again(engine: Engine, add: Make, clock: Clock) -> None:
    add(due=clock() + SECOND)
    assert queue.claim(engine, owner="me", now=clock(), most=9) == queue.Batch()


# --- giving back ---


def test_what_is_released_may_be_claimed_at_once_and_gives_its_rate_back(
    engine: Engine, add: Make, claim: Make, begin: Make, rules: Make
) -> None:
    rules(per_second=5)
    for _ in range(3):
        add()
    rows = claim()
    assert begin(rows[0])
    queue.release(engine, rows[:2], owner="me")
    assert stored(engine, rows[2].id).owner == "me"
    assert free_tokens(engine) == 3
    queue.release(engine, rows, owner="me")
    assert free_tokens(engine) == 4
    assert stored(engine, rows[0].id).state == "sending"
    assert stored(engine, rows[0].id).owner == "me"
    assert stored(engine, rows[1].id).owner == ""
    assert stored(engine, rows[1].id).lease is None
    assert ids(claim(owner="other")) == ids(rows)[1:]
    queue.release(engine, rows, owner="me")
    assert stored(engine, rows[1].id).owner == "other"
    assert free_tokens(engine) == 2
    queue.release(engine, [], owner="me")


def test_e05_a_lease_is_renewed_for_its_owner_only(
    engine: Engine, add: Make, claim: Make, begin: Make, clock: Clock
) -> None:
    for _ in range(3):
        add()
    held, begun = claim(2)
    (other,) = claim(1, owner="other")
    assert begin(begun)
    before = clock() + queue.LEASE
    clock.sleep(60)
    queue.renew(engine, owner="me", now=clock())
    assert stored(engine, held.id).lease == stored(engine, begun.id).lease == clock() + queue.LEASE
    assert stored(engine, other.id).lease == before
    change(engine, held.id, state="sent")
    clock.sleep(1)
    queue.renew(engine, owner="me", now=clock())
    assert stored(engine, held.id).lease == clock() - SECOND + queue.LEASE


# --- one message ---


def test_a_mark_notes_the_first_attempt_and_prolongs_the_lease(
    engine: Engine, add: Make, claim: Make, begin: Make, end: Make, clock: Clock
) -> None:
    number = add()
    (row,) = claim()
    clock.sleep(30)
    first = clock()
    assert begin(row)
    found = stored(engine, number)
    assert (found.state, found.first_at, found.lease) == ("sending", first, first + queue.LEASE)
    clock.at = end(row, "deferred").due
    (row,) = claim()
    assert row.first_at == first
    assert begin(row)
    assert stored(engine, number).first_at == first


@pytest.mark.parametrize("kind", ["sent", "failed", "unknown"])
def test_a_verdict_ends_a_row(add: Make, claim: Make, begin: Make, end: Make, clock: Clock, kind: Kind) -> None:
    add()
    (row,) = claim()
    begin(row)
    clock.sleep(3)
    found = end(row, kind, "250 taken")
    assert (found.state, found.reply, found.attempts) == (kind, "250 taken", 1)
    assert (found.ended_at, found.due, found.owner, found.lease) == (clock(), clock(), "", None)


def test_e06_a_deferred_row_waits_and_counts_an_attempt(
    add: Make, claim: Make, begin: Make, end: Make, clock: Clock
) -> None:
    add(attempts=2)
    (row,) = claim()
    begin(row)
    found = end(row, "deferred", "451 later")
    assert (found.state, found.reply, found.attempts, found.ended_at) == ("deferred", "451 later", 3, None)
    assert 16 <= (found.due - clock()).total_seconds() / 60 <= 24
    assert (found.owner, found.lease) == ("", None)


@pytest.mark.parametrize(
    ("attempts", "minutes"),
    [(0, 5), (1, 10), (2, 20), (3, 40), (4, 80), (5, 160), (6, 320), (7, 360), (8, 360), (10, 360), (40, 360)],
)
def test_e06_each_wait_is_twice_as_long_up_to_six_hours(attempts: int, minutes: int) -> None:
    waits = [queue.retry_after(attempts) / timedelta(minutes=minutes) for _ in range(50)]
    assert 0.8 <= min(waits) < 0.95
    assert 1.05 < max(waits) <= 1.2


@pytest.mark.parametrize(("early", "state"), [(1, "deferred"), (0, "failed")])
def test_e06_after_72_hours_a_row_is_given_up(
    add: Make, claim: Make, begin: Make, end: Make, clock: Clock, early: int, state: str
) -> None:
    add(attempts=9, first_at=clock() - timedelta(hours=72) + early * SECOND)
    (row,) = claim()
    begin(row)
    found = end(row, "deferred", "451 later")
    assert found.state == state
    if state == "failed":
        assert (found.reply, found.attempts) == ("given up after 72 hours: 451 later", 10)
        assert found.ended_at == clock()


@pytest.mark.parametrize("kind", ["throttled", "down", "refused"])
@pytest.mark.parametrize(("attempts", "state"), [(0, "pending"), (1, "deferred")])
def test_e06_trouble_with_the_relay_is_no_attempt(
    add: Make, claim: Make, begin: Make, end: Make, clock: Clock, kind: Kind, attempts: int, state: str
) -> None:
    add(attempts=attempts, due=clock() - SECOND)
    (row,) = claim()
    begin(row)
    found = end(row, kind, "421 busy")
    assert (found.state, found.attempts, found.reply, found.ended_at) == (state, attempts, "421 busy", None)
    assert (found.due, found.owner, found.lease) == (clock(), "", None)


@pytest.mark.parametrize("state", ["sent", "failed", "suppressed", "pending", "deferred"])
def test_a_late_verdict_overwrites_no_final_state(
    engine: Engine, add: Make, claim: Make, begin: Make, end: Make, state: str
) -> None:
    number = add()
    (row,) = claim()
    begin(row)
    change(engine, number, state=state)
    assert end(row, "failed", "late").state == state
    assert stored(engine, number).reply == ""


def test_a_verdict_of_a_worker_that_lost_the_row_counts_nothing(
    engine: Engine, add: Make, claim: Make, begin: Make, end: Make
) -> None:
    number = add()
    (row,) = claim()
    begin(row)
    assert end(row, "sent", owner="other").state == "sending"
    change(engine, number, owner="other")
    assert end(row, "sent").state == "sending"


def test_e04_a_mark_holds_for_the_worker_that_claimed_the_row(
    engine: Engine, readers: Make, published: Make, clock: Clock
) -> None:
    readers(*addresses(2))
    published()
    (mine,) = queue.claim(engine, owner="a", now=clock(), most=1).claimed
    (other,) = queue.claim(engine, owner="b", now=clock(), most=1).claimed
    with engine.execution_options(writes=True).begin() as connection:
        assert queue.begin(connection, mine, owner="a", now=clock())
        assert not queue.begin(connection, other, owner="a", now=clock())
        assert not queue.begin(connection, mine, owner="a", now=clock())


def test_e05_an_abandoned_row_comes_back_when_its_lease_ends(
    engine: Engine, readers: Make, published: Make, outbox: Make, clock: Clock, box: Box
) -> None:
    readers("a@readers-host.org")
    published()
    assert len(queue.claim(engine, owner="dead", now=clock(), most=5).claimed) == 1
    assert deliver(outbox()).counts["sent"] == 0
    clock.sleep(queue.LEASE.total_seconds() + 1)
    assert deliver(outbox()).counts["sent"] == 1


def test_e05_a_live_worker_keeps_its_lease_and_a_late_one_loses_it(
    engine: Engine, readers: Make, published: Make, clock: Clock
) -> None:
    readers("a@readers-host.org")
    published()
    (row,) = queue.claim(engine, owner="slow", now=clock(), most=5).claimed
    clock.sleep(60)
    queue.renew(engine, owner="slow", now=clock())
    clock.sleep(60)
    assert queue.claim(engine, owner="other", now=clock(), most=5).claimed == ()
    clock.sleep(60)
    assert len(queue.claim(engine, owner="other", now=clock(), most=5).claimed) == 1
    with engine.execution_options(writes=True).begin() as connection:
        assert not queue.begin(connection, row, owner="slow", now=clock())


def test_e08_the_setting_to_resend_unknown_defaults_to_no(
    engine: Engine, readers: Make, published: Make, clock: Clock, rules: Make, states: Make
) -> None:
    readers("a@readers-host.org", "b@readers-host.org")
    published()
    one, two = queue.claim(engine, owner="dead", now=clock(), most=2).claimed
    with engine.execution_options(writes=True).begin() as connection:
        assert queue.begin(connection, one, owner="dead", now=clock())
    clock.sleep(100)
    assert queue.sweep(engine, now=clock()) == 1
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(
            sa.update(Delivery).where(col(Delivery.id) == two.id).values(state="sending", lease=MONDAY)
        )
    rules(resend_unknown=True)
    queue.sweep(engine, now=clock())
    assert sorted(states().values()) == ["pending", "unknown"]


@pytest.mark.parametrize("paused", [False, True])
def test_e08_a_slow_worker_that_was_given_up_still_records_the_truth(
    engine: Engine, readers: Make, published: Make, clock: Clock, paused: bool
) -> None:
    readers("a@readers-host.org", "b@readers-host.org")
    edition = published()
    (row,) = queue.claim(engine, owner="slow", now=clock(), most=1).claimed
    writes = engine.execution_options(writes=True)
    with writes.begin() as connection:
        queue.begin(connection, row, owner="slow", now=clock())
    clock.sleep(100)
    queue.sweep(engine, now=clock())
    if paused:
        queue.pause_edition(engine, edition, "many refused", "muchos rechazos", now=clock())
    with writes.begin() as connection:
        queue.end(connection, Ended(row, Verdict("sent", "250 late"), clock()), owner="slow")
    assert stored(engine, row.id).state == "sent"


@pytest.mark.parametrize("how", ["unsubscribe", "erase", "complaint"])
def test_e13_whoever_stops_after_queuing_is_suppressed(
    engine: Engine, keys: Keys, readers: Make, published: Make, outbox: Make, box: Box, clock: Clock, how: str
) -> None:
    (who,) = readers("a@readers-host.org")
    readers("b@readers-host.org")
    published()
    claimed = queue.claim(engine, owner="early", now=clock(), most=5).claimed
    with db.writing(engine) as session:
        reader = session.get_one(Subscriber, who)
        if how == "unsubscribe":
            assert subscribers.unsubscribe(session, keys, keys.stop_token(reader.key), now=clock())
        elif how == "erase":
            subscribers.erase(session, reader, now=clock())
        else:
            subscribers.stop(session, reader, "complaint", now=clock())
    with engine.execution_options(writes=True).begin() as connection:
        begun = [queue.begin(connection, row, owner="early", now=clock()) for row in claimed]
    assert sorted(begun) == [False, True]
    queue.release(engine, claimed, owner="early")
    let_leases_end(engine)
    deliver(outbox())
    assert "a@readers-host.org" not in box.got
    with db.reading(engine) as session:
        assert len(session.exec(select(Delivery).where(Delivery.state == "suppressed")).all()) == 1


def test_e13_readers_who_stopped_do_not_end_a_run(
    engine: Engine, readers: Make, published: Make, outbox: Make, box: Box, states: Make
) -> None:
    gone, *others = addresses(4)
    readers(gone, *others)
    published()
    with db.writing(engine) as session:
        session.execute(sa.update(Subscriber).where(col(Subscriber.email) == gone).values(state="stopped"))
    assert deliver(outbox(batch=1)).counts["sent"] == len(others)
    assert states()[gone] == "suppressed"


def test_a_look_for_missing_copies_uses_up_no_numbers(
    engine: Engine, readers: Make, published: Make, add: Make, clock: Clock
) -> None:
    """Every ten minutes one for each reader would have used up PostgreSQL's within months."""
    readers(*addresses(3))
    published()
    for _ in range(3):
        assert mending.mend(engine, now=clock()) == 0
    assert add() == 4


def test_e16_the_sweeper_finds_missing_rows_and_stuck_ones(
    engine: Engine, readers: Make, published: Make, states: Make, clock: Clock
) -> None:
    readers(*addresses(3))
    edition = published()
    with db.writing(engine) as session:
        session.execute(sa.delete(Delivery).where(col(Delivery.id) == 2))
        session.execute(
            sa.update(Delivery)
            .where(col(Delivery.id) == 1)
            .values(state="sending", owner="dead", lease=MONDAY - timedelta(hours=1))
        )
    assert mending.mend(engine, now=clock()) == 1
    assert mending.mend(engine, now=clock()) == 0
    assert queue.sweep(engine, now=clock()) == 1
    assert sorted(states().values()) == ["pending", "pending", "unknown"]
    assert edition == 1


# --- editions ---


def test_e09_a_pause_holds_at_once_and_is_told_once(
    engine: Engine, add: Make, edition: Make, claim: Make, begin: Make, readers: Make, rules: Make
) -> None:
    rules(notify_email="desk@campaign-host.org")
    who = readers(*addresses(4))
    week, other = edition(), edition()
    for one in who[:2]:
        add("digest", edition=week, subscriber=one)
    add("digest", edition=other, subscriber=who[2])
    waiting = add("digest", edition=week, subscriber=who[3], due=MONDAY + SECOND)
    begun, held, elsewhere = claim()
    assert begin(begun)
    for _ in range(2):
        queue.pause_edition(engine, week, "many refused", "muchos rechazos", now=MONDAY)
    assert not begin(held)
    assert begin(elsewhere)
    assert (stored(engine, begun.id).owner, stored(engine, begun.id).state) == ("me", "sending")
    assert (stored(engine, held.id).owner, stored(engine, held.id).lease) == ("", None)
    assert stored(engine, waiting).state == "pending"
    with db.reading(engine) as session:
        row = session.get_one(Edition, week)
        (notice,) = session.exec(select(Delivery).where(Delivery.kind == "notice"))
        assert session.get_one(Edition, other).state == "sending"
    assert (row.state, row.problem, row.problem_es) == ("paused", "many refused", "muchos rechazos")
    problem = {"problem_en": "many refused", "problem_es": "muchos rechazos"}
    detail = {"what": "paused", "campaign": CAMPAIGN, "edition": week, **problem}
    assert (notice.due, notice.detail) == (MONDAY, detail)


def test_the_notice_of_a_paused_alert_says_which_it_is_and_where_to_resume_it(
    engine: Engine, edition: Make, rules: Make
) -> None:
    rules(notify_email="desk@campaign-host.org")
    alert = edition("sending", kind="alert", period="2026-06-20")
    queue.pause_edition(engine, alert, "550 no", "550 sin explicación", now=MONDAY)
    with db.reading(engine) as session:
        (notice,) = session.exec(select(Delivery).where(Delivery.kind == "notice"))
    said = {lang: notices.text(notice.detail, lang) for lang in ("en", "es")}
    assert said["en"][0] == "The alert of 2026-06-20 is paused"
    assert said["es"][0] == "La alerta de 2026-06-20 está en pausa"
    assert said["en"][1].startswith("550 no. ")
    assert said["es"][1].startswith("550 sin explicación. ")
    assert "the Digest page" in said["en"][1]
    assert "la página Boletín" in said["es"][1]


@pytest.mark.parametrize("state", ["draft", "paused", "done", "stopped"])
def test_only_what_is_being_sent_is_paused(
    engine: Engine, edition: Make, edition_row: Make, state: str
) -> None:
    week = edition(state)
    queue.pause_edition(engine, week, "many refused", "muchos rechazos", now=MONDAY)
    assert (edition_row(week).state, edition_row(week).problem) == (state, "")


def test_e16_a_living_workers_row_is_left_to_it(
    engine: Engine, add: Make, claim: Make, begin: Make, clock: Clock
) -> None:
    number = add()
    (row,) = claim()
    begin(row)
    clock.at = stored(engine, number).lease or clock()
    assert queue.sweep(engine, now=clock()) == 0
    assert stored(engine, number).state == "sending"
    clock.sleep(0.001)
    assert queue.sweep(engine, now=clock()) == 1
    found = stored(engine, number)
    assert (found.state, found.ended_at, found.owner) == ("unknown", clock(), "me")
    assert found.reply == "the worker ended while handing it over"
    assert queue.sweep(engine, now=clock()) == 0


def test_e16_what_is_claimed_and_not_begun_is_no_leftover(
    engine: Engine, add: Make, claim: Make, clock: Clock
) -> None:
    number = add()
    claim()
    clock.sleep(1000)
    assert queue.sweep(engine, now=clock()) == 0
    assert stored(engine, number).state == "pending"


def test_e08_what_may_be_sent_again_by_itself_waits_again(
    engine: Engine, add: Make, claim: Make, begin: Make, clock: Clock, rules: Make
) -> None:
    rules(resend_unknown=True)
    number = add(due=MONDAY - timedelta(hours=1))
    (row,) = claim()
    begin(row)
    clock.sleep(100)
    assert queue.sweep(engine, now=clock()) == 1
    found = stored(engine, number)
    assert (found.state, found.due, found.owner, found.lease) == ("pending", clock(), "", None)


@pytest.mark.parametrize("state", ["pending", "deferred", "sending"])
def test_an_edition_with_a_copy_on_its_way_is_not_done(
    engine: Engine, add: Make, edition: Make, edition_row: Make, readers: Make, state: str
) -> None:
    one, two = readers("a@readers-host.org", "b@readers-host.org")
    week, other = edition(), edition()
    number = add("digest", edition=week, subscriber=one, state=state, lease=MONDAY, due=MONDAY + SECOND)
    add("digest", edition=week, subscriber=two, state="sent")
    queue.sweep(engine, now=MONDAY)
    row = edition_row(week)
    assert (row.state, row.finished_at, row.totals) == ("sending", None, {})
    assert edition_row(other).state == "done"
    change(engine, number, state="failed")
    queue.sweep(engine, now=MONDAY + SECOND)
    row = edition_row(week)
    assert (row.state, row.finished_at) == ("done", MONDAY + SECOND)
    assert row.totals == {"recipients": 2, "sent": 1, "failed": 1}


@pytest.mark.parametrize("state", ["draft", "paused", "quiet"])
def test_only_what_is_being_sent_is_closed(
    engine: Engine, edition: Make, edition_row: Make, state: str
) -> None:
    week = edition(state)
    queue.sweep(engine, now=MONDAY)
    assert edition_row(week).state == state


@pytest.mark.parametrize(
    ("kind", "totals", "notices"), [("digest", {}, 1), ("digest", {"recipients": 1}, 0), ("alert", {}, 0)]
)
def test_organizers_hear_of_the_first_end_of_a_digest(
    engine: Engine, edition: Make, rules: Make, kind: str, totals: dict[str, int], notices: int
) -> None:
    rules(notify_email="desk@campaign-host.org")
    edition(kind=kind, period="2026-W26", totals=totals)
    queue.sweep(engine, now=MONDAY)
    with db.reading(engine) as session:
        found = session.exec(select(Delivery)).all()
    assert len(found) == notices
    for row in found:
        assert row.due == MONDAY
        assert row.detail == {
            "what": "done", "campaign": CAMPAIGN, "period": "2026-W26",
            "recipients": 0, "sent": 0, "failed": 0, "unknown": 0, "suppressed": 0,
        }  # fmt: skip


def test_copies_are_counted_while_they_are_there_and_remembered_afterwards(
    engine: Engine, add: Make, edition: Make, readers: Make
) -> None:
    who = readers(*addresses(3))
    week, other = edition(totals={"recipients": 99, "sent": 99}), edition(totals={"recipients": 7, "sent": 7})
    for one, state in zip(who, ("sent", "sent", "failed"), strict=True):
        add("digest", edition=week, subscriber=one, state=state)
    with db.reading(engine) as session:
        assert queue.counts(session, session.get_one(Edition, week)) == {
            "recipients": 3,
            "sent": 2,
            "failed": 1,
        }
        assert queue.counts(session, session.get_one(Edition, other)) == {"recipients": 7, "sent": 7}
        assert queue.counts(session, Edition(period="x", built_at=MONDAY)) == {"recipients": 0}


@pytest.mark.parametrize(
    ("before", "after", "finished"), [("done", "sending", None), ("paused", "paused", MONDAY)]
)
def test_e08_unknown_copies_are_sent_again_when_somebody_asks(
    engine: Engine,
    add: Make,
    edition: Make,
    edition_row: Make,
    readers: Make,
    before: str,
    after: str,
    finished: datetime | None,
) -> None:
    who = readers(*addresses(3))
    week, other = edition(before, finished_at=MONDAY), edition()
    values = {"ended_at": MONDAY, "reply": "no answer", "owner": "x", "lease": MONDAY}
    again = add("digest", edition=week, subscriber=who[0], state="unknown", **values)
    failed = add("digest", edition=week, subscriber=who[1], state="failed", **values)
    elsewhere = add("digest", edition=other, subscriber=who[2], state="unknown", **values)
    now = MONDAY + SECOND
    assert queue.resend_unknown(engine, week, now=now) == 1
    row = stored(engine, again)
    assert (row.state, row.due, row.ended_at, row.reply) == ("pending", now, None, "")
    assert (row.owner, row.lease) == ("", None)
    assert [stored(engine, number).state for number in (failed, elsewhere)] == ["failed", "unknown"]
    assert (edition_row(week).state, edition_row(week).finished_at) == (after, finished)
    assert queue.resend_unknown(engine, week, now=now) == 0


def test_e08_without_an_unknown_copy_an_edition_stays_done(
    engine: Engine, edition: Make, edition_row: Make
) -> None:
    week = edition("done", finished_at=MONDAY)
    assert queue.resend_unknown(engine, week, now=MONDAY + SECOND) == 0
    assert (edition_row(week).state, edition_row(week).finished_at) == ("done", MONDAY)
    assert queue.resend_unknown(engine, week + 1, now=MONDAY) == 0


# --- what is in the way ---


def test_what_keeps_mail_from_readers_is_said_in_both_languages(
    engine: Engine, add: Make, edition: Make, readers: Make
) -> None:
    def found() -> list[tuple[str, str, str]]:
        with db.reading(engine) as session:
            return [(one.about, one.text("en"), one.text("es")) for one in queue.troubles(session)]

    (who,) = readers("a@readers-host.org")
    week = edition("paused", period="2026-W26", problem="by Ana")
    edition("paused", period="2026-W27")
    edition("sending", period="2026-W28")
    alert = edition("paused", kind="alert", period="2026-06-20")
    add("export", state="unknown")
    with db.writing(engine) as session:
        session.add(RelayLimits(name=relay_limits.RELAY))
    assert found() == [
        ("digest 2026-W26", "is paused: by Ana", "está en pausa: by Ana"),
        ("digest 2026-W27", "is paused", "está en pausa"),
        ("alert 2026-06-20", "is paused", "está en pausa"),
    ]
    with db.reading(engine) as session:
        places = [(one.edition, one.campaign) for one in queue.troubles(session)]
    assert places == [(week, CAMPAIGN), (week + 1, CAMPAIGN), (alert, CAMPAIGN)]
    add("digest", edition=week, subscriber=who, state="unknown")
    with db.writing(engine) as session:
        limits = relay_limits.state(session)
        limits.trouble, limits.since = "throttled", MONDAY
    relay, *_, unknown = found()
    assert relay == (
        "relay",
        "the relay asks us to slow down since 2026-06-22 16:00 UTC",
        "el servidor de correo pide ir más despacio desde 2026-06-22 16:00 UTC",
    )
    assert (unknown[0], unknown[1][:50]) == ("digest", "copies that may or may not have arrived: 1; campai")
