"""What is kept, for how long, and what never comes back (E39–E43)."""

import csv
import io
import json
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel, select

from campaign import db, logs
from campaign.congress import roster
from campaign.mailing.addresses import Keys, masked, read_address, wire
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.edition import editions, retention
from campaign.mailing.models import Consent, Content, Delivery, Edition, Subscriber, Suppression
from campaign.mailing.readers import csv_lists, imports, subscribers
from campaign.mailing.readers.imports import Imported, Row, Terms
from campaign.mailing.readers.subscribers import Asked, Wish
from campaign.proposals import campaigns
from campaign.refusals import Refused
from campaign.settings import Settings

from mondays import CAMPAIGN, MONDAY, Clock  # isort: skip
from smtp_sink import Box  # isort: skip

Make = Callable[..., Any]
EMAIL = "Maria.Lopez@readers-host.org"


def everything(engine: Engine) -> str:
    """All rows of all tables as text."""
    with engine.connect() as connection:
        tables = SQLModel.metadata.tables.values()
        return str([[tuple(row) for row in connection.execute(sa.select(table))] for table in tables])


def test_e39_suppression_outlives_erasure_and_holds_no_address(
    engine: Engine, keys: Keys, readers: Make, published: Make, outbox: Make, clock: Clock
) -> None:
    (who,) = readers(EMAIL)
    published()
    deliver(outbox())
    with db.writing(engine) as session:
        subscribers.erase(session, session.get_one(Subscriber, who), now=clock())
    left = everything(engine)
    assert "readers-host" not in left
    assert "Lopez" not in left
    with db.reading(engine) as session:
        row = session.exec(select(Suppression)).one()
        assert (row.key, row.reason) == (keys.of(read_address(EMAIL.upper()), CAMPAIGN), "erased")
    assert row.key not in Keys(Settings(secret_key="q" * 40)).all_of(read_address(EMAIL), CAMPAIGN)  # type: ignore[arg-type]


def test_e40_export_is_mailed_and_complete_and_erasure_leaves_counts(
    engine: Engine, settings: Settings, readers: Make, published: Make, outbox: Make, box: Box
) -> None:
    (who,) = readers(EMAIL, seat="TX-20")
    edition = published()
    with db.writing(engine) as session:
        reader = session.get_one(Subscriber, who)
        subscribers.change(session, reader, Wish(seat="TX-21"), now=MONDAY)
        subscribers.ask_for_export(session, reader, now=MONDAY)
    deliver(outbox())
    (raw,) = [raw for _, _, raw in box.messages if b"my-data.json" in raw]
    import email
    from email.policy import default

    (attached,) = email.message_from_bytes(raw, policy=default).iter_attachments()
    told = json.loads(attached.get_content())  # type: ignore[attr-defined]
    assert set(told["subscriber"]) == set(Subscriber.model_fields)
    assert told["subscriber"]["email"] == EMAIL
    assert [row["kind"] for row in told["consents"]] == ["changed"]
    assert {row["kind"] for row in told["deliveries"]} == {"digest", "export"}
    with db.writing(engine) as session:
        subscribers.erase(session, session.get_one(Subscriber, who), now=MONDAY)
    with db.reading(engine) as session:
        assert session.exec(select(Consent)).all() == []
        assert editions.status(session, session.get_one(Edition, edition))["sent"] == 1


def a_list(engine: Engine, keys: Keys, text: str, now: Any, attested_by: str = "", **more: Any) -> Imported:
    done = Imported()
    with db.reading(engine) as session:
        rows = list(csv_lists.read(session, CAMPAIGN, text, done, now=now))
    imports.take_list(engine, keys, rows, Terms(CAMPAIGN, attested_by, now, **more), done)
    return done


