"""Commands about the digest: who gets it, and how an edition leaves."""

import sys
from pathlib import Path

import click

from campaign.cli.desk import PARTLY, Desk, command, main, say
from campaign.refusals import Refused


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
    from campaign.mailing.addresses import Keys
    from campaign.mailing.readers import csv_lists, subscribers

    text = _text_of(file)
    attested_by = f"{getpass.getuser()} (command line)" if consent_attested else ""
    done = subscribers.Imported()
    with db.writing(desk.engine) as session:
        rows = csv_lists.read(session, text, done, now=desk.now)
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
    from campaign.mailing.readers import csv_lists

    with db.reading(desk.engine) as session:
        text = csv_lists.write(session)
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
    from campaign.mailing.edition import editions

    built = editions.build(desk.engine, desk.settings, now=desk.now, period=period)
    if approve:
        _approve(desk, built.edition)
    _say_edition(desk, built.period)


@command(digest_group, "approve")
@period_option
def approve_digest(desk: Desk, period: str) -> None:
    """Publish a draft: one copy for each confirmed reader, at that reader's Monday morning."""
    from campaign import db
    from campaign.mailing.edition import editions

    with db.reading(desk.engine) as session:
        edition = editions.latest(session, period=period)
    _approve(desk, edition.id or 0)
    _say_edition(desk, edition.period)


def _approve(desk: Desk, edition: int) -> None:
    import getpass

    from campaign.mailing.edition import editions

    editions.publish(
        desk.engine, desk.settings, edition, by=f"{getpass.getuser()} (command line)", now=desk.now
    )


@command(digest_group, "send")
@click.option("--connections", default=1, show_default=True, type=click.IntRange(1, 50))
@click.option("--wait", default=60.0, show_default=True, help="Seconds to wait for a rate or a relay.")
def send_digest(desk: Desk, connections: int, wait: float) -> None:
    """Send what is due now; a running worker does the same by itself."""
    import signal
    import threading

    from campaign import db
    from campaign.mailing.edition import editions
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
    from campaign.mailing.edition import editions

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
    from campaign.mailing.edition import editions
    from campaign.mailing.edition.digest import Group

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
    from campaign.mailing.edition import editions
    from campaign.mailing.edition.digest import Group

    with db.reading(desk.engine) as session:
        edition = editions.latest(session, period=period).id or 0
    editions.send_test(desk.engine, edition, Group(lang, seat.upper()), address, now=desk.now)
    desk.answer({"queued": 1}, say("It leaves with the next mail.", "Sale con el próximo correo."))


@command(digest_group, "pause")
@period_option
def pause_digest(desk: Desk, period: str) -> None:
    """Hold what has not left yet."""
    from campaign import db
    from campaign.mailing.edition import editions

    with db.reading(desk.engine) as session:
        edition = editions.latest(session, period=period)
    editions.pause(desk.engine, edition.id or 0, why="paused by hand")
    _say_edition(desk, edition.period)


@command(digest_group, "cancel")
@period_option
def cancel_digest(desk: Desk, period: str) -> None:
    """Send no further copy of an edition, for good. The next edition tells its news."""
    import getpass

    from campaign import db
    from campaign.accounts import audit
    from campaign.mailing.edition import editions

    with db.reading(desk.engine) as session:
        edition = editions.latest(session, period=period)
    by = f"{getpass.getuser()} (command line)"
    unsent = editions.cancel(desk.engine, edition.id or 0, why=f"cancelled by {by}", now=desk.now)
    with db.writing(desk.engine) as session:
        audit.note(session, None, "digest cancelled", edition.period, now=desk.now, actor=by, copies=unsent)
        data = editions.status(session, editions.latest(session, period=edition.period))
    desk.answer(
        data,
        say(
            f"{data['sent']} copies were sent; {unsent} will not be.",
            f"Se enviaron {data['sent']} copias; {unsent} no se enviarán.",
        ),
    )


@command(digest_group, "resume")
@period_option
@click.option(
    "--resend-unknown", is_flag=True, help="Send again what may have arrived; a few may get it twice."
)
def resume_digest(desk: Desk, period: str, resend_unknown: bool) -> None:
    """Go on with what was held."""
    from campaign import db
    from campaign.mailing import queue
    from campaign.mailing.edition import editions

    with db.reading(desk.engine) as session:
        edition = editions.latest(session, period=period)
    if resend_unknown:
        queue.resend_unknown(desk.engine, edition.id or 0, now=desk.now)
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
