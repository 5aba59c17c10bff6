"""Make what tests/upgrades upgrades: a database by version 0.1.0, on SQLite and on PostgreSQL.

Runs with the code of that version, and needs ``pg_dump``::

    git worktree add --detach ../old dae3d2c
    PYTHONPATH=../old .venv/bin/python tools/old_database.py postgresql+psycopg://postgres@127.0.0.1/postgres

It holds the shipped snapshot (trimmed to a handful of ZIP codes, boundaries and offices) and something of all
that people write: users, subscribers, a digest that is half sent, calls, a whip board, texts. The links of its
mails lie beside it: they must keep working.
"""

import gzip
import json
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa
from campaign.mailing.subscribers import Asked, Row, Wish
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign import __version__, db, snapshot
from campaign.accounts import sessions, users
from campaign.mailing import editions, subscribers
from campaign.mailing.addresses import Keys
from campaign.mailing.models import Delivery, MailPolicy, Subscriber
from campaign.organizing import campaigns, texts, views, whip
from campaign.outreach import outcomes
from campaign.outreach.outcomes import Report
from campaign.settings import Settings

FOLDER = Path(__file__).parents[1] / "tests" / "upgrades"
NOW = datetime(2026, 6, 20, 15, tzinfo=UTC)
MONDAY = datetime(2026, 6, 22, 12, 30, tzinfo=UTC)
SETTINGS = Settings(
    secret_key=SecretStr("k" * 40),
    mail_from="Campaña <news@campaign-host.org>",
    postal_address="P.O. Box 123, Austin, TX 78701",
)
TRIMMED = (
    "DELETE FROM zipseat WHERE zip NOT IN ('78207', '78205', '20001', '90011')",
    "DELETE FROM districtshape WHERE seat NOT IN ('TX-20', 'CA-37')",
    "DELETE FROM office WHERE bioguide NOT IN ('C001091', 'C001098', 'K000400')",
    "DELETE FROM tenure WHERE ends < '2025-01-01'",
    "DELETE FROM committeeseat WHERE committee NOT IN ('HSFA00', 'SSFR00', 'SSJU00')",
)
READERS = [
    Row(2, "ana@example.org", Wish("es", "TX-20")),
    Row(3, "ben@example.org", Wish("en", "TX-20")),
    Row(4, "cleo@example.org", Wish("en", "CA-37", ("armas-act",))),
    Row(5, "dora@example.org", Wish("en")),
]


def fill(engine: Engine) -> dict[str, str]:
    """Everything a campaign of some weeks has; the secret parts of the links that were mailed."""
    db.upgrade(engine)
    snapshot.load(engine, now=NOW)
    with engine.begin() as connection:
        for statement in TRIMMED:
            connection.execute(sa.text(statement))
    with db.writing(engine) as session:
        links = organizers(session) | readers(session)
        board(session)
        calls(session)
    digest(engine)
    return links


def organizers(session: Session) -> dict[str, str]:
    admin, _ = users.add(session, "admin@example.org", "admin", now=NOW, actor="command line")
    _, invitation = users.add(session, "organizer@example.org", "organizer", now=NOW, by=admin)
    sessions.begin(session, admin, now=NOW)
    views.save(session, admin.email, "lists", "Texas", "state=TX")
    campaigns.set_state(session, campaigns.campaigns(session)[0][0].slug, "live", by=admin.email, now=NOW)
    return {"organize/link": invitation}


def readers(session: Session) -> dict[str, str]:
    keys = Keys(SETTINGS)
    subscribers.take_list(session, keys, READERS, attested_by="admin@example.org", now=NOW)
    subscribers.ask(session, keys, "emil@example.org", Wish("es"), Asked("/subscribe"), now=NOW)
    session.flush()
    known = {one.email: one for one in session.exec(select(Subscriber))}
    subscribers.stop(session, known["dora@example.org"], "unsubscribed", now=NOW)
    session.add(MailPolicy(quiet_week="note", per_second=0))
    ben, emil = known["ben@example.org"], known["emil@example.org"]
    return {
        "unsubscribe": keys.stop_token(ben.key),
        "preferences": subscribers.new_token(session, ben.id, "manage", {}, now=NOW),
        "confirm": subscribers.new_token(session, emil.id, "confirm", Wish("es").kept(), now=NOW),
    }


