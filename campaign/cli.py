"""The operator's hand: ``campaign …``.

``--json``, before or after a command's name, prints one JSON object on standard output and nothing else;
logs and progress go to standard error. Exit 0: done. 1: done in part, saying what failed. 2: refused.

Rooms are imported inside the commands, here and nowhere else: ``campaign --help`` answers at once.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from campaign.refusals import Refused, Unread

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from campaign.congress.bills import BillId
    from campaign.congress.ledger import BillRecord
    from campaign.districts.finder import Found
    from campaign.organizing.worklists import Worklists
    from campaign.settings import Settings
    from jobs.poll_bills import Report

PARTLY, REFUSED = 1, 2
FIRST_CONGRESS_IN_GOVINFO = 108


class Desk:
    """What every command works with: settings, database, clock, and where its answer goes."""

    def __init__(self) -> None:
        self.as_json = False

    @cached_property
    def settings(self) -> "Settings":
        from campaign import logs
        from campaign.settings import read_settings

        settings = read_settings()
        logs.set_up(settings.log_level)
        return settings

    @cached_property
    def engine(self) -> "Engine":
        from campaign import db

        return db.open_engine(self.settings.database_url)

    @cached_property
    def now(self) -> datetime:
        from campaign import db

        return db.utcnow()

    def close(self) -> None:
        """Let go of the database, if it was ever asked."""
        if "engine" in self.__dict__:
            self.engine.dispose()

    def answer(self, data: dict[str, Any], *lines: str) -> None:
        """Print the answer: the object for programs, or the lines for people."""
        if self.as_json:
            click.echo(json.dumps(data, ensure_ascii=False, default=str))
        else:
            for line in lines:
                click.echo(line)

    def partly(self, *reasons: str) -> NoReturn:
        """End with what could not be done."""
        for reason in reasons:
            click.echo(reason, err=True)
        sys.exit(PARTLY)


def language() -> str:
    """``es`` for a Spanish-speaking terminal, else ``en``."""
    chosen = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "es" if chosen.lower().startswith("es") else "en"


def say(en: str, es: str) -> str:
    return es if language() == "es" else en


class Guarded(click.Group):
    """Turns what rooms raise into a sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as error:
            self._end(ctx, error.text(language()), REFUSED)
        except Unread as error:
            self._end(ctx, error.reason, PARTLY)
        except (click.exceptions.Exit, click.Abort, click.ClickException, KeyboardInterrupt):
            raise
        except Exception as error:
            sentence, code = explain(error)
            if not sentence:
                raise
            self._end(ctx, sentence, code)

    def _end(self, ctx: click.Context, sentence: str, code: int) -> NoReturn:
        if ctx.ensure_object(Desk).as_json:
            click.echo(json.dumps({"error": sentence}, ensure_ascii=False))
        click.echo(sentence, err=True)
        sys.exit(code)


def explain(error: Exception) -> tuple[str, int]:
    """A sentence and exit code for what a database or a disk may do; an empty one for a bug of ours."""
    import sqlalchemy as sa

    if isinstance(error, sa.exc.DBAPIError):
        return _explain_database(str(error.orig))
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}", PARTLY
    return "", PARTLY


def _explain_database(reason: str) -> tuple[str, int]:
    first = reason.strip().splitlines()[0] if reason.strip() else "?"
    if "no such table" in reason or "no such column" in reason or "does not exist" in reason:
        return say(
            f"The database has no tables of this version ({first}). Run: campaign db upgrade",
            f"La base de datos no tiene las tablas de esta versión ({first}). Ejecute: campaign db upgrade",
        ), REFUSED
    if "locked" in reason:
        return say(
            "The database is held by another program. Nothing was written; try again.",
            "Otro programa tiene ocupada la base de datos. No se escribió nada; inténtelo de nuevo.",
        ), PARTLY
    return say(
        f"The database says: {first}. What was not finished was not written.",
        f"La base de datos responde: {first}. Lo que no terminó no se escribió.",
    ), PARTLY


