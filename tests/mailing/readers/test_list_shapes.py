"""Confirmed readers in the shapes of other systems: what goes out comes back whole."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.cli import main
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.models import Subscriber
from campaign.mailing.readers import csv_lists, imports, list_columns, list_shapes
from campaign.mailing.readers.imports import Imported, Terms
from campaign.refusals import Refused

from mondays import MONDAY  # isort: skip

CAMPAIGN = "us-guns-abroad"

READERS = [
    ("ana@example.org", "es", "TX-20", "armas-act"),
    ("luz@example.org", "en", "", ""),
    ("=cmd@example.org", "en", "PR-0", "armas-act stop-arming-cartels-act"),
    ("o'neil@example.org", "es", "NY", ""),
]
CSV_SHAPES = ("action_network", "everyaction", "mailchimp")


@pytest.fixture
def listed(snapshot_copy: Engine, keys: Keys) -> Engine:
    with db.writing(snapshot_copy) as session:
        for state, rows in (("confirmed", READERS), ("pending", [("bo@example.org", "en", "", "")])):
            for email, language, seat, proposals in rows:
                key = keys.of(read_address(email), CAMPAIGN)
                wish = {"language": language, "seat": seat, "proposals": proposals, "state": state}
                dates = {"created": MONDAY, "confirmed_at": MONDAY}
                session.add(Subscriber(campaign=CAMPAIGN, email=email, key=key, **wish, **dates))
    return snapshot_copy


def exported(engine: Engine, shape: str) -> str:
    with db.reading(engine) as session:
        text, count = list_shapes.export(session, CAMPAIGN, shape)
    assert count == len(READERS)
    return text


@pytest.mark.parametrize(
    ("shape", "header", "first"),
    [
        (
            "action_network",
            "email,language,state,seat,proposals,can2_subscription_status",
            ["ana@example.org", "es", "TX", "TX-20", "armas-act", "subscribed"],
        ),
        (
            "everyaction",
            "Preferred Email,Preferred Language,State,Seat,Proposals,Email Subscription Status",
            ["ana@example.org", "Spanish", "TX", "TX-20", "armas-act", "Subscribed"],
        ),
        (
            "mailchimp",
            "Email Address,Language,State,Seat,Proposals,CONFIRM_TIME",
            ["ana@example.org", "es", "TX", "TX-20", "armas-act", MONDAY.strftime("%Y-%m-%d %H:%M:%S")],
        ),
    ],
)
def test_each_system_gets_its_columns(listed: Engine, shape: str, header: str, first: list[str]) -> None:
    head, *rows = csv.reader(io.StringIO(exported(listed, shape)))
    assert ",".join(head) == header
    assert rows[0] == first
    # No cell is run as a formula.
    assert rows[2][0] == "'=cmd@example.org"


@pytest.mark.parametrize("shape", CSV_SHAPES)
def test_what_goes_out_comes_back_whole(listed: Engine, keys: Keys, shape: str) -> None:
    text = exported(listed, shape)
    with db.writing(listed) as session:
        for reader in session.exec(select(Subscriber)):
            session.delete(reader)
    done, table = Imported(), csv_lists.table_of(text)
    columns = list_columns.find(table.header)
    with db.reading(listed) as session:
        rows = list(csv_lists.rows_of(session, CAMPAIGN, table, columns, done, now=MONDAY))
    imports.take_list(listed, keys, rows, Terms(CAMPAIGN, "ana", MONDAY), done)
    assert (done.rejects, done.confirmed, sum(done.left.values())) == ({}, len(READERS), 0)
    with db.reading(listed) as session:
        found = session.exec(select(Subscriber).order_by(Subscriber.id)).all()  # type: ignore[arg-type]
    assert [(row.email, row.language, row.seat, row.proposals) for row in found] == READERS


def test_osdi_has_people_with_their_addresses_places_and_languages(listed: Engine) -> None:
    found = json.loads(exported(listed, "osdi"))
    assert (found["total_records"], found["page"], found["total_pages"]) == (4, 1, 1)
    first, second = found["_embedded"]["osdi:people"][:2]
    assert first["email_addresses"] == [{"primary": True, "address": "ana@example.org", "status": "subscribed"}]
    assert first["postal_addresses"] == [{"primary": True, "region": "TX", "country": "US"}]
    assert first["languages_spoken"] == ["es"]
    assert first["custom_fields"] == {"seat": "TX-20", "proposals": "armas-act"}
    assert datetime.fromisoformat(first["created_date"]) == MONDAY.astimezone(UTC)
    assert second["postal_addresses"] == []
    assert len({person["identifiers"][0] for person in found["_embedded"]["osdi:people"]}) == 4


def test_another_shape_is_refused(listed: Engine) -> None:
    with db.reading(listed) as session, pytest.raises(Refused, match="action_network"):
        list_shapes.export(session, CAMPAIGN, "fax")


def test_the_command_line_writes_the_same(
    listed: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    env = {"CAMPAIGN_DATABASE_URL": str(listed.url)}
    words = ["subscribers", "export", "--shape", "osdi"]
    said = CliRunner().invoke(main, ["--json", *words], env=env)
    assert (said.exit_code, said.stderr) == (0, "")
    found = json.loads(said.stdout)
    assert found["exported"] == 4
    assert json.loads(found["osdi"])["total_records"] == 4
    assert CliRunner().invoke(main, [*words, "--to", "people.json"], env=env).exit_code == 0
    assert (tmp_path / "people.json").read_text() == found["osdi"]
