"""Commands that run and maintain the service: serving, database, backups, snapshot, users."""

from pathlib import Path

import click

from campaign.cli.context import CommandContext, command, count_lines, language, localized, main
from campaign.refusals import Refused


@command(main, "run")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--prepare", is_flag=True, help="First create or upgrade the tables and load the snapshot.")
@click.option(
    "--campaign",
    default="example",
    metavar="FILE|example|none",
    help="With --prepare, the campaign of a new installation.",
)
def run_all(context: CommandContext, host: str, port: int, prepare: bool, campaign: str) -> None:
    """Serve the pages and run the scheduled jobs in one process."""
    from campaign.server import serve

    if prepare:
        _prepare(context, campaign)
    serve(context.settings, host=host, port=port, scheduled=True, listening=_print_address)


def _prepare(context: CommandContext, chosen: str) -> None:
    from campaign import db, snapshot
    from campaign.cli.campaigns import take, text_of
    from campaign.proposals import campaigns

    file = None if chosen in ("example", "none") else text_of(chosen)
    db.upgrade(context.engine)
    snapshot.load(context.engine, now=context.now, example=chosen == "example")
    with db.reading(context.engine) as session:
        empty = not campaigns.campaigns(session)
    if file is not None and empty:
        take(context, file, state="live")
    # No connection may cross the fork into the serving process.
    context.close()


@command(main, "web")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def run_web(context: CommandContext, host: str, port: int, workers: int) -> None:
    """Serve the pages only; `campaign worker` runs the scheduled jobs."""
    from campaign.server import serve

    serve(context.settings, host=host, port=port, workers=workers, listening=_print_address)


def _print_address(address: str) -> None:
    # To standard error, like the logs.
    click.echo(
        localized(
            f"Campaign is at {address} (Ctrl-C ends it)", f"Campaign está en {address} (Ctrl-C lo termina)"
        ),
        err=True,
    )


@command(main, "worker")
def run_worker(context: CommandContext) -> None:
    """Run the scheduled jobs only. Any number of workers may run; one is the leader."""
    from campaign import db
    from jobs.worker import work, yield_to_pages

    db.require_current(context.engine)
    yield_to_pages()
    work(context.engine, context.settings)


@main.group("db")
def database() -> None:
    """Upgrade or copy the database."""


@command(database, "upgrade")
def upgrade(context: CommandContext) -> None:
    """Create the tables, or upgrade them to this version."""
    from campaign import db

    db.upgrade(context.engine)
    context.output({"upgraded": True}, "The tables are up to date.")


@command(database, "copy")
@click.argument("from_url")
@click.argument("to_url")
def copy_database(context: CommandContext, from_url: str, to_url: str) -> None:
    """Copy the database FROM_URL into the empty database TO_URL."""
    from campaign import backup, db

    _ = context.settings
    _refuse_missing_file(from_url)
    source, target = (db.open_engine(_database_url(url)) for url in (from_url, to_url))
    try:
        counts = backup.copy(source, target)
    finally:
        source.dispose()
        target.dispose()
    context.output(
        {"rows": counts}, *count_lines(counts), "Copied; both databases have the same number of rows."
    )


def _refuse_missing_file(url: str) -> None:
    """SQLite would make an empty database of a mistyped name."""
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not file.is_file():
        raise Refused(f"There is no file {file}.", f"No existe el archivo {file}.")


def _database_url(url: str) -> str:
    """Raises Refused, which shows nothing of the address: it may hold a password."""
    from campaign.settings import database_address

    try:
        return database_address(url)
    except ValueError as error:
        raise Refused(
            f"The address of a database {error}.", f"La dirección de una base de datos no sirve: {error}."
        ) from None


@command(main, "backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def make_backup(context: CommandContext, file: Path) -> None:
    """Back up the database to a new FILE; the service may run meanwhile."""
    from campaign import backup

    counts = backup.backup(context.engine, file)
    context.output({"file": str(file), "rows": counts}, f"{sum(counts.values())} rows written to {file}")


@command(main, "restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Replace the data of the database.")
def restore_backup(context: CommandContext, file: Path, yes: bool) -> None:
    """Restore the backup FILE into the database."""
    from campaign import backup

    counts = backup.restore(context.engine, file, replace=yes)
    context.output({"file": str(file), "rows": counts}, f"{sum(counts.values())} rows restored from {file}")


@command(main, "doctor")
def examine(context: CommandContext) -> None:
    """Check this installation and report problems. Changes nothing."""
    from campaign import doctor

    findings = doctor.examine(context.engine, context.settings, now=context.now)
    signs = {"good": "  ok   ", "note": "  note ", "warning": "  WARN ", "error": "  FAIL "}
    rows = [{"level": finding.level, "about": finding.about, "text": finding.text} for finding in findings]
    context.output(
        {"findings": rows}, *(f"{signs[finding.level]}{finding.about}: {finding.text}" for finding in findings)
    )
    if any(finding.level == "error" for finding in findings):
        context.exit_partly(localized("There are errors to fix.", "Hay errores que corregir."))


@main.group("snapshot")
def snapshot_group() -> None:
    """The data that ships with the program."""


@command(snapshot_group, "load")
def load_snapshot(context: CommandContext) -> None:
    """Load the shipped data; loading it again changes nothing."""
    from campaign import db, snapshot

    db.require_current(context.engine)
    counts = snapshot.load(context.engine, now=context.now)
    context.output(dict(counts), ", ".join(f"{count} {name}" for name, count in counts.items()) or "Loaded.")


@command(snapshot_group, "build")
@click.option("--from", "source", required=True, metavar="DIR_OR_URLS", help="A folder, or addresses.")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Where to; default fixtures/.")
@click.option(
    "--as-of",
    multiple=True,
    metavar="NAME=DATE",
    help="The day that members, bills, zips, zipcodes, centres or boundaries describe; repeatable.",
)
def build_snapshot(context: CommandContext, source: str, into: Path | None, as_of: tuple[str, ...]) -> None:
    """Build the shipped data from its sources.

    The days of a folder's files come from its sources.json or from --as-of.
    """
    from campaign import snapshot
    from campaign.settings import shipped
    from campaign.snapshot.source_days import parse_day

    days = dict(map(parse_day, as_of))
    counts = snapshot.build(source, into or shipped("fixtures"), now=context.now, as_of=days)
    context.output(dict(counts or {}), "Written.")


@main.group("user")
def user_group() -> None:
    """Accounts of organizers."""


@command(user_group, "add")
@click.argument("email")
@click.option(
    "--role", default="viewer", show_default=True, type=click.Choice(["admin", "organizer", "viewer"])
)
def add_user(context: CommandContext, email: str, role: str) -> None:
    """Invite EMAIL, or an account that exists again; print the one-time sign-in link."""
    from campaign import db
    from campaign.accounts import users

    db.require_current(context.engine)
    with db.writing_alone(context.engine) as session:
        user, token = users.add(session, email, role, now=context.now, actor="command line")
    prefix = "/es" if language() == "es" else ""
    link = f"{context.settings.base_url}{prefix}/organize/link/{token}"
    hours = int(users.INVITATION_LASTS.total_seconds() // 3600)
    context.output(
        {"email": user.email, "role": user.role, "link": link},
        localized(
            f"{user.email} is {user.role}. This link signs in once, within {hours} hours:",
            f"{user.email} tiene el papel {user.role}. Este enlace sirve una vez, durante {hours} horas:",
        ),
        link,
    )