def _choose_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Desk).as_json = True


json_option = click.option(
    "--json",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_choose_json,
    help="Print one JSON object and nothing else.",
)


def command(group: click.Group, name: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command with ``--json`` that gets the desk first."""

    def wrap(function: Callable[..., None]) -> click.Command:
        return group.command(name)(json_option(click.pass_obj(function)))

    return wrap


@click.group(cls=Guarded, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="campaign")
@json_option
@click.pass_context
def main(ctx: click.Context) -> None:
    """Track bills in Congress, say only what is true, and help people call about them."""
    ctx.call_on_close(ctx.ensure_object(Desk).close)


def _no_bar(_steps: int, _what: str = "") -> None:
    """Nobody watches."""


@contextmanager
def progress(desk: Desk, words: str, total: int | None = None) -> Iterator[Callable[[int, str], None]]:
    """A bar on standard error where a person watches; else nothing. Call it with the steps just done."""
    if desk.as_json or not sys.stderr.isatty():
        yield _no_bar
        return
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=total)

        def step(steps: int, what: str = "") -> None:
            bar.update(task, advance=steps, description=what or words)

        yield step


# --- serving ---------------------------------------------------------------------------------------


@command(main, "run")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535))
def run_all(desk: Desk, host: str, port: int) -> None:
    """Serve the pages and do the scheduled work, in one go."""
    from campaign.server import serve

    serve(desk.settings, host=host, port=port, scheduled=True, listening=_say_address)


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


# --- database --------------------------------------------------------------------------------------


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
    desk.answer({"rows": counts}, *_table(counts), "Copied, and counted on both sides.")


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


def _table(counts: dict[str, int]) -> list[str]:
    width = max(map(len, counts), default=0)
    return [f"{name:<{width}}  {count:>9,}" for name, count in counts.items() if count]


# --- snapshot --------------------------------------------------------------------------------------


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
def build_snapshot(desk: Desk, source: str, into: Path | None) -> None:
    """Write the shipped facts anew from their sources."""
    from campaign import snapshot
    from campaign.settings import shipped

    counts = snapshot.build(source, into or shipped("fixtures"), now=desk.now)
    desk.answer(dict(counts or {}), "Written.")


# --- the record ------------------------------------------------------------------------------------


def _bill(desk: Desk, text: str) -> "BillId":
    """A bill this record holds, from any form people write."""
    from campaign import db
    from campaign.congress import lineage

    with db.reading(desk.engine) as session:
        return lineage.resolve(session, text)


def _any_bill(desk: Desk, text: str) -> "BillId":
    """A bill, held or not; without a Congress it must be one this record holds."""
    from campaign.congress.bills import BillId, congress_on, parse_bill

    number = parse_bill(text)
    if number.congress is None:
        return _bill(desk, text)
    if number.congress > congress_on(desk.now):
        raise Refused(
            f"The {number.congress}th Congress has not begun; it has no bills yet.",
            f"El Congreso {number.congress} aún no ha comenzado; todavía no tiene proyectos de ley.",
        )
    return BillId(number.congress, number.type, number.number)


@command(main, "track")
@click.argument("bill", required=False)
@click.option("--proposal", default="", metavar="SLUG", help="Confirm the bill as one of this proposal's.")
@click.option(
    "--congress", type=click.IntRange(FIRST_CONGRESS_IN_GOVINFO, 200), help="Every bill of a Congress."
)
def track(desk: Desk, bill: str | None, proposal: str, congress: int | None) -> None:
    """Poll BILL from now on, or with --congress every bill of a Congress."""
    if (bill is None) == (congress is None):
        raise click.UsageError("Name one bill, or --congress.")
    if congress is not None:
        _track_congress(desk, congress)
    else:
        _track_bill(desk, str(bill), proposal)


def _track_bill(desk: Desk, text: str, proposal: str) -> None:
    from jobs import track_bill

    tracked = track_bill.run(desk.engine, desk.settings, _any_bill(desk, text), now=desk.now, proposal=proposal)
    answer = {"bill": str(tracked.bill), "title": tracked.title}
    if tracked.note:
        desk.answer({**answer, "note": tracked.note}, f"{tracked.bill} is tracked by its number.")
        desk.partly(say(f"Not read yet: {tracked.note}", f"Sin leer todavía: {tracked.note}"))
    desk.answer(answer, f"{tracked.bill} is tracked: {tracked.title}")


def _track_congress(desk: Desk, congress: int) -> None:
    from campaign.congress.bills import congress_on
    from jobs import import_congress

    if congress > congress_on(desk.now):
        raise Refused(
            f"The {congress}th Congress has not begun; it has no bills yet.",
            f"El Congreso {congress} aún no ha comenzado; todavía no tiene proyectos de ley.",
        )
    with progress(desk, f"{congress}th Congress") as step:
        report = import_congress.run(
            desk.engine,
            desk.settings,
            congress,
            now=desk.now,
            progress=lambda kind, done: step(done, f"{congress}th Congress, {kind}"),
        )
    _answer_report(desk, report)


@command(main, "untrack")
@click.argument("bill")
def untrack(desk: Desk, bill: str) -> None:
    """Poll BILL no longer; what is known of it stays."""
    from campaign import db
    from campaign.congress import tracking
    from campaign.congress.models import Bill

    found = _bill(desk, bill)
    with db.writing(desk.engine) as session:
        was = tracking.untrack(session, found, now=desk.now)
        title = session.get_one(Bill, str(found)).title
    words = f"{found} is tracked no longer: {title}" if was else f"{found} was not tracked: {title}"
    desk.answer({"bill": str(found), "title": title}, words)


@command(main, "poll")
@click.option("--bill", "bills", multiple=True, metavar="ID", help="This bill only; may be repeated.")
@click.option(
    "--source", type=click.Choice(["api", "govinfo", "both"]), help="Default: the API where there is a key."
)
def poll(desk: Desk, bills: tuple[str, ...], source: Any) -> None:
    """Read the tracked bills now."""
    from jobs import poll_bills

    wanted = [_any_bill(desk, bill) for bill in bills] if bills else poll_bills.due(desk.engine)
    with progress(desk, "polling", len(wanted)) as step:
        report = poll_bills.run(
            desk.engine,
            desk.settings,
            now=desk.now,
            bills=wanted,
            source=source,
            progress=lambda _done, _all: step(1, "polling"),
        )
    _answer_report(desk, report)


def _answer_report(desk: Desk, report: "Report") -> None:
    desk.answer(report.as_dict(), report.summary)
    if not report.whole:
        shown = list(report.failed.items())[:20]
        incomplete = [f"{bill}: incomplete" for bill in report.incomplete[:20]]
        desk.partly(*(f"{bill}: {reason}" for bill, reason in shown), *incomplete, *filter(None, [report.note]))


@command(main, "bill")
@click.argument("bill")
@click.option("--as-of", "day", metavar="DATE", help="As it stood at the end of this day (YYYY-MM-DD).")
def show_bill(desk: Desk, bill: str, day: str | None) -> None:
    """Say what is known of BILL."""
    from campaign import db
    from campaign.congress import ledger, lineage
    from campaign.organizing.counts import counts

    found = _bill(desk, bill)
    with db.reading(desk.engine) as session:
        if day is None:
            record = ledger.current(session, str(found), now=desk.now)
        else:
            record = ledger.as_of(session, str(found), _day(day), now=desk.now)
        proposal = lineage.proposal_of(session, str(found))
        numbers = counts(session, record)
        answer = _bill_answer(record, asdict(numbers), proposal.slug if proposal else None)
    desk.answer(answer, *_bill_lines(record, answer))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(
            f"“{text[:30]}” is not a day; write it as 2026-06-01.",
            f"«{text[:30]}» no es una fecha; escríbala como 2026-06-01.",
        ) from None


def _bill_answer(record: "BillRecord", counts: dict[str, int], proposal: str | None) -> dict[str, Any]:
    return {
        "bill": record.bill.id,
        "title": record.title,
        "stage": record.stage.stage.value,
        "congress": record.bill.congress,
        "sponsor": record.sponsor,
        "introduced": record.bill.introduced,
        "cosponsors": [
            {"bioguide": row.bioguide, "date": row.joined, "original": row.original, "withdrawn": row.withdrawn}
            for row in record.cosponsors
        ],
        "counts": counts,
        "proposal": proposal,
        "observed_at": record.bill.observed_at.isoformat() if record.bill.observed_at else None,
        "partial": record.bill.partial,
    }


def _bill_lines(record: "BillRecord", answer: dict[str, Any]) -> Iterator[str]:
    numbers = answer["counts"]
    yield f"{record.id.short} ({record.bill.congress}th): {record.title or 'title not known'}"
    yield f"  stage       {record.stage.stage.label(language())}"
    yield f"  introduced  {record.bill.introduced or 'not known'} by {record.sponsor or 'not known'}"
    yield (
        f"  co-sponsors {numbers['listed']} ({numbers['sitting_voting']} sitting and voting, "
        f"{numbers['delegates']} delegates, {numbers['departed']} departed; {numbers['withdrawn']} withdrew)"
    )
    yield f"  read        {answer['observed_at'] or 'not yet'}"
    if record.bill.partial:
        yield f"  partial     {record.bill.partial}"
    for row in record.cosponsors:
        left = f", withdrew {row.withdrawn}" if row.withdrawn else ""
        yield f"    {row.joined}  {row.bioguide}  {row.name}{left}"


@command(main, "changes")
@click.option("--bill", metavar="ID", help="Of this bill only.")
@click.option("--since", default=0, show_default=True, metavar="SEQ", type=click.IntRange(min=0))
def show_changes(desk: Desk, bill: str | None, since: int) -> None:
    """List what changed, oldest first."""
    from campaign import db
    from campaign.congress import ledger

    found = _bill(desk, bill) if bill else None
    with db.reading(desk.engine) as session:
        rows = [
            {
                "seq": one.seq,
                "bill": one.bill,
                "kind": one.kind,
                "bioguide": one.bioguide,
                "date": one.happened,
                "seen_at": one.seen_at.isoformat(),
                "baseline": one.baseline,
                "detail": one.detail,
            }
            for one in ledger.changes_since(session, since, bill=str(found) if found else None)
        ]
    desk.answer({"changes": rows}, *(_change_line(row) for row in rows))


def _change_line(row: dict[str, Any]) -> str:
    what = row["bioguide"] or " ".join(str(value) for value in row["detail"].values())
    day = str(row["date"] or "-")
    first = " (first sight)" if row["baseline"] else ""
    return f"{row['seq']:>6}  {day:<10}  {row['bill']:<12}  {row['kind']:<20} {what[:60]}{first}"


@command(main, "worklist")
@click.argument("bill")
def worklist(desk: Desk, bill: str) -> None:
    """List whom to ask next about BILL, and why."""
    from campaign import db
    from campaign.organizing.worklists import worklists

    found = _bill(desk, bill)
    with db.reading(desk.engine) as session:
        lists = worklists(session, found, now=desk.now)
    answer: dict[str, Any] = {name: lists.bioguides(name) for name in lists.entries}
    answer["vacancies"] = list(lists.vacancies)
    answer["partial"] = [one.id for one in lists.partial]
    answer["reasons"] = {
        name: {entry.person.bioguide: entry.reason(language()) for entry in entries}
        for name, entries in lists.entries.items()
    }
    desk.answer({"bill": str(found), **answer}, *_worklist_lines(lists))


def _worklist_lines(lists: "Worklists") -> Iterator[str]:
    for person, entries in lists.by_member():
        reasons = "; ".join(entry.reason(language()) for entry in entries)
        yield f"{person.bioguide}  {person.name} ({person.party}-{person.seat}): {reasons}"
    if lists.vacancies:
        yield say("Vacant: ", "Vacantes: ") + ", ".join(lists.vacancies)
    if lists.partial:
        names = ", ".join(one.id for one in lists.partial)
        yield say(
            f"Known in part only, others may belong here: {names}",
            f"Se conocen solo en parte; puede haber más personas: {names}",
        )


@command(main, "reparse")
@click.argument("bills", nargs=-1)
def reparse(desk: Desk, bills: tuple[str, ...]) -> None:
    """Run today's rules over the kept replies of BILLS, or of all bills; asks no source."""
    from sqlmodel import select

    from campaign import db
    from campaign.congress import reparse as again
    from campaign.congress.models import RawReply

    with db.reading(desk.engine) as session:
        kept = sorted(set(session.exec(select(RawReply.bill))))
    wanted = [str(_bill(desk, bill)) for bill in bills] or kept
    changes, failed = 0, {}
    with progress(desk, "reparsing", len(wanted)) as step:
        for bill in wanted:
            try:
                with db.writing(desk.engine) as session:
                    changes += again.reparse(session, bill).changes
            except Unread as error:
                failed[bill] = error.reason
            step(1, "reparsing")
    desk.answer(
        {"bills": len(wanted), "changes": changes, "failed": failed}, f"{len(wanted)} bills, {changes} changes"
    )
    if failed:
        desk.partly(*(f"{bill}: {reason}" for bill, reason in failed.items()))


# --- users -----------------------------------------------------------------------------------------


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


# --- places and words ------------------------------------------------------------------------------


@command(main, "find")
@click.option("--zip", "zip_code", metavar="ZIP")
@click.option("--address", metavar="TEXT", help="Asked of the Census geocoder; neither stored nor logged.")
@click.option("--point", metavar="LAT,LON")
def find(desk: Desk, zip_code: str | None, address: str | None, point: str | None) -> None:
    """Say which seats speak for a place."""
    if sum(one is not None for one in (zip_code, address, point)) != 1:
        raise click.UsageError("Name one of --zip, --address, --point.")
    found = _find(desk, zip_code, address, point)
    desk.answer(found.json(), *_found_lines(found))


def _find(desk: Desk, zip_code: str | None, address: str | None, point: str | None) -> "Found":
    from campaign import db
    from campaign.districts import finder
    from campaign.fetch import open_fetcher

    with db.reading(desk.engine) as session:
        if zip_code is not None:
            return finder.by_zip(session, zip_code, now=desk.now)
        with open_fetcher(desk.settings) as fetcher:
            if address is not None:
                return finder.by_address(fetcher, desk.settings, session, address, now=desk.now)
            return finder.by_point(fetcher, desk.settings, session, str(point), now=desk.now)


def _found_lines(found: "Found") -> Iterator[str]:
    yield f"{found.result} ({found.congress}th Congress)"
    for hit in found.seats:
        yield f"  {hit.seat:<6} {'vacant' if hit.vacant else hit.member or 'not known'}"
    for senator in found.senators:
        yield f"  senate {senator}"
    if found.note:
        yield found.note.text(language())


@main.group("subscribers")
def subscribers_group() -> None:
    """Readers of the digest: lists in and out."""


@command(subscribers_group, "import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--consent-attested", is_flag=True, help="You vouch that each of them asked for this mail.")
@click.option(
    "--ask", "ask_them", is_flag=True, help="Send pending readers the letter that asks them to confirm."
)
def import_subscribers(desk: Desk, file: Path, consent_attested: bool, ask_them: bool) -> None:
    """Take over a CSV list (email, language, zip or seat, proposals). Nobody who stopped comes back."""
    import getpass

    from campaign import db
    from campaign.mailing import lists, subscribers
    from campaign.mailing.addresses import Keys

    text = _text_of(file)
    attested_by = f"{getpass.getuser()} (command line)" if consent_attested else ""
    done = subscribers.Imported()
    with db.writing(desk.engine) as session:
        rows = lists.read(session, text, done, now=desk.now)
        found = subscribers.take_list(
            session,
            Keys(desk.settings),
            rows,
            attested_by=attested_by,
            now=desk.now,
            page=file.name,
            ask_them=ask_them,
        )
    rejects = {str(line): why for line, why in sorted((done.rejects | found.rejects).items())}
    counts = {
        "confirmed": found.confirmed,
        "pending": found.pending,
        "already": found.already,
        "suppressed": found.suppressed,
        "rejected": len(rejects),
    }
    told = [f"{number:>7} {name}" for name, number in counts.items()]
    desk.answer(
        {**counts, "rejects": rejects}, *told, *(f"line {line}: {why}" for line, why in rejects.items())
    )
    if rejects:
        sys.exit(PARTLY)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(
            f"{file.name} is not a UTF-8 text file.", f"{file.name} no es un archivo de texto UTF-8."
        ) from None


@command(subscribers_group, "export")
@click.option(
    "--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="A file; default standard output."
)
def export_subscribers(desk: Desk, file: Path | None) -> None:
    """Write every confirmed reader as CSV."""
    from campaign import db
    from campaign.mailing import lists

    with db.reading(desk.engine) as session:
        text = lists.write(session)
    count = text.count("\r\n") - 1
    if file is None and not desk.as_json:
        click.echo(text, nl=False)
        return
    if file is not None:
        file.write_text(text, encoding="utf-8", newline="")
    more = {} if file is not None else {"csv": text}
    desk.answer({"exported": count, **more}, say(f"{count} readers written.", f"{count} lectores escritos."))


@main.group("digest")
def digest_group() -> None:
    """The weekly mail: build, look, approve, send."""


period_option = click.option(
    "--period", default="", metavar="YYYY-Www", help="Which week; default the newest or this one."
)


@command(digest_group, "build")
@period_option
@click.option("--approve", is_flag=True, help="Publish it at once.")
def build_digest(desk: Desk, period: str, approve: bool) -> None:
    """Make the draft of a week; one that exists is kept."""
    from campaign.mailing import editions

    built = editions.build(desk.engine, desk.settings, now=desk.now, period=period)
    if approve:
        _approve(desk, built.edition)
    _say_edition(desk, built.period)


@command(digest_group, "approve")
@period_option
def approve_digest(desk: Desk, period: str) -> None:
    """Publish a draft: one copy for each confirmed reader, at that reader's Monday morning."""
    from campaign import db
    from campaign.mailing import editions

    with db.reading(desk.engine) as session:
        edition = editions.latest(session, period=period)
    _approve(desk, edition.id or 0)
    _say_edition(desk, edition.period)


def _approve(desk: Desk, edition: int) -> None:
    import getpass

    from campaign.mailing import editions

    editions.publish(
        desk.engine, desk.settings, edition, by=f"{getpass.getuser()} (command line)", now=desk.now
    )


@command(digest_group, "send")
@click.option("--connections", default=2, show_default=True, type=click.IntRange(1, 50))
@click.option("--wait", default=60.0, show_default=True, help="Seconds to wait for a rate or a relay.")
def send_digest(desk: Desk, connections: int, wait: float) -> None:
    """Send what is due now; a running worker does the same by itself."""
    import signal
    import threading

    from campaign import db
    from campaign.mailing import editions
    from campaign.mailing.message import sender_of
    from jobs import deliver_mail

    sender_of(desk.settings)
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ending.set())
    report = deliver_mail.run(
        desk.engine, desk.settings, now=desk.now, stopping=ending.is_set, connections=connections, patience=wait
    )
    with db.reading(desk.engine) as session:
        data = editions.newest_status(session)
    desk.answer(data, report.summary)
    if not report.whole:
        desk.partly(report.summary)


