"""Rows as use leaves them, made by the database itself: readers, copies of editions, signatures, calls, logs.

``add`` fills the tables that grow from one number of rows to the next. Those that housekeeping keeps short are
filled as far as it would let them grow.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

CAMPAIGN: Final = "us-guns-abroad"
BILL: Final = "hr6736-119"
# Numbers of two actions and of a webhook.
PETITION, PLEDGE, ENDPOINT = 1, 2, 1
# So that an edition has as many groups at any size.
SEATS: Final = 50
GROUPS: Final = 2 * SEATS
# What 90 days of runs, and a year of steps, come to.
MOST_RUNS, MOST_STEPS = 54_000, 3_650
# A large campaign counts so many kinds of calls a day.
CALLS_A_DAY: Final = 2_000
DAY: Final = 86_400
EDITIONS_AT_LEAST: Final = 5
Columns = dict[str, str]


@dataclass(frozen=True)
class Sql:
    """What the two engines spell differently."""

    name: str
    now: datetime

    @property
    def postgres(self) -> bool:
        return self.name == "postgresql"

    def numbers(self, first: int, last: int) -> str:
        if self.postgres:
            return f"generate_series({first}, {last}) AS s(n)"
        counted = f"SELECT {first} AS n UNION ALL SELECT n + 1 FROM c WHERE n < {last}"
        return f"(WITH RECURSIVE c AS ({counted}) SELECT n FROM c) AS s"

    def ago(self, seconds: str) -> str:
        """The moment so many seconds ago."""
        now = f"{self.now:%Y-%m-%d %H:%M:%S}"
        if self.postgres:
            return f"timestamptz '{now}+00' - ({seconds}) * interval '1 second'"
        return f"strftime('%Y-%m-%d %H:%M:%S.000000', '{now}', '-' || ({seconds}) || ' seconds')"

    def day(self, days: str) -> str:
        """The day so many days ago."""
        now = f"{self.now:%Y-%m-%d}"
        return f"date '{now}' - ({days})" if self.postgres else f"date('{now}', '-' || ({days}) || ' days')"

    def hash(self, number: str = "n") -> str:
        return f"lpad(to_hex({number}), 32, '0')" if self.postgres else f"printf('%032x', {number})"


def prepare(engine: Engine, now: datetime) -> None:
    """What the rows belong to: two actions, a webhook without news, numbered seats and members."""
    plan_alone(engine)
    sql = Sql(engine.dialect.name, now)
    texts = "'Clean water', 'Agua limpia', 'Clean the wells.', 'Limpien los pozos.', '', ''"
    action = (
        "id, campaign, slug, kind, title_en, title_es, text_en, text_es, points_en, points_es, goal, revision"
    )
    with engine.execution_options(writes=True).begin() as connection:
        for number, kind in ((PETITION, "petition"), (PLEDGE, "pledge")):
            values = f"{number}, '{CAMPAIGN}', '{kind}', '{kind}', {texts}, 1000000, 0, 'open'"
            _run(connection, f"INSERT INTO campaignaction ({action}, state) VALUES ({values})")
        _run(
            connection,
            "INSERT INTO webhookendpoint (id, campaign, url, shape, language, events, salt, state, made_by,"
            f" seq, made_at) SELECT {ENDPOINT}, '{CAMPAIGN}', 'https://hooks.example.org/', 'json', 'en',"
            f" 'cosponsors', 'salt', 'on', 'bench', max(seq), {sql.ago('0')} FROM change",
        )
        for name, found in (("seat", "chamber = 'house'"), ("member", "standing = 'sitting'")):
            key = "id" if name == "seat" else "bioguide"
            rows = f"SELECT row_number() OVER (ORDER BY {key}) - 1 AS i, {key} AS id FROM {name} WHERE {found}"
            _run(connection, f"CREATE TABLE bench_{name} AS {rows}")


def plan_alone(engine: Engine) -> None:
    """On PostgreSQL, without parallel workers: they would come and go unseen by the clock."""
    if engine.dialect.name == "postgresql":
        with engine.execution_options(writes=True).begin() as connection:
            name = engine.url.database
            _run(connection, f"ALTER DATABASE {name} SET max_parallel_workers_per_gather = 0")


def add(engine: Engine, before: int, rows: int, *, now: datetime) -> None:
    """Fill the tables from ``before`` to ``rows`` rows."""
    sql = Sql(engine.dialect.name, now)
    with engine.execution_options(writes=True).begin() as connection:
        _unguarded(connection)
        for table, share, most, columns, joined in _tables(sql):
            first, last = min(before // share, most) + 1, min(rows // share, most)
            if first <= last:
                _insert(connection, table, columns, f"{sql.numbers(first, last)} {joined}")
        _run(connection, "DELETE FROM calltotal")
        keys = "about, member, outcome, said"
        sums = f"SELECT {keys}, sum(count) FROM callcount GROUP BY {keys}"
        _run(connection, f"INSERT INTO calltotal ({keys}, count) {sums}")
        counted = "SELECT count(*) FROM signature WHERE action = campaignaction.id AND confirmed_at IS NOT NULL"
        _run(connection, f"UPDATE campaignaction SET counted = ({counted})")
    add_copies(engine, rows - before, readers=rows, now=now)


def add_copies(engine: Engine, copies: int, *, readers: int, now: datetime) -> None:
    """So many copies of past editions, each edition for at most so many readers."""
    sql = Sql(engine.dialect.name, now)
    editions = max(EDITIONS_AT_LEAST, -(-copies // readers))
    with _without_indexes(engine, "delivery") if sql.postgres else nullcontext():
        for _ in range(editions):
            with engine.execution_options(writes=True).begin() as connection:
                _unguarded(connection)
                _add_edition(connection, sql, copies // editions)
    settle(engine)


@contextmanager
def _without_indexes(engine: Engine, table: str) -> Iterator[None]:
    """Many rows are added in a fraction of the time where the indexes are made afterwards."""
    known = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :table AND indexname LIKE 'ix%'"
    with engine.begin() as connection:
        indexes = connection.execute(sa.text(known), {"table": table}).all()
        for name, _ in indexes:
            _run(connection, f"DROP INDEX {name}")
    yield
    with engine.begin() as connection:
        _unguarded(connection)
        _run(connection, "SET LOCAL maintenance_work_mem = '1GB'")
        for _, made in indexes:
            _run(connection, made)


def settle(engine: Engine) -> None:
    """Sequences behind the numbers that were given, and the planner's statistics as the engine keeps them."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            _run(connection, "ANALYZE")
            return
        for table in ("campaignaction", "webhookendpoint"):
            newest = f"(SELECT max(id) FROM {table})"
            _run(connection, f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {newest})")
        _run(connection, "SET statement_timeout = 0")
        _run(connection, "VACUUM (ANALYZE)")


