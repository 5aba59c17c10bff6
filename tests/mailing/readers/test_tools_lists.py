"""Lists as the systems that organizers have export them: names, separators, encodings, cells and consent."""

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.cli import main
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.models import Subscriber, Suppression
from campaign.mailing.readers import csv_lists, imports, list_cells, list_columns, subscribers
from campaign.mailing.readers.imports import Imported, Row, Terms
from campaign.mailing.readers.subscribers import Asked, Wish
from campaign.proposals import campaigns
from campaign.refusals import Refused

from mondays import CAMPAIGN, MONDAY  # isort: skip


def read(engine: Engine, raw: bytes, now: datetime = MONDAY) -> tuple[list[Row], Imported, list[str]]:
    """The rows of a file, what was rejected, and the columns that nothing was read from."""
    done, table = Imported(), csv_lists.table_of(csv_lists.text_of(raw))
    columns = list_columns.find(table.header)
    with db.reading(engine) as session:
        rows = list(csv_lists.rows_of(session, CAMPAIGN, table, columns, done, now=now))
    return rows, done, columns.unused


def taken(engine: Engine, keys: Keys, text: str, by: str = "ana", now: datetime = MONDAY) -> Imported:
    rows, done, _unused = read(engine, text.encode(), now)
    imports.take_list(engine, keys, rows, Terms(CAMPAIGN, by, now), done)
    return done


def states(engine: Engine) -> dict[str, str]:
    with db.reading(engine) as session:
        return {reader.email: reader.state for reader in session.exec(select(Subscriber))}


def barred(engine: Engine) -> dict[str, str]:
    with db.reading(engine) as session:
        return {row.key: row.reason for row in session.exec(select(Suppression))}


@pytest.mark.parametrize(
    ("header", "unused"),
    [
        # Action Network
        (
            "first_name,last_name,email,zip_code,can2_subscription_status,can2_phone",
            "first_name last_name can2_phone",
        ),
        # Mailchimp
        ("Email Address,First Name,ZIP Code,Language,MEMBER_RATING", "First Name MEMBER_RATING"),
        # EveryAction
        ("VANID,Preferred Email,Zip/Postal,Preferred Language,Email Subscription Status", "VANID"),
        # NationBuilder
        ("nationbuilder_id,email,primary_zip,language,email_opt_in,email1_is_bad", "nationbuilder_id"),
        # Constant Contact
        ("Email address,Email permission status,Zip/Postal Code - Home,Confirmed Opt-Out Date", ""),
        # Tables made by hand
        ("E-mail,ZIP", ""),
        ("Correo electrónico,Código postal,Idioma,Propuestas,Nombre", "Nombre"),
        ("nombre;correo;código postal", "nombre"),
    ],
)
def test_columns_are_known_by_the_names_that_tools_give_them(header: str, unused: str) -> None:
    columns = list_columns.find(csv_lists.table_of(header).header)
    assert "email" in columns.places
    assert " ".join(columns.unused) == unused


@pytest.mark.parametrize(
    "raw",
    [
        b"email,zip\nmaria@example.org,78205\n",
        b"\xef\xbb\xbfemail,zip\r\nmaria@example.org,78205\r\n",
        b"email;zip\nmaria@example.org;78205\n",
        "email\tzip\nmaria@example.org\t78205\n".encode("utf-16"),
        "email,zip,município\nmaria@example.org,78205,Peñasco\n".encode("cp1252"),
        b'email,"zip;postal;code",zip\nmaria@example.org,,78205\n',
        b"\n\nemail,zip\n,,\nmaria@example.org,78205\n\n , \n",
        b'email,zip\n"Maria Lopez <maria@example.org>","=""78205"""\n',
        b"email,zip\nmailto:maria@example.org,78205.0\n",
    ],
)
def test_separators_encodings_and_blank_rows(snapshot_engine: Engine, now: datetime, raw: bytes) -> None:
    (row,), done, _unused = read(snapshot_engine, raw, now)
    assert (row.email, row.wish.seat[:2], done.rejects) == ("maria@example.org", "TX", {})