@command(digest_group, "status")
@period_option
def digest_status(desk: Desk, period: str) -> None:
    """How far an edition has come."""
    _say_edition(desk, period)


def _say_edition(desk: Desk, period: str) -> None:
    from campaign import db
    from campaign.mailing import editions

    with db.reading(desk.engine) as session:
        data = editions.status(session, editions.latest(session, period=period))
    desk.answer(data, *(f"{name:>12} {value}" for name, value in data.items() if value != ""))


@command(digest_group, "preview")
@period_option
@click.option("--seat", default="", metavar="SEAT")
@click.option("--lang", default="en", type=click.Choice(["en", "es"]))
def preview_digest(desk: Desk, period: str, seat: str, lang: str) -> None:
    """Print the very message a reader of this seat and language gets."""
    from campaign import db
    from campaign.mailing import editions
    from campaign.mailing.digest import Group

    with db.reading(desk.engine) as session:
        edition = editions.latest(session, period=period).id or 0
    raw = editions.preview(desk.engine, desk.settings, Group(lang, seat.upper()), edition=edition, now=desk.now)
    desk.answer({"message": raw.decode()}, raw.decode())


@command(digest_group, "test")
@click.argument("address")
@period_option
@click.option("--seat", default="", metavar="SEAT")
@click.option("--lang", default="en", type=click.Choice(["en", "es"]))
def send_test_digest(desk: Desk, address: str, period: str, seat: str, lang: str) -> None:
    """Send one copy to your own address."""
    from campaign import db
    from campaign.mailing import editions
    from campaign.mailing.digest import Group

    with db.reading(desk.engine) as session:
        edition = editions.latest(session, period=period).id or 0
    editions.send_test(desk.engine, edition, Group(lang, seat.upper()), address, now=desk.now)
    desk.answer({"queued": 1}, say("It leaves with the next mail.", "Sale con el próximo correo."))