def _add_edition(connection: Connection, sql: Sql, copies: int) -> None:
    number = _run(connection, "SELECT coalesce(max(id), 0) + 1 FROM edition")
    # Told up to the newest change, long enough ago to be kept and not to be looked at.
    moment, period = sql.ago(f"{DAY} * 25"), f"{1990 + number // 50}-W{number % 50 + 1:02}"
    connection.execute(
        sa.text(
            "INSERT INTO edition (id, campaign, kind, period, state, since_seq, upto_seq, built_at, quiet,"
            " note_en, note_es, approved_by, published_at, finished_at, problem, totals)"
            f" SELECT :number, :campaign, 'digest', :period, 'done', 0, coalesce(max(seq), 0), {moment}, false,"
            f" '', '', 'bench', {moment}, {moment}, '', '{{}}' FROM change"
        ),
        {"number": number, "campaign": CAMPAIGN, "period": period},
    )
    if sql.postgres:
        _run(connection, f"SELECT setval(pg_get_serial_sequence('edition', 'id'), {number})")
    _insert(connection, "content", _content(number, moment), f"{sql.numbers(1, GROUPS)} {_SEAT}")
    first = _run(connection, f"SELECT min(id) FROM content WHERE edition = {number}")
    _insert(connection, "delivery", _copy(number, first, moment), sql.numbers(1, copies))


def _content(edition: int, moment: str) -> Columns:
    return {
        "edition": str(edition),
        "language": f"CASE WHEN n > {SEATS} THEN 'es' ELSE 'en' END",
        "seat": "p.id",
        "proposals": "''",
        "subject": "'The week in Congress'",
        "head": "''",
        "body": "''",
        "due": moment,
    }


