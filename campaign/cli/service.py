"""Commands that run and keep the service: serving, the database, backups, the snapshot, users."""

from pathlib import Path

import click

from campaign.cli.desk import Desk, command, count_lines, language, main, say
from campaign.refusals import Refused


@command(main, "run")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--prepare", is_flag=True, help="First make or upgrade the tables and load the snapshot.")
def run_all(desk: Desk, host: str, port: int, prepare: bool) -> None:
    """Serve the pages and do the scheduled work, in one go."""
    from campaign.server import serve

    if prepare:
        _prepare(desk)
    serve(desk.settings, host=host, port=port, scheduled=True, listening=_say_address)


def _prepare(desk: Desk) -> None:
    from campaign import db, snapshot

    db.upgrade(desk.engine)
    snapshot.load(desk.engine, now=desk.now)
    # No connection may cross the fork into the serving process.
    desk.close()


@command(main, "web")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def run_web(desk: Desk, host: str, port: int, workers: int) -> None:
    """Serve the pages alone; the scheduled work is `campaign worker`'s."""
    from campaign.server import serve

    serve(desk.settings, host=host, port=port, workers=workers, listening=_say_address)


def _say_address(address: str) -> None:
    # Standard error: where this runs, standard output is nobody's to read.
    click.echo(
        say(f"Campaign is at {address} (Ctrl-C ends it)", f"Campaign está en {address} (Ctrl-C lo termina)"),
        err=True,
    )


@command(main, "worker")
def run_worker(desk: Desk) -> None:
    """Do the scheduled work alone. Any number may run; one leads."""
    from jobs.worker import work

    _require_tables(desk)
    work(desk.engine, desk.settings)


def _require_tables(desk: Desk) -> None:
    from campaign import db

    if not db.is_current(desk.engine):
        raise Refused(
            "The database has no tables of this version yet; run campaign db upgrade first.",
            "La base de datos no tiene las tablas de esta versión; ejecute primero campaign db upgrade.",
        )


@main.group("db")
def database() -> None:
    """The database: bring it up to date, copy it."""


@command(database, "upgrade")
def upgrade(desk: Desk) -> None:
    """Make or upgrade the tables."""
    from campaign import db

    db.upgrade(desk.engine)
    desk.answer({"upgraded": True}, "The tables are at this version.")


@command(database, "copy")
@click.argument("from_url")
@click.argument("to_url")
def copy_database(desk: Desk, from_url: str, to_url: str) -> None:
    """Copy the whole record FROM_URL into the empty database TO_URL."""
    from campaign import backup, db

    _ = desk.settings
    source, target = (db.open_engine(_database_url(url)) for url in (from_url, to_url))
    try:
        counts = backup.copy(source, target)
    finally:
        source.dispose()
        target.dispose()
    desk.answer({"rows": counts}, *count_lines(counts), "Copied, and counted on both sides.")


def _database_url(url: str) -> str:
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    raise Refused(
        "A database address starts with sqlite:/// or postgresql+psycopg://",
        "La dirección de una base de datos empieza con sqlite:/// o postgresql+psycopg://",
    )


@command(main, "backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def make_backup(desk: Desk, file: Path) -> None:
    """Write the whole record to a new FILE while everything goes on."""
    from campaign import backup

    counts = backup.backup(desk.engine, file)
    desk.answer({"file": str(file), "rows": counts}, f"{sum(counts.values())} rows kept in {file}")


@command(main, "restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Replace what the database holds now.")
def restore_backup(desk: Desk, file: Path, yes: bool) -> None:
    """Put the backup FILE in the place of the record."""
    from campaign import backup

    counts = backup.restore(desk.engine, file, replace=yes)
    desk.answer({"file": str(file), "rows": counts}, f"{sum(counts.values())} rows restored from {file}")


@command(main, "doctor")
def examine(desk: Desk) -> None:
    """Look at this installation and say what should be mended. Changes nothing."""
    from campaign import doctor

    findings = doctor.examine(desk.engine, desk.settings, now=desk.now)
    signs = {"good": "  ok   ", "note": "  note ", "warning": "  WARN ", "error": "  FAIL "}
    rows = [{"level": one.level, "about": one.about, "text": one.text} for one in findings]
    desk.answer({"findings": rows}, *(f"{signs[one.level]}{one.about}: {one.text}" for one in findings))
    if any(one.level == "error" for one in findings):
        desk.partly(say("Something must be mended.", "Hay algo que corregir."))


@main.group("snapshot")
def snapshot_group() -> None:
    """The facts that come with the program."""


@command(snapshot_group, "load")
def load_snapshot(desk: Desk) -> None:
    """Load the shipped facts; loading them again changes nothing."""
    from campaign import snapshot

    _require_tables(desk)
    counts = snapshot.load(desk.engine, now=desk.now)
    desk.answer(dict(counts), ", ".join(f"{count} {name}" for name, count in counts.items()) or "Loaded.")


@command(snapshot_group, "build")
@click.option("--from", "source", required=True, metavar="DIR_OR_URLS", help="A folder, or addresses.")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Where to; default fixtures/.")
@click.option(
    "--as-of",
    multiple=True,
    metavar="NAME=DATE",
    help="The day that members, bills, zips or boundaries describe; repeatable.",
)
def build_snapshot(desk: Desk, source: str, into: Path | None, as_of: tuple[str, ...]) -> None:
    """Write the shipped facts anew from their sources.

    The days of a folder's files come from its sources.json or from --as-of.
    """
    from campaign import snapshot
    from campaign.settings import shipped
    from campaign.snapshot.source_days import parse_day

    days = dict(map(parse_day, as_of))
    counts = snapshot.build(source, into or shipped("fixtures"), now=desk.now, as_of=days)
    desk.answer(dict(counts or {}), "Written.")


@main.group("user")
def user_group() -> None:
    """Who may organize."""


@command(user_group, "add")
@click.argument("email")
@click.option(
    "--role", default="viewer", show_default=True, type=click.Choice(["admin", "organizer", "viewer"])
)
def add_user(desk: Desk, email: str, role: str) -> None:
    """Invite EMAIL, or make a new link for somebody who is here; print the one-time link."""
    from campaign import db
    from campaign.accounts import users

    _require_tables(desk)
    with db.writing(desk.engine) as session:
        user, token = users.add(session, email, role, now=desk.now, actor="command line")
    prefix = "/es" if language() == "es" else ""
    link = f"{desk.settings.base_url}{prefix}/organize/link/{token}"
    hours = int(users.INVITATION_LASTS.total_seconds() // 3600)
    desk.answer(
        {"email": user.email, "role": user.role, "link": link},
        say(
            f"{user.email} is {user.role}. This link signs in once, within {hours} hours:",
            f"{user.email} tiene el papel {user.role}. Este enlace sirve una vez, durante {hours} horas:",
        ),
        link,
    )