@command(digest_group, "pause")
@period_option
def pause_digest(desk: Desk, period: str) -> None:
    """Hold what has not left yet."""
    from campaign import db
    from campaign.mailing import editions

    with db.reading(desk.engine) as session:
        edition = editions.latest(session, period=period)
    editions.pause(desk.engine, edition.id or 0, why="paused by hand")
    _say_edition(desk, edition.period)


@command(digest_group, "resume")
@period_option
@click.option(
    "--resend-unknown", is_flag=True, help="Send again what may have arrived; a few may get it twice."
)
def resume_digest(desk: Desk, period: str, resend_unknown: bool) -> None:
    """Go on with what was held."""
    from campaign import db
    from campaign.mailing import deliveries, editions

    with db.reading(desk.engine) as session:
        edition = editions.latest(session, period=period)
    if resend_unknown:
        deliveries.resend_unknown(desk.engine, edition.id or 0, now=desk.now)
    else:
        editions.resume(desk.engine, edition.id or 0)
    _say_edition(desk, edition.period)


@command(digest_group, "bounces")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True))
def read_bounce_files(desk: Desk, files: tuple[Path, ...]) -> None:
    """Take over returned mail that was saved as files."""
    from collections import Counter

    from jobs import deliver_mail

    found = Counter(
        deliver_mail.take_report(desk.engine, desk.settings, file.read_bytes(), now=desk.now) for file in files
    )
    desk.answer(dict(found), *(f"{number:>5} {kind}" for kind, number in sorted(found.items())))


