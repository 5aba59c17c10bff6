"""``campaign drill``: how the service will be on a day to come."""

from pathlib import Path

import click

from campaign.cli.context import CommandContext, command, language, localized, main, progress
from campaign.dates import parse_day


@main.group("drill")
def drill_group() -> None:
    """Rehearse a day to come on a copy of the database."""


@command(drill_group, "new-congress")
@click.option(
    "--date", "on", metavar="YYYY-MM-DD", help="The day; two days after the next Congress begins if not given."
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="A folder for the report and the pages."
)
def new_congress(context: CommandContext, on: str | None, out: Path | None) -> None:
    """Read every page and mail as it will be after the turn of the Congress; list what is missing and wrong.

    Public pages, kits, scripts, letters, the organizers' pages and the day's mail, in both languages. Nothing
    changes and nothing is sent.
    """
    from datetime import timedelta

    from campaign import db
    from campaign.congress.bills import congress_end, congress_on
    from campaign.drill import rehearsal
    from campaign.drill.report import report

    db.require_current(context.engine)
    after = congress_end(congress_on(context.now)).date() + timedelta(days=2)
    day = parse_day(on) if on else after
    with progress(context, localized("Walking the pages", "Recorriendo las páginas")) as step:
        found = rehearsal.run(context.engine, context.settings, day, out=out, lang=language(), progress=step)
    values = {
        "date": found.day.isoformat(),
        "congress": found.congress,
        "missing": [text.en for text in found.missing],
        "wrong": [text.en for text in found.wrong],
        "pages": found.pages,
        "mails": found.mails,
    }
    context.output(values, report(found, language()))