def test_a_workbook_is_read(snapshot_engine: Engine, now: datetime) -> None:
    book = Workbook()
    for cells in (
        ["Email", "Zip", "Note"],
        ["a@example.org", 2138, "two\nlines"],
        [],
        ["b@example.org", "x", ""],
    ):
        book.active.append(cells)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    (row,), done, unused = read(snapshot_engine, out.getvalue(), now)
    assert (row.line, row.email, row.wish.seat[:2]) == (2, "a@example.org", "MA")
    assert (list(done.rejects), unused) == ([4], ["Note"])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('email,name,zip\nbq1@example.org,ok,78205\nbq2@example.org,"unclosed,78205\nbq3@example.org,x,\n', 3),
        ('email,name\na@example.org,"two\nlines"\n\nb@example.org,"open\n', 5),
    ],
)
def test_a_quote_that_stays_open_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Refused, match=f"Line {line}:"):
        csv_lists.table_of(text)


@pytest.mark.parametrize(
    "text", ["name,zip\nMaria,78205\n", "maria@example.org\nluz@example.org\n", "", " \n,,\n"]
)
def test_a_file_without_a_column_of_addresses_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        list_columns.find(csv_lists.table_of(text).header)


ZIPS = [
    ("2138", "02138"), ("02138", "02138"), ("2138.0", "02138"), ("21381234", "02138"), ("021381234", "02138"),
    ("02138-1234", "02138"), ("2138-1234", "02138"), ('="02138"', "02138"), ("'02138", "02138"),
    ("78205 1234", "78205"), ("782051234", "78205"), ("601", "00601"), ("6011234", "00601"),
    ("TX 78205", "TX 78205"), ("12", "12"), ("213812", "213812"), ("", ""), ("K1A 0B6", "K1A 0B6"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "zip_code"), ZIPS)
def test_zip_codes_as_spreadsheets_leave_them(typed: str, zip_code: str) -> None:
    assert list_cells.zip_of(typed) == zip_code


@pytest.mark.parametrize(
    ("typed", "language"),
    [("Spanish", "es"), ("spa", "es"), ("español", "es"), ("ESPAÑOL", "es"), ("es-MX", "es"), ("es_419", "es"),
     ("Spanish (Mexico)", "es"), ("English", "en"), ("eng", "en"), ("en-US", "en"), ("inglés", "en"),
     ("", "en")],
)  # fmt: skip
def test_languages_as_tools_write_them(typed: str, language: str) -> None:
    assert list_cells.language_of(typed) == language


@pytest.mark.parametrize("typed", ["fr", "French", "este", "entre"])
def test_another_language_is_a_rejected_line(typed: str) -> None:
    with pytest.raises(Refused):
        list_cells.language_of(typed)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Maria Lopez <maria@example.org>", "maria@example.org"),
        ('"Lopez, Maria" <maria@example.org>;', "maria@example.org"),
        ("mailto:maria@example.org?subject=Hi", "maria@example.org"),
        ("<MAILTO:maria@example.org>", "maria@example.org"),
        ("\u200bmaria@example.org\u00a0", "maria@example.org"),
        ("a@example.org; b@example.org", "a@example.org; b@example.org"),
    ],
)
def test_addresses_as_people_paste_them(typed: str, address: str) -> None:
    assert list_cells.address_of(typed) == address