def _copy(edition: int, content: int, moment: str) -> Columns:
    state = "CASE WHEN n % 10007 = 0 THEN 'unknown' WHEN n % 100 = 0 THEN 'failed' ELSE 'sent' END"
    return {
        "kind": "'digest'",
        "edition": str(edition),
        "subscriber": "n",
        "content": f"{content} + n % {GROUPS}",
        "address": "''",
        "detail": "'{}'",
        "state": state,
        "due": moment,
        "attempts": "1",
        "first_at": moment,
        "owner": "''",
        "ended_at": moment,
        "reply": "'250 2.0.0 Ok: queued'",
    }


_SEAT: Final = f"JOIN bench_seat AS p ON p.i = s.n % {SEATS}"
_MEMBER: Final = "JOIN bench_member AS m ON m.i = s.n / 4 % (SELECT count(*) FROM bench_member)"


def _tables(sql: Sql) -> Iterator[tuple[str, int, int, Columns, str]]:
    """Each table: one row of how many, the most that are kept, its columns and what is joined for them."""
    every = 10**12
    yield "subscriber", 1, every, _readers(sql), _SEAT
    yield "suppression", 10, every, _suppressed(sql), ""
    yield "consent", 1, every, _consents(sql), ""
    yield "mailtoken", 10, every, _links(sql), ""
    yield (
        "attempt",
        2,
        every,
        {"who": f"'place:' || {sql.hash('n % 5000')}", "at": sql.ago(f"n % {DAY * 6}")},
        "",
    )
    yield (
        "mailevent",
        100,
        every,
        {"id": sql.hash(), "seen_at": sql.ago(f"n % {DAY * 29}"), "kind": "'hard'"},
        "",
    )
    yield "signature", 1, every, _signatures(sql, PETITION), ""
    yield "signature", 10, every, _signatures(sql, PLEDGE), ""
    yield "callcount", 1, every, _calls(sql), _MEMBER
    yield "callreceipt", 10, every, _receipts(sql), _MEMBER
    yield "phonereport", 1000, every, _phone_reports(sql), _MEMBER
    yield "stepcount", 1, MOST_STEPS, _steps(sql), ""
    yield "webhookmessage", 1, every, _messages(sql), ""
    yield "auditentry", 1, every, _audit(sql), ""
    yield "jobrun", 1, MOST_RUNS, _runs(sql), ""
    yield "throttle", 10, every, {"key": sql.hash(), "level": "1", "moved_at": sql.ago(f"n % {DAY * 6}")}, ""
    yield "whipchange", 100, every, _whip_changes(sql), _MEMBER


def _readers(sql: Sql) -> Columns:
    known = "CASE n % 50 WHEN 1 THEN 'pending' WHEN 2 THEN 'stopped' ELSE 'confirmed' END"
    return {
        "campaign": f"'{CAMPAIGN}'",
        "email": "'reader' || n || '@readers-host.org'",
        "key": sql.hash(),
        "language": "CASE WHEN n % 10 < 3 THEN 'es' ELSE 'en' END",
        "seat": "p.id",
        "proposals": "''",
        "state": known,
        "alerts": "n % 5 = 0",
        "created": sql.ago(f"{DAY} * 20"),
        "confirmed_at": sql.ago(f"{DAY} * 20"),
        "score": "0",
        "why_stopped": "''",
    }


def _suppressed(sql: Sql) -> Columns:
    values = {"key": sql.hash("n * 50 + 2"), "campaign": f"'{CAMPAIGN}'"}
    return {**values, "reason": "'unsubscribed'", "since": sql.ago(f"{DAY} * 20")}


def _consents(sql: Sql) -> Columns:
    values = {"subscriber": "n", "kind": "'confirmed'", "at": sql.ago(f"{DAY} * 20"), "page": "'/subscribe'"}
    return {**values, "wording": "'I want the digest.'", "ip": "''", "by": "''"}


def _links(sql: Sql) -> Columns:
    values = {"digest": sql.hash(), "subscriber": "n", "purpose": "'manage'"}
    return {
        **values,
        "expires": sql.ago(f"n % {DAY * 6}"),
        "used_at": sql.ago(f"n % {DAY * 6}"),
        "wish": "'{}'",
    }


def _signatures(sql: Sql, action: int) -> Columns:
    asked = sql.ago("n % 2000000")
    return {
        "action": str(action),
        "key": sql.hash(),
        "email": "'signer' || n || '@readers-host.org'",
        "language": "'en'",
        "name": "'Signer ' || n",
        "town": "'Springfield'",
        "organization": "''",
        "role": "''",
        "show_name": "n % 2 = 0",
        "asked_at": asked,
        "confirmed_at": f"CASE WHEN n % 20 = 0 THEN NULL ELSE {asked} END",
    }