def board(session: Session) -> None:
    edits = [{"lean": "likely", "next_step": "Call the scheduler", "next_on": "2026-06-29"}, {"tags": "visit"}]
    for version, given in enumerate(edits):
        whip.save(session, "s367-119", "C001098", given, version=version, by="admin@example.org", now=NOW)
    whip.add_note(session, "C001098", "Met the staff; they read H.R. 923.", by="admin@example.org", now=NOW)
    key, words = "cosponsor-call", texts.shown_now(session, "wording", "cosponsor-call")
    words["text_en"] += "\n\nThank you for your time."
    written = texts.draft(session, "wording", key, words, seen=0, by="admin@example.org", now=NOW)
    texts.publish(session, written.id or 0, by="admin@example.org", now=NOW)


def calls(session: Session) -> None:
    ways = [("talked", "will_join"), ("voicemail", ""), ("not_reached", "")]
    for number, (outcome, said) in enumerate(ways):
        report = Report("s367-119", "C001098", "washington", outcome, said)
        outcomes.record(session, report, f"nonce-{number}", now=NOW, today=date(2026, 6, 20))


def digest(engine: Engine) -> None:
    """Last week's digest, approved; one copy was sent, one was being sent when the worker was killed."""
    built = editions.build(engine, SETTINGS, now=MONDAY, period="2026-W26")
    editions.publish(engine, SETTINGS, built.edition, by="admin@example.org", now=MONDAY)
    with db.writing(engine) as session:
        first, second, *_ = session.exec(
            select(Delivery).where(Delivery.edition == built.edition).order_by(Delivery.id)
        ).all()
        first.state, first.ended_at, first.reply = "sent", MONDAY, "250 accepted"
        second.state, second.owner, second.lease, second.first_at = "sending", "killed", MONDAY, MONDAY
        second.attempts = 1


def sqlite_dump(folder: Path) -> tuple[str, dict[str, str]]:
    path = folder / "campaign.db"
    engine = db.open_engine(f"sqlite:///{path}")
    links = fill(engine)
    db.tidy(engine)
    engine.dispose()
    with sqlite3.connect(path) as connection:
        return "\n".join(connection.iterdump()), links


def postgres_dump(server: str) -> tuple[str, dict[str, str]]:
    name = "campaign_old_database"
    around = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with around.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
        try:
            url = sa.make_url(server).set(database=name)
            engine = db.open_engine(url.render_as_string(hide_password=False))
            links = fill(engine)
            engine.dispose()
            plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
            command = ["pg_dump", "--inserts", "--rows-per-insert=200", "--no-owner", "--no-privileges", plain]
            dump = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
        finally:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    around.dispose()
    # Lines that only psql understands.
    return "\n".join(line for line in dump.splitlines() if not line.startswith(("\\", "--"))), links


def main() -> None:
    if __version__ != "0.1.0":
        sys.exit(f"Run this with the code of 0.1.0 (PYTHONPATH=…), not of {__version__}.")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        dumps = {"sqlite": sqlite_dump(Path(folder)), "postgres": postgres_dump(sys.argv[1])}
    for name, (dump, _) in dumps.items():
        (FOLDER / f"0.1.0.{name}.sql.gz").write_bytes(gzip.compress(dump.encode(), 9, mtime=0))
    links = {name: links for name, (_, links) in dumps.items()}
    (FOLDER / "0.1.0.links.json").write_text(json.dumps(links, indent=2) + "\n")


if __name__ == "__main__":
    main()