def test_e41_an_import_revives_nobody_and_lands_as_pending(engine: Engine, keys: Keys, readers: Make) -> None:
    with db.writing(engine) as session:
        roster.ensure_seats(session, ["TX-20"])
        campaigns.add_campaign(session, CAMPAIGN, title_en="Guns", title_es="Armas")
        campaigns.add_proposal(
            session, "armas-act", campaign=CAMPAIGN, name_en="ARMAS Act", name_es="Ley ARMAS"
        )
    readers("here@readers-host.org", seat="TX-20")
    stopped, erased = readers("stopped@readers-host.org", "erased@readers-host.org")
    with db.writing(engine) as session:
        subscribers.stop(session, session.get_one(Subscriber, stopped), "unsubscribed", now=MONDAY)
        subscribers.erase(session, session.get_one(Subscriber, erased), now=MONDAY)
    text = (
        "Email,language,seat,proposals\nnew@readers-host.org,es,TX-20,armas-act\nHERE@readers-host.org,es,,\n"
        "Stopped+x@readers-host.org,,,\nerased@readers-host.org,,,\nnobody,,,\nlang@readers-host.org,fr,,\n"
        "other@readers-host.org,en,,armas-act;nonsense\n"
    )
    for attested in ("", "maria (admin)"):
        found = a_list(engine, keys, text, MONDAY, attested)
        assert (found.already, found.suppressed) == (1 if not attested else 2, 2)
        assert sorted(found.rejects) == [6, 7, 8]
        assert found.rejects[8] == "unknown proposal 'nonsense'"
    with db.reading(engine) as session:
        states = {one.email: (one.state, one.seat) for one in session.exec(select(Subscriber))}
        assert session.exec(select(Delivery)).all() == []
    assert states == {
        "here@readers-host.org": ("confirmed", "TX-20"),
        "stopped@readers-host.org": ("stopped", ""),
        "new@readers-host.org": ("pending", "TX-20"),
    }


def test_e41_attested_consent_is_audited(engine: Engine, keys: Keys) -> None:
    found = a_list(engine, keys, "email\na@readers-host.org\n", MONDAY, "maria", page="list.csv")
    assert (found.confirmed, found.pending) == (1, 0)
    with db.reading(engine) as session:
        row = session.exec(select(Consent)).one()
    assert (row.kind, row.by, row.page, row.at) == ("attested", "maria", "list.csv", MONDAY)


def test_e41_pending_people_are_asked_only_where_that_is_wanted(engine: Engine, keys: Keys) -> None:
    a_list(engine, keys, "email\na@readers-host.org\n", MONDAY, ask_them=True)
    with db.reading(engine) as session:
        assert [row.kind for row in session.exec(select(Delivery))] == ["confirm"]


def test_e41_a_file_without_addresses_is_refused(engine: Engine, keys: Keys) -> None:
    with pytest.raises(Refused):
        a_list(engine, keys, "name,zip\nMaria,78205\n", MONDAY)


def test_e41_what_is_written_is_read_again_and_no_spreadsheet_runs_it(engine: Engine, keys: Keys) -> None:
    typed = [
        f"{local}@readers-host.org" for local in ("=a+b", "+1", "-a", "'a", "'=a", "a", "|x", "%x", '"a,b"')
    ]
    with db.writing(engine) as session:
        roster.ensure_seats(session, ["TX-20"])
    rows = [Row(line, email, Wish(seat="TX-20")) for line, email in enumerate(typed, start=2)]
    done = Imported()
    imports.take_list(engine, keys, rows, Terms(CAMPAIGN, "x", MONDAY), done)
    assert done.rejects == {}
    with db.reading(engine) as session:
        text = csv_lists.write(session, CAMPAIGN)
        back = list(csv_lists.read(session, CAMPAIGN, text, Imported(), now=MONDAY))
    assert [(row.line, row.email, row.wish) for row in back] == [
        (row.line, row.email, row.wish) for row in rows
    ]
    cells = [line[0] for line in csv.reader(io.StringIO(text))]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "|", "%"))]


def test_e42_bodies_go_after_a_month_and_rows_after_three_but_counts_stay(
    engine: Engine, readers: Make, published: Make, outbox: Make, clock: Clock
) -> None:
    readers(EMAIL, "gone-x@readers-host.org")
    edition = published()
    deliver(outbox())
    assert retention.delete_old(engine, now=MONDAY + timedelta(days=29)) == {
        "bodies": 0,
        "rows": 0,
        "single mails": 0,
    }
    assert retention.delete_old(engine, now=MONDAY + timedelta(days=31))["bodies"] == 1
    with db.reading(engine) as session:
        assert session.exec(select(Content)).one().body == b""
    assert retention.delete_old(engine, now=MONDAY + timedelta(days=91))["rows"] == 2
    with db.reading(engine) as session:
        found = editions.status(session, session.get_one(Edition, edition))
    assert (found["recipients"], found["sent"], found["failed"]) == (2, 1, 1)