def _calls(sql: Sql) -> Columns:
    """Four outcomes of a member and day; each day about the campaign or a bill."""
    return {
        "about": f"CASE WHEN n / {CALLS_A_DAY} % 2 = 0 THEN '{CAMPAIGN}' ELSE '{BILL}' END",
        "member": "m.id",
        "office": "'washington'",
        "day": sql.day(f"n / {CALLS_A_DAY}"),
        "outcome": "CASE WHEN n % 4 < 2 THEN 'talked' WHEN n % 4 = 2 THEN 'voicemail' ELSE 'not_reached' END",
        "said": "CASE n % 4 WHEN 0 THEN 'will_join' WHEN 1 THEN 'undecided' ELSE '' END",
        "count": "1 + n % 7",
    }


def _receipts(sql: Sql) -> Columns:
    values = {"nonce": sql.hash(), "at": sql.ago(f"3601 + n % {DAY - 7200}"), "about": f"'{CAMPAIGN}'"}
    values |= {"member": "m.id", "office": "'washington'", "day": sql.day("0"), "outcome": "'voicemail'"}
    return {**values, "said": "''", "undone": "false"}


def _phone_reports(sql: Sql) -> Columns:
    values = {"office": "m.id", "phone": "'2025550100'", "place": sql.hash(), "nonce": sql.hash()}
    return {**values, "at": sql.ago(f"n % {DAY * 6}")}


def _steps(sql: Sql) -> Columns:
    step = _one_of("landed", "found", "called", "reported", "shared")
    language = "CASE WHEN n / 5 % 2 = 0 THEN 'en' ELSE 'es' END"
    return {
        "day": sql.day("n / 10"),
        "step": step,
        "campaign": f"'{CAMPAIGN}'",
        "language": language,
        "count": "40",
    }


def _messages(sql: Sql) -> Columns:
    moment = sql.ago(f"n % {DAY * 29}")
    values = {"endpoint": str(ENDPOINT), "event": "'change-' || n", "webhook_id": sql.hash(), "body": "'{}'"}
    values |= {"state": "'sent'", "due": moment, "attempts": "1", "made_at": moment, "ended_at": moment}
    return {**values, "status": "200", "problem": "''"}


def _audit(sql: Sql) -> Columns:
    values = {
        "at": sql.ago("n * 60"),
        "actor": "'bench@example.org'",
        "act": "'text published'",
        "object": "'text'",
    }
    return {**values, "before": "''", "after": "''", "detail": "'{}'", "request": "''"}


def _runs(sql: Sql) -> Columns:
    job = _one_of("deliver_webhooks", "read_calendars", "deliver_webhooks", "poll_bills")
    moment = sql.ago("n * 144")
    values = {"job": job, "slot": moment, "status": "'done'", "owner": "'bench'", "started": moment}
    return {**values, "finished": moment, "summary": "'nothing new'"}


def _whip_changes(sql: Sql) -> Columns:
    values = {"bill": f"'{BILL}'", "bioguide": "m.id", "version": "n", "field": "'lean'", "before": "''"}
    return {**values, "after": "'likely'", "by": "'bench@example.org'", "at": sql.ago("n")}


def _one_of(*words: str) -> str:
    """Each of these words in turn."""
    cases = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(words))
    return f"CASE n % {len(words)} {cases} END"


def _insert(connection: Connection, table: str, columns: Columns, source: str) -> None:
    names, values = ", ".join(f'"{name}"' for name in columns), ", ".join(columns.values())
    _run(connection, f'INSERT INTO "{table}" ({names}) SELECT {values} FROM {source}')


def _unguarded(connection: Connection) -> None:
    """Rows that are known to fit need no check of each reference, no limit of time and no flush."""
    if connection.dialect.name == "postgresql":
        for setting in (
            "session_replication_role = replica",
            "statement_timeout = 0",
            "synchronous_commit = off",
        ):
            _run(connection, f"SET LOCAL {setting}")


def _run(connection: Connection, statement: str) -> int:
    found = connection.exec_driver_sql(
        statement.replace("%", "%%") if connection.dialect.name == "postgresql" else statement
    )
    return int(found.scalar() or 0) if found.returns_rows else 0
