"""Engines, transactions, upgrades, and copies of the whole record: on both engines."""

import os
import shutil
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from statistics import median

import forked
import migrating
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from benchmarks.kills.backups import kill_loop
from campaign import backup, db, doctor, group_commit, write_lock
from campaign.congress.models import Bill, Change
from campaign.districts.models import ZipSeat
from campaign.refusals import Refused
from campaign.settings import Settings

NOON = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)


def fill(engine: Engine, changes: int = 3) -> None:
    with db.writing(engine) as session:
        session.add(
            Bill(id="hr1-119", congress=119, type="hr", number=1, title="Ley de Niños ✓", observed_at=NOON)
        )
        session.flush()
        for number in range(changes):
            detail = {"to": f"title {number}"}
            session.add(
                Change(bill="hr1-119", kind="title", detail=detail, seen_at=NOON, happened=date(2026, 1, 1))
            )


def contents(engine: Engine) -> list[tuple[object, ...]]:
    with Session(engine) as session:
        bill = session.get_one(Bill, "hr1-119")
        changes = session.exec(select(Change).order_by(col(Change.seq)))
        rows = [(change.seq, change.detail["to"], change.happened, change.seen_at) for change in changes]
        return [(bill.title, bill.observed_at), *rows]


@pytest.fixture
def another(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A second, empty SQLite database."""
    engine = db.open_engine(f"sqlite:///{tmp_path / 'another' / 'record.db'}")
    yield engine
    engine.dispose()


# --- engines and transactions ---


def test_the_revisions_are_those_that_alembic_finds() -> None:
    scripts = ScriptDirectory(str(db.MIGRATIONS))
    assert db.revisions() == sorted(script.revision for script in scripts.walk_revisions())
    assert scripts.get_heads() == db.revisions()[-1:]


def test_sqlite_is_set_up_for_many_readers_and_one_writer(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 15000}


def test_a_database_file_is_for_its_owner_alone_and_a_reason_is_given_where_it_cannot_be(
    tmp_path: Path,
) -> None:
    engine = db.open_engine(f"sqlite:///{tmp_path}/new/campaign.db")
    db.upgrade(engine)
    engine.dispose()
    assert (tmp_path / "new/campaign.db").stat().st_mode & 0o077 == 0
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match=r"cannot be made: (Not a directory|File exists)"):
        db.open_engine(f"sqlite:///{tmp_path}/file/campaign.db")


def test_nothing_of_postgresql_is_waited_for_without_end(postgres_engine: Engine) -> None:
    engine = db.open_engine(
        postgres_engine.url.render_as_string(hide_password=False), statement_milliseconds=700
    )
    with engine.connect() as connection:
        shown = {
            name: connection.execute(sa.text(f"SHOW {name}")).scalar_one()
            for name in ("lock_timeout", "statement_timeout", "tcp_keepalives_idle", "tcp_user_timeout")
        }
        with pytest.raises(sa.exc.OperationalError, match="statement timeout"):
            connection.execute(sa.text("SELECT pg_sleep(20)"))
    engine.dispose()
    assert shown == {
        "lock_timeout": "15s",
        "statement_timeout": "700ms",
        "tcp_keepalives_idle": "10",
        "tcp_user_timeout": "20000",
    }


def test_writers_that_read_first_wait_for_each_other(engine: Engine) -> None:
    """Deferred transactions fail here at once, with a lock error or a lost count."""
    fill(engine, changes=0)
    barrier = threading.Barrier(4)

    def add(_: int) -> None:
        barrier.wait()
        for _ in range(5):
            with db.writing(engine) as session:
                bill = session.exec(select(Bill).with_for_update()).one()
                bill.number += 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(4)))
    with db.reading(engine) as session:
        assert session.get_one(Bill, "hr1-119").number == 21


def test_threads_take_turns_and_leave_sqlite_no_choice(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that would refuse at once whoever finds it busy refuses nobody."""
    monkeypatch.setattr(db, "BUSY_MILLISECONDS", 0)
    engine = db.open_engine(str(sqlite_engine.url))

    def write(place: int) -> None:
        with db.writing(engine) as session:
            session.add(Bill(id=f"hr{place}-119", congress=119, type="hr", number=place))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(1, 41)))
    with db.reading(engine) as session:
        assert len(session.exec(select(Bill)).all()) == 40
    engine.dispose()