def test_e42_no_address_and_no_key_in_any_log(
    engine: Engine,
    settings: Settings,
    keys: Keys,
    readers: Make,
    published: Make,
    outbox: Make,
    clock: Clock,
    capfd: pytest.CaptureFixture[str],
) -> None:
    before = structlog.get_config()
    logs.set_up("DEBUG")
    # The relay of the tests runs in this process and tells whom it serves; it is not ours.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    try:
        readers(EMAIL, "gone-a@readers-host.org", "later-b@readers-host.org", "silent-c@readers-host.org")
        published(breaker_after=2, notify_email="desk@campaign-host.org")
        with db.writing(engine) as session:
            subscribers.ask(session, keys, CAMPAIGN, "asks@readers-host.org", Wish(), Asked(), now=clock())
        deliver(outbox())
        deliver(outbox())
    finally:
        structlog.configure(**before)
    out, err = capfd.readouterr()
    assert "message not sent" in out + err
    assert not re.search(r"[\w.+-]+@[\w-]+\.\w+", out + err)
    assert settings.secret_key.get_secret_value() not in out + err


def test_e42_the_source_logs_no_address() -> None:
    room = Path(__file__).resolve().parents[3] / "campaign" / "mailing"
    for path in [*room.rglob("*.py"), room.parents[1] / "jobs" / "deliver_mail.py"]:
        for call in re.findall(r"log\.\w+\([^)]*\)", path.read_text()):
            assert not re.search(r"email|address|recipient|token|\bto\b=", call), f"{path.name}: {call}"


def test_e42_words_of_a_relay_are_masked() -> None:
    assert masked("550 <maria@x.org>: unknown user maria@x.org") == "550 <…@…>: unknown user …@…"


VARIANTS = [
    ("Maria.Lopez@Readers-Host.org", "maria.lopez@readers-host.org", True),
    ("maria+news@readers-host.org", "maria@readers-host.org", True),
    ("m.a.r.i.a@gmail.com", "maria@googlemail.com", True),
    ("m.aria@readers-host.org", "maria@readers-host.org", False),
    ("maria@bücher-host.org", "maria@xn--bcher-host-9db.org", True),
    ("MARÍA@readers-host.org", "maría@readers-host.org", True),
    ("maria@readers-host.org", "maria@readers-host.com", False),
]


@pytest.mark.parametrize(("one", "two", "same"), VARIANTS)
def test_e43_spellings_of_one_person_are_one(keys: Keys, one: str, two: str, same: bool) -> None:
    assert (keys.of(read_address(one), CAMPAIGN) == keys.of(read_address(two), CAMPAIGN)) is same


def test_e43_one_row_a_person_and_mail_goes_to_what_was_typed(
    engine: Engine, keys: Keys, clock: Clock, outbox: Make, box: Box
) -> None:
    for typed in ("Maria.L+News@Bücher-host.org", "maria.l@bücher-host.org"):
        with db.writing(engine) as session:
            subscribers.ask(session, keys, CAMPAIGN, typed, Wish(), Asked(), now=clock())
    with db.reading(engine) as session:
        assert session.exec(select(Subscriber)).one().email == "Maria.L+News@Bücher-host.org"
    deliver(outbox())
    assert list(box.got) == ["Maria.L+News@xn--bcher-host-9db.org"]


@pytest.mark.parametrize("odd", ['"a b"@readers-host.org', "o'hara@readers-host.org", "a/b=c@readers-host.org"])
def test_e43_odd_but_valid_addresses_are_mailed(
    readers: Make, published: Make, outbox: Make, box: Box, odd: str
) -> None:
    readers(odd)
    published()
    assert deliver(outbox()).counts == {"sent": 1}
    assert list(box.got) == [wire(odd)]


def test_e43_letters_beyond_ascii_need_a_relay_that_carries_them(
    readers: Make, published: Make, outbox: Make, box: Box
) -> None:
    readers("maría@readers-host.org")
    published()
    assert deliver(outbox()).counts == {"sent": 1}
    assert list(box.got) == ["maría@readers-host.org"]


def test_lists_take_zip_codes_where_they_are_clear(engine: Engine, keys: Keys) -> None:
    rows = [Row(2, "a@readers-host.org", Wish(seat="TX-20"))]
    imports.take_list(engine, keys, rows, Terms(CAMPAIGN, "x", MONDAY), Imported())
    with db.reading(engine) as session:
        assert csv_lists.write(session, CAMPAIGN).splitlines()[1].startswith("a@readers-host.org,en,TX-20,")
