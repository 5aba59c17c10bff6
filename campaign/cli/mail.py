"""Commands for the digest: its subscribers and its editions."""

import sys
from pathlib import Path

import click

from campaign.cli.context import PARTLY, CommandContext, command, localized, main
from campaign.refusals import Refused


@main.group("subscribers")
def subscribers_group() -> None:
    """Import and export the subscribers of the digest."""


@command(subscribers_group, "import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--consent-attested", is_flag=True, help="You attest that each of them asked for this mail.")
@click.option(
    "--ask", "ask_them", is_flag=True, help="Send pending subscribers the mail that asks them to confirm."
)
def import_subscribers(context: CommandContext, file: Path, consent_attested: bool, ask_them: bool) -> None:
    """Import a CSV list (email, language, zip or seat, proposals). Who unsubscribed stays unsubscribed."""
    import getpass

    from campaign import db
    from campaign.mailing.addresses import Keys
    from campaign.mailing.readers import csv_lists, imports

    text = _text_of(file)
    attested_by = f"{getpass.getuser()} (command line)" if consent_attested else ""
    unread = imports.Imported()
    with db.writing(context.engine) as session:
        rows = csv_lists.read(session, text, unread, now=context.now)
        imported = imports.take_list(
            session,
            Keys(context.settings),
            rows,
            attested_by=attested_by,
            now=context.now,
            page=file.name,
            ask_them=ask_them,
        )
    rejects = {str(line): why for line, why in sorted((unread.rejects | imported.rejects).items())}
    counts = {
        "confirmed": imported.confirmed,
        "pending": imported.pending,
        "already": imported.already,
        "suppressed": imported.suppressed,
        "rejected": len(rejects),
    }
    lines = [f"{number:>7} {name}" for name, number in counts.items()]
    context.output(
        {**counts, "rejects": rejects}, *lines, *(f"line {line}: {why}" for line, why in rejects.items())
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
def export_subscribers(context: CommandContext, file: Path | None) -> None:
    """Write every confirmed subscriber as CSV."""
    from campaign import db
    from campaign.mailing.readers import csv_lists

    with db.reading(context.engine) as session:
        text = csv_lists.write(session)
    count = text.count("\r\n") - 1
    if file is None and not context.as_json:
        click.echo(text, nl=False)
        return
    if file is not None:
        file.write_text(text, encoding="utf-8", newline="")
    csv = {} if file is not None else {"csv": text}
    context.output(
        {"exported": count, **csv},
        localized(f"{count} subscribers written.", f"{count} suscriptores escritos."),
    )


@main.group("digest")
def digest_group() -> None:
    """The weekly mail: build, preview, approve, send."""


period_option = click.option(
    "--period", default="", metavar="YYYY-Www", help="Which week; default: the newest or this one."
)


@command(digest_group, "build")
@period_option
@click.option("--approve", is_flag=True, help="Publish it at once.")
def build_digest(context: CommandContext, period: str, approve: bool) -> None:
    """Build the draft of a week; an edition that exists stays as it is."""
    from campaign.mailing.edition import editions

    built = editions.build(context.engine, context.settings, now=context.now, period=period)
    if approve:
        _approve(context, built.edition)
    _output_status(context, built.period)


@command(digest_group, "approve")
@period_option
def approve_digest(context: CommandContext, period: str) -> None:
    """Publish a draft: one copy for each confirmed subscriber, on Monday morning in their time zone."""
    from campaign import db
    from campaign.mailing.edition import editions

    with db.reading(context.engine) as session:
        edition = editions.latest(session, period=period)
    _approve(context, edition.id or 0)
    _output_status(context, edition.period)


def _approve(context: CommandContext, edition: int) -> None:
    import getpass

    from campaign.mailing.edition import editions

    editions.publish(
        context.engine, context.settings, edition, by=f"{getpass.getuser()} (command line)", now=context.now
    )


@command(digest_group, "send")
@click.option("--connections", default=1, show_default=True, type=click.IntRange(1, 50))
@click.option(
    "--wait", default=60.0, show_default=True, help="Seconds to wait for the rate limit or the relay."
)
def send_digest(context: CommandContext, connections: int, wait: float) -> None:
    """Send what is due now; a running worker does so by itself."""
    import signal
    import threading

    from campaign import db
    from campaign.mailing.edition import editions
    from campaign.mailing.message import sender_of
    from jobs import deliver_mail

    sender_of(context.settings)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    report = deliver_mail.run(
        context.engine,
        context.settings,
        now=context.now,
        stopping=stopping.is_set,
        connections=connections,
        patience=wait,
    )
    with db.reading(context.engine) as session:
        data = editions.newest_status(session)
    context.output(data, report.summary)
    if not report.whole:
        context.exit_partly(report.summary)


@command(digest_group, "status")
@period_option
def digest_status(context: CommandContext, period: str) -> None:
    """Show how many copies of an edition are sent, deferred, failed or unknown."""
    _output_status(context, period)


def _output_status(context: CommandContext, period: str) -> None:
    from campaign import db
    from campaign.mailing.edition import editions

    with db.reading(context.engine) as session:
        data = editions.status(session, editions.latest(session, period=period))
    context.output(data, *(f"{name:>12} {value}" for name, value in data.items() if value != ""))


@command(digest_group, "preview")
@period_option
@click.option("--seat", default="", metavar="SEAT")
@click.option("--lang", default="en", type=click.Choice(["en", "es"]))
def preview_digest(context: CommandContext, period: str, seat: str, lang: str) -> None:
    """Print the message that a subscriber of this seat and language gets."""
    from campaign import db
    from campaign.mailing.edition import editions
    from campaign.mailing.edition.digest import Group

    with db.reading(context.engine) as session:
        edition = editions.latest(session, period=period).id or 0
    raw = editions.preview(
        context.engine, context.settings, Group(lang, seat.upper()), edition=edition, now=context.now
    )
    context.output({"message": raw.decode()}, raw.decode())


@command(digest_group, "test")
@click.argument("address")
@period_option
@click.option("--seat", default="", metavar="SEAT")
@click.option("--lang", default="en", type=click.Choice(["en", "es"]))
def send_test_digest(context: CommandContext, address: str, period: str, seat: str, lang: str) -> None:
    """Send one copy to ADDRESS."""
    from campaign import db
    from campaign.mailing.edition import editions
    from campaign.mailing.edition.digest import Group

    with db.reading(context.engine) as session:
        edition = editions.latest(session, period=period).id or 0
    editions.send_test(context.engine, edition, Group(lang, seat.upper()), address, now=context.now)
    context.output({"queued": 1}, localized("Queued for the next delivery.", "En cola para el próximo envío."))


@command(digest_group, "pause")
@period_option
def pause_digest(context: CommandContext, period: str) -> None:
    """Pause an edition: copies that are not sent yet wait."""
    from campaign import db
    from campaign.mailing.edition import editions

    with db.reading(context.engine) as session:
        edition = editions.latest(session, period=period)
    editions.pause(context.engine, edition.id or 0, why="paused by hand")
    _output_status(context, edition.period)


@command(digest_group, "cancel")
@period_option
def cancel_digest(context: CommandContext, period: str) -> None:
    """Send no further copy of an edition, for good. The next edition tells its news."""
    import getpass

    from campaign import db
    from campaign.accounts import audit
    from campaign.mailing.edition import editions

    with db.reading(context.engine) as session:
        edition = editions.latest(session, period=period)
    by = f"{getpass.getuser()} (command line)"
    unsent = editions.cancel(context.engine, edition.id or 0, why=f"cancelled by {by}", now=context.now)
    with db.writing(context.engine) as session:
        audit.note(session, None, "digest cancelled", edition.period, now=context.now, actor=by, copies=unsent)
        data = editions.status(session, editions.latest(session, period=edition.period))
    context.output(
        data,
        localized(
            f"{data['sent']} copies were sent; {unsent} will not be.",
            f"Se enviaron {data['sent']} copias; {unsent} no se enviarán.",
        ),
    )


@command(digest_group, "resume")
@period_option
@click.option(
    "--resend-unknown",
    is_flag=True,
    help="Send again the copies of unknown state; some subscribers may get two.",
)
def resume_digest(context: CommandContext, period: str, resend_unknown: bool) -> None:
    """Resume a paused edition."""
    from campaign import db
    from campaign.mailing import queue
    from campaign.mailing.edition import editions

    with db.reading(context.engine) as session:
        edition = editions.latest(session, period=period)
    if resend_unknown:
        queue.resend_unknown(context.engine, edition.id or 0, now=context.now)
    else:
        editions.resume(context.engine, edition.id or 0, now=context.now)
    _output_status(context, edition.period)


@command(digest_group, "bounces")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True))
def read_bounce_files(context: CommandContext, files: tuple[Path, ...]) -> None:
    """Process returned mail that was saved as FILES."""
    from collections import Counter

    from jobs import deliver_mail

    found = Counter(
        deliver_mail.take_report(context.engine, context.settings, file.read_bytes(), now=context.now)
        for file in files
    )
    context.output(dict(found), *(f"{number:>5} {kind}" for kind, number in sorted(found.items())))