WRITES_WITHOUT_END = """
import os, sys, time
from campaign import db
from campaign.congress.models import Bill

engine = db.open_engine(sys.argv[1])
while True:
    with db.writing(engine) as session:
        session.get_one(Bill, "hr1-119").number += 1
        session.flush()
        time.sleep(0.01)
"""


def test_a_process_that_writes_again_and_again_lets_another_one_write(sqlite_engine: Engine) -> None:
    """SQLite alone has whoever waits sleep, while the other one begins anew dozens of times."""

    def writes() -> int:
        with db.reading(sqlite_engine) as session:
            return session.get_one(Bill, "hr1-119").number

    with db.writing(sqlite_engine) as session:
        session.add(Bill(id="hr1-119", congress=119, type="hr", number=1))
    other = forked.Forked(WRITES_WITHOUT_END, str(sqlite_engine.url), env={})
    try:
        while writes() == 1:
            assert other.is_alive
        overtaken = []
        for _ in range(10):
            before = writes()
            with db.writing(sqlite_engine) as session:
                overtaken.append(session.get_one(Bill, "hr1-119").number - before)
    finally:
        other.send_signal(signal.SIGKILL)
        other.end()
    # The write that was under way, and one that began between our look and our asking; more where this process
    # had to wait for a processor just then.
    assert median(overtaken) <= 2
    with db.writing(sqlite_engine) as session:
        session.get_one(Bill, "hr1-119").number = 0


HOLDS_WITHOUT_END = """
import os, sys, time
from campaign import write_lock

os.sched_setaffinity(0, {int(sys.argv[3])})
with open(sys.argv[2], "w") as holds:
    while True:
        with write_lock.held(sys.argv[1], 15):
            print(file=holds, flush=True)
            time.sleep(0.001)
"""


def test_who_asks_again_at_once_queues_behind_who_waits(sqlite_engine: Engine, tmp_path: Path) -> None:
    """On one processor: who lets go keeps it, and asks again before who waits has woken."""
    database, holds = str(sqlite_engine.url.database), tmp_path / "holds"
    holds.touch()
    processors = os.sched_getaffinity(0)
    one = min(processors)
    os.sched_setaffinity(0, {one})
    other = forked.Forked(HOLDS_WITHOUT_END, database, str(holds), str(one), env={})
    try:
        while not holds.stat().st_size:
            assert other.is_alive
        overtaken = []
        for _ in range(100):
            before = holds.stat().st_size
            with write_lock.held(database, 15):
                overtaken.append(holds.stat().st_size - before)
    finally:
        os.sched_setaffinity(0, processors)
        other.send_signal(signal.SIGKILL)
        other.end()
    assert median(overtaken) <= 2


def test_the_file_of_the_lock_belongs_to_whom_the_database_belongs(sqlite_engine: Engine) -> None:
    """As SQLite's own do; else a command of the administrator's would keep the service from it."""
    database = Path(str(sqlite_engine.url.database))
    if os.geteuid() == 0:
        os.chown(database, 12345, 12345)
    with db.writing(sqlite_engine) as session:
        session.add(Bill(id="hr1-119", congress=119, type="hr", number=1))
    lock, owner = Path(f"{database}-writers").stat(), database.stat()
    assert (lock.st_uid, lock.st_gid, lock.st_mode & 0o777) == (owner.st_uid, owner.st_gid, 0o600)


def test_who_may_not_open_the_lock_still_writes(sqlite_engine: Engine) -> None:
    Path(f"{sqlite_engine.url.database}-writers").mkdir()
    with db.writing(sqlite_engine) as session:
        session.add(Bill(id="hr1-119", congress=119, type="hr", number=1))
    with db.reading(sqlite_engine) as session:
        assert session.get(Bill, "hr1-119")


def add_bill(number: int) -> Callable[[Session], int]:
    def add(session: Session) -> int:
        session.add(Bill(id=f"hr{number}-119", congress=119, type="hr", number=number))
        session.flush()
        return number

    return add