# The header and the cells of a row, and what becomes of it: "" is taken.
CONSENT = [
    ("email,can2_subscription_status", "subscribed", ""),
    ("email,can2_subscription_status", "unsubscribed", "unsubscribed"),
    ("email,can2_subscription_status", "bouncing", "bounced"),
    ("email,can2_subscription_status", "previous spam complaint", "complaint"),
    ("email,can2_subscription_status", "", "not_subscribed"),
    ("email,status", "Cleaned", "bounced"),
    ("email,status", "Non-Subscribed", "not_subscribed"),
    ("email,Email Marketing Status", "Archived", "not_subscribed"),
    ("Email Address,UNSUB_TIME", "2025-03-01 12:00:00", "unsubscribed"),
    ("Email Address,CLEAN_TIME", "2025-03-01 12:00:00", "bounced"),
    ("Email Address,UNSUB_TIME", "", ""),
    ("email,Email Subscription Status", "S", ""),
    ("email,Email Subscription Status", "U", "unsubscribed"),
    ("email,Email Subscription Status", "N", "not_subscribed"),
    ("email,email_opt_in", "true", ""),
    ("email,email_opt_in", "false", "not_subscribed"),
    ("email,email_opt_in,email1_is_bad", "true,true", "bounced"),
    ("email,email_opt_in,email1_is_bad", "true,false", ""),
    ("Email address,Email permission status", "Implicit", ""),
    ("Email address,Email permission status", "Awaiting confirmation", "not_subscribed"),
    ("Email address,Email permission status,Confirmed Opt-Out Date", "Explicit,2025-01-02", "unsubscribed"),
    ("correo,suscrito", "sí", ""),
    ("correo,suscrito", "no", "not_subscribed"),
    ("correo,estado de suscripción", "Dada de baja", "unsubscribed"),
    ("correo,consentimiento,baja", "sí,no", ""),
    ("email,Do Not Email", "1", "unsubscribed"),
]


@pytest.mark.parametrize("who", ["", "ana"])
@pytest.mark.parametrize(("header", "cells", "left"), CONSENT)
def test_e41_what_a_list_says_of_consent_is_obeyed(
    sqlite_engine: Engine, keys: Keys, header: str, cells: str, left: str, who: str
) -> None:
    done = taken(sqlite_engine, keys, f"{header}\njohn@readers-host.org,{cells}\n", who)
    assert {reason: number for reason, number in done.left.items() if number} == ({left: 1} if left else {})
    assert list(states(sqlite_engine).values()) == ([] if left else ["confirmed" if who else "pending"])
    key = keys.of(read_address("john@readers-host.org"), CAMPAIGN)
    assert barred(sqlite_engine) == ({key: left} if left in ("unsubscribed", "bounced", "complaint") else {})


