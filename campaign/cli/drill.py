"""``campaign drill``: how the service will be on a day to come."""

from pathlib import Path

import click

from campaign.cli.context import CommandContext, command, localized, main, progress
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
    """Walk every public page as it will be after the turn of the Congress, and list what is missing and wrong.

    Nothing changes and nothing is sent.
    """
    from datetime import timedelta

    from campaign import db, drill
    from campaign.congress.bills import congress_end, congress_on

    db.require_current(context.engine)
    after = congress_end(congress_on(context.now)).date() + timedelta(days=2)
    day = parse_day(on) if on else after
    with progress(context, localized("Walking the pages", "Recorriendo las páginas")) as step:
        found = drill.run(context.engine, context.settings, day, out=out, progress=step)
    values = {
        "date": found.day.isoformat(),
        "congress": found.congress,
        "missing": list(found.missing),
        "wrong": list(found.wrong),
        "pages": found.pages,
    }
    context.output(values, drill.report(found))