def test_what_waits_for_sqlite_at_one_moment_is_committed_at_once(sqlite_engine: Engine) -> None:
    commits: list[object] = []
    with ThreadPoolExecutor(8) as pool:
        with db.writing(sqlite_engine):
            found = [pool.submit(group_commit.run, sqlite_engine, add_bill(place)) for place in range(1, 9)]
            group = group_commit._group(str(sqlite_engine.url))
            while len(group._waiting) < 8:
                assert not any(each.done() for each in found)
        sa.event.listen(sqlite_engine, "commit", commits.append)
        assert [each.result() for each in found] == list(range(1, 9))
    assert len(commits) == 1
    with db.reading(sqlite_engine) as session:
        assert len(session.exec(select(Bill)).all()) == 8


def test_a_group_whose_writer_hangs_holds_nobody_up(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "WRITE_LOCK_SECONDS", 0.01)
    group = group_commit._group(str(sqlite_engine.url))
    with group._writing:
        assert group_commit.run(sqlite_engine, add_bill(1)) == 1
    assert not group._waiting
    assert group_commit.run(sqlite_engine, add_bill(2)) == 2


def test_who_fails_in_a_group_fails_alone(engine: Engine) -> None:
    with db.writing(engine) as session:
        add_bill(3)(session)
    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(group_commit.run, engine, add_bill(place)) for place in range(1, 9)]
        failed = [place for place, each in enumerate(found, start=1) if each.exception()]
    assert failed == [3]
    assert isinstance(found[2].exception(), sa.exc.IntegrityError)
    with db.reading(engine) as session:
        assert len(session.exec(select(Bill)).all()) == 8


def test_what_fails_leaves_nothing(engine: Engine) -> None:
    def fail() -> None:
        with db.writing(engine) as session:
            session.add(Bill(id="hr1-119", congress=119, type="hr", number=1))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with db.reading(engine) as session:
        assert session.get(Bill, "hr1-119") is None


def test_times_come_back_aware_and_naive_ones_are_refused(engine: Engine) -> None:
    elsewhere = datetime(2026, 6, 20, 8, 0, tzinfo=timezone(timedelta(hours=-4)))
    with db.writing(engine) as session:
        session.add(Bill(id="hr1-119", congress=119, type="hr", number=1, observed_at=elsewhere))
    with db.reading(engine) as session:
        assert session.get_one(Bill, "hr1-119").observed_at == NOON
    naive = Bill(id="hr2-119", congress=119, type="hr", number=2, observed_at=datetime(2026, 6, 20))  # noqa: DTZ001
    with pytest.raises(sa.exc.StatementError), db.writing(engine) as session:
        session.add(naive)


@pytest.mark.parametrize("edit", ["UPDATE change SET kind = 'other'", "DELETE FROM change"])
def test_the_ledger_refuses_to_be_altered(engine: Engine, edit: str) -> None:
    fill(engine)
    before = contents(engine)
    with pytest.raises(sa.exc.DBAPIError, match="only grows"), db.writing(engine) as session:
        session.execute(sa.text(edit))
    assert contents(engine) == before


# --- upgrades ---


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    fill(engine)
    before = contents(engine)
    db.upgrade(engine)
    assert db.is_current(engine)
    assert contents(engine) == before


def test_many_may_upgrade_at_once(tmp_path: Path) -> None:
    engines = [db.open_engine(f"sqlite:///{tmp_path / 'new.db'}") for _ in range(4)]
    assert not db.is_current(engines[0])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(db.upgrade, engines))
    assert all(db.is_current(engine) for engine in engines)
    for engine in engines:
        engine.dispose()


def test_tidying_folds_the_log_into_the_file(sqlite_engine: Engine) -> None:
    fill(sqlite_engine)
    db.tidy(sqlite_engine)
    log = Path(f"{sqlite_engine.url.database}-wal")
    assert not log.exists() or log.stat().st_size == 0


def test_tidying_waits_for_a_writer(sqlite_engine: Engine) -> None:
    """SQLite reads which statistics are due, and then writes them: beside a writer that fails at once."""
    with db.writing(sqlite_engine) as session:
        session.add_all(ZipSeat(congress=119, zip=f"{number:05}", seat="TX-20") for number in range(500))
    with sqlite_engine.connect() as other, ThreadPoolExecutor(1) as pool:
        writer = other.execution_options(writes=True)
        writer.execute(sa.insert(ZipSeat).values(congress=119, zip="78205", seat="TX-35"))
        with db.reading(sqlite_engine) as session:
            assert len(session.exec(select(ZipSeat).where(ZipSeat.congress == 119)).all()) == 500
        tidying = pool.submit(db.tidy, sqlite_engine)
        with pytest.raises(TimeoutError):
            tidying.result(timeout=0.2)
        writer.commit()
        tidying.result()