@main.group("districts")
def districts() -> None:
    """Maps of districts that the operator brings."""


@command(districts, "import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--congress", required=True, type=click.IntRange(1, 200), help="Whose map it is.")
def import_districts(desk: Desk, file: Path, congress: int) -> None:
    """Import district boundaries (GeoJSON or TopoJSON), so that points are looked up here."""
    from campaign.districts.boundaries import import_boundaries

    count = import_boundaries(desk.engine, file, congress, now=desk.now)
    desk.answer({"districts": count, "congress": congress}, f"{count} districts, Congress {congress}")


@command(districts, "zips")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--congress", required=True, type=click.IntRange(1, 200), help="Whose map it is.")
def import_zip_table(desk: Desk, file: Path, congress: int) -> None:
    """Import which districts each ZIP code touches: the Census Bureau's relationship file of a Congress.

    A later Congress's table waits beside today's and is used from the day that Congress sits.
    """
    from campaign.districts.census import import_zips

    count = import_zips(desk.engine, file.read_bytes(), congress, now=desk.now, name=file.name)
    desk.answer({"zips": count, "congress": congress}, f"{count} ZIP codes and districts, Congress {congress}")


@command(main, "script")
@click.option("--bill", required=True, metavar="ID")
@click.option("--member", required=True, metavar="BIOGUIDE")
@click.option(
    "--kind", default="call", show_default=True, type=click.Choice(["call", "voicemail", "tally", "letter"])
)
@click.option("--lang", type=click.Choice(["en", "es"]), help="Default: the terminal's.")
def script(desk: Desk, bill: str, member: str, kind: Any, lang: Any) -> None:
    """Write what a supporter says or writes to a member about a bill."""
    from campaign import db
    from campaign.outreach.wordings import script_for

    with db.reading(desk.engine) as session:
        found = script_for(session, str(_bill(desk, bill)), member, kind, lang or language(), now=desk.now)
    answer = {
        "ask": found.ask,
        "text": found.text,
        "salutation": found.salutation,
        "phones": list(found.phones),
        "reason": found.reason,
    }
    desk.answer(answer, *filter(None, [found.salutation, found.text, *found.phones]))


