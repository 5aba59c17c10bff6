"""Commands for the readers of a campaign's digest."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from campaign.cli.context import PARTLY, CommandContext, command, language, localized, main
from campaign.cli.of_campaign import campaign_option, only

if TYPE_CHECKING:
    from campaign.mailing.readers.imports import Imported


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
    """Import a list of readers: a CSV file or a workbook, as other systems export it.

    Who unsubscribed here stays unsubscribed; who left there, by the columns of the list, is not taken.
    """
    import getpass

    from campaign import db
    from campaign.mailing.addresses import Keys
    from campaign.mailing.readers import csv_lists, imports, list_columns

    campaign = only(context, slug)
    table = csv_lists.table_of(csv_lists.text_of(file.read_bytes()))
    columns = list_columns.find(table.header)
    done = imports.Imported(lang=language())
    with db.reading(context.engine) as session:
        rows = list(csv_lists.rows_of(session, campaign, table, columns, done, now=context.now))
    terms = imports.Terms(
        campaign,
        attested_by=f"{getpass.getuser()} (command line)" if consent_attested else "",
        now=context.now,
        page=file.name,
        ask_them=ask_them,
    )
    imports.take_list(context.engine, Keys(context.settings), rows, terms, done)
    _tell(context, done, columns.unused)


# Of an import's counts and of what a list says of who is not taken.
_SPANISH = {
    "confirmed": "confirmados",
    "pending": "pendientes",
    "already": "ya estaban",
    "suppressed": "aquí ya no quieren correo",
    "rejected": "rechazados",
    "unsubscribed": "se dio de baja",
    "bounced": "su correo rebotó",
    "complaint": "se quejó",
    "not_subscribed": "no está suscrito",
}


def _tell(context: CommandContext, done: "Imported", unused: list[str]) -> None:
    rejects = {str(line): why for line, why in sorted(done.rejects.items())}
    counts = {
        "confirmed": done.confirmed,
        "pending": done.pending,
        "already": done.already,
        "suppressed": done.suppressed,
        "rejected": len(rejects),
    }
    lines = [f"{number:>7} {localized(name, _SPANISH[name])}" for name, number in counts.items()]
    for reason, number in done.left.items():
        if number:
            left = localized(f"not taken: {reason}", f"sin tomar: {_SPANISH[reason]}")
            lines.append(f"{number:>7} {left}")
    if unused:
        lines.append(localized("columns not used: ", "columnas sin usar: ") + ", ".join(unused))
    lines += [f"{localized('line', 'línea')} {line}: {why}" for line, why in rejects.items()]
    context.output({**counts, "left": done.left, "unused": unused, "rejects": rejects}, *lines)
    if rejects:
        sys.exit(PARTLY)


@command(subscribers_group, "export")
@campaign_option
@click.option(
    "--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="A file; default standard output."
)
@click.option(
    "--shape",
    type=click.Choice(("plain", "action_network", "everyaction", "mailchimp", "osdi")),
    default="plain",
    help="The names of columns of another system, or OSDI's JSON.",
)
def export_subscribers(context: CommandContext, slug: str, file: Path | None, shape: str) -> None:
    """Write every confirmed subscriber as CSV, or in the shape of another system."""
    from campaign import db
    from campaign.mailing.readers import csv_lists, list_shapes

    campaign = only(context, slug)
    with db.reading(context.engine) as session:
        if shape == "plain":
            text = csv_lists.write(session, campaign)
            count = text.count("\r\n") - 1
        else:
            text, count = list_shapes.export(session, campaign, shape)
    if file is None and not context.as_json:
        click.echo(text, nl=False)
        return
    if file is not None:
        file.write_text(text, encoding="utf-8", newline="")
    written = {} if file is not None else {"osdi" if shape == "osdi" else "csv": text}
    context.output(
        {"exported": count, **written},
        localized(f"{count} subscribers written.", f"{count} suscriptores escritos."),
    )
