"""Commands for the readers of a campaign's digest."""

import sys
from pathlib import Path

import click

from campaign.cli.context import PARTLY, CommandContext, command, localized, main
from campaign.cli.of_campaign import campaign_option, only
from campaign.refusals import Refused


@main.group("subscribers")
def subscribers_group() -> None:
    """Import and export the subscribers of a campaign's digest."""


@command(subscribers_group, "import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@campaign_option
@click.option("--consent-attested", is_flag=True, help="You attest that each of them asked for this mail.")
@click.option(
    "--ask", "ask_them", is_flag=True, help="Send pending subscribers the mail that asks them to confirm."
)
def import_subscribers(
    context: CommandContext, file: Path, slug: str, consent_attested: bool, ask_them: bool
) -> None:
    """Import a CSV list (email, language, zip or seat, proposals). Who unsubscribed stays unsubscribed."""
    import getpass

    from campaign import db
    from campaign.mailing.addresses import Keys
    from campaign.mailing.readers import csv_lists, imports

    text, campaign = _text_of(file), only(context, slug)
    attested_by = f"{getpass.getuser()} (command line)" if consent_attested else ""
    unread = imports.Imported()
    with db.writing(context.engine) as session:
        rows = csv_lists.read(session, campaign, text, unread, now=context.now)
        imported = imports.take_list(
            session,
            Keys(context.settings),
            campaign,
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
@campaign_option
@click.option(
    "--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="A file; default standard output."
)
def export_subscribers(context: CommandContext, slug: str, file: Path | None) -> None:
    """Write every confirmed subscriber as CSV."""
    from campaign import db
    from campaign.mailing.readers import csv_lists

    campaign = only(context, slug)
    with db.reading(context.engine) as session:
        text = csv_lists.write(session, campaign)
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