# --- backup and restore ---


@pytest.fixture
def migrated(sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup of PostgreSQL and what it is copied into begin as empty files."""
    monkeypatch.setattr(db, "upgrade", migrating.copying(sqlite_template))


@pytest.mark.usefixtures("migrated")
def test_a_backup_comes_back_as_it_was(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    before = contents(engine)
    counts = backup.backup(engine, tmp_path / "kept.db")
    assert (counts["bill"], counts["change"]) == (1, 3)
    with db.writing(engine) as session:
        session.get_one(Bill, "hr1-119").title = "later"
        session.add(Change(bill="hr1-119", kind="title", detail={"to": "later"}, seen_at=NOON))
    assert backup.restore(engine, tmp_path / "kept.db", replace=True) == counts
    assert contents(engine) == before


@pytest.mark.usefixtures("migrated")
def test_the_ledger_goes_on_counting_after_a_restore(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    backup.backup(engine, tmp_path / "kept.db")
    backup.restore(engine, tmp_path / "kept.db", replace=True)
    with db.writing(engine) as session:
        session.add(Change(bill="hr1-119", kind="title", detail={"to": "next"}, seen_at=NOON))
    seqs = [row[0] for row in contents(engine)[1:]]
    assert len(seqs) == len(set(seqs)) == 4
    assert max(seqs) == seqs[-1]
    with pytest.raises(sa.exc.DBAPIError, match="only grows"), db.writing(engine) as session:
        session.execute(sa.text("DELETE FROM change"))


@pytest.mark.usefixtures("migrated")
def test_a_restore_overwrites_only_with_replace(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    backup.backup(engine, tmp_path / "kept.db")
    before = contents(engine)
    with pytest.raises(Refused, match="already holds data"):
        backup.restore(engine, tmp_path / "kept.db")
    assert contents(engine) == before


def test_a_backup_never_overwrites_a_file(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "kept.db").write_text("precious")
    with pytest.raises(Refused, match="exists already"):
        backup.backup(engine, tmp_path / "kept.db")
    assert (tmp_path / "kept.db").read_text() == "precious"
    with pytest.raises(Refused, match="no folder"):
        backup.backup(engine, tmp_path / "nowhere" / "kept.db")


@pytest.mark.usefixtures("migrated")
def test_a_backup_is_for_its_owner_alone_and_leaves_no_scraps(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    backup.backup(engine, folder / "kept.db")
    assert [path.name for path in folder.iterdir()] == ["kept.db"]
    assert (folder / "kept.db").stat().st_mode & 0o077 == 0


# SQLite's own files beside one that it has open hold rows of it, too.
BESIDE = ("", "-journal", "-wal", "-shm")


def leave(folder: Path, name: str, *, hours: int) -> list[Path]:
    """Files as a backup that was killed so many hours ago leaves them."""
    files = [folder / f"{name}{ending}" for ending in BESIDE]
    for file in files:
        file.write_text("half")
        written = (db.utcnow() - timedelta(hours=hours)).timestamp()
        os.utime(file, (written, written))
    return files


def test_what_a_killed_backup_left_goes_with_the_next_one_and_a_running_one_stays(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    left = leave(tmp_path, ".a.db.campaign.part", hours=25)
    mine = leave(tmp_path, ".kept.db.campaign.part", hours=1)
    running = leave(tmp_path, ".b.db.campaign.part", hours=1)
    others = leave(tmp_path, ".c.part", hours=25)
    backup.backup(sqlite_engine, tmp_path / "kept.db")
    assert [file.name for file in (*left, *mine) if file.exists()] == []
    assert [file.name for file in (*running, *others) if not file.exists()] == []


BACKUP = """
import sys
from pathlib import Path
import forked
from campaign import backup, db
forked.kill_at("campaign.backup._vacuum_into", 1, "after")
backup.backup(db.open_engine(sys.argv[1]), Path(sys.argv[2]))
"""


def test_what_a_killed_backup_left_is_for_its_owner_alone(sqlite_engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    url = sqlite_engine.url.render_as_string()
    ended, failure = forked.run(BACKUP, url, str(folder / "kept.db"), env=os.environ)
    assert ended == -signal.SIGKILL, failure
    assert [file.name for file in folder.iterdir()] == [".kept.db.campaign.part"]
    assert [file.stat().st_mode & 0o077 for file in folder.iterdir()] == [0]


def test_a_backup_killed_at_any_moment_leaves_no_broken_file(engine: Engine, tmp_path: Path) -> None:
    """The long loop: ``make kills``."""
    fill(engine)
    found = kill_loop(engine, tmp_path / "backups", kills=2, seed=3)
    assert (found.kills, found.lost, found.excess) == (2, 0, 0), found


def spoil(path: Path, how: str) -> None:
    if how == "words":
        path.write_text("this is no database")
    elif how == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        path.unlink()
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE other (a)")
        connection.close()


@pytest.mark.parametrize("how", ["words", "cut", "other"])
def test_what_is_no_backup_is_refused_and_changes_nothing(
    sqlite_engine: Engine, tmp_path: Path, how: str
) -> None:
    """On one engine: the file is checked before the database is opened."""
    fill(sqlite_engine)
    before = contents(sqlite_engine)
    backup.backup(sqlite_engine, tmp_path / "kept.db")
    spoil(tmp_path / "kept.db", how)
    with pytest.raises(Refused, match="not a sound backup"):
        backup.restore(sqlite_engine, tmp_path / "kept.db", replace=True)
    assert contents(sqlite_engine) == before


@pytest.mark.usefixtures("migrated")
def test_a_backup_of_a_newer_version_is_refused(engine: Engine, tmp_path: Path) -> None:
    backup.backup(engine, tmp_path / "kept.db")
    connection = sqlite3.connect(tmp_path / "kept.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(Refused, match="newer version"):
        backup.restore(engine, tmp_path / "kept.db", replace=True)


def test_what_stands_in_the_log_beside_a_database_comes_back_with_it(
    sqlite_engine: Engine, another: Engine, tmp_path: Path
) -> None:
    """A database whose machine died is restored from its disk; its newest rows are in the log beside it."""
    fill(sqlite_engine)
    db.tidy(sqlite_engine)
    with db.writing(sqlite_engine) as session:
        session.get_one(Bill, "hr1-119").title = "newest"
    file = Path(str(sqlite_engine.url.database))
    saved = tmp_path / "disk" / "saved.db"
    saved.parent.mkdir()
    for ending in ("", "-wal"):
        shutil.copyfile(f"{file}{ending}", f"{saved}{ending}")
    before = {each.name: each.read_bytes() for each in saved.parent.iterdir()}
    backup.restore(another, saved)
    assert contents(another) == contents(sqlite_engine)
    assert contents(another)[0][0] == "newest"
    assert {each.name: each.read_bytes() for each in saved.parent.iterdir()} == before


@contextmanager
def aged(engine: Engine, revision: str) -> Iterator[None]:
    """The database marked as one of another version."""
    mark = sa.text("UPDATE alembic_version SET version_num = :it")
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(mark, {"it": revision})
    yield
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(mark, {"it": db.revisions()[-1]})


def test_going_back_a_backup_replaces_a_database_of_a_newer_version(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    """As docs/operations.md says: the backup made before an upgrade undoes it."""
    fill(sqlite_engine)
    before = contents(sqlite_engine)
    backup.backup(sqlite_engine, tmp_path / "kept.db")
    with aged(sqlite_engine, "9999"):
        with pytest.raises(Refused, match="already holds data"):
            backup.restore(sqlite_engine, tmp_path / "kept.db")
        backup.restore(sqlite_engine, tmp_path / "kept.db", replace=True)
        assert contents(sqlite_engine) == before
        assert db.is_current(sqlite_engine)


def test_a_damaged_database_is_replaced_as_doctor_says(sqlite_engine: Engine, tmp_path: Path) -> None:
    fill(sqlite_engine)
    before = contents(sqlite_engine)
    backup.backup(sqlite_engine, tmp_path / "kept.db")
    db.tidy(sqlite_engine)
    with sqlite_engine.connect() as connection:
        page = connection.scalar(sa.text("SELECT rootpage FROM sqlite_master WHERE name = 'change'"))
        size = connection.scalar(sa.text("PRAGMA page_size"))
    sqlite_engine.dispose()
    with Path(str(sqlite_engine.url.database)).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"x" * size)
    with pytest.raises(sa.exc.DatabaseError, match="malformed"):
        contents(sqlite_engine)
    backup.restore(sqlite_engine, tmp_path / "kept.db", replace=True)
    assert contents(sqlite_engine) == before


def test_a_database_that_cannot_be_opened_is_to_be_moved_away(
    sqlite_engine: Engine, another: Engine, tmp_path: Path
) -> None:
    backup.backup(sqlite_engine, tmp_path / "kept.db")
    Path(str(another.url.database)).write_text("words " * 1000)
    with pytest.raises(Refused, match="Move it away"):
        backup.restore(another, tmp_path / "kept.db", replace=True)


def test_nobody_is_told_to_upgrade_a_database_of_a_newer_version(engine: Engine, tmp_path: Path) -> None:
    """Neither by ``doctor`` nor by ``db copy``."""
    target = db.open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    with aged(engine, "9999"):
        found = doctor.examine(engine, Settings(), now=NOON)[0]
        assert (found.level, found.about, "newer version" in found.text) == ("error", "database", True)
        with pytest.raises(Refused, match="newer version"):
            backup.copy(engine, target)


@pytest.mark.parametrize("step", [db.upgrade, db.require_current])
def test_a_database_of_a_newer_version_is_refused(engine: Engine, step: Callable[[Engine], None]) -> None:
    with aged(engine, "9999"), pytest.raises(Refused, match="newer version"):
        step(engine)


@pytest.mark.postgres
def test_postgresql_of_a_newer_version_stays_as_it_is(
    sqlite_engine: Engine, postgres_engine: Engine, tmp_path: Path
) -> None:
    fill(postgres_engine)
    before = contents(postgres_engine)
    fill(sqlite_engine, changes=1)
    backup.backup(sqlite_engine, tmp_path / "kept.db")
    with aged(postgres_engine, "9999"), pytest.raises(Refused, match="newer version"):
        backup.restore(postgres_engine, tmp_path / "kept.db", replace=True)
    assert contents(postgres_engine) == before


def test_a_restore_that_is_refused_does_not_upgrade_the_database(sqlite_engine: Engine, tmp_path: Path) -> None:
    fill(sqlite_engine)
    backup.backup(sqlite_engine, tmp_path / "kept.db")
    with aged(sqlite_engine, db.revisions()[-2]):
        with pytest.raises(Refused, match="Nothing was changed"):
            backup.restore(sqlite_engine, tmp_path / "kept.db")
        assert not db.is_current(sqlite_engine)


def test_a_missing_file_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no file"):
        backup.restore(engine, tmp_path / "nothing.db")


# --- from one database to another ---


@pytest.mark.usefixtures("migrated")
def test_a_record_moves_between_engines_whole(engine: Engine, another: Engine) -> None:
    fill(engine, changes=1500)
    assert backup.copy(engine, another)["change"] == 1500
    assert contents(another) == contents(engine)


@pytest.mark.postgres
def test_a_record_moves_to_postgresql_and_goes_on(sqlite_engine: Engine, postgres_engine: Engine) -> None:
    fill(sqlite_engine)
    backup.copy(sqlite_engine, postgres_engine)
    assert contents(postgres_engine) == contents(sqlite_engine)
    with db.writing(postgres_engine) as session:
        session.add(Change(bill="hr1-119", kind="title", detail={"to": "next"}, seen_at=NOON))
    assert [row[0] for row in contents(postgres_engine)[1:]] == [1, 2, 3, 4]


@pytest.mark.usefixtures("migrated")
def test_only_an_empty_database_is_copied_into(engine: Engine, another: Engine) -> None:
    db.upgrade(another)
    fill(another)
    with pytest.raises(Refused, match="already holds data"):
        backup.copy(engine, another)


def test_an_old_source_is_refused(another: Engine, sqlite_engine: Engine) -> None:
    with pytest.raises(Refused, match="not at this version"):
        backup.copy(another, sqlite_engine)