def test_a_status_that_could_be_about_anything_is_a_rejected_line(engine: Engine, keys: Keys) -> None:
    done = taken(engine, keys, "email,status\na@readers-host.org,gold\nb@readers-host.org,active\n")
    assert done.rejects == {2: "unknown status 'gold': is it about mail?"}
    assert states(engine) == {"b@readers-host.org": "confirmed"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_e41_who_stands_in_a_list_twice_and_left_once_is_gone(
    engine: Engine, keys: Keys, order: tuple[int, int]
) -> None:
    rows = ("A@readers-host.org,subscribed", "a@readers-host.org,unsubscribed")
    done = taken(engine, keys, "\n".join(["email,status", *(rows[place] for place in order)]))
    assert (states(engine), done.suppressed, done.left["unsubscribed"]) == ({}, 1, 1)


def test_e41_a_later_list_stops_whom_an_earlier_one_brought_but_not_who_confirmed(
    engine: Engine, keys: Keys
) -> None:
    taken(engine, keys, "email\nlisted@readers-host.org\n")
    with db.writing(engine) as session:
        subscribers.ask(session, keys, CAMPAIGN, "asked@readers-host.org", Wish(), Asked(), now=MONDAY)
        who = subscribers.find(session, keys, CAMPAIGN, read_address("asked@readers-host.org"))
        assert who
        token = subscribers.new_token(session, subscribers.number(who), "confirm", {}, now=MONDAY)
        session.flush()
        assert subscribers.confirm(session, token, Asked(), now=MONDAY)
    text = "email,status\nlisted@readers-host.org,unsubscribed\nasked@readers-host.org,unsubscribed\n"
    taken(engine, keys, text)
    assert states(engine) == {"listed@readers-host.org": "stopped", "asked@readers-host.org": "confirmed"}
    assert list(barred(engine).values()) == ["unsubscribed"]


def many(count: int) -> str:
    return "email\n" + "".join(f"r{number}@readers-host.org\n" for number in range(count))


def test_others_write_between_the_batches_of_a_long_list(
    engine: Engine, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def sign_up(_seconds: float) -> None:
        with db.writing(engine) as session:
            name = f"other{len(seen)}@readers-host.org"
            assert subscribers.ask(session, keys, CAMPAIGN, name, Wish(), Asked(), now=MONDAY) == "confirm"
        seen.append(len(states(engine)))

    monkeypatch.setattr(imports.time, "sleep", sign_up)
    assert taken(engine, keys, many(imports.BATCH * 2 + 1)).confirmed == imports.BATCH * 2 + 1
    assert seen == [imports.BATCH + 1, imports.BATCH * 2 + 2]


def test_a_list_that_broke_off_is_taken_again_and_nobody_is_doubled(
    engine: Engine, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(_seconds: float) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(imports.time, "sleep", break_off)
    with pytest.raises(KeyboardInterrupt):
        taken(engine, keys, many(imports.BATCH + 5))
    monkeypatch.undo()
    done = taken(engine, keys, many(imports.BATCH + 5))
    assert (done.already, done.confirmed, len(states(engine))) == (imports.BATCH, 5, imports.BATCH + 5)


def test_looking_at_a_list_writes_nothing_and_counts_as_taking_it_does(engine: Engine, keys: Keys) -> None:
    taken(engine, keys, "email,status\nhere@readers-host.org,yes\ngone@readers-host.org,unsubscribed\n")
    text = (
        "email\nhere@readers-host.org\nnew@readers-host.org\nNEW@readers-host.org\ngone@readers-host.org\nx\n"
    )
    rows, done, _unused = read(engine, text.encode())
    with db.reading(engine) as session:
        assert imports.look(session, keys, CAMPAIGN, rows, done) == 1
    assert (done.already, done.suppressed, list(done.rejects)) == (2, 1, [6])
    assert len(states(engine)) == 1


def test_rejected_rows_come_back_with_their_reasons_and_can_be_brought_again(engine: Engine) -> None:
    table = csv_lists.table_of("Email,idioma\na@readers-host.org,fr\nb@readers-host.org,es\n")
    raw = csv_lists.write_rejects(table, {2: "unknown language 'fr'"})
    again = csv_lists.table_of(csv_lists.text_of(raw))
    assert again.header == ["line", "reason", "Email", "idioma"]
    assert [list(cells) for _line, cells in again.rows] == [
        ["2", "unknown language 'fr'", "a@readers-host.org", "fr"]
    ]
    rows, done, unused = read(engine, raw.replace(b",fr\r", b",es\r"))
    assert ([row.wish.language for row in rows], done.rejects, unused) == (["es"], {}, ["line", "reason"])


def test_the_command_says_what_was_taken_and_what_was_not(engine: Engine, tmp_path: Path) -> None:
    with db.writing(engine) as session:
        campaigns.add_campaign(session, CAMPAIGN, title_en="Guns", title_es="Armas")
    (tmp_path / "list.csv").write_text(
        "first_name,email,can2_subscription_status\nJo,jo@readers-host.org,unsubscribed\n"
        "Al,al@readers-host.org,subscribed\nBo,bo,subscribed\n"
    )
    url = engine.url.render_as_string(hide_password=False)
    env = {"CAMPAIGN_DATABASE_URL": url, "CAMPAIGN_SECRET_KEY": "k" * 40, "LANG": "en_US.UTF-8"}
    words = ["subscribers", "import", str(tmp_path / "list.csv"), "--consent-attested"]
    as_json = CliRunner().invoke(main, ["--json", *words], env=env)
    assert (as_json.exit_code, json.loads(as_json.stdout)) == (
        1,
        {
            "confirmed": 1,
            "pending": 0,
            "already": 0,
            "suppressed": 0,
            "rejected": 1,
            "left": {"unsubscribed": 1, "bounced": 0, "complaint": 0, "not_subscribed": 0},
            "unused": ["first_name"],
            "rejects": {"4": "That doesn’t look like an email address. Example: maria@example.org."},
        },
    )
    lines = CliRunner().invoke(main, words, env=env).stdout
    assert "1 not taken: unsubscribed\ncolumns not used: first_name\nline 4: " in lines
    spanish = CliRunner().invoke(main, words, env={**env, "LANG": "es_MX.UTF-8", "LC_ALL": None}).stdout
    assert "1 sin tomar: se dio de baja\ncolumnas sin usar: first_name\nlínea 4: Eso no parece" in spanish