# --- lineage ---------------------------------------------------------------------------------------


@main.group("lineage")
def lineage_group() -> None:
    """Which bills are one idea. Rules suggest, a person decides."""


@command(lineage_group, "suggest")
@click.argument("bill")
def suggest(desk: Desk, bill: str) -> None:
    """Show which bills the rules think are kin of BILL, and keep what is new."""
    from campaign import db
    from campaign.congress import lineage

    found = _bill(desk, bill)
    with db.writing(desk.engine) as session:
        suggestions = lineage.suggest(session, str(found))
        lineage.save_suggestions(session, suggestions)
    rows = [
        {
            "bill": one.bill,
            "other": one.other,
            "kind": one.kind,
            "proposal": one.proposal,
            "rule": one.rule,
            "score": one.score,
            "reason": say(one.reason_en, one.reason_es),
        }
        for one in suggestions
    ]
    desk.answer(
        {"suggestions": rows},
        *(f"{row['score']:.2f}  {row['bill']:<12} {row['proposal'] or '-'}  {row['reason']}" for row in rows),
    )


@command(lineage_group, "confirm")
@click.argument("proposal")
@click.argument("bill")
def confirm(desk: Desk, proposal: str, bill: str) -> None:
    """Decide that BILL is one of PROPOSAL's."""
    from campaign import db
    from campaign.congress import lineage

    found = _bill(desk, bill)
    with db.writing(desk.engine) as session:
        lineage.confirm(session, proposal, str(found), by="command line", now=desk.now)
    desk.answer({"proposal": proposal, "bill": str(found), "state": "confirmed"}, f"{found} is of {proposal}.")


@command(lineage_group, "reject")
@click.argument("proposal")
@click.argument("bill")
def reject(desk: Desk, proposal: str, bill: str) -> None:
    """Decide that BILL is none of PROPOSAL's."""
    from campaign import db
    from campaign.congress import lineage

    found = _bill(desk, bill)
    with db.writing(desk.engine) as session:
        lineage.reject(session, proposal, str(found), by="command line", now=desk.now)
    desk.answer(
        {"proposal": proposal, "bill": str(found), "state": "rejected"}, f"{found} is not of {proposal}."
    )
